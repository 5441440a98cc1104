//! Repositories as nobody would make them, compared with what git itself says of them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::openapi::check_dev_info;
use crate::support::Agent;

const COMMITS: usize = 400;

/// Names of files, authors and words of messages that have broken other tools.
const NAMES: [&[u8]; 12] = [
    b"plain.txt",
    b"two words",
    b"tab\there",
    b"line\nfeed",
    b"\"quoted\"",
    b"back\\slash",
    b"\xFF\xFE not text",
    "umläut é 日本".as_bytes(),
    "🚀 rocket".as_bytes(),
    b"$(id) `id` ; rm -rf",
    b":100644 100644 looks like git",
    b"-\t-\t",
];

const AUTHORS: [&[u8]; 7] = [
    b"Ada Lovelace <ada@example.com>",
    b" <nameless@example.com>",
    b"No Address <>",
    b" <>",
    b"\xFF\xFE <\xC3\x28@example.com>",
    "🚀 Zoë \u{202E}Müller <zoe@example.com>".as_bytes(),
    b"Very Long <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.com>",
];

const TIMES: [&str; 6] = [
    "1700000000 +0000",
    "0 +0000",
    "253402300799 +1400",
    "1700000000 -1130",
    "99999999999 +0000",
    "1 +0545",
];

/// A generator whose numbers are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A stream for `git fast-import`, and the keys of each commit.
struct Generated {
    stream: Vec<u8>,
    keys: Vec<Vec<String>>,
}

fn quoted(path: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in path {
        quoted.extend(format!("\\{byte:03o}").bytes());
    }
    quoted.push(b'"');
    quoted
}

fn data(stream: &mut Vec<u8>, bytes: &[u8]) {
    writeln!(stream, "data {}", bytes.len()).unwrap();
    stream.extend(bytes);
    stream.push(b'\n');
}

fn generate() -> Generated {
    let mut random = Random(7);
    let mut generated = Generated {
        stream: Vec::new(),
        keys: Vec::new(),
    };
    // What is on each branch, and its newest commit.
    let mut branches: Vec<(usize, Vec<Vec<u8>>)> = Vec::new();
    for mark in 1..=COMMITS {
        let on = if branches.len() < 5 {
            branches.len()
        } else {
            random.below(5)
        };
        let stream = &mut generated.stream;
        writeln!(stream, "commit refs/remotes/origin/b{on}\nmark :{mark}").unwrap();
        let (author, time) = (random.of(&AUTHORS), random.of(&TIMES));
        stream.extend(b"author ");
        stream.extend(author);
        writeln!(stream, " {time}").unwrap();
        writeln!(
            stream,
            "committer Bob <bob@example.com> {} +0000",
            1_700_000_000 + mark
        )
        .unwrap();
        let keys = message(stream, mark, &mut random);
        generated.keys.push(keys);
        let files = if on == branches.len() {
            branches.push((0, Vec::new()));
            Vec::new()
        } else {
            writeln!(stream, "from :{}", branches[on].0).unwrap();
            // A merge now and then, and sometimes of three or four.
            let others = if random.below(6) == 0 {
                1 + random.below(3)
            } else {
                0
            };
            let mut merged = vec![branches[on].0];
            for _ in 0..others {
                let other = branches[random.below(branches.len())].0;
                if !merged.contains(&other) {
                    writeln!(stream, "merge :{other}").unwrap();
                    merged.push(other);
                }
            }
            branches[on].1.clone()
        };
        branches[on] = (mark, change(stream, files, &mut random));
    }
    generated
}

fn message(stream: &mut Vec<u8>, number: usize, random: &mut Random) -> Vec<String> {
    let key = format!("ABC-{number}");
    let (text, keys): (Vec<u8>, Vec<String>) = match random.below(7) {
        0 => (b"no key at all, but UTF-8".to_vec(), vec![]),
        1 => (Vec::new(), vec![]),
        2 => (
            format!("subject\n\nbody with {key}\n").into_bytes(),
            vec![key],
        ),
        3 => {
            let second = format!("OPS-{number}");
            (
                format!("{key}, {second}, {key}").into_bytes(),
                vec![key, second],
            )
        }
        4 => (
            [b"\xFF\xFE\x01 ".as_slice(), key.as_bytes(), b" \xF0\x9F"].concat(),
            vec![key],
        ),
        5 => (
            format!("🚀{key}\r\n\u{7}{}", "long ".repeat(1_000)).into_bytes(),
            vec![key],
        ),
        _ => (
            format!("{key} {}", "x".repeat(2_000)).into_bytes(),
            vec![key],
        ),
    };
    data(stream, &text);
    keys
}

