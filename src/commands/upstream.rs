//! The run whose build a deploying job deploys: its issues count where the job has none of its own. `deployment` and
//! `keys` look for it.

use std::collections::BTreeSet;

use super::{Context, store};
use crate::cli::OutboxOptions;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::revision::Revision;
use crate::jenkins::{self, Run};
use crate::ordered::ordered;
use crate::outbox::{Record, RunRecord};
use crate::system::Deadline;

/// Such a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Upstream {
    pub(crate) job: String,
    pub(crate) number: i64,
    /// As far as Jira knows them.
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) commit: Option<String>,
}

impl Upstream {
    /// `shop #41`
    pub(crate) fn label(&self) -> String {
        format!("{} #{}", self.job, self.number)
    }

    /// Its issues, to be searched.
    pub(super) fn text(&self) -> Text {
        let keys: Vec<&str> = self.issue_keys.iter().map(IssueKey::as_str).collect();
        Text::new(TextKind::Explicit, self.label(), &keys.join(" "))
    }
}

/// The first run with issues among those that started a pipeline, or those that plugins name and that sent their builds
/// from this machine.
pub(super) fn find(
    outbox: &OutboxOptions,
    run: &Run,
    deadline: Deadline,
    context: &Context<'_>,
) -> Option<Upstream> {
    if let Some(step) = &context.phase.step {
        let mut known = step.upstream.iter();
        return known.find(|run| !run.issue_keys.is_empty()).cloned();
    }
    let wanted = jenkins::upstream(context.variables);
    if wanted.is_empty() {
        return None;
    }
    let store = store::open(outbox, false, context).ok()?;
    let is_here = |record: &RunRecord| record.jenkins_url == run.jenkins_url;
    let is_wanted = |record: &RunRecord| {
        is_here(record) && wanted.iter().any(|run| run.is(&record.job, record.number))
    };
    // The update itself has to be written down before the time is up.
    let quarter = deadline.remaining(context.system) / 4;
    let deadline = deadline.at_most(context.system, quarter);
    let records = store.memory().of_runs(is_wanted, deadline);
    let mut found = wanted.iter().filter_map(|wanted| {
        let of_it = records
            .iter()
            .filter(|(run, _)| wanted.is(&run.job, run.number));
        one(&of_it.collect::<Vec<_>>())
    });
    let found = found.find(|run| !run.issue_keys.is_empty());
    if found.is_none() {
        let numbers: Vec<String> = wanted
            .iter()
            .map(|run| format!("#{}", run.number))
            .collect();
        context.output.say(&format!(
            "nothing is remembered here of the upstream build ({}): its job sends its builds from another machine, or did so too long ago",
            numbers.join(", ")
        ));
    }
    found
}

/// Whether the run has the commit that was there before: that of its environment, else of the build before.
pub(super) fn is_unchanged(run: &Run, deployed: Option<&Revision>) -> bool {
    let before = deployed.or(run.last_success.as_ref());
    let before = before.or(run.last_build.as_ref());
    run.commit.is_some() && run.commit.as_ref() == before
}

/// What was sent of one run; nothing when the name of its job may mean several.
fn one(records: &[&(RunRecord, Record)]) -> Option<Upstream> {
    let (run, _) = records.first()?;
    if records.iter().any(|(other, _)| other.job != run.job) {
        return None;
    }
    let keys = records.iter().flat_map(|(_, record)| &record.issue_keys);
    let keys: BTreeSet<IssueKey> = ordered(keys.filter_map(|key| key.parse().ok()));
    Some(Upstream {
        job: run.job.clone(),
        number: run.number,
        issue_keys: keys.into_iter().collect(),
        commit: records.iter().find_map(|(run, _)| run.commit.clone()),
    })
}
