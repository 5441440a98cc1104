//! Reading back and deleting what is not a build or a deployment; permissions, faults and records of it.

use crate::bodies::{branch, commit, flag, pull_request, repository, with};
use crate::client::Client;
use jira_sandbox::{Config, Endpoint, Fault, Permission, Sandbox};
use serde_json::{Value, json};

#[test]
fn flags_are_read_and_deleted_by_id() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    {
        let (list, item, address) = ("flags", flag(), "flag/a%2Fb%20c%25%C3%A9");
        assert_eq!(client.call("GET", list, address).status, 404);
        let item = with(&item, "/id", json!("a/b c%é"));
        client.submit(
            list,
            &json!({ list: [item], "properties": { "job": "shop" } }),
        );
        let answer = client.call("GET", list, address);
        assert_eq!((answer.status, answer.json()), (200, item));
        let unescaped = address.replace("%2F", "/");
        assert_eq!(client.call("GET", list, &unescaped).status, 404);
        let answer = client.call("DELETE", list, &format!("{address}?_updateSequenceId=1"));
        assert_eq!((answer.status, answer.body.len()), (202, 0));
        assert_eq!(client.call("GET", list, address).status, 404);
        assert_eq!(client.call("DELETE", list, address).status, 202);
        assert_eq!(client.call("POST", list, address).status, 405);
    }
}

#[test]
fn repositories_are_read_with_their_newest_400_entities() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    assert_eq!(
        client.call("GET", "commits", "repository/acme-shop").status,
        404
    );
    let body = json!({ "repositories": [repository()], "properties": { "job": "shop" } });
    client.submit("repositories", &body);
    let answer = client.call("GET", "commits", "repository/acme-shop");
    assert_eq!((answer.status, answer.json()), (200, repository()));

    let commits: Vec<Value> = (0..399)
        .map(|number| {
            let item = with(&commit(), "/id", json!(format!("c{number}")));
            with(&item, "/updateSequenceId", json!(1000 + number))
        })
        .collect();
    let older = with(&pull_request(), "/updateSequenceId", json!(101));
    let repository = with(&repository(), "/commits", json!(commits));
    client.submit_item("repositories", &with(&repository, "/pullRequests/0", older));
    let found = client.call("GET", "commits", "repository/acme-shop").json();
    let count = |list: &str| found[list].as_array().map(Vec::len);
    // 399 newer commits and the pull request leave no room for the branch and the first commit.
    assert_eq!(
        (count("commits"), count("branches"), count("pullRequests")),
        (Some(399), None, Some(1))
    );
    assert_eq!(found["commits"][0]["id"], "c398");
}

#[test]
fn repositories_and_entities_are_deleted_by_id() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let other = with(&repository(), "/id", json!("other"));
    let body = json!({ "repositories": [repository(), other] });
    let lists = |sandbox: &Sandbox, id: &str| {
        let found = sandbox.repository(id);
        found.map(|found| {
            ["commits", "branches", "pullRequests"].map(|list| found.get(list).is_some())
        })
    };
    let branch_path = "repository/acme-shop/branch/~666561747572652F63617274";
    for (path, left) in [
        (
            "repository/acme-shop/commit/0123456789abcdef0123",
            [false, true, true],
        ),
        (branch_path, [true, false, true]),
        ("repository/acme-shop/pull_request/7", [true, true, false]),
        ("repository/acme-shop/commit/7", [true, true, true]),
        (
            "repository/acme-shop/pull_request/7?_updateSequenceId=99",
            [true, true, true],
        ),
        (
            "repository/acme-shop/pull_request/7?_updateSequenceId=100",
            [true, true, false],
        ),
    ] {
        client.submit("repositories", &body);
        let answer = client.call("DELETE", "commits", path);
        assert_eq!((answer.status, answer.body.len()), (202, 0), "{path}");
        assert_eq!(lists(&sandbox, "acme-shop"), Some(left), "{path}");
        assert_eq!(lists(&sandbox, "other"), Some([true; 3]), "{path}");
    }
    for (method, path, status) in [
        ("DELETE", "repository/acme-shop/pullrequest/7", 400),
        ("DELETE", "repository/acme-shop/commits/7", 400),
        ("DELETE", "repository/acme-shop?_updateSequenceId=x", 400),
        ("GET", branch_path, 405),
        ("POST", "repository/acme-shop", 405),
        ("GET", "repository/acme-shop/commit", 404),
        ("GET", "repository/none", 404),
        ("DELETE", "repository/none", 202),
    ] {
        let answer = client.call(method, "commits", path);
        assert_eq!(answer.status, status, "{method} {path}");
        let message = &answer.json()["errorMessages"][0]["message"];
        assert_eq!(message.is_string(), status == 400, "{method} {path}");
    }
    // A limit keeps what is newer.
    client.submit("repositories", &body);
    let newer = with(&branch(), "/updateSequenceId", json!(200));
    client.submit_item("branches", &newer);
    client.call(
        "DELETE",
        "commits",
        "repository/acme-shop?_updateSequenceId=99",
    );
    assert_eq!(lists(&sandbox, "acme-shop"), Some([true; 3]));
    let answer = client.call("DELETE", "commits", "repository/acme-shop");
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    assert_eq!(lists(&sandbox, "acme-shop"), None);
    assert_eq!(lists(&sandbox, "other"), Some([true; 3]));
    // Nothing of it comes back with the repository.
    client.submit_item("commits", &commit());
    assert_eq!(lists(&sandbox, "acme-shop"), Some([true, false, false]));
}

