//! What Jira answers, and what comes of it.

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Run};

fn send(jira: &Sandbox, options: &[&str]) -> Run {
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(jira);
    let agent = agent.with_commits(&["first", "second"]);
    let arguments = [
        "build",
        "--state=SUCCESS",
        "--format=json",
        "--message=PROJ-3",
    ];
    agent.run(&[&arguments[..], options].concat())
}

#[test]
fn unknown_keys_do_not_sink_the_known_ones() {
    let jira = Sandbox::start();
    let run = send(&jira, &["--issue-keys=XYZ-1"]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (0, &json!("accepted")));
    assert_eq!(json["sites"][0]["unknown_issue_keys"], json!(["XYZ-1"]));
    let unknown = json!([{"associationType": "issueIdOrKeys", "values": ["XYZ-1"]}]);
    assert_eq!(json["sites"][0]["unknown_associations"], unknown);
    assert!(run.stderr.contains("warning: "));
}

#[test]
fn only_unknown_keys_are_a_refusal() {
    let jira = Sandbox::start();
    let run = send(&jira, &["--issue-keys=XYZ-1", "--only-issue-keys"]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (1, &json!("rejected")));
    assert_eq!(json["sites"][0]["unknown_issue_keys"], json!(["XYZ-1"]));
    let reason = &json["sites"][0]["rejected"][0]["errors"][0]["message"];
    assert_eq!(reason, "No valid issues found for build");
    assert!(
        run.stderr.starts_with("error: ") && run.stderr.contains("hint: is it the right site?")
    );
}

#[test]
fn answers_are_read_in_full() {
    let cases = [
        (json!({}), 0, "accepted"),
        (
            json!({"acceptedBuilds": [{"pipelineId": "p", "buildNumber": 1}]}),
            0,
            "accepted",
        ),
        (
            json!({"acceptedBuilds": [], "rejectedBuilds": [{"errors": [{"message": "no"}]}]}),
            1,
            "rejected",
        ),
        (
            json!({"acceptedBuilds": [{}], "rejectedBuilds": [{"errors": []}]}),
            1,
            "partly_accepted",
        ),
        (
            json!({"acceptedBuilds": [], "unknownIssueKeys": ["PROJ-2", "PROJ-3"]}),
            0,
            "nothing_to_send",
        ),
    ];
    for (answer, code, outcome) in cases {
        let jira = Sandbox::start();
        jira.fail(Endpoint::Builds, Fault::Answer(answer.clone()));
        let run = send(&jira, &[]);
        assert_eq!(
            (run.code, &run.json()["outcome"]),
            (code, &json!(outcome)),
            "{answer}"
        );
    }
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::empty(202));
    let run = send(&jira, &[]);
    assert_eq!(run.code, 0);
    let sent = json!([{"pipelineId": "shop~2FPR-7", "buildNumber": 2}]);
    assert_eq!(run.json()["sites"][0]["accepted"], sent);
    assert!(run.stderr.contains("gave no details"));
}

/// Endpoint, fault, exit code, outcome, what people must read.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_refusal_has_its_exit_code_and_hint() {
    let builds = Endpoint::Builds;
    let cases = [
        (
            builds,
            Fault::json(400, json!([{"message": "'url' is required"}])),
            1,
            "rejected",
            "'url' is required",
        ),
        (
            builds,
            Fault::json(400, json!({"errorMessages": [{"message": "oh"}]})),
            1,
            "rejected",
            "oh",
        ),
        (
            builds,
            Fault::json(400, json!({"message": "oh"})),
            1,
            "rejected",
            "oh",
        ),
        (
            builds,
            Fault::json(400, json!({"error": "oh"})),
            1,
            "rejected",
            "oh",
        ),
        (
            builds,
            Fault::json(400, json!({"errorMessages": ["oh"], "errors": {}})),
            1,
            "rejected",
            "oh",
        ),
        (
            builds,
            Fault::json(400, json!([{"message": "oh"}])),
            1,
            "rejected",
            "--dry-run",
        ),
        (builds, Fault::html(400), 4, "unreachable", "login page"),
        (builds, Fault::empty(400), 4, "unreachable", "login page"),
        (builds, Fault::html(403), 4, "unreachable", "login page"),
        (builds, Fault::html(405), 4, "unreachable", "login page"),
        (
            builds,
            Fault::json(400, json!({"status": "blocked"})),
            4,
            "unreachable",
            "login page",
        ),
        (
            builds,
            Fault::json(401, json!({"code": 401, "message": "scope does not match"})),
            3,
            "unauthorized",
            "tick \"Builds\"",
        ),
        (
            builds,
            Fault::empty(403),
            3,
            "unauthorized",
            "tick \"Builds\"",
        ),
        (builds, Fault::empty(404), 4, "unreachable", "login page"),
        (
            builds,
            Fault::json(404, json!({"code": 404, "message": "oh"})),
            4,
            "unreachable",
            "JIRA_CLOUD_ID",
        ),
        (builds, Fault::empty(413), 4, "unreachable", "login page"),
        (
            builds,
            Fault::json(413, json!([{"message": "oh"}])),
            1,
            "rejected",
            "too large",
        ),
        (
            builds,
            Fault::redirect("https://else.example/"),
            4,
            "unreachable",
            "renamed",
        ),
        (builds, Fault::html(503), 4, "unreachable", "maintenance"),
        (
            builds,
            Fault::rate_limited(None),
            4,
            "unreachable",
            "limits",
        ),
        (
            builds,
            Fault::rate_limited(Some(600)),
            4,
            "unreachable",
            "limits",
        ),
        (builds, Fault::Junk, 4, "unreachable", "proxy"),
        (
            builds,
            Fault::CloseBeforeAnswer,
            4,
            "unreachable",
            "HTTPS_PROXY",
        ),
        (builds, Fault::CutBody, 4, "unreachable", "HTTPS_PROXY"),
        (builds, Fault::Hang, 4, "unreachable", "HTTPS_PROXY"),
        (
            Endpoint::Token,
            Fault::json(401, json!({"error": "access_denied"})),
            3,
            "unauthorized",
            "OAuth credentials",
        ),
        (Endpoint::Token, Fault::html(200), 4, "unreachable", "proxy"),
        (
            Endpoint::Token,
            Fault::empty(500),
            4,
            "unreachable",
            "maintenance",
        ),
        (
            Endpoint::TenantInfo,
            Fault::empty(404),
            4,
            "unreachable",
            "no such site",
        ),
        (
            Endpoint::TenantInfo,
            Fault::redirect("https://else.example/"),
            4,
            "unreachable",
            "renamed",
        ),
        (Endpoint::TenantInfo, Fault::Junk, 4, "unreachable", "proxy"),
    ];
    std::thread::scope(|scope| {
        for (endpoint, fault, code, outcome, words) in cases {
            scope.spawn(move || {
                let jira = Sandbox::start();
                jira.fail(endpoint, fault.clone());
                let run = send(&jira, &["--budget=10"]);
                let context = format!("{endpoint:?} {fault:?}\n{}", run.stderr);
                let json = run.json();
                assert_eq!(
                    (run.code, &json["outcome"]),
                    (code, &json!(outcome)),
                    "{context}"
                );
                assert_eq!(json["sites"][0]["outcome"], outcome, "{context}");
                assert!(run.stderr.starts_with("error: "), "{context}");
                assert!(run.stderr.contains("hint: "), "{context}");
                assert!(run.stderr.contains(words), "{context}");
                assert!(!run.stderr.contains('<'), "{context}");
            });
        }
    });
}

