//! What the pipeline library is to do: the JSON that `jira-send step` prints last.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::PROTOCOL;
use crate::error::Failure;
use crate::ordered::ordered;
use crate::output::visible;
use crate::report::Report;

/// The answer to one call.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) returns: Value,
    /// Lines for the log.
    pub(super) echo: Vec<String>,
    /// Fails the step with this text, after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fail: Option<String>,
    /// The result that the run gets before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_result: Option<&'static str>,
    /// Ends the run by an interruption, which `retry` lets pass.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) interrupt: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) again: Option<Again>,
    /// For the end of a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<String>,
    pub(super) memory: MemoryChange,
    /// Why there is no answer: the library keeps the request, as if the program had not been started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Again {
    pub(super) seconds: u64,
    pub(super) token: String,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct MemoryChange {
    /// Lines `NAME JSON`, which take the place of those of the same names.
    pub(super) keep: Vec<String>,
    pub(super) forget: Vec<String>,
}

impl Answer {
    /// The answer where nothing could be done.
    pub(super) fn of_failure(step: &str, failure: &Failure) -> Self {
        let line = format!("{step}: {}", failure.message());
        let echo = std::iter::once(line).chain(hints(failure));
        Self {
            returns: returns(&Report::failed(failure)),
            echo: echo.map(|line| visible(&line)).collect(),
            ..Self::default()
        }
    }

    /// The answer to a request that this program does not understand.
    pub(super) fn refused(failure: &Failure) -> Self {
        let message = failure.message();
        let parts = std::iter::once(message.as_str()).chain(failure.hints());
        Self {
            problem: Some(visible(&parts.collect::<Vec<_>>().join("; "))),
            ..Self::default()
        }
    }

    pub(super) fn is_poll(&self) -> bool {
        self.again.is_some()
    }

    pub(super) fn to_json(&self) -> String {
        let mut json = json!(self);
        json["protocol"] = PROTOCOL.into();
        json.to_string()
    }
}

pub(super) fn hints(failure: &Failure) -> impl Iterator<Item = String> {
    failure.hints().map(|hint| format!("  hint: {hint}"))
}

/// The report as a step returns it: the names of a Map in a Jenkinsfile, and nothing that is for this program alone.
pub(super) fn returns(report: &Report) -> Value {
    let mut fields = camel_cased(json!(report));
    fields.remove("deployed");
    fields.remove("outbox");
    let sites = fields.get_mut("sites").and_then(Value::as_array_mut);
    for site in sites.into_iter().flatten() {
        let mut of_site = camel_cased(site.take());
        of_site.entry("queued").or_insert(Value::Bool(false));
        *site = of_site.into();
    }
    let requests = fields
        .get_mut("changeRequests")
        .and_then(Value::as_array_mut);
    for request in requests.into_iter().flatten() {
        *request = camel_cased(request.take()).into();
    }
    fields.into()
}

/// The fields of an object, `issue_keys` as `issueKeys`. What lies deeper is Jira's, or the user's.
pub(super) fn camel_cased(object: Value) -> Map<String, Value> {
    let Value::Object(fields) = object else {
        return Map::new();
    };
    let fields = fields.into_iter();
    ordered(fields.map(|(name, value)| (camel_case(&name), value)))
}

fn camel_case(name: &str) -> String {
    crate::wording::camel_case(&name.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, returns};
    use crate::error::Failure;
    use crate::report::{Outcome, Report, SiteReport};

    #[test]
    fn a_report_becomes_a_map_of_a_jenkinsfile() {
        let mut site = SiteReport::new("acme".to_owned(), Outcome::Accepted);
        site.unknown_issue_keys = vec!["ABC-9".to_owned()];
        site.accepted = vec![json!({"some_key": 1})];
        let report = Report {
            sites: vec![site],
            ..Report::new(Outcome::Accepted, "fine".to_owned())
        };
        let map = returns(&report);
        assert_eq!(map["exitCode"], 0);
        assert_eq!(map["issueKeys"], json!([]));
        assert_eq!(map["sites"][0]["unknownIssueKeys"], json!(["ABC-9"]));
        assert_eq!(map["sites"][0]["accepted"], json!([{"some_key": 1}]));
        assert_eq!(map["sites"][0]["queued"], false);
    }

    #[test]
    fn a_failure_is_said_once_with_its_hint() {
        let failure = Failure::usage("no").cause("because").hint("do this");
        let answer = Answer::of_failure("jiraSendKeys", &failure);
        assert_eq!(
            answer.echo,
            ["jiraSendKeys: no: because", "  hint: do this"]
        );
        assert_eq!(answer.returns["outcome"], "invalid");
        assert_eq!(answer.returns["exitCode"], 2);
        assert!(answer.to_json().contains("\"protocol\":1"));
    }
}
