//! Where the range of a tag begins.

use serde_json::json;

use super::{BUILD, DEPLOYMENT, Pairs, agent, keys, sent};
use crate::support::Agent;

#[test]
fn a_tag_begins_behind_the_one_before_in_its_series() {
    let cases: &[(&[&str], &str, &[&str], &str)] = &[
        (
            &[
                "A-0 old",
                "tag v1.9.0",
                "AB-1 a",
                "tag v2.0.0-rc1",
                "AB-2 b",
                "tag v2.0.0-rc2",
                "bump",
                "tag v2.0.0",
            ],
            "v2.0.0",
            &["AB-1", "AB-2"],
            "v1.9.0",
        ),
        (
            &[
                "A-0 old",
                "tag v1.9.0",
                "AB-1 a",
                "tag v2.0.0-rc1",
                "AB-2 b",
                "tag v2.0.0-rc2",
            ],
            "v2.0.0-rc2",
            &["AB-2"],
            "v2.0.0-rc1",
        ),
        (
            &[
                "A-0 old",
                "tag api/v1.1.0",
                "AB-1 a",
                "tag web-2.0.0",
                "AB-2 b",
                "tag api/v1.2.0",
            ],
            "api/v1.2.0",
            &["AB-1", "AB-2"],
            "api/v1.1.0",
        ),
        (
            &["A-0 old", "tag v2024.9.30", "AB-1 a", "tag v2024.10.1"],
            "v2024.10.1",
            &["AB-1"],
            "v2024.9.30",
        ),
        (
            &["A-0 old", "tag 1.2.2+build", "AB-1 a", "tag 1.2.3+build"],
            "1.2.3+build",
            &["AB-1"],
            "1.2.2+build",
        ),
        // A tag of the same commit is no start.
        (
            &[
                "A-0 old",
                "tag v1.0.0",
                "AB-1 a",
                "tag v1.1.0",
                "tag v1.1.1",
            ],
            "v1.1.1",
            &["AB-1"],
            "v1.0.0",
        ),
    ];
    for (steps, tag, expected, from) in cases {
        for command in [BUILD, DEPLOYMENT] {
            let mut agent = agent(steps);
            agent.set("TAG_NAME", tag);
            let run = sent(&agent, command);
            assert_eq!(keys(&run), *expected, "{tag} {}", run.stderr);
            let range = &run.json()["ranges"][0];
            assert_eq!(
                (&range["start"], &range["from"]),
                (&json!("previous_tag"), &json!(from))
            );
            assert!(
                run.stderr.contains(&format!("since the tag {from}")),
                "{}",
                run.stderr
            );
            assert!(!run.stderr.contains("warning"), "{}", run.stderr);
            // Built once more, it has no fewer issues.
            agent.set(
                "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
                &agent.variables()["GIT_COMMIT"].clone(),
            );
            assert_eq!(keys(&sent(&agent, command)), *expected, "{tag}");
        }
    }
    // Another line of development has a tag that is no ancestor.
    let mut agent = agent(&["A-0 old", "tag v1.0.0", "AB-1 a", "tag v1.2.0"]);
    agent.git(&["checkout", "--quiet", "-b", "other", "v1.0.0"]);
    agent.git(&["commit", "--quiet", "--allow-empty", "--message=AB-9"]);
    agent.git(&["tag", "v1.1.0"]);
    agent.git(&["checkout", "--quiet", "v1.2.0"]);
    agent.set("TAG_NAME", "v1.2.0");
    assert_eq!(keys(&sent(&agent, BUILD)), ["AB-1"]);
}

/// Branches of releases may never come back: the release before is no ancestor then, and counts all the same.
#[test]
fn a_tag_on_a_branch_of_its_own_begins_behind_the_release_before() {
    // Releases are tagged on branches that leave main and never come back.
    let releases = |steps: Pairs| {
        let mut agent = agent(&["A-0 old", "tag v0.1.0", "AB-1 ancient"]);
        agent.git(&["checkout", "--quiet", "main"]);
        for (message, tag) in steps {
            let message = format!("--message={message}");
            agent.git(&["commit", "--quiet", "--allow-empty", &message]);
            if !tag.is_empty() {
                agent.git(&["checkout", "--quiet", "--detach"]);
                let bump = format!("--message=AB-99 bump {tag}");
                agent.git(&["commit", "--quiet", "--allow-empty", &bump]);
                agent.git(&["tag", tag]);
                agent.git(&["checkout", "--quiet", "main"]);
            }
        }
        let last = steps.last().unwrap().1;
        agent.git(&["checkout", "--quiet", last]);
        agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
        agent.set("TAG_NAME", last);
        agent
    };
    let cases: &[(Pairs, &[&str], &str)] = &[
        (
            &[
                ("AB-2", ""),
                ("AB-3", "v1.0.0"),
                ("AB-4", ""),
                ("AB-5", "v1.1.0"),
            ],
            &["AB-4", "AB-5", "AB-99"],
            "v1.0.0",
        ),
        (
            &[
                ("AB-2", "v1.0.0"),
                ("AB-3", "v1.1.0-rc1"),
                ("AB-4", "v1.1.0"),
            ],
            &["AB-3", "AB-4", "AB-99"],
            "v1.0.0",
        ),
        // A later version was released before.
        (
            &[("AB-2", "v1.0.0"), ("AB-3", "v2.0.0"), ("AB-4", "v1.1.0")],
            &["AB-3", "AB-4", "AB-99"],
            "v1.0.0",
        ),
        // Another series.
        (
            &[
                ("AB-2", "v1.0.0"),
                ("AB-3", "api-1.0.5"),
                ("AB-4", "v1.1.0"),
            ],
            &["AB-3", "AB-4", "AB-99"],
            "v1.0.0",
        ),
    ];
    for (steps, expected, from) in cases {
        for command in [BUILD, DEPLOYMENT] {
            let run = sent(&releases(steps), command);
            assert_eq!(keys(&run), *expected, "{steps:?} {}", run.stderr);
            assert_eq!(run.json()["ranges"][0]["from"], *from, "{steps:?}");
            assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        }
    }
    // A tag of another history bounds nothing.
    let agent = releases(&[("AB-2", ""), ("AB-3", "v1.1.0")]);
    agent.git(&["checkout", "--quiet", "--orphan", "other"]);
    agent.git(&["commit", "--quiet", "--allow-empty", "--message=foreign"]);
    agent.git(&["tag", "v1.0.0"]);
    agent.git(&["checkout", "--quiet", "v1.1.0"]);
    let run = sent(&agent, BUILD);
    assert_eq!(keys(&run), ["AB-1", "AB-2", "AB-3", "AB-99"]);
    assert_eq!(run.json()["ranges"][0]["from"], "v0.1.0");
}

