//! The pages of each kind of git server, and what is said where the kind is a guess.

use serde_json::Value;

use super::{BRANCH, PULL_REQUEST};
use crate::support::{Agent, Run};

fn run(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["dev-info", "--dry-run"], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

fn pages(run: &Run) -> (Value, Value) {
    let mut body = run.shown_body();
    let repository = &mut body["repositories"][0];
    let branch = repository["branches"][0]["url"].take();
    (repository["commits"][0]["url"].take(), branch)
}

/// Address of the clone; page of the branch; whether it is said that the kind is a guess.
#[test]
fn a_guess_is_said_once() {
    let cases = [
        (
            "git@git.example.com:grp/sub/shop.git",
            "https://git.example.com/grp/sub/shop/-/tree/ABC-2",
            true,
        ),
        (
            "git@git.example.com:acme/shop.git",
            "https://git.example.com/acme/shop/tree/ABC-2",
            true,
        ),
        (
            "https://gitlab.example.com/acme/shop.git",
            "https://gitlab.example.com/acme/shop/-/tree/ABC-2",
            false,
        ),
        (
            "git@ssh.dev.azure.com:v3/org/My%20Project/shop",
            "https://dev.azure.com/org/My%20Project/_git/shop?version=GBABC-2",
            false,
        ),
        (
            "git://git.kernel.org/pub/scm/git/git.git",
            "https://git.kernel.org/pub/scm/git/git.git/log/?h=ABC-2",
            false,
        ),
    ];
    for (address, page, is_guess) in cases {
        let agent = Agent::of(BRANCH).with_commits(&["first", "ABC-1"]);
        agent.git(&["remote", "add", "origin", address]);
        let found = run(&agent, &["--branch=ABC-2"]);
        assert_eq!(pages(&found).1, page);
        let said = found.stderr.matches("the kind of git server of").count();
        assert_eq!(said, usize::from(is_guess), "{address}: {}", found.stderr);
        let named = run(&agent, &["--repository-kind=gitea"]);
        assert!(
            !named.stderr.contains("the kind of git server"),
            "{}",
            named.stderr
        );
    }
}

/// The page of the pull request, which Jenkins knows, is of one kind of server only.
#[test]
fn the_page_of_the_pull_request_tells_the_kind() {
    let shop = "https://git.example.com/acme/shop";
    let cases = [
        ("/pulls/7", "/commit/"),
        ("/-/merge_requests/7", "/-/commit/"),
        ("/pull/7", "/commit/"),
    ];
    for (request, commit) in cases {
        let mut agent = Agent::of(PULL_REQUEST).with_commits(&["first", "ABC-1"]);
        agent.set("CHANGE_URL", &format!("{shop}{request}"));
        let id = agent.git(&["rev-parse", "HEAD"]);
        let found = run(&agent, &[]);
        assert_eq!(pages(&found).0, format!("{shop}{commit}{id}"));
        assert!(
            !found.stderr.contains("the kind of git server"),
            "{}",
            found.stderr
        );
    }
}
