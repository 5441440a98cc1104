//! `jira-send dev-info`, whole bodies compared.

mod delivery;
mod history;
mod hostile;
mod merged;
mod pushed;
mod servers;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::openapi::check_dev_info;
use crate::support::{Agent, EVENT, EVENT_MILLISECONDS};

const PULL_REQUEST: &str = "multibranch-declarative-pull-request";
const BRANCH: &str = "multibranch-declarative-feature-slash-first";
const REPOSITORY: &str = "git.example.com~2Facme~2Fshop";
const PAGE: &str = "https://git.example.com/acme/shop";

/// The ids of the branches that were deleted.
fn deleted(jira: &Sandbox) -> Vec<String> {
    let requests = jira.requests().into_iter();
    let deletions = requests.filter(|request| request.method == "DELETE");
    deletions
        .map(|it| it.path.rsplit('/').next().unwrap().to_owned())
        .collect()
}

/// A commit without files as it must be sent, with what git says of it.
fn commit(agent: &Agent, revision: &str, issues: &Value) -> Value {
    let git = |format: &str| {
        let format = format!("--format={format}");
        agent.git(&["log", "--max-count=1", &format, revision])
    };
    let id = git("%H");
    let seconds: i64 = git("%at").parse().unwrap();
    let time = jiff::Timestamp::from_second(seconds).unwrap();
    let mut commit = json!({
        "id": id,
        "updateSequenceId": EVENT_MILLISECONDS,
        "message": git("%B"),
        "author": {"name": "Ada", "email": "ada@example.com"},
        "fileCount": 0,
        "url": format!("{PAGE}/commit/{id}"),
        "authorTimestamp": format!("{time:.3}"),
        "displayId": id[..7],
    });
    for (name, value) in issues.as_object().unwrap() {
        commit[name] = value.clone();
    }
    commit
}

fn associations(keys: &[&str]) -> Value {
    json!({"associations": [{"associationType": "issueIdOrKeys", "values": keys}]})
}

fn branch(name: &str, id: &str, keys: &[&str], last_commit: &Value) -> Value {
    json!({
        "id": id,
        "associations": associations(keys)["associations"],
        "updateSequenceId": EVENT_MILLISECONDS,
        "name": name,
        "lastCommit": last_commit,
        "createPullRequestUrl": format!("{PAGE}/pull/new/{name}"),
        "url": format!("{PAGE}/tree/{name}"),
    })
}

fn body(entities: &Value) -> Value {
    let mut repository = json!({
        "id": REPOSITORY,
        "name": "acme/shop",
        "url": PAGE,
        "updateSequenceId": EVENT_MILLISECONDS,
    });
    for (name, value) in entities.as_object().unwrap() {
        repository[name] = value.clone();
    }
    json!({
        "repositories": [repository],
        "preventTransitions": true,
        "operationType": "NORMAL",
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    })
}