/// A repository whose `main` has these, with further branches; `v… from NAME` leaves a tag or branch there with a commit
/// of its own, and comes back.
fn lines(steps: &[&str]) -> Agent {
    let mut agent = agent(&["A-0 old"]);
    agent.git(&["checkout", "--quiet", "main"]);
    let commit = |agent: &Agent, message: &str| {
        let message = format!("--message={message}");
        agent.git(&["commit", "--quiet", "--allow-empty", &message]);
    };
    for step in steps {
        let words: Vec<&str> = step.split(' ').collect();
        match words.as_slice() {
            [tag, "from", place, message @ ..] => {
                agent.git(&["checkout", "--quiet", "--detach", place]);
                commit(&agent, &message.join(" "));
                agent.git(&["tag", tag]);
                agent.git(&["checkout", "--quiet", "main"]);
            }
            ["tag", tag] => drop(agent.git(&["tag", tag])),
            _ => commit(&agent, step),
        }
    }
    let tag = steps
        .last()
        .unwrap()
        .split(' ')
        .find(|word| word.contains('.'));
    agent.git(&["checkout", "--quiet", tag.unwrap()]);
    agent.set("TAG_NAME", tag.unwrap());
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    agent
}

/// Steps, the keys that are found, and the tag where the range begins.
const OTHER_LINES: &[(&[&str], &[&str], &str)] = &[
    // The line of 1.2 left main at its tag, and later than that.
    (
        &[
            "tag v1.2.0",
            "v1.2.1 from v1.2.0 AB-8",
            "v1.2.5 from v1.2.1 AB-9",
            "AB-1",
            "AB-2",
            "tag v1.3.0",
        ],
        &["AB-1", "AB-2"],
        "v1.2.0",
    ),
    (
        &[
            "tag v1.2.0",
            "AB-1",
            "v1.2.1 from main AB-8",
            "AB-2",
            "tag v1.3.0",
        ],
        &["AB-1", "AB-2"],
        "v1.2.0",
    ),
    (
        &[
            "tag shop-2.426",
            "AB-1",
            "shop-2.426.1 from main AB-8",
            "shop-2.426.3 from shop-2.426.1 AB-9",
            "AB-2",
            "tag shop-2.427",
        ],
        &["AB-1", "AB-2"],
        "shop-2.426",
    ),
    // A patch of the line follows the patch before it.
    (
        &[
            "tag v1.2.0",
            "AB-1",
            "v1.2.1 from main AB-8",
            "AB-2",
            "tag v1.3.0",
            "v1.2.2 from v1.2.1 AB-9",
        ],
        &["AB-9"],
        "v1.2.1",
    ),
    // Tagged beside the branch each time, as some release tools do.
    (
        &[
            "tag v1.2.0",
            "AB-1",
            "v1.2.1 from main AB-8",
            "AB-2",
            "v1.2.2 from main AB-9",
        ],
        &["AB-2", "AB-9"],
        "v1.2.1",
    ),
    // Only the first release was on main; the others were on branches that stay apart.
    (
        &[
            "tag v1.0.0",
            "AB-1",
            "v1.1.0 from main AB-8",
            "v1.1.1 from v1.1.0 AB-9",
            "AB-2",
            "v1.2.0 from main AB-3",
        ],
        &["AB-2", "AB-3"],
        "v1.1.1",
    ),
    // What another line brings beyond the tag on main is nothing: the tag on main is named.
    (
        &[
            "tag v1.0.0",
            "v1.1.0 from v1.0.0 AB-8",
            "AB-1",
            "tag v1.2.0",
        ],
        &["AB-1"],
        "v1.0.0",
    ),
    // An older major version goes on.
    (
        &[
            "tag v1.9.0",
            "AB-1",
            "tag v2.0.0",
            "v1.9.1 from v1.9.0 AB-8",
            "v1.10.0 from v1.9.1 AB-9",
            "AB-2",
            "tag v2.1.0",
        ],
        &["AB-2"],
        "v2.0.0",
    ),
];

/// What mends an older release beside `main` is not the release before, whatever its number; what was released on a
/// branch of its own after the last tag that leads here is.
#[test]
fn versions_on_other_lines_are_told_apart() {
    for (steps, expected, from) in OTHER_LINES {
        for command in [BUILD, DEPLOYMENT] {
            let run = sent(&lines(steps), command);
            assert_eq!(keys(&run), *expected, "{steps:?} {}", run.stderr);
            assert_eq!(run.json()["ranges"][0]["from"], *from, "{steps:?}");
            assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        }
    }
}
