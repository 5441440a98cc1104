//! Gating statuses over time, and accepted data that is not visible yet.

use std::time::{Duration, Instant};

use crate::bodies::{build, deployment, flag, repository, with};
use crate::client::{Answer, Client};
use jira_sandbox::{Config, Permission, Sandbox};
use serde_json::{Value, json};

const GATING: &str = "pipelines/shop/environments/eu-prod/deployments/2/gating-status";

fn ask(client: &mut Client) -> Answer {
    client.call("GET", "deployments", GATING)
}

/// The status in each of the next answers, or their status code.
fn statuses(client: &mut Client, count: usize) -> Vec<String> {
    let answers = (0..count).map(|_| ask(client));
    answers
        .map(|answer| match answer.json()["gatingStatus"].as_str() {
            Some(status) => status.to_owned(),
            None => answer.status.to_string(),
        })
        .collect()
}

#[test]
fn only_gated_deployments_have_a_status() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    assert_eq!(ask(&mut client).status, 404);
    let plain = with(&deployment(), "/commands", Value::Null);
    client.submit_item("deployments", &plain);
    assert_eq!(ask(&mut client).status, 404);
    let gated = with(&deployment(), "/updateSequenceNumber", json!(101));
    client.submit_item("deployments", &gated);
    let answer = ask(&mut client);
    let mut body = answer.json();
    let time = body["updatedTimestamp"].take();
    assert!(
        time.as_str().is_some_and(|time| time.ends_with('Z')),
        "{time}"
    );
    assert_eq!(
        (answer.status, body),
        (
            200,
            json!({
                "deploymentSequenceNumber": 2,
                "pipelineId": "shop",
                "environmentId": "eu-prod",
                "updatedTimestamp": null,
                "gatingStatus": "awaiting",
                "details": [{
                    "type": "issue",
                    "issueKey": "PROJ-2",
                    "issueLink": "https://sandbox.atlassian.net/browse/PROJ-2",
                }],
            })
        )
    );
    for (method, path, status) in [
        ("DELETE", GATING.to_owned(), 405),
        ("POST", GATING.to_owned(), 405),
        ("GET", format!("{GATING}/more"), 404),
        ("GET", GATING.replace('2', "two"), 400),
        ("GET", GATING.replace("eu-prod", "us-prod"), 404),
    ] {
        let answer = client.call(method, "deployments", &path);
        assert_eq!(answer.status, status, "{method} {path}");
    }
}

#[test]
fn deployments_without_an_issue_key_have_no_details() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let service = json!([
        { "associationType": "serviceIdOrKeys", "values": ["service-1"] },
        { "associationType": "issueIdOrKeys", "values": ["10001"] },
    ]);
    client.submit_item(
        "deployments",
        &with(&deployment(), "/associations", service),
    );
    assert_eq!(ask(&mut client).json()["details"], json!([]));
}

#[test]
fn scripts_go_one_step_with_each_question() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    sandbox.set_gating(&["404", "503", "awaiting", "awaiting", "allowed"]);
    // Questions before there is a deployment take no step.
    assert_eq!(statuses(&mut client, 2), ["404", "404"]);
    client.submit_item("deployments", &deployment());
    let expected = ["404", "503", "awaiting", "awaiting", "allowed", "allowed"];
    assert_eq!(statuses(&mut client, 6), expected);
    // Every deployment has a way of its own.
    let other = with(&deployment(), "/deploymentSequenceNumber", json!(3));
    client.submit_item("deployments", &other);
    let path = GATING.replace('2', "3");
    assert_eq!(client.call("GET", "deployments", &path).status, 404);
    assert_eq!(statuses(&mut client, 1), ["allowed"]);

    for word in [
        "prevented",
        "invalid",
        "expired",
        "<b>odd</b> \u{202e}",
        "99",
    ] {
        sandbox.set_gating(&[word]);
        assert_eq!(statuses(&mut client, 2), [word, word]);
    }
    sandbox.set_gating_of("eu-prod", &["prevented"]);
    sandbox.set_gating_of("us-prod", &["expired"]);
    assert_eq!(statuses(&mut client, 1), ["prevented"]);
    sandbox.set_gating_of("eu-prod", &[]);
    assert_eq!(statuses(&mut client, 1), ["99"]);
    sandbox.set_gating(&[]);
    assert_eq!(statuses(&mut client, 1), ["awaiting"]);
}

