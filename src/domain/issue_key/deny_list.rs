//! Words that look like projects and are not: `UTF-8`, `CVE-2024-1234`, `PR-7`.
//!
//! The lists are data. A new entry needs a case in the tests, and a thought for teams whose project is called that.

use std::collections::HashMap;
use std::sync::LazyLock;

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

/// Words that may well be a project, with the numbers that make them something else: pages of characters, lines of data,
/// laws, regions of clouds, versions of systems, processors.
const NUMBERED: &[(&str, &[&str])] = &[
    ("ASN", &["1"]),
    ("BASEL", &["2", "3", "4"]),
    ("BCP", &["14", "38", "47", "78", "79"]),
    ("BIG", &["5"]),
    ("CENTOS", &["6", "7", "8", "9"]),
    ("CENTRAL", REGIONS),
    (
        "CP",
        &[
            "437", "500", "737", "775", "850", "852", "855", "857", "858", "860", "861", "862",
            "863", "864", "865", "866", "869", "874", "932", "936", "949", "950", "1047", "1140",
            "1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258", "65001",
        ],
    ),
    ("CSS", &["2", "3"]),
    ("DEBIAN", &["8", "9", "10", "11", "12", "13"]),
    ("DNS", &["1035", "1123"]),
    ("EAST", REGIONS),
    ("ED", &["448", "25519"]),
    ("GB", &["2312", "18030"]),
    ("HTML", &["4", "5"]),
    ("IA", &["32", "64"]),
    ("JSON", &["5"]),
    ("MACOS", &["10", "11", "12", "13", "14", "15", "26"]),
    ("MIFID", &["2"]),
    ("MP", &["3", "4"]),
    ("NIS", &["2"]),
    ("NLS", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    ("NORTH", REGIONS),
    ("NORTHEAST", REGIONS),
    ("PSD", &["2"]),
    ("RHEL", &["5", "6", "7", "8", "9", "10"]),
    ("RS", &["232", "422", "485"]),
    ("SOUTH", REGIONS),
    ("SOUTHEAST", REGIONS),
    ("SQL", &["92", "99"]),
    ("UBUNTU", &["14", "16", "18", "20", "22", "24", "26"]),
    ("WEST", REGIONS),
    ("WIFI", &["5", "6", "7"]),
    (
        "WINDOWS",
        &[
            "1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258",
        ],
    ),
];

/// As in `US-EAST-1`.
const REGIONS: &[&str] = &["1", "2", "3", "4"];

/// With which numbers an entry is dropped.
enum Numbers {
    Any,
    /// Any, also where the word has digits of its own.
    AnyWithDigits,
    These(&'static [&'static str]),
}

/// All lists. Long logs ask for the same projects again and again.
static ENTRIES: LazyLock<HashMap<&'static str, Numbers>> = LazyLock::new(|| {
    let exact = EXACT.iter().copied().flatten();
    let exact = exact.map(|entry| (*entry, Numbers::Any));
    let with_digits = WITH_DIGITS.iter();
    let with_digits = with_digits.map(|entry| (*entry, Numbers::AnyWithDigits));
    let numbered = NUMBERED.iter();
    let numbered = numbered.map(|(entry, numbers)| (*entry, Numbers::These(numbers)));
    exact.chain(with_digits).chain(numbered).collect()
});

/// The entry that covers this project with this number, compared without regard to case.
pub(super) fn entry_for(project: &str, number: &str) -> Option<&'static str> {
    let project = project.to_ascii_uppercase();
    let whole = ENTRIES.get_key_value(project.as_str());
    let whole = whole.filter(|(_, covered)| match covered {
        Numbers::Any | Numbers::AnyWithDigits => true,
        Numbers::These(numbers) => numbers.contains(&number),
    });
    let before_digits = || {
        let word = project.trim_end_matches(|c: char| c.is_ascii_digit());
        let entry = ENTRIES.get_key_value(word);
        entry.filter(|(_, covered)| matches!(covered, Numbers::AnyWithDigits))
    };
    let entry = whole.or_else(before_digits).map(|(entry, _)| *entry);
    entry.or_else(|| processor(&project, number))
}

/// `Q3-2024`, `H1-25`, `FY-2024`, `MAY-2024`, `W12-2024`, and `KW-12`, a week in German.
pub(super) fn is_period(project: &str, number: &str) -> bool {
    let project = project.to_ascii_uppercase();
    let is_week = |number: &str| matches!(number.parse(), Ok(1..=53));
    let is_week_of_year = || {
        let week = ["W", "WK", "KW", "CW"].iter();
        let mut number = week.filter_map(|week| project.strip_prefix(week));
        number.any(is_week)
    };
    match project.as_str() {
        "Q1" | "Q2" | "Q3" | "Q4" | "H1" | "H2" | "FY" => {
            is_year(number) || number.len() == 2 && ("15".."40").contains(&number)
        }
        "KW" => is_year(number) || is_week(number),
        month => is_year(number) && (month == "CW" || MONTHS.contains(&month) || is_week_of_year()),
    }
}

const MONTHS: [&str; 24] = [
    "JAN",
    "JANUARY",
    "FEB",
    "FEBRUARY",
    "MAR",
    "MARCH",
    "APR",
    "APRIL",
    "MAY",
    "JUN",
    "JUNE",
    "JUL",
    "JULY",
    "AUG",
    "AUGUST",
    "SEP",
    "SEPT",
    "SEPTEMBER",
    "OCT",
    "OCTOBER",
    "NOV",
    "NOVEMBER",
    "DEC",
    "DECEMBER",
];

/// Processors, with the digits of their numbers: `E5-2680`, `I7-9700`, `I9-13900`.
fn processor(project: &str, number: &str) -> Option<&'static str> {
    let kinds: &[&str] = match number.len() {
        4 => &["E3", "E5", "E7", "I3", "I5", "I7", "I9"],
        5 => &["I3", "I5", "I7", "I9"],
        _ => return None,
    };
    kinds.iter().copied().find(|kind| *kind == project)
}

/// A year that people write about.
pub(super) fn is_year(number: &str) -> bool {
    number.len() == 4 && ("1980".."2040").contains(&number)
}

#[cfg(test)]
mod tests;
