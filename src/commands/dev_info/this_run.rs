//! What one run consists of: its commits, its branch and its pull request, if they name issues.

use super::batch::{DevEntity, WithKeys};
use super::branches::Others;
use super::entities::{Maker, PullRequestFacts};
use super::key_finder::KeyFinder;
use super::merged::Merged;
use super::texts_of;
use crate::cli::DevInfoOptions;
use crate::commands::identity::given_text;
use crate::commands::missing::Missing;
use crate::commands::run_facts::jenkins_url;
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::{Facts, commit_text};
use crate::git::{Commit, DetailsReader, GitError, Repository};
use crate::jenkins::Ref;
use crate::jira::dev_info::PullRequestStatus;
use crate::outbox::OpenRequest;

/// The pull request that the options or Jenkins name.
pub(super) fn pull_request(
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
    let of_change = change.and_then(|change| change.source.clone());
    let of_options = given_text(options.keys.branch.as_deref());
    let of_options = of_options.map(ToOwned::to_owned);
    // Jenkins calls the branch of its own pull requests PR-7.
    let built = match &facts.run.reference {
        Some(Ref::Branch(branch)) if change.is_none() => Some(branch.clone()),
        _ => None,
    };
    let source = missing.want(
        of_options.or(of_change).or(built),
        "source branch of the pull request",
        "--branch",
        "CHANGE_BRANCH",
    );
    let Some(source) = source else {
        return Ok(None);
    };
    let url = change.and_then(|change| change.url.as_deref());
    let url = url
        .filter(|_| given.pull_request_url.is_none())
        .map(|url| jenkins_url("CHANGE_URL", url));
    let title = change.and_then(|change| change.title.clone());
    let target = change.and_then(|change| change.target.clone());
    let given_title = given_text(options.keys.title.as_deref());
    Ok(Some(PullRequestFacts {
        number: number.to_owned(),
        status: given.pull_request_status,
        request: OpenRequest {
            at: event.as_millisecond(),
            url: url.transpose()?.map(|url| url.to_string()),
            title: given_title.map(ToOwned::to_owned).or(title),
            author_name: change.and_then(|change| change.author_name.clone()),
            author_email: change.and_then(|change| change.author_email.clone()),
            source,
            target: given.pull_request_target.clone().or(target),
            is_from_fork: change.is_some_and(|change| change.is_from_fork),
            ..OpenRequest::default()
        },
    }))
}

/// What is known of this run.
pub(super) struct ThisRun<'a> {
    pub(super) options: &'a DevInfoOptions,
    pub(super) facts: &'a Facts,
    pub(super) pull_request: Option<PullRequestFacts>,
    pub(super) repository: &'a Repository<'a>,
    /// The pull requests that the run has merged.
    pub(super) merged: Vec<Merged>,
}

