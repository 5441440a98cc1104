//! `jira-send show` and `jira-send delete`: method and address of every request, and what is made of the answers.

mod ids;
mod labels;
mod trouble;

use std::time::Duration;

use jira_sandbox::{Config, Endpoint, Sandbox};
use serde_json::{Value, json};

use crate::support::Agent;

pub(crate) const CLOUD_ID: &str = "4f2d7c1e-6a0b-4c35-9d58-0b7e1a2c3d4f";

/// Sends a body as any program with the credential would.
fn store(jira: &Sandbox, group: &str, body: &Value) {
    let post = |path: &str, token: &str, body: &Value| -> Value {
        let mut answer = ureq::post(format!("{}{path}", jira.url()))
            .header("Authorization", format!("Bearer {token}"))
            .content_type("application/json")
            .send(body.to_string())
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    };
    let credentials = json!({
        "audience": "api.atlassian.com", "grant_type": "client_credentials",
        "client_id": "sandbox-client", "client_secret": "sandbox-secret",
    });
    let token = post("/oauth/token", "", &credentials);
    let token = token["access_token"].as_str().unwrap();
    let answer = post(&format!("/jira/{group}/cloud/{CLOUD_ID}/bulk"), token, body);
    let text = answer.to_string();
    assert!(!text.contains(r#""errors":"#), "{text}");
    assert!(!text.contains(r#""errorMessages":"#), "{text}");
}

fn issues() -> Value {
    json!([{"associationType": "issueIdOrKeys", "values": ["ABC-1"]}])
}

fn build(pipeline: &str, number: i64) -> Value {
    json!({
        "pipelineId": pipeline, "buildNumber": number, "updateSequenceNumber": 7,
        "displayName": "a \u{202e}build", "url": "https://ci/1", "state": "failed",
        "lastUpdated": "2026-01-01T00:00:00Z", "associations": issues(),
    })
}

fn deployment(pipeline: &str, environment: &str, number: i64) -> Value {
    json!({
        "deploymentSequenceNumber": number, "updateSequenceNumber": 7, "displayName": "d",
        "url": "https://ci/1", "description": "d", "state": "failed",
        "lastUpdated": "2026-01-01T00:00:00Z", "associations": issues(),
        "pipeline": {"id": pipeline, "displayName": "p", "url": "https://ci"},
        "environment": {"id": environment, "displayName": "e", "type": "production"},
    })
}

fn commit(id: &str) -> Value {
    json!({
        "id": id, "updateSequenceId": 7, "displayId": id, "message": "m", "fileCount": 0,
        "author": {"name": "Ada"}, "authorTimestamp": "2026-01-01T00:00:00Z",
        "url": "https://git/c", "associations": issues(),
    })
}

fn repository(id: &str, commits: &[&str]) -> Value {
    let commits: Vec<Value> = commits.iter().map(|id| commit(id)).collect();
    json!({"id": id, "updateSequenceId": 7, "name": "r", "url": "https://git/r", "commits": commits})
}

fn with_branch_and_pull_request(mut repository: Value) -> Value {
    let mut last = commit("c1");
    last.as_object_mut().unwrap().remove("associations");
    last["issueKeys"] = json!(["ABC-1"]);
    repository["branches"] = json!([{
        "id": "feature~2Fx", "updateSequenceId": 7, "name": "feature/x", "url": "https://git/b",
        "lastCommit": last, "associations": issues(),
    }]);
    repository["pullRequests"] = json!([{
        "id": "12", "updateSequenceId": 7, "displayId": "#12", "title": "t", "status": "OPEN",
        "author": {"name": "Ada"}, "commentCount": 0, "lastUpdate": "2026-01-01T00:00:00Z",
        "sourceBranch": "feature/x", "url": "https://git/p", "associations": issues(),
    }]);
    repository
}

fn flag(id: &str) -> Value {
    let status = json!({"enabled": true});
    json!({
        "id": id, "key": id, "updateSequenceId": 7, "displayName": "f", "associations": issues(),
        "summary": {"url": "https://flags", "status": status, "lastUpdated": "2026-01-01T00:00:00Z"},
        "details": [{
            "url": "https://flags", "lastUpdated": "2026-01-01T00:00:00Z", "status": status,
            "environment": {"name": "production"},
        }],
    })
}

/// Something of every kind.
fn filled() -> Sandbox {
    let jira = Sandbox::start();
    store(
        &jira,
        "builds/0.1",
        &json!({"builds": [build("shop~2Fmain", 7)]}),
    );
    let deployments = json!({"deployments": [deployment("shop~2Fmain", "eu~20prod", 7)]});
    store(&jira, "deployments/0.1", &deployments);
    let repository = with_branch_and_pull_request(repository("git~2Fshop", &["c1", "c2"]));
    store(
        &jira,
        "devinfo/0.1",
        &json!({ "repositories": [repository] }),
    );
    store(
        &jira,
        "featureflags/0.1",
        &json!({"flags": [flag("new~2Fcart")]}),
    );
    jira
}

/// One kind of data: the words that name something of it, and its addresses behind that of the API.
struct Kind {
    words: &'static [&'static str],
    read: &'static str,
    delete: &'static str,
    endpoint: Endpoint,
    permission: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        words: &["build", "--job-name=shop/main", "--build-number=7"],
        read: "builds/0.1/cloud/{}/pipelines/shop~2Fmain/builds/7",
        delete: "builds/0.1/cloud/{}/pipelines/shop~2Fmain/builds/7",
        endpoint: Endpoint::Builds,
        permission: "Builds",
    },
    Kind {
        words: &[
            "deployment",
            "--pipeline-id=shop~2Fmain",
            "--build-number=7",
            "--environment-id=eu prod",
        ],
        read: "deployments/0.1/cloud/{}/pipelines/shop~2Fmain/environments/eu~20prod/deployments/7",
        delete: "deployments/0.1/cloud/{}/pipelines/shop~2Fmain/environments/eu~20prod/deployments/7",
        endpoint: Endpoint::Deployments,
        permission: "Deployments",
    },
    Kind {
        words: &["commit", "--repository-id=git~2Fshop", "--commit=c1"],
        read: "devinfo/0.1/cloud/{}/repository/git~2Fshop",
        delete: "devinfo/0.1/cloud/{}/repository/git~2Fshop/commit/c1",
        endpoint: Endpoint::DevelopmentInformation,
        permission: "Development information",
    },
    Kind {
        words: &[
            "branch",
            "--repository-id=git~2Fshop",
            "--branch-id=feature~2Fx",
        ],
        read: "devinfo/0.1/cloud/{}/repository/git~2Fshop",
        delete: "devinfo/0.1/cloud/{}/repository/git~2Fshop/branch/feature~2Fx",
        endpoint: Endpoint::DevelopmentInformation,
        permission: "Development information",
    },
    Kind {
        words: &[
            "pull-request",
            "--repository-id=git~2Fshop",
            "--pull-request=12",
        ],
        read: "devinfo/0.1/cloud/{}/repository/git~2Fshop",
        delete: "devinfo/0.1/cloud/{}/repository/git~2Fshop/pull_request/12",
        endpoint: Endpoint::DevelopmentInformation,
        permission: "Development information",
    },
    Kind {
        words: &["repository", "--repository-id=git~2Fshop"],
        read: "devinfo/0.1/cloud/{}/repository/git~2Fshop",
        delete: "devinfo/0.1/cloud/{}/repository/git~2Fshop",
        endpoint: Endpoint::DevelopmentInformation,
        permission: "Development information",
    },
    Kind {
        words: &["feature-flag", "--flag-id=new/cart"],
        read: "featureflags/0.1/cloud/{}/flag/new~2Fcart",
        delete: "featureflags/0.1/cloud/{}/flag/new~2Fcart",
        endpoint: Endpoint::FeatureFlags,
        permission: "Feature flags",
    },
];

/// Method and path of what is read and deleted by a key or a label; the other tests hold them against what is asked.
pub(crate) fn requests_of_every_kind() -> Vec<(&'static str, String)> {
    let of_kinds = KINDS
        .iter()
        .flat_map(|kind| [("GET", kind.read), ("DELETE", kind.delete)]);
    let groups = labels::GROUPS.iter().map(|(_, group)| *group);
    let of_labels = groups.map(|group| ("DELETE", format!("{group}/cloud/{{}}/bulkByProperties")));
    let exists = ("GET", "devinfo/0.1/cloud/{}/existsByProperties".to_owned());
    let all = of_kinds.map(|(method, path)| (method, path.to_owned()));
    let all = all.chain(of_labels).chain([exists]);
    all.map(|(method, path)| (method, format!("/jira/{}", path.replace("{}", CLOUD_ID))))
        .collect()
}

impl Kind {
    fn show<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["show"], self.words, more].concat()
    }

    /// Confirmed where it has to be.
    fn delete<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let yes: &[&str] = if self.words[0] == "repository" {
            &["--yes"]
        } else {
            &[]
        };
        [&["delete"], self.words, yes, more].concat()
    }
}

