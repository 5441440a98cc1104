//! What git passes to a post-receive hook: lines `OLD NEW REF`. Pure.

use std::collections::BTreeMap;

use crate::domain::revision::is_full_id;

/// Most lines that are read.
const MAX_LINES: usize = 50_000;

/// A reference that a push has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefUpdate {
    /// Nothing of one that is new.
    pub(super) old: Option<String>,
    /// Nothing of one that was deleted.
    pub(super) new: Option<String>,
    /// `refs/heads/main`
    pub(super) name: String,
}

impl RefUpdate {
    pub(super) fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    pub(super) fn tag(&self) -> Option<&str> {
        self.name.strip_prefix("refs/tags/")
    }
}

/// All that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Each reference once, in the order of their names.
    pub(super) updates: Vec<RefUpdate>,
    /// How many lines are none that git writes.
    pub(super) wrong: usize,
    /// How many were not read.
    pub(super) left: usize,
}

/// Names of references need not be UTF-8; they get replacement characters then.
pub(super) fn parse(input: &[u8]) -> Lines {
    let mut lines = Lines::default();
    let mut updates = BTreeMap::new();
    let all = input.split(|byte| *byte == b'\n');
    let all = all.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let all = all.filter(|line| !line.is_empty());
    for (count, line) in all.enumerate() {
        if count >= MAX_LINES {
            lines.left += 1;
            continue;
        }
        match update(&String::from_utf8_lossy(line)) {
            // What is said last of a reference is how it stands.
            Some(update) => {
                updates.insert(update.name.clone(), update);
            }
            None => lines.wrong += 1,
        }
    }
    lines.updates = updates.into_values().collect();
    lines
}

fn update(line: &str) -> Option<RefUpdate> {
    let mut words = line.splitn(3, ' ');
    let (old, new, name) = (words.next()?, words.next()?, words.next()?);
    let below = name.strip_prefix("refs/")?;
    let is_name = !below.is_empty() && !name.contains(|it: char| it.is_control() || it == ' ');
    let (old, new) = (id(old)?, id(new)?);
    let is_change = is_name && (old.is_some() || new.is_some());
    is_change.then(|| RefUpdate {
        old,
        new,
        name: name.to_owned(),
    })
}

/// A full id, of SHA-1 or of SHA-256; zeros stand for nothing.
#[expect(clippy::option_option, reason = "no id, and the id of nothing")]
fn id(word: &str) -> Option<Option<String>> {
    let is_nothing = word.bytes().all(|byte| byte == b'0');
    is_full_id(word).then(|| (!is_nothing).then(|| word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Lines, RefUpdate, parse};

    fn update(old: Option<&str>, new: Option<&str>, name: &str) -> RefUpdate {
        RefUpdate {
            old: old.map(ToOwned::to_owned),
            new: new.map(ToOwned::to_owned),
            name: name.to_owned(),
        }
    }

    #[test]
    fn lines_are_those_of_git_or_wrong() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let (long, zeros, long_zeros) = ("c".repeat(64), "0".repeat(40), "0".repeat(64));
        let (a, b, long) = (a.as_str(), b.as_str(), long.as_str());
        let made = |name: &str| update(None, Some(a), name);
        let cases = [
            (String::new(), vec![], 0),
            (
                format!("{a} {b} refs/heads/main\n"),
                vec![update(Some(a), Some(b), "refs/heads/main")],
                0,
            ),
            (
                format!("{a} {b} refs/heads/main"),
                vec![update(Some(a), Some(b), "refs/heads/main")],
                0,
            ),
            (
                format!("{zeros} {a} refs/heads/x\r\n\n"),
                vec![made("refs/heads/x")],
                0,
            ),
            (
                format!("{a} {zeros} refs/tags/v1\n"),
                vec![update(Some(a), None, "refs/tags/v1")],
                0,
            ),
            (
                format!("{long_zeros} {long} refs/heads/x\n"),
                vec![update(None, Some(long), "refs/heads/x")],
                0,
            ),
            // The last word on a reference counts.
            (
                format!("{zeros} {a} refs/heads/x\n{a} {b} refs/heads/x\n"),
                vec![update(Some(a), Some(b), "refs/heads/x")],
                0,
            ),
            (
                format!("{zeros} {a} refs/heads/a'b\"$(c)`d`;e\n"),
                vec![made("refs/heads/a'b\"$(c)`d`;e")],
                0,
            ),
            (
                format!("{zeros} {a} refs/heads/\u{202e}é🚀\n"),
                vec![made("refs/heads/\u{202e}é🚀")],
                0,
            ),
            (format!("{zeros} {zeros} refs/heads/x\n"), vec![], 1),
            (format!("{zeros} {a} refs/heads/a b\n"), vec![], 1),
            (format!("{zeros} {a} refs/heads/a\0b\n"), vec![], 1),
            (format!("{zeros} {a} refs/\n"), vec![], 1),
            (format!("{zeros} {a} HEAD\n"), vec![], 1),
            (format!("{zeros} {a} --all\n"), vec![], 1),
            (format!("{zeros} {a}\n"), vec![], 1),
            (format!("{zeros}  {a} refs/heads/x\n"), vec![], 1),
            (
                format!("{} {} refs/heads/x\n", "A".repeat(40), &a[1..]),
                vec![],
                1,
            ),
            (format!("--all {a} refs/heads/x\n"), vec![], 1),
            ("hello\nworld\n".to_owned(), vec![], 2),
        ];
        for (input, updates, wrong) in cases {
            let left = 0;
            assert_eq!(
                parse(input.as_bytes()),
                Lines {
                    updates,
                    wrong,
                    left
                },
                "{input:?}"
            );
        }
        let strange = [zeros.as_bytes(), b" ", a.as_bytes(), b" refs/heads/\xff\n"].concat();
        assert_eq!(parse(&strange).updates, [made("refs/heads/\u{fffd}")]);
        let many = "x\n".repeat(50_007);
        assert_eq!(
            (parse(many.as_bytes()).wrong, parse(many.as_bytes()).left),
            (50_000, 7)
        );
    }
}
