//! Gerrit: its pages are gitiles', its changes its own, and all of it may be below a path of the server.

use percent_encoding::utf8_percent_encode;

use super::clone_url::{CloneUrl, Transport};
use crate::domain::web_url::UNSAFE_IN_PATH;

/// Where gitiles is, below Gerrit.
const GITILES: &str = "plugins/gitiles/";

/// Google's own servers, each with a host of its own for reviews: `NAME-review`.
const GOOGLE: &str = ".googlesource.com";

/// The repository's path in Gerrit.
pub(super) fn project(clone: &CloneUrl) -> &str {
    parts(clone).1
}

/// The host of the pages.
pub(super) fn host(host: &str) -> String {
    let google = host.strip_suffix(GOOGLE);
    let name = google.and_then(|name| name.strip_suffix("-review"));
    name.map_or_else(|| host.to_owned(), |name| format!("{name}{GOOGLE}"))
}

/// The page of the repository.
pub(super) fn page(clone: &CloneUrl, server: &str) -> String {
    let (context, project) = parts(clone);
    let project = escaped(project);
    if clone.host.ends_with(GOOGLE) {
        return format!("https://{}/{project}", host(&clone.host));
    }
    format!("{server}/{}{GITILES}{project}", escaped(context))
}

/// The page of a change, with `{number}`.
pub(super) fn change(clone: Option<&CloneUrl>, server: &str) -> String {
    let Some(clone) = clone else {
        return "{repository}".to_owned();
    };
    let (context, project) = parts(clone);
    let server = match host(&clone.host).strip_suffix(GOOGLE) {
        Some(name) => format!("https://{name}-review{GOOGLE}"),
        None => server.to_owned(),
    };
    let (context, project) = (escaped(context), escaped(project));
    format!("{server}/{context}c/{project}/+/{{number}}")
}

/// The path to Gerrit on its server, with a slash at the end where there is one, and the repository's path there.
fn parts(clone: &CloneUrl) -> (&str, &str) {
    let path = clone.path.as_str();
    if matches!(clone.transport, Transport::Ssh | Transport::Git) {
        return ("", path);
    }
    if let Some((context, project)) = path.split_once(GITILES) {
        return (context, project);
    }
    // `a/` is for those who log in, `r/` what most servers put before it.
    if let Some(project) = path.strip_prefix("a/") {
        return ("", project);
    }
    let Some((first, rest)) = path.split_once('/') else {
        return ("", path);
    };
    let context = &path[..=first.len()];
    match rest.strip_prefix("a/") {
        Some(project) if !project.is_empty() => (context, project),
        _ if first == "r" => (context, rest),
        _ => ("", path),
    }
}

fn escaped(path: &str) -> String {
    utf8_percent_encode(path, UNSAFE_IN_PATH).to_string()
}
