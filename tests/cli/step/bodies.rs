//! The beginning and the end of a body.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{START, begin, build, change, deployment, end, states, with};
use crate::support::{Agent, remembered};

const END: i64 = START + 90_500;

#[test]
fn a_build_is_in_progress_and_then_ended_by_another_agent() {
    let jira = Sandbox::start();
    let run = json!({"changes": [change("ABC-1 and NOPE-9")]});
    let opening = begin("jiraSendBuildInfo", &json!({}), &run);
    let begun = Agent::of_run(&jira, 7).ask(&opening);
    assert_eq!((begun.outcome(), begun.fail()), ("accepted", None));
    assert!(begun.echo().contains("NOPE-9"), "{}", begun.echo());
    assert!(!begun.echo().contains("post { always"), "{}", begun.echo());
    let memory = begun.apply("");
    assert_eq!(remembered(&memory, "open").len(), 1);

    // The other agent has no outbox that knows of the beginning, and the log of the run went on.
    let run = json!({"now": END, "memory": memory, "changes": [change("ABC-2")]});
    let ended = Agent::of_run(&jira, 7).ask(&end(&opening, &begun, &run, &json!({})));
    assert_eq!((ended.outcome(), ended.fail()), ("accepted", None));
    assert_eq!(*ended.issue_keys(), json!(["ABC-1", "ABC-2"]));
    assert_eq!(remembered(&ended.apply(&memory), "open").len(), 0);
    let expected = [
        build(7, "in_progress", START, &["ABC-1", "NOPE-9"]),
        build(7, "successful", END, &["ABC-1", "ABC-2"]),
    ];
    assert_eq!(jira.submissions(), expected);
}

#[test]
fn a_deployment_takes_as_long_as_its_body() {
    let jira = Sandbox::start();
    let parameters = json!({"environmentId": "eu-prod", "issueKeys": "ABC-1"});
    let opening = begin("jiraSendDeploymentInfo", &parameters, &json!({}));
    let agent = Agent::of_run(&jira, 7);
    let begun = agent.ask(&opening);
    let run = json!({"now": END, "memory": begun.apply("")});
    let ended = agent.ask(&end(&opening, &begun, &run, &json!({"threw": true})));
    assert_eq!(ended.outcome(), "accepted", "{}", ended.echo());
    let mut last = deployment(7, "failed", END, &["ABC-1"]);
    last["deployments"][0]["duration"] = 90.into();
    let expected = [deployment(7, "in_progress", START, &["ABC-1"]), last];
    assert_eq!(jira.submissions(), expected);
}

#[test]
fn the_end_is_what_became_of_the_body() {
    let cases = [
        (json!({}), Value::Null, "successful"),
        (json!({}), json!("SUCCESS"), "successful"),
        (json!({}), json!("UNSTABLE"), "failed"),
        (
            json!({"resultBefore": "UNSTABLE"}),
            json!("UNSTABLE"),
            "successful",
        ),
        (json!({}), json!("FAILURE"), "failed"),
        (json!({"threw": true}), Value::Null, "failed"),
        (json!({"threw": true}), json!("UNSTABLE"), "failed"),
        (json!({"threw": true}), json!("ABORTED"), "cancelled"),
        (json!({"threw": true}), json!("NOT_BUILT"), "cancelled"),
        (
            json!({"threw": true, "interrupted": true}),
            Value::Null,
            "cancelled",
        ),
        (
            json!({"threw": true, "interrupted": true}),
            json!("FAILURE"),
            "cancelled",
        ),
    ];
    let both = [
        ("jiraSendBuildInfo", json!({"issueKeys": "ABC-1"})),
        (
            "jiraSendDeploymentInfo",
            json!({"issueKeys": "ABC-1", "environmentId": "x"}),
        ),
    ];
    for (step, parameters) in &both {
        let (jira, mut expected) = (Sandbox::start(), Vec::new());
        for (number, (how, result, state)) in (1..).zip(&cases) {
            let opening = begin(step, parameters, &json!({}));
            let agent = Agent::of_run(&jira, number);
            let begun = agent.ask(&opening);
            let run = json!({"now": END, "result": result});
            agent.ask(&end(&opening, &begun, &run, how));
            expected.push((number, "in_progress".to_owned()));
            expected.push((number, (*state).to_owned()));
        }
        assert_eq!(states(&jira), expected, "{step}");
    }
}

