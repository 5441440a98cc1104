//! What came of it, for programs as one JSON object.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::IssueKey;
use crate::domain::state::DeploymentState;
use crate::error::{Failure, Kind};
use crate::jira::gating::ChangeRequest;
use crate::jira::{Rejected, UnknownAssociation};
use crate::outbox::Entry;
use crate::output::escaped_json;
use crate::wording::Wording;

/// The result in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Accepted,
    /// Some of it was accepted, some of it rejected.
    PartlyAccepted,
    Rejected,
    NothingToSend,
    /// Only shown (`--dry-run`).
    DryRun,
    /// The credential is missing, wrong or lacks the permission.
    Unauthorized,
    Unreachable,
    /// Options or values that cannot be.
    Invalid,
    /// What was looked for is stored.
    Found,
    /// Nothing is stored.
    NotFound,
    /// Accepted, but Jira was not seen to carry it out (`--verify`).
    Unverified,
    /// A gate is open.
    Allowed,
    /// A gate stays shut: it is prevented, or nobody decided in time.
    Prevented,
    /// Nobody has decided yet.
    Awaiting,
    /// A gate that Jira cannot decide on.
    InvalidGate,
}

impl From<Kind> for Outcome {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Refused => Self::Rejected,
            Kind::Usage => Self::Invalid,
            Kind::Credentials => Self::Unauthorized,
            Kind::Unreachable => Self::Unreachable,
            Kind::NothingToSend => Self::NothingToSend,
            Kind::Prevented => Self::Prevented,
            Kind::Awaiting => Self::Awaiting,
            Kind::InvalidGate => Self::InvalidGate,
        }
    }
}

/// Everything that a caller may want to know.
#[derive(Debug, Serialize)]
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
    /// What became of the data that waited from before; only when there was some.
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
    /// What runs where once the deployment has gone well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deployed: Option<DeployedReport>,
    /// What Jira says of a gate.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) gate: Option<GateReport>,
    /// Which commits were searched for issue keys, of each repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ranges: Vec<RangeReport>,
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

/// What one site said.
#[derive(Debug, Serialize)]
pub(crate) struct SiteReport {
    pub(crate) site: String,
    pub(crate) outcome: Outcome,
    /// Jira's word for how the build or deployment stands that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<&'static str>,
    /// Address of the first issue that was sent; only when all is accepted and the site is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// Whether it waits in the outbox, to be sent later; only when it does.
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

impl Report {
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
}

impl SiteReport {
    /// Before anything is known of it.
    pub(crate) fn new(site: String, outcome: Outcome) -> Self {
        Self {
            site,
            outcome,
            state: None,
            link: None,
            queued: false,
            accepted: Vec::new(),
            rejected: Vec::new(),
            unknown_issue_keys: Vec::new(),
            unknown_associations: Vec::new(),
            stored: None,
            exists: None,
            verified: None,
            message: String::new(),
        }
    }

    pub(crate) fn failed(site: String, failure: &Failure) -> Self {
        Self {
            message: failure.message(),
            ..Self::new(site, failure.kind.into())
        }
    }

    /// After a flush that nothing stopped.
    pub(crate) fn delivered(site: String, counts: &OutboxReport) -> Self {
        let OutboxReport {
            delivered,
            refused,
            waiting,
            ..
        } = *counts;
        let outcome = match (delivered > 0, refused > 0, waiting > 0) {
            (_, false, false) => Outcome::Accepted,
            (true, ..) => Outcome::PartlyAccepted,
            (false, true, _) => Outcome::Rejected,
            (false, false, true) => Outcome::Unreachable,
        };
        Self {
            message: format!("{delivered} delivered, {refused} refused, {waiting} waiting"),
            queued: waiting > 0,
            ..Self::new(site, outcome)
        }
    }
}

/// Most names of delivered updates that one line has.
const MAX_NAMED: usize = 10;

/// Most of them that are listed.
const MAX_LISTED: usize = 1_000;

/// What became of entries of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OutboxReport {
    pub(crate) delivered: usize,
    /// What people call them: `build shop #6 successful`.
    pub(crate) delivered_names: Vec<String>,
    /// Refused by Jira for good and set aside.
    pub(crate) refused: usize,
    /// Still there.
    pub(crate) waiting: usize,
    /// Set aside since they were too old, or dropped since they were too many.
    pub(crate) expired: usize,
    /// Dropped since a later update of the same build or deployment takes their place.
    pub(crate) superseded: usize,
}

