//! Workspaces that make a search hard, and gits that hang.

use super::*;

/// A workspace with `app`, which was built, and `lib`, and the library's commit in the log.
fn workspace() -> (Workspace, Repo, Repo) {
    let mut agent = Workspace::new();
    let app = Repo::new(&agent, "app");
    let lib = Repo::new(&agent, "lib");
    let previous = app.commit("APP-1 old");
    let in_app = app.commit("APP-2 new\n\nbody APP-3");
    lib.commit("LIBS-1 old");
    let in_lib = lib.commit("LIBS-2 new\n\nbody LIBS-3");
    agent.set("GIT_COMMIT", &in_app);
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &previous);
    agent.change_log(&[(&in_lib, "LIBS-2 new"), (&in_app, "APP-2 new"), LIBRARY]);
    (agent, app, lib)
}

fn all() -> Value {
    json!(["APP-2", "APP-3", "LIBS-2", "LIBS-3"])
}

#[cfg(unix)]
#[test]
fn links_and_folders_that_cannot_be_read_do_no_harm() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (agent, app, _) = workspace();
    symlink(agent.path(), agent.path().join("circle")).unwrap();
    symlink("itself", agent.path().join("itself")).unwrap();
    symlink(app.path(), agent.path().join("again")).unwrap();
    let closed = agent.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(*agent.keys(&json!({})).issue_keys(), all());
}

#[test]
fn what_only_looks_like_a_repository_is_left_alone() {
    let (agent, _, _) = workspace();
    for broken in ["empty/.git", "half/.git/objects"] {
        std::fs::create_dir_all(agent.path().join(broken)).unwrap();
    }
    agent.write("junk", "");
    for (folder, text) in [
        ("nowhere", "gitdir: /nowhere\n"),
        ("junk file", "\u{0}\n"),
        ("loop", "gitdir: .git\n"),
    ] {
        std::fs::create_dir(agent.path().join(folder)).unwrap();
        std::fs::write(agent.path().join(folder).join(".git"), text).unwrap();
    }
    let run = agent.keys(&json!({"verbose": true}));
    assert_eq!(*run.issue_keys(), all());
    assert!(
        run.stderr.contains("nowhere is skipped: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("not linked: LIB-1"), "{}", run.stderr);
}

/// Thousands of folders take no longer than the search may, and what is near is found.
#[test]
fn a_large_workspace_is_looked_through_in_bounded_time() {
    let (agent, _, _) = workspace();
    for outer in 0..55 {
        for inner in 0..100 {
            let folder = format!("zz{outer}/{inner}");
            std::fs::create_dir_all(agent.path().join(folder)).unwrap();
        }
    }
    within(Duration::from_secs(20), || {
        let run = agent.keys(&json!({"verbose": true}));
        assert_eq!(*run.issue_keys(), all());
        assert!(
            run.stderr.contains("too large to search for repositories"),
            "{}",
            run.stderr
        );
    });
}

#[cfg(unix)]
fn hang_in(agent: &mut Workspace, folder: &str) {
    let git = format!(
        "#!/bin/sh\ncase \"$PWD\" in */{folder}) exec sleep 60;; esac\nPATH=/usr/bin:/bin exec git \"$@\"\n"
    );
    let tools = agent.path().join(".tools");
    std::fs::create_dir(&tools).unwrap();
    std::fs::write(tools.join("git"), git).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(tools.join("git"), mode).unwrap();
    agent.set("PATH", &format!("{}:/usr/bin:/bin", tools.display()));
}

/// The others are read as ever; of the one that hangs the first lines count, and nothing is left out.
#[cfg(unix)]
#[test]
fn a_git_that_hangs_does_not_cost_the_others() {
    let (mut agent, app, lib) = workspace();
    hang_in(&mut agent, "lib");
    within(Duration::from_secs(15), || {
        let run = agent.keys(&json!({"budget": 3}));
        assert_eq!(
            *run.issue_keys(),
            json!(["APP-2", "APP-3", "LIBS-2", "LIB-1"])
        );
        assert!(
            run.echo().contains(
                "warning: the repository in lib cannot be read: git did not answer in time\n"
            ),
            "{}",
            run.echo()
        );
    });
    // The first one hangs: the other one has some time left.
    let folder = agent.path().join(".tools");
    std::fs::remove_dir_all(folder).unwrap();
    agent.unset("PATH");
    hang_in(&mut agent, "app");
    within(Duration::from_secs(15), || {
        let run = agent.keys(&json!({"budget": 5, "repositoryDir": "app"}));
        assert_eq!(
            *run.issue_keys(),
            json!(["LIBS-2", "LIBS-3", "APP-2", "LIB-1"])
        );
        assert!(
            run.warnings()[0].starts_with("warning: git did not answer in time"),
            "{}",
            run.echo()
        );
    });
    drop((app, lib));
}

/// A further one that is shallow may have lost what is in the log.
#[test]
fn nothing_is_left_out_where_a_history_was_cut_off() {
    let (mut agent, app, lib) = workspace();
    let address = format!("file://{}", lib.path().display());
    app.git(&["clone", "--quiet", "--depth=1", &address, "../shallow"]);
    std::fs::remove_dir_all(lib.path()).unwrap();
    let run = agent.keys(&json!({}));
    assert_eq!(
        *run.issue_keys(),
        json!(["APP-2", "APP-3", "LIBS-2", "LIBS-3", "LIB-1"])
    );
    // One that has nothing to do with the run does not count.
    agent.change_log(&[(&app.head(), "APP-2 new"), LIBRARY]);
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["APP-2", "APP-3"])
    );
}
