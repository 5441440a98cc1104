//! What Jenkins answers. Anything may be missing: plugins and versions differ.

use serde_json::Value;

use super::JenkinsItem;
use crate::backfill::{Checkout, Head, Job, PastRun, run_file};
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

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What is in a folder.
pub(super) fn items(answer: &Value, folder: &str) -> Vec<JenkinsItem> {
    let is_multibranch = is_class(answer, "MultiBranchProject");
    let item = |job: &Value| {
        let own = job["name"].as_str()?;
        let name = match folder {
            "" => own.to_owned(),
            outer => format!("{outer}/{own}"),
        };
        Some(JenkinsItem {
            is_folder: job["jobs"].is_array(),
            job: Job {
                place: name.clone(),
                name,
                runs: job["nextBuildNumber"]
                    .as_u64()
                    .unwrap_or(1)
                    .saturating_sub(1),
                head: is_multibranch.then(|| head(own, list(&job["actions"]))),
            },
        })
    };
    list(&answer["jobs"]).iter().filter_map(item).collect()
}

fn is_class(value: &Value, end: &str) -> bool {
    let class = value["_class"].as_str();
    class.is_some_and(|class| class.ends_with(end))
}

fn head(name: &str, actions: &[Value]) -> Head {
    let mut head = Head::of_name(name);
    head.is_primary = actions
        .iter()
        .any(|action| is_class(action, "PrimaryInstanceMetadataAction"));
    if let Some(change) = &mut head.change {
        let first = |name: &str| actions.iter().find_map(|action| text(&action[name]));
        change.title = first("objectDisplayName");
        change.url = first("objectUrl");
    }
    head
}

/// Nothing without a number and a time.
pub(super) fn run(run: &Value) -> Option<PastRun> {
    let began = run["timestamp"].as_i64()?;
    let actions = list(&run["actions"]);
    let memory = actions
        .iter()
        .find_map(|action| text(&action["environment"][run_file::MEMORY]));
    let tests = actions.iter().find_map(|action| {
        let count = |name: &str| u32::try_from(action[name].as_u64()?).ok();
        let skipped = count("skipCount").unwrap_or(0);
        Some([count("totalCount")?, count("failCount")?, skipped])
    });
    let checkouts = actions.iter().filter_map(|action| {
        let revision = &action["lastBuiltRevision"];
        let branch = revision["branch"][0]["name"].as_str();
        Some(Checkout {
            commit: text(&revision["SHA1"]).filter(|id| !id.is_empty())?,
            branch: branch.and_then(Checkout::branch_name),
            url: text(&action["remoteUrls"][0]),
        })
    });
    let sets = list(&run["changeSets"]).iter().chain([&run["changeSet"]]);
    // Jenkins has the oldest of each set first.
    let items = sets.flat_map(|set| list(&set["items"]).iter().rev());
    let changes = items.map(|item| Commit {
        id: text(&item["commitId"]).unwrap_or_default(),
        message: text(&item["comment"])
            .or_else(|| text(&item["msg"]))
            .unwrap_or_default(),
        ..Commit::default()
    });
    let took = run["duration"].as_i64().unwrap_or_default();
    let is_running = run["building"] == true;
    Some(PastRun {
        number: run["number"].as_u64()?,
        display_name: text(&run["displayName"]),
        began,
        ended: began.saturating_add(took.max(0)),
        result: text(&run["result"]).filter(|_| !is_running),
        checkouts: checkouts.collect(),
        changes: changes.collect(),
        tests,
        memory: memory.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::run;

    #[test]
    fn a_run_has_its_newest_commit_first_and_may_lack_the_rest() {
        let answer = json!({
            "number": 7, "timestamp": 1_000, "duration": 50, "result": "SUCCESS",
            "actions": [
                null,
                {"totalCount": 3, "failCount": 1},
                {"lastBuiltRevision": {"SHA1": "8a91", "branch": [{"name": "refs/remotes/origin/main"}]}},
            ],
            "changeSets": [{"items": [
                {"commitId": "1", "msg": "ABC-1"},
                {"commitId": "2", "msg": "ABC-2", "comment": "ABC-2\n\nbody"},
            ]}],
            "changeSet": {"items": [{"msg": "ABC-3"}]},
        });
        let found = run(&answer).unwrap();
        let changes = found.changes.iter();
        let changes: Vec<_> = changes
            .map(|it| (it.id.as_str(), it.message.as_str()))
            .collect();
        assert_eq!(
            changes,
            [("2", "ABC-2\n\nbody"), ("1", "ABC-1"), ("", "ABC-3")]
        );
        assert_eq!((found.number, found.ended), (7, 1_050));
        assert_eq!(found.tests, Some([3, 1, 0]));
        assert_eq!(found.checkouts[0].branch.as_deref(), Some("origin/main"));
        assert_eq!(found.result.as_deref(), Some("SUCCESS"));
        let running =
            json!({"number": 7, "timestamp": 1_000, "building": true, "result": "SUCCESS"});
        assert_eq!(run(&running).unwrap().result, None);
        assert!(run(&json!({"number": 7})).is_none());
    }
}
