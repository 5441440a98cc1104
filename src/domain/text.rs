//! Text as Jira takes it: cleaned, cut at its limits, never empty where it is required.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;

use crate::secret::accounts::hidden_in_text;

/// Stands where cleaning leaves nothing of a required text.
const REPLACEMENT: &str = "\u{FFFD}";

/// Whether Jira takes this character, and nobody is misled by it. Anything else, emoji included, can cost the whole request
/// (`400 Invalid binary character`); what turns the direction of writing round can make one name look like another.
pub(crate) fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
        && character != '\u{7F}'
        && !matches!(character, '\u{80}'..='\u{9F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether something that people see is left out of the text, such as emoji.
pub(crate) fn is_cut(text: &str) -> bool {
    text.chars()
        .any(|character| !is_allowed(character) && !character.is_control())
}

/// The words of a file of words.
pub(crate) fn word_set(list: &'static str) -> HashSet<&'static str> {
    list.split_whitespace().collect()
}

/// Whether it is digits, and at least one.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The text percent-decoded once; as it is where that is not UTF-8.
pub(crate) fn percent_decoded(text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// The text without the characters that Jira refuses.
fn allowed(text: &str) -> String {
    text.chars()
        .filter(|character| is_allowed(*character))
        .collect()
}

/// The same as one line: white space is trimmed and folded to single blanks.
fn one_line(text: &str) -> String {
    let words = allowed(text);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of 1 to 255 characters, the limit of nearly every text of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Line(String);

impl Line {
    /// Longest line, in characters (all of them one UTF-16 unit).
    pub(crate) const MAX: usize = 255;

    /// The cleaned and cut text, or nothing when there is nothing left.
    pub(crate) fn optional(text: &str) -> Option<Self> {
        // Before it is cut: at the end of a text, nothing shows what was a password.
        let line = hidden_in_text(&one_line(text));
        let cut: String = line.chars().take(Self::MAX).collect();
        let cut = cut.trim_end();
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// The cleaned and cut text, never empty.
    pub(crate) fn required(text: &str) -> Self {
        Self::optional(text).unwrap_or_else(|| Self(REPLACEMENT.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text of 1 to `MAX` characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct LongText<const MAX: usize>(String);

impl<const MAX: usize> LongText<MAX> {
    /// The cleaned and cut text with its lines as they are; `instead` when there is nothing left.
    pub(crate) fn of_lines(text: &str, instead: &str) -> Self {
        Self::cut(&allowed(text), instead)
    }

    /// The same as one line.
    pub(crate) fn of_line(text: &str, instead: &str) -> Self {
        Self::cut(&one_line(text), instead)
    }

    fn cut(text: &str, instead: &str) -> Self {
        let cut: String = hidden_in_text(text).chars().take(MAX).collect();
        let cut = cut.trim_end();
        let is_blank = cut.trim_start().is_empty();
        Self(if is_blank { instead } else { cut }.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LongText};

    #[test]
    fn lines_are_cleaned_and_folded() {
        let cases = [
            ("shop » main #4", Some("shop » main #4")),
            ("  a \t b\r\n c ", Some("a b c")),
            ("fix 🚀 login", Some("fix login")),
            ("a\u{0}b\u{1b}[31mc\u{7f}\u{9b}", Some("ab[31mc")),
            ("\u{FFFE}\u{FFFF}x", Some("x")),
            (
                "日本 \u{D7FF}\u{E000}\u{FFFD}",
                Some("日本 \u{D7FF}\u{E000}\u{FFFD}"),
            ),
            ("at https://u:p@host/x", Some("at https://****@host/x")),
            (
                "http\u{7f}s://to\u{202e}ken@host",
                Some("https://****@host"),
            ),
            ("🚀", None),
            (" \n ", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let line = Line::optional(text);
            assert_eq!(line.as_ref().map(Line::as_str), expected, "{text:?}");
        }
        assert_eq!(Line::required("🚀").as_str(), "\u{FFFD}");
    }

    #[test]
    fn long_lines_are_cut_at_a_character() {
        let line = Line::required(&"é".repeat(300));
        assert_eq!(line.as_str().chars().count(), 255);
        let blank_at_the_cut = format!("{} {}", "x".repeat(254), "y".repeat(50));
        assert_eq!(Line::required(&blank_at_the_cut).as_str(), "x".repeat(254));
        let cut_account = format!("{}https://u:secret@host", "x".repeat(240));
        let line = Line::required(&cut_account);
        assert!(line.as_str().ends_with("https://****@ho"));
    }

    #[test]
    fn texts_of_several_lines_keep_them() {
        let cases = [
            ("a\n\n  b 🚀\u{0}\n", "a\n\n  b"),
            ("  a", "  a"),
            (" \n\t", "(none)"),
            ("🚀", "(none)"),
            ("abcdefghijkl", "abcdefghij"),
            ("éééééééééééé", "éééééééééé"),
        ];
        for (text, expected) in cases {
            assert_eq!(LongText::<10>::of_lines(text, "(none)").0, expected);
        }
        assert_eq!(LongText::<10>::of_line(" a\n b ", "").0, "a b");
        assert_eq!(LongText::<10>::of_line("x://u:pass@y", "").0, "x://****@y");
    }
}
