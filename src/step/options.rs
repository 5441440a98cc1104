//! What the command of a step is called with: the user's parameters, and what follows from the run and the body. From
//! here on, a step is a command like any other.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::body;
use super::parameters::{Parameters, text};
use super::request::{Body, BoundCredential, Change, End, Request};
use super::steps::{NOT_FOR_STEPS, Step, Task};
use crate::commands::{EventTime, Phase, StepPhase};
use crate::error::{Failure, FailureKind};
use crate::facts::Pipeline;
use crate::git::Commit;
use crate::jenkins;
use crate::variables::Variables;
use crate::wording::variable;

/// Longest time for an end that is sent while the run is being stopped.
const STOPPED_BUDGET: Duration = Duration::from_secs(5);

pub(super) struct Settled {
    pub(super) command: &'static str,
    pub(super) options: Map<String, Value>,
    pub(super) variables: Variables,
    pub(super) phase: Phase,
    /// What the user passed and is left out, as a sentence.
    pub(super) complaint: Option<String>,
}

/// Settles it for a call, or for one that is made up for.
pub(super) fn settle(
    step: &Step,
    request: &Request,
    parameters: &Parameters,
    variables: &Variables,
    phase: StepPhase,
) -> Settled {
    let mut settled = Settled {
        command: step.command,
        options: parameters.options.clone(),
        variables: variables_for(parameters, variables),
        phase: Phase {
            step: Some(phase),
            ..Phase::default()
        },
        complaint: None,
    };
    let options = &mut settled.options;
    if matches!(step.task, Task::CheckGate | Task::AwaitGate) {
        return settled;
    }
    if parameters.options.contains_key("issueKeys") {
        // As in Atlassian's plugin: keys that are given replace those that would be found.
        options.entry("onlyIssueKeys").or_insert(true.into());
    }
    if request.own_agent && step.has_option("allChanges") {
        // Its workspace is not that of the run: what no repository has there may still belong to the run.
        options.entry("allChanges").or_insert(true.into());
    }
    if step.sends() && !options.contains_key("eventTime") {
        // The controller's clock: agents' clocks differ, and Jira orders events by this time.
        options.insert("eventTime".to_owned(), request.run.now.into());
        settled.phase.event = EventTime::Controller;
    }
    if step.has_states() {
        settled.settle_state(step, request);
    }
    settled
}

impl Settled {
    fn settle_state(&mut self, step: &Step, request: &Request) {
        let options = &mut self.options;
        let is_given = options.contains_key("state");
        if is_given && step.task == Task::Deployment {
            // A state that the user gives stands.
            options.entry("rollbackAs").or_insert("successful".into());
        }
        let has_state = is_given || self.variables.by_name("JIRA_SEND_STATE").is_some();
        match &request.body {
            None => {
                if let Some(result) = request.run.result.as_ref().filter(|_| !has_state) {
                    options.insert("state".to_owned(), json!(result));
                }
            }
            Some(Body::Begin) => {
                options.insert("state".to_owned(), "in_progress".into());
                options.insert("verify".to_owned(), false.into());
                // The reports are those of another run still.
                options.remove("testReports");
                self.variables = self.variables.with([("JIRA_SEND_TEST_REPORTS", None)]);
                let dropped = self.drop_order();
                self.complaint = (!dropped.is_empty()).then(|| {
                    let dropped = dropped.join(", ");
                    format!("{dropped} ignored around a body: its beginning and its end need different ones")
                });
            }
            Some(Body::End(end)) => {
                self.drop_order();
                self.settle_end(step, end, request, is_given);
            }
        }
    }

