//! States of builds and deployments, and what the results of Jenkins and other tools become.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What the user or Jenkins says about a run: one of Jira's words, or a result of Jenkins or another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunState {
    Unknown,
    Pending,
    InProgress,
    Cancelled,
    Failed,
    RolledBack,
    Successful,
    /// Jenkins' UNSTABLE, which becomes `failed` unless `--unstable-as` says otherwise.
    Unstable,
}

impl RunState {
    /// Whether nothing is expected to follow.
    pub(crate) fn is_end(self) -> bool {
        !matches!(self, Self::Pending | Self::InProgress)
    }
}

impl FromStr for RunState {
    type Err = String;

    /// The words of Jira and of the tools that run builds, in any letter case; blanks, hyphens and underscores do not count.
    /// A word that does not say how a run ended (finished, completed, failing, canceling) is not among them.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.to_ascii_lowercase().replace([' ', '-', '_'], "");
        Ok(match word.as_str() {
            "unknown" => Self::Unknown,
            "pending" | "queued" | "scheduled" | "created" | "creating" | "waiting"
            | "waitingforresource" | "preparing" | "notstarted" | "blocked" => Self::Pending,
            "inprogress" | "running" | "started" | "building" => Self::InProgress,
            "successful" | "success" | "succeeded" | "passed" => Self::Successful,
            "unstable" | "succeededwithissues" | "partiallysucceeded" => Self::Unstable,
            "failed" | "failure" | "error" | "errored" | "timedout" => Self::Failed,
            "cancelled" | "canceled" | "aborted" | "killed" | "stopped" | "abandoned"
            | "declined" | "skipped" | "notbuilt" | "notrun" => Self::Cancelled,
            "rolledback" => Self::RolledBack,
            _ => {
                let expected = "expected one of pending, in_progress, successful, failed, cancelled, rolled_back, unknown, \
                    or a result of Jenkins or another tool, such as SUCCESS, UNSTABLE, ABORTED, passed, Succeeded, running, error";
                return Err(expected.to_owned());
            }
        })
    }
}

/// What `--state` of a build takes.
///
/// # Errors
/// An unknown word, or one for deployments only.
pub(crate) fn parse_state_of_build(text: &str) -> Result<RunState, String> {
    match text.parse() {
        Ok(RunState::RolledBack) => Err(NO_ROLLBACK.to_owned()),
        Ok(state) => Ok(state),
        Err(expected) => Err(str::replace(&expected, "rolled_back, ", "")),
    }
}

const NO_ROLLBACK: &str = "a build cannot be rolled_back; only a deployment can";

/// `state` of a build (Builds API, submitBuilds): any state of a deployment but one.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct BuildState(DeploymentState);

impl fmt::Debug for BuildState {
    /// Part of what a backfill remembers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// `state` of a deployment (Deployments API, submitDeployments).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeploymentState {
    Unknown,
    Pending,
    InProgress,
    Cancelled,
    Failed,
    RolledBack,
    Successful,
}

impl BuildState {
    pub(crate) const FAILED: Self = Self(DeploymentState::Failed);
    pub(crate) const UNKNOWN: Self = Self(DeploymentState::Unknown);

    /// Jira's word.
    pub(crate) fn word(self) -> &'static str {
        self.0.word()
    }
}

impl DeploymentState {
    /// Jira's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
            Self::Successful => "successful",
        }
    }
}

/// The state of a build; `unstable` stands for Jenkins' UNSTABLE.
///
/// # Errors
/// A build cannot be rolled back.
pub(crate) fn build_state(state: RunState, unstable: BuildState) -> Result<BuildState, String> {
    match deployment_state(state, unstable) {
        DeploymentState::RolledBack => Err(NO_ROLLBACK.to_owned()),
        state => Ok(BuildState(state)),
    }
}

/// The state of a deployment; `unstable` stands for Jenkins' UNSTABLE.
pub(crate) fn deployment_state(state: RunState, unstable: BuildState) -> DeploymentState {
    match state {
        RunState::Unknown => DeploymentState::Unknown,
        RunState::Pending => DeploymentState::Pending,
        RunState::InProgress => DeploymentState::InProgress,
        RunState::Cancelled => DeploymentState::Cancelled,
        RunState::Failed => DeploymentState::Failed,
        RunState::RolledBack => DeploymentState::RolledBack,
        RunState::Successful => DeploymentState::Successful,
        RunState::Unstable => unstable.0,
    }
}

/// What `--rollback-as` takes: the state of a successful rollback.
pub(crate) fn parse_rollback_as(text: &str) -> Result<DeploymentState, String> {
    match text.parse() {
        Ok(RunState::RolledBack) => Ok(DeploymentState::RolledBack),
        Ok(RunState::Successful) => Ok(DeploymentState::Successful),
        _ => Err("expected one of rolled_back, successful".to_owned()),
    }
}

/// What `--unstable-as` takes: a state in which a build can end.
pub(crate) fn parse_unstable_as(text: &str) -> Result<BuildState, String> {
    use RunState::{Cancelled, Failed, Successful, Unknown};
    match text.parse() {
        Ok(state @ (Successful | Failed | Cancelled | Unknown)) => {
            build_state(state, BuildState::FAILED)
        }
        _ => Err("expected one of successful, failed, cancelled, unknown".to_owned()),
    }
}

/// What `--running-as` takes: the state of a run whose result is not known yet. Version 1.4.5 of Atlassian's plugin
/// called it successful.
pub(crate) fn parse_running_as(text: &str) -> Result<RunState, String> {
    match text.parse() {
        Ok(state @ (RunState::InProgress | RunState::Successful | RunState::Unknown)) => Ok(state),
        _ => Err("expected one of in_progress, successful, unknown".to_owned()),
    }
}

#[cfg(test)]
mod tests;
