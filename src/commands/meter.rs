//! How far it has come, for people: a bar with an estimate on a terminal, a line now and then elsewhere.

use std::time::Duration;

use crate::output::Output;
use crate::system::System;

const BAR_EVERY: Duration = Duration::from_millis(200);

const LINE_EVERY: Duration = Duration::from_secs(30);

/// Nothing is estimated from less than this.
const LEAST: Duration = Duration::from_secs(2);

const WIDTH: usize = 20;

/// Measures what is read.
pub(crate) struct Meter<'a> {
    output: &'a Output,
    system: &'a dyn System,
    begun: Duration,
    told: Duration,
    /// How much was read by earlier calls.
    before: usize,
    total: usize,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(
        before: usize,
        total: usize,
        output: &'a Output,
        system: &'a dyn System,
    ) -> Self {
        let now = system.elapsed();
        Self {
            output,
            system,
            begun: now,
            told: now,
            before,
            total,
        }
    }

    /// Shows it, if it is time. `what` makes the text.
    pub(crate) fn show(&mut self, done: usize, what: impl FnOnce() -> String) {
        let now = self.system.elapsed();
        let is_bar = self.output.has_bar();
        let pause = if is_bar { BAR_EVERY } else { LINE_EVERY };
        if now.saturating_sub(self.told) < pause {
            return;
        }
        self.told = now;
        let total = self.total;
        let left = self.left(done, total, now.saturating_sub(self.begun));
        let line = line(&what(), left);
        if is_bar {
            self.output.bar(&bar(done, total, &line));
        } else {
            self.output.say(&line);
        }
    }

    /// The bar goes, since all is said.
    pub(crate) fn end(&self) {
        self.output.bar("");
    }

    /// What it will still take, if it goes on as before.
    fn left(&self, done: usize, total: usize, took: Duration) -> Option<Duration> {
        let left = u32::try_from(total.checked_sub(done)?).ok()?;
        let done = u32::try_from(done.checked_sub(self.before)?).ok()?;
        let for_each = took.checked_div(done)?;
        (took >= LEAST).then(|| for_each.saturating_mul(left))
    }
}

fn bar(done: usize, total: usize, line: &str) -> String {
    let all = total.max(1);
    let full = (done.saturating_mul(WIDTH) / all).min(WIDTH);
    let percent = (done.saturating_mul(100) / all).min(100);
    let (full, empty) = ("#".repeat(full), ".".repeat(WIDTH - full));
    format!("[{full}{empty}] {percent:>3} %  {line}")
}

fn line(what: &str, left: Option<Duration>) -> String {
    let left = left.map_or_else(String::new, |left| format!(", about {} left", words(left)));
    format!("{what}{left}")
}

/// In the unit that people would choose.
fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{} s", seconds.max(1)),
        seconds @ 100..=5_999 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Meter, bar, line, words};
    use crate::output::{KeptLines, Output};
    use crate::system::System as _;
    use crate::system::fake::FakeMachine;

    #[test]
    fn it_says_how_far_and_how_long() {
        let minute = Some(Duration::from_mins(3));
        assert_eq!(line("x", None), "x");
        assert_eq!(line("x", minute), "x, about 3 min left");
        let most = line("102985 of 102985 commits read", minute);
        let full = bar(102_985, 102_985, &most);
        assert!(
            full.starts_with("[####################] 100 %  102985 of"),
            "{full}"
        );
        assert!(full.chars().count() <= 78);
        assert!(bar(51_000, 102_985, "").starts_with("[#########...........]  49 %"));
        assert!(bar(0, 0, "").starts_with("[....................]   0 %"));
        for (seconds, expected) in [(0, "1 s"), (99, "99 s"), (100, "2 min"), (7_300, "3 h")] {
            assert_eq!(words(Duration::from_secs(seconds)), expected);
        }
    }

    /// On a terminal it changes all the time, elsewhere there is a line now and then.
    #[test]
    fn it_is_shown_where_people_look() {
        for (is_terminal, shown) in [(true, 100), (false, 3)] {
            let machine = FakeMachine::default();
            let lines = KeptLines::default();
            let output =
                Output::new(lines.clone(), Vec::new()).on_terminal(is_terminal.then_some(80));
            let mut meter = Meter::new(100, 1_100, &output, &machine);
            for read in 101..=200 {
                machine.sleep(Duration::from_secs(1));
                meter.show(read, || format!("{read} of 1000 commits read"));
            }
            machine.sleep(Duration::from_mins(1));
            meter.show(1_050, || "50 of 100 branches".to_owned());
            meter.end();
            let said = lines.take().join("\n");
            assert_eq!(said.matches("commits read").count(), shown, "{said}");
            assert!(
                said.contains("190 of 1000 commits read, about 16 min left"),
                "{said}"
            );
            assert!(
                said.contains("50 of 100 branches, about 8 s left"),
                "{said}"
            );
            assert_eq!(said.contains('\r'), is_terminal);
        }
    }
}
