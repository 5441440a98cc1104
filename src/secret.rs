//! Text that must never be seen: no `Debug`, no `Display`, no serialisation, wiped when dropped.

use std::fmt::Write as _;

use zeroize::Zeroizing;

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
        forms.extend((0..3).map(|offset| base64_core(self.reveal().as_bytes(), offset)));
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
    }
}

/// The Base64 digits that depend on `bytes` alone when `offset` unknown bytes stand before them.
fn base64_core(bytes: &[u8], offset: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = String::with_capacity(bytes.len() * 8);
    for byte in bytes {
        let _ = write!(bits, "{byte:08b}");
    }
    let skip = (6 - offset * 8 % 6) % 6;
    let known = bits.get(skip..).unwrap_or_default();
    known
        .as_bytes()
        .chunks_exact(6)
        .filter_map(|six| std::str::from_utf8(six).ok())
        .filter_map(|six| usize::from_str_radix(six, 2).ok())
        .map(|digit| char::from(ALPHABET[digit]))
        .collect()
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
    fn an_empty_secret_has_only_empty_forms() {
        assert!(Secret::new("").forms().iter().all(String::is_empty));
    }
}
