//! Which commit runs where: a deployment carries everything since the last one to the same place, whoever brought it.

use super::missing::Missing;
use super::run_facts::{environment_name, identity};
use super::store::NoOutbox;
use super::{Context, store};
use crate::cli::DeploymentOptions;
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::revision;
use crate::domain::state::DeploymentState;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::outbox::DeployedRecord;
use crate::output::Output;
use crate::report::{DeployedReport, Outcome, Report};

/// What was deployed to this place last, as far as the runs of the job and the outbox remember; of the repository of the
/// run, the commit that the option names.
///
/// # Errors
/// A build number that is none.
pub(super) fn before(
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Result<Deployed, Failure> {
    let remembered = remembered(options, context)?;
    // Git, and tools that pass its words on, write "none" as an id of zeros.
    let given = options.deployed_commit.clone();
    let given = given.filter(|commit| !commit.is_none());
    Ok(Deployed {
        is_given: given.is_some(),
        commit: given.or(remembered.commit),
        ..remembered
    })
}

fn remembered(options: &DeploymentOptions, context: &Context<'_>) -> Result<Deployed, Failure> {
    let run = Run::new(context.variables);
    // What is missing is told where the deployment is put together.
    let mut missing = Missing::default();
    let environment = environment_name(&options.environment, &run, &mut missing);
    let identity = identity(&options.run.identity, &run, &mut missing)?;
    let Some((identity, environment)) = identity.zip(environment) else {
        return Ok(Deployed::default());
    };
    let style = options.run.identity.pipeline_id_style;
    let environment = EnvironmentId::new(environment.trim(), style);
    let place = place(&identity.project_id, &environment);
    let of_runs = context.phase.step.as_ref();
    let of_runs = of_runs.and_then(|step| step.deployed.get(&place).cloned());
    let of_outbox = here(&place, &run, options, context);
    // The later one counts; at the same moment they are the same.
    let last = of_outbox.into_iter().chain(of_runs).max_by_key(|it| it.at);
    let last = last.unwrap_or_default();
    if let Some(commit) = &last.commit {
        context
            .output
            .detail(&format!("last deployed to {place}: {commit}"));
    }
    Ok(last)
}

/// What the outbox of this machine remembers.
fn here(
    place: &str,
    run: &Run,
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Option<Deployed> {
    let store = store::open(&options.jira.outbox, false, context).ok()?;
    let (at, record) = store.environments().deployed(&of_controller(place, run))?;
    let repositories = record.repositories.iter().filter_map(|(name, commit)| {
        Some((RepositoryName::remembered(name), commit.parse().ok()?))
    });
    Some(Deployed {
        commit: record.commit.and_then(|commit| commit.parse().ok()),
        repositories: repositories.collect(),
        is_given: false,
        at,
    })
}

/// One machine may serve several controllers.
fn of_controller(place: &str, run: &Run) -> String {
    format!("{} {place}", run.jenkins_url.as_deref().unwrap_or_default())
}

/// One name for an environment of a pipeline, the same for all branches of a multibranch project.
pub(crate) fn place(project: &PipelineId, environment: &EnvironmentId) -> String {
    format!("{}/{}", project.as_str(), environment.as_str())
}

/// What is there to be remembered once it has gone well. Says so when it is a rollback.
pub(super) fn after(
    place: String,
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
            "rollback: a newer commit than {short} was deployed there before; the issues are those that are taken back"
        ));
    }
    Some(DeployedReport {
        place,
        commit,
        repositories: facts.deployed.clone(),
        state,
        is_rollback: facts.is_rollback,
    })
}

impl DeployedReport {
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

/// Remembers in the outbox what runs there now. Repositories that were not checked out this time stay as they were.
pub(super) fn remember(
    report: &Report,
    before: &Deployed,
    (event, run): (Timestamp, &Run),
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
    let old = before.repositories.iter();
    let old = old.map(|(name, commit)| (name.as_str().to_owned(), commit.to_string()));
    let new = deployed.repositories.iter();
    let new = new.map(|(name, commit)| (name.as_str().to_owned(), commit.clone()));
    let record = DeployedRecord {
        commit: deployed.commit.clone(),
        repositories: old.chain(new).collect(),
    };
    let at = event.as_millisecond();
    match store::open(&options.jira.outbox, true, context) {
        Ok(store) => {
            let place = of_controller(&deployed.place, run);
            // Where nothing can be written, the send has said so.
            let _ = store.environments().remember_deployed(&place, at, &record);
        }
        Err(NoOutbox::Broken(why)) if context.phase.step.is_none() => context.output.advise(
            &format!(
                "what runs in this environment is not remembered: the outbox cannot be used: {why}"
            ),
            "set JIRA_SEND_OUTBOX to a folder that can be written to",
        ),
        Err(_) => {}
    }
}
