//! What went wrong between us and Jira, and what to do about it. Everything here returns it; the commands explain it as
//! a `Failure`.

use super::DataType;
use super::error_body;
use super::http::{Answer, TransportError};
use super::site::is_of_this_machine;
use crate::domain::web_url::authority;
use crate::error::{Failure, FailureKind};

/// What was asked for when it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    CloudId,
    Token,
    Submission(DataType),
    /// The same, without sending anything.
    Permission(DataType),
    /// What is stored.
    Reading(DataType),
    Deletion(DataType),
}

impl Asked {
    /// What failed, and at which host.
    fn words(self, kind: FailureKind, host: &str) -> String {
        match self {
            Self::Permission(_) if kind == FailureKind::Credentials => {
                "the permission is missing".to_owned()
            }
            Self::CloudId => format!("could not get the cloud id from {host}"),
            Self::Token => format!("could not get an access token from {host}"),
            Self::Submission(_) => format!("could not send the data to {host}"),
            Self::Permission(_) => format!("could not ask {host} what may be sent"),
            Self::Reading(_) => format!("could not read the data from {host}"),
            Self::Deletion(_) => format!("could not delete the data at {host}"),
        }
    }
}

/// One failed exchange with Jira.
#[derive(Clone, Debug)]
pub(crate) struct JiraError {
    pub(crate) asked: Asked,
    /// Who was asked.
    host: String,
    problem: Problem,
}

#[derive(Clone, Debug)]
enum Problem {
    Transport(TransportError),
    /// An answer with an error status.
    Status(Answer),
    /// An answer that is not one of Jira's, whatever its status.
    NotJira(Answer),
    /// The time budget was used up before the first try.
    NoTime,
}

impl JiraError {
    fn new(asked: Asked, url: &str, problem: Problem) -> Self {
        let host = authority(url).to_owned();
        Self {
            asked,
            host,
            problem,
        }
    }

    pub(super) fn transport(asked: Asked, url: &str, error: TransportError) -> Self {
        Self::new(asked, url, Problem::Transport(error))
    }

    /// An answer with an error status: from Jira, or from something between us and Jira.
    pub(super) fn refused(asked: Asked, url: &str, answer: Answer) -> Self {
        if is_foreign(asked, &answer) {
            return Self::not_jira(asked, url, answer);
        }
        Self::new(asked, url, Problem::Status(answer))
    }

    pub(super) fn not_jira(asked: Asked, url: &str, answer: Answer) -> Self {
        Self::new(asked, url, Problem::NotJira(answer))
    }

    pub(super) fn no_time(asked: Asked, url: &str) -> Self {
        Self::new(asked, url, Problem::NoTime)
    }

    /// Whether the credential is to blame rather than the network.
    pub(super) fn blames_credential(&self) -> bool {
        self.kind() == FailureKind::Credentials
    }

    /// Whether it was not even asked for, since the time was up.
    pub(crate) fn had_no_time(&self) -> bool {
        matches!(self.problem, Problem::NoTime)
    }

