//! What earlier steps and runs left to be sent: it goes inside the same call and the same time as the step's own update.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::call::{Call, Done};
use super::kept::Kept;
use super::memory::Topic;
use super::options::{self, Settled};
use super::parameters::Parameters;
use crate::commands::{EventTime, Phase, store};
use crate::ordered::ordered;
use crate::outbox::{Entry, Outbox};
use crate::report::{Outcome, Report};
use crate::system::Deadline;
use crate::variables::{self, Variables};

/// Most calls of steps that are made up for in one call.
const MAX_CALLS: usize = 3;

/// Longest time for what was left, and for one call of it.
const MAX_TIME: Duration = Duration::from_secs(5);

/// With less time than this nothing is begun.
const MIN_TIME: Duration = Duration::from_secs(1);

/// Options that `flush` shares with every command that sends.
const OF_THE_OUTBOX: [&str; 6] = [
    "site",
    "caFile",
    "outbox",
    "outboxMaxAgeDays",
    "outboxMaxEntries",
    "outboxMaxSize",
];

#[derive(Default)]
pub(super) struct Late {
    /// Updates that were put into the outbox of this agent, by the names of their lines.
    waiting: Vec<(String, Entry)>,
    has_outbox: bool,
    pub(super) delivered: Vec<String>,
    pub(super) said: Vec<String>,
}

impl Late {
    /// Puts what waits into the outbox, so that the step's own send delivers it.
    pub(super) fn before(call: &mut Call<'_>, settled: &Settled) -> Self {
        let mut late = Self::default();
        late.waiting = late.readable(call.memory.waiting(), call);
        if late.waiting.is_empty() {
            return late;
        }
        let entries = late.waiting.iter().map(|(_, entry)| entry);
        let problems = call.with_outbox(settled, |outbox| outbox.take_over(entries));
        late.has_outbox = problems.is_some();
        for problem in problems.unwrap_or_default() {
            late.said.push(format!(
                "  warning: could not queue what an earlier step left: {problem}"
            ));
        }
        late
    }

    /// What can be read of it. The rest cannot be sent: it is settled, and said.
    fn readable<T>(
        &mut self,
        all: Vec<(String, Result<T, String>)>,
        call: &mut Call<'_>,
    ) -> Vec<(String, T)> {
        let (mut readable, mut reasons) = (Vec::new(), Vec::new());
        for (name, read) in all {
            match read {
                Ok(read) => readable.push((name, read)),
                Err(why) => {
                    call.memory.settle(&name);
                    reasons.push(why);
                }
            }
        }
        if let Some(why) = reasons.first() {
            let count = reasons.len();
            self.said.push(format!(
                "  warning: {count} left by earlier steps cannot be sent: {why}"
            ));
        }
        readable
    }

    /// Sends the rest, and settles what is done.
    pub(super) fn after(
        &mut self,
        call: &mut Call<'_>,
        settled: &Settled,
        done: &Done<Report>,
        deadline: Deadline,
    ) {
        use Outcome::{Invalid, NothingToSend, Unauthorized, Unreachable};
        let outcome = done.result.outcome;
        self.note_delivered(&done.result);
        if matches!(outcome, NothingToSend | Invalid) && self.has_outbox {
            self.flush(call, settled, deadline);
        }
        self.settle(call, settled, done);
        if !matches!(outcome, Unreachable | Unauthorized) {
            self.make_up(call, deadline);
        }
    }

    /// Where the step's own update was not sent, nothing has taken along what waits.
    fn flush(&mut self, call: &mut Call<'_>, settled: &Settled, deadline: Deadline) {
        let time = deadline.remaining(call.system).min(MAX_TIME);
        if time < MIN_TIME {
            return;
        }
        let given = OF_THE_OUTBOX.iter().filter_map(|name| {
            let value = settled.options.get(*name)?;
            Some(((*name).to_owned(), value.clone()))
        });
        let mut options: Map<String, Value> = ordered(given);
        options.insert("budget".to_owned(), json!(time.as_secs().max(1)));
        let flush = Settled {
            command: "flush",
            options,
            variables: settled.variables.with([("JIRA_SEND_BUDGET", None)]),
            phase: Phase {
                step: Some(call.phase(call.request, &call.parameters)),
                ..Phase::default()
            },
            complaint: None,
        };
        let flushed = call.report(&flush);
        self.note_delivered(&flushed.result);
        call.remember_outages(&flushed.result.sites);
        if matches!(
            flushed.result.outcome,
            Outcome::Unreachable | Outcome::Queued
        ) {
            self.said
                .push(format!("  warning: {}", flushed.result.message));
        }
    }

