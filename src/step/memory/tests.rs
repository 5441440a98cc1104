mod ends;
mod histories;

use serde_json::{Value, json};

use super::{MAX_LENGTH, Memory, MemoryChange, Topic};
use crate::domain::state::DeploymentState;
use crate::domain::timestamp::Timestamp;
use crate::jira::{Body, DataType};
use crate::outbox::Entry;
use crate::report::DeployedReport;
use crate::step::request::{OtherRun, ThisRun};

fn run(memory: &str, others: &[(bool, &str)]) -> ThisRun {
    let other = |(is_completed, memory): &(bool, &str)| OtherRun {
        result: Some("FAILURE".to_owned()),
        is_completed: *is_completed,
        ended: Some(5_000),
        memory: (*memory).to_owned(),
    };
    ThisRun {
        now: 9_000,
        memory: memory.to_owned(),
        others: others.iter().map(other).collect(),
        ..ThisRun::default()
    }
}

fn entry(number: i64, sequence: i64, state: &str) -> Entry {
    let body = json!({"builds": [{
        "pipelineId": "shop", "buildNumber": number, "state": state, "updateSequenceNumber": sequence,
    }]});
    let body = Body::new(DataType::Builds, &body);
    let name = "build shop #1 in progress".to_owned();
    let now = Timestamp::from_millisecond(sequence);
    Entry::new(name, (Some("acme.atlassian.net"), None), &body, now).unwrap()
}

/// A line as the program writes it.
fn line(topic: Topic, of: &str, at: i64, mut fields: Value) -> String {
    fields["at"] = at.into();
    format!("{} {fields}", topic.name(of))
}

fn line_of(topic: Topic, entry: &Entry) -> String {
    let of = entry.item().folder();
    line(topic, &of, entry.sequence, json!({"entry": entry}))
}

pub(super) fn deployed_report(place: &str, commit: &str) -> DeployedReport {
    DeployedReport {
        place: place.to_owned(),
        commit: Some(commit.to_owned()),
        repositories: std::collections::BTreeMap::default(),
        state: DeploymentState::Successful,
        is_rollback: false,
    }
}

/// What the library does with an answer.
pub(super) fn applied(memory: &str, change: &MemoryChange) -> String {
    let name = |line: &str| line.split(' ').next().unwrap().to_owned();
    let kept: Vec<String> = change.keep.iter().map(|line| name(line)).collect();
    let stay = memory.lines().filter(|line| *line != "none");
    let stay =
        stay.filter(|line| !change.forget.contains(&name(line)) && !kept.contains(&name(line)));
    let all: Vec<&str> = stay.chain(change.keep.iter().map(String::as_str)).collect();
    all.join("\n")
}

fn finished(memory: Memory, own: &str) -> String {
    let (change, left_out) = memory.finish();
    assert_eq!(left_out, 0);
    applied(own, &change)
}

#[test]
fn what_is_no_line_is_passed_over() {
    let junk = "none\n\nwaiting\nwaiting:x\nwaiting:x []\nwaiting:x {}\nbogus {\"at\":1}\n\u{1b}[31m {\"at\":1}\n{\"at\":1}";
    let memory = Memory::new(&run(junk, &[(true, junk)]));
    assert!(memory.waiting().is_empty());
    let (change, left_out) = memory.finish();
    assert_eq!((change, left_out), (MemoryChange::default(), 0));
}

#[test]
fn every_step_carries_on_what_is_needed() {
    let deployed = line(
        Topic::Deployed,
        "shop/prod",
        1_000,
        json!({"commit": "8a91"}),
    );
    let waiting = line_of(Topic::Waiting, &entry(1, 2_000, "failed"));
    let request = line(Topic::Request, "abc", 3_000, json!({"request": {}}));
    let gate = line(Topic::Gate, "", 1_000, json!({"said": "x"}));
    let keys = line(Topic::Keys, "", 1_000, json!({"issueKeys": ["ABC-1"]}));
    let before = [deployed.as_str(), &waiting, &request, &gate, &keys].join("\n");
    let now = finished(Memory::new(&run("none", &[(true, &before)])), "none");
    for topic in ["deployed:shop/prod ", "waiting:", "request:abc "] {
        assert!(now.contains(topic), "{now}");
    }
    // What is about that run alone stays with it.
    assert!(!now.contains("gate") && !now.contains("keys"), "{now}");
    assert!(now.contains("\"result\":\"FAILURE\""), "{now}");
    assert!(now.lines().is_sorted(), "{now}");
    // Nothing is new the next time.
    let (change, _) = Memory::new(&run(&now, &[(true, &before)])).finish();
    assert_eq!(change, MemoryChange::default());
}

