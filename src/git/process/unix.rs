//! The pipes of a git that is being read, without a thread: whichever is ready is served.

use std::io::{self, ErrorKind, Read, Write as _};
use std::os::fd::AsFd;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::{BLOCK, MAX_ERRORS};
use crate::system::System;

pub(super) struct Pipes {
    input: Option<(ChildStdin, Vec<u8>, usize)>,
    output: Option<ChildStdout>,
    block: Vec<u8>,
    complaints: Option<ChildStderr>,
    errors: Vec<u8>,
}

impl Pipes {
    pub(super) fn new(child: &mut Child, input: Option<String>) -> io::Result<Self> {
        let pipes = Self {
            input: child
                .stdin
                .take()
                .zip(input)
                .map(|(pipe, text)| (pipe, text.into_bytes(), 0)),
            output: child.stdout.take(),
            block: Vec::with_capacity(BLOCK),
            complaints: child.stderr.take(),
            errors: Vec::new(),
        };
        let input = pipes.input.iter().map(|(pipe, ..)| pipe.as_fd());
        let output = pipes.output.iter().map(AsFd::as_fd);
        let complaints = pipes.complaints.iter().map(AsFd::as_fd);
        for pipe in input.chain(output).chain(complaints) {
            let flags = fcntl_getfl(pipe)?;
            fcntl_setfl(pipe, flags | OFlags::NONBLOCK)?;
        }
        Ok(pipes)
    }

    /// What was read last; empty at the end.
    pub(super) fn block(&self) -> &[u8] {
        &self.block
    }

    /// Reads the next block, in the place of the last; false when there is none in time.
    pub(super) fn next_block(&mut self, time: Duration) -> io::Result<bool> {
        self.block.clear();
        if self.output.is_none() {
            return Ok(true);
        }
        self.wait(time)?;
        self.feed();
        self.listen();
        let Some(output) = &mut self.output else {
            return Ok(true);
        };
        let mut output = output.take(BLOCK.try_into().unwrap_or(u64::MAX));
        match output.read_to_end(&mut self.block) {
            Ok(count) => {
                if count == 0 {
                    self.output = None;
                }
                Ok(true)
            }
            Err(error) if is_passing(&error) => Ok(!self.block.is_empty()),
            Err(error) => Err(error),
        }
    }

    /// What it complained of so far; waits a moment for more, or for its end.
    pub(super) fn errors(&mut self, time: Duration, system: &dyn System) -> io::Result<&[u8]> {
        if self.complaints.is_some() {
            self.wait(time)?;
            self.listen();
        } else {
            system.sleep(time);
        }
        Ok(&self.errors)
    }

    /// Until one of the pipes is ready.
    fn wait(&self, time: Duration) -> io::Result<()> {
        let output = self.output.iter().map(AsFd::as_fd);
        let readable = output.chain(self.complaints.iter().map(AsFd::as_fd));
        let readable = readable.map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN));
        let input = self.input.iter();
        let writable = input.map(|(pipe, ..)| PollFd::new(pipe, PollFlags::OUT));
        let mut pipes: Vec<_> = readable.chain(writable).collect();
        let time = Timespec::try_from(time).unwrap_or_default();
        match poll(&mut pipes, Some(&time)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Git may write before it has read all, so neither waits for the other.
    fn feed(&mut self) {
        if let Some((pipe, text, written)) = &mut self.input {
            match pipe.write(&text[*written..]) {
                Ok(count) if count > 0 => *written += count,
                Err(error) if is_passing(&error) => return,
                Ok(_) | Err(_) => *written = text.len(),
            }
            if *written == text.len() {
                self.input = None;
            }
        }
    }

    /// Takes what it complains of, so that it never waits for us.
    fn listen(&mut self) {
        while let Some(pipe) = &mut self.complaints {
            let mut bytes = [0; 4096];
            match pipe.read(&mut bytes) {
                Ok(count) if count > 0 => {
                    let room = MAX_ERRORS.saturating_sub(self.errors.len());
                    self.errors.extend_from_slice(&bytes[..count.min(room)]);
                }
                Err(error) if is_passing(&error) => return,
                Ok(_) | Err(_) => self.complaints = None,
            }
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
