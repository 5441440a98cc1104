//! Site, addresses, credential and proxy, as they are set. Nothing is asked of the network.

use super::items::Items;
use crate::cli::CheckOptions;
use crate::commands::Context;
use crate::commands::connection::{self, Destination};
use crate::commands::send::no_site;
use crate::jira::{CloudId, Credentials, Endpoints, Site};
use crate::variables::{self, Variable, Variables};

/// The variables that name a proxy.
const PROXY: &[Variable] = &[variables::HTTPS_PROXY, variables::ALL_PROXY];

/// What is set and can be.
pub(super) struct Settings {
    pub(super) site: Option<Site>,
    /// As given, not looked up.
    pub(super) cloud_id: Option<CloudId>,
    pub(super) endpoints: Option<Endpoints>,
    pub(super) credentials: Option<Credentials>,
    pub(super) has_proxy: bool,
}

pub(super) fn check(options: &CheckOptions, context: &Context<'_>, items: &mut Items) -> Settings {
    let variables = context.variables;
    let sites = connection::sites(&options.site, variables);
    let first = sites.as_ref().ok().and_then(|sites| sites.first());
    let endings = first.map(Site::variable_endings).unwrap_or_default();
    let endpoints = connection::endpoints(variables, first);
    // The addresses have an item of their own, so their trouble is not the site's.
    let destinations = sites.and_then(|sites| {
        let cloud_id = options.cloud_id.as_deref();
        let found = match endpoints {
            Ok(_) => connection::destinations(&options.site, cloud_id, variables)?,
            Err(_) => Vec::new(),
        };
        Ok((sites, found))
    });
    let (site, cloud_id) = match items.found("site", destinations) {
        Some((sites, found)) => named(sites, found.first(), items),
        None => (None, None),
    };
    let endpoints = items.found("addresses", endpoints);
    if let Some(Endpoints {
        api_url, token_url, ..
    }) = &endpoints
    {
        items.ok("addresses", format!("API {api_url}, token {token_url}"));
    }
    Settings {
        site,
        cloud_id,
        endpoints,
        credentials: credentials(context, &endings, items),
        has_proxy: proxy(variables, items),
    }
}

/// The site, and its cloud id where that is given.
fn named(
    sites: Vec<Site>,
    destination: Option<&Destination>,
    items: &mut Items,
) -> (Option<Site>, Option<CloudId>) {
    let cloud_id = destination.and_then(|found| found.cloud_id().cloned());
    let first = sites.into_iter().next();
    match (&first, &cloud_id) {
        (None, None) => items.fail("site", &no_site()),
        (None, Some(cloud_id)) => items.ok("site", cloud_id.as_str()),
        (Some(first), _) => items.ok("site", first.to_string()),
    }
    (first, cloud_id)
}

fn credentials(
    context: &Context<'_>,
    endings: &[String],
    items: &mut Items,
) -> Option<Credentials> {
    let variables = context.variables;
    let credentials = crate::commands::credentials::credentials(context, endings);
    let credentials = items.found("credential", credentials)?;
    let source = match variables.for_site(variables::JIRA_CLIENT_SECRET, endings) {
        Some(_) => variables::JIRA_CLIENT_SECRET,
        None => variables::JIRA_CLIENT_SECRET_FILE,
    };
    let secret = credentials.client_secret.reveal();
    if secret.trim() == secret {
        let message = format!("JIRA_CLIENT_ID and {} are set", source.name);
        items.ok("credential", message);
    } else {
        items.warn(
            "credential",
            format!("{} begins or ends with a blank", source.name),
            "enter the secret in Jenkins again, without the blank",
        );
    }
    Some(credentials)
}

/// Whether there is one.
fn proxy(variables: &Variables, items: &mut Items) -> bool {
    let of_proxies = PROXY.iter().filter_map(|it| variables.in_either_case(*it));
    let shown = of_proxies.map(|(name, address)| format!("{name}={}", without_user(address)));
    let mut shown: Vec<String> = shown.collect();
    let has_proxy = !shown.is_empty();
    if let Some((name, hosts)) = variables.in_either_case(variables::NO_PROXY) {
        let hosts = hosts.split(',').map(|host| host.rsplit('@').next());
        let hosts: Vec<&str> = hosts.flatten().collect();
        shown.push(format!("{name}={}", hosts.join(",")));
    }
    if shown.is_empty() {
        items.ok("proxy", "none is set");
    } else {
        items.ok("proxy", shown.join(", "));
    }
    has_proxy
}

/// The address of a proxy without its user and password. What stands where a port should be, and is none, may be a
/// password as well.
fn without_user(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let (hidden, place) = match rest.rsplit_once('@') {
        Some((_, place)) => ("****@", place),
        None => ("", rest),
    };
    let authority = place.split('/').next().unwrap_or_default();
    let port = match authority.rsplit_once(':') {
        Some((_, port)) if !authority.ends_with(']') => port,
        _ => "",
    };
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{scheme}{hidden}{place}")
    } else {
        format!("{scheme}****")
    }
}

#[cfg(test)]
mod tests {
    use super::without_user;

    #[test]
    fn a_proxys_password_is_not_shown() {
        for (address, shown) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://user:p@ss@proxy:3128/", "http://****@proxy:3128/"),
            ("user:pass@proxy", "****@proxy"),
            ("proxy.example.com:3128/", "proxy.example.com:3128/"),
            ("https://[::1]:3128", "https://[::1]:3128"),
            ("[::1]", "[::1]"),
            ("http://user:pass", "http://****"),
            ("user:pass/word", "****"),
        ] {
            assert_eq!(without_user(address), shown);
        }
    }
}
