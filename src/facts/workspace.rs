//! The folder in which the repositories of a run lie, and the search for them. `checkouts.rs` asks when it has to.

use std::path::{Path, PathBuf};

use super::Notes;
use super::notes::Found;
use crate::git::{CloneFolder, clone_in, clones_below};
use crate::variables::{self, Variables};

/// The folder that Jenkins names. Outside Jenkins nobody says how far a search may go.
#[derive(Clone, Debug, Default)]
pub(super) struct Workspace(Option<PathBuf>);

/// Repositories of the workspace, each with its folder as people know it.
pub(super) type Clones = Found<(CloneFolder, String)>;

/// All of this asks the drive, which may hang.
impl Workspace {
    pub(super) fn new(variables: &Variables) -> Self {
        Self(variables.get(variables::WORKSPACE).map(PathBuf::from))
    }

    /// The workspace; the current folder where it is not here, as in a container that calls it otherwise.
    fn folder(&self) -> PathBuf {
        let workspace = self.0.clone().filter(|folder| folder.is_dir());
        workspace.unwrap_or_else(|| PathBuf::from("."))
    }

    /// What lies about there.
    pub(super) fn search(&self) -> Clones {
        if self.0.is_none() {
            return Clones::default();
        }
        let workspace = self.folder();
        let (clones, is_cut) = clones_below(&workspace);
        let named = clones.into_iter().map(|clone| {
            let name = name_below(&workspace, &clone.directory);
            (clone, name)
        });
        let too_large =
            "the workspace is too large to search for repositories: name them with --repositories";
        let cut = is_cut.then(|| Notes::detail(too_large.to_owned()));
        Clones {
            all: named.collect(),
            notes: cut.unwrap_or_default(),
            ..Clones::default()
        }
    }

    /// What the user names, seen from the workspace or from the current folder, each once.
    pub(super) fn named(&self, names: &[PathBuf]) -> Clones {
        let workspace = self.folder();
        let mut clones = Clones::default();
        let mut seen = Vec::new();
        for name in names {
            let candidates = [workspace.join(name), name.clone()];
            let Some(clone) = candidates.iter().find_map(|folder| clone_in(folder)) else {
                let name = name.display();
                clones.is_uncertain = true;
                clones.notes = clones.notes.and(Notes::warning(
                    format!(
                        "{name}, which --repositories names, is not the folder of a repository"
                    ),
                    "name folders in the workspace that contain .git, one at a time",
                ));
                continue;
            };
            let real = real(&clone.directory);
            if !seen.contains(&real) {
                seen.push(real);
                let name = name_below(&workspace, &clone.directory);
                clones.all.push((clone, name));
            }
        }
        clones
    }

    /// A folder as people know it.
    pub(super) fn name_of(&self, folder: &Path) -> String {
        name_below(&self.folder(), folder)
    }
}

/// The path relative to the workspace, with slashes; elsewhere the whole path.
fn name_below(workspace: &Path, folder: &Path) -> String {
    let folder = real(folder);
    let Ok(below) = folder.strip_prefix(real(workspace)) else {
        return folder.display().to_string();
    };
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    let name = parts.collect::<Vec<_>>().join("/");
    if name.is_empty() {
        ".".to_owned()
    } else {
        name
    }
}

fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Workspace;
    use crate::variables::Variables;

    #[test]
    fn folders_are_known_as_they_are_seen_from_the_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::create_dir_all(path.join("libs/lib 🚀/.git")).unwrap();
        let of = |workspace: &str| Workspace::new(&Variables::from([("WORKSPACE", workspace)]));
        let workspace = of(path.to_str().unwrap());
        let lib = path.join("libs/lib 🚀");
        assert_eq!(workspace.name_of(&lib), "libs/lib 🚀");
        assert_eq!(workspace.name_of(&lib.join("../..")), ".");
        let elsewhere = path.parent().unwrap();
        let name = workspace.name_of(elsewhere);
        assert_eq!(
            name,
            elsewhere.canonicalize().unwrap().display().to_string()
        );

        let names = ["libs/lib 🚀", "libs/../libs/lib 🚀/", "libs"].map(Into::into);
        let clones = workspace.named(&names);
        assert_eq!(clones.all.len(), 1);
        let warning = &clones.notes.warnings[0].what;
        assert!(
            clones.is_uncertain && warning.starts_with("libs, which"),
            "{warning}"
        );
        let absolute = of("/nowhere").named(&[lib]);
        assert_eq!((absolute.all.len(), absolute.is_uncertain), (1, false));
        assert_eq!(workspace.search().all.len(), 1);
        assert_eq!(Workspace::default().search().all.len(), 0);
    }
}
