//! Jenkins' variables and all that is made of them.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::json;

use crate::cli::words::Words;
use crate::domain::deployed::RepositoryName;
use crate::domain::entity_ids::{EntityId, RepositoryId};
use crate::domain::environment::EnvironmentType;
use crate::domain::hosting::{CloneUrl, Hosting, Template};
use crate::domain::ids::{EnvironmentId, PipelineId, PipelineIdStyle};
use crate::domain::issue_key::{KeyRules, find};
use crate::domain::properties::Property;
use crate::domain::revision::Revision;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::{Line, is_allowed};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jenkins::{Run, checkouts, texts};
use crate::jira::{Site, is_safe_address};
use crate::output::visible;
use crate::variables::Variables;

/// A JSON object of variables, or `NAME=VALUE` pairs separated by NUL like `/proc/self/environ`.
///
/// # Panics
/// When something that must hold does not.
pub fn jenkins(bytes: &[u8]) {
    let pairs = serde_json::from_slice(bytes).unwrap_or_else(|_| pairs(bytes));
    let values: Vec<String> = pairs.values().cloned().collect();
    let os = |text: String| OsString::from(text);
    let returned = [json!(pairs)];
    let variables = Variables::new(pairs.into_iter().map(|(k, v)| (os(k), os(v))));
    let run = Run::new(&variables);
    assert_eq!(run, Run::new(&variables));
    for checked_out in checkouts(&returned) {
        let commit = checked_out.commit.as_str();
        assert!(!commit.starts_with('-') && !commit.contains(char::is_whitespace));
        let name = RepositoryName::new(checked_out.url.as_deref(), commit);
        assert!(
            json!(name)
                .as_str()
                .is_some_and(|name| name.is_ascii() && name.len() <= 257)
        );
    }
    let rules = KeyRules::default();
    super::issue_keys::check(&find(&texts(&variables), &rules), &rules);
    if let Some(job) = &run.job_name {
        assert!(!job.as_str().is_empty() && !job.display().is_empty());
        assert!(
            !PipelineId::of_job(job.as_str(), PipelineIdStyle::Hash)
                .as_str()
                .is_empty()
        );
        assert!(
            !PipelineId::of_job(job.as_str(), PipelineIdStyle::Safe)
                .as_str()
                .is_empty()
        );
    }
    let remotes = values.clone();
    let reference = run
        .reference
        .map(|reference| reference.without_remote(&remotes));
    if let (Some(repository), Some(reference)) = (&run.repository, &reference) {
        check_repository(repository, reference.name());
    }
    for value in &values {
        check_value(value);
    }
}

fn pairs(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(bytes);
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// What holds of any text, whichever option or variable it is the value of.
fn check_value(text: &str) {
    for id in [
        PipelineId::of_job(text, PipelineIdStyle::Safe),
        PipelineId::given(text),
    ] {
        assert!(is_path_safe(id.as_str()), "{id:?}");
        assert_eq!(PipelineId::given(id.as_str()), id);
    }
    let name = PipelineId::of_job(text, PipelineIdStyle::Name);
    assert!(name.as_str().chars().count() <= 255 && name.as_str().chars().all(is_allowed));
    let environment = serde_json::json!(EnvironmentId::new(text, PipelineIdStyle::Safe));
    assert!(environment.as_str().is_some_and(is_path_safe));

    if let Some(line) = Line::optional(text) {
        let text = line.as_str();
        assert!((1..=Line::MAX).contains(&text.chars().count()));
        assert!(text.chars().all(is_allowed) && !text.contains(['\n', '\r', '\t']));
        assert_eq!(Line::optional(text).as_ref(), Some(&line));
    }
    assert!(!Line::required(text).as_str().is_empty());
    assert!(!visible(text).contains(char::is_control));

    if let Ok(url) = text.parse() {
        check_url(&url);
    }
    check_repository(text, text);
    if let Ok(template) = text.parse::<Template>() {
        let page = "https://git.example.com/a".parse().ok();
        let filled = page.and_then(|page| template.fill(&page, &[]));
        filled.iter().for_each(check_url);
    }
    if let Ok(revision) = text.parse::<Revision>() {
        let odd = |c: char| c.is_whitespace() || c.is_control();
        assert!(!revision.as_str().starts_with('-') && !revision.as_str().contains(odd));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!(SequenceNumber::at(time).as_i64(), time.as_millisecond());
        assert!(time.next() >= time);
    }
    if let Ok(site) = text.parse::<Site>() {
        assert!(is_safe_address(&site.url()), "{site:?}");
        assert_eq!(site.to_string().parse(), Ok(site));
    }
    let _: (Result<Property, _>, Result<Words<Timestamp>, _>) = (text.parse(), text.parse());
    let _: Result<EnvironmentType, _> = text.parse();
}

/// Pages and ids of a repository, and of a thing of that name in it.
fn check_repository(address: &str, name: &str) {
    assert!(is_path_safe(&EntityId::of(name).to_string()));
    let Some(clone) = CloneUrl::parse(address) else {
        return;
    };
    let id = RepositoryId::of(&clone, None);
    assert_eq!(id.to_string().parse(), Ok(id));
    let Some(hosting) = Hosting::of_clone(&clone, None) else {
        return;
    };
    let pages = [
        hosting.page().clone(),
        hosting.commit(name),
        hosting.file(name, name.as_bytes()),
        hosting.branch(name),
        hosting.tag(name),
        hosting.pull_request(name),
    ];
    pages.iter().for_each(check_url);
    hosting.create_pull_request(name).iter().for_each(check_url);
}

fn is_path_safe(id: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~".contains(&byte);
    id.len() <= 255 && id.bytes().all(safe)
}

fn check_url(url: &WebUrl) {
    let text = url.to_string();
    assert!(
        text.len() <= 2000 && text.bytes().all(|byte| byte.is_ascii_graphic()),
        "{text}"
    );
    assert_eq!(text.parse().as_ref(), Ok(url));
    let host = url.host();
    assert!(!host.is_empty() && !host.starts_with(':'), "{text}");
    let _ = url.is_local();
}
