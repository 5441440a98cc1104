//! Calls that never reached the program: the library kept their requests, and a later step sends them as what they were.

mod delivery;
mod overtaken;

use std::fmt::Write as _;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{START, begin, build, change, deployment, states, with};
use crate::support::{Agent, Answer, JOB, Job, remembered, request};

/// The line that the library keeps, with the variables of the run.
fn line(id: &str, mut request: Value, agent: &Agent) -> String {
    request["id"] = id.into();
    for name in ["memory", "others", "upstream"] {
        request["run"].as_object_mut().unwrap().remove(name);
    }
    let names = [
        "JOB_NAME",
        "JOB_URL",
        "BUILD_NUMBER",
        "BUILD_URL",
        "BUILD_DISPLAY_NAME",
        "JENKINS_URL",
        "GIT_COMMIT",
        "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
        "JIRA_SITE",
    ];
    let all = agent.variables();
    let variables: serde_json::Map<String, Value> = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), all.get(*name)?.as_str().into())))
        .collect();
    let json = json!({"request": request, "variables": variables}).to_string();
    let mut ascii = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(ascii, "\\u{unit:04x}");
        }
    }
    format!("request:{id} {ascii}")
}

/// A build of another moment, which failed.
fn failed(run: &Value) -> Value {
    let parameters = json!({"issueKeys": "ABC-9", "description": "é $(x) \"y\"\nz"});
    request(
        "jiraSendBuildInfo",
        &parameters,
        &with(json!({"result": "FAILURE"}), run),
    )
}

/// A step that comes after it.
fn send(jira: &Sandbox, job: &mut Job, number: i64) -> Answer {
    let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS", "environmentId": "eu-prod"});
    job.step(
        &Agent::of_run(jira, number),
        number,
        "jiraSendDeploymentInfo",
        &parameters,
    )
}

#[test]
fn another_agent_of_the_run_sends_it_as_what_it_was() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let before = json!({"now": START - 60_000});
    job.add_line(7, &line("a", failed(&before), &Agent::of_run(&jira, 7)));
    let answer = send(&jira, &mut job, 7);
    assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
    let mut expected = build(7, "failed", START - 60_000, &["ABC-9"]);
    expected["builds"][0]["description"] = "é $(x) \"y\" z".into();
    let [own, late] = jira.submissions().try_into().unwrap();
    assert_eq!(own["deployments"][0]["state"], "successful");
    assert_eq!(late, expected);
    let delivered = answer.returns()["delivered"].as_array().unwrap();
    assert!(
        delivered[0].as_str().unwrap().contains("#7 failed"),
        "{delivered:?}"
    );
    assert!(
        answer.echo().contains("also delivered: "),
        "{}",
        answer.echo()
    );
    assert_eq!(remembered(job.memory(7), "request").len(), 0);
    // Its issues are those of the run, too.
    let keys = remembered(job.memory(7), "keys");
    assert_eq!(keys[0]["issueKeys"], json!(["ABC-1", "ABC-9"]));
}

/// The next run has a newer commit, another number and another address.
#[test]
fn the_next_run_sends_nothing_of_its_own_for_it() {
    let run = json!({"result": "FAILURE", "changes": [change("ABC-7 of its log")]});
    let kept = request("jiraSendBuildInfo", &json!({}), &run);
    for (has_commit, keys) in [
        (true, json!(["ABC-3", "ABC-2", "ABC-7"])),
        (false, json!(["ABC-7"])),
    ] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let agent = Agent::of_run(&jira, 8).with_commits(&["ABC-1", "ABC-2", "ABC-3", "ABC-4"]);
        let mut before = Agent::of_run(&jira, 7);
        if has_commit {
            before.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD~1"]));
            let previous = agent.git(&["rev-parse", "HEAD~3"]);
            before.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &previous);
        }
        job.add_line(7, &line("a", kept.clone(), &before));
        job.end(7, "FAILURE");
        let parameters = json!({"state": "SUCCESS", "noOutbox": true});
        let answer = job.step(&agent, 8, "jiraSendBuildInfo", &parameters);
        assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
        let late = jira.build(JOB, 7).unwrap();
        assert_eq!(late["associations"][0]["values"], keys);
        assert_eq!(late["updateSequenceNumber"], START);
        assert_eq!(late["url"], format!("https://ci.example.com/job/{JOB}/7/"));
        assert_eq!(
            (&late["state"], &late["label"]),
            (&json!("failed"), &json!("#7"))
        );
        let own = jira.build(JOB, 8).unwrap();
        assert!(!own["associations"].to_string().contains("ABC-7"), "{own}");
    }
}

