//! What one site said: a part of the report of every command that asks Jira.

use serde::Serialize;
use serde_json::Value;

use super::Outcome;
use crate::error::Failure;
use crate::jira::{Rejected, UnknownAssociation};

/// What one site said.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SiteReport {
    pub(crate) site: String,
    pub(crate) outcome: Outcome,
    /// Jira's word for how the build or deployment stands that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<&'static str>,
    /// Address of the first issue that was sent; only when all is accepted and the site is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) queued: bool,
    /// Identities as Jira writes them; what was sent, when Jira gives no details.
    pub(crate) accepted: Vec<Value>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) unknown_issue_keys: Vec<String>,
    pub(crate) unknown_associations: Vec<UnknownAssociation>,
    /// What is stored (`show`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stored: Option<Value>,
    /// Whether anything is stored (`show dev-info`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exists: Option<bool>,
    /// Whether Jira was seen to have carried it out (`--verify`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<bool>,
    pub(crate) message: String,
}

impl SiteReport {
    /// Before anything is known of it.
    pub(crate) fn new(site: String, outcome: Outcome) -> Self {
        Self {
            site,
            outcome,
            ..Self::default()
        }
    }

    pub(crate) fn failed(site: String, failure: &Failure) -> Self {
        Self {
            message: failure.message(),
            ..Self::new(site, failure.kind.into())
        }
    }

    /// Whether Jira judged what was sent, so that to send it again would change nothing. It is nothing to send when Jira
    /// knows none of the issues that were guessed.
    pub(crate) fn is_judged(&self) -> bool {
        match self.outcome {
            Outcome::Accepted | Outcome::PartlyAccepted | Outcome::NothingToSend => true,
            Outcome::Rejected => {
                let unknown =
                    !self.unknown_issue_keys.is_empty() || !self.unknown_associations.is_empty();
                unknown || !self.rejected.is_empty()
            }
            _ => false,
        }
    }
}
