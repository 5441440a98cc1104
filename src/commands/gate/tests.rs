use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use clap::Parser as _;

use super::{Context, Report, run};
use crate::cli::{Cli, Command};
use crate::commands::{OpenedSites, Phase};
use crate::error::Failure;
use crate::jira::http::{Answer, Request, Transport, TransportError};
use crate::output::Output;
use crate::report::Outcome;
use crate::system::fake::FakeMachine;
use crate::variables::Variables;

/// Answers each question about the gate in turn, the last answer again and again; the token always.
struct Gates {
    answers: Mutex<VecDeque<&'static str>>,
    asked: Mutex<Vec<String>>,
    /// The longest time that a question was given.
    longest: Mutex<Duration>,
}

impl Transport for Gates {
    fn send(&self, request: Request<'_>, time: Duration) -> Result<Answer, TransportError> {
        let mut longest = self.longest.lock().unwrap();
        *longest = time.max(*longest);
        let answer = |status, body: String| {
            Ok(Answer {
                status,
                body,
                ..Answer::default()
            })
        };
        if request.url.ends_with("/oauth/token") {
            return answer(200, r#"{"access_token": "t"}"#.to_owned());
        }
        self.asked.lock().unwrap().push(request.url.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let word = *answers.front().expect("an answer");
        if answers.len() > 1 {
            answers.pop_front();
        }
        match word {
            "lost" => Err(TransportError::Timeout),
            "html" => answer(200, "<html>".to_owned()),
            "404" | "403" | "503" => answer(word.parse().unwrap(), String::new()),
            word => answer(
                200,
                serde_json::json!({
                    "gatingStatus": word,
                    "details": [{"type": "issue", "issueKey": "CHG-1", "issueLink": "https://acme/CHG-1"}],
                })
                .to_string(),
            ),
        }
    }
}

struct Run {
    result: Result<Report, Failure>,
    asked: Vec<String>,
    seconds: u64,
    longest: Duration,
    said: Vec<String>,
}

fn gate(options: &[&str], answers: &[&'static str]) -> Run {
    let arguments = ["jira-send", "gate", "--environment-id=eu/prod"];
    let cli = Cli::try_parse_from(arguments.iter().chain(options)).unwrap();
    let Command::Gate(options) = cli.command else {
        panic!("no gate");
    };
    let variables = Variables::from([
        ("JOB_NAME", "shop/main"),
        ("BUILD_NUMBER", "42"),
        ("JIRA_SITE", "acme"),
        ("JIRA_CLOUD_ID", "c-1"),
        ("JIRA_CLIENT_ID", "id"),
        ("JIRA_CLIENT_SECRET", "secret"),
    ]);
    let system = FakeMachine::default();
    let output = Output::new(std::io::sink(), std::io::sink());
    let (output, lines) = output.kept();
    let transport = Gates {
        answers: Mutex::new(answers.iter().copied().collect()),
        asked: Mutex::default(),
        longest: Mutex::default(),
    };
    let context = Context {
        variables: &variables,
        system: &system,
        transport: &transport,
        output: &output,
        network_failure: None,
        phase: &Phase::default(),
        opened: &OpenedSites::default(),
    };
    let result = run(&options, &context);
    let naps = system.naps.into_inner().unwrap();
    Run {
        result,
        asked: transport.asked.into_inner().unwrap(),
        longest: transport.longest.into_inner().unwrap(),
        seconds: naps.iter().sum::<Duration>().as_secs(),
        said: lines.take(),
    }
}

/// Whether it waits, the answers; the outcome and how often it asks.
#[test]
fn every_decision_has_its_outcome() {
    use Outcome::{Allowed, Awaiting, InvalidGate, Prevented};
    let cases: &[(bool, &[&'static str], Outcome, u8, usize)] = &[
        (false, &["allowed"], Allowed, 0, 1),
        (false, &["awaiting", "allowed"], Awaiting, 7, 1),
        (false, &["prevented"], Prevented, 6, 1),
        (false, &["expired"], Prevented, 6, 1),
        (false, &["invalid"], InvalidGate, 8, 1),
        (false, &["paused"], Awaiting, 7, 1),
        (false, &["404", "404", "allowed"], Allowed, 0, 3),
        (
            true,
            &["404", "awaiting", "awaiting", "allowed"],
            Allowed,
            0,
            4,
        ),
        (true, &["awaiting", "404", "prevented"], Prevented, 6, 3),
        (true, &["awaiting", "paused", "expired"], Prevented, 6, 3),
        (true, &["awaiting", "html", "invalid"], InvalidGate, 8, 3),
    ];
    for (waits, answers, outcome, code, asked) in cases {
        let options: &[&str] = if *waits { &["--wait"] } else { &[] };
        let run = gate(options, answers);
        let report = run.result.unwrap();
        assert_eq!(
            (report.outcome, report.exit_code),
            (*outcome, *code),
            "{answers:?}"
        );
        assert_eq!(run.asked.len(), *asked, "{answers:?}");
        let gate = report.gate.unwrap();
        assert_eq!(
            gate.status,
            *answers
                .iter()
                .rev()
                .find(|word| **word == gate.status)
                .unwrap()
        );
        assert_eq!(gate.change_requests[0].issue_key, "CHG-1");
    }
}

#[test]
fn the_deployment_is_that_of_this_run() {
    let run = gate(&[], &["allowed"]);
    let path = "/pipelines/shop~2Fmain/environments/eu~2Fprod/deployments/42/gating-status";
    assert!(run.asked[0].ends_with(path), "{:?}", run.asked);
    let run = gate(
        &["--pipeline-id-style=name", "--deployment-sequence-number=7"],
        &["allowed"],
    );
    let path = "/pipelines/shop%2Fmain/environments/eu%2Fprod/deployments/7/gating-status";
    assert!(run.asked[0].ends_with(path), "{:?}", run.asked);
}

#[test]
fn waiting_ends_with_the_time() {
    // A gate that was there once may come back.
    for answers in [&["awaiting"][..], &["awaiting", "404"]] {
        let run = gate(&["--wait", "--timeout=600"], answers);
        assert_eq!(run.result.unwrap().exit_code, 7);
        assert_eq!(run.seconds, 600);
        // Five seconds and then longer and longer: not a question every few seconds.
        assert!((10..=20).contains(&run.asked.len()), "{}", run.asked.len());
        let hint = "nobody has decided within --timeout";
        assert!(run.said.iter().any(|line| line.contains(hint)));
    }
}

#[test]
fn only_news_are_said() {
    let answers = [
        "404", "404", "awaiting", "awaiting", "html", "html", "awaiting", "html", "paused",
        "allowed",
    ];
    let run = gate(&["--wait"], &answers);
    assert_eq!(run.result.unwrap().outcome, Outcome::Allowed);
    let words = run.said.iter().map(|line| {
        let words = ["asking again", "awaiting", "warning", "paused", "allowed"];
        let word = words.into_iter().find(|word| line.contains(word));
        word.unwrap_or_default()
    });
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let expected = [
        "asking again",
        "awaiting",
        "warning",
        "asking again",
        // The same warning is not said twice.
        "asking again",
        "paused",
        "allowed",
    ];
    assert_eq!(words, expected, "{:?}", run.said);
    let requests = "allowed (CHG-1 https://acme/CHG-1)";
    assert!(run.said.iter().any(|line| line.ends_with(requests)));
}

#[test]
fn trouble_is_waited_out_but_not_for_ever() {
    let run = gate(
        &["--wait"],
        &["lost", "503", "lost", "awaiting", "503", "allowed"],
    );
    assert_eq!(run.result.unwrap().outcome, Outcome::Allowed);
    let cases: &[(&[&str], &[&'static str], u8, u64)] = &[
        // A gate that nobody asked for is not waited for an hour.
        (&["--wait"], &["404"], 1, 200),
        (&[], &["404"], 1, 20),
        // That Jira knows no gate is the better news, whatever comes of the last question.
        (&[], &["404", "lost"], 1, 20),
        (&[], &["404", "503"], 1, 20),
        (&[], &["404", "403"], 3, 20),
        (&[], &["503"], 4, 20),
        (&["--wait"], &["403"], 3, 0),
        (&["--wait"], &["awaiting", "403"], 3, 10),
        (&["--wait", "--timeout=60"], &["lost"], 4, 80),
    ];
    for (options, answers, code, seconds) in cases {
        let run = gate(options, answers);
        let failure = run.result.unwrap_err();
        assert_eq!(failure.kind.exit_code(), *code, "{options:?} {answers:?}");
        assert!(
            run.seconds <= *seconds,
            "{options:?} {answers:?}: {}",
            run.seconds
        );
    }
}

/// The options, and so many seconds a question may take at most.
#[test]
fn no_question_takes_longer_than_the_whole() {
    for (options, seconds) in [
        (&["--wait", "--timeout=3"][..], 3),
        (&["--wait", "--timeout=1"], 2),
        (&["--wait"], 14),
        (&["--wait", "--timeout=60", "--budget=5"], 5),
        (&[], 14),
    ] {
        let longest = gate(options, &["lost"]).longest;
        assert_eq!(longest, Duration::from_secs(seconds), "{options:?}");
    }
}

#[test]
fn one_site_decides() {
    let failure = gate(&["--site=acme,beta"], &["allowed"])
        .result
        .unwrap_err();
    assert_eq!(failure.kind.exit_code(), 2);
}
