//! Collects every fact that nothing gave, so that one error names them all.

use crate::error::Failure;

/// The facts that are missing so far.
#[derive(Debug, Default)]
pub(crate) struct Missing(Vec<String>);

impl Missing {
    /// Passes the fact on, or notes what is missing and how it is given.
    pub(crate) fn want<T>(
        &mut self,
        fact: Option<T>,
        name: &str,
        option: &str,
        variable: &str,
    ) -> Option<T> {
        if fact.is_none() {
            let jenkins = if variable.is_empty() {
                String::new()
            } else {
                format!(" (Jenkins: {variable})")
            };
            self.0
                .push(format!("{name}: give it with {option}{jenkins}"));
        }
        fact
    }

    /// The same for the Jira site.
    pub(crate) fn want_site<T>(&mut self, site: Option<T>) -> Option<T> {
        self.want(site, "the Jira site", "--site or JIRA_SITE", "")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error that names them, worded for whatever wanted them.
    pub(crate) fn into_failure(self, what: &str) -> Failure {
        let count = self.0.len();
        let facts = if count == 1 { "a fact is" } else { "facts are" };
        let failure = Failure::usage(format!("{facts} missing for {what}"));
        let failure = self.0.into_iter().fold(failure, Failure::cause);
        failure.hint("a Jenkins job knows what its variables tell; give the rest with the options")
    }
}