#[test]
fn properties_find_and_delete_repositories_with_all_that_is_in_them() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (id, properties) in [
        ("one", json!({ "job": "a b" })),
        ("two", json!({ "job": "a b", "team": "x" })),
        ("three", json!({})),
    ] {
        let repository = with(&repository(), "/id", json!(id));
        let body = json!({ "repositories": [repository], "properties": properties });
        client.submit("repositories", &body);
    }
    for (query, found) in [
        ("job=a+b", true),
        ("job=a%20b&team=x", true),
        ("job=a+b&team=y", false),
        ("team=x&_updateSequenceId=100", true),
        ("team=x&_updateSequenceId=99", false),
        ("other=x", false),
    ] {
        let answer = client.call("GET", "commits", &format!("existsByProperties?{query}"));
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "hasDataMatchingProperties": found })),
            "{query}"
        );
    }
    for query in [
        "",
        "?",
        "?_updateSequenceId=5",
        "?a=1&a=2",
        "?a=1&_updateSequenceId=x",
    ] {
        for (method, operation) in [
            ("GET", "existsByProperties"),
            ("DELETE", "bulkByProperties"),
        ] {
            let answer = client.call(method, "commits", &format!("{operation}{query}"));
            assert_eq!(answer.status, 400, "{method} {query}");
            assert!(answer.json()["errorMessages"][0]["message"].is_string());
        }
    }
    let left =
        |sandbox: &Sandbox| ["one", "two", "three"].map(|id| sandbox.repository(id).is_some());
    client.call("DELETE", "commits", "bulkByProperties?job=a+b&team=y");
    assert_eq!(left(&sandbox), [true, true, true]);
    let answer = client.call("DELETE", "commits", "bulkByProperties?job=a+b&team=x");
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    assert_eq!(left(&sandbox), [true, false, true]);
    let two = with(
        &with(&repository(), "/id", json!("two")),
        "/commits",
        json!([]),
    );
    client.submit_item("repositories", &two);
    assert_eq!(sandbox.repository("two").unwrap().get("commits"), None);
    client.call("DELETE", "commits", "bulkByProperties?job=a+b");
    assert_eq!(left(&sandbox), [false, true, true]);
}

#[test]
fn properties_delete_flags() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    client.submit(
        "flags",
        &json!({ "flags": [flag()], "properties": { "job": "shop" } }),
    );
    assert_eq!(
        client.call("DELETE", "flags", "bulkByProperties").status,
        400
    );
    let query = "bulkByProperties?job=shop&_updateSequenceId=1";
    assert_eq!(client.call("DELETE", "flags", query).status, 202);
    assert_eq!(sandbox.feature_flag("new-cart"), None);
    for list in ["flags", "builds", "deployments"] {
        assert_eq!(
            client.call("GET", list, "existsByProperties?a=b").status,
            404
        );
    }
}

#[test]
fn every_operation_needs_the_permission_of_its_data_type() {
    let types = [
        ("builds", Permission::Builds, "pipelines/p/builds/1"),
        (
            "commits",
            Permission::DevelopmentInformation,
            "repository/r",
        ),
        ("flags", Permission::FeatureFlags, "flag/f"),
    ];
    for (owner, permission, _) in types {
        let config = Config {
            permissions: vec![permission],
            ..Config::default()
        };
        let sandbox = Sandbox::with(config);
        let mut client = Client::new(&sandbox);
        for (list, _, item) in types {
            let allowed = list == owner;
            for (method, path, status) in [
                ("POST", "bulk", 400),
                ("GET", item, 404),
                ("DELETE", item, 202),
                ("DELETE", "bulkByProperties?a=b", 202),
            ] {
                let answer = client.call(method, list, path);
                let status = if allowed { status } else { 401 };
                assert_eq!(answer.status, status, "{owner}: {method} {list} {path}");
            }
        }
    }
}

#[test]
fn addresses_have_versions_of_their_own() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for group in ["devinfo/0.10", "devinfo/1.0", "featureflags/1.0"] {
        let path = format!("/jira/{group}/cloud/{}/bulk", Config::default().cloud_id);
        assert_eq!(client.send("POST", &path, b"{}").status, 404, "{group}");
    }
}

#[test]
fn faults_and_records_reach_every_operation() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let deployment = "pipelines/p/environments/e/deployments/1";
    let gating = format!("{deployment}/gating-status");
    let operations = [
        (
            "POST",
            "commits",
            "bulk",
            Endpoint::DevelopmentInformation,
            "development_information",
        ),
        (
            "GET",
            "commits",
            "repository/a%2Fb",
            Endpoint::DevelopmentInformation,
            "development_information",
        ),
        (
            "DELETE",
            "flags",
            "flag/f",
            Endpoint::FeatureFlags,
            "feature_flags",
        ),
        (
            "DELETE",
            "deployments",
            deployment,
            Endpoint::Deployments,
            "deployments",
        ),
        (
            "GET",
            "deployments",
            &gating,
            Endpoint::GatingStatus,
            "gating_status",
        ),
    ];
    for (method, list, rest, endpoint, name) in operations {
        sandbox.fail_times(endpoint, 1, Fault::status(503));
        assert_eq!(
            client.call(method, list, rest).status,
            503,
            "{method} {rest}"
        );
        let order = json!({ "endpoint": name, "times": 1, "status": 429 });
        assert_eq!(client.post_json("/_sandbox/faults", &order).status, 200);
        assert_eq!(
            client.call(method, list, rest).status,
            429,
            "{method} {rest}"
        );
        let requests = sandbox.requests();
        let last = requests.last().unwrap();
        assert_eq!(
            (last.method.as_str(), &last.path, last.endpoint),
            (method, &client.path(list, rest), endpoint)
        );
    }
    sandbox.fail_times(Endpoint::FeatureFlags, 1, Fault::Junk);
    let body = json!({ "flags": [flag()] });
    assert_eq!(client.submit("flags", &body).status, 202);
    assert_eq!(sandbox.submissions().last(), Some(&body));
}
