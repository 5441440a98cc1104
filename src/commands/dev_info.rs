//! `jira-send dev-info`: commits, the branch and the pull request of this run, or all of a repository.

mod about;
mod all;
mod batch;
mod entities;
mod finder;

use super::missing::Missing;
use super::payload::Payload;
use super::send::{self, Ready};
use super::{Context, tell};
use crate::cli::DevInfoOptions;
use crate::cli::words::Words;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::properties::Properties;
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::{self, Facts, commit_text};
use crate::git::{Commit, Details, DetailsReader, GitError, Repository};
use crate::jenkins::Ref;
use crate::jira::dev_info::{OperationType, PullRequestStatus};
use crate::report::Report;
use about::About;
use batch::{Batch, Entity, Frame};
use entities::{Maker, PullRequestFacts};
use finder::Finder;

/// Reads the facts, sends what names issues, and reports.
pub(crate) fn run(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    refuse_useless(options)?;
    if options.history.all {
        return all::run(options, context);
    }
    let deadline = super::deadline(&options.jira, context);
    let time_left = || deadline.remaining(context.system);
    let (facts, commits) = facts::read(
        &options.keys,
        context.variables,
        context.system,
        time_left() / 3,
    );
    tell(&facts, context.output);
    let repository = facts::repository(
        &options.keys,
        &facts.run,
        context.variables,
        context.system,
        time_left() / 2,
    );
    let destinations = super::destinations(&options.jira, context)?;
    let mut missing = Missing::default();
    let clone_urls = clone_urls(&repository, facts.run.repository.as_deref());
    let about = About::find(
        &options.repository,
        &options.pull_request,
        &clone_urls,
        &mut missing,
    );
    let event = options
        .sending
        .event_time
        .unwrap_or_else(|| context.system.now());
    let pull_request = pull_request(options, &facts, event, &mut missing)?;
    if !options.jira.dry_run {
        missing.want(
            destinations.first(),
            "the Jira site",
            "--site or JIRA_SITE",
            "",
        );
    }
    if commits.is_empty() && pull_request.is_none() {
        check(&repository)?;
    }
    let Some(about) = about.filter(|_| missing.is_empty()) else {
        return Err(missing.into_failure("development information"));
    };

    let run = ThisRun {
        options,
        facts: &facts,
        pull_request,
        repository: &repository,
    };
    let mut finder = Finder::new(&options.keys, &facts.texts);
    let maker = Maker {
        hosting: &about.hosting,
        sequence: sequence(options, event),
        issue_ids: Words::all(&options.keys.issue_ids),
    };
    let mut reader = DetailsReader::new(&repository, time_left() / 4);
    let entities = run.entities(commits, &maker, &mut finder, &mut reader)?;
    if let Some((warning, advice)) = &reader.warning {
        context.output.advise(warning, advice);
    }
    let explicit = facts::find_keys(&texts_of(&facts, &[TextKind::Explicit]), &options.keys);
    super::tell_findings(&explicit, &options.keys, context.output);
    finder.tell(context.output);
    if entities.is_empty() {
        return Ok(send::nothing(
            finder.denied(),
            options.sending.require_issue_keys,
            context.output,
        ));
    }
    let frame = frame(options, &about, event, OperationType::Normal)?;
    let mut source = Ready::from(payloads(entities, &frame));
    send::send(&options.jira, &destinations, &mut source, deadline, context)
}

/// What this command has no use for, so that nobody waits for its effect.
fn refuse_useless(options: &DevInfoOptions) -> Result<(), Failure> {
    let keys = &options.keys;
    let given = [
        ("--message", !keys.message.is_empty()),
        ("--changes", keys.changes.is_some()),
    ];
    let useless = given.iter().find(|(_, is_given)| *is_given);
    if let Some((name, _)) = useless {
        return Err(
            Failure::usage(format!("{name} has no use for development information"))
                .hint("commits are read from git; give further issues with --issue-keys"),
        );
    }
    let of_one_run = [
        ("--issue-keys", !keys.issue_keys.is_empty()),
        ("--issue-ids", !keys.issue_ids.is_empty()),
        ("--only-issue-keys", keys.only_issue_keys),
        ("--branch", keys.branch.is_some()),
        ("--tag", keys.tag.is_some()),
        ("--title", keys.title.is_some()),
        ("--since", keys.since.is_some()),
        ("--commit", keys.commit.is_some()),
    ];
    let useless = of_one_run.iter().find(|(_, is_given)| *is_given);
    match useless.filter(|_| options.history.all) {
        Some((name, _)) => Err(
            Failure::usage(format!("{name} has no use for the whole history"))
                .hint("leave it out, or leave out --all; --branches names branches"),
        ),
        None => Ok(()),
    }
}

