//! Random histories of a job against a model that knows of runs, but not of lines.

use std::collections::BTreeMap;

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

/// Two components and two environments.
const PLACES: [&str; 4] = [
    "shop/prod",
    "shop/staging",
    "shop-api/prod",
    "shop-api/staging",
];

/// When a commit was deployed to a place, and which.
type Known = BTreeMap<&'static str, (i64, String)>;

/// A run as Jenkins has it, and what the model says that it knows.
#[derive(Clone, Default)]
struct Run {
    memory: String,
    known: Known,
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
        let mut last: BTreeMap<&str, String> = BTreeMap::new();
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
            let mut known = Known::new();
            for (place, one) in others
                .iter()
                .chain([&number])
                .flat_map(|it| &runs[*it].known)
            {
                let latest = known.entry(*place).or_insert_with(|| one.clone());
                *latest = one.max(latest).clone();
            }
            let mut memory = Memory::new(&this);
            let found = memory.deployed(i64::MAX);
            let found: BTreeMap<&str, String> = PLACES
                .iter()
                .filter_map(|place| Some((*place, found.get(*place)?.commit.clone()?.to_string())))
                .collect();
            let commits = known
                .iter()
                .map(|(place, (_, commit))| (*place, commit.clone()));
            assert_eq!(found, commits.collect());
            runs[number].known = known;
            // Another step, a failure, or a deployment, of an older commit as well.
            if dice.throw(3) == 0 {
                let place = PLACES[dice.throw(PLACES.len())];
                judged += 1;
                true_ones += usize::from(found.get(place) == last.get(place));
                let commit = format!("{:04x}", 0x1000 + dice.throw(30));
                memory.remember_deployed(&deployed_report(place, &commit), None);
                runs[number].known.insert(place, (now, commit.clone()));
                last.insert(place, commit);
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
