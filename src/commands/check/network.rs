//! Names, site, token and permissions, asked of the network. No data is sent.

use std::net::IpAddr;
use std::time::Duration;

use super::items::Items;
use super::settings::Settings;
use crate::cli::CheckOptions;
use crate::domain::web_url::authority;
use crate::error::{Failure, FailureKind};
use crate::jira::{CloudId, DataType, Endpoints, Grant, JiraError, Probe, Site};
use crate::secret::Secret;
use crate::side_by_side::{both, side_by_side};
use crate::system::{Deadline, System};

/// A greater difference of the clocks is worth a word, in milliseconds.
const MAX_CLOCK_DIFFERENCE: i64 = 60_000;

const SITE_HINT: &str = "check the spelling of JIRA_SITE, then the DNS of this agent; where only a proxy may go out, set HTTPS_PROXY";
const API_HINT: &str =
    "check the DNS of this agent; where only a proxy may go out, set HTTPS_PROXY";

/// The name of the item about the permission.
fn item_of(data: DataType) -> &'static str {
    match data {
        DataType::DevInfo => "dev_info",
        DataType::FeatureFlags => "feature_flags",
        other => other.name(),
    }
}

/// Looks up the host of an address within a time.
pub(super) type LookUp<'a> = &'a (dyn Fn(&str, Duration) -> Addresses + Sync);

/// The addresses of a host, or a text that says why there are none.
type Addresses = Result<Vec<IpAddr>, String>;

/// What is known so far.
pub(super) struct Network<'a> {
    pub(super) options: &'a CheckOptions,
    pub(super) settings: &'a Settings,
    pub(super) probe: &'a Probe<'a>,
    pub(super) look_up: LookUp<'a>,
    pub(super) system: &'a dyn System,
    pub(super) deadline: Deadline,
    pub(super) items: &'a mut Items,
}