/// Changes some of the files; gives those that are there afterwards.
fn change(stream: &mut Vec<u8>, mut files: Vec<Vec<u8>>, random: &mut Random) -> Vec<Vec<u8>> {
    let mut touched: Vec<Vec<u8>> = Vec::new();
    for _ in 0..random.below(16) {
        let folder = format!("{}/", random.below(30)).into_bytes();
        let new = [folder.as_slice(), random.of(&NAMES)].concat();
        let old = (!files.is_empty()).then(|| files[random.below(files.len())].clone());
        let old = old.filter(|old| !touched.contains(old) && *old != new);
        if touched.contains(&new) {
            continue;
        }
        match (random.below(8), old) {
            (0, Some(old)) => {
                stream.extend([b"D ".as_slice(), &quoted(&old), b"\n"].concat());
                files.retain(|file| *file != old);
                touched.push(old);
            }
            (kind @ (1 | 2), Some(old)) => {
                let word: &[u8] = if kind == 1 { b"R " } else { b"C " };
                stream.extend([word, &quoted(&old), b" ", &quoted(&new), b"\n"].concat());
                if kind == 1 {
                    files.retain(|file| *file != old);
                }
                touched.push(old);
                files.retain(|file| *file != new);
                files.push(new.clone());
                touched.push(new);
            }
            (3, _) => {
                let commit = "8a91dfc46c56c9c6a0c3d99343b034a1a5e9bfee";
                stream.extend(format!("M 160000 {commit} ").bytes());
                stream.extend([quoted(&new).as_slice(), b"\n"].concat());
                files.retain(|file| *file != new);
                touched.push(new);
            }
            (kind, _) => {
                let mode = random.of(&["100644", "100755", "120000"]);
                stream.extend(format!("M {mode} inline ").bytes());
                stream.extend([quoted(&new).as_slice(), b"\n"].concat());
                let lines = random.below(40);
                let mut content: Vec<u8> = Vec::new();
                for line in 0..lines {
                    let word = random.below(5);
                    content.extend(format!("line {line} {word}\n").bytes());
                }
                if kind == 4 {
                    content.push(0);
                }
                data(stream, &content);
                files.retain(|file| *file != new);
                files.push(new.clone());
                touched.push(new);
            }
        }
    }
    files
}

/// What is sent for the commits, by their ids.
fn sent(jira: &Sandbox) -> BTreeMap<String, Value> {
    let mut commits = BTreeMap::new();
    for body in jira.submissions() {
        for commit in body["repositories"][0]["commits"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let id = commit["id"].as_str().unwrap().to_owned();
            assert!(commits.insert(id, commit.clone()).is_none());
        }
    }
    commits
}

