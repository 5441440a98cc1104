//! `jira-send dev-info`: commits, the branch and the pull request of this run, or all of a repository.

mod about;
mod all;
mod batch;
mod branches;
mod entities;
mod key_finder;
mod merged;
mod pushed;
mod this_run;

use super::identity::given_text;
use super::missing::Missing;
use super::payload::Payload;
use super::send;
use super::{Context, notices, store};
use crate::changes::Changes;
use crate::cli::DevInfoOptions;
use crate::cli::words::Words;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::properties::Properties;
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::error::{Failure, FailureKind};
use crate::facts::{self, Facts, Question};
use crate::git::{DetailsReader, GitError, PRIMARY, Repository};
use crate::jenkins::Ref;
use crate::jira::dev_info::OperationType;
use crate::policy::{OnError, exit_code};
use crate::report::Report;
use about::About;
pub(super) use about::repository_id;
use batch::{Batch, DevEntity, Frame, WithKeys};
use entities::Maker;
use key_finder::KeyFinder;
use merged::{Built, Remembered};
use this_run::ThisRun;

/// Reads the facts, sends what names issues, and reports.
pub(crate) fn run(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    match send_what_is_found(options, context) {
        // A git that hangs is nobody's mistake: what the user wants of trouble holds for it as well. And whoever pushes
        // is not to blame for anything.
        Err(failure) if failure.kind == FailureKind::Unreachable || options.push.pushed => {
            let mut report = Report::failed(&failure);
            let on_error = options.jira.on_error;
            report.exit_code = match on_error {
                OnError::Warn if options.push.pushed => 0,
                _ => exit_code(report.outcome, false, on_error),
            };
            context.output.failure_for(&failure, report.exit_code);
            Ok(report)
        }
        result => result,
    }
}

fn send_what_is_found(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    refuse_useless(options)?;
    if options.history.all {
        return all::run(options, context);
    }
    if options.push.pushed {
        return pushed::run(options, context);
    }
    let deadline = super::deadline(&options.jira, context);
    let time_left = || deadline.remaining(context.system);
    let question = Question {
        // Only the repository shows what to send of them.
        changes: Changes::default(),
        ..super::question(&options.keys, context)?
    };
    let (facts, commits) = facts::read(
        &question,
        context.variables,
        context.system,
        time_left() / 3,
    );
    notices::say_notes(&facts, context.output);
    let repository = Repository::new(&facts.directory, context.system, time_left() / 2);
    let destinations = super::destinations(&options.jira.connection, context)?;
    let mut missing = Missing::for_run(options.jira.dry_run, context);
    let clone_urls = clone_urls(&repository, facts.run.repository.as_deref());
    let about = About::find(
        options,
        &clone_urls,
        facts.run.change.as_ref().and_then(|it| it.url.as_deref()),
        &mut missing,
    );
    let event = event(options, context);
    let pull_request = this_run::pull_request(options, &facts, event, &mut missing)?;
    if commits.is_empty() && pull_request.is_none() {
        repository.check()?;
    }
    let about = about::complete(
        about,
        missing,
        &clone_urls,
        &destinations,
        options,
        context.output,
    )?;

    let store = store::open(&options.jira.outbox, !options.jira.dry_run, context);
    let remembered = Remembered::new(&store, &about.id);
    let branch = match &facts.run.reference {
        Some(Ref::Branch(name)) => Some(name.as_str()),
        _ => None,
    };
    // What the target has merged is no business of a pull request's build.
    let head = facts.head.as_deref().filter(|_| pull_request.is_none());
    let built = head.map(|head| Built {
        commits: &commits,
        head,
        branch,
        event,
    });
    let find_merged = |built| merged::find(&built, &remembered.open, &about, &repository);
    let run = ThisRun {
        options,
        facts: &facts,
        pull_request,
        repository: &repository,
        merged: built.map(find_merged).unwrap_or_default(),
    };
    let mut finder = KeyFinder::new(&options.keys, &facts.texts);
    let maker = Maker {
        hosting: &about.hosting,
        sequence: sequence(options, event),
        issue_ids: Words::all(&options.keys.issue_ids),
    };
    let mut reader = DetailsReader::new(&repository, time_left() / 4);
    let (entities, tip) = run.entities(commits, &maker, &mut finder, &mut reader)?;
    if let Some(warning) = &reader.warning {
        context.output.warning(warning);
    }
    let explicit = super::key_rules::find(&texts_of(&facts, &[TextKind::Explicit]), &options.keys);
    notices::warn_findings(&explicit, &facts, &options.keys, context.output);
    finder.warn_cut(context.output);
    if entities.is_empty() {
        return Ok(send::nothing(
            finder.denied(),
            options.sending.require_issue_keys,
            context.output,
        ));
    }
    let frame = frame(options, &about, event, OperationType::Normal)?;
    let (jira, require) = (&options.jira, options.sending.require_issue_keys);
    let payloads = payloads(entities, &frame);
    let report = send::send_all(payloads, require, jira, &destinations, deadline, context)?;
    if !options.jira.dry_run {
        let built = run.pull_request.as_ref().zip(tip.as_deref());
        remembered.update(built, &run.merged, context.output);
    }
    Ok(report)
}

