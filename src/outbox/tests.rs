mod limits;

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Entry, ItemHash, Limits, Outbox, Record, Reserved};
use crate::domain::sequence::SequenceNumber;
use crate::jira::{Body, DataType};
use crate::system::System as _;
use crate::system::fake::FakeMachine;

const SITE: &str = "acme.atlassian.net";

const MINUTE: Duration = Duration::from_mins(1);

fn outbox<'a>(folder: &Path, entries: usize, machine: &'a FakeMachine) -> Outbox<'a> {
    let limits = Limits {
        age: Duration::from_hours(24),
        entries,
        bytes: 1024 * 1024,
    };
    Outbox::open(folder, limits, true, machine).unwrap()
}

fn key(number: i64) -> Value {
    json!({"pipelineId": "shop", "buildNumber": number})
}

fn entry(number: i64, sequence: i64, site: &str, machine: &FakeMachine) -> Entry {
    let body = json!({"builds": [{
        "pipelineId": "shop", "buildNumber": number, "updateSequenceNumber": sequence,
    }]});
    let body = Body::new(DataType::Builds, &body);
    Entry::new("build".to_owned(), (Some(site), None), &body, machine.now()).unwrap()
}

/// Puts an entry there to wait.
fn wait(outbox: &Outbox<'_>, entry: &Entry) {
    outbox
        .hold(entry.clone(), MINUTE)
        .unwrap()
        .put_back()
        .unwrap();
}

#[test]
fn an_entry_has_one_holder_at_a_time() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    wait(&outbox, &entry(1, 5, SITE, &machine));
    let [due] = outbox.list(Some(SITE)).due.try_into().unwrap();
    let claims: Vec<_> = std::thread::scope(|scope| {
        let claim = || outbox.claim(&due, MINUTE);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap().ok())
            .collect()
    });
    assert!(claims.len() == 1 || cfg!(windows));
    let mut has = claims.into_iter().filter(|held| held.path.exists());
    let held = has.next().unwrap();
    assert!(has.next().is_none());
    let listing = outbox.list(Some(SITE));
    assert_eq!((listing.due.len(), listing.held), (0, 1));
    assert_eq!(held.entry.sequence, 5);

    // Its time is up, and a while more for clocks that differ.
    machine.sleep(Duration::from_secs(119));
    assert_eq!(outbox.list(Some(SITE)).held, 1);
    machine.sleep(Duration::from_secs(2));
    let [late] = outbox.list(Some(SITE)).due.try_into().unwrap();
    let taken = outbox.claim(&late, MINUTE).unwrap();
    assert!(!held.path.exists() && outbox.claim(&late, MINUTE).is_err());
    held.remove();
    taken.remove();
    assert_eq!(outbox.list(None), super::listing::Listing::default());
}

#[test]
fn each_site_has_its_own_and_the_oldest_event_comes_first() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    for (number, sequence) in [(1, 30), (2, 10), (1, 20), (3, 5)] {
        wait(&outbox, &entry(number, sequence, SITE, &machine));
    }
    wait(&outbox, &entry(1, 1, "beta.atlassian.net", &machine));
    let listing = outbox.list(Some(SITE));
    let sequences: Vec<i64> = listing.due.iter().map(|due| due.name.sequence).collect();
    assert_eq!(sequences, [5, 10, 30]);
    assert_eq!(outbox.drop_superseded(&listing), 1);
    assert_eq!(outbox.drop_superseded(&listing), 0);
    let (places, warnings) = outbox.places(&outbox.list(None).due);
    assert_eq!((places.len(), warnings.len()), (2, 0));

    let item = ItemHash::new(SITE, "builds", &key(1));
    assert_eq!(outbox.drop_older(&item, SequenceNumber::new(29)), 0);
    assert_eq!(outbox.drop_older(&item, SequenceNumber::new(30)), 1);
    assert_eq!(outbox.list(None).due.len(), 3);
}

