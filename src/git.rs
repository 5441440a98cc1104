//! Facts from the repository in the workspace, through the `git` command.

mod range;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::domain::revision::Revision;
use crate::variables;

pub(crate) use range::{DEEPEN, Wanted, commits};

/// Longest output of one call that is read, in bytes.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

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

/// A folder in which git is called.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    directory: PathBuf,
}

impl Repository {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
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
        let mut branches: Vec<&str> = refs
            .lines()
            .filter_map(|name| name.strip_prefix("refs/remotes/")?.split_once('/'))
            .map(|(_, branch)| branch)
            .filter(|branch| *branch != "HEAD")
            .collect();
        branches.dedup();
        match branches.as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        }
    }

    /// The names of the remotes; Jenkins puts one before the branch in `GIT_BRANCH`.
    pub(crate) fn remotes(&self) -> Vec<String> {
        let names = self.run(&["remote"]).unwrap_or_default();
        names.lines().map(ToOwned::to_owned).collect()
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
        let output = self.run(arguments).ok()?;
        let line = output.lines().next()?.trim();
        (!line.is_empty()).then(|| line.to_owned())
    }

    /// The output of a call. Git gets no credential of ours, asks nothing, and changes nothing.
    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let mut command = Command::new("git");
        command
            .args(["-c", "safe.directory=*", "-c", "log.showSignature=false"])
            .args(["-c", "core.fsmonitor=false", "--no-pager"])
            .args(arguments)
            .current_dir(&self.directory)
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for secret in variables::SECRETS {
            command.env_remove(secret.name);
        }
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if self.directory.is_dir() => GitError::NotInstalled,
            _ => GitError::Failed(format!("git in {}: {error}", self.directory.display())),
        })?;
        let failed = |error: std::io::Error| GitError::Failed(error.to_string());
        let errors = child.stderr.take().map(read_aside);
        let mut output = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout
                .take(MAX_OUTPUT)
                .read_to_end(&mut output)
                .map_err(failed)?;
        }
        let status = child.wait().map_err(failed)?;
        let errors = errors
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        // Git is cut off by a closed pipe when it says more than we read; what was read still counts.
        if status.success() || u64::try_from(output.len()) == Ok(MAX_OUTPUT) {
            Ok(String::from_utf8_lossy(&output).into_owned())
        } else {
            Err(GitError::Failed(errors.trim().to_owned()))
        }
    }
}

/// Reads a pipe in a thread of its own, so that neither pipe of the child can fill up.
fn read_aside(pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = pipe.take(64 * 1024).read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}
