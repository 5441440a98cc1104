//! What is known of a run: from options, Jenkins' variables, git and the file of changes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::changes;
use crate::cli::KeyOptions;
use crate::cli::words::Words;
use crate::domain::issue_key::{Findings, Rules, Text, TextKind, find};
use crate::error::Failure;
use crate::git::{self, Commit, GitError, Repository, Wanted};
use crate::jenkins::{self, Ref, Run};
use crate::system::System;
use crate::variables::{self, Variables};

/// The facts, and what people should know about how they were found.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) run: Run,
    pub(crate) texts: Vec<Text>,
    /// The branch or tag that Jenkins names, whatever is to be searched in its place.
    known_ref: Option<Ref>,
    /// Full id of the commit that was built.
    pub(crate) commit: Option<String>,
    /// Whether an older commit than the deployed one is deployed again.
    pub(crate) is_rollback: bool,
    /// Full id of the newest commit that was read, which is another one where the repository does not have that.
    pub(crate) head: Option<String>,
    /// First line of its message.
    pub(crate) subject: Option<String>,
    /// Clone address of the repository.
    pub(crate) repository: Option<String>,
    /// Each with what can be done about it.
    pub(crate) warnings: Vec<(String, String)>,
    /// What only `--verbose` tells.
    pub(crate) details: Vec<String>,
}

/// Reads everything; git gets no more time than `patience`.
///
/// # Errors
/// A file of changes that cannot be used. Trouble with git is a warning.
pub(crate) fn gather(
    options: &KeyOptions,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> Result<Facts, Failure> {
    let changes = options.changes.as_deref().map(changes::read).transpose()?;
    let (mut facts, commits) = read(options, variables, system, patience);
    if options.only_issue_keys {
        return Ok(facts);
    }
    let commits = if options.message.is_empty() {
        commits
    } else {
        Vec::new()
    };
    let texts = commit_texts(commits, changes.unwrap_or_default());
    facts.texts.extend(texts);
    Ok(facts)
}

/// The same, but with the commits of the run, newest first, instead of their texts.
pub(crate) fn read(
    options: &KeyOptions,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> (Facts, Vec<Commit>) {
    let mut facts = Facts {
        run: Run::new(variables),
        ..Facts::default()
    };
    facts.known_ref.clone_from(&facts.run.reference);
    if let Some(tag) = &options.tag {
        facts.run.reference = Some(Ref::Tag(tag.clone()));
    } else if let Some(branch) = &options.branch {
        facts.run.reference = Some(Ref::Branch(branch.clone()));
    }
    let repository = repository(options, &facts.run, variables, system, patience);
    let commits = facts.ask_git(&repository, options, variables);
    if options.only_issue_keys {
        facts.texts = explicit(options);
        return (facts, commits);
    }
    // What is given replaces what would be found of the same kind.
    let of_git = std::mem::replace(&mut facts.texts, given(options));
    let given: Vec<TextKind> = facts.texts.iter().map(Text::kind).collect();
    let found = jenkins::texts(variables).into_iter().chain(of_git);
    facts
        .texts
        .extend(found.filter(|text| !given.contains(&text.kind())));
    (facts, commits)
}

/// What Jenkins' variables say of the run, and of texts those alone that the options name: for what is not about this
/// run.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn of_options(options: &KeyOptions, variables: &Variables) -> Result<Facts, Failure> {
    Ok(Facts {
        run: Run::new(variables),
        texts: if options.only_issue_keys {
            explicit(options)
        } else {
            given_only(options)?
        },
        ..Facts::default()
    })
}

/// Only what the options name, for explaining it.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn given_only(options: &KeyOptions) -> Result<Vec<Text>, Failure> {
    let changes = options.changes.as_deref().map(changes::read).transpose()?;
    let mut texts = given(options);
    texts.extend(commit_texts(Vec::new(), changes.unwrap_or_default()));
    Ok(texts)
}

/// The repository of the run, which need not be there; it gets no more time than `patience`.
pub(crate) fn repository<'a>(
    options: &KeyOptions,
    run: &Run,
    variables: &Variables,
    system: &'a dyn System,
    patience: Duration,
) -> Repository<'a> {
    Repository::new(&directory(options, run, variables), system, patience)
}

/// Searches the texts by the user's rules.
pub(crate) fn find_keys(texts: &[Text], options: &KeyOptions) -> Findings {
    let rules = Rules {
        projects: Words::all(&options.projects),
        deny: Words::all(&options.deny),
        pattern: options.key_pattern.clone(),
    };
    find(texts, &rules).after(&options.found_before)
}

impl Facts {
    /// The branch or tag that was built, if anything names it. `--branch` need not: it may be any text with an issue key.
    pub(crate) fn built_ref(&self) -> Option<&Ref> {
        let given = || {
            let reference = self.run.reference.as_ref();
            reference.filter(|reference| reference.is_possible())
        };
        self.known_ref.as_ref().or_else(given)
    }

