//! Base64, as Gerrit's messages and certificates come and as a secret may turn up.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

/// What the text stands for; nothing when it is not Base64. Its lines may be broken anywhere.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut digits, mut begin) = (Vec::with_capacity(text.len()), 0);
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = &text[begin..end];
        digits.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        begin = end + 1;
    }
    STANDARD.decode(digits).ok()
}

/// The text for these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The digits that depend on `bytes` alone when `offset` unknown bytes, two at most, precede them.
pub(crate) fn core(bytes: &[u8], offset: usize) -> String {
    let whole = [&[0; 2][..offset], bytes].concat();
    let known = (offset * 8).div_ceil(6)..whole.len() * 8 / 6;
    encode(&whole).get(known).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{core, decode, encode};

    #[test]
    fn what_is_encoded_is_decoded() {
        for (text, expected) in [
            ("", ""),
            ("a", "YQ=="),
            ("ab", "YWI="),
            ("abc", "YWJj"),
            ("ada:11\u{e9}", "YWRhOjExw6k="),
        ] {
            assert_eq!(encode(text.as_bytes()), expected);
            let decoded = decode(expected.as_bytes()).unwrap_or_default();
            assert_eq!(decoded, text.as_bytes());
        }
    }

    #[test]
    fn both_ways() {
        assert_eq!(decode(b"QUI="), Some(b"AB".to_vec()));
        assert_eq!(decode(b"QUJD\r\nQUI=\n"), Some(b"ABCAB".to_vec()));
        for text in ["QUI", "QU=I", "QUI==", "Q", "QUJDQ===", "Q\u{fc}==", "QU D"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
        // The digits that all texts have in common in which this follows so many bytes.
        for (offset, expected) in [(0, "QUJD"), (1, "FCQ"), (2, "BQk")] {
            assert_eq!(core(b"ABC", offset), expected);
        }
        assert_eq!(core(b"", 1), "");
    }
}
