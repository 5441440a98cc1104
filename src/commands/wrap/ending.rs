//! What the end of a command means: the state that Jira gets, and the exit code.

use std::ffi::OsString;
use std::io::ErrorKind;

use crate::child::{End, Waited};
use crate::domain::state::RunState;
use crate::error::Failure;
use crate::output::Output;

/// What a shell answers when there is no such command, and when it cannot be run.
const NOT_FOUND: u8 = 127;
const CANNOT_RUN: u8 = 126;

pub(crate) fn cannot_start(command: &[OsString], error: &std::io::Error, output: &Output) -> u8 {
    let name = command.first().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default();
    let failure = Failure::usage(format!("the command cannot be started: {name}")).cause(error);
    let (code, hint) = advice(error.kind(), cfg!(windows));
    output.failure(&failure.hint(hint));
    code
}

/// The exit code for a command that cannot be started, and what to do about it.
fn advice(error: ErrorKind, on_windows: bool) -> (u8, &'static str) {
    match (error, on_windows) {
        (ErrorKind::NotFound, false) => (
            NOT_FOUND,
            "check its name and PATH; for pipes, variables and built-in commands use a shell: -- sh -c '…'",
        ),
        // By its name alone Windows finds programs only: mvn, npm and gradlew are scripts there.
        (ErrorKind::NotFound, true) => (
            NOT_FOUND,
            "check its name and PATH; for .cmd and .bat files, pipes, variables and built-in commands use a shell: -- cmd /c …",
        ),
        (ErrorKind::PermissionDenied, false) => (CANNOT_RUN, "make the file executable: chmod +x"),
        (_, false) => (
            CANNOT_RUN,
            "a script needs a first line such as #!/bin/sh; or use a shell: -- sh FILE",
        ),
        (_, true) => (
            CANNOT_RUN,
            "name a program (.exe), or what runs a script: -- powershell -File build.ps1",
        ),
    }
}

/// `cancelled` only when we were asked to stop, or when it died of a signal that asks a program to stop: one that crashes,
/// or that is killed since there is no memory left, has failed.
pub(super) fn state(waited: Waited) -> RunState {
    match waited {
        Waited::Overdue(_) | Waited::Ended { told: Some(_), .. } => RunState::Cancelled,
        Waited::Ended {
            end: End::Code(0), ..
        } => RunState::Successful,
        Waited::Ended {
            end: End::Signal(signal),
            ..
        } if is_stop(signal) => RunState::Cancelled,
        Waited::Ended { .. } => RunState::Failed,
    }
}

/// SIGHUP, SIGINT and SIGTERM, which have these numbers everywhere.
fn is_stop(signal: i32) -> bool {
    matches!(signal, 1 | 2 | 15)
}

/// The command's own code, as a shell would tell it.
pub(super) fn code(waited: Waited) -> u8 {
    match waited {
        Waited::Overdue(signal)
        | Waited::Ended {
            end: End::Signal(signal),
            ..
        } => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        // Windows has greater ones; none of them may become a 0.
        Waited::Ended {
            end: End::Code(code),
            ..
        } => u8::try_from(code).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::{advice, code, state};
    use crate::child::{End, Waited};
    use crate::domain::state::RunState;

    const CASES: &[(End, Option<i32>, RunState, u8)] = &[
        (End::Code(0), None, RunState::Successful, 0),
        (End::Code(1), None, RunState::Failed, 1),
        (End::Code(143), None, RunState::Failed, 143),
        (End::Code(255), None, RunState::Failed, 255),
        (End::Code(-1_073_741_510), None, RunState::Failed, 1),
        (End::Signal(15), None, RunState::Cancelled, 143),
        (End::Signal(2), None, RunState::Cancelled, 130),
        (End::Signal(1), None, RunState::Cancelled, 129),
        (End::Signal(9), None, RunState::Failed, 137),
        (End::Signal(3), None, RunState::Failed, 131),
        (End::Signal(7), None, RunState::Failed, 135),
        (End::Signal(10), None, RunState::Failed, 138),
        (End::Signal(24), None, RunState::Failed, 152),
        (End::Signal(31), None, RunState::Failed, 159),
        (End::Signal(11), None, RunState::Failed, 139),
        (End::Signal(6), None, RunState::Failed, 134),
        (End::Signal(15), Some(2), RunState::Cancelled, 143),
        (End::Signal(9), Some(15), RunState::Cancelled, 137),
        (End::Code(0), Some(15), RunState::Cancelled, 0),
        (End::Code(3), Some(1), RunState::Cancelled, 3),
    ];

    #[test]
    fn every_end_has_its_state_and_code() {
        for (end, told, expected, number) in CASES.iter().copied() {
            let waited = Waited::Ended { end, told };
            assert_eq!(state(waited), expected, "{waited:?}");
            assert_eq!(code(waited), number, "{waited:?}");
        }
        assert_eq!(state(Waited::Overdue(15)), RunState::Cancelled);
        assert_eq!(code(Waited::Overdue(15)), 143);
    }

    #[test]
    fn the_advice_is_of_the_system_at_hand() {
        for (error, on_windows, expected, words) in [
            (ErrorKind::NotFound, false, 127, "sh -c"),
            (ErrorKind::NotFound, true, 127, ".bat files"),
            (ErrorKind::PermissionDenied, false, 126, "chmod"),
            (ErrorKind::PermissionDenied, true, 126, ".exe"),
            (ErrorKind::Other, false, 126, "#!/bin/sh"),
            (ErrorKind::Other, true, 126, ".exe"),
        ] {
            let (code, hint) = advice(error, on_windows);
            assert_eq!(code, expected, "{error} {on_windows}");
            assert!(hint.contains(words), "{hint}");
            assert!(!on_windows || !hint.contains("sh -c") && !hint.contains("chmod"));
        }
    }
}
