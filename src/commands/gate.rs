//! `jira-send gate`: whether a deployment may go on. The steps of gates ask once through here.

use std::time::Duration;

use super::Context;
use super::connection::{self, Destination};
use super::identity::deployment_key;
use super::missing::Missing;
use super::session::Session;
use crate::cli::GateOptions;
use crate::error::{Failure, FailureKind};
use crate::jenkins::Run;
use crate::jira::gating::Gate;
use crate::jira::item::DeploymentKey;
use crate::report::{Outcome, Report};
use crate::system::Deadline;

/// Pause before the second question while waiting; every later one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Pause before the second question when Jira does not know the gate yet and nobody waits for the decision.
const SHORT_PAUSE: Duration = Duration::from_secs(1);

/// For the last question at least, though the pause before it ended with the time.
const LAST_QUESTION: Duration = Duration::from_secs(2);

/// So long Jira may take to know the gate of a deployment that it has just accepted.
const UNKNOWN_YET: Duration = Duration::from_mins(2);

/// Asks, and with `--wait` again and again until it is decided or the time is up.
///
/// # Errors
/// Whatever keeps Jira from telling. A decision is in the report, and told as people should see it.
pub(crate) fn run(options: &GateOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let run = Run::new(context.variables);
    let mut missing = Missing::default();
    let deployment = deployment_key(&options.key, &run, &mut missing)?;
    let destination = missing.want_site(destination(options, context)?);
    let (Some((deployment, name)), Some(destination)) = (deployment, destination) else {
        return Err(missing.into_failure("a gate"));
    };
    let seconds = if options.wait {
        options.timeout
    } else {
        options.budget
    };
    let mut watch = Watch {
        name,
        deployment: &deployment,
        session: Session::new(&destination, context),
        waits: options.wait,
        budget: Duration::from_secs(options.budget.into()),
        end: Deadline::after(context.system, Duration::from_secs(seconds.into())),
        context,
    };
    let gate = watch.run()?;
    Ok(watch.report(gate))
}

fn destination(
    options: &GateOptions,
    context: &Context<'_>,
) -> Result<Option<Destination>, Failure> {
    let given: Vec<String> = options.site.iter().cloned().collect();
    let cloud_id = options.cloud_id.as_deref();
    let mut destinations = connection::destinations(&given, cloud_id, context.variables)?;
    let only = destinations.pop();
    if destinations.is_empty() {
        return Ok(only);
    }
    Err(Failure::usage("a gate belongs to one site, not to several")
        .hint("name the site whose Jira Service Management decides with --site"))
}

/// One deployment whose gate is watched.
struct Watch<'a> {
    /// `shop » main #42 to eu-prod`
    name: String,
    deployment: &'a DeploymentKey,
    session: Session<'a>,
    waits: bool,
    budget: Duration,
    end: Deadline,
    context: &'a Context<'a>,
}

