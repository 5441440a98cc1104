//! What `checkout` returned of the further repositories of a scripted pipeline.

use serde_json::Value;

use crate::domain::revision::Revision;
use crate::variables::{self, Variables};

/// Most repositories of one run.
const MAX_CHECKOUTS: usize = 32;

/// One repository as `checkout` left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedOut {
    pub(crate) commit: Revision,
    /// The commit of the last successful build.
    pub(crate) previous_commit: Option<Revision>,
    /// Clone address; it may hold a user and a password.
    pub(crate) url: Option<String>,
}

/// The further repositories: `{"checkouts": [{"GIT_COMMIT": "…"}]}`. What names no commit is left out.
///
/// # Errors
/// When the variable holds something else.
pub(crate) fn checkouts(variables: &Variables) -> Result<Vec<CheckedOut>, ()> {
    let Some(text) = variables.get(variables::JIRA_SEND_CHECKOUTS) else {
        return Ok(Vec::new());
    };
    let json: Value = serde_json::from_str(text).map_err(drop)?;
    let entries = json["checkouts"].as_array().ok_or(())?;
    Ok(entries
        .iter()
        .filter_map(checked_out)
        .take(MAX_CHECKOUTS)
        .collect())
}

fn checked_out(entry: &Value) -> Option<CheckedOut> {
    let text = |variable: variables::Variable| entry[variable.name].as_str();
    let revision = |variable| text(variable).and_then(|text| text.parse().ok());
    Some(CheckedOut {
        commit: revision(variables::GIT_COMMIT)?,
        previous_commit: revision(variables::GIT_PREVIOUS_SUCCESSFUL_COMMIT),
        url: text(variables::GIT_URL).map(ToOwned::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::checkouts;
    use crate::variables::Variables;

    #[test]
    fn what_names_a_commit_is_taken() {
        let read = |text: &str| {
            let found = checkouts(&Variables::from([("JIRA_SEND_CHECKOUTS", text)]));
            found.map(|found| {
                found
                    .iter()
                    .map(|it| it.commit.to_string())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(read(""), Ok(vec![]));
        let some = r#"{"checkouts": [{"GIT_COMMIT": "8a91", "GIT_URL": 5}, {"GIT_URL": "x"}, 7, {"GIT_COMMIT": "--all"}]}"#;
        assert_eq!(read(some), Ok(vec!["8a91".to_owned()]));
        for junk in ["none", "[]", "{}", "{\"checkouts\": 5}"] {
            assert_eq!(read(junk), Err(()), "{junk}");
        }
    }
}
