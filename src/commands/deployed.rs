//! Which commit runs where: a deployment carries everything since the last one to the same place, whoever brought it.

use super::store::NoOutbox;
use super::{Context, store};
use crate::cli::DeploymentOptions;
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::revision;
use crate::domain::state::DeploymentState;
use crate::domain::timestamp::Timestamp;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::ordered::ordered;
use crate::outbox::DeployedRecord;
use crate::output::Output;
use crate::report::{DeployedReport, Outcome, Report};

/// One environment of a pipeline.
pub(super) struct DeploymentPlace {
    /// The same for all branches of a multibranch project, as runs and reports name it.
    name: String,
    /// As the outbox names it: one machine may serve several controllers.
    of_controller: String,
}

impl DeploymentPlace {
    pub(super) fn new(project: &PipelineId, environment: &EnvironmentId, run: &Run) -> Self {
        let name = format!("{}/{}", project.as_str(), environment.as_str());
        let controller = run.jenkins_url.as_deref().unwrap_or_default();
        Self {
            of_controller: format!("{controller} {name}"),
            name,
        }
    }

    /// What was deployed here last, as far as the runs of the job and the outbox remember; for the repository of the run,
    /// the commit that the option names.
    pub(super) fn before(&self, options: &DeploymentOptions, context: &Context<'_>) -> Deployed {
        let step = context.phase.step.as_ref();
        let of_runs = step.and_then(|step| step.deployed.get(&self.name).cloned());
        let of_outbox = self.in_outbox(options, context);
        let until = step.and_then(|step| step.deployed_until);
        let known = of_outbox.into_iter().chain(of_runs);
        let known = known.filter(|it| until.is_none_or(|until| it.at <= until));
        // The later one counts; at the same moment they are the same.
        let last = known.max_by_key(|it| it.at).unwrap_or_default();
        if let Some(commit) = &last.commit {
            let name = &self.name;
            context
                .output
                .detail(&format!("last deployed to {name}: {commit}"));
        }
        // Git, and tools that pass its words on, write "none" as an id of zeros.
        let given = options.deployed_commit.clone();
        let given = given.filter(|commit| !commit.is_none());
        Deployed {
            is_given: given.is_some(),
            commit: given.or(last.commit),
            ..last
        }
    }

    /// What the outbox of this machine remembers.
    fn in_outbox(&self, options: &DeploymentOptions, context: &Context<'_>) -> Option<Deployed> {
        let store = store::open(&options.jira.outbox, false, context).ok()?;
        let (at, record) = store.environments().deployed(&self.of_controller)?;
        let repositories = record.repositories.iter().filter_map(|(name, commit)| {
            Some((RepositoryName::remembered(name), commit.parse().ok()?))
        });
        Some(Deployed {
            commit: record.commit.and_then(|commit| commit.parse().ok()),
            repositories: ordered(repositories),
            is_given: false,
            at,
        })
    }

    /// What is remembered once the deployment has succeeded. Says so if it is a rollback.
    pub(super) fn after(
        &self,
        state: DeploymentState,
        facts: &Facts,
        output: &Output,
    ) -> Option<DeployedReport> {
        let commit = facts.commit.clone();
        if commit.is_none() && facts.deployed.is_empty() {
            return None;
        }
        if let Some(commit) = commit.as_ref().filter(|_| facts.is_rollback) {
            let short = revision::short(commit);
            output.say(&format!(
                "rollback: a newer commit than {short} was deployed there before; its issues are those of the commits that are taken back"
            ));
        }
        Some(DeployedReport {
            place: self.name.clone(),
            commit,
            repositories: facts.deployed.clone(),
            state,
            is_rollback: facts.is_rollback,
        })
    }

    /// Remembers in the outbox what runs here now. Repositories that were not checked out this time stay as they were.
    pub(super) fn remember(
        &self,
        report: &Report,
        before: &Deployed,
        event: Timestamp,
        options: &DeploymentOptions,
        context: &Context<'_>,
    ) {
        let waits = report.sites.iter().any(|site| site.queued);
        let counts = |deployed: &&DeployedReport| deployed.counts(report.outcome, waits);
        let Some(deployed) = report.deployed.as_ref().filter(counts) else {
            return;
        };
        if options.jira.dry_run {
            return;
        }
        let record = deployed.record(before);
        let at = event.as_millisecond();
        match store::open(&options.jira.outbox, true, context) {
            Ok(store) => {
                // Where nothing can be written, the send has said so.
                let memory = store.environments();
                let _ = memory.remember_deployed(&self.of_controller, at, &record);
            }
            Err(NoOutbox::Broken(why)) if context.phase.step.is_none() => context.output.advise(
                &format!(
                    "could not remember what runs in this environment: the outbox cannot be used: {why}"
                ),
                "set JIRA_SEND_OUTBOX to a folder that can be written to",
            ),
            Err(_) => {}
        }
    }
}

impl DeployedReport {
    /// With the repositories that were not checked out this time, as they were.
    pub(crate) fn record(&self, before: &Deployed) -> DeployedRecord {
        let old = before.repositories.iter();
        let old = old.map(|(name, commit)| (name.as_str().to_owned(), commit.to_string()));
        let new = self.repositories.iter();
        let new = new.map(|(name, commit)| (name.as_str().to_owned(), commit.clone()));
        DeployedRecord {
            commit: self.commit.clone(),
            repositories: ordered(old.chain(new)),
        }
    }

    /// Whether this runs there now, as far as Jira has been told or will be.
    pub(crate) fn counts(&self, outcome: Outcome, waits: bool) -> bool {
        let went_well = matches!(
            self.state,
            DeploymentState::Successful | DeploymentState::RolledBack
        );
        let was_told = !matches!(
            outcome,
            Outcome::Rejected
                | Outcome::Unreachable
                | Outcome::Unauthorized
                | Outcome::Invalid
                | Outcome::DryRun
        );
        went_well && (was_told || waits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Deployed, DeployedReport, DeploymentState, RepositoryName};

    #[test]
    fn a_repository_that_was_not_deployed_stays_as_it_was() {
        let name = |name: &str| RepositoryName::remembered(name);
        let before = [("app", "1111111"), ("lib", "2222222")];
        let before = before.map(|(of, commit)| (name(of), commit.parse().unwrap()));
        let before = Deployed {
            repositories: before.into_iter().collect(),
            ..Deployed::default()
        };
        let report = DeployedReport {
            place: "shop/prod".to_owned(),
            commit: Some("3333333".to_owned()),
            repositories: [(name("lib"), "3333333".to_owned())].into_iter().collect(),
            state: DeploymentState::Successful,
            is_rollback: false,
        };
        let record = report.record(&before);
        let expected = [("app", "1111111"), ("lib", "3333333")];
        let expected = expected.map(|(name, commit)| (name.to_owned(), commit.to_owned()));
        assert_eq!(record.repositories, expected.into_iter().collect());
        assert_eq!(record.commit.as_deref(), Some("3333333"));
    }
}
