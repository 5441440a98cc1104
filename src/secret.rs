//! Text that must never be seen: no `Debug`, no `Display`, no serialisation, wiped when dropped.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::base64;

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

    /// The forms in which the text could turn up in a log: as it is, inside JSON, URL-encoded, in Base64.
    pub(crate) fn forms(&self) -> Vec<String> {
        let json = serde_json::Value::from(self.reveal()).to_string();
        let url = percent_encoding::utf8_percent_encode(
            self.reveal(),
            percent_encoding::NON_ALPHANUMERIC,
        );
        let mut forms = vec![
            self.reveal().to_owned(),
            json[1..json.len() - 1].to_owned(),
            url.to_string(),
        ];
        // Base64 of a longer text holds this one in one of three alignments.
        let base64: Vec<String> = (0..3)
            .map(|offset| base64::core(self.reveal().as_bytes(), offset))
            .collect();
        let for_urls = |text: &String| text.replace('+', "-").replace('/', "_");
        forms.extend(base64.iter().map(for_urls));
        forms.extend(base64);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
    }
}

impl Secret {
    /// Where the text stands with any of its bytes percent-encoded, in either case, or as forms are encoded.
    pub(crate) fn find_encoded(&self, text: &str, from: usize) -> Option<Range<usize>> {
        if !text.contains(['%', '+']) {
            return None;
        }
        let bytes = text.as_bytes();
        let found = |start: usize| {
            let mut end = start;
            for wanted in self.reveal().bytes() {
                end += encoded_length(bytes.get(end..)?, wanted)?;
            }
            let is_whole = text.is_char_boundary(start) && text.is_char_boundary(end);
            is_whole.then_some(start..end)
        };
        (from..bytes.len()).find_map(found)
    }
}

/// How many bytes stand for the wanted one.
fn encoded_length(bytes: &[u8], wanted: u8) -> Option<usize> {
    match bytes {
        [b'%', high, low, ..] => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            let value = digit(high)
                .zip(digit(low))
                .map(|(high, low)| high * 16 + low);
            if value == Some(wanted.into()) {
                Some(3)
            } else {
                (wanted == b'%').then_some(1)
            }
        }
        [b'+', ..] if wanted == b' ' => Some(1),
        [byte, ..] => (*byte == wanted).then_some(1),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn every_form_is_known() {
        let secret = Secret::new("p\"w/ü?secret");
        let forms = secret.forms();
        for form in [
            "p\"w/ü?secret",
            "p\\\"w/ü?secret",
            "p%22w%2F%C3%BC%3Fsecret",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}");
        }
        // printf '%s' 'user:p"w/ü?secret' | base64, and the same with one and two letters less.
        for base64 in [
            "dXNlcjpwIncvw7w/c2VjcmV0",
            "c2VyOnAidy/DvD9zZWNyZXQ=",
            "ZXI6cCJ3L8O8P3NlY3JldA==",
        ] {
            assert!(forms.iter().any(|known| base64.contains(known)), "{base64}");
        }
    }

    #[test]
    fn every_percent_encoding_is_found() {
        let secret = Secret::new("a-b/c é%");
        for text in [
            "a-b%2Fc%20%C3%A9%25",
            "a-b%2fc%20%c3%a9%25",
            "a%2Db/c+%C3%A9%",
            "%61%2d%62%2f%63%20%c3%A9%25",
            "a-b%2Fc+é%25",
        ] {
            let place = secret.find_encoded(&format!("x={text}&y"), 0);
            assert_eq!(place, Some(2..2 + text.len()), "{text}");
        }
        for text in ["a-b%2Fd%20", "%", "%2", "+", "a-b/c", "é%é"] {
            assert_eq!(secret.find_encoded(text, 0), None, "{text}");
        }
        // printf '%s' '>>>?' | basenc --base64url
        let forms = Secret::new(">>>?").forms();
        assert!(
            forms
                .iter()
                .any(|form| !form.is_empty() && "Pj4-Pw==".contains(form.as_str()))
        );
    }

    #[test]
    fn an_empty_secret_has_only_empty_forms() {
        assert!(Secret::new("").forms().iter().all(String::is_empty));
    }
}
