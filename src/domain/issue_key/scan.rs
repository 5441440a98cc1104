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
}

/// All candidates of a text, from left to right. Time is linear in the length of the text.
///
/// `identifiers`: whether `CVE-yyyy-n` and the like are dropped as a whole.
pub(super) fn candidates(text: &str, identifiers: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut position = 0;
    let mut before = None;
    while let Some(character) = text[position..].chars().next() {
        let mut next = position + character.len_utf8();
        if character.is_ascii_alphabetic() && before.is_none_or(is_boundary) {
            let candidate = identifiers
                .then(|| identifier_at(text, position))
                .flatten()
                .or_else(|| candidate_at(text, position));
            if let Some(candidate) = candidate {
                if matches!(candidate.shape, Shape::Key | Shape::Identifier(_)) {
                    next = candidate.range.end;
                }
                found.push(candidate);
            }
        }
        before = text[position..next].chars().next_back();
        position = next;
    }
    found
}

fn identifier_at(text: &str, start: usize) -> Option<Candidate> {
    let (length, entry) = deny_list::identifier_at_start(&text[start..])?;
    Some(Candidate {
        range: start..start + length,
        shape: Shape::Identifier(entry),
    })
}

fn candidate_at(text: &str, start: usize) -> Option<Candidate> {
    let bytes = &text.as_bytes()[start..];
    let project = run(bytes, u8::is_ascii_alphanumeric);
    if !(2..=MAX_PART).contains(&project) || bytes.get(project) != Some(&b'-') {
        return None;
    }
    let number = &bytes[project + 1..];
    // The digit run is taken whole before looking at what follows: `QA-12.3` never becomes `QA-1`.
    let digits = run(number, u8::is_ascii_digit);
    if digits == 0 {
        return None;
    }
    let end = start + project + 1 + digits;
    let shape = if text[end..].chars().next().is_some_and(|c| !is_boundary(c)) {
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

fn run(bytes: &[u8], holds: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| holds(byte)).count()
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
    use super::{Shape, candidates, is_boundary};

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
        ];
        for (text, expected) in cases {
            let found = candidates(text, true);
            let found: Vec<_> = found
                .into_iter()
                .map(|candidate| (&text[candidate.range], candidate.shape))
                .collect();
            assert_eq!(&found, expected, "{text:?}");
        }
    }

    #[test]
    fn projects_and_numbers_have_a_greatest_length() {
        let longest = format!("{}-{}", "A".repeat(255), "9".repeat(255));
        assert_eq!(candidates(&longest, true)[0].shape, Shape::Key);
        assert!(candidates(&format!("{}-9", "A".repeat(256)), true).is_empty());
        let long_number = format!("AB-{}", "9".repeat(256));
        assert_eq!(candidates(&long_number, true)[0].shape, Shape::Number);
    }
}
