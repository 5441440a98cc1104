use super::{Commit, Cow, taken_back, taken_back_in};

fn id(number: usize) -> String {
    format!("{number:040x}")
}

/// Messages, the newest first; `@1` is the id of the commit with that number, the oldest being 1.
fn left(messages: &[&str], parents: &[(usize, &[usize])]) -> Vec<usize> {
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
    let gone = taken_back(&commits);
    if parents.is_empty() {
        let places = taken_back_in(|| commits.iter().map(|commit| Cow::Borrowed(*commit)));
        let is_gone = |place: usize| places.contains(&place);
        assert_eq!((0..count).map(is_gone).collect::<Vec<_>>(), gone);
    }
    let left = gone.iter().enumerate().filter(|(_, gone)| !**gone);
    left.map(|(place, _)| count - place).collect()
}

#[test]
fn a_commit_and_its_revert_leave_nothing() {
    let by_id = "Revert \"one\"\n\nThis reverts commit @1.";
    let cases: &[(&[&str], &[usize])] = &[
        (&["two", "one"], &[2, 1]),
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
        // Several at once, all of them or none.
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
            &[2, 1],
        ),
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
