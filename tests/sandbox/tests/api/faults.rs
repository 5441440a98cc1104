//! Faults, the control by other processes, and the end of the server.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bodies::build;
use crate::client::Client;
use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

fn body() -> Value {
    json!({ "builds": [build()] })
}

#[test]
fn queued_faults_come_first_and_in_order() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    sandbox.fail(Endpoint::Builds, Fault::empty(500));
    sandbox.fail_times(Endpoint::Builds, 2, Fault::rate_limited(Some(7)));
    sandbox.fail_times(
        Endpoint::Builds,
        1,
        Fault::json(400, json!([{ "message": "no" }])),
    );
    sandbox.fail_times(Endpoint::Builds, 1, Fault::html(502));
    sandbox.fail_times(Endpoint::Builds, 1, Fault::redirect("http://elsewhere/"));
    sandbox.fail_times(Endpoint::Builds, 1, Fault::status(503));
    sandbox.fail_times(Endpoint::Builds, 1, Fault::Answer(json!({ "odd": true })));
    sandbox.fail_times(Endpoint::Builds, 1, Fault::Junk);
    let answers: Vec<_> = (0..10).map(|_| client.submit("builds", &body())).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [429, 429, 400, 502, 302, 503, 202, 202, 500, 500]);
    assert_eq!(answers[0].header("retry-after"), Some("7"));
    assert_eq!(answers[2].json(), json!([{ "message": "no" }]));
    assert_eq!(answers[3].header("content-type"), Some("text/html"));
    assert_eq!(answers[4].header("location"), Some("http://elsewhere/"));
    assert_eq!(answers[5].json()["code"], 503);
    assert_eq!(answers[6].json(), json!({ "odd": true }));
    assert_eq!(
        (answers[7].json(), answers[7].body.is_empty()),
        (Value::Null, false)
    );
    assert_eq!(sandbox.build("shop", 2), None);
    assert_eq!(sandbox.submissions().len(), 10);
    assert_eq!(
        client
            .call(
                "GET",
                "deployments",
                "pipelines/p/environments/e/deployments/1"
            )
            .status,
        404
    );
    sandbox.clear_faults();
    assert_eq!(client.submit("builds", &body()).status, 202);
}

#[test]
fn broken_connections() {
    let sandbox = Sandbox::start();
    for (fault, stored) in [
        (Fault::CloseBeforeAnswer, false),
        (Fault::CutBody, true),
        (Fault::ApplyThenClose, true),
    ] {
        let mut client = Client::new(&sandbox);
        let path = client.path("builds", "pipelines/shop/builds/2");
        client.send("DELETE", &path, b"");
        sandbox.fail_times(Endpoint::Builds, 1, fault);
        let path = client.path("builds", "bulk");
        let answer = client.try_send("POST", &path, &[], body().to_string().as_bytes());
        assert!(answer.is_err());
        assert_eq!(sandbox.build("shop", 2).is_some(), stored);
    }
}

#[test]
fn slow_answers() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let pause = Duration::from_millis(150);
    for fault in [Fault::SlowHeaders(pause), Fault::SlowBody(pause)] {
        sandbox.fail_times(Endpoint::Builds, 1, fault);
        let start = Instant::now();
        let answer = client.submit("builds", &body());
        assert!(start.elapsed() >= pause);
        assert_eq!(
            (answer.status, answer.json()["acceptedBuilds"].is_array()),
            (202, true)
        );
    }
}

#[test]
fn stopping_ends_hanging_and_idle_connections() {
    let sandbox = Sandbox::start();
    let mut idle = Client::new(&sandbox);
    let mut hanging = Client::new(&sandbox);
    sandbox.fail(Endpoint::Builds, Fault::Hang);
    let waiting = std::thread::spawn(move || {
        let path = hanging.path("builds", "bulk");
        hanging.try_send("POST", &path, &[], b"{}").is_err()
    });
    while sandbox.submissions().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let start = Instant::now();
    drop(sandbox);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(waiting.join().unwrap());
    assert!(idle.try_send("GET", "/", &[], b"").is_err());
}

#[test]
fn control_by_other_processes() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let order = json!({ "endpoint": "builds", "times": 1, "status": 503, "body": "later", "headers": { "Retry-After": 3 } });
    assert_eq!(client.post_json("/_sandbox/faults", &order).status, 200);
    sandbox.fail(Endpoint::Other, Fault::empty(500));
    let answer = client.submit("builds", &body());
    assert_eq!(
        (
            answer.status,
            answer.text().as_str(),
            answer.header("retry-after")
        ),
        (503, "later", Some("3"))
    );
    assert_eq!(client.submit("builds", &body()).status, 202);

    let requests = client.send("GET", "/_sandbox/requests", b"").json();
    let paths: Vec<_> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["endpoint"].clone())
        .collect();
    assert_eq!(paths, ["token", "builds", "builds"]);
    assert_eq!(requests[1]["json"], body());
    assert_eq!(requests[1]["body"], body().to_string());
    assert_eq!(requests[1]["headers"]["content-type"], "application/json");
    assert_eq!(
        (&requests[1]["method"], &requests[1]["query"]),
        (&json!("POST"), &Value::Null)
    );

    for wrong in [
        json!({ "status": 500 }),
        json!({ "endpoint": "builds" }),
        json!({ "endpoint": "builds", "status": 99 }),
        json!({ "endpoint": "builds", "kind": "nap" }),
        json!({ "endpoint": "builds", "kind": "slow_body" }),
        json!({ "endpoint": "builds", "status": 500, "times": "two" }),
        json!({ "endpoint": "builds", "status": 500, "headers": { "a": "b\r\nc: d" } }),
    ] {
        assert_eq!(
            client.post_json("/_sandbox/faults", &wrong).status,
            400,
            "{wrong}"
        );
    }
    for (kind, status) in [("answer", 202), ("junk", 202)] {
        client.post_json(
            "/_sandbox/faults",
            &json!({ "endpoint": "builds", "times": 1, "kind": kind, "body": {} }),
        );
        assert_eq!(client.submit("builds", &body()).status, status);
    }
    assert_eq!(client.send("DELETE", "/_sandbox/faults", b"").status, 200);
    assert_eq!(client.send("GET", "/nowhere", b"").status, 404);
    assert_eq!(client.send("DELETE", "/_sandbox", b"").status, 200);
    assert!(sandbox.requests().is_empty());
    assert_eq!(sandbox.build("shop", 2), None);
}

#[test]
fn the_program_serves_until_its_input_ends() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_jira-sandbox"))
        .args([
            "--until-stdin-closes",
            "--client-id=me",
            "--client-secret",
            "x",
            "--projects",
            "one,TWO",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("http://127.0.0.1:"), "{line}");
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    for (argument, code) in [
        ("--help", 0),
        ("--port=x", 2),
        ("--what", 2),
        ("--projects", 2),
        ("--help=1", 0),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jira-sandbox"));
        let output = command.arg(argument).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{argument}");
    }
}