    /// Whether a fresh token may help.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(&self.problem, Problem::Status(answer) if answer.status == 401)
    }

    /// Whether Jira itself does not take the body as a whole: each part of it may do better alone.
    pub(crate) fn blames_body(&self) -> bool {
        let is_refusal = self.status().is_some_and(is_refusal);
        matches!(self.asked, Asked::Submission(_)) && is_refusal
    }

    /// Whether less at once may go through; a proxy has a limit as well.
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(self.asked, Asked::Submission(_)) && self.answered_with() == Some(413)
    }

    /// Whether it may be this update alone that fails: a server that breaks on it, a firewall that dislikes its text.
    /// What concerns the credential, the connection or the number of requests concerns all.
    pub(crate) fn may_concern_one(&self) -> bool {
        let of_data = matches!(self.asked, Asked::Submission(_));
        of_data
            && match &self.problem {
                Problem::Transport(error) => error.is_after_connecting(),
                Problem::Status(answer) => {
                    !matches!(answer.status, 300..=399 | 401 | 403 | 407 | 429)
                }
                Problem::NotJira(_) => true,
                Problem::NoTime => false,
            }
    }

    /// Whether Jira says that there is nothing.
    pub(super) fn is_absence(&self) -> bool {
        self.status() == Some(404)
    }

    /// The error status with which Jira answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match &self.problem {
            Problem::Status(answer) => Some(answer.status),
            _ => None,
        }
    }

    /// The same, whoever answers.
    pub(super) fn answered_with(&self) -> Option<u16> {
        match &self.problem {
            Problem::Status(answer) | Problem::NotJira(answer) => Some(answer.status),
            _ => None,
        }
    }

    /// Why, in one line, as Jira put it.
    pub(super) fn reason(&self) -> String {
        let Problem::Status(answer) = &self.problem else {
            return self.asked.words(self.kind(), &self.host);
        };
        let messages = error_body::messages(&answer.body);
        if messages.is_empty() {
            format!("status {}", answer.status)
        } else {
            messages.join("; ")
        }
    }

    /// Whether it is a stand-in on this machine, or a relay.
    fn is_local(&self) -> bool {
        is_of_this_machine(&self.host)
    }

    fn kind(&self) -> FailureKind {
        let Problem::Status(answer) = &self.problem else {
            return FailureKind::Unreachable;
        };
        match (self.asked, answer.status) {
            (Asked::CloudId, _)
            | (Asked::Token, 404 | 405)
            | (_, 300..=399 | 407 | 408 | 424 | 425 | 429 | 500..) => FailureKind::Unreachable,
            (Asked::Token, _) | (_, 401 | 403) => FailureKind::Credentials,
            // Only a refusal of the data is final.
            (Asked::Submission(_), status) if !is_refusal(status) => FailureKind::Unreachable,
            _ => FailureKind::Refused,
        }
    }

    /// The failure as people see it, with the host that failed.
    pub(crate) fn explain(&self) -> Failure {
        self.explain_as(self.asked.words(self.kind(), &self.host))
    }

    /// The same with the site that it is for, where another host was asked.
    pub(crate) fn explain_for(&self, site: &str) -> Failure {
        let words = self.asked.words(self.kind(), &self.host);
        if authority(site) == self.host {
            self.explain_as(words)
        } else {
            self.explain_as(format!("{words} for {site}"))
        }
    }

    fn explain_as(&self, words: String) -> Failure {
        let failure = Failure::new(self.kind(), words);
        match &self.problem {
            Problem::Transport(error) => {
                let hint = match error {
                    TransportError::Refused(_) if self.is_local() => format!(
                        "check that a server is running at {}, which JIRA_SITE or JIRA_API_URL names",
                        self.host
                    ),
                    _ => error.hint(),
                };
                failure.cause(error.words()).hint(hint)
            }
            Problem::Status(answer) => self.explain_status(failure, answer),
            Problem::NotJira(answer) => {
                let shown = error_body::excerpt(&answer.body);
                let shown = shown.map_or("an empty body".to_owned(), |text| format!("{text:?}"));
                failure
                    .cause(format!(
                        "status {}, but not Jira's answer: {shown}",
                        answer.status
                    ))
                    .hint("a proxy or a login page of the network may be answering in Jira's place")
            }
            Problem::NoTime => failure
                .cause("the time budget was used up")
                .hint("allow more time with --budget SECONDS"),
        }
    }

    fn explain_status(&self, failure: Failure, answer: &Answer) -> Failure {
        let status = answer.status;
        let mut failure = failure.cause(format!("Jira answered with status {status}"));
        for message in error_body::messages(&answer.body) {
            failure = failure.cause(message);
        }
        match (self.asked, status) {
            (_, 300..=399) => failure
                .cause(format!(
                    "a redirect to {}, which is not followed",
                    answer.header("location").unwrap_or("nowhere")
                ))
                .hint("was the site renamed? Set JIRA_SITE to its new name; if not, a proxy or a login page of the network may be answering in its place"),
            (_, 407) => failure.hint("the proxy requires a user and a password: set them in HTTPS_PROXY"),
            (_, 429) => failure.hint("Jira limits the number of requests; try again later"),
            (_, 500..) => failure.hint("Jira has a problem or is under maintenance: see status.atlassian.com"),
            (Asked::CloudId, 404) => failure.hint(
                "there is no such site: check JIRA_SITE, or set JIRA_CLOUD_ID where the site has a domain of its own",
            ),
            (Asked::CloudId, _) => {
                failure.hint("set JIRA_CLOUD_ID, which makes the look-up unnecessary")
            }
            (Asked::Token, 404 | 405) => {
                failure.hint("check JIRA_API_URL and JIRA_AUTH_URL: that host does not issue tokens")
            }
            (Asked::Token, _) => failure.hint(
                "check JIRA_CLIENT_ID and JIRA_CLIENT_SECRET against Jira settings > Apps > OAuth credentials; a deleted credential gives the same error",
            ),
            (_, 401 | 403) if answer.body.contains("IP address") => failure.hint(
                "the site accepts requests only from listed addresses: add the address of this agent, or of its proxy, to the site's IP allowlist",
            ),
            (Asked::Permission(_), _) if !matches!(status, 401 | 403) => failure.hint("this answer says nothing about sending: try it with jira-send build --issue-keys KEY"),
            (
                Asked::Submission(data)
                | Asked::Permission(data)
                | Asked::Reading(data)
                | Asked::Deletion(data),
                401 | 403,
            ) => failure.hint(format!(
                "tick \"{}\" on the credential: Jira settings > Apps > OAuth credentials > Edit; and check that it belongs to this site",
                data.permission()
            )),
            (Asked::Reading(_), 404) => failure.hint(
                "nothing is stored under this id; what was just sent takes Jira a moment, and only this credential's own data can be seen",
            ),
            (Asked::Submission(_) | Asked::Deletion(_), 404) => {
                failure.hint("check JIRA_CLOUD_ID, or leave it out to have it looked up")
            }
            (Asked::Submission(_), 413) => failure.hint("the request is too large for Jira"),
            (Asked::Submission(_), _) => {
                failure.hint("run it again with --dry-run to see what is sent")
            }
            (Asked::Reading(_) | Asked::Deletion(_) | Asked::Permission(_), _) => {
                failure.hint("run it again with --verbose to see what was asked")
            }
        }
    }
}

/// The statuses with which Jira refuses the data itself.
fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 409 | 413 | 415 | 422)
}

/// Whether somebody else answers: not in the shape that Jira's API uses with this status. What may pass is tried again
/// whoever says it, and of the look-up of the cloud id no shape is known.
fn is_foreign(asked: Asked, answer: &Answer) -> bool {
    let body = answer.body.as_str();
    let of_data = matches!(asked, Asked::Submission(_));
    match answer.status {
        300..=399 | 407 | 408 | 424 | 425 | 429 | 500.. => false,
        _ if asked == Asked::CloudId => false,
        // How a token is refused is not documented.
        401 => error_body::is_markup(body),
        _ if asked == Asked::Token => error_body::is_markup(body),
        _ if of_data && answer.status != 403 => !error_body::names_error(body),
        // These come without a body as well.
        _ => !body.trim().is_empty() && !error_body::names_error(body),
    }
}

#[cfg(test)]
mod tests;
