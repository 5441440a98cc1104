//! The real program against the stand-in for Jira.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

mod answers;
mod backfill;
mod build;
mod certificates;
mod check;
mod checkouts;
mod command_line;
mod connection;
mod demo;
mod deployed;
mod deployment;
mod dev_info;
mod docs;
mod english;
mod environments;
mod faults;
mod feature_flag;
mod flush;
mod freestyle;
mod gate;
mod hangs;
mod head_of_line;
mod hostile;
mod keys;
mod kills;
mod leaks;
mod network;
mod no_outbox;
mod openapi;
mod order;
mod other_tools;
mod outbox;
mod peers;
mod policy;
mod relay;
mod sites;
mod step;
mod stored;
mod submodules;
mod support;
mod test_reports;
mod tls;
mod usage;
mod verify;
mod waits;
mod wrap;
