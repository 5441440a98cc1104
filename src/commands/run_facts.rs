//! What builds and deployments take from a run alike.

use super::missing::Missing;
use super::phase::EventTime;
use crate::cli::{DeploymentKeyOptions, EnvironmentOptions, IdentityOptions, RunOptions};
use crate::domain::build_number::BuildNumber;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::job_name::JobName;
use crate::domain::properties::{Properties, Property};
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::state::State;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::{WebUrl, without_account};
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::{Ref, Run};
use crate::jira::item::DeploymentKey;
use crate::output::Output;
use crate::system::System;

/// The facts that a payload needs, checked.
pub(crate) struct RunFacts {
    pub(crate) pipeline_id: PipelineId,
    /// The same for all branches of a multibranch project.
    pub(crate) project_id: PipelineId,
    /// `shop » main`
    pub(crate) pipeline_name: String,
    pub(crate) number: BuildNumber,
    /// `#42`, or what the run was renamed to.
    pub(crate) run_name: String,
    pub(crate) url: WebUrl,
    pub(crate) state: State,
    /// When it happened.
    pub(crate) event: Timestamp,
    pub(crate) last_updated: Timestamp,
    pub(crate) update_sequence_number: SequenceNumber,
    pub(crate) label: Line,
    pub(crate) properties: Properties,
}

/// Options first, then Jenkins. What neither gives is noted in `missing`, and nothing comes back.
///
/// # Errors
/// A value that cannot be, such as too many properties.
pub(crate) fn check(
    options: &RunOptions,
    facts: &Facts,
    system: &dyn System,
    missing: &mut Missing,
) -> Result<Option<RunFacts>, Failure> {
    let run = &facts.run;
    let identity = identity(&options.identity, run, missing)?;
    let url = match (&options.url, &run.url) {
        (Some(url), _) => Some(url.clone()),
        (None, Some(url)) => Some(jenkins_url("BUILD_URL", url)?),
        (None, None) => None,
    };
    let url = missing.want_or(
        url,
        || "https://jenkins.example.com/job/JOB_NAME/0/".parse().ok(),
        "the address of the build",
        "--url",
        "BUILD_URL, set once Manage Jenkins > System > Jenkins URL is filled in",
    );
    let (Some(identity), Some(url)) = (identity, url) else {
        return Ok(None);
    };
    let number = identity.number;
    let event = options.update.event_time.unwrap_or_else(|| system.now());
    let run_name = run
        .display_name
        .clone()
        .unwrap_or_else(|| format!("#{number}"));
    let version = match &run.reference {
        Some(Ref::Tag(tag)) => tag.as_str(),
        _ => run_name.as_str(),
    };
    let label = given_text(options.label.as_deref()).unwrap_or(version);
    Ok(Some(RunFacts {
        pipeline_id: identity.pipeline_id,
        project_id: identity.project_id,
        pipeline_name: identity.pipeline_name,
        number,
        label: Line::required(label),
        run_name,
        url,
        state: options.state(),
        event,
        last_updated: options.update.last_updated.unwrap_or(event),
        update_sequence_number: options
            .update
            .update_sequence_number
            .unwrap_or_else(|| SequenceNumber::at(event)),
        properties: properties(&options.update.property, identity.job_name.as_ref(), facts)?,
    }))
}

/// Which run of which pipeline it is.
pub(crate) struct Identity {
    pub(crate) pipeline_id: PipelineId,
    /// The same for all branches of a multibranch project.
    pub(crate) project_id: PipelineId,
    /// `shop » main`, with the component in parentheses.
    pub(crate) pipeline_name: String,
    pub(crate) number: BuildNumber,
    pub(crate) job_name: Option<JobName>,
}

/// Options first, then Jenkins.
///
/// # Errors
/// A number that is none.
pub(crate) fn identity(
    options: &IdentityOptions,
    run: &Run,
    missing: &mut Missing,
) -> Result<Option<Identity>, Failure> {
    let given = options.job_name.as_deref().and_then(JobName::new);
    let job_name = given.or_else(|| run.job_name.clone());
    let controller = if options.per_controller {
        let address = run.jenkins_url.as_deref();
        missing.want_or(
            address,
            || Some("jenkins.example.com"),
            "the address of the controller",
            "--pipeline-id without --per-controller",
            "JENKINS_URL, set once Manage Jenkins > System > Jenkins URL is filled in",
        )
    } else {
        None
    };
    let component = given_text(options.component.as_deref()).map(str::trim);
    // No name of a job has any of these characters.
    let whole = |name: &str| {
        let component = component.map(|name| format!(":{name}"));
        let controller = controller.map(|address| format!("@{}", without_scheme(address)));
        let (component, controller) = (
            component.unwrap_or_default(),
            controller.unwrap_or_default(),
        );
        format!("{name}{component}{controller}")
    };
    let style = options.pipeline_id_style;
    let of_job = |name: &str| PipelineId::of_job(&whole(name), style);
    let pipeline_id = given_text(options.pipeline_id.as_deref());
    let pipeline_id = pipeline_id.map(|id| PipelineId::given(&whole(id)));
    let project_id = pipeline_id.clone().or_else(|| {
        let project = job_name.as_ref()?.project(run.branch_name.as_deref());
        Some(of_job(project))
    });
    let pipeline_id = missing.want_or(
        pipeline_id.or_else(|| job_name.as_ref().map(|name| of_job(name.as_str()))),
        || Some(PipelineId::given("JOB_NAME")),
        "the pipeline",
        "--job-name or --pipeline-id",
        "JOB_NAME",
    );
    let number = match (&options.build_number, &run.build_number) {
        (None, Some(text)) => Some(jenkins_number(text)?),
        (given, _) => given.clone(),
    };
    let number = missing.want_or(
        number,
        || "0".parse().ok(),
        "the number of the build",
        "--build-number",
        "BUILD_NUMBER",
    );
    Ok(pipeline_id.zip(number).map(|(pipeline_id, number)| {
        let name = job_name.as_ref().map(JobName::display);
        let name = name.unwrap_or_else(|| pipeline_id.as_str().to_owned());
        Identity {
            pipeline_name: match component {
                Some(component) => format!("{name} ({component})"),
                None => name,
            },
            project_id: project_id.unwrap_or_else(|| pipeline_id.clone()),
            pipeline_id,
            number,
            job_name,
        }
    }))
}