/// What this command cannot use, so that nobody waits for its effect.
fn refuse_useless(options: &DevInfoOptions) -> Result<(), Failure> {
    let keys = &options.keys;
    let given = [
        ("--message", !keys.message.is_empty()),
        ("--changes", keys.changes.is_some()),
    ];
    let useless = given.iter().find(|(_, is_given)| *is_given);
    if let Some((name, _)) = useless {
        return Err(Failure::usage(format!(
            "{name} cannot be used with development information"
        ))
        .hint("commits are read from git; pass further issues with --issue-keys"));
    }
    let of_one_run = [
        ("--issue-keys", !keys.issue_keys.is_empty()),
        ("--issue-ids", !keys.issue_ids.is_empty()),
        ("--only-issue-keys", keys.only_issue_keys),
        ("--branch", given_text(keys.branch.as_deref()).is_some()),
        ("--tag", given_text(keys.tag.as_deref()).is_some()),
        ("--title", given_text(keys.title.as_deref()).is_some()),
        ("--since", keys.since.is_some()),
        ("--commit", keys.commit.is_some()),
    ];
    let useless = of_one_run.iter().find(|(_, is_given)| *is_given);
    match useless {
        Some((name, _)) if options.history.all => {
            Err(Failure::usage(format!("{name} cannot be used with --all"))
                .hint("leave it out, or leave out --all; --branches names branches"))
        }
        Some((name, _)) if options.push.pushed => Err(Failure::usage(format!(
            "{name} cannot be used with --pushed"
        ))
        .hint("leave it out: standard input says what was pushed")),
        _ => Ok(()),
    }
}

/// Whether a branch belongs to issues: those of its name, else those of its newest commit, where it has commits of its
/// own. Every issue comes to a primary branch in the end, so it belongs to none. `primary` is another one of these.
fn is_sent(name: &str, primary: Option<&str>, keys: &[IssueKey], own_keys: &[IssueKey]) -> bool {
    let is_primary = PRIMARY.contains(&name) || primary == Some(name);
    !keys.is_empty() || !own_keys.is_empty() && !is_primary
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        let kind = match error {
            GitError::TooSlow => FailureKind::Unreachable,
            _ => FailureKind::Usage,
        };
        let failure = Self::new(kind, "could not read the commits").cause(error.text());
        failure.hint(match error {
            GitError::NotInstalled => "install git on the agent",
            GitError::TooSlow => "is the workspace on a slow drive? --budget gives git more time",
            GitError::Failed(_) => {
                "run it in the folder of the repository, or name that folder with --repository-dir"
            }
        })
    }
}

/// Where the repository is cloned from: what its folder says before what Jenkins says, which may be of another one.
pub(super) fn clone_urls(repository: &Repository<'_>, of_jenkins: Option<&str>) -> Vec<String> {
    let of_jenkins = of_jenkins.map(ToOwned::to_owned);
    repository
        .remote_url()
        .into_iter()
        .chain(of_jenkins)
        .collect()
}

fn event(options: &DevInfoOptions, context: &Context<'_>) -> Timestamp {
    let given = options.sending.event_time;
    given.unwrap_or_else(|| context.system.now())
}

fn sequence(options: &DevInfoOptions, event: Timestamp) -> SequenceNumber {
    let given = options.sending.update_sequence_number;
    given.unwrap_or_else(|| SequenceNumber::at(event))
}

/// What all requests have in common.
fn frame<'a>(
    options: &DevInfoOptions,
    about: &'a About,
    event: Timestamp,
    operation: OperationType,
) -> Result<Frame<'a>, Failure> {
    let sending = &options.sending;
    let properties = Properties::new(&sending.property, [])
        .map_err(|error| Failure::usage(error).hint("see --property"))?;
    Ok(Frame {
        about,
        sequence: sequence(options, event),
        origin: Origin::of(sending.update_sequence_number, sending.event_time),
        smart_commits: sending.smart_commits,
        names_issues: super::key_rules::are_named(&options.keys),
        operation,
        properties,
        product: sending.product.as_deref().and_then(Line::optional),
    })
}

/// So many commits are read in detail at once.
const AT_ONCE: usize = 400;

/// The commits with these ids, which belong to these issues, as they are sent.
fn commits(
    wanted: &[(String, Vec<IssueKey>)],
    maker: &Maker<'_>,
    reader: &mut DetailsReader<'_>,
) -> Result<Vec<WithKeys>, GitError> {
    let mut entities = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_ONCE) {
        let ids: Vec<String> = some.iter().map(|(id, _)| id.clone()).collect();
        for (details, (_, keys)) in reader.read(&ids)?.iter().zip(some) {
            let commit = DevEntity::Commit(Box::new(maker.commit(details, keys)));
            entities.push((commit, keys.clone()));
        }
    }
    Ok(entities)
}

/// The texts of these kinds.
fn texts_of(facts: &Facts, kinds: &[TextKind]) -> Vec<Text> {
    let texts = facts.texts.iter();
    let texts = texts.filter(|text| kinds.contains(&text.kind));
    texts.cloned().collect()
}

/// As few requests as Jira's limits allow.
fn payloads(entities: Vec<WithKeys>, frame: &Frame<'_>) -> Vec<Payload> {
    let mut payloads = Vec::new();
    let mut batch = Batch::default();
    for (entity, keys) in entities {
        if let Err(entity) = batch.add(entity, &keys) {
            payloads.push(std::mem::take(&mut batch).into_payload(frame));
            // There is room for one in an empty request.
            let _ = batch.add(entity, &keys);
        }
    }
    payloads.push(batch.into_payload(frame));
    payloads
}
