//! How far each site has the history, and what the outbox remembers of that.

use crate::cli::DevInfoOptions;
use crate::commands::connection::Destination;
use crate::commands::progress::Tracker;
use crate::digest::hex;
use crate::domain::entity_ids::RepositoryId;
use crate::git::Repository;
use crate::jira::DataType;
use crate::outbox::{ItemHash, Notes, Progress, UnderWay};

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

/// What all sites have of a repository.
pub(super) fn tracker<'a>(
    histories: Option<Notes<'a>>,
    destinations: &[Destination],
    id: &RepositoryId,
    rules: &str,
    restart: bool,
) -> Tracker<'a, Progress> {
    let key = serde_json::json!({ "repositoryId": id });
    let item = |site: &str| ItemHash::new(site, DataType::DevInfo.name(), &key);
    let begin = |known: Option<Progress>| {
        let known = known.unwrap_or_default();
        if known.rules == rules && !restart {
            return known;
        }
        // Whatever is sent from now on, Jira still has these.
        Progress {
            rules: rules.to_owned(),
            sent_branches: known.sent_branches,
            ..Progress::default()
        }
    };
    Tracker::new(histories, destinations, item, begin)
}

/// What every site has. Where one is behind, the others get some of it again, which is harmless.
pub(super) fn common<'a>(mut sites: impl Iterator<Item = &'a Progress>) -> Progress {
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

/// Takes in what has been done.
pub(super) fn advance(progress: &mut Progress, step: &Step) {
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
