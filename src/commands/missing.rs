//! Collects every value that nothing gave, so that one error names them all.

use super::Context;
use crate::error::Failure;
use crate::output::Output;
use crate::variables;

/// How a site is named, for people with a Jenkins and for others.
pub(crate) const SITE_HINT: &str = "set JIRA_SITE (in Jenkins under Manage Jenkins > System > Global properties > Environment variables), or pass --site acme for acme.atlassian.net";

/// The values that are missing so far.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    /// Each with what gives it.
    values: Vec<String>,
    lacks_site: bool,
    /// Whether some of them are set by Jenkins.
    lacks_variables: bool,
    /// Whether placeholders stand for values that Jenkins would set, and for which they do.
    has_placeholders: bool,
    placeholders: Vec<String>,
}

impl Missing {
    /// A dry run on somebody's own machine shows what a run of Jenkins would send, with placeholders.
    pub(crate) fn for_run(is_dry_run: bool, context: &Context<'_>) -> Self {
        let of_jenkins = [
            variables::JENKINS_URL,
            variables::JOB_NAME,
            variables::BUILD_NUMBER,
            variables::BUILD_URL,
        ];
        let is_jenkins = context.phase.step.is_some()
            || of_jenkins
                .into_iter()
                .any(|variable| context.variables.get(variable).is_some());
        Self {
            has_placeholders: is_dry_run && !is_jenkins,
            ..Self::default()
        }
    }

    /// As [`want`](Self::want), but a placeholder may stand for the value.
    pub(crate) fn want_or<T>(
        &mut self,
        value: Option<T>,
        placeholder: impl FnOnce() -> Option<T>,
        name: &str,
        option: &str,
        variable: &str,
    ) -> Option<T> {
        if value.is_none()
            && self.has_placeholders
            && let Some(placeholder) = placeholder()
        {
            // What else gives it only exists in Jenkins.
            let option = option.split(", ").next().unwrap_or(option);
            self.placeholders.push(option.to_owned());
            return Some(placeholder);
        }
        self.want(value, name, option, variable)
    }

    /// Says which values are placeholders.
    pub(crate) fn say_placeholders(&self, output: &Output) {
        if !self.placeholders.is_empty() {
            let list = self.placeholders.join(", ");
            output.say(&format!(
                "not running in Jenkins: placeholders stand for {list}"
            ));
        }
    }

    /// Passes the value on, or notes what is missing and how it is given.
    pub(crate) fn want<T>(
        &mut self,
        value: Option<T>,
        name: &str,
        option: &str,
        variable: &str,
    ) -> Option<T> {
        if value.is_none() {
            self.values.push(described(name, option, variable));
            self.lacks_variables |= !variable.is_empty();
        }
        value
    }

    /// The same for the Jira site.
    pub(crate) fn want_site<T>(&mut self, site: Option<T>) -> Option<T> {
        self.lacks_site |= site.is_none();
        self.want(site, "the Jira site", "--site or JIRA_SITE", "")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The error that names them, worded for whatever wanted them.
    pub(crate) fn into_failure(self, what: &str) -> Failure {
        let values = if self.values.len() == 1 {
            "a required value"
        } else {
            "required values"
        };
        let list = self.values.join(", ");
        let failure = Failure::usage(format!("missing {values} for {what}: {list}"));
        let failure = if self.lacks_site {
            failure.hint(SITE_HINT)
        } else {
            failure
        };
        if self.lacks_variables {
            failure.hint("Jenkins sets its variables automatically; elsewhere pass the options")
        } else if self.lacks_site {
            failure
        } else {
            failure.hint("pass the option in parentheses")
        }
    }
}

/// A value and what gives it.
fn described(name: &str, option: &str, variable: &str) -> String {
    if variable.is_empty() {
        format!("{name} ({option})")
    } else {
        format!("{name} ({option}; in Jenkins {variable})")
    }
}

#[cfg(test)]
mod tests {
    use super::{Missing, SITE_HINT};

    #[test]
    fn one_error_names_all_that_is_missing() {
        let jenkins = "Jenkins sets its variables automatically; elsewhere pass the options";
        for (lacks_site, variable, message, hints) in [
            (
                true,
                Some("JOB_NAME"),
                "missing required values for a build: the pipeline (--job-name; in Jenkins JOB_NAME), the Jira site (--site or JIRA_SITE)",
                vec![SITE_HINT, jenkins],
            ),
            (
                true,
                None,
                "missing a required value for a build: the Jira site (--site or JIRA_SITE)",
                vec![SITE_HINT],
            ),
            (
                false,
                Some("JOB_NAME"),
                "missing a required value for a build: the pipeline (--job-name; in Jenkins JOB_NAME)",
                vec![jenkins],
            ),
            (
                false,
                Some(""),
                "missing a required value for a build: the pipeline (--job-name)",
                vec!["pass the option in parentheses"],
            ),
        ] {
            let mut missing = Missing::default();
            if let Some(variable) = variable {
                missing.want(None::<u8>, "the pipeline", "--job-name", variable);
            }
            missing.want_site((!lacks_site).then_some(1));
            let failure = missing.into_failure("a build");
            assert_eq!(failure.message(), message);
            let lines = failure.lines();
            let found: Vec<&str> = lines.iter().skip(1).map(|(_, line)| *line).collect();
            assert_eq!(found, hints);
        }
    }
}
