//! Wrong options, missing facts, unusable files: clear words, exit code 2, nothing sent.

use jira_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Agent, Run};

fn assert_usage(run: &Run, words: &[&str]) {
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
}

#[test]
fn every_missing_fact_is_named_in_one_error() {
    let run = Agent::bare().run(&["build"]);
    let options = ["--job-name", "--build-number", "--url", "--site"];
    assert_usage(&run, &options);
    assert_usage(
        &run,
        &["JOB_NAME", "BUILD_NUMBER", "BUILD_URL", "JIRA_SITE"],
    );
    assert_eq!(run.stdout, "");
    let run = Agent::bare().run(&["deployment", "--format=json"]);
    assert_usage(&run, &[&options[..], &["--environment-id"]].concat());
    let json = run.json();
    assert_eq!(
        (&json["outcome"], &json["exit_code"]),
        (&"invalid".into(), &2.into())
    );
    let complete = [
        "build",
        "--job-name=x",
        "--build-number=1",
        "--url=https://ci/1",
        "--dry-run",
    ];
    assert_eq!(Agent::bare().run(&complete).code, 0);
}

/// Options behind the command; what the error must say.
const WRONG: &[(&[&str], &[&str])] = &[
    (&["buidl"], &["buidl", "did you mean build"]),
    (&["build", "--stat=x"], &["--stat", "--state"]),
    (&["build", "extra"], &["extra"]),
    (
        &["build", "--state=done"],
        &["--state", "in_progress", "SUCCESS"],
    ),
    (&["build", "--state=rolled_back"], &["rolled_back"]),
    (&["build", "--unstable-as=pending"], &["--unstable-as"]),
    (&["build", "--running-as=failed"], &["--running-as"]),
    (&["build", "--build-number=x"], &["--build-number"]),
    (&["build", "--build-number=-1"], &["--build-number"]),
    (&["build", "--url=ci/1"], &["--url", "https://"]),
    (
        &["build", "--event-time=1767225600"],
        &["--event-time", "milliseconds"],
    ),
    (&["build", "--last-updated=today"], &["--last-updated"]),
    (
        &["build", "--update-sequence-number=1.5"],
        &["--update-sequence-number"],
    ),
    (&["build", "--property=x"], &["--property", "KEY=VALUE"]),
    (&["build", "--property=_x=y"], &["_x"]),
    (&["build", "--tests-failed=1"], &["--tests-passed"]),
    (
        &["build", "--tests-total=1", "--tests-passed=2"],
        &["more than 1"],
    ),
    (&["build", "--reference={}"], &["--reference"]),
    (&["build", "--since=--all"], &["--since"]),
    (&["build", "--projects=A-B"], &["--projects"]),
    (&["build", "--key-pattern=["], &["--key-pattern"]),
    (&["build", "--issue-ids=ABC-1"], &["--issue-ids"]),
    (&["build", "--changes=nowhere"], &["nowhere"]),
    (&["build", "--budget=0"], &["--budget"]),
    (
        &["build", "--format=xml"],
        &["--format", "caused by: expected one of text, json"],
    ),
    (
        &["build", "--since="],
        &["leave --since out", "JIRA_SEND_SINCE may be empty"],
    ),
    (
        &["flush", "--no-outbox"],
        &["--no-outbox turns the outbox off", "leave out --no-outbox"],
    ),
    (&["build", "--site=my site"], &["my site", "acme"]),
    (
        &["build", "--site=Acme Inc"],
        &["\"Acme Inc\"", "has no blanks"],
    ),
    (
        &["build", "--state=SUCESS"],
        &["'SUCESS'", "did you mean SUCCESS?"],
    ),
    (&["build", "--issue=ABC-1"], &["did you mean --issue-keys?"]),
    (
        &["build", "--state=a\nb"],
        &["error: invalid value 'a\\nb' for '--state <STATE>'\n"],
    ),
    (
        &["build", "a\nb"],
        &["error: unexpected argument 'a\\nb' found\n"],
    ),
    (&["build", "-state", "failed"], &["did you mean --state?"]),
    (&["build", "-State", "failed"], &["did you mean --state?"]),
    (&["build", "-STATE=failed"], &["did you mean --state?"]),
    (&["build", "--Title=x"], &["did you mean --title?"]),
    (&["build", "-Status", "failed"], &["did you mean --state?"]),
    (&["build", "-stat"], &["unexpected argument '-s'", "--help"]),
    (&["keys", "é", "éa"], &["unexpected argument 'é'", "--help"]),
    (
        &["build", "--client-secret=x"],
        &["JIRA_CLIENT_SECRET_FILE"],
    ),
    (&["build", "--budget", "-1"], &["'-1'", "1 hour"]),
    (
        &["gate", "--wait", "--timeout", "2 weeks"],
        &["'2 weeks'", "'2 h'"],
    ),
    (&["deploy"], &["did you mean deployment?"]),
    (&["build", "make"], &["jira-send build -- make"]),
    (&["build", "--cloud-id=../x"], &["cloud id"]),
    (&["build", "--pipeline-id-style=x"], &["hash"]),
    (
        &[
            "deployment",
            "--environment-id=x",
            "--environment-type=banana",
        ],
        &["production"],
    ),
    (
        &["deployment", "--stage-pattern=^deploy to (.*)$"],
        &["--stage-pattern", "(?<envName>…)"],
    ),
    (
        &["deployment", "--environment-id=x", "--duration=soon"],
        &["--duration"],
    ),
    (
        &["deployment", "--environment-id=x", "--commit-association=x"],
        &["REPOSITORY_ID:COMMIT"],
    ),
    (&["keys", "--state=x"], &["--state"]),
    (
        &["build", "--state=failed", "--", "touch", "ran"],
        &["--state", "JIRA_SEND_STATE"],
    ),
    (&["build", "--"], &["missing command"]),
    (&["build", "--stat=x", "--", "touch", "ran"], &["--stat"]),
    (&["keys", "--", "touch", "ran"], &["touch"]),
];

