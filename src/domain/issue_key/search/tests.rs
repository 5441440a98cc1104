//! The cases are the assertions of other tools that link Jira issues, with our reason where we differ.

mod limits;

use super::{Findings, KeyRules, Reason, Text, TextKind, find};

fn keys_of(findings: &Findings) -> Vec<String> {
    findings.keys().map(ToString::to_string).collect()
}

fn search(kind: TextKind, text: &str) -> Vec<String> {
    keys_of(&find(
        &[Text::new(kind, "text", text)],
        &KeyRules::default(),
    ))
}

fn with_projects(kind: TextKind, text: &str, projects: &[&str]) -> Findings {
    let rules = KeyRules {
        projects: projects.iter().map(|key| key.parse().unwrap()).collect(),
        ..KeyRules::default()
    };
    find(&[Text::new(kind, "text", text)], &rules)
}

fn reasons(findings: &Findings) -> Vec<(&str, Reason)> {
    let dropped = findings.dropped.iter();
    dropped
        .map(|dropped| (dropped.candidate.as_str(), dropped.reason))
        .collect()
}

/// Text; keys as branch name or tag; keys in prose.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("JRA-123", &["JRA-123"], &["JRA-123"]),
    ("jra-123", &["JRA-123"], &[]),
    ("jRa-123", &["JRA-123"], &[]),
    ("2PAC-123", &[], &[]),
    ("42-123", &[], &[]),
    ("J42-123", &["J42-123"], &["J42-123"]),
    ("b4l-123", &["B4L-123"], &[]),
    ("Ja9-123", &["JA9-123"], &[]),
    ("feature/J3-123-my-feature", &["J3-123"], &["J3-123"]),
    ("F-67-my-feature", &[], &[]),
    (
        "JRA-123 with suffix spaces and JRA-123 TBD-123",
        &["JRA-123", "TBD-123"],
        &["JRA-123", "TBD-123"],
    ),
    ("feature-branch/JRA-123", &["JRA-123"], &["JRA-123"]),
    ("prefix-kebab-JRA-123", &["JRA-123"], &["JRA-123"]),
    ("JRA-123-suffix-kebab", &["JRA-123"], &["JRA-123"]),
    ("JRA-123 with suffix spaces", &["JRA-123"], &["JRA-123"]),
    ("prefix spaces with JRA-123", &["JRA-123"], &["JRA-123"]),
    (
        "JRA-123 Jra-456-jra-901\n[bah-321]",
        &["JRA-123", "JRA-456", "JRA-901", "BAH-321"],
        &["JRA-123"],
    ),
    ("JIRA-123", &["JIRA-123"], &["JIRA-123"]),
    ("abcd JIRA-123", &["JIRA-123"], &["JIRA-123"]),
    ("abcd-JIRA-123", &["JIRA-123"], &["JIRA-123"]),
    ("JIRA-123-abcd", &["JIRA-123"], &["JIRA-123"]),
    ("JIRA-123 abcd", &["JIRA-123"], &["JIRA-123"]),
    (
        "JIRA-123 JIRA-456 abcd",
        &["JIRA-123", "JIRA-456"],
        &["JIRA-123", "JIRA-456"],
    ),
    ("JIRA-123abcd", &[], &[]),
    ("JIRA-123abcd JIRA-456 abcd", &["JIRA-456"], &["JIRA-456"]),
    // Words, bots and dates in branches.
    ("patch-1", &[], &[]),
    ("ada-patch-1", &[], &[]),
    ("revert-8967-x", &[], &[]),
    ("dependabot/github_actions/actions/checkout-4", &[], &[]),
    ("bump-platform-to-17", &[], &[]),
    ("renovate/eslint-9.x", &[], &[]),
    ("upgrade-lit-3.x", &[], &[]),
    ("nightly-abc-2024-05-31", &[], &[]),
    ("Feature-12", &[], &[]),
    ("FEATURE-12", &["FEATURE-12"], &["FEATURE-12"]),
    ("fix-12-abc-7", &["ABC-7"], &[]),
    ("backport-abc-7-to-1.2", &["ABC-7"], &[]),
    // Proposals, licences, advisories, character classes.
    ("KIP-932 PSR-4 JSR-303 GPL-3 GH-12 ADR-7", &[], &[]),
    (
        "RUSTSEC-2024-1 SNYK-JS-LODASH-567746 GO-2026-5932",
        &[],
        &[],
    ),
    ("match [A-Z0-9]-12", &[], &[]),
    // Numbers do not start with 0.
    ("Test some string TEST-01 with keys", &[], &[]),
    (
        "TEST-01 Some A-100 issue title OTHER-02 ABC!-1 that mentions Jira issue",
        &[],
        &[],
    ),
    (
        "12321 ISSUE-123456 1231",
        &["ISSUE-123456"],
        &["ISSUE-123456"],
    ),
    // The underscore is a boundary, and `HI` then follows a digit.
    ("ISSUE_1HI-123456", &[], &[]),
    ("I1-1", &["I1-1"], &["I1-1"]),
    ("IS-", &[], &[]),
    ("IS-B", &[], &[]),
    ("I-1", &[], &[]),
    ("1234-123456", &[], &[]),
    ("2022-02", &[], &[]),
    ("Numbers 12-52", &[], &[]),
    (
        "EXAMPLE-123 TH-1S 1s a commit-1",
        &["EXAMPLE-123", "COMMIT-1"],
        &["EXAMPLE-123"],
    ),
    ("taskbranch/ABC-123_2", &["ABC-123"], &["ABC-123"]),
    ("branchname.JIRA-1", &["JIRA-1"], &["JIRA-1"]),
    ("branchname_JIRA-1", &["JIRA-1"], &["JIRA-1"]),
    ("[#LIEF-1] title", &["LIEF-1"], &["LIEF-1"]),
    ("JSP_JIR-123", &["JIR-123"], &["JIR-123"]),
    ("feature/lief-12155-test-jira", &["LIEF-12155"], &[]),
    ("JF1-13", &["JF1-13"], &["JF1-13"]),
    ("MG01-115", &["MG01-115"], &["MG01-115"]),
    ("eng/FOO-123", &["FOO-123"], &["FOO-123"]),
    ("", &[], &[]),
    // More of the same kind.
    (
        "修正ABC-1、ABC-2。",
        &["ABC-1", "ABC-2"],
        &["ABC-1", "ABC-2"],
    ),
    ("🚀ABC-1🚀", &["ABC-1"], &["ABC-1"]),
    ("ÉABC-1 ABC-1É", &[], &[]),
    ("ABC-1\r\nDEF-2", &["ABC-1", "DEF-2"], &["ABC-1", "DEF-2"]),
    ("ABC-jra-901", &["JRA-901"], &[]),
    ("lodash-4.17.21", &[], &[]),
    ("QA-12.3", &[], &[]),
    ("UTF-8 ISO-8601 SHA-256 RFC-7231 X86-64", &[], &[]),
    ("utf8-1 RC2-3 V1-2 node-20", &[], &[]),
    (
        "CVE-2024-1234 GHSA-abcd-ab12-3456 ABC-1",
        &["ABC-1"],
        &["ABC-1"],
    ),
    ("CVE-2024-ABC-1", &["ABC-1"], &["ABC-1"]),
    ("Revert \"ABC-1 login\"", &["ABC-1"], &["ABC-1"]),
    ("Merge branch 'release-2024'", &[], &[]),
    (
        "Merge branch 'RELEASE-2024'",
        &["RELEASE-2024"],
        &["RELEASE-2024"],
    ),
    ("ABC-1,ABC-1;abc-1", &["ABC-1"], &["ABC-1"]),
    (
        "cherry-pick-12 python-3 test-1 task-9 epic-3 poc-1",
        &[],
        &[],
    ),
    (
        "TASK-9 TEST-1 EPIC-3 Q3-12",
        &["TASK-9", "TEST-1", "EPIC-3", "Q3-12"],
        &["TASK-9", "TEST-1", "EPIC-3", "Q3-12"],
    ),
    (
        "MIT-1 APACHE-2 ISBN-13 OWASP-10 CP-1252 IEC-62443",
        &[],
        &[],
    ),
    ("Q3-2024 H1-2025 UTC-5", &[], &[]),
    ("CP-12", &["CP-12"], &["CP-12"]),
];

