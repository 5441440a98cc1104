//! The page of an issue, as a browser gets it.

use crate::bodies::{branch, build, commit, deployment, flag, pull_request, repository, with};
use crate::client::Client;
use crate::panel::everything;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

const EVIL: &str = "<script>alert('x')</script>\"&";

/// What follows the head of the page.
fn body(page: &str) -> &str {
    page.split_once("<body>\n").unwrap_or_default().1
}

/// The parts between two words, which stand in no part.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts
        .map(|part| part.split(after).next().unwrap_or_default())
        .collect()
}

/// What must hold for every page: nothing is loaded or run, and links lead somewhere.
fn check(page: &str) {
    for absent in [
        "<script",
        "<img",
        "<iframe",
        "href=\"javascript",
        " src=",
        " onload=",
        "url(",
        "@import",
        "rel=\"stylesheet\"",
    ] {
        assert!(!page.contains(absent), "{absent} in {page}");
    }
    for present in [
        "<html lang=\"en\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "content=\"default-src 'none';",
        "@media (prefers-color-scheme: dark)",
        ":focus-visible",
        "overflow-wrap: anywhere",
        "<main>",
        "<h1>",
    ] {
        assert!(page.contains(present), "{present} not in {page}");
    }
    for anchor in between(page, "href=\"#", "\"") {
        assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1);
    }
    for element in ["main", "section", "ul", "li", "details", "p", "div", "span"] {
        let opened = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count());
    }
}

#[test]
fn everything_that_an_issue_has() {
    let sandbox = Sandbox::start();
    let mut client = everything(&sandbox);
    let answer = client.send("GET", "/browse/proj-2", b"");
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("text/html; charset=utf-8"));
    let page = answer.text();
    check(&page);
    assert_eq!(body(&page), include_str!("page/everything.html"));
}

#[test]
fn the_list_of_issues() {
    let sandbox = Sandbox::start();
    let mut client = everything(&sandbox);
    let keys = json!([{ "associationType": "issueIdOrKeys", "values": ["PROJ-10"] }]);
    let other = with(&build(), "/buildNumber", json!(3));
    client.submit_item("builds", &with(&other, "/associations", keys));
    let page = client.send("GET", "/", b"").text();
    check(&page);
    assert_eq!(body(&page), include_str!("page/index.html"));
}

#[test]
fn an_issue_without_anything() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let page = client.send("GET", "/browse/%3Cscript%3E", b"").text();
    check(&page);
    assert!(page.contains("<h1>&lt;SCRIPT&gt;</h1>"), "{page}");
    assert!(page.contains("<p>no development information</p>"), "{page}");
    let index = client.send("GET", "/", b"").text();
    check(&index);
    assert!(
        index.contains("<p>no development information</p>"),
        "{index}"
    );
}

/// Builds of one pipeline, the highest number last.
fn builds(pipeline: &str, numbers: std::ops::RangeInclusive<i64>, state: &str) -> Vec<Value> {
    let build = with(&build(), "/pipelineId", json!(pipeline));
    let build = with(&build, "/state", json!(state));
    numbers
        .map(|number| {
            let name = json!(format!("{pipeline} #{number}"));
            let time = json!(format!(
                "2026-01-01T{:02}:{:02}:00Z",
                number / 60,
                number % 60
            ));
            let build = with(&build, "/buildNumber", json!(number));
            with(&with(&build, "/displayName", name), "/lastUpdated", time)
        })
        .collect()
}

#[test]
fn many_builds_are_grouped_and_folded() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for chunk in builds("shop", 1..=200, "successful").chunks(50) {
        client.submit("builds", &json!({ "builds": chunk }));
    }
    client.submit(
        "builds",
        &json!({ "builds": builds("docs", 1..=2, "failed") }),
    );
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    check(&page);
    assert!(page.contains("<h2>Builds <span class=\"count\">202</span></h2>"));
    // The pipeline with the newest build comes first, and its newest build.
    assert_eq!(between(&page, "<h3>", "</h3>"), ["shop", "docs"]);
    assert_eq!(between(&page, "<summary>", "</summary>"), ["195 older"]);
    let names = between(
        &page,
        "class=\"name\"><a href=\"https://ci.example.com/job/shop/2/\">",
        "<",
    );
    assert_eq!(names.len(), 202);
    assert_eq!(
        names[..6].join(", "),
        "shop #200, shop #199, shop #198, shop #197, shop #196, shop #195"
    );
    assert_eq!(names[199..].join(", "), "shop #1, docs #2, docs #1");
    // Of each pipeline the newest build counts.
    let summary = "<li><a href=\"#builds\">202 builds</a><span class=\"lozenge failed\">1 of 2 failed</span></li>";
    assert!(page.contains(summary), "{page}");
}

#[test]
fn many_pipelines_are_folded() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let all: Vec<Value> = (1..=30)
        .flat_map(|number| builds(&format!("part-{number}"), number..=number, "successful"))
        .collect();
    client.submit("builds", &json!({ "builds": all }));
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    check(&page);
    assert_eq!(between(&page, "<summary>", "</summary>"), ["20 more"]);
    // The only build of a pipeline has its name in its own.
    assert!(!page.contains("<h3>"), "{page}");
    assert!(page.contains("<span class=\"lozenge successful\">successful</span>"));
}

#[test]
fn the_summary_shows_where_it_is_deployed() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (number, id, name, kind, state) in [
        (1, "test", "Test", "testing", "successful"),
        (2, "stage", "Staging", "staging", "successful"),
        (3, "eu", "EU", "production", "successful"),
        (4, "us", "US", "production", "failed"),
        (5, "asia", "Asia", "production", "rolled_back"),
        (6, "eu", "EU", "production", "in_progress"),
    ] {
        let time = json!(format!("2026-01-01T12:0{number}:00Z"));
        let mut item = with(&deployment(), "/deploymentSequenceNumber", json!(number));
        for (pointer, value) in [
            ("/environment/id", json!(id)),
            ("/environment/displayName", json!(name)),
            ("/environment/type", json!(kind)),
            ("/state", json!(state)),
            ("/lastUpdated", time),
        ] {
            item = with(&item, pointer, value);
        }
        client.submit_item("deployments", &item);
    }
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    check(&page);
    let summary = "<li><a href=\"#deployments\">6 deployments</a>\
                   <span class=\"lozenge in_progress\">▶ EU</span>\
                   <span class=\"lozenge rolled_back\">↩ Asia</span>\
                   <span class=\"lozenge failed\">✗ US</span>\
                   <span class=\"lozenge successful\">✓ Staging</span>\
                   <span class=\"lozenge \">1 more</span></li>";
    assert!(page.contains(summary), "{page}");
    let groups = between(&page, "<h3>", "</h3>");
    assert_eq!(groups[..2], ["EU (production)", "Asia (production)"]);
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
    check(&page);
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
    let evil = json!(EVIL);
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
    let mut item = build();
    for pointer in ["/displayName", "/label", "/references/0/ref/name"] {
        item = with(&item, pointer, evil.clone());
    }
    let uri = json!("javascript://x/%0aalert(1)");
    client.submit_item("builds", &with(&item, "/references/0/ref/uri", uri));
    let mut item = deployment();
    for pointer in ["/displayName", "/description", "/environment/displayName"] {
        item = with(&item, pointer, evil.clone());
    }
    client.submit_item("deployments", &item);
    let page = client.send("GET", "/browse/PROJ-2", b"").text();
    check(&page);
    assert_eq!(page.matches("<h2").count(), 6);
    let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;";
    assert!(page.matches(escaped).count() >= 18, "{page}");
}
