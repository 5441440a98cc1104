//! What distinguishes the beginning of a wrapped command from its end.

use std::time::Duration;

use crate::cli::{JiraOptions, RunOptions};
use crate::commands::phase::{EventTime, Phase};
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::RunState;
use crate::domain::timestamp::Timestamp;
use crate::policy::OnError;
use crate::system::System;

/// One of the two, as changes to what the user typed.
pub(super) struct Moment {
    pub(super) state: RunState,
    pub(super) event: Timestamp,
    /// Whether nobody gave a time.
    pub(super) by_clock: bool,
    /// Only when the user numbers the updates.
    pub(super) sequence: Option<SequenceNumber>,
    /// For this phase, retries included.
    pub(super) time: Duration,
    /// The keys of the beginning: an update replaces all of them, so the end repeats them.
    pub(super) found_before: Vec<IssueKey>,
    /// Those that no site knew then.
    pub(super) unknown_before: Vec<IssueKey>,
    /// When the command was started by the clock of this machine, once it has ended.
    pub(super) started: Option<Timestamp>,
    /// How long it took.
    pub(super) seconds: Option<u32>,
}

impl Moment {
    /// Changes the options, and gives what they cannot say.
    pub(super) fn apply(&self, run: &mut RunOptions, jira: &mut JiraOptions) -> Phase {
        run.state = Some(self.state);
        run.update.event_time = Some(self.event);
        run.update.update_sequence_number = self.sequence;
        // The beginning is soon replaced, and what it lacks the end may have.
        let is_end = self.state != RunState::InProgress;
        jira.verify &= is_end;
        run.update.require_issue_keys &= is_end;
        // The exit code belongs to the command.
        jira.on_error = OnError::Warn;
        Phase {
            time_left: Some(self.time),
            found_before: self.found_before.clone(),
            unknown_before: self.unknown_before.clone(),
            reports_since: self.started,
            event: if self.by_clock {
                EventTime::Clock
            } else {
                EventTime::Given
            },
            step: None,
        }
    }
}

/// When it began, and how the user numbers it.
pub(super) struct Times {
    begun: Timestamp,
    /// The same by the clock of this machine, whatever time the user gave.
    started: Timestamp,
    by_clock: bool,
    sequence: Option<SequenceNumber>,
}

impl Times {
    pub(super) fn new(options: &RunOptions, system: &dyn System) -> Self {
        Self {
            begun: options.update.event_time.unwrap_or_else(|| system.now()),
            started: system.now(),
            by_clock: options.update.event_time.is_none(),
            sequence: options.update.update_sequence_number,
        }
    }

    pub(super) fn beginning(&self) -> Moment {
        Moment {
            state: RunState::InProgress,
            event: self.begun,
            by_clock: self.by_clock,
            sequence: self.sequence,
            time: Duration::ZERO,
            found_before: Vec::new(),
            unknown_before: Vec::new(),
            started: None,
            seconds: None,
        }
    }

    /// Later than the beginning even within one millisecond and after a step of the clock, since Jira ignores an
    /// update whose number is not greater.
    pub(super) fn end(&self, state: RunState, system: &dyn System) -> Moment {
        Moment {
            state,
            event: self.begun.next().max(system.now()),
            sequence: self.sequence.map(SequenceNumber::following),
            started: Some(self.started),
            ..self.beginning()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Times;
    use crate::domain::state::RunState;
    use crate::system::System as _;
    use crate::system::fake::FakeMachine;

    #[test]
    fn the_end_is_later_than_the_beginning() {
        let system = FakeMachine::default();
        let now = system.now();
        let later = "2030-01-01T00:00:00.000Z".parse().unwrap();
        for begun in [now, later] {
            let sequence = "7".parse().ok();
            let by_clock = true;
            let times = Times {
                begun,
                started: now,
                by_clock,
                sequence,
            };
            let end = times.end(RunState::Failed, &system);
            assert_eq!(end.event, begun.next());
            assert_eq!(end.sequence, "8".parse().ok());
        }
        let begun = "2020-01-01T00:00:00.000Z".parse().unwrap();
        let times = Times {
            begun,
            started: now,
            by_clock: true,
            sequence: None,
        };
        let end = times.end(RunState::Failed, &system);
        assert_eq!((end.event, end.sequence), (now, None));
        assert_eq!(times.beginning().event, begun);
    }
}
