//! `jira-send deployment`: this run as a deployment to an environment.

mod found;

use self::found::Found;
use super::missing::Missing;
use super::payload::{Payload, Status};
use super::run_facts::{RunFacts, environment_name, given_text, jenkins_url};
use super::send;
use super::{Context, deployed, run_facts};
use crate::cli::DeploymentOptions;
use crate::cli::words::Words;
use crate::domain::association::{Associations, Cut, Others};
use crate::domain::environment::EnvironmentType;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::ids::EnvironmentId;
use crate::domain::issue_key::{Findings, IssueKey};
use crate::domain::state::{DeploymentState, State, deployment_state};
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jira::builds::{ProviderMetadata, SchemaVersion};
use crate::jira::deployments::{Command, Deployment, Deployments, Environment, Pipeline};
use crate::jira::{Body, DataType};
use crate::report::Report;

/// Most association blocks on a deployment.
const MAX_BLOCKS: usize = 3;

/// Reads the facts, sends the deployment and reports.
pub(crate) fn run(options: &DeploymentOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let deadline = super::deadline(&options.jira, context);
    let found = Found::gather(options, deadline, context)?;
    let (facts, findings) = (&found.facts, &found.findings);
    let destinations = super::destinations(&options.jira.connection, context)?;

    let mut missing = Missing::for_run(options.jira.dry_run, context);
    let run = run_facts::check(&options.run, facts, context.system, &mut missing)?;
    let types = EnvironmentTypes::all(&options.environment_types);
    let environment = environment(options, &types, facts, &mut missing);
    if !options.jira.dry_run {
        missing.want_site(destinations.first());
    }
    let complete = run.zip(environment).filter(|_| missing.is_empty());
    let Some((run, environment)) = complete else {
        return Err(missing.into_failure("a deployment"));
    };
    missing.say_placeholders(context.output);
    tell_wrong(&types, context);
    let pipeline_url = pipeline_url(options, facts, &run)?;
    let (associations, cut) = associations(options, findings)?;

    super::report_found(facts, findings, &cut, &options.keys, context.output);
    let state = state(run.state, options, facts);
    let place = deployed::place(&run.project_id, &environment.id);
    let deployed = deployed::after(place, state, facts, context.output);
    let event = run.event;
    let finish = |report| found.finish(report, deployed, event, options, context);
    if associations.is_empty() {
        let require = options.run.update.require_issue_keys;
        return Ok(finish(send::nothing(findings, require, context.output)));
    }
    run_facts::tell(&options.run, &run, context.output);
    let parts = Parts {
        run,
        environment,
        pipeline_url,
        associations,
        state,
        issue_keys: super::sent_keys(findings, &cut),
    };
    let payload = payload(parts, facts, options, context);
    let mut source = send::Ready::from(payload);
    let report = send::send(&options.jira, &destinations, &mut source, deadline, context)?;
    Ok(finish(report))
}

/// What the deployment consists of.
struct Parts {
    run: RunFacts,
    environment: Environment,
    pipeline_url: WebUrl,
    associations: Associations,
    state: DeploymentState,
    issue_keys: Vec<IssueKey>,
}

