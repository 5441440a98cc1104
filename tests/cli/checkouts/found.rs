//! Which repositories of the workspace are of the run, and what is read of them.

use super::*;
use crate::support::Run;

/// Two repositories in folders, each with an old commit, a new one with a body, and a merge.
struct Two {
    agent: Workspace,
    app: Repo,
    lib: Repo,
    /// Commits of `app`, then of `lib`: the old one, the new one, the one that was merged.
    ids: [[String; 3]; 2],
}

fn fill(repo: &Repo, project: &str) -> [String; 3] {
    let old = repo.commit(&format!("{project}-1 old"));
    let new = repo.commit(&format!("{project}-2 new\n\nbody {project}-3"));
    let merge = format!("Merge pull request from feature/{project}-4");
    let merged = repo.merge(&merge, &format!("{project}-5\n\nbody {project}-6"));
    [old, new, merged]
}

fn two(folders: [&str; 2]) -> Two {
    let mut agent = Workspace::new();
    let [app, lib] = folders.map(|folder| Repo::new(&agent, folder));
    let ids = [fill(&app, "APP"), fill(&lib, "LIBS")];
    let [of_app, of_lib] = &ids;
    let log = [
        (of_lib[2].as_str(), "LIBS-5"),
        (&of_lib[1], "LIBS-2 new"),
        (&of_app[2], "APP-5"),
        (&of_app[1], "APP-2 new"),
        LIBRARY,
    ];
    agent.change_log(&log);
    Two {
        agent,
        app,
        lib,
        ids,
    }
}

/// What is new in both.
fn all() -> Value {
    json!([
        "APP-4", "APP-5", "APP-6", "APP-2", "APP-3", "LIBS-4", "LIBS-5", "LIBS-6", "LIBS-2",
        "LIBS-3"
    ])
}

#[test]
fn both_are_found_with_bodies_and_merges() {
    let mut two = two(["app", "lib"]);
    two.agent.set("GIT_COMMIT", &two.app.head());
    two.agent
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &two.ids[0][0]);
    let run = two.agent.keys(&json!({}));
    assert_eq!(*run.issue_keys(), all());
    let sources = sources(&run);
    let short = |id: &str| id[..12].to_owned();
    assert!(sources.contains(&(
        "APP-3".to_owned(),
        format!("commit {}", short(&two.ids[0][1]))
    )));
    let in_lib = format!("commit {} in lib", short(&two.ids[1][1]));
    assert!(
        sources.contains(&("LIBS-3".to_owned(), in_lib)),
        "{sources:?}"
    );
    assert!(run.echo().contains("not linked: LIB-1"), "{}", run.echo());

    // The commit of the run is that of the first repository, wherever the program stands.
    assert_eq!(*two.agent.build(&json!({})).issue_keys(), all());
    let run = two.agent.run.clone();
    let request = crate::support::request("jiraSendKeys", &json!({}), &run);
    two.agent.write("request.json", &request.to_string());
    let mut inside = two.agent.command(&["step", "../request.json"]);
    inside.current_dir(two.agent.path().join("lib"));
    let answer = Answer::of(&Run::of(&inside.output().unwrap()));
    assert_eq!(*answer.issue_keys(), all());
}

/// Without a commit that Jenkins names: the log tells, but not which of two is the first.
#[test]
fn the_change_log_alone_tells_what_is_of_the_run() {
    let two = two(["app", "libs/java/lib"]);
    let run = two.agent.keys(&json!({"verbose": true}));
    assert_eq!(*run.issue_keys(), all());
    assert!(run.stderr.contains(
        "could not tell which repository in the workspace was built: app, libs/java/lib"
    ));
    assert!(
        !run.stderr.contains("warning: nothing says"),
        "{}",
        run.stderr
    );

    // A clone that nothing connects with the run is left alone.
    let vendored = Repo::new(&two.agent, "third-party");
    vendored.commit("XYZ-1 not ours");
    let run = two.agent.keys(&json!({}));
    assert_eq!(*run.issue_keys(), all());
}

