//! What distinguishes the beginning of a wrapped command from its end.

use std::time::Duration;

use crate::cli::{JiraOptions, RunOptions};
use crate::commands::phase::{EventTime, Phase};
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::RunState;
use crate::domain::timestamp::Timestamp;
use crate::policy::OnError;
use crate::system::System;

/// One of the two, as changes to what the user typed.
pub(super) struct Moment {
    pub(super) state: RunState,
    pub(super) event: Timestamp,
    /// Only when the user numbers the updates.
    pub(super) sequence: Option<SequenceNumber>,
    /// When the command was started by the clock of this machine, whatever time the user gave.
    started: Timestamp,
    /// How long the command took, once it has ended.
    pub(super) seconds: Option<u32>,
    pub(super) phase: Phase,
}

impl Moment {
    /// The start of the command, with so much time for sending it, retries included.
    pub(super) fn beginning(options: &RunOptions, time: Duration, system: &dyn System) -> Self {
        let given = options.update.event_time;
        Self {
            state: RunState::InProgress,
            event: given.unwrap_or_else(|| system.now()),
            sequence: options.update.update_sequence_number,
            started: system.now(),
            seconds: None,
            phase: Phase {
                time_left: Some(time),
                event: given.map_or(EventTime::Clock, |_| EventTime::Given),
                ..Phase::default()
            },
        }
    }

    /// The end that belongs to this beginning. Later even within one millisecond and after a step of the clock, since Jira
    /// ignores an update whose number is not greater.
    pub(super) fn end(&self, state: RunState, time: Duration, system: &dyn System) -> Self {
        Self {
            state,
            event: self.event.next().max(system.now()),
            sequence: self.sequence.map(SequenceNumber::following),
            started: self.started,
            seconds: None,
            phase: Phase {
                time_left: Some(time),
                event: self.phase.event,
                reports_since: Some(self.started),
                ..Phase::default()
            },
        }
    }

    pub(super) fn apply(&self, run: &mut RunOptions, jira: &mut JiraOptions) {
        run.state = Some(self.state);
        run.update.event_time = Some(self.event);
        run.update.update_sequence_number = self.sequence;
        // The beginning is soon replaced, and what it lacks the end may have.
        let is_end = self.state != RunState::InProgress;
        jira.verify &= is_end;
        run.update.require_issue_keys &= is_end;
        // The exit code belongs to the command.
        jira.on_error = OnError::Warn;
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Moment, Phase, RunState};
    use crate::system::System as _;
    use crate::system::fake::FakeMachine;

    #[test]
    fn the_end_is_later_than_the_beginning() {
        let system = FakeMachine::default();
        let now = system.now();
        let beginning = |event, sequence| Moment {
            state: RunState::InProgress,
            event,
            sequence,
            started: now,
            seconds: None,
            phase: Phase::default(),
        };
        let later = "2030-01-01T00:00:00.000Z".parse().unwrap();
        for begun in [now, later] {
            let beginning = beginning(begun, "7".parse().ok());
            let end = beginning.end(RunState::Failed, Duration::ZERO, &system);
            assert_eq!(end.event, begun.next());
            assert_eq!(end.sequence, "8".parse().ok());
        }
        let begun = "2020-01-01T00:00:00.000Z".parse().unwrap();
        let beginning = beginning(begun, None);
        let end = beginning.end(RunState::Failed, Duration::ZERO, &system);
        assert_eq!((end.event, end.sequence), (now, None));
        assert_eq!(end.phase.reports_since, Some(now));
    }
}