impl ThisRun<'_> {
    /// The pull request, what was merged, the branch, then the commits, newest first; and the newest commit that is the
    /// server's, too.
    pub(super) fn entities(
        &self,
        mut commits: Vec<Commit>,
        maker: &Maker<'_>,
        finder: &mut KeyFinder<'_>,
        reader: &mut DetailsReader<'_>,
    ) -> Result<(Vec<WithKeys>, Option<String>), GitError> {
        let tip = self.tip(&mut commits);
        let mut entities = Vec::new();
        if let Some(request) = &self.pull_request {
            let keys = finder.keys(texts_of(self.facts, &[TextKind::Branch, TextKind::Title]));
            if self.is_sent(&keys) {
                let request = DevEntity::PullRequest(Box::new(maker.pull_request(request, &keys)));
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
        let names_issues = !wanted.is_empty();
        let merged = merged_entities(&self.merged, names_issues, self.options, maker, finder);
        entities.extend(merged);
        if let Some((name, tip)) = self.branch().zip(tip.as_ref()) {
            // A build of an older commit does not turn the branch back.
            let newer = self.repository.newer_tip(name, tip);
            let tip = newer.unwrap_or_else(|| tip.clone());
            let last = reader.read(std::slice::from_ref(&tip))?;
            if let Some(last) = last.first() {
                let keys = finder.keys(texts_of(self.facts, &[TextKind::Branch]));
                // Of the details a message of any length is not kept whole.
                let (read, _) = self.repository.messages(std::slice::from_ref(&last.id))?;
                let known = commits.iter().find(|commit| commit.id == last.id);
                let message = known.or(read.first());
                let of_last = message
                    .map(|it| self.keys_of(it, finder))
                    .unwrap_or_default();
                let primary = self.facts.run.primary();
                let is_sent = super::is_sent(name, primary, &keys, &of_last)
                    && (!keys.is_empty() || self.has_own_commits(&last.id)?);
                let branch = maker.branch(name, last, &keys, &of_last);
                entities.extend(branch.filter(|_| is_sent).map(|branch| {
                    let keys = keys.into_iter().chain(of_last).collect();
                    (DevEntity::Branch(Box::new(branch)), keys)
                }));
            }
        }
        entities.extend(super::commits(&wanted, maker, reader)?);
        Ok((entities, tip))
    }

    /// Whether a branch with this newest commit has what no primary branch of the server has.
    fn has_own_commits(&self, tip: &str) -> Result<bool, GitError> {
        if self.repository.remote().is_none() {
            return Ok(true);
        }
        let others = Others::primary(self.facts.run.primary(), self.repository)?;
        let own = self.repository.beyond(&[tip.to_owned()], &others.tips)?;
        Ok(!own.is_empty())
    }

    fn is_sent(&self, keys: &[IssueKey]) -> bool {
        !keys.is_empty()
            || !self.options.keys.issue_ids.is_empty()
            || self.options.sending.all_entities
    }

    /// The issues of a commit; those of a tag are its commit's as well, since Jira has no room for tags.
    fn keys_of(&self, commit: &Commit, finder: &mut KeyFinder<'_>) -> Vec<IssueKey> {
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
            let by_words = self.repository.merged_for_build(head, source, target);
            // Jenkins fetches the pull request as PR-7, or by the name of its branch.
            let names = [Some(format!("PR-{}", change.number)), change.source.clone()];
            let names: Vec<String> = names.into_iter().flatten().collect();
            by_words.or_else(|| self.repository.merged_beyond(&head.id, &names))
        });
        let Some(tip) = merged else {
            return Some(head.clone());
        };
        commits.retain(|commit| commit.id != *head);
        self.repository.resolve(&tip)
    }

    /// The branch that was built, when it is one of this repository and still there.
    fn branch(&self) -> Option<&str> {
        match (&self.facts.run.reference, &self.pull_request) {
            (
                _,
                Some(PullRequestFacts {
                    request, status, ..
                }),
            ) => {
                // Merge and delete come in any order; a late word of the branch would make it again.
                let is_gone = *status == PullRequestStatus::Merged;
                (!is_gone && !request.is_from_fork).then_some(request.source.as_str())
            }
            (Some(Ref::Branch(_)), None) if self.facts.run.change.is_some() => None,
            (Some(Ref::Branch(name)), None) => Some(name),
            _ => None,
        }
    }
}

/// What ends with a merge: the pull request, if it names issues, and its branch.
///
/// `names_issues` is whether any commit of the run does.
pub(super) fn merged_entities(
    merged: &[Merged],
    names_issues: bool,
    options: &DevInfoOptions,
    maker: &Maker<'_>,
    finder: &mut KeyFinder<'_>,
) -> Vec<WithKeys> {
    let mut entities = Vec::new();
    for merged in merged {
        let facts = &merged.facts;
        let title = facts.request.title.as_deref().unwrap_or_default();
        let source = format!("pull request {}", facts.number);
        let texts = [
            Text::change_branch(&source, &facts.request.source),
            Text::new(TextKind::Title, source, title),
        ];
        let keys = finder.own_keys(&texts);
        let keys_are_empty = keys.is_empty();
        if !keys_are_empty || options.sending.all_entities {
            let request = DevEntity::PullRequest(Box::new(maker.pull_request(facts, &keys)));
            entities.push((request, keys));
        }
        // What never had anything to do with an issue was not sent either.
        let was_sent = names_issues || merged.is_known || !keys_are_empty;
        let branch = merged.branch.as_deref().filter(|_| was_sent);
        let branch = branch.map(EntityId::of);
        entities.extend(branch.map(|id| (DevEntity::Deleted(id), Vec::new())));
    }
    entities
}
