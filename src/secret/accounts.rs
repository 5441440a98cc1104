//! Users and passwords in front of hosts.

use std::ops::Range;

use super::{HIDDEN, hide};

/// What a hint says in place of them.
const PLACEHOLDER: &str = "USER:PASSWORD";

/// The text of an error without them, with a protocol or without: what it repeats may be an address that is written in a
/// wrong way.
pub(crate) fn hidden_in(text: &str) -> String {
    hide(&hide(text, in_address), in_word)
}

/// A text without them, in addresses that have a protocol.
pub(crate) fn hidden_in_text(text: &str) -> String {
    hide(text, in_address)
}

/// The next `https://USER:PASSWORD@host`. A user alone is taken for a token where the address is that of a page or of a
/// clone.
fn in_address(text: &str, from: usize) -> Option<Range<usize>> {
    const ENDS: &[char] = &['/', '?', '#', '"', '\'', '`', '\\', '<', '>', '|'];
    let ends = |letter: char| letter.is_whitespace() || ENDS.contains(&letter);
    let mut from = from;
    loop {
        let scheme = from + text.get(from..)?.find("://")?;
        let start = scheme + 3;
        let rest = &text[start..];
        let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if let Some(at) = authority.rfind('@') {
            let is_page = text[..scheme].ends_with("http") || text[..scheme].ends_with("https");
            let is_account = is_page || authority[..at].contains(':');
            if is_account && ![HIDDEN, PLACEHOLDER].contains(&&authority[..at]) {
                return Some(start..start + at);
            }
        }
        from = start;
    }
}

/// The next `USER:PASSWORD@host`, whatever the password consists of.
fn in_word(text: &str, from: usize) -> Option<Range<usize>> {
    const QUOTES: &[char] = &['"', '\'', '`', '<', '>', '(', ')'];
    let ends = |letter: char| letter.is_whitespace() || QUOTES.contains(&letter);
    let begins = |letter: char| ends(letter) || matches!(letter, '=' | ',');
    let mut from = from;
    loop {
        let first = from + text.get(from..)?.find('@')?;
        let start = text[from..first].rfind(begins);
        let start = start.map_or(from, |start| text.ceil_char_boundary(from + start + 1));
        let word = &text[start..];
        let word = &word[..word.find(ends).unwrap_or(word.len())];
        let at = word.rfind('@')?;
        let account = word[..at].find("://").map_or(0, |scheme| scheme + 3);
        let is_host =
            word[at + 1..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '[');
        if is_host && word[account..at].contains(':') && &word[account..at] != PLACEHOLDER {
            return Some(start + account..start + at);
        }
        from = start + at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{hidden_in, hidden_in_text};

    #[test]
    fn accounts_of_addresses_are_hidden() {
        for (text, expected) in [
            ("https://u:p@host/x", "https://****@host/x"),
            ("(https://u:p:q@r@host:1)", "(https://****@host:1)"),
            ("https://token@host", "https://****@host"),
            (
                "HTTP proxy http://u:p@a,socks5://v:q@b",
                "HTTP proxy http://****@a,socks5://****@b",
            ),
            (
                "ssh://git@host/x ssh://git:p@host",
                "ssh://git@host/x ssh://****@host",
            ),
            (
                r#"{"url":"https://u:p@host"}"#,
                r#"{"url":"https://****@host"}"#,
            ),
            (r"https://host\nu:p@host", r"https://host\nu:p@host"),
        ] {
            assert_eq!(hidden_in_text(text), expected);
            assert_eq!(hidden_in_text(expected), expected);
        }
        for plain in [
            "https://host/@scope/x:y@z",
            "http://USER:PASSWORD@host:port",
            "https://host?mail=a:b@c",
            "https://host#a:b@c",
            "git@host:x/y.git",
            "docker://image@sha256:1",
            "a:b@c",
            "https://host and a:b@c",
            "://",
            "https://",
            "@",
        ] {
            assert_eq!(hidden_in_text(plain), plain);
        }
    }

    #[test]
    fn an_error_repeats_no_account() {
        for (text, expected) in [
            ("\"u:p@host\" is wrong", "\"****@host\" is wrong"),
            ("got u:p/q@host/x", "got ****@host/x"),
            ("--url=u:p@q@[::1]:80", "--url=****@[::1]:80"),
            ("ftp://u:p/q@host", "ftp://****@host"),
            ("'é:é@host' and v:w@host", "'****@host' and ****@host"),
            ("u:p@host, v:w@other", "****@host, ****@other"),
        ] {
            assert_eq!(hidden_in(text), expected);
            assert_eq!(hidden_in(expected), expected);
        }
        for plain in [
            "git@host:x",
            "a:b @c",
            "a: b@c",
            "a:@",
            "@",
            "x@y",
            "12:30 at x@y",
        ] {
            assert_eq!(hidden_in(plain), plain);
        }
    }
}
