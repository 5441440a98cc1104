//! What `checkout` returned of the further repositories of a scripted pipeline.

use serde_json::Value;

use crate::domain::revision::Revision;
use crate::variables;

/// Most repositories of one run.
const MAX_CHECKOUTS: usize = 32;

/// One repository as `checkout` left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedOut {
    pub(crate) commit: Revision,
    /// The commit of the last successful build.
    pub(crate) last_success: Option<Revision>,
    /// The commit of the build before, however it ended.
    pub(crate) last_build: Option<Revision>,
    /// Clone address; it may hold a user and a password.
    pub(crate) url: Option<String>,
}

/// The further repositories, one map of `GIT_…` variables each. What names no commit is left out.
pub(crate) fn checkouts(returned: &[Value]) -> Vec<CheckedOut> {
    let found = returned.iter().filter_map(checked_out);
    found.take(MAX_CHECKOUTS).collect()
}

fn checked_out(entry: &Value) -> Option<CheckedOut> {
    let text = |variable: variables::Variable| entry[variable.name].as_str();
    let revision = |variable| text(variable).and_then(|text| text.parse().ok());
    Some(CheckedOut {
        commit: revision(variables::GIT_COMMIT)?,
        last_success: revision(variables::GIT_PREVIOUS_SUCCESSFUL_COMMIT),
        last_build: revision(variables::GIT_PREVIOUS_COMMIT),
        url: text(variables::GIT_URL).map(ToOwned::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::checkouts;

    #[test]
    fn what_names_a_commit_is_taken() {
        let returned = [
            json!({"GIT_COMMIT": "8a91", "GIT_URL": 5}),
            json!({"GIT_URL": "x"}),
            json!(7),
            json!({"GIT_COMMIT": "--all"}),
        ];
        let found = checkouts(&returned);
        let commits: Vec<_> = found.iter().map(|it| it.commit.as_str()).collect();
        assert_eq!(commits, ["8a91"]);
        assert_eq!(
            checkouts(&vec![json!({"GIT_COMMIT": "8a91"}); 50]).len(),
            32
        );
    }
}