/// A state that the user gives is that of the end; in between it is in progress all the same.
#[test]
fn a_state_that_is_given_is_that_of_the_end() {
    let jira = Sandbox::start();
    let parameters = json!({"issueKeys": "ABC-1", "state": "failed", "unstableAs": "successful"});
    let opening = begin("jiraSendBuildInfo", &parameters, &json!({}));
    let agent = Agent::of_run(&jira, 1);
    let begun = agent.ask(&opening);
    agent.ask(&end(&opening, &begun, &json!({"now": END}), &json!({})));
    let expected = [(1, "in_progress".to_owned()), (1, "failed".to_owned())];
    assert_eq!(states(&jira), expected);
}

/// Jira takes an end only when it is later.
#[test]
fn the_end_is_later_than_the_beginning() {
    for (parameters, now, expected) in [
        (json!({}), START, START + 1),
        (json!({}), START - 3_600_000, START + 1),
        (
            json!({"eventTime": START + 10_000}),
            START + 500,
            START + 10_001,
        ),
        (
            json!({"eventTime": START - 10_000}),
            START + 500,
            START + 500,
        ),
        (
            json!({"updateSequenceNumber": 5, "lastUpdated": "2020-01-01T00:00:00Z"}),
            END,
            END,
        ),
    ] {
        let jira = Sandbox::start();
        let all = with(json!({"issueKeys": "ABC-1"}), &parameters);
        let opening = begin("jiraSendBuildInfo", &all, &json!({}));
        // Each from an agent that does not remember the other one.
        let begun = Agent::of_run(&jira, 1).ask(&opening);
        let is_told = begun.echo().contains("ignored around a body");
        assert_eq!(
            is_told,
            parameters.get("lastUpdated").is_some(),
            "{}",
            begun.echo()
        );
        Agent::of_run(&jira, 1).ask(&end(&opening, &begun, &json!({"now": now}), &json!({})));
        let [_, last] = jira.submissions().try_into().unwrap();
        assert_eq!(
            last,
            build(1, "successful", expected, &["ABC-1"]),
            "{parameters}"
        );
    }
}

/// A body is run whatever Jira says, and its end fails when that is asked for.
#[test]
fn trouble_fails_the_end_and_never_the_beginning() {
    for (parameters, fails) in [
        (json!({"failOnError": true}), true),
        (json!({"failOnError": "true"}), true),
        (json!({"failOnError": false}), false),
        (json!({}), false),
    ] {
        let jira = Sandbox::start();
        jira.fail(
            Endpoint::Builds,
            Fault::json(400, json!([{"message": "no such pipeline"}])),
        );
        let all = with(json!({"issueKeys": "ABC-1"}), &parameters);
        let opening = begin("jiraSendBuildInfo", &all, &json!({}));
        let agent = Agent::of_run(&jira, 1);
        let begun = agent.ask(&opening);
        assert_eq!((begun.outcome(), begun.fail()), ("rejected", None));
        assert!(
            begun.echo().contains("no such pipeline"),
            "{}",
            begun.echo()
        );
        let ended = agent.ask(&end(&opening, &begun, &json!({"now": END}), &json!({})));
        assert_eq!(ended.outcome(), "rejected");
        assert_eq!(ended.fail().is_some(), fails, "{parameters}");
        // Said once, as the failure or as a line.
        assert_eq!(
            ended.said().matches("no such pipeline").count(),
            1,
            "{}",
            ended.said()
        );
        // What the body threw is what fails then, so this has to be in the log.
        let threw = json!({"threw": true});
        let thrown = agent.ask(&end(&opening, &begun, &json!({"now": END}), &threw));
        assert_eq!(thrown.fail(), None, "{parameters}");
        assert_eq!(thrown.echo().matches("no such pipeline").count(), 1);
        let memory = ended.apply(&begun.apply(""));
        for topic in ["open", "waiting", "outage"] {
            assert_eq!(remembered(&memory, topic).len(), 0, "{memory}");
        }
    }
}

