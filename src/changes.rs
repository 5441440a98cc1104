//! The file of changes: what a pipeline knows of its commits, one JSON object a line, newest first.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use crate::domain::revision::is_full_id;
use crate::error::Failure;
use crate::facts::is_revert;
use crate::files;
use crate::git::Commit;
use crate::json::whole_characters;

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Most commits that repositories are asked for; those beyond count.
const MAX_ASKED: usize = 5_000;

/// A log of changes, newest first.
#[derive(Clone, Debug)]
pub(crate) enum Changes {
    /// Jenkins' own, or that of a run that is over.
    Held(Arc<[Commit]>),
    /// A file, which is read anew each time: its length costs no memory.
    File {
        path: PathBuf,
        /// Whether some of them take others back.
        has_reverts: bool,
    },
}

impl Default for Changes {
    fn default() -> Self {
        Self::Held(Arc::default())
    }
}

impl From<Vec<Commit>> for Changes {
    fn from(commits: Vec<Commit>) -> Self {
        Self::Held(commits.into())
    }
}

impl Changes {
    /// A file that is changed meanwhile ends where it makes no sense any more.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = Cow<'_, Commit>> + '_> {
        match self {
            Self::Held(commits) => Box::new(commits.iter().map(Cow::Borrowed)),
            Self::File { path, .. } => {
                let lines = open(path).ok().map(Lines::new);
                let commits = lines.into_iter().flatten().map_while(Result::ok);
                Box::new(commits.map(Cow::Owned))
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether some of them may take others back.
    pub(crate) fn may_revert(&self) -> bool {
        match self {
            Self::Held(_) => true,
            Self::File { has_reverts, .. } => *has_reverts,
        }
    }

    /// The commits that a repository can be asked for, each once. Other systems than git have other ids.
    pub(crate) fn full_ids(&self) -> Vec<String> {
        let ids = self.iter().map(|entry| match entry {
            Cow::Borrowed(entry) => entry.id.clone(),
            Cow::Owned(entry) => entry.id,
        });
        let mut seen = HashSet::new();
        ids.filter(|id| is_full_id(id) && seen.insert(id.clone()))
            .take(MAX_ASKED)
            .collect()
    }

    /// Whether it may be a log of git: it is empty, or has commits that are git's.
    pub(crate) fn is_of_git(&self) -> bool {
        self.is_empty() || self.iter().any(|entry| is_full_id(&entry.id))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change<'a> {
    /// May be missing, for systems without commit ids.
    #[serde(borrow, default)]
    commit: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// Reads the file once, to find out whether it can be used.
///
/// # Errors
/// When it cannot be read, is too long, or has a line that is not such an object; the line is named.
pub(crate) fn read(path: &Path) -> Result<Changes, Failure> {
    let has_reverts = open(path).and_then(|file| {
        let (mut lines, mut found) = (Lines::new(file), false);
        while let Some(is_revert) = lines.read(|change| is_revert(&change.message))? {
            found |= is_revert;
        }
        Ok(found)
    });
    match has_reverts {
        Ok(has_reverts) => Ok(Changes::File {
            path: path.to_owned(),
            has_reverts,
        }),
        Err(error) => Err(
            Failure::usage(format!("the file of changes {} cannot be used", path.display()))
                .chain(&error)
                .hint("each line is a JSON object such as {\"commit\":\"8a91dfc…\",\"message\":\"ABC-1 log in\"}"),
        ),
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let (file, _) = files::open_regular(path)?.ok_or_else(|| {
        anyhow!("it is not a regular file: pipes, devices and folders are not read")
    })?;
    Ok(file)
}

/// The commits of the text of a file, one line at a time; the last item is the error that ends it.
pub(crate) struct Lines<R> {
    text: BufReader<R>,
    line: Vec<u8>,
    number: usize,
    /// Bytes that may still be read.
    left: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(text: R) -> Self {
        Self {
            text: BufReader::with_capacity(32 * 1024, text),
            line: Vec::new(),
            number: 0,
            left: MAX_FILE,
        }
    }

    /// Takes what is needed of the next line that is not blank.
    fn read<T>(&mut self, wanted: impl Fn(Change<'_>) -> T) -> anyhow::Result<Option<T>> {
        loop {
            if !self.read_line()? {
                return Ok(None);
            }
            // Editors on Windows put a mark before the first character.
            let line = self
                .line
                .strip_prefix(b"\xEF\xBB\xBF")
                .unwrap_or(&self.line);
            if !line.trim_ascii().is_empty() {
                let number = self.number;
                return parse(line, wanted)
                    .map(Some)
                    .with_context(|| format!("line {number}"));
            }
        }
    }

    /// Whether there is one.
    fn read_line(&mut self) -> anyhow::Result<bool> {
        self.line.clear();
        self.number += 1;
        // Not by `read_until`, whose search takes several times as long.
        loop {
            let text = match self.text.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                text => text?,
            };
            let end = memchr::memchr(b'\n', text);
            let part = &text[..end.map_or(text.len(), |end| end + 1)];
            let read = part.len();
            self.line.extend_from_slice(part);
            self.text.consume(read);
            let left = u64::try_from(read)
                .ok()
                .and_then(|read| self.left.checked_sub(read));
            self.left = left.with_context(|| format!("it is longer than {MAX_FILE} bytes"))?;
            if end.is_some() || read == 0 {
                return Ok(!self.line.is_empty());
            }
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = anyhow::Result<Commit>;

    fn next(&mut self) -> Option<Self::Item> {
        let commit = |change: Change<'_>| Commit {
            id: change.commit.into_owned(),
            message: change.message.into_owned(),
            ..Commit::default()
        };
        self.read(commit).transpose()
    }
}

fn parse<T>(line: &[u8], wanted: impl Fn(Change<'_>) -> T) -> anyhow::Result<T> {
    let line = std::str::from_utf8(line)?;
    // Halves of characters are rare, and looked for only then.
    match serde_json::from_str(line) {
        Ok(change) => Ok(wanted(change)),
        Err(_) => Ok(wanted(serde_json::from_str(&whole_characters(line))?)),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, Read};

    use super::{Changes, Commit, Lines, MAX_ASKED, is_full_id, read};

    fn parse(text: &[u8]) -> Result<Vec<(String, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes");
        std::fs::write(&path, text).unwrap();
        let changes = read(&path).map_err(|failure| failure.message())?;
        let changes = changes.iter().map(std::borrow::Cow::into_owned);
        Ok(changes.map(|change| (change.id, change.message)).collect())
    }

    /// Lines without end, of which only so many bytes may be read before they are taken.
    struct Endless<'a> {
        allowed: &'a Cell<usize>,
    }

    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let line = b"{\"message\":\"ABC-1\"}\n";
            let count = line.len().min(buffer.len());
            buffer[..count].copy_from_slice(&line[..count]);
            let left = self.allowed.get().checked_sub(count);
            self.allowed
                .set(left.ok_or_else(|| io::Error::other("read ahead"))?);
            Ok(count)
        }
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let allowed = Cell::new(0);
        let mut lines = Lines::new(Endless { allowed: &allowed });
        for _ in 0..10_000 {
            allowed.set(200);
            assert_eq!(lines.next().unwrap().unwrap().message, "ABC-1");
        }
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

    #[test]
    fn only_full_ids_are_asked_for() {
        let cases = [
            ("8428e75eecfa2ba54aa79029873b205bc1105b1f", true),
            ("8428E75EECFA2BA54AA79029873B205BC1105B1F", false),
            ("8428e75eecfa", false),
            ("1234", false),
            ("", false),
            ("8428e75eecfa2ba54aa79029873b205bc1105b1\n", false),
            ("--batch-all-objects8428e75eecfa2ba54aa79", false),
        ];
        for (id, expected) in cases {
            assert_eq!(is_full_id(id), expected, "{id:?}");
        }
        assert!(is_full_id(&"a".repeat(64)));
    }

    #[test]
    fn each_commit_is_asked_for_once_and_not_without_end() {
        let entry = |number: usize| Commit {
            id: format!("{number:040x}"),
            message: String::new(),
            ..Commit::default()
        };
        let entries = (0..MAX_ASKED + 10).flat_map(|number| [entry(number), entry(number)]);
        let ids = Changes::from(entries.collect::<Vec<_>>()).full_ids();
        assert_eq!(ids.len(), MAX_ASKED);
        assert_eq!(ids[1], entry(1).id);
    }
}
