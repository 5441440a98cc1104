//! The user's command, run as if we were not there: it has our streams, and gets the signals that stop us.
//! The one place that handles signals.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use crate::variables;

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use other::{
    Listener, Running, as_first_process, end_at_alarm, is_shortage, outlive_file_size_limit,
    replace_us, set_alarm,
};
#[cfg(unix)]
pub(crate) use unix::{
    Listener, Running, as_first_process, end_at_alarm, is_shortage, outlive_file_size_limit,
    replace_us, set_alarm,
};

/// How long a command may take to end after a signal.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "there is no signal to wait after")
)]
pub(crate) const GRACE: Duration = Duration::from_secs(3);

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing ends like this there"))]
    Signal(i32),
}

/// The result of waiting for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    Ended {
        end: End,
        /// The signal that told us to stop before that.
        told: Option<i32>,
    },
    /// This signal stopped us, and the command has not ended within [`GRACE`]. Returned once.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing is stopped there"))]
    Overdue(i32),
}

/// The command, without our credentials unless they are kept. Its streams are inherited.
fn command(words: &[OsString], keep_credentials: bool) -> Command {
    let (program, arguments) = match words {
        [program, arguments @ ..] => (program.clone(), arguments),
        [] => (OsString::new(), words),
    };
    let mut command = Command::new(program);
    command.args(arguments);
    if !keep_credentials {
        variables::hide_secrets(&mut command);
    }
    command
}
