//! Long texts: a log of changes, a test report, a range of commits; each next to the plainest program that reads all of it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Error, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::contestant::Contestant;

/// Length of the log of changes, in bytes; the program reads at most 64 MiB.
const CHANGES: u64 = 60_000_000;

/// Length of the test report, in bytes.
const REPORT: u64 = 100_000_000;

/// Commits of the range.
const COMMITS: usize = 5_000;

/// What ours is compared with, and ours.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) plain: Contestant,
    pub(crate) ours: Contestant,
}

pub(crate) fn pairs(program: &str, folder: &Path) -> io::Result<Vec<Pair>> {
    let changes = folder.join("changes.jsonl");
    write(&changes, "", "", CHANGES, |number| {
        let key = if number % 3 == 0 {
            format!("ABC-{} ", number % 400 + 1)
        } else {
            String::new()
        };
        let text = "fix the login page, re-enable the cache and co-operate with utf-8 on x86-64; "
            .repeat(5);
        format!("{{\"commit\":\"{number:040x}\",\"message\":\"{key}{text}\"}}\n")
    })?;
    let report = folder.join("TEST-bench.xml");
    write(
        &report,
        "<testsuite name=\"bench\">\n",
        "</testsuite>\n",
        REPORT,
        |number| {
            let case = format!(
                "  <testcase name=\"test{number}\" classname=\"com.example.shop.CartTest\" time=\"0.012\""
            );
            if number % 20 == 0 {
                let trace = "at com.example.shop.Cart.add(Cart.java:10)\n".repeat(20);
                return format!(
                    "{case}><failure message=\"expected\">{trace}</failure></testcase>\n"
                );
            }
            format!("{case}/>\n")
        },
    )?;
    let repository = folder.join("repository");
    let first = history(&repository)?;
    let changes = changes.to_string_lossy();
    let range = format!("{first}..HEAD");
    let dry = |facts: &[&'static str]| {
        let words = [program, "build", "--state=SUCCESS", "--dry-run"];
        [&words[..], facts].concat()
    };
    let ours = |name: &str, words: &[&str], folder: &Path| Contestant::new(name, words, folder);
    Ok(vec![
        Pair {
            name: format!("keys in {} MB of changes", CHANGES / 1_000_000),
            plain: ours("grep -c", &["grep", "-c", "ABC-", &changes], folder),
            ours: ours(
                "jira-send keys --changes",
                &[program, "keys", "--budget=600", "--changes", &changes],
                folder,
            ),
        },
        Pair {
            name: format!("tests in {} MB of JUnit", REPORT / 1_000_000),
            plain: ours(
                "grep -c",
                &["grep", "-c", "<testcase", "TEST-bench.xml"],
                folder,
            ),
            ours: ours(
                "jira-send build --test-reports",
                &dry(&[
                    "--issue-keys=ABC-1",
                    "--budget=600",
                    "--test-reports=TEST-bench.xml",
                ]),
                folder,
            ),
        },
        Pair {
            name: format!("a range of {COMMITS} commits"),
            plain: ours(
                "git log",
                &["git", "log", "--format=%H%n%B", &range],
                &repository,
            ),
            ours: ours(
                "jira-send build --since",
                &[&dry(&["--since"])[..], &[&first]].concat(),
                &repository,
            ),
        },
    ])
}

/// A file of at least this length.
fn write(
    path: &PathBuf,
    head: &str,
    tail: &str,
    length: u64,
    part: impl Fn(usize) -> String,
) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(head.as_bytes())?;
    let mut written = 0;
    for number in 0.. {
        let part = part(number);
        file.write_all(part.as_bytes())?;
        written += part.len() as u64;
        if written >= length {
            break;
        }
    }
    file.write_all(tail.as_bytes())?;
    file.flush()
}

/// A repository with a first commit, which is returned, and so many behind it.
fn history(folder: &Path) -> io::Result<String> {
    let git = || {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder);
        command
    };
    fs::create_dir_all(folder)?;
    let mut script = String::from("reset refs/heads/main\n");
    for number in 0..=COMMITS {
        let body = "A line that says what was changed, and why it was.\n".repeat(6);
        let message = format!("ABC-{} change {number}\n\n{body}", number % 300 + 1);
        let (time, content) = (1_700_000_000 + number * 60, number.to_string());
        let _ = write!(
            script,
            "commit refs/heads/main\ncommitter A <a@example.com> {time} +0000\ndata {}\n{message}\nM 100644 inline f{}\ndata {}\n{content}\n",
            message.len(),
            number % 50,
            content.len()
        );
    }
    let done = |command: &mut Command| -> io::Result<()> {
        let status = command.stdout(Stdio::null()).status()?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| Error::other(format!("{command:?} failed")))
    };
    done(git().args(["init", "--quiet", "--initial-branch=main"]))?;
    let file = folder.join("import");
    fs::write(&file, script)?;
    done(
        git()
            .args(["fast-import", "--quiet"])
            .stdin(File::open(&file)?),
    )?;
    fs::remove_file(file)?;
    done(git().args(["reset", "--quiet", "--hard", "main"]))?;
    let output = git()
        .args(["rev-list", "--max-parents=0", "main"])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
