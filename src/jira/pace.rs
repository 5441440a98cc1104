//! No faster than Jira likes: for commands that send a lot, and have the time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::http::{Answer, Request, Transport, TransportError};
use super::retry::{jittered, told_pause};
use crate::output::Output;
use crate::system::System;

/// Between two requests, at least: half of what Jira allows a site for a moment is left for the builds that go on.
const LEAST: Duration = Duration::from_millis(20);

/// Between two requests once Jira says that its limit is near and not what it is; and at most.
const NEAR: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(2);

/// The time in which Jira counts requests.
const WINDOW: Duration = Duration::from_mins(1);

/// When Jira asks for more patience than this, it is not had.
const LONGEST: Duration = Duration::from_hours(2);

/// Pauses that are shorter are not worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(10);

/// A transport that waits when Jira asks for it, however long, and slows down before it has to.
pub(crate) struct Paced<'a> {
    transport: &'a dyn Transport,
    system: &'a dyn System,
    output: &'a Output,
    /// When the next request may begin.
    next: Mutex<Duration>,
}

impl<'a> Paced<'a> {
    pub(crate) fn new(
        transport: &'a dyn Transport,
        system: &'a dyn System,
        output: &'a Output,
    ) -> Self {
        Self {
            transport,
            system,
            output,
            next: Mutex::default(),
        }
    }

    /// Waits for its turn, and takes the next.
    fn wait(&self) {
        let now = self.system.elapsed();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = next.saturating_sub(now);
        *next = now.saturating_add(pause).saturating_add(LEAST);
        drop(next);
        if !pause.is_zero() {
            self.system.sleep(pause);
        }
    }

    fn hold(&self, pause: Duration) {
        let until = self.system.elapsed().saturating_add(pause);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = until.max(*next);
    }
}

impl Transport for Paced<'_> {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        loop {
            self.wait();
            let answer = self.transport.send(request, timeout)?;
            if let Some(pause) = slower(&answer) {
                self.hold(pause);
            }
            let told = told_pause(&answer, self.system.now());
            let told = told.filter(|told| answer.status == 429 && *told <= LONGEST);
            let Some(told) = told.filter(|_| !request.is_unwanted()) else {
                return Ok(answer);
            };
            if told >= WORTH_A_WORD {
                let seconds = told.as_secs();
                self.output.say(&format!(
                    "Jira limits the number of requests: waiting for {seconds} s"
                ));
            }
            // Those who were stopped together do not come again together.
            let more = jittered(told.as_secs_f64().min(10.0), self.system.random());
            self.hold(told.max(more));
        }
    }
}

/// The pause between requests, when Jira says that its limit is near.
fn slower(answer: &Answer) -> Option<Duration> {
    let number = |name| answer.header(name)?.trim().parse::<u32>().ok();
    let limit = number("x-ratelimit-limit").filter(|limit| *limit >= 1);
    let left = number("x-ratelimit-remaining");
    let is_few = limit
        .zip(left)
        .is_some_and(|(limit, left)| left.saturating_mul(5) < limit);
    let is_said = answer.header("x-ratelimit-nearlimit") == Some("true");
    let pause = limit.map_or(NEAR, |limit| 2 * WINDOW / limit);
    (is_few || is_said).then_some(pause.min(MOST))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::{Answer, Paced, Request, Transport, TransportError};
    use crate::output::Output;
    use crate::system::System as _;
    use crate::system::fake::FakeMachine;

    /// Answers with these statuses and headers, then with 202.
    struct Script(Mutex<Vec<Said>>);

    type Said = (u16, Vec<(&'static str, &'static str)>);

    impl Transport for Script {
        fn send(&self, _: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
            let mut left = self.0.lock().unwrap();
            let (status, headers) = if left.is_empty() {
                (202, vec![])
            } else {
                left.remove(0)
            };
            let headers = headers.into_iter();
            Ok(Answer {
                status,
                headers: headers
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect(),
                body: String::new(),
            })
        }
    }

    /// What is answered first; the statuses of two requests, and the least and most seconds that they took.
    #[test]
    fn jira_is_heeded() {
        let cases = [
            (vec![], [202, 202], 0.02, 0.03),
            (
                vec![(429, vec![("retry-after", "7")])],
                [202, 202],
                7.0,
                10.0,
            ),
            (
                vec![(429, vec![("retry-after", "3600")])],
                [202, 202],
                3_600.0,
                3_601.0,
            ),
            (
                vec![(429, vec![("retry-after", "99999")])],
                [429, 202],
                0.02,
                0.03,
            ),
            (vec![(429, vec![])], [429, 202], 0.02, 0.03),
            (
                vec![(429, vec![("x-ratelimit-reset", "2026-01-01T00:00:30Z")])],
                [202, 202],
                30.0,
                31.0,
            ),
            (
                vec![(503, vec![("retry-after", "7")])],
                [503, 202],
                0.02,
                0.03,
            ),
            (
                vec![(202, vec![("x-ratelimit-nearlimit", "true")])],
                [202, 202],
                1.0,
                1.1,
            ),
            (
                vec![(
                    202,
                    vec![("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "11")],
                )],
                [202, 202],
                2.0,
                2.1,
            ),
            (
                vec![(
                    202,
                    vec![("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "12")],
                )],
                [202, 202],
                0.02,
                0.03,
            ),
        ];
        for (script, expected, least, most) in cases {
            let (machine, shown) = (FakeMachine::default(), format!("{script:?}"));
            let transport = Script(Mutex::new(script));
            let output = Output::new(Vec::new(), Vec::new());
            let paced = Paced::new(&transport, &machine, &output);
            let begun = machine.elapsed();
            let send = || paced.send(Request::get("https://x"), Duration::from_secs(5));
            let statuses = [send(), send()].map(|answer| answer.unwrap().status);
            let took = machine.elapsed().saturating_sub(begun).as_secs_f64();
            assert_eq!(statuses, expected, "{shown}");
            assert!((least..=most).contains(&took), "{shown}: {took}");
        }
    }
}
