//! `jira-send backfill`: what a Jenkins controller remembers of its runs.

mod past;
mod progress;
mod source;
mod variables;

use std::path::Path;
use std::time::Duration;

use super::credentials::secret_of_file;
use super::meter::Meter;
use super::{Context, answer, connection, send};
use crate::backfill::{Controller, Home, Rest};
use crate::cli::{BackfillOptions, is_url};
use crate::domain::properties::{Properties, Property};
use crate::domain::web_url::{WebUrl, without_account};
use crate::error::{Failure, FailureKind};
use crate::jira::pace::Paced;
use crate::phrases::counted;
use crate::policy::exit_code;
use crate::report::{Outcome, Report};
use crate::secret::Secret;
use crate::system::Deadline;
use crate::variables::{
    JENKINS_API_TOKEN, JENKINS_API_TOKEN_FILE, JENKINS_HOME, JENKINS_URL, JENKINS_USER_ID,
};
use past::Maker;
use progress::Tracker;
use source::{HistoryParts, WholeHistory};

/// Nobody waits longer than this for the whole.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// No request gets less than this.
const LEAST_BUDGET: Duration = Duration::from_mins(2);

/// Sends what has not been sent, and remembers how far it came.
pub(crate) fn run(options: &BackfillOptions, context: &Context<'_>) -> Result<Report, Failure> {
    match send_history(options, context) {
        // What the user wants of trouble with Jira holds for a controller as well.
        Err(failure) if failure.kind == FailureKind::Unreachable => {
            let mut report = Report::failed(&failure);
            report.exit_code = exit_code(report.outcome, false, options.jira.on_error);
            context.output.failure_for(&failure, report.exit_code);
            Ok(report)
        }
        result => result,
    }
}

fn send_history(options: &BackfillOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let (output, system) = (context.output, context.system);
    if options.jira.verify {
        return Err(
            Failure::usage("--verify cannot be used with a whole history")
                .hint("leave it out; jira-send show build reads back a single one"),
        );
    }
    let deadline = Deadline::after(system, LONGEST);
    let destinations = super::destinations(&options.jira.connection, context)?;
    if destinations.is_empty() && !options.jira.dry_run {
        return Err(send::no_site());
    }
    let opened = open(options, context)?;
    let store = super::progress::open(&options.jira, context);
    let notes = store.as_ref().ok().map(|outbox| outbox.backfills());
    let tracker = Tracker::new(notes, &destinations, &opened.name, options);
    let maker = Maker::new(options, &opened.address, tracker.round(), context)?;
    let total = count(opened.controller.as_ref(), output)?;
    let before = tracker.common().under_way.map_or(0, |it| it.read);
    let budget = Duration::from_secs(options.jira.connection.budget.into());
    let mut source = WholeHistory::new(HistoryParts {
        options,
        controller: opened.controller.as_ref(),
        maker,
        tracker,
        properties: properties(options, &opened.address)?,
        meter: Meter::new(before, total, output, system),
        output,
        began: system.now().as_millisecond(),
        time_for_each: budget.max(LEAST_BUDGET),
    });
    let paced = Paced::new(context.transport, system, output);
    let context = Context {
        transport: &paced,
        ..*context
    };
    let report = send::send(
        &options.jira,
        &destinations,
        &mut source,
        deadline,
        &context,
    )?;
    Ok(finish(&source, report, options, &context))
}

/// A controller, what it is remembered by, and its address.
struct Opened<'a> {
    controller: Box<dyn Controller + 'a>,
    name: String,
    address: String,
}

fn open<'a>(options: &BackfillOptions, context: &'a Context<'_>) -> Result<Opened<'a>, Failure> {
    let (variables, history) = (context.variables, &options.history);
    let from = history.from.as_deref().map(str::trim);
    let from = from.filter(|from| !from.is_empty());
    let Some(from) = from.or_else(|| variables.get(JENKINS_HOME)) else {
        return Err(Failure::usage("no controller is named")
            .hint("pass the home folder of the controller or its URL with --from"));
    };
    let given = history.jenkins_url.as_ref().map(ToString::to_string);
    let of_variable = || variables.get(JENKINS_URL).map(ToOwned::to_owned);
    if is_url(from) {
        if let Some(failure) = context.network_failure {
            return Err(failure.clone());
        }
        let account = account(context)?;
        let rest = Rest::new(from, account, context.transport, context.system)?;
        let own = rest.address()?;
        let address = given.or(own).unwrap_or_else(|| from.to_owned());
        return Ok(Opened {
            controller: Box::new(rest),
            name: from.trim_end_matches('/').to_owned(),
            address: checked(&address)?,
        });
    }
    let home = Home::open(Path::new(from))?;
    let Some(address) = given.or_else(|| home.address()).or_else(of_variable) else {
        return Err(Failure::usage("the URL of the controller is not known")
            .hint("pass it with --jenkins-url, or fill in Manage Jenkins > System > Jenkins URL"));
    };
    let real = std::fs::canonicalize(from).unwrap_or_else(|_| from.into());
    Ok(Opened {
        controller: Box::new(home),
        name: real.display().to_string(),
        address: checked(&address)?,
    })
}

