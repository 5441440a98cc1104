//! Token, tenant look-up, authorization, addresses.

use std::collections::HashSet;
use std::time::Duration;

use crate::bodies::{build, with};
use crate::client::{Client, credentials};
use jira_sandbox::{Config, Endpoint, Permission, Sandbox};
use serde_json::{Value, json};

#[test]
fn token_by_json() {
    let sandbox = Sandbox::start();
    let mut client = Client::anonymous(&sandbox);
    let cases = [
        ("", json!(0), 200, ""),
        ("/audience", Value::Null, 400, "invalid_request"),
        ("/client_id", Value::Null, 400, "invalid_request"),
        ("/client_secret", json!(""), 400, "invalid_request"),
        ("/grant_type", Value::Null, 400, "invalid_request"),
        (
            "/grant_type",
            json!("password"),
            400,
            "unsupported_grant_type",
        ),
        ("/client_id", json!("someone"), 401, "access_denied"),
        ("/client_secret", json!("guess"), 401, "access_denied"),
    ];
    for (pointer, value, status, error) in cases {
        let body = if pointer.is_empty() {
            credentials()
        } else {
            with(&credentials(), pointer, value)
        };
        let answer = client.post_json("/oauth/token", &body);
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(
            answer.json()["error"].as_str().unwrap_or_default(),
            error,
            "{body}"
        );
    }
    let answer = client.post_json(
        "/oauth/token",
        &with(&credentials(), "/client_id", json!("x")),
    );
    assert_eq!(
        answer.json(),
        json!({ "error": "access_denied", "error_description": "Unauthorized" })
    );
}

#[test]
fn token_answer_and_form() {
    let sandbox = Sandbox::start();
    let mut client = Client::anonymous(&sandbox);
    let answer = client.post_json("/oauth/token", &credentials()).json();
    assert_eq!(answer["expires_in"], 900);
    assert_eq!(answer["token_type"], "Bearer");
    assert!(
        answer["scope"]
            .as_str()
            .unwrap()
            .contains("write:build-info:jira")
    );
    let mut tokens = HashSet::from([answer["access_token"].to_string()]);
    for _ in 0..20 {
        let form = b"grant_type=client_credentials&client_id=sandbox%2Dclient&client_secret=sandbox-secret";
        let headers = [(
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )];
        let answer = client
            .try_send("POST", "/oauth/token", &headers, form)
            .unwrap();
        assert!(tokens.insert(answer.json()["access_token"].to_string()));
    }
    for (content_type, body) in [
        ("text/plain", "{}"),
        ("application/json", "{"),
        ("application/json", "[]"),
    ] {
        let headers = [("Content-Type", content_type)];
        let answer = client
            .try_send("POST", "/oauth/token", &headers, body.as_bytes())
            .unwrap();
        assert_eq!(answer.status, 400);
    }
    assert_eq!(client.send("GET", "/oauth/token", b"").status, 405);
}

#[test]
fn tenant_info_takes_neither_query_nor_credentials() {
    let sandbox = Sandbox::start();
    let mut client = Client::anonymous(&sandbox);
    let answer = client.send("GET", "/_edge/tenant_info", b"");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "cloudId": Config::default().cloud_id })
    );
    assert_eq!(
        client.send("GET", "/_edge/tenant_info?x=1", b"").status,
        403
    );
    assert_eq!(client.send("POST", "/_edge/tenant_info", b"").status, 405);
    client.token = "secret".to_owned();
    assert_eq!(client.send("GET", "/_edge/tenant_info", b"").status, 400);
}

#[test]
fn data_needs_a_token_that_holds() {
    let sandbox = Sandbox::with(Config {
        token_lifetime: Duration::from_millis(200),
        ..Config::default()
    });
    let mut client = Client::new(&sandbox);
    assert_eq!(
        client.call("GET", "builds", "pipelines/p/builds/1").status,
        404
    );
    std::thread::sleep(Duration::from_millis(250));
    let expired = client.token.clone();
    for token in ["", "unknown", &expired] {
        token.clone_into(&mut client.token);
        for group in ["builds", "deployments"] {
            let answer = client.submit(group, &json!({}));
            assert_eq!(answer.status, 401);
            assert_eq!(
                answer.json(),
                json!({ "code": 401, "message": "Unauthorized" })
            );
        }
    }
}

#[test]
fn permissions() {
    let sandbox = Sandbox::with(Config {
        permissions: vec![Permission::Deployments],
        ..Config::default()
    });
    let mut client = Client::new(&sandbox);
    let answer = client.submit("builds", &json!({ "builds": [build()] }));
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json(),
        json!({ "code": 401, "message": "Unauthorized; scope does not match" })
    );
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
}

#[test]
fn addresses_and_methods() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let cases = [
        ("GET", "/nothing/here", 404),
        (
            "POST",
            "/jira/builds/0.1/cloud/00000000-0000-0000-0000-000000000000/bulk",
            404,
        ),
        ("POST", "/jira/builds/0.2/cloud/{}/bulk", 404),
        ("POST", "/jira/builds/0.1/cloud/{}/bulky", 404),
        (
            "GET",
            "/jira/builds/0.1/cloud/{}/pipelines/p/environments/e/deployments/1",
            404,
        ),
        (
            "GET",
            "/jira/builds/0.1/cloud/{}/pipelines/p/builds/one",
            400,
        ),
        ("GET", "/jira/builds/0.1/cloud/{}/bulk", 405),
        ("PUT", "/jira/builds/0.1/cloud/{}/pipelines/p/builds/1", 405),
        (
            "POST",
            "/jira/deployments/0.1/cloud/{}/bulkByProperties",
            405,
        ),
        ("DELETE", "/", 405),
    ];
    for (method, path, status) in cases {
        let answer = client.send(
            method,
            &path.replace("{}", &Config::default().cloud_id),
            b"",
        );
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(status == 400 || answer.body.is_empty(), "{method} {path}");
    }
}

#[test]
fn requests_are_recorded() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    client.submit_item("builds", &build());
    Client::anonymous(&sandbox).send("GET", "/a%2Fb?c=%20d", b"text");
    let requests = sandbox.requests();
    let endpoints: Vec<_> = requests.iter().map(|request| request.endpoint).collect();
    assert_eq!(
        endpoints,
        [Endpoint::Token, Endpoint::Builds, Endpoint::Other]
    );
    assert_eq!(requests[0].connection, requests[1].connection);
    assert_ne!(requests[1].connection, requests[2].connection);
    assert_eq!(requests[1].json().unwrap()["builds"][0], build());
    let bearer = format!("Bearer {}", client.token);
    assert_eq!(requests[1].header("AUTHORIZATION"), Some(bearer.as_str()));
    assert_eq!(
        (requests[2].path.as_str(), requests[2].query.as_deref()),
        ("/a%2Fb", Some("c=%20d"))
    );
    assert_eq!(requests[2].body, b"text");
    assert_eq!(sandbox.submissions(), [json!({ "builds": [build()] })]);
}
