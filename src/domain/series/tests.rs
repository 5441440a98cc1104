use super::{is_release, lower, mends, previous, previous_release};

#[test]
fn the_tag_before_is_of_the_same_series() {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        ("v1.1.0", &["v1.0.0"], Some("v1.0.0")),
        ("v1.10.0", &["v1.2.0", "v1.9.0", "v1.1.0"], Some("v1.9.0")),
        (
            "v2.0.0",
            &["v2.0.0-rc2", "v2.0.0-rc1", "v1.9.0"],
            Some("v1.9.0"),
        ),
        ("v2.0.0-rc2", &["v2.0.0-rc1", "v1.9.0"], Some("v2.0.0-rc1")),
        (
            "v2.0.0-rc.10",
            &["v2.0.0-rc.9", "v2.0.0-rc.1"],
            Some("v2.0.0-rc.9"),
        ),
        (
            "v2.0.0-rc1",
            &["v2.0.0-beta3", "v1.9.0"],
            Some("v2.0.0-beta3"),
        ),
        ("v2.0.0", &["v2.0.0-rc2"], None),
        ("v2.1.0", &["v1.9.5", "v2.0.0"], Some("v2.0.0")),
        ("1.0", &["1.0rc1", "0.9", "1.0b2"], Some("0.9")),
        (
            "5.0.0.RELEASE",
            &["5.0.0.RC1", "4.9.0.RELEASE"],
            Some("4.9.0.RELEASE"),
        ),
        (
            "6.1.0.Final",
            &["6.1.0.CR1", "6.0.2.Final", "6.0.0"],
            Some("6.0.2.Final"),
        ),
        (
            "api/v1.2.0",
            &["web-2.0.0", "v9.0.0", "api/v1.1.0", "web/v1.1.9"],
            Some("api/v1.1.0"),
        ),
        ("web-2.0.0", &["api/v1.9.0", "web-1.0.0"], Some("web-1.0.0")),
        (
            "@acme/shop@1.2.0",
            &["@acme/lib@1.1.0", "@acme/shop@1.1.0"],
            Some("@acme/shop@1.1.0"),
        ),
        (
            "v2024.10.1",
            &["v2024.9.30", "v2023.12.1"],
            Some("v2024.9.30"),
        ),
        (
            "release-2024-10-01",
            &["release-2024-09-30", "release-2023-12-31"],
            Some("release-2024-09-30"),
        ),
        (
            "1.2.3+build",
            &["1.2.2+build", "1.2.3-rc.1", "1.1.0"],
            Some("1.2.2+build"),
        ),
        (
            "1.2.3+5",
            &["1.2.3+4", "1.2.3+10", "1.2.2"],
            Some("1.2.3+4"),
        ),
        ("1.3.0", &["v1.2.0", "v1.1.0"], Some("v1.2.0")),
        ("v1.2.0-PROJ-9", &["v1.1.0", "v1.0.0"], Some("v1.1.0")),
        ("v1.2.0-PROJ-9", &["v1.3.0", "v1.1.0"], Some("v1.1.0")),
        (
            "v1.2.0-jre",
            &["v1.2.0-android", "v1.1.0-android", "v1.1.0-jre"],
            Some("v1.1.0-jre"),
        ),
        (
            "log4j-2.17.1",
            &["log4j-2.17.0", "log4j-2.9", "log4j2"],
            Some("log4j-2.17.0"),
        ),
        ("REL_12_1", &["REL_12_0", "REL_11_9"], Some("REL_12_0")),
        ("go1.21.3", &["go1.21.2", "go1.9"], Some("go1.21.2")),
        ("build-45", &["build-44", "build-9"], Some("build-44")),
        ("v10", &["v9", "v8"], Some("v9")),
        ("v1.0", &["v2019.2", "v2019.1"], Some("v2019.2")),
        ("latest", &["stable", "v1"], None),
        ("v1.0", &["v1.0"], None),
        ("v1", &["ü1", ""], None),
    ];
    for (name, others, expected) in cases {
        assert_eq!(previous(name, others), *expected, "{name} {others:?}");
    }
}

