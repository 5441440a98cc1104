//! Which commit runs where: a deployment carries everything since the last one to the same place.

use super::Context;
use super::missing::Missing;
use super::run_facts::{environment_name, identity};
use crate::cli::DeploymentOptions;
use crate::domain::deployed::Deployed;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::state::DeploymentState;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::output::Output;
use crate::report::DeployedReport;

/// What an earlier run deployed to this place; of the repository of the run, the commit that the option names.
///
/// # Errors
/// A build number that is none.
pub(super) fn before(
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Result<Deployed, Failure> {
    let remembered = remembered(options, context)?;
    let given = options.deployed_commit.clone();
    Ok(Deployed {
        is_given: given.is_some(),
        commit: given.or(remembered.commit),
        ..remembered
    })
}

fn remembered(options: &DeploymentOptions, context: &Context<'_>) -> Result<Deployed, Failure> {
    let Some(step) = &context.phase.step else {
        return Ok(Deployed::default());
    };
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
    let place = place(&identity.pipeline_id, &environment);
    Ok(step.deployed.get(&place).cloned().unwrap_or_default())
}

/// One name for a pipeline's environment.
pub(crate) fn place(pipeline: &PipelineId, environment: &EnvironmentId) -> String {
    format!("{}/{}", pipeline.as_str(), environment.as_str())
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
        let short: String = commit.chars().take(12).collect();
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
