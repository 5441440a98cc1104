//! What is known of a run, from its question to the texts that are searched for issue keys. The way of a commit
//! message: [`gather`] asks for the repository of the run ([`first`]) and the others ([`further`]), each of which is
//! read ([`mod@repository`]) by the range that `git::commits` chooses, and so are the submodules that it moves
//! ([`submodules`]); what only Jenkins' change log has is added
//! ([`change_log`]); all of it becomes texts ([`texts`]). The commands search these for keys.

mod change_log;
mod checkouts;
mod first;
mod further;
mod notes;
mod repository;
mod reverts;
mod submodules;
mod texts;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::changes::Changes;
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::revision::Revision;
use crate::git::{Commit, Range, Repository};
use crate::jenkins::{self, CheckedOut, Ref, Run};
use crate::phrases::counted;
use crate::system::{Deadline, System};
use crate::variables::Variables;
use checkouts::Checkouts;

pub(crate) use change_log::ChangeLog;
pub(crate) use notes::Notes;
pub(crate) use reverts::is_revert;
pub(crate) use texts::commit_text;

/// What is asked about a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) issue_keys: Vec<String>,
    pub(crate) only_issue_keys: bool,
    pub(crate) branch: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) tag: Option<String>,
    /// These replace the messages that would be read.
    pub(crate) messages: Vec<String>,
    pub(crate) since: Option<Revision>,
    pub(crate) commit: Option<Revision>,
    pub(crate) repository_dir: Option<PathBuf>,
    /// Folders of all repositories of the run, where the user names them.
    pub(crate) repositories: Vec<PathBuf>,
    /// Only commits that change these paths in the repository of the run count.
    pub(crate) paths: Vec<String>,
    /// The file of changes, else Jenkins' change log, newest first.
    pub(crate) changes: Changes,
    /// Whether these are Jenkins' own, and the user does not want all of them.
    pub(crate) sorts_changes: bool,
    /// What `checkout` returned of further repositories.
    pub(crate) checked_out: Vec<CheckedOut>,
    /// Whether there is no workspace of the run at hand: commits are known by the change log only.
    pub(crate) lacks_workspace: bool,
    /// The commit that Jenkins names and the workspace lacks: it may be that of an earlier run.
    pub(crate) lacking: Option<Revision>,
    /// Of a deployment, what was deployed to the same place before.
    pub(crate) deployed_before: Option<Deployed>,
}

impl Question {
    /// Whether the messages of commits are searched.
    fn searches_commits(&self) -> bool {
        !self.only_issue_keys && self.messages.is_empty()
    }

    /// The same, and the variables to go by, where the workspace lacks the commit that Jenkins names: everything is the
    /// workspace's then.
    fn of_workspace(&self, lacking: Revision, variables: &Variables) -> (Self, Variables) {
        let question = Self {
            lacking: Some(lacking),
            ..self.clone()
        };
        (question, jenkins::without_git(variables))
    }
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

/// The facts, and what people should know about how they were found.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) run: Run,
    /// All but those of [`Self::log`].
    pub(crate) texts: Vec<Text>,
    pub(crate) log: ChangeLog,
    /// The branch or tag that was built, if anything names it. `--branch` need not: it may be any text with an issue
    /// key.
    pub(crate) built_ref: Option<Ref>,
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
    /// Whether Jenkins' variables name the commit of another repository, such as a shared library.
    pub(crate) is_elsewhere: bool,
    /// How many commits of the change log count for nothing.
    pub(crate) commits_left_out: usize,
    /// What was searched of each repository, by its folder.
    pub(crate) ranges: Vec<(String, Range)>,
    pub(crate) notes: Notes,
}

