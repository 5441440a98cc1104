//! The result of a command: for programs as one JSON object, for a step as what it returns. `commands/` makes it,
//! `policy.rs` says its exit code.

mod backfill;
mod outbox;
mod site;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::IssueKey;
use crate::domain::state::DeploymentState;
use crate::error::{Failure, FailureKind};
use crate::jira::gating::Gate;
use crate::outbox::Entry;
use crate::output::escaped_json;
use crate::phrases::counted;
use crate::wording::Wording;

pub(crate) use backfill::BackfillReport;
pub(crate) use outbox::OutboxReport;
pub(crate) use site::SiteReport;

/// The result in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Accepted,
    PartlyAccepted,
    Rejected,
    #[default]
    NothingToSend,
    /// Only shown (`--dry-run`).
    DryRun,
    /// The credential is missing, wrong or lacks the permission.
    Unauthorized,
    Unreachable,
    /// Updates stay queued that nobody was asked for now: they are paused, or others send them (`flush`).
    Queued,
    Invalid,
    /// What was looked for is stored.
    Found,
    NotFound,
    /// Accepted, but Jira was not seen to carry it out (`--verify`).
    Unverified,
    Allowed,
    /// A gate stays shut: it is prevented, or nobody decided in time.
    Prevented,
    Awaiting,
    InvalidGate,
}

impl From<FailureKind> for Outcome {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Refused => Self::Rejected,
            FailureKind::Usage => Self::Invalid,
            FailureKind::Credentials => Self::Unauthorized,
            FailureKind::Unreachable => Self::Unreachable,
            FailureKind::NothingToSend => Self::NothingToSend,
            FailureKind::Prevented => Self::Prevented,
            FailureKind::Awaiting => Self::Awaiting,
            FailureKind::InvalidGate => Self::InvalidGate,
        }
    }
}

/// Everything that a caller may want to know.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) outcome: Outcome,
    pub(crate) exit_code: u8,
    /// One line for people.
    pub(crate) message: String,
    /// Jira's word for how the build or deployment stands that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<&'static str>,
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) sites: Vec<SiteReport>,
    /// What happened to updates that were queued before; only if there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outbox: Option<OutboxReport>,
    /// The commit that it is about, for a run that this one starts.
    #[serde(skip)]
    pub(crate) commit: Option<String>,
    /// What was sent, for a pipeline step that may have to send it again or to end it.
    #[serde(skip)]
    pub(crate) sent: Vec<SentEntry>,
    /// The run of another job whose issues were sent, where this one had none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream: Option<String>,
    /// What runs where once the deployment has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deployed: Option<DeployedReport>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) gate: Option<Gate>,
    /// Which commits were searched for issue keys, of each repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ranges: Vec<RangeReport>,
    /// What was read of a controller's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backfill: Option<BackfillReport>,
    /// What would be sent (`--dry-run`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<PreparedRequest>,
    /// More that would be sent, where it is too much for one request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) further_requests: Vec<PreparedRequest>,
}

/// Which commits of a repository were searched.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RangeReport {
    /// Its folder, seen from the workspace.
    pub(crate) repository: String,
    /// In a word, where the range begins.
    pub(crate) start: &'static str,
    /// The commit, branch or tag behind which it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    pub(crate) commits: usize,
}

/// Most issues that one report lists, so that a whole history does not fill the memory.
pub(crate) const MAX_ISSUES: usize = 10_000;

impl Report {
    /// `3 issues`
    pub(crate) fn known_issues(&self) -> String {
        match self.known_issue_keys().len() {
            MAX_ISSUES => format!("{MAX_ISSUES} issues or more"),
            count => counted(count, "issue"),
        }
    }

    /// The issue keys that some site did not refuse to know.
    pub(crate) fn known_issue_keys(&self) -> Vec<IssueKey> {
        let is_known_by = |site: &SiteReport, key: &IssueKey| {
            let mut unknown = site.unknown_issue_keys.iter();
            !unknown.any(|unknown| unknown == key.as_str())
        };
        let is_known = |key: &&IssueKey| {
            self.sites.is_empty() || self.sites.iter().any(|site| is_known_by(site, key))
        };
        self.issue_keys.iter().filter(is_known).cloned().collect()
    }

    /// What the end of what is reported as begun has to know.
    pub(crate) fn begun(&self) -> Begun {
        let issue_keys = self.known_issue_keys();
        let unknown = self
            .issue_keys
            .iter()
            .filter(|key| !issue_keys.contains(key));
        Begun {
            unknown_issue_keys: unknown.cloned().collect(),
            issue_keys,
        }
    }
}

/// The issues of a beginning.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Begun {
    /// An update replaces all of them, so the end repeats them.
    pub(crate) issue_keys: Vec<IssueKey>,
    /// Jira does not know them: in the end they count only where the user names them.
    pub(crate) unknown_issue_keys: Vec<IssueKey>,
}

/// One body as a site got it, or was to get it.
#[derive(Clone, Debug)]
pub(crate) struct SentEntry {
    pub(crate) entry: Entry,
    pub(crate) outcome: Outcome,
}

/// A commit and the place that it is deployed to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DeployedReport {
    /// Pipeline id and environment id, as the memory of a run names it.
    pub(crate) place: String,
    /// Of the repository of the run, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// Of each by its name, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) repositories: BTreeMap<RepositoryName, String>,
    pub(crate) state: DeploymentState,
    /// Whether a newer commit was deployed there before.
    pub(crate) is_rollback: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct PreparedRequest {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// Nothing for a request that has none.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(crate) body: Value,
}

impl PreparedRequest {
    pub(crate) fn deletion(url: String) -> Self {
        Self {
            method: "DELETE",
            url,
            body: Value::Null,
        }
    }
}

impl Report {
    /// A report of nothing more than this.
    pub(crate) fn new(outcome: Outcome, message: String) -> Self {
        Self {
            outcome,
            message,
            ..Self::default()
        }
    }

    /// The report of a run that ended before anything was sent.
    pub(crate) fn failed(failure: &Failure) -> Self {
        Self {
            exit_code: failure.kind.exit_code(),
            ..Self::new(failure.kind.into(), failure.message())
        }
    }

    pub(crate) fn to_json(&self) -> String {
        escaped_json(&serde_json::json!(self).to_string())
    }

    /// The same in the words of the reader.
    #[must_use]
    pub(crate) fn worded(mut self, wording: &Wording) -> Self {
        let word = |message: &mut String| *message = wording.apply(message).into_owned();
        word(&mut self.message);
        self.sites
            .iter_mut()
            .map(|site| &mut site.message)
            .for_each(word);
        self
    }
}
