//! The files that patterns match, for counting the tests in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Stop;
use super::pattern::Pattern;
use crate::error::plain;

/// Most files and folders that are searched for all patterns together.
const MAX_LOOKED_AT: u32 = 1_000_000;

/// Most files that may match.
const MAX_FILES: usize = 100_000;

/// Looks for files, below folders that are not links: nothing is found twice, and no search goes in circles.
pub(super) struct FileSearch<'a> {
    /// Whether the time is up.
    pub(super) is_over: &'a dyn Fn() -> bool,
    /// Real paths, each with the path that people know it by.
    pub(super) files: BTreeMap<PathBuf, PathBuf>,
    /// What people read of files and folders that cannot be used.
    pub(super) wrong: Vec<String>,
    looked_at: u32,
}

impl<'a> FileSearch<'a> {
    pub(super) fn new(is_over: &'a dyn Fn() -> bool) -> Self {
        Self {
            is_over,
            files: BTreeMap::new(),
            wrong: Vec::new(),
            looked_at: 0,
        }
    }

    /// Adds the files of one pattern.
    ///
    /// # Errors
    /// It had to end before it had seen everything.
    pub(super) fn add(&mut self, pattern: &Pattern) -> Result<(), Stop> {
        let start = pattern.start.as_path();
        let start = if start.as_os_str().is_empty() {
            Path::new(".")
        } else {
            start
        };
        let real = match fs::canonicalize(start) {
            Ok(real) => real,
            Err(error) => {
                self.note(start, &error);
                return Ok(());
            }
        };
        if pattern.is_plain() {
            self.add_plain(start, real);
            return Ok(());
        }
        let mut folders = vec![(PathBuf::new(), pattern.begin())];
        while let Some((below, state)) = folders.pop() {
            let shown = pattern.start.join(&below);
            let entries = match fs::read_dir(real.join(&below)) {
                Ok(entries) => entries,
                Err(error) => {
                    self.note(&shown, &error);
                    continue;
                }
            };
            for entry in entries {
                self.look_at_one()?;
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        self.note(&shown, &error);
                        break;
                    }
                };
                let name = entry.file_name();
                let Some(next) = pattern.enter(&state, &name.to_string_lossy()) else {
                    continue;
                };
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push((below.join(name), next));
                } else if pattern.is_end(&next) {
                    self.add_file(entry.path(), shown.join(name))?;
                }
            }
        }
        Ok(())
    }

    fn add_plain(&mut self, path: &Path, real: PathBuf) {
        if real.is_dir() {
            let folder = path.display();
            let advice = format!("it is a folder; {folder}/**/*.xml names the files in it");
            self.wrong.push(not_counted(path, &advice));
        } else {
            self.files.entry(real).or_insert_with(|| path.to_owned());
        }
    }

    /// What a link leads to is the file itself.
    fn add_file(&mut self, path: PathBuf, shown: PathBuf) -> Result<(), Stop> {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        let real = if is_link {
            match fs::canonicalize(&path) {
                Ok(real) if real.is_dir() => return Ok(()),
                Ok(real) => real,
                Err(error) => {
                    let reason = format!("its link is broken: {}", plain(error));
                    self.wrong.push(not_counted(&shown, &reason));
                    return Ok(());
                }
            }
        } else {
            path
        };
        self.files.entry(real).or_insert(shown);
        if self.files.len() > MAX_FILES {
            return Err(Stop::TooMany(format!("more than {MAX_FILES} files match")));
        }
        Ok(())
    }

    fn look_at_one(&mut self) -> Result<(), Stop> {
        self.looked_at += 1;
        if self.looked_at > MAX_LOOKED_AT {
            let many = format!("there are more than {MAX_LOOKED_AT} files and folders to look at");
            return Err(Stop::TooMany(many));
        }
        if (self.is_over)() {
            return Err(Stop::Late);
        }
        Ok(())
    }

    /// What is not there matches nothing; what cannot be read might.
    fn note(&mut self, path: &Path, error: &io::Error) {
        if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
            let reason = format!("it cannot be read: {}", plain(error));
            self.wrong.push(not_counted(path, &reason));
        }
    }
}

