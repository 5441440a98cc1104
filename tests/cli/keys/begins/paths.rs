//! Commits that change a part of a repository.

use super::{BUILD, DEPLOYMENT, agent, keys, sent};

#[test]
fn only_commits_below_a_path_count() {
    let mut agent = agent(&["base"]);
    agent.git(&["checkout", "--quiet", "main"]);
    let base = agent.git(&["rev-parse", "HEAD"]);
    let change = |path: &str, message: &str| {
        std::fs::create_dir_all(agent.path().join(path)).unwrap();
        std::fs::write(agent.path().join(path).join("x"), message).unwrap();
        agent.git(&["add", "--all"]);
        agent.git(&["commit", "--quiet", "--message", message]);
    };
    change("api", "AB-1 api");
    change("web", "AB-2 web");
    for (branch, path) in [("ab-3-api", "api/deep"), ("ab-4-web", "web/deep")] {
        agent.git(&["checkout", "--quiet", "-b", branch]);
        change(path, "work");
        agent.git(&["checkout", "--quiet", "main"]);
        let message = format!("--message=Merge branch '{branch}'");
        agent.git(&["merge", "--quiet", "--no-ff", &message, branch]);
    }
    let head = agent.git(&["rev-parse", "HEAD"]);
    agent
        .set("GIT_COMMIT", &head)
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &base);
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["AB-1", "AB-2", "AB-3", "AB-4"]),
        (&["--path=api"], &["AB-1", "AB-3"]),
        (&["--paths=web/"], &["AB-2", "AB-4"]),
        (&["--path", "api/deep"], &["AB-3"]),
        (
            &["--path=api", "--path=web"],
            &["AB-1", "AB-2", "AB-3", "AB-4"],
        ),
        (&["--path=docs"], &[]),
    ];
    for (options, expected) in cases {
        for command in [BUILD, DEPLOYMENT] {
            let run = sent(&agent, &[command, options].concat());
            assert_eq!(keys(&run), *expected, "{options:?}: {}", run.stderr);
        }
    }
    let run = agent.run(&["keys", "--path=api"]);
    assert!(
        run.stdout
            .contains("searched 3 commits in api since the last successful build"),
        "{}",
        run.stdout
    );
}

/// What is wrong with a path is said, whoever wrote it.
#[test]
fn paths_that_cannot_be_are_reported() {
    let mut agent = agent(&["A-1 old"]);
    std::fs::create_dir(agent.path().join("api")).unwrap();
    agent.write("api/a", "");
    agent.write("f", "");
    agent.git(&["add", "api", "f"]);
    agent.git(&["commit", "--quiet", "--message", "ABC-2 new"]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    let cases: &[(&[&str], i32, &str, &[&str])] = &[
        (&["--paths=api/"], 0, "", &["ABC-2"]),
        (&["--path=./api/"], 0, "", &["ABC-2"]),
        (&["--path", "api//a"], 0, "", &["ABC-2"]),
        (&["--path=api/./a", "--path=.//f"], 0, "", &["ABC-2"]),
        (&["--path=./"], 0, "", &["ABC-2"]),
        (&["--path=./nope//x/"], 0, "has no nope/x", &[]),
        (&["--path=:(glob)api/**"], 0, "", &["ABC-2"]),
        (&["--paths= f ,nope"], 0, "has no nope", &["ABC-2"]),
        (&["--paths=nope", "--paths=web"], 0, "has no nope, web", &[]),
        (&["--paths=*.rs"], 0, "", &[]),
        (&["--paths="], 2, "expected a path below", &[]),
        (&["--paths=/api"], 2, "expected a path below", &[]),
        (&["--paths=../g"], 2, "expected a path below", &[]),
        (&["--paths=a/../../g"], 2, "expected a path below", &[]),
    ];
    for (options, code, words, expected) in cases {
        let run = sent(&agent, &[BUILD, options].concat());
        assert_eq!(run.code, *code, "{options:?} {}", run.stderr);
        assert!(run.stderr.contains(words), "{options:?} {}", run.stderr);
        assert_eq!(
            run.stderr.contains("has no"),
            words.contains("has no"),
            "{}",
            run.stderr
        );
        if *code == 0 {
            assert_eq!(keys(&run), *expected, "{options:?} {}", run.stderr);
        }
    }
    agent.set("JIRA_SEND_PATHS", "web,api");
    assert_eq!(keys(&sent(&agent, BUILD)), ["ABC-2"]);
}
