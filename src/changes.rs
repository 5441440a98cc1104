//! The file of changes: what a pipeline knows of its commits, one JSON object a line, newest first.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use crate::error::Failure;
use crate::files;
use crate::git::Commit;
use crate::json::whole_characters;

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// May be missing, for systems without commit ids.
    #[serde(default)]
    commit: String,
    message: String,
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, is too long, or has a line that is not such an object; the line is named.
pub(crate) fn read(path: &Path) -> Result<Vec<Commit>, Failure> {
    let file = match files::open_regular(path) {
        Ok(Some((file, _))) => Ok(file),
        Ok(None) => Err(anyhow!(
            "it is not a regular file: pipes, devices and folders are not read"
        )),
        Err(error) => Err(error.into()),
    };
    file.and_then(parse).map_err(|error| {
        Failure::usage(format!("the file of changes {} cannot be used", path.display()))
            .chain(&error)
            .hint("each line is a JSON object such as {\"commit\":\"8a91dfc…\",\"message\":\"ABC-1 log in\"}")
    })
}

/// Reads the text of the file.
///
/// # Errors
/// When it is too long, or has a line that is not such an object; the line is named.
pub(crate) fn parse(text: impl Read) -> anyhow::Result<Vec<Commit>> {
    let mut reader = BufReader::new(text.take(MAX_FILE + 1));
    let (mut changes, mut left) = (Vec::new(), MAX_FILE);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        left = u64::try_from(read)
            .ok()
            .and_then(|read| left.checked_sub(read))
            .with_context(|| format!("it is longer than {MAX_FILE} bytes"))?;
        // Editors on Windows put a mark before the first character.
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let change = std::str::from_utf8(line).map_err(anyhow::Error::from);
        let change = change.and_then(|line| Ok(serde_json::from_str(&whole_characters(line))?));
        let change: Change = change.with_context(|| format!("line {number}"))?;
        changes.push(Commit {
            id: change.commit,
            message: change.message,
            ..Commit::default()
        });
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn parse(text: &[u8]) -> Result<Vec<(String, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes");
        std::fs::write(&path, text).unwrap();
        let changes = read(&path).map_err(|failure| failure.message())?;
        Ok(changes
            .into_iter()
            .map(|change| (change.id, change.message))
            .collect())
    }

    #[test]
    fn every_line_is_a_commit() {
        let text = "{\"commit\":\"8a91\",\"message\":\"PROJ-3: p\\u00e1gina\\nbody\"}\r\n\n{\"message\":\"x\"}";
        let expected = [("8a91", "PROJ-3: página\nbody"), ("", "x")];
        assert_eq!(
            parse(text.as_bytes()).unwrap(),
            expected.map(|(a, b)| (a.into(), b.into()))
        );
        assert_eq!(parse(b"").unwrap(), []);
        assert_eq!(parse(b"\xEF\xBB\xBF{\"message\":\"x\"}").unwrap().len(), 1);
        let halves = b"{\"message\":\"ABC-1 \\ud83d and \\ude80 and \\ud83d\\ude80\"}";
        let message = &parse(halves).unwrap()[0].1;
        assert!(
            message.starts_with("ABC-1 ") && message.ends_with('🚀'),
            "{message}"
        );
    }

    #[test]
    fn a_wrong_line_is_named() {
        let cases: [&[u8]; 5] = [
            b"{\"message\":\"x\"}\n[]",
            b"{\"message\":\"x\"}\n{\"commit\":\"8a91\"}",
            b"{\"message\":\"x\"}\n{\"message\":\"x\",\"author\":\"y\"}",
            b"{\"message\":\"x\"}\n{\"message\":null}",
            b"\n\xff\xfe",
        ];
        for text in cases {
            assert!(parse(text).unwrap_err().contains("line 2"));
        }
        assert!(read(std::path::Path::new("/nowhere")).is_err());
    }
}
