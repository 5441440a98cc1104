//! Words that look like projects and are not: `UTF-8`, `CVE-2024-1234`, `PR-7`.
//!
//! The lists are data. A new entry needs a case in the tests, and a thought for teams whose project is called that.

/// Dropped when the project is exactly one of these words, each line of a kind.
const EXACT: &[&[&str]] = &[
    // What servers and trackers number themselves, and proposals.
    &[
        "PR", "MR", "CL", "GH", "GITHUB", "GITLAB", "BUGZILLA", "RHBZ", "JEP", "KIP", "KEP", "GEP",
        "TEP", "FLIP", "AIP", "PSR", "JSR", "EIP", "ERC", "BIP", "BEP", "XEP", "SLEP", "OTEP",
        "CAIP", "ADR", "RFD", "LWG", "CWG",
    ],
    // Advisories, weaknesses and lists of them.
    &[
        "CVE", "CWE", "CVSS", "CAPEC", "GHSA", "GHSL", "RUSTSEC", "PYSEC", "SNYK", "RHSA", "RHBA",
        "ELSA", "ALAS", "GLSA", "MFSA", "APSB", "USN", "DSA", "DLA", "XSA", "ZDI", "JVN", "OWASP",
        "ASVS", "WSTG", "ORA",
    ],
    // Licences.
    &[
        "MIT", "APACHE", "GPL", "LGPL", "AGPL", "MPL", "EPL", "BSD", "CDDL", "EUPL", "SSPL",
        "BUSL", "OFL", "CPL", "APSL", "ODBL", "CECILL",
    ],
    // Bodies that write standards, and numbers of books and goods.
    &[
        "IEC", "DIN", "EN", "ASTM", "ITU", "ETSI", "GOST", "FIPS", "SOC", "NIST", "STD", "WCAG",
        "POSIX", "ISBN", "ISSN", "EAN", "GTIN", "UPC", "IBAN",
    ],
    // What builds call their results, and models.
    &["SNAPSHOT", "LLAMA"],
    // Character sets, times, formats, ciphers, machines.
    &[
        "LATIN", "ASCII", "EBCDIC", "EUC", "UTC", "GMT", "MPEG", "JPEG", "PNG", "HEVC", "DVB",
        "PKCS", "HMAC", "ECDSA", "ECDH", "GCM", "CBC", "OAUTH", "OIDC", "SAML", "USB", "HDMI",
        "SATA", "PCIE", "DDR", "UUID", "UINT", "X86", "X64", "AMD", "PPC", "MIPS", "SPARC",
        "RISCV",
    ],
];

/// Dropped when the project is this word, or this word followed by digits only (`UTF8`, `RC2`, `V1`).
const WITH_DIGITS: &[&str] = &[
    "UTF", "UCS", "SHA", "MD", "AES", "RSA", "DES", "CRC", "BASE", "RIPEMD", "BLAKE", "CHACHA",
    "PBKDF", "ARGON", "KOI", "ISO", "RFC", "IEEE", "ANSI", "HTTP", "TLS", "SSL", "ES", "ECMA",
    "IPV", "ARM", "JDK", "JAVA", "PY", "NODE", "V", "RC", "PEP", "COVID", "GPT", "LOG4J",
];

/// Words that may well be a project, with the numbers that make them a standard: pages of characters, lines of data.
const NUMBERED: &[(&str, &[&str])] = &[
    (
        "CP",
        &[
            "437", "500", "737", "775", "850", "852", "855", "857", "858", "860", "861", "862",
            "863", "864", "865", "866", "869", "874", "932", "936", "949", "950", "1047", "1140",
            "1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258", "65001",
        ],
    ),
    ("IA", &["32", "64"]),
    ("RS", &["232", "422", "485"]),
    (
        "WINDOWS",
        &[
            "1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258",
        ],
    ),
];

/// Advisories that are numbered by year: `CVE-2024-1234`.
const BY_YEAR: &[&str] = &[
    "CVE", "RUSTSEC", "PYSEC", "GO", "OSV", "MAL", "GHSL", "ALAS", "MFSA", "ELSA",
];

