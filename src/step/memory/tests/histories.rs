//! Random histories of a job against a model that knows of runs, but not of lines.

use super::{applied, deployed_report};
use crate::step::memory::{Memory, Topic};
use crate::step::request::{OtherRun, ThisRun};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// A run as Jenkins has it, and what the model says that it knows: when a commit was deployed, and which.
#[derive(Clone, Default)]
struct Run {
    memory: String,
    known: Option<(i64, String)>,
    is_over: bool,
    is_discarded: bool,
}

/// The runs that the library reports: three before that remember something, and five after.
fn seen(runs: &[Run], number: usize) -> Vec<usize> {
    let remembers = |other: &usize| !runs[*other].is_discarded && !runs[*other].memory.is_empty();
    let before = (0..number).rev().filter(remembers).take(3);
    let after = (number + 1..runs.len()).filter(|other| !runs[*other].is_discarded);
    before.chain(after.take(5).filter(remembers)).collect()
}

/// Runs that overlap, are approved out of order, fail, take back, or are discarded.
#[test]
fn the_deployment_that_ended_last_counts() {
    let mut dice = Dice(3);
    let (mut judged, mut true_ones) = (0, 0);
    for _ in 0..200 {
        let mut runs: Vec<Run> = Vec::new();
        let mut last: Option<String> = None;
        for now in 1..40 {
            let open: Vec<usize> = (0..runs.len()).filter(|it| !runs[*it].is_over).collect();
            if open.is_empty() || open.len() < 3 && dice.throw(3) == 0 {
                runs.push(Run::default());
                continue;
            }
            let number = open[dice.throw(open.len())];
            if dice.throw(4) == 0 {
                runs[number].is_over = true;
                let over: Vec<usize> = (0..runs.len()).filter(|it| runs[*it].is_over).collect();
                for old in over.iter().rev().skip(4) {
                    runs[*old].is_discarded = true;
                }
                continue;
            }
            let others = seen(&runs, number);
            let other = |it: &usize| OtherRun {
                result: Some("SUCCESS".to_owned()),
                is_completed: runs[*it].is_over,
                ended: Some(now),
                memory: runs[*it].memory.clone(),
            };
            let this = ThisRun {
                now,
                memory: runs[number].memory.clone(),
                others: others.iter().map(other).collect(),
                ..ThisRun::default()
            };
            let known = others.iter().chain([&number]);
            let known = known.filter_map(|it| runs[*it].known.clone()).max();
            let mut memory = Memory::new(&this);
            let found = memory.deployed(i64::MAX).remove("shop/prod");
            let found = found.and_then(|it| Some(it.commit?.to_string()));
            let expected = known.clone().map(|(_, commit)| commit);
            assert_eq!(found, expected);
            runs[number].known = known;
            // Another step, a failure, or a deployment, of an older commit as well.
            if dice.throw(3) == 0 {
                judged += 1;
                true_ones += usize::from(found == last);
                let commit = format!("{:04x}", 0x1000 + dice.throw(30));
                memory.remember_deployed(&deployed_report("shop/prod", &commit), None);
                runs[number].known = Some((now, commit.clone()));
                last = Some(commit);
            } else {
                memory.keep(Topic::Keys.name(""), serde_json::json!({"issueKeys": []}));
            }
            let (change, left_out) = memory.finish();
            assert_eq!(left_out, 0);
            runs[number].memory = applied(&this.memory, &change);
        }
    }
    // What no run that is seen can know, such as a late approval beyond the third, is rare.
    assert!(
        judged > 500 && true_ones * 100 > judged * 95,
        "{true_ones} of {judged}"
    );
}