/// The error when there is no repository, or no git.
fn check(repository: &Repository<'_>) -> Result<(), Failure> {
    repository.check().map_err(|error| cannot_read(&error))
}

fn cannot_read(error: &GitError) -> Failure {
    let failure = Failure::usage("commits cannot be read").cause(error.text());
    failure.hint(match error {
        GitError::NotInstalled => "install git on the agent",
        GitError::TooSlow => "is the workspace on a slow drive? --budget gives git more time",
        GitError::Failed(_) => {
            "run it in the folder of the repository, or name that folder with --repository-dir"
        }
    })
}

/// Where the repository is cloned from: what its folder says before what Jenkins says, which may be of another one.
fn clone_urls(repository: &Repository<'_>, of_jenkins: Option<&str>) -> Vec<String> {
    let of_jenkins = of_jenkins.map(ToOwned::to_owned);
    repository
        .remote_url()
        .into_iter()
        .chain(of_jenkins)
        .collect()
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
    let origin = if sending.update_sequence_number.is_some() {
        Origin::Given
    } else if sending.event_time.is_some() {
        Origin::Event
    } else {
        Origin::Clock
    };
    Ok(Frame {
        about,
        sequence: sequence(options, event),
        origin,
        smart_commits: sending.smart_commits,
        operation,
        properties,
        product: sending.product.as_deref().and_then(Line::optional),
    })
}

/// The pull request that the options or Jenkins name.
fn pull_request(
    options: &DevInfoOptions,
    facts: &Facts,
    event: Timestamp,
    missing: &mut Missing,
) -> Result<Option<PullRequestFacts>, Failure> {
    let given = &options.pull_request;
    let change = facts.run.change.as_ref();
    let number = given.pull_request.as_deref().map(str::trim);
    let number = number.filter(|number| !number.is_empty());
    // Another pull request than that of the build has nothing from its variables.
    let change = change.filter(|change| number.is_none_or(|number| number == change.number));
    let Some(number) = number.or_else(|| change.map(|change| change.number.as_str())) else {
        return Ok(None);
    };
    let branch = match &facts.run.reference {
        Some(Ref::Branch(branch)) => Some(branch.clone()),
        _ => None,
    };
    let of_change = change.and_then(|change| change.source.clone());
    let of_options = options.keys.branch.clone();
    let is_named_by_jenkins = change.is_some();
    let branch = branch.filter(|_| !is_named_by_jenkins);
    let source = missing.want(
        of_options.or(of_change).or(branch),
        "the source branch of the pull request",
        "--branch",
        "CHANGE_BRANCH",
    );
    let Some(source) = source else {
        return Ok(None);
    };
    let url = change.and_then(|change| change.url.as_deref());
    let url = url
        .filter(|_| given.pull_request_url.is_none())
        .map(|url| super::run_facts::jenkins_url("CHANGE_URL", url));
    let title = change.and_then(|change| change.title.clone());
    let target = change.and_then(|change| change.target.clone());
    Ok(Some(PullRequestFacts {
        number: number.to_owned(),
        url: url.transpose()?,
        title: options.keys.title.clone().or(title),
        author_name: change.and_then(|change| change.author_name.clone()),
        author_email: change.and_then(|change| change.author_email.clone()),
        source,
        target: given.pull_request_target.clone().or(target),
        is_from_fork: change.is_some_and(|change| change.is_from_fork),
        status: given.pull_request_status,
        updated: event,
    }))
}

/// The texts of these kinds.
fn texts_of(facts: &Facts, kinds: &[TextKind]) -> Vec<Text> {
    let texts = facts.texts.iter();
    let texts = texts.filter(|text| kinds.contains(&text.kind()));
    texts.cloned().collect()
}

/// What is known of this run.
struct ThisRun<'a> {
    options: &'a DevInfoOptions,
    facts: &'a Facts,
    pull_request: Option<PullRequestFacts>,
    repository: &'a Repository<'a>,
}

/// An entity with the issues that it belongs to.
type WithKeys = (Entity, Vec<IssueKey>);

