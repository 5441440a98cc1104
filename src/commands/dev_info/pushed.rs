//! What was pushed, as reported to a git server's post-receive hook: in a bare repository, without Jenkins.

mod lines;
mod noted;

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::about::{self, About};
use super::batch::{DevEntity, WithKeys};
use super::branches::{self, Others};
use super::entities::Maker;
use super::key_finder::KeyFinder;
use super::merged::{self, Built};
use super::this_run::merged_entities;
use super::{AT_ONCE, cannot_read, clone_urls, frame, payloads, sequence};
use crate::cli::DevInfoOptions;
use crate::commands::missing::Missing;
use crate::commands::send::{self, Ready};
use crate::commands::{self, Context};
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::merged_request::MergedRequest;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::commit_text;
use crate::files;
use crate::git::{Commit, DetailsReader, GitError, PRIMARY, Repository, clone_in};
use crate::jira::dev_info::OperationType;
use crate::outbox::{Changed, OpenRequests};
use crate::phrases::counted;
use crate::report::{Outcome, Report};
use crate::side_by_side::in_time;
use crate::system::Deadline;
use crate::variables::Variables;
use lines::{Lines, RefUpdate};

/// Most that is read from stdin, in bytes.
const MAX_INPUT: u64 = 16 * 1024 * 1024;

/// Most commits, and most branches, of one push. What is more is a history, and has its own way.
const MOST: usize = 1_000;

/// The way for histories.
const ALL: &str = "run jira-send dev-info --all once in this repository: it sends the rest";

/// Reads what was pushed, sends what names issues, and reports.
///
/// # Errors
/// What ends it before there is a report.
pub(super) fn run(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let output = context.output;
    let deadline = commands::deadline(&options.jira, context);
    if let Some(quarantine) = context.variables.by_name("GIT_QUARANTINE_PATH") {
        let message = "nothing to send: this is not a post-receive hook";
        output.advise(
            &format!("{message}: what is pushed is still in {quarantine}, and may be refused"),
            "call it in the hook post-receive, which runs once everything is accepted",
        );
        return Ok(Report::new(Outcome::NothingToSend, message.to_owned()));
    }
    let lines = read(deadline, context)?;
    warn_unread(&lines, context);
    if lines.updates.is_empty() {
        let message = "nothing to send: no branch and no tag was pushed";
        output.detail(message);
        return Ok(Report::new(Outcome::NothingToSend, message.to_owned()));
    }
    let time = deadline.remaining(context.system) / 2;
    let folder = folder(options.keys.repository_dir.as_deref(), context.variables);
    let repository = match clone_in(&folder) {
        Some(clone) => Repository::of_clone(&clone, context.system, time),
        None => Repository::new(&folder, context.system, time),
    };
    repository.check().map_err(|error| cannot_read(&error))?;

    let destinations = commands::destinations(&options.jira.connection, context)?;
    let mut missing = Missing::default();
    let clone_urls = clone_urls(&repository, None);
    let about = About::find(options, &clone_urls, None, &mut missing);
    let about = about::complete(about, missing, &clone_urls, &destinations, options, output);
    let about = about.map_err(|failure| {
        let hint = "in a hook, name the page of the repository with --repository-url https://git.example.com/acme/shop; or have it in the repository: git config remote.origin.url";
        failure.hint(hint)
    })?;
    let event = options.sending.event_time;
    let event = event.unwrap_or_else(|| context.system.now());
    let all = noted::with_others(options, &lines.updates, &about, context);
    let files = deadline.at_most(context.system, deadline.remaining(context.system) / 4);
    let mut push = Push {
        options,
        repository: &repository,
        about: &about,
        event,
        changed: Changed::by(&all),
        maker: Maker {
            hosting: &about.hosting,
            sequence: sequence(options, event),
            issue_ids: Vec::new(),
        },
        finder: KeyFinder::new(&options.keys, &[]),
        reader: DetailsReader::new(&repository, files.remaining(context.system)),
        walk_until: deadline.at_most(context.system, time / 2),
        context,
    };
    let entities = push.entities(&lines.updates);
    let (entities, read) = entities.map_err(|error| cannot_read(&error))?;
    if let Some(warning) = &push.reader.warning {
        output.warning(warning);
    }
    push.finder.warn_cut(output);
    if entities.is_empty() {
        let reason = if read == 0 {
            "no new commits were pushed, and no branch or tag names an issue"
        } else {
            "no issue key was found"
        };
        return Ok(send::nothing_since(
            reason,
            push.finder.denied(),
            options.sending.require_issue_keys,
            output,
        ));
    }
    let frame = frame(options, &about, event, OperationType::Normal)?;
    let mut source = Ready::from(payloads(entities, &frame));
    let report = send::send(&options.jira, &destinations, &mut source, deadline, context)?;
    let require = options.sending.require_issue_keys;
    Ok(send::with_required_issues(report, require, output))
}