/// `ci.example.com/jenkins`
fn without_scheme(address: &str) -> &str {
    let behind = address
        .split_once("://")
        .map_or(address, |(_, behind)| behind);
    behind.trim_end_matches('/')
}

/// The name of the environment in the user's words; id and name stand in for each other, and a stage's name for both.
pub(crate) fn environment_name<'a>(
    options: &'a EnvironmentOptions,
    run: &'a Run,
    missing: &mut Missing,
) -> Option<&'a str> {
    let id = given_text(options.environment_id.as_deref());
    let name = given_text(options.environment_name.as_deref());
    let of_stage = || options.stage_pattern.environment(run.stage.as_deref()?);
    missing.want_or(
        id.or(name).or_else(of_stage),
        || Some("ENVIRONMENT"),
        "the environment",
        "--environment-id, or a stage such as 'deploy to eu-prod'",
        "",
    )
}

/// The deployment that this run sent to an environment, and what people call it: `shop » main #42 to eu-prod`.
///
/// # Errors
/// A number that is none.
pub(crate) fn deployment_key(
    options: &DeploymentKeyOptions,
    run: &Run,
    missing: &mut Missing,
) -> Result<Option<(DeploymentKey, String)>, Failure> {
    let environment = environment_name(&options.environment, run, missing);
    let identity = identity(&options.identity, run, missing)?;
    let style = options.identity.pipeline_id_style;
    let both = identity.zip(environment);
    Ok(both.map(|(identity, environment)| {
        let given = options.deployment_sequence_number.clone();
        let number = given.unwrap_or(identity.number);
        let key = DeploymentKey {
            environment: EnvironmentId::new(environment.trim(), style),
            number: number.get(),
            pipeline: identity.pipeline_id,
        };
        let name = format!("{} #{number} to {environment}", identity.pipeline_name);
        (key, name)
    }))
}

/// Where the sequence number comes from.
///
/// The clock of a controller may have stepped back, or a step may have been held up on its way: of both the number is
/// too small. An end is taken for the former, so that it is not lost; a beginning for the latter, so that it does not
/// overwrite an end.
pub(crate) fn origin(options: &RunOptions, time: EventTime) -> Origin {
    let by_clock = match time {
        EventTime::Given => false,
        EventTime::Clock => true,
        EventTime::Controller => options.state().is_end(),
    };
    let event = options.update.event_time.filter(|_| !by_clock);
    Origin::of(options.update.update_sequence_number, event)
}

/// The title of the pull request, else what the commit says of itself.
pub(crate) fn description(facts: &Facts) -> Option<Line> {
    let change = facts.run.change.as_ref();
    let title = change.and_then(|change| Line::optional(change.title.as_deref()?));
    title.or_else(|| Line::optional(facts.subject.as_deref()?))
}

/// Things that are allowed and still worth a word.
pub(crate) fn tell(options: &RunOptions, run: &RunFacts, output: &Output) {
    if options.state.is_none() && options.running_as == State::InProgress {
        output.say("state: in_progress, since none was given; send the end with --state");
    }
    tell_local(&run.url, output);
}

/// Warns of an address that is useless on an issue.
pub(crate) fn tell_local(url: &WebUrl, output: &Output) {
    if url.is_local() {
        output.advise(
            &format!("{url} is an address that only this machine can open"),
            "fill in Manage Jenkins > System > Jenkins URL, or give --url",
        );
    }
}

/// A text that is there and not blank.
pub(crate) fn given_text(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The address in one of Jenkins' variables.
///
/// # Errors
/// When it is none.
pub(crate) fn jenkins_url(variable: &str, text: &str) -> Result<WebUrl, Failure> {
    text.parse().map_err(|error: String| {
        let shown = without_account(text);
        Failure::usage(format!("{variable} is not an address: {shown:?}"))
            .cause(error)
            .hint("check Manage Jenkins > System > Jenkins URL, or give the address as an option")
    })
}

/// The number in `BUILD_NUMBER`.
///
/// # Errors
/// When it is none.
pub(crate) fn jenkins_number(text: &str) -> Result<BuildNumber, Failure> {
    text.parse().map_err(|error: String| {
        Failure::usage(format!("BUILD_NUMBER is not a number: {text:?}"))
            .cause(error)
            .hint("give the number with --build-number")
    })
}

/// Where the run came from, for purging what a renamed job or a dismantled Jenkins left behind.
///
/// # Errors
/// Too many, or one twice.
pub(crate) fn properties(
    given: &[Property],
    job_name: Option<&JobName>,
    facts: &Facts,
) -> Result<Properties, Failure> {
    let job = job_name.map(|name| ("job", name.as_str()));
    let jenkins = facts
        .run
        .jenkins_url
        .as_deref()
        .map(|url| ("jenkinsUrl", without_account(url)));
    let jenkins = jenkins.as_ref().map(|(name, url)| (*name, url.as_str()));
    let defaults = [job, jenkins].into_iter().flatten();
    let defaults = defaults.filter_map(|(key, value)| Property::new(key, value).ok());
    Properties::new(given, defaults).map_err(|error| Failure::usage(error).hint("see --property"))
}
