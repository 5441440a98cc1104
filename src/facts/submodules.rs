//! What is read of the submodules that the repositories of a run move.

use super::first::OfRun;
use super::further::Repositories;
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

/// Reads the commits that the repositories move their submodules by, and so on in these.
pub(super) fn read<'a>(
    question: &Question,
    first: &OfRun<'a>,
    others: &Repositories<'a>,
) -> Repositories<'a> {
    if !question.searches_commits() {
        return Repositories::default();
    }
    let of_first = first.repository.iter();
    let of_first = of_first.map(|read| (read, question.paths.as_slice()));
    let of_others = others.all.iter().map(|read| (read, &[][..]));
    let mut all = Vec::new();
    let (mut missing, mut troubles) = (Vec::new(), Vec::new());
    let mut level = below(of_first.chain(of_others), &mut troubles);
    for _ in 0..MAX_DEPTH {
        let room = MAX_READ.saturating_sub(all.len()).min(level.len());
        let beyond = level.split_off(room).into_iter();
        let too_many = || GitError::Failed(format!("no more than {MAX_READ} are read"));
        troubles.extend(beyond.map(|it| (it.folder, too_many())));
        let mut found = Vec::new();
        for some in level.chunks(AT_ONCE) {
            let answers = side_by_side(some, Submodule::read);
            for (submodule, answer) in some.iter().zip(answers) {
                match answer {
                    Ok(Some(read)) => found.push(read),
                    Ok(None) => missing.push(submodule.folder.clone()),
                    Err(error) => troubles.push((submodule.folder.clone(), error)),
                }
            }
        }
        level = below(found.iter().map(|read| (read, &[][..])), &mut troubles);
        all.extend(found);
    }
    let too_deep = || GitError::Failed(format!("no more than {MAX_DEPTH} levels are read"));
    troubles.extend(level.into_iter().map(|it| (it.folder, too_deep())));
    let of_each = all.iter().map(|read| read.notes.in_folder(&read.folder));
    let notes = of_each.fold(Notes::default(), Notes::and);
    Repositories {
        all,
        is_uncertain: false,
        notes: notes.and(lacking(&missing)).and(failed(&troubles)),
    }
}

/// A folder, and what is wrong with it.
type Trouble = (String, GitError);

/// The submodules that these repositories move, each within these paths.
fn below<'a, 'b>(
    repositories: impl Iterator<Item = (&'b RepositoryFacts<'a>, &'b [String])>,
    troubles: &mut Vec<Trouble>,
) -> Vec<Submodule<'a>>
where
    'a: 'b,
{
    let mut submodules = Vec::new();
    for (read, paths) in repositories {
        let Some(moving) = &read.found.moving else {
            continue;
        };
        match read.git.moved(moving, paths) {
            Ok(moved) => submodules.extend(moved.into_iter().map(|moved| Submodule {
                parent: read.git.clone(),
                folder: match read.folder.as_str() {
                    "." => moved.path.clone(),
                    folder => format!("{folder}/{}", moved.path),
                },
                moved,
            })),
            Err(error) => troubles.push((read.folder.clone(), error)),
        }
    }
    submodules
}

/// One that moved.
struct Submodule<'a> {
    parent: Repository<'a>,
    /// Seen from the workspace.
    folder: String,
    moved: Moved,
}

impl<'a> Submodule<'a> {
    /// Nothing where no clone has it at its commit.
    fn read(&self) -> Result<Option<RepositoryFacts<'a>>, GitError> {
        let mut trouble = None;
        for clone in self.parent.clones_of(&self.moved) {
            match clone.moved_by(&self.moved) {
                Ok(Some(found)) => {
                    let read = RepositoryFacts::of(clone, self.folder.clone(), found);
                    return Ok(Some(read));
                }
                Ok(None) => {}
                // One that is broken may be whole where git keeps it.
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        trouble.map_or(Ok(None), Err)
    }
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

fn failed(troubles: &[Trouble]) -> Notes {
    let Some((_, first)) = troubles.first() else {
        return Notes::default();
    };
    let folders = troubles.iter().map(|(folder, _)| folder.as_str());
    let folders = named(folders, MAX_NAMED);
    let why = first.text();
    Notes::warning(
        format!("the commits by which submodules moved were not searched in {folders}: {why}"),
        "name the issues of these commits with --issue-keys",
    )
}
