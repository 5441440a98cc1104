//! Text that must never be seen: no `Debug`, no `Display`, no serialisation, wiped when dropped.

pub(crate) mod accounts;

use std::ops::Range;

use zeroize::Zeroizing;

use crate::base64;

/// Shown in the place of a secret.
const HIDDEN: &str = "****";

/// The text without what is found in it.
pub(crate) fn hide(text: &str, find: impl Fn(&str, usize) -> Option<Range<usize>>) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(place) = find(text, from) {
        hidden.push_str(&text[from..place.start]);
        hidden.push_str(HIDDEN);
        from = place.end;
    }
    hidden.push_str(&text[from..]);
    hidden
}

/// A client secret or a token.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one request that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in Base64, which is a secret as well.
    pub(crate) fn base64(&self) -> Self {
        Self::new(base64::encode(self.reveal().as_bytes()))
    }

    /// What could turn up in a log: the text as it is, and what Base64 of either alphabet makes of it inside of a longer
    /// text, which depends on what precedes it.
    pub(crate) fn forms(&self) -> Vec<Self> {
        let base64 = (0..3).map(|offset| base64::core(self.reveal().as_bytes(), offset));
        let both = base64.flat_map(|text| [text.replace('+', "-").replace('/', "_"), text]);
        std::iter::once(self.reveal().to_owned())
            .chain(both)
            .map(Self::new)
            .collect()
    }

    /// The first place of the text, with any of its characters as URLs, forms or JSON write them, once or more often.
    pub(crate) fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        let plain = rest.find(self.reveal()).map(|start| from + start);
        let plain = plain.map(|start| start..start + self.reveal().len());
        // Only what precedes it is looked through, so that many of them in a long text take no longer than one.
        let before = plain.as_ref().map_or(rest, |place| &text[from..place.end]);
        if !before.contains(['%', '+', '\\']) {
            return plain;
        }
        let first = self.reveal().chars().next()?;
        let places = rest.char_indices();
        let mut places = places
            .filter(|(_, character)| *character == first || matches!(character, '%' | '+' | '\\'));
        places.find_map(|(place, _)| {
            let start = from + place;
            Some(start..start + self.end_in(&text[start..])?)
        })
    }

    /// Where the secret ends that the text begins with: the longest way to read it.
    fn end_in(&self, text: &str) -> Option<usize> {
        let mut ends = vec![0];
        for wanted in self.reveal().chars() {
            let further = ends.iter().flat_map(|end| {
                let lengths = lengths(&text[*end..], wanted);
                lengths.into_iter().map(move |length| end + length)
            });
            let mut further: Vec<usize> = further.collect();
            further.sort_unstable();
            further.dedup();
            ends = further;
            if ends.is_empty() {
                return None;
            }
        }
        ends.last().copied()
    }
}

/// Deepest JSON within JSON, and the like, that is looked into.
const MOST_LEVELS: usize = 6;

/// How long the wanted character may be at the beginning of the text, in each way in which it can be written.
fn lengths(text: &str, wanted: char) -> Vec<usize> {
    let mut lengths = match text.as_bytes().first() {
        Some(b'%') => percent_encoded(text, wanted),
        Some(b'\\') => escaped(text, wanted),
        Some(b'+') if wanted == ' ' => vec![1],
        _ => Vec::new(),
    };
    lengths.extend(text.starts_with(wanted).then(|| wanted.len_utf8()));
    lengths
}

/// `%2F`, `%252f` and so on, for each byte of the character.
fn percent_encoded(text: &str, wanted: char) -> Vec<usize> {
    let mut buffer = [0; 4];
    let bytes = wanted.encode_utf8(&mut buffer).bytes();
    let at_level = |level: usize| {
        let mut rest = text;
        for byte in bytes.clone() {
            rest = rest.strip_prefix('%')?;
            for _ in 0..level {
                rest = rest.strip_prefix("25")?;
            }
            let value = u8::from_str_radix(rest.get(..2)?, 16).ok()?;
            rest = rest.get(2..).filter(|_| value == byte)?;
        }
        Some(text.len() - rest.len())
    };
    (0..MOST_LEVELS).filter_map(at_level).collect()
}

