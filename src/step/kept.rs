//! A call of a step that never reached the program: the library keeps its request with the run, and a later step sends
//! it as what it was.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::memory::Line;
use super::request::{Body, End, Request};
use super::steps::Step;
use crate::ordered::ordered;
use crate::variables::{BUILD_NUMBER, JOB_NAME, Variables};

#[derive(Debug)]
pub(super) struct Kept {
    pub(super) request: Request,
    pub(super) step: &'static Step,
    /// The variables of its run.
    pub(super) variables: BTreeMap<String, String>,
}

impl Kept {
    /// # Errors
    /// What is wrong with the line: everybody can set the variable.
    pub(super) fn read(line: &Line) -> Result<Self, String> {
        let fields = &line.fields;
        let request = fields.get("request").cloned().unwrap_or_default();
        let mut request = Request::of_value(request)?;
        let step = Step::find(&request.step).filter(|step| step.sends());
        let step = step.ok_or_else(|| {
            let name = &request.step;
            format!("this version of jira-send has no step {name} that sends")
        })?;
        // What its run has ended as, for what was left without a state.
        let result = fields.get("result").and_then(Value::as_str);
        if request.run.result.is_none() && request.body.is_none() {
            request.run.result = result.map(ToOwned::to_owned);
        }
        if let (Some(Body::Begin), Some(result)) = (&request.body, result) {
            // The run is over, and its end was never heard of: it came with that of the run.
            let started = request.run.now;
            let ended = fields.get("ended").and_then(Value::as_i64);
            request.run.now = ended.unwrap_or(started).max(started);
            request.run.result = Some(result.to_owned());
            request.body = Some(Body::End(End {
                started,
                threw: !matches!(result, "SUCCESS" | "UNSTABLE"),
                ..End::default()
            }));
        }
        let variables = fields.get("variables");
        let variables = variables.and_then(Value::as_object);
        Ok(Self {
            request,
            step,
            variables: variables.map(texts).unwrap_or_default(),
        })
    }

    pub(super) fn is_of_run(&self, here: &Variables) -> bool {
        let mut names = [JOB_NAME, BUILD_NUMBER].into_iter();
        names.all(|name| self.variables.get(name.name).map(String::as_str) == here.get(name))
    }

    /// Whether a clone can be asked about it: without its commit, what is checked out by then is another one.
    pub(super) fn has_commit(&self) -> bool {
        self.variables.contains_key("GIT_COMMIT") || self.request.parameters.contains_key("commit")
    }
}

fn texts(fields: &Map<String, Value>) -> BTreeMap<String, String> {
    let texts = fields.iter();
    ordered(texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))))
}
