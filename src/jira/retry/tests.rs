mod crowd;

use super::{Answer, TransportError, pause_after};

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
    let proxy = || "http://proxy:3128".to_owned();
    let through = |error| TransportError::Through {
        proxy: proxy(),
        error: Box::new(error),
    };
    let status = |status| TransportError::ProxyStatus {
        proxy: proxy(),
        status,
    };
    let backoff = [Some((350, 650)), Some((700, 1_300)), Some((5_600, 10_400))];
    let once = [Some((210, 390)), None, None];
    let cases = [
        (TransportError::Timeout, backoff),
        (TransportError::Connection(text()), backoff),
        (through(TransportError::Timeout), backoff),
        (status(503), backoff),
        (TransportError::UnknownHost, once),
        (TransportError::Refused(text()), once),
        (through(TransportError::UnknownHost), once),
        (through(TransportError::Refused(text())), once),
        (TransportError::Tls(text()), [None; 3]),
        (status(407), [None; 3]),
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
