//! Environments and the guess of their type.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::Serialize;

use super::text::word_set;

/// `environment.type` of a deployment (Deployments API, submitDeployments).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnvironmentType {
    Unmapped,
    Development,
    Testing,
    Staging,
    Production,
}

const PRODUCTION: &[&str] = &["production", "prod", "prd", "live"];

/// Words beside one of those, or joined with it, that say that it is made like production and is none.
static LIKE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| word_set(include_str!("environment/like_production.txt")));

/// The same before one of those only.
const BEFORE: &[&str] = &["pre", "non", "no", "not", "sub", "under", "un"];

/// The same when joined with it only.
const JOINED: &[&str] = &["p", "n"];

impl EnvironmentType {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(crate) fn is_unmapped(&self) -> bool {
        *self == Self::Unmapped
    }

    /// The type that a name speaks of, else `unmapped`: `eu-prod` is production, `product` is not.
    pub(crate) fn guess(name: &str) -> Self {
        let words = without_like(words(name));
        let types = words.iter().filter_map(|word| Self::of_word(word));
        // Of several the first counts, in the order above.
        types.min().unwrap_or(Self::Unmapped)
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "development" | "develop" | "devel" | "dev" | "trunk" | "sandbox" | "sbx" | "local" => {
                Some(Self::Development)
            }
            "testing" | "test" | "tests" | "tst" | "integration" | "integ" | "intg" | "int"
            | "acceptance" | "accept" | "acpt" | "qa" | "qc" | "quality" | "regression"
            | "stress" | "soak" | "smoke" | "nft" | "uat" | "sit" | "e2e" | "acc" | "perf"
            | "performance" | "perftest" | "load" | "loadtest" => Some(Self::Testing),
            "staging" | "stage" | "stg" | "sta" | "preprod" | "preprd" | "preproduction"
            | "preview" | "prelive" | "prerelease" | "ppe" => Some(Self::Staging),
            _ => PRODUCTION.contains(&word).then_some(Self::Production),
        }
    }
}

impl FromStr for EnvironmentType {
    type Err = String;

    /// Jira's five words in any letter case, or a word that the guess knows (`QA`, `prod`).
    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.trim();
        if word.eq_ignore_ascii_case("unmapped") {
            return Ok(Self::Unmapped);
        }
        match Self::guess(word) {
            Self::Unmapped => Err(
                "expected one of development, testing, staging, production, unmapped".to_owned(),
            ),
            known => Ok(known),
        }
    }
}

/// These words with another one for a production that is none: `pre-prod`, `prodCopy`, `shadowprod`.
fn without_like(words: Vec<String>) -> Vec<String> {
    // `prod-eu-mirror` and `copy-of-prod` say it of the whole name.
    let is_whole = words.last().is_some_and(|last| is_like(last))
        || matches!(words.as_slice(), [first, of, ..] if is_like(first) && (of == "of" || of == "from"));
    let mut kept: Vec<String> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let is_none = if PRODUCTION.contains(&word.as_str()) {
            // "as" is Asia in front of any other word for production.
            let before =
                kept.pop_if(|before| is_before(before) || before == "as" && word == "live");
            let behind = words.next_if(|behind| is_like(behind));
            is_whole || before.is_some() || behind.is_some()
        } else {
            is_joined(&word)
        };
        kept.push(if is_none {
            NO_PRODUCTION.to_owned()
        } else {
            word
        });
    }
    kept
}

fn is_before(word: &str) -> bool {
    BEFORE.contains(&word) || is_like(word)
}

/// Whether it is a word for production with such a word before or behind it.
fn is_joined(word: &str) -> bool {
    PRODUCTION.iter().any(|production| {
        let before = word.strip_suffix(production);
        let behind = word.strip_prefix(production);
        before.is_some_and(|it| is_before(it) || JOINED.contains(&it))
            || behind.is_some_and(is_like)
    })
}

fn is_like(word: &str) -> bool {
    let singular = word.strip_suffix('s').unwrap_or(word);
    LIKE.contains(word) || LIKE.contains(singular)
}

/// Stands for what is like production.
const NO_PRODUCTION: &str = "preprod";

/// The same without the digits at the end of each: `QA1` holds one.
fn words(name: &str) -> Vec<String> {
    let words = whole_words(name).into_iter().map(|word| {
        let known = word == "e2e";
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if known { word } else { stem.to_owned() }
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// Lower-case words without accents; `euProd` holds two.
pub(super) fn whole_words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before_is_lower = false;
    for character in name.chars().map(without_accent) {
        if before_is_lower && character.is_ascii_uppercase() {
            spaced.push(' ');
        }
        before_is_lower = character.is_ascii_lowercase();
        spaced.push(character.to_ascii_lowercase());
    }
    let words = spaced.split(|character: char| !character.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}

/// The plain letter of the accented Latin letters that occur in names of environments.
fn without_accent(character: char) -> char {
    match character {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' => 'i',
        'ò'..='ö' | 'ø' | 'ō' => 'o',
        'ù'..='ü' | 'ū' | 'ů' => 'u',
        'À'..='Å' => 'A',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ò'..='Ö' | 'Ø' => 'O',
        'Ù'..='Ü' => 'U',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests;