/// The entry that covers this project with this number, compared without regard to case.
pub(super) fn entry_for(project: &str, number: &str) -> Option<&'static str> {
    let project = project.to_ascii_uppercase();
    let project = project.as_str();
    let mut exact = EXACT.iter();
    let exact = exact.find_map(|kind| kind.iter().find(|entry| **entry == project).copied());
    let with_digits = || {
        WITH_DIGITS.iter().copied().find(|entry| {
            let rest = project.strip_prefix(entry);
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    let numbered = || {
        let mut numbered = NUMBERED.iter();
        let found =
            numbered.find(|(entry, numbers)| *entry == project && numbers.contains(&number));
        found.map(|(entry, _)| *entry)
    };
    exact.or_else(with_digits).or_else(numbered)
}

/// `Q3-2024`, `H1-25`, `FY-2024`, `W12-2024`, and `KW-12`, a week in German.
pub(super) fn is_period(project: &str, number: &str) -> bool {
    let project = project.to_ascii_uppercase();
    let is_short_year = number.len() == 2 && ("15".."40").contains(&number);
    let is_week = |number: &str| matches!(number.parse(), Ok(1..=53));
    let week_of_year = ["W", "WK", "KW", "CW"].iter().any(|week| {
        let number = project.strip_prefix(week);
        number.is_some_and(is_week)
    });
    match project.as_str() {
        "Q1" | "Q2" | "Q3" | "Q4" | "H1" | "H2" | "FY" => is_year(number) || is_short_year,
        "KW" => is_year(number) || is_week(number),
        "CW" => is_year(number),
        _ => week_of_year && is_year(number),
    }
}

/// A year that people write about.
pub(super) fn is_year(number: &str) -> bool {
    number.len() == 4 && ("1980".."2040").contains(&number)
}

/// The length in bytes of an advisory's identifier at the start of the text (`CVE-yyyy-n`, `GHSA-xxxx-xxxx-xxxx`,
/// `SNYK-JS-LODASH-567746`), with its entry. It is dropped as a whole, so that no part of it is taken for a key.
pub(super) fn identifier_at_start(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    // Nearly all words of a text begin with another letter than those below.
    let first = bytes.first()?.to_ascii_lowercase();
    if !matches!(
        first,
        b'a' | b'c' | b'e' | b'g' | b'm' | b'o' | b'p' | b'r' | b's'
    ) {
        return None;
    }
    by_year(bytes)
        .or_else(|| ghsa_length(bytes).map(|length| (length, "GHSA")))
        .or_else(|| snyk_length(bytes).map(|length| (length, "SNYK")))
}

/// Whether a word stands at the end of the text behind which an identifier goes on with something else than a number.
pub(super) fn may_lack_year(text: &[u8]) -> bool {
    let word = text.last_chunk::<4>();
    let word = word.filter(|word| matches!(word[3], b'A' | b'a' | b'K'));
    word.is_some_and(|word| word.eq_ignore_ascii_case(b"GHSA") || word == b"SNYK")
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
    use super::{EXACT, NUMBERED, WITH_DIGITS, entry_for, identifier_at_start, is_period};

    #[test]
    fn every_entry_covers_itself_in_any_case() {
        let exact = EXACT.iter().copied().flatten();
        let alone = exact.chain(WITH_DIGITS).map(|entry| (*entry, "7"));
        let numbered = NUMBERED.iter().map(|(entry, numbers)| (*entry, numbers[0]));
        for (entry, number) in alone.chain(numbered) {
            assert_eq!(entry_for(entry, number), Some(entry));
            assert_eq!(entry_for(&entry.to_ascii_lowercase(), number), Some(entry));
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
            assert_eq!(entry_for(project, "7"), entry, "{project}");
        }
    }

    /// Standards, licences, numbers of books: not one of them is an issue, and projects called alike stay.
    #[test]
    fn only_what_is_a_standard_is_covered() {
        let standards = "MIT-1 APACHE-2 ISBN-13 ISSN-8 EAN-13 OWASP-10 CP-1252 cp-437 CP-65001 IEC-62443 EN-50128 \
                         DIN-5008 ITU-709 ASTM-53 STD-810 WINDOWS-1252 LATIN-1 KOI8-7 RS-232 IA-64 UTC-5 GMT-3 \
                         CAPEC-66 CVSS-3 USN-5000 DSA-4321 XSA-400 ASVS-4 OFL-1 SSPL-1 RIPEMD-160 BLAKE2-256 PNG-24 \
                         USB-3 DDR-4 AMD-64 GEP-1324 RHBZ-12345";
        let projects = "CP-12 CP-125 RS-7 WINDOWS-11 IA-7 MITX-1 APACHES-2 ENG-12 DINO-3 LATINA-1 USBC-3 PNGS-4 UTCS-5";
        let is_covered = |key: &str| {
            let (project, number) = key.split_once('-').unwrap();
            entry_for(project, number).is_some()
        };
        for key in standards.split_whitespace() {
            assert!(is_covered(key), "{key}");
        }
        for key in projects.split_whitespace() {
            assert!(!is_covered(key), "{key}");
        }
    }

    #[test]
    fn periods_are_those_of_calendars() {
        let periods = "Q3-2024 q3-24 H1-2025 H2-25 FY-2024 FY-24 fy-25 KW-2024 KW-12 KW-1 KW-53 CW-2024 W12-2024 w1-2025 \
                       KW12-2024 CW3-2025 WK53-2024";
        let projects = "Q3-1 Q3-124 Q5-2024 H3-2024 FY-7 FY-1234 FY24-1 KW-54 KW-112 CW-12 W54-2024 W12-3 W-2024 WEB-2024 \
                        WX12-2024 QA-2024 HR-24";
        let is_covered = |key: &str| {
            let (project, number) = key.split_once('-').unwrap();
            is_period(project, number)
        };
        for key in periods.split_whitespace() {
            assert!(is_covered(key), "{key}");
        }
        for key in projects.split_whitespace() {
            assert!(!is_covered(key), "{key}");
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
            ("ALAS-2024-123", Some(13)),
            ("ELSA-2024-12", Some(12)),
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
            ("SNYK-JS-LODASH-", None),
            ("SNYK--LODASH-1", None),
            ("SNYK-JS--1", None),
            ("snyk-fix-abc-12", None),
        ];
        for (text, length) in cases {
            let found = identifier_at_start(text).map(|(length, _)| length);
            assert_eq!(found, length, "{text}");
        }
    }
}
