//! Requests of the pipeline library, and what runs remember. See [`crate::fuzz_entries`].

use super::answer::Answer;
use super::kept::Kept;
use super::memory::{Memory, Topic};
use super::options;
use super::parameters::Parameters;
use super::past::Remembered;
use super::request::{OtherRun, Request, ThisRun};
use super::steps::Step;
use crate::commands::StepPhase;
use crate::error::Failure;
use crate::invocation;
use crate::variables::Variables;

/// A request as the file that the library writes, up to the options of the command.
pub(crate) fn step_request(bytes: &[u8]) {
    let request = match Request::parse(&String::from_utf8_lossy(bytes)) {
        Ok(request) => request,
        Err(problem) => {
            let answer = Answer::of_failure("step", &Failure::usage(problem));
            return check(&answer);
        }
    };
    let memory = Memory::new(&request.run);
    parse(&request, &memory);
    finish(memory);
}

/// The options of the command that the call runs.
fn parse(request: &Request, memory: &Memory) {
    let Some(step) = Step::find(&request.step) else {
        return;
    };
    let misused = request.misused.as_deref();
    let parameters = Parameters::read(step, &request.parameters, misused);
    let phase = StepPhase {
        pipeline: options::pipeline(request, &parameters),
        deployed: memory.deployed(i64::MAX),
        flags: parameters.flags.as_ref().map(ToString::to_string),
        no_credential: options::no_credential(&request.credential, &request.parameters),
        ..StepPhase::default()
    };
    let variables = Variables::default();
    let settled = options::settle(step, request, &parameters, &variables, phase);
    let typed = ["jira-send".into(), settled.command.into()];
    let parsed = invocation::parse(&typed, &settled.variables, Some(&settled.options));
    drop(parsed);
}

/// The memory of a run, and behind each empty line that of another one.
pub(crate) fn step_memory(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    drop(Remembered::of(&text, "FAILURE", &(0..=i64::MAX)));
    let mut runs = text.split("\n\n").map(ToOwned::to_owned);
    let own = runs.next().unwrap_or_default();
    let others = runs.enumerate().map(|(index, memory)| OtherRun {
        result: Some("FAILURE".to_owned()),
        is_completed: index % 2 == 0,
        ended: Some(1_767_225_600_000),
        memory,
    });
    let memory = Memory::new(&ThisRun {
        now: 1_767_225_700_000,
        memory: own,
        others: others.collect(),
        ..ThisRun::default()
    });
    drop((memory.waiting(), memory.deployed(i64::MAX)));
    let kept = memory.about(Topic::Request);
    let kept: Vec<Kept> = kept.filter_map(|(_, line)| Kept::read(line).ok()).collect();
    for call in kept {
        parse(&call.request, &memory);
    }
    finish(memory);
}

fn finish(memory: Memory) {
    let (change, _) = memory.finish();
    let length: usize = change.keep.iter().map(|line| line.len() + 1).sum();
    assert!(length <= 30_000);
    for line in &change.keep {
        assert!(line.is_ascii() && !line.contains(char::is_control));
        let json = line.split_once(' ').map(|(_, json)| json);
        let json = json.and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok());
        assert!(json.is_some_and(|json| json["at"].is_i64()));
    }
    check(&Answer {
        memory: change,
        ..Answer::default()
    });
}

/// Every answer is one line.
fn check(answer: &Answer) {
    assert!(!answer.to_json().contains(['\n', '\r']));
}