impl OutboxReport {
    /// Takes in one that was delivered.
    pub(crate) fn deliver(&mut self, name: &str) {
        self.delivered += 1;
        if self.delivered_names.len() < MAX_LISTED {
            self.delivered_names.push(name.to_owned());
        }
    }

    /// The first names of what was delivered, behind a label; nothing when that is nothing.
    pub(crate) fn delivered_line(&self, label: &str) -> Option<String> {
        let shown: Vec<&str> = self.delivered_names.iter().map(String::as_str).collect();
        let shown = &shown[..shown.len().min(MAX_NAMED)];
        let more = match self.delivered - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (self.delivered > 0).then(|| format!("{label}: {}{more}", shown.join(", ")))
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        let room = MAX_LISTED.saturating_sub(self.delivered_names.len());
        let names = other.delivered_names.into_iter();
        self.delivered_names.extend(names.take(room));
        self.refused += other.refused;
        self.waiting += other.waiting;
        self.expired += other.expired;
        self.superseded += other.superseded;
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
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

/// The gate of a deployment.
#[derive(Debug, Serialize)]
pub(crate) struct GateReport {
    /// Jira's word.
    pub(crate) gating_status: String,
    /// When it changed last, as Jira writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gating_updated: Option<String>,
    pub(crate) change_requests: Vec<ChangeRequest>,
}

/// A request that was not sent.
#[derive(Debug, Serialize)]
pub(crate) struct PreparedRequest {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// Nothing for a request that has none.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(crate) body: Value,
}

impl Report {
    /// A report of nothing more than this.
    pub(crate) fn new(outcome: Outcome, message: String) -> Self {
        Self {
            outcome,
            exit_code: 0,
            message,
            state: None,
            issue_keys: Vec::new(),
            sites: Vec::new(),
            outbox: None,
            commit: None,
            sent: Vec::new(),
            ranges: Vec::new(),
            upstream: None,
            deployed: None,
            gate: None,
            request: None,
            further_requests: Vec::new(),
        }
    }

    /// The report of a run that ended before anything was sent.
    pub(crate) fn failed(failure: &Failure) -> Self {
        Self {
            exit_code: failure.kind.exit_code(),
            ..Self::new(failure.kind.into(), failure.message())
        }
    }

    /// One line of JSON.
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

#[cfg(test)]
mod tests {
    use super::{MAX_LISTED, OutboxReport};

    #[test]
    fn what_was_delivered_is_named_up_to_a_limit() {
        for (count, line) in [
            (0, None),
            (1, Some("also delivered: b1")),
            (
                10,
                Some("also delivered: b1, b2, b3, b4, b5, b6, b7, b8, b9, b10"),
            ),
            (
                12,
                Some("also delivered: b1, b2, b3, b4, b5, b6, b7, b8, b9, b10 and 2 more"),
            ),
        ] {
            let mut report = OutboxReport::default();
            for number in 1..=count {
                report.deliver(&format!("b{number}"));
            }
            assert_eq!(
                report.delivered_line("also delivered").as_deref(),
                line,
                "{count}"
            );
        }
        let mut whole = OutboxReport::default();
        for _ in 0..2 {
            let mut part = OutboxReport::default();
            (0..=MAX_LISTED).for_each(|_| part.deliver("b"));
            whole.add(part);
        }
        let counts = (whole.delivered, whole.delivered_names.len());
        assert_eq!(counts, (2 * MAX_LISTED + 2, MAX_LISTED));
    }
}
