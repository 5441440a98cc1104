use super::{CloneUrl, Hosting, RepositoryKind};

fn of_clone(address: &str) -> Option<Hosting> {
    Hosting::of_clone(&CloneUrl::parse(address)?, None)
}

#[test]
fn clone_addresses_become_pages_without_secrets() {
    let shop = Some("https://git.example.com/acme/shop");
    let cases = [
        ("https://git.example.com/acme/shop.git", shop),
        ("https://git.example.com/acme/shop/", shop),
        ("https://user:p%40ss@git.example.com/acme/shop.git", shop),
        ("https://user:p@ss@git.example.com/acme/shop.git", shop),
        ("HTTPS://Git.Example.Com/acme/shop.git?token=secret", shop),
        (
            "https://git.example.com:8443/acme/shop",
            Some("https://git.example.com:8443/acme/shop"),
        ),
        ("git@git.example.com:acme/shop.git", shop),
        ("git.example.com:/acme/shop.git", shop),
        ("ssh://git@git.example.com:2222/acme/shop.git", shop),
        (
            "ssh://git@[::1]:2222/acme/shop",
            Some("https://[::1]/acme/shop"),
        ),
        ("git://git.example.com/acme/shop", shop),
        ("file:///srv/shop.git", None),
        ("/srv/shop.git", None),
        // Names that people give to their accounts.
        (
            "git@github.com-work:acme/shop.git",
            Some("https://github.com/acme/shop"),
        ),
        (
            "ssh://git@gitlab.com-acme/acme/team/shop.git",
            Some("https://gitlab.com/acme/team/shop"),
        ),
        (
            "git@github.com-mirror.example.com:acme/shop.git",
            Some("https://github.com-mirror.example.com/acme/shop"),
        ),
        (
            "git@github.company.com:acme/shop.git",
            Some("https://github.company.com/acme/shop"),
        ),
        (
            "https://acme.ghe.com/acme/shop.git",
            Some("https://acme.ghe.com/acme/shop"),
        ),
        ("../shop", None),
        ("C:\\repos\\shop", None),
        ("https://git.example.com", None),
        ("https://git.example.com/", None),
        ("", None),
    ];
    for (address, page) in cases {
        let found = of_clone(address).map(|hosting| hosting.page().to_string());
        assert_eq!(found.as_deref(), page, "{address}");
    }
}

/// Address of the clone; pages of the repository, commit, file, branch, tag, pull request and create-pull-request.
#[test]
fn pages_follow_the_server() {
    let cases = [
        (
            "git@github.com:a/b.git",
            "https://github.com/a/b",
            [
                "/commit/8a91",
                "/blob/8a91/src/x%20y.rs",
                "/tree/f/%C3%A9",
                "/tree/v1",
                "/pull/7",
                "/pull/new/f/%C3%A9",
            ],
        ),
        (
            "https://gitlab.example.com/a/b/c.git",
            "https://gitlab.example.com/a/b/c",
            [
                "/-/commit/8a91",
                "/-/blob/8a91/src/x%20y.rs",
                "/-/tree/f/%C3%A9",
                "/-/tags/v1",
                "/-/merge_requests/7",
                "/-/merge_requests/new?merge_request%5Bsource_branch%5D=f/%C3%A9",
            ],
        ),
        (
            "https://bb.example.com/scm/PROJ/shop.git",
            "https://bb.example.com/projects/PROJ/repos/shop",
            [
                "/commits/8a91",
                "/browse/src/x%20y.rs?at=8a91",
                "/browse?at=refs/heads/f/%C3%A9",
                "/browse?at=refs/tags/v1",
                "/pull-requests/7/overview",
                "/pull-requests?create&sourceBranch=refs/heads/f/%C3%A9",
            ],
        ),
        (
            "https://bitbucket.org/a/b",
            "https://bitbucket.org/a/b",
            [
                "/commits/8a91",
                "/src/8a91/src/x%20y.rs",
                "/branch/f/%C3%A9",
                "/src/v1",
                "/pull-requests/7",
                "/pull-requests/new?source=f/%C3%A9",
            ],
        ),
        (
            "https://codeberg.org/a/b.git",
            "https://codeberg.org/a/b",
            [
                "/commit/8a91",
                "/src/commit/8a91/src/x%20y.rs",
                "/src/branch/f/%C3%A9",
                "/src/tag/v1",
                "/pulls/7",
                "/compare/f/%C3%A9",
            ],
        ),
        (
            "git@ssh.dev.azure.com:v3/acme/Web Team/shop",
            "https://dev.azure.com/acme/Web%20Team/_git/shop",
            [
                "/commit/8a91",
                "?path=/src/x%20y.rs&version=GC8a91",
                "?version=GBf/%C3%A9",
                "?version=GTv1",
                "/pullrequest/7",
                "/pullrequestcreate?sourceRef=f/%C3%A9",
            ],
        ),
    ];
    for (address, repository, pages) in cases {
        let hosting = of_clone(address).unwrap();
        let found = [
            hosting.commit("8a91"),
            hosting.file("8a91", b"src/x y.rs"),
            hosting.branch("f/é"),
            hosting.tag("v1"),
            hosting.pull_request("7"),
            hosting.create_pull_request("f/é").unwrap(),
        ];
        assert_eq!(hosting.page().to_string(), repository);
        for (found, page) in found.iter().zip(pages) {
            assert_eq!(found.to_string(), format!("{repository}{page}"));
        }
    }
}