fn shown(agent: &Agent, options: &[&str]) -> Value {
    let run = agent.run(&[&["dev-info", "--dry-run", EVENT], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.shown_body()
}

#[test]
fn a_pull_request_build_sends_commits_branch_and_pull_request() {
    let jira = Sandbox::start();
    let agent = Agent::of(PULL_REQUEST).with_jira(&jira).with_commits(&[
        "ABC-9 before",
        "OPS-1 and the body\n\nPROJ-4 too",
        "nothing",
        "PROJ-3 last",
    ]);
    let run = agent.run(&["dev-info", EVENT, "--format=json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = body(&json!({
        "commits": [
            commit(&agent, "HEAD", &associations(&["PROJ-3"])),
            commit(&agent, "HEAD~2", &associations(&["OPS-1", "PROJ-4"])),
        ],
        "branches": [branch(
            "feature/PROJ-2-login",
            "feature~2FPROJ-2-login",
            &["PROJ-2"],
            &commit(&agent, "HEAD", &json!({"issueKeys": ["PROJ-3"]})),
        )],
        "pullRequests": [{
            "id": "7",
            "associations": associations(&["PROJ-2"])["associations"],
            "updateSequenceId": EVENT_MILLISECONDS,
            "status": "OPEN",
            "title": "PROJ-2: Add the login form & \"quotes\" é",
            "author": {"name": "Zoë Müller", "email": "zoe@example.com"},
            "commentCount": 0,
            "sourceBranch": "feature/PROJ-2-login",
            "sourceBranchUrl": format!("{PAGE}/tree/feature/PROJ-2-login"),
            "lastUpdate": "2026-01-01T12:00:00.123Z",
            "destinationBranch": "main",
            "destinationBranchUrl": format!("{PAGE}/tree/main"),
            "url": "https://git.example.com/acme/shop/pull/7",
            "displayId": "#7",
        }],
    }));
    assert_eq!(jira.submissions(), [expected]);
    check_dev_info(&jira.submissions());
    let stored = jira.repository(REPOSITORY).unwrap();
    assert_eq!(stored["commits"].as_array().unwrap().len(), 2);
    let message = format!(
        "2 commits, 1 branch, 1 pull request of acme/shop sent to {0}: {0}/browse/PROJ-2, PROJ-3, OPS-1, PROJ-4",
        jira.url()
    );
    let report = run.json();
    assert_eq!(report["message"], message);
    assert_eq!(
        report["issue_keys"],
        json!(["PROJ-2", "PROJ-3", "OPS-1", "PROJ-4"])
    );
    let accepted = report["sites"][0]["accepted"].as_array().unwrap();
    assert_eq!(accepted.len(), 4, "{report}");
}

/// A branch whose name has no key belongs to the issues of its newest commit, which then has its own keys; where only
/// the name has one, the commit takes it as well, since Jira wants some of it.
#[test]
fn branches_and_their_newest_commits_share_keys() {
    let mut agent = Agent::of(BRANCH).with_commits(&["first", "ABC-1 second"]);
    let last = |keys: &[&str]| commit(&agent, "HEAD", &json!({ "issueKeys": keys }));
    let named = branch(
        "feature/PROJ-2-login",
        "feature~2FPROJ-2-login",
        &["PROJ-2"],
        &last(&["ABC-1"]),
    );
    assert_eq!(
        shown(&agent, &[])["repositories"][0]["branches"],
        json!([named])
    );
    let unnamed = branch("next", "next", &["ABC-1"], &last(&["ABC-1"]));
    let found = shown(&agent, &["--branch=next"]);
    assert_eq!(found["repositories"][0]["branches"], json!([unnamed]));
    // Every issue comes to these in the end.
    for name in ["main", "master", "develop", "trunk"] {
        let found = shown(&agent, &[&format!("--branch={name}")]);
        assert_eq!(found["repositories"][0].get("branches"), None);
    }
    agent
        .set("BRANCH_NAME", "next")
        .set("BRANCH_IS_PRIMARY", "true");
    let found = shown(&agent, &["--branch=next"]);
    assert_eq!(found["repositories"][0].get("branches"), None);
    let found = shown(&agent, &["--branch=other"]);
    assert_eq!(found["repositories"][0]["branches"][0]["name"], "other");

    agent = Agent::of(BRANCH).with_commits(&["first", "second"]);
    let expected = body(&json!({"branches": [branch(
        "feature/PROJ-2-login",
        "feature~2FPROJ-2-login",
        &["PROJ-2"],
        &commit(&agent, "HEAD", &json!({"issueKeys": ["PROJ-2"]})),
    )]}));
    assert_eq!(shown(&agent, &[]), expected);
}

/// What is on the main branch has nothing to do with a branch that has just left it.
#[test]
fn a_branch_without_commits_of_its_own_belongs_to_no_issue() {
    let cases = [
        (Some("refs/remotes/origin/main"), "HEAD", false),
        (Some("refs/remotes/origin/develop"), "HEAD", false),
        (Some("refs/remotes/origin/other"), "HEAD", true),
        (Some("refs/remotes/origin/main"), "HEAD~1", true),
        (None, "HEAD", true),
    ];
    for (reference, tip, is_sent) in cases {
        let agent = Agent::of(BRANCH).with_commits(&["first", "ABC-1 second"]);
        if let Some(reference) = reference {
            agent.git(&[
                "remote",
                "add",
                "origin",
                "git@git.example.com:acme/shop.git",
            ]);
            agent.git(&["update-ref", reference, tip]);
        }
        let found = shown(&agent, &["--branch=next"])["repositories"][0].clone();
        let branches = found["branches"].as_array().map_or(0, Vec::len);
        assert_eq!(branches, usize::from(is_sent), "{reference:?} {tip}");
        // Its name says it.
        let found = shown(&agent, &["--branch=ABC-7"])["repositories"][0].clone();
        assert_eq!(found["branches"][0]["name"], "ABC-7");
    }
}

/// A build of an older commit does not turn the branch back to it.
#[test]
fn the_newest_commit_of_a_branch_is_that_of_the_server() {
    let agent = Agent::of(BRANCH).with_commits(&["first", "ABC-1 built", "OPS-1 newer"]);
    let mut agent = agent;
    let built = agent.git(&["rev-parse", "HEAD~1"]);
    agent.set("GIT_COMMIT", &built);
    let address = "git@git.example.com:acme/shop.git";
    agent.git(&["remote", "add", "upstream", address]);
    let newer = "refs/remotes/upstream/feature/PROJ-2-login";
    agent.git(&["update-ref", newer, "HEAD"]);
    let last = |revision: &str, key: &str| commit(&agent, revision, &json!({"issueKeys": [key]}));
    let found = shown(&agent, &[])["repositories"][0]["branches"][0]["lastCommit"].clone();
    assert_eq!(found, last("HEAD", "OPS-1"));
    // What is there was never built here: another history.
    agent.git(&["update-ref", newer, "HEAD~2"]);
    let found = shown(&agent, &[])["repositories"][0]["branches"][0]["lastCommit"].clone();
    assert_eq!(found, last("HEAD~1", "ABC-1"));
}

/// Jira has no room for tags; what the tag's name and message say is said of its commit.
#[test]
fn the_build_of_a_tag_sends_its_commits() {
    let agent = Agent::of("multibranch-declarative-tag").with_commits(&["ABC-1", "OPS-1", "x"]);
    agent.git(&["tag", "v1.1.0", "HEAD~2"]);
    let tag = [
        "tag",
        "--annotate",
        "--message=PROJ-5 release",
        "v1.2.0-PROJ-9",
    ];
    agent.git(&tag);
    let mut agent = agent;
    agent.unset("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    let expected = body(&json!({"commits": [
        commit(&agent, "HEAD", &associations(&["PROJ-9", "PROJ-5"])),
        commit(&agent, "HEAD~1", &associations(&["OPS-1"])),
    ]}));
    assert_eq!(shown(&agent, &[]), expected);
}

