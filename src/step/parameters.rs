//! The parameters of a step: which of them are options of the command, and what the others mean.

use serde_json::{Map, Value, json};

use super::steps::Step;
use crate::output::visible;
use crate::spelling::meant;

/// Most characters of a foreign argument that are repeated.
const MAX_REPEATED: usize = 60;

/// The parameters of one call, as the command takes them.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) options: Map<String, Value>,
    /// What `checkout` returned, of each repository.
    pub(super) scm: Vec<Value>,
    /// Flags as the file that the command reads.
    pub(super) flags: Option<Value>,
    pub(super) fail_on_error: Option<bool>,
    pub(super) timeout: Option<Value>,
    pub(super) poll_interval: Option<Value>,
    /// What is wrong with them and was left out.
    pub(super) complaints: Vec<String>,
}

impl Parameters {
    /// Sorts what the user gave. `null`, blank texts and empty lists count as not given.
    pub(super) fn read(step: &Step, given: &Map<String, Value>, misused: Option<&str>) -> Self {
        let mut read = Self::default();
        if let Some(misused) = misused {
            let argument: String = visible(misused).chars().take(MAX_REPEATED).collect();
            read.complaints.push(format!(
                "the argument \"{argument}\" is ignored, since parameters have names: {}",
                example(step)
            ));
        }
        let options = step.options();
        let mut unknown = Vec::new();
        let mut test_results = None;
        for (name, value) in given {
            if is_blank(value) {
                continue;
            }
            match name.as_str() {
                own if step.own().any(|known| known == own) => match own {
                    "scm" => read.take_checkouts(value),
                    "flags" => read.take_flags(value),
                    "testResults" => test_results = Some(value),
                    "failOnError" => read.take_fail_on_error(own, value),
                    "timeout" => read.timeout = Some(value.clone()),
                    "pollInterval" => read.poll_interval = Some(value.clone()),
                    _ => {}
                },
                option if options.iter().any(|known| known == option) => {
                    read.options.insert(option.to_owned(), flat(value));
                }
                other => unknown.push(other),
            }
        }
        if let Some(results) = test_results {
            read.count_tests(results);
        }
        if read.flags.is_some() && read.options.contains_key("file") {
            read.flags = None;
            read.complaints
                .push("flags and file exclude each other; flags is ignored".to_owned());
        }
        if !unknown.is_empty() {
            let own = step.own().map(ToOwned::to_owned);
            let known: Vec<String> = options.iter().cloned().chain(own).collect();
            read.complaints.push(unknown_parameters(&unknown, &known));
        }
        read
    }

    /// Whether trouble fails the step, from a parameter or a variable of this name.
    pub(super) fn take_fail_on_error(&mut self, name: &str, value: &Value) {
        self.fail_on_error = truth(value);
        if self.fail_on_error.is_none() {
            let given: String = visible(&text(value)).chars().take(MAX_REPEATED).collect();
            self.complaints.push(format!(
                "{name} expects true or false, got \"{given}\"; it is ignored"
            ));
        }
    }

    /// What `checkout` returned, or a list of that.
    fn take_checkouts(&mut self, value: &Value) {
        let all = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let given = all.iter().filter(|one| !is_blank(one));
        let (maps, others): (Vec<&Value>, Vec<&Value>) = given.partition(|one| one.is_object());
        if others.is_empty() {
            self.scm = maps.into_iter().cloned().collect();
        } else {
            self.complaints.push(
                "scm expects what checkout returns, as in scm: checkout(scm), or a list of that; it is ignored"
                    .to_owned(),
            );
        }
    }

    /// A list of maps, one map, or all of a file of flags as a map.
    fn take_flags(&mut self, value: &Value) {
        match value {
            Value::Array(_) => self.flags = Some(json!({"flags": value})),
            Value::Object(fields) if fields.contains_key("flags") => {
                self.flags = Some(value.clone());
            }
            Value::Object(_) => self.flags = Some(json!({"flags": [value]})),
            _ => self
                .complaints
                .push("flags expects a list of maps, one for each flag; it is ignored".to_owned()),
        }
    }

    /// What the `junit` step returned, or a map like it. Numbers that are given one by one win.
    fn count_tests(&mut self, results: &Value) {
        const COUNTS: [(&str, &str); 4] = [
            ("totalCount", "testsTotal"),
            ("passCount", "testsPassed"),
            ("failCount", "testsFailed"),
            ("skipCount", "testsSkipped"),
        ];
        let count = |(field, option): &(_, _)| Some((*option, results.get(field)?.as_i64()?));
        let given: Vec<(&str, i64)> = COUNTS.iter().filter_map(count).collect();
        let has = |option: &str| {
            given.iter().any(|(name, _)| *name == option) || self.options.contains_key(option)
        };
        let most = i64::from(u32::MAX);
        let (mut total, mut parts) = (most, 0_i64);
        for (option, count) in &given {
            match *option {
                "testsTotal" => total = *count,
                _ => parts = parts.saturating_add(*count),
            }
        }
        let is_alone = COUNTS
            .iter()
            .all(|(_, option)| !self.options.contains_key(*option));
        let problem = if given.is_empty() {
            "expects what the junit step returns, or a map with totalCount, passCount, failCount and skipCount"
        } else if given.iter().any(|(_, count)| !(0..=most).contains(count)) {
            "has a number that is not a count of tests"
        } else if !has("testsTotal") && !has("testsPassed") {
            "needs totalCount or passCount"
        } else if is_alone && parts > total {
            "has more passed, failed and skipped tests than totalCount"
        } else {
            for (option, count) in given {
                self.options.entry(option).or_insert_with(|| count.into());
            }
            return;
        };
        self.complaints
            .push(format!("testResults {problem}; it is ignored"));
    }
}

/// The unknown parameters, each with the most similar one.
fn unknown_parameters(unknown: &[&str], known: &[String]) -> String {
    let told = unknown.iter().map(|name| {
        let name: String = visible(name).chars().take(MAX_REPEATED).collect();
        match meant(&name, known) {
            Some(meant) => format!("{name} (did you mean {meant}?)"),
            None => name,
        }
    });
    let told: Vec<String> = told.collect();
    let one = if told.len() == 1 {
        "parameter"
    } else {
        "parameters"
    };
    format!("unknown {one} {}, ignored", told.join(", "))
}

fn example(step: &Step) -> String {
    let parameter = match step.command {
        "gate" => "environmentId: 'eu-prod'",
        "feature-flag" => "flagKey: 'new-cart', enabled: true",
        _ => "issueKeys: 'ABC-1'",
    };
    format!("{}({parameter})", step.name)
}

/// Lists in lists as one list, and maps in them as `key=value`.
fn flat(value: &Value) -> Value {
    let Value::Array(items) = value else {
        return value.clone();
    };
    let mut all = Vec::new();
    for item in items {
        match flat(item) {
            Value::Array(nested) => all.extend(nested),
            Value::Object(fields) => all.extend(
                fields
                    .iter()
                    .map(|(key, value)| json!(format!("{key}={}", text(value)))),
            ),
            Value::Null => {}
            one => all.push(one),
        }
    }
    all.into()
}

/// By the words of the command line, so that step and program never disagree.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match text(value).trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether it counts as not given.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests;
