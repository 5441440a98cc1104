//! What waits goes from agent to agent: a pipeline step takes it along in a variable.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, EVENT, Run};

const VARIABLE: &str = "JIRA_SEND_WAITING";

/// Sends the build of this number from an agent of its own, which brings these lines.
fn send(jira: &Sandbox, number: u32, brought: &str, options: &[&str]) -> Run {
    let mut agent = Agent::of("freestyle-no-scm").with_jira(jira);
    agent.set("BUILD_NUMBER", &number.to_string());
    agent.set(VARIABLE, brought);
    let arguments = ["build", "--issue-keys=ABC-1", "--format=json", "--budget=2"];
    agent.run(&[&arguments[..], options].concat())
}

fn lines(run: &Run) -> Vec<String> {
    let mut waiting = carried(run);
    waiting.retain(|line| !line.starts_with("done "));
    waiting
}

/// The lines, and the marks of what waits no more.
fn carried(run: &Run) -> Vec<String> {
    let waiting = run.json()["waiting"].clone();
    serde_json::from_value(waiting).unwrap()
}

fn numbers(bodies: &[Value]) -> Vec<(&Value, &Value)> {
    let count = |body: &Value| body["builds"].as_array().unwrap().len();
    assert!(bodies.iter().all(|body| count(body) == 1));
    let builds = bodies.iter().map(|body| &body["builds"][0]);
    builds
        .map(|build| (&build["buildNumber"], &build["state"]))
        .collect()
}

#[test]
fn another_agent_delivers_what_was_brought_after_its_own() {
    let down = Sandbox::start();
    down.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let first = send(
        &down,
        1,
        "none",
        &[EVENT, "--state=failed", "--description=é 🚀"],
    );
    assert_eq!(first.code, 4);
    let [line]: [String; 1] = lines(&first).try_into().unwrap();
    assert!(line.is_ascii() && !line.contains("sandbox-secret") && !line.contains("Bearer"));
    let second = send(&down, 2, &line, &[EVENT, "--state=SUCCESS"]);
    let both = lines(&second);
    assert_eq!(
        (both.len(), &second.json()["waiting_left_out"]),
        (2, &json!(0))
    );

    down.clear_faults();
    let third = send(&down, 3, &both.join("\n"), &["--state=SUCCESS"]);
    assert_eq!((third.code, lines(&third)), (0, Vec::new()));
    assert_eq!(third.json()["outbox"]["delivered"], 2);
    for number in 1..=3 {
        assert!(
            down.build("shop-freestyle-noscm", number).is_some(),
            "{number}"
        );
    }
    // They were delivered before: a second time does no harm.
    let again = send(&down, 4, &both.join("\n"), &["--state=SUCCESS"]);
    assert_eq!((again.code, lines(&again)), (0, Vec::new()));
    assert_eq!(
        down.build("shop-freestyle-noscm", 1).unwrap()["state"],
        "failed"
    );
}

#[test]
fn a_newer_state_takes_the_place_of_what_was_brought() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let first = send(&jira, 1, "none", &[EVENT, "--state=in_progress"]);
    jira.clear_faults();
    let second = send(&jira, 1, &lines(&first).join("\n"), &["--state=SUCCESS"]);
    assert_eq!((second.code, lines(&second)), (0, Vec::new()));
    let sent = jira.submissions();
    assert_eq!(
        numbers(&sent),
        [
            (&json!(1), &json!("in_progress")),
            (&json!(1), &json!("successful"))
        ]
    );
}

