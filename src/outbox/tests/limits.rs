use std::fs::File;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::{MINUTE, SITE, entry, key, outbox, wait};
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;
use crate::outbox::{ItemHash, Limits, Outbox, Record, file, folder};
use crate::system::System as _;
use crate::system::fake::FakeMachine;

const DAY: Duration = Duration::from_hours(24);

const MILLISECOND: Duration = Duration::from_millis(1);

/// Makes a file that was written just now.
fn write(path: &Path, machine: &FakeMachine) {
    let file = File::options().create(true).append(true).open(path);
    let now = u64::try_from(machine.now().as_millisecond()).unwrap();
    let now = UNIX_EPOCH + Duration::from_millis(now);
    file.unwrap().set_modified(now).unwrap();
}

#[test]
fn the_oldest_are_dropped_first() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 2, &machine);
    for number in 1..=3 {
        wait(&outbox, &entry(number, 100 - number, SITE, &machine));
        machine.sleep(MINUTE);
    }
    assert_eq!(outbox.expire().0.dropped, 1);
    let numbers = outbox
        .list(None)
        .due
        .into_iter()
        .map(|due| due.name.sequence);
    assert_eq!(numbers.collect::<Vec<_>>(), [97, 98]);
    machine.sleep(MINUTE * (24 * 60 - 1));
    // What is too old is set aside for as long again.
    let set_aside = || (outbox.expire().0.set_aside, outbox.refused());
    assert_eq!(set_aside(), (1, 1));
    machine.sleep(MINUTE * 2);
    let (expired, _) = outbox.expire();
    assert_eq!((expired.set_aside, expired.dropped), (1, 0));
    assert_eq!(expired.names, ["build"]);
    assert_eq!(set_aside(), (0, 2));
    machine.sleep(MINUTE * (24 * 60 + 1));
    assert_eq!(set_aside(), (0, 0));
}

/// What is just as old as it may be stays, and what is not the outbox's is never touched.
#[test]
fn each_kind_of_file_has_its_age() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    wait(&outbox, &entry(1, 1, SITE, &machine));
    let waiting = folder::files(folder.path()).next().unwrap();
    let corrupt = format!("{waiting}.corrupt");
    let temporary = ".9@there-0-1.tmp";
    for file in [&corrupt, temporary, "notes.txt"] {
        write(&folder.path().join(file), &machine);
    }
    let hour = Duration::from_hours(1);
    for (pause, gone) in [
        (hour, &[][..]),
        (MILLISECOND, &[temporary]),
        (Duration::from_millis(23 * 60 * 60_000 - 1), &[temporary]),
        (MILLISECOND, &[temporary, &corrupt, &waiting]),
    ] {
        machine.sleep(pause);
        outbox.expire();
        let all = [&waiting, &corrupt, temporary, "notes.txt"].into_iter();
        let (here, away): (Vec<&str>, Vec<&str>) =
            all.partition(|file| folder.path().join(file).exists());
        assert_eq!(away.len(), gone.len(), "{away:?}");
        assert!(here.iter().all(|file| !gone.contains(file)), "{here:?}");
    }
    assert_eq!(outbox.refused(), 1);
}

#[test]
fn many_that_are_too_old_are_counted_and_ten_named() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 20, &machine);
    for number in 1..=12 {
        wait(&outbox, &entry(number, number, SITE, &machine));
    }
    machine.sleep(DAY + MILLISECOND);
    let (expired, _) = outbox.expire();
    assert_eq!((expired.set_aside, expired.names.len()), (12, 10));
}

/// The limit of the size, less so many bytes; how many of two entries stay.
#[test]
fn the_size_of_all_is_limited() {
    let machine = FakeMachine::default();
    let size = entry(1, 1, SITE, &machine).to_text().len();
    for (less, left) in [(0, 2), (1, 1), (size, 1), (size + 1, 0)] {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            age: DAY,
            entries: 10,
            bytes: u64::try_from(2 * size - less).unwrap(),
        };
        let outbox = Outbox::open(folder.path(), limits, true, &machine).unwrap();
        for number in 1..=2 {
            wait(&outbox, &entry(number, number, SITE, &machine));
        }
        assert_eq!(outbox.expire().0.dropped, 2 - left);
        assert_eq!(outbox.list(None).due.len(), left);
    }
}

/// Until when another process holds an entry, in milliseconds from now, and whether it still does.
#[test]
fn a_hold_ends_a_minute_after_its_time() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    wait(&outbox, &entry(1, 1, SITE, &machine));
    let waiting = folder::files(folder.path()).next().unwrap();
    let mut path = folder.path().join(&waiting);
    let longest = 25 * 60 * 60_000;
    for (until, is_held) in [
        (-60_000, true),
        (-60_001, false),
        (longest, true),
        (longest + 1, false),
    ] {
        let until = machine.now().as_millisecond() + until;
        let held = waiting.replace(".json", &format!(".held-{until:013}-9@there"));
        let held = folder.path().join(held);
        std::fs::rename(&path, &held).unwrap();
        path = held;
        let listing = outbox.list(None);
        let expected = (usize::from(is_held), usize::from(!is_held));
        assert_eq!((listing.held, listing.waiting()), expected, "{until}");
    }
}

#[test]
fn a_file_that_cannot_be_replaced_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (taken, temporary) = (folder.path().join("taken"), folder.path().join("x.tmp"));
    std::fs::create_dir(&taken).unwrap();
    assert!(file::replace(&taken, &temporary, "x").is_err());
    assert!(!temporary.exists());
}

/// When the run ended, before or after the number of its beginning, and the number of its end.
#[test]
fn an_end_comes_after_its_beginning() {
    let machine = FakeMachine::default();
    let mut begun = entry(1, 50, SITE, &machine);
    assert_eq!((begun.tries, begun.reason.as_str()), (0, ""));
    begun.name = "build shop #1 in progress".to_owned();
    begun.tries = 3;
    begun.reason = "no answer".to_owned();
    for (at, sequence) in [(40, 51), (50, 51), (51, 51), (60, 60)] {
        let end = begun
            .clone()
            .ended("failed", Timestamp::from_millisecond(at));
        let found = (end.sequence, end.created.as_millisecond(), end.tries);
        assert_eq!(found, (sequence, at, 0));
        assert_eq!(
            (end.reason.as_str(), &*end.name),
            ("", "build shop #1 failed")
        );
        assert_eq!(end.body.sequence(), Some(SequenceNumber::new(sequence)));
    }
}

/// Two weeks; what is older is cleaned away once a day.
#[test]
fn what_was_sent_is_remembered_for_some_time() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    let memory = outbox.memory();
    let item = ItemHash::new(SITE, "builds", &key(1));
    let record = Record {
        issue_keys: vec!["ABC-1".to_owned()],
        ..Record::default()
    };
    let number = SequenceNumber::new(7);
    memory.reserve(&item, number, &record);
    let sent = folder.path().join("sent");
    let path = sent.join(item.folder()).join("7");
    write(&path, &machine);
    machine.sleep(DAY * 13);
    memory.clean();
    write(&sent.join("cleaned"), &machine);
    machine.sleep(DAY);
    assert_eq!(memory.last(&item), Some((number, record)));
    machine.sleep(MILLISECOND);
    assert_eq!(memory.last(&item), Some((number, Record::default())));
    write(&sent.join("cleaned"), &machine);
    machine.sleep(DAY);
    memory.clean();
    assert!(path.exists());
    machine.sleep(MILLISECOND);
    memory.clean();
    assert!(!path.exists());
}
