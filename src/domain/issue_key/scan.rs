//! Finds what has the shape of an issue key in one text. Which of it is kept is decided in `search`.

use std::ops::Range;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{MAX_PART, deny_list};

/// A piece of text that reached the number of an issue key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    pub(super) shape: Shape,
}

/// What the surroundings of a candidate say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Key,
    /// A letter or a number stands right after the digits.
    Boundary,
    /// `.` and a digit follow: a version.
    Version,
    /// The number starts with 0 or is too long.
    Number,
    /// A whole `CVE-…` or `GHSA-…`, with the entry of the deny-list.
    Identifier(&'static str),
    /// `Z0-9` in `[A-Z0-9]`.
    CharacterClass,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    /// Whether `CVE-yyyy-n` and the like are dropped as a whole.
    pub(super) identifiers: bool,
    /// Projects that the user names and that have no usual key, such as `SDR_6`, the longest first.
    pub(super) projects: &'a [&'a str],
}

/// All candidates of a text, from left to right. Each has a hyphen, so it is looked for from there, backwards: nearly all
/// of a text is passed over at the speed of a search for one byte. Time is linear in the length of the text.
pub(super) fn candidates(text: &str, wanted: Wanted<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    // Where the last key ended, and where to look on.
    let (mut end, mut position) = (0, 0);
    while let Some(hyphen) = text[position..].find('-').map(|at| position + at) {
        position = hyphen + 1;
        let Some(candidate) = candidate_before(text, end..hyphen, wanted) else {
            continue;
        };
        if matches!(candidate.shape, Shape::Key | Shape::Identifier(_)) {
            end = candidate.range.end;
            position = end;
        }
        found.push(candidate);
    }
    found
}

/// The candidate whose project stands in this range, up to its end.
fn candidate_before(text: &str, before: Range<usize>, wanted: Wanted<'_>) -> Option<Candidate> {
    let bytes = &text.as_bytes()[before.clone()];
    if let Some(project) = wanted.projects.iter().find(|project| {
        let start = bytes.len().checked_sub(project.len());
        start.is_some_and(|start| {
            bytes[start..].eq_ignore_ascii_case(project.as_bytes())
                && is_after_boundary(text, before.start + start)
        })
    }) {
        return with_number(text, before.end - project.len(), project.len());
    }
    let project = run(bytes.iter().rev(), u8::is_ascii_alphanumeric);
    let start = before.end - project;
    if !bytes[bytes.len() - project..]
        .first()
        .is_some_and(u8::is_ascii_alphabetic)
        || !is_after_boundary(text, start)
    {
        return None;
    }
    let identifier = wanted.identifiers.then(|| identifier_at(text, start));
    let plain = || with_number(text, start, project);
    identifier
        .flatten()
        .or_else(|| (2..=MAX_PART).contains(&project).then(plain)?)
}

fn is_after_boundary(text: &str, position: usize) -> bool {
    let before = text[..position].chars().next_back();
    before.is_none_or(is_boundary)
}

fn identifier_at(text: &str, start: usize) -> Option<Candidate> {
    let (length, entry) = deny_list::identifier_at_start(&text[start..])?;
    Some(Candidate {
        range: start..start + length,
        shape: Shape::Identifier(entry),
    })
}

/// The candidate whose project is so long, when a number follows it.
fn with_number(text: &str, start: usize, project: usize) -> Option<Candidate> {
    let number = &text.as_bytes()[start + project + 1..];
    // The digit run is taken whole before looking at what follows: `QA-12.3` never becomes `QA-1`.
    let digits = run(number.iter(), u8::is_ascii_digit);
    if digits == 0 {
        return None;
    }
    let end = start + project + 1 + digits;
    let shape = if is_character_class(text, start, end) {
        Shape::CharacterClass
    } else if text[end..].chars().next().is_some_and(|c| !is_boundary(c)) {
        Shape::Boundary
    } else if number.get(digits) == Some(&b'.')
        && number.get(digits + 1).is_some_and(u8::is_ascii_digit)
    {
        Shape::Version
    } else if number[0] == b'0' || digits > MAX_PART {
        Shape::Number
    } else {
        Shape::Key
    };
    Some(Candidate {
        range: start..end,
        shape,
    })
}

