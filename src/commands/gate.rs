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
use crate::report::{GateReport, Outcome, Report};
use crate::system::Deadline;

/// Pause before the second question while waiting; every later one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Longest pause between two questions.
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
    Ok(watch.report(&gate))
}

/// The one site that decides.
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
    /// For one question.
    budget: Duration,
    end: Deadline,
    context: &'a Context<'a>,
}

/// Why there is no answer.
struct NoAnswer {
    failure: Failure,
    /// Jira has no gate for this deployment, or not yet.
    is_unknown: bool,
}

impl Watch<'_> {
    /// The last answer.
    fn run(&mut self) -> Result<Gate, Failure> {
        let system = self.context.system;
        let begun = system.elapsed();
        let mut pause = if self.waits { FIRST_PAUSE } else { SHORT_PAUSE };
        let mut last: Option<Gate> = None;
        let mut in_trouble = false;
        // Of a gate that Jira does not know, or not yet.
        let mut unknown: Option<Failure> = None;
        loop {
            let trouble = match self.ask() {
                Ok(gate) => {
                    in_trouble = false;
                    if self.waits && last.as_ref() != Some(&gate) {
                        self.context.output.say(&self.words(&gate));
                    }
                    if !gate.is_open() || !self.waits {
                        return Ok(gate);
                    }
                    last = Some(gate);
                    None
                }
                Err(trouble) => Some(trouble),
            };
            if let Some(trouble) = &trouble {
                let waited = system.elapsed().saturating_sub(begun);
                let may_pass = if trouble.is_unknown {
                    !self.asks_once() && (last.is_some() || waited < UNKNOWN_YET)
                } else {
                    self.waits && trouble.failure.kind == FailureKind::Unreachable
                };
                if !may_pass {
                    let passes = trouble.failure.kind == FailureKind::Unreachable;
                    let known = unknown.filter(|_| passes);
                    return Err(known.unwrap_or_else(|| trouble.failure.clone()));
                }
                if trouble.is_unknown && unknown.is_none() {
                    self.context.output.say(&format!(
                        "Jira has no gate for {} yet; asking again",
                        self.name
                    ));
                    unknown = Some(trouble.failure.clone());
                } else if !trouble.is_unknown && !in_trouble {
                    self.context.output.failure_as_warning(&trouble.failure);
                    self.context.output.say("asking again until the time is up");
                    in_trouble = true;
                }
            }
            let left = self.end.remaining(system);
            if left.is_zero() || pause >= left && !self.waits {
                return match (last, trouble) {
                    (Some(gate), _) => Ok(gate),
                    (None, Some(trouble)) => Err(trouble.failure),
                    (None, None) => Err(self.unanswered()),
                };
            }
            let jitter = 0.8 + 0.4 * system.random();
            system.sleep(pause.mul_f64(jitter).min(left));
            pause = (pause + pause / 2).min(LONGEST_PAUSE);
        }
    }

    fn asks_once(&self) -> bool {
        let step = self.context.phase.step.as_ref();
        step.is_some_and(|step| step.asks_once)
    }

    fn unanswered(&self) -> Failure {
        Failure::new(
            FailureKind::Unreachable,
            format!(
                "{} gave no answer about {}",
                self.session.destination.name, self.name
            ),
        )
        .hint("allow more time with --timeout SECONDS")
    }

    fn ask(&mut self) -> Result<Gate, NoAnswer> {
        let system = self.context.system;
        let deadline = if self.waits {
            let left = self.end.remaining(system).max(LAST_QUESTION);
            Deadline::after(system, left.min(self.budget))
        } else {
            self.end
        };
        let site = &self.session.destination.name;
        let jira = self.session.open(deadline).map_err(|failure| NoAnswer {
            failure,
            is_unknown: false,
        })?;
        jira.gate(self.deployment).map_err(|error| {
            let is_unknown = error.status() == Some(404);
            let mut failure = error.explain_for(site);
            if is_unknown {
                failure = failure
                    .cause(format!("Jira has no gate for {}", self.name))
                    .hint("was the deployment sent before with --enable-gating and --service-ids, from the same job, build number and environment id?");
            }
            NoAnswer {
                failure,
                is_unknown,
            }
        })
    }

    /// What people see of an answer.
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

    /// Reports the decision, as an error if the deployment may not proceed.
    fn report(&self, gate: &Gate) -> Report {
        let words = self.words(gate);
        let (kind, hint) = match gate.status.as_str() {
            "allowed" => (None, ""),
            "awaiting" if self.waits => (
                Some(FailureKind::Awaiting),
                "nobody has decided within --timeout: ask whoever approves the change request, or wait longer",
            ),
            "awaiting" => (
                Some(FailureKind::Awaiting),
                "ask again later, or wait for the decision with --wait",
            ),
            "prevented" => (
                Some(FailureKind::Prevented),
                "the change request was declined; its issue has the reason",
            ),
            "expired" => (
                Some(FailureKind::Prevented),
                "nobody decided in time; run the deployment again to ask once more",
            ),
            "invalid" => (
                Some(FailureKind::InvalidGate),
                "check the services of the deployment (--service-ids) and the change management of the service project in Jira Service Management",
            ),
            _ => (
                Some(FailureKind::Awaiting),
                "this version of jira-send does not know this status and treats it as undecided",
            ),
        };
        let failure = kind.map(|kind| Failure::new(kind, words.as_str()).hint(hint));
        match &failure {
            Some(failure) => self.context.output.failure(failure),
            None if !self.waits => self.context.output.say(&words),
            None => {}
        }
        let mut report = match &failure {
            Some(failure) => Report::failed(failure),
            None => Report::new(Outcome::Allowed, words),
        };
        report.gate = Some(GateReport {
            gating_status: gate.status.clone(),
            gating_updated: gate.updated.clone(),
            change_requests: gate.change_requests.clone(),
        });
        report
    }
}

#[cfg(test)]
mod tests;
