//! What Jenkins answers. Every field may be missing: plugins and versions differ.

use serde::Deserialize;

use super::JenkinsItem;
use crate::backfill::{Change, Checkout, Head, Job, PastRun, run_file};
use crate::git::Commit;

/// Jobs and folders; `jobs` says that it is a folder, `nextBuildNumber` that it is a job.
pub(super) fn items_tree(from: usize, to: usize) -> String {
    format!(
        "_class,jobs[name,nextBuildNumber,jobs[name]{{0,1}},actions[_class,objectDisplayName,objectUrl]]{{{from},{to}}}"
    )
}

pub(super) fn runs_tree(from: usize, to: usize) -> String {
    format!(
        "allBuilds[number,displayName,timestamp,duration,result,building,actions[lastBuiltRevision[SHA1,branch[name]],remoteUrls,failCount,skipCount,totalCount,environment[*]],changeSets[items[commitId,msg,comment]],changeSet[items[commitId,msg,comment]]]{{{from},{to}}}"
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Top {
    pub(super) url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Items {
    #[serde(rename = "_class")]
    class: String,
    pub(super) jobs: Vec<ItemAnswer>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItemAnswer {
    name: String,
    next_build_number: Option<u64>,
    jobs: Option<Vec<serde::de::IgnoredAny>>,
    actions: Vec<Option<ItemAction>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItemAction {
    #[serde(rename = "_class")]
    class: String,
    object_display_name: Option<String>,
    object_url: Option<String>,
}

impl Items {
    pub(super) fn into_items(self, folder: &str) -> impl Iterator<Item = JenkinsItem> {
        let is_multibranch = self.class.ends_with("MultiBranchProject");
        let jobs = self.jobs.into_iter();
        jobs.map(move |job| {
            let name = match folder {
                "" => job.name.clone(),
                outer => format!("{outer}/{}", job.name),
            };
            JenkinsItem {
                is_folder: job.jobs.is_some(),
                job: Job {
                    place: name.clone(),
                    name,
                    runs: job.next_build_number.unwrap_or(1).saturating_sub(1),
                    head: is_multibranch.then(|| job.head()),
                },
            }
        })
    }
}

impl ItemAnswer {
    fn head(&self) -> Head {
        let actions = || self.actions.iter().flatten();
        let text = |find: fn(&ItemAction) -> Option<&String>| actions().find_map(find).cloned();
        let head = Head::of_name(&self.name);
        let change = head.change.clone().map(|change| Change {
            title: text(|action| action.object_display_name.as_ref()),
            url: text(|action| action.object_url.as_ref()),
            ..change
        });
        Head {
            is_primary: actions().any(|it| it.class.ends_with("PrimaryInstanceMetadataAction")),
            change,
            ..head
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RunPage {
    pub(super) all_builds: Vec<Run>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Run {
    number: Option<u64>,
    display_name: Option<String>,
    timestamp: Option<i64>,
    duration: i64,
    result: Option<String>,
    building: bool,
    actions: Vec<Option<Action>>,
    change_sets: Vec<ChangeSet>,
    change_set: ChangeSet,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Action {
    last_built_revision: Option<Revision>,
    remote_urls: Vec<String>,
    fail_count: Option<u32>,
    skip_count: Option<u32>,
    total_count: Option<u32>,
    environment: std::collections::BTreeMap<String, Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Revision {
    #[serde(rename = "SHA1")]
    id: String,
    branch: Vec<Branch>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Branch {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ChangeSet {
    items: Vec<ChangeItem>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ChangeItem {
    commit_id: Option<String>,
    msg: Option<String>,
    comment: Option<String>,
}

impl Run {
    /// Nothing without a number and a time.
    pub(super) fn into_run(self) -> Option<PastRun> {
        let began = self.timestamp?;
        let actions = || self.actions.iter().flatten();
        let memory = actions().find_map(|it| it.environment.get(run_file::MEMORY)?.clone());
        let tests = actions()
            .find_map(|it| Some([it.total_count?, it.fail_count?, it.skip_count.unwrap_or(0)]));
        let checkouts = actions().filter_map(|it| {
            let revision = it.last_built_revision.as_ref()?;
            let branch = revision.branch.first();
            Some(Checkout {
                commit: revision.id.clone(),
                branch: branch.and_then(|branch| Checkout::branch_name(&branch.name)),
                url: it.remote_urls.first().cloned(),
            })
        });
        let checkouts: Vec<Checkout> = checkouts.filter(|it| !it.commit.is_empty()).collect();
        let sets = self.change_sets.into_iter().chain([self.change_set]);
        // Jenkins has the oldest of each set first.
        let items = sets.flat_map(|set| set.items.into_iter().rev());
        let changes = items.map(|item| Commit {
            id: item.commit_id.unwrap_or_default(),
            message: item.comment.or(item.msg).unwrap_or_default(),
            ..Commit::default()
        });
        Some(PastRun {
            number: self.number?,
            display_name: self.display_name,
            began,
            ended: began.saturating_add(self.duration.max(0)),
            result: self.result.filter(|_| !self.building),
            checkouts,
            changes: changes.collect(),
            tests,
            memory: memory.unwrap_or_default(),
        })
    }
}
