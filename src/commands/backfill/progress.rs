//! How far each site has the history of a controller, on top of what every long history remembers (`commands/progress.rs`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cli::BackfillOptions;
use crate::commands::connection::Destination;
use crate::commands::progress;
use crate::digest::hex;
use crate::outbox::{ItemHash, Notes};
use crate::output::Output;

/// What is remembered of one controller and one site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// What decided how runs were sent; when it changes, all has to be sent again.
    rules: String,
    /// How often that happened.
    round: u32,
    /// Of each selection of jobs and times.
    passes: BTreeMap<String, Pass>,
}

/// How far a selection of runs was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pass {
    /// All that was over at this time was delivered, in milliseconds since 1970.
    pub(super) delivered_before: i64,
    pub(super) under_way: Option<UnderWay>,
}

/// A way through all jobs that has not come to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnderWay {
    /// When it began.
    pub(super) began: i64,
    /// The job, and its last run that is done: jobs before it are done, and newer runs of it.
    pub(super) place: String,
    pub(super) number: u64,
    /// How many runs were read.
    pub(super) read: usize,
}

/// Something that has been done.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Reached(UnderWay),
    /// All of it, by a way that began at this time.
    All(i64),
}

/// What all sites have of a selection of runs.
pub(super) struct Tracker<'a> {
    pub(super) notes: progress::Tracker<'a, Note>,
    selection: String,
}

impl<'a> Tracker<'a> {
    pub(super) fn new(
        notes: Option<Notes<'a>>,
        destinations: &[Destination],
        controller: &str,
        options: &BackfillOptions,
    ) -> Self {
        let rules = rules(options);
        let key = serde_json::json!({ "controller": controller });
        let item = |site: &str| ItemHash::new(site, "backfill", &key);
        let begin = |known: Option<Note>| match known {
            Some(known) if known.rules == rules && !options.history.restart => known,
            known => Note {
                rules: rules.clone(),
                round: known.map_or(0, |known| known.round + 1),
                ..Note::default()
            },
        };
        let mut notes = progress::Tracker::new(notes, destinations, item, begin);
        let round = notes.of_sites().map(|note| note.round).max();
        for note in notes.of_sites_mut() {
            note.round = round.unwrap_or_default();
        }
        let history = &options.history;
        Self {
            notes,
            selection: hex(&format!("{:?} {:?}", history.jobs, history.since), 32),
        }
    }

    /// How often all was begun again.
    pub(super) fn round(&self) -> u32 {
        self.notes.of_sites().next().map_or(0, |note| note.round)
    }

    /// What every site has. Where they differ, one gets some of it again, which is harmless.
    pub(super) fn common(&self) -> Pass {
        let passes = self.notes.of_sites();
        let passes = passes.map(|note| note.passes.get(&self.selection));
        let passes: Vec<Pass> = passes
            .map(|pass| pass.cloned().unwrap_or_default())
            .collect();
        let Some(first) = passes.first() else {
            return Pass::default();
        };
        let is_same = passes.iter().all(|pass| pass == first);
        let before = passes.iter().map(|pass| pass.delivered_before).min();
        Pass {
            delivered_before: before.unwrap_or_default(),
            under_way: first.under_way.clone().filter(|_| is_same),
        }
    }

    /// Notes what the sites got, as `got` says for each; nothing where all got it.
    pub(super) fn done(&mut self, step: Option<&Step>, got: &[bool], output: &Output) {
        self.notes.judge(got);
        let Some(step) = step else {
            return;
        };
        let selection = &self.selection;
        self.notes.advance(output, |note| {
            let pass = note.passes.entry(selection.clone()).or_default();
            match step {
                Step::Reached(under_way) => pass.under_way = Some(under_way.clone()),
                Step::All(began) => {
                    *pass = Pass {
                        delivered_before: *began,
                        under_way: None,
                    };
                }
            }
        });
    }
}

/// What decides how a run is sent, in short.
fn rules(options: &BackfillOptions) -> String {
    let (rules, builds, history) = (&options.rules, &options.builds, &options.history);
    let rules = format!(
        "{:?} {:?} {:?} {:?} {builds:?} {:?} {:?}",
        rules.projects,
        rules.deny,
        rules.key_pattern,
        rules.key_template,
        history.repository,
        history.jenkins_url
    );
    hex(&rules, 32)
}
