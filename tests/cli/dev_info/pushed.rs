//! `jira-send dev-info --pushed`: what a git server's hook says, in bare repositories.

mod hooks;
mod hostile;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{REPOSITORY, associations, body, branch, commit};
use crate::openapi::check_dev_info;
use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, Run};

const ZEROS: &str = "0000000000000000000000000000000000000000";

/// A bare repository, whose folder is the agent's, as a hook sees it.
fn server(format: &str) -> Agent {
    let mut agent = Agent::bare();
    let format = format!("--object-format={format}");
    agent.git(&[
        "init",
        "--quiet",
        "--bare",
        "--initial-branch=main",
        &format,
    ]);
    agent.set("GIT_DIR", ".");
    agent.set("JIRA_SEND_REPOSITORY_URL", super::PAGE);
    agent.set("JIRA_SEND_REPOSITORY_KIND", "github");
    agent
}

/// Adds a commit without files, as if it had been pushed, and gives its id.
fn add(agent: &Agent, parents: &[&str], message: &str) -> String {
    let tree = agent.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let mut arguments = vec!["commit-tree", &tree, "-m", message];
    for parent in parents {
        arguments.extend(["-p", parent]);
    }
    agent.git(&arguments)
}

/// Lets a reference lead there, as git does before it calls the hook.
fn put(agent: &Agent, reference: &str, id: &str) {
    agent.git(&["update-ref", reference, id]);
}

fn push(agent: &Agent, lines: &[u8], options: &[&str]) -> Run {
    let mut child = agent
        .command(&[&["dev-info", "--pushed", EVENT], options].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever reads nothing of it closes it early.
    let _ = child.stdin.take().unwrap().write_all(lines);
    Run::of(&child.wait_with_output().unwrap())
}

fn deletions(jira: &Sandbox) -> Vec<(String, Option<String>)> {
    let requests = jira.requests().into_iter();
    let deletions = requests.filter(|request| request.method == "DELETE");
    deletions.map(|it| (it.path, it.query)).collect()
}

/// The path of a branch that is deleted, and up to which number.
fn deletion(id: &str) -> (String, Option<String>) {
    let path = format!(
        "/jira/devinfo/0.1/cloud/{}/repository/{REPOSITORY}/branch/{id}",
        crate::stored::CLOUD_ID
    );
    (
        path,
        Some(format!("_updateSequenceId={EVENT_MILLISECONDS}")),
    )
}

#[test]
fn a_new_branch_is_sent_with_its_commits() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-9 known");
    put(&agent, "refs/heads/main", &root);
    let first = add(&agent, &[&root], "ABC-1 first");
    let second = add(&agent, &[&first], "nothing");
    let third = add(&agent, &[&second], "OPS-1 third");
    put(&agent, "refs/heads/feature/PROJ-2-login", &third);
    let lines = format!("{ZEROS} {third} refs/heads/feature/PROJ-2-login\n");
    let run = push(&agent, lines.as_bytes(), &["--format=json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = body(&json!({
        "commits": [
            commit(&agent, &third, &associations(&["OPS-1"])),
            commit(&agent, &first, &associations(&["ABC-1"])),
        ],
        "branches": [branch(
            "feature/PROJ-2-login",
            "feature~2FPROJ-2-login",
            &["PROJ-2"],
            &commit(&agent, &third, &json!({"issueKeys": ["OPS-1"]})),
        )],
    }));
    assert_eq!(jira.submissions(), [expected]);
    check_dev_info(&jira.submissions());
    assert_eq!(run.json()["outcome"], "accepted");
}

/// A bare repository with these commits; what the names in the cases stand for.
fn named_commits() -> (Agent, BTreeMap<&'static str, String>) {
    let agent = server("sha1");
    let root = add(&agent, &[], "root");
    let one = add(&agent, &[&root], "ABC-1 one");
    let two = add(&agent, &[&one], "ABC-2 two");
    let other = add(&agent, &[&root], "ABC-3 other");
    let merge = add(&agent, &[&two, &other], "Merge branch 'ABC-4'");
    let blob = agent.git(&["hash-object", "-w", "HEAD"]);
    put(&agent, "refs/heads/known", &one);
    put(&agent, "refs/pull/7/head", &other);
    let names = [
        ("-", ZEROS.to_owned()),
        ("root", root),
        ("one", one),
        ("two", two),
        ("other", other),
        ("merge", merge),
        ("blob", blob),
        ("lost", "5".repeat(40)),
    ];
    (agent, names.into_iter().collect())
}