/// A parameter that does not exist must not leave a beginning without its end.
#[test]
fn in_strict_mode_an_end_is_sent_before_it_fails() {
    let jira = Sandbox::start();
    let parameters = json!({"issueKeys": "ABC-1", "failOnError": true, "lable": "x"});
    let opening = begin("jiraSendBuildInfo", &parameters, &json!({}));
    let agent = Agent::of_run(&jira, 1);
    let begun = agent.ask(&opening);
    assert_eq!(begun.fail(), None);
    assert!(
        begun.echo().contains("lable (did you mean label?)"),
        "{}",
        begun.echo()
    );
    let ended = agent.ask(&end(&opening, &begun, &json!({"now": END}), &json!({})));
    assert_eq!(ended.outcome(), "accepted");
    let fail = ended.fail().unwrap();
    assert!(fail.contains("did you mean label?"), "{fail}");
    let expected = [(1, "in_progress".to_owned()), (1, "successful".to_owned())];
    assert_eq!(states(&jira), expected);
}

/// The library may have nothing to give back: the beginning never reached the program, or its answer was lost.
#[test]
fn an_end_stands_for_itself() {
    for begun in [
        Value::Null,
        json!(""),
        json!("junk"),
        json!("{\"issueKeys\":[7,\"x\"]}"),
    ] {
        let jira = Sandbox::start();
        let mut request = begin(
            "jiraSendBuildInfo",
            &json!({"issueKeys": "ABC-1"}),
            &json!({"now": END}),
        );
        request["body"] = json!({"phase": "end", "begun": begun, "started": START});
        let answer = Agent::of_run(&jira, 1).ask(&request);
        assert_eq!(answer.outcome(), "accepted");
        assert_eq!(
            jira.submissions(),
            [build(1, "successful", END, &["ABC-1"])]
        );
    }
}

/// What stands in the place of a body: the state of the run so far, with a word when there is none.
#[test]
fn without_a_body_it_is_the_result_of_the_run() {
    for (result, parameters, variable, state, is_told) in [
        (Value::Null, json!({}), None, "in_progress", true),
        (json!("SUCCESS"), json!({}), None, "successful", false),
        (
            json!("UNSTABLE"),
            json!({"unstableAs": "successful"}),
            None,
            "successful",
            false,
        ),
        (json!("ABORTED"), json!({}), None, "cancelled", false),
        (
            json!("FAILURE"),
            json!({"state": "successful"}),
            None,
            "successful",
            false,
        ),
        (
            Value::Null,
            json!({"state": "in_progress"}),
            None,
            "in_progress",
            false,
        ),
        (
            json!("FAILURE"),
            json!({}),
            Some("SUCCESS"),
            "successful",
            false,
        ),
    ] {
        let jira = Sandbox::start();
        let all = with(json!({"issueKeys": "ABC-1"}), &parameters);
        let mut agent = Agent::of_run(&jira, 1);
        agent.set("JIRA_SEND_STATE", variable.unwrap_or_default());
        let answer = agent.step("jiraSendBuildInfo", &all, &json!({"result": result}));
        assert_eq!(
            states(&jira),
            [(1, state.to_owned())],
            "{result} {parameters}"
        );
        let echo = answer.echo();
        assert_eq!(echo.contains("post { always { } }"), is_told, "{echo}");
        let open = remembered(&answer.apply(""), "open");
        assert_eq!(open.len(), usize::from(is_told), "{result} {parameters}");
    }
}
