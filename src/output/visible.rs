//! Text as people can see it: in one line, of bounded length, without characters that hide or turn others round.

use std::fmt::Write as _;

use super::{MAX_DETAIL, MAX_LINE};
use crate::json;

/// JSON for people, with what [`visible`] writes out written out as JSON does: it stays the same JSON.
pub(crate) fn readable_json(value: &serde_json::Value) -> String {
    escaped_json(&format!("{value:#}"))
}

/// The same JSON, with what people cannot see in it written out.
pub(crate) fn escaped_json(json: &str) -> String {
    json::escaped(json, |character| is_odd(character) && character != '\n')
}

/// A line for the log of a run, which may hold a whole request; nothing in it can forge another line.
pub(crate) fn log_line(text: &str) -> String {
    cut_visible(text, MAX_DETAIL)
}

/// The text in one line of bounded length, with control characters, bidirectional overrides and invisible
/// characters written out, so that a branch name cannot forge a line of a log.
pub(crate) fn visible(text: &str) -> String {
    cut_visible(text, MAX_LINE)
}

pub(super) fn cut_visible(text: &str, longest: usize) -> String {
    let mut line = String::with_capacity(text.len().min(longest));
    for (count, character) in text.chars().enumerate() {
        if count == longest {
            line.push('…');
            break;
        }
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push(' '),
            odd if is_odd(odd) => {
                let _ = write!(line, "\\u{{{:x}}}", u32::from(odd));
            }
            plain => line.push(plain),
        }
    }
    line
}

fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::{readable_json, visible};

    #[test]
    fn strangers_text_stays_in_its_line() {
        let cases = [
            ("plain é 日本 🚀", "plain é 日本 🚀"),
            ("a\nerror: b\r", "a\\nerror: b\\r"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{202e}evil\u{200b}", "\\u{202e}evil\\u{200b}"),
            ("tab\there", "tab here"),
        ];
        for (text, line) in cases {
            assert_eq!(visible(text), line);
        }
        assert_eq!(visible(&"x".repeat(5_000)).chars().count(), 2_001);
    }

    #[test]
    fn json_for_people_holds_no_odd_character_and_stays_the_same() {
        let value = serde_json::json!({
            "a\u{202e}": "é 🚀 \u{7f}\u{9b}31m\u{200b}\n\u{1b}[0m \u{e0001}\\u202e",
            "b": [1, null, {"c": "\u{2028}"}],
        });
        let text = readable_json(&value);
        let odd = |character: char| super::is_odd(character) && character != '\n';
        assert!(!text.contains(odd), "{text:?}");
        assert!(text.contains("é 🚀"), "{text}");
        let again: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(again, value);
    }
}
