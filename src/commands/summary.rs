//! What happened to all payloads of one call, as one report. `send.rs` adds to it as it goes.

use std::collections::HashSet;

use super::connection::Destination;
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::issue_key::IssueKey;
use crate::error::Failure;
use crate::output::Output;
use crate::policy::{OnError, exit_code, overall, worst};
use crate::report::{MAX_ISSUES, Outcome, Report, SiteReport};

/// Adds up the reports of one payload after the other.
#[derive(Default)]
pub(crate) struct Summary {
    sites: Vec<SiteSummary>,
    issue_keys: DistinctKeys,
    codes: Vec<u8>,
}

/// Most identities that are listed for a site, so that a whole history does not fill the memory.
const MAX_LISTED: usize = 10_000;

/// What one site did with all of them.
#[derive(Default)]
struct SiteSummary {
    report: SiteReport,
    requests: usize,
    /// Requests that were accepted as a whole.
    accepted: usize,
    outcomes: Vec<Outcome>,
    /// What was said first of those that were not.
    trouble: Option<String>,
    /// Why it is not known to be stored.
    unverified: Option<String>,
    /// What is listed as unknown, so that a list of any length takes its time once.
    unknown: HashSet<String>,
}

impl Summary {
    pub(crate) fn new(destinations: &[Destination]) -> Self {
        let site = |destination: &Destination| SiteSummary {
            report: SiteReport::new(destination.name.clone(), Outcome::NothingToSend),
            ..SiteSummary::default()
        };
        Self {
            sites: destinations.iter().map(site).collect(),
            ..Self::default()
        }
    }

    /// What happened to one payload, one report for each site.
    pub(crate) fn add(
        &mut self,
        issue_keys: Vec<IssueKey>,
        reports: Vec<SiteReport>,
        on_error: OnError,
    ) {
        for key in issue_keys {
            if self.issue_keys.len() < MAX_ISSUES {
                self.issue_keys.extend([key]);
            }
        }
        for (site, report) in self.sites.iter_mut().zip(reports) {
            self.codes
                .push(exit_code(report.outcome, report.queued, on_error));
            site.add(report);
        }
    }

    /// Takes in which sites were seen to store what they have accepted; nothing of those that have accepted nothing.
    pub(crate) fn add_verdicts(
        &mut self,
        verdicts: Vec<Option<Result<(), Failure>>>,
        on_error: OnError,
        output: &Output,
    ) {
        for (site, verdict) in self.sites.iter_mut().zip(verdicts) {
            site.report.verified = verdict.as_ref().map(Result::is_ok);
            if let Some(Err(failure)) = verdict {
                let code = exit_code(Outcome::Unverified, false, on_error);
                output.failure_for(&failure, code);
                self.codes.push(code);
                site.outcomes.push(Outcome::Unverified);
                site.unverified = Some(failure.message());
            }
        }
    }

    pub(crate) fn into_report(self) -> Report {
        let sites: Vec<SiteReport> = self.sites.into_iter().map(SiteSummary::finish).collect();
        let outcomes: Vec<Outcome> = sites.iter().map(|site| site.outcome).collect();
        let messages: Vec<&str> = sites.iter().map(|site| site.message.as_str()).collect();
        let message = messages.join("; ");
        let state = sites.first().and_then(|site| site.state);
        Report {
            exit_code: worst(&self.codes),
            state,
            issue_keys: self.issue_keys.into_vec(),
            sites,
            ..Report::new(overall(&outcomes), message)
        }
    }
}

impl SiteSummary {
    fn add(&mut self, report: SiteReport) {
        self.requests += 1;
        if !self.outcomes.contains(&report.outcome) {
            self.outcomes.push(report.outcome);
        }
        if report.outcome == Outcome::Accepted {
            self.accepted += 1;
        } else if self.trouble.is_none() {
            self.trouble = Some(report.message.clone());
        }
        let whole = &mut self.report;
        if self.requests == 1 {
            whole.state = report.state;
            whole.link = report.link;
        }
        whole.message = report.message;
        whole.queued |= report.queued;
        let room = |listed: usize| MAX_LISTED.saturating_sub(listed);
        let accepted = report.accepted.into_iter().take(room(whole.accepted.len()));
        whole.accepted.extend(accepted);
        let rejected = report.rejected.into_iter().take(room(whole.rejected.len()));
        whole.rejected.extend(rejected);
        for key in report.unknown_issue_keys {
            if self.unknown.len() < MAX_LISTED && self.unknown.insert(key.clone()) {
                whole.unknown_issue_keys.push(key);
            }
        }
        for association in report.unknown_associations {
            // One block may hold a whole list of them.
            let text = serde_json::json!(association).to_string();
            if self.unknown.len() < MAX_LISTED && self.unknown.insert(text) {
                whole.unknown_associations.push(association.cut(MAX_LISTED));
            }
        }
    }

    fn finish(self) -> SiteReport {
        let mut report = self.report;
        report.outcome = overall(&self.outcomes);
        if self.requests > 1 {
            let (accepted, requests, site) = (self.accepted, self.requests, &report.site);
            report.message = format!("{accepted} of {requests} requests accepted by {site}");
            if let Some(trouble) = self.trouble {
                report.message.push_str("; ");
                report.message.push_str(&trouble);
            }
        }
        if let Some(unverified) = self.unverified {
            report.message.push_str("; ");
            report.message.push_str(&unverified);
        }
        report
    }
}
