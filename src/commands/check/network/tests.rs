use std::time::Duration;

use clap::Parser as _;

use super::{Items, Network, Settings};
use crate::cli::{Cli, Command};
use crate::jira::http::{Answer, Request, Transport, TransportError};
use crate::jira::{Credentials, Endpoints, Probe};
use crate::secret::Secret;
use crate::system::fake::FakeMachine;
use crate::system::{Deadline, System as _};

/// Takes its time for the token, and answers everything well.
struct Slow<'a> {
    machine: &'a FakeMachine,
    token: Duration,
}

impl Transport for Slow<'_> {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        let (status, body) = if request.url.ends_with("token") {
            self.machine.sleep(self.token.min(timeout));
            (200, r#"{"access_token":"t"}"#)
        } else {
            (404, "")
        };
        if self.token > timeout {
            return Err(TransportError::Timeout);
        }
        Ok(Answer {
            status,
            body: body.to_owned(),
            ..Answer::default()
        })
    }
}

/// Name and status of each item, for a token that takes so many milliseconds of two seconds.
fn checked(milliseconds: u64) -> Vec<(String, String)> {
    let Command::Check(options) = Cli::parse_from(["jira-send", "check"]).command else {
        unreachable!("it is check")
    };
    let settings = Settings {
        site: None,
        cloud_id: "c-1".parse().ok(),
        endpoints: Some(Endpoints {
            api_url: "https://api".to_owned(),
            token_url: "https://api/oauth/token".to_owned(),
            audience: "api".to_owned(),
        }),
        credentials: Some(Credentials {
            client_id: "id".to_owned(),
            client_secret: Secret::new("secret"),
        }),
        has_proxy: false,
    };
    let machine = FakeMachine::default();
    let transport = Slow {
        machine: &machine,
        token: Duration::from_millis(milliseconds),
    };
    let mut items = Items::default();
    let mut network = Network {
        options: &options,
        settings: &settings,
        probe: &Probe::new(&transport, &machine),
        look_up: &|_, _| Ok(vec!["127.0.0.1".parse().unwrap()]),
        system: &machine,
        deadline: Deadline::after(&machine, Duration::from_secs(2)),
        items: &mut items,
    };
    network.check();
    let json = items.to_json();
    let text = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap().to_owned();
    let items = json["items"].as_array().unwrap().iter();
    items
        .map(|item| (text(item, "name"), text(item, "status")))
        .collect()
}

#[test]
fn a_question_without_time_is_no_failure() {
    for (milliseconds, token, builds) in [
        (1_000, "ok", "ok"),
        (1_900, "ok", "warning"),
        (2_500, "failed", "skipped"),
    ] {
        let items = checked(milliseconds);
        let status = |name: &str| {
            let mut items = items.iter();
            let found = items.find(|(item, _)| item == name);
            found.map(|(_, status)| status.as_str())
        };
        assert_eq!(status("token_endpoint"), Some(token), "{items:?}");
        assert_eq!(status("builds"), Some(builds), "{items:?}");
        assert_eq!(status("deployments"), Some(builds), "{items:?}");
    }
}
