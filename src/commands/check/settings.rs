//! Site, addresses, credential and proxy, as they are set. Nothing is asked of the network.

use super::items::Items;
use crate::cli::{CheckOptions, JiraOptions, OnError};
use crate::commands::connection;
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

pub(super) fn check(options: &CheckOptions, variables: &Variables, items: &mut Items) -> Settings {
    let (site, cloud_id) = site(options, variables, items);
    let endpoints = match connection::endpoints(variables) {
        Ok(endpoints) => {
            items.ok(
                "addresses",
                format!("API {}, token {}", endpoints.api_url, endpoints.token_url),
            );
            Some(endpoints)
        }
        Err(failure) => {
            items.fail("addresses", &failure);
            None
        }
    };
    Settings {
        site,
        cloud_id,
        endpoints,
        credentials: credentials(variables, items),
        has_proxy: proxy(variables, items),
    }
}

fn site(
    options: &CheckOptions,
    variables: &Variables,
    items: &mut Items,
) -> (Option<Site>, Option<CloudId>) {
    let jira = JiraOptions {
        site: options.site.clone(),
        cloud_id: options.cloud_id.clone(),
        budget: options.budget,
        on_error: OnError::Fail,
        dry_run: false,
        ca_file: None,
    };
    match connection::destination(&jira, variables) {
        Ok(Some(destination)) => items.ok("site", destination.name),
        Ok(None) => items.fail("site", &no_site()),
        Err(failure) => {
            items.fail("site", &failure);
            return (None, None);
        }
    }
    let given = |option: &Option<String>, variable| {
        let option = option.as_deref().filter(|text| !text.trim().is_empty());
        option
            .or_else(|| variables.get(variable))
            .map(ToOwned::to_owned)
    };
    let site = given(&options.site, variables::JIRA_SITE);
    let cloud_id = given(&options.cloud_id, variables::JIRA_CLOUD_ID);
    let site = site.and_then(|text| text.parse().ok());
    (site, cloud_id.and_then(|text| text.parse().ok()))
}

fn credentials(variables: &Variables, items: &mut Items) -> Option<Credentials> {
    let credentials = match connection::credentials(variables) {
        Ok(credentials) => credentials,
        Err(failure) => {
            items.fail("credential", &failure);
            return None;
        }
    };
    let source = if variables.get(variables::JIRA_CLIENT_SECRET).is_some() {
        variables::JIRA_CLIENT_SECRET
    } else {
        variables::JIRA_CLIENT_SECRET_FILE
    };
    let secret = credentials.client_secret.reveal();
    if secret.trim() == secret {
        let message = format!("JIRA_CLIENT_ID and {} are set", source.name);
        items.ok("credential", message);
    } else {
        items.warn(
            "credential",
            format!("{} begins or ends with a blank", source.name),
            "enter the secret in Jenkins again, without what was copied along with it",
        );
    }
    Some(credentials)
}

/// Whether there is one.
fn proxy(variables: &Variables, items: &mut Items) -> bool {
    let found: Vec<(String, &str)> = PROXY
        .iter()
        .chain([&variables::NO_PROXY])
        .filter_map(|variable| variables.in_either_case(*variable))
        .collect();
    let shown: Vec<String> = found
        .iter()
        .map(|(name, value)| format!("{name}={}", without_user(value)))
        .collect();
    if shown.is_empty() {
        items.ok("proxy", "none is set");
    } else {
        items.ok("proxy", shown.join(", "));
    }
    let mut proxies = PROXY.iter();
    proxies.any(|variable| variables.in_either_case(*variable).is_some())
}

/// The address of a proxy without its user and password.
fn without_user(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map(|(scheme, _)| scheme);
            let scheme = scheme.map(|scheme| format!("{scheme}://"));
            format!("{}****@{host}", scheme.unwrap_or_default())
        }
        None => address.to_owned(),
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
            ("localhost,.example.com", "localhost,.example.com"),
        ] {
            assert_eq!(without_user(address), shown);
        }
    }
}
