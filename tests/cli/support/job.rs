//! The runs of a job with what each remembers, as the library sees them from a step.

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{Agent, Answer, EVENT_MILLISECONDS, request};

/// The job of these runs.
pub(crate) const JOB: &str = "shop-freestyle-noscm";

/// How many runs with a memory a step looks at behind its own.
const MOST_EARLIER: usize = 3;

/// A job, the oldest run first.
#[derive(Default)]
pub(crate) struct Job {
    runs: Vec<JobRun>,
    /// Calls so far; each comes a minute after the one before.
    calls: i64,
}

struct JobRun {
    number: i64,
    result: Option<String>,
    ended: Option<i64>,
    memory: String,
}

impl Job {
    /// Milliseconds since 1970 by the controller's clock.
    pub(crate) fn now(&self) -> i64 {
        EVENT_MILLISECONDS + self.calls * 60_000
    }

    /// Calls a step outside a body in the run of this number.
    pub(crate) fn step(
        &mut self,
        agent: &Agent,
        number: i64,
        step: &str,
        parameters: &Value,
    ) -> Answer {
        self.ask(agent, number, request(step, parameters, &json!({})))
    }

    /// Hands over a request, with what the library says of the run, and does with the memory what the answer says.
    pub(crate) fn ask(&mut self, agent: &Agent, number: i64, mut request: Value) -> Answer {
        self.start(number);
        let seen = self.seen_from(number);
        for (name, value) in seen.as_object().unwrap() {
            request["run"][name] = value.clone();
        }
        let answer = agent.ask(&request);
        let run = self.run(number);
        run.memory = answer.apply(&run.memory);
        self.calls += 1;
        answer
    }

    pub(crate) fn start(&mut self, number: i64) {
        if !self.runs.iter().any(|run| run.number == number) {
            self.runs.push(JobRun {
                number,
                result: None,
                ended: None,
                memory: String::new(),
            });
            self.runs.sort_by_key(|run| run.number);
        }
    }

    /// The run has this result so far, or for good.
    pub(crate) fn set_result(&mut self, number: i64, result: &str) {
        self.run(number).result = Some(result.to_owned());
    }

    pub(crate) fn end(&mut self, number: i64, result: &str) {
        let now = self.now();
        self.start(number);
        self.set_result(number, result);
        self.run(number).ended = Some(now);
        self.calls += 1;
    }

    /// Jenkins throws its record away.
    pub(crate) fn discard(&mut self, number: i64) {
        self.runs.retain(|run| run.number != number);
    }

    pub(crate) fn memory(&self, number: i64) -> &str {
        let run = self.runs.iter().find(|run| run.number == number);
        run.map_or("", |run| &run.memory)
    }

    /// What somebody else writes into the variable, such as the library when there is no program to call.
    pub(crate) fn add_line(&mut self, number: i64, line: &str) {
        self.start(number);
        let run = self.run(number);
        let lines = [run.memory.as_str(), line];
        let lines = lines.into_iter().filter(|text| !text.is_empty());
        run.memory = lines.collect::<Vec<_>>().join("\n");
    }

    fn run(&mut self, number: i64) -> &mut JobRun {
        let run = self.runs.iter_mut().find(|run| run.number == number);
        run.unwrap()
    }

    /// What the library says of the run.
    fn seen_from(&self, number: i64) -> Value {
        let as_seen = |run: &JobRun| {
            json!({
                "number": run.number, "result": run.result, "isCompleted": run.ended.is_some(),
                "ended": run.ended, "memory": run.memory,
            })
        };
        let with_memory = self.runs.iter().filter(|run| !run.memory.is_empty());
        let earlier = with_memory.clone().rev().filter(|run| run.number < number);
        let later = with_memory.filter(|run| run.number > number);
        let others = earlier.take(MOST_EARLIER).chain(later.take(5)).map(as_seen);
        let own = self.runs.iter().find(|run| run.number == number).unwrap();
        json!({
            "number": number, "result": own.result, "now": self.now(), "memory": own.memory,
            "others": others.collect::<Vec<_>>(),
        })
    }
}

impl Agent {
    /// The run of this number, on an agent of its own: another folder, another outbox.
    pub(crate) fn of_run(jira: &Sandbox, number: i64) -> Self {
        let mut agent = Self::of("freestyle-no-scm").with_jira(jira);
        let url = format!("https://ci.example.com/job/{JOB}/{number}/");
        agent
            .set("BUILD_NUMBER", &number.to_string())
            .set("BUILD_DISPLAY_NAME", &format!("#{number}"))
            .set("BUILD_URL", &url)
            .unset("WORKSPACE");
        agent
    }
}