pub(super) fn not_counted(path: &Path, reason: &str) -> String {
    format!("{} is not counted: {reason}", path.display())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Patterns, Stop};
    use super::{FileSearch, MAX_LOOKED_AT};

    const GO_ON: &dyn Fn() -> bool = &|| false;

    /// A folder with these files in it.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    fn search(search: &mut FileSearch<'_>, folder: &Path, pattern: &str) -> Result<(), Stop> {
        let pattern = format!("{}/{pattern}", folder.display());
        let patterns: Patterns = pattern.parse().unwrap();
        patterns.iter().try_for_each(|pattern| search.add(pattern))
    }

    /// The paths that are shown, below the folder.
    fn found(folder: &Path, pattern: &str) -> Vec<String> {
        let mut all = FileSearch::new(GO_ON);
        search(&mut all, folder, pattern).unwrap();
        let paths = all.files.values().map(|path| {
            let below = path.strip_prefix(folder).unwrap();
            below.to_str().unwrap().replace('\\', "/")
        });
        paths.collect()
    }

    #[test]
    fn files_are_found_below_the_start() {
        let folder = folder(&[
            "a.xml",
            "b/a.xml",
            "b/c/a.xml",
            "b/c/a.txt",
            ".git/a.xml",
            "b/x.xml/a.xml",
        ]);
        let path = folder.path();
        let all = ["a.xml", "b/a.xml", "b/c/a.xml", "b/x.xml/a.xml"];
        assert_eq!(found(path, "**/*.xml"), all);
        assert_eq!(found(path, "b/**/*.xml"), all[1..]);
        assert_eq!(found(path, "b/c/"), ["b/c/a.txt", "b/c/a.xml"]);
        assert_eq!(found(path, "*/*.xml"), ["b/a.xml"]);
        assert_eq!(found(path, "b/a.xml"), ["b/a.xml"]);
        assert_eq!(found(path, ".git/*"), [".git/a.xml"]);
        for nothing in ["no/*.xml", "a.xml/*.xml", "no.xml", "a.xml/b.xml"] {
            assert_eq!(found(path, nothing), [""; 0], "{nothing}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_files_and_never_in_circles() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["real/a.xml", "real/b/a.xml"]);
        let path = folder.path();
        symlink(path, path.join("real/b/circle")).unwrap();
        symlink("circle", path.join("real/b/itself")).unwrap();
        symlink("real", path.join("link")).unwrap();
        symlink("a.xml", path.join("real/c.xml")).unwrap();
        symlink("nowhere", path.join("real/gone.xml")).unwrap();
        assert_eq!(found(path, "**/a.xml"), ["real/a.xml", "real/b/a.xml"]);
        assert_eq!(found(path, "link/*.xml").len(), 1);
        let mut all = FileSearch::new(GO_ON);
        for pattern in [
            "**/c.xml",
            "real/*.xml",
            "link/a.xml",
            "real/b/circle/**/*.xml",
        ] {
            search(&mut all, path, pattern).unwrap();
        }
        assert_eq!(all.files.len(), 2);
        let gone = "real/gone.xml is not counted: its link is broken: ";
        assert!(all.wrong[0].contains(gone), "{:?}", all.wrong);
    }

    #[test]
    fn what_ends_early_says_so() {
        let folder = folder(&["a/a.xml", "b/a.xml"]);
        let mut late = FileSearch::new(&|| true);
        let stop = search(&mut late, folder.path(), "**/*.xml");
        assert_eq!(stop, Err(Stop::Late));
        let mut many = FileSearch::new(GO_ON);
        many.looked_at = MAX_LOOKED_AT - 3;
        let stop = search(&mut many, folder.path(), "**/*.xml");
        assert!(matches!(stop, Err(Stop::TooMany(why)) if why.contains("1000000")));
    }
}