impl ThisRun<'_> {
    /// The pull request, the branch, then the commits, newest first.
    fn entities(
        &self,
        mut commits: Vec<Commit>,
        maker: &Maker<'_>,
        finder: &mut Finder<'_>,
        reader: &mut DetailsReader<'_>,
    ) -> Result<Vec<WithKeys>, Failure> {
        let tip = self.tip(&mut commits);
        let mut entities = Vec::new();
        if let Some(request) = &self.pull_request {
            let keys = finder.keys(texts_of(self.facts, &[TextKind::Branch, TextKind::Title]));
            if self.is_sent(&keys) {
                let request = Entity::PullRequest(Box::new(maker.pull_request(request, &keys)));
                entities.push((request, keys));
            }
        }
        let mut wanted = Vec::new();
        for commit in &commits {
            let keys = self.keys_of(commit, finder);
            if self.is_sent(&keys) {
                wanted.push((commit.id.clone(), keys));
            }
        }
        if let Some((name, tip)) = self.branch().zip(tip) {
            // A build of an older commit does not turn the branch back.
            let tip = self.repository.newer_tip(name, &tip).unwrap_or(tip);
            let last = details(std::slice::from_ref(&tip), reader)?;
            if let Some(last) = last.first() {
                let keys = finder.keys(texts_of(self.facts, &[TextKind::Branch]));
                let of_last = self.keys_of(&as_commit(last), finder);
                let branch = maker.branch(name, last, &keys, &of_last);
                entities.extend(branch.map(|branch| {
                    let keys = keys.into_iter().chain(of_last).collect();
                    (Entity::Branch(Box::new(branch)), keys)
                }));
            }
        }
        for some in wanted.chunks(AT_ONCE) {
            let ids: Vec<String> = some.iter().map(|(id, _)| id.clone()).collect();
            let details = details(&ids, reader)?;
            for (details, (_, keys)) in details.iter().zip(some) {
                let commit = Entity::Commit(Box::new(maker.commit(details, keys)));
                entities.push((commit, keys.clone()));
            }
        }
        Ok(entities)
    }

    fn is_sent(&self, keys: &[IssueKey]) -> bool {
        !keys.is_empty()
            || !self.options.keys.issue_ids.is_empty()
            || self.options.sending.all_entities
    }

    /// The issues of a commit; those of a tag are its commit's as well, since Jira has no room for tags.
    fn keys_of(&self, commit: &Commit, finder: &mut Finder<'_>) -> Vec<IssueKey> {
        let is_tagged = matches!(self.facts.run.reference, Some(Ref::Tag(_)))
            && Some(&commit.id) == self.facts.head.as_ref();
        let of_tag = if is_tagged {
            texts_of(self.facts, &[TextKind::Tag, TextKind::Commit])
        } else {
            Vec::new()
        };
        finder.keys(of_tag.into_iter().chain([commit_text(commit)]))
    }

    /// The newest commit that is the server's, too. A merge that was made for this build alone is taken out.
    fn tip(&self, commits: &mut Vec<Commit>) -> Option<String> {
        let head = self.facts.head.as_ref()?;
        let found = commits.iter().find(|commit| commit.id == *head);
        let merged = found.zip(self.facts.run.change.as_ref());
        let merged = merged.and_then(|(head, change)| {
            let (source, target) = (change.source.as_deref(), change.target.as_deref());
            self.repository.merged_for_build(head, source, target)
        });
        let Some(tip) = merged else {
            return Some(head.clone());
        };
        commits.retain(|commit| commit.id != *head);
        Some(tip)
    }

    /// The branch that was built, when it is one of this repository and still there.
    fn branch(&self) -> Option<&str> {
        match (&self.facts.run.reference, &self.pull_request) {
            (_, Some(request)) => {
                // Merge and delete come in any order; a late word of the branch would make it again.
                let is_gone = request.status == PullRequestStatus::Merged;
                (!is_gone && !request.is_from_fork).then_some(request.source.as_str())
            }
            (Some(Ref::Branch(_)), None) if self.facts.run.change.is_some() => None,
            (Some(Ref::Branch(name)), None) => Some(name),
            _ => None,
        }
    }
}

fn details(ids: &[String], reader: &mut DetailsReader<'_>) -> Result<Vec<Details>, Failure> {
    reader.read(ids).map_err(|error| cannot_read(&error))
}

/// So many commits are read in detail at once.
const AT_ONCE: usize = 400;

fn as_commit(details: &Details) -> Commit {
    Commit {
        id: details.id.clone(),
        message: details.message.clone(),
    }
}

/// As few requests as Jira's limits allow.
fn payloads(entities: Vec<WithKeys>, frame: &Frame<'_>) -> Vec<Payload> {
    let mut payloads = Vec::new();
    let mut batch = Batch::default();
    for (entity, keys) in entities {
        if let Err(entity) = batch.add(entity, &keys) {
            payloads.push(std::mem::take(&mut batch).into_payload(frame, ""));
            // There is room for one in an empty request.
            let _ = batch.add(entity, &keys);
        }
    }
    payloads.push(batch.into_payload(frame, ""));
    payloads
}
