//! What is read of the submodules that the repositories of a run move.

use super::first::OfRun;
use super::further::Others;
use super::repository::RepositoryFacts;
use super::{Notes, Question};
use crate::git::{GitError, Moved, Repository};
use crate::phrases::named;
use crate::side_by_side::side_by_side;

/// So deep submodules of submodules are read.
const MAX_DEPTH: usize = 8;

/// So many are read at once.
const AT_ONCE: usize = 8;

/// Most submodules that are read.
const MAX_READ: usize = 200;

/// Most that a message names.
const MAX_NAMED: usize = 5;

/// What was read of them.
#[derive(Default)]
pub(super) struct Submodules<'a> {
    pub(super) read: Vec<RepositoryFacts<'a>>,
    pub(super) notes: Notes,
}

/// Reads the commits that the repositories move their submodules by, and so on in these.
pub(super) fn read<'a>(
    question: &Question,
    first: &OfRun<'a>,
    others: &Others<'a>,
) -> Submodules<'a> {
    if !question.searches_commits() {
        return Submodules::default();
    }
    let of_first = first.repository.iter();
    let of_first = of_first.map(|read| Level::below(read, &question.paths));
    let of_others = others.read.iter().map(|read| Level::below(read, &[]));
    let mut level = Level::all(of_first.chain(of_others));
    let mut read = Vec::new();
    let mut notes = Notes::default();
    let (mut missing, mut unreadable) = (Vec::new(), Vec::new());
    for _ in 0..MAX_DEPTH {
        notes = notes.and(level.notes);
        let room = MAX_READ
            .saturating_sub(read.len())
            .min(level.submodules.len());
        let beyond = level.submodules.split_off(room);
        unreadable.extend(beyond.into_iter().map(|it| (it.folder, too_many())));
        let mut found = Vec::new();
        for some in level.submodules.chunks(AT_ONCE) {
            let answers = side_by_side(some, Submodule::read);
            for (submodule, answer) in some.iter().zip(answers) {
                let folder = submodule.folder.as_str();
                match answer {
                    Ok(Answer::Read(read)) => found.push(*read),
                    Ok(Answer::Missing) => missing.push(folder.to_owned()),
                    Err(error) => unreadable.push((folder.to_owned(), error)),
                }
            }
        }
        level = Level::all(found.iter().map(|read| Level::below(read, &[])));
        read.extend(found);
    }
    let deeper = level.submodules.into_iter();
    unreadable.extend(deeper.map(|it| (it.folder, too_deep())));
    notes = notes.and(level.notes);
    let of_each = read.iter().map(|read| read.notes.in_folder(&read.folder));
    let notes = of_each.fold(notes, Notes::and);
    Submodules {
        notes: notes.and(lacking(&missing)).and(failed(unreadable)),
        read,
    }
}

/// Submodules that moved, and trouble with finding them.
#[derive(Default)]
struct Level<'a> {
    submodules: Vec<Submodule<'a>>,
    notes: Notes,
}

impl<'a> Level<'a> {
    /// Those of one repository.
    fn below(read: &RepositoryFacts<'a>, paths: &[String]) -> Self {
        let Some(moving) = &read.moving else {
            return Self::default();
        };
        let folder = |moved: &Moved| match read.folder.as_str() {
            "." => moved.path.clone(),
            folder => format!("{folder}/{}", moved.path),
        };
        match read.git.moved(moving, paths) {
            Ok(moved) => Self {
                submodules: moved
                    .into_iter()
                    .map(|moved| Submodule {
                        parent: read.git.clone(),
                        folder: folder(&moved),
                        moved,
                    })
                    .collect(),
                ..Self::default()
            },
            Err(error) => Self {
                notes: failed(vec![(read.folder.clone(), error)]),
                ..Self::default()
            },
        }
    }

    fn all(levels: impl Iterator<Item = Self>) -> Self {
        levels.fold(Self::default(), |mut all, level| {
            all.submodules.extend(level.submodules);
            Self {
                notes: all.notes.and(level.notes),
                ..all
            }
        })
    }
}

/// One that moved.
struct Submodule<'a> {
    parent: Repository<'a>,
    /// Seen from the workspace.
    folder: String,
    moved: Moved,
}

enum Answer<'a> {
    Read(Box<RepositoryFacts<'a>>),
    /// No clone has it at its commit.
    Missing,
}

impl<'a> Submodule<'a> {
    fn read(&self) -> Result<Answer<'a>, GitError> {
        let mut trouble = None;
        for clone in self.parent.clones_of(&self.moved) {
            let answer = clone.moved_by(&self.moved);
            // One that is broken may be whole where git keeps it.
            if answer.is_err() && trouble.is_none() {
                trouble = answer.err();
                continue;
            }
            if let Some(found) = answer? {
                let read = RepositoryFacts::of(clone, self.folder.clone(), found);
                return Ok(Answer::Read(Box::new(read)));
            }
        }
        trouble.map_or(Ok(Answer::Missing), Err)
    }
}

fn too_deep() -> GitError {
    GitError::Failed(format!("no more than {MAX_DEPTH} levels are read"))
}

fn too_many() -> GitError {
    GitError::Failed(format!("no more than {MAX_READ} are read"))
}

fn lacking(folders: &[String]) -> Notes {
    let message = match folders {
        [] => return Notes::default(),
        [only] => format!("the submodule {only} moved, and its commits are"),
        several => format!(
            "the submodules {} moved, and their commits are",
            named(several.iter().map(String::as_str), MAX_NAMED)
        ),
    };
    let message = format!("{message} not in the workspace: they were not searched");
    Notes::warning(message, CHECK_OUT)
}

/// The remedy for a submodule that is not there.
const CHECK_OUT: &str = "check submodules out: add Advanced sub-modules behaviours in the job's Git settings, or run git submodule update --init --recursive before";

fn failed(troubles: Vec<(String, GitError)>) -> Notes {
    let Some((_, first)) = troubles.first() else {
        return Notes::default();
    };
    let why = first.text().to_owned();
    let folders: Vec<String> = troubles.into_iter().map(|(folder, _)| folder).collect();
    Notes::warning(
        format!(
            "the commits by which submodules moved were not searched in {}: {why}",
            named(folders.iter().map(String::as_str), MAX_NAMED)
        ),
        "name the issues of these commits with --issue-keys",
    )
}
