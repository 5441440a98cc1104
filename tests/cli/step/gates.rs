//! `checkGatingStatus` and `jiraAwaitGate`.

use jira_sandbox::{Config, Endpoint, Fault, Permission, Sandbox};
use serde_json::{Value, json};

use super::{START, with};
use crate::support::{Agent, Answer, request};

const CHECK: &str = "checkGatingStatus";
const AWAIT: &str = "jiraAwaitGate";

/// A run whose deployment waits for its gate.
fn deployed(jira: &Sandbox) -> Agent {
    let agent = Agent::of_run(jira, 7);
    let parameters = json!({
        "environmentId": "eu-prod", "state": "pending", "issueKeys": "ABC-1",
        "enableGating": true, "serviceIds": ["service-1"],
    });
    let answer = agent.step("jiraSendDeploymentInfo", &parameters, &json!({}));
    assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
    agent
}

fn ask(agent: &Agent, step: &str, parameters: &Value, run: &Value) -> Answer {
    let all = with(json!({"environmentId": "eu-prod", "budget": 2}), parameters);
    agent.step(step, &all, run)
}

#[test]
fn a_gate_is_open_or_not_yet_or_ends_the_run() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    for (status, returns, set_result, words) in [
        ("allowed", json!(true), Value::Null, None),
        ("awaiting", json!(false), Value::Null, None),
        ("paused", json!(false), Value::Null, None),
        (
            "prevented",
            json!("prevented"),
            json!("ABORTED"),
            Some("was prevented by Jira Service Management"),
        ),
        (
            "expired",
            json!("prevented"),
            json!("ABORTED"),
            Some("Nobody decided in time"),
        ),
        (
            "invalid",
            json!("invalid_gate"),
            Value::Null,
            Some("serviceIds"),
        ),
    ] {
        jira.set_gating(&[status]);
        let answer = ask(&agent, CHECK, &json!({}), &json!({}));
        let found = answer.returns();
        let found = found.get("outcome").unwrap_or(found);
        assert_eq!(*found, returns, "{status}");
        assert_eq!(answer.json["setResult"], set_result, "{status}");
        assert_eq!(answer.json.get("interrupt"), None, "{status}");
        assert_eq!(answer.fail().is_some(), words.is_some(), "{status}");
        let said = answer.said();
        assert!(said.contains(words.unwrap_or(status)), "{said}");
        assert!(!said.contains("--"), "{said}");
        // Said in one place.
        assert_eq!(said.matches("checkGatingStatus: ").count(), 1, "{said}");
    }
}

/// `retry` begins again after an error, and would ask a second time.
#[test]
fn a_run_that_was_ended_is_interrupted() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    for (status, is_interrupted) in [("prevented", true), ("invalid", false)] {
        jira.set_gating(&[status]);
        for step in [CHECK, AWAIT] {
            let ended = json!({"result": "ABORTED"});
            let answer = ask(&agent, step, &json!({}), &ended);
            assert!(answer.fail().is_some(), "{status}");
            assert_eq!(
                answer.json["interrupt"] == true,
                is_interrupted,
                "{step} {status}"
            );
        }
    }
}

/// People ask in a loop.
#[test]
fn the_same_answer_is_said_once_in_a_run() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    jira.set_gating(&["awaiting", "awaiting", "paused", "awaiting"]);
    let mut memory = String::new();
    let mut said = Vec::new();
    for _ in 0..4 {
        let answer = ask(&agent, CHECK, &json!({}), &json!({"memory": memory}));
        assert_eq!(*answer.returns(), json!(false));
        said.push(!answer.echo().is_empty());
        memory = answer.apply(&memory);
    }
    assert_eq!(said, [true, false, true, true]);
    // Another run has not been told.
    let others = json!([{"number": 6, "isCompleted": true, "result": "SUCCESS", "ended": START, "memory": memory}]);
    let answer = ask(&agent, CHECK, &json!({}), &json!({"others": others}));
    assert!(!answer.echo().is_empty());
}

/// Jira may take a while to know it: the next call asks again, and the shell is not held meanwhile.
#[test]
fn a_gate_that_is_not_known_yet_is_asked_for_once() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    jira.set_gating(&["404"]);
    let asked = || {
        let requests = jira.requests();
        let gates = requests
            .iter()
            .filter(|request| request.path.contains("gating-status"));
        gates.count()
    };
    let parameters = json!({"environmentId": "eu-prod", "budget": 3});
    for (step, once) in [(AWAIT, true), (CHECK, false)] {
        let before = asked();
        let answer = agent.ask(&request(step, &parameters, &json!({})));
        assert_eq!(
            answer.json.get("again").is_some(),
            once,
            "{}",
            answer.said()
        );
        assert_eq!(asked() - before == 1, once, "{step}");
    }
}

