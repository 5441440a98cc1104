//! What the head of a section says of all of it, as Jira's panel does: the newest of each group counts.

use super::{Group, Row};
use crate::store::Kind;

/// A short word in a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lozenge {
    pub(crate) words: String,
    /// A word of the API that gives the colour.
    pub(crate) tone: String,
}

/// The state that needs attention comes first.
const OF_BUILDS: [&str; 6] = [
    "failed",
    "in_progress",
    "pending",
    "cancelled",
    "unknown",
    "successful",
];
const OF_PULL_REQUESTS: [&str; 4] = ["OPEN", "MERGED", "DECLINED", "UNKNOWN"];
const OF_FLAGS: [&str; 2] = ["on", "off"];

/// The nearest to the customer comes first.
const ENVIRONMENTS: [&str; 5] = [
    "production",
    "staging",
    "testing",
    "development",
    "unmapped",
];
const MOST_ENVIRONMENTS: usize = 4;

pub(super) fn of(kind: Kind, groups: &[Group]) -> Vec<Lozenge> {
    let newest = groups
        .iter()
        .filter_map(|group| group.rows.first().copied());
    let all = groups.iter().flat_map(|group| group.rows.iter().copied());
    let one = match kind {
        Kind::Deployment => return environments(newest.collect()),
        Kind::Build => first_of(&OF_BUILDS, &newest.collect::<Vec<_>>()),
        Kind::PullRequest => first_of(&OF_PULL_REQUESTS, &all.collect::<Vec<_>>()),
        Kind::FeatureFlag => first_of(&OF_FLAGS, &all.collect::<Vec<_>>()),
        Kind::Branch | Kind::Commit | Kind::Repository => None,
    };
    one.into_iter().collect()
}

/// The first of the words that one of the rows has, and how many have it.
fn first_of(words: &[&str], rows: &[&Row]) -> Option<Lozenge> {
    let has = |row: &&&Row, word: &str| row.tone == word;
    let word = *words
        .iter()
        .find(|word| rows.iter().any(|row| has(&row, word)))?;
    let count = rows.iter().filter(|row| has(row, word)).count();
    let words = match rows {
        [only] => only.words(),
        _ if count == rows.len() => word.replace('_', " "),
        _ => format!("{count} of {} {}", rows.len(), word.replace('_', " ")),
    };
    Some(Lozenge {
        words,
        tone: word.to_owned(),
    })
}

/// What the newest deployment to each environment came to.
fn environments(mut newest: Vec<&Row>) -> Vec<Lozenge> {
    let rank = |row: &&Row| {
        let kind = row.environment.as_ref().map(|(_, kind)| kind.as_str());
        ENVIRONMENTS.iter().position(|known| Some(*known) == kind)
    };
    newest.sort_by_key(|row| rank(row).unwrap_or(ENVIRONMENTS.len()));
    let mut lozenges: Vec<Lozenge> = newest
        .iter()
        .take(MOST_ENVIRONMENTS)
        .map(|row| Lozenge {
            words: match &row.environment {
                Some((name, _)) => format!("{} {name}", row.mark()),
                None => row.words(),
            },
            tone: row.tone.clone(),
        })
        .collect();
    if newest.len() > MOST_ENVIRONMENTS {
        lozenges.push(Lozenge {
            words: format!("{} more", newest.len() - MOST_ENVIRONMENTS),
            tone: String::new(),
        });
    }
    lozenges
}