#[test]
fn the_release_before_is_a_branch_of_releases() {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        (
            "release/1.2",
            &["main", "release/1.1", "release/1.0", "release/1.3"],
            Some("release/1.1"),
        ),
        ("1.10.x", &["1.9.x", "1.2.x"], Some("1.9.x")),
        (
            "4-2-stable",
            &["4-1-stable", "4-0-stable"],
            Some("4-1-stable"),
        ),
        ("branch-3.5", &["branch-3.4"], Some("branch-3.4")),
        ("feature/ABC-12-login", &["feature/ABC-11-logout"], None),
        ("release/1.2", &["hotfix/1.1"], None),
    ];
    for (name, others, expected) in cases {
        assert_eq!(previous_release(name, others), *expected, "{name}");
    }
}

#[test]
fn words_behind_a_final_version_are_variants() {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        (
            "3.0.2.Final",
            &["3.0.1.Final-redhat-dev", "3.0.1.Final", "3.0.0.Final"],
            Some("3.0.1.Final"),
        ),
        (
            "3.0.2.Final-redhat-dev",
            &["3.0.2.Final", "3.0.1.Final-redhat-dev", "3.0.1.Final"],
            Some("3.0.1.Final-redhat-dev"),
        ),
        (
            "5.0.0.SP2",
            &["5.0.0.SP1", "5.0.0.Final"],
            Some("5.0.0.SP1"),
        ),
    ];
    for (name, others, expected) in cases {
        assert_eq!(previous(name, others), *expected, "{name} {others:?}");
    }
}

/// Version, the release that it may mend, and a later one.
#[test]
fn a_version_mends_the_release_of_its_line() {
    for (versions, expected) in [
        ("v1.2.5 v1.2.0 v1.3.0", true),
        ("v1.2.5 v1.2.3 v2.0.0", true),
        ("2.426.3 2.426 2.427", true),
        ("1.2.5 1.2 1.3", true),
        ("v1.5 v1 v2", true),
        ("1.2.3.9 1.2.3.1 1.2.4.0", true),
        ("api/v0.1.9 api/v0.1.2 api/v0.2.0", true),
        ("6.0.2.Final 6.0.0.Final 6.1.0.Final", true),
        ("v1.2.5 v1.1.0 v1.3.0", false),
        ("v1.2.5 v1.2.0 v1.2.6", false),
        ("v2022.9.5 v1.39.0 v2022.10.0", false),
        ("v1.1.0 v1.0.0 v1.2.0", false),
        ("build-45 build-44 build-46", false),
        ("v1.2.5 latest v1.3.0", false),
    ] {
        let names: Vec<&str> = versions.split(' ').collect();
        assert_eq!(mends(names[0], names[1], names[2]), expected, "{versions}");
    }
}

#[test]
fn branches_of_releases_are_known_by_their_names() {
    let releases = "release/1.2 release-1.2 releases/2024-10-01 1.10.x v2 v1.2 support/1.x support-3 maint-2.40 \
                    stable-2.426 4-2-stable branch-3.5 hotfix/1.2.1 rel_12 maintenance/1.x LTS-2";
    for name in releases.split_whitespace() {
        assert!(is_release(name), "{name}");
    }
    let others = "release release/next release/ABC-12 feature/1.2 hotfix/abc-12 hotfix/login ABC-12 abc-12-release \
                  ada/release-1.2 main bump-to-1.2";
    for name in others.split_whitespace() {
        assert!(!is_release(name), "{name}");
    }
}

