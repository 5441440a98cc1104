//! Words that look like projects and are not: `UTF-8`, `CVE-2024-1234`, `PR-7`.
//!
//! The list is data, `deny_list.txt`. A new entry needs a case in the tests, and a thought for teams whose project is called
//! that.

use std::collections::HashMap;
use std::sync::LazyLock;

/// With which numbers an entry is dropped.
enum Numbers {
    Any,
    /// Any, also where the word has digits of its own.
    AnyWithDigits,
    /// With blanks between them.
    These(&'static str),
}

/// All of them. Long logs ask for the same projects again and again.
static ENTRIES: LazyLock<HashMap<&str, Numbers>> = LazyLock::new(|| entries().collect());

fn entries() -> impl Iterator<Item = (&'static str, Numbers)> {
    let lines = include_str!("deny_list.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let (words, numbers) = match line.split_once(": ") {
            Some((word, numbers)) => (word, Some(numbers)),
            None => (line, None),
        };
        words.split_whitespace().map(move |word| match numbers {
            Some(numbers) => (word, Numbers::These(numbers)),
            None => match word.strip_suffix('*') {
                Some(word) => (word, Numbers::AnyWithDigits),
                None => (word, Numbers::Any),
            },
        })
    })
}

/// The entry that covers this project with this number, compared without regard to case.
pub(super) fn entry_for(project: &str, number: &str) -> Option<&'static str> {
    let project = project.to_ascii_uppercase();
    let whole = ENTRIES.get_key_value(project.as_str());
    let whole = whole.filter(|(_, covered)| match covered {
        Numbers::Any | Numbers::AnyWithDigits => true,
        Numbers::These(numbers) => numbers.split(' ').any(|it| it == number),
    });
    let before_digits = || {
        let word = project.trim_end_matches(|c: char| c.is_ascii_digit());
        let entry = ENTRIES.get_key_value(word);
        entry.filter(|(_, covered)| matches!(covered, Numbers::AnyWithDigits))
    };
    let entry = whole.or_else(before_digits).map(|(entry, _)| *entry);
    entry.or_else(|| processor(&project, number))
}

/// `Q3-2024`, `H1-25`, `FY-2024`, `MAY-2024`, `W12-2024`, and `KW-12`, a week in German.
pub(super) fn is_period(project: &str, number: &str) -> bool {
    let project = project.to_ascii_uppercase();
    let is_week = |number: &str| matches!(number.parse(), Ok(1..=53));
    let is_week_of_year = || {
        let week = ["W", "WK", "KW", "CW"].iter();
        let mut number = week.filter_map(|week| project.strip_prefix(week));
        number.any(is_week)
    };
    match project.as_str() {
        "Q1" | "Q2" | "Q3" | "Q4" | "H1" | "H2" | "FY" => {
            is_year(number) || number.len() == 2 && ("15".."40").contains(&number)
        }
        "KW" => is_year(number) || is_week(number),
        _ if !is_year(number) => false,
        "CW" | "JAN" | "JANUARY" | "FEB" | "FEBRUARY" | "MAR" | "MARCH" | "APR" | "APRIL"
        | "MAY" | "JUN" | "JUNE" | "JUL" | "JULY" | "AUG" | "AUGUST" | "SEP" | "SEPT"
        | "SEPTEMBER" | "OCT" | "OCTOBER" | "NOV" | "NOVEMBER" | "DEC" | "DECEMBER" => true,
        _ => is_week_of_year(),
    }
}

/// Processors, with the digits of their numbers: `E5-2680`, `I7-9700`, `I9-13900`.
fn processor(project: &str, number: &str) -> Option<&'static str> {
    let kinds: &[&str] = match number.len() {
        4 => &["E3", "E5", "E7", "I3", "I5", "I7", "I9"],
        5 => &["I3", "I5", "I7", "I9"],
        _ => return None,
    };
    kinds.iter().copied().find(|kind| *kind == project)
}

/// A year that people write about.
pub(super) fn is_year(number: &str) -> bool {
    number.len() == 4 && ("1980".."2040").contains(&number)
}

#[cfg(test)]
mod tests;