/// `\/`, `\u002f` and so on, with more backslashes in JSON within JSON.
fn escaped(text: &str, wanted: char) -> Vec<usize> {
    let most = 1 << MOST_LEVELS;
    let backslashes = |text: &str| {
        text.bytes()
            .take(most)
            .take_while(|byte| *byte == b'\\')
            .count()
    };
    let run = backslashes(text);
    let short = match wanted {
        '\\' => (1..=MOST_LEVELS)
            .map(|level| 1 << level)
            .take_while(|length| *length <= run)
            .collect(),
        '"' | '/' if text[run..].starts_with(wanted) => vec![run + 1],
        _ => Vec::new(),
    };
    let by_number = || {
        let mut rest = text;
        for unit in wanted.encode_utf16(&mut [0; 2]) {
            let digits = rest[backslashes(rest)..].strip_prefix('u')?;
            let value = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
            rest = digits.get(4..).filter(|_| value == *unit)?;
        }
        Some(text.len() - rest.len())
    };
    short.into_iter().chain(by_number()).collect()
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn base64_is_known_wherever_it_begins() {
        let forms = Secret::new("p\"w/ü?secret").forms();
        // printf '%s' 'user:p"w/ü?secret' | base64, and the same with one and two letters less.
        for base64 in [
            "dXNlcjpwIncvw7w/c2VjcmV0",
            "c2VyOnAidy/DvD9zZWNyZXQ=",
            "ZXI6cCJ3L8O8P3NlY3JldA==",
        ] {
            let mut forms = forms.iter().map(Secret::reveal);
            assert!(forms.any(|known| base64.contains(known)), "{base64}");
        }
        // printf '%s' '>>>?' | basenc --base64url
        let forms = Secret::new(">>>?").forms();
        let mut forms = forms.iter().map(Secret::reveal);
        assert!(forms.any(|form| !form.is_empty() && "Pj4-Pw==".contains(form)));
    }

    #[test]
    fn every_way_to_write_it_is_found() {
        let secret = Secret::new("a-b/c é%\"\\🚀");
        for text in [
            r#"a-b/c é%"\🚀"#,
            // Percent-encoded, in either case, in part, as forms are, and twice.
            "a-b%2Fc%20%C3%A9%25%22%5C%F0%9F%9A%80",
            "a-b%2fc%20%c3%a9%25%22%5c%f0%9f%9a%80",
            "a%2Db/c+%C3%A9%%22%5C%F0%9F%9A%80",
            "%61%2d%62%2f%63%20%c3%a9%25%22\\🚀",
            "a-b%252Fc%2520%25C3%25A9%2525%2522%255c%25F0%259F%259a%2580",
            "a-b%25252Fc%252520é%25\"\\🚀",
            // JSON, with more escapes than it needs, and within JSON.
            r#"a-b/c é%\"\\🚀"#,
            r#"a-b\/c \u00e9%\"\\\ud83d\ude80"#,
            r"\u0061-b\u002Fc\u0020\u00E9\u0025\u0022\u005c\uD83D\uDE80",
            r#"a-b\\/c \\u00e9%\\\"\\\\\\ud83d\\ude80"#,
            // Both.
            r#"a-b\/c%20\u00e9%25\"%5C🚀"#,
        ] {
            let place = secret.find(&format!("é={text}&y"), 3);
            assert_eq!(place, Some(3..3 + text.len()), "{text}");
            let place = secret.find(&format!("{text}{text}"), text.len());
            assert_eq!(place, Some(text.len()..2 * text.len()), "{text}");
        }
        let place = Secret::new(r"a\union").find(r#"{"x":"a\\union"}"#, 0);
        assert_eq!(place, Some(6..14));
        for text in [
            "a-b%2Fd%20",
            "%",
            "%2",
            "%25",
            "%2525",
            "+",
            "a-b/c",
            "é%é",
            "\\",
            "\\u",
            "\\u00",
            "a-b\\",
        ] {
            assert_eq!(secret.find(text, 0), None, "{text}");
        }
    }

    #[test]
    fn an_empty_secret_is_found_nowhere_else() {
        assert!(Secret::new("").forms().iter().all(Secret::is_empty));
    }
}
