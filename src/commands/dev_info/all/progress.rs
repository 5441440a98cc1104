//! How far each site has the history, and what the outbox remembers of that.

use crate::cli::DevInfoOptions;
use crate::commands::connection::Destination;
use crate::digest::hex;
use crate::domain::entity_ids::RepositoryId;
use crate::git::Repository;
use crate::jira::DataType;
use crate::outbox::{Entity, Notes, Progress, UnderWay};
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
    /// These branches and their newest commits, and whether Jira has them.
    Branches(Vec<(String, String, bool)>),
    /// These branches no longer exist.
    Gone(Vec<String>),
}

/// What all sites have, and the files that remember it.
pub(super) struct Tracker<'a> {
    histories: Option<Notes<'a>>,
    sites: Vec<Site>,
    /// Whether the user knows that nothing can be remembered.
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
        histories: Option<Notes<'a>>,
        destinations: &[Destination],
        id: &RepositoryId,
        rules: &str,
        restart: bool,
    ) -> Self {
        let key = serde_json::json!({ "repositoryId": id });
        let site = |destination: &Destination| {
            let repository = Entity::new(&destination.name, DataType::DevInfo.name(), &key);
            let known = histories.as_ref();
            let known = known.and_then(|histories| histories.read::<Progress>(&repository));
            let known = known.unwrap_or_default();
            let is_valid = known.rules == rules && !restart;
            Site {
                repository,
                progress: if is_valid {
                    known
                } else {
                    // Whatever is sent from now on, Jira still has these.
                    Progress {
                        rules: rules.to_owned(),
                        sent_branches: known.sent_branches,
                        ..Progress::default()
                    }
                },
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
                .sent_branches
                .extend(progress.sent_branches.iter().cloned());
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
                output.warn(&format!("could not save the progress: {error:#}"));
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
            Step::Branches(branches) => {
                for (name, tip, is_sent) in branches {
                    progress.branches.insert(name.clone(), tip.clone());
                    if *is_sent {
                        progress.sent_branches.insert(name.clone());
                    }
                }
            }
            Step::Gone(names) => {
                for name in names {
                    progress.branches.remove(name);
                    progress.sent_branches.remove(name);
                }
            }
        }
    }
}

/// What decides which commits are sent, in short: the options, and where a shallow clone ends.
pub(super) fn rules(options: &DevInfoOptions, repository: &Repository<'_>) -> String {
    let keys = &options.keys.rules;
    let mut shallow: Vec<String> = repository.edge().into_iter().collect();
    shallow.sort_unstable();
    let rules = format!(
        "{:?} {:?} {:?} {:?} {shallow:?}",
        keys.projects, keys.deny, keys.key_pattern, options.sending.all_entities
    );
    hex(&rules, 32)
}