#[test]
fn servers_with_rules_of_their_own() {
    let gerrit = of_clone("ssh://ada@review.example.com:29418/web/shop").unwrap();
    let pages = [
        (
            gerrit.commit("8a91"),
            "https://review.example.com/plugins/gitiles/web/shop/+/8a91",
        ),
        (
            gerrit.branch("main"),
            "https://review.example.com/plugins/gitiles/web/shop/+/refs/heads/main",
        ),
        (
            gerrit.pull_request("7"),
            "https://review.example.com/c/web/shop/+/7",
        ),
    ];
    for (page, expected) in pages {
        assert_eq!(page.to_string(), expected);
    }
    assert_eq!(gerrit.create_pull_request("main"), None);

    let aws = of_clone("codecommit::eu-west-1://shop").unwrap();
    let base = "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/shop";
    let pages = [
        (aws.page().clone(), "/browse"),
        (aws.commit("8a91"), "/commit/8a91"),
        (aws.file("8a91", b"a/b"), "/browse/8a91/--/a/b"),
        (aws.branch("f/x"), "/browse/refs/heads/f/x"),
        (aws.pull_request("7"), "/pull-requests/7/details"),
    ];
    for (page, expected) in pages {
        assert_eq!(page.to_string(), format!("{base}{expected}"));
    }
    let of_page = Hosting::of_page(&format!("{base}/browse").parse().unwrap(), None);
    assert_eq!(of_page.commit("8a91"), aws.commit("8a91"));
}

#[test]
fn the_users_word_counts() {
    let page = "https://git.example.com/a/b".parse().unwrap();
    let hosting = Hosting::of_page(&page, Some(RepositoryKind::Gitea));
    assert_eq!(
        hosting.branch("x").to_string(),
        "https://git.example.com/a/b/src/branch/x"
    );
    assert_eq!(hosting.pull_request_name("7"), "#7");
    let given = ["{repository}?h={commit}", "https://review/new/{branch}"];
    let [commit, create] = given.map(|it| it.parse().unwrap());
    let hosting = hosting.with("commit", Some(&commit));
    let hosting = hosting
        .with("new-pull-request", Some(&create))
        .with("branch", None);
    let commit = hosting.commit("8a91").to_string();
    assert_eq!(commit, "https://git.example.com/a/b?h=8a91");
    let create = hosting.create_pull_request("x").unwrap();
    assert_eq!(create.to_string(), "https://review/new/x");
    let gitlab = Hosting::of_page(&page, Some(RepositoryKind::Gitlab));
    assert_eq!(gitlab.pull_request_name("7"), "!7");
}

