//! What is known of a run: from options, Jenkins' variables, git and the file of changes.

mod ask;
mod change_log;
mod checkouts;
mod further;
mod texts;
mod workspace;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::changes;
use crate::cli::KeyOptions;
use crate::cli::words::Words;
use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::{Findings, Rules, Text, TextKind, find};
use crate::error::Failure;
use crate::git::{Commit, Repository};
use crate::jenkins::{self, Ref, Run};
use crate::system::System;
use crate::variables::{JIRA_SEND_CHECKOUTS, Variables};
use ask::First;
use change_log::ChangeLog;
use checkouts::Checkouts;
use texts::{explicit, given};

pub(crate) use texts::commit_text;

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
    options: &KeyOptions,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> Result<Facts, Failure> {
    let changes = options.changes.as_deref().map(changes::read).transpose()?;
    let log = ChangeLog::new(changes.unwrap_or_default(), options);
    let mut facts = Facts::of_run(options, variables);
    let mut checkouts = Checkouts::new(options, &facts.run, variables, log.ids(), system, patience);
    checkouts.is_of_git = log.is_of_git();
    let first = facts.ask_first(options, variables, &checkouts);
    if checkouts.are_unreadable {
        facts.warnings.push((
            format!(
                "{} cannot be read, so the further repositories of scm are not known",
                JIRA_SEND_CHECKOUTS.name
            ),
            "give the step what checkout returned: scm: [app, lib]".to_owned(),
        ));
    }
    if options.only_issue_keys {
        if options.deployed_before.is_some() {
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
    options: &KeyOptions,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> (Facts, Vec<Commit>) {
    let mut facts = Facts::of_run(options, variables);
    let checkouts = Checkouts::new(options, &facts.run, variables, Vec::new(), system, patience);
    let first = facts.ask_first(options, variables, &checkouts);
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
        options: &KeyOptions,
        variables: &Variables,
        checkouts: &Checkouts<'a>,
    ) -> Option<First<'a>> {
        let first = self.ask_git(options, variables, checkouts);
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
            "left out {commits} of the change log that no repository in the workspace has, such as those of a shared library; --all-changes takes all"
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
            given_only(options)?.texts
        },
        ..Facts::default()
    })
}

/// Only what the options name, for explaining it.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn given_only(options: &KeyOptions) -> Result<Facts, Failure> {
    let changes = options.changes.as_deref().map(changes::read).transpose()?;
    let mut texts = given(options);
    texts.extend(changes.unwrap_or_default().iter().map(commit_text));
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
        pattern: options.key_pattern.clone(),
    };
    find(texts, &rules).after(&options.found_before)
}
