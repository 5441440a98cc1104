//! Jira's API. A credential and a site give an open site ([`Jira`]), which takes bodies ([`Body`]), reads back and deletes.
//! The commands ask through here; only `http` knows the network.

mod auth;
mod body;
pub(crate) mod builds;
mod client;
pub(crate) mod clock;
mod data_type;
pub(crate) mod deletions;
pub(crate) mod deployments;
pub(crate) mod dev_info;
mod error;
mod error_body;
mod exchange;
pub(crate) mod feature_flags;
#[cfg(any(test, fuzzing))]
#[path = "../../fuzz/entries/answers.rs"]
pub(crate) mod fuzz_entry;
pub(crate) mod gating;
pub(crate) mod http;
mod in_parts;
pub(crate) mod item;
pub(crate) mod pace;
mod probe;
mod retry;
mod sent;
mod site;
mod stored;
mod submission;
mod tenant;
pub(crate) mod trace;
mod transport_error;

pub(crate) use auth::{Credentials, Grant};
pub(crate) use body::{Body, MAX_ITEMS};
pub(crate) use client::{Endpoints, Jira, Opened, Target};
pub(crate) use data_type::DataType;
pub(crate) use error::JiraError;
pub(crate) use probe::Probe;
pub(crate) use retry::pause_after;
pub(crate) use sent::{Fate, Sent};
pub(crate) use site::{CloudId, Site, is_safe_address};
pub(crate) use stored::bulk_path;
pub(crate) use submission::{Rejected, RejectionError, Submitted, UnknownAssociation};

/// What every request says about its sender.
pub(crate) const PRODUCT: &str = concat!("jira-send/", env!("CARGO_PKG_VERSION"));
