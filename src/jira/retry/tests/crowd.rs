//! What happens to ten thousand builds that end at the same moment, by Jira's documented limit on bursts: a bucket of
//! 100 submissions that fills up within a second. `make crowd` prints it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::jira::http::Answer;
use crate::jira::retry::pause_after;

const AGENTS: usize = 10_000;

/// Submissions that a site takes in a second, and how long an answer takes, in seconds.
const RATE: f64 = 100.0;
const LATENCY: f64 = 0.1;

/// What one step has: so many tries within so many seconds.
const TRIES: u32 = 5;
const BUDGET: f64 = 14.0;

/// Until the next update from the same machine, in seconds, at most.
const NEXT_UPDATE: f64 = 600.0;

/// What an agent does when it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// One try, as a line of curl.
    Once,
    /// It tries until it is in, with pauses that are the same for everybody.
    InStep,
    /// The same with jitter.
    Jitter,
    /// Ours: with jitter within the budget, then by the outbox with the machine's next update.
    Outbox,
    /// The same with one outbox for all, which `jira-send flush` sends in hundreds.
    Shared,
}

#[derive(Debug, PartialEq)]
struct Outcome {
    requests: usize,
    lost: usize,
    /// When the last one was in, in seconds.
    seconds: f64,
}

/// The same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        #[expect(clippy::cast_precision_loss, reason = "a part of one")]
        let part = (self.0 >> 40) as f64 / (1_u64 << 24) as f64;
        part
    }
}

/// Jira's bucket.
struct Bucket {
    left: f64,
    since: f64,
}

impl Bucket {
    fn takes(&mut self, now: f64) -> bool {
        self.left = (self.left + (now - self.since) * RATE).min(RATE);
        self.since = now;
        let takes = self.left >= 1.0;
        self.left -= f64::from(u8::from(takes));
        takes
    }
}

fn refusal() -> Answer {
    Answer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "1".to_owned())],
        body: String::new(),
    }
}

fn simulate(way: Way) -> Outcome {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let (mut dice, mut bucket) = (
        Dice(7),
        Bucket {
            left: RATE,
            since: 0.0,
        },
    );
    // Microseconds, agent, tries; whoever comes first is first.
    let mut queue: BinaryHeap<Reverse<(u64, usize, u32)>> = BinaryHeap::new();
    queue.extend((0..AGENTS).map(|agent| Reverse((0, agent, 0))));
    let mut outcome = Outcome {
        requests: 0,
        lost: 0,
        seconds: 0.0,
    };
    let mut shared = 0;
    while let Some(Reverse((at, agent, tried))) = queue.pop() {
        let time = seconds(at);
        outcome.requests += 1;
        if bucket.takes(time) {
            outcome.seconds = outcome.seconds.max(time + LATENCY);
            continue;
        }
        let tried = tried + 1;
        let random = match way {
            Way::Once | Way::InStep => 0.5,
            _ => dice.throw(),
        };
        let pause = pause_after(&Ok(refusal()), tried, random, now)
            .unwrap()
            .as_secs_f64();
        let next = time + LATENCY + pause;
        let in_budget = tried < TRIES && next < BUDGET;
        match way {
            Way::Once => outcome.lost += 1,
            Way::InStep | Way::Jitter => queue.push(Reverse((microseconds(next), agent, tried))),
            Way::Outbox | Way::Shared if in_budget => {
                queue.push(Reverse((microseconds(next), agent, tried)));
            }
            Way::Shared => shared += 1,
            Way::Outbox => {
                let later = BUDGET + dice.throw() * NEXT_UPDATE;
                queue.push(Reverse((microseconds(later), agent, 0)));
            }
        }
    }
    if shared > 0 {
        let flush = shared_requests(shared);
        outcome.requests += flush;
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let took = flush as f64 * LATENCY;
        outcome.seconds = outcome.seconds.max(BUDGET + took);
    }
    outcome
}

fn shared_requests(waiting: usize) -> usize {
    waiting.div_ceil(crate::jira::MAX_ITEMS)
}

#[expect(clippy::cast_precision_loss, reason = "minutes")]
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes"
)]
fn microseconds(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

#[test]
#[expect(clippy::print_stdout, reason = "for those who ask for the figures")]
fn ten_thousand_builds_end_at_once() {
    let ways = [
        (Way::Once, "one try"),
        (Way::InStep, "tries until it is in, no jitter"),
        (Way::Jitter, "tries until it is in, with jitter"),
        (Way::Outbox, "jira-send, an outbox on each agent"),
        (Way::Shared, "jira-send, one outbox and a flush"),
    ];
    println!("{AGENTS} builds end at once; Jira takes {RATE} submissions a second\n");
    println!(
        "{:<36} {:>9} {:>6} {:>12}",
        "", "requests", "lost", "all in after"
    );
    let outcomes = ways.map(|(way, name)| {
        let outcome = simulate(way);
        let Outcome {
            requests,
            lost,
            seconds,
        } = outcome;
        let after = if lost > 0 {
            "never".to_owned()
        } else {
            format!("{seconds:.0} s")
        };
        println!("{name:<36} {requests:>9} {lost:>6} {after:>12}");
        outcome
    });
    let [once, in_step, jitter, outbox, shared] = outcomes;
    assert!(once.lost > 9_000);
    let all = [&in_step, &jitter, &outbox, &shared];
    assert!(all.iter().all(|outcome| outcome.lost == 0));
    assert!(
        in_step.seconds > 5.0 * jitter.seconds,
        "{in_step:?} {jitter:?}"
    );
    assert!(shared.seconds < jitter.seconds && shared.requests < jitter.requests);
    assert!(outbox.seconds < BUDGET + 2.0 * NEXT_UPDATE);
}