/// What is pushed: old, new, reference. What is sent: messages of commits, names of branches, ids of deleted ones.
#[test]
fn every_kind_of_push_sends_what_is_new() {
    let (agent, ids) = named_commits();
    let cases = [
        // What another branch has is not new; what only a reference has that is no branch is.
        ("- two heads/x", "ABC-2 two", "x", ""),
        ("- other heads/x", "ABC-3 other", "x", ""),
        // A branch without commits of its own belongs to no issue, unless it names one.
        ("- one heads/x", "", "", ""),
        ("- root heads/x", "", "", ""),
        ("- one heads/main", "", "", ""),
        ("- one heads/ABC-7", "", "ABC-7", ""),
        ("root two heads/main, - two heads/x", "ABC-2 two", "", ""),
        ("root two heads/main, - one heads/x", "ABC-2 two", "", ""),
        ("- root heads/ABC-7", "", "ABC-7", ""),
        ("one two heads/x", "ABC-2 two", "x", ""),
        // By force: another way, and back.
        ("two other heads/x", "ABC-3 other", "x", ""),
        ("two one heads/x", "", "", ""),
        // Two references of one push share their commits.
        ("- two heads/x, - two heads/y", "ABC-2 two", "x,y", ""),
        // The commits of a deleted branch were sent with it.
        (
            "two merge heads/main, other - heads/ABC-4",
            "Merge branch 'ABC-4'",
            "",
            "ABC-4",
        ),
        ("two - heads/a/b, two - tags/v1", "", "", "a~2Fb"),
        ("- two pull/8/head, - two notes/x", "", "", ""),
        ("- blob heads/x, - blob tags/x", "", "", ""),
        ("lost two heads/x", "ABC-2 two", "x", ""),
    ];
    for (updates, commits, branches, deleted) in cases {
        let mut lines = String::new();
        let mut made = Vec::new();
        for update in updates.split(", ") {
            let words: Vec<&str> = update.split(' ').collect();
            let (old, new, name) = (&ids[words[0]], &ids[words[1]], format!("refs/{}", words[2]));
            let _ = writeln!(lines, "{old} {new} {name}");
            if !["-", "blob"].contains(&words[1]) {
                put(&agent, &name, new);
                made.push(name);
            }
        }
        let run = push(&agent, lines.as_bytes(), &["--dry-run", "--format=json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(
            shown(&run.json()),
            [commits, branches, deleted],
            "{updates}"
        );
        for name in made {
            agent.git(&["update-ref", "-d", &name]);
        }
    }
}

/// Messages of the commits, names of the branches, and ids of the deleted ones in what would be sent.
fn shown(report: &Value) -> [String; 3] {
    let further = report["further_requests"].as_array().into_iter().flatten();
    let requests: Vec<&Value> = std::iter::once(&report["request"]).chain(further).collect();
    let of_method = |method: &'static str| requests.iter().filter(move |it| it["method"] == method);
    let texts = |list: &str, field: &str| {
        let lists =
            of_method("POST").filter_map(|it| it["body"]["repositories"][0][list].as_array());
        let texts = lists.flatten().map(|it| it[field].as_str().unwrap().trim());
        texts.collect::<Vec<_>>().join(",")
    };
    let end = format!("?_updateSequenceId={EVENT_MILLISECONDS}");
    let deleted = of_method("DELETE").map(|it| {
        let url = it["url"].as_str().unwrap().strip_suffix(&end).unwrap();
        url.rsplit_once("/branch/").unwrap().1
    });
    let deleted = deleted.collect::<Vec<_>>().join(",");
    [
        texts("commits", "message"),
        texts("branches", "name"),
        deleted,
    ]
}

/// Jira has no room for tags: their issues are those of their commits, too.
#[test]
fn tags_put_their_commits_onto_issues() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    let next = add(&agent, &[&root], "next");
    put(&agent, "refs/heads/main", &next);
    put(&agent, "refs/tags/v1-OPS-1", &root);
    put(&agent, "refs/tags/v0", &root);
    agent.git(&["tag", "--annotate", "--message=PROJ-5 release", "v2", &next]);
    let id = agent.git(&["rev-parse", "v2"]);
    let lines = format!(
        "{ZEROS} {root} refs/tags/v0\n{ZEROS} {root} refs/tags/v1-OPS-1\n{ZEROS} {id} refs/tags/v2\n"
    );
    let run = push(&agent, lines.as_bytes(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut commits = vec![
        commit(&agent, &root, &associations(&["OPS-1", "ABC-1"])),
        commit(&agent, &next, &associations(&["PROJ-5"])),
    ];
    commits.sort_by_key(|commit| commit["id"].to_string());
    let mut sent = jira.submissions();
    let list = sent[0]["repositories"][0]["commits"]
        .as_array_mut()
        .unwrap();
    list.sort_by_key(|commit| commit["id"].to_string());
    assert_eq!(sent, [body(&json!({"commits": commits}))]);
}

/// What the server merged is merged; its branch is deleted when the server deletes it.
#[test]
fn a_merge_ends_its_pull_request() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "root");
    let own = add(&agent, &[&root], "own");
    let merge = add(
        &agent,
        &[&root, &own],
        "Merge pull request #7 from acme/ABC-1-x\n\nLogin",
    );
    put(&agent, "refs/heads/ABC-1-x", &own);
    put(&agent, "refs/heads/main", &merge);
    let lines = format!("{root} {merge} refs/heads/main\n");
    let run = push(&agent, lines.as_bytes(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let request = &jira.submissions()[0]["repositories"][0]["pullRequests"][0];
    assert_eq!(
        (&request["id"], &request["status"]),
        (&json!("7"), &json!("MERGED"))
    );
    assert_eq!(
        request["author"],
        json!({"name": "Ada", "email": "ada@example.com"})
    );
    check_dev_info(&jira.submissions());
    assert!(deletions(&jira).is_empty());
}

#[test]
fn a_deleted_branch_is_deleted_unless_it_is_newer() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "root");
    put(&agent, "refs/heads/ABC-1/x", &root);
    let made = format!("{ZEROS} {root} refs/heads/ABC-1/x\n");
    assert_eq!(push(&agent, made.as_bytes(), &[]).code, 0);
    let stored = || {
        jira.repository(REPOSITORY)
            .unwrap()
            .get("branches")
            .is_some()
    };
    assert!(stored());
    let gone = format!("{root} {ZEROS} refs/heads/ABC-1/x\n");
    // An old word that comes late.
    let late = ["--event-time=2020-01-01T00:00:00Z", "--no-outbox"];
    let mut command = agent.command(&[&["dev-info", "--pushed"], &late[..]].concat());
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(gone.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(stored());
    let run = push(
        &agent,
        gone.as_bytes(),
        &["--update-sequence-number=1767268800200"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("1 deleted branch of acme/shop sent to"),
        "{}",
        run.stderr
    );
    assert!(!stored());
    assert_eq!(deletions(&jira).len(), 2);
}

/// What Jira did not get waits: the deletion with it.
#[test]
fn what_was_pushed_waits_for_jira() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    put(&agent, "refs/heads/ABC-2", &root);
    let lines = format!("{ZEROS} {root} refs/heads/ABC-2\n{root} {ZEROS} refs/heads/ABC-3\n");
    jira.fail(Endpoint::DevelopmentInformation, Fault::empty(503));
    let run = push(&agent, lines.as_bytes(), &["--budget=6"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("queued in"), "{}", run.stderr);
    assert_eq!((agent.waiting().len(), deletions(&jira).len()), (1, 0));
    jira.clear_faults();
    let flushed = agent.run(&["flush"]);
    assert_eq!(flushed.code, 0, "{}", flushed.stderr);
    assert!(agent.waiting().is_empty());
    assert_eq!(deletions(&jira), [deletion("ABC-3")]);
    assert_eq!(
        jira.submissions().last().unwrap()["repositories"][0]["branches"][0]["name"],
        "ABC-2"
    );
    assert!(
        jira.submissions()
            .iter()
            .all(|it| !it.to_string().contains("deletedBranches"))
    );
}

/// A hook in the background may run after the next push: each of the two sends the commits rather than neither.
#[test]
fn a_tag_that_was_pushed_meanwhile_hides_no_commit() {
    let agent = server("sha1");
    let root = add(&agent, &[], "root");
    let next = add(&agent, &[&root], "ABC-50 next");
    put(&agent, "refs/heads/main", &next);
    put(&agent, "refs/tags/v1", &next);
    let lines = format!("{root} {next} refs/heads/main\n");
    let run = push(&agent, lines.as_bytes(), &["--dry-run", "--format=json"]);
    assert_eq!(
        run.json()["issue_keys"],
        json!(["ABC-50"]),
        "{}",
        run.stderr
    );
    // What another branch had before is still not new.
    put(&agent, "refs/heads/other", &root);
    let lines = format!("{ZEROS} {root} refs/heads/x\n");
    let run = push(&agent, lines.as_bytes(), &["--dry-run", "--format=json"]);
    assert_eq!(run.json()["outcome"], "nothing_to_send", "{}", run.stderr);
}

/// The hooks of pushes at the same time see what all of them have brought. What they have in common is on an issue all the
/// same, whichever hook comes first.
#[test]
fn pushes_at_the_same_time_leave_nothing_to_each_other() {
    // Old and new commits by their places below, and names of references.
    let cases: &[&[(usize, usize, &str)]] = &[
        &[(0, 2, "heads/x"), (0, 2, "heads/y")],
        &[(0, 2, "heads/x"), (0, 3, "heads/y")],
        &[(0, 2, "heads/x"), (0, 2, "tags/v1")],
        &[(1, 2, "heads/main"), (0, 2, "heads/y")],
        &[(0, 2, "heads/x"), (2, 3, "heads/x")],
        &[(0, 1, "heads/x"), (0, 2, "heads/y"), (0, 3, "heads/z")],
        &[(1, 3, "heads/main"), (0, 3, "tags/v1"), (0, 2, "heads/x")],
    ];
    for pushes in cases {
        for turn in 0..pushes.len() {
            let jira = Sandbox::start();
            let agent = server("sha1").with_jira(&jira);
            let root = add(&agent, &[], "ABC-9 known");
            let first = add(&agent, &[&root], "ABC-1 first");
            let second = add(&agent, &[&first], "ABC-2 second");
            let ids = [ZEROS, &root, &first, &second];
            put(&agent, "refs/heads/main", &root);
            put(&agent, "refs/heads/old", &root);
            for (_, new, name) in *pushes {
                put(&agent, &format!("refs/{name}"), ids[*new]);
            }
            let mut hooks = pushes.to_vec();
            hooks.rotate_left(turn);
            for (old, new, name) in &hooks {
                let lines = format!("{} {} refs/{name}\n", ids[*old], ids[*new]);
                let run = push(&agent, lines.as_bytes(), &["--budget=60"]);
                assert_eq!(run.code, 0, "{}", run.stderr);
            }
            let sent = jira.submissions();
            let sent = sent.iter().map(|it| &it["repositories"][0]["commits"]);
            let sent = sent.filter_map(Value::as_array).flatten();
            let mut sent: Vec<&str> = sent
                .map(|it| it["message"].as_str().unwrap().trim())
                .collect();
            sent.sort_unstable();
            sent.dedup();
            let newest = pushes.iter().map(|(_, new, _)| *new).max().unwrap();
            let all = ["ABC-1 first", "ABC-2 second"];
            assert_eq!(sent, all[..newest - 1], "{hooks:?}");
        }
    }
}

/// A push a moment ago changes nothing for one that brings nothing.
#[test]
fn a_new_branch_after_a_push_has_no_history() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-9 known");
    let mut tip = root.clone();
    for number in 1..=3 {
        tip = add(&agent, &[&tip], &format!("ABC-{number} main"));
    }
    put(&agent, "refs/heads/main", &tip);
    let lines = format!("{root} {tip} refs/heads/main\n");
    assert_eq!(push(&agent, lines.as_bytes(), &["--budget=60"]).code, 0);
    put(&agent, "refs/heads/x", &root);
    let lines = format!("{ZEROS} {root} refs/heads/x\n");
    let run = push(&agent, lines.as_bytes(), &["--budget=60", "--format=json"]);
    assert_eq!(run.json()["outcome"], "nothing_to_send", "{}", run.stderr);
}
