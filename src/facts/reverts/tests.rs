use super::{BESIDES, Commit, Cow, Left, MAX_TAKEN_BACK, left_of_log};

fn id(number: usize) -> String {
    format!("{number:040x}")
}

/// What is left of commits, the newest first; `@1` in a message is the id of the commit with that number, the oldest being 1.
fn all_left(messages: &[&str], parents: &[(usize, &[usize])]) -> Vec<Left> {
    let count = messages.len();
    let commits: Vec<Commit> = (0..count)
        .map(|place| {
            let with_ids = |text: String, number| {
                text.replace(&format!("@{number}"), &id(0xabc_0000 + number))
            };
            let number = count - place;
            let own = parents.iter().filter(|(child, _)| *child == number);
            let own = own.flat_map(|(_, parents)| *parents);
            Commit {
                id: id(0xabc_0000 + number),
                parents: own.map(|parent| id(0xabc_0000 + parent)).collect(),
                message: (1..=count).rev().fold(messages[place].to_owned(), with_ids),
            }
        })
        .collect();
    let commits: Vec<&Commit> = commits.iter().collect();
    let all = super::left(&commits, &|| false).unwrap();
    if parents.is_empty() {
        let mut of_log = left_of_log(
            || commits.iter().map(|commit| Cow::Borrowed(*commit)),
            &|| false,
        )
        .unwrap();
        let of_log = (0..count).map(|place| of_log.remove(&place).unwrap_or_default());
        let sorted = |left: Left| match left {
            Left::Without(mut messages) => {
                messages.sort();
                Left::Without(messages)
            }
            left => left,
        };
        let of_log: Vec<Left> = of_log.map(sorted).collect();
        assert_eq!(of_log, all.iter().cloned().map(sorted).collect::<Vec<_>>());
    }
    all
}

/// The numbers of the commits whose own text counts as a whole.
fn left(messages: &[&str], parents: &[(usize, &[usize])]) -> Vec<usize> {
    let all = all_left(messages, parents);
    let whole = all
        .iter()
        .enumerate()
        .filter(|(_, left)| **left == Left::All);
    whole.map(|(place, _)| messages.len() - place).collect()
}

#[test]
fn a_commit_and_its_revert_leave_nothing() {
    let by_id = "Revert \"one\"\n\nThis reverts commit @1.";
    let cases: &[(&[&str], &[usize])] = &[
        (&["two", "one"], &[2, 1]),
        // What is taken back in part is left in part.
        (
            &["Partial revert \"one\"\n\nThis reverts commit @1.", "one"],
            &[2, 1],
        ),
        (
            &[
                "Partially revert of 'one'\n\nThis reverts commit @1.",
                "one",
            ],
            &[2, 1],
        ),
        (
            &["Revert parts of one\n\nThis reverts commit @1.", "one"],
            &[2, 1],
        ),
        (
            &["Revert \"Partial revert of it\"", "Partial revert of it"],
            &[],
        ),
        (&[by_id, "two", "one"], &[2]),
        (&["Take one back\n\nThis reverts commit @1.", "one"], &[]),
        (&["Revert \"one\"", "two", "one"], &[2]),
        (&["Revert \"one\" (#7)", "one (#6)"], &[]),
        (&["Revert \"one (#6)\" (#7)", "one (#6)"], &[]),
        // An id from before a rebase.
        (
            &["Revert \"one\"\n\nThis reverts commit 8428e75eecfa.", "one"],
            &[],
        ),
        // The reverted commit is not in the range: something of it is left to be said.
        (
            &["Revert \"zero\"\n\nThis reverts commit 8428e75.", "one"],
            &[2, 1],
        ),
        (&["one", "Revert \"one\""], &[2, 1]),
        // Of two with the same subject, the nearest.
        (&["Revert \"one\"", "one", "one"], &[1]),
        (&["Revert \"one\"", "Revert \"one\"", "one", "one"], &[]),
        // Taken back and applied once more.
        (
            &[
                "Revert \"Revert \"one\"\"\n\nThis reverts commit @2.",
                by_id,
                "one",
            ],
            &[1],
        ),
        (
            &["Reapply \"one\"\n\nThis reverts commit @2.", by_id, "one"],
            &[1],
        ),
        (
            &[
                "Revert \"Reapply\"\n\nThis reverts commit @3.",
                "Reapply\n\nThis reverts commit @2.",
                by_id,
                "one",
            ],
            &[],
        ),
        // Several at once.
        (
            &[
                "Back\n\nThis reverts commit @1.\nThis reverts commit @2.",
                "two",
                "one",
            ],
            &[],
        ),
        (
            &[
                "Back\n\nThis reverts commit @1.\nThis reverts commit 8428e75.",
                "one",
            ],
            &[],
        ),
        (
            &["Back\n\nThis reverts commits @1 and\n@2.", "two", "one"],
            &[],
        ),
        (
            &[
                "Back\n\nThis reverts commits:\n* @1,\n* @3",
                "three",
                "two",
                "one",
            ],
            &[2],
        ),
        (&["Back\n\nThis partly reverts commit @1.", "one"], &[2, 1]),
        (
            &["Revert \"", "Revert \"\"", "This reverts commit ", ""],
            &[4, 3, 2, 1],
        ),
        (&["Revert \"one\" and two", "one"], &[2, 1]),
    ];
    for (messages, expected) in cases {
        assert_eq!(&left(messages, &[]), expected, "{messages:?}");
    }
}

