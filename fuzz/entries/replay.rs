//! Every file of the corpus and some mutations of each, on any compiler and in a second or two.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Mutations of each file, as far as the time reaches.
const MUTATIONS: usize = 200;

/// A slow machine tries fewer.
const PATIENCE: Duration = Duration::from_millis(400);

/// Longest input, in bytes.
const MAX_LENGTH: usize = 4_096;

/// What the readers look for.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b"\0",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"=",
    b"-",
    b"%2F",
    b"%",
    b"\xFF",
    b"ABC-1",
    b"PR-7",
    b"CVE-2024-1234",
    b"UTF-8",
    b"0",
    b"99999999999999999999",
    b"-1",
    b"null",
    b"\\ud83d",
    "é".as_bytes(),
    "🚀".as_bytes(),
    "\u{202E}".as_bytes(),
    b"\xEF\xBB\xBF",
    b"---",
    b"%%%\n",
    b"://",
    b"@",
    b"<",
    b"/>",
    b"<testcase>",
    b"</testcase>",
    b"<failure/>",
    b"]]>",
    b"<!--",
    b" result='Pass'",
    b"{}",
    b"true",
    b"1e999",
];

/// Numbers that are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn mutated(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let (from, to) = (self.below(bytes.len() + 1), self.below(bytes.len() + 1));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 64));
            match self.below(6) {
                0 => bytes.truncate(to),
                1 => drop(bytes.drain(from..to)),
                2 => drop(bytes.splice(from..from, WORDS[self.below(WORDS.len())].to_vec())),
                3 => drop(bytes.splice(from..to, WORDS[self.below(WORDS.len())].to_vec())),
                4 => bytes.extend_from_within(from..to),
                _ => {
                    let byte = u8::try_from(self.below(256)).unwrap();
                    bytes
                        .iter_mut()
                        .skip(from)
                        .take(1)
                        .for_each(|old| *old = byte);
                }
            }
        }
        bytes.truncate(MAX_LENGTH);
        bytes
    }
}

fn feed(entry: fn(&[u8]), bytes: &[u8]) {
    let result = std::panic::catch_unwind(|| entry(bytes));
    assert!(
        result.is_ok(),
        "fed with {:?}",
        String::from_utf8_lossy(bytes)
    );
}

fn replay(folders: &[&str], entry: fn(&[u8])) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(project.join(folder)).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(!seeds.is_empty());
    for seed in &seeds {
        feed(entry, seed);
    }
    let mut random = Seeded(0x2026_0101);
    let begun = Instant::now();
    for _ in 0..MUTATIONS {
        for seed in &seeds {
            if begun.elapsed() > PATIENCE {
                return;
            }
            feed(entry, &random.mutated(seed));
        }
    }
}

#[test]
fn issue_keys() {
    replay(&["fuzz/corpus/issue_keys"], super::issue_keys);
}

#[test]
fn jenkins() {
    replay(
        &["fuzz/corpus/jenkins", "tests/data/jenkins-env"],
        super::jenkins,
    );
}

#[test]
fn answers() {
    replay(&["fuzz/corpus/answers"], super::answers);
}

#[test]
fn outbox() {
    replay(&["fuzz/corpus/outbox"], super::outbox);
}

#[test]
fn changes() {
    replay(&["fuzz/corpus/changes"], super::changes);
}

#[test]
fn test_reports() {
    replay(&["fuzz/corpus/test_reports"], super::test_reports);
}

#[test]
fn flag_files() {
    replay(&["fuzz/corpus/flag_files"], super::flag_files);
}

#[test]
fn parameters() {
    replay(&["fuzz/corpus/parameters"], super::parameters);
}

#[test]
fn step_request() {
    replay(&["fuzz/corpus/step_request"], super::step_request);
}

#[test]
fn step_memory() {
    replay(&["fuzz/corpus/step_memory"], super::step_memory);
}

#[test]
fn proxy() {
    replay(&["fuzz/corpus/proxy"], super::proxy);
}

#[test]
fn backfill() {
    replay(&["fuzz/corpus/backfill"], super::backfill);
}

#[test]
fn git() {
    replay(&["fuzz/corpus/git"], super::git);
}

/// The fuzzers build the program with their own manifest.
#[test]
fn the_fuzzers_use_the_same_libraries() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(project.join(name)).unwrap();
    let (ours, theirs) = (read("Cargo.toml"), read("fuzz/Cargo.toml"));
    let start = ours.find("[dependencies]").unwrap();
    let end = ours.find("[dev-dependencies]").unwrap();
    assert!(theirs.contains(ours[start..end].trim_end()));
}
