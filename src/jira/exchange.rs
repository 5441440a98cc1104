//! One request until its answer is final: retries within the time budget. Everything that asks Jira goes through it.

use std::time::Duration;

use super::error::{Asked, JiraError};
use super::http::{Answer, Request, Transport, TransportError};
use super::retry::pause_after;
use crate::system::{Deadline, System};

/// Most tries of one request, all within the time budget.
const MAX_TRIES: u32 = 5;

/// How often a pause checks whether the answer is still needed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// One request with its retries.
pub(super) struct Exchange<'a> {
    transport: &'a dyn Transport,
    system: &'a dyn System,
    pub(super) deadline: Deadline,
    max_tries: u32,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        transport: &'a dyn Transport,
        system: &'a dyn System,
        deadline: Deadline,
    ) -> Self {
        Self {
            transport,
            system,
            deadline,
            max_tries: MAX_TRIES,
        }
    }

    /// Whether a request is tried again at all.
    pub(super) fn retry(&mut self, retries: bool) {
        self.max_tries = if retries { MAX_TRIES } else { 1 };
    }

    /// The answer with a status from 200 to 299.
    pub(super) fn send(&self, asked: Asked, request: Request<'_>) -> Result<Answer, JiraError> {
        let mut tried = 0;
        loop {
            let remaining = self.deadline.remaining(self.system);
            if remaining.is_zero() {
                return Err(JiraError::no_time(asked, request.url));
            }
            let result = self.transport.send(request, remaining);
            tried += 1;
            let pause = pause_after(&result, tried, self.system.random(), self.system.now());
            let left = self.deadline.remaining(self.system);
            match pause {
                Some(pause) if tried < self.max_tries && pause < left => self.pause(pause, request),
                _ => return finished(asked, request.url, result),
            }
            // A busy machine may oversleep; what happened says more than that the time is up.
            if request.is_unwanted() || self.deadline.remaining(self.system).is_zero() {
                return finished(asked, request.url, result);
            }
        }
    }

    fn pause(&self, mut pause: Duration, request: Request<'_>) {
        while !pause.is_zero() && !request.is_unwanted() {
            let slice = match request.unwanted {
                Some(_) => pause.min(LOOK_AGAIN),
                None => pause,
            };
            self.system.sleep(slice);
            pause -= slice;
        }
    }
}

fn finished(
    asked: Asked,
    url: &str,
    result: Result<Answer, TransportError>,
) -> Result<Answer, JiraError> {
    match result {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(answer),
        Ok(answer) => Err(JiraError::refused(asked, url, answer)),
        Err(error) => Err(JiraError::transport(asked, url, error)),
    }
}

impl Answer {
    /// For a body that may hold a secret: words replace it, if there is one.
    pub(super) fn without_body(mut self) -> Self {
        if !self.body.trim().is_empty() {
            "(not shown, since it may hold a token)".clone_into(&mut self.body);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answer, Asked, Deadline, Exchange, Request, Transport, TransportError};
    use crate::domain::timestamp::Timestamp;
    use crate::system::System;
    use crate::system::fake::FakeMachine;

    #[test]
    fn a_body_that_may_hold_a_token_is_not_shown() {
        for (body, shown) in [
            ("{\"token\": 1}", "(not shown, since it may hold a token)"),
            (" \n", " \n"),
        ] {
            let answer = Answer {
                body: body.to_owned(),
                ..Answer::default()
            };
            assert_eq!(answer.without_body().body, shown);
        }
    }

    /// Too busy to wake up in time.
    struct Drowsy(FakeMachine);

    impl System for Drowsy {
        fn now(&self) -> Timestamp {
            self.0.now()
        }

        fn elapsed(&self) -> Duration {
            self.0.elapsed()
        }

        fn sleep(&self, duration: Duration) {
            self.0.sleep(duration + Duration::from_secs(5));
        }

        fn random(&self) -> f64 {
            self.0.random()
        }

        fn process(&self) -> &str {
            self.0.process()
        }

        fn is_gone(&self, process: &str) -> bool {
            self.0.is_gone(process)
        }
    }

    struct Closing;

    impl Transport for Closing {
        fn send(&self, _: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
            Err(TransportError::Connection("it was closed".to_owned()))
        }
    }

    #[test]
    fn what_happened_is_told_though_the_time_ran_out_in_a_pause() {
        let machine = Drowsy(FakeMachine::default());
        for (seconds, words) in [(2, "it was closed"), (0, "used up")] {
            let deadline = Deadline::after(&machine, Duration::from_secs(seconds));
            let exchange = Exchange::new(&Closing, &machine, deadline);
            let error = exchange.send(Asked::Token, Request::get("https://x"));
            let message = error.unwrap_err().explain().message();
            assert!(message.contains(words), "{message}");
        }
    }
}
