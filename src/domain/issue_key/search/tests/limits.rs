//! More than anybody needs: keys, drops, texts.

use super::super::MAX_IN_TEXT;
use super::{KeyRules, Reason, Text, TextKind, find, keys_of};

#[test]
fn endless_drops_are_counted_and_not_kept() {
    let text = "UTF-8 ABC-1x ".repeat(5_000);
    let findings = find(
        &[Text::new(TextKind::Commit, "commit", &text)],
        &KeyRules::default(),
    );
    assert_eq!(
        (findings.dropped.len(), findings.dropped_beyond),
        (2_000, 8_000)
    );
}

#[test]
fn keys_beyond_the_limit_are_cut_from_the_end_and_reported() {
    let commits: Vec<_> = (1..=600).map(|number| format!("ABC-{number}")).collect();
    let texts = [
        Text::new(TextKind::Commit, "commit", &commits.join(" ")),
        Text::new(TextKind::Explicit, "option", "XYZ-1"),
    ];
    let findings = find(&texts, &KeyRules::default());
    assert_eq!(findings.found.len(), 500);
    assert_eq!(keys_of(&findings)[0], "XYZ-1");
    assert_eq!((findings.dropped.len(), findings.cut.len()), (101, 101));
    assert!(findings.dropped.iter().all(|d| d.reason == Reason::Limit));
}

/// However often and in however many texts they stand.
#[test]
fn cut_keys_are_counted_once_each() {
    let many: Vec<_> = (1..=500).map(|number| format!("ABC-{number}")).collect();
    let mut texts = vec![Text::new(TextKind::Commit, "commit", &many.join(" "))];
    for number in 0..6_000 {
        let message = format!("XYZ-{} XYZ-777", number % 3_000 + 1);
        texts.push(Text::new(TextKind::Commit, "commit", &message));
    }
    let findings = find(&texts, &KeyRules::default());
    assert_eq!((findings.found.len(), findings.cut.len()), (500, 3_000));
    assert_eq!(findings.cut[1].as_str(), "XYZ-777");
    let before = ["OPS-1".parse().unwrap(), "XYZ-777".parse().unwrap()];
    let findings = findings.after(&before);
    assert_eq!((findings.found.len(), findings.cut.len()), (500, 3_001));
    assert_eq!(findings.cut[0].as_str(), "ABC-499");
}

#[test]
fn one_text_full_of_keys_takes_no_time_from_the_others() {
    let pattern = KeyRules {
        pattern: Some("ABC-[0-9]+|XYZ-9".parse().unwrap()),
        ..KeyRules::default()
    };
    for rules in [KeyRules::default(), pattern] {
        for (count, expected) in [
            (MAX_IN_TEXT - 1, &["DEF-2", "ABC-1", "XYZ-9"][..]),
            (MAX_IN_TEXT, &["DEF-2", "ABC-1"]),
        ] {
            let full = "ABC-1 ".repeat(count) + "XYZ-9";
            let texts = [
                Text::new(TextKind::Commit, "full", &full),
                Text::new(TextKind::Explicit, "option", "DEF-2"),
            ];
            let findings = find(&texts, &rules);
            assert_eq!(keys_of(&findings), expected);
            let dropped = findings.dropped.last().map(|dropped| dropped.reason);
            let is_cut = dropped == Some(Reason::TooMany);
            assert_eq!(is_cut, count == MAX_IN_TEXT, "{dropped:?}");
        }
    }
}

/// The branch that the subject of a merge names is a part of the same text.
#[test]
fn the_limit_of_a_text_holds_for_all_its_parts() {
    for (count, expected) in [
        (MAX_IN_TEXT - 2, &["ABC-12", "ABC-1", "XYZ-9"][..]),
        (MAX_IN_TEXT - 1, &["ABC-12", "ABC-1"]),
        (MAX_IN_TEXT + 5, &["ABC-12", "ABC-1"]),
    ] {
        let body = "ABC-1 ".repeat(count) + "XYZ-9";
        let message = format!("Merge branch 'feature/abc-12-login' into main\n\n{body}");
        let findings = find(
            &[Text::new(TextKind::Commit, "full", &message)],
            &KeyRules::default(),
        );
        assert_eq!(keys_of(&findings), expected, "{count}");
        let is_cut = |reason| findings.dropped.iter().any(|it| it.reason == reason);
        assert_eq!(is_cut(Reason::TooMany), count >= MAX_IN_TEXT - 1, "{count}");
    }
}