#[test]
fn the_time_of_a_status_is_that_of_its_change() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    sandbox.set_gating(&["awaiting", "awaiting", "allowed"]);
    client.submit_item("deployments", &deployment());
    let mut time = || ask(&mut client).json()["updatedTimestamp"].to_string();
    let (first, second, third) = (time(), time(), time());
    assert_eq!(first, second);
    assert_ne!(second, third);
}

#[test]
fn gating_by_other_processes() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    client.submit_item("deployments", &deployment());
    for (order, expected) in [
        (json!({ "script": ["404", "allowed"] }), ["404", "allowed"]),
        (
            json!({ "script": ["prevented"], "environmentId": "eu-prod" }),
            ["prevented", "prevented"],
        ),
    ] {
        assert_eq!(client.post_json("/_sandbox/gating", &order).status, 200);
        assert_eq!(statuses(&mut client, 2), expected);
    }
    for wrong in [
        json!([]),
        json!({ "script": "allowed" }),
        json!({ "script": [404] }),
        json!({ "script": [], "environmentId": 5 }),
    ] {
        let answer = client.post_json("/_sandbox/gating", &wrong);
        assert!(
            answer.status == 400 && answer.json()["message"].is_string(),
            "{wrong}"
        );
    }
    assert_eq!(client.send("DELETE", "/_sandbox/gating", b"").status, 200);
    assert_eq!(statuses(&mut client, 1), ["awaiting"]);
    assert_eq!(client.send("GET", "/_sandbox/gating", b"").status, 405);
}

#[test]
fn gating_needs_the_permission_for_deployments() {
    let sandbox = Sandbox::with(Config {
        permissions: vec![Permission::Builds],
        ..Config::default()
    });
    assert_eq!(ask(&mut Client::new(&sandbox)).status, 401);
}

#[test]
fn accepted_data_becomes_visible_later() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let delay = Duration::from_millis(200);
    sandbox.delay_visibility(delay);
    let start = Instant::now();
    let paths = [
        ("builds", build(), "pipelines/shop/builds/2"),
        (
            "deployments",
            deployment(),
            GATING.trim_end_matches("/gating-status"),
        ),
        ("repositories", repository(), "repository/acme-shop"),
        ("flags", flag(), "flag/new-cart"),
    ];
    for (list, item, path) in &paths {
        client.submit_item(list, item);
        assert_eq!(client.call("GET", list, path).status, 404, "{list}");
    }
    assert_eq!(ask(&mut client).status, 404);
    for (list, item, path) in &paths {
        // The parts of a repository appear one after the other.
        let mut is_whole = || {
            let answer = client.call("GET", list, path);
            answer.status == 200 && answer.json() == *item
        };
        while !is_whole() {
            assert!(start.elapsed() < Duration::from_secs(30), "{list}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(start.elapsed() >= delay, "{list}");
    }
    assert_eq!(ask(&mut client).status, 200);
}

#[test]
fn what_is_pending_can_be_held_and_shown() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    client.submit_item("builds", &build());
    sandbox.delay_visibility(Duration::MAX);
    let newer = with(&build(), "/updateSequenceNumber", json!(101));
    client.submit_item("builds", &with(&newer, "/state", json!("failed")));
    let path = "pipelines/shop/builds/2";
    assert_eq!(client.call("GET", "builds", path).json(), build());
    // Updates and deletes alike.
    let hour = json!({ "milliseconds": 3_600_000 });
    assert_eq!(client.post_json("/_sandbox/visibility", &hour).status, 200);
    client.submit_item("flags", &flag());
    assert_eq!(client.call("DELETE", "flags", "flag/new-cart").status, 202);
    assert_eq!(client.call("GET", "builds", path).json(), build());
    assert_eq!(
        client.send("DELETE", "/_sandbox/visibility", b"").status,
        200
    );
    assert_eq!(client.call("GET", "builds", path).json()["state"], "failed");
    assert_eq!(client.call("GET", "flags", "flag/new-cart").status, 404);
    client.submit_item("flags", &flag());
    assert_eq!(client.call("GET", "flags", "flag/new-cart").status, 200);
    let wrong = client.post_json("/_sandbox/visibility", &json!({ "milliseconds": "1" }));
    assert_eq!(wrong.status, 400);
}
