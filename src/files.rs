//! Small files, read whole and up to a limit, or written; other files, opened; and drives that hang.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use zeroize::Zeroizing;

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is longer than `limit` bytes, or is not UTF-8.
pub(crate) fn read_text(path: &str, limit: u64) -> anyhow::Result<String> {
    let bytes = read_bytes(path.as_ref(), limit)?;
    String::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8 text"))
}

/// Writes a file anew.
pub(crate) fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // A pipe that nobody reads would never be opened.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nonblocking());
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(unix)]
fn nonblocking() -> i32 {
    rustix::fs::OFlags::NONBLOCK.bits().cast_signed()
}

/// What is in a file, as [`without_mark`] has it.
///
/// # Errors
/// When it cannot be read or is longer than `limit` bytes.
pub(crate) fn read_bytes(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let name = path.display().to_string();
    let file = open_regular(path).with_context(|| format!("{name} cannot be read"))?;
    let Some((file, _)) = file else {
        bail!("{name} is not a regular file: pipes, devices and folders are not read");
    };
    read_all(file, &name, limit)
}

/// What comes by standard input, up to its end, as [`without_mark`] has it.
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
    Ok(without_mark(bytes))
}

/// Text without the byte order mark that Windows' tools put before it. UTF-16, as Windows PowerShell's `>` writes it,
/// becomes UTF-8.
fn without_mark(mut bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match *bytes {
        [0xEF, 0xBB, 0xBF, ..] => {
            bytes.drain(..3);
            return bytes;
        }
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return bytes,
    };
    // It may be a secret.
    let bytes = Zeroizing::new(bytes);
    let units = bytes[2..]
        .chunks(2)
        .map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or_default()]));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>()
        .into_bytes()
}

/// Opens a file, or the one that a link leads to. Pipes, devices and folders give nothing: they are not even opened,
/// since that could wait for ever.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn open_regular(path: &Path) -> io::Result<Option<(File, Metadata)>> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // Somebody may put a pipe in its place just now.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nonblocking());
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata)))
}

#[cfg(test)]
mod tests {
    use super::{open_regular, read_bytes, read_text, without_mark, write_text};

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open_regular(folder.path()).unwrap().is_none());
        let file = folder.path().join("file");
        assert!(open_regular(&file).is_err());
        std::fs::write(&file, "abc").unwrap();
        assert_eq!(open_regular(&file).unwrap().unwrap().1.len(), 3);
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("file", &link).unwrap();
            assert_eq!(open_regular(&link).unwrap().unwrap().1.len(), 3);
            let device = std::path::Path::new("/dev/null");
            assert!(open_regular(device).unwrap().is_none());
        }
    }

    #[test]
    fn what_windows_tools_write_is_text_as_well() {
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let text = "{\"é\": \"🚀\"}\r\n";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            wide(&marked, u16::to_le_bytes),
            wide(&marked, u16::to_be_bytes),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            let path = file.path().to_str().unwrap();
            assert_eq!(read_text(path, 100).unwrap(), text, "{bytes:?}");
            assert_eq!(read_bytes(file.path(), 100).unwrap(), text.as_bytes());
        }
        for (bytes, expected) in [
            (&b"\xff\xfe"[..], &b""[..]),
            (b"\xff\xfeA", b"A"),
            (b"\xff\xfe\x00\xd8", "\u{fffd}".as_bytes()),
            (b"\xef\xbb", b"\xef\xbb"),
            (b"\xff", b"\xff"),
        ] {
            assert_eq!(without_mark(bytes.to_vec()), expected, "{bytes:?}");
        }
    }

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
        #[cfg(unix)]
        {
            // Nobody writes into the one or reads the other.
            let folder = tempfile::tempdir().unwrap();
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            let error = read_bytes(&pipe, 3).unwrap_err().to_string();
            assert!(error.contains("not a regular file"), "{error}");
            assert!(write_text(&pipe, "x").is_err());
            assert!(write_text("/dev/null".as_ref(), "x").is_ok());
        }
    }
}
