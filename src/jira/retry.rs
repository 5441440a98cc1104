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
        return Some(until(Timestamp::of_header(text)?, now));
    }
    let reset = answer.header("x-ratelimit-reset")?.parse().ok()?;
    Some(until(reset, now))
}

fn until(end: Timestamp, now: Timestamp) -> Duration {
    let left = end.as_millisecond() - now.as_millisecond();
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}

#[cfg(test)]
mod tests;