#[test]
fn what_cannot_be_used_is_told_and_harms_nothing() {
    let jira = Sandbox::start();
    for brought in ["junk", "{}", "{\"version\":1}", "\u{1b}[31m\u{202e}"] {
        let run = send(&jira, 1, brought, &["--state=SUCCESS"]);
        assert_eq!((run.code, lines(&run)), (0, Vec::new()), "{brought}");
        assert!(
            run.stderr
                .contains("was not taken over from JIRA_SEND_WAITING"),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{202e}'));
    }
}

#[test]
fn without_an_outbox_what_was_brought_goes_on_as_it_came() {
    let jira = Sandbox::start();
    let run = send(
        &jira,
        1,
        "{\"a\":1}\n{\"b\":2}",
        &["--state=SUCCESS", "--no-outbox"],
    );
    assert_eq!(
        (run.code, lines(&run)),
        (0, vec!["{\"a\":1}".to_owned(), "{\"b\":2}".to_owned()])
    );
    // Who brings nothing and does not ask gets no such field.
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = agent.run(&[
        "build",
        "--issue-keys=ABC-1",
        "--state=SUCCESS",
        "--format=json",
    ]);
    assert_eq!(run.json().get("waiting"), None);
}

/// A container without a home folder is just where nothing else keeps it.
#[test]
fn without_a_usable_outbox_the_run_alone_keeps_it() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let run = send(
        &jira,
        1,
        "none",
        &[EVENT, "--state=SUCCESS", "--outbox=/dev/full"],
    );
    assert_eq!(run.code, 4);
    let words = "kept with the run only: the outbox cannot be used";
    assert!(run.json()["message"].as_str().unwrap().contains(words));
    assert!(!run.stderr.contains("is lost"), "{}", run.stderr);
    let [line]: [String; 1] = lines(&run).try_into().unwrap();
    jira.clear_faults();
    let next = send(&jira, 2, &line, &["--state=SUCCESS"]);
    assert_eq!((next.code, lines(&next)), (0, Vec::new()));
    assert!(jira.build("shop-freestyle-noscm", 1).is_some());

    // What Jira took or refused for good does not wait.
    let run = send(&jira, 3, "none", &["--state=SUCCESS", "--outbox=/dev/full"]);
    assert_eq!((run.code, lines(&run)), (0, Vec::new()));
}

/// Two runs overlap, so that neither knows what the other could not deliver.
#[test]
fn what_overlapping_runs_left_is_brought_together_until_it_is_delivered() {
    let jira = Sandbox::start();
    let down = Fault::redirect("https://else.example/");
    jira.fail(Endpoint::Builds, down.clone());
    let failed = |number, brought: &str| {
        let run = send(&jira, number, brought, &["--state=SUCCESS"]);
        assert_eq!(run.code, 4);
        carried(&run).join("\n")
    };
    let left = [failed(1, "none"), failed(2, "none")].join("\n");
    jira.clear_faults();
    let third = send(&jira, 3, &left, &["--state=SUCCESS"]);
    assert_eq!((third.code, lines(&third)), (0, Vec::new()));
    assert_eq!(third.json()["outbox"]["delivered"], 2);
    let done = carried(&third);
    assert_eq!(done.len(), 2, "{done:?}");

    // The runs before still carry it, and a later step of this run says so as well.
    let sent = jira.submissions().len();
    let brought = [
        &[left.as_str()][..],
        &done.iter().map(String::as_str).collect::<Vec<_>>(),
    ];
    let brought = brought.concat().join("\n");
    let fourth = send(&jira, 4, &brought, &["--state=SUCCESS"]);
    assert_eq!(fourth.code, 0);
    assert_eq!(
        (jira.submissions().len(), carried(&fourth)),
        (sent + 1, done.clone())
    );

    // Once nobody carries it any more, nobody needs to know.
    let fifth = send(&jira, 5, &done.join("\n"), &["--state=SUCCESS"]);
    assert_eq!((fifth.code, carried(&fifth)), (0, Vec::new()));

    // What goes on waiting is carried on as it is.
    jira.fail(Endpoint::Builds, down);
    let sixth = send(&jira, 6, &left, &["--state=SUCCESS"]);
    assert_eq!(carried(&sixth)[..2].join("\n"), left);
    assert_eq!((sixth.code, carried(&sixth).len()), (4, 3));
}