/// `Z0-9` behind `[A-`, `[^a-zA-`, or plain `A-`.
fn is_character_class(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let [letter, from, b'-', to] = bytes[start..end] else {
        return false;
    };
    let [.., first, b'-'] = bytes[..start] else {
        return false;
    };
    let is_range = letter.is_ascii_alphabetic()
        && letter.is_ascii_uppercase() == first.is_ascii_uppercase()
        && (first.is_ascii_alphabetic() && first < letter)
        && (from.is_ascii_digit() && from < to);
    let near = &bytes[start.saturating_sub(SHORT_CLASS)..start];
    let bracket = near.iter().rposition(|byte| matches!(byte, b'[' | b']'));
    let is_in_brackets = bracket.is_some_and(|at| near[at] == b'[');
    is_range && (is_in_brackets || first.eq_ignore_ascii_case(&b'a'))
}

/// How far back the bracket of a class is looked for.
const SHORT_CLASS: usize = 40;

fn run<'a>(bytes: impl Iterator<Item = &'a u8>, holds: impl Fn(&u8) -> bool) -> usize {
    bytes.take_while(|byte| holds(byte)).count()
}

/// Neither a cased letter nor a number of any script: punctuation, white space, symbols, emoji, CJK.
fn is_boundary(character: char) -> bool {
    use GeneralCategory as Category;
    !matches!(
        character.general_category(),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::DecimalNumber
            | Category::LetterNumber
            | Category::OtherNumber
    )
}

#[cfg(test)]
mod tests {
    use super::{
        Candidate, MAX_PART, Shape, Wanted, candidates, identifier_at, is_after_boundary,
        is_boundary, run, with_number,
    };