    fn note_delivered(&mut self, report: &Report) {
        let names = report
            .outbox
            .iter()
            .flat_map(|outbox| &outbox.delivered_names);
        self.delivered.extend(names.cloned());
    }

    /// What waits no more is needed no more.
    fn settle(&mut self, call: &mut Call<'_>, settled: &Settled, done: &Done<Report>) {
        if self.waiting.is_empty() || !self.has_outbox {
            return;
        }
        let entries = self.waiting.iter().map(|(_, entry)| entry);
        let Some(here) = call.with_outbox(settled, |outbox| outbox.waits(entries)) else {
            return;
        };
        let own: Vec<_> = done
            .result
            .sent
            .iter()
            .map(|sent| sent.entry.item())
            .collect();
        for ((name, entry), waits) in self.waiting.drain(..).zip(here) {
            if waits || own.contains(&entry.item()) {
                continue;
            }
            call.memory.settle(&name);
        }
    }

    /// Sends calls that never reached the program.
    fn make_up(&mut self, call: &mut Call<'_>, deadline: Deadline) {
        let own = Topic::Request.name(&call.request.id);
        let lines = call.memory.about(Topic::Request);
        let lines = lines.filter(|(name, _)| *name != own);
        let kept = lines.map(|(name, line)| (name.to_owned(), Kept::read(line)));
        let kept = kept.collect();
        let left = self.readable(kept, call);
        for (name, kept) in left.into_iter().take(MAX_CALLS) {
            let time = deadline.remaining(call.system).min(MAX_TIME);
            if time < MIN_TIME {
                return;
            }
            let done = call.make_up(&kept, time);
            call.remember(kept.step, &kept.request, &done, Some(kept.request.run.now));
            if kept.is_of_run(call.variables) {
                call.remember_keys(&done.result);
            }
            call.memory.settle(&name);
            let report = done.result;
            match report.outcome {
                Outcome::Accepted | Outcome::PartlyAccepted => self.delivered.push(report.message),
                Outcome::NothingToSend => {}
                _ => self.said.push(format!(
                    "  warning: left by an earlier step: {}",
                    report.message
                )),
            }
            if matches!(report.outcome, Outcome::Unreachable | Outcome::Unauthorized) {
                return;
            }
        }
    }
}

impl Call<'_> {
    /// Sends a call of a step that never reached the program, as what it was.
    fn make_up(&self, kept: &Kept, time: Duration) -> Done<Report> {
        let (step, request) = (kept.step, &kept.request);
        let parameters = Parameters::read(step, &request.parameters, None);
        let variables = of_its_run(kept, self.variables);
        let mut phase = self.phase(request, &parameters);
        phase.pipeline.lacks_workspace = !kept.has_commit();
        let then = request.run.now;
        phase.deployed = self.memory.deployed(then);
        phase.deployed_until = Some(then);
        let mut settled = options::settle(step, request, &parameters, &variables, phase);
        // It has its place among the updates that were sent meanwhile, and no number after them.
        settled.phase.event = EventTime::Given;
        settled.phase.limit_time(time);
        self.report(&settled)
    }

    /// Does something with the outbox that the options name; nothing where there is none.
    fn with_outbox<T>(&self, settled: &Settled, work: impl FnOnce(&Outbox<'_>) -> T) -> Option<T> {
        let done = self.perform(settled, |command, context| {
            let jira = command.common().jira;
            let outbox = jira.map(|jira| store::open(&jira.outbox, true, context));
            Ok(outbox.and_then(Result::ok).map(|outbox| work(&outbox)))
        });
        done.result.ok().flatten()
    }
}

/// The environment of another run: its own variables instead of those of the run at hand.
fn of_its_run(kept: &Kept, here: &Variables) -> Variables {
    let of_jenkins = variables::JENKINS.iter().chain(variables::PLUGINS);
    let of_jenkins = of_jenkins.map(|variable| variable.name);
    // Where the workspace is, is a matter of this agent.
    let names = of_jenkins.filter(|name| *name != variables::WORKSPACE.name);
    let pairs = names.map(|name| (name, kept.variables.get(name).cloned()));
    let site = variables::JIRA_SITE.name;
    let site = kept
        .variables
        .get(site)
        .map(|value| (site, Some(value.clone())));
    here.with(pairs).with(site)
}