/// Address of the clone, kind where it is given; pages of the repository, a commit, a branch and a change.
#[test]
fn servers_below_a_path_and_with_several_hosts() {
    let cases = [
        (
            "https://review.example.com/r/a/tools/shop",
            None,
            "https://review.example.com/r/plugins/gitiles/tools/shop",
            "/+/8a91",
            "/+/refs/heads/main",
            "https://review.example.com/r/c/tools/shop/+/7",
        ),
        (
            "https://git.example.com/code/a/My%20Tools/shop",
            Some(RepositoryKind::Gerrit),
            "https://git.example.com/code/plugins/gitiles/My%20Tools/shop",
            "/+/8a91",
            "/+/refs/heads/main",
            "https://git.example.com/code/c/My%20Tools/shop/+/7",
        ),
        (
            "ssh://ada@review.example.com:29418/a/shop",
            None,
            "https://review.example.com/plugins/gitiles/a/shop",
            "/+/8a91",
            "/+/refs/heads/main",
            "https://review.example.com/c/a/shop/+/7",
        ),
        (
            "https://gerrit.googlesource.com/a/plugins/hooks",
            None,
            "https://gerrit.googlesource.com/plugins/hooks",
            "/+/8a91",
            "/+/refs/heads/main",
            "https://gerrit-review.googlesource.com/c/plugins/hooks/+/7",
        ),
        (
            "https://chromium-review.googlesource.com/chromium/src.git",
            None,
            "https://chromium.googlesource.com/chromium/src",
            "/+/8a91",
            "/+/refs/heads/main",
            "https://chromium-review.googlesource.com/c/chromium/src/+/7",
        ),
        (
            "git://git.kernel.org/pub/scm/git/git.git",
            None,
            "https://git.kernel.org/pub/scm/git/git.git",
            "/commit/?id=8a91",
            "/log/?h=main",
            "https://git.kernel.org/pub/scm/git/git.git",
        ),
        (
            "git@ssh.dev.azure.com:v3/org/My%20Project/shop%2520",
            None,
            "https://dev.azure.com/org/My%20Project/_git/shop%2520",
            "/commit/8a91",
            "?version=GBmain",
            "https://dev.azure.com/org/My%20Project/_git/shop%2520/pullrequest/7",
        ),
        (
            "git@git.example.com:grp/sub/shop.git",
            None,
            "https://git.example.com/grp/sub/shop",
            "/-/commit/8a91",
            "/-/tree/main",
            "https://git.example.com/grp/sub/shop/-/merge_requests/7",
        ),
        (
            // The path of a file is not decoded.
            "git@git.example.com:grp/My%20Project.git",
            None,
            "https://git.example.com/grp/My%2520Project",
            "/commit/8a91",
            "/tree/main",
            "https://git.example.com/grp/My%2520Project/pull/7",
        ),
    ];
    for (address, kind, repository, commit, branch, change) in cases {
        let clone = CloneUrl::parse(address).unwrap();
        let hosting = Hosting::of_clone(&clone, kind).unwrap();
        assert_eq!(hosting.page().to_string(), repository);
        let pages = [
            (hosting.commit("8a91"), format!("{repository}{commit}")),
            (hosting.branch("main"), format!("{repository}{branch}")),
            (hosting.pull_request("7"), change.to_owned()),
        ];
        for (page, expected) in pages {
            assert_eq!(page.to_string(), expected, "{address}");
        }
        // The page that is named has the same pages.
        let of_page = Hosting::of_page(hosting.page(), Some(hosting.kind));
        assert_eq!(of_page.commit("8a91"), hosting.commit("8a91"), "{address}");
        assert_eq!(
            of_page.pull_request("7"),
            hosting.pull_request("7"),
            "{address}"
        );
    }
}

/// What is too long for an address leads to the next larger thing.
#[test]
fn long_names_have_a_page_all_the_same() {
    let hosting = of_clone("git@github.com:a/b.git").unwrap();
    let long = "é/".repeat(500);
    assert_eq!(hosting.branch(&long), *hosting.page());
    let file = hosting.file("8a91", long.as_bytes());
    assert_eq!(file, hosting.commit("8a91"));
}
