//! What options and commands are called where the reader writes pipeline steps: `environmentId`, not
//! `--environment-id`, and `jiraSendKeys()`, not `jira-send keys`.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// The parameter of a step for an option: `environmentId` for `environment-id`.
pub(crate) fn camel_case(long: &str) -> String {
    let mut name = String::with_capacity(long.len());
    let mut upper = false;
    for character in long.chars() {
        match character {
            '-' => upper = true,
            other if upper => {
                name.push(other.to_ascii_uppercase());
                upper = false;
            }
            other => name.push(other),
        }
    }
    name
}

/// The variable of an option: `JIRA_SEND_ENVIRONMENT_ID` for `environment-id`.
pub(crate) fn variable(long: &str) -> String {
    format!("JIRA_SEND_{}", long.to_ascii_uppercase().replace('-', "_"))
}

/// What takes the place of a command line, the longest text first.
const OF_STEPS: &[(&str, &str)] = &[
    ("pass --site acme for", "pass site: 'acme' for"),
    (
        "pass the option in parentheses",
        "pass the parameter in parentheses",
    ),
    (
        "elsewhere pass the options",
        "does something clear the environment (docker run, withEnv)?",
    ),
    (
        "jira-send build --issue-keys KEY",
        "jiraSendBuildInfo(issueKeys: 'KEY')",
    ),
    (", or run jira-send flush", ""),
    (
        "jira-send flush sends what is queued",
        "the next step that sends something from this agent sends it",
    ),
    (
        "run jira-send flush with that version",
        "a step of a library of that version sends it",
    ),
    ("jira-send keys", "jiraSendKeys()"),
    ("jira-send check", "jiraSendCheck()"),
];

/// Whose words messages use. By default the options' own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wording {
    /// The options to be called by the name of their parameter, without hyphens before them; few texts need to know.
    options: Option<Arc<LazyLock<Vec<String>>>>,
}

impl Wording {
    /// For people who write steps: these options have other names there.
    pub(crate) fn of_steps(options: fn() -> Vec<String>) -> Self {
        Self {
            options: Some(Arc::new(LazyLock::new(options))),
        }
    }

    /// The text, with steps and parameters in the place of the commands and options that it names.
    pub(crate) fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(options) = &self.options else {
            return Cow::Borrowed(text);
        };
        let found = OF_STEPS
            .iter()
            .filter(|(command, _)| text.contains(command));
        let mut steps = Cow::Borrowed(text);
        for (command, step) in found {
            steps = Cow::Owned(steps.replace(command, step));
        }
        if !steps.contains("--") {
            return steps;
        }
        Cow::Owned(with_parameters(&steps, options))
    }
}

/// The text with parameters in the place of these options.
fn with_parameters(text: &str, options: &[String]) -> String {
    let mut worded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find("--") {
        let (before, after) = rest.split_at(position);
        let name = &after[2..];
        let is_of_name = |character: char| character.is_alphanumeric() || character == '-';
        let length = name.find(|character: char| !is_of_name(character));
        let (name, behind) = name.split_at(length.unwrap_or(name.len()));
        worded.push_str(before);
        let is_start = !before.ends_with(is_of_name);
        if is_start && options.iter().any(|option| option == name) {
            worded.push_str(&camel_case(name));
        } else {
            worded.push_str("--");
            worded.push_str(name);
        }
        rest = behind;
    }
    worded.push_str(rest);
    worded
}

#[cfg(test)]
mod tests {
    use super::Wording;

    #[test]
    fn options_are_called_as_the_reader_writes_them() {
        let steps = Wording::of_steps(|| {
            ["site", "environment-id", "only-issue-keys"]
                .map(ToOwned::to_owned)
                .into()
        });
        let cases = [
            ("", ""),
            ("no option", "no option"),
            (
                "set JIRA_SITE or --site to it",
                "set JIRA_SITE or site to it",
            ),
            ("pass --environment-id, or", "pass environmentId, or"),
            ("'--environment-id <ID>'", "'environmentId <ID>'"),
            ("(--only-issue-keys leaves", "(onlyIssueKeys leaves"),
            ("--site", "site"),
            ("--site=--site", "site=site"),
            ("--sites --siteX --unknown", "--sites --siteX --unknown"),
            ("a--site ---site", "a--site ---site"),
            ("-- --", "-- --"),
            ("é--site--", "é--site--"),
            (
                "jira-send keys explains what was searched",
                "jiraSendKeys() explains what was searched",
            ),
            (
                "queued in /x; it is sent with the next update, or run jira-send flush",
                "queued in /x; it is sent with the next update",
            ),
            (
                "or pass --site acme for acme.atlassian.net",
                "or pass site: 'acme' for acme.atlassian.net",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(steps.apply(text), expected, "{text}");
            assert_eq!(Wording::default().apply(text), text);
        }
    }
}
