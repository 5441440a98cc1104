//! Asking again until Jira has carried out what it has accepted: for `--verify` of what is sent and deleted.

use std::time::Duration;

use crate::system::{Deadline, System};

/// Pause before the second question; every later one is half as long again. Jira usually needs a second or two.
const FIRST: Duration = Duration::from_millis(500);

const LONGEST: Duration = Duration::from_secs(5);

const LAST_QUESTION: Duration = Duration::from_secs(1);

pub(crate) struct Pauses<'a> {
    next: Duration,
    deadline: Deadline,
    system: &'a dyn System,
}

impl<'a> Pauses<'a> {
    pub(crate) fn new(deadline: Deadline, system: &'a dyn System) -> Self {
        Self {
            next: FIRST,
            deadline,
            system,
        }
    }

    /// Waits, and says whether there is time for another question. The last pause is shorter, so that the last question
    /// comes shortly before the end.
    pub(crate) fn wait(&mut self) -> bool {
        let left = self.deadline.remaining(self.system);
        let Some(usable) = left
            .checked_sub(LAST_QUESTION)
            .filter(|time| !time.is_zero())
        else {
            return false;
        };
        self.system.sleep(self.next.min(usable));
        self.next = (self.next + self.next / 2).min(LONGEST);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pauses;
    use crate::system::Deadline;
    use crate::system::fake::FakeMachine;

    #[test]
    fn pauses_grow_and_leave_time_for_the_last_question() {
        let system = FakeMachine::default();
        let deadline = Deadline::after(&system, Duration::from_secs(10));
        let mut pauses = Pauses::new(deadline, &system);
        while pauses.wait() {}
        let naps = system.naps.lock().unwrap();
        let seconds: Vec<u128> = naps.iter().map(Duration::as_millis).collect();
        assert_eq!(seconds, [500, 750, 1125, 1687, 2531, 2406]);
    }
}
