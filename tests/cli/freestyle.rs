//! The page on freestyle and matrix jobs keeps its word: its commands run, its cells have the ids that it names.

use std::path::Path;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::docs::{blocks, project};
use crate::support::{Agent, Run};

const PAGE: &str = "docs/freestyle.md";

/// The agent of a freestyle job whose credential is bound, with what its repository has.
fn agent(jira: &Sandbox) -> Agent {
    let mut agent = Agent::of("freestyle-credentials-binding")
        .with_jira(jira)
        .with_commits(&["first", "ABC-1 second"]);
    let program = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    agent.set("PATH", &path);
    let report = "<testsuite><testcase/></testsuite>";
    let reports = agent.path().join("target/surefire-reports");
    std::fs::create_dir_all(&reports).unwrap();
    std::fs::write(reports.join("TEST-old.xml"), report).unwrap();
    let rules = format!(
        "clean:\n\trm -f target/surefire-reports/*\ntest:\n\techo '{report}' >target/surefire-reports/TEST-a.xml\n"
    );
    agent.write("Makefile", &rules);
    agent.write_script("deploy.sh", "#!/bin/sh\n");
    agent
}

/// As Jenkins runs a shell step.
fn shell(agent: &Agent, script: &str) -> Run {
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-xec", script])
        .current_dir(agent.path())
        .env_clear()
        .env("HOME", agent.path())
        .envs(agent.variables());
    Run::of(&shell.output().unwrap())
}

/// The states and test counts that Jira got, in order.
fn sent(jira: &Sandbox) -> Vec<(Value, Value)> {
    let entities = jira.submissions().into_iter().map(|body| {
        let build = &body["builds"][0];
        let entity = if build.is_null() {
            &body["deployments"][0]
        } else {
            build
        };
        (
            entity["state"].clone(),
            entity["testInfo"]["totalNumber"].clone(),
        )
    });
    entities.collect()
}

#[test]
fn every_command_runs() {
    let wrapped = |tests: Value| {
        vec![
            (json!("in_progress"), Value::Null),
            (json!("successful"), tests),
        ]
    };
    let deployment = || wrapped(Value::Null);
    // In the order of the page: what Jira gets of each command.
    let expected = [
        wrapped(Value::Null),
        wrapped(json!(2)),
        wrapped(Value::Null),
        deployment(),
        deployment(),
        vec![(json!("failed"), json!(2))],
        vec![(json!("in_progress"), Value::Null)],
        wrapped(Value::Null),
        deployment(),
    ];
    let commands = blocks(PAGE, "sh");
    assert_eq!(commands.len(), expected.len());
    for (command, expected) in commands.iter().zip(expected) {
        let jira = Sandbox::start();
        let mut agent = agent(&jira);
        for (name, value) in [
            ("BUILD_RESULT", "FAILURE"),
            ("ISSUE_KEYS", "ABC-1, ABC-2"),
            ("OS", "linux"),
            ("JDK", "21"),
        ] {
            agent.set(name, value);
        }
        if command.contains("BUILD_RESULT") {
            assert_eq!(shell(&agent, "make test").code, 0);
        }
        let run = shell(&agent, command);
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
        assert!(!run.stderr.contains("sandbox-secret"), "{}", run.stderr);
        assert_eq!(sent(&jira), expected, "{command}: {}", run.stderr);
    }
}

/// What is quoted as the text of a shell step.
fn shell_steps(script: &str) -> Vec<String> {
    let steps = script.lines().filter_map(|line| {
        let text = line.trim().strip_prefix("shell(")?.strip_suffix(')')?;
        Some(text[1..text.len() - 1].to_owned())
    });
    steps.collect()
}

#[test]
fn the_shell_steps_of_the_job_dsl_run() {
    let mut scripts = blocks(PAGE, "groovy");
    scripts.push(project("examples/freestyle.groovy"));
    let steps: Vec<String> = scripts
        .iter()
        .flat_map(|script| shell_steps(script))
        .collect();
    assert_eq!(steps.len(), 5);
    for step in steps {
        let jira = Sandbox::start();
        let run = shell(&agent(&jira), &step);
        assert_eq!(run.code, 0, "{step}: {}", run.stderr);
        let states: Vec<Value> = sent(&jira).into_iter().map(|(state, _)| state).collect();
        assert_eq!(states, ["in_progress", "successful"], "{step}");
    }
    for script in scripts {
        for variable in ["JIRA_CLIENT_ID", "JIRA_CLIENT_SECRET", "jira-oauth"] {
            assert!(script.contains(&format!("'{variable}'")), "{script}");
        }
    }
}

#[test]
fn the_cells_of_a_matrix_have_the_ids_that_are_named() {
    let page = project(PAGE);
    let (_, table) = page
        .split_once("| cell | `JOB_NAME` | id in Jira |")
        .unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    let mut ids = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [name, id] = [cells[1], cells[2]].map(|cell| cell.trim().trim_matches('`'));
        agent.set("JOB_NAME", name);
        let run = shell(&agent, "jira-send build --state SUCCESS --quiet");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let stored = jira.build(id, 1).expect(id);
        assert_eq!(
            stored["displayName"],
            format!("{} #1", name.replace('/', " » "))
        );
        ids.push(id.to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