/// The branch of a merged pull request may be gone already, and that of a fork is in another repository.
#[test]
fn a_pull_request_comes_without_a_branch_that_is_not_there() {
    let fork = "multibranch-declarative-pull-request-fork";
    let cases = [
        (PULL_REQUEST, "merged", "MERGED", false, true),
        (PULL_REQUEST, "declined", "DECLINED", true, true),
        (PULL_REQUEST, "unknown", "UNKNOWN", true, true),
        (fork, "open", "OPEN", false, false),
    ];
    for (kind, status, sent, has_branch, is_linked) in cases {
        let agent = Agent::of(kind).with_commits(&["first", "ABC-1"]);
        let status = format!("--pull-request-status={status}");
        let body = shown(&agent, &[&status]);
        let repository = &body["repositories"][0];
        let request = &repository["pullRequests"][0];
        assert_eq!(request["status"], sent);
        assert_eq!(
            repository.get("branches").is_some(),
            has_branch,
            "{kind} {status}"
        );
        assert_eq!(request.get("sourceBranchUrl").is_some(), is_linked);
        assert_eq!(repository["commits"].as_array().unwrap().len(), 1);
    }
}

/// What a merge is called, by the ids of the pull request's own and the target's commit.
type Words = dyn Fn(&str, &str) -> String;

