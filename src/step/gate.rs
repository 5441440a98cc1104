//! A gate as the steps see it: asked once, or again and again until it is decided. Between two questions nothing is held,
//! on the agent or here: everything that is needed is in the token.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Again, Answer, returns};
use super::call::Call;
use super::memory::Topic;
use super::parameters::text;
use super::steps::Task;
use crate::cli::DEFAULT_TIMEOUT;
use crate::domain::duration::{self, MAX_SECONDS};
use crate::error::Failure;
use crate::json;
use crate::report::Report;

/// Seconds before the second question; every later pause is half as long again.
const FIRST_PAUSE: u64 = 5;

/// Longest pause between two questions, in seconds.
const LONGEST_PAUSE: u64 = 60;

/// So many seconds Jira may take to know the gate of a deployment that it has just accepted.
const UNKNOWN_YET: u64 = 120;

/// What is known of a wait from one question to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Wait {
    /// Milliseconds since 1970.
    begun: i64,
    /// All pauses together, in seconds: a clock may be set back.
    paused: u64,
    /// The next pause, in seconds.
    pause: u64,
    said: String,
    /// Whether a line said that Jira cannot be reached.
    is_in_trouble: bool,
    last: Option<Value>,
}

pub(super) struct Patience {
    /// Seconds.
    pub(super) timeout: u64,
    /// Seconds between two questions, where the user says.
    pub(super) interval: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Again(Again),
    /// What the step returns, or ends the run with.
    Over(Value),
}

impl Wait {
    /// The wait that is going on, or a new one.
    pub(super) fn of(token: Option<&str>, now: i64) -> Self {
        token.and_then(json::parsed).unwrap_or_else(|| Self {
            begun: now,
            ..Self::default()
        })
    }

    /// Takes in the answer to one question, as the step would return it. The second value is a line for the log, if
    /// there is news.
    pub(super) fn after(
        mut self,
        result: Value,
        patience: &Patience,
        now: i64,
    ) -> (Next, Option<String>) {
        let elapsed = u64::try_from(now.saturating_sub(self.begun) / 1000).unwrap_or(0);
        let waited = elapsed.max(self.paused);
        let over = |mut result: Value, line| {
            result["waited"] = waited.into();
            (Next::Over(result), line)
        };
        let message = result["message"].as_str().unwrap_or_default().to_owned();
        let mut line = None;
        if result["gatingStatus"].is_string() {
            line = (self.said != message).then(|| message.clone());
            if result["outcome"] != "awaiting" {
                return over(result, line);
            }
            self.said = message;
            self.is_in_trouble = false;
            self.last = Some(result.clone());
        } else if result["exitCode"] == 4 {
            line = (!self.is_in_trouble)
                .then(|| format!("{message}; asking again until the time is up"));
            self.is_in_trouble = true;
        } else if result["outcome"] != "rejected" || self.last.is_none() && waited >= UNKNOWN_YET {
            return over(result, line);
        }
        let Some(left @ 1..) = patience.timeout.checked_sub(waited) else {
            return over(self.last.take().unwrap_or(result), line);
        };
        let full = patience.interval.unwrap_or(self.pause.max(FIRST_PAUSE));
        let pause = full.min(left);
        self.paused += pause;
        self.pause = (full + full / 2).min(LONGEST_PAUSE);
        let token = json!(self).to_string();
        let again = Again {
            seconds: pause,
            token,
        };
        (Next::Again(again), line)
    }
}

