//! States of builds and deployments, and what the results of Jenkins and other tools become.

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
    /// The words of Jira and of the tools that run builds, in lower case and without what separates them. A word that does
    /// not say how a run ended (finished, completed, failing, canceling) is not among them.
    const WORDS: &[(&str, RunState)] = &[
        ("unknown", Self::Unknown),
        ("pending", Self::Pending),
        ("queued", Self::Pending),
        ("scheduled", Self::Pending),
        ("created", Self::Pending),
        ("creating", Self::Pending),
        ("waiting", Self::Pending),
        ("waitingforresource", Self::Pending),
        ("preparing", Self::Pending),
        ("notstarted", Self::Pending),
        ("blocked", Self::Pending),
        ("inprogress", Self::InProgress),
        ("running", Self::InProgress),
        ("started", Self::InProgress),
        ("building", Self::InProgress),
        ("successful", Self::Successful),
        ("success", Self::Successful),
        ("succeeded", Self::Successful),
        ("passed", Self::Successful),
        ("unstable", Self::Unstable),
        ("succeededwithissues", Self::Unstable),
        ("partiallysucceeded", Self::Unstable),
        ("failed", Self::Failed),
        ("failure", Self::Failed),
        ("error", Self::Failed),
        ("errored", Self::Failed),
        ("timedout", Self::Failed),
        ("cancelled", Self::Cancelled),
        ("canceled", Self::Cancelled),
        ("aborted", Self::Cancelled),
        ("killed", Self::Cancelled),
        ("stopped", Self::Cancelled),
        ("abandoned", Self::Cancelled),
        ("declined", Self::Cancelled),
        ("skipped", Self::Cancelled),
        ("notbuilt", Self::Cancelled),
        ("notrun", Self::Cancelled),
        ("rolledback", Self::RolledBack),
    ];

    /// Whether nothing is expected to follow.
    pub(crate) fn is_end(self) -> bool {
        !matches!(self, Self::Pending | Self::InProgress)
    }
}

impl FromStr for RunState {
    type Err = String;

    /// Any letter case; blanks, hyphens and underscores do not count.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.to_ascii_lowercase().replace([' ', '-', '_'], "");
        let known = Self::WORDS.iter().find(|(name, _)| *name == word);
        known.map(|(_, state)| *state).ok_or_else(|| {
            "expected one of pending, in_progress, successful, failed, cancelled, rolled_back, unknown, \
             or a result of Jenkins or another tool, such as SUCCESS, UNSTABLE, ABORTED, passed, Succeeded, running, error"
                .to_owned()
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

/// `state` of a build (Builds API, submitBuilds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BuildState {
    Pending,
    InProgress,
    Successful,
    Failed,
    Cancelled,
    Unknown,
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
    /// Jira's word.
    pub(crate) fn word(self) -> &'static str {
        DeploymentState::from(self).word()
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

/// Every state of a build is one of a deployment, too.
impl From<BuildState> for DeploymentState {
    fn from(state: BuildState) -> Self {
        match state {
            BuildState::Pending => Self::Pending,
            BuildState::InProgress => Self::InProgress,
            BuildState::Successful => Self::Successful,
            BuildState::Failed => Self::Failed,
            BuildState::Cancelled => Self::Cancelled,
            BuildState::Unknown => Self::Unknown,
        }
    }
}

/// The state of a build; `unstable` stands for Jenkins' UNSTABLE.
///
/// # Errors
/// A build cannot be rolled back.
pub(crate) fn build_state(state: RunState, unstable: BuildState) -> Result<BuildState, String> {
    Ok(match state {
        RunState::Unknown => BuildState::Unknown,
        RunState::Pending => BuildState::Pending,
        RunState::InProgress => BuildState::InProgress,
        RunState::Cancelled => BuildState::Cancelled,
        RunState::Failed => BuildState::Failed,
        RunState::Successful => BuildState::Successful,
        RunState::Unstable => unstable,
        RunState::RolledBack => {
            return Err(NO_ROLLBACK.to_owned());
        }
    })
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
        RunState::Unstable => unstable.into(),
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
    match text.parse() {
        Ok(RunState::Successful) => Ok(BuildState::Successful),
        Ok(RunState::Failed) => Ok(BuildState::Failed),
        Ok(RunState::Cancelled) => Ok(BuildState::Cancelled),
        Ok(RunState::Unknown) => Ok(BuildState::Unknown),
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