/// A merge that was made for the build alone is on no branch: the branch ends with the pull request's own commit.
#[test]
fn merges_that_only_the_build_has_are_not_sent() {
    let by_jenkins = |_: &str, target: &str| format!("Merge commit '{target}' into HEAD");
    let by_github = |own: &str, target: &str| format!("Merge {own} into {target}");
    let by_gitlab = |_: &str, _: &str| "Merge branch 'feature/PROJ-2-login' into 'main'".to_owned();
    let by_people = |_: &str, _: &str| "Merge branch 'main' into feature/PROJ-2-login".to_owned();
    let cases: [(&Words, bool, bool); 4] = [
        (&by_jenkins, true, true),
        (&by_github, false, true),
        (&by_gitlab, false, true),
        (&by_people, true, false),
    ];
    for (number, (words, own_first, is_made)) in cases.into_iter().enumerate() {
        let mut agent = Agent::of(PULL_REQUEST).with_commits(&["first"]);
        agent.git(&["checkout", "--quiet", "-b", "feature"]);
        agent.git(&["commit", "--quiet", "--allow-empty", "--message=ABC-1 own"]);
        let own = agent.git(&["rev-parse", "HEAD"]);
        agent.git(&["checkout", "--quiet", "main"]);
        agent.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message=OPS-1 target",
        ]);
        let target = agent.git(&["rev-parse", "HEAD"]);
        agent.git(&["update-ref", "refs/remotes/origin/main", &target]);
        let (first, second) = if own_first {
            (&own, &target)
        } else {
            (&target, &own)
        };
        agent.git(&["checkout", "--quiet", "--detach", first]);
        let message = format!("--message={}", words(&own, &target));
        agent.git(&["merge", "--quiet", "--no-ff", &message, second]);
        let merge = agent.git(&["rev-parse", "HEAD"]);
        agent.set("GIT_COMMIT", &merge);
        let body = shown(&agent, &["--all-entities"]);
        let repository = &body["repositories"][0];
        let ids: Vec<&Value> = repository["commits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| &c["id"])
            .collect();
        let last = &repository["branches"][0]["lastCommit"];
        if is_made {
            assert_eq!(ids, [&json!(own)], "{number}");
            assert_eq!(last["id"], json!(own), "{number}");
        } else {
            assert_eq!(ids, [&json!(merge), &json!(own)], "{number}");
            assert_eq!(last["id"], json!(merge), "{number}");
            assert_eq!(last["flags"], json!(["MERGE_COMMIT"]));
        }
    }
}

/// Whatever such a merge is called: the pull request ends before it, as it was fetched.
#[test]
fn merges_of_any_wording_are_not_sent() {
    for (name, is_made) in [
        ("origin/PR-7", true),
        ("origin/feature/PROJ-2-login", true),
        ("origin/other", false),
    ] {
        let mut agent = Agent::of(PULL_REQUEST).with_commits(&["first"]);
        agent.git(&[
            "remote",
            "add",
            "origin",
            "git@git.example.com:acme/shop.git",
        ]);
        agent.git(&["commit", "--quiet", "--allow-empty", "--message=ABC-1 own"]);
        let own = agent.git(&["rev-parse", "HEAD"]);
        agent.git(&["update-ref", &format!("refs/remotes/{name}"), &own]);
        agent.git(&["checkout", "--quiet", "--detach", "main"]);
        agent.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message=OPS-1 target",
        ]);
        agent.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        agent.git(&[
            "merge",
            "--quiet",
            "--no-ff",
            "--message=ABC-9 Test merge",
            &own,
        ]);
        let merge = agent.git(&["rev-parse", "HEAD"]);
        agent.set("GIT_COMMIT", &merge);
        let body = shown(&agent, &[]);
        let repository = &body["repositories"][0];
        let last = if is_made { &own } else { &merge };
        assert_eq!(
            repository["branches"][0]["lastCommit"]["id"],
            json!(last),
            "{name}"
        );
        let commits = repository["commits"].as_array().unwrap().len();
        assert_eq!(commits, if is_made { 1 } else { 2 }, "{name}");
    }
}

