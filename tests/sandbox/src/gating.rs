//! "Deployments API, getDeploymentGatingStatusByKey": what a change request decides, as tests want it over time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::associations;
use crate::http::Response;
use crate::store::Key;

const COMMAND: &str = "initiate_deployment_gating";

/// Without a script nobody ever decides.
const UNDECIDED: &str = "awaiting";

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A status code without a body.
    Code(u16),
    /// A gating status, known to Jira or not.
    Status(String),
}

impl Step {
    fn of(word: &str) -> Self {
        let code = word.parse().ok().filter(|code| (400..600).contains(code));
        code.map_or_else(|| Self::Status(word.to_owned()), Self::Code)
    }
}

/// How far the questions for one deployment have got.
#[derive(Debug)]
struct Progress {
    questions: usize,
    status: String,
    since: Timestamp,
}

/// The scripts: one step for each question, the last one stays.
#[derive(Debug, Default)]
pub(crate) struct Gating {
    common: Vec<Step>,
    by_environment: BTreeMap<String, Vec<Step>>,
    progress: BTreeMap<Key, Progress>,
}

impl Gating {
    /// Takes effect from its first step on; an empty script is none. An environment's own script comes first.
    pub(crate) fn script(&mut self, environment: Option<&str>, words: &[&str]) {
        let steps = words.iter().map(|word| Step::of(word)).collect();
        match environment {
            Some(id) => drop(self.by_environment.insert(id.to_owned(), steps)),
            None => self.common = steps,
        }
        self.progress.clear();
    }

    /// `deployment` is the stored one.
    pub(crate) fn answer(&mut self, key: &Key, deployment: &Value) -> Response {
        let mut commands = deployment["commands"].as_array().into_iter().flatten();
        if !commands.any(|command| command["command"] == COMMAND) {
            return Response::empty(404);
        }
        let environment = deployment["environment"]["id"].as_str().unwrap_or_default();
        let script = self.by_environment.get(environment);
        let script = script
            .filter(|steps| !steps.is_empty())
            .unwrap_or(&self.common);
        let questions = self
            .progress
            .get(key)
            .map_or(0, |progress| progress.questions);
        let step = script.get(questions).or(script.last()).cloned();
        let step = step.unwrap_or_else(|| Step::Status(UNDECIDED.to_owned()));
        let progress = self
            .progress
            .entry(key.clone())
            .or_insert_with(|| Progress {
                questions,
                status: String::new(),
                since: Timestamp::now(),
            });
        progress.questions += 1;
        match step {
            Step::Code(code) => Response::empty(code),
            Step::Status(status) => {
                if progress.status != status {
                    progress.status = status;
                    progress.since = Timestamp::now();
                }
                Response::json(200, &body(deployment, progress))
            }
        }
    }
}

fn body(deployment: &Value, progress: &Progress) -> Value {
    let issues = associations::issues(deployment);
    // The change request; an issue that was sent by its id has no key to show.
    let request = issues.iter().find(|issue| issue.contains('-'));
    let details = request.map(|key| {
        json!({
            "type": "issue",
            "issueKey": key,
            "issueLink": format!("https://sandbox.atlassian.net/browse/{key}"),
        })
    });
    json!({
        "deploymentSequenceNumber": deployment["deploymentSequenceNumber"],
        "pipelineId": deployment["pipeline"]["id"],
        "environmentId": deployment["environment"]["id"],
        "updatedTimestamp": progress.since.to_string(),
        "gatingStatus": progress.status,
        "details": details.into_iter().collect::<Vec<_>>(),
    })
}
