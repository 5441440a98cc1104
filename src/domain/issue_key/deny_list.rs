//! Words that look like projects and are not: `UTF-8`, `CVE-2024-1234`, `PR-7`.
//!
//! The lists are data. A new entry needs a case in the tests, and a thought for teams whose project is called that.

/// Dropped when the project is exactly this word: what servers number themselves, advisories, proposals, licences,
/// standards.
const EXACT: &[&str] = &[
    "PR", "MR", "CL", "GH", "GITHUB", "CVE", "CWE", "GHSA", "RUSTSEC", "PYSEC", "SNYK", "RHSA",
    "ORA", "JEP", "KIP", "KEP", "FLIP", "AIP", "PSR", "JSR", "EIP", "ERC", "BIP", "XEP", "ADR",
    "GPL", "LGPL", "AGPL", "MPL", "EPL", "BSD", "CDDL", "EUPL", "FIPS", "SOC", "NIST", "WCAG",
    "POSIX", "MPEG", "JPEG", "PKCS", "HMAC", "ECDSA", "GCM", "CBC", "OAUTH", "SAML", "X86",
];

/// Dropped when the project is this word, or this word followed by digits only (`UTF8`, `RC2`, `V1`).
const WITH_DIGITS: &[&str] = &[
    "UTF", "UCS", "SHA", "MD", "AES", "RSA", "DES", "CRC", "BASE", "ISO", "RFC", "IEEE", "ANSI",
    "HTTP", "TLS", "SSL", "ES", "ECMA", "IPV", "ARM", "JDK", "JAVA", "PY", "NODE", "V", "RC",
    "PEP", "COVID", "GPT", "LOG4J",
];

/// Advisories that are numbered by year: `CVE-2024-1234`.
const BY_YEAR: &[&str] = &["CVE", "RUSTSEC", "PYSEC", "GO", "OSV", "MAL"];

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

/// The length in bytes of an advisory's identifier at the start of the text (`CVE-yyyy-n`, `GHSA-xxxx-xxxx-xxxx`,
/// `SNYK-JS-LODASH-567746`), with its entry. It is dropped as a whole, so that no part of it is taken for a key.
pub(super) fn identifier_at_start(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    by_year(bytes)
        .or_else(|| ghsa_length(bytes).map(|length| (length, "GHSA")))
        .or_else(|| snyk_length(bytes).map(|length| (length, "SNYK")))
}

fn by_year(bytes: &[u8]) -> Option<(usize, &'static str)> {
    BY_YEAR.iter().find_map(|word| {
        let rest = strip_word(bytes, word.as_bytes())?.strip_prefix(b"-")?;
        let (year, rest) = rest.split_at_checked(4)?;
        let digits = run(rest.strip_prefix(b"-")?, u8::is_ascii_digit);
        let is_year = year.iter().all(u8::is_ascii_digit);
        (is_year && digits > 0).then_some((word.len() + "-yyyy-".len() + digits, *word))
    })
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

/// `SNYK-JS-LODASH-567746`, in upper case: `snyk-` in lower case begins the branches of that service.
fn snyk_length(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(b"SNYK-")?;
    let system = run(rest, u8::is_ascii_alphanumeric);
    let package = rest.get(system..)?.strip_prefix(b"-")?;
    let name = run(package, u8::is_ascii_alphanumeric);
    let number = package.get(name..)?.strip_prefix(b"-")?;
    let digits = run(number, u8::is_ascii_digit);
    let length = "SNYK-".len() + system + "-".len() + name + "-".len() + digits;
    (system > 0 && name > 0 && digits > 0).then_some(length)
}

/// At most as long as the longest identifier can sensibly be, to stay linear in a text that repeats its start.
fn run(bytes: &[u8], holds: impl Fn(&u8) -> bool) -> usize {
    bytes
        .iter()
        .take(255)
        .take_while(|byte| holds(byte))
        .count()
}

/// What follows the whole word, from the hyphen behind it on. Most words have another length, which is seen at once.
fn strip_word<'a>(bytes: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(word.len())?;
    (rest.first() == Some(&b'-') && start.eq_ignore_ascii_case(word)).then_some(rest)
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
            ("KIP1", None),
            ("ISOX", None),
            ("SHARED", None),
            ("BASEL", None),
            ("SOCKS", None),
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
            ("RUSTSEC-2024-0001", Some(17)),
            ("PYSEC-2024-1", Some(12)),
            ("GO-2026-5932", Some(12)),
            ("GO-12", None),
            ("GHSA-jfh8-c2jp-5v3q.", Some(19)),
            ("ghsa-abcd-ab12-3456", Some(19)),
            ("GHSA-jfh8-c2jp-5v3qx", None),
            ("GHSA-jfh8-c2jp", None),
            ("GHSA-äbcd-ab12-3456", None),
            ("SNYK-JS-LODASH-567746", Some(21)),
            ("SNYK-DEBIAN10-LIBXML2-1277346", Some(29)),
            ("SNYK-JS-567746", None),
            ("snyk-fix-abc-12", None),
        ];
        for (text, length) in cases {
            let found = identifier_at_start(text).map(|(length, _)| length);
            assert_eq!(found, length, "{text}");
        }
    }
}
