//! What Jira says about a submission, in full, for people and as the report of a site. Each attempt that
//! got an answer reads it here.

use std::collections::HashSet;

use super::connection::Destination;
use super::payload::Payload;
use crate::domain::issue_key::IssueKey;
use crate::error::{Failure, FailureKind};
use crate::jira::Submitted;
use crate::output::Output;
use crate::phrases::named;
use crate::policy::{OnError, exit_code};
use crate::report::{Outcome, SiteReport};

/// Most issue keys and reasons that one line names.
const MAX_NAMED: usize = 20;

/// Accepted, rejected, unknown: 202 says none of it.
pub(crate) fn read(
    payload: &Payload,
    destination: &Destination,
    mut submitted: Submitted,
    on_error: OnError,
    output: &Output,
) -> SiteReport {
    let unknown = Unknown {
        issues: submitted.unknown_issues(),
        others: submitted.other_unknowns(),
    };
    let rejected = submitted.rejected.clone();
    if !payload.names_issues && submitted.accepted.as_ref().is_some_and(|it| !it.is_empty()) {
        // Those of several items that were sent for a wrong guess alone: no more is said about them than about any other unknown
        // key.
        submitted
            .rejected
            .retain(|item| !payload.body.names_only(&item.key, &unknown.issues));
    }
    // A list of any length takes its time once.
    let seen: HashSet<&str> = unknown.issues.iter().map(String::as_str).collect();
    let known = payload.issue_keys.iter();
    let known: Vec<&IssueKey> = known.filter(|key| !seen.contains(key.as_str())).collect();
    let mut outcome = outcome(&submitted);
    let link = known
        .first()
        .filter(|_| outcome == Outcome::Accepted)
        .and_then(|key| destination.issue_page(key.as_str()));
    let mut message = message(payload, destination, &submitted, outcome, &known, &unknown);
    let topics = || unknown_topics(&destination.name, unknown.all());
    if outcome == Outcome::Rejected && are_only_guesses(payload, &known, &unknown) {
        // Our guess is not the user's mistake.
        outcome = Outcome::NothingToSend;
        let (subject, site) = (payload.subject(), destination.label());
        message = format!(
            "{subject} not sent: {site} does not know {}",
            unknown.named()
        );
        if payload.may_wait && output.are_news(&topics()) {
            output.advise(&message, GUESSES);
        } else if payload.may_wait {
            output.say(&message);
        }
    } else if outcome == Outcome::Accepted && !payload.may_wait {
        // A command that sends so much says it at its end.
        output.detail(&message);
    } else if outcome == Outcome::Accepted {
        output.say_or_warn(&message, output.are_news(&topics()));
    } else {
        let failure = Failure::new(FailureKind::Refused, message.as_str());
        let hint = hint(payload, &known, &unknown);
        output.failure_for(&failure.hint(hint), exit_code(outcome, false, on_error));
    }
    let is_silent = submitted.is_silent();
    let what_was_sent = || is_silent.then(|| payload.body.numbered());
    SiteReport {
        state: payload.state(),
        link,
        accepted: submitted
            .accepted
            .or_else(what_was_sent)
            .unwrap_or_default(),
        rejected,
        unknown_issue_keys: unknown.issues,
        unknown_associations: submitted.unknown_associations,
        message,
        ..SiteReport::new(destination.name.clone(), outcome)
    }
}

struct Unknown {
    issues: Vec<String>,
    /// Services, commits and repositories, as people would name them.
    others: Vec<String>,
}

impl Unknown {
    fn is_empty(&self) -> bool {
        self.issues.is_empty() && self.others.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let all = self.issues.iter().chain(&self.others);
        all.map(String::as_str)
    }

    fn named(&self) -> String {
        named(self.all(), MAX_NAMED)
    }
}

/// What is unknown at a site is warned of once.
pub(crate) fn unknown_topics<'a>(site: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names = names.take(MAX_TOPICS);
    names.map(|name| format!("{site} {name}")).collect()
}

/// Most of what is unknown that is remembered, more than anybody sends.
const MAX_TOPICS: usize = 1_000;