fn git_bytes(agent: &Agent, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(agent.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// What Jira takes of a text.
fn cleaned(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let turns = |c: &char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let odd =
        |c: &char| *c <= '\u{FFFD}' && !turns(c) && (!c.is_control() || "\t\r\n".contains(*c));
    text.chars().filter(odd).collect()
}

fn line(text: &[u8]) -> Option<String> {
    let line = cleaned(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let line: String = line.chars().take(255).collect();
    (!line.is_empty()).then(|| line.trim_end().to_owned())
}

/// Path, kind of change, lines added and removed, of every file, as `git show` has them.
fn files_by_git(agent: &Agent, id: &str) -> Vec<(Vec<u8>, char, u64, u64)> {
    let show = [
        "show",
        "-z",
        "--format=",
        "-M",
        "-C",
        "--diff-merges=first-parent",
    ];
    let numbers = git_bytes(agent, &[&show[..], &["--numstat", id]].concat());
    let kinds = git_bytes(agent, &[&show[..], &["--name-status", id]].concat());
    let mut kinds = kinds.split(|byte| *byte == 0);
    let mut numbers = numbers.split(|byte| *byte == 0);
    let mut files = Vec::new();
    while let Some(kind) = kinds.next().filter(|kind| !kind.is_empty()) {
        let kind = char::from(kind[0]);
        let mut path = kinds.next().unwrap();
        if "RC".contains(kind) {
            path = kinds.next().unwrap();
        }
        let counts = numbers.next().unwrap();
        let mut fields = counts.splitn(3, |byte| *byte == b'\t');
        let mut count = || {
            let digits = std::str::from_utf8(fields.next().unwrap()).unwrap();
            digits.parse().unwrap_or(0)
        };
        let (added, removed) = (count(), count());
        if "RC".contains(kind) {
            numbers.nth(1);
        }
        files.push((path.to_owned(), kind, added, removed));
    }
    files
}

/// Whether it is a merge.
fn check_about(agent: &Agent, id: &str, commit: &Value) -> bool {
    let format = "--format=%P%x00%at%x00%aN%x00%aE%x00%B";
    let about = git_bytes(agent, &["show", "--no-patch", format, id]);
    let about: Vec<&[u8]> = about.splitn(5, |byte| *byte == 0).collect();
    let is_merge = about[0].contains(&b' ');
    assert_eq!(commit.get("flags").is_some(), is_merge);
    let author = [("name", line(about[2])), ("email", line(about[3]))];
    for (name, value) in author {
        assert_eq!(
            commit["author"].get(name),
            value.map(Value::from).as_ref(),
            "{id}"
        );
    }
    let seconds: i64 = std::str::from_utf8(about[1]).unwrap().parse().unwrap();
    let time: jiff::Timestamp = commit["authorTimestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        time.as_second(),
        seconds.min(jiff::Timestamp::MAX.as_second())
    );
    let message = commit["message"].as_str().unwrap();
    let whole = cleaned(about[4]);
    assert!(message.chars().count() <= 1_024);
    assert!(
        whole.starts_with(message) || whole.trim().is_empty(),
        "{message:?}"
    );
    is_merge
}

fn check_files(agent: &Agent, id: &str, commit: &Value, kinds: &mut BTreeMap<char, usize>) {
    let files = files_by_git(agent, id);
    assert_eq!(commit["fileCount"], json!(files.len()), "{id}");
    let shown = commit["files"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(shown.len(), files.len().min(10));
    for (shown, (path, kind, added, removed)) in shown.iter().zip(&files) {
        *kinds.entry(*kind).or_insert(0) += 1;
        let word = match kind {
            'A' => "ADDED",
            'C' => "COPIED",
            'D' => "DELETED",
            'M' | 'T' => "MODIFIED",
            'R' => "MOVED",
            other => panic!("{other}"),
        };
        assert_eq!(shown["changeType"], word);
        assert_eq!(shown["path"], cleaned(path).trim_end());
        assert_eq!(
            (&shown["linesAdded"], &shown["linesRemoved"]),
            (&json!(added), &json!(removed)),
            "{id}"
        );
        assert!(
            shown["url"]
                .as_str()
                .unwrap()
                .bytes()
                .all(|byte| byte.is_ascii_graphic())
        );
    }
}

#[test]
fn what_is_sent_is_what_git_says() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    agent.git(&["init", "--quiet"]);
    agent.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.com:acme/shop.git",
    ]);
    let generated = generate();
    let marks = agent.path().join("marks");
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet", "--date-format=raw-permissive"])
        .arg(format!("--export-marks={}", marks.display()))
        .current_dir(agent.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&generated.stream)
        .unwrap();
    assert!(child.wait().unwrap().success());

    let run = agent.run(&["dev-info", "--all", "--all-entities", "--format=json"]);
    assert!(run.code < 2, "{}", run.stderr);
    check_dev_info(&jira.submissions());
    let sent = sent(&jira);
    assert_eq!(sent.len(), COMMITS);
    let marks = std::fs::read_to_string(marks).unwrap();
    let (mut merges, mut kinds) = (0, BTreeMap::new());
    for line_of_mark in marks.lines() {
        let (mark, id) = line_of_mark[1..].split_once(' ').unwrap();
        let commit = &sent[id];
        let keys = &generated.keys[mark.parse::<usize>().unwrap() - 1];
        let expected = match keys.as_slice() {
            [] => Value::Null,
            keys => json!([{"associationType": "issueIdOrKeys", "values": keys}]),
        };
        assert_eq!(commit["associations"], expected, "{id}");

        merges += usize::from(check_about(&agent, id, commit));
        check_files(&agent, id, commit, &mut kinds);
    }
    // The generator made what it is for.
    assert!(merges > 20, "{merges}");
    for kind in ['A', 'C', 'D', 'M', 'R', 'T'] {
        assert!(
            kinds.get(&kind).is_some_and(|count| *count > 5),
            "{kind}: {kinds:?}"
        );
    }
}

/// Names of branches that git allows and Jira, or its addresses, do not.
#[test]
fn branches_of_any_name_are_sent() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira).with_commits(&["ABC-1"]);
    agent.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.com:acme/shop.git",
    ]);
    let long = "é".repeat(100);
    let names = [
        "a/b",
        "ABC-2/日本",
        "🚀",
        "a\"b'c$(id)",
        "a%2Fb",
        "PR-7",
        &long,
        "x#y&z",
    ];
    for name in names {
        agent.git(&["update-ref", &format!("refs/remotes/origin/{name}"), "HEAD"]);
    }
    let run = agent.run(&["dev-info", "--all"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bodies = jira.submissions();
    check_dev_info(&bodies);
    let branches = bodies.last().unwrap()["repositories"][0]["branches"]
        .as_array()
        .unwrap();
    assert_eq!(branches.len(), names.len());
    for branch in branches {
        let id = branch["id"].as_str().unwrap();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"~.-_".contains(&byte);
        assert!(id.len() <= 255 && id.bytes().all(plain), "{id}");
        assert!(!branch["name"].as_str().unwrap().is_empty());
        assert!(branch["url"].as_str().unwrap().is_ascii());
    }
    let keys = |name: &str| {
        let branch = branches
            .iter()
            .find(|branch| branch["name"] == name)
            .unwrap();
        branch["associations"][0]["values"].clone()
    };
    assert_eq!(keys("ABC-2/日本"), json!(["ABC-2"]));
    assert_eq!(keys("a/b"), json!(["ABC-1"]));
}
