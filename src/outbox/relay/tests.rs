use std::time::Duration;

use serde_json::json;

use super::{Brought, HandedOver, MAX_BYTES, TakenOver, mark};
use crate::domain::sequence::SequenceNumber;
use crate::outbox::{Entry, Limits, Outbox, Sending};
use crate::system::System as _;
use crate::system::fake::FakeMachine;

const LIMITS: Limits = Limits {
    age: Duration::from_hours(24),
    entries: 1_000,
    bytes: 16 * 1024 * 1024,
};

fn entry(number: i64, sequence: i64, text: &str, machine: &FakeMachine) -> Entry {
    let sending = Sending {
        name: "build shop » main",
        data: "builds",
        site: Some("acme.atlassian.net"),
        cloud_id: None,
        key: &json!({"pipelineId": "shop", "buildNumber": number}),
        sequence: SequenceNumber::new(sequence),
        body: &json!({"builds": [{"buildNumber": number, "description": text}]}),
    };
    Entry::new(&sending, machine.now())
}

/// Puts the entries there to wait, and takes along what there is of them.
fn handed_over(entries: &[Entry], machine: &FakeMachine) -> HandedOver {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path(), LIMITS, true, machine).unwrap();
    for entry in entries {
        let held = outbox.hold_new(entry, Duration::from_mins(1)).unwrap();
        outbox.put_back(&held, None).unwrap();
    }
    let entities = entries.iter().map(Entry::entity).collect();
    outbox.hand_over(&TakenOver {
        entities,
        ..TakenOver::default()
    })
}

#[test]
fn what_is_handed_over_arrives_whole_once_and_in_its_last_state() {
    let machine = FakeMachine::default();
    let text = "é 🚀 \u{2028} \"x\"\n$(id)";
    let entries = [
        entry(2, 7, text, &machine),
        entry(1, 5, text, &machine),
        entry(1, 6, text, &machine),
    ];
    let handed = handed_over(&entries, &machine);
    assert_eq!((handed.lines.len(), handed.left_out), (2, 0));
    assert!(handed.lines.iter().all(|line| line.is_ascii()));
    assert!(handed.lines.iter().all(|line| !line.contains('\n')));

    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path(), LIMITS, true, &machine).unwrap();
    let lines = handed.lines.join("\n");
    for _ in 0..2 {
        let taken = outbox.take_over(&Brought::parse(&lines).lines);
        assert_eq!(taken.warnings, [""; 0]);
        assert_eq!(taken.entities.len(), 2);
        assert_eq!(outbox.hand_over(&taken), handed);
        assert_eq!(outbox.list(None).due.len(), 2);
    }
    // What somebody is delivering right now is not put in a second time.
    let [first, _] = outbox.list(None).due.try_into().unwrap();
    let held = outbox.claim(&first, Duration::from_mins(1)).unwrap();
    outbox.take_over(&Brought::parse(&lines).lines);
    assert_eq!(outbox.list(None).due.len(), 1);
    outbox.remove(&held);
    assert_eq!(
        outbox.hand_over(&TakenOver::default()),
        HandedOver::default()
    );
}

#[test]
fn the_newest_are_taken_along_when_there_is_no_room_for_all() {
    let machine = FakeMachine::default();
    let text = "é".repeat(500);
    let entries: Vec<Entry> = (1..=20)
        .map(|number| entry(number, number, &text, &machine))
        .collect();
    let handed = handed_over(&entries, &machine);
    let size: usize = handed.lines.iter().map(|line| line.len() + 1).sum();
    assert!(size <= MAX_BYTES, "{size}");
    assert!(handed.lines.len() >= 5);
    assert_eq!(handed.lines.len() + handed.left_out, 20);
    assert!(handed.lines.last().unwrap().contains("\"buildNumber\":20"));
}

#[test]
fn what_is_no_entry_is_told_and_nothing_else_suffers() {
    let machine = FakeMachine::default();
    let [good] = handed_over(&[entry(1, 5, "x", &machine)], &machine)
        .lines
        .try_into()
        .unwrap();
    let changed = |from: &str, to: &str| {
        let changed = good.replace(from, to);
        assert_ne!(changed, good);
        changed
    };
    let cases = [
        ("{}".to_owned(), "version"),
        ("none of ours".to_owned(), "expected"),
        ("[".repeat(50_000), "recursion"),
        (changed("\"version\":1", "\"version\":9"), "later version"),
        (changed("\"sequence\":5", "\"sequence\":-5"), "number"),
        (changed("acme.atlassian.net", ""), "body"),
    ];
    for (line, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(folder.path(), LIMITS, true, &machine).unwrap();
        let taken = outbox.take_over(&Brought::parse(&format!("\n{line}\n{good}\n")).lines);
        let [warning] = taken.warnings.try_into().unwrap();
        assert!(warning.contains(words), "{warning}");
        assert_eq!(taken.entities.len(), 1, "{line}");
        assert_eq!(outbox.list(None).due.len(), 1, "{line}");
    }
}

#[test]
fn marks_count_for_what_stands_before_them_and_go_with_it() {
    let (a, b) = (mark("a"), mark("b"));
    let cases = [
        ("none", vec![], vec![]),
        (" a \n\na\nnone\nb", vec!["a", "b"], vec![]),
        (&format!("a\nb\n{a}"), vec!["b"], vec![a.as_str()]),
        (&format!("{b}\na\nb"), vec!["a", "b"], vec![]),
        (&format!("a\n{a}\na\n{a}"), vec![], vec![a.as_str()]),
        ("done", vec!["done"], vec![]),
    ];
    for (text, lines, marks) in cases {
        assert_eq!(Brought::parse(text), Brought { lines, marks }, "{text:?}");
    }
}
