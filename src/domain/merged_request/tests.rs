use super::MergedRequest;

/// Message; number, branch, owner, target, title.
type Case = (&'static str, &'static str, [&'static str; 4]);

#[test]
fn every_server_names_the_pull_request() {
    let cases: [Case; 16] = [
        (
            "Merge pull request #43 from acme/feature/abc-12\n\nABC-12 Login\n\nMore",
            "43",
            ["feature/abc-12", "acme", "", "ABC-12 Login"],
        ),
        (
            "Merge pull request #43 from ada/main",
            "43",
            ["main", "ada", "", ""],
        ),
        (
            "Merge pull request #7 in PROJ/shop from feature/x to main",
            "7",
            ["feature/x", "", "main", ""],
        ),
        (
            "Merge pull request #7 in PROJ/shop from ~ADA/shop:x to main",
            "7",
            ["x", "~ADA/shop", "main", ""],
        ),
        (
            "Merge pull request 7 from feature/x into main",
            "7",
            ["feature/x", "", "main", ""],
        ),
        (
            "Merge pull request 'Login (from) \\' (#3)' (#7) from x into main",
            "7",
            ["x", "", "main", "Login (from) \\' (#3)"],
        ),
        (
            "Merge pull request 'Login' (#7) from ada/shop:x into main",
            "7",
            ["x", "ada/shop", "main", "Login"],
        ),
        (
            "Merged in feature/x (pull request #7)\r\n\r\nABC-1 Login\r\n",
            "7",
            ["feature/x", "", "", "ABC-1 Login"],
        ),
        ("Merged PR 7: ABC-1 Login", "7", ["", "", "", "ABC-1 Login"]),
        (
            "Merged PR 7: feature/x",
            "7",
            ["feature/x", "", "", "feature/x"],
        ),
        (
            "Pull request #7: Login\n\nMerge in PROJ/shop from feature/x to main\n\n* commit 'a'",
            "7",
            ["feature/x", "", "main", "Login"],
        ),
        (
            "Merge branch 'x' into 'main'\n\nLogin\n\nSee merge request grp/sub/shop!7",
            "7",
            ["x", "", "main", "Login"],
        ),
        (
            "Merge branch 'x' into 'main'\n\nSee merge request !7",
            "7",
            ["x", "", "main", ""],
        ),
        (
            "Login\n\nABC-1\n\nSee merge request grp/shop!7",
            "7",
            ["", "", "", "Login"],
        ),
        ("ABC-1 Login (#7)", "7", ["", "", "", "ABC-1 Login"]),
        ("Login (#3) (#7)\n\n* one", "7", ["", "", "", "Login (#3)"]),
    ];
    for (message, number, fields) in cases {
        let found = MergedRequest::of(message).expect(message);
        let texts = [&found.source, &found.owner, &found.target, &found.title];
        let texts = texts.map(|text| text.as_deref().unwrap_or_default());
        assert_eq!(
            (found.number.as_str(), texts),
            (number, fields),
            "{message}"
        );
        let is_squashed = message.lines().next().unwrap().ends_with(')') && fields[0].is_empty();
        assert_eq!(found.is_certain, !is_squashed, "{message}");
    }
}

#[test]
fn a_fork_has_the_merges_of_others() {
    for (message, path, expected) in [
        ("a\n\nSee merge request grp/Shop!7", Some("grp/shop"), false),
        (
            "a\n\nSee merge request grp/shop!7",
            Some("git/grp/shop"),
            false,
        ),
        (
            "a\n\nSee merge request grp/shop!7",
            Some("my-grp/shop"),
            true,
        ),
        ("a\n\nSee merge request grp/shop!7", None, false),
        ("a\n\nSee merge request !7", Some("my/shop"), false),
        (
            "Merge pull request #7 in PROJ/shop from x to main",
            Some("proj/shop"),
            false,
        ),
        (
            "Merge pull request #7 in PROJ/shop from x to main",
            Some("~ada/shop"),
            true,
        ),
        (
            "Pull request #7: a\n\nMerge in PROJ/shop from x to main",
            Some("~ada/shop"),
            true,
        ),
    ] {
        let found = MergedRequest::of(message).expect(message);
        assert_eq!(found.is_of_another(path), expected, "{message} {path:?}");
    }
}

#[test]
fn other_commits_merge_none() {
    let long = format!("Login (#{})", "1".repeat(40));
    for message in [
        "",
        "Merge branch 'x'",
        "Merge branch 'x' into main",
        "Merge pull request",
        "Merge pull request #",
        "Merge pull request #7",
        "Merge pull request #7 from ada",
        "Merge pull request #x from a/b",
        "Merged in time (pull request #7) again",
        "Merged PR seven",
        "Pull request #7: Login",
        "Revert \"Merge pull request #7 from a/b\"",
        "Revert \"Login (#7)\" (#8)",
        "Login (#7",
        "Login (#7) again",
        "Login (#)",
        "Fix #7",
        "See merge request x!7 later",
        &long,
    ] {
        assert_eq!(MergedRequest::of(message), None, "{message}");
    }
}
