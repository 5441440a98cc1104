//! What is shown of an issue, on a terminal and in a browser.

use crate::bodies::{branch, build, commit, deployment, flag, pull_request, repository, with};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn builds_and_deployments_for_a_terminal() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    assert_eq!(
        sandbox.panel("proj-2"),
        "PROJ-2\n  no development information\n"
    );
    let next = with(
        &with(&build(), "/buildNumber", json!(3)),
        "/testInfo",
        Value::Null,
    );
    let next = with(
        &with(&next, "/state", json!("in_progress")),
        "/displayName",
        json!("shop #3"),
    );
    let next = with(&next, "/lastUpdated", json!("2026-01-01T14:30:00+02:00"));
    client.submit("builds", &json!({ "builds": [build(), next] }));
    client.submit_item("deployments", &deployment());
    let expected = "\
PROJ-2
  Builds (2)
    ▶ in_progress  shop #3                              2026-01-01 12:30 UTC
    ✓ successful   shop » main #2  12 passed, 1 failed  2026-01-01 12:00 UTC
  Deployments (1)
    ✓ successful  EU production (production)  shop » main #2  2026-01-01 12:01 UTC
";
    assert_eq!(sandbox.panel("Proj-2"), expected);
}

#[test]
fn builds_and_deployments_for_a_browser() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let evil = "<script>alert('x')</script>\"&";
    let item = with(
        &with(&build(), "/displayName", json!(evil)),
        "/label",
        json!(evil),
    );
    let item = with(
        &item,
        "/references/0/ref/uri",
        json!("javascript://x/%0aalert(1)"),
    );
    client.submit_item(
        "builds",
        &with(&item, "/references/0/ref/name", json!(evil)),
    );
    client.submit_item("deployments", &deployment());
    let answer = client.send("GET", "/browse/proj-2", b"");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let page = answer.text();
    assert!(!page.contains("<script"));
    assert!(!page.contains("href=\"javascript"));
    for part in [
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;",
        "<span class=\"lozenge successful\">successful</span>",
        "<a href=\"https://ci.example.com/job/shop/2/\">",
        "EU production</strong> (production)",
        "2026-01-01 12:01 UTC",
        "12 passed, 1 failed",
        "0123456789ab</a>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(
        client
            .send("GET", "/browse/%3Cscript%3E", b"")
            .text()
            .contains("<h1>&lt;SCRIPT&gt;</h1>")
    );
    assert!(
        client
            .send("GET", "/", b"")
            .text()
            .contains("<a href=\"/browse/PROJ-2\">PROJ-2</a>")
    );
}

/// A repository and a flag, each with the changes, and a second commit.
fn everything(sandbox: &Sandbox) -> Client {
    let mut client = Client::new(sandbox);
    let second = with(&commit(), "/id", json!("second"));
    let second = with(&second, "/displayId", json!("89abcde"));
    let second = with(&second, "/authorTimestamp", json!("2026-01-01T11:10:00Z"));
    let second = with(&second, "/message", json!("Tidy up\n\nPROJ-2"));
    client.submit_item(
        "repositories",
        &with(&repository(), "/commits", json!([commit(), second])),
    );
    client.submit_item("builds", &build());
    client.submit_item("deployments", &deployment());
    client.submit_item("flags", &flag());
    client
}

#[test]
fn everything_for_a_terminal() {
    let sandbox = Sandbox::start();
    everything(&sandbox);
    let expected = "\
PROJ-2
  Branches (1)
    • feature/cart  acme/shop  2026-01-01 11:00 UTC
  Commits (2)
    • 89abcde  Tidy up               acme/shop  2026-01-01 11:10 UTC
    • 0123456  PROJ-2 mend the cart  acme/shop  2026-01-01 11:00 UTC
  Pull requests (1)
    ○ OPEN  #7 PROJ-2 a better cart  feature/cart → main  2026-01-01 11:30 UTC
  Builds (1)
    ✓ successful  shop » main #2  12 passed, 1 failed  2026-01-01 12:00 UTC
  Deployments (1)
    ✓ successful  EU production (production)  shop » main #2  2026-01-01 12:01 UTC
  Feature flags (1)
    ● on 25 %  New cart  prod (production): on 25 %  2026-01-01 12:02 UTC
";
    assert_eq!(sandbox.panel("PROJ-2"), expected);
    assert_eq!(
        sandbox.panel("PROJ-3"),
        "PROJ-3\n  no development information\n"
    );
}

