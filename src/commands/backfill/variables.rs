//! The variables of a past run, as Jenkins would have set them; `past.rs` makes updates by them.

use crate::backfill::{Job, PastRun, path_of};
use crate::domain::revision::is_full_id;
use crate::variables::Variables;

/// What Jenkins would have set.
pub(super) fn variables(job: &Job, run: &PastRun, address: &str) -> Variables {
    let head = job.head.as_ref();
    let change = head.and_then(|head| head.change.as_ref());
    let checkout = run.checkouts.iter().find(|it| is_full_id(&it.commit));
    let page = format!("{address}{}/", path_of(&job.name));
    let number = run.number.to_string();
    let text = |text: &str| Some(text.to_owned());
    let is_head = |is: bool, name: &str| is.then(|| name.to_owned());
    let pairs = [
        ("JENKINS_URL", Some(format!("{address}/"))),
        ("JOB_NAME", text(&job.name)),
        ("BUILD_URL", Some(format!("{page}{number}/"))),
        ("JOB_URL", Some(page)),
        ("BUILD_NUMBER", Some(number)),
        ("BUILD_DISPLAY_NAME", run.display_name.clone()),
        ("BRANCH_NAME", head.map(|head| head.name.clone())),
        (
            "BRANCH_IS_PRIMARY",
            head.and_then(|it| is_head(it.is_primary, "true")),
        ),
        ("TAG_NAME", head.and_then(|it| is_head(it.is_tag, &it.name))),
        ("CHANGE_ID", change.map(|it| it.number.clone())),
        ("CHANGE_BRANCH", change.and_then(|it| it.source.clone())),
        ("CHANGE_TARGET", change.and_then(|it| it.target.clone())),
        ("CHANGE_TITLE", change.and_then(|it| it.title.clone())),
        ("CHANGE_URL", change.and_then(|it| it.url.clone())),
        ("GIT_COMMIT", checkout.map(|it| it.commit.clone())),
        ("GIT_BRANCH", checkout.and_then(|it| it.branch.clone())),
        ("GIT_URL", checkout.and_then(|it| it.url.clone())),
    ];
    Variables::default().with(pairs)
}