/// What git says on standard input.
fn read(deadline: Deadline, context: &Context<'_>) -> Result<Lines, Failure> {
    let hint = "--pushed is for a git server's hook post-receive; docs/git-server.md has one for each server";
    if std::io::stdin().is_terminal() {
        return Err(
            Failure::usage("standard input has no lines of a post-receive hook").hint(hint),
        );
    }
    let time = deadline.remaining(context.system) / 3;
    let input = in_time(time, || files::read_stdin(MAX_INPUT));
    let failure = Failure::usage("could not read what was pushed");
    match input {
        Some(Ok(input)) => Ok(lines::parse(&input)),
        Some(Err(error)) => Err(failure.cause(format!("{error:#}")).hint(hint)),
        None => Err(failure.cause("standard input has no end").hint(hint)),
    }
}

fn warn_unread(lines: &Lines, context: &Context<'_>) {
    if lines.wrong > 0 {
        let wrong = counted(lines.wrong, "line");
        let are = if lines.wrong == 1 { "is" } else { "are" };
        context.output.advise(
            &format!("{wrong} of standard input {are} not what git writes: OLD NEW REF"),
            "call it as or from the hook post-receive, and pass its standard input on",
        );
    }
    if lines.left > 0 {
        let left = lines.left;
        let message = format!("{left} more lines of standard input were not read");
        context.output.advise(&message, ALL);
    }
}

/// The repository: git runs a hook in it, and names it.
fn folder(given: Option<&Path>, variables: &Variables) -> PathBuf {
    let of_git = || variables.by_name("GIT_DIR").map(PathBuf::from);
    let given = given.map(Path::to_owned);
    given.or_else(of_git).unwrap_or_else(|| PathBuf::from("."))
}

/// One push on its way.
struct Push<'a> {
    options: &'a DevInfoOptions,
    repository: &'a Repository<'a>,
    about: &'a About,
    event: Timestamp,
    /// What this push has changed, and what others have at the same time.
    changed: Changed,
    maker: Maker<'a>,
    finder: KeyFinder<'a>,
    reader: DetailsReader<'a>,
    /// The time after that is for the details of what was found, and for sending it.
    walk_until: Deadline,
    context: &'a Context<'a>,
}

/// The commits that came with a push and are sent, newest first.
#[derive(Default)]
struct FoundCommits {
    wanted: Vec<(String, Vec<IssueKey>)>,
    /// Those that merge a pull request.
    merges: Vec<Commit>,
    has_more: bool,
    /// How many commits were read.
    read: usize,
}

