//! `jira-send build -- CMD`: the command is unharmed, and Jira hears of its beginning and its end.

mod command;
#[cfg(unix)]
mod first_process;
mod signals;
mod trouble;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Agent, Run};

const KIND: &str = "multibranch-declarative-pull-request";

fn agent(jira: &Sandbox) -> Agent {
    Agent::of(KIND).with_jira(jira).with_commits(&["PROJ-3"])
}

/// Runs a script of the shell as the wrapped command.
fn shell(agent: &Agent, options: &[&str], script: &str) -> Run {
    agent.run(&[&["build"], options, &["--", "sh", "-c", script]].concat())
}

fn builds(jira: &Sandbox) -> Vec<Value> {
    let bodies = jira.submissions();
    bodies
        .iter()
        .map(|body| body["builds"][0].clone())
        .collect()
}

fn states(jira: &Sandbox) -> Vec<Value> {
    let builds = builds(jira).into_iter();
    builds.map(|build| build["state"].clone()).collect()
}

/// Script, exit code, state of the end.
const ENDS: &[(&str, i32, &str)] = &[
    ("true", 0, "successful"),
    ("exit 1", 1, "failed"),
    ("exit 42", 42, "failed"),
    ("exit 255", 255, "failed"),
    ("kill -TERM $$", 143, "cancelled"),
    ("kill -INT $$", 130, "cancelled"),
    ("kill -HUP $$", 129, "cancelled"),
    ("kill -KILL $$", 137, "failed"),
    ("kill -BUS $$", 135, "failed"),
    ("kill -SYS $$", 159, "failed"),
    ("kill -XCPU $$", 152, "failed"),
    ("kill -USR1 $$", 138, "failed"),
    ("kill -QUIT $$", 131, "failed"),
    ("kill -SEGV $$", 139, "failed"),
];

#[test]
fn the_exit_code_is_the_commands_own() {
    for (script, code, state) in ENDS {
        let jira = Sandbox::start();
        let run = shell(&agent(&jira), &[], script);
        assert_eq!(run.code, *code, "{script}: {}", run.stderr);
        assert_eq!(
            states(&jira),
            [json!("in_progress"), json!(state)],
            "{script}"
        );
        let stored = jira.build("shop~2FPR-7", 2).unwrap();
        assert_eq!(stored["state"], *state, "{script}");
    }
}

#[test]
fn the_end_is_the_beginning_with_another_state_and_a_later_time() {
    let jira = Sandbox::start();
    let run = shell(&agent(&jira), &["--label=v1"], "true");
    assert_eq!(run.code, 0);
    let mut builds = builds(&jira);
    let number = |build: &Value| build["updateSequenceNumber"].as_i64().unwrap();
    assert!(number(&builds[0]) < number(&builds[1]));
    for build in &mut builds {
        for changing in ["state", "updateSequenceNumber", "lastUpdated"] {
            assert!(build.as_object_mut().unwrap().remove(changing).is_some());
        }
    }
    assert_eq!(builds[0], builds[1]);
}

#[test]
fn given_times_and_numbers_belong_to_the_beginning() {
    let jira = Sandbox::start();
    let options = [
        "--event-time=2100-01-01T00:00:00Z",
        "--update-sequence-number=7",
    ];
    shell(&agent(&jira), &options, "true");
    let fields = |name: &str| -> Vec<Value> {
        let builds = builds(&jira).into_iter();
        builds.map(|build| build[name].clone()).collect()
    };
    assert_eq!(fields("updateSequenceNumber"), [7, 8]);
    let times = ["2100-01-01T00:00:00.000Z", "2100-01-01T00:00:00.001Z"];
    assert_eq!(fields("lastUpdated"), times);
}

#[test]
fn a_deployment_says_how_long_it_took() {
    let jira = Sandbox::start();
    let command = ["deployment", "--environment-id=eu-prod", "--", "sleep", "1"];
    let run = agent(&jira).run(&command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bodies = jira.submissions();
    let [begin, end] = [0, 1].map(|index: usize| bodies[index]["deployments"][0].clone());
    assert_eq!(
        (&begin["state"], &begin["duration"]),
        (&json!("in_progress"), &Value::Null)
    );
    assert_eq!(
        (&end["state"], &end["duration"]),
        (&json!("successful"), &json!(1))
    );
    let options = [&command[..2], &["--duration=90"], &command[2..]].concat();
    agent(&jira).run(&options);
    assert_eq!(jira.submissions()[3]["deployments"][0]["duration"], 90);
}

/// What the command commits is added; what it makes unreachable stays.
#[test]
fn the_end_repeats_the_keys_of_the_beginning() {
    let jira = Sandbox::start();
    let script =
        "sleep 1; git -c user.name=A -c user.email=a@b commit -q --allow-empty --amend -m OPS-8";
    let mut agent = agent(&jira);
    agent.unset("GIT_COMMIT");
    let run = shell(&agent, &["--issue-keys=ABC-1"], script);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let keys: Vec<Value> = builds(&jira)
        .iter()
        .map(|build| build["associations"][0]["values"].clone())
        .collect();
    let begin = ["ABC-1", "PROJ-2", "PROJ-3"];
    assert_eq!(
        keys,
        [json!(begin), json!([&begin[..], &["OPS-8"]].concat())]
    );
}

#[test]
fn the_result_goes_to_a_file_when_asked() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let read = || -> Value {
        let text = std::fs::read_to_string(agent.path().join("result.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let run = shell(&agent, &["--result-file=result.json"], "echo out; exit 9");
    assert_eq!((run.code, run.stdout.as_str()), (9, "out\n"));
    assert!(!run.stderr.contains('{'));
    assert_eq!(
        (&read()["outcome"], &read()["exit_code"]),
        (&json!("accepted"), &json!(9))
    );
    agent.run(&["build", "--state=failed", "--result-file=result.json"]);
    assert_eq!(read()["exit_code"], 0);
    let run = shell(&agent, &["--result-file=no/such/folder"], "exit 9");
    assert_eq!(run.code, 9);
    assert!(
        run.stderr
            .contains("warning: no/such/folder cannot be written")
    );
}

#[test]
fn a_dry_run_shows_both_ends_beside_the_commands_output() {
    let jira = Sandbox::start();
    let run = shell(&agent(&jira), &["--dry-run"], "echo out");
    assert_eq!((run.code, run.stdout.as_str()), (0, "out\n"));
    assert_eq!(
        run.stderr.matches("\nPOST ").count() + usize::from(run.stderr.starts_with("POST ")),
        2
    );
    assert!(run.stderr.contains("in_progress") && run.stderr.contains("successful"));
    assert!(jira.requests().is_empty());
}
