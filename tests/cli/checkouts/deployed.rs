//! A deployment carries what is new in each of its repositories since the last one to the same place.

use super::*;
use crate::deployed::{Sent, send};

const PLACE: &str = "shop/eu-prod";

/// Deploys with what the run has remembered so far.
fn deploy(agent: &Workspace, parameters: &Value) -> Sent {
    send(agent, parameters, &agent.run)
}

/// The run, or one after it, remembers the deployment.
fn remember(agent: &mut Workspace, sent: &Sent) {
    agent.run["memory"] = sent.memory.as_str().into();
}

/// Names of the repositories, as a parameter.
fn named(names: &[&str]) -> Value {
    json!({"repositories": names})
}

/// `app` and `lib`, cloned from a server.
fn app_and_lib() -> (Workspace, Repo, Repo) {
    let mut agent = Workspace::new();
    let [app, lib] = ["app", "lib"].map(|name| {
        let repo = Repo::new(&agent, name);
        let url = format!("git@git.example.com:acme/{name}.git");
        repo.git(&["remote", "add", "origin", &url]);
        repo
    });
    let built = app.commit("APP-1");
    lib.commit("LIBS-1");
    agent.set("GIT_COMMIT", &built);
    agent.set("GIT_URL", "https://git.example.com/acme/app.git");
    (agent, app, lib)
}

fn built(agent: &mut Workspace, app: &Repo, log: &[(&str, &str)]) {
    agent.set("GIT_COMMIT", &app.head());
    // The run before this one was a success, and had all but what the log lists.
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &app.head());
    agent.change_log(log);
}

#[test]
fn each_repository_is_remembered_by_its_address() {
    let (mut agent, app, lib) = app_and_lib();
    let names = named(&["app", "lib"]);
    let first = deploy(&agent, &names);
    assert_eq!(first.issue_keys, json!(["APP-1", "LIBS-1"]));
    let expected = json!({
        "commit": app.head(),
        "repositories": {
            "git.example.com~2Facme~2Fapp": app.head(),
            "git.example.com~2Facme~2Flib": lib.head(),
        },
    });
    assert_eq!(first.deployed, expected);

    // Two runs that did not deploy, so that the change log of this one has none of their commits.
    remember(&mut agent, &first);
    app.commit("APP-2\n\nbody APP-3");
    lib.merge("Merge LIBS-2", "LIBS-3\n\nbody LIBS-4");
    built(&mut agent, &app, &[]);
    let all = json!(["APP-2", "APP-3", "LIBS-2", "LIBS-3", "LIBS-4"]);
    let second = deploy(&agent, &json!({}));
    assert_eq!(second.issue_keys, all);
    assert_eq!(deploy(&agent, &names).issue_keys, all);
    assert_eq!(
        second.deployed["repositories"]["git.example.com~2Facme~2Flib"],
        json!(lib.head())
    );

    // A start that the user gives is a commit of the first repository.
    let old = app.git(&["rev-parse", "HEAD~1"]);
    let sent = deploy(&agent, &json!({"deployedCommit": old}));
    assert_eq!(sent.issue_keys, all);
    let sent = deploy(&agent, &json!({"since": old}));
    assert_eq!(sent.issue_keys, json!(["APP-2", "APP-3"]));

    // The same again brings nothing of the further one.
    remember(&mut agent, &second);
    assert_eq!(
        deploy(&agent, &json!({})).issue_keys,
        json!(["APP-2", "APP-3"])
    );
    // The repository is another folder now, and nothing says which was built.
    std::fs::rename(lib.path(), agent.path().join("moved")).unwrap();
    let lib = Repo(agent.path().join("moved"));
    let late = lib.commit("LIBS-9");
    for name in ["GIT_COMMIT", "GIT_URL", "GIT_PREVIOUS_SUCCESSFUL_COMMIT"] {
        agent.unset(name);
    }
    agent.change_log(&[(&late, "LIBS-9")]);
    let sent = deploy(&agent, &json!({}));
    assert_eq!(sent.issue_keys, json!(["LIBS-9"]));
}

/// The run before had one repository alone.
#[test]
fn a_further_repository_counts_from_its_change_log_on() {
    let (mut agent, app, lib) = app_and_lib();
    let line = json!({"at": 1, "commit": app.head()});
    agent.run["memory"] = format!("deployed:{PLACE} {line}").into();
    app.commit("APP-2");
    let new = lib.commit("LIBS-2\n\nbody LIBS-3");
    built(&mut agent, &app, &[(&new, "LIBS-2")]);
    let sent = deploy(&agent, &json!({}));
    assert_eq!(sent.issue_keys, json!(["APP-2", "LIBS-2", "LIBS-3"]));
    assert_eq!(
        sent.deployed["repositories"]["git.example.com~2Facme~2Flib"],
        json!(new)
    );
}