impl Watch<'_> {
    fn run(&mut self) -> Result<Gate, Failure> {
        let (system, output) = (self.context.system, self.context.output);
        let asks_once = self.context.phase.step.as_ref();
        let asks_once = asks_once.is_some_and(|step| step.asks_once);
        let begun = system.elapsed();
        let mut pause = if self.waits { FIRST_PAUSE } else { SHORT_PAUSE };
        let mut last: Option<Gate> = None;
        let mut in_trouble = false;
        // Of a gate that Jira does not know, or not yet.
        let mut unknown: Option<Failure> = None;
        loop {
            let answer = self.ask();
            let left = self.end.remaining(system);
            let is_last = left.is_zero() || pause >= left && !self.waits;
            match answer {
                Ok(gate) => {
                    in_trouble = false;
                    if self.waits && last.as_ref() != Some(&gate) {
                        output.say(&self.words(&gate));
                    }
                    let obstacle = self.obstacle(&gate).map(|(kind, _)| kind);
                    let is_open = obstacle == Some(FailureKind::Awaiting);
                    if !is_open || !self.waits || is_last {
                        return Ok(gate);
                    }
                    last = Some(gate);
                }
                Err((failure, is_unknown)) => {
                    let is_unreachable = failure.kind == FailureKind::Unreachable;
                    let waited = system.elapsed().saturating_sub(begun);
                    let may_pass = if is_unknown {
                        !asks_once && (last.is_some() || waited < UNKNOWN_YET)
                    } else {
                        self.waits && is_unreachable
                    };
                    if !may_pass {
                        let known = unknown.filter(|_| is_unreachable);
                        return Err(known.unwrap_or(failure));
                    }
                    if is_unknown && unknown.is_none() {
                        let name = &self.name;
                        output.say(&format!("Jira has no gate for {name} yet; asking again"));
                        unknown = Some(failure.clone());
                    } else if !is_unknown && !in_trouble {
                        output.failure_as_warning(&failure);
                        output.say("asking again until the time is up");
                        in_trouble = true;
                    }
                    if is_last {
                        return last.ok_or(failure);
                    }
                }
            }
            let jitter = 0.8 + 0.4 * system.random();
            system.sleep(pause.mul_f64(jitter).min(left));
            pause = (pause + pause / 2).min(LONGEST_PAUSE);
        }
    }

    /// Jira's answer; or why there is none, and whether Jira has no gate for this deployment, or not yet.
    fn ask(&mut self) -> Result<Gate, (Failure, bool)> {
        let system = self.context.system;
        let deadline = if self.waits {
            let left = self.end.remaining(system).max(LAST_QUESTION);
            Deadline::after(system, left.min(self.budget))
        } else {
            self.end
        };
        let site = &self.session.destination.name;
        let jira = self.session.open(deadline);
        let jira = jira.map_err(|failure| (failure, false))?;
        jira.gate(self.deployment).map_err(|error| {
            let failure = error.explain_for(site);
            if error.status() != Some(404) {
                return (failure, false);
            }
            let failure = failure
                .cause(format!("Jira has no gate for {}", self.name))
                .hint("was the deployment sent before with --enable-gating and --service-ids, from the same job, build number and environment id?");
            (failure, true)
        })
    }

    fn words(&self, gate: &Gate) -> String {
        let words = format!("the gate of {}: {}", self.name, gate.status);
        let requests = gate.change_requests.iter().map(|request| {
            let words = format!("{} {}", request.issue_key, request.issue_link);
            words.trim_end().to_owned()
        });
        let requests: Vec<String> = requests.collect();
        match requests.join(", ").as_str() {
            _ if requests.is_empty() => words,
            requests => format!("{words} ({requests})"),
        }
    }

    /// What Jira's word keeps the deployment from, if it does, and what to do about that. A word that nobody has documented
    /// is no decision.
    fn obstacle(&self, gate: &Gate) -> Option<(FailureKind, &'static str)> {
        let obstacle = match gate.status.as_str() {
            "allowed" => return None,
            "awaiting" if self.waits => (
                FailureKind::Awaiting,
                "nobody has decided within --timeout: ask whoever approves the change request, or wait longer",
            ),
            "awaiting" => (
                FailureKind::Awaiting,
                "ask again later, or wait for the decision with --wait",
            ),
            "prevented" => (
                FailureKind::Prevented,
                "the change request was declined; its issue has the reason",
            ),
            "expired" => (
                FailureKind::Prevented,
                "nobody decided in time; run the deployment again to ask once more",
            ),
            "invalid" => (
                FailureKind::InvalidGate,
                "check the services of the deployment (--service-ids) and the change management of the service project in Jira Service Management",
            ),
            _ => (
                FailureKind::Awaiting,
                "this version of jira-send does not know this status and treats it as undecided",
            ),
        };
        Some(obstacle)
    }

    /// Reports the decision, as an error if the deployment may not proceed.
    fn report(&self, gate: Gate) -> Report {
        let words = self.words(&gate);
        let obstacle = self.obstacle(&gate);
        let failure = obstacle.map(|(kind, hint)| Failure::new(kind, words.as_str()).hint(hint));
        match &failure {
            Some(failure) => self.context.output.failure(failure),
            None if !self.waits => self.context.output.say(&words),
            None => {}
        }
        let mut report = match &failure {
            Some(failure) => Report::failed(failure),
            None => Report::new(Outcome::Allowed, words),
        };
        report.gate = Some(gate);
        report
    }
}

#[cfg(test)]
mod tests;
