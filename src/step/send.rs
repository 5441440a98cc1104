//! A step that sends: its own update, what was left before it, and what the run has to remember.

use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, returns};
use super::call::{Call, Done};
use super::late::Late;
use super::memory::Topic;
use super::options::Settled;
use super::parameters::{is_blank, truth};
use super::request::Request;
use super::steps::Step;
use crate::error::Failure;
use crate::output::visible;
use crate::report::{Outcome, Report, SentEntry, SiteReport};
use crate::system::Deadline;

/// How long a run considers a site unreachable after it was, in milliseconds.
const OUTAGE: i64 = 10 * 60 * 1000;

/// Most issue keys that a run remembers for those that it starts.
const MAX_KEYS: usize = 200;

impl Call<'_> {
    /// Sends what the step is about, and what was left before it.
    pub(super) fn send(&mut self) -> Answer {
        if self.request.is_beginning() && !self.step.has_states() {
            // What has no states has no beginning: all of it is sent when the body is over.
            return Answer::default();
        }
        let misuse = self.parameters.complaints.join("; ");
        if self.is_strict() && !misuse.is_empty() {
            self.parameters.complaints.clear();
            if self.request.end().is_some() {
                // Its beginning stands in Jira as in progress.
                let mut answer = self.send_now();
                let name = self.step.name;
                answer.fail.get_or_insert(format!("{name}: {misuse}"));
                return answer;
            }
            let failure =
                Failure::usage(misuse).cause("nothing was sent, since failOnError is set");
            let done = Done {
                command: None,
                result: Report::failed(&failure),
                said: Vec::new(),
            };
            return self.sent(done, &[]);
        }
        self.send_now()
    }

    fn send_now(&mut self) -> Answer {
        let mut settled = self.settled();
        self.parameters.complaints.extend(settled.complaint.take());
        if let Some(problem) = &self.request.run.changes_problem {
            let problem = visible(problem);
            self.parameters.complaints.push(format!(
                "could not read the change log of this run ({problem}); issue keys are taken from the other sources"
            ));
        }
        if is_dry(&settled) {
            let done = self.report(&settled);
            return self.sent(done, &[]);
        }
        let start = self.system.elapsed();
        let mut late = Late::before(self, &settled);
        let mut done = self.report(&settled);
        let budget = done.jira().map_or(0, |jira| jira.connection.budget);
        let budget = Duration::from_secs(budget.into());
        let budget = settled
            .phase
            .time_left
            .map_or(budget, |left| left.min(budget));
        let spent = self.system.elapsed().saturating_sub(start);
        let deadline = Deadline::after(self.system, budget.saturating_sub(spent));
        if let Some(upstream) = &done.result.upstream {
            done.said.push(format!(
                "  the issues are those of {upstream}, which started this run"
            ));
        }
        self.remember(self.step, self.request, &done, None);
        self.remember_keys(&done.result);
        late.after(self, &settled, &done, deadline);
        self.memory.settle(&Topic::Request.name(&self.request.id));
        done.said.append(&mut late.said);
        self.sent(done, &late.delivered)
    }

    fn sent(&self, done: Done<Report>, delivered: &[String]) -> Answer {
        let report = done.result;
        let mut line = format!("{}: {}", self.step.name, report.message);
        if let Some(request) = &report.request {
            line = format!(
                "{line}: {} {} {}",
                request.method, request.url, request.body
            );
        }
        let line = visible(&line);
        let fails = self.is_strict() && report.exit_code != 0;
        let mut echo = if fails {
            Vec::new()
        } else {
            vec![line.clone()]
        };
        // The line has it.
        let again = format!("  warning: {}", visible(&report.message));
        echo.extend(done.said.into_iter().filter(|said| *said != again));
        if report.outcome == Outcome::NothingToSend && report.sent.is_empty() {
            echo.push("  hint: jiraSendKeys() shows what was searched".to_owned());
        }
        let was_taken = matches!(report.outcome, Outcome::Accepted | Outcome::PartlyAccepted);
        if was_taken && self.is_left_open(self.step, self.request) {
            echo.push(
                "  hint: it is in progress, since the run has no result yet; call the step in post { always { } }, give it a body, or pass a state"
                    .to_owned(),
            );
        }
        if !delivered.is_empty() {
            echo.push(format!("  also delivered: {}", delivered.join(", ")));
        }
        let mut map = returns(&report);
        map["delivered"] = json!(delivered);
        let begun = self.request.is_beginning();
        Answer {
            returns: map,
            echo,
            fail: fails.then_some(line),
            begun: begun.then(|| json!(report.begun()).to_string()),
            ..Answer::default()
        }
    }

    /// Keeps what later steps and runs have to know of it, and of what is sent late, when it was: in milliseconds since
    /// 1970.
    pub(super) fn remember(
        &mut self,
        step: &Step,
        request: &Request,
        done: &Done<Report>,
        then: Option<i64>,
    ) {
        let report = &done.result;
        let keeps = done.jira().is_some_and(|jira| !jira.outbox.no_outbox);
        let is_open = request.is_beginning() || self.is_left_open(step, request);
        let mut waits = false;
        for sent in &report.sent {
            waits |= self.remember_sent(sent, is_open.then_some(request), keeps);
        }
        self.remember_outages(&report.sites);
        if let Some(deployed) = &report.deployed
            && deployed.counts(report.outcome, waits)
        {
            self.memory.remember_deployed(deployed, then);
        }
    }

    /// Keeps the issues of this run, for those that it starts.
    pub(super) fn remember_keys(&mut self, report: &Report) {
        let commit = report.commit.as_deref();
        self.memory
            .add_keys(&report.known_issue_keys(), MAX_KEYS, commit);
    }

    pub(super) fn remember_outages(&mut self, sites: &[SiteReport]) {
        for site in sites {
            let name = Topic::Outage.name(&site.site);
            match site.outcome {
                Outcome::Unreachable => self.memory.keep(name, json!({"site": site.site})),
                Outcome::Accepted | Outcome::PartlyAccepted => self.memory.settle(&name),
                _ => {}
            }
        }
    }

    /// Whether it waits to be sent later. A newer state of the same thing, sent before this one, stands.
    fn remember_sent(&mut self, sent: &SentEntry, open_by: Option<&Request>, keeps: bool) -> bool {
        let at = sent.entry.sequence;
        let item = sent.entry.item().folder();
        let open = Topic::Open.name(&item);
        let is_undelivered = matches!(sent.outcome, Outcome::Unreachable | Outcome::Unauthorized);
        if is_undelivered && keeps {
            self.memory.wait(&sent.entry);
        } else if !is_undelivered {
            self.memory.settle_until(Topic::Waiting.name(&item), at);
        }
        let is_lost = sent.outcome == Outcome::Rejected || is_undelivered && !keeps;
        match open_by {
            _ if is_lost => {}
            Some(request) => self.memory.open(open, &sent.entry, request),
            None => self.memory.settle_until(open, at),
        }
        is_undelivered && keeps
    }

    /// Whether nothing but the lack of a result left it in progress: most often the step is in the wrong place.
    fn is_left_open(&self, step: &Step, request: &Request) -> bool {
        let mut given = ["state", "runningAs"].iter();
        let is_given = given.any(|name| {
            request
                .parameters
                .get(*name)
                .is_some_and(|it| !is_blank(it))
        });
        let variables = ["JIRA_SEND_STATE", "JIRA_SEND_RUNNING_AS"];
        let is_set = variables
            .iter()
            .any(|name| self.variables.by_name(name).is_some());
        let has_result = request.body.is_some() || request.run.result.is_some();
        step.has_states() && !has_result && !is_given && !is_set
    }

    /// The sites that could not be reached a moment ago.
    pub(super) fn outages(&self) -> Vec<String> {
        let now = self.request.run.now;
        let outages = self.memory.about(Topic::Outage);
        let outages =
            outages.filter(|(_, line)| (0..OUTAGE).contains(&now.saturating_sub(line.at)));
        let sites = outages.filter_map(|(_, line)| line.fields.get("site")?.as_str());
        sites.map(ToOwned::to_owned).collect()
    }
}

fn is_dry(settled: &Settled) -> bool {
    let variable = settled.variables.by_name("JIRA_SEND_DRY_RUN");
    let variable = variable.map(serde_json::Value::from);
    let given = settled.options.get("dryRun").cloned().or(variable);
    given.and_then(|given| truth(&given)) == Some(true)
}
