//! Escapes in JSON: halves of characters, as of a message that Java cut in the middle of an emoji, and characters that
//! must not stand for themselves.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What we have written ourselves, if it still is of this shape. By way of a [`Value`], so that no shape is compiled for two
/// readers.
pub(crate) fn parsed<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value: Value = serde_json::from_str(text).ok()?;
    serde_json::from_value(value).ok()
}

/// The same JSON with whole characters alone: half a surrogate pair, written as an escape, becomes a replacement
/// character.
pub(crate) fn whole_characters(text: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let mut copied = 0;
    let mut position = 0;
    while let Some(found) = text[position..].find('\\') {
        let start = position + found;
        position = start + 2;
        match unit(text, start) {
            Some(0xD800..=0xDBFF) if matches!(unit(text, start + 6), Some(0xDC00..=0xDFFF)) => {
                position = start + 12;
            }
            Some(0xD800..=0xDFFF) => {
                whole.push_str(&text[copied..start]);
                whole.push_str("\\ufffd");
                position = start + 6;
                copied = position;
            }
            _ => {
                // What is escaped may be a character of several bytes.
                while position < text.len() && !text.is_char_boundary(position) {
                    position += 1;
                }
            }
        }
        if position >= text.len() {
            break;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(&text[copied..]);
    Cow::Owned(whole)
}

/// The same JSON with some of its characters written as escapes.
pub(crate) fn escaped(json: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_escaped(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

/// The number of the escape that begins here.
fn unit(text: &str, start: usize) -> Option<u32> {
    let digits = text.get(start..start + 6)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::whole_characters;

    #[test]
    fn halves_are_replaced_and_nothing_else() {
        for (text, expected) in [
            ("", ""),
            ("\\", "\\"),
            ("\\é", "\\é"),
            ("\\ud83d", "\\ufffd"),
            ("x\\ude80y", "x\\ufffdy"),
            ("\\ud83d\\ude80", "\\ud83d\\ude80"),
            ("\\ud83d\\ud83d\\ude80", "\\ufffd\\ud83d\\ude80"),
            ("\\\\ud83d \\n \\u00e9", "\\\\ud83d \\n \\u00e9"),
            ("\\ud83é", "\\ud83é"),
        ] {
            assert_eq!(whole_characters(text), expected, "{text}");
        }
    }
}
