//! Folders that only their owner may read. Whatever the outbox keeps is in one.

use std::fs::{self, DirBuilder, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::error::Warning;
use crate::variables::{HOME, LOCALAPPDATA, Variables, XDG_STATE_HOME};

/// Where the outbox is when nobody says.
///
/// # Errors
/// When no variable names the folder of the user's files.
pub(crate) fn default_folder(variables: &Variables) -> anyhow::Result<PathBuf> {
    let get = |variable| variables.get(variable).map(PathBuf::from);
    let absolute = |variable| get(variable).filter(|path| path.is_absolute());
    let (folder, names) = if cfg!(windows) {
        (absolute(LOCALAPPDATA), "LOCALAPPDATA is")
    } else {
        let home = || Some(absolute(HOME)?.join(".local/state"));
        let folder = absolute(XDG_STATE_HOME).or_else(home);
        (folder, "neither XDG_STATE_HOME nor HOME is")
    };
    let folder = folder.with_context(|| format!("no folder for it: {names} set"))?;
    Ok(folder.join("jira-send"))
}

/// The folder, made where it is missing, for its owner only.
///
/// # Errors
/// When it could not be created or is something else.
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
        .with_context(|| format!("could not create the folder {shown}"))
}

/// Whether others may put entries into the folder, which would be sent with our credential, or take some away. A
/// volume that is shared on purpose belongs to a group.
#[cfg(unix)]
pub(super) fn exposure(folder: &Path) -> Option<Warning> {
    use std::os::unix::fs::MetadataExt as _;
    const GROUP: u32 = 0o020;
    const OTHERS: u32 = 0o002;
    let metadata = fs::metadata(folder).ok()?;
    let (mode, owner) = (metadata.mode(), metadata.uid());
    let us = rustix::process::geteuid().as_raw();
    let shown = folder.display();
    let why = if mode & OTHERS != 0 {
        "is writable by every user of this machine"
    } else if owner != us && owner != 0 && mode & GROUP == 0 {
        "belongs to another user"
    } else {
        return None;
    };
    let advice = if mode & OTHERS != 0 {
        format!("chmod o-w {shown}; to share it, give it to a group")
    } else {
        "name a folder of your own with JIRA_SEND_OUTBOX; to share one, make it writable for a group".to_owned()
    };
    Some(Warning::new(
        format!("the outbox {shown} {why}: what they put there is sent with this credential"),
        advice,
    ))
}

/// Nothing is known of it here.
#[cfg(not(unix))]
pub(super) fn exposure(_: &Path) -> Option<Warning> {
    None
}

/// Whether it is a folder, and not a link to one.
pub(super) fn is_real(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir())
}

/// Puts names on the disk as well, where the system can.
pub(super) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// The names of the files in the folder, one after the other; an unreadable one has none.
pub(super) fn files(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::file::write_new;
    use super::{default_folder, exposure, make};
    use crate::variables::Variables;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_users_state_folder_is_found() {
        let cases = [
            (("XDG_STATE_HOME", "/s"), Some("/s/jira-send")),
            (("HOME", "/h"), Some("/h/.local/state/jira-send")),
            (("HOME", "h"), None),
            (("XDG_STATE_HOME", "s"), None),
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

    #[test]
    fn only_a_group_may_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let exposed = |owner: Option<u32>, mode| {
            let _ = std::os::unix::fs::chown(folder.path(), owner, None);
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.path(), mode).unwrap();
            exposure(folder.path()).is_some()
        };
        for (mode, expected) in [
            (0o700, false),
            (0o775, false),
            (0o2770, false),
            (0o777, true),
            (0o1777, true),
        ] {
            assert_eq!(exposed(None, mode), expected, "{mode:o}");
        }
        // Only root gives folders away.
        if rustix::process::geteuid().is_root() {
            for (mode, expected) in [(0o700, true), (0o755, true), (0o770, false), (0o777, true)] {
                assert_eq!(exposed(Some(12_345), mode), expected, "{mode:o}");
            }
        }
        assert_eq!(exposure(&folder.path().join("gone")), None);
    }
}
