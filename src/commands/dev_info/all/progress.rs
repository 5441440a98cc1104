//! How far each site has the history.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::cli::DevInfoOptions;
use crate::commands::connection::Destination;
use crate::domain::entity_ids::RepositoryId;
use crate::git::Repository;
use crate::jira::DataType;
use crate::outbox::{Entity, Histories, Progress, UnderWay};
use crate::output::Output;

/// Most ends of delivered histories that are remembered. Without one, some commits are sent once more.
const MAX_DELIVERED: usize = 1_000;

/// Something that has been done.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The first commits of a history.
    Commits(UnderWay),
    /// A whole history; the last one covers everything that was delivered before, when it is that of all branches.
    History { tips: Vec<String>, covers_all: bool },
    /// These branches and their newest commits.
    Branches(Vec<(String, String)>),
}

/// What all sites have, and the files that remember it.
pub(super) struct Tracker<'a> {
    histories: Option<Histories<'a>>,
    sites: Vec<Site>,
    /// Whether it was told that nothing can be remembered.
    told: bool,
}

struct Site {
    repository: Entity,
    progress: Progress,
    /// Whether something did not get there: what comes later does not count then.
    is_behind: bool,
}

impl<'a> Tracker<'a> {
    pub(super) fn new(
        histories: Option<Histories<'a>>,
        destinations: &[Destination],
        id: &RepositoryId,
        rules: &str,
        restart: bool,
    ) -> Self {
        let key = serde_json::json!({ "repositoryId": id });
        let site = |destination: &Destination| {
            let repository = Entity::new(&destination.name, DataType::DevInfo.name(), &key);
            let known = histories.as_ref().filter(|_| !restart);
            let known = known.and_then(|histories| histories.read(&repository));
            let progress = known.filter(|progress| progress.rules == rules);
            Site {
                repository,
                progress: progress.unwrap_or_else(|| Progress {
                    rules: rules.to_owned(),
                    ..Progress::default()
                }),
                is_behind: false,
            }
        };
        let sites = destinations.iter().map(site).collect();
        Self {
            histories,
            sites,
            told: false,
        }
    }

    /// What every site has. Where one is behind, the others get some of it again, which is harmless.
    pub(super) fn common(&self) -> Progress {
        let mut sites = self.sites.iter().map(|site| &site.progress);
        let Some(mut common) = sites.next().cloned() else {
            return Progress::default();
        };
        for progress in sites {
            let both = common.under_way.as_mut().zip(progress.under_way.as_ref());
            let is_same_history = both.as_ref().is_some_and(|(one, other)| {
                (&one.tips, &one.excluded) == (&other.tips, &other.excluded)
            });
            match both {
                Some((one, other)) if is_same_history => {
                    if other.done < one.done {
                        one.clone_from(other);
                    }
                }
                _ => common.under_way = None,
            }
            if common.delivered != progress.delivered {
                common.delivered.clear();
                common.under_way = None;
            }
            common
                .branches
                .retain(|name, tip| progress.branches.get(name) == Some(tip));
        }
        common
    }

    /// Notes what the sites got, as `got` says for each.
    pub(super) fn done(&mut self, step: &Step, got: &[bool], output: &Output) {
        for (site, got) in self.sites.iter_mut().zip(got) {
            site.is_behind |= !got;
            if site.is_behind {
                continue;
            }
            site.advance(step);
            let histories = self.histories.as_ref();
            let written =
                histories.map(|histories| histories.write(&site.repository, &site.progress));
            if let Some(Err(error)) = written
                && !self.told
            {
                self.told = true;
                output.warn(&format!("how far it came cannot be remembered: {error:#}"));
            }
        }
    }

    /// Notes what needs no sending.
    pub(super) fn passed(&mut self, step: &Step, output: &Output) {
        let all = vec![true; self.sites.len()];
        self.done(step, &all, output);
    }

    pub(super) fn is_everyone_behind(&self) -> bool {
        self.sites.iter().all(|site| site.is_behind)
    }

    pub(super) fn is_anyone_behind(&self) -> bool {
        self.sites.iter().any(|site| site.is_behind)
    }
}

impl Site {
    fn advance(&mut self, step: &Step) {
        let progress = &mut self.progress;
        match step {
            Step::Commits(under_way) => progress.under_way = Some(under_way.clone()),
            Step::History { tips, covers_all } => {
                progress.under_way = None;
                if *covers_all {
                    progress.delivered.clear();
                }
                progress.delivered.retain(|id| !tips.contains(id));
                progress.delivered.splice(0..0, tips.iter().cloned());
                progress.delivered.truncate(MAX_DELIVERED.max(tips.len()));
            }
            Step::Branches(branches) => progress.branches.extend(branches.iter().cloned()),
        }
    }
}

/// What decides which commits are sent, in short: the options, and where a shallow clone ends.
pub(super) fn rules(options: &DevInfoOptions, repository: &Repository<'_>) -> String {
    let keys = &options.keys;
    let mut shallow: Vec<String> = repository.shallow_commits().into_iter().collect();
    shallow.sort_unstable();
    let rules = format!(
        "{:?} {:?} {:?} {:?} {shallow:?}",
        keys.projects, keys.deny, keys.key_pattern, options.sending.all_entities
    );
    let digest = Sha256::digest(rules.as_bytes());
    digest[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
