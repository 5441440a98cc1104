//! `--test-reports`: counts from the files of a workspace.

use std::time::{Duration, SystemTime};

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Agent, Run};

const KIND: &str = "multibranch-declarative-pull-request";

const JUNIT: &str = r#"<testsuite tests="7"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>"#;

const XUNIT: &str = r#"<assemblies><assembly><collection><test result="Pass"/><test result="Skip"/></collection></assembly></assemblies>"#;

const TRX: &str =
    r#"<TestRun xmlns="x"><Results><UnitTestResult outcome="Passed"/></Results></TestRun>"#;

fn put(agent: &Agent, name: &str, text: &str) {
    let path = agent.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn workspace() -> Agent {
    let agent = Agent::of(KIND);
    put(&agent, "target/surefire-reports/TEST-a.xml", JUNIT);
    put(&agent, "sub/target/surefire-reports/TEST-b.xml", JUNIT);
    put(&agent, "out/results.xml", XUNIT);
    put(&agent, "out/tests.trx", TRX);
    agent
}

fn dry_run(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["build", "--dry-run", "--state=SUCCESS"], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// What Jira would get.
fn info(run: &Run) -> Value {
    run.shown_body()["builds"][0]["testInfo"].clone()
}

fn numbers(total: u32, passed: u32, failed: u32, skipped: u32) -> Value {
    json!({
        "totalNumber": total,
        "numberPassed": passed,
        "numberFailed": failed,
        "numberSkipped": skipped,
    })
}

#[test]
fn the_build_carries_the_counts() {
    let jira = Sandbox::start();
    let agent = workspace().with_jira(&jira);
    let run = |options: &[&str]| {
        let all = [
            &["build", "--state=SUCCESS", crate::support::EVENT],
            options,
        ]
        .concat();
        let run = agent.run(&all);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stderr
    };
    run(&["--update-sequence-number=1"]);
    let options = [
        "--update-sequence-number=2",
        "--test-reports=**/target/surefire-reports/*.xml, out/*.xml",
        "--test-reports=out/*.trx",
    ];
    let said = run(&options);
    assert!(
        said.contains("4 test reports: 4 passed, 2 failed, 1 skipped\n"),
        "{said}"
    );
    let [mut without, with] = jira.submissions().try_into().unwrap();
    without["builds"][0]["testInfo"] = numbers(7, 4, 2, 1);
    without["builds"][0]["updateSequenceNumber"] = json!(2);
    assert_eq!(with, without);
}

#[test]
fn patterns_come_from_variables_and_steps_as_well() {
    let mut agent = workspace();
    agent.set("JIRA_SEND_TEST_REPORTS", "out/results.xml\nout/tests.trx");
    assert_eq!(info(&dry_run(&agent, &[])), numbers(3, 2, 0, 1));
    let of_step = |agent: &Agent, reports: Value| {
        let parameters = json!({"testReports": reports, "state": "SUCCESS", "dryRun": true});
        agent.step("jiraSendBuildInfo", &parameters, &json!({}))
    };
    let answer = of_step(&agent, json!(["out/*.trx", "target/**/*.xml"]));
    let info_of_step = &answer.shown_body()["builds"][0]["testInfo"];
    assert_eq!(*info_of_step, numbers(3, 2, 1, 0));
    let absolute = format!("--test-reports={}/out/*.trx", agent.path().display());
    assert_eq!(info(&dry_run(&agent, &[&absolute])), numbers(1, 1, 0, 0));
    agent.unset("JIRA_SEND_TEST_REPORTS");
    let answer = of_step(&agent, json!(""));
    assert_eq!(answer.shown_body()["builds"][0]["testInfo"], Value::Null);
    assert!(!answer.echo().contains("report"), "{}", answer.echo());
    let run = dry_run(&agent, &["--test-reports= , "]);
    assert_eq!(
        (info(&run), run.stderr.contains("report")),
        (Value::Null, false)
    );
}

#[test]
fn numbers_that_are_given_win() {
    let agent = workspace();
    let run = dry_run(&agent, &["--tests-total=5", "--test-reports=**/*.xml"]);
    assert_eq!(info(&run), numbers(5, 5, 0, 0));
    assert!(!run.stderr.contains("test report"), "{}", run.stderr);
    let wrong = agent.run(&[
        "build",
        "--dry-run",
        "--tests-failed=5",
        "--test-reports=**/*.xml",
    ]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn what_cannot_be_counted_is_named_and_the_rest_counts() {
    let agent = workspace();
    put(&agent, "out/html.xml", "<!DOCTYPE html><html></html>");
    put(&agent, "out/cut.xml", "<testsuite><testcase/>");
    put(&agent, "out/empty.xml", "");
    put(&agent, "out/\u{1b}[31m\nerror: x.xml", "{}");
    std::fs::create_dir(agent.path().join("out/folder.xml")).unwrap();
    let run = dry_run(&agent, &["--test-reports=out/*.xml"]);
    assert_eq!(info(&run), numbers(2, 1, 0, 1));
    let expected = [
        "warning: out/\\u{1b}[31m\\nerror: x.xml is not counted: it is not XML",
        "warning: out/cut.xml is not counted: it ends in the middle, after 22 bytes: its writer was stopped, or is still writing",
        "warning: out/empty.xml is not counted: it is empty",
        "warning: out/html.xml is not counted: it is not a JUnit, xUnit.net, NUnit or TRX report: it begins with <html>",
        "1 test report: 1 passed, 0 failed, 1 skipped",
    ];
    let said: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("xml") || line.contains("report"))
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn nothing_that_matches_is_a_warning_with_what_to_check() {
    let agent = workspace();
    let run = dry_run(
        &agent,
        &["--test-reports=build/test-results/**/*.xml,*.trx"],
    );
    assert_eq!(info(&run), Value::Null);
    assert!(
        run.stderr.contains("warning: no test report matches build/test-results/**/*.xml, *.trx\nhint: patterns start in the current folder, /"),
        "{}",
        run.stderr
    );
    let folder = dry_run(&agent, &["--test-reports=target/surefire-reports"]);
    assert_eq!(info(&folder), Value::Null);
    assert!(
        folder.stderr.contains(
            "warning: target/surefire-reports is not counted: it is a folder; target/surefire-reports/**/*.xml names the files in it\n"
        ),
        "{}",
        folder.stderr
    );
    let wrong = agent.run(&["build", "--dry-run", "--test-reports=*/../*.xml"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("'..' cannot follow * or ?"),
        "{}",
        wrong.stderr
    );
}

/// A pipe would never end, a device might do anything.
#[cfg(unix)]
#[test]
fn only_files_are_read() {
    let agent = workspace();
    let pipe = agent.path().join("out/pipe.xml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for (device, name) in [
        ("/dev/zero", "zero.xml"),
        ("/proc/kmsg", "log.xml"),
        ("/dev/tty", "tty.xml"),
    ] {
        std::os::unix::fs::symlink(device, agent.path().join("out").join(name)).unwrap();
    }
    let begun = std::time::Instant::now();
    let run = dry_run(&agent, &["--test-reports=out/*.xml,out/pipe.xml,/dev/zero"]);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(info(&run), numbers(2, 1, 0, 1));
    for name in ["out/pipe.xml", "out/zero.xml"] {
        let line = format!("warning: {name} is not counted: it is not a regular file\n");
        assert!(run.stderr.contains(&line), "{}", run.stderr);
    }
}

/// What was there before the command belongs to another run.
#[test]
fn a_commands_own_reports_are_counted_at_its_end() {
    let jira = Sandbox::start();
    let agent = workspace().with_jira(&jira);
    let old = agent.path().join("out/results.xml");
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_mins(1))
        .unwrap();
    let wrapped = |script: &str| {
        let run = agent.run(&["build", "--test-reports=out/*.*", "--", "sh", "-c", script]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let infos: Vec<Value> = jira
            .submissions()
            .iter()
            .rev()
            .take(2)
            .map(|body| body["builds"][0]["testInfo"].clone())
            .collect();
        (infos, run.stderr)
    };
    let (infos, said) = wrapped(&format!(
        "printf '%s' '{JUNIT}' > out/new.xml; touch out/tests.trx"
    ));
    assert_eq!(infos, [numbers(3, 2, 1, 0), Value::Null]);
    let line =
        "2 test reports: 2 passed, 1 failed, 0 skipped; 1 from before the command not counted\n";
    assert!(said.contains(line), "{said}");

    let (infos, said) = wrapped("rm out/new.xml out/tests.trx");
    assert_eq!(infos, [Value::Null, Value::Null]);
    let line = "warning: the one test report that matches is older than the command: the counts are left out\nhint: does the command run the tests";
    assert!(said.contains(line), "{said}");
    assert!(!said.contains("no test report matches"), "{said}");
}
