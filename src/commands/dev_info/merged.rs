//! The end of pull requests: what the commits of a run have merged, by their messages and by what was sent before.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::about::About;
use super::entities::PullRequestFacts;
use crate::commands::store::Store;
use crate::domain::entity_ids::RepositoryId;
use crate::domain::merged_request::MergedRequest;
use crate::domain::series;
use crate::domain::timestamp::Timestamp;
use crate::error::plain;
use crate::git::{Commit, PRIMARY, Repository};
use crate::jira::dev_info::PullRequestStatus;
use crate::ordered::ordered;
use crate::outbox::{ItemHash, Notes, OpenRequest, OpenRequests, add_request};
use crate::output::Output;
use crate::secret::accounts::hidden_in_text;

/// Most pull requests that one run ends.
const MOST: usize = 100;

/// Placeholder for a branch that nothing names, where Jira requires one.
const UNKNOWN_BRANCH: &str = "(unknown)";

/// Branches besides the primary ones and those of releases that are merged and stay.
const LASTING: &str = "acceptance beta dev development edge gh-pages hotfix int integration live nightly next \
                       preprod preview prod production qa release stable stage staging support test uat";

/// Folders of branches that are deployed to an environment each, as `env/prod`.
const OF_ENVIRONMENTS: [&str; 4] = ["deploy", "env", "environment", "environments"];

/// Whether merging the branch does not end it: others go on from it, or it is deployed. Whoever deletes it says so.
fn is_lasting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let folder = name.split_once('/').map(|(folder, _)| folder);
    PRIMARY.contains(&name.as_str())
        || LASTING.split(' ').any(|lasting| lasting == name)
        || folder.is_some_and(|folder| OF_ENVIRONMENTS.contains(&folder))
        || series::is_release(&name)
}

/// A pull request that has come to its end.
pub(super) struct Merged {
    pub(super) facts: PullRequestFacts,
    /// The branch that it has merged, when that is not needed any more.
    pub(super) branch: Option<String>,
    /// Whether it was sent before.
    pub(super) is_known: bool,
}

/// What a run has built, for finding out what it has merged.
pub(super) struct Built<'a> {
    pub(super) commits: &'a [Commit],
    /// Full id of the newest commit.
    pub(super) head: &'a str,
    pub(super) branch: Option<&'a str>,
    pub(super) event: Timestamp,
}

/// The pull requests that were merged with these commits, the newest first, each once.
pub(super) fn find(
    built: &Built<'_>,
    open: &OpenRequests,
    about: &About,
    repository: &Repository<'_>,
) -> Vec<Merged> {
    let ends = ends(built, open, about);
    let commits = ends.iter().filter_map(|end| end.commit);
    let commits: Vec<String> = commits.map(ToOwned::to_owned).collect();
    let authors = repository.merged_authors(&commits).unwrap_or_default();
    let default = LazyCell::new(|| repository.default_branch());
    let of_end = |end: &End<'_>| {
        let known = open.get(&end.said.number);
        let facts = facts(end, known, about, &authors, built.event);
        let is_gone = |source: &&str| {
            !facts.request.is_from_fork
                && !is_lasting(source)
                && built.branch != Some(*source)
                && default.as_deref() != Some(*source)
                && is_merged(source, known, built.head, repository)
        };
        let branch = Some(facts.request.source.as_str()).filter(|it| *it != UNKNOWN_BRANCH);
        let branch = branch.filter(is_gone).map(ToOwned::to_owned);
        Merged {
            facts,
            branch,
            is_known: known.is_some(),
        }
    };
    ends.iter().map(of_end).collect()
}

/// A pull request that ends, and the commit that says so.
struct End<'a> {
    said: MergedRequest,
    commit: Option<&'a str>,
}

fn ends<'a>(built: &Built<'a>, open: &OpenRequests, about: &About) -> Vec<End<'a>> {
    let goes_here = |request: &OpenRequest| match (&request.target, built.branch) {
        (Some(target), Some(branch)) => target == branch,
        _ => false,
    };
    let mut ends = Vec::new();
    let mut seen = BTreeSet::new();
    for commit in built.commits {
        let said = MergedRequest::of(&commit.message).filter(|said| {
            let known = open.get(&said.number);
            let is_certain = said.is_certain && !said.is_of_another(about.path.as_deref());
            is_certain || known.is_some_and(goes_here) && !said.is_certain
        });
        if let Some(said) = said.filter(|said| seen.insert(said.number.clone())) {
            ends.push(End {
                said,
                commit: Some(&commit.id),
            });
        }
    }
    // Brought here without a word of it: fast-forward, or merged by hand.
    let ids = built.commits.iter().map(|commit| commit.id.as_str());
    let ids: BTreeSet<&str> = ordered(ids);
    for (number, request) in open {
        let is_here = ids.contains(request.tip.as_str()) && goes_here(request);
        if is_here && seen.insert(number.to_owned()) {
            ends.push(End {
                said: MergedRequest {
                    number: number.to_owned(),
                    ..MergedRequest::default()
                },
                commit: None,
            });
        }
    }
    ends.truncate(MOST);
    ends
}