#[test]
fn the_table_of_cases_holds() {
    for (text, branch, prose) in CASES {
        for kind in [TextKind::Branch, TextKind::Tag] {
            assert_eq!(&search(kind, text), branch, "{text:?} as {kind:?}");
        }
        for kind in [TextKind::Title, TextKind::Commit] {
            assert_eq!(&search(kind, text), prose, "{text:?} as {kind:?}");
        }
    }
}

#[test]
fn all_ascii_punctuation_and_white_space_is_a_boundary() {
    for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \n\t".chars() {
        let text = format!("{mark}JRA-123{mark}");
        for kind in [TextKind::Branch, TextKind::Commit] {
            assert_eq!(search(kind, &text), ["JRA-123"], "{text:?}");
        }
    }
}

#[test]
fn texts_are_searched_in_the_order_of_their_kinds() {
    let texts = [
        Text::new(TextKind::Commit, "commit", "DDD-4 AAA-1"),
        Text::new(TextKind::Tag, "tag", "v1-CCC-3"),
        Text::new(TextKind::Explicit, "option", "utf-8, bbb-2"),
        Text::new(TextKind::Branch, "branch", "aaa-1/OTHER"),
        Text::new(TextKind::Branch, "other", "-02"),
    ];
    let findings = find(&texts, &KeyRules::default());
    assert_eq!(
        keys_of(&findings),
        ["UTF-8", "BBB-2", "AAA-1", "CCC-3", "DDD-4"]
    );
    assert_eq!(reasons(&findings), [("AAA-1", Reason::Duplicate)]);
    let first = &findings.found[1].place;
    assert_eq!((first.source.as_str(), first.position), ("option", 7));
}

