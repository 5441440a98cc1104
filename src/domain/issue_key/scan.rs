//! Finds what has the shape of an issue key in one text. Which of it is kept is decided in `search`.

use std::ops::Range;

use super::{MAX_PART, Reason, identifiers};

/// A piece of text that reached the number of an issue key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// What its surroundings say against it.
    pub(super) wrong: Option<Reason>,
    /// The key that a template made of it.
    pub(super) made: Option<String>,
}

impl Candidate {
    pub(super) fn new(range: Range<usize>, wrong: Option<Reason>) -> Self {
        let made = None;
        Self { range, wrong, made }
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidates<'a> {
    /// Whether `CVE-yyyy-n` and the like are dropped as a whole.
    pub(super) identifiers: bool,
    /// Projects that the user names and that have no usual key, such as `SDR_6`, the longest first.
    pub(super) projects: &'a [&'a str],
}

/// The candidates of a text, from left to right. Each has a hyphen, so it is looked for from there, backwards: nearly all of a
/// text is skipped at the speed of a search for one byte. Time is linear in the length of the text.
pub(super) fn candidates<'a>(
    text: &'a str,
    wanted: Candidates<'a>,
) -> impl Iterator<Item = Candidate> + 'a {
    // Where the last key ended.
    let mut end = 0;
    memchr::memchr_iter(b'-', text.as_bytes()).filter_map(move |hyphen| {
        if hyphen < end || !may_begin(text.as_bytes(), hyphen, wanted) {
            return None;
        }
        let candidate = candidate_before(text, end..hyphen, wanted)?;
        if matches!(candidate.wrong, None | Some(Reason::DenyList(_))) {
            end = candidate.range.end;
        }
        Some(candidate)
    })
}

/// Whether a digit follows, as in most candidates and in little else.
fn may_begin(bytes: &[u8], hyphen: usize, wanted: Candidates<'_>) -> bool {
    bytes.get(hyphen + 1).is_some_and(u8::is_ascii_digit)
        || wanted.identifiers && identifiers::may_lack_year(&bytes[..hyphen])
}

/// The candidate whose project stands in this range, up to its end.
fn candidate_before(text: &str, before: Range<usize>, wanted: Candidates<'_>) -> Option<Candidate> {
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
    let identifier = wanted
        .identifiers
        .then(|| identifier_at(text, start, project));
    let plain = || with_number(text, start, project);
    identifier
        .flatten()
        .or_else(|| (2..=MAX_PART).contains(&project).then(plain)?)
}

fn is_after_boundary(text: &str, position: usize) -> bool {
    let before = text[..position].chars().next_back();
    before.is_none_or(is_boundary)
}

fn identifier_at(text: &str, start: usize, project: usize) -> Option<Candidate> {
    let advisory = identifiers::identifier_at_start(&text[start..]);
    let advisory = advisory.map(|(length, entry)| (start + length, entry));
    let number = text.as_bytes().get(start + project + 1);
    let uuid = || {
        number.filter(|byte| byte.is_ascii_digit())?;
        Some((identifiers::end_of_uuid(text, start, project)?, "UUID"))
    };
    let (end, entry) = advisory.or_else(uuid)?;
    // It is dropped as a whole.
    Some(Candidate::new(start..end, Some(Reason::DenyList(entry))))
}

/// The candidate whose project has this length, when a number follows it.
fn with_number(text: &str, start: usize, project: usize) -> Option<Candidate> {
    let number = &text.as_bytes()[start + project + 1..];
    // The digit run is taken whole before looking at what follows: `QA-12.3` never becomes `QA-1`.
    let digits = run(number.iter(), u8::is_ascii_digit);
    if digits == 0 {
        return None;
    }
    let end = start + project + 1 + digits;
    let wrong = if is_character_class(text, start, end) {
        Some(Reason::CharacterClass)
    } else if text[end..].chars().next().is_some_and(|c| !is_boundary(c)) {
        Some(Reason::Boundary)
    } else if number.get(digits) == Some(&b'.')
        && number.get(digits + 1).is_some_and(u8::is_ascii_digit)
    {
        Some(Reason::Version)
    } else if number[0] == b'0' || digits > MAX_PART {
        Some(Reason::Number)
    } else {
        None
    };
    Some(Candidate::new(start..end, wrong))
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
    if character.is_ascii() {
        return !character.is_ascii_alphanumeric();
    }
    let has_case = character.is_lowercase() || character.is_uppercase();
    !(has_case && !is_raised_or_circled(character)
        || is_titlecase(character)
        || character.is_numeric())
}

/// What has a case for Unicode and is no cased letter (general categories Lm, Lo, Mn, So).
fn is_raised_or_circled(character: char) -> bool {
    matches!(character,
        'ª' | 'º' | 'ʰ'..='ʸ' | 'ˀ' | 'ˁ' | 'ˠ'..='ˤ' | '\u{345}' | 'ͺ' | 'ჼ' | 'ᴬ'..='ᵪ' | 'ᵸ' | 'ᶛ'..='ᶿ'
        | 'ⁱ' | 'ⁿ' | 'ₐ'..='ₜ' | 'Ⓐ'..='ⓩ' | 'ⱼ' | 'ⱽ' | 'ꚜ' | 'ꚝ' | 'ꝰ' | '꟱'..='ꟴ' | 'ꟸ' | 'ꟹ'
        | 'ꭜ'..='ꭟ' | 'ꭩ' | '𐞀'..='𐞺' | '𞀰'..='𞁭' | '🄰'..='🅉' | '🅐'..='🅩' | '🅰'..='🆉')
}

/// General category Lt.
fn is_titlecase(character: char) -> bool {
    matches!(character,
        'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | 'ᾈ'..='ᾏ' | 'ᾘ'..='ᾟ' | 'ᾨ'..='ᾯ' | 'ᾼ' | 'ῌ' | 'ῼ')
}

#[cfg(test)]
mod tests;
