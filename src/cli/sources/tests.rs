use serde_json::json;

use super::{Completed, complete};
use crate::cli::later::whole;
use crate::error::Failure;
use crate::variables::Variables;

fn completed<const N: usize>(
    typed: &[&str],
    variables: [(&str, &str); N],
    parameters: serde_json::Value,
) -> Result<Completed, Failure> {
    let typed: Vec<_> = ["jira-send"].iter().chain(typed).map(Into::into).collect();
    let parameters = serde_json::from_value(parameters).unwrap();
    complete(&whole(), &typed, &Variables::from(variables), &parameters)
}

fn arguments<const N: usize>(
    typed: &[&str],
    variables: [(&str, &str); N],
    parameters: serde_json::Value,
) -> Vec<String> {
    let completed = completed(typed, variables, parameters).unwrap();
    let texts = completed
        .arguments
        .into_iter()
        .map(|text| text.into_string().unwrap());
    texts.skip(1).collect()
}

#[test]
fn options_win_over_parameters_and_parameters_over_variables() {
    let variables = [("JIRA_SEND_STATE", "failed"), ("JIRA_SEND_LABEL", "v1")];
    let parameters = json!({"state": "SUCCESS", "branch": "x"});
    let found = arguments(&["build", "--branch=y"], variables, parameters.clone());
    assert_eq!(
        found,
        ["build", "--state=SUCCESS", "--label=v1", "--branch=y"]
    );
    let found = arguments(
        &["build", "--state", "ABORTED", "-v"],
        variables,
        parameters,
    );
    assert_eq!(
        found,
        [
            "build",
            "--label=v1",
            "--branch=x",
            "--state",
            "ABORTED",
            "-v"
        ]
    );
}

#[test]
fn values_of_all_kinds_become_text() {
    let parameters = json!({
        "issueKeys": ["ABC-1", "ABC-2, ABC-3", "", null],
        "enableGating": true,
        "dryRun": false,
        "duration": 12,
        "property": {"a": "b", "n": 1},
        "branch": "",
        "site": null,
        "environmentName": "-- $(touch pwned)\n\"'",
    });
    let mut found = arguments(&["deployment"], [], parameters);
    found.sort();
    let mut expected = [
        "deployment",
        "--issue-keys=ABC-1",
        "--issue-keys=ABC-2, ABC-3",
        "--enable-gating",
        "--duration=12",
        "--property=a=b",
        "--property=n=1",
        "--environment-name=-- $(touch pwned)\n\"'",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn wrong_parameters_are_named() {
    let cases = [
        (json!({"isueKeys": "ABC-1"}), "isueKeys"),
        (json!({"help": true}), "help"),
        (json!({"issueKeys": [["ABC-1"]]}), "issueKeys"),
        (json!({"enableGating": "maybe"}), "maybe"),
    ];
    for (parameters, named) in cases {
        let failure = completed(&["deployment"], [], parameters).unwrap_err();
        assert!(failure.message().contains(named), "{failure}");
    }
}

#[test]
fn what_stands_behind_two_hyphens_is_not_ours() {
    let found = arguments(
        &["build", "--", "--state", "x"],
        [],
        json!({"state": "SUCCESS"}),
    );
    assert_eq!(found, ["build", "--state=SUCCESS", "--", "--state", "x"]);
}

#[test]
fn a_value_with_a_hyphen_is_no_short_option() {
    let variables = [("JIRA_SEND_QUIET", "true")];
    let typed = ["build", "--message", "-quick fix"];
    let found = arguments(&typed, variables, json!({}));
    assert_eq!(found, ["build", "--quiet", "--message", "-quick fix"]);
    assert_eq!(
        arguments(&["build", "-vq"], variables, json!({})),
        ["build", "-vq"]
    );
}

#[test]
fn nested_commands_are_completed_and_choose_nothing_by_a_label() {
    let variables = [
        ("JIRA_SEND_PROPERTY", "job=shop"),
        ("JIRA_SEND_YES", "true"),
        ("JIRA_SEND_BUDGET", "3"),
        ("JIRA_SEND_JOB_NAME", "shop"),
    ];
    let typed = ["delete", "build", "--build-number=7"];
    let found = arguments(&typed, variables, json!({}));
    let expected = [
        "delete",
        "build",
        "--job-name=shop",
        "--budget=3",
        "--build-number=7",
    ];
    assert_eq!(found, expected);
    let typed = ["delete", "build", "--property=a=b"];
    let found = arguments(&typed, variables, json!({}));
    assert_eq!(found, ["delete", "build", "--budget=3", "--property=a=b"]);
    let typed = ["show", "--budget=3"];
    assert_eq!(arguments(&typed, variables, json!({})), typed);
}

#[test]
fn nothing_is_added_without_a_command() {
    for typed in [&[][..], &["--help"], &["nonsense"]] {
        let found = arguments(typed, [("JIRA_SEND_STATE", "failed")], json!({"x": 1}));
        assert_eq!(found, typed);
    }
}