/// A clone of depth 1 of such a merge has none of its parents; that of a real one still is a merge.
#[test]
fn merges_that_were_cut_off_are_merges() {
    for (is_test, message) in [(true, None), (false, Some("ABC-9 Real merge"))] {
        let origin = Agent::bare().with_commits(&["first"]);
        origin.git(&["commit", "--quiet", "--allow-empty", "--message=own"]);
        let own = origin.git(&["rev-parse", "HEAD"]);
        origin.git(&["checkout", "--quiet", "main"]);
        origin.git(&["commit", "--quiet", "--allow-empty", "--message=target"]);
        let target = origin.git(&["rev-parse", "HEAD"]);
        let words = message.map_or_else(|| format!("Merge {own} into {target}"), str::to_owned);
        origin.git(&["merge", "--quiet", "--no-ff", "--message", &words, &own]);
        let merge = origin.git(&["rev-parse", "HEAD"]);
        let mut agent = Agent::of(PULL_REQUEST);
        let address = format!("file://{}", origin.path().display());
        agent.git(&["clone", "--quiet", "--depth=1", &address, "."]);
        agent.git(&[
            "remote",
            "set-url",
            "origin",
            "git@git.example.com:acme/shop.git",
        ]);
        agent.set("GIT_COMMIT", &merge);
        let body = shown(&agent, &["--all-entities"]);
        let repository = &body["repositories"][0];
        if is_test {
            assert_eq!(repository.get("commits"), None, "{repository}");
            assert_eq!(repository.get("branches"), None);
            assert_eq!(repository["pullRequests"][0]["id"], "7");
        } else {
            assert_eq!(repository["commits"][0]["flags"], json!(["MERGE_COMMIT"]));
        }
    }
}

/// A key behind a long log in the message counts, as for `keys`.
#[test]
fn messages_of_any_length_are_searched() {
    let agent = Agent::of(BRANCH).with_commits(&["first"]);
    let mut agent = agent;
    let first = agent.git(&["rev-parse", "HEAD"]);
    history::add_commits(&agent, "refs/heads/long", &first, 1..=1, |_| {
        format!("long\n\n{}ABC-1", "a line of a log\n".repeat(80_000))
    });
    agent.git(&["checkout", "--quiet", "--detach", "long"]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "long"]));
    let body = shown(&agent, &["--branch=next"]);
    let repository = &body["repositories"][0];
    assert_eq!(repository["commits"].as_array().unwrap().len(), 1);
    assert_eq!(
        repository["branches"][0]["lastCommit"]["issueKeys"],
        json!(["ABC-1"])
    );
    let all = shown(&agent, &["--all"]);
    assert_eq!(
        all["repositories"][0]["commits"].as_array().unwrap().len(),
        1
    );
}

/// Freestyle jobs name their pull request with options, as the plugin that starts them knows it.
#[test]
fn a_pull_request_can_be_given() {
    let agent = Agent::of("freestyle-git-feature-branch").with_commits(&["first", "x"]);
    let body = shown(
        &agent,
        &[
            "--pull-request=12",
            "--title=OPS-3 by hand",
            "--pull-request-target=release/1",
            "--repository-kind=gitlab",
        ],
    );
    let request = &body["repositories"][0]["pullRequests"][0];
    let expected = json!({
        "id": "12",
        "associations": associations(&["PROJ-2", "OPS-3"])["associations"],
        "updateSequenceId": EVENT_MILLISECONDS,
        "status": "OPEN",
        "title": "OPS-3 by hand",
        "author": {},
        "commentCount": 0,
        "sourceBranch": "feature/PROJ-2-login",
        "sourceBranchUrl": format!("{PAGE}/-/tree/feature/PROJ-2-login"),
        "lastUpdate": "2026-01-01T12:00:00.123Z",
        "destinationBranch": "release/1",
        "destinationBranchUrl": format!("{PAGE}/-/tree/release/1"),
        "url": format!("{PAGE}/-/merge_requests/12"),
        "displayId": "!12",
    });
    assert_eq!(*request, expected);
    let bare = Agent::bare().with_commits(&["ABC-1"]);
    let run = bare.run(&[
        "dev-info",
        "--dry-run",
        "--pull-request=7",
        "--repository-url=https://g/x",
    ]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("source branch of the pull request (--branch"),
        "{}",
        run.stderr
    );
}