#[test]
fn a_repository_inside_the_first_is_found() {
    let mut two = two(["", "lib"]);
    two.agent.set("GIT_COMMIT", &two.app.head());
    two.agent
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &two.ids[0][0]);
    assert_eq!(*two.agent.keys(&json!({})).issue_keys(), all());
    // Outside Jenkins nobody says how far a search may go.
    two.agent.unset("WORKSPACE");
    let run = two.agent.keys(&json!({}));
    assert_eq!(
        *run.issue_keys(),
        json!(["APP-4", "APP-5", "APP-6", "APP-2", "APP-3"])
    );
    assert!(
        run.echo().contains("not linked: LIBS-5, LIBS-2, LIB-1 ("),
        "{}",
        run.echo()
    );
}

/// Who is first, with one commit in each of the folders, and nothing in the change log.
#[test]
fn the_repository_of_the_run_is_chosen() {
    let mut agent = Workspace::new();
    let app = Repo::new(&agent, "app");
    let commit = app.commit("ABC-1 app");
    let only = agent.keys(&json!({}));
    assert_eq!(*only.issue_keys(), json!(["ABC-1"]));
    assert_eq!(sources(&only)[0].1, format!("commit {}", &commit[..12]));

    let lib = Repo::new(&agent, "lib");
    let other = lib.commit("ABC-2 lib");
    let none = agent.keys(&json!({}));
    assert_eq!(*none.issue_keys(), json!([]));
    assert!(
        none.warnings()[0].ends_with(
            "could not tell which repository in the workspace was built: app, lib; commit messages were not searched"
        ),
        "{}",
        none.echo()
    );
    assert!(none.echo().contains("scm: [app, lib]"), "{}", none.echo());
    for (commit, key) in [(&commit, "ABC-1"), (&other, "ABC-2")] {
        agent.set("GIT_COMMIT", commit);
        let run = agent.keys(&json!({}));
        assert_eq!((run.issue_keys(), run.warnings().len()), (&json!([key]), 0));
    }
    agent.set("GIT_COMMIT", "2222222222222222222222222222222222222222");
    let run = agent.keys(&json!({}));
    assert_eq!(*run.issue_keys(), json!([]));
    assert!(run.echo().contains("could not run git"), "{}", run.echo());
    // The folder that the user names is asked and no other.
    let run = agent.keys(&json!({"repositoryDir": "app"}));
    assert_eq!(*run.issue_keys(), json!(["ABC-1"]));
    assert!(run.echo().contains("is not in this repository"));
}

/// What Jenkins says of git is a shared library's, where that was checked out first: one warning says it, and what to do.
#[test]
fn variables_of_a_library_are_one_warning() {
    let mut agent = Workspace::new();
    let app = Repo::new(&agent, "");
    let old = app.commit("ABC-1 old");
    let new = app.commit("ABC-2 new");
    let (library, before) = ("3".repeat(40), "4".repeat(40));
    for (name, value) in [
        ("GIT_COMMIT", library.as_str()),
        ("GIT_PREVIOUS_COMMIT", &before),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &before),
        ("GIT_URL", "https://git.example.com/acme/library.git"),
        ("GIT_BRANCH", "LIB-7-main"),
        ("BRANCH_NAME", "main"),
    ] {
        agent.set(name, value);
    }
    for (log, keys, searched) in [
        (
            &[
                (library.as_str(), "LIB-9 library"),
                (new.as_str(), "ABC-2 new"),
            ][..],
            json!(["ABC-2"]),
            "searched 1 commit since those in Jenkins' change log",
        ),
        (
            &[],
            json!(["ABC-2"]),
            "searched only the newest commit for issue keys: no earlier successful build is known",
        ),
        (
            &[(new.as_str(), "ABC-2 new"), (old.as_str(), "ABC-1 old")],
            json!(["ABC-2", "ABC-1"]),
            "searched 2 commits since those in Jenkins' change log",
        ),
    ] {
        agent.change_log(log);
        for run in [agent.build(&json!({})), agent.keys(&json!({}))] {
            // With its hint.
            assert_eq!(run.warnings().len(), 2, "{}", run.echo());
            let words = format!(
                "commit {library} is not in this repository: what is checked out was read instead; {searched}"
            );
            assert!(run.warnings()[0].ends_with(&words), "{}", run.echo());
            assert!(run.echo().contains("scm: checkout(scm)"), "{}", run.echo());
        }
        assert_eq!(*agent.keys(&json!({})).issue_keys(), keys);
        let request = agent.build(&json!({})).returns()["request"].to_string();
        assert!(
            !request.contains("LIB") && !request.contains("library"),
            "{request}"
        );
    }
    // More of the history would not bring it.
    std::fs::write(app.path().join(".git/shallow"), format!("{new}\n")).unwrap();
    agent.change_log(&[]);
    let run = agent.build(&json!({}));
    assert!(run.echo().contains("scm: checkout(scm)"), "{}", run.echo());
    assert!(!run.echo().contains("--unshallow"), "{}", run.echo());
}

