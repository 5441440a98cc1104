mod incomplete;
mod walk;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use crate::git::{ChangedFile, Details, DetailsReader, Repository};
use crate::system::Machine;

static MACHINE: LazyLock<Machine> = LazyLock::new(Machine::new);

/// A repository in a folder of its own that goes when the test ends.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self::with_format("sha1")
    }

    fn with_format(format: &str) -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        let format = format!("--object-format={format}");
        scratch.git(&["init", "--quiet", "--initial-branch=main", &format]);
        scratch
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn repository(&self) -> Repository<'static> {
        Repository::new(self.path(), &*MACHINE, Duration::from_mins(1))
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.feed(arguments, b"")
    }

    fn feed(&self, arguments: &[&str], input: &[u8]) -> String {
        git(self.path(), arguments, input)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--allow-empty-message",
            "--message",
            message,
        ]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn details(&self, ids: &[&str]) -> Vec<Details> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let repository = self.repository();
        let mut reader = DetailsReader::new(&repository, Duration::from_secs(30));
        let details = reader.read(&ids).unwrap();
        assert_eq!(reader.warning, None);
        details
    }

    fn one(&self, id: &str) -> Details {
        let mut details = self.details(&[id]);
        assert_eq!(details.len(), 1);
        details.remove(0)
    }
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn file(path: &[u8], change: char, lines: (u32, u32)) -> ChangedFile {
    ChangedFile {
        path: path.to_owned(),
        change,
        lines_added: lines.0,
        lines_removed: lines.1,
    }
}

#[test]
fn every_kind_of_change_is_told() {
    let scratch = Scratch::new();
    let text = (1..=20).map(|number| format!("line {number}"));
    let text = text.collect::<Vec<_>>().join("\n") + "\n";
    scratch.write("copied", &text);
    scratch.write("deleted", "gone\n");
    scratch.write("modified", "a\nb\n");
    scratch.write("moved", text.replace("line", "other"));
    let first = scratch.commit("first");
    scratch.write("added\n\"new\"\t", "1\n2\n");
    scratch.write("binary", b"\0\x01");
    scratch.write("copied", format!("{text}more\n"));
    scratch.write("copy", &text);
    scratch.write("modified", "a\nc\nd\n");
    std::fs::remove_file(scratch.path().join("deleted")).unwrap();
    std::fs::rename(scratch.path().join("moved"), scratch.path().join("renamed")).unwrap();
    let second = scratch.commit("second\n\nand its body");
    let details = scratch.one(&second);
    assert_eq!(details.parents, [first]);
    assert_eq!(details.message.trim_end(), "second\n\nand its body");
    let expected = [
        file(b"added\n\"new\"\t", 'A', (2, 0)),
        file(b"binary", 'A', (0, 0)),
        file(b"copied", 'M', (1, 0)),
        file(b"copy", 'C', (0, 0)),
        file(b"deleted", 'D', (0, 1)),
        file(b"modified", 'M', (2, 1)),
        file(b"renamed", 'R', (0, 0)),
    ];
    assert_eq!(details.files, expected);
    assert_eq!(details.file_count, 7);
}

/// The order asked for stays, and a commit without files does not take those of the next one.
#[test]
fn commits_come_in_the_order_asked_for() {
    let scratch = Scratch::new();
    scratch.write("a", "1\n");
    let first = scratch.commit("first");
    let second = scratch.commit("");
    for number in 0..12 {
        scratch.write(&format!("many/{number}"), "x\n");
    }
    let third = scratch.commit("third");
    let details = scratch.details(&[&second, &third, &first]);
    let found: Vec<_> = details
        .iter()
        .map(|commit| (commit.id.as_str(), commit.file_count, commit.files.len()))
        .collect();
    let expected = [
        (second.as_str(), 0, 0),
        (third.as_str(), 12, 10),
        (first.as_str(), 1, 1),
    ];
    assert_eq!(found, expected);
    assert_eq!(scratch.details(&[]), []);
}

/// As `git show --stat` has it: what the merge brought to its first parent.
#[test]
fn a_merge_is_compared_with_its_first_parent() {
    let scratch = Scratch::new();
    scratch.commit("root");
    for branch in ["one", "two"] {
        scratch.git(&["checkout", "--quiet", "-b", branch, "main"]);
        scratch.write(branch, "x\n");
        scratch.commit(branch);
    }
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.write("main", "x\n");
    scratch.commit("main");
    scratch.git(&["merge", "--quiet", "--no-edit", "one", "two"]);
    let merge = scratch.one(&scratch.git(&["rev-parse", "HEAD"]));
    assert_eq!(merge.parents.len(), 3);
    let names: Vec<&[u8]> = merge
        .files
        .iter()
        .map(|file| file.path.as_slice())
        .collect();
    assert_eq!(names, [b"one", b"two"]);
}