/// Each series from its oldest to its newest, finals and those before them: whatever the order in which git lists them, each
/// comes after the one before it, and a final one after the final one before it.
#[test]
fn versions_are_in_the_order_of_their_numbers() {
    let series = [
        "v9.9.9 v10.0.0 v10.0.1 v10.1.0 v11.0.0",
        "1.8 1.9 1.10 1.11 2.0 10.0",
        "2023.12.31 2024.9.30 2024.10.1 2024.10.10 2025.1.1",
        "release-2023-12-31 release-2024-09-30 release-2024-10-01 release-2024-10-02",
        "20231231 20240930 20241001",
        "2024-09-30 2024-10-01 2024-10-01.1 2024-10-01.2 2024-10-01.10",
        "2024-09-30T190000 2024-10-01T080000 2024-10-01T180109 2024-10-01T210118",
        "20240930T1 20241001T0900 20241001T1000",
        "1.2.3.9 1.2.3.10 1.2.4.0 1.2.10.1 1.3.0.0",
        "v1.0.0-rc.1 v1.0.0-rc.9 v1.0.0-rc.10 v1.0.0 v1.0.1-rc.1 v1.0.1",
        "v1.0.0-alpha v1.0.0-alpha.1 v1.0.0-beta.2 v1.0.0-beta.11 v1.0.0-rc.1 v1.0.0",
        "1.0.0-SNAPSHOT 1.0.0 1.1.0-SNAPSHOT 1.1.0",
        "2.0.0-M1 2.0.0-M2 2.0.0-M10 2.0.0-RC1 2.0.0",
        "2.0.0.M9 2.0.0.M10 2.0.0.RC1 2.0.0.RELEASE",
        "1.0a1 1.0b1 1.0b2 1.0rc1 1.0 1.1",
        "v1.0.0+4 v1.0.0+5 v1.0.0+10 v1.0.1+1",
        "v1.0.0-rc.1+9 v1.0.0-rc.2+1 v1.0.0+1",
        "api/v1.1.9 api/v1.1.10 api/v1.2.0-rc.1 api/v1.2.0 api/v1.10.0",
        "services/api/1.9.0 services/api/1.10.0",
        "shop@1.1.9 shop@1.2.0-next.9 shop@1.2.0-next.10 shop@1.2.0 shop@1.10.0",
        "@acme/shop@1.9.0 @acme/shop@1.10.0",
        "shop-v1.9.0 shop-v1.10.0-preview.1 shop-v1.10.0",
        "build-9 build-10 build-99 build-100",
        "r9 r10 r100",
        "V1_9_0 V1_10_0_RC1 V1_10_0",
        "v1.9 v1.9.1 v1.10",
        "v3.0.0-dev.20240930 v3.0.0-dev.20241001 v3.0.0",
        "v1.2.0 v1.2.0-hotfix.1 v1.2.0-hotfix.2 v1.2.1",
        "1.2 1.2-hotfix 1.2-hotfix1 1.2-hotfix10 1.2.1",
        "1.0.0 1.0.0.post1 1.0.1",
        "v1.2.0 v1.2.0-p1 v1.2.0-p2 v1.2.1",
    ];
    for series in series {
        let all: Vec<&str> = series.split_whitespace().collect();
        let others = ["web-9.0.0", "other/v1.0.5", "lib@1.0.0", "latest"];
        let sorted: Vec<&str> = all.iter().chain(&others).copied().collect();
        let reversed: Vec<&str> = sorted.iter().rev().copied().collect();
        for (at, name) in all.iter().enumerate() {
            let before = all[..at].iter().rev();
            let expected = before.copied().find(|it| !is_final(name) || is_final(it));
            for listed in [&sorted, &reversed] {
                assert_eq!(lower(name, listed), expected, "{name} of {series}");
            }
        }
    }
}

/// Told by eye, for the names above only.
fn is_final(name: &str) -> bool {
    let words = [
        "alpha", "beta", "rc", "RC", "SNAPSHOT", "-M", ".M", "a1", "b1", "b2", "next", "preview",
        "dev.",
    ];
    !words.iter().any(|word| name.contains(word))
}
