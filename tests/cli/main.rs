//! The real program against the stand-in for Jira.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

mod answers;
mod build;
mod connection;
mod deployment;
mod faults;
mod flush;
mod hostile;
mod keys;
mod kills;
mod no_outbox;
mod order;
mod outbox;
mod policy;
mod sites;
mod support;
mod usage;