/// No list is required in an answer: silence is the word for accepted.
fn outcome(submitted: &Submitted) -> Outcome {
    let accepted = match &submitted.accepted {
        Some(accepted) => !accepted.is_empty(),
        None => submitted.is_silent(),
    };
    match (accepted, submitted.rejected.is_empty()) {
        (true, true) => Outcome::Accepted,
        (true, false) => Outcome::PartlyAccepted,
        (false, _) => Outcome::Rejected,
    }
}

/// The line that everybody reads: `build shop #7 failed (1 failed) sent to acme: https://…/browse/ABC-1, ABC-2`.
fn message(
    payload: &Payload,
    destination: &Destination,
    submitted: &Submitted,
    outcome: Outcome,
    known: &[&IssueKey],
    unknown: &Unknown,
) -> String {
    let site = destination.label();
    let (title, done, details) = match outcome {
        Outcome::Accepted => (payload.title(), "sent to", issues(known, destination)),
        Outcome::PartlyAccepted => (payload.subject(), "partly accepted by", reasons(submitted)),
        _ => (payload.subject(), "rejected by", reasons(submitted)),
    };
    let mut message = format!("{title} {done} {site}");
    if !details.is_empty() {
        message.push_str(": ");
        message.push_str(&details);
    } else if outcome != Outcome::Accepted && unknown.is_empty() {
        message.push_str(": Jira gave no reason");
    }
    if !unknown.is_empty() {
        message.push_str("; unknown to Jira: ");
        message.push_str(&unknown.named());
    }
    if submitted.is_silent() {
        message.push_str(" (Jira gave no details)");
    }
    message
}

/// The address of the first issue, and the keys of the others.
fn issues(known: &[&IssueKey], destination: &Destination) -> String {
    let Some((first, others)) = known.split_first() else {
        return String::new();
    };
    let first = first.as_str();
    let page = destination.issue_page(first);
    let others = others.iter().map(|key| key.as_str());
    named(
        std::iter::once(page.as_deref().unwrap_or(first)).chain(others),
        MAX_NAMED,
    )
}

fn reasons(submitted: &Submitted) -> String {
    let errors = submitted
        .rejected
        .iter()
        .flat_map(|rejected| &rejected.errors);
    let reasons = errors.map(|error| error.message.as_str());
    named(
        reasons.filter(|reason| !reason.trim().is_empty()),
        MAX_NAMED,
    )
}

/// What to do about words that were taken for issue keys.
pub(crate) const GUESSES: &str =
    "if these are not issue keys, name your projects with --projects, or these with --deny";

/// Says at the end of many requests how many of the keys that were found are unknown.
pub(crate) fn say_unknown(count: usize, output: &Output) {
    let are = match count {
        0 => return,
        1 => "1 issue key that was found is".to_owned(),
        many => format!("{many} issue keys that were found are"),
    };
    output.advise(&format!("{are} unknown to Jira"), GUESSES);
}

/// Whether nothing is stored because all keys were found in texts and the site knows none of them. It may write them in
/// another way than we do: as many as were sent are all of them.
fn are_only_guesses(payload: &Payload, known: &[&IssueKey], unknown: &Unknown) -> bool {
    let keys = payload.issue_keys.len();
    let knows_none = known.is_empty() || unknown.issues.len() >= keys;
    !payload.names_issues && keys > 0 && knows_none && unknown.others.is_empty()
}

/// What is unknown is the better clue than Jira's reason, which is the same for all of it.
fn hint(payload: &Payload, known: &[&IssueKey], unknown: &Unknown) -> &'static str {
    if !payload.issue_keys.is_empty() && known.is_empty() {
        "is it the right site? Name your projects with --projects, so that other words are not taken for issue keys"
    } else if !unknown.others.is_empty() && payload.issue_keys.is_empty() {
        "check the ids: services are those of Jira Service Management, commits and repositories must have been sent before"
    } else {
        "run it again with --dry-run to see what is sent"
    }
}

#[cfg(test)]
mod tests;