#[test]
fn wrong_options_are_explained() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    for (arguments, words) in WRONG {
        assert_usage(&agent.run(arguments), words);
    }
    assert!(jira.requests().is_empty());
    assert!(!agent.path().join("ran").exists());
}

#[test]
fn too_many_properties_and_references_are_refused() {
    let agent = Agent::of("freestyle-no-scm");
    let properties: Vec<String> = (0..6).map(|n| format!("--property=k{n}=v")).collect();
    let reference = r#"--reference={"ref":{"name":"x","uri":"https://g"}}"#;
    for options in [properties, vec![reference.to_owned(); 6]] {
        let mut arguments = vec!["build", "--dry-run", "--issue-keys=ABC-1"];
        arguments.extend(options.iter().map(String::as_str));
        assert_usage(&agent.run(&arguments), &["5", "6"]);
    }
}

#[test]
fn variables_stand_for_options() {
    let mut agent = Agent::of("freestyle-no-scm");
    agent
        .set("JIRA_SEND_STATE", "ABORTED")
        .set("JIRA_SEND_ISSUE_KEYS", "ABC-1,ABC-2");
    let run = agent.run(&["build", "--dry-run"]);
    assert_eq!(run.shown_body()["builds"][0]["state"], "cancelled");
    agent.set("JIRA_SEND_STATE", "done");
    assert_usage(&agent.run(&["build", "--dry-run"]), &["JIRA_SEND_STATE"]);
    agent.unset("JIRA_SEND_STATE");
    // An empty one counts for nothing.
    agent.set("JIRA_SEND_SINCE", "");
    assert_eq!(agent.run(&["build", "--dry-run"]).code, 0);
    agent.set("JIRA_SEND_NO_OUTBOX", "true");
    assert_usage(
        &agent.run(&["flush"]),
        &["JIRA_SEND_NO_OUTBOX turns", "unset JIRA_SEND_NO_OUTBOX"],
    );
}

#[test]
fn a_steps_parameters_stand_for_options() {
    let mut agent = Agent::of("freestyle-no-scm");
    let parameters = json!({
        "environmentId": "eu-prod", "environmentType": "QA", "serviceIds": [""], "issueKeys": ["ABC-1"],
        "site": null, "dryRun": true, "state": "SUCCESS",
    });
    let answer = agent.step("jiraSendDeploymentInfo", &parameters, &json!({}));
    let deployment = &answer.shown_body()["deployments"][0];
    assert_eq!(deployment["environment"]["type"], "testing");
    assert_eq!(deployment["associations"].as_array().unwrap().len(), 1);
    // They are stronger than variables, which stand for what is not given.
    agent.set("JIRA_SEND_ENVIRONMENT_TYPE", "staging");
    agent.set("JIRA_SEND_LABEL", "of a variable");
    let answer = agent.step("jiraSendDeploymentInfo", &parameters, &json!({}));
    let deployment = &answer.shown_body()["deployments"][0];
    assert_eq!(deployment["environment"]["type"], "testing");
    assert_eq!(deployment["label"], "of a variable");
}

