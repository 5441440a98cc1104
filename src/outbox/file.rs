//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// The text of a file of at most `limit` bytes. Nothing but a file is opened: a pipe would never end, and a link leads
/// out of the folder.
///
/// # Errors
/// Of the kind [`InvalidData`](io::ErrorKind::InvalidData) where it can be read, and is not what it should be.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<String> {
    let wrong = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
    if !fs::symlink_metadata(path)?.is_file() {
        return wrong("it is not a file");
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // Somebody may put a link or a pipe in its place just now: neither is followed or waited for.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return wrong("it is not a file");
    }
    // Whole at once, where it does not grow meanwhile.
    let length = usize::try_from(metadata.len().min(limit)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(length + 1);
    let length = file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(length).is_ok_and(|length| length > limit) {
        return wrong(&format!("it is longer than {limit} bytes"));
    }
    String::from_utf8(bytes).or_else(|_| wrong("it is not UTF-8"))
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

/// Whether it was last written more than so many milliseconds ago.
pub(super) fn is_older(path: &Path, age: i64, now: i64) -> bool {
    modified(path).is_some_and(|modified| now.saturating_sub(modified) > age)
}

pub(super) fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.len())
}

#[cfg(all(test, unix))]
mod tests {
    use super::{read, replace};
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "abc").unwrap();
        assert_eq!(read(&path("file"), 3).unwrap(), "abc");
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
            let error = read(&path(name), limit).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}: {error}");
        }
        let gone = read(&path("none"), 3).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
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
