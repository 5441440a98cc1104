//! Folders and files that only their owner may read, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::variables::{HOME, LOCALAPPDATA, Variables, XDG_STATE_HOME};

/// Where the outbox is when nobody says.
///
/// # Errors
/// When no variable tells where the user's files are.
pub(crate) fn default_folder(variables: &Variables) -> anyhow::Result<PathBuf> {
    let get = |variable| variables.get(variable).map(PathBuf::from);
    let is_absolute = |path: &PathBuf| path.is_absolute();
    let (unix, windows) = (cfg!(not(windows)), cfg!(windows));
    let state = get(XDG_STATE_HOME).filter(is_absolute);
    let home = || get(HOME).filter(is_absolute);
    let state = state.or_else(|| Some(home()?.join(".local/state")));
    let local = || get(LOCALAPPDATA).filter(is_absolute);
    let folder = state
        .filter(|_| unix)
        .or_else(|| local().filter(|_| windows));
    let names = if windows {
        "LOCALAPPDATA is"
    } else {
        "neither XDG_STATE_HOME nor HOME is"
    };
    match folder {
        Some(folder) => Ok(folder.join("jira-send")),
        None => bail!("there is no folder for it: {names} set"),
    }
}

/// The folder, made where it is missing, for its owner only.
///
/// # Errors
/// When it cannot be made or is something else.
pub(super) fn make(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let shown = folder.display();
    if folder.exists() {
        bail!("{shown} is not a folder");
    }
    builder
        .create(folder)
        .with_context(|| format!("the folder {shown} cannot be made"))
}

/// Writes a new file, through to the disk.
///
/// # Errors
/// When it exists already or cannot be written; then it is gone again.
pub(super) fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    write_new(path, text)?.sync_all().inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// Writes a new file, which may be empty after the machine lost its power.
///
/// # Errors
/// As [`write_durably`].
pub(super) fn write_new(path: &Path, text: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    match file.write_all(text.as_bytes()) {
        Ok(()) => Ok(file),
        Err(error) => {
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

/// Puts names on the disk as well, where the system can.
pub(super) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// The names of the files in the folder; an unreadable one has none.
pub(super) fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// When the file was last written, in milliseconds since 1970.
pub(super) fn modified(path: &Path) -> Option<i64> {
    let time = fs::symlink_metadata(path).ok()?.modified().ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// In bytes.
pub(super) fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.len())
}

#[cfg(all(test, unix))]
mod tests {
    use super::{default_folder, make, write_new};
    use crate::variables::Variables;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_users_state_folder_is_found() {
        let cases = [
            (("XDG_STATE_HOME", "/s"), Some("/s/jira-send")),
            (("HOME", "/h"), Some("/h/.local/state/jira-send")),
            (("HOME", "h"), None),
            (("LOCALAPPDATA", "/l"), None),
        ];
        for (variable, folder) in cases {
            let found = default_folder(&Variables::from([variable])).ok();
            assert_eq!(found.as_deref(), folder.map(std::path::Path::new));
        }
    }

    #[test]
    fn nobody_else_may_read() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        make(&folder).unwrap();
        make(&folder).unwrap();
        let file = folder.join("f");
        write_new(&file, "x").unwrap();
        assert!(write_new(&file, "y").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "x");
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert!(
            make(&file)
                .unwrap_err()
                .to_string()
                .contains("not a folder")
        );
        assert!(make(&file.join("below")).is_err());
    }
}
