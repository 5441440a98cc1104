//! Series of versions: among the tags `api/v1.2.0`, `api/v1.1.0` and `web-2.0.0`, the second comes before the first.

use std::cmp::Ordering;

/// Words behind a final version, which do not make another series.
const FINAL: [&str; 6] = ["final", "ga", "lts", "release", "sp", "stable"];

/// What branches of releases are called, besides their version.
const RELEASES: &str =
    "v branch hotfix hotfixes lts maint maintenance rel release releases stable support x";

/// The name of a tag or branch, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    /// What precedes and follows the version: the series.
    before: String,
    behind: String,
    numbers: Vec<VersionPart>,
    /// `rc1`; a final version has none.
    not_final: Vec<VersionPart>,
    /// `hotfix.1`
    after_final: Vec<VersionPart>,
    /// What follows a `+`.
    build: Vec<VersionPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum VersionPart {
    Number(u128),
    Word(String),
}

/// Of the other names, the nearest most recent first, the one that comes before this one in its series. A final version
/// looks past those that are not.
pub(crate) fn previous<'a>(name: &str, others: &[&'a str]) -> Option<&'a str> {
    lower(name, others).or_else(|| {
        let (own, of_series) = series(name, others)?;
        let mut of_series = of_series.into_iter();
        let newest = of_series.find(|(_, it)| it.order(&own) != Ordering::Equal);
        newest.map(|(name, _)| name)
    })
}

/// The same, if its version is lower.
pub(crate) fn lower<'a>(name: &str, others: &[&'a str]) -> Option<&'a str> {
    let (own, of_series) = series(name, others)?;
    let lower = |is_exact: bool| {
        let series = of_series.iter();
        let series = series.filter(|(_, it)| !is_exact || it.behind == own.behind);
        let lower = series.filter(|(_, it)| it.order(&own) == Ordering::Less);
        // Of equal ones the first, which is the most recent.
        lower.rev().max_by(|(_, one), (_, other)| one.order(other))
    };
    let found = lower(true).or_else(|| lower(false));
    found.map(|(name, _)| *name)
}

/// Whether a version only mends one of which this one is a later release: v1.2.5 mends v1.2.0, for v1.3.0.
pub(crate) fn mends(version: &str, released: &str, later: &str) -> bool {
    let names = [version, released, later].map(Version::parse);
    let [Some(version), Some(released), Some(later)] = names else {
        return false;
    };
    let line = released.line();
    version.numbers.starts_with(line) && !later.numbers.starts_with(line)
}

/// Whether a branch is one of releases, by its name: `release/1.2`, `1.2.x`, `support/1`.
pub(crate) fn is_release(branch: &str) -> bool {
    Version::parse(branch).is_some_and(|version| version.is_release())
}

/// The version of a name, and the other names of its series with theirs.
fn series<'a>(name: &str, others: &[&'a str]) -> Option<(Version, Vec<(&'a str, Version)>)> {
    let own = Version::parse(name)?;
    let others = others.iter().filter(|other| **other != name);
    let others = others.filter_map(|other| Some((*other, Version::parse(other)?)));
    let same = others.filter(|(_, it)| it.before == own.before);
    let of_kind = same.filter(|(_, it)| !own.is_final() || it.is_final());
    let of_series = of_kind.collect();
    Some((own, of_series))
}

/// The branch of the release before that of this branch: `release/1.1` of `release/1.2`.
pub(crate) fn previous_release<'a>(branch: &str, others: &[&'a str]) -> Option<&'a str> {
    let own = Version::parse(branch).filter(Version::is_release)?;
    let others = others.iter().filter_map(|other| {
        let version = Version::parse(other).filter(Version::is_release)?;
        (version.before == own.before).then_some((*other, version))
    });
    let lower = others.filter(|(_, version)| version.order(&own) == Ordering::Less);
    let found = lower.max_by(|(_, one), (_, other)| one.order(other));
    found.map(|(name, _)| name)
}

impl Version {
    fn parse(name: &str) -> Option<Self> {
        let (start, end) = version_in(name)?;
        let before = &name[..start];
        let bare = before.trim_end_matches(['v', 'V']);
        let is_mark =
            before.len() - bare.len() == 1 && !bare.ends_with(|c: char| c.is_alphanumeric());
        let before = if is_mark { bare } else { before };
        let (rest, build) = name[end..].split_once('+').unwrap_or((&name[end..], ""));
        let mut version = Self {
            before: before.to_owned(),
            behind: String::new(),
            numbers: parts(&name[start..end]),
            not_final: Vec::new(),
            after_final: Vec::new(),
            build: parts(build),
        };
        // The time of a day: 2024-10-01T153000.
        let is_digit = |c: char| c.is_ascii_digit();
        let time = rest.strip_prefix(['T', 't']);
        let rest = time
            .filter(|time| time.starts_with(is_digit))
            .unwrap_or(rest);
        let separators = ['-', '.', '_', '~'];
        let first_word = |rest: &str| {
            let word = rest.chars().take_while(char::is_ascii_alphabetic);
            word.collect::<String>().to_ascii_lowercase()
        };
        let mut rest = rest.trim_start_matches(separators);
        let mut word = first_word(rest);
        if FINAL.contains(&word.as_str()) {
            rest = rest[word.len()..].trim_start_matches(separators);
            word = first_word(rest);
        }
        let parts_of_rest = || parts(&rest.to_ascii_lowercase());
        match word.as_str() {
            "" => version.numbers.extend(parts(rest)),
            "a" | "alpha" | "b" | "beta" | "c" | "canary" | "candidate" | "cr" | "dev" | "ea"
            | "eap" | "m" | "milestone" | "next" | "nightly" | "pre" | "preview" | "rc"
            | "snapshot" | "test" => {
                version.not_final = parts_of_rest();
            }
            // It mends a final one: it comes after that, and before the next.
            "fix" | "hotfix" | "p" | "patch" | "post" | "r" | "rev" | "update" => {
                version.after_final = parts_of_rest();
            }
            _ => version.behind = rest.chars().filter(|c| !c.is_ascii_digit()).collect(),
        }
        Some(version)
    }