#[test]
fn everything_for_a_browser() {
    let sandbox = Sandbox::start();
    let mut client = everything(&sandbox);
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    for part in [
        "<a href=\"#branches\">1 branch</a><a href=\"#commits\">2 commits</a>",
        "<h2 id=\"pull-requests\">Pull requests</h2>",
        "<a href=\"https://git.example.com/acme/shop/pulls/new\">create a pull request</a>",
        "<span class=\"lozenge commit\">0123456</span>",
        "<span>acme/shop</span><span>Ada</span><span>1 file</span><span>merge</span>",
        "<span class=\"lozenge OPEN\">OPEN</span>",
        "<span>feature/cart → main</span><span>acme/shop</span><span>2 comments</span>",
        "<span>approved by Bo</span>",
        "<span class=\"lozenge on\">on 25 %</span><a href=\"https://flags.example.com/new-cart\">",
        "<span>prod (production): on 25 %</span>",
        "<a href=\"https://flags.example.com/new-cart/prod\">prod</a>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // One issue in many lists.
    let index = client.send("GET", "/", b"").text();
    assert_eq!(index.matches("/browse/PROJ-2").count(), 1);
}

#[test]
fn what_is_optional_may_be_missing() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let bare = with(&commit(), "/author", json!({}));
    client.submit_item("commits", &with(&bare, "/flags", Value::Null));
    let request = with(&pull_request(), "/destinationBranch", Value::Null);
    client.submit_item("pullRequests", &with(&request, "/reviewers", Value::Null));
    client.submit_item(
        "branches",
        &with(&branch(), "/createPullRequestUrl", Value::Null),
    );
    let rules = json!({ "enabled": false, "rollout": { "rules": 3 } });
    let plain = with(
        &with(&flag(), "/summary/url", Value::Null),
        "/displayName",
        Value::Null,
    );
    client.submit_item("flags", &with(&plain, "/summary/status", rules));
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    for part in [
        "<span>feature/cart</span>",
        "<span class=\"lozenge off\">off 3 rules</span>",
        "<a href=\"https://flags.example.com/new-cart/prod\">new-cart</a>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("merge") && !page.contains("create a pull request"));
}

#[test]
fn foreign_text_stays_text() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let evil = json!("<script>alert('x')</script>\"&");
    let address = json!("javascript:alert(1)");
    let mut repository = with(&repository(), "/name", evil.clone());
    for pointer in [
        "/commits/0/message",
        "/commits/0/displayId",
        "/commits/0/author/name",
        "/branches/0/name",
        "/branches/0/lastCommit/message",
        "/pullRequests/0/title",
        "/pullRequests/0/sourceBranch",
        "/pullRequests/0/reviewers/0/name",
    ] {
        repository = with(&repository, pointer, evil.clone());
    }
    for pointer in ["/branches/0/url", "/branches/0/createPullRequestUrl"] {
        repository = with(&repository, pointer, address.clone());
    }
    client.submit_item("repositories", &repository);
    let mut changed = flag();
    for pointer in [
        "/key",
        "/displayName",
        "/summary/status/rollout/text",
        "/details/0/environment/name",
    ] {
        changed = with(&changed, pointer, evil.clone());
    }
    let changed = with(&changed, "/summary/status/rollout/percentage", Value::Null);
    client.submit_item("flags", &changed);
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    assert_eq!(page.matches("<h2").count(), 4);
    assert!(
        !page.contains("<script") && !page.contains("href=\"javascript"),
        "{page}"
    );
    assert!(page.matches("&lt;script&gt;").count() >= 12, "{page}");
}
