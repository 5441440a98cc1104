//! The pipes of a git that is being read, each by a thread of its own.

use std::io::{self, Read, Write as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::{BLOCK, MAX_ERRORS};
use crate::side_by_side::aside;
use crate::system::System;

/// So many blocks may wait for their reader; a git that is faster than that waits.
const WAITING_BLOCKS: usize = 4;

pub(super) struct Pipes {
    output: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    complaints: Receiver<Vec<u8>>,
    errors: Vec<u8>,
}

impl Pipes {
    #[expect(clippy::unnecessary_wraps, reason = "the same on every system")]
    pub(super) fn new(child: &mut Child, input: Option<String>) -> io::Result<Self> {
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
            // Git may write before it has read all, so neither waits for the other.
            aside(move || drop(pipe.write_all(input.as_bytes())));
        }
        let (say, complaints) = sync_channel(1);
        if let Some(pipe) = child.stderr.take() {
            aside(move || {
                let mut bytes = Vec::new();
                let limit = u64::try_from(MAX_ERRORS).unwrap_or(u64::MAX);
                let _ = pipe.take(limit).read_to_end(&mut bytes);
                let _ = say.send(bytes);
            });
        }
        let (sender, output) = sync_channel(WAITING_BLOCKS);
        if let Some(mut pipe) = child.stdout.take() {
            aside(move || {
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
            output,
            block: Vec::new(),
            complaints,
            errors: Vec::new(),
        })
    }

    /// What was read last; empty at the end.
    pub(super) fn block(&self) -> &[u8] {
        &self.block
    }

    /// Reads the next block, in the place of the last; false when there is none in time.
    pub(super) fn next_block(&mut self, time: Duration) -> io::Result<bool> {
        self.block = match self.output.recv_timeout(time) {
            Ok(read) => read?,
            Err(RecvTimeoutError::Disconnected) => Vec::new(),
            Err(RecvTimeoutError::Timeout) => {
                self.block.clear();
                return Ok(false);
            }
        };
        Ok(true)
    }

    /// What it complained of so far; waits a moment for more, or for its end.
    #[expect(clippy::unnecessary_wraps, reason = "the same on every system")]
    pub(super) fn errors(&mut self, time: Duration, system: &dyn System) -> io::Result<&[u8]> {
        match self.complaints.recv_timeout(time) {
            Ok(bytes) => self.errors = bytes,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => system.sleep(time),
        }
        Ok(&self.errors)
    }
}
