//! A running git: the one place that starts it, and reads what it says as it comes.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use super::GitError;
use crate::system::{Deadline, System};
use crate::variables;

/// Longest message, name or path that is read, in bytes.
pub(super) const MAX_WORD: usize = 1024 * 1024;

/// So much of the output is read at once, in bytes.
const BLOCK: usize = 64 * 1024;

/// So many blocks may wait for their reader; a git that is faster than that waits.
const WAITING_BLOCKS: usize = 4;

/// Most of its complaints that is read, in bytes.
const MAX_ERRORS: u64 = 64 * 1024;

/// A git that is being read; it is killed when nobody reads it any more.
pub(super) struct Process<'a> {
    child: Child,
    output: Receiver<std::io::Result<Vec<u8>>>,
    errors: Option<Receiver<Vec<u8>>>,
    system: &'a dyn System,
    deadline: Deadline,
    block: Vec<u8>,
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
            .args(["-c", "safe.directory=*", "-c", "log.showSignature=false"])
            // A partial clone would fetch what is missing, from a server that may not answer.
            .args(["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"])
            // The server knows nothing of what was replaced here.
            .args(["--no-pager", "--no-replace-objects"])
            .args(arguments)
            .current_dir(directory)
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .stdin(match input {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        variables::hide_secrets(&mut command);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if directory.is_dir() => GitError::NotInstalled,
            _ => GitError::Failed(format!("git in {}: {error}", directory.display())),
        })?;
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
            // Git may write before it has read all, so neither waits for the other.
            std::thread::spawn(move || pipe.write_all(input.as_bytes()));
        }
        let errors = child.stderr.take().map(read_errors);
        let (sender, output) = sync_channel(WAITING_BLOCKS);
        if let Some(mut pipe) = child.stdout.take() {
            std::thread::spawn(move || {
                loop {
                    let mut block = vec![0; BLOCK];
                    let read = pipe.read(&mut block).map(|count| {
                        block.truncate(count);
                        block
                    });
                    let is_end = !matches!(&read, Ok(block) if !block.is_empty());
                    if sender.send(read).is_err() || is_end {
                        break;
                    }
                }
            });
        }
        Ok(Self {
            child,
            output,
            errors,
            system,
            deadline,
            block: Vec::new(),
            position: 0,
        })
    }

    /// What has been read and not been used; empty at the end.
    fn available(&mut self) -> Result<&[u8], GitError> {
        if self.position == self.block.len() {
            let time = self.deadline.remaining(self.system);
            self.block = match self.output.recv_timeout(time) {
                Ok(Ok(block)) => block,
                Ok(Err(error)) => return Err(GitError::Failed(error.to_string())),
                Err(RecvTimeoutError::Timeout) => return Err(GitError::TooSlow),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.position = 0;
        }
        Ok(&self.block[self.position..])
    }

    /// The bytes up to the next NUL, which is left out, but no more than `limit` of them; nothing at the end.
    ///
    /// # Errors
    /// When the time is up.
    pub(super) fn word(&mut self, limit: usize) -> Result<Option<Vec<u8>>, GitError> {
        let mut word = Vec::new();
        let mut is_end = true;
        loop {
            let available = self.available()?;
            if available.is_empty() {
                return Ok((!is_end).then_some(word));
            }
            is_end = false;
            let end = available.iter().position(|byte| *byte == 0);
            let part = &available[..end.unwrap_or(available.len())];
            let room = limit.saturating_sub(word.len());
            word.extend_from_slice(&part[..part.len().min(room)]);
            self.position += part.len() + usize::from(end.is_some());
            if end.is_some() {
                return Ok(Some(word));
            }
        }
    }

    /// All that is left, but no more than `limit` bytes.
    ///
    /// # Errors
    /// When the time is up, or git fails.
    pub(super) fn rest(mut self, limit: usize) -> Result<Vec<u8>, GitError> {
        let mut bytes = Vec::new();
        loop {
            let available = self.available()?;
            if available.is_empty() {
                break;
            }
            let room = limit.saturating_sub(bytes.len());
            if available.len() > room {
                bytes.extend_from_slice(&available[..room]);
                return Ok(bytes);
            }
            bytes.extend_from_slice(available);
            self.position = self.block.len();
        }
        self.finish()?;
        Ok(bytes)
    }

    /// Waits for the end, once all has been read.
    ///
    /// # Errors
    /// Git's own words when it failed.
    pub(super) fn finish(mut self) -> Result<(), GitError> {
        let failed = |error: std::io::Error| GitError::Failed(error.to_string());
        let status = self.child.wait().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        let time = self.deadline.remaining(self.system);
        let errors = self.errors.as_ref();
        let errors = errors.and_then(|errors| errors.recv_timeout(time).ok());
        let text = String::from_utf8_lossy(&errors.unwrap_or_default())
            .trim()
            .to_owned();
        Err(GitError::Failed(text))
    }
}

impl Drop for Process<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the pipe in a thread of its own, so that it cannot fill up and nobody waits for ever.
fn read_errors(pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.take(MAX_ERRORS).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// Git's words as text; what is not UTF-8 becomes replacement characters.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
