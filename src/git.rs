//! Facts from the repository in the workspace, through the `git` command.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz_entry;
mod range;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::domain::revision::Revision;
use crate::system::{Deadline, System};
use crate::variables;

pub(crate) use range::{DEEPEN, Wanted, commits};

/// Longest output of one call that is read, in bytes.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

/// Most of its complaints that is read, in bytes.
const MAX_ERRORS: u64 = 64 * 1024;

/// One commit with its whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) message: String,
}

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GitError {
    /// There is no `git` command on this machine.
    NotInstalled,
    /// Git's own words.
    Failed(String),
}

/// A folder in which git is called, until the deadline.
pub(crate) struct Repository<'a> {
    directory: PathBuf,
    system: &'a dyn System,
    deadline: Deadline,
}

impl<'a> Repository<'a> {
    /// `patience` is for all calls together: a network drive or a filter of the repository may hang.
    pub(crate) fn new(directory: &Path, system: &'a dyn System, patience: Duration) -> Self {
        Self {
            directory: directory.to_owned(),
            system,
            deadline: Deadline::after(system, patience),
        }
    }

    /// # Errors
    /// When there is no git, or this is no repository.
    pub(crate) fn check(&self) -> Result<(), GitError> {
        self.run(&["rev-parse", "--git-dir"]).map(drop)
    }

    /// The full id of the commit that the revision names.
    pub(crate) fn resolve(&self, revision: &str) -> Option<String> {
        let commit = format!("{revision}^{{commit}}");
        self.line(&["rev-parse", "--verify", "--quiet", &commit])
    }

    /// The local branch; nothing when the head is detached, as it nearly always is on Jenkins.
    pub(crate) fn branch(&self) -> Option<String> {
        self.line(&["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    /// The one remote branch whose tip is checked out; nothing when there are none or several.
    pub(crate) fn remote_branch(&self) -> Option<String> {
        let format = "--format=%(refname)";
        let refs = self
            .run(&["for-each-ref", "--points-at=HEAD", format, "refs/remotes"])
            .ok()?;
        only_branch(&refs)
    }

    /// The names of the remotes; Jenkins puts one before the branch in `GIT_BRANCH`.
    pub(crate) fn remotes(&self) -> Vec<String> {
        names(&self.run(&["remote"]).unwrap_or_default())
    }

    /// The clone address of `origin`.
    pub(crate) fn remote_url(&self) -> Option<String> {
        self.line(&["config", "--get", "remote.origin.url"])
    }

    /// The message of an annotated tag; nothing for a lightweight one, which has only its commit's.
    pub(crate) fn tag_message(&self, tag: &str) -> Option<String> {
        let name = format!("refs/tags/{tag}");
        let kind = self.line(&["cat-file", "-t", &name])?;
        let format = "--format=%(contents)";
        (kind == "tag").then(|| self.run(&["for-each-ref", format, &name]).ok())?
    }

    /// The newest tag before a revision.
    pub(crate) fn previous_tag(&self, revision: &str) -> Option<Revision> {
        let parent = format!("{revision}^");
        let tag = self.line(&["describe", "--tags", "--abbrev=0", &parent])?;
        format!("refs/tags/{tag}").parse().ok()
    }

    /// Whether history was cut off when it was cloned.
    pub(crate) fn is_shallow(&self) -> bool {
        self.line(&["rev-parse", "--is-shallow-repository"])
            .as_deref()
            == Some("true")
    }

    fn is_ancestor(&self, older: &str, newer: &str) -> bool {
        self.run(&["merge-base", "--is-ancestor", older, newer])
            .is_ok()
    }

    /// The first line of the output, if there is one.
    fn line(&self, arguments: &[&str]) -> Option<String> {
        single_line(&self.run(arguments).ok()?)
    }

    /// The output of a call. Git gets no credential of ours, asks nothing, fetches nothing, and changes nothing.
    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let mut command = Command::new("git");
        command
            .args(["-c", "safe.directory=*", "-c", "log.showSignature=false"])
            // A partial clone would fetch what is missing, from a server that may not answer.
            .args(["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"])
            .arg("--no-pager")
            .args(arguments)
            .current_dir(&self.directory)
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        variables::hide_secrets(&mut command);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if self.directory.is_dir() => GitError::NotInstalled,
            _ => GitError::Failed(format!("git in {}: {error}", self.directory.display())),
        })?;
        let errors = child.stderr.take().map(|pipe| read_aside(pipe, MAX_ERRORS));
        let output = child.stdout.take().map(|pipe| read_aside(pipe, MAX_OUTPUT));
        let output = output.and_then(|output| output.recv_timeout(self.time_left()).ok());
        let Some(output) = output else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(GitError::Failed("git did not answer in time".to_owned()));
        };
        // Its output has ended; a git that has still not exited waits for a pipe that nobody reads.
        let is_cut = u64::try_from(output.len()) == Ok(MAX_OUTPUT);
        if is_cut {
            let _ = child.kill();
        }
        let status = child
            .wait()
            .map_err(|error| GitError::Failed(error.to_string()))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if status.success() || is_cut {
            return Ok(text(output));
        }
        let errors = errors.and_then(|errors| errors.recv_timeout(self.time_left()).ok());
        Err(GitError::Failed(
            text(errors.unwrap_or_default()).trim().to_owned(),
        ))
    }

    fn time_left(&self) -> Duration {
        self.deadline.remaining(self.system)
    }
}

/// The branch, when these references are of one branch only.
fn only_branch(references: &str) -> Option<String> {
    let branches = references.lines().filter_map(|name| {
        let (_, branch) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
        (branch != "HEAD" && !branch.is_empty()).then_some(branch)
    });
    let mut branches: Vec<&str> = branches.collect();
    branches.dedup();
    match branches.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn names(output: &str) -> Vec<String> {
    let lines = output.lines().filter(|line| !line.is_empty());
    lines.map(ToOwned::to_owned).collect()
}

fn single_line(output: &str) -> Option<String> {
    let line = output.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Reads a pipe in a thread of its own, so that neither pipe of the child can fill up and nobody waits for ever.
fn read_aside(pipe: impl Read + Send + 'static, limit: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.take(limit).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}
