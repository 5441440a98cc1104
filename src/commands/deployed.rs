//! Which commit runs where: a deployment carries everything since the last one to the same place.

use serde_json::{Map, Value};

use super::Context;
use super::missing::Missing;
use super::run_facts::{environment_name, identity};
use crate::cli::DeploymentOptions;
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::state::DeploymentState;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::output::Output;
use crate::report::DeployedReport;
use crate::variables::JIRA_SEND_DEPLOYED;

/// Most repositories that are remembered of one place.
const MAX_REPOSITORIES: usize = 64;

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
    let Some(remembered) = context.variables.get(JIRA_SEND_DEPLOYED) else {
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
    let found = look_up(remembered, &place);
    if found.is_err() && options.deployed_commit.is_none() {
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

/// A commit; or of several repositories that of the first and those of all: `{"commit": "…", "repositories": {"…": "…"}}`.
fn look_up(remembered: &str, place: &str) -> Result<Deployed, ()> {
    let places: Map<String, Value> = serde_json::from_str(remembered).map_err(drop)?;
    let revision = |value: &Value| {
        value
            .as_str()
            .and_then(|commit| commit.parse().ok())
            .ok_or(())
    };
    let Some(value) = places.get(place) else {
        return Ok(Deployed::default());
    };
    let (commit, repositories) = match value {
        Value::Object(fields) => (fields.get("commit"), fields.get("repositories")),
        commit => (Some(commit), None),
    };
    let repositories = repositories
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let repositories = repositories.filter_map(|(name, commit)| {
        Some((RepositoryName::remembered(name), revision(commit).ok()?))
    });
    Ok(Deployed {
        commit: commit.map(revision).transpose()?,
        repositories: repositories.take(MAX_REPOSITORIES).collect(),
        is_given: false,
    })
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

#[cfg(test)]
mod tests {
    use super::look_up;

    #[test]
    fn commits_are_found_by_their_place() {
        let remembered = r#"{
            "shop/eu-prod": "8428e75eecfa", "shop/qa": 5, "shop/dev": "--all",
            "shop/us": {"commit": "8428", "repositories": {"./lib": "8a91", "x": 5, "y": "--all"}},
            "shop/none": {"repositories": {"./lib": "8a91"}}, "shop/odd": {"commit": 5}, "shop/junk": {"repositories": []}
        }"#;
        let found = |place| {
            let found = look_up(remembered, place)?;
            let repositories: Vec<String> = found
                .repositories
                .values()
                .map(ToString::to_string)
                .collect();
            Ok((found.commit.map(|commit| commit.to_string()), repositories))
        };
        let commit = |commit: &str| Some(commit.to_owned());
        assert_eq!(found("shop/eu-prod"), Ok((commit("8428e75eecfa"), vec![])));
        assert_eq!(
            found("shop/us"),
            Ok((commit("8428"), vec!["8a91".to_owned()]))
        );
        assert_eq!(found("shop/none"), Ok((None, vec!["8a91".to_owned()])));
        for nothing in ["shop/us-prod", "shop/junk"] {
            assert_eq!(found(nothing), Ok((None, vec![])), "{nothing}");
        }
        for junk in ["shop/qa", "shop/dev", "shop/odd"] {
            assert_eq!(found(junk), Err(()), "{junk}");
        }
        for junk in ["", "[]", "none", "{"] {
            assert!(look_up(junk, "shop/eu-prod").is_err(), "{junk}");
        }
    }
}
