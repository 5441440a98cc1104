//! The real program against the stand-in for Jira.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

mod answers;
mod build;
mod check;
mod connection;
mod deployment;
mod hostile;
mod keys;

mod support;
mod usage;
mod wrap;