#[test]
fn reverts_are_known_in_the_words_of_people_and_servers() {
    let cases: &[(&[&str], &[usize])] = &[
        // An issue, or the kind of the commit, before it.
        (&["ABC-9: Revert \"one\"", "one"], &[]),
        (&["[ABC-9] Revert \"one (#6)\" (#7)", "one (#6)"], &[]),
        (&["revert: one\n\nThis reverts commit @1.", "one"], &[]),
        (&["PreRevert \"one\"", "one"], &[2, 1]),
        // What servers write instead of an id.
        (&["Take back login\n\nReverts acme/shop#6", "one (#6)"], &[]),
        (
            &[
                "Back\n\nThis reverts merge request !6",
                "Merge branch 'one' into 'main'\n\nSee merge request acme/shop!6",
            ],
            &[],
        ),
        (
            &[
                "Back\n\nThis reverts pull request #6.",
                "Merged in one (pull request #6)",
            ],
            &[],
        ),
        (
            &[
                "Reapply \"one\" (#8)\n\nReverts acme/shop#7",
                "Revert \"one (#6)\" (#7)",
                "one (#6)",
            ],
            &[1],
        ),
        (&["Back\n\nReverts acme/shop#7", "one (#6)"], &[2, 1]),
        (&["Back\n\nIt Reverts acme/shop#6", "one (#6)"], &[2, 1]),
        (&["Back\n\nReverts what #6 did", "one (#6)"], &[2, 1]),
    ];
    for (messages, expected) in cases {
        assert_eq!(&left(messages, &[]), expected, "{messages:?}");
    }
}

#[test]
fn a_reverted_merge_takes_what_it_brought_along() {
    // 1 is on main, 2 and 3 are on a branch that 4 merges.
    let merged: &[(usize, &[usize])] = &[(5, &[4]), (4, &[1, 3]), (3, &[2]), (2, &[0]), (1, &[0])];
    let revert = "Revert \"Merge\"\n\nThis reverts commit @4, reversing\nchanges made to @1.";
    let messages = [revert, "Merge", "three", "two", "one"];
    assert_eq!(left(&messages, merged), [1]);
    // All that it brought is taken back by itself: the merge brings nothing.
    let messages = [
        "Back\n\nThis reverts commit @2.\nThis reverts commit @3.",
        "Merge",
        "three",
        "two",
        "one",
    ];
    assert_eq!(left(&messages, merged), [1]);
    let messages = ["Revert \"two\"", "Merge", "three", "two", "one"];
    assert_eq!(left(&messages, merged), [4, 3, 1]);
}

/// What a revert says besides counts, but for the issues of what it takes back.
#[test]
fn a_revert_counts_without_what_it_takes_back() {
    let without = |messages: &[&str]| {
        let messages = messages.iter().map(|it| (*it).to_owned());
        Left::Without(messages.collect())
    };
    let cases: &[(&[&str], &[Left])] = &[
        (
            &["ABC-9: Revert \"one\"", "one"],
            &[without(&["one", "one"]), Left::Nothing],
        ),
        (
            &["Back\n\nThis reverts commit @1.", "one"],
            &[without(&["one"]), Left::Nothing],
        ),
        // What it quotes may be of a commit that is not in the range.
        (
            &[
                "Revert \"x\"\n\nThis reverts commits @1 and 8428e75.",
                "one",
            ],
            &[without(&["one"]), Left::Nothing],
        ),
        (
            &[
                "Reapply \"one\"\n\nThis reverts commit @2.",
                "Revert \"one\"\n\nThis reverts commit @1.",
                "one",
            ],
            &[
                without(&[&format!(
                    "Revert \"one\"\n\nThis reverts commit {}.",
                    id(0xabc_0001)
                )]),
                Left::Nothing,
                Left::All,
            ],
        ),
    ];
    for (messages, expected) in cases {
        assert_eq!(&all_left(messages, &[]), expected, "{messages:?}");
    }
}

