//! A running git: the one place that starts it, and reads what it says as it comes.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

#[cfg(not(unix))]
use other::Pipes;
#[cfg(unix)]
use unix::Pipes;

use super::{GitError, MAX_OUTPUT};
use crate::error::plain;
use crate::system::{Deadline, System};
use crate::variables;

/// Longest message, name or path that is read, in bytes.
pub(super) const MAX_WORD: usize = 1024 * 1024;

/// So much of the output is read at once, in bytes: what a pipe holds.
const BLOCK: usize = 64 * 1024;

/// Most of its complaints that is kept, in bytes.
const MAX_ERRORS: usize = 64 * 1024;

/// How often a wait for its output is checked.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// Between two looks whether it has ended, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// A git that is being read; it is killed when nobody reads it any more.
pub(super) struct Process<'a> {
    child: Child,
    pipes: Pipes,
    system: &'a dyn System,
    deadline: Deadline,
    /// How much of the block that was read last has been used.
    position: usize,
}

impl<'a> Process<'a> {
    /// Git gets no credential of ours, asks nothing, fetches nothing, and changes nothing.
    ///
    /// # Errors
    /// When there is no git, or no such folder.
    pub(super) fn start(
        directory: &Path,
        arguments: &[&str],
        input: Option<String>,
        system: &'a dyn System,
        deadline: Deadline,
    ) -> Result<Self, GitError> {
        let mut command = Command::new("git");
        command
            .args(["-c", "log.showSignature=false"])
            // git would refuse all work for a format that it does not know.
            .args(["-c", "format.pretty=medium"])
            // A partial clone would fetch what is missing, from a server that may not answer.
            .args(["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"])
            // A folder that only looks like a repository may come with the workspace, and with a configuration.
            .args(["-c", "safe.bareRepository=explicit"])
            .args(["-c", "core.hooksPath=/dev/null"])
            // The server knows nothing of what was replaced here.
            .args(["--no-pager", "--no-replace-objects"])
            .args(arguments)
            .current_dir(directory)
            // Names another file than the one that is asked for.
            .env_remove("GIT_CONFIG")
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            // Else a log writes each commit by itself.
            .env("GIT_FLUSH", "0")
            // Counts more than any configuration, and is known to every version of git.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .stdin(match input {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        variables::hide_secrets(&mut command);
        let failed = |error: std::io::Error| {
            GitError::Failed(format!("git in {}: {}", directory.display(), plain(error)))
        };
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if directory.is_dir() => GitError::NotInstalled,
            _ => failed(error),
        })?;
        let pipes = Pipes::new(&mut child, input).map_err(|error| {
            let _ = child.kill();
            let _ = child.wait();
            failed(error)
        })?;
        Ok(Self {
            child,
            pipes,
            system,
            deadline,
            position: 0,
        })
    }

    /// What has been read and not been used; empty at the end.
    fn available(&mut self) -> Result<&[u8], GitError> {
        while self.position == self.pipes.block().len() {
            let time = self.time()?;
            let read = self.pipes.next_block(time);
            let is_there = read.map_err(|error| GitError::Failed(plain(error)))?;
            self.position = 0;
            if is_there && self.pipes.block().is_empty() {
                break;
            }
        }
        Ok(&self.pipes.block()[self.position..])
    }

    /// For one wait: short, since somebody may want it all to end.
    fn time(&self) -> Result<Duration, GitError> {
        let left = self.deadline.remaining(self.system);
        if left.is_zero() {
            return Err(GitError::TooSlow);
        }
        Ok(left.min(LONGEST_WAIT))
    }

    /// The bytes up to the next NUL, which is left out, but no more than `limit` of them; nothing at the end of a git that
    /// did not fail.
    pub(super) fn word(&mut self, limit: usize) -> Result<Option<Vec<u8>>, GitError> {
        let mut word = Vec::new();
        let mut is_end = true;
        loop {
            let available = self.available()?;
            if available.is_empty() {
                if is_end {
                    self.finish()?;
                }
                return Ok((!is_end).then_some(word));
            }
            is_end = false;
            let end = memchr::memchr(0, available);
            let part = &available[..end.unwrap_or(available.len())];
            let room = limit.saturating_sub(word.len());
            word.extend_from_slice(&part[..part.len().min(room)]);
            self.position += part.len() + usize::from(end.is_some());
            if end.is_some() {
                return Ok(Some(word));
            }
        }
    }

    /// The next word as text.
    pub(super) fn text(&mut self) -> Result<Option<String>, GitError> {
        Ok(self.word(MAX_WORD)?.as_deref().map(text))
    }

    /// All that is left, but no more than [`MAX_OUTPUT`].
    pub(super) fn rest(mut self) -> Result<String, GitError> {
        let mut bytes = Vec::new();
        loop {
            let available = self.available()?;
            if available.is_empty() {
                self.finish()?;
                break;
            }
            let room = MAX_OUTPUT - bytes.len();
            bytes.extend_from_slice(&available[..available.len().min(room)]);
            if available.len() > room {
                break;
            }
            self.position = self.pipes.block().len();
        }
        Ok(text(&bytes))
    }

    /// Waits for the end, once all has been read. Git's own words are the error.
    fn finish(&mut self) -> Result<(), GitError> {
        let failed = |error: std::io::Error| GitError::Failed(plain(error));
        let mut pause = FIRST_PAUSE;
        // It may have closed its output and stay.
        let status = loop {
            if let Some(status) = self.child.try_wait().map_err(failed)? {
                break status;
            }
            let time = self.time()?.min(pause);
            self.pipes.errors(time, self.system).map_err(failed)?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        if status.success() {
            return Ok(());
        }
        // What it said before it ended is there at once; elsewhere a thread reads it.
        let patience = if cfg!(unix) {
            Duration::ZERO
        } else {
            LONGEST_PAUSE
        };
        let errors = self.pipes.errors(patience, self.system).map_err(failed)?;
        Err(GitError::Failed(reason(&text(errors), status)))
    }
}

/// What git says, without what people read twice. One that is killed says nothing.
fn reason(errors: &str, status: ExitStatus) -> String {
    let errors = errors.trim();
    if errors.is_empty() {
        return format!("git ended with {status}");
    }
    let errors = errors.strip_prefix("fatal: ").unwrap_or(errors);
    // A second line, wherever a folder is mounted.
    let (errors, _) = errors
        .split_once("\nStopping at filesystem boundary")
        .unwrap_or((errors, ""));
    errors.replace(" (or any of the parent directories): .git", "")
}

impl Drop for Process<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        // It dies at once, unless it waits for a drive that hangs; then nobody waits for it.
        for _ in 0..50 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            self.system.sleep(FIRST_PAUSE);
        }
    }
}

/// Git's words as text; what is not UTF-8 becomes replacement characters.
pub(super) fn text(bytes: &[u8]) -> String {
    // Nearly all of it is UTF-8, which is found out much faster than what is not.
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use super::reason;

    #[test]
    fn git_says_why_it_ended_in_one_line() {
        let killed = reason("\n", ExitStatus::from_raw(9));
        assert!(killed.contains("signal: 9"), "{killed}");
        let failed = ExitStatus::from_raw(128 << 8);
        assert!(reason("", failed).ends_with("exit status: 128"));
        assert_eq!(reason("fatal: bad object\n", failed), "bad object");
        let mounted = "fatal: not a git repository (or any parent up to mount point /home)\n\
                       Stopping at filesystem boundary (GIT_DISCOVERY_ACROSS_FILESYSTEM not set).\n";
        assert_eq!(
            reason(mounted, failed),
            "not a git repository (or any parent up to mount point /home)"
        );
    }
}
