//! The hooks of the documentation, run by git itself and with what each server sets.

use std::path::Path;
use std::process::Command;

use jira_sandbox::Sandbox;
use serde_json::json;

use super::{add, put, server};
use crate::dev_info::{associations, commit};
use crate::docs::blocks;
use crate::support::Agent;

/// The hook of a server as the page has it, with the settings of this test.
fn hook(agent: &Agent, with: &str) -> String {
    let all = blocks("docs/git-server.md", "shell");
    let found: Vec<&String> = all.iter().filter(|block| block.contains(with)).collect();
    assert_eq!(found.len(), 1, "{with}");
    let settings = agent.path().join("jira-send.env");
    let variables = agent.variables().iter();
    let lines: Vec<String> = variables
        .map(|(name, value)| format!("{name}='{value}'"))
        .collect();
    std::fs::write(&settings, lines.join("\n")).unwrap();
    let hook = found[0].replace("/etc/jira-send.env", settings.to_str().unwrap());
    format!("{hook}\n").replace("--quiet", "--event-time=2026-01-01T12:00:00.123Z")
}

/// The environment that git and the program get, and no other.
fn environment(command: &mut Command, agent: &Agent) {
    let program = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", agent.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
}

/// A real push into a plain repository: the page's hook sends it.
#[cfg(unix)]
#[test]
fn git_push_sends_what_is_pushed() {
    let jira = Sandbox::start();
    let settings = Agent::bare().with_jira(&jira);
    let folder = settings.path().join("shop.git");
    let work = Agent::bare().with_commits(&["root", "ABC-1 one"]);
    let git = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new("git");
        environment(&mut command, &settings);
        let output = command
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}");
        text
    };
    let address = folder.to_str().unwrap();
    git(settings.path(), &["init", "--quiet", "--bare", address]);
    let script = hook(&settings, "basename");
    let path = folder.join("hooks/post-receive");
    std::fs::create_dir_all(folder.join("hooks")).unwrap();
    std::fs::write(&path, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).unwrap();

    let said = git(
        work.path(),
        &["push", address, "HEAD:refs/heads/feature/ABC-2"],
    );
    assert!(
        said.contains("remote: 1 commit, 1 branch of shop sent to"),
        "{said}"
    );
    let mut expected = commit(&work, "HEAD", &associations(&["ABC-1"]));
    let id = expected["id"].as_str().unwrap().to_owned();
    let page = "https://git.example.com/shop";
    expected["url"] = json!(format!("{page}/commit/{id}"));
    let mut last = expected.clone();
    last.as_object_mut().unwrap().remove("associations");
    last["issueKeys"] = json!(["ABC-1"]);
    let mut sent = jira.submissions();
    let repository = sent[0]["repositories"][0].take();
    let branch = json!([{
        "id": "feature~2FABC-2",
        "associations": associations(&["ABC-2"])["associations"],
        "updateSequenceId": expected["updateSequenceId"],
        "name": "feature/ABC-2",
        "lastCommit": last,
        "createPullRequestUrl": format!("{page}/pull/new/feature/ABC-2"),
        "url": format!("{page}/tree/feature/ABC-2"),
    }]);
    assert_eq!(
        repository,
        json!({
            "id": "git.example.com~2Fshop",
            "name": "shop",
            "url": page,
            "updateSequenceId": expected["updateSequenceId"],
            "commits": [expected],
            "branches": branch,
        })
    );
    let said = git(work.path(), &["push", address, ":refs/heads/feature/ABC-2"]);
    assert!(said.contains("1 deleted branch of shop sent to"), "{said}");
    let stored = jira.repository("git.example.com~2Fshop").unwrap();
    assert_eq!(stored.get("branches"), None);
}

/// What is called in the hook; what the server sets; its arguments; the address of the commit.
#[cfg(unix)]
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

#[cfg(unix)]
#[test]
fn every_hook_of_the_page_works() {
    let cases: [Case<'_>; 4] = [
        (
            "BB_BASE_URL",
            &[
                ("BB_BASE_URL", "https://bb.example.com/git"),
                ("BB_PROJECT_KEY", "PROJ"),
                ("BB_REPO_SLUG", "shop"),
            ],
            &[],
            "https://bb.example.com/git/projects/PROJ/repos/shop/commits/",
        ),
        (
            "GITEA_REPO_NAME",
            &[
                ("GITEA_REPO_USER_NAME", "acme"),
                ("GITEA_REPO_NAME", "shop"),
            ],
            &[],
            "https://gitea.example.com/acme/shop/commit/",
        ),
        (
            "GL_PROJECT_PATH",
            &[("GL_PROJECT_PATH", "grp/sub/shop")],
            &[],
            "https://gitlab.example.com/grp/sub/shop/-/commit/",
        ),
        (
            "--oldrev",
            &[],
            &[
                "--project",
                "tools/shop",
                "--submitter",
                "Ada",
                "--refname",
                "refs/heads/x",
            ],
            "https://gerrit.example.com/plugins/gitiles/tools/shop/+/",
        ),
    ];
    for (with, variables, arguments, page) in cases {
        let jira = Sandbox::start();
        let agent = server("sha1");
        let settings = Agent::bare().with_jira(&jira);
        let old = add(&agent, &[], "root");
        let new = add(&agent, &[&old], "ABC-1 new");
        put(&agent, "refs/heads/x", &new);
        let script = settings.write_script("hook", &hook(&settings, with));
        // By the shell: the file may still be open in a child of another test, and could not be executed then.
        let mut command = Command::new("sh");
        command.arg(script);
        environment(&mut command, &settings);
        command
            .args(arguments)
            .args(
                ["--oldrev", &old, "--newrev", &new]
                    .iter()
                    .filter(|_| !arguments.is_empty()),
            )
            .current_dir(agent.path())
            .env("GIT_DIR", agent.path())
            .envs(variables.iter().copied());
        if arguments.is_empty() {
            let lines = agent.write("lines", &format!("{old} {new} refs/heads/x\n"));
            command.stdin(std::fs::File::open(lines).unwrap());
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{with}: {said}");
        let sent = jira.submissions();
        assert_eq!(sent.len(), 1, "{with}: {said}");
        let commits = &sent[0]["repositories"][0]["commits"];
        assert_eq!(commits[0]["url"], format!("{page}{new}"));
        assert!(!said.contains("which kind"), "{said}");
    }
}
