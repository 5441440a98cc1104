//! Submodules: which of them a range moves, and where they lie. The facts ask for those of each repository, level by level.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Component, Path};

use super::clones::{CloneFolder, Place};
use super::{Commit, GitError, Repository, clone_in};
use crate::ordered::ordered;

/// Most submodules of a repository that are searched.
const MAX_SUBMODULES: usize = 1_000;

/// Most commits that are compared with each other; they are arguments, of which Windows takes 32 KiB.
const MAX_COMPARED: usize = 500;

/// Where a repository says which submodules it has.
pub(super) const FILE: &str = ".gitmodules";

/// What a submodule is in a tree.
const KIND: &str = "160000";

/// The range of a repository that has submodules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moving {
    newest: String,
    /// The commits just before the range.
    before: BTreeSet<String>,
}

impl Moving {
    /// `edge` are those whose parents were cut off when the repository was cloned: nobody knows what was before these.
    /// Nothing moves where nothing is new.
    pub(super) fn new(newest: &str, commits: &[Commit], edge: &HashSet<String>) -> Option<Self> {
        let own: HashSet<&str> = commits.iter().map(|commit| commit.id.as_str()).collect();
        let parents = commits.iter().flat_map(|commit| &commit.parents);
        let outside = parents.filter(|id| !own.contains(id.as_str()));
        let ids = commits.iter().map(|commit| &commit.id);
        let cut = ids.filter(|id| edge.contains(*id));
        (!commits.is_empty()).then(|| Self {
            newest: newest.to_owned(),
            before: outside.chain(cut).cloned().collect(),
        })
    }
}

/// A submodule that the range moves from one commit to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    name: String,
    /// Seen from the uppermost folder of the repository.
    pub(crate) path: String,
    /// Where it was before: at several commits where several lines come together, at none where it is new.
    pub(super) before: Vec<String>,
    pub(super) now: String,
}

impl Repository<'_> {
    /// The submodules that are at another commit at the end of the range than at its beginning.
    pub(crate) fn moved(&self, moving: &Moving, paths: &[String]) -> Result<Vec<Moved>, GitError> {
        let names = self.submodules(&moving.newest);
        let before = self.newest_of(moving.before.clone())?;
        let newest = moving.newest.as_str();
        let empty = empty_tree(newest);
        let command = ["diff-tree", "-r", "-z", "--raw", "--ignore-submodules=none"];
        let (begin, input): (Vec<&str>, _) = if before.is_empty() {
            (vec![empty, newest], None)
        } else {
            let pairs = before.iter().map(|before| format!("{newest} {before}\n"));
            (vec!["--no-commit-id", "--stdin"], Some(pairs.collect()))
        };
        // Without names, anything may be one.
        let limits = if paths.is_empty() {
            names.keys().collect::<Vec<_>>()
        } else {
            paths.iter().collect()
        };
        let literal: &[&str] = if paths.is_empty() {
            &["--literal-pathspecs"]
        } else {
            &[]
        };
        let limits = limits.into_iter().map(String::as_str);
        let arguments: Vec<&str> = [literal, &command, &begin, &["--"]].concat();
        let arguments: Vec<&str> = arguments.into_iter().chain(limits).collect();
        let mut process = self.start(&arguments, input)?;
        let mut changes: BTreeMap<String, Vec<Move>> = BTreeMap::new();
        while let (Some(change), Some(path)) = (process.text()?, process.text()?) {
            if let Some(change) = Move::parse(&change) {
                changes.entry(path).or_default().push(change);
            }
        }
        // Where one line of the range already had it there, nothing is new.
        let lines = before.len().max(1);
        let moved = changes
            .into_iter()
            .filter(|(_, moves)| moves.len() == lines);
        let moved = moved.filter_map(|(path, moves)| {
            let name = match names.get(&path) {
                Some(name) => name.clone(),
                None => inside(&path).filter(|_| names.is_empty())?,
            };
            let now = moves.first()?.now.clone();
            let ids = moves.into_iter().filter_map(|it| it.before);
            let mut ids: BTreeSet<String> = ordered(ids);
            if ids.is_empty() {
                ids = self.in_another_folder(&name, &before);
            }
            // Only its folder has another name.
            (!ids.contains(&now)).then(|| Moved {
                name,
                path,
                before: ids.into_iter().collect(),
                now,
            })
        });
        Ok(moved.collect())
    }

    /// Where a submodule was in these commits that lay in another folder then. Its name stays the same.
    fn in_another_folder(&self, name: &str, commits: &BTreeSet<String>) -> BTreeSet<String> {
        let found = commits.iter().filter_map(|commit| {
            let names = self.submodules(commit);
            let (path, _) = names.iter().find(|(_, other)| *other == name)?;
            let entry = format!("{commit}:{path}");
            let id = self.run(&[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &entry,
            ]);
            Some(id.ok()?.trim_end().to_owned())
        });
        ordered(found.filter(|id| !id.is_empty()))
    }

    /// The names of the submodules that a commit has, by their paths; not of those that would lie elsewhere than in it.
    fn submodules(&self, commit: &str) -> BTreeMap<String, String> {
        let file = format!("--blob={commit}:{FILE}");
        let wanted = r"^submodule\..*\.path$";
        // What cannot be read has no submodules for git either.
        let output = self.run(&["config", &file, "-z", "--get-regexp", wanted]);
        let output = output.unwrap_or_default();
        let all = output.split('\0').filter_map(|entry| {
            let (name, path) = entry.split_once('\n')?;
            let name = name.strip_prefix("submodule.")?.strip_suffix(".path")?;
            Some((inside(path)?, inside(name)?))
        });
        ordered(all.take(MAX_SUBMODULES))
    }

    /// Without those that lead to another of them: where an old branch began says nothing of where the range did.
    fn newest_of(&self, commits: BTreeSet<String>) -> Result<BTreeSet<String>, GitError> {
        if commits.len() < 2 || commits.len() > MAX_COMPARED {
            return Ok(commits);
        }
        let arguments = ["merge-base", "--independent"].into_iter();
        let arguments = arguments.chain(commits.iter().map(String::as_str));
        let output = self.run(&arguments.collect::<Vec<_>>())?;
        Ok(ordered(output.lines().map(ToOwned::to_owned)))
    }

    /// The clones in which a submodule of this repository may lie: in its folder, or kept where git keeps it.
    pub(crate) fn clones_of(&self, moved: &Moved) -> Vec<Self> {
        let folder = self.directory.join(&moved.path);
        let real = |folder: &Path| std::fs::canonicalize(folder).ok();
        let is_below = real(&folder).zip(real(&self.directory));
        let is_below = is_below.is_some_and(|(folder, top)| folder.starts_with(top));
        let in_folder = clone_in(&folder).filter(|_| is_below);
        // A linked worktree has its own, and what the clone has that it belongs to.
        let data = self.data().into_iter().chain(self.shared_data());
        let kept = data.filter_map(|data| {
            let folder = data.join("modules").join(&moved.name);
            Some(CloneFolder {
                place: Place::Submodule,
                ..clone_in(&folder)?
            })
        });
        let clones = in_folder.into_iter().chain(kept);
        let clones = clones.map(|clone| Self {
            directory: clone.directory,
            place: Some(clone.place),
            ..self.clone()
        });
        clones.collect()
    }
}