    const PLAIN: Wanted<'static> = Wanted {
        identifiers: true,
        projects: &[],
    };

    #[test]
    fn boundaries_go_by_unicode_category() {
        for boundary in "_-./ \n\t#（【、。日カ🚀Ⓐª\u{301}\u{200b}\u{2028}".chars() {
            assert!(is_boundary(boundary), "{boundary:?}");
        }
        for inside in "aZ0éÄßЖωǅ٣Ⅷ½²".chars() {
            assert!(!is_boundary(inside), "{inside:?}");
        }
    }

    #[test]
    fn shapes() {
        let cases: &[(&str, &[(&str, Shape)])] = &[
            ("ABC-1", &[("ABC-1", Shape::Key)]),
            (
                "ABC-1x DEF-2",
                &[("ABC-1", Shape::Boundary), ("DEF-2", Shape::Key)],
            ),
            ("ABC-1ü", &[("ABC-1", Shape::Boundary)]),
            ("ABC-1日", &[("ABC-1", Shape::Key)]),
            ("lodash-4.17.21", &[("lodash-4", Shape::Version)]),
            ("See ABC-4.", &[("ABC-4", Shape::Key)]),
            ("ABC-4.x", &[("ABC-4", Shape::Key)]),
            ("ABC-007", &[("ABC-007", Shape::Number)]),
            ("ABC-jra-901", &[("jra-901", Shape::Key)]),
            ("ÄBC-1", &[]),
            ("日ABC-1", &[("ABC-1", Shape::Key)]),
            ("ABC–1 ABC‑1", &[]),
            (
                "CVE-2024-1234-5",
                &[("CVE-2024-1234", Shape::Identifier("CVE"))],
            ),
            ("A-1 B-", &[]),
            ("[A-Z0-9]-12", &[("Z0-9", Shape::CharacterClass)]),
            ("[^a-zA-F1-9_]", &[("F1-9", Shape::CharacterClass)]),
            ("[_a-z0-9]{2}", &[("z0-9", Shape::CharacterClass)]),
            ("A-Z0-9 only", &[("Z0-9", Shape::CharacterClass)]),
            ("[x] Z0-9", &[("Z0-9", Shape::Key)]),
            (
                "[ABC-1] X-Q1-2",
                &[("ABC-1", Shape::Key), ("Q1-2", Shape::Key)],
            ),
            ("[A-Z0-95]", &[("Z0-95", Shape::Key)]),
        ];
        for (text, expected) in cases {
            let found = candidates(text, PLAIN);
            let found: Vec<_> = found
                .into_iter()
                .map(|candidate| (&text[candidate.range], candidate.shape))
                .collect();
            assert_eq!(&found, expected, "{text:?}");
        }
    }

    #[test]
    fn named_projects_need_not_look_like_projects() {
        let wanted = Wanted {
            identifiers: false,
            projects: &["BIZ_PROJ2", "SDR_6", "4X", "A"],
        };
        let cases: &[(&str, &[&str])] = &[
            ("biz_proj2-7", &["biz_proj2-7"]),
            ("x/SDR_6-12_SDR_6-13", &["SDR_6-12", "SDR_6-13"]),
            ("OLD_SDR_6-12", &["SDR_6-12"]),
            ("MYSDR_6-12 SDR_6x-1 SDR_66-1", &[]),
            ("4X-1 A-2 日A-3 B-4", &["4X-1", "A-2", "A-3"]),
            ("PROJ2-7", &["PROJ2-7"]),
        ];
        for (text, expected) in cases {
            let found = candidates(text, wanted).into_iter();
            let found: Vec<&str> = found.map(|candidate| &text[candidate.range]).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    #[test]
    fn projects_and_numbers_have_a_greatest_length() {
        let longest = format!("{}-{}", "A".repeat(255), "9".repeat(255));
        assert_eq!(candidates(&longest, PLAIN)[0].shape, Shape::Key);
        assert!(candidates(&format!("{}-9", "A".repeat(256)), PLAIN).is_empty());
        let long_number = format!("AB-{}", "9".repeat(256));
        assert_eq!(candidates(&long_number, PLAIN)[0].shape, Shape::Number);
    }

    /// The rule as it reads: every letter behind a boundary may begin a key.
    fn letter_by_letter(text: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut position = 0;
        while let Some(first) = text[position..].chars().next() {
            let mut next = position + first.len_utf8();
            if first.is_ascii_alphabetic() && is_after_boundary(text, position) {
                let bytes = text.as_bytes()[position..].iter();
                let project = run(bytes, u8::is_ascii_alphanumeric);
                let is_project = (2..=MAX_PART).contains(&project)
                    && text[position + project..].starts_with('-');
                let plain = || is_project.then(|| with_number(text, position, project))?;
                if let Some(candidate) = identifier_at(text, position).or_else(plain) {
                    if matches!(candidate.shape, Shape::Key | Shape::Identifier(_)) {
                        next = candidate.range.end;
                    }
                    found.push(candidate);
                }
            }
            position = next;
        }
        found
    }

    #[test]
    fn looking_backwards_finds_the_same() {
        let pieces = [
            "A",
            "bc",
            "X9",
            "1",
            "12",
            "0",
            "-",
            "-",
            "-",
            ".",
            " ",
            "_",
            "[",
            "]",
            "é",
            "日",
            "CVE-2024-",
            "GHSA-abcd-",
            "ghsa",
            "SNYK-JS-",
            "ABC-1",
            "-7",
            "A-Z0-9",
        ];
        // A generator of our own: the same texts on every machine.
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut keys = 0;
        for _ in 0..20_000 {
            let length = random(12);
            let text: String = (0..length).map(|_| pieces[random(pieces.len())]).collect();
            let found = candidates(&text, PLAIN);
            assert_eq!(found, letter_by_letter(&text), "{text:?}");
            keys += found.len();
        }
        assert!(keys > 10_000, "{keys}");
    }
}