#[test]
fn the_newest_counts_whichever_run_has_it() {
    let old = line(
        Topic::Deployed,
        "shop/prod",
        1_000,
        json!({"commit": "1111"}),
    );
    let new = line(
        Topic::Deployed,
        "shop/prod",
        2_000,
        json!({"commit": "2222"}),
    );
    for (own, other) in [(&old, &new), (&new, &old)] {
        // A later run that goes on counts as well.
        let memory = Memory::new(&run(own, &[(false, other)]));
        let deployed = &memory.deployed(i64::MAX)["shop/prod"];
        assert_eq!(deployed.commit.as_ref().unwrap().as_str(), "2222");
        for (until, commit) in [(999, None), (1_000, Some("1111")), (2_000, Some("2222"))] {
            let then = memory.deployed(until).remove("shop/prod");
            let then = then.map(|it| it.commit.unwrap().to_string());
            assert_eq!(then.as_deref(), commit, "{until}");
        }
        let now = finished(memory, own);
        assert!(now.contains("2222") && !now.contains("1111"), "{now}");
    }
}

#[test]
fn what_is_settled_leaves_a_mark_while_others_have_it() {
    let entry = entry(1, 2_000, "failed");
    let waiting = line_of(Topic::Waiting, &entry);
    let mut memory = Memory::new(&run("none", &[(true, &waiting)]));
    let [(name, found)] = memory.waiting().try_into().unwrap();
    assert_eq!(found.as_ref(), Ok(&entry));
    memory.settle(&name);
    let now = finished(memory, "none");
    assert!(now.contains("\"gone\":true"), "{now}");
    // A third run sees both.
    let third = run("none", &[(true, &now), (true, &waiting)]);
    assert!(Memory::new(&third).waiting().is_empty());
    // So does one that has carried the line itself, in whichever order it sees them.
    for (own, other) in [(&waiting, &now), (&now, &waiting)] {
        let fourth = run(own, &[(true, other)]);
        assert!(Memory::new(&fourth).waiting().is_empty());
    }
    // A later state of the same thing waits again.
    let later = line_of(Topic::Waiting, &super::tests::entry(1, 3_000, "failed"));
    for fourth in [
        run(&now, &[(true, &waiting), (true, &later)]),
        run(&later, &[(true, &now)]),
    ] {
        assert_eq!(Memory::new(&fourth).waiting().len(), 1);
    }
    // Once nobody has it any more, nobody needs to know.
    let (change, _) = Memory::new(&run(&now, &[])).finish();
    assert_eq!((change.keep.len(), change.forget.len()), (0, 1));
}

#[test]
fn calls_that_a_run_has_kept_are_its_own_until_it_is_over() {
    let request = line(Topic::Request, "abc", 3_000, json!({"request": {}}));
    let count = |run: &ThisRun| Memory::new(run).about(Topic::Request).count();
    assert_eq!(count(&run(&request, &[])), 1);
    assert_eq!(count(&run("none", &[(true, &request)])), 1);
    assert_eq!(count(&run("none", &[(false, &request)])), 0);
    // Another run that goes on has made it.
    let gone = "request:abc {\"at\":3000,\"gone\":true}";
    assert_eq!(count(&run("none", &[(false, gone), (true, &request)])), 0);
}

#[test]
fn the_library_writes_requests_with_their_time_inside() {
    let text = r#"request:abc {"request":{"run":{"now":77}},"variables":{}}"#;
    let memory = Memory::new(&run(text, &[]));
    let [(name, line)] = memory
        .about(Topic::Request)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!((name, line.at), ("request:abc", 77));
}