impl Push<'_> {
    /// Deletions, branches, then commits, newest first; and how many commits were read for them.
    fn entities(&mut self, updates: &[RefUpdate]) -> Result<(Vec<WithKeys>, usize), GitError> {
        let tips = self.tips(updates)?;
        let tagged = self.tagged(updates, &tips);
        let found = self.commits(updates, &tips, tagged)?;
        if found.has_more {
            let message = "more commits were pushed than a hook has time for: the newest are sent";
            self.context.output.advise(message, ALL);
        }
        let mut entities = Vec::new();
        let deleted = updates.iter().filter(|update| update.new.is_none());
        let deleted = deleted.filter_map(RefUpdate::branch);
        entities.extend(
            deleted.map(|name| (DevEntity::Deleted(EntityId::of_branch(name)), Vec::new())),
        );
        entities.extend(self.merged(&found.merges));
        entities.extend(self.branches(updates, &tips)?);
        for some in found.wanted.chunks(AT_ONCE) {
            let ids: Vec<String> = some.iter().map(|(id, _)| id.clone()).collect();
            let details = self.reader.read(&ids)?;
            for (details, (_, keys)) in details.iter().zip(some) {
                let commit = self.maker.commit(details, keys);
                entities.push((DevEntity::Commit(Box::new(commit)), keys.clone()));
            }
        }
        Ok((entities, found.read))
    }

    /// The commit that each new id leads to, as far as it is one of this repository.
    fn tips(&self, updates: &[RefUpdate]) -> Result<BTreeMap<String, String>, GitError> {
        let counts = |update: &&RefUpdate| update.branch().or(update.tag()).is_some();
        let news = updates.iter().filter(counts);
        let ids: BTreeSet<&String> = news.filter_map(|update| update.new.as_ref()).collect();
        // What a tag leads to may be no commit.
        let revisions: Vec<String> = ids.iter().map(|id| format!("{id}^{{commit}}")).collect();
        let found = self.repository.look_up(&revisions)?;
        let unknown = found.iter().filter(|commit| commit.is_none()).count();
        if unknown > 0 {
            self.context.output.advise(
                &format!(
                    "{unknown} of the ids that were pushed are not commits of this repository"
                ),
                "run it in the repository that was pushed to, or name it with --repository-dir",
            );
        }
        let pairs = ids.into_iter().zip(found);
        Ok(pairs
            .filter_map(|(id, commit)| Some((id.clone(), commit?)))
            .collect())
    }

    /// The issues that new tags name, by the commits that they are on.
    fn tagged(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
    ) -> BTreeMap<String, Vec<Text>> {
        let mut tagged: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        let tags = updates.iter().filter_map(|update| {
            let commit = tips.get(update.new.as_ref()?)?;
            Some((update.tag()?, update.new.as_ref() != Some(commit), commit))
        });
        for (name, is_annotated, commit) in tags.take(MOST_TAGS) {
            let source = format!("tag {name}");
            let texts = tagged.entry(commit.clone()).or_default();
            texts.push(Text::new(TextKind::Tag, source.clone(), name));
            let message = is_annotated.then(|| self.repository.tag_message(name));
            let message = message.flatten().unwrap_or_default();
            texts.push(Text::new(TextKind::Commit, source, &message));
        }
        tagged.retain(|_, texts| !self.finder.keys(texts.clone()).is_empty());
        tagged
    }

    /// The commits that no other branch and no tag had, and those that a new tag puts onto an issue.
    fn commits(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
        mut tagged: BTreeMap<String, Vec<Text>>,
    ) -> Result<FoundCommits, GitError> {
        let deleted = updates.iter().filter(|update| update.new.is_none());
        let deleted = deleted.filter_map(|update| update.old.clone());
        let old: Vec<String> = deleted.chain(self.changed.old.iter().cloned()).collect();
        let old = self.repository.existing(&old)?;
        let distinct: BTreeSet<&String> = tips.values().collect();
        let news = distinct.into_iter().cloned().collect();
        let moved = updates.iter().filter(|update| update.old.is_some());
        let moved = moved.filter_map(|update| tips.get(update.new.as_ref()?).cloned());
        let moved: Vec<String> = moved.collect();
        let is_changed = |name: &str| self.changed.names.contains(name);
        let walked = self.repository.only_in(news, old, &moved, is_changed)?;
        let mut walk = self.repository.walk(&walked, 0)?;
        let mut found = FoundCommits::default();
        while let Some(commit) = walk.next()? {
            if self.walk_until.remaining(self.context.system).is_zero() {
                // What was read is sent.
                found.has_more = true;
                break;
            }
            found.read += 1;
            let of_tag = tagged.remove(&commit.id).unwrap_or_default();
            if let Some(wanted) = self.wanted(&commit, of_tag) {
                if found.wanted.len() == MOST {
                    found.has_more = true;
                    break;
                }
                found.wanted.push(wanted);
            }
            if MergedRequest::of(&commit.message).is_some_and(|it| it.is_certain) {
                found.merges.push(commit);
            }
        }
        let ids: Vec<String> = tagged.keys().cloned().collect();
        let mut walk = self.repository.each(&ids)?;
        while let Some(commit) = walk.next()? {
            let of_tag = tagged.remove(&commit.id).unwrap_or_default();
            found.wanted.extend(self.wanted(&commit, of_tag));
        }
        Ok(found)
    }

    fn wanted(&mut self, commit: &Commit, of_tag: Vec<Text>) -> Option<(String, Vec<IssueKey>)> {
        let texts = of_tag.into_iter().chain([commit_text(commit)]);
        let keys = self.finder.keys(texts);
        let is_sent = !keys.is_empty() || self.options.sending.all_entities;
        is_sent.then(|| (commit.id.clone(), keys))
    }

    /// The pull requests that came to their end. Their branches are deleted when they are.
    fn merged(&mut self, commits: &[Commit]) -> Vec<WithKeys> {
        let built = Built {
            commits,
            head: "",
            branch: None,
            event: self.event,
        };
        let open = OpenRequests::default();
        let mut merged = merged::find(&built, &open, self.about, self.repository);
        for merged in &mut merged {
            merged.branch = None;
        }
        merged_entities(&merged, false, self.options, &self.maker, &mut self.finder)
    }

    /// New and moved branches whose name or newest commit names issues.
    fn branches(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
    ) -> Result<Vec<WithKeys>, GitError> {
        let tip = |update: &RefUpdate| tips.get(update.new.as_ref()?).map(String::as_str);
        let moved: Vec<(&str, &str)> = updates
            .iter()
            .filter_map(|update| Some((update.branch()?, tip(update)?)))
            .collect();
        if moved.len() > MOST {
            let message = format!("more than {MOST} branches were pushed: the first are sent");
            self.context.output.advise(&message, ALL);
        }
        let mut entities = Vec::new();
        let others = self.others()?;
        for some in moved[..moved.len().min(MOST)].chunks(AT_ONCE) {
            let (finder, reader) = (&mut self.finder, &mut self.reader);
            let some =
                branches::with_keys(some, &others, self.repository, &self.maker, finder, reader)?;
            entities.extend(some.into_iter().flatten());
        }
        Ok(entities)
    }

    /// The branches that stay as they are, and the primary ones.
    fn others(&self) -> Result<Others, GitError> {
        let primary = self.repository.branch();
        let is_other = |name: &str| {
            let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
            let is_primary = PRIMARY.contains(&branch) || primary.as_deref() == Some(branch);
            is_primary || !self.changed.names.contains(name)
        };
        let tips = self.repository.tips_of(&["refs/heads"], is_other)?;
        Ok(Others { primary, tips })
    }
}

/// Most tags of one push whose names and messages are read.
const MOST_TAGS: usize = 100;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::folder;
    use crate::variables::Variables;

    #[test]
    fn the_repository_is_where_git_says() {
        let hook = Variables::from([("GIT_DIR", "/srv/shop.git")]);
        let none = Variables::default();
        let given = Some(Path::new("/srv/other.git"));
        assert_eq!(folder(given, &hook), Path::new("/srv/other.git"));
        assert_eq!(folder(None, &hook), Path::new("/srv/shop.git"));
        assert_eq!(folder(None, &none), Path::new("."));
    }
}