#[test]
fn a_wait_goes_on_from_call_to_call() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    jira.set_gating(&["404", "awaiting", "awaiting", "allowed"]);
    let parameters = json!({"environmentId": "eu-prod", "timeout": "1 h", "budget": 1});
    let (mut now, mut waiting) = (START, Value::Null);
    let mut pauses = Vec::new();
    let mut lines = Vec::new();
    let last = loop {
        let mut request = request(AWAIT, &parameters, &json!({"now": now}));
        request["waiting"] = waiting;
        let answer = agent.ask(&request);
        lines.extend(answer.echo().lines().map(ToOwned::to_owned));
        assert_eq!(answer.fail(), None, "{}", answer.said());
        let Some(again) = answer.json.get("again").filter(|again| !again.is_null()) else {
            break answer;
        };
        let seconds = again["seconds"].as_i64().unwrap();
        pauses.push(seconds);
        now += seconds * 1000;
        waiting = again["token"].clone();
    };
    assert_eq!(pauses, [5, 7, 10]);
    // What is new is said, and nothing else.
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("awaiting") && lines[1].contains("allowed"),
        "{lines:?}"
    );
    let returns = last.returns();
    assert_eq!(
        (&returns["outcome"], &returns["gatingStatus"]),
        (&json!("allowed"), &json!("allowed"))
    );
    assert_eq!(returns["waited"], 22);
    assert_eq!(returns["changeRequests"][0]["issueKey"], "ABC-1");
    assert_eq!(returns["exitCode"], 0);
}

#[test]
fn a_wait_ends_with_its_time() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    jira.set_gating(&["awaiting"]);
    for (fail_on_error, fails) in [
        (Value::Null, true),
        (json!(true), true),
        (json!(false), false),
    ] {
        let parameters = json!({
            "environmentId": "eu-prod", "timeout": 10, "pollInterval": "10 s", "failOnError": fail_on_error,
        });
        let first = agent.step(AWAIT, &parameters, &json!({}));
        assert_eq!(first.json["again"]["seconds"], 10);
        let mut request = request(AWAIT, &parameters, &json!({"now": START + 10_000}));
        request["waiting"] = first.json["again"]["token"].clone();
        let last = agent.ask(&request);
        let words = "nobody has decided within 10 seconds";
        assert!(last.said().contains(words), "{}", last.said());
        assert_eq!(last.fail().is_some(), fails);
        assert_eq!(last.json["setResult"] == "ABORTED", fails);
        let returns = last.returns();
        assert_eq!(
            (&returns["outcome"], &returns["waited"]),
            (&json!("awaiting"), &json!(10))
        );
        if !fails {
            assert!(
                returns["message"].as_str().unwrap().contains(words),
                "{returns}"
            );
        }
    }
}

/// There is no answer, so that nobody has allowed the deployment.
#[test]
fn no_answer_does_not_open_a_gate() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    let none = Agent::of_run(&jira, 8);
    let mut bare = Agent::of_run(&jira, 7);
    bare.unset("JIRA_CLIENT_SECRET");
    let other = Sandbox::with(Config {
        permissions: vec![Permission::Builds],
        ..Config::default()
    });
    let barred = Agent::of_run(&other, 7);
    let short = json!({"timeout": 1, "budget": 1});
    for (agent, parameters, outcome, words) in [
        (&none, json!({"budget": 1}), "rejected", "enableGating"),
        (&bare, json!({}), "unauthorized", "jiraSendCheck()"),
        (&barred, json!({}), "unauthorized", "Deployments"),
        (
            &agent,
            json!({"environmentId": null}),
            "invalid",
            "environmentId",
        ),
        (
            &agent,
            json!({"serviceIds": "x", "site": "not a site"}),
            "invalid",
            "not a site",
        ),
    ] {
        for step in [CHECK, AWAIT] {
            let all = with(short.clone(), &parameters);
            let all = if step == AWAIT {
                all
            } else {
                parameters.clone()
            };
            let answer = ask(agent, step, &all, &json!({"now": START}));
            if answer.json.get("again").is_some() {
                // Jira may need a moment to know the gate of what it has just accepted.
                assert_eq!((step, outcome), (AWAIT, "rejected"));
                continue;
            }
            assert_eq!(answer.outcome(), outcome, "{step}");
            let fail = answer.fail().unwrap();
            assert!(fail.contains(words), "{step}: {fail}");
            assert!(!fail.contains("--"), "{fail}");
            assert_eq!(answer.json.get("setResult"), None, "{outcome}");
        }
    }
    // While it waits, trouble passes.
    jira.fail(Endpoint::GatingStatus, Fault::html(502));
    let answer = ask(&agent, AWAIT, &json!({"budget": 1}), &json!({}));
    assert_eq!(answer.json["again"]["seconds"], 5, "{}", answer.said());
    assert!(answer.echo().contains("asking again"), "{}", answer.echo());
    let answer = ask(&agent, CHECK, &json!({"budget": 1}), &json!({}));
    assert_eq!(answer.outcome(), "unreachable");
    assert!(
        answer.fail().unwrap().contains("jiraAwaitGate"),
        "{}",
        answer.said()
    );
}

#[test]
fn times_that_cannot_be_are_refused() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    for (name, value) in [
        ("timeout", json!("soon")),
        ("timeout", json!(0)),
        ("timeout", json!("90 years")),
        ("timeout", json!(-5)),
        ("pollInterval", json!("5 x")),
        ("pollInterval", json!(1.5)),
    ] {
        let mut parameters = json!({});
        parameters[name] = value;
        let answer = ask(&agent, AWAIT, &parameters, &json!({}));
        assert_eq!(answer.outcome(), "invalid");
        let fail = answer.fail().unwrap();
        assert!(fail.contains(name) && fail.contains("'20 min'"), "{fail}");
    }
    // A token is no more than a hint: everybody may have written it.
    for token in ["", "junk", "[]", "{\"begun\":\"x\"}"] {
        let mut request = request(AWAIT, &json!({"environmentId": "eu-prod"}), &json!({}));
        request["waiting"] = token.into();
        let answer = agent.ask(&request);
        assert_eq!(answer.json["again"]["seconds"], 5, "{}", answer.said());
    }
}