/// Author line and message; name, address, time and message as they are read.
type Case = (
    &'static [u8],
    &'static [u8],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Author lines as no git would write them, but as git reads them.
#[test]
fn strange_commits_are_read() {
    let scratch = Scratch::new();
    let tree = scratch.feed(&["hash-object", "-t", "tree", "-w", "--stdin"], b"");
    let cases: [Case; 8] = [
        (
            b"Ada <ada@example.com> 1767225600 -0930",
            b"m",
            "Ada",
            "ada@example.com",
            "2026-01-01T00:00:00.000Z",
            "m",
        ),
        (b" <> 0 +0000", b"", "", "", "1970-01-01T00:00:00.000Z", ""),
        (
            b"\xFF <\xFE> 1 +0000",
            b"\xFF",
            "\u{FFFD}",
            "\u{FFFD}",
            "1970-01-01T00:00:01.000Z",
            "\u{FFFD}",
        ),
        (
            b"Ada <ada@example.com> 253402300799 +1400",
            b"m",
            "Ada",
            "ada@example.com",
            "9999-12-30T22:00:00.000Z",
            "m",
        ),
        (
            b"Ada <ada@example.com> 99999999999999999999999 +0000",
            b"m",
            "Ada",
            "ada@example.com",
            "9999-12-30T22:00:00.000Z",
            "m",
        ),
        // Git shows no such time; the committer's stands in for it.
        (
            b"Ada <ada@example.com> -62135596800 +0000",
            b"m",
            "Ada",
            "ada@example.com",
            "1970-01-01T00:00:07.000Z",
            "m",
        ),
        (b"nobody", b"m", "", "", "1970-01-01T00:00:07.000Z", "m"),
        (
            b"Ada <ada@example.com> 1 +0000",
            b"before\0\0after",
            "Ada",
            "ada@example.com",
            "1970-01-01T00:00:01.000Z",
            "before",
        ),
    ];
    for (author, message, name, email, time, read) in cases {
        let mut commit = format!("tree {tree}\nauthor ").into_bytes();
        commit.extend_from_slice(author);
        commit.extend_from_slice(b"\ncommitter Bob <bob@example.com> 7 +0000\n\n");
        commit.extend_from_slice(message);
        let write = [
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--literally",
            "--stdin",
        ];
        let id = scratch.feed(&write, &commit);
        let details = scratch.one(&id);
        let found = (
            details.author_name.as_str(),
            details.author_email.as_str(),
            details.author_time.to_string(),
            details.message.trim_end(),
        );
        assert_eq!(
            found,
            (name, email, time.to_owned(), read),
            "{}",
            author.escape_ascii()
        );
    }
}

#[test]
fn people_are_who_the_mailmap_says() {
    let scratch = Scratch::new();
    scratch.write(
        ".mailmap",
        "Ada Lovelace <ada@lovelace.example> <ada@example.com>\n",
    );
    let details = scratch.one(&scratch.commit("x"));
    assert_eq!(details.author_name, "Ada Lovelace");
    assert_eq!(details.author_email, "ada@lovelace.example");
}

/// The server has the commit as it was made.
#[test]
fn what_was_replaced_here_does_not_count() {
    let scratch = Scratch::new();
    scratch.write("a", "1\n");
    let first = scratch.commit("first");
    scratch.write("a", "2\n");
    let second = scratch.commit("second");
    scratch.git(&["replace", &second, &first]);
    assert_eq!(scratch.one(&second).message.trim_end(), "second");
}

#[test]
fn ids_may_be_of_sha_256() {
    let scratch = Scratch::with_format("sha256");
    scratch.write("a", "1\n");
    let id = scratch.commit("first");
    assert_eq!(id.len(), 64);
    assert_eq!(scratch.one(&id).files.len(), 1);
}

#[test]
fn a_format_that_git_does_not_know_keeps_nothing_from_being_read() {
    let scratch = Scratch::new();
    let id = scratch.commit("first");
    scratch.git(&["config", "format.pretty", "junk"]);
    assert_eq!(scratch.one(&id).message.trim_end(), "first");
}

#[test]
fn submodules_are_files_like_others() {
    let inner = Scratch::new();
    inner.commit("inner");
    let outer = Scratch::new();
    let address = format!("file://{}", inner.path().display());
    outer.git(&["submodule", "--quiet", "add", &address, "inner"]);
    let details = outer.one(&outer.commit("add it"));
    let expected = [
        file(b".gitmodules", 'A', (3, 0)),
        file(b"inner", 'A', (1, 0)),
    ];
    assert_eq!(details.files, expected);
}

#[test]
fn programs_of_the_repository_are_not_run() {
    let scratch = Scratch::new();
    scratch.write(".gitattributes", "* diff=evil\n");
    scratch.commit("first");
    let mark = scratch.path().join("mark");
    let evil = format!("touch {} #", mark.display());
    for name in ["diff.external", "diff.evil.command", "diff.evil.textconv"] {
        scratch.git(&["config", name, &evil]);
    }
    scratch.write("a", "1\n");
    let second = scratch.commit("second");
    assert_eq!(scratch.one(&second).file_count, 1);
    assert!(!mark.exists());
}
