//! Short names for long texts: ids and names that were cut, what the outbox calls its files, whether an update changed.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

/// So many hexadecimal digits of the text's SHA-256, an even number.
pub(crate) fn hex(text: &str, digits: usize) -> String {
    digits_of(&digest(&SHA256, text.as_bytes()).as_ref()[..digits / 2])
}

/// Two for each byte.
pub(crate) fn digits_of(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The first bytes of the text's SHA-256, for what is held in memory many times.
pub(crate) fn first_bytes<const N: usize>(text: &str) -> [u8; N] {
    let digest = digest(&SHA256, text.as_bytes());
    std::array::from_fn(|index| digest.as_ref()[index])
}
