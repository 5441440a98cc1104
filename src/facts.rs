//! What is known of a run: from options, Jenkins' variables, git and the file of changes.

mod ask;
mod change_log;
mod checkouts;
mod further;
mod reverts;
mod texts;
mod workspace;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::changes;
use crate::cli::KeyOptions;
use crate::cli::words::Words;
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::issue_key::{Findings, Rules, Text, TextKind, find};
use crate::error::Failure;
use crate::git::{Commit, Repository};
use crate::jenkins::{self, CheckedOut, Ref, Run};
use crate::system::System;
use crate::variables::Variables;
use ask::First;
use change_log::ChangeLog;
use checkouts::Checkouts;
use texts::{explicit, given};

pub(crate) use texts::commit_text;

/// What is asked about a run.
pub(crate) struct Question<'a> {
    pub(crate) options: &'a KeyOptions,
    /// Of a deployment, what was deployed to the same place before.
    pub(crate) deployed_before: Option<Deployed>,
    /// What only a pipeline step knows.
    pub(crate) pipeline: Option<&'a Pipeline>,
}

/// What only a pipeline step knows of its run.
#[derive(Debug, Default)]
pub(crate) struct Pipeline {
    /// Jenkins' change log, newest first: it has the commits of shared libraries as well.
    pub(crate) changes: Vec<Commit>,
    /// What `checkout` returned of further repositories.
    pub(crate) checked_out: Vec<CheckedOut>,
    /// Whether there is no workspace of the run at hand: commits are known by the change log only.
    pub(crate) lacks_workspace: bool,
}

impl<'a> Question<'a> {
    /// One about what the options say, and nothing more.
    pub(crate) fn new(options: &'a KeyOptions) -> Self {
        Self {
            options,
            deployed_before: None,
            pipeline: None,
        }
    }

    /// The file of changes, else the change log of a pipeline step.
    ///
    /// # Errors
    /// A file that cannot be used.
    fn changes(&self) -> Result<Vec<Commit>, Failure> {
        match (&self.options.changes, self.pipeline) {
            (Some(path), _) => changes::read(path),
            (None, Some(pipeline)) => Ok(pipeline.changes.clone()),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Whether the changes are Jenkins' own, and the user does not want all of them.
    fn sorts_changes(&self) -> bool {
        self.pipeline.is_some() && self.options.changes.is_none() && !self.options.all_changes
    }
}

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
    /// Folder in which git is asked about the run.
    pub(crate) directory: PathBuf,
    /// Of a deployment of several repositories, the commit of each.
    pub(crate) deployed: BTreeMap<RepositoryName, String>,
    /// How many commits of the change log count for nothing.
    pub(crate) commits_left_out: usize,
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
    question: &Question<'_>,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> Result<Facts, Failure> {
    let log = ChangeLog::new(question.changes()?, question);
    let mut facts = Facts::of_run(question.options, variables);
    let mut checkouts =
        Checkouts::new(question, &facts.run, variables, log.ids(), system, patience);
    checkouts.is_of_git = log.is_of_git();
    let first = facts.ask_first(question, variables, &checkouts);
    if question.options.only_issue_keys {
        if question.deployed_before.is_some() {
            // Only for what runs there then.
            let _ = log.texts(first, &checkouts, &mut facts);
        }
        return Ok(facts);
    }
    let texts = log.texts(first, &checkouts, &mut facts);
    facts.texts.extend(texts);
    Ok(facts)
}

/// The same of the repository of the run alone, with its commits, newest first, instead of their texts.
pub(crate) fn read(
    question: &Question<'_>,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> (Facts, Vec<Commit>) {
    let mut facts = Facts::of_run(question.options, variables);
    let listed = Vec::new();
    let checkouts = Checkouts::new(question, &facts.run, variables, listed, system, patience);
    let first = facts.ask_first(question, variables, &checkouts);
    let commits = first.map(|first| first.found.commits);
    (facts, commits.unwrap_or_default())
}

impl Facts {
    /// What options and Jenkins' variables say.
    fn of_run(options: &KeyOptions, variables: &Variables) -> Self {
        let mut facts = Self {
            run: Run::new(variables),
            ..Self::default()
        };
        facts.known_ref.clone_from(&facts.run.reference);
        if let Some(tag) = &options.tag {
            facts.run.reference = Some(Ref::Tag(tag.clone()));
        } else if let Some(branch) = &options.branch {
            facts.run.reference = Some(Ref::Branch(branch.clone()));
        }
        facts
    }

    /// Reads the repository of the run, and puts the texts together but for those of commits.
    fn ask_first<'a>(
        &mut self,
        question: &Question<'_>,
        variables: &Variables,
        checkouts: &Checkouts<'a>,
    ) -> Option<First<'a>> {
        let first = self.ask_git(question, variables, checkouts);
        let options = question.options;
        if options.only_issue_keys {
            self.texts = explicit(options);
            return first;
        }
        // What is given replaces what would be found of the same kind.
        let of_git = std::mem::replace(&mut self.texts, given(options));
        let given: Vec<TextKind> = self.texts.iter().map(Text::kind).collect();
        let found = jenkins::texts(variables).into_iter().chain(of_git);
        self.texts
            .extend(found.filter(|text| !given.contains(&text.kind())));
        first
    }

    /// Says why commits of the change log count for nothing, if any do.
    pub(crate) fn left_out(&self) -> Option<String> {
        let commits = match self.commits_left_out {
            0 => return None,
            1 => "1 commit".to_owned(),
            several => format!("{several} commits"),
        };
        Some(format!(
            "left out {commits} of the change log that no repository in the workspace has, such as those of a shared library; --all-changes includes them"
        ))
    }

    /// The branch or tag that was built, if anything names it. `--branch` need not: it may be any text with an issue key.
    pub(crate) fn built_ref(&self) -> Option<&Ref> {
        let given = || {
            let reference = self.run.reference.as_ref();
            reference.filter(|reference| reference.is_possible())
        };
        self.known_ref.as_ref().or_else(given)
    }
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
            given_only(&Question::new(options))?.texts
        },
        ..Facts::default()
    })
}

/// Only what the options name, for explaining it.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn given_only(question: &Question<'_>) -> Result<Facts, Failure> {
    let mut texts = given(question.options);
    texts.extend(question.changes()?.iter().map(commit_text));
    Ok(Facts {
        texts,
        ..Facts::default()
    })
}

/// The repository of the run, which need not be there; it gets no more time than `patience`.
pub(crate) fn repository<'a>(
    options: &KeyOptions,
    run: &Run,
    variables: &Variables,
    system: &'a dyn System,
    patience: Duration,
) -> Repository<'a> {
    Repository::new(&ask::directory(options, run, variables), system, patience)
}

/// Searches the texts by the user's rules.
pub(crate) fn find_keys(texts: &[Text], options: &KeyOptions) -> Findings {
    let rules = Rules {
        projects: Words::all(&options.projects),
        deny: Words::all(&options.deny),
        pattern: options
            .key_pattern
            .clone()
            .map(|pattern| pattern.with_template(options.key_template.clone())),
    };
    find(texts, &rules)
}
