//! What a deployment is made of: the facts and issues of its run, or those of the run whose build it deploys.

use crate::cli::DeploymentOptions;
use crate::commands::upstream::{self, Upstream};
use crate::commands::{self, Context, key_rules};
use crate::domain::deployed::Deployed;
use crate::domain::issue_key::Findings;
use crate::facts::{Facts, Question};
use crate::report::{DeployedReport, Report};
use crate::system::Deadline;

/// What is known of the run.
pub(super) struct DeploymentFacts {
    pub(super) facts: Facts,
    pub(super) findings: Findings,
    /// The run whose issues count instead of its own.
    upstream: Option<Upstream>,
}

impl DeploymentFacts {
    /// The answer to the question, in view of what was deployed before.
    pub(super) fn gather(
        question: Question,
        before: &Deployed,
        options: &DeploymentOptions,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Self {
        let question = Question {
            deployed_before: Some(before.clone()),
            ..question
        };
        let mut facts = commands::gather(&question, deadline, context);
        let mut findings = commands::find_keys(&facts, &options.keys, context);
        let upstream = upstream(&findings, &facts, before, options, deadline, context);
        if let Some(upstream) = &upstream {
            facts.commit = facts.commit.or_else(|| upstream.commit.clone());
            findings =
                commands::of_phase(key_rules::find(&[upstream.text()], &options.keys), context);
            let label = upstream.label();
            context.output.say(&format!(
                "the issues are those of {label}, which this run deploys"
            ));
        }
        Self {
            facts,
            findings,
            upstream,
        }
    }

    /// With what later runs and those that this one starts have to know.
    pub(super) fn complete(&self, report: Report, deployed: Option<DeployedReport>) -> Report {
        Report {
            ranges: commands::ranges(&self.facts),
            commit: self.facts.commit.clone(),
            upstream: self.upstream.as_ref().map(Upstream::label),
            deployed,
            ..report
        }
    }
}

/// The run whose build is deployed, where this one has no issues of its own: none were found, or those of the newest
/// commit, which nothing has changed since.
fn upstream(
    findings: &Findings,
    facts: &Facts,
    before: &Deployed,
    options: &DeploymentOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Option<Upstream> {
    let named = commands::key_rules::are_named(&options.keys) || options.keys.only_issue_keys;
    let is_unchanged = upstream::is_unchanged(&facts.run, before.commit.as_ref());
    // The end of a wrapped command or of a body has the issues of its beginning.
    let begun = &context.phase.begun.issue_keys;
    let has_own = findings.keys().any(|key| !begun.contains(key));
    let is_wanted = !named && (!has_own || is_unchanged);
    let outbox = &options.jira.outbox;
    is_wanted
        .then(|| upstream::find(outbox, &facts.run, deadline, context))
        .flatten()
}
