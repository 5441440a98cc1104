//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::error::plain;

/// What is in a file, or why not.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Gone,
    /// It cannot be read now, by this user or on this machine; that says nothing of what is in it.
    Unreadable(String),
    /// It can be read, and is not what it should be.
    Wrong(String),
}

/// The text of a file of at most `limit` bytes. Nothing but a file is opened: a pipe would never end, and a link leads
/// out of the folder.
pub(super) fn read(path: &Path, limit: u64) -> Content {
    let mut text = String::new();
    let read = open_file(path).and_then(|file| {
        let Some((file, length)) = file else {
            return Ok(None);
        };
        // Whole at once, where it does not grow meanwhile.
        text.reserve_exact(usize::try_from(length.min(limit)).unwrap_or(0) + 1);
        file.take(limit.saturating_add(1))
            .read_to_string(&mut text)
            .map(Some)
    });
    match read {
        Ok(None) => Content::Wrong("it is not a file".to_owned()),
        Ok(Some(length)) if u64::try_from(length).is_ok_and(|length| length <= limit) => {
            Content::Text(text)
        }
        Ok(Some(_)) => Content::Wrong(format!("it is longer than {limit} bytes")),
        Err(error) => without_text(&error),
    }
}

/// The file and its length, unless it is something else.
fn open_file(path: &Path) -> io::Result<Option<(File, u64)>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // Somebody may put a link or a pipe in its place just now.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, plain_only());
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata.len())))
}

/// Opens no link, and waits for nobody.
#[cfg(unix)]
fn plain_only() -> i32 {
    use rustix::fs::OFlags;
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

fn without_text(error: &io::Error) -> Content {
    match error.kind() {
        io::ErrorKind::NotFound => Content::Gone,
        io::ErrorKind::InvalidData => Content::Wrong("it is not UTF-8".to_owned()),
        _ => Content::Unreadable(plain(error)),
    }
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

/// Writes a file anew under a name of its own and gives it its name when it is whole. A link of that name goes away.
pub(super) fn replace(path: &Path, temporary: &Path, text: &str) -> io::Result<()> {
    let result = write_durably(temporary, text).and_then(|()| fs::rename(temporary, path));
    if result.is_err() {
        let _ = fs::remove_file(temporary);
    }
    result
}

/// Writes a new file, which may be empty after the machine lost its power.
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
    use super::{Content, read, replace, without_text};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_cannot_be_read_now_is_not_called_damaged() {
        use std::io::{Error, ErrorKind};
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::TimedOut,
            ErrorKind::Other,
        ] {
            let content = without_text(&Error::from(kind));
            assert!(matches!(content, Content::Unreadable(_)), "{kind}");
        }
        // EIO and EMFILE have no kind of their own.
        for number in [5, 24] {
            let content = without_text(&Error::from_raw_os_error(number));
            assert!(matches!(content, Content::Unreadable(_)), "{number}");
        }
        let damaged = without_text(&Error::from(ErrorKind::InvalidData));
        assert!(matches!(damaged, Content::Wrong(_)));
        assert_eq!(
            without_text(&Error::from(ErrorKind::NotFound)),
            Content::Gone
        );
    }

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "abc").unwrap();
        assert_eq!(read(&path("file"), 3), Content::Text("abc".to_owned()));
        std::fs::write(path("binary"), b"\xff").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(path("pipe"))
            .status();
        assert!(made.unwrap().success());
        for (name, limit) in [
            ("file", 2),
            ("binary", 3),
            ("link", 3),
            ("pipe", 3),
            ("", 3),
        ] {
            let content = read(&path(name), limit);
            assert!(matches!(content, Content::Wrong(_)), "{name}: {content:?}");
        }
        assert_eq!(read(&path("none"), 3), Content::Gone);
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("victim"), "precious").unwrap();
        std::os::unix::fs::symlink(path("victim"), path("mark")).unwrap();
        replace(&path("mark"), &path("temporary"), "new").unwrap();
        let text = |name| std::fs::read_to_string(path(name)).unwrap();
        assert_eq!(
            (text("victim"), text("mark")),
            ("precious".into(), "new".into())
        );
        let mode = std::fs::symlink_metadata(path("mark"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!path("temporary").exists());
    }
}