/// Method, path and query of the last request.
fn last(jira: &Sandbox) -> String {
    let requests = jira.requests();
    let last = requests.last().unwrap();
    let query = last.query.as_deref().map(|query| format!("?{query}"));
    format!("{} {}{}", last.method, last.path, query.unwrap_or_default())
}

fn expected(method: &str, path: &str) -> String {
    format!("{method} /jira/{}", path.replace("{}", CLOUD_ID))
}

fn only_site(run: &crate::support::Run) -> Value {
    let json = run.json();
    assert_eq!(json["exit_code"], run.code, "{json}");
    assert_eq!(json["sites"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["outcome"], json["sites"][0]["outcome"], "{json}");
    json["sites"][0].clone()
}

#[test]
fn every_kind_is_shown_and_deleted() {
    let jira = filled();
    let agent = Agent::bare().with_jira(&jira);
    for kind in KINDS {
        let run = agent.run(&kind.show(&[]));
        assert_eq!(run.code, 0, "{:?}: {}", kind.words, run.stderr);
        assert_eq!(last(&jira), expected("GET", kind.read));
        let stored = run.json();
        let is_of_repository = kind.read.contains("devinfo") && kind.words[0] != "repository";
        let said = run.stderr.contains("its 400 most recent commits");
        assert_eq!(said, is_of_repository, "{}", run.stderr);
        assert_eq!(
            run.stderr.lines().count(),
            usize::from(said),
            "{}",
            run.stderr
        );
        let site = only_site(&agent.run(&kind.show(&["--format=json"])));
        assert_eq!(site["stored"], stored);
        assert_eq!(site["outcome"], "found");
        match kind.words[0] {
            "build" => assert_eq!(Some(stored), jira.build("shop~2Fmain", 7)),
            "deployment" => {
                assert_eq!(Some(stored), jira.deployment("shop~2Fmain", "eu~20prod", 7));
            }
            "commit" => assert_eq!(stored, commit("c1")),
            "branch" => assert_eq!(stored["name"], "feature/x"),
            "pull-request" => assert_eq!(stored["displayId"], "#12"),
            "repository" => assert_eq!(Some(stored), jira.repository("git~2Fshop")),
            _ => assert_eq!(Some(stored), jira.feature_flag("new~2Fcart")),
        }

        let run = agent.run(&kind.delete(&[]));
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert_eq!(last(&jira), expected("DELETE", kind.delete));
        assert!(run.stderr.contains("a moment later"), "{}", run.stderr);

        let run = agent.run(&kind.show(&["--format=json"]));
        assert_eq!(run.code, 1, "{}", run.stderr);
        let site = only_site(&run);
        assert_eq!(
            (&site["outcome"], &site["stored"]),
            (&json!("not_found"), &Value::Null)
        );
        assert!(run.stderr.contains("error: http://"), "{}", run.stderr);
        assert!(
            run.stderr.contains("hint: check that the id is the one"),
            "{}",
            run.stderr
        );

        // It is harmless to delete what is not there.
        let run = agent.run(&kind.delete(&["--format=json"]));
        assert_eq!((run.code, &run.json()["outcome"]), (0, &json!("accepted")));
    }
}

#[test]
fn strangers_text_is_written_out_on_a_terminal() {
    let jira = filled();
    let run = Agent::bare().with_jira(&jira).run(&KINDS[0].show(&[]));
    assert!(run.stdout.contains(r#""a \u202ebuild""#), "{}", run.stdout);
    assert_eq!(run.json()["displayName"], "a \u{202e}build");
}

#[test]
fn what_a_repository_does_not_show_may_be_there() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    for part in 0..2 {
        let ids: Vec<String> = (0..300).map(|number| format!("c{part}-{number}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut body = json!({"repositories": [repository("r", &ids)]});
        for commit in body["repositories"][0]["commits"].as_array_mut().unwrap() {
            commit["updateSequenceId"] = json!(10 + part);
        }
        store(&jira, "devinfo/0.1", &body);
    }
    let show = |commit: &str| {
        let commit = format!("--commit={commit}");
        agent.run(&["show", "commit", "--repository-id=r", &commit])
    };
    assert_eq!(show("c1-299").code, 0);
    let run = show("c0-299");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("not among the 400 most recent"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_delete_can_be_waited_for() {
    let jira = filled();
    let agent = Agent::bare().with_jira(&jira);
    for kind in KINDS {
        jira.delay_visibility(Duration::from_millis(300));
        let run = agent.run(&kind.delete(&["--verify", "--format=json"]));
        assert_eq!(run.code, 0, "{:?}: {}", kind.words, run.stderr);
        let site = only_site(&run);
        assert_eq!(
            (&site["outcome"], &site["verified"]),
            (&json!("accepted"), &json!(true))
        );
        let reads = jira.requests().into_iter().rev();
        let reads = reads.take_while(|request| request.method == "GET").count();
        assert!(reads >= 2, "{reads}");
    }

    let jira = filled();
    jira.delay_visibility(Duration::MAX);
    let agent = Agent::bare().with_jira(&jira);
    for kind in [&KINDS[0], &KINDS[2]] {
        let run = agent.run(&kind.delete(&["--verify", "--format=json", "--budget=2"]));
        assert_eq!(run.code, 1, "{}", run.stderr);
        let site = only_site(&run);
        assert_eq!(
            (&site["outcome"], &site["verified"]),
            (&json!("unverified"), &json!(false))
        );
        assert!(run.stderr.contains("it is still there"), "{}", run.stderr);
        assert!(
            run.stderr.contains("hint: Jira can take longer"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn several_sites_are_asked_side_by_side() {
    let (acme, beta) = (filled(), Sandbox::start());
    let unticked = Sandbox::with(Config {
        permissions: Vec::new(),
        ..Config::default()
    });
    let agent = Agent::bare().with_sites(&[&acme, &beta]);
    let run = agent.run(&KINDS[0].show(&[]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let shown = run.json();
    assert_eq!(shown, json!({acme.url(): acme.build("shop~2Fmain", 7)}));
    assert!(
        run.stderr
            .contains(&format!("error: {} has not stored", beta.url()))
    );

    let agent = Agent::bare().with_sites(&[&acme, &beta, &unticked]);
    let json = agent.run(&KINDS[0].show(&["--format=json"])).json();
    let outcomes: Vec<&Value> = (0..3).map(|site| &json["sites"][site]["outcome"]).collect();
    assert_eq!(outcomes, ["found", "not_found", "unauthorized"]);
    assert_eq!(
        (&json["outcome"], &json["exit_code"]),
        (&json!("not_found"), &json!(1))
    );

    let run = agent.run(&KINDS[0].delete(&["--format=json"]));
    assert_eq!(run.code, 3, "{}", run.stderr);
    let json = run.json();
    let outcomes: Vec<&Value> = (0..3).map(|site| &json["sites"][site]["outcome"]).collect();
    assert_eq!(outcomes, ["accepted", "accepted", "unauthorized"]);
    assert!(
        run.stderr.contains("a credential belongs to one site"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.build("shop~2Fmain", 7), None);
    let shown = run.stderr.matches("accepted the deletion request").count();
    assert_eq!(shown, 2, "{}", run.stderr);
}