#[test]
fn an_allow_list_ignores_case_and_the_deny_list() {
    let findings = with_projects(
        TextKind::Commit,
        "fix utf-8 in abc-1 and DEF-2",
        &["utf", "ABC"],
    );
    assert_eq!(keys_of(&findings), ["UTF-8", "ABC-1"]);
    assert_eq!(reasons(&findings), [("DEF-2", Reason::NotAllowed)]);
    let explicit = with_projects(TextKind::Explicit, "DEF-2", &["ABC"]);
    assert_eq!(keys_of(&explicit), ["DEF-2"]);
}

#[test]
fn names_that_jenkins_makes_up_hold_no_key() {
    for name in ["PR-7", "MR-12-head", "PR-3-merge"] {
        let findings = with_projects(TextKind::Branch, name, &["PR", "MR"]);
        assert!(findings.found.is_empty(), "{name}");
        assert_eq!(findings.dropped[0].reason, Reason::JenkinsBranchName);
    }
    for name in ["PR-7-login", "feature/PR-7", "PR-7-headless"] {
        let findings = with_projects(TextKind::Branch, name, &["PR"]);
        assert_eq!(keys_of(&findings), ["PR-7"], "{name}");
    }
    let people = [Text::change_branch("CHANGE_BRANCH", "PR-7")];
    let rules = KeyRules {
        projects: vec!["PR".parse().unwrap()],
        ..KeyRules::default()
    };
    assert_eq!(keys_of(&find(&people, &rules)), ["PR-7"]);
}

#[test]
fn percent_escapes_are_decoded_once_in_branches_and_tags() {
    let cases = [
        (TextKind::Branch, "feature%2FABC-12", vec!["ABC-12"]),
        (TextKind::Branch, "a%2520ABC-12", vec![]),
        (TextKind::Branch, "x%41BC-12", vec!["XABC-12"]),
        (TextKind::Branch, "%FF-ABC-12", vec!["ABC-12"]),
        (TextKind::Branch, "100%-ABC-12", vec!["ABC-12"]),
        (TextKind::Commit, "100%2FABC-12", vec![]),
    ];
    for (kind, text, keys) in cases {
        assert_eq!(search(kind, text), keys, "{text}");
    }
}

#[test]
fn every_drop_has_its_reason() {
    let cases = [
        (TextKind::Commit, "ABC-1é", Reason::Boundary),
        (TextKind::Commit, "ABC-1.2", Reason::Version),
        (TextKind::Commit, "ABC-0", Reason::Number),
        (TextKind::Commit, "abc-1", Reason::LowerCase),
        (TextKind::Commit, "UTF-8", Reason::DenyList("UTF")),
        (TextKind::Branch, "cve-2024-7", Reason::DenyList("CVE")),
        (TextKind::Branch, "PR-7", Reason::JenkinsBranchName),
        (TextKind::Branch, "fix-7", Reason::DenyList("fix")),
        (TextKind::Branch, "lit-3.x", Reason::Version),
        (TextKind::Tag, "abc-20240531", Reason::Date),
        (TextKind::Branch, "q3-2024", Reason::Date),
        (TextKind::Commit, "FY-2024", Reason::Date),
        (TextKind::Branch, "task-9", Reason::DenyList("task")),
        (TextKind::Branch, "python-3", Reason::DenyList("python")),
        (TextKind::Commit, "IEC-62443", Reason::DenyList("IEC")),
        (TextKind::Explicit, "ABC-1x", Reason::NotAKey),
    ];
    for (kind, text, reason) in cases {
        let findings = find(&[Text::new(kind, "text", text)], &KeyRules::default());
        let dropped = reasons(&findings);
        assert_eq!(dropped.len(), 1, "{text}");
        assert!(
            text.starts_with(dropped[0].0) && dropped[0].1 == reason,
            "{text}"
        );
    }
}