/// Whatever clone lies about there is none of a run of Subversion.
#[test]
fn a_run_of_another_system_has_no_repository_of_git() {
    let mut agent = Workspace::new();
    Repo::new(&agent, "tools/sdk").commit("SDK-1 of a tool");
    agent.change_log(&[("svn 1234", "ABC-1"), ("", "ABC-2")]);
    let run = agent.keys(&json!({}));
    assert_eq!(
        (run.issue_keys(), run.warnings().len()),
        (&json!(["ABC-1", "ABC-2"]), 0)
    );
    assert_eq!(sources(&run)[0].1, "commit svn 1234");
    // Unless the user says so.
    let run = agent.keys(&json!({"repositories": "tools/sdk"}));
    assert_eq!(*run.issue_keys(), json!(["SDK-1", "ABC-1", "ABC-2"]));
}

/// The first build has no change log: what is named is read all the same.
#[test]
fn named_repositories_are_read_on_the_first_build() {
    let mut agent = Workspace::new();
    let names = ["app", "lib 'a\" $(touch pwned) 🚀", "new\nline"];
    for (index, name) in names.iter().enumerate() {
        let repo = Repo::new(&agent, name);
        repo.commit(&format!("ABC-{}\n\nand DEF-{}", index + 1, index + 1));
    }
    let parameters = json!({"repositories": names});
    let run = agent.keys(&parameters);
    assert_eq!(
        *run.issue_keys(),
        json!(["ABC-1", "DEF-1", "ABC-2", "DEF-2", "ABC-3", "DEF-3"])
    );
    assert!(
        sources(&run)[4].1.ends_with(" in new\nline"),
        "{:?}",
        sources(&run)
    );
    let text = run.echo();
    assert_eq!(text.lines().count(), 21, "{text}");
    assert!(!agent.path().join("pwned").exists());

    // Nothing new in them after that.
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "HEAD");
    for parameters in [parameters, json!({"repositories": "app"})] {
        let run = agent.keys(&parameters);
        assert_eq!(*run.issue_keys(), json!(["ABC-1", "DEF-1"]));
    }
}

#[test]
fn a_name_that_is_no_repository_is_told() {
    let (mut agent, _, head) = usual();
    agent.change_log(&[(&head, "ABC-2 new"), LIBRARY]);
    std::fs::create_dir(agent.path().join("empty")).unwrap();
    for name in ["nowhere", "empty", "a, b", "../..", "changes.jsonl"] {
        let run = agent.keys(&json!({"repositories": name}));
        // What is in it is not known, so nothing is left out.
        assert_eq!(
            *run.issue_keys(),
            json!(["ABC-2", "ABC-3", "LIB-1"]),
            "{name}"
        );
        let expected =
            format!("warning: {name}, which repositories names, is not the folder of a repository");
        assert_eq!(run.warnings()[0], expected, "{}", run.echo());
    }
    // The first one by another name is no second one.
    let run = agent.keys(&json!({"repositories": [".", "empty/.."]}));
    assert_eq!(*run.issue_keys(), json!(["ABC-2", "ABC-3"]));
    assert_eq!(sources(&run).len(), 2);
}

