//! What the pipeline library hands over: the file that `jira-send step` reads first.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::PROTOCOL;
use crate::error::Failure;
use crate::files;
use crate::json::whole_characters;

/// Longest request, in bytes: a change log of 1000 commits has less than a tenth of it.
const MAX_REQUEST: u64 = 16 * 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    /// The same for the beginning and the end of a body.
    pub(super) id: String,
    /// Its public name, such as `jiraSendBuildInfo`.
    pub(super) step: String,
    /// An argument without a name.
    pub(super) misused: Option<String>,
    /// As the user gave them.
    #[serde(default)]
    pub(super) parameters: Map<String, Value>,
    #[serde(default)]
    pub(super) credential: BoundCredential,
    /// The step took an agent for this call, whose workspace is not that of the run.
    #[serde(default)]
    pub(super) own_agent: bool,
    pub(super) run: ThisRun,
    pub(super) body: Option<Body>,
    /// Given back from the last answer, while a step waits.
    pub(super) waiting: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BoundCredential {
    /// `false` when the user binds what is needed.
    pub(super) id: Value,
    pub(super) problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThisRun {
    pub(super) result: Option<String>,
    /// Milliseconds since 1970 by the controller's clock.
    pub(super) now: i64,
    #[serde(default)]
    pub(super) memory: String,
    /// Newest first.
    #[serde(default)]
    pub(super) changes: Vec<Change>,
    pub(super) changes_problem: Option<String>,
    /// Earlier runs of the job, and later ones that are there already.
    #[serde(default)]
    pub(super) others: Vec<OtherRun>,
    #[serde(default)]
    pub(super) upstream: Vec<UpstreamRun>,
}

/// One commit of Jenkins' change log.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    pub(super) commit: String,
    pub(super) message: String,
    /// `git`, or another system, whose commits no repository of git has.
    pub(super) system: String,
}

/// Another run of the same job that remembers something.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OtherRun {
    pub(super) result: Option<String>,
    pub(super) is_completed: bool,
    /// Milliseconds since 1970; only for a completed run.
    pub(super) ended: Option<i64>,
    pub(super) memory: String,
}

/// A run that started this one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UpstreamRun {
    pub(super) job: String,
    pub(super) number: i64,
    pub(super) memory: String,
}

/// Which part of a body the call is about.
#[derive(Debug, Deserialize)]
#[serde(tag = "phase", rename_all = "camelCase")]
pub(super) enum Body {
    Begin,
    End(End),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct End {
    /// What the beginning said; nothing where it could not be called.
    pub(super) begun: Option<String>,
    /// Milliseconds since 1970 by the controller's clock.
    pub(super) started: i64,
    #[serde(default)]
    pub(super) threw: bool,
    #[serde(default)]
    pub(super) interrupted: bool,
    pub(super) result_before: Option<String>,
}

impl Request {
    /// # Errors
    /// It cannot be read, is no request, or one of another version.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let unusable = || {
            Failure::usage("could not read the request of the pipeline step")
                .hint("the program is called by the steps of the pipeline library; elsewhere use its other commands")
        };
        let text = files::read_text(&path.to_string_lossy(), MAX_REQUEST)
            .map_err(|error| unusable().chain(&error))?;
        Self::parse(&text).map_err(|problem| unusable().cause(problem))
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(&whole_characters(text)).map_err(|error| error.to_string())?;
        Self::of_value(value)
    }

    pub(super) fn of_value(value: Value) -> Result<Self, String> {
        match value["protocol"].as_u64() {
            Some(version) if version == u64::from(PROTOCOL) => {}
            Some(version) => {
                return Err(format!(
                    "the library speaks version {version} of the protocol, this program version {PROTOCOL}: \
                     install the program that belongs to the library"
                ));
            }
            None => return Err("it has no version of the protocol".to_owned()),
        }
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    pub(super) fn end(&self) -> Option<&End> {
        match &self.body {
            Some(Body::End(end)) => Some(end),
            _ => None,
        }
    }

    /// Whether the body decides if the run goes on: it is about to begin, or it threw.
    pub(super) fn has_another_say(&self) -> bool {
        self.is_beginning() || self.end().is_some_and(|end| end.threw)
    }

    pub(super) fn is_beginning(&self) -> bool {
        matches!(self.body, Some(Body::Begin))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Request;

    #[test]
    fn a_request_needs_little_and_takes_everything() {
        let least = json!({"protocol": 1, "id": "a", "step": "s", "run": {"number": 7, "now": 5}});
        let request = Request::of_value(least).unwrap();
        assert!(!request.is_beginning() && request.parameters.is_empty());
        let end = json!({
            "protocol": 1, "id": "a", "step": "s", "misused": null, "ownAgent": true, "waiting": null,
            "parameters": {"state": null}, "credential": {"id": false, "problem": null},
            "run": {"number": 7, "now": 5, "result": null, "memory": "none",
                    "changes": [{"commit": "8a91", "message": "x", "system": "git"}], "changesProblem": null,
                    "others": [{"number": 6, "result": "FAILURE", "isCompleted": true, "ended": 4, "memory": ""}],
                    "upstream": [{"job": "j", "number": 1, "memory": ""}]},
            "body": {"phase": "end", "begun": null, "started": 3, "threw": true, "interrupted": false,
                     "resultBefore": null},
        });
        let request = Request::of_value(end).unwrap();
        let end = request.end().unwrap();
        assert_eq!((end.started, end.threw), (3, true));
        assert!(request.run.others[0].is_completed && request.own_agent);
    }

    #[test]
    fn what_is_no_request_is_refused_with_a_reason() {
        for (text, words) in [
            ("", "EOF"),
            ("[]", "no version"),
            (r#"{"protocol": 2}"#, "version 2"),
            (r#"{"protocol": 1, "id": "a", "step": "s"}"#, "run"),
            (
                r#"{"protocol": 1, "id": "a", "step": "s", "run": {"number": 1, "now": 1}, "body": {"phase": "x"}}"#,
                "x",
            ),
        ] {
            let problem = Request::parse(text).unwrap_err();
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }

    #[test]
    fn half_an_emoji_does_not_spoil_the_rest() {
        let text = r#"{"protocol":1,"id":"a","step":"s","misused":"\ud83d and \\ud83d \ud83d\ude80","run":{"number":1,"now":1}}"#;
        let request = Request::parse(text).unwrap();
        assert_eq!(request.misused.as_deref(), Some("\u{fffd} and \\ud83d 🚀"));
    }
}
