//! What is left of a history, in view of what has been delivered. The source of `--all` begins with it.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use crate::git::{GitError, Reference, Repository};
use crate::outbox::UnderWay;
use crate::output::Output;
use crate::phrases::counted;

/// The histories to walk: what was interrupted comes first, then what is new. How many of their commits were done before,
/// and how many there are.
pub(super) fn remaining(
    repository: &Repository<'_>,
    tips: Vec<String>,
    delivered: &[String],
    under_way: Option<UnderWay>,
) -> Result<(VecDeque<UnderWay>, usize, usize), GitError> {
    let mut excluded = repository.existing(delivered)?;
    let mut histories = VecDeque::new();
    let (mut read, mut total) = (0, 0);
    if let Some(interrupted) = under_way {
        let ids = [interrupted.tips.as_slice(), &interrupted.excluded].concat();
        // History may have been rewritten and cleaned away since.
        if repository.existing(&ids)?.len() == ids.len() {
            total += repository.count(&interrupted.tips, &interrupted.excluded)?;
            read += interrupted.done.min(total);
            excluded.extend(interrupted.tips.iter().cloned());
            histories.push_back(interrupted);
        }
    }
    excluded.sort_unstable();
    excluded.dedup();
    total += repository.count(&tips, &excluded)?;
    histories.push_back(UnderWay {
        tips,
        excluded,
        ..UnderWay::default()
    });
    Ok((histories, read, total))
}

/// Branches that were not sent as they are now.
pub(super) fn changed(
    branches: Vec<Reference>,
    sent: &BTreeMap<String, String>,
) -> VecDeque<Reference> {
    let changed = branches.into_iter();
    let changed = changed.filter(|branch| sent.get(&branch.name) != Some(&branch.tip));
    changed.collect()
}

pub(super) fn say_remaining(read: usize, total: usize, has_before: bool, output: &Output) {
    if read > 0 {
        output.say(&format!("continues after {read} of {total} commits"));
    } else if has_before {
        let are = if total == 1 {
            "commit is"
        } else {
            "commits are"
        };
        output.say(&format!("{total} {are} new since the last time"));
    } else {
        output.say(&format!("reading {}", counted(total, "commit")));
    }
}

/// Branches that Jira has and the repository no longer has.
pub(super) fn gone(branches: &[Reference], sent: &BTreeSet<String>) -> VecDeque<String> {
    let here: HashSet<&str> = branches.iter().map(|branch| branch.name.as_str()).collect();
    let gone = sent.iter().filter(|name| !here.contains(name.as_str()));
    gone.cloned().collect()
}