/// What fails alone goes behind the others and waits longer each time; a later update of the same build is not held up.
#[test]
fn one_that_fails_alone_holds_up_nobody() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    for number in 1..=3 {
        wait(&outbox, &entry(number, number, SITE, &machine));
    }
    let numbers = || -> Vec<i64> {
        let due = outbox.list(None).due.into_iter();
        due.map(|due| due.name.sequence).collect()
    };
    let take = || {
        let due = outbox.list(None).due;
        outbox.claim(due.last().unwrap(), MINUTE).unwrap()
    };
    let first = outbox.list(None).due.swap_remove(0);
    let mut held = outbox.claim(&first, MINUTE).unwrap();
    assert!(!held.has_failed());
    held.put_behind().unwrap();
    assert_eq!(numbers(), [2, 3, 1]);
    let mut held = take();
    assert!(held.has_failed());
    held.put_back().unwrap();
    assert_eq!(numbers(), [2, 3, 1]);
    let mut pauses = Vec::new();
    for _ in 0..3 {
        held = take();
        let pause = held.postpone().unwrap();
        assert_eq!((numbers(), outbox.list(None).paused.len()), (vec![2, 3], 1));
        machine.sleep(Duration::from_millis(pause.cast_unsigned()));
        assert_eq!(numbers(), [2, 3, 1]);
        pauses.push(pause / 60_000);
    }
    assert_eq!(pauses, [4, 16, 60]);
    assert_eq!(outbox.waits([&held.entry]), [true]);
    wait(&outbox, &entry(1, 9, SITE, &machine));
    let listing = outbox.list(None);
    assert_eq!((numbers(), listing.paused.len()), (vec![2, 3, 9], 0));
    assert_eq!(outbox.drop_superseded(&listing), 1);
}

/// Any damage to any file of the folder: nothing panics, nothing stays in the way, nothing foreign is touched.
#[test]
fn a_folder_full_of_rubbish_is_survived() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 1000, &machine);
    let text = entry(1, 1, SITE, &machine).to_text();
    for number in 0..200 {
        wait(&outbox, &entry(number, number, SITE, &machine));
    }
    let files: Vec<String> = super::folder::files(folder.path()).collect();
    for (index, file) in files.iter().enumerate() {
        let damage = match index % 4 {
            0 => text[..index * 2 % text.len()].to_owned(),
            1 => text.replace("\"version\": 1", "\"version\": 3"),
            2 => text.clone(),
            _ => continue,
        };
        std::fs::write(folder.path().join(file), damage).unwrap();
    }
    std::fs::create_dir(folder.path().join(format!("{}x.json", &files[0][..60]))).unwrap();
    let mut counts = (0, 0);
    for due in outbox.list(None).due {
        match outbox.claim(&due, MINUTE) {
            Ok(held) => {
                counts.0 += 1;
                held.remove();
            }
            Err(Some(words)) => {
                counts.1 += 1;
                assert!(words.contains("set aside") || words.contains("later version"));
            }
            Err(None) => panic!("nobody else is here"),
        }
    }
    assert!(counts.0 >= 50 && counts.0 + counts.1 == 200, "{counts:?}");
    let listing = outbox.list(None);
    assert_eq!((listing.due.len(), listing.held, listing.newer), (0, 0, 50));
}

/// What a process is just writing stays, and so does what it holds, unless no process holds anything for so long.
#[test]
fn only_what_is_left_over_is_cleaned_away() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    let temporary = folder.path().join(".9@there-0-1.tmp");
    let file = std::fs::File::create(&temporary).unwrap();
    let now = u64::try_from(machine.now().as_millisecond()).unwrap();
    let now = std::time::UNIX_EPOCH + Duration::from_millis(now);
    file.set_modified(now).unwrap();
    for (pause, is_there) in [(MINUTE * 59, true), (MINUTE * 2, false)] {
        machine.sleep(pause);
        outbox.expire();
        assert_eq!(temporary.exists(), is_there);
    }

    wait(&outbox, &entry(1, 1, SITE, &machine));
    let [file] = super::folder::files(folder.path())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let mut path = folder.path().join(&file);
    for (hours, due) in [(24, 0), (26, 1)] {
        let until = machine.now().as_millisecond() + hours * 60 * 60_000;
        let held = file.replace(".json", &format!(".held-{until:013}-9@there"));
        let held = folder.path().join(held);
        std::fs::rename(&path, &held).unwrap();
        path = held;
        assert_eq!(outbox.list(None).due.len(), due, "{hours}");
    }
}

