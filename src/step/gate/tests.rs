use serde_json::{Value, json};

use super::{Next, Patience, Wait, reason, seconds};

fn awaiting() -> Value {
    json!({"outcome": "awaiting", "exitCode": 7, "gatingStatus": "awaiting", "message": "the gate: awaiting"})
}

const PATIENCE: Patience = Patience {
    timeout: 3600,
    interval: None,
};

fn again(next: Next) -> (u64, String) {
    match next {
        Next::Again(again) => (again.seconds, again.token),
        Next::Over(result) => panic!("over with {result}"),
    }
}

#[test]
fn pauses_grow_and_news_alone_is_said() {
    let (mut token, mut now) = (None::<String>, 1_000_000);
    let mut pauses = Vec::new();
    for turn in 0..8 {
        let wait = Wait::of(token.as_deref(), now);
        let (next, line) = wait.after(awaiting(), &PATIENCE, now);
        assert_eq!(line.is_some(), turn == 0);
        let (pause, next) = again(next);
        pauses.push(pause);
        now += i64::try_from(pause).unwrap() * 1000;
        token = Some(next);
    }
    assert_eq!(pauses, [5, 7, 10, 15, 22, 33, 49, 60]);
    let allowed =
        json!({"outcome": "allowed", "exitCode": 0, "gatingStatus": "allowed", "message": "open"});
    let (next, line) = Wait::of(token.as_deref(), now).after(allowed, &PATIENCE, now);
    assert_eq!(line.as_deref(), Some("open"));
    let Next::Over(result) = next else {
        panic!("goes on");
    };
    assert_eq!(
        (&result["outcome"], &result["waited"]),
        (&json!("allowed"), &json!(201))
    );
}

#[test]
fn the_time_is_kept_though_the_clock_steps_back() {
    let patience = Patience {
        timeout: 12,
        interval: Some(10),
    };
    let (next, _) = Wait::of(None, 1_000_000).after(awaiting(), &patience, 1_000_000);
    let (pause, token) = again(next);
    assert_eq!(pause, 10);
    let (next, _) = Wait::of(Some(&token), 0).after(awaiting(), &patience, 0);
    let (pause, token) = again(next);
    assert_eq!(pause, 2);
    let (next, _) = Wait::of(Some(&token), 0).after(awaiting(), &patience, 0);
    assert_eq!(
        next,
        Next::Over({
            let mut over = awaiting();
            over["waited"] = 12.into();
            over
        })
    );
}

#[test]
fn trouble_is_said_once_and_the_last_answer_counts() {
    let trouble = json!({"outcome": "unreachable", "exitCode": 4, "message": "no way"});
    let (next, line) = Wait::of(None, 0).after(trouble.clone(), &PATIENCE, 0);
    assert_eq!(
        line.as_deref(),
        Some("no way; asking again until the time is up")
    );
    let (_, token) = again(next);
    let (next, line) = Wait::of(Some(&token), 5000).after(trouble.clone(), &PATIENCE, 5000);
    assert_eq!(line, None);
    let (_, token) = again(next);
    let (next, _) = Wait::of(Some(&token), 9000).after(awaiting(), &PATIENCE, 9000);
    let (_, token) = again(next);
    let (_, line) = Wait::of(Some(&token), 9500).after(trouble.clone(), &PATIENCE, 9500);
    assert!(line.is_some());
    let late = 3_600_000;
    let (next, _) = Wait::of(Some(&token), late).after(trouble, &PATIENCE, late);
    let Next::Over(result) = next else {
        panic!("goes on");
    };
    assert_eq!(result["outcome"], "awaiting");
}

#[test]
fn a_gate_that_jira_does_not_know_is_given_two_minutes() {
    let unknown = json!({"outcome": "rejected", "exitCode": 1, "message": "no gate"});
    let (next, line) = Wait::of(None, 0).after(unknown.clone(), &PATIENCE, 0);
    assert_eq!(line, None);
    let (_, token) = again(next);
    let (next, _) = Wait::of(Some(&token), 119_000).after(unknown.clone(), &PATIENCE, 119_000);
    again(next);
    let (next, _) = Wait::of(Some(&token), 120_000).after(unknown.clone(), &PATIENCE, 120_000);
    assert!(matches!(next, Next::Over(_)));
    // One that it knew before may come back.
    let (_, token) = again(Wait::of(None, 0).after(awaiting(), &PATIENCE, 0).0);
    let (next, _) = Wait::of(Some(&token), 500_000).after(unknown, &PATIENCE, 500_000);
    again(next);
    let denied = json!({"outcome": "unauthorized", "exitCode": 3, "message": "no"});
    let (next, _) = Wait::of(None, 0).after(denied, &PATIENCE, 0);
    assert!(matches!(next, Next::Over(_)));
}

#[test]
fn a_token_of_somebody_else_begins_anew() {
    for junk in [None, Some(""), Some("[]"), Some("5")] {
        assert_eq!(
            Wait::of(junk, 7),
            Wait {
                begun: 7,
                ..Wait::default()
            }
        );
    }
}

#[test]
fn times_are_written_in_many_ways() {
    for (text, expected) in [
        ("90", Some(90)),
        ("90 s", Some(90)),
        (" 20 Min ", Some(1200)),
        ("2h", Some(7200)),
        ("30 d", Some(2_592_000)),
        ("31 d", None),
        ("0", None),
        ("-5", None),
        ("", None),
        ("h", None),
        ("2 weeks", None),
        ("99999999999999999999", None),
        ("1,5 h", None),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    for (outcome, status, words) in [
        ("prevented", "prevented", "declined"),
        ("prevented", "expired", "run the deployment again"),
        ("awaiting", "awaiting", "within 5 seconds"),
        ("invalid_gate", "invalid", "serviceIds"),
        ("rejected", "", "enableGating"),
        ("unauthorized", "", "permission"),
        ("unreachable", "", "jiraAwaitGate"),
        ("invalid", "", "may not proceed"),
    ] {
        let result =
            json!({"outcome": outcome, "gatingStatus": status, "message": "m", "waited": 5});
        let reason = reason(&result);
        assert!(reason.contains(words) && reason.contains(": m"), "{reason}");
    }
}