/// A branch whose only commit takes back an earlier one brings just that.
#[test]
fn a_merge_of_a_revert_counts_without_what_is_taken_back() {
    // 1 on a branch that 2 merges; 3 on a branch that 4 merges.
    let parents: &[(usize, &[usize])] = &[(4, &[2, 3]), (3, &[2]), (2, &[0, 1])];
    let messages = [
        "Merge abc-9",
        "Back\n\nThis reverts commit @1.",
        "Merge abc-1",
        "one",
    ];
    let taken = || Left::Without(vec!["one".to_owned(), "Merge abc-1".to_owned()]);
    assert_eq!(
        all_left(&messages, parents),
        [taken(), taken(), Left::Nothing, Left::Nothing]
    );
    // A branch that takes back only what it brought brings nothing.
    let parents: &[(usize, &[usize])] = &[(4, &[1, 3]), (3, &[2]), (2, &[0])];
    let messages = [
        "Merge abc-9",
        "Back\n\nThis reverts commit @2.",
        "two",
        "one",
    ];
    let all = all_left(&messages, parents);
    assert_eq!([&all[0], &all[3]], [&Left::Nothing, &Left::All]);
}

/// However often somebody takes the same back: the messages of others are held for each revert.
#[test]
fn what_reverts_hold_of_other_messages_is_limited() {
    let long = "x".repeat(MAX_TAKEN_BACK / 4 - BESIDES);
    let revert = format!("Back\n\nThis reverts commit {}.", id(1));
    let commit = |number: usize, message: &str| Commit {
        id: id(number),
        parents: Vec::new(),
        message: message.to_owned(),
    };
    let mut commits: Vec<Commit> = (2..10).map(|number| commit(number, &revert)).collect();
    commits.push(commit(1, &long));
    let all = super::left(&commits.iter().collect::<Vec<_>>(), &|| false).unwrap();
    let without = all.iter().filter(|left| matches!(left, Left::Without(_)));
    assert_eq!(without.count(), 4);
    assert_eq!([&all[7], &all[8]], [&Left::All, &Left::Nothing]);
}

fn commit(number: usize, parents: &[usize], message: String) -> Commit {
    Commit {
        id: id(number),
        parents: parents.iter().map(|parent| id(*parent)).collect(),
        message,
    }
}

/// Branches that all began at the same commit, merged one after the other, and all of these merges taken back.
fn reverted_merges(count: usize) -> Vec<Commit> {
    const BASE: usize = 0xabc_0000;
    let (mut head, mut merges, mut commits) = (BASE, Vec::new(), Vec::new());
    commits.push(commit(BASE, &[], "base".to_owned()));
    for number in 1..=count {
        let (own, merge) = (BASE + 2 * number, BASE + 2 * number + 1);
        commits.push(commit(own, &[BASE], format!("own {number}")));
        commits.push(commit(merge, &[head, own], format!("Merge {number}")));
        merges.push((merge, head));
        head = merge;
    }
    for (number, (merge, first)) in merges.into_iter().enumerate() {
        let revert = BASE + 2 * count + 2 + number;
        let message = format!(
            "Revert \"Merge\"\n\nThis reverts commit {}, reversing\nchanges made to {}.",
            id(merge),
            id(first)
        );
        commits.push(commit(revert, &[head], message));
        head = revert;
    }
    commits.reverse();
    commits
}

/// What a merge has brought is not looked for through the whole history each time: this took minutes.
#[test]
fn thousands_of_reverted_merges_take_no_longer_each_than_one() {
    let count = 1_600;
    let commits = reverted_merges(count);
    let commits: Vec<&Commit> = commits.iter().collect();
    let all = super::left(&commits, &|| false).unwrap();
    let gone = all.iter().filter(|left| **left == Left::Nothing);
    assert_eq!((gone.count(), all.last()), (2 * count, Some(&Left::All)));
    let taken = all.iter().filter(|left| matches!(left, Left::Without(_)));
    assert_eq!(taken.count(), count);
}

/// Many reverts that name nearly all commits hold the messages of a part of them.
#[test]
fn many_reverts_of_many_commits_are_limited() {
    let count = 1_000;
    let own = |number: usize| commit(number, &[], "own".to_owned());
    let ids: Vec<String> = (1..count).map(id).collect();
    let message = format!("Back\n\nThis reverts commits {}.", ids.join(", "));
    let reverts = (count..2 * count).map(|number| commit(number, &[], message.clone()));
    let commits: Vec<Commit> = reverts.chain((1..count).map(own)).collect();
    let commits: Vec<&Commit> = commits.iter().collect();
    let all = super::left(&commits, &|| false).unwrap();
    let held = all.iter().map(|left| match left {
        Left::Without(messages) => messages.len(),
        _ => 0,
    });
    let held: usize = held.sum();
    assert!(held * BESIDES <= MAX_TAKEN_BACK && held > 50_000, "{held}");
}

#[test]
fn without_time_nothing_is_said_to_be_taken_back() {
    let commits = reverted_merges(3);
    let commits: Vec<&Commit> = commits.iter().collect();
    assert_eq!(super::left(&commits, &|| true), None);
    let log = || commits.iter().map(|commit| Cow::Borrowed(*commit));
    assert_eq!(left_of_log(log, &|| true), None);
    // Where nothing is taken back, no time is needed.
    let plain = &commits[commits.len() - 1..];
    assert_eq!(super::left(plain, &|| true), Some(vec![Left::All]));
}