/// What `checkout` returned tells the range, which has all that the change log lacks.
#[test]
fn what_checkout_returned_gives_each_its_range() {
    let mut two = two(["app", "lib"]);
    two.agent.set("GIT_COMMIT", &two.app.head());
    two.agent
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &two.ids[0][0]);
    two.lib
        .commit("LIBS-9 later, and not checked out by Jenkins");
    let of_lib = two.lib.git(&["rev-parse", "HEAD~1"]);
    let of_app =
        json!({"GIT_COMMIT": two.app.head(), "GIT_PREVIOUS_SUCCESSFUL_COMMIT": two.ids[0][0]});
    let further = json!({
        "GIT_COMMIT": of_lib,
        "GIT_PREVIOUS_SUCCESSFUL_COMMIT": two.ids[1][0],
        "GIT_URL": "https://ada:secret@git.example.com/acme/lib.git",
    });
    let scm = json!({"scm": [of_app, further]});
    assert_eq!(*two.agent.keys(&scm).issue_keys(), all());
    // Scripted pipelines set no variables, and the first build has no change log.
    for name in ["GIT_COMMIT", "GIT_PREVIOUS_SUCCESSFUL_COMMIT"] {
        two.agent.unset(name);
    }
    assert_eq!(*two.agent.keys(&scm).issue_keys(), all());
    two.agent.change_log(&[]);
    assert_eq!(*two.agent.keys(&scm).issue_keys(), all());

    let elsewhere = json!({"scm": [of_app, {"GIT_COMMIT": LIBRARY.0}]});
    let warnings = two.agent.keys(&elsewhere).warnings();
    assert_eq!(
        warnings[0],
        "warning: commit 111111111111, which checkout returned, is not in any repository of the workspace"
    );
    // What is no commit is passed over; what checkout never returns is said.
    for (further, words) in [
        (json!({}), None),
        (json!({"GIT_COMMIT": "--all"}), None),
        (json!({"GIT_COMMIT": 7, "GIT_URL": [1]}), None),
        (json!("git"), Some("scm expects what checkout returns")),
    ] {
        let answer = two.agent.keys(&json!({"scm": [of_app, further]}));
        let echo = answer.echo();
        assert_eq!(words.is_some(), echo.contains("warning: scm"), "{echo}");
        assert!(echo.contains(words.unwrap_or_default()), "{echo}");
    }
}

#[test]
fn worktrees_are_repositories_and_the_same_one_twice_is_one() {
    let mut agent = Workspace::new();
    let app = Repo::new(&agent, "app");
    app.commit("APP-1 old");
    app.git(&["worktree", "add", "--quiet", "--detach", "../lib"]);
    let lib = Repo(agent.path().join("lib"));
    let in_worktree = lib.commit("LIBS-2 new\n\nbody LIBS-3");
    let in_app = app.commit("APP-2 new\n\nbody APP-3");
    agent.set("GIT_COMMIT", &in_app);
    agent.change_log(&[
        (&in_worktree, "LIBS-2 new"),
        (&in_app, "APP-2 new"),
        LIBRARY,
    ]);
    let run = agent.keys(&json!({}));
    assert_eq!(
        *run.issue_keys(),
        json!(["APP-2", "APP-3", "LIBS-2", "LIBS-3"])
    );
    // In a worktree of its own the first is found as well.
    agent.set("GIT_COMMIT", &in_worktree);
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["LIBS-2", "LIBS-3", "APP-2", "APP-3"])
    );
}

/// Development information is made of the first repository.
#[test]
fn dev_info_takes_the_repository_that_was_built() {
    let mut two = two(["app", "lib"]);
    for (repo, name) in [(&two.app, "app"), (&two.lib, "lib")] {
        let url = format!("https://git.example.com/acme/{name}.git");
        repo.git(&["remote", "add", "origin", &url]);
    }
    two.agent.set("GIT_COMMIT", &two.app.head());
    two.agent
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &two.ids[0][0]);
    // A file of changes is of no use to it, which is said; the change log is no wish of the user's.
    two.agent.write("changes.jsonl", "");
    let run = &two
        .agent
        .agent
        .run(&["dev-info", "--dry-run", "--changes=changes.jsonl"]);
    assert!(run.stderr.contains("--changes"), "{}", run.stderr);
    let dry = json!({"dryRun": true, "repositoryKind": "github"});
    let answer = two.agent.step("jiraSendDevInfo", &dry, &two.agent.run);
    assert_eq!(answer.warnings(), [""; 0]);
    let body = answer.shown_body();
    let repositories = body["repositories"].as_array().unwrap();
    assert_eq!(repositories.len(), 1);
    assert_eq!(repositories[0]["id"], "git.example.com~2Facme~2Fapp");
    assert_eq!(repositories[0]["commits"].as_array().unwrap().len(), 3);
}
