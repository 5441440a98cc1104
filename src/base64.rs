//! Base64, as Gerrit's messages and certificates come and as a secret may turn up.

use std::fmt::Write as _;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of each digit; [`NONE`] for what is none.
static VALUES: [u32; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        #[expect(clippy::cast_possible_truncation, reason = "there are 64")]
        let own = value as u32;
        values[ALPHABET[value] as usize] = own;
        value += 1;
    }
    values
};

const NONE: u32 = 64;

/// What the text stands for; nothing when it is not Base64. Its lines are broken behind whole groups of four digits, as
/// everybody breaks them.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end();
    let end = text.iter().rposition(|byte| *byte != b'=');
    let (text, padding) = text.split_at(end.map_or(0, |last| last + 1));
    let mut bytes = vec![0; text.len() / 4 * 3];
    let mut filled = 0;
    let mut last: &[u8] = &[];
    let mut rest_of_text = Some(text);
    while let Some(text) = rest_of_text {
        let end = memchr::memchr(b'\n', text);
        let line = &text[..end.unwrap_or(text.len())];
        rest_of_text = end.map(|end| &text[end + 1..]);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (fours, rest) = line.as_chunks::<4>();
        let (threes, _) = bytes[filled..].as_chunks_mut::<3>();
        filled += fours.len() * 3;
        for (four, three) in fours.iter().zip(threes) {
            *three = decode_four(*four)?;
        }
        // Only the last line may have one.
        if !std::mem::replace(&mut last, rest).is_empty() {
            return None;
        }
    }
    let mut four = [b'A'; 4];
    four[..last.len()].copy_from_slice(last);
    let is_whole = (last.len() + padding.len()).is_multiple_of(4) && padding.len() < 3;
    let three = decode_four(four)?;
    bytes.truncate(filled);
    bytes.extend_from_slice(three.get(..last.len().saturating_sub(1))?);
    is_whole.then_some(bytes)
}

#[inline]
fn decode_four([a, b, c, d]: [u8; 4]) -> Option<[u8; 3]> {
    let (a, b) = (VALUES[a as usize], VALUES[b as usize]);
    let (c, d) = (VALUES[c as usize], VALUES[d as usize]);
    if (a | b | c | d) > 63 {
        return None;
    }
    let [_, three @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
    Some(three)
}

/// The text for these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let padding = (3 - bytes.len() % 3) % 3;
    let mut digits = core(&[bytes, &vec![0; padding]].concat(), 0);
    digits.truncate(digits.len() - padding);
    digits + &"=".repeat(padding)
}

/// The digits that depend on `bytes` alone when `offset` unknown bytes precede them.
pub(crate) fn core(bytes: &[u8], offset: usize) -> String {
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
        for text in [
            "QUI",
            "QU=I",
            "QUI==",
            "Q",
            "QUJDQ===",
            "QU\nJD",
            "Q\u{fc}==",
            "QU D",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
        assert_eq!(core(b"ABC", 0), "QUJD");
    }
}
