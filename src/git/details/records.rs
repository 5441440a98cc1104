//! Reads the output of `git log -z --raw --numstat`, word by word. Pure.

use super::{ChangedFile, Details};
use crate::domain::timestamp::Timestamp;
use crate::git::GitError;
use crate::git::process::text;

/// Files of a commit that are kept; the others are counted.
const MAX_FILES: usize = 10;

/// One word after the other, what precedes a NUL; nothing at the end of a git that did not fail.
type Words<'a> = &'a mut dyn FnMut() -> Result<Option<Vec<u8>>, GitError>;

/// The commits in what git says.
pub(super) struct Records<'a> {
    words: Words<'a>,
    /// Whether the empty word was read that every record begins with, and that no path is.
    has_begun: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(words: Words<'a>) -> Self {
        Self {
            words,
            has_begun: false,
        }
    }

    fn field(&mut self) -> Result<Vec<u8>, GitError> {
        let word = (self.words)()?;
        word.ok_or_else(|| GitError::Failed("git's output is cut off".to_owned()))
    }

    /// A record, once it is certain that git said all of it.
    pub(super) fn next(&mut self) -> Result<Option<Details>, GitError> {
        if !self.has_begun && (self.words)()?.is_none() {
            return Ok(None);
        }
        let [id, parents] = [self.field()?, self.field()?];
        let [author_time, commit_time] = [self.field()?, self.field()?];
        let [author_name, author_email] = [self.field()?, self.field()?];
        let message = self.field()?;
        let time = time(&author_time).or_else(|| time(&commit_time));
        let parents = text(&parents);
        let mut details = Details {
            id: text(&id),
            parents: parents.split_whitespace().map(ToOwned::to_owned).collect(),
            author_name: known(&author_name, "%aN"),
            author_email: known(&author_email, "%aE"),
            author_time: time.unwrap_or_else(|| Timestamp::from_second(0)),
            message: text(&message),
            file_count: 0,
            files: Vec::new(),
        };
        // The end of the record but for the files.
        if !self.field()?.is_empty() {
            let id = &details.id;
            return Err(GitError::Failed(format!(
                "could not parse git's record of {id}"
            )));
        }
        self.has_begun = self.files(&mut details)?;
        Ok(Some(details))
    }

    /// Whether another record begins behind the files.
    fn files(&mut self, details: &mut Details) -> Result<bool, GitError> {
        let mut counted = 0;
        while let Some(word) = (self.words)()? {
            if word.is_empty() {
                return Ok(true);
            }
            let word = word.strip_prefix(b"\n").unwrap_or(&word);
            if word.starts_with(b":") {
                let change = change(word);
                let mut path = self.field()?;
                if matches!(change, 'C' | 'R') {
                    path = self.field()?;
                }
                details.file_count += 1;
                if details.files.len() < MAX_FILES {
                    details.files.push(ChangedFile {
                        path,
                        change,
                        lines_added: 0,
                        lines_removed: 0,
                    });
                }
                continue;
            }
            let mut numbers = word.splitn(3, |byte| *byte == b'\t');
            let added = lines(numbers.next());
            let removed = lines(numbers.next());
            // Where a file was renamed, both paths follow.
            if numbers.next().is_some_and(<[u8]>::is_empty) {
                self.field()?;
                self.field()?;
            }
            // In the order of the files before.
            if let Some(file) = details.files.get_mut(counted) {
                (file.lines_added, file.lines_removed) = (added, removed);
            }
            counted += 1;
        }
        Ok(false)
    }
}

/// From `:100644 100644 OLD NEW R100`.
fn change(word: &[u8]) -> char {
    let status = word.rsplit(|byte| *byte == b' ').next();
    let letter = status.and_then(<[u8]>::first);
    letter.copied().unwrap_or_default().into()
}

/// `-` stands for a file that is not text.
fn lines(word: Option<&[u8]>) -> u32 {
    let digits = word.and_then(|word| std::str::from_utf8(word).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Git writes the placeholder itself where an author line makes no sense.
fn known(word: &[u8], placeholder: &str) -> String {
    let text = text(word);
    if text == placeholder {
        String::new()
    } else {
        text
    }
}

/// Seconds since 1970, which nothing keeps within any calendar; nothing for what is no number.
fn time(word: &[u8]) -> Option<Timestamp> {
    let number: i128 = std::str::from_utf8(word).ok()?.trim().parse().ok()?;
    let limit = i128::from(i64::MAX);
    let seconds = i64::try_from(number.clamp(-limit, limit)).ok()?;
    Some(Timestamp::from_second(seconds))
}

/// The commits up to the first that is broken, in bytes that git might have said.
#[cfg(any(test, fuzzing))]
pub(in crate::git) fn read_all(bytes: &[u8]) -> Vec<Details> {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    let mut said = bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let mut words = || Ok(said.next());
    let mut records = Records::new(&mut words);
    std::iter::from_fn(|| records.next().ok().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::read_all;

    /// With `|` for NUL.
    const HEADER: &str = "|id|p1 p2|1|2|Ada|a@x|message||";

    /// What git says behind the header; how many commits, how many files, and the kinds of those that are kept.
    #[test]
    fn records_end_where_the_next_one_begins() {
        let raw = |status: &str| format!(":100644 100644 a b {status}");
        let (added, moved) = (raw("A"), raw("R090"));
        let cases = [
            (String::new(), 1, 0, vec![]),
            (HEADER.to_owned(), 2, 0, vec![]),
            (format!("\n{added}|a|1\t2\ta|"), 1, 1, vec![('A', 1, 2)]),
            (
                format!("\n{added}|a|{moved}|old|new|-\t-\ta|3\t4\t|old|new|{HEADER}"),
                2,
                2,
                vec![('A', 0, 0), ('R', 3, 4)],
            ),
            // Paths that look like something else.
            (
                format!("\n{added}|:100644|1\t2\t:100644|"),
                1,
                1,
                vec![('A', 1, 2)],
            ),
            (
                ["C1", "D", "T", "X"]
                    .map(|status| match status {
                        "C1" => format!("{}|from|to|", raw(status)),
                        _ => format!("{}|path|", raw(status)),
                    })
                    .concat(),
                1,
                4,
                vec![('C', 0, 0), ('D', 0, 0), ('T', 0, 0), ('X', 0, 0)],
            ),
            (
                format!("{added}|path|").repeat(12),
                1,
                12,
                vec![('A', 0, 0); 10],
            ),
            // It breaks off: what it began is not counted.
            (format!("\n{moved}|old"), 0, 0, vec![]),
            ("|id|".to_owned(), 1, 0, vec![]),
        ];
        for (behind, commits, count, kinds) in cases {
            let said = format!("{HEADER}{behind}").replace('|', "\0");
            let found = read_all(said.as_bytes());
            assert_eq!(found.len(), commits, "{behind:?}");
            let Some(first) = found.first() else { continue };
            assert_eq!(first.file_count, count, "{behind:?}");
            let files = first.files.iter();
            let files: Vec<_> = files
                .map(|file| (file.change, file.lines_added, file.lines_removed))
                .collect();
            assert_eq!(files, kinds, "{behind:?}");
            assert_eq!((first.id.as_str(), first.parents.len()), ("id", 2));
        }
    }
}
