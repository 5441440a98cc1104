//! What it is like to type: examples, suggestions, durations, colours, dry runs on one's own machine.

use jira_sandbox::Sandbox;
use serde_json::json;

use crate::support::Agent;

/// As a shell does, for what examples have: words, and words in single quotes.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            1 => vec![part],
            _ => part.split_whitespace().collect(),
        })
        .collect()
}

#[test]
fn examples_in_the_help_run_as_dry_runs() {
    let agent = Agent::of("multibranch-declarative-pull-request").with_commits(&["ABC-1 one"]);
    agent.write(
        "flags.json",
        r#"{"flags": [{"key": "a", "enabled": true, "environments": [{"name": "production"}]}]}"#,
    );
    let mut count = 0;
    for command in ["build", "deployment", "feature-flag", "delete", "keys"] {
        let help = agent.run(&[command, "--help"]).stdout.replace(" \\\n", "");
        let examples = help
            .lines()
            .filter_map(|line| line.strip_prefix("  $ jira-send "));
        for example in examples.filter(|example| !example.contains(" -- ")) {
            let mut arguments = words(example);
            if command != "keys" && !arguments.contains(&"--dry-run") {
                arguments.push("--dry-run");
            }
            let run = agent.run(&arguments);
            assert_eq!(run.code, 0, "{example}: {}", run.stderr);
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
}

/// What is typed on a machine without Jenkins, and what is a placeholder then.
#[test]
fn a_dry_run_outside_jenkins_shows_placeholders() {
    for (arguments, body, options) in [
        (
            &["build"][..],
            json!({"pipelineId": "JOB_NAME", "buildNumber": 0}),
            "--job-name, --build-number, --url",
        ),
        (
            &["build", "--job-name=shop", "--build-number=7"],
            json!({"pipelineId": "shop", "buildNumber": 7}),
            "placeholders stand for --url",
        ),
        (
            &["deployment", "--url=https://ci.example.com/1"],
            json!({"deploymentSequenceNumber": 0, "displayName": "JOB_NAME #0 to ENVIRONMENT"}),
            "--build-number, --environment-id",
        ),
    ] {
        let dry = [arguments, &["--dry-run", "--issue-keys=ABC-1"]].concat();
        let run = Agent::bare().run(&dry);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stderr.contains(options), "{options}: {}", run.stderr);
        let shown = run.shown_body();
        let shown = shown["builds"].get(0).unwrap_or(&shown["deployments"][0]);
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(&shown[name], value);
        }
    }
    // Without a dry run, and in Jenkins, what is missing is an error.
    assert_eq!(Agent::bare().run(&["build", "--issue-keys=ABC-1"]).code, 2);
    let mut agent = Agent::bare();
    agent.set("JENKINS_URL", "https://ci.example.com/");
    let run = agent.run(&["build", "--dry-run", "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
}

#[test]
fn a_site_on_this_machine_needs_no_other_address() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    agent.unset("JIRA_API_URL");
    let build = ["build", "--state=SUCCESS", "--issue-keys=ABC-1"];
    let run = agent.run(&build);
    assert_eq!(run.code, 0, "{}", run.stderr);
    agent.set("JIRA_SITE", jira.url().strip_prefix("http://").unwrap());
    let run = agent.run(&build);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn global_options_stand_before_and_behind_the_command() {
    let agent = Agent::of("freestyle-no-scm");
    let build = ["build", "--dry-run", "--issue-keys=ABC-1"];
    for before in [&["-q"][..], &["--quiet"], &["--color", "never", "-q"]] {
        let run = agent.run(&[before, &build].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{before:?}");
    }
    let run = agent.run(&[&build[..], &["-q", "-q"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn colors_are_for_terminals_and_those_who_ask() {
    let mut agent = Agent::bare();
    let red = "\u{1b}[1;31merror:\u{1b}[0m missing";
    let cases = [
        (&["build"][..], "", false),
        (&["--color=always", "build"], "", true),
        (&["build", "--color", "always"], "", true),
        (&["build"], "CLICOLOR_FORCE", true),
        (&["build", "--color=never"], "CLICOLOR_FORCE", false),
    ];
    for (arguments, variable, is_red) in cases {
        agent.unset("CLICOLOR_FORCE");
        if !variable.is_empty() {
            agent.set(variable, "1");
        }
        let run = agent.run(arguments);
        assert_eq!(
            run.stderr.starts_with(red),
            is_red,
            "{arguments:?}: {}",
            run.stderr
        );
        assert_eq!(run.stderr.contains('\u{1b}'), is_red, "{arguments:?}");
    }
    let help = agent.run(&["build", "-h", "--color=never"]).stdout;
    assert!(!help.contains('\u{1b}'));
    let help = agent.run(&["build", "-h", "--color=always"]).stdout;
    assert!(help.contains('\u{1b}'));
}

#[test]
fn misspelt_variables_are_named_once() {
    let mut agent = Agent::of("freestyle-no-scm");
    agent
        .set("JIRA_SEND_ISSUE_KEY", "ABC-1")
        .set("JIRA_USER", "somebody");
    let line = "JIRA_SEND_ISSUE_KEY is not a variable of jira-send";
    let run = agent.run(&["build", "--dry-run", "--", "true"]);
    assert_eq!(run.stderr.matches(line).count(), 1, "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("did you mean").count(),
        1,
        "{}",
        run.stderr
    );
    // In a pipeline, the check says it.
    let answer = agent.step("jiraSendCheck", &json!({"budget": 1}), &json!({}));
    assert!(answer.said().contains(line), "{}", answer.said());
    let answer = agent.step("jiraSendBuildInfo", &json!({"dryRun": true}), &json!({}));
    assert!(!answer.said().contains(line), "{}", answer.said());
}
