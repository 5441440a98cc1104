//! Names, site, token and permissions, asked of the network. No data is sent.

use std::net::IpAddr;
use std::time::Duration;

use super::items::{Items, unreachable};
use super::settings::Settings;
use crate::cli::{CheckOptions, CheckedData};
use crate::error::{Failure, Kind};
use crate::jira::{CloudId, DataType, Endpoints, JiraError, Probe, Site};
use crate::secret::Secret;

/// A greater difference of the clocks is worth a word, in milliseconds.
const MAX_CLOCK_DIFFERENCE: i64 = 60_000;

const SITE_HINT: &str = "check the spelling of JIRA_SITE, then the DNS of this agent; where only a proxy may go out, set HTTPS_PROXY";
const API_HINT: &str =
    "check the DNS of this agent; where only a proxy may go out, set HTTPS_PROXY";

/// Looks up the host of an address within a time.
pub(super) type LookUp<'a> = &'a dyn Fn(&str, Duration) -> Result<Vec<IpAddr>, String>;

/// What is known so far.
pub(super) struct Network<'a> {
    pub(super) options: &'a CheckOptions,
    pub(super) settings: &'a Settings,
    pub(super) probe: &'a Probe<'a>,
    pub(super) look_up: LookUp<'a>,
    pub(super) items: &'a mut Items,
}