    fn settle_end(&mut self, step: &Step, end: &End, request: &Request, is_given: bool) {
        let run = &request.run;
        let options = &mut self.options;
        // What the user gives is the state of a body that went through.
        if !is_given || end.threw || end.interrupted {
            let state = body::end_state(end, run.result.as_deref());
            options.insert("state".to_owned(), state.into());
        }
        let given = options.get("eventTime").map(text);
        let given = given.filter(|_| self.phase.event == EventTime::Given);
        let time = body::end_time(end.started, given.as_deref(), run.now);
        options.insert("eventTime".to_owned(), time.as_millisecond().into());
        if step.task == Task::Deployment {
            let seconds = run.now.saturating_sub(end.started).max(0) / 1000;
            options.entry("duration").or_insert(seconds.into());
        }
        self.phase.begun = body::begun(end.begun.as_deref());
        if end.interrupted {
            self.phase.limit_time(STOPPED_BUDGET);
        }
    }

    /// Beginning and end with the same time or number would be the same for Jira. Says what was given of it.
    fn drop_order(&mut self) -> Vec<&'static str> {
        const ORDER: [(&str, &str); 2] = [
            ("lastUpdated", "JIRA_SEND_LAST_UPDATED"),
            ("updateSequenceNumber", "JIRA_SEND_UPDATE_SEQUENCE_NUMBER"),
        ];
        let mut dropped = Vec::new();
        for (option, variable) in ORDER {
            if self.options.remove(option).is_some() {
                dropped.push(option);
            }
            if self.variables.by_name(variable).is_some() {
                dropped.push(variable);
            }
            self.variables = self.variables.with([(variable, None)]);
        }
        dropped
    }
}

/// The environment with what `checkout` returned, which scripted pipelines do not set.
fn variables_for(parameters: &Parameters, variables: &Variables) -> Variables {
    let hidden: Vec<String> = NOT_FOR_STEPS.iter().map(|name| variable(name)).collect();
    let hidden = hidden.iter().map(|name| (name.as_str(), None));
    let first = parameters.scm.first().and_then(Value::as_object);
    let of_git = first.into_iter().flatten();
    let of_git = of_git.filter(|(name, value)| name.starts_with("GIT_") && !value.is_null());
    let of_git = of_git.map(|(name, value)| (name.as_str(), Some(text(value))));
    variables.with(hidden).with(of_git)
}

pub(super) fn pipeline(request: &Request, parameters: &Parameters) -> Pipeline {
    Pipeline {
        changes: request.run.changes.iter().map(commit).collect(),
        checked_out: jenkins::checkouts(parameters.scm.get(1..).unwrap_or_default()),
        lacks_workspace: false,
    }
}

/// One commit of the change log; no repository of git has the id of another system.
fn commit(change: &Change) -> Commit {
    let Change { commit, .. } = change;
    let id = match change.system.as_str() {
        "" | "git" => commit.clone(),
        other => format!("{other} {commit}"),
    };
    Commit {
        id,
        message: change.message.clone(),
        ..Commit::default()
    }
}

/// Why there is no credential, in the words of somebody who sets up a job.
pub(super) fn no_credential(
    bound: &BoundCredential,
    parameters: &Map<String, Value>,
) -> Option<Failure> {
    let problem = bound.problem.as_deref()?;
    let id = text(&bound.id);
    let is_secret_text = parameters
        .get("clientId")
        .map(text)
        .is_some_and(|id| !id.trim().is_empty());
    let kind = if is_secret_text {
        "\"Secret text\" with the client secret"
    } else {
        "\"Username with password\" with the client id and the client secret"
    };
    let failure = |what: String| Failure::new(FailureKind::Credentials, what);
    let failure = if problem.contains("is of type") {
        failure(format!("the credential '{id}' is of the wrong kind")).hint(format!(
            "it must be {kind}; a \"Secret text\" needs clientId besides, a \"Username with password\" does not"
        ))
    } else if problem.contains("CredentialNotFoundException") {
        failure(format!("there is no credential '{id}' that this job can use")).hint(format!(
            "add {kind} under this id to the folder of the job or to Jenkins, or name another with credentialsId"
        ))
    } else {
        failure(format!("could not bind the credential '{id}'")).cause(problem)
    };
    Some(failure)
}

#[cfg(test)]
mod tests;