    fn is_final(&self) -> bool {
        self.not_final.is_empty()
    }

    /// What it has in common with those that mend it: all numbers, or all but the last of three and more.
    fn line(&self) -> &[VersionPart] {
        match self.numbers.as_slice() {
            [line @ .., _] if line.len() >= 2 => line,
            numbers => numbers,
        }
    }

    fn is_release(&self) -> bool {
        let words = self.before.split(|c: char| !c.is_ascii_alphabetic());
        let mut words = words.chain([self.behind.as_str()]);
        words.all(|word| {
            let mut releases = RELEASES.split(' ');
            word.is_empty() || releases.any(|release| release.eq_ignore_ascii_case(word))
        })
    }

    fn order(&self, other: &Self) -> Ordering {
        without_zeros(&self.numbers)
            .cmp(without_zeros(&other.numbers))
            .then_with(|| self.is_final().cmp(&other.is_final()))
            .then_with(|| self.not_final.cmp(&other.not_final))
            .then_with(|| self.after_final.cmp(&other.after_final))
            .then_with(|| self.build.cmp(&other.build))
    }
}

/// 1.2 is 1.2.0.
fn without_zeros(numbers: &[VersionPart]) -> &[VersionPart] {
    let zeros = numbers
        .iter()
        .rev()
        .take_while(|it| **it == VersionPart::Number(0));
    &numbers[..numbers.len() - zeros.count()]
}

/// Where the version begins and ends: the first number with a dot or underscore, else the first number at all. A digit
/// in a word, as in `log4j`, is none where there is another.
fn version_in(name: &str) -> Option<(usize, usize)> {
    let bytes = name.as_bytes();
    let is_letter = |at: usize| bytes[at].is_ascii_alphabetic();
    let is_word_end = |at: usize| at == 0 || !(is_letter(at - 1) || bytes[at - 1] >= 0x80);
    let is_apart = |start: usize| {
        is_word_end(start) || matches!(bytes[start - 1], b'v' | b'V') && is_word_end(start - 1)
    };
    let starts = (0..bytes.len())
        .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[at - 1].is_ascii_digit()));
    let starts: Vec<usize> = starts.collect();
    let with = |separators: &'static [u8]| {
        move |start: usize| (start, end_of_number(bytes, start, separators))
    };
    let dotted = || starts.iter().copied().map(with(b"._"));
    let is_long = |(start, end): &(usize, usize)| {
        bytes[*start..*end]
            .iter()
            .any(|byte| !byte.is_ascii_digit())
    };
    let apart = dotted().find(|it| is_apart(it.0) && is_long(it));
    let is_date = |start: usize| is_apart(start) && starts_with_date(&bytes[start..]);
    let date = starts.iter().copied().find(|start| is_date(*start));
    let date = date.filter(|date| apart.is_none_or(|apart| *date < apart.0));
    if let Some(start) = date {
        return Some(with(b"-._")(start));
    }
    let plain = || starts.iter().copied().find(|start| is_apart(*start));
    apart
        .or_else(|| plain().map(with(b"-")))
        .or_else(|| dotted().find(is_long))
        .or_else(|| dotted().next())
}

/// `2024-10-01`, behind which a further number may count the releases of that day.
fn starts_with_date(text: &[u8]) -> bool {
    let Some((date, behind)) = text.split_first_chunk::<10>() else {
        return false;
    };
    let is_as = |(byte, pattern): (&u8, &u8)| match pattern {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    };
    date.iter().zip(b"0000-00-00").all(is_as) && !behind.first().is_some_and(u8::is_ascii_digit)
}

fn end_of_number(bytes: &[u8], start: usize, separators: &[u8]) -> usize {
    let mut end = start;
    for at in start..bytes.len() {
        let is_separator = separators.contains(&bytes[at]);
        let is_before_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if bytes[at].is_ascii_digit() {
            end = at + 1;
        } else if !(is_separator && is_before_digit) {
            break;
        }
    }
    end
}

/// Numbers and words in their order.
fn parts(text: &str) -> Vec<VersionPart> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_same = |c: char| {
            c.is_ascii_digit() == first.is_ascii_digit()
                && c.is_alphanumeric() == first.is_alphanumeric()
        };
        let end = rest.find(|c: char| !is_same(c)).unwrap_or(rest.len());
        let part = &rest[..end];
        if first.is_ascii_digit() {
            parts.push(VersionPart::Number(part.parse().unwrap_or(u128::MAX)));
        } else if first.is_alphanumeric() {
            parts.push(VersionPart::Word(part.to_owned()));
        }
        rest = &rest[end..];
    }
    parts
}

#[cfg(test)]
mod tests;
