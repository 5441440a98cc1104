//! How the stand-in misbehaves when told to.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::Response;
use crate::record::Endpoint;

/// One way to go wrong. Except where said, the request is not carried out.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A given answer.
    Status {
        /// Status code.
        code: u16,
        /// Headers beside those of the framing.
        headers: Vec<(String, String)>,
        /// Left out when empty.
        content_type: String,
        /// The body as text.
        body: String,
    },
    /// Reads the request and closes.
    CloseBeforeAnswer,
    /// Carries the request out, sends half of the answer's body, closes.
    CutBody,
    /// A success whose body is not JSON.
    Junk,
    /// Carries the request out and waits before it answers.
    SlowHeaders(Duration),
    /// Carries the request out and waits in the middle of the answer's body.
    SlowBody(Duration),
    /// No answer until the server stops.
    Hang,
    /// 202 with exactly this body.
    Answer(Value),
    /// Carries the request out and closes without an answer.
    ApplyThenClose,
}

impl Fault {
    /// A status with the body of Atlassian's API gateway.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::json(
            code,
            json!({ "code": code, "message": format!("Sandbox fault {code}") }),
        )
    }

    /// A status with a JSON body, given as a value or as text.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers pass json!(…)")]
    pub fn json(code: u16, body: impl ToString) -> Self {
        Self::answer(code, "application/json", body.to_string())
    }

    /// A status with a page, as proxies and maintenance answer.
    #[must_use]
    pub fn html(code: u16) -> Self {
        let body = format!(
            "<!DOCTYPE html><html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>"
        );
        Self::answer(code, "text/html", body)
    }

    /// A status without a body.
    #[must_use]
    pub fn empty(code: u16) -> Self {
        Self::answer(code, "", String::new())
    }

    /// 429, with `Retry-After` when given.
    #[must_use]
    pub fn rate_limited(retry_after_seconds: Option<u64>) -> Self {
        let headers =
            retry_after_seconds.map(|seconds| ("Retry-After".to_owned(), seconds.to_string()));
        Self::Status {
            code: 429,
            headers: headers.into_iter().collect(),
            content_type: String::new(),
            body: String::new(),
        }
    }

    /// 302 to another place, as the old name of a renamed site answers.
    #[must_use]
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::Status {
            code: 302,
            headers: vec![("Location".to_owned(), location.into())],
            content_type: String::new(),
            body: String::new(),
        }
    }

    fn answer(code: u16, content_type: &str, body: String) -> Self {
        Self::Status {
            code,
            headers: Vec::new(),
            content_type: content_type.to_owned(),
            body,
        }
    }
}

/// What happens on the socket.
#[derive(Debug)]
pub(crate) enum Delivery {
    Whole(Response),
    Cut(Response),
    /// Waits before the headers.
    Late(Duration, Response),
    /// Waits within the body.
    Halting(Duration, Response),
    Hang,
    Close,
}

impl Delivery {
    /// `work` carries the request out and is called only by faults that do so.
    pub(crate) fn of(
        fault: Option<Fault>,
        submission: bool,
        work: impl FnOnce() -> Response,
    ) -> Self {
        let Some(fault) = fault else {
            return Self::Whole(work());
        };
        match fault {
            Fault::Status {
                code,
                mut headers,
                content_type,
                body,
            } => {
                if !content_type.is_empty() {
                    headers.push(("Content-Type".to_owned(), content_type));
                }
                Self::Whole(Response {
                    status: code,
                    headers,
                    body: body.into_bytes(),
                })
            }
            Fault::CloseBeforeAnswer => Self::Close,
            Fault::CutBody => Self::Cut(work()),
            Fault::Junk => {
                let status = if submission { 202 } else { 200 };
                Self::Whole(Response::with(
                    status,
                    "application/json",
                    "this is { not JSON",
                ))
            }
            Fault::SlowHeaders(pause) => Self::Late(pause, work()),
            Fault::SlowBody(pause) => Self::Halting(pause, work()),
            Fault::Hang => Self::Hang,
            Fault::Answer(body) => Self::Whole(Response::json(202, &body)),
            Fault::ApplyThenClose => {
                work();
                Self::Close
            }
        }
    }
}

/// The faults that are due.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queued: Vec<(Endpoint, VecDeque<Fault>)>,
    standing: Vec<(Endpoint, Fault)>,
    /// Those that only requests with a text meet.
    by_text: Vec<(String, Fault)>,
}

impl Faults {
    pub(crate) fn queue(&mut self, endpoint: Endpoint, times: usize, fault: Fault) {
        let faults = std::iter::repeat_n(fault, times);
        match self.queued.iter_mut().find(|(known, _)| *known == endpoint) {
            Some((_, queue)) => queue.extend(faults),
            None => self.queued.push((endpoint, faults.collect())),
        }
    }

    pub(crate) fn always(&mut self, endpoint: Endpoint, fault: Fault) {
        self.standing.retain(|(known, _)| *known != endpoint);
        self.standing.push((endpoint, fault));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn on_text(&mut self, text: &str, fault: Fault) {
        self.by_text.push((text.to_owned(), fault));
    }

    /// Faults of a text come first, and queued ones before the standing one.
    pub(crate) fn next(&mut self, endpoint: Endpoint, body: &str) -> Option<Fault> {
        let mut by_text = self.by_text.iter();
        if let Some((_, fault)) = by_text.find(|(text, _)| body.contains(text.as_str())) {
            return Some(fault.clone());
        }
        let queue = self.queued.iter_mut().find(|(known, _)| *known == endpoint);
        if let Some(fault) = queue.and_then(|(_, queue)| queue.pop_front()) {
            return Some(fault);
        }
        let standing = self.standing.iter().find(|(known, _)| *known == endpoint);
        standing.map(|(_, fault)| fault.clone())
    }
}
