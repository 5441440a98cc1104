//! A local stand-in for Jira Cloud: token, tenant look-up, and all data that a CI server can send, for tests and demos.
//!
//! It keeps to the rules of Atlassian's API (limits, order by sequence number, unknown issue keys, error bodies)
//! and can be told to misbehave, see [`Fault`]. One address serves as site, API and token host at once.
//!
//! ```
//! let sandbox = jira_sandbox::Sandbox::start();
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! assert!(sandbox.requests().is_empty());
//! ```

mod associations;
mod builds;
mod control;
mod data;
mod deployments;
mod devinfo;
mod faults;
mod feature_flags;
mod gating;
mod http;
mod page;
mod panel;
mod rate;
mod record;
mod routes;
mod rules;
mod server;
mod state;
mod store;
mod submission;
mod token;

use std::io;
use std::time::Duration;

use serde_json::Value;

pub use faults::Fault;
pub use record::{Endpoint, RecordedRequest};

use server::Server;
use store::{Key, Kind};

/// What the stand-in knows and allows.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one client id that gets a token.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Id of the one site.
    pub cloud_id: String,
    /// Projects whose issue keys are known, in upper case.
    pub projects: Vec<String>,
    /// Known services, for associations of deployments.
    pub services: Vec<String>,
    /// How long a token is accepted.
    pub token_lifetime: Duration,
    /// What the credential may send; the tick boxes of Jira's credentials page.
    pub permissions: Vec<Permission>,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Requests in a second that are taken by each operation, at most; Jira documents 100 for `POST`. More get a 429.
    pub requests_per_second: Option<u32>,
}

impl Default for Config {
    fn default() -> Self {
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Self {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            cloud_id: "4f2d7c1e-6a0b-4c35-9d58-0b7e1a2c3d4f".to_owned(),
            projects: names(&["ABC", "PROJ", "OPS"]),
            services: names(&["service-1", "service-2"]),
            token_lifetime: Duration::from_mins(15),
            permissions: vec![
                Permission::Builds,
                Permission::Deployments,
                Permission::DevelopmentInformation,
                Permission::FeatureFlags,
            ],
            port: 0,
            requests_per_second: None,
        }
    }
}

/// One tick box of the credentials page: the right to one data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Send, read and delete builds.
    Builds,
    /// Send, read and delete deployments, read gating statuses.
    Deployments,
    /// Send, read and delete repositories, commits, branches and pull requests.
    DevelopmentInformation,
    /// Send, read and delete feature flags.
    FeatureFlags,
}

/// A running stand-in; dropping it stops the server and joins its threads.
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    url: String,
}

impl Sandbox {
    /// Starts with [`Config::default`].
    ///
    /// # Panics
    /// When no port can be bound.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Config::default())
    }

    /// Starts with a configuration of one's own.
    ///
    /// # Panics
    /// When the port cannot be bound.
    #[must_use]
    pub fn with(config: Config) -> Self {
        Self::try_with(config).expect("the sandbox binds a port of 127.0.0.1")
    }

    /// As [`Sandbox::with`], for callers that can say what went wrong.
    ///
    /// # Errors
    /// When the port cannot be bound or a thread cannot be started.
    pub fn try_with(config: Config) -> io::Result<Self> {
        let server = Server::start(config)?;
        let url = format!("http://{}", server.address());
        Ok(Self { server, url })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All requests in order of arrival, those that met a fault included.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.server.state().requests.clone()
    }

    /// The JSON bodies of all `POST …/bulk`, in order.
    #[must_use]
    pub fn submissions(&self) -> Vec<Value> {
        let state = self.server.state();
        let sent = state
            .requests
            .iter()
            .filter(|request| request.is_submission());
        sent.filter_map(RecordedRequest::json).collect()
    }

    /// From now on every request to this endpoint meets the fault.
    pub fn fail(&self, endpoint: Endpoint, fault: Fault) {
        self.server.state().faults.always(endpoint, fault);
    }

    /// The next requests to this endpoint meet the fault; several calls queue up.
    pub fn fail_times(&self, endpoint: Endpoint, times: usize, fault: Fault) {
        self.server.state().faults.queue(endpoint, times, fault);
    }

    /// From now on every request whose body has this text meets the fault.
    pub fn fail_on(&self, text: &str, fault: Fault) {
        self.server.state().faults.on_text(text, fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.server.state().faults.clear();
    }

    /// What the questions for the gating status of a deployment meet, one step each; the last one stays.
    /// A step is a status such as `awaiting`, `allowed`, `prevented`, `invalid`, `expired` or any other word,
    /// or a status code such as `404`. Every deployment begins at the first step; without a script, and with an
    /// empty one, all are `awaiting`. Deployments that did not ask for gating are answered 404 all the same.
    pub fn set_gating(&self, script: &[&str]) {
        self.server.state().gating.script(None, script);
    }

    /// As [`Sandbox::set_gating`], for one environment only; an empty script ends it.
    pub fn set_gating_of(&self, environment_id: &str, script: &[&str]) {
        let mut state = self.server.state();
        state.gating.script(Some(environment_id), script);
    }

    /// How long what is accepted from now on, deletes included, stays invisible to reads, as Jira works
    /// asynchronously. [`Duration::MAX`] is for ever; [`Duration::ZERO`] ends it and shows all that is pending.
    pub fn delay_visibility(&self, delay: Duration) {
        self.server.state().store.delay(delay);
    }

    /// The build as stored now.
    #[must_use]
    pub fn build(&self, pipeline_id: &str, number: i64) -> Option<Value> {
        self.stored(&Key::build(pipeline_id, number))
    }

    /// The deployment as stored now.
    #[must_use]
    pub fn deployment(
        &self,
        pipeline_id: &str,
        environment_id: &str,
        number: i64,
    ) -> Option<Value> {
        self.stored(&Key::deployment(pipeline_id, environment_id, number))
    }

    /// The repository as stored now, with its newest 400 commits, branches and pull requests.
    #[must_use]
    pub fn repository(&self, id: &str) -> Option<Value> {
        devinfo::repository(&self.server.state().store, id)
    }

    /// The feature flag as stored now.
    #[must_use]
    pub fn feature_flag(&self, id: &str) -> Option<Value> {
        self.stored(&Key::new(Kind::FeatureFlag, &[id]))
    }

    fn stored(&self, key: &Key) -> Option<Value> {
        self.server.state().store.get(key).cloned()
    }

    /// What Jira's development panel would show for an issue, as text for a terminal.
    #[must_use]
    pub fn panel(&self, issue_key: &str) -> String {
        panel::text(&panel::Panel::of(&self.server.state().store, issue_key))
    }
}