/// Reads everything; git gets no more time than `patience`.
pub(crate) fn gather(
    question: &Question,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> Facts {
    let run = Run::new(variables);
    let deadline = Deadline::after(system, patience);
    let checkouts = Checkouts::new(question, &run, variables, system, patience);
    let first = first::read(question, run, variables, &checkouts);
    if let Some(lacking) = first.lacking {
        let (question, variables) = question.of_workspace(lacking, variables);
        return gather(&question, &variables, system, deadline.remaining(system));
    }
    let is_deployment = question.deployed_before.is_some();
    // A deployment notes what runs there then, whatever is searched.
    let others = if question.only_issue_keys && !is_deployment {
        further::Repositories::default()
    } else {
        further::read(question, &first, &checkouts)
    };
    let submodules = submodules::read(question, &first, &others);
    let deployed = if is_deployment {
        further::deployed(&first, &others, checkouts.are_remembered())
    } else {
        BTreeMap::new()
    };
    let is_late = || deadline.remaining(system).is_zero();
    let log = change_log::sort(question, &first, &others, &is_late);
    let commits_left_out = log.left_out.len();
    let (texts, of_texts) =
        texts::of_run(question, variables, &first, &others, &submodules, &is_late);
    let of_log = log.is_unsorted().then(reverts::unknown);
    let log = if question.only_issue_keys {
        ChangeLog::default()
    } else {
        log
    };
    let left_out = left_out(commits_left_out).map(Notes::detail);
    let has_log = question.sorts_changes || !question.changes.is_empty();
    let is_searched = |text: &Text| matches!(text.kind, TextKind::Commit | TextKind::Explicit);
    let is_told = texts.iter().any(is_searched) || has_log || question.only_issue_keys;
    let unread = jenkins::unread(variables).filter(|_| !is_told);
    let others_read = others.all.into_iter().chain(submodules.all);
    let mut facts = first.facts;
    facts
        .ranges
        .extend(others_read.map(|read| (read.folder, read.found.range)));
    let notes = facts.notes.and(others.notes).and(submodules.notes);
    let optional = [of_log, left_out, unread.map(Notes::from)];
    Facts {
        texts,
        log,
        deployed,
        commits_left_out,
        is_elsewhere: question.lacking.is_some(),
        notes: optional
            .into_iter()
            .flatten()
            .fold(notes.and(of_texts), Notes::and),
        ..facts
    }
}

/// The same of the repository of the run alone, with its commits, newest first, instead of their texts.
pub(crate) fn read(
    question: &Question,
    variables: &Variables,
    system: &dyn System,
    patience: Duration,
) -> (Facts, Vec<Commit>) {
    let run = Run::new(variables);
    let deadline = Deadline::after(system, patience);
    let checkouts = Checkouts::new(question, &run, variables, system, patience);
    let first = first::read(question, run, variables, &checkouts);
    if let Some(lacking) = first.lacking {
        let (question, variables) = question.of_workspace(lacking, variables);
        return read(&question, &variables, system, deadline.remaining(system));
    }
    let texts = texts::but_of_commits(question, variables, &first);
    let commits = first.repository.map(|read| read.found.commits);
    let facts = Facts {
        texts,
        ..first.facts
    };
    (facts, commits.unwrap_or_default())
}

/// Says why commits of the change log count for nothing, if any do.
pub(crate) fn left_out(count: usize) -> Option<String> {
    let commits = counted(count, "commit");
    (count > 0).then(|| format!(
        "left out {commits} of the change log that no repository in the workspace has, such as those of a shared library; --all-changes includes them"
    ))
}

/// What Jenkins' variables say about the run, and of texts those alone that the question names: for what is not about this
/// run.
pub(crate) fn of_options(question: &Question, variables: &Variables) -> Facts {
    Facts {
        run: Run::new(variables),
        ..if question.only_issue_keys {
            Facts {
                texts: texts::explicit(question),
                ..Facts::default()
            }
        } else {
            given_only(question)
        }
    }
}

/// Only what the question names, for explaining it.
pub(crate) fn given_only(question: &Question) -> Facts {
    Facts {
        texts: texts::given(question),
        log: ChangeLog::whole(question.changes.clone()),
        ..Facts::default()
    }
}

/// The repository of the run, which need not be there; it gets no more time than `patience`.
pub(crate) fn repository<'a>(
    named: Option<&Path>,
    run: &Run,
    variables: &Variables,
    system: &'a dyn System,
    patience: Duration,
) -> Repository<'a> {
    Repository::new(&first::directory(named, run, variables), system, patience)
}