/// Whoever writes a Jenkinsfile knows no options.
#[test]
fn a_step_is_told_of_parameters() {
    let agent = Agent::of("freestyle-no-scm");
    let dry = json!({"issueKeys": ["--site"], "dryRun": true});
    let answer = agent.step("jiraSendDeploymentInfo", &dry, &json!({}));
    assert_eq!(answer.outcome(), "invalid");
    let message = answer.returns()["message"].as_str().unwrap();
    assert!(message.contains("environmentId"), "{message}");
    assert!(
        !answer.echo().contains("--environment-id"),
        "{}",
        answer.echo()
    );

    let wrong = json!({"state": "done"});
    let answer = agent.step("jiraSendBuildInfo", &wrong, &json!({}));
    assert_eq!(
        (answer.outcome(), &answer.returns()["exitCode"]),
        ("invalid", &json!(2))
    );
    let echo = answer.echo();
    for words in [
        "jiraSendBuildInfo: invalid value 'done' for 'state <STATE>': ",
        "in_progress",
        "ABORTED",
        "\n  hint: the parameters are listed in Pipeline Syntax > Global Variables Reference",
    ] {
        assert!(echo.contains(words), "{words}: {echo}");
    }

    // What strangers wrote stays as it is in a request that is shown.
    let shown = json!({"description": "give --site", "issueKeys": "ABC-1", "dryRun": true});
    let answer = agent.step("jiraSendBuildInfo", &shown, &json!({}));
    assert_eq!(
        answer.shown_body()["builds"][0]["description"],
        "give --site"
    );
}

#[test]
fn a_broken_file_of_changes_names_its_line() {
    let agent = Agent::of("freestyle-no-scm");
    agent.write("changes", "{\"message\":\"ABC-1\"}\nnot json\n");
    assert_usage(
        &agent.run(&["build", "--changes=changes"]),
        &["line 2", "changes"],
    );
}

#[test]
fn jenkins_variables_that_cannot_be_are_named() {
    let mut agent = Agent::of("freestyle-no-scm");
    agent.set("BUILD_NUMBER", "seven");
    assert_usage(
        &agent.run(&["build", "--dry-run"]),
        &["BUILD_NUMBER", "seven"],
    );
    agent
        .set("BUILD_NUMBER", "7")
        .set("BUILD_URL", "unconfigured-jenkins-location/job/x");
    assert_usage(
        &agent.run(&["build", "--dry-run"]),
        &["BUILD_URL", "Jenkins URL"],
    );
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["build", "--help"],
        &["--version"],
    ] {
        let run = Agent::bare().run(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!run.stdout.is_empty());
    }
    let help = Agent::bare().run(&["--help"]).stdout;
    for word in [
        "JIRA_CLIENT_SECRET_FILE",
        "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
        "Exit codes",
        "127 if there is no such command",
        "JIRA_SEND_ENVIRONMENT_ID",
    ] {
        assert!(help.contains(word), "{word}");
    }
    let run = Agent::bare().run(&[]);
    assert_eq!(run.code, 2);
}

/// Empty words and stray separators count for nothing.
#[test]
fn lists_may_be_untidy() {
    let agent = Agent::of("freestyle-no-scm");
    let run = agent.run(&[
        "deployment",
        "--dry-run",
        "--environment-id=x",
        "--service-ids=",
        "--projects=ABC, ,",
        "--issue-ids=10042 10043,",
        "--issue-keys=ABC-1,",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let associations = &run.shown_body()["deployments"][0]["associations"];
    assert_eq!(associations[0]["values"].as_array().unwrap().len(), 3);
    assert_eq!(associations.as_array().unwrap().len(), 1);
}

/// Whoever asks for JSON gets one object, whatever is wrong.
#[test]
fn json_is_given_for_every_error() {
    let mut agent = Agent::bare();
    agent.set("JIRA_SEND_FORMAT", "json");
    let json = agent.run(&[]).json();
    assert_eq!(
        (&json["outcome"], &json["exit_code"]),
        (&"invalid".into(), &2.into())
    );
    assert_eq!(
        agent.run(&["build", "--bogus"]).json()["outcome"],
        "invalid"
    );
}

#[test]
fn a_wrong_address_of_the_api_is_usage_and_not_repeated() {
    let mut agent = Agent::of("freestyle-no-scm");
    for (name, value) in [
        ("JIRA_API_URL", "https://user:s3cret@api.example.com"),
        ("JIRA_API_URL", "https://exa mple/?x"),
        ("JIRA_AUTH_URL", "https://[::"),
    ] {
        agent.set("JIRA_SITE", "acme").set(name, value);
        let run = agent.run(&["build", "--issue-keys=ABC-1", "--quiet"]);
        assert_usage(&run, &[name]);
        assert!(!run.stderr.contains("s3cret"));
        agent.unset(name);
    }
}
