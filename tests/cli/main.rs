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
mod faults;
mod flush;
mod hostile;
mod keys;
mod kills;
mod leaks;
mod network;
mod no_outbox;
mod openapi;
mod order;
mod outbox;
mod peers;
mod policy;
mod readme;
mod relay;
mod sites;
mod stored;
mod support;
mod tls;
mod usage;
mod verify;
mod wrap;