/// A path or name of a repository, when it leads nowhere else.
fn inside(path: &str) -> Option<String> {
    let parts = Path::new(path).components().map(|part| match part {
        Component::Normal(part) => part.to_str().filter(|it| !it.eq_ignore_ascii_case(".git")),
        Component::CurDir => Some(""),
        _ => None,
    });
    let parts: Vec<&str> = parts.collect::<Option<_>>()?;
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// What git calls a tree without anything.
fn empty_tree(id: &str) -> &'static str {
    if id.len() == 40 {
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    } else {
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    }
}

/// A line of git's about a submodule.
#[derive(Debug, PartialEq, Eq)]
struct Move {
    before: Option<String>,
    now: String,
}

impl Move {
    /// `:160000 160000 8a91… 7c2d… M`; nothing for what is no submodule afterwards.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.strip_prefix(':')?.split(' ').collect();
        let [kind_before, KIND, before, now, _] = fields[..] else {
            return None;
        };
        Some(Self {
            before: (kind_before == KIND).then(|| before.to_owned()),
            now: now.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Move, inside};

    #[test]
    fn a_path_leads_nowhere_else() {
        for (path, expected) in [
            ("libs/core", Some("libs/core")),
            ("libs//core/", Some("libs/core")),
            ("-x $(y)\n*", Some("-x $(y)\n*")),
            ("..core", Some("..core")),
            ("", None),
            (".", None),
            ("./core", Some("core")),
            ("./libs/./core", Some("libs/core")),
            ("././", None),
            ("../core", None),
            ("libs/../../core", None),
            ("/core", None),
            (".git/modules/core", None),
            ("libs/.GIT", None),
        ] {
            assert_eq!(inside(path).as_deref(), expected, "{path:?}");
        }
    }

    #[test]
    fn only_what_is_a_submodule_afterwards_moved() {
        let moved = |before: Option<&str>, now: &str| {
            Some(Move {
                before: before.map(ToOwned::to_owned),
                now: now.to_owned(),
            })
        };
        for (line, expected) in [
            (":160000 160000 aa bb M", moved(Some("aa"), "bb")),
            (":000000 160000 00 bb A", moved(None, "bb")),
            (":100644 160000 aa bb T", moved(None, "bb")),
            (":160000 000000 aa 00 D", None),
            (":160000 100644 aa bb T", None),
            (":100644 100644 aa bb M", None),
            ("160000 160000 aa bb M", None),
            ("", None),
        ] {
            assert_eq!(Move::parse(line), expected, "{line:?}");
        }
    }
}