/// Names and addresses of authors, by the ids of commits.
type Authors = BTreeMap<String, (String, String)>;

/// What was sent of it before, and what its end says.
fn facts(
    end: &End<'_>,
    known: Option<&OpenRequest>,
    about: &About,
    authors: &Authors,
    event: Timestamp,
) -> PullRequestFacts {
    let said = &end.said;
    let is_elsewhere = |owner: &String| {
        let own = about.owner.as_deref().unwrap_or_default();
        !owner.eq_ignore_ascii_case(own)
    };
    let author = end.commit.and_then(|commit| authors.get(commit));
    let unknown = || UNKNOWN_BRANCH.to_owned();
    let mut request = known.cloned().unwrap_or_else(|| OpenRequest {
        source: said.source.clone().unwrap_or_else(unknown),
        is_from_fork: said.owner.as_ref().is_some_and(is_elsewhere),
        ..OpenRequest::default()
    });
    if request.author_name.is_none() {
        (request.author_name, request.author_email) = author.cloned().unzip();
    }
    request.at = event.as_millisecond();
    request.title = said.title.clone().or(request.title);
    request.target = said.target.clone().or(request.target);
    PullRequestFacts {
        number: said.number.clone(),
        status: PullRequestStatus::Merged,
        request,
    }
}

/// Whether the branch has nothing that was not merged, as far as the clone has it.
fn is_merged(
    source: &str,
    known: Option<&OpenRequest>,
    head: &str,
    repository: &Repository<'_>,
) -> bool {
    repository.branch_tip(source).is_none_or(|tip| {
        known.is_some_and(|known| known.tip == tip) || repository.is_ancestor(&tip, head)
    })
}

/// What the outbox remembers of the open pull requests of a repository.
pub(super) struct Remembered<'a> {
    notes: Option<Notes<'a>>,
    repository: ItemHash,
    pub(super) open: OpenRequests,
}

impl<'a> Remembered<'a> {
    pub(super) fn new(store: &'a Store<'a>, id: &RepositoryId) -> Self {
        let notes = store.as_ref().ok().map(|outbox| outbox.open_requests());
        let key = serde_json::json!({ "repositoryId": id });
        let repository = ItemHash::new("", "pullrequests", &key);
        let known = notes.as_ref().and_then(|notes| notes.read(&repository));
        Self {
            open: known.unwrap_or_default(),
            notes,
            repository,
        }
    }

    /// Takes in what was sent.
    pub(super) fn update(
        mut self,
        built: Option<(&PullRequestFacts, &str)>,
        merged: &[Merged],
        output: &Output,
    ) {
        // Other builds may have ended or opened some meanwhile.
        if let Some(now) = self.notes.as_ref().and_then(|it| it.read(&self.repository)) {
            self.open = now;
        }
        let mut has_changed = false;
        for Merged { facts, .. } in merged {
            has_changed |= self.open.remove(&facts.number).is_some();
        }
        if let Some((facts, tip)) = built {
            has_changed = true;
            if facts.status == PullRequestStatus::Open {
                add_request(&mut self.open, &facts.number, as_sent(facts, tip));
            } else {
                self.open.remove(&facts.number);
            }
        }
        let written = self.notes.filter(|_| has_changed);
        let written = written.map(|notes| notes.write(&self.repository, &self.open));
        if let Some(Err(error)) = written {
            let why = plain(error);
            output.detail(&format!("could not remember the pull requests: {why}"));
        }
    }
}

fn as_sent(facts: &PullRequestFacts, tip: &str) -> OpenRequest {
    OpenRequest {
        tip: tip.to_owned(),
        title: facts.request.title.as_deref().map(hidden_in_text),
        ..facts.request.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::is_lasting;

    #[test]
    fn branches_that_others_go_on_from_stay() {
        let lasting = "main master develop trunk dev development integration next prod production stable stage staging \
                       Staging qa uat test preprod live release release/1.2 Release/1.2 release-1.2 releases/2024-10-01 \
                       hotfix/1.2.1 hotfix-1.2.1 support/1.x support/1.2 maintenance/2.0 1.10.x v2 branch-3.5 \
                       stable-2.426 4-2-stable env/prod environments/eu-prod deploy/staging gh-pages";
        for name in lasting.split_whitespace() {
            assert!(is_lasting(name), "{name}");
        }
        let ending = "abc-12 ABC-12-x feature/ABC-12 feature/x release/ABC-12 hotfix/ABC-12-login hotfix/login \
                      bugfix/release-notes dev-tools test-login staging-fix feature/1.2-upgrade bump-to-1.2 dev-12 \
                      ada/next production/ABC-1 support-tickets";
        for name in ending.split_whitespace() {
            assert!(!is_lasting(name), "{name}");
        }
    }
}