    /// Reads the commits of the run, newest first, and what git knows and Jenkins did not say.
    fn ask_git(
        &mut self,
        repository: &Repository<'_>,
        options: &KeyOptions,
        variables: &Variables,
    ) -> Vec<Commit> {
        let tag = match &self.run.reference {
            Some(Ref::Tag(tag)) => Some(tag.clone()),
            _ => None,
        };
        let change = self.run.change.as_ref();
        let wanted = Wanted {
            head: options.commit.clone().or_else(|| self.run.commit.clone()),
            since: options
                .since
                .clone()
                .or_else(|| self.run.previous_commit.clone()),
            deployed: match options.since {
                Some(_) => None,
                None => options.deployed_before.clone(),
            },
            target: change.and_then(|change| change.target.clone()),
            tag,
        };
        let found = match git::commits(repository, &wanted) {
            Ok(found) => found,
            Err(error) => {
                self.explain(error);
                self.texts_of_git(repository);
                self.commit = wanted.head.map(|head| head.to_string());
                self.repository.clone_from(&self.run.repository);
                return Vec::new();
            }
        };
        self.warnings.extend(found.warnings);
        self.is_rollback = found.is_rollback;
        self.head.clone_from(&found.head);
        self.commit = match wanted.head {
            // Jenkins' word stands even when the folder holds another repository.
            Some(head) if repository.resolve(head.as_str()).is_none() => Some(head.to_string()),
            _ => found.head,
        };
        let newest = found
            .commits
            .iter()
            .find(|commit| Some(&commit.id) == self.commit.as_ref());
        self.subject = newest
            .and_then(|commit| commit.message.lines().next())
            .map(ToOwned::to_owned);
        self.repository = self
            .run
            .repository
            .clone()
            .or_else(|| repository.remote_url());
        let is_from_git_branch = variables.get(variables::BRANCH_NAME).is_none();
        if is_from_git_branch && self.known_ref.is_some() {
            let remotes = repository.remotes();
            let known = self.known_ref.take();
            self.known_ref = known.map(|name| name.without_remote(&remotes));
            if options.branch.is_none() {
                let reference = self.run.reference.take();
                self.run.reference = reference.map(|name| name.without_remote(&remotes));
            }
        }
        self.texts_of_git(repository);
        found.commits
    }

    fn explain(&mut self, error: GitError) {
        match error {
            GitError::TooSlow => self.warnings.push((
                "git did not answer in time: commit messages were not searched".to_owned(),
                "is the workspace on a slow drive? --budget gives it more time".to_owned(),
            )),
            GitError::NotInstalled => self.warnings.push((
                "there is no git on this machine: commit messages were not searched".to_owned(),
                "install git on the agent, or give the keys with --issue-keys".to_owned(),
            )),
            GitError::Failed(text) if self.run.commit.is_some() || !is_elsewhere(&text) => self.warnings.push((
                format!("git cannot be asked, so commit messages were not searched: {text}"),
                "run it in the folder of the repository, or name that folder with --repository-dir"
                    .to_owned(),
            )),
            GitError::Failed(text) => self.details.push(format!("no commit messages: {text}")),
        }
    }

    /// Git's own branch where Jenkins names none, and the message of an annotated tag.
    fn texts_of_git(&mut self, repository: &Repository<'_>) {
        match &self.run.reference {
            Some(Ref::Branch(_)) => {}
            Some(Ref::Tag(tag)) => {
                let message = repository.tag_message(tag).unwrap_or_default();
                let source = format!("tag {tag}");
                self.texts
                    .push(Text::new(TextKind::Commit, source, &message));
            }
            None => {
                let branch = repository.branch().or_else(|| repository.remote_branch());
                let text = |branch: &String| Text::new(TextKind::Branch, "git branch", branch);
                self.texts.extend(branch.as_ref().map(text));
                self.run.reference = branch.map(Ref::Branch);
            }
        }
    }
}

/// Git's words for a folder that is no repository, where nobody expects commits.
fn is_elsewhere(text: &str) -> bool {
    text.contains("not a git repository")
}

fn explicit(options: &KeyOptions) -> Vec<Text> {
    let keys = options.issue_keys.iter();
    keys.map(|keys| Text::new(TextKind::Explicit, "--issue-keys", keys))
        .collect()
}

fn given(options: &KeyOptions) -> Vec<Text> {
    let mut texts = explicit(options);
    let one = |kind, source: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty());
        text.map(|text| Text::new(kind, source, text))
    };
    texts.extend(one(TextKind::Branch, "--branch", &options.branch));
    texts.extend(one(TextKind::Title, "--title", &options.title));
    texts.extend(one(TextKind::Tag, "--tag", &options.tag));
    let messages = options.message.iter();
    texts.extend(messages.map(|text| Text::new(TextKind::Commit, "--message", text)));
    texts
}

/// Git has whole messages; of the changes only those commits are added that git did not read.
fn commit_texts(commits: Vec<Commit>, changes: Vec<Commit>) -> Vec<Text> {
    let known: std::collections::HashSet<String> =
        commits.iter().map(|commit| commit.id.clone()).collect();
    let further = changes
        .into_iter()
        .filter(|change| !known.contains(&change.id));
    commits
        .into_iter()
        .chain(further)
        .map(|commit| commit_text(&commit))
        .collect()
}

/// The message of a commit, to be searched.
pub(crate) fn commit_text(commit: &Commit) -> Text {
    let short: String = commit.id.chars().take(12).collect();
    let source = format!("commit {short}");
    Text::new(TextKind::Commit, source.trim_end(), &commit.message)
}

fn directory(options: &KeyOptions, run: &Run, variables: &Variables) -> PathBuf {
    if let Some(named) = &options.repository_dir {
        return named.clone();
    }
    let current = PathBuf::from(".");
    let Some(checkout) = &run.checkout_directory else {
        return current;
    };
    let workspace = variables.get(variables::WORKSPACE).map(Path::new);
    let candidates = [
        workspace.unwrap_or(&current).join(checkout),
        current.join(checkout),
    ];
    candidates
        .into_iter()
        .find(|folder| folder.is_dir())
        .unwrap_or(current)
}