/// What was kept, what the run came to, and what is sent in its place; nothing where nothing may be.
#[test]
fn what_is_kept_is_sent_as_what_its_run_came_to() {
    let build = |parameters: &Value| {
        let all = with(json!({"issueKeys": "ABC-9"}), parameters);
        request("jiraSendBuildInfo", &all, &json!({}))
    };
    let body = |body: Value| with(build(&json!({})), &json!({"body": body}));
    let opening = begin(
        "jiraSendBuildInfo",
        &json!({"issueKeys": "ABC-9"}),
        &json!({}),
    );
    let end = json!({"phase": "end", "begun": null, "started": START - 5_000, "threw": true});
    let problem =
        json!({"credential": {"id": "jira-oauth", "problem": "CredentialNotFoundException"}});
    let cases = [
        (build(&json!({})), None, Some("in_progress")),
        (build(&json!({})), Some("UNSTABLE"), Some("failed")),
        (
            build(&json!({"state": "successful"})),
            Some("FAILURE"),
            Some("successful"),
        ),
        (
            with(build(&json!({})), &problem),
            Some("SUCCESS"),
            Some("successful"),
        ),
        (opening.clone(), None, Some("in_progress")),
        (opening, Some("ABORTED"), Some("cancelled")),
        (body(end.clone()), None, Some("failed")),
        (body(end.clone()), Some("ABORTED"), Some("failed")),
        (
            body(with(end, &json!({"threw": false}))),
            Some("FAILURE"),
            Some("successful"),
        ),
        (
            request("jiraSendKeys", &json!({"issueKeys": "ABC-9"}), &json!({})),
            None,
            None,
        ),
        (
            request("jiraSendBuildInfo", &json!({}), &json!({})),
            Some("SUCCESS"),
            None,
        ),
        (build(&json!({"dryRun": true})), Some("SUCCESS"), None),
    ];
    for (kept, result, state) in cases {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        job.add_line(7, &line("a", kept.clone(), &Agent::of_run(&jira, 7)));
        let number = if let Some(result) = result {
            job.end(7, result);
            8
        } else {
            7
        };
        let answer = send(&jira, &mut job, number);
        assert_eq!(answer.outcome(), "accepted");
        let late = jira.build(JOB, 7);
        let found = late.as_ref().map(|build| build["state"].as_str().unwrap());
        assert_eq!(found, state, "{kept}");
        assert_eq!(remembered(job.memory(number), "request").len(), 0, "{kept}");
        let sent = jira.submissions().len();
        send(&jira, &mut job, number);
        assert_eq!(jira.submissions().len(), sent + 1, "{kept}");
    }
}

/// The library keeps an end by the name of its beginning. The own one of a call is never sent twice.
#[test]
fn an_end_takes_the_place_of_its_beginning() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let parameters = json!({"issueKeys": "ABC-9"});
    let opening = begin("jiraSendBuildInfo", &parameters, &json!({}));
    let agent = Agent::of_run(&jira, 7);
    let id = opening["id"].as_str().unwrap();
    job.add_line(7, &line(id, opening.clone(), &agent));
    let mut end = opening.clone();
    end["body"] = json!({"phase": "end", "begun": null, "started": START});
    let answer = job.ask(&agent, 7, end);
    assert_eq!(answer.outcome(), "accepted");
    assert_eq!(states(&jira), [(7, "successful".to_owned())]);
    assert_eq!(
        job.memory(7).matches("request:").count(),
        0,
        "{}",
        job.memory(7)
    );
}