#[test]
fn commits_that_are_deployed_already_are_not_deployed_again() {
    let (mut agent, app, lib) = app_and_lib();
    let first = deploy(&agent, &named(&["app", "lib"]));
    let of_app = app.commit("APP-2");
    let of_lib = lib.commit("LIBS-2");
    built(&mut agent, &app, &[(&of_app, "APP-2"), (&of_lib, "LIBS-2")]);
    remember(&mut agent, &first);
    let second = deploy(&agent, &json!({}));
    assert_eq!(second.issue_keys, json!(["APP-2", "LIBS-2"]));
    // That run failed after it had deployed, so that the log of the next one has its commits again.
    remember(&mut agent, &second);
    let newer = app.commit("APP-3");
    built(
        &mut agent,
        &app,
        &[(&newer, "APP-3"), (&of_app, "APP-2"), (&of_lib, "LIBS-2")],
    );
    assert_eq!(deploy(&agent, &json!({})).issue_keys, json!(["APP-3"]));
    let all = json!(["APP-3", "APP-2", "LIBS-2"]);
    assert_eq!(deploy(&agent, &json!({"allChanges": true})).issue_keys, all);
    // A build is not a deployment.
    let build = agent.build(&json!({"since": first.deployed["commit"]}));
    assert_eq!(*build.issue_keys(), all);
}

#[test]
fn the_first_repository_decides_on_a_rollback() {
    let (mut agent, app, lib) = app_and_lib();
    let old = [app.head(), lib.head()];
    app.commit("APP-2");
    lib.commit("LIBS-2");
    built(&mut agent, &app, &[]);
    let names = named(&["app", "lib"]);
    let newer = deploy(&agent, &names);
    remember(&mut agent, &newer);

    // Only the further one goes back: its issues count, and it is no rollback.
    lib.git(&["checkout", "--quiet", "--detach", &old[1]]);
    let sent = deploy(&agent, &json!({}));
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["APP-2", "LIBS-2"]), json!("successful"))
    );

    app.git(&["checkout", "--quiet", "--detach", &old[0]]);
    built(&mut agent, &app, &[]);
    let sent = deploy(&agent, &json!({}));
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["APP-2", "LIBS-2"]), json!("rolled_back"))
    );
    assert_eq!(
        sent.deployed["repositories"]["git.example.com~2Facme~2Flib"],
        json!(old[1])
    );
    assert!(sent.echo.contains("rolled back"), "{}", sent.echo);
}

/// Without an address it is known by its folder, and a second clone of one repository by both.
#[test]
fn clones_are_told_apart() {
    let (mut agent, app, lib) = app_and_lib();
    lib.git(&["remote", "set-url", "origin", "/srv/git/lib.git"]);
    app.git(&["worktree", "add", "--quiet", "--detach", "../old app"]);
    let old = Repo(agent.path().join("old app"));
    let names = named(&["app", "lib", "old app"]);
    let first = deploy(&agent, &names);
    let expected = json!({
        "git.example.com~2Facme~2Fapp": app.head(),
        "./lib": lib.head(),
        "git.example.com~2Facme~2Fapp/old~20app": old.head(),
    });
    assert_eq!(first.deployed["repositories"], expected);
    remember(&mut agent, &first);
    app.commit("APP-2");
    lib.commit("LIBS-2");
    old.commit("APP-9");
    built(&mut agent, &app, &[]);
    assert_eq!(
        deploy(&agent, &names).issue_keys,
        json!(["APP-2", "LIBS-2", "APP-9"])
    );
}

#[test]
fn what_is_gone_is_told_and_what_is_given_is_remembered_too() {
    let (mut agent, app, lib) = app_and_lib();
    let gone = "0123456789012345678901234567890123456789";
    let line = json!({"at": 1, "commit": app.head(), "repositories": {
        "git.example.com~2Facme~2Flib": gone, "x": "--all", "y": 7,
    }});
    agent.run["memory"] = format!("deployed:{PLACE} {line}").into();
    let new = lib.commit("LIBS-2");
    built(&mut agent, &app, &[(&new, "LIBS-2")]);
    let sent = deploy(&agent, &json!({}));
    assert_eq!(sent.issue_keys, json!(["APP-1", "LIBS-2"]));
    assert!(
        sent.echo.contains(
            "warning: lib: 0123456789012345678901234567890123456789, which was deployed before"
        ),
        "{}",
        sent.echo
    );

    // With keys of the user's nothing is searched, and what runs there then is remembered all the same.
    let sent = deploy(&agent, &json!({"issueKeys": "ABC-1"}));
    assert_eq!(sent.issue_keys, json!(["ABC-1"]));
    assert_eq!(
        sent.deployed["repositories"]["git.example.com~2Facme~2Flib"],
        json!(new)
    );
}
