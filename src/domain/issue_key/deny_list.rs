//! Words that look like projects and are not: `UTF-8`, `CVE-2024-1234`, `PR-7`.
//!
//! The lists are data. A new entry needs a case in the tests, and a thought for teams whose project is called so.

/// Dropped when the project is exactly this word.
const EXACT: &[&str] = &["CVE", "CWE", "GHSA", "PR", "MR", "CL", "JEP", "X86"];

/// Dropped when the project is this word, or this word followed by digits only (`UTF8`, `RC2`, `V1`).
const WITH_DIGITS: &[&str] = &[
    "UTF", "UCS", "SHA", "MD", "AES", "RSA", "DES", "CRC", "BASE", "ISO", "RFC", "IEEE", "ANSI",
    "HTTP", "TLS", "SSL", "ES", "ECMA", "IPV", "ARM", "JDK", "JAVA", "PY", "NODE", "V", "RC",
    "PEP", "COVID", "GPT", "LOG4J",
];

/// The entry that covers this project, compared without regard to case.
pub(super) fn entry_for(project: &str) -> Option<&'static str> {
    let project = project.to_ascii_uppercase();
    let exact = EXACT.iter().find(|entry| **entry == project);
    exact.copied().or_else(|| {
        WITH_DIGITS.iter().copied().find(|entry| {
            project
                .strip_prefix(entry)
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}

/// The length in bytes of a `CVE-yyyy-n` or `GHSA-xxxx-xxxx-xxxx` at the start of the text, with its entry.
/// Such an identifier is dropped as a whole, so that no later part of it is taken for a key.
pub(super) fn identifier_at_start(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    cve_length(bytes)
        .map(|length| (length, "CVE"))
        .or_else(|| ghsa_length(bytes).map(|length| (length, "GHSA")))
}

fn cve_length(bytes: &[u8]) -> Option<usize> {
    let year_and_number = strip_word(bytes, b"CVE-")?;
    let (year, rest) = year_and_number.split_at_checked(4)?;
    let number = rest.strip_prefix(b"-")?;
    let digits = number
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (year.iter().all(u8::is_ascii_digit) && digits > 0).then_some("CVE-yyyy-".len() + digits)
}

fn ghsa_length(bytes: &[u8]) -> Option<usize> {
    let mut rest = strip_word(bytes, b"GHSA")?;
    for _ in 0..3 {
        let group = rest.strip_prefix(b"-")?;
        let (four, behind) = group.split_at_checked(4)?;
        if !four.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        rest = behind;
    }
    let ends = !rest.first().is_some_and(u8::is_ascii_alphanumeric);
    ends.then_some("GHSA-xxxx-xxxx-xxxx".len())
}

fn strip_word<'a>(bytes: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{EXACT, WITH_DIGITS, entry_for, identifier_at_start};

    #[test]
    fn every_entry_covers_itself_in_any_case() {
        for entry in EXACT.iter().chain(WITH_DIGITS) {
            assert!(entry_for(entry).is_some(), "{entry}");
            assert!(entry_for(&entry.to_ascii_lowercase()).is_some(), "{entry}");
        }
    }

    #[test]
    fn digits_extend_only_the_second_list() {
        let cases = [
            ("UTF8", Some("UTF")),
            ("RC2", Some("RC")),
            ("V1", Some("V")),
            ("LOG4J2", Some("LOG4J")),
            ("PR7", None),
            ("CVE2", None),
            ("ISOX", None),
            ("SHARED", None),
            ("BASEL", None),
            ("PROJ", None),
        ];
        for (project, entry) in cases {
            assert_eq!(entry_for(project), entry, "{project}");
        }
    }

    #[test]
    fn identifiers_are_measured_whole() {
        let cases = [
            ("CVE-2024-1234 and", Some(13)),
            ("cve-2024-1", Some(10)),
            ("CVE-2024-", None),
            ("CVE-24-1234", None),
            ("GHSA-jfh8-c2jp-5v3q.", Some(19)),
            ("ghsa-abcd-ab12-3456", Some(19)),
            ("GHSA-jfh8-c2jp-5v3qx", None),
            ("GHSA-jfh8-c2jp", None),
            ("GHSA-äbcd-ab12-3456", None),
        ];
        for (text, length) in cases {
            let found = identifier_at_start(text).map(|(length, _)| length);
            assert_eq!(found, length, "{text}");
        }
    }
}