#[test]
fn the_users_deny_list_is_stronger_than_an_allow_list() {
    let rules = KeyRules {
        deny: vec!["OPS".parse().unwrap()],
        projects: vec!["OPS".parse().unwrap(), "ABC".parse().unwrap()],
        ..KeyRules::default()
    };
    let findings = find(&[Text::new(TextKind::Branch, "b", "OPS-1-ABC-2")], &rules);
    assert_eq!(keys_of(&findings), ["ABC-2"]);
    assert_eq!(reasons(&findings), [("OPS-1", Reason::Denied)]);
}

#[test]
fn a_pattern_replaces_the_shape_but_not_the_filters() {
    let rules = KeyRules {
        pattern: Some(r"\b[a-z]+_[a-z]+-\d+|UTF-\d".parse().unwrap()),
        ..KeyRules::default()
    };
    let text = Text::new(TextKind::Commit, "c", "dc_key-7 ABC-1 UTF-8");
    let findings = find(&[text], &rules);
    assert_eq!(keys_of(&findings), ["DC_KEY-7"]);
    assert_eq!(reasons(&findings), [("UTF-8", Reason::DenyList("UTF"))]);
}

#[test]
fn a_pattern_does_not_touch_what_is_named_by_hand() {
    let rules = KeyRules {
        pattern: Some("issue/([A-Z]+-[0-9]+)".parse().unwrap()),
        ..KeyRules::default()
    };
    let findings = find(&[Text::new(TextKind::Explicit, "option", "abc-1")], &rules);
    assert_eq!(keys_of(&findings), ["ABC-1"]);
}

#[test]
fn the_place_shows_the_line_and_counts_characters() {
    let text = "first\r\nüü ABC-1 here\r\nlast";
    let findings = find(
        &[Text::new(TextKind::Commit, "c", text)],
        &KeyRules::default(),
    );
    let place = &findings.found[0].place;
    assert_eq!((place.line.as_str(), place.position), ("üü ABC-1 here", 10));
    let long = format!("{}ABC-1 {}", "é ".repeat(9_000), "é".repeat(9_000));
    let findings = find(
        &[Text::new(TextKind::Commit, "c", &long)],
        &KeyRules::default(),
    );
    assert!(findings.found[0].place.line.len() < 300);
}

#[test]
fn what_is_named_by_hand_is_taken_whole_or_not_at_all() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("BIZ_PROJ2-2342", &["BIZ_PROJ2-2342"], &[]),
        ("A-1; abc-007,4b-2", &["A-1", "ABC-007", "4B-2"], &[]),
        ("pr-7 fix-3 UTF-8", &["PR-7", "FIX-3", "UTF-8"], &[]),
        ("feature/ABC-1", &[], &["feature/ABC-1"]),
        (
            "ABC-1.2 ABC-1x ABC-DEF-3",
            &[],
            &["ABC-1.2", "ABC-1x", "ABC-DEF-3"],
        ),
        ("ABC–1", &[], &["ABC–1"]),
    ];
    for (text, keys, wrong) in cases {
        let findings = find(
            &[Text::new(TextKind::Explicit, "option", text)],
            &KeyRules::default(),
        );
        assert_eq!(&keys_of(&findings), keys, "{text}");
        let wrong: Vec<_> = wrong.iter().map(|word| (*word, Reason::NotAKey)).collect();
        assert_eq!(reasons(&findings), wrong, "{text}");
    }
}

#[test]
fn named_projects_with_underscores_are_found_in_texts() {
    let findings = with_projects(TextKind::Branch, "fix/sdr_6-12-x-SDR-6", &["SDR_6"]);
    assert_eq!(keys_of(&findings), ["SDR_6-12"]);
    assert_eq!(reasons(&findings), [("SDR-6", Reason::NotAllowed)]);
    let rules = KeyRules {
        deny: vec!["BIZ_PROJ2".parse().unwrap()],
        ..KeyRules::default()
    };
    let findings = find(
        &[Text::new(TextKind::Commit, "c", "BIZ_PROJ2-7 ABC-1")],
        &rules,
    );
    assert_eq!(keys_of(&findings), ["ABC-1"]);
    assert_eq!(reasons(&findings), [("BIZ_PROJ2-7", Reason::Denied)]);
}

