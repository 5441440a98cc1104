//! What is sent again, and when. Pure: the pause is computed here and slept elsewhere.

use std::time::Duration;

use super::http::{Answer, TransportError};
use super::transport_error::Retry;
use crate::domain::timestamp::Timestamp;

/// Pause before the one further try where nobody takes connections, in seconds.
const SHORT_PAUSE: f64 = 0.3;

/// Longest pause that is computed without a word from Jira.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The pause before the next try, or nothing when the result is final.
///
/// `tried` counts the tries so far, from 1. `random` is from 0 to 1.
pub(crate) fn pause_after(
    result: &Result<Answer, TransportError>,
    tried: u32,
    random: f64,
    now: Timestamp,
) -> Option<Duration> {
    match result {
        Err(error) => match error.retry() {
            Retry::Never => None,
            Retry::Once => (tried < 2).then(|| jittered(SHORT_PAUSE, random)),
            Retry::Backoff => Some(backoff(tried, random)),
        },
        Ok(answer) if is_passing(answer.status) => {
            let told = told_pause(answer, now).unwrap_or(Duration::ZERO);
            Some(told.max(backoff(tried, random)))
        }
        Ok(_) => None,
    }
}

/// Everything that we send or delete may be sent or deleted twice, so a 500 may be tried again as well.
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 424 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Half a second, doubled with every try.
fn backoff(tried: u32, random: f64) -> Duration {
    let exponent = i32::try_from(tried.saturating_sub(1).min(10)).unwrap_or(10);
    jittered(0.5 * 2_f64.powi(exponent), random).min(MAX_PAUSE)
}

/// Times 0.7 to 1.3, so that those who failed together do not come again together.
pub(super) fn jittered(seconds: f64, random: f64) -> Duration {
    Duration::from_secs_f64(seconds * (0.7 + 0.6 * random))
}

/// `Retry-After` in seconds or as a date, else `X-RateLimit-Reset`.
pub(super) fn told_pause(answer: &Answer, now: Timestamp) -> Option<Duration> {
    if let Some(text) = answer.header("retry-after") {
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        return Some(until(date.timestamp().as_millisecond(), now));
    }
    let reset: Timestamp = answer.header("x-ratelimit-reset")?.parse().ok()?;
    Some(until(reset.as_millisecond(), now))
}

fn until(milliseconds: i64, now: Timestamp) -> Duration {
    let left = milliseconds.saturating_sub(now.as_millisecond());
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}

#[cfg(test)]
mod crowd;

#[cfg(test)]
mod tests {
    use super::{Answer, TransportError, pause_after};
    use crate::jira::transport_error::ProxyProblem;

    fn pause(status: u16, header: Option<(&str, &str)>, tried: u32) -> Option<f64> {
        let answer = Answer {
            status,
            headers: header
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            body: String::new(),
        };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        pause_after(&Ok(answer), tried, 0.5, now).map(|pause| pause.as_secs_f64())
    }

    #[test]
    fn only_passing_answers_are_tried_again() {
        for status in [408, 424, 425, 429, 500, 502, 503, 504] {
            assert_eq!(pause(status, None, 1), Some(0.5), "{status}");
        }
        for status in [200, 202, 301, 400, 401, 403, 404, 405, 413, 422, 501] {
            assert_eq!(pause(status, None, 1), None, "{status}");
        }
    }

    #[test]
    fn what_jira_says_is_the_least_pause() {
        let cases = [
            (Some(("retry-after", "7")), 7.0),
            (Some(("retry-after", "0")), 0.5),
            (Some(("retry-after", "Thu, 01 Jan 2026 00:00:09 GMT")), 9.0),
            (Some(("retry-after", "Wed, 31 Dec 2025 00:00:00 GMT")), 0.5),
            (Some(("retry-after", "soon")), 0.5),
            (Some(("x-ratelimit-reset", "2026-01-01T00:00:04Z")), 4.0),
            (None, 0.5),
        ];
        for (header, seconds) in cases {
            assert_eq!(pause(429, header, 1), Some(seconds), "{header:?}");
        }
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let pauses: Vec<_> = (1..=4)
            .filter_map(|tried| pause(503, None, tried))
            .collect();
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0]);
        assert_eq!(pause(503, None, u32::MAX), Some(30.0));
    }

    /// The error, and the pauses in milliseconds after the first, second and fifth try, with the least and most jitter.
    #[test]
    fn lost_connections_are_tried_again_refused_ones_once_and_tls_never() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let text = || "x".to_owned();
        let through = |problem| TransportError::Proxy {
            proxy: "http://proxy:3128".to_owned(),
            problem,
        };
        let backoff = [Some((350, 650)), Some((700, 1_300)), Some((5_600, 10_400))];
        let once = [Some((210, 390)), None, None];
        let cases = [
            (TransportError::Timeout, backoff),
            (TransportError::Connection(text()), backoff),
            (through(ProxyProblem::Timeout), backoff),
            (through(ProxyProblem::Status(503)), backoff),
            (TransportError::UnknownHost, once),
            (TransportError::Refused(text()), once),
            (through(ProxyProblem::UnknownHost), once),
            (through(ProxyProblem::Refused(text())), once),
            (TransportError::Tls(text()), [None; 3]),
            (through(ProxyProblem::Status(407)), [None; 3]),
        ];
        for (error, expected) in cases {
            let error = Err(error);
            let pause = |tried, random| {
                let pause = pause_after(&error, tried, random, now);
                pause.map(|pause| pause.as_millis())
            };
            let pauses = [1, 2, 5].map(|tried| pause(tried, 0.0).zip(pause(tried, 1.0)));
            assert_eq!(pauses, expected, "{error:?}");
        }
    }
}
