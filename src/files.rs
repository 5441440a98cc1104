//! Small files, read whole and up to a limit, or written.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is longer than `limit` bytes, or is not UTF-8.
pub(crate) fn read_text(path: &str, limit: u64) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_string(&mut text))
        .with_context(|| format!("{path} cannot be read"))?;
    let short = u64::try_from(read).is_ok_and(|read| read <= limit);
    ensure!(short, "{path} is longer than {limit} bytes");
    Ok(text)
}

/// Writes a file anew.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// What is in a file.
///
/// # Errors
/// When it cannot be read or is longer than `limit` bytes.
pub(crate) fn read_bytes(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
    read_all(file, &name, limit)
}

/// What comes by standard input, up to its end.
///
/// # Errors
/// When it cannot be read or is longer than `limit` bytes.
pub(crate) fn read_stdin(limit: u64) -> anyhow::Result<Vec<u8>> {
    read_all(std::io::stdin().lock(), "standard input", limit)
}

fn read_all(reader: impl Read, name: &str, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{name} cannot be read"))?;
    let short = u64::try_from(read).is_ok_and(|read| read <= limit);
    ensure!(short, "{name} is longer than {limit} bytes");
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{read_bytes, read_text};

    #[test]
    fn files_are_read_up_to_a_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "abc").unwrap();
        assert_eq!(read_text(path, 3).unwrap(), "abc");
        assert!(
            read_text(path, 2)
                .unwrap_err()
                .to_string()
                .contains("longer")
        );
        std::fs::write(path, b"\xff").unwrap();
        assert!(read_text(path, 3).is_err());
        assert_eq!(read_bytes(path.as_ref(), 1).unwrap(), b"\xff");
        assert!(read_bytes(path.as_ref(), 0).is_err());
        assert!(read_text("/nowhere/at/all", 3).is_err());
    }
}
