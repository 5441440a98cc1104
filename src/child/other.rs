//! Where there are no Unix signals: Ctrl-C ends both of us, and so does Jenkins' abort.

use std::ffi::OsString;
use std::io;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{End, Waited};
use crate::system::System;

/// There is no such limit.
pub(crate) fn outlive_file_size_limit() {}

/// No process becomes another one here.
pub(crate) fn is_shortage(_error: &io::Error) -> bool {
    false
}

/// Nothing is known of the memory here, so nobody has to.
pub(crate) fn replace_us(_words: &[OsString], _keep_credentials: bool) -> io::Error {
    io::ErrorKind::Unsupported.into()
}

/// There is no such signal.
pub(crate) fn end_at_alarm(_code: u8) {}

/// There is no such signal.
pub(crate) fn set_alarm(_after: Option<Duration>) {}

/// There is no such process.
pub(crate) fn as_first_process(_arguments: &[OsString], _system: &dyn System) -> Option<u8> {
    None
}

/// Ready to run a command.
pub(crate) struct Listener;

impl Listener {
    pub(crate) fn new(_told_by_others: bool) -> Self {
        Self
    }

    /// Starts the command, without our credentials unless they are kept.
    ///
    /// # Errors
    /// When the command cannot be started.
    #[expect(clippy::unused_self, reason = "the same on every system")]
    pub(crate) fn start(self, words: &[OsString], keep_credentials: bool) -> io::Result<Running> {
        let child = super::command(words, keep_credentials).spawn()?;
        Ok(Running { child })
    }
}

/// A command that was started.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// There are no signals to stop.
    #[expect(clippy::unused_self, reason = "the same on every system")]
    pub(crate) fn stops(&self) -> Vec<Arc<AtomicBool>> {
        Vec::new()
    }

    pub(crate) fn wait(&mut self, _system: &dyn System) -> Waited {
        let status = self.child.wait();
        let code = status.ok().and_then(|status| status.code()).unwrap_or(1);
        Waited::Ended {
            end: End::Code(code),
            told: None,
        }
    }
}