#[test]
fn passing_trouble_leaves_no_trace() {
    let faults = [
        Fault::html(503),
        Fault::rate_limited(Some(1)),
        Fault::CloseBeforeAnswer,
        Fault::ApplyThenClose,
        Fault::empty(500),
    ];
    std::thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || {
                let jira = Sandbox::start();
                for endpoint in [Endpoint::Token, Endpoint::TenantInfo, Endpoint::Builds] {
                    jira.fail_times(endpoint, 1, fault.clone());
                }
                let run = send(&jira, &[]);
                assert_eq!(run.code, 0, "{fault:?}: {}", run.stderr);
                let bodies = jira.submissions();
                assert_eq!(bodies.len(), 2, "{fault:?}");
                assert_eq!(bodies[0], bodies[1], "a retry keeps its sequence number");
            });
        }
    });
}

#[test]
fn an_outdated_token_is_renewed() {
    let jira = Sandbox::start();
    jira.fail_times(Endpoint::Builds, 1, Fault::status(401));
    assert_eq!(send(&jira, &[]).code, 0);
    let tokens = jira
        .requests()
        .iter()
        .filter(|request| request.endpoint == Endpoint::Token)
        .count();
    assert_eq!(tokens, 2);
}

#[test]
fn a_missing_permission_names_its_box() {
    let config = Config {
        permissions: Vec::new(),
        ..Config::default()
    };
    let jira = Sandbox::with(config);
    let run = send(&jira, &[]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("scope does not match") && run.stderr.contains("tick \"Builds\""));
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = agent.run(&["deployment", "--environment-id=prod", "--issue-keys=ABC-1"]);
    assert!(run.stderr.contains("tick \"Deployments\""));
}

/// A failure that may be ignored is a warning, and the exit code 0.
#[test]
fn the_policy_decides_what_a_failure_does() {
    let fault = |code| {
        let jira = Sandbox::start();
        jira.fail(Endpoint::Builds, Fault::empty(code));
        jira
    };
    for code in [400, 403, 503] {
        let jira = fault(code);
        let run = send(&jira, &["--on-error=warn", "--budget=1"]);
        let json: Value = run.json();
        assert_eq!(
            (run.code, &json["exit_code"]),
            (0, &json!(0)),
            "{}",
            run.stderr
        );
        assert_ne!(json["outcome"], "accepted");
        assert!(run.stderr.starts_with("warning: ") && run.stderr.contains("hint: "));
    }
    let jira = fault(400);
    let mut agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let run = agent
        .unset("JIRA_CLIENT_SECRET")
        .run(&["build", "--on-error=warn"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("JIRA_CLIENT_SECRET is not set"));
}

/// All that Jira does not know is listed and named up to a limit, in a time that grows with the list alone.
#[test]
fn a_long_list_of_unknown_issues_costs_little() {
    let jira = Sandbox::start();
    let unknown: Vec<String> = (0..60_000).map(|number| format!("XYZ-{number}")).collect();
    let answer = json!({"acceptedBuilds": [{}], "unknownIssueKeys": unknown});
    jira.fail(Endpoint::Builds, Fault::Answer(answer));
    let begin = std::time::Instant::now();
    let run = send(&jira, &[]);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    let json = run.json();
    let listed = json["sites"][0]["unknown_issue_keys"].as_array().unwrap();
    assert_eq!((run.code, listed.len()), (0, 10_000));
    let message = json["message"].as_str().unwrap();
    assert!(
        message.ends_with("XYZ-18, XYZ-19 and 59980 more"),
        "{message}"
    );
    assert_eq!(run.stderr.matches("XYZ-19").count(), 1, "{}", run.stderr);
}
