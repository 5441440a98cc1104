use super::{
    Candidate, Candidates, MAX_PART, candidates, identifier_at, is_after_boundary, is_boundary,
    run, with_number,
};
use crate::domain::issue_key::Reason::{Boundary, CharacterClass, DenyList, Number, Version};
use crate::domain::issue_key::{KeyRules, Reason, Text, TextKind, find};

const PLAIN: Candidates<'static> = Candidates {
    identifiers: true,
    projects: &[],
};

fn all(text: &str) -> Vec<Candidate> {
    candidates(text, PLAIN).collect()
}

#[test]
fn boundaries_go_by_unicode_category() {
    for boundary in "_-./ \n\t#（【、。日カ🚀Ⓐª\u{301}\u{200b}\u{2028}".chars() {
        assert!(is_boundary(boundary), "{boundary:?}");
    }
    for inside in "aZ0éÄßЖωǅ٣Ⅷ½²".chars() {
        assert!(!is_boundary(inside), "{inside:?}");
    }
}

/// A candidate, and what is wrong with it.
type Found = (&'static str, Option<Reason>);

#[test]
fn surroundings_speak_against_candidates() {
    let cases: &[(&str, &[Found])] = &[
        ("ABC-1", &[("ABC-1", None)]),
        (
            "ABC-1x DEF-2",
            &[("ABC-1", Some(Boundary)), ("DEF-2", None)],
        ),
        ("ABC-1ü", &[("ABC-1", Some(Boundary))]),
        ("ABC-1日", &[("ABC-1", None)]),
        ("lodash-4.17.21", &[("lodash-4", Some(Version))]),
        ("See ABC-4.", &[("ABC-4", None)]),
        ("ABC-4.x", &[("ABC-4", None)]),
        ("ABC-007", &[("ABC-007", Some(Number))]),
        ("ABC-jra-901", &[("jra-901", None)]),
        ("ÄBC-1", &[]),
        ("日ABC-1", &[("ABC-1", None)]),
        ("ABC–1 ABC‑1", &[]),
        (
            "CVE-2024-1234-5",
            &[("CVE-2024-1234", Some(DenyList("CVE")))],
        ),
        ("A-1 B-", &[]),
        ("[A-Z0-9]-12", &[("Z0-9", Some(CharacterClass))]),
        ("[^a-zA-F1-9_]", &[("F1-9", Some(CharacterClass))]),
        ("[_a-z0-9]{2}", &[("z0-9", Some(CharacterClass))]),
        ("A-Z0-9 only", &[("Z0-9", Some(CharacterClass))]),
        ("[x] Z0-9", &[("Z0-9", None)]),
        ("[ABC-1] X-Q1-2", &[("ABC-1", None), ("Q1-2", None)]),
        ("[A-Z0-95]", &[("Z0-95", None)]),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = candidates(text, PLAIN)
            .map(|candidate| (&text[candidate.range], candidate.wrong))
            .collect();
        assert_eq!(&found, expected, "{text:?}");
    }
}

#[test]
fn named_projects_need_not_look_like_projects() {
    let wanted = Candidates {
        identifiers: false,
        projects: &["BIZ_PROJ2", "SDR_6", "4X", "A"],
    };
    let cases: &[(&str, &[&str])] = &[
        ("biz_proj2-7", &["biz_proj2-7"]),
        ("x/SDR_6-12_SDR_6-13", &["SDR_6-12", "SDR_6-13"]),
        ("OLD_SDR_6-12", &["SDR_6-12"]),
        ("MYSDR_6-12 SDR_6x-1 SDR_66-1", &[]),
        ("4X-1 A-2 日A-3 B-4", &["4X-1", "A-2", "A-3"]),
        ("PROJ2-7", &["PROJ2-7"]),
    ];
    for (text, expected) in cases {
        let found = candidates(text, wanted);
        let found: Vec<&str> = found.map(|candidate| &text[candidate.range]).collect();
        assert_eq!(&found, expected, "{text}");
    }
}

#[test]
fn projects_and_numbers_have_a_greatest_length() {
    let longest = format!("{}-{}", "A".repeat(255), "9".repeat(255));
    assert_eq!(all(&longest)[0].wrong, None);
    assert!(all(&format!("{}-9", "A".repeat(256))).is_empty());
    let long_number = format!("AB-{}", "9".repeat(256));
    assert_eq!(all(&long_number)[0].wrong, Some(Number));
}

/// In a time that grows with the text: else this would take hours.
#[test]
fn long_texts_of_anything_are_searched() {
    let pieces = [
        "-",
        "1",
        "A",
        "-1",
        "A-",
        "AA-",
        "A-1",
        "AB-1",
        "AB-0",
        "AB-1 ",
        "A-Z0-9",
        "GHSA-",
        "SNYK-",
        "SNYK-A-B-",
        "CVE-2024-",
        "é-1",
        "[",
    ];
    for piece in pieces {
        let short = piece.repeat(20);
        assert_eq!(all(&short), letter_by_letter(&short), "{piece}");
        let long = Text::new(TextKind::Commit, "c", &piece.repeat(500_000));
        assert!(
            find(&[long], &KeyRules::default()).found.len() < 2,
            "{piece}"
        );
    }
}

/// The rule as it reads: every letter behind a boundary may begin a key.
fn letter_by_letter(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(first) = text[position..].chars().next() {
        let mut next = position + first.len_utf8();
        if first.is_ascii_alphabetic() && is_after_boundary(text, position) {
            let bytes = text.as_bytes()[position..].iter();
            let project = run(bytes, u8::is_ascii_alphanumeric);
            let is_project =
                (2..=MAX_PART).contains(&project) && text[position + project..].starts_with('-');
            let plain = || is_project.then(|| with_number(text, position, project))?;
            if let Some(candidate) = identifier_at(text, position, project).or_else(plain) {
                if matches!(candidate.wrong, None | Some(DenyList(_))) {
                    next = candidate.range.end;
                }
                found.push(candidate);
            }
        }
        position = next;
    }
    found
}

#[test]
fn looking_backwards_finds_the_same() {
    let pieces = [
        "A",
        "bc",
        "X9",
        "1",
        "12",
        "0",
        "-",
        "-",
        "-",
        ".",
        " ",
        "_",
        "[",
        "]",
        "é",
        "日",
        "CVE-2024-",
        "GHSA-abcd-",
        "ghsa",
        "SNYK-JS-",
        "ABC-1",
        "-7",
        "A-Z0-9",
    ];
    // A generator of our own: the same texts on every machine.
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut keys = 0;
    for _ in 0..20_000 {
        let length = random(12);
        let text: String = (0..length).map(|_| pieces[random(pieces.len())]).collect();
        let found = all(&text);
        assert_eq!(found, letter_by_letter(&text), "{text:?}");
        keys += found.len();
    }
    assert!(keys > 10_000, "{keys}");
}
