//! What costs the whole request, and how bodies travel.

use crate::bodies::{build, deployment, with};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn mistakes_that_cost_the_whole_request() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let builds = |count: usize| json!({ "builds": vec![build(); count] });
    let properties = |properties: Value| json!({ "builds": [build()], "properties": properties });
    let item = |pointer: &str, value: Value| json!({ "builds": [with(&build(), pointer, value)] });
    let five = json!({ "a": "1", "b": "2", "c": "3", "d": "4", "e": "5" });
    let cases = [
        (json!([]), "must be a JSON object"),
        (json!({}), "'builds' is required"),
        (json!({ "builds": {} }), "'builds' must be an array"),
        (builds(0), "'builds' must have at least 1 element"),
        (builds(101), "'builds' can have a maximum of 100 elements"),
        (properties(with(&five, "/f", json!("6"))), "maximum of 5"),
        (
            properties(json!({ "a:b": "c" })),
            "'a:b' must not contain ':'",
        ),
        (properties(json!({ "_a": "c" })), "nor start with '_'"),
        (properties(json!({ "a": "x".repeat(256) })), "255"),
        (properties(json!({ "a": 1 })), "must be a string"),
        (properties(json!("a")), "'properties' must be an object"),
        (
            json!({ "builds": [build()], "providerMetadata": { "product": 1 } }),
            "providerMetadata",
        ),
        (
            json!({ "builds": [build()], "buildz": 1 }),
            "Unknown field 'buildz'",
        ),
        (
            item("/associations/0/values", json!([])),
            "Associations must provide at least one value.",
        ),
        (
            item("/issueKeys", json!(["ABC-1"])),
            "'issueKeys' and 'associations' are mutually exclusive",
        ),
        (
            item("/displayName", json!("fun \u{1F600}")),
            "Invalid binary character '#xD83D' was found in the request body",
        ),
        (
            item("/label", json!("\u{1F92F}")),
            "Invalid binary character '#xD83E' was found in the request body",
        ),
        (
            item("/testInfo/totalNumber", json!("a\0")),
            "Invalid binary character '#x0'",
        ),
        (
            item("/pipelineId", json!("\u{1b}[1m")),
            "Invalid binary character '#x1B'",
        ),
        (
            item("/pipelineId", json!("\u{FFFE}")),
            "Invalid binary character '#xFFFE'",
        ),
        (
            properties(json!({ "a\u{8}": "c" })),
            "Invalid binary character '#x8'",
        ),
    ];
    for (body, message) in cases {
        let answer = client.submit("builds", &body);
        assert_eq!(answer.status, 400, "{message}");
        let answer = answer.json();
        assert_eq!(answer.as_array().map(Vec::len), Some(1));
        let found = answer[0]["message"].as_str().unwrap_or_default();
        assert!(found.contains(message), "{found} for {message}");
    }
    assert_eq!(sandbox.build("shop", 2), None);

    let path = client.path("builds", "bulk");
    let not_json: [&[u8]; 4] = [b"", b"{", b"\"\xff\"", br#"{"builds":["\ud83d"]}"#];
    for body in not_json {
        let answer = client.send("POST", &path, body);
        assert_eq!(
            (answer.status, answer.json()[0]["message"].is_string()),
            (400, true)
        );
    }
    assert_eq!(client.submit("builds", &builds(100)).status, 202);
    assert_eq!(client.submit("builds", &properties(five)).status, 202);
    let allowed = item(
        "/displayName",
        json!("tab\t line\r\n \u{D7FF}\u{E000}\u{FFFD}\u{85}"),
    );
    assert_eq!(
        client.submit("builds", &allowed).json()["acceptedBuilds"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        client
            .submit("deployments", &json!({ "builds": [deployment()] }))
            .status,
        400
    );
}

#[test]
fn chunked_bodies_expectations_and_pipelining() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let head = |framing: &str, client: &Client| {
        let path = client.path("builds", "bulk");
        format!(
            "POST {path} HTTP/1.1\r\nAuthorization: bearer {}\r\n{framing}\r\n\r\n",
            client.token
        )
    };
    let body = json!({ "builds": [build()] }).to_string();
    let (first, rest) = body.split_at(7);
    let chunks = format!(
        "7;x=y\r\n{first}\r\n{:X}\r\n{rest}\r\n0\r\nTrailer: x\r\n\r\n",
        rest.len()
    );
    let request = head("Transfer-Encoding: chunked", &client) + &chunks;
    assert_eq!(client.raw(request.as_bytes()).unwrap().status, 202);
    assert!(sandbox.build("shop", 2).is_some());

    let expecting = head(
        &format!("Content-Length: {}\r\nExpect: 100-continue", body.len()),
        &client,
    );
    assert_eq!(client.raw(expecting.as_bytes()).unwrap().status, 100);
    assert_eq!(client.raw(body.as_bytes()).unwrap().status, 202);

    for framing in [
        "Content-Length: x",
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
    ] {
        let mut client = Client::new(&sandbox);
        let answer = client.raw(head(framing, &client).as_bytes()).unwrap();
        assert_eq!(
            (answer.status, answer.header("connection")),
            (400, Some("close")),
            "{framing}"
        );
    }
    assert_eq!(
        Client::anonymous(&sandbox)
            .raw(b"nonsense\r\n\r\n")
            .unwrap()
            .status,
        400
    );
    assert_eq!(sandbox.submissions().len(), 2);
}

#[test]
fn connections_are_kept_unless_told_otherwise() {
    let sandbox = Sandbox::start();
    let mut client = Client::anonymous(&sandbox);
    assert_eq!(
        client.send("GET", "/", b"").header("connection"),
        Some("keep-alive")
    );
    let answer = client
        .try_send("GET", "/", &[("Connection", "close")], b"")
        .unwrap();
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.try_send("GET", "/", &[], b"").is_err());
    let answer = Client::anonymous(&sandbox)
        .raw(b"GET / HTTP/1.0\r\n\r\n")
        .unwrap();
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn large_bodies() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let path = client.path("builds", "bulk");
    let limit = 5 * 1024 * 1024;
    assert_eq!(client.send("POST", &path, &vec![b' '; limit]).status, 400);
    let answer = client.send("POST", &path, &vec![b' '; limit + 1]);
    assert_eq!(
        (answer.status, answer.json()[0]["message"].is_string()),
        (413, true)
    );
    assert!(
        sandbox
            .requests()
            .last()
            .is_some_and(|request| request.body.is_empty())
    );
    assert_eq!(client.send("GET", "/", b"").status, 200);
}