/// The deployment as it is sent.
fn payload(
    parts: Parts,
    facts: &Facts,
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Payload {
    let Parts {
        run,
        environment,
        pipeline_url,
        associations,
        state,
        issue_keys,
    } = parts;
    let place = environment.display_name.as_str();
    let name = format!("{} {} to {place}", run.pipeline_name, run.run_name);
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let product = given(&options.run.update.product);
    let number = options.deployment_sequence_number.as_ref();
    let number = number.unwrap_or(&run.number).get();
    let display_name = given(&options.run.display_name).unwrap_or_else(|| Line::required(&name));
    let description = given(&options.run.description)
        .unwrap_or_else(|| description(&display_name, product.as_ref(), facts));
    let deployment = Deployment {
        schema_version: SchemaVersion::V1,
        deployment_sequence_number: number,
        update_sequence_number: run.update_sequence_number,
        associations,
        display_name,
        url: run.url,
        description,
        last_updated: run.last_updated,
        label: Some(run.label),
        duration: options.duration,
        state,
        pipeline: Pipeline {
            id: run.pipeline_id,
            display_name: given(&options.pipeline_name)
                .unwrap_or_else(|| Line::required(&run.pipeline_name)),
            url: pipeline_url,
        },
        environment,
        commands: options
            .enable_gating
            .then_some(Command::InitiateDeploymentGating)
            .into_iter()
            .collect(),
    };
    let body = Deployments {
        properties: run.properties,
        deployments: vec![deployment],
        provider_metadata: ProviderMetadata::new(product.as_ref()),
    };
    Payload {
        name: format!("deployment {name}"),
        status: Some(Status {
            state: state.word(),
            tests: None,
        }),
        body: Body::new(DataType::Deployments, &body),
        issue_keys,
        names_issues: super::keys::are_named(&options.keys),
        origin: run_facts::origin(&options.run, context.phase.event),
        keeps_issue_keys: !options.keys.only_issue_keys,
        may_wait: true,
    }
}

/// Names what a list of types has that says nothing.
fn tell_wrong(types: &EnvironmentTypes, context: &Context<'_>) {
    for wrong in types.wrong() {
        context.output.advise(
            &format!("--environment-types: ignored {wrong}"),
            "write it as NAME=TYPE, with one of development, testing, staging, production, unmapped",
        );
    }
}

fn state(state: State, options: &DeploymentOptions, facts: &Facts) -> DeploymentState {
    match deployment_state(state, options.run.unstable_as) {
        DeploymentState::Successful if facts.is_rollback => options.rollback_as,
        state => state,
    }
}

/// What the commit or the pull request says of itself, unless the name has said it.
fn description(name: &Line, product: Option<&Line>, facts: &Facts) -> Line {
    let found = run_facts::description(facts).filter(|found| found != name);
    found.unwrap_or_else(|| deployer(product, facts))
}

/// Stands for a description, which is required: the name has said everything else.
fn deployer(product: Option<&Line>, facts: &Facts) -> Line {
    let is_jenkins = facts.run.build_number.is_some();
    let other = if is_jenkins { "Jenkins" } else { "jira-send" };
    Line::required(&format!(
        "Deployed by {}",
        product.map_or(other, Line::as_str)
    ))
}

/// What the deployment is connected with, and what there was no room for.
fn associations(
    options: &DeploymentOptions,
    findings: &Findings,
) -> Result<(Associations, Cut), Failure> {
    let others = Others {
        issue_ids: Words::all(&options.keys.issue_ids),
        services: Words::all(&options.service_ids),
        commits: options.commit_association.clone(),
        repositories: options.repository_association.clone(),
    };
    let (associations, cut) = Associations::new(findings.keys(), &others);
    if associations.blocks() > MAX_BLOCKS {
        return Err(Failure::usage(
            "Jira takes issues, services and one more kind of association on a deployment",
        )
        .hint("leave out --commit-association or --repository-association"));
    }
    Ok((associations, cut))
}

fn environment(
    options: &DeploymentOptions,
    types: &EnvironmentTypes,
    facts: &Facts,
    missing: &mut Missing,
) -> Option<Environment> {
    let given = &options.environment;
    let id = environment_name(given, &facts.run, missing)?;
    let name = given_text(given.environment_name.as_deref()).unwrap_or(id);
    let guessed = || match EnvironmentType::guess(name) {
        EnvironmentType::Unmapped => EnvironmentType::guess(id),
        known => known,
    };
    let given_type = options.environment_type.or_else(|| types.of(&[id, name]));
    Some(Environment {
        id: EnvironmentId::new(id.trim(), options.run.identity.pipeline_id_style),
        display_name: Line::required(name),
        environment_type: given_type.unwrap_or_else(guessed),
    })
}

fn pipeline_url(
    options: &DeploymentOptions,
    facts: &Facts,
    run: &RunFacts,
) -> Result<WebUrl, Failure> {
    match (&options.pipeline_url, &facts.run.job_url) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(url)) => jenkins_url("JOB_URL", url),
        (None, None) => Ok(run.url.clone()),
    }
}
