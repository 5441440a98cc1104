//! What users say about keys: they are taken at their word, or told why not.

use serde_json::json;

use crate::support::{Agent, Run};

fn keys(options: &[&str]) -> Run {
    Agent::bare().run(&[&["keys", "--format=json"], options].concat())
}

#[test]
fn keys_are_taken_as_named() {
    let cases = [
        ("BIZ_PROJ2-2342", json!(["BIZ_PROJ2-2342"])),
        ("abc-1; A-2,ABC-1", json!(["ABC-1", "A-2"])),
        ("utf-8 pr-7 fix-3", json!(["UTF-8", "PR-7", "FIX-3"])),
    ];
    for (given, expected) in cases {
        let run = keys(&["--issue-keys", given]);
        assert_eq!(
            (run.code, &run.json()["issue_keys"]),
            (0, &expected),
            "{given}"
        );
        let arguments = ["build", "--dry-run", "--format=json", "--only-issue-keys"];
        let agent = Agent::of("pipeline-scm-declarative-second");
        let run = agent.run(&[&arguments[..], &["--issue-keys", given]].concat());
        assert_eq!(
            run.json()["issue_keys"],
            expected,
            "{given}: {}",
            run.stderr
        );
    }
}

#[test]
fn words_that_are_not_keys_are_refused_before_anything_is_done() {
    for word in [
        "feature/ABC-1",
        "ABC-1x",
        "ABC-1.2",
        "ABC1",
        "12345",
        "ABC–1",
        "ABC-DEF-3",
    ] {
        for command in ["keys", "build", "deployment", "dev-info"] {
            let run = Agent::bare().run(&[command, "--issue-keys", &format!("ABC-7 {word}")]);
            assert_eq!(run.code, 2, "{command} {word}");
            let line = format!("error: --issue-keys: {word:?} is not an issue key");
            assert!(run.stderr.starts_with(&line), "{}", run.stderr);
            assert!(run.stderr.contains("hint: "), "{}", run.stderr);
            assert_eq!(run.stdout, "");
        }
    }
}

/// The rest of a step's update is right.
#[test]
fn a_step_warns_of_words_that_are_not_keys() {
    let agent = Agent::of("pipeline-scm-declarative-second");
    let parameters = json!({"issueKeys": ["ABC-1x", "ABC-2"], "dryRun": true});
    let answer = agent.step("jiraSendBuildInfo", &parameters, &json!({}));
    assert_eq!(*answer.issue_keys(), json!(["ABC-2"]));
    let line = "warning: issueKeys: \"ABC-1x\" is not an issue key";
    assert!(answer.echo().contains(line), "{}", answer.echo());
}

#[test]
fn projects_are_taken_as_named() {
    let cases = [
        (
            vec!["--branch=fix/sdr_6-12", "--projects=SDR_6"],
            json!(["SDR_6-12"]),
        ),
        (vec!["--message=BIZ_PROJ2-7", "--deny=BIZ_PROJ2"], json!([])),
        (
            vec!["--branch=patch-7", "--projects=patch"],
            json!(["PATCH-7"]),
        ),
        (
            vec!["--branch=dependabot/fix-7", "--projects=fix"],
            json!(["FIX-7"]),
        ),
    ];
    for (options, expected) in cases {
        let run = keys(&options);
        assert_eq!(run.json()["issue_keys"], expected, "{options:?}");
    }
    for option in ["--projects=AB-C", "--deny=ABC,x/y"] {
        let run = keys(&[option]);
        assert_eq!(run.code, 2, "{option}");
        assert!(
            run.stderr.contains("is not the key of a project"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_pattern_and_a_template_make_keys() {
    let pattern = r"--key-pattern=^(\d+)-";
    let cases = [
        (
            vec![pattern, "--key-template=PRJ-$1", "--branch=5539-feature"],
            json!(["PRJ-5539"]),
        ),
        (
            vec![
                pattern,
                "--key-template=prj_2-$1",
                "--message=Merge branch '7-x' into main",
            ],
            json!(["PRJ_2-7"]),
        ),
        (
            vec![r"--key-pattern=BIZ_\w+-\d+", "--message=(BIZ_PROJ2-7)"],
            json!(["BIZ_PROJ2-7"]),
        ),
        (vec![r"--key-pattern=\w+/\d+", "--message=ABC/7"], json!([])),
        (
            vec![r"--key-pattern=\w+-\d{2}", "--message=ABC-123 ABC-45"],
            json!(["ABC-45"]),
        ),
    ];
    for (options, expected) in cases {
        let run = keys(&options);
        assert_eq!(
            (run.code, &run.json()["issue_keys"]),
            (0, &expected),
            "{options:?}"
        );
    }
    let dropped = keys(&[r"--key-pattern=\w+/\d+", "--message=ABC/7"]).json();
    assert_eq!(dropped["dropped"][0]["reason"], "not an issue key");
    let wrong = [
        (vec!["--key-template=PRJ-$1"], "--key-pattern"),
        (
            vec![pattern, "--key-template=PRJ-1"],
            "expected a group of the pattern",
        ),
        (
            vec![pattern, "--key-template=PRJ-$2"],
            "names the group \"2\"",
        ),
    ];
    for (options, words) in wrong {
        let run = keys(&options);
        assert_eq!(run.code, 2, "{options:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}