/// The end of such a body was that of its run.
#[test]
fn a_beginning_without_an_end_ends_with_its_run() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let parameters =
        json!({"issueKeys": "ABC-9", "environmentId": "eu-prod", "state": "successful"});
    let opening = begin("jiraSendDeploymentInfo", &parameters, &json!({}));
    job.add_line(7, &line("a", opening, &Agent::of_run(&jira, 7)));
    job.start(8);
    // A minute for each call.
    for number in [8, 9] {
        send(&jira, &mut job, number);
    }
    let ended = job.now();
    job.end(7, "FAILURE");
    send(&jira, &mut job, 10);
    let submissions = jira.submissions();
    let mut expected = deployment(7, "failed", ended, &["ABC-9"]);
    expected["deployments"][0]["duration"] = ((ended - START) / 1000).into();
    assert_eq!(submissions[3], expected);
}

/// What another version of the library or of the program would have sent is not lost without a word.
#[test]
fn what_another_version_kept_is_told() {
    for (change, words) in [
        (json!({"protocol": 2}), "version 2 of the protocol"),
        (
            json!({"step": "jiraSendNews"}),
            "this version of jira-send has no step jiraSendNews that sends",
        ),
    ] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let kept = with(failed(&json!({})), &change);
        job.add_line(7, &line("a", kept, &Agent::of_run(&jira, 7)));
        let answer = send(&jira, &mut job, 7);
        let told = "  warning: 1 left by earlier steps cannot be sent: ";
        let line = answer
            .echo()
            .lines()
            .find(|line| line.starts_with(told))
            .map(ToOwned::to_owned);
        assert!(
            line.is_some_and(|line| line.contains(words)),
            "{}",
            answer.echo()
        );
    }
}

/// What waits there was written by whoever can write it.
#[test]
fn an_update_that_cannot_be_read_is_told() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    job.add_line(7, r#"waiting:a {"at": 1, "entry": {"version": 99}}"#);
    for expected in [
        &[
            "  warning: 1 left by earlier steps cannot be sent: a later version of jira-send wrote it",
        ][..],
        &[],
    ] {
        let answer = send(&jira, &mut job, 7);
        let echo = answer.echo();
        let warnings = echo.lines().filter(|line| line.contains("warning"));
        assert_eq!(warnings.collect::<Vec<_>>(), expected);
        assert_eq!(remembered(job.memory(7), "waiting").len(), 0);
    }
}

/// A run that this one starts gets the issues of this one alone.
#[test]
fn the_issues_of_another_run_are_not_those_of_this_one() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    job.add_line(7, &line("a", failed(&json!({})), &Agent::of_run(&jira, 7)));
    job.end(7, "FAILURE");
    send(&jira, &mut job, 8);
    assert_eq!(jira.submissions().len(), 2);
    let keys = remembered(job.memory(8), "keys");
    assert_eq!(keys[0]["issueKeys"], json!(["ABC-1"]));
}

#[test]
fn junk_is_forgotten() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let whole = line("whole", failed(&json!({})), &Agent::of_run(&jira, 6));
    job.add_line(6, &whole);
    for (index, junk) in [
        json!({"at": 1}),
        json!({"at": 1, "request": 7}),
        json!({"request": {"protocol": 1, "run": {"now": 1}}}),
        json!({"request": with(failed(&json!({})), &json!({"protocol": 2}))}),
        json!({"request": with(failed(&json!({})), &json!({"step": "jiraSendBuidlInfo"}))}),
        json!({"request": with(failed(&json!({})), &json!({"step": "step"}))}),
        json!({"request": with(failed(&json!({})), &json!({"parameters": [1]}))}),
        json!({"request": with(failed(&json!({})), &json!({"body": {"phase": "middle"}}))}),
    ]
    .iter()
    .enumerate()
    {
        job.add_line(6, &format!("request:junk{index} {junk}"));
    }
    job.end(6, "FAILURE");
    for (number, told) in [
        (
            7,
            &[
                "  warning: 8 left by earlier steps cannot be sent: it has no version of the protocol",
            ][..],
        ),
        (8, &[]),
    ] {
        let answer = send(&jira, &mut job, number);
        assert_eq!(answer.outcome(), "accepted");
        let echo = answer.echo();
        let warnings = echo.lines().filter(|line| line.contains("warning"));
        assert_eq!(warnings.collect::<Vec<_>>(), told);
        assert_eq!(
            remembered(job.memory(number), "request").len(),
            0,
            "{number}"
        );
    }
    let expected = [(7, "successful"), (6, "failed"), (8, "successful")];
    assert_eq!(
        states(&jira),
        expected.map(|(number, state)| (number, state.to_owned()))
    );
}
