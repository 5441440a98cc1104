//! Every outcome under every policy: the table of docs/exit-codes.md.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::Agent;

/// How it is brought about, the word in the report, whether it waits then, and the exit codes under `fail`, `warn`
/// and `queue`.
const TABLE: &[(&str, &str, bool, [i32; 3])] = &[
    ("accepted", "accepted", false, [0, 0, 0]),
    ("no keys", "nothing_to_send", false, [0, 0, 0]),
    (
        "no keys, though wanted",
        "nothing_to_send",
        false,
        [5, 5, 5],
    ),
    ("dry run", "dry_run", false, [0, 0, 0]),
    ("partly", "partly_accepted", false, [1, 0, 1]),
    ("unknown keys", "rejected", false, [1, 0, 1]),
    ("400", "rejected", false, [1, 0, 1]),
    ("no credential", "unauthorized", true, [3, 0, 0]),
    ("401", "unauthorized", true, [3, 0, 0]),
    ("403", "unauthorized", true, [3, 0, 0]),
    ("403 without outbox", "unauthorized", false, [3, 0, 3]),
    ("503", "unreachable", true, [4, 0, 0]),
    ("503 without outbox", "unreachable", false, [4, 0, 4]),
    ("503 with a broken outbox", "unreachable", false, [4, 0, 4]),
    ("wrong option", "invalid", false, [2, 2, 2]),
];

#[test]
fn every_outcome_has_its_exit_code_under_every_policy() {
    std::thread::scope(|scope| {
        for (case, outcome, queued, codes) in TABLE {
            for (policy, code) in ["fail", "warn", "queue"].iter().zip(codes) {
                scope.spawn(move || {
                    let jira = Sandbox::start();
                    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
                    let policy = format!("--on-error={policy}");
                    let mut arguments = vec!["build", "--format=json", "--budget=3", &policy];
                    arguments.extend(prepare(case, &jira, &mut agent));
                    let run = agent.run(&arguments);
                    let json = run.json();
                    let context = format!("{case} {policy}: {}", run.stderr);
                    assert_eq!(
                        (run.code, &json["outcome"]),
                        (*code, &json!(outcome)),
                        "{context}"
                    );
                    assert_eq!(json["exit_code"], *code, "{context}");
                    assert_eq!(json["sites"][0]["queued"] == true, *queued, "{context}");
                    assert_eq!(agent.kept(".json").len(), usize::from(*queued), "{context}");
                    let is_error = run.stderr.contains("error: ");
                    assert_eq!(is_error, *code != 0, "{context}");
                    let said = run.stderr.contains("hint: queued in ");
                    assert_eq!(said, *queued, "{context}");
                });
            }
        }
    });
}

/// Brings the case about; gives back the options that it needs.
fn prepare(case: &str, jira: &Sandbox, agent: &mut Agent) -> Vec<&'static str> {
    const KEY: &str = "--issue-keys=ABC-1";
    let fault = |code| jira.fail(Endpoint::Builds, Fault::json(code, r#"[{"message":"no"}]"#));
    match case {
        "accepted" => vec![KEY],
        "no keys" => vec![],
        "no keys, though wanted" => vec!["--require-issue-keys"],
        "dry run" => vec![KEY, "--dry-run"],
        "unknown keys" => vec!["--issue-keys=XYZ-1"],
        "wrong option" => vec![KEY, "--state=done"],
        "partly" => {
            let answer = json!({"acceptedBuilds": [{}], "rejectedBuilds": [{"errors": []}]});
            jira.fail(Endpoint::Builds, Fault::Answer(answer));
            vec![KEY]
        }
        "no credential" => {
            agent.unset("JIRA_CLIENT_ID");
            vec![KEY]
        }
        "401" => {
            jira.fail(Endpoint::Token, Fault::empty(401));
            vec![KEY]
        }
        "503 with a broken outbox" => {
            fault(503);
            agent.write("file", "");
            agent.set("JIRA_SEND_OUTBOX", "file");
            vec![KEY]
        }
        _ => {
            fault(case[..3].parse().unwrap());
            if case.ends_with("without outbox") {
                vec![KEY, "--no-outbox"]
            } else {
                vec![KEY]
            }
        }
    }
}
