//! Compares this machine's clock with Jira's, by the dates of answers. `send.rs` and `check` warn by it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::http::{Answer, Method, Request, Transport, TransportError};
use crate::domain::timestamp::Timestamp;
use crate::system::System;

/// Smaller differences order the updates of different machines well enough.
const TOLERATED: i64 = 60_000;

/// A transport that notes by how much the clocks differ.
pub(crate) struct Clocked<'a> {
    transport: &'a dyn Transport,
    system: &'a dyn System,
    /// What is not asked for by POST may come out of a cache with the time at which it was put there.
    trusts_caches: bool,
    /// Milliseconds by which this machine is ahead.
    ahead: Mutex<Option<i64>>,
}

impl<'a> Clocked<'a> {
    pub(crate) fn new(transport: &'a dyn Transport, system: &'a dyn System) -> Self {
        Self {
            transport,
            system,
            trusts_caches: false,
            ahead: Mutex::default(),
        }
    }

    /// The same where any answer will do.
    pub(crate) fn of_any(transport: &'a dyn Transport, system: &'a dyn System) -> Self {
        Self {
            trusts_caches: true,
            ..Self::new(transport, system)
        }
    }

    /// Milliseconds by which this machine is ahead; exact to a second or two.
    pub(crate) fn ahead(&self) -> Option<i64> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What people should know, if the clocks differ by too much.
    pub(crate) fn warning(&self) -> Option<String> {
        let ahead = self.ahead().filter(|ahead| ahead.abs() > TOLERATED)?;
        let (minutes, seconds) = (ahead.abs() / 60_000, ahead.abs() / 1_000 % 60);
        let side = if ahead > 0 { "ahead of" } else { "behind" };
        Some(format!(
            "the clock of this machine is {minutes} min {seconds} s {side} Jira's: updates from other machines may wrongly count as newer or older"
        ))
    }
}

impl Transport for Clocked<'_> {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        let sent = self.system.now().as_millisecond();
        let answer = self.transport.send(request, timeout)?;
        let received = self.system.now().as_millisecond();
        let date = answer.header("date").and_then(Timestamp::of_header);
        let counts = self.trusts_caches || request.method != Method::Get;
        if let Some(date) = date.filter(|_| counts) {
            let date = date.as_millisecond();
            // The header has whole seconds, and was written at some moment in between.
            let ahead = if sent > date.saturating_add(1_000) {
                sent.saturating_sub(date)
            } else {
                received.saturating_sub(date).min(0)
            };
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answer, Clocked, Request, Transport, TransportError};
    use crate::system::fake::FakeMachine;

    /// Answers with this date.
    struct Dated(&'static str);

    impl Transport for Dated {
        fn send(&self, _: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
            Ok(Answer {
                status: 202,
                headers: vec![("date".to_owned(), self.0.to_owned())],
                body: String::new(),
            })
        }
    }

    /// The fake machine's clock shows 2026-01-01T00:00:00Z.
    #[test]
    fn only_great_differences_are_told() {
        let cases = [
            ("Thu, 01 Jan 2026 00:00:00 GMT", None),
            ("Thu, 01 Jan 2026 00:00:59 GMT", None),
            ("Wed, 31 Dec 2025 23:59:01 GMT", None),
            ("Thu, 01 Jan 2026 00:03:05 GMT", Some("3 min 5 s behind")),
            ("Wed, 31 Dec 2025 23:00:00 GMT", Some("60 min 0 s ahead of")),
            ("yesterday", None),
        ];
        for (date, words) in cases {
            let (transport, machine) = (Dated(date), FakeMachine::default());
            let send = |request| {
                let clocked = Clocked::new(&transport, &machine);
                clocked.send(request, Duration::ZERO).unwrap();
                clocked.warning()
            };
            let warning = send(Request::post("https://x", "{}"));
            assert_eq!(warning.is_some(), words.is_some(), "{date}");
            assert!(
                warning
                    .unwrap_or_default()
                    .contains(words.unwrap_or_default())
            );
            assert_eq!(send(Request::get("https://x")), None, "{date}");
        }
    }

    /// The header leaves out the part of its second that has gone by: within it, nothing is known to differ.
    #[test]
    fn a_second_that_has_begun_is_no_difference() {
        for (date, ahead) in [
            ("Thu, 01 Jan 2026 00:00:00 GMT", 0),
            ("Wed, 31 Dec 2025 23:59:59 GMT", 0),
            ("Wed, 31 Dec 2025 23:59:58 GMT", 2_000),
            ("Thu, 01 Jan 2026 00:00:01 GMT", -1_000),
        ] {
            let (transport, machine) = (Dated(date), FakeMachine::default());
            let clocked = Clocked::of_any(&transport, &machine);
            clocked
                .send(Request::get("https://x"), Duration::ZERO)
                .unwrap();
            assert_eq!(clocked.ahead(), Some(ahead), "{date}");
        }
    }
}
