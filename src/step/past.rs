//! What the memory of a run that is over says about the run itself. Much in it is carried on from earlier runs.

use std::ops::RangeInclusive;

use super::memory::line::{Line, lines};
use super::memory::{self, Memory, Topic};
use super::request::OtherRun;
use crate::domain::issue_key::IssueKey;
use crate::outbox::Entry;

/// An end that was sent a moment after the run was over, in milliseconds.
const AFTERWARDS: i64 = 60_000;

/// What a run remembered of itself.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// The issues of everything that it sent.
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) deployed: Vec<(String, i64)>,
    /// Updates that may not have been delivered: ends of what was in progress, and what was queued.
    pub(crate) entries: Vec<Entry>,
}

impl Remembered {
    /// `time` is from the beginning of the run to its end, in milliseconds since 1970.
    pub(crate) fn of(text: &str, result: &str, time: &RangeInclusive<i64>) -> Self {
        let run = OtherRun {
            result: Some(result.to_owned()),
            is_completed: true,
            ended: Some(*time.end()),
            ..OtherRun::default()
        };
        let (issue_keys, commit) = Memory::keys_in(text);
        let during = *time.start()..=time.end().saturating_add(AFTERWARDS);
        // A run that goes on at the same time carries the deployments of this one, and this one those of the other.
        let is_own = |line: &Line| {
            let deployed = memory::deployed(line).commit;
            let both = deployed.zip(commit.as_deref());
            during.contains(&line.at) && both.is_none_or(|(one, other)| one.as_str() == other)
        };
        let mut remembered = Self {
            issue_keys,
            ..Self::default()
        };
        for (name, line) in lines(text) {
            if line.is_settled() {
                continue;
            }
            match Topic::of(&name) {
                Some(Topic::Deployed) if is_own(&line) => {
                    let place = name.split_once(':').map(|(_, place)| place.to_owned());
                    let place = place.map(|place| (place, line.at));
                    remembered.deployed.extend(place);
                }
                Some(Topic::Open) => remembered.entries.extend(memory::end_of(&line, &run)),
                Some(Topic::Waiting) => {
                    let entry = line.fields.get("entry").cloned().unwrap_or_default();
                    remembered.entries.extend(Entry::from_value(entry).ok());
                }
                _ => {}
            }
        }
        remembered
    }
}

#[cfg(test)]
mod tests {
    use super::Remembered;

    const DEPLOYED: &str = r#"deployed:shop/eu~20prod {"commit":"8a91","at":1500}"#;

    #[test]
    fn a_run_knows_its_own_issues_and_places() {
        let lines = |memory: &str| {
            let found = Remembered::of(memory, "SUCCESS", &(1_000..=2_000));
            let keys = found.issue_keys.iter().map(ToString::to_string);
            let keys: Vec<String> = keys.collect();
            (keys.join(" "), found.deployed.len(), found.entries.len())
        };
        let keys = r#"keys {"issueKeys":["ABC-1","no key","ABC-2"],"commit":"8a91","at":1400}"#;
        let earlier = DEPLOYED.replace("1500", "999");
        let later = DEPLOYED.replace("1500", "70000");
        let other = DEPLOYED.replace("8a91", "8a92");
        let gone = r#"deployed:shop/x {"gone":true,"at":1500}"#;
        let cases = [
            (keys.to_owned(), ("ABC-1 ABC-2", 0, 0)),
            (format!("{keys}\n{DEPLOYED}"), ("ABC-1 ABC-2", 1, 0)),
            (format!("{keys}\n{other}"), ("ABC-1 ABC-2", 0, 0)),
            (
                format!("{earlier}\n{later}\n{gone}\nopen:x {{\"at\":1}}\nnonsense"),
                ("", 0, 0),
            ),
            (String::new(), ("", 0, 0)),
        ];
        for (memory, (keys, deployed, entries)) in cases {
            assert_eq!(
                lines(&memory),
                (keys.to_owned(), deployed, entries),
                "{memory}"
            );
        }
    }
}
