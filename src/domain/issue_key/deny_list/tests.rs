use super::{ENTRIES, Numbers, entries, entry_for, is_period};

#[test]
fn every_entry_covers_itself_in_any_case() {
    assert_eq!(entries().count(), ENTRIES.len(), "a word is there twice");
    for (entry, numbers) in entries() {
        let numbers = match numbers {
            Numbers::These(numbers) => numbers,
            Numbers::Any | Numbers::AnyWithDigits => "7",
        };
        for number in numbers.split(' ') {
            assert_eq!(entry_for(entry, number), Some(entry));
            assert_eq!(entry_for(&entry.to_ascii_lowercase(), number), Some(entry));
        }
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
                     USB-3 DDR-4 AMD-64 GEP-1324 RHBZ-12345 NIS-2 PSD-2 BCP-47 DNS-1123 ED-25519 \
                     NLS-1 UBUNTU-22 DEBIAN-12 RHEL-9 MACOS-14 CENTOS-7 EAST-1 WEST-2 SOUTHEAST-1 CENTRAL-1 HTML-5 \
                     SQL-92 GB-18030 BIG-5 WIFI-6";
    let projects = "CP-12 CP-125 RS-7 WINDOWS-11 IA-7 MITX-1 APACHES-2 ENG-12 DINO-3 LATINA-1 USBC-3 PNGS-4 UTCS-5 \
                    RHEL-1654 UBUNTU-1234 DEBIAN-123 DNS-12 NIS-12 EAST-12 WEST-123 CENTRAL-77 SQL-12 HTML-12 \
                    API-12 DEV-1 CI-12 PG-15 PG-9 WEB-3 UI-3 QA-2 US-12 EU-7 PYTHON-3 RUBY-3";
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
                   KW12-2024 CW3-2025 WK53-2024 JAN-2024 may-2025 SEPT-2024 December-2023";
    let projects = "Q3-1 Q3-124 Q5-2024 H3-2024 FY-7 FY-1234 FY24-1 KW-54 KW-112 CW-12 W54-2024 W12-3 W-2024 WEB-2024 \
                    WX12-2024 QA-2024 HR-24 MAR-24 DEC-12 MAY-2 SEP-1234";
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
fn processors_are_no_projects() {
    for (key, expected) in [
        ("E5-2680", true),
        ("e3-1230", true),
        ("I7-9700", true),
        ("I9-13900", true),
        ("E5-268", false),
        ("I7-12", false),
        ("I4-9700", false),
        ("E2-1234", false),
    ] {
        let (project, number) = key.split_once('-').unwrap();
        assert_eq!(entry_for(project, number).is_some(), expected, "{key}");
    }
}
