//! Which run of which pipeline, and which environment: worked out once for each call of `build`, `deployment`, `gate`, `show`
//! and `delete`, from options first and then from what Jenkins says.

use super::missing::Missing;
use crate::cli::{DeploymentKeyOptions, EnvironmentOptions, IdentityOptions};
use crate::domain::build_number::BuildNumber;
use crate::domain::environment::EnvironmentType;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::ids::{EnvironmentId, PipelineId, PipelineIdStyle};
use crate::domain::job_name::JobName;
use crate::domain::text::Line;
use crate::error::Failure;
use crate::jenkins::Run;
use crate::jira::deployments::Environment;
use crate::jira::item::DeploymentKey;

/// Which run of which pipeline it is.
pub(crate) struct RunIdentity {
    pub(crate) pipeline_id: PipelineId,
    /// The same for all branches of a multibranch project.
    pub(crate) project_id: PipelineId,
    /// `shop » main`, with the component in parentheses.
    pub(crate) pipeline_name: String,
    pub(crate) number: BuildNumber,
    pub(crate) job_name: Option<JobName>,
}

impl RunIdentity {
    /// Options first, then Jenkins.
    ///
    /// # Errors
    /// A number that is none.
    pub(crate) fn of(
        options: &IdentityOptions,
        run: &Run,
        missing: &mut Missing,
    ) -> Result<Option<Self>, Failure> {
        let given = options.job_name.as_deref().and_then(JobName::new);
        let job_name = given.or_else(|| run.job_name.clone());
        let controller = if options.per_controller {
            let address = run.jenkins_url.as_deref();
            missing.want_or(
                address,
                || Some("jenkins.example.com"),
                "URL of the controller",
                "--pipeline-id without --per-controller",
                "JENKINS_URL",
            )
        } else {
            None
        };
        let component = given_text(options.component.as_deref()).map(str::trim);
        // No name of a job has any of these characters.
        let whole = |name: &str| {
            let mut whole = name.to_owned();
            if let Some(component) = component {
                whole = format!("{whole}:{component}");
            }
            if let Some(address) = controller {
                whole = format!("{whole}@{}", without_scheme(address));
            }
            whole
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
            "pipeline",
            "--job-name",
            "JOB_NAME",
        );
        let number = match (&options.build_number, &run.build_number) {
            (None, Some(text)) => Some(jenkins_number(text)?),
            (given, _) => given.clone(),
        };
        let number = missing.want_or(
            number,
            || "0".parse().ok(),
            "build number",
            "--build-number",
            "BUILD_NUMBER",
        );
        Ok(pipeline_id.zip(number).map(|(pipeline_id, number)| {
            let name = job_name.as_ref().map(JobName::display);
            let name = name.unwrap_or_else(|| pipeline_id.as_str().to_owned());
            Self {
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
}

/// `ci.example.com/jenkins`
fn without_scheme(address: &str) -> &str {
    let behind = address
        .split_once("://")
        .map_or(address, |(_, behind)| behind);
    behind.trim_end_matches('/')
}

/// Where it is deployed to.
pub(crate) struct EnvironmentName<'a> {
    pub(crate) id: EnvironmentId,
    /// What the id is made of.
    pub(crate) given: &'a str,
    /// What Jira shows.
    pub(crate) name: &'a str,
}

impl<'a> EnvironmentName<'a> {
    /// Id and name stand in for each other, and a stage's name for both.
    pub(crate) fn of(
        options: &'a EnvironmentOptions,
        style: PipelineIdStyle,
        run: &'a Run,
        missing: &mut Missing,
    ) -> Option<Self> {
        let id = given_text(options.environment_id.as_deref());
        let name = given_text(options.environment_name.as_deref());
        let of_stage = || options.stage_pattern.environment(run.stage.as_deref()?);
        let given = missing.want_or(
            id.or(name).or_else(of_stage),
            || Some("ENVIRONMENT"),
            "environment",
            "--environment-id, or a stage such as 'deploy to eu-prod'",
            "",
        )?;
        Some(Self {
            id: EnvironmentId::new(given.trim(), style),
            given,
            name: name.unwrap_or(given),
        })
    }

    /// As Jira takes it: with the given type, else with the one that its name suggests.
    pub(crate) fn typed(
        self,
        given: Option<EnvironmentType>,
        types: &EnvironmentTypes,
    ) -> Environment {
        let guessed = || match EnvironmentType::guess(self.name) {
            EnvironmentType::Unmapped => EnvironmentType::guess(self.given),
            known => known,
        };
        let given = given.or_else(|| types.of(&[self.given, self.name]));
        Environment {
            environment_type: given.unwrap_or_else(guessed),
            display_name: self.shown(),
            id: self.id,
        }
    }

    /// The name as Jira takes it; the id's where nothing is left of it.
    pub(crate) fn shown(&self) -> Line {
        Line::optional(self.name).unwrap_or_else(|| Line::required(self.given))
    }
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
    let style = options.identity.pipeline_id_style;
    let environment = EnvironmentName::of(&options.environment, style, run, missing);
    let identity = RunIdentity::of(&options.identity, run, missing)?;
    Ok(identity.zip(environment).map(|(identity, environment)| {
        let given = options.deployment_sequence_number.clone();
        let number = given.unwrap_or(identity.number);
        let (pipeline_name, place) = (&identity.pipeline_name, environment.given);
        let name = format!("{pipeline_name} #{number} to {place}");
        let key = DeploymentKey {
            environment: environment.id,
            number: number.get(),
            pipeline: identity.pipeline_id,
        };
        (key, name)
    }))
}

/// A text that is there and not blank.
pub(crate) fn given_text(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The number in `BUILD_NUMBER`.
pub(crate) fn jenkins_number(text: &str) -> Result<BuildNumber, Failure> {
    text.parse().map_err(|error: String| {
        Failure::usage(format!("BUILD_NUMBER is not a number: {text:?}"))
            .cause(error)
            .hint("pass the number with --build-number")
    })
}
