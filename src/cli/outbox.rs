//! Options of the outbox.

use std::path::PathBuf;

use clap::Args;

use super::numbers::number;
use super::sources::is_true;
use crate::variables::Variables;

/// What is kept on this machine.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Outbox")]
pub(crate) struct OutboxOptions {
    /// Folder for undelivered updates [default: jira-send in the user's state folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) outbox: Option<PathBuf>,
    /// Keep nothing on this machine: no undelivered updates, and no sequence numbers or issue keys of earlier ones
    #[arg(long)]
    pub(crate) no_outbox: bool,
    /// Days after which undelivered updates are set aside
    #[arg(long, value_name = "DAYS", default_value = "14", value_parser = number(1..=365))]
    pub(crate) outbox_max_age_days: u32,
    /// Maximum number of updates in the outbox; the oldest are dropped
    #[arg(long, value_name = "COUNT", default_value = "10000", value_parser = number(1..=1_000_000))]
    pub(crate) outbox_max_entries: u32,
    /// Maximum size of the outbox in MiB; the oldest updates are dropped
    #[arg(long, value_name = "MIB", default_value = "100", value_parser = number(1..=100_000))]
    pub(crate) outbox_max_size: u32,
}

impl OutboxOptions {
    /// For commands without these options, which only read what is there.
    pub(crate) fn default_for_reading(variables: &Variables) -> Self {
        Self {
            outbox: variables.by_name("JIRA_SEND_OUTBOX").map(PathBuf::from),
            no_outbox: is_off(variables),
            outbox_max_age_days: 14,
            outbox_max_entries: 10_000,
            outbox_max_size: 100,
        }
    }
}

const OFF: &str = "JIRA_SEND_NO_OUTBOX";

/// Whether a variable turns the outbox off.
fn is_off(variables: &Variables) -> bool {
    let value = variables.by_name(OFF);
    value.and_then(is_true) == Some(true)
}

/// What turned the outbox off, and how to have one again.
pub(crate) fn turned_off_by(variables: &Variables) -> (&'static str, &'static str) {
    if is_off(variables) {
        (OFF, "unset JIRA_SEND_NO_OUTBOX")
    } else {
        ("--no-outbox", "leave out --no-outbox")
    }
}

#[cfg(test)]
mod tests {
    use super::{OutboxOptions, turned_off_by};
    use crate::variables::Variables;

    #[test]
    fn the_variable_is_named_if_it_turns_the_outbox_off() {
        for (value, is_off) in [("true", true), ("1", true), ("false", false), ("x", false)] {
            let variables = Variables::from([("JIRA_SEND_NO_OUTBOX", value)]);
            let options = OutboxOptions::default_for_reading(&variables);
            assert_eq!(options.no_outbox, is_off, "{value}");
            let (what, _) = turned_off_by(&variables);
            assert_eq!(what == "JIRA_SEND_NO_OUTBOX", is_off, "{value}");
        }
        let (what, _) = turned_off_by(&Variables::default());
        assert_eq!(what, "--no-outbox");
    }
}
