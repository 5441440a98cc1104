//! What builds and deployments take from a run alike, before anything is read from the workspace.

use super::identity::{RunIdentity, given_text};
use super::missing::Missing;
use super::phase::EventTime;
use crate::cli::RunOptions;
use crate::domain::job_name::JobName;
use crate::domain::properties::{Properties, Property};
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::state::RunState;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::{WebUrl, without_account};
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::{Ref, Run};
use crate::output::Output;
use crate::secret::accounts::hidden_in_text;
use crate::system::System;

/// What a payload needs of a run, checked.
pub(crate) struct RunFacts {
    pub(crate) identity: RunIdentity,
    /// `#42`, or what the run was renamed to.
    run_name: String,
    pub(crate) url: WebUrl,
    pub(crate) state: RunState,
    /// When it happened.
    pub(crate) event: Timestamp,
    pub(crate) last_updated: Timestamp,
    pub(crate) update_sequence_number: SequenceNumber,
    pub(crate) properties: Properties,
}

/// Options first, then Jenkins. What neither gives is noted in `missing`, and nothing comes back.
///
/// # Errors
/// An invalid value, such as too many properties.
pub(crate) fn read(
    options: &RunOptions,
    run: &Run,
    system: &dyn System,
    missing: &mut Missing,
) -> Result<Option<RunFacts>, Failure> {
    let identity = RunIdentity::of(&options.identity, run, missing)?;
    let url = missing.want_or(
        given_or_jenkins_url(options.url.as_ref(), "BUILD_URL", run.url.as_deref())?,
        || "https://jenkins.example.com/job/JOB_NAME/0/".parse().ok(),
        "URL of the build",
        "--url",
        "BUILD_URL",
    );
    let (Some(identity), Some(url)) = (identity, url) else {
        return Ok(None);
    };
    let update = &options.update;
    let event = update.event_time.unwrap_or_else(|| system.now());
    let number = &identity.number;
    let run_name = run.display_name.clone();
    let sequence_number = update.update_sequence_number;
    Ok(Some(RunFacts {
        run_name: run_name.unwrap_or_else(|| format!("#{number}")),
        url,
        state: options.state(),
        event,
        last_updated: update.last_updated.unwrap_or(event),
        update_sequence_number: sequence_number.unwrap_or_else(|| SequenceNumber::at(event)),
        properties: properties(&update.property, identity.job_name.as_ref(), run)?,
        identity,
    }))
}

impl RunFacts {
    /// `shop » main #42`
    pub(crate) fn name(&self) -> String {
        hidden_in_text(&format!(
            "{} {}",
            self.identity.pipeline_name, self.run_name
        ))
    }

    /// The tag that was built, else the name of the run.
    pub(crate) fn label(&self, options: &RunOptions, built: Option<&Ref>) -> Line {
        let version = match built {
            Some(Ref::Tag(tag)) => tag,
            _ => &self.run_name,
        };
        Line::required(given_text(options.label.as_deref()).unwrap_or(version))
    }
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

/// The title of the pull request, else what the commit says about itself.
pub(crate) fn description(facts: &Facts) -> Option<Line> {
    let change = facts.run.change.as_ref();
    let title = change.and_then(|change| Line::optional(change.title.as_deref()?));
    title.or_else(|| Line::optional(facts.subject.as_deref()?))
}

/// Things that are allowed and still worth a word.
pub(crate) fn say_assumed(options: &RunOptions, run: &RunFacts, output: &Output) {
    if options.state.is_none() && options.running_as == RunState::InProgress {
        output.say("state: in_progress, since none was given; send the end with --state");
    }
    warn_local(&run.url, output);
}

/// Warns of an address that is useless on an issue.
pub(crate) fn warn_local(url: &WebUrl, output: &Output) {
    if url.is_local() {
        output.advise(
            &format!("only this machine can open {url}"),
            "fill in Manage Jenkins > System > Jenkins URL, or pass --url",
        );
    }
}

/// The address that is given, else the one in one of Jenkins' variables, if it is set.
pub(crate) fn given_or_jenkins_url(
    given: Option<&WebUrl>,
    variable: &str,
    text: Option<&str>,
) -> Result<Option<WebUrl>, Failure> {
    match given {
        Some(given) => Ok(Some(given.clone())),
        None => text.map(|text| jenkins_url(variable, text)).transpose(),
    }
}

/// The address in one of Jenkins' variables.
pub(crate) fn jenkins_url(variable: &str, text: &str) -> Result<WebUrl, Failure> {
    text.parse().map_err(|error: String| {
        let shown = without_account(text);
        Failure::usage(format!("{variable} is not an address: {shown:?}"))
            .cause(error)
            .hint("check Manage Jenkins > System > Jenkins URL, or pass the address with --url")
    })
}

/// Where the run came from, for purging what a renamed job or a dismantled Jenkins left behind.
///
/// # Errors
/// Too many, or one twice.
pub(crate) fn properties(
    given: &[Property],
    job_name: Option<&JobName>,
    run: &Run,
) -> Result<Properties, Failure> {
    let job = job_name.map(|name| ("job", name.as_str().to_owned()));
    let jenkins = run.jenkins_url.as_deref();
    let jenkins = jenkins.map(|url| ("jenkinsUrl", without_account(url)));
    let defaults = [job, jenkins].into_iter().flatten();
    let defaults = defaults.filter_map(|(key, value)| Property::new(key, &value).ok());
    Properties::new(given, defaults).map_err(|error| Failure::usage(error).hint("see --property"))
}
