//! Identifiers that have parts like issue keys, and are none as a whole: `CVE-2024-1234`, a UUID.

/// Advisories that are numbered by year: `CVE-2024-1234`.
const BY_YEAR: &[&str] = &[
    "CVE", "RUSTSEC", "PYSEC", "GO", "OSV", "MAL", "GHSL", "ALAS", "MFSA", "ELSA", "HCSEC",
];

/// The length in bytes of an advisory's identifier at the start of the text (`CVE-yyyy-n`, `GHSA-xxxx-xxxx-xxxx`,
/// `SNYK-JS-LODASH-567746`), with its entry. It is dropped as a whole, so that no part of it is taken for a key.
pub(super) fn identifier_at_start(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    // Nearly all words of a text begin with another letter than those below.
    let first = bytes.first()?.to_ascii_lowercase();
    if !matches!(
        first,
        b'a' | b'c' | b'e' | b'g' | b'h' | b'm' | b'o' | b'p' | b'r' | b's'
    ) {
        return None;
    }
    by_year(bytes)
        .or_else(|| ghsa_length(bytes).map(|length| (length, "GHSA")))
        .or_else(|| snyk_length(bytes).map(|length| (length, "SNYK")))
}

/// Where the UUID ends of which a group begins here, with this many letters and digits; nothing where there is none. It
/// may be cut off behind its third group, as in names that are too long.
pub(super) fn end_of_uuid(text: &str, start: usize, group: usize) -> Option<usize> {
    const LENGTH: usize = 36;
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let offsets: &[usize] = match group {
        8 => &[0],
        4 => &[9, 14, 19],
        _ => return None,
    };
    let bytes = text.as_bytes();
    let length_from = |from: usize| {
        let bytes = bytes[from..].iter().take(LENGTH).enumerate();
        let fits = |(at, byte): &(usize, &u8)| {
            if HYPHENS.contains(at) {
                **byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        };
        bytes.take_while(fits).count()
    };
    let is_end = |at: usize| !bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let ends = offsets.iter().filter_map(|offset| {
        let from = start.checked_sub(*offset)?;
        let is_start = from == 0 || !bytes[from - 1].is_ascii_alphanumeric();
        let end = from + length_from(from);
        let is_uuid = end - from >= HYPHENS[2] && end >= start + group && is_end(end);
        (is_start && is_uuid).then_some(end)
    });
    ends.max()
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
    use super::{end_of_uuid, identifier_at_start};

    #[test]
    fn groups_of_a_uuid_lead_to_its_end() {
        let uuid = "D295145E-7596-4409-A681-9a0b0b5d6a7c";
        for (text, start, group, end) in [
            (uuid, 0, 8, Some(36)),
            (uuid, 19, 4, Some(36)),
            ("fix-b26cf00c-afd5-4294-9", 13, 4, Some(24)),
            ("b26cf00c-afd5-4294", 9, 4, Some(18)),
            ("b26cf00c-afd5-4294x", 9, 4, None),
            ("b26cf00c-afd5", 9, 4, None),
            ("ABCD-1234", 0, 4, None),
            ("DEADBEEF-1234", 0, 8, None),
            ("xb26cf00c-afd5-4294", 10, 4, None),
            ("äöü-b26cf00c-afd5-4294-é", 16, 4, Some(26)),
            (uuid, 0, 5, None),
        ] {
            assert_eq!(end_of_uuid(text, start, group), end, "{text} {start}");
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
            ("HCSEC-2026-11", Some(13)),
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