impl Call<'_> {
    /// Asks a gate once, and says what follows.
    pub(super) fn ask_gate(&mut self) -> Answer {
        let patience = match self.patience() {
            Ok(patience) => patience,
            Err(failure) => return self.end_gate(returns(&Report::failed(&failure))),
        };
        let done = self.report(&self.settled());
        let result = returns(&done.result);
        let name = self.step.name;
        if self.step.task == Task::CheckGate {
            let is_open = result["outcome"] == "allowed";
            if !is_open && result["outcome"] != "awaiting" {
                return self.end_gate(result);
            }
            let news = self.gate_news(&result);
            return Answer {
                returns: is_open.into(),
                echo: news
                    .map(|news| format!("{name}: {news}"))
                    .into_iter()
                    .collect(),
                ..Answer::default()
            };
        }
        let now = self.request.run.now;
        let wait = Wait::of(self.request.waiting.as_deref(), now);
        let (next, line) = wait.after(result, &patience, now);
        let echo = line
            .map(|line| format!("{name}: {line}"))
            .into_iter()
            .collect();
        match next {
            Next::Again(again) => Answer {
                echo,
                again: Some(again),
                ..Answer::default()
            },
            Next::Over(result) if result["outcome"] == "allowed" => Answer {
                returns: decision(result),
                echo,
                ..Answer::default()
            },
            Next::Over(result) => self.end_gate(decision(result)),
        }
    }

    /// The same answer is printed once in a run: people ask in a loop.
    fn gate_news(&mut self, result: &Value) -> Option<String> {
        let message = text(&result["message"]);
        let name = Topic::Gate.name("");
        let said = json!(message);
        let mut known = self.memory.about(Topic::Gate);
        if known.any(|(_, line)| line.fields.get("said") == Some(&said)) {
            return None;
        }
        drop(known);
        self.memory.keep(name, json!({"said": said}));
        Some(message)
    }

    /// Ends the run where the deployment may not go on: as failed when there is no decision, as aborted when it is against
    /// the deployment or nobody made it. Jenkins' `retry` begins again after an error, and not after an interruption, so
    /// whoever asks again in a run that was ended here meets one.
    fn end_gate(&self, mut result: Value) -> Answer {
        let reason = reason(&result);
        let line = format!("{}: {reason}", self.step.name);
        let is_strict = self.parameters.fail_on_error != Some(false);
        if !is_strict {
            result["message"] = reason.into();
            return Answer {
                returns: result,
                echo: vec![line],
                ..Answer::default()
            };
        }
        let is_decided = result["outcome"] == "prevented" || result["outcome"] == "awaiting";
        let was_ended = self.request.run.result.as_deref() == Some("ABORTED");
        Answer {
            returns: result,
            interrupt: is_decided && was_ended,
            set_result: is_decided.then_some("ABORTED"),
            fail: Some(line),
            ..Answer::default()
        }
    }

    fn patience(&self) -> Result<Patience, Failure> {
        let read = |name: &str, given: Option<String>| {
            match given {
            None => Ok(None),
            Some(text) => seconds(&text).map(Some).ok_or_else(|| {
                Failure::usage(format!(
                    "{name} expects seconds or a text such as '90 s', '20 min', '2 h' or '1 d', from 1 second to 30 days, got \"{text}\""
                ))
            }),
        }
        };
        let variable = self.variables.by_name("JIRA_SEND_TIMEOUT");
        let timeout = self.parameters.timeout.as_ref().map(text);
        let timeout = timeout.or_else(|| variable.map(ToOwned::to_owned));
        let interval = self.parameters.poll_interval.as_ref().map(text);
        Ok(Patience {
            timeout: read("timeout", timeout)?.unwrap_or(DEFAULT_TIMEOUT.into()),
            interval: read("pollInterval", interval)?,
        })
    }
}

/// From 1 second to 30 days.
fn seconds(text: &str) -> Option<u64> {
    duration::seconds_in(text, &(1..=MAX_SECONDS)).map(u64::from)
}

/// What `jiraAwaitGate` returns, whether or not Jira knew the gate.
fn decision(result: Value) -> Value {
    let mut decision = json!({"gatingStatus": null, "gatingUpdated": null, "changeRequests": []});
    if let (Value::Object(all), Value::Object(known)) = (&mut decision, result) {
        all.extend(known);
    }
    decision
}

/// Why the run does not go on, and the next thing to do.
pub(super) fn reason(result: &Value) -> String {
    let text = |name: &str| result[name].as_str().unwrap_or_default();
    let message = text("message");
    match text("outcome") {
        "prevented" if text("gatingStatus") == "expired" => format!(
            "the deployment was prevented by Jira Service Management: {message}. Nobody decided in time; run the deployment again to ask once more"
        ),
        "prevented" => format!(
            "the deployment was prevented by Jira Service Management: {message}. The change request was declined; its issue has the reason"
        ),
        "awaiting" => {
            let mut reason = String::from("nobody has decided");
            if let Some(waited) = result["waited"].as_u64() {
                let _ = write!(reason, " within {waited} seconds");
            }
            format!(
                "{reason}: {message}. Ask whoever approves the change request, or wait longer with timeout"
            )
        }
        outcome => {
            let advice = match outcome {
                "invalid_gate" => {
                    ". Jira cannot decide: check the services of the deployment (serviceIds) and the change management of the service project"
                }
                "rejected" => {
                    ". Was the deployment sent before in this run, with enableGating, serviceIds and the same environmentId?"
                }
                "unauthorized" => {
                    ". It needs the permission \"Deployments\"; jiraSendCheck() shows what is missing"
                }
                "unreachable" => ". Ask again later; jiraAwaitGate does so by itself",
                _ => "",
            };
            format!(
                "there is no decision of Jira Service Management, so the deployment may not proceed: {message}{advice}"
            )
        }
    }
}

#[cfg(test)]
mod tests;
