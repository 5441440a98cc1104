//! The real program against the stand-in for Jira.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

mod answers;
mod build;
mod certificates;
mod check;
mod connection;
mod deployment;
mod hostile;
mod keys;
mod network;
mod openapi;
mod peers;
mod readme;
mod support;
mod tls;
mod usage;
mod wrap;