/// A URL that can be used in a link.
fn checked(address: &str) -> Result<String, Failure> {
    let url: Result<WebUrl, String> = address.parse();
    url.map(|url| url.to_string()).map_err(|error| {
        let shown = without_account(address);
        Failure::usage(format!(
            "the URL of the controller cannot be used: {shown:?}"
        ))
        .cause(error)
        .hint("pass it with --jenkins-url")
    })
}

/// Who asks the controller, as a header has it; nobody in particular, where neither user nor token is set.
fn account(context: &Context<'_>) -> Result<Option<Secret>, Failure> {
    let variables = context.variables;
    let token = match variables.get(JENKINS_API_TOKEN) {
        Some(token) => Some(Secret::new(token.trim())),
        None => variables
            .get(JENKINS_API_TOKEN_FILE)
            .map(|path| secret_of_file(path, "the API token", JENKINS_API_TOKEN_FILE.name))
            .transpose()?,
    };
    let missing = match (variables.get(JENKINS_USER_ID), token) {
        (None, None) => return Ok(None),
        (Some(user), Some(token)) => {
            context.output.hide(&token);
            let pair = format!("{}:{}", user.trim(), token.reveal());
            return Ok(Some(Secret::new(pair).base64()));
        }
        (None, Some(_)) => JENKINS_USER_ID,
        (Some(_), None) => JENKINS_API_TOKEN,
    };
    Err(Failure::new(
        FailureKind::Credentials,
        "the credential for Jenkins is incomplete",
    )
    .cause(format!("{} is not set", missing.name))
    .hint("set both, or neither for a controller that everybody may read"))
}

/// How many runs there may be, for an estimate.
fn count(controller: &dyn Controller, output: &crate::output::Output) -> Result<usize, Failure> {
    let (mut jobs, mut runs) = (0, 0_u64);
    for job in controller.jobs() {
        jobs += 1;
        runs = runs.saturating_add(job?.runs);
    }
    let runs = usize::try_from(runs).unwrap_or(usize::MAX);
    output.say(&format!(
        "{} with up to {} to read",
        counted(jobs, "job"),
        counted(runs, "run")
    ));
    Ok(runs)
}

/// The user's labels, and the controller's address as in every live update.
fn properties(options: &BackfillOptions, address: &str) -> Result<Properties, Failure> {
    let address = format!("{}/", address.trim_end_matches('/'));
    let controller = Property::new("jenkinsUrl", &address).ok();
    Properties::new(&options.builds.property, controller)
        .map_err(|error| Failure::usage(error).hint("see --property"))
}

/// Says at the end what was sent, what was skipped, and what to do next.
fn finish(
    source: &WholeHistory<'_>,
    mut report: Report,
    options: &BackfillOptions,
    context: &Context<'_>,
) -> Report {
    let output = context.output;
    source.parts.meter.end();
    let counts = &source.counts;
    let sites = report.sites.iter();
    let unknown = sites.map(|site| site.unknown_issue_keys.len());
    answer::say_unknown(unknown.max().unwrap_or_default(), output);
    let (read, sent) = (counts.read(), counts.sent());
    let is_nothing = counts.builds + counts.deployments == 0;
    let message = if is_nothing {
        report.outcome = Outcome::NothingToSend;
        format!("{read}: nothing to send")
    } else if options.jira.dry_run {
        format!("{read}: {sent} would be sent")
    } else {
        let sites = report.sites.iter();
        let sites: Vec<&str> = sites.map(|site| connection::label(&site.site)).collect();
        let rejected = match counts.rejected {
            0 => String::new(),
            count => format!(", {count} of them rejected"),
        };
        let issues = report.known_issues();
        format!(
            "{read}: {sent} sent to {} ({issues}){rejected}",
            sites.join(", ")
        )
    };
    output.say(&message);
    counts.say(output);
    if source.parts.tracker.notes.is_anyone_behind() {
        output.say("what is left is sent when the same command is run again");
    }
    if options.jira.dry_run && !is_nothing {
        output.say("this is the first request; the others are like it");
    }
    if matches!(
        report.outcome,
        Outcome::Accepted | Outcome::DryRun | Outcome::NothingToSend
    ) {
        report.message = message;
    }
    report.backfill = Some(counts.clone());
    report
}