#[test]
fn a_number_is_given_once() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    let memory = outbox.memory();
    let item = ItemHash::new(SITE, "builds", &key(1));
    assert_eq!(memory.last(&item), None);
    let record = Record {
        issue_keys: vec!["ABC-1".to_owned()],
        fingerprint: "f".to_owned(),
        ..Record::default()
    };
    let number = SequenceNumber::new(7);
    let reserve = || memory.reserve(&item, number, &record);
    let ours: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(reserve)).collect();
        let results = threads.into_iter().map(|thread| thread.join().unwrap());
        results
            .map(|result| matches!(result, Reserved::Ours))
            .collect()
    });
    assert_eq!(ours.iter().filter(|ours| **ours).count(), 1);
    assert_eq!(memory.last(&item), Some((number, record.clone())));
    // Whoever is killed while he writes leaves a number, but no keys.
    let own = folder.path().join("sent").join(item.folder());
    std::fs::write(own.join("9"), "").unwrap();
    assert_eq!(memory.last(&item), Some((SequenceNumber::new(9), record)));
}

/// A mark that is a link, and a folder that is one: neither is followed when the memory is cleaned.
#[cfg(unix)]
#[test]
fn cleaning_follows_no_links() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outside = tempfile::tempdir().unwrap();
    let sent = folder.path().join("sent");
    std::fs::create_dir(&sent).unwrap();
    let (victim, number) = (outside.path().join("victim"), outside.path().join("7"));
    std::fs::write(&victim, "precious").unwrap();
    std::fs::write(&number, "precious").unwrap();
    for path in [&victim, &number] {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    symlink(&victim, sent.join("cleaned")).unwrap();
    symlink(outside.path(), sent.join("folder")).unwrap();
    machine.sleep(MINUTE * 60 * 24 * 3650);
    outbox(folder.path(), 10, &machine).memory().clean();
    assert!(number.exists());
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    let mark = std::fs::symlink_metadata(sent.join("cleaned")).unwrap();
    assert!(mark.is_file());
    assert_eq!(mark.permissions().mode() & 0o777, 0o600);
}

/// What is named like an entry and is no file hangs nobody and goes out of the way; what it says about another build or
/// site blocks none.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_set_aside() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    for number in 1..=5 {
        wait(&outbox, &entry(number, number, SITE, &machine));
    }
    let files: Vec<_> = outbox.list(None).due;
    let path = |index: usize| folder.path().join(files[index].file());
    for index in 0..3 {
        std::fs::remove_file(path(index)).unwrap();
    }
    let made = std::process::Command::new("mkfifo").arg(path(0)).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(path(4), path(1)).unwrap();
    std::fs::create_dir(path(2)).unwrap();
    let other = entry(9, 4, "beta.atlassian.net", &machine);
    std::fs::write(path(3), other.to_text()).unwrap();
    let (places, warnings) = outbox.places(&outbox.list(None).due);
    assert_eq!(places, [(Some(SITE.to_owned()), None)]);
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    assert_eq!(outbox.list(None).due.len(), 1);
}

/// Whoever reads while the last record is being written finds the one before.
#[test]
fn the_record_before_the_last_stays() {
    let (folder, machine) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), 10, &machine);
    let memory = outbox.memory();
    let item = ItemHash::new(SITE, "builds", &key(1));
    let own = folder.path().join("sent").join(item.folder());
    for number in 1..=4 {
        memory.reserve(&item, SequenceNumber::new(number), &Record::default());
        let file = own.join(number.to_string());
        let file = std::fs::File::options().write(true).open(file).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    let left = std::fs::read_dir(own).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["3", "4"]);
}
