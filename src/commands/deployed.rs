//! Which commit runs where: a deployment carries everything since the last one to the same place.

use serde_json::{Map, Value};

use super::Context;
use super::missing::Missing;
use super::run_facts::{environment_name, identity};
use crate::cli::DeploymentOptions;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::revision::Revision;
use crate::domain::state::DeploymentState;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::output::Output;
use crate::report::DeployedReport;
use crate::variables::JIRA_SEND_DEPLOYED;

/// The commit that the option names, else the one that an earlier run deployed to this place.
///
/// # Errors
/// A build number that is none.
pub(super) fn before(
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Result<Option<Revision>, Failure> {
    if let Some(given) = &options.deployed_commit {
        return Ok(Some(given.clone()));
    }
    let Some(remembered) = context.variables.get(JIRA_SEND_DEPLOYED) else {
        return Ok(None);
    };
    let run = Run::new(context.variables);
    // What is missing is told where the deployment is put together.
    let mut missing = Missing::default();
    let environment = environment_name(&options.environment, &run, &mut missing);
    let identity = identity(&options.run.identity, &run, &mut missing)?;
    let Some((identity, environment)) = identity.zip(environment) else {
        return Ok(None);
    };
    let style = options.run.identity.pipeline_id_style;
    let environment = EnvironmentId::new(environment.trim(), style);
    let place = place(&identity.pipeline_id, &environment);
    let found = look_up(remembered, &place);
    if found.is_err() {
        context.output.warn(&format!(
            "{} cannot be read: issues since the last successful build are taken",
            JIRA_SEND_DEPLOYED.name
        ));
    }
    Ok(found.unwrap_or_default())
}

/// One name for a pipeline's environment.
pub(super) fn place(pipeline: &PipelineId, environment: &EnvironmentId) -> String {
    format!("{}/{}", pipeline.as_str(), environment.as_str())
}

fn look_up(remembered: &str, place: &str) -> Result<Option<Revision>, ()> {
    let places: Map<String, Value> = serde_json::from_str(remembered).map_err(drop)?;
    match places.get(place) {
        None => Ok(None),
        Some(commit) => {
            let commit = commit.as_str().and_then(|commit| commit.parse().ok());
            commit.map(Some).ok_or(())
        }
    }
}

/// What is there to be remembered once it has gone well. Says so when it is a rollback.
pub(super) fn after(
    place: String,
    state: DeploymentState,
    facts: &Facts,
    output: &Output,
) -> Option<DeployedReport> {
    let commit = facts.commit.clone()?;
    if facts.is_rollback {
        let short: String = commit.chars().take(12).collect();
        output.say(&format!(
            "rollback: a newer commit than {short} was deployed there before; the issues are those that are taken back"
        ));
    }
    Some(DeployedReport {
        place,
        commit,
        state,
        is_rollback: facts.is_rollback,
    })
}

#[cfg(test)]
mod tests {
    use super::look_up;

    #[test]
    fn commits_are_found_by_their_place() {
        let remembered = r#"{"shop/eu-prod": "8428e75eecfa", "shop/qa": 5, "shop/dev": "--all"}"#;
        let found = |place| look_up(remembered, place).map(|commit| commit.map(|c| c.to_string()));
        assert_eq!(found("shop/eu-prod"), Ok(Some("8428e75eecfa".to_owned())));
        assert_eq!(found("shop/us-prod"), Ok(None));
        assert_eq!(found("shop/qa"), Err(()));
        assert_eq!(found("shop/dev"), Err(()));
        for junk in ["", "[]", "none", "{"] {
            assert!(look_up(junk, "shop/eu-prod").is_err(), "{junk}");
        }
    }
}
