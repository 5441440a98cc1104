//! Base64, as Gerrit's messages come and as a secret may turn up.

use std::fmt::Write as _;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What the text stands for; nothing when it is not Base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let end = digits.iter().rposition(|byte| *byte != b'=')? + 1;
    if digits.len() - end > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in &digits[..end] {
        let value = ALPHABET.iter().position(|known| known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
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
            let decoded = decode(expected).unwrap_or_default();
            assert_eq!(decoded, text.as_bytes());
        }
    }

    #[test]
    fn both_ways() {
        assert_eq!(decode("QUI="), Some(b"AB".to_vec()));
        assert_eq!(core(b"ABC", 0), "QUJD");
    }
}
