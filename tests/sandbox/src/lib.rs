//! A local stand-in for Jira Cloud: token, tenant look-up, builds and deployments, for tests and demos.
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
mod faults;
mod http;
mod page;
mod panel;
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
use store::Key;

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
            permissions: vec![Permission::Builds, Permission::Deployments],
            port: 0,
        }
    }
}

/// One tick box of the credentials page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Send, read and delete builds.
    Builds,
    /// Send, read and delete deployments.
    Deployments,
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

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.server.state().faults.clear();
    }

    /// The build as stored now.
    #[must_use]
    pub fn build(&self, pipeline_id: &str, number: i64) -> Option<Value> {
        self.server
            .state()
            .store
            .get(&Key::build(pipeline_id, number))
            .cloned()
    }

    /// The deployment as stored now.
    #[must_use]
    pub fn deployment(
        &self,
        pipeline_id: &str,
        environment_id: &str,
        number: i64,
    ) -> Option<Value> {
        let key = Key::deployment(pipeline_id, environment_id, number);
        self.server.state().store.get(&key).cloned()
    }

    /// What Jira's development panel would show for an issue, as text for a terminal.
    #[must_use]
    pub fn panel(&self, issue_key: &str) -> String {
        panel::text(&panel::Panel::of(&self.server.state().store, issue_key))
    }
}