#[test]
fn every_field_can_be_given() {
    let agent = Agent::bare().with_commits(&["nothing"]);
    let body = shown(
        &agent,
        &[
            "--repository-id=my-repository",
            "--repository-name=Mine",
            "--repository-url=https://code.example.com/mine",
            "--commit-url={repository}?c={commit}",
            "--branch-url=https://b/{branch}",
            "--create-pull-request-url=https://n/{branch}",
            "--pull-request-url=https://p/{number}",
            "--pull-request=7",
            "--branch=f/x",
            "--issue-keys=abc-1",
            "--issue-ids=10042",
            "--update-sequence-number=99",
            "--property=a=b",
            "--product=mine",
            "--smart-commits",
        ],
    );
    let id = agent.git(&["rev-parse", "HEAD"]);
    check_dev_info(std::slice::from_ref(&body));
    assert_eq!(body["preventTransitions"], false);
    assert_eq!(body["properties"], json!({"a": "b"}));
    assert_eq!(body["providerMetadata"], json!({"product": "mine"}));
    let repository = &body["repositories"][0];
    assert_eq!(repository["id"], "my-repository");
    assert_eq!(repository["name"], "Mine");
    assert_eq!(repository["url"], "https://code.example.com/mine");
    assert_eq!(repository["updateSequenceId"], 99);
    let commit = &repository["commits"][0];
    assert_eq!(
        commit["url"],
        format!("https://code.example.com/mine?c={id}")
    );
    assert_eq!(
        commit["associations"],
        associations(&["10042", "ABC-1"])["associations"]
    );
    let branch = &repository["branches"][0];
    assert_eq!(branch["url"], "https://b/f/x");
    assert_eq!(branch["createPullRequestUrl"], "https://n/f/x");
    assert_eq!(branch["lastCommit"]["issueKeys"], json!(["ABC-1"]));
    assert_eq!(repository["pullRequests"][0]["url"], "https://p/7");
}

/// Only what names an issue is sent, unless everything is asked for, and then without an empty block.
/// A folder has no page, and no name on a server.
#[test]
fn an_origin_without_a_server_is_named() {
    let agent = Agent::of("freestyle-no-scm").with_commits(&["base", "ABC-1 one"]);
    for origin in ["/srv/git/shop.git", "../shop", "C:\\git\\shop"] {
        agent.git(&["config", "remote.origin.url", origin]);
        for command in [&["dev-info"][..], &["dev-info", "--all"]] {
            let run = agent.run(command);
            assert_eq!(run.code, 2);
            let cause = format!("the repository is cloned from {origin}, which is not the address");
            assert!(run.stderr.contains(&cause), "{}", run.stderr);
            assert!(run.stderr.contains("--repository-url"), "{}", run.stderr);
        }
    }
}

#[test]
fn what_names_no_issue_stays_here() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-git-second")
        .with_jira(&jira)
        .with_commits(&["first", "fix UTF-8"]);
    agent.set("GIT_BRANCH", "origin/main");
    let run = agent.run(&["dev-info", "--format=json"]);
    assert_eq!(
        (run.code, run.json()["outcome"].as_str()),
        (0, Some("nothing_to_send"))
    );
    assert!(
        run.stderr.contains("UTF-8 in commit") && run.stderr.contains("no issue key was found"),
        "{}",
        run.stderr
    );
    let strict = agent.run(&["dev-info", "--require-issue-keys"]);
    assert_eq!(strict.code, 5);
    assert!(jira.requests().is_empty());
    let body = shown(&agent, &["--all-entities"]);
    let repository = &body["repositories"][0];
    assert_eq!(
        repository["commits"],
        json!([commit(&agent, "HEAD", &json!({}))])
    );
    assert_eq!(repository.get("branches"), None);
}

/// Where the clone comes from is asked of the folder first: the variables may be those of another checkout.
#[test]
fn the_repository_is_the_same_whatever_it_is_cloned_from() {
    for address in [
        "git@git.example.com:acme/shop.git",
        "ssh://git@git.example.com:2222/acme/shop",
        "https://ada:secret@git.example.com/acme/shop.git",
        "/srv/mirrors/shop",
    ] {
        let agent = Agent::of(BRANCH).with_commits(&["ABC-1"]);
        agent.git(&["remote", "add", "origin", address]);
        let run = agent.run(&["dev-info", "--dry-run"]);
        assert_eq!(
            run.shown_body()["repositories"][0]["id"],
            REPOSITORY,
            "{address}"
        );
        assert!(!run.stdout.contains("secret") && !run.stderr.contains("secret"));
    }
    let agent = Agent::of(BRANCH).with_commits(&["ABC-1"]);
    agent.git(&[
        "remote",
        "add",
        "origin",
        "https://git.example.com/acme/other.git",
    ]);
    let found = shown(&agent, &[]);
    assert_eq!(found["repositories"][0]["name"], "acme/other");
}
