//! Collects every value that nothing gave, so that one error names them all.

use super::Context;
use super::connection::Destination;
use crate::error::Failure;
use crate::output::Output;
use crate::variables;

/// How a site is named, for people with a Jenkins and for others.
pub(crate) const SITE_HINT: &str = "set JIRA_SITE (in Jenkins under Manage Jenkins > System > Global properties > Environment variables), or pass --site acme for acme.atlassian.net";

/// What Jenkins sets only if it knows its own address.
const URLS: &[&str] = &["BUILD_URL", "JENKINS_URL"];

#[derive(Debug, Default)]
pub(crate) struct Missing {
    /// Each with what gives it.
    values: Vec<String>,
    lacks_site: bool,
    /// The variables of Jenkins that give some of them.
    variables: Vec<&'static str>,
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
        variable: &'static str,
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
        variable: &'static str,
    ) -> Option<T> {
        if value.is_none() {
            self.lacks(name, option, variable);
        }
        value
    }

    fn lacks(&mut self, name: &str, option: &str, variable: &'static str) {
        self.values.push(format!("{name} ({option})"));
        if !variable.is_empty() && !self.variables.contains(&variable) {
            self.variables.push(variable);
        }
    }

    pub(crate) fn want_site<T>(&mut self, site: Option<T>) -> Option<T> {
        self.lacks_site |= site.is_none();
        self.want(site, "Jira site", "--site or JIRA_SITE", "")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// What was found with all that it takes, and with a site unless nothing is asked; says which values are placeholders.
    ///
    /// # Errors
    /// What is missing, worded for whatever wanted it.
    pub(crate) fn complete<T>(
        mut self,
        found: Option<T>,
        what: &str,
        destinations: &[Destination],
        is_asked: bool,
        output: &Output,
    ) -> Result<T, Failure> {
        if is_asked {
            self.want_site(destinations.first());
        }
        let Some(found) = found.filter(|_| self.is_empty()) else {
            return Err(self.into_failure(what));
        };
        self.say_placeholders(output);
        Ok(found)
    }

    /// The error that names them, worded for whatever wanted them.
    pub(crate) fn into_failure(self, what: &str) -> Failure {
        let values = match self.values.len() {
            1 => "required value",
            _ => "required values",
        };
        let list = self.values.join(", ");
        let mut failure = Failure::usage(format!("missing {values} for {what}: {list}"));
        if self.lacks_site {
            failure = failure.hint(SITE_HINT);
        }
        match (self.variables.is_empty(), self.lacks_site) {
            (true, true) => return failure,
            (true, false) => return failure.hint("pass the option in parentheses"),
            (false, _) => {}
        }
        let once = if self.variables.iter().all(|it| URLS.contains(it)) {
            " once Manage Jenkins > System > Jenkins URL is filled in"
        } else {
            ""
        };
        let variables = self.variables.join(", ");
        failure.hint(format!(
            "Jenkins sets {variables}{once}; elsewhere pass the options"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{Missing, SITE_HINT};

    #[test]
    fn one_error_names_all_that_is_missing() {
        let sets = |what: &str| format!("Jenkins sets {what}; elsewhere pass the options");
        let site = SITE_HINT.to_owned();
        for (lacks_site, options, message, hints) in [
            (
                true,
                &[("--job-name", "JOB_NAME"), ("--url", "BUILD_URL")][..],
                "missing required values for a build: value (--job-name), value (--url), Jira site (--site or JIRA_SITE)",
                vec![site.clone(), sets("JOB_NAME, BUILD_URL")],
            ),
            (
                true,
                &[],
                "missing required value for a build: Jira site (--site or JIRA_SITE)",
                vec![site],
            ),
            (
                false,
                &[("--url", "BUILD_URL")],
                "missing required value for a build: value (--url)",
                vec![sets(
                    "BUILD_URL once Manage Jenkins > System > Jenkins URL is filled in",
                )],
            ),
            (
                false,
                &[("--flag-key", "")],
                "missing required value for a build: value (--flag-key)",
                vec!["pass the option in parentheses".to_owned()],
            ),
        ] {
            let mut missing = Missing::default();
            for (option, variable) in options {
                missing.want(None::<u8>, "value", option, variable);
            }
            missing.want_site((!lacks_site).then_some(1));
            let failure = missing.into_failure("a build");
            assert_eq!(failure.message(), message);
            let lines = failure.lines();
            let found: Vec<&str> = lines.iter().skip(1).map(|(_, line)| *line).collect();
            assert_eq!(found, hints);
        }
    }

    #[test]
    fn a_placeholder_is_named_by_the_option_that_can_be_typed() {
        let mut missing = Missing {
            has_placeholders: true,
            ..Missing::default()
        };
        let option = "--environment-id, or a stage such as 'deploy to eu-prod'";
        let found = missing.want_or(None, || Some(1), "environment", option, "");
        assert_eq!((found, missing.is_empty()), (Some(1), true));
        assert_eq!(missing.placeholders, ["--environment-id"]);
    }
}