impl Network<'_> {
    /// Nothing can be asked of the network by a way that is set wrongly.
    pub(super) fn barred(&mut self, failure: &Failure) {
        self.items.fail("network", failure);
        let names = ["dns_site", "dns_api", "cloud_id", "token_endpoint", "token"];
        let data = ["builds", "deployments", "clock"];
        for name in names.into_iter().chain(data) {
            self.items.skip(name, "the way to Jira is set wrongly");
        }
    }

    pub(super) fn check(&mut self) {
        let settings = self.settings;
        let site = settings.site.as_ref();
        let endpoints = settings.endpoints.as_ref();
        let site_url = site.map(Site::url);
        let site_found = self.dns(
            "dns_site",
            site_url.as_deref(),
            "no site is named",
            SITE_HINT,
        );
        let api_url = endpoints.map(|endpoints| endpoints.api_url.as_str());
        let api_found = self.dns("dns_api", api_url, "the addresses are wrong", API_HINT);
        let cloud_id = self.cloud_id(site.filter(|_| site_found));
        let token = self.token(endpoints.filter(|_| api_found));
        for data in &self.options.data {
            self.permission(*data, endpoints, cloud_id.as_ref(), token.as_ref());
        }
        self.clock();
    }

    /// Whether it is worth asking this host anything.
    fn dns(&mut self, name: &'static str, url: Option<&str>, reason: &str, hint: &str) -> bool {
        let Some(url) = url else {
            self.items.skip(name, reason);
            return false;
        };
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        let timeout = Duration::from_secs(self.options.budget.into());
        match (self.look_up)(url, timeout) {
            Ok(found) => {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                self.items
                    .ok(name, format!("{host} is {}", found.join(", ")));
            }
            Err(error) if self.settings.has_proxy => {
                let message = format!("{host} is left to the proxy; not known here: {error}");
                self.items.skip(name, message);
            }
            Err(error) => {
                let failure = unreachable(format!("{host} cannot be looked up")).cause(error);
                self.items.fail(name, &failure.hint(hint));
                return false;
            }
        }
        true
    }

    /// The cloud id, and whether the site has confirmed it.
    fn cloud_id(&mut self, site: Option<&Site>) -> Option<(CloudId, bool)> {
        const NAME: &str = "cloud_id";
        let given = self.settings.cloud_id.clone();
        let Some(site) = site else {
            let reason = match (&given, &self.settings.site) {
                (Some(_), None) => "given, and there is no site to compare it with",
                (Some(_), Some(_)) => "given; the site cannot be asked",
                (None, Some(_)) => "the site has no address",
                (None, None) => "no site is named",
            };
            self.items.skip(NAME, reason);
            return given.map(|given| (given, false));
        };
        match (self.probe.cloud_id(site), &given) {
            (Ok(found), Some(given)) if found != *given => {
                let (given, found) = (given.as_str(), found.as_str());
                let message = format!("JIRA_CLOUD_ID is {given}, but that of {site} is {found}");
                let hint = "leave JIRA_CLOUD_ID out to have it looked up";
                self.items.fail(NAME, &Failure::usage(message).hint(hint));
                None
            }
            (Ok(found), _) => {
                self.items
                    .ok(NAME, format!("{site} has {}", found.as_str()));
                Some((found, true))
            }
            (Err(error), None) => {
                self.items.fail(NAME, &error.explain(&site.to_string()));
                None
            }
            // It is not needed, since it is given.
            (Err(error), Some(_)) => {
                self.items
                    .failure_as_warning(NAME, &error.explain(&site.to_string()));
                given.map(|given| (given, false))
            }
        }
    }

    fn token(&mut self, endpoints: Option<&Endpoints>) -> Option<Secret> {
        const ENDPOINT: &str = "token_endpoint";
        const TOKEN: &str = "token";
        let Some(endpoints) = endpoints else {
            let reason = "the API has no address";
            self.items.skip(ENDPOINT, reason);
            self.items.skip(TOKEN, reason);
            return None;
        };
        let url = &endpoints.token_url;
        let explain = |error: &JiraError| error.explain(url);
        let Some(credentials) = &self.settings.credentials else {
            match self.probe.reach_token_endpoint(endpoints) {
                Ok(()) => self.items.ok(ENDPOINT, format!("{url} answers")),
                Err(error) => self.items.fail(ENDPOINT, &explain(&error)),
            }
            self.items.skip(TOKEN, "there is no credential");
            return None;
        };
        match self.probe.token(endpoints, credentials) {
            Ok(grant) => {
                self.items.ok(ENDPOINT, format!("{url} answers"));
                let scope = grant.scope.filter(|scope| !scope.is_empty());
                let scope = scope.map(|scope| format!("; scope: {scope}"));
                let scope = scope.unwrap_or_default();
                self.items
                    .ok(TOKEN, format!("the credential is accepted{scope}"));
                Some(grant.token)
            }
            Err(error) => {
                let failure = explain(&error);
                if failure.kind == Kind::Credentials {
                    self.items.ok(ENDPOINT, format!("{url} answers"));
                    self.items.fail(TOKEN, &failure);
                } else {
                    self.items.fail(ENDPOINT, &failure);
                    self.items.skip(TOKEN, "the token endpoint gave none");
                }
                None
            }
        }
    }

    fn permission(
        &mut self,
        data: CheckedData,
        endpoints: Option<&Endpoints>,
        cloud_id: Option<&(CloudId, bool)>,
        token: Option<&Secret>,
    ) {
        let (name, data) = match data {
            CheckedData::Builds => ("builds", DataType::Builds),
            CheckedData::Deployments => ("deployments", DataType::Deployments),
        };
        let (Some(endpoints), Some(token)) = (endpoints, token) else {
            self.items.skip(name, "there is no token");
            return;
        };
        let Some((cloud_id, confirmed)) = cloud_id else {
            self.items.skip(name, "the cloud id is not known");
            return;
        };
        let Err(error) = self.probe.may_send(data, endpoints, cloud_id, token) else {
            // A wrong cloud id is answered like an item that is not there.
            let condition = if *confirmed {
                ""
            } else {
                ", if the cloud id is right"
            };
            self.items
                .ok(name, format!("{name} may be sent{condition}"));
            return;
        };
        let failure = error.explain(&endpoints.api_url);
        match failure.kind {
            // An unexpected answer says nothing about sending.
            Kind::Refused => self.items.failure_as_warning(name, &failure),
            _ => self.items.fail(name, &failure),
        }
    }

    fn clock(&mut self) {
        const NAME: &str = "clock";
        let Some(ahead) = self.probe.clock_ahead() else {
            self.items
                .skip(NAME, "no answer carried a date to compare it with");
            return;
        };
        let seconds = ahead.unsigned_abs() / 1000;
        let side = if ahead < 0 { "behind" } else { "ahead of" };
        if ahead.abs() > MAX_CLOCK_DIFFERENCE {
            self.items.warn(
                NAME,
                format!("this machine is {seconds} seconds {side} Jira: updates from machines with other clocks may be taken for older ones"),
                "set the clock of this machine (NTP), or give the time of the controller with --event-time",
            );
        } else {
            self.items
                .ok(NAME, format!("{seconds} seconds {side} Jira"));
        }
    }
}