impl Network<'_> {
    /// Nothing can be asked of the network with invalid connection settings.
    pub(super) fn barred(&mut self, failure: &Failure) {
        self.items.fail("network", failure);
        let names = ["dns_site", "dns_api", "cloud_id", "token_endpoint", "token"];
        let data = self.options.data.iter().map(|data| item_of(*data));
        for name in names.into_iter().chain(data).chain(["clock"]) {
            self.items.skip(name, "invalid connection settings");
        }
    }

    /// What does not need each other is asked at the same time.
    pub(super) fn check(&mut self) {
        let (site_found, api_found) = self.names();
        let site = self.settings.site.as_ref().filter(|_| site_found);
        let endpoints = self.settings.endpoints.as_ref();
        let reached = endpoints.filter(|_| api_found);
        let (cloud_id, grant) = both(
            || site.map(|site| self.ask_cloud_id(site)),
            || reached.map(|endpoints| self.ask_token(endpoints)),
        );
        let cloud_id = self.cloud_id(site.zip(cloud_id));
        let token = self.token(reached.zip(grant));
        self.permissions(endpoints, cloud_id.as_ref(), token.as_ref());
        self.clock();
    }

    fn time_left(&self) -> Duration {
        self.deadline.remaining(self.system)
    }

    /// Half of the time that is left, so that the rest is there for what is asked later.
    fn half_way(&self) -> Deadline {
        self.deadline.at_most(self.system, self.time_left() / 2)
    }

    fn ask_cloud_id(&self, site: &Site) -> Result<CloudId, JiraError> {
        // It is only compared when it is given.
        let deadline = match self.settings.cloud_id {
            Some(_) => self.half_way(),
            None => self.deadline,
        };
        self.probe.cloud_id(site, deadline)
    }

    /// Without a credential there is no token, and still an answer.
    fn ask_token(&self, endpoints: &Endpoints) -> Result<Option<Grant>, JiraError> {
        let (probe, deadline) = (self.probe, self.deadline);
        match &self.settings.credentials {
            Some(credentials) => probe.token(endpoints, credentials, deadline).map(Some),
            None => probe
                .reach_token_endpoint(endpoints, deadline)
                .map(|()| None),
        }
    }

    /// Whether it is worth asking the site and the API anything.
    fn names(&mut self) -> (bool, bool) {
        let site_url = self.settings.site.as_ref().map(Site::url);
        let endpoints = self.settings.endpoints.as_ref();
        let api_url = endpoints.map(|endpoints| endpoints.api_url.as_str());
        let patience = self.time_left() / 2;
        let look_up = |url| (self.look_up)(url, patience);
        let (site, api) = both(|| site_url.as_deref().map(look_up), || api_url.map(look_up));
        let (site, api) = (site_url.as_deref().zip(site), api_url.zip(api));
        (
            self.dns("dns_site", site, "no site is named", SITE_HINT),
            self.dns("dns_api", api, "the URLs are invalid", API_HINT),
        )
    }

    fn dns(
        &mut self,
        name: &'static str,
        asked: Option<(&str, Addresses)>,
        reason: &str,
        hint: &str,
    ) -> bool {
        let Some((url, found)) = asked else {
            self.items.skip(name, reason);
            return false;
        };
        let host = authority(url);
        match found {
            Ok(found) => {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                self.items
                    .ok(name, format!("{host} has the address {}", found.join(", ")));
            }
            Err(error) if self.settings.has_proxy => {
                let message = format!("{host} is looked up by the proxy; here: {error}");
                self.items.skip(name, message);
            }
            Err(error) => {
                let what = format!("could not look up {host}");
                let failure = Failure::new(FailureKind::Unreachable, what).cause(error);
                self.items.fail(name, &failure.hint(hint));
                return false;
            }
        }
        true
    }

    /// The cloud id, and whether the site has confirmed it.
    fn cloud_id(
        &mut self,
        asked: Option<(&Site, Result<CloudId, JiraError>)>,
    ) -> Option<(CloudId, bool)> {
        const NAME: &str = "cloud_id";
        let given = self.settings.cloud_id.clone();
        let Some((site, answer)) = asked else {
            let reason = match (&given, &self.settings.site) {
                (Some(_), None) => "given, and there is no site to compare it with",
                (Some(_), Some(_)) => "given; could not ask the site",
                (None, Some(_)) => "the site has no address",
                (None, None) => "no site is named",
            };
            self.items.skip(NAME, reason);
            return given.map(|given| (given, false));
        };
        match (answer, &given) {
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
                self.fail(NAME, &error);
                None
            }
            // It is not needed, since it is given.
            (Err(error), Some(_)) => {
                self.items.failure_as_warning(NAME, &error.explain());
                given.map(|given| (given, false))
            }
        }
    }

    fn token(
        &mut self,
        asked: Option<(&Endpoints, Result<Option<Grant>, JiraError>)>,
    ) -> Option<Secret> {
        const ENDPOINT: &str = "token_endpoint";
        const TOKEN: &str = "token";
        let Some((endpoints, answer)) = asked else {
            let reason = "the API has no address";
            self.items.skip(ENDPOINT, reason);
            self.items.skip(TOKEN, reason);
            return None;
        };
        let url = &endpoints.token_url;
        match answer {
            Ok(grant) => {
                self.items.ok(ENDPOINT, format!("{url} answers"));
                let Some(grant) = grant else {
                    self.items.skip(TOKEN, "there is no credential");
                    return None;
                };
                let scope = grant.scope.filter(|scope| !scope.is_empty());
                let scope = scope.map(|scope| format!("; scope: {scope}"));
                let scope = scope.unwrap_or_default();
                self.items
                    .ok(TOKEN, format!("the credential is accepted{scope}"));
                Some(grant.token)
            }
            Err(error) => {
                let failure = error.explain();
                if self.settings.credentials.is_none() {
                    self.fail(ENDPOINT, &error);
                    self.items.skip(TOKEN, "there is no credential");
                } else if failure.kind == FailureKind::Credentials {
                    self.items.ok(ENDPOINT, format!("{url} answers"));
                    self.items.fail(TOKEN, &failure);
                } else {
                    self.fail(ENDPOINT, &error);
                    self.items
                        .skip(TOKEN, "the token endpoint did not give one");
                }
                None
            }
        }
    }

    fn permissions(
        &mut self,
        endpoints: Option<&Endpoints>,
        cloud_id: Option<&(CloudId, bool)>,
        token: Option<&Secret>,
    ) {
        let (Some(endpoints), Some(token), Some((cloud_id, confirmed))) =
            (endpoints, token, cloud_id)
        else {
            let reason = match token {
                Some(_) => "the cloud id is not known",
                None => "there is no token",
            };
            for data in &self.options.data {
                self.items.skip(item_of(*data), reason);
            }
            return;
        };
        let (probe, deadline) = (self.probe, self.deadline);
        let answers = side_by_side(&self.options.data, |data| {
            probe.may_send(*data, endpoints, cloud_id, token, deadline)
        });
        // A wrong cloud id is answered like an item that is not there.
        let condition = if *confirmed {
            ""
        } else {
            ", if the cloud id is right"
        };
        for (data, answer) in self.options.data.iter().zip(answers) {
            let name = item_of(*data);
            let Err(error) = answer else {
                let what = data.permission().to_lowercase();
                self.items
                    .ok(name, format!("{what} may be sent{condition}"));
                continue;
            };
            let failure = error.explain();
            match failure.kind {
                // An unexpected answer says nothing about sending.
                FailureKind::Refused => self.items.failure_as_warning(name, &failure),
                _ => self.fail(name, &error),
            }
        }
    }

    /// Where there was no time to ask, nobody is to blame.
    fn fail(&mut self, name: &'static str, error: &JiraError) {
        if error.had_no_time() {
            self.items.no_time(name);
        } else {
            self.items.fail(name, &error.explain());
        }
    }

    fn clock(&mut self) {
        const NAME: &str = "clock";
        let Some(ahead) = self.probe.clock_ahead() else {
            self.items
                .skip(NAME, "no answer had a date to compare it with");
            return;
        };
        let seconds = ahead.unsigned_abs() / 1000;
        let side = if ahead < 0 { "behind" } else { "ahead of" };
        if ahead.abs() > MAX_CLOCK_DIFFERENCE {
            self.items.warn(
                NAME,
                format!("this machine is {seconds} seconds {side} Jira: updates from machines with other clocks may count as older"),
                "set the clock of this machine (NTP), or pass the time of the controller with --event-time",
            );
        } else {
            self.items
                .ok(NAME, format!("{seconds} seconds {side} Jira"));
        }
    }
}

#[cfg(test)]
mod tests;