#[test]
fn the_memory_has_an_end_and_says_so() {
    let entries: Vec<Entry> = (1..=40)
        .map(|number| {
            let mut entry = entry(number, number * 1_000, "failed");
            entry.body.json["builds"][0]["description"] = "é\u{7f}".repeat(100).into();
            entry
        })
        .collect();
    let mut memory = Memory::new(&run("none", &[]));
    for entry in &entries {
        memory.wait(entry);
    }
    memory.keep(Topic::Outage.name(""), json!({}));
    let (change, left_out) = memory.finish();
    let length: usize = change.keep.iter().map(|line| line.len() + 1).sum();
    assert!(length <= MAX_LENGTH && length > MAX_LENGTH / 2, "{length}");
    assert!(
        change
            .keep
            .iter()
            .all(|line| line.is_ascii() && !line.contains(char::is_control))
    );
    let kept = |number: i64| {
        let words = format!("\"key\":{{\"buildNumber\":{number},");
        change.keep.iter().any(|line| line.contains(&words))
    };
    // The newest stay.
    assert!(kept(40) && !kept(1));
    assert_eq!(change.keep.len() + left_out, 41);
}

#[test]
fn one_line_does_not_take_the_room_of_all() {
    let mut entry = entry(1, 1_000, "failed");
    entry.body.json["builds"][0]["description"] = "x".repeat(20_000).into();
    let mut memory = Memory::new(&run("none", &[]));
    memory.wait(&entry);
    let (change, left_out) = memory.finish();
    assert_eq!((change.keep.len(), left_out), (0, 1));
}

#[test]
fn a_deployment_remembers_repositories_that_were_not_there_this_time() {
    let before = json!({"commit": "1111", "repositories": {"lib": "2222", "app": "1111", "x": 5, "y": "--all"}});
    let own = line(Topic::Deployed, "shop/prod", 1_000, before);
    let mut memory = Memory::new(&run(&own, &[]));
    let app = crate::domain::deployed::RepositoryName::remembered("app");
    let mut report = deployed_report("shop/prod", "3333");
    report.repositories = [(app, "3333".to_owned())].into();
    memory.remember_deployed(&report, None);
    let now = finished(memory, &own);
    let expected =
        json!({"at": 9_000, "commit": "3333", "repositories": {"app": "3333", "lib": "2222"}});
    assert_eq!(now, format!("deployed:shop/prod {expected}"));
}

#[test]
fn names_have_no_blanks() {
    for (of, name) in [("", "keys"), ("a b\né", "keys:a_b__")] {
        assert_eq!(Topic::Keys.name(of), name);
    }
}

#[test]
fn keys_of_a_run_are_collected_for_those_that_it_starts() {
    let keys = ["ABC-1", "ABC-2", "ABC-3"].map(|key| key.parse().unwrap());
    let mut memory = Memory::new(&run("none", &[]));
    memory.add_keys(&keys[..1], 2, Some("8a91"));
    memory.add_keys(&keys, 2, None);
    let now = finished(memory, "none");
    assert_eq!(
        Memory::keys_in(&now),
        (keys[..2].to_vec(), Some("8a91".to_owned()))
    );
    assert_eq!(Memory::keys_in("none"), (Vec::new(), None));
    let mut memory = Memory::new(&run("none", &[]));
    memory.add_keys(&[], 2, Some("8a91"));
    assert_eq!(memory.finish().0, MemoryChange::default());
}

/// The clock of the controller may step back: what is newest stays so.
#[test]
fn a_clock_that_steps_back_loses_nothing() {
    let run = |now, memory: &str| ThisRun {
        now,
        memory: memory.to_owned(),
        ..ThisRun::default()
    };
    let mut memory = Memory::new(&run(50, r#"keys {"at":100,"issueKeys":["ABC-1"]}"#));
    memory.keep(Topic::Keys.name(""), json!({"issueKeys": ["ABC-2"]}));
    let (change, _) = memory.finish();
    let [line] = change.keep.as_slice() else {
        panic!("{change:?}")
    };
    assert!(
        line.contains("ABC-2") && line.contains(r#""at":100"#),
        "{line}"
    );
}
