//! `jira-send deployment`: this run as a deployment to an environment.

mod facts;

use self::facts::DeploymentFacts;
use super::deployed::DeploymentPlace;
use super::identity::EnvironmentName;
use super::missing::Missing;
use super::payload::{Payload, Status};
use super::run_facts::{RunFacts, given_or_jenkins_url};
use super::send;
use super::{Context, environments, notices, run_facts};
use crate::cli::DeploymentOptions;
use crate::cli::words::Words;
use crate::domain::association::{Associations, Cut, OtherAssociations};
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::issue_key::{Findings, IssueKey};
use crate::domain::state::{DeploymentState, RunState, deployment_state};
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::Run;
use crate::jira::builds::{ProviderMetadata, SCHEMA_VERSION};
use crate::jira::deployments::{Command, Deployment, Deployments, Environment, Pipeline};
use crate::jira::{Body, DataType};
use crate::report::Report;

/// Most association blocks on a deployment.
const MAX_BLOCKS: usize = 3;

/// Reads the facts, sends the deployment and reports.
pub(crate) fn run(options: &DeploymentOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let deadline = super::deadline(&options.jira, context);
    let question = super::question(&options.keys, context)?;
    let jenkins = Run::new(context.variables);
    let mut missing = Missing::for_run(options.jira.dry_run, context);
    let run = run_facts::read(&options.run, &jenkins, context.system, &mut missing)?;
    let style = options.run.identity.pipeline_id_style;
    let environment = EnvironmentName::of(&options.environment, style, &jenkins, &mut missing);
    let destinations = super::destinations(&options.jira.connection, context)?;
    let (both, is_asked) = (run.zip(environment), !options.jira.dry_run);
    let both = missing.complete(
        both,
        "a deployment",
        &destinations,
        is_asked,
        context.output,
    );
    let (run, environment) = both?;
    let pipeline_url = pipeline_url(options, &jenkins, &run)?;

    let place = DeploymentPlace::new(&run.identity.project_id, &environment.id, &jenkins);
    let before = place.before(options, context);
    let found = DeploymentFacts::gather(question, &before, options, deadline, context);
    let (facts, findings) = (&found.facts, &found.findings);
    let types = EnvironmentTypes::all(&options.environment_types);
    environments::warn_wrong_types(&types, context.output);
    environments::warn_cut(environment.name, &environment.shown(), context.output);
    let (associations, cut) = associations(options, findings)?;
    notices::report_found(facts, findings, &cut, &options.keys, context.output);
    let state = state(run.state, options, facts);
    let deployed = place.after(state, facts, context.output);
    let event = run.event;
    let finish = |report| {
        let report = found.complete(report, deployed);
        place.remember(&report, &before, event, options, context);
        report
    };
    let require = options.run.update.require_issue_keys;
    if associations.is_empty() {
        return Ok(finish(send::nothing(findings, require, context.output)));
    }
    run_facts::say_assumed(&options.run, &run, context.output);
    let parts = DeploymentParts {
        run,
        environment: environment.typed(options.environment_type, &types),
        pipeline_url,
        associations,
        state,
        issue_keys: super::sent_keys(findings, &cut),
    };
    let payloads = vec![payload(parts, facts, options, context)];
    let jira = &options.jira;
    let report = send::send_all(payloads, require, jira, &destinations, deadline, context)?;
    Ok(finish(report))
}

/// What the deployment consists of.
pub(super) struct DeploymentParts {
    pub(super) run: RunFacts,
    pub(super) environment: Environment,
    pub(super) pipeline_url: WebUrl,
    pub(super) associations: Associations,
    pub(super) state: DeploymentState,
    pub(super) issue_keys: Vec<IssueKey>,
}

/// The deployment as it is sent.
pub(super) fn payload(
    parts: DeploymentParts,
    facts: &Facts,
    options: &DeploymentOptions,
    context: &Context<'_>,
) -> Payload {
    let DeploymentParts { run, state, .. } = parts;
    let place = &parts.environment.display_name;
    let name = format!("{} to {}", run.name(), place.as_str());
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let product = given(&options.run.update.product);
    let number = options.deployment_sequence_number.as_ref();
    let number = number.unwrap_or(&run.identity.number).get();
    let display_name = given(&options.run.display_name).unwrap_or_else(|| Line::required(&name));
    let description = given(&options.run.description)
        .unwrap_or_else(|| description(&display_name, product.as_ref(), facts));
    let label = run.label(&options.run, facts.run.reference.as_ref());
    let deployment = Deployment {
        schema_version: SCHEMA_VERSION,
        deployment_sequence_number: number,
        update_sequence_number: run.update_sequence_number,
        associations: parts.associations,
        display_name,
        url: run.url,
        description,
        last_updated: run.last_updated,
        label: Some(label),
        duration: options.duration,
        state,
        pipeline: Pipeline {
            id: run.identity.pipeline_id,
            display_name: given(&options.pipeline_name)
                .unwrap_or_else(|| Line::required(&run.identity.pipeline_name)),
            url: parts.pipeline_url,
        },
        environment: parts.environment,
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
        issue_keys: parts.issue_keys,
        names_issues: super::key_rules::are_named(&options.keys),
        origin: run_facts::origin(&options.run, context.phase.event),
        keeps_issue_keys: !options.keys.only_issue_keys,
        may_wait: true,
    }
}

fn state(state: RunState, options: &DeploymentOptions, facts: &Facts) -> DeploymentState {
    match deployment_state(state, options.run.unstable_as) {
        DeploymentState::Successful if facts.is_rollback => options.rollback_as,
        state => state,
    }
}

/// What the commit or the pull request says about itself, unless the name has said it.
fn description(name: &Line, product: Option<&Line>, facts: &Facts) -> Line {
    let found = run_facts::description(facts).filter(|found| found != name);
    found.unwrap_or_else(|| deployer(product, facts))
}

/// Stands for a description, which is required: the name has said everything else.
fn deployer(product: Option<&Line>, facts: &Facts) -> Line {
    let other = if facts.run.is_of_jenkins() {
        "Jenkins"
    } else {
        "jira-send"
    };
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
    let others = OtherAssociations {
        issue_ids: Words::all(&options.keys.issue_ids),
        services: Words::all(&options.service_ids),
        commits: options.commit_association.clone(),
        repositories: options.repository_association.clone(),
    };
    let (associations, cut) = Associations::new(&mut findings.keys(), &others);
    if associations.blocks() > MAX_BLOCKS {
        return Err(Failure::usage(
            "Jira accepts issues, services and one more kind of association for a deployment",
        )
        .hint("leave out --commit-association or --repository-association"));
    }
    Ok((associations, cut))
}

pub(super) fn pipeline_url(
    options: &DeploymentOptions,
    jenkins: &Run,
    run: &RunFacts,
) -> Result<WebUrl, Failure> {
    let (given, job_url) = (options.pipeline_url.as_ref(), jenkins.job_url.as_deref());
    let url = given_or_jenkins_url(given, "JOB_URL", job_url)?;
    Ok(url.unwrap_or_else(|| run.url.clone()))
}