#[test]
fn a_merged_branch_is_a_branch_and_the_rest_is_prose() {
    let cases: &[(&str, &[&str])] = &[
        ("Merge branch 'feature/abc-12-login' into main", &["ABC-12"]),
        (
            "Merge branch 'feature/abc-12' into xyz-9\n\nDEF-3, ghi-4",
            &["ABC-12", "DEF-3"],
        ),
        (
            "Merge pull request #7 from acme-3/dependabot/npm/eslint-9",
            &[],
        ),
        (
            "Merge pull request #7 from acme/patch-1\n\nABC-1 Login",
            &["ABC-1"],
        ),
        ("Merged PR 7: abc-12 login", &[]),
    ];
    for (message, keys) in cases {
        assert_eq!(&search(TextKind::Commit, message), keys, "{message}");
    }
    let text = Text::new(
        TextKind::Commit,
        "c",
        "Merge branches 'ü' and 'abc-12'\n\nDEF-3",
    );
    let findings = find(&[text], &KeyRules::default());
    let places = findings
        .found
        .iter()
        .map(|found| (found.place.kind, found.place.position));
    let places: Vec<_> = places.collect();
    assert_eq!(places, [(TextKind::Branch, 24), (TextKind::Commit, 33)]);
}

#[test]
fn a_template_makes_keys_of_numbers() {
    let pattern = |text: &str, template: &str| {
        let pattern: crate::domain::issue_key::KeyPattern = text.parse().unwrap();
        KeyRules {
            pattern: Some(pattern.with_template(template.parse().ok())),
            ..KeyRules::default()
        }
    };
    let rules = pattern(r"^(\d+)-", "prj-$1");
    let texts = [
        Text::new(TextKind::Branch, "b", "5539-feature"),
        Text::new(TextKind::Commit, "c", "Merge branch '12-login' into main"),
    ];
    let findings = find(&texts, &rules);
    assert_eq!(keys_of(&findings), ["PRJ-5539", "PRJ-12"]);
    assert_eq!(findings.found[0].place.line, "5539-feature");
    let rules = pattern(r"(\d+|x)-", "PRJ-$1");
    let findings = find(&[Text::new(TextKind::Branch, "b", "x-1")], &rules);
    assert_eq!(reasons(&findings), [("x", Reason::NotAKey)]);
}

#[test]
fn what_is_reverted_counts_only_where_it_stands_elsewhere() {
    let texts = [
        Text::new(TextKind::Commit, "1", "ABC-1 ABC-2").left_out(Reason::Reverted),
        Text::new(TextKind::Commit, "2", "ABC-2"),
    ];
    let findings = find(&texts, &KeyRules::default());
    assert_eq!(keys_of(&findings), ["ABC-2"]);
    let expected = [("ABC-1", Reason::Reverted), ("ABC-2", Reason::Duplicate)];
    assert_eq!(reasons(&findings), expected);
}

#[test]
fn what_takes_others_back_counts_without_their_keys() {
    let revert = |message: &str, of: &[&str]| {
        let of = of.iter().map(|it| (*it).to_owned()).collect();
        Text::new(TextKind::Commit, "1", message).taking_back(of)
    };
    let login = "Merge branch 'abc-1-login'";
    let cases: [(Text, &[&str]); 6] = [
        (
            revert("ABC-9: Revert \"ABC-1 x\"", &["ABC-1 x"]),
            &["ABC-9"],
        ),
        (revert("ABC-1: Revert \"ABC-1 x\"", &["ABC-1 x"]), &[]),
        (
            revert("Revert \"ABC-1 x\"\n\nABC-9, ABC-1", &["ABC-1 x"]),
            &["ABC-9"],
        ),
        (
            revert("Back: ABC-1, ABC-11", &["x\n\nABC-1", "ABC-2"]),
            &["ABC-11"],
        ),
        (revert(&format!("Revert \"{login}\""), &[login]), &[]),
        (revert("ABC-9 Revert \"x\"", &[]), &["ABC-9"]),
    ];
    for (text, expected) in cases {
        let line = text.first_line().to_owned();
        let findings = find(&[text], &KeyRules::default());
        let keys: Vec<_> = findings.keys().map(ToString::to_string).collect();
        assert_eq!(keys, expected, "{line}");
        let dropped = findings.dropped.iter().map(|dropped| dropped.reason);
        let mut dropped = dropped.filter(|reason| *reason != Reason::Duplicate);
        assert!(dropped.all(|reason| reason == Reason::Reverted), "{line}");
    }
}
