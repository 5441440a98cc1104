//! What runs in an environment, of one repository or of several.

use std::collections::BTreeMap;

use super::entity_ids::RepositoryId;
use super::hosting::CloneUrl;
use super::ids::safe;
use super::revision::Revision;

/// The commits that run in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deployed {
    /// Of the repository of the run.
    pub(crate) commit: Option<Revision>,
    /// Of every repository by its name, that one included; empty when there was no other.
    pub(crate) repositories: BTreeMap<RepositoryName, Revision>,
    /// Whether the user names the commit; it holds for the repository of the run then.
    pub(crate) is_given: bool,
    /// When, in milliseconds since 1970; 0 where nothing is known.
    pub(crate) at: i64,
}

/// What distinguishes a repository from the others of a run, the same from run to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct RepositoryName(String);

impl RepositoryName {
    /// From the URL that it is cloned from, in any form; from its folder if that is not on a server.
    pub(crate) fn new(clone_url: Option<&str>, folder: &str) -> Self {
        let clone = clone_url.and_then(CloneUrl::parse);
        Self(match clone {
            Some(clone) => RepositoryId::of(&clone, None).to_string(),
            // No id of an address has a slash.
            None => format!("./{}", safe(folder)),
        })
    }

    /// One that was made before.
    pub(crate) fn remembered(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The same repository, cloned a second time.
    #[must_use]
    pub(crate) fn in_folder(&self, folder: &str) -> Self {
        Self(format!("{}/{}", self.0, safe(folder)))
    }
}

#[cfg(test)]
mod tests {
    use super::RepositoryName;

    #[test]
    fn a_repository_has_one_name() {
        let cases = [
            (
                Some("git@git.example.com:acme/lib.git"),
                "git.example.com~2Facme~2Flib",
            ),
            (
                Some("https://user:secret@git.example.com/acme/lib"),
                "git.example.com~2Facme~2Flib",
            ),
            (Some("/srv/git/lib.git"), "./libs~2Flib"),
            (Some("file:///srv/git/lib.git"), "./libs~2Flib"),
            (Some(""), "./libs~2Flib"),
            (None, "./libs~2Flib"),
        ];
        for (url, name) in cases {
            assert_eq!(RepositoryName::new(url, "libs/lib").0, name, "{url:?}");
        }
        let hostile = RepositoryName::new(None, &"\"$(x)\n🚀".repeat(100));
        assert!(hostile.0.len() <= 257 && hostile.0.is_ascii());
        assert_eq!(
            RepositoryName::remembered("a").in_folder("b c").0,
            "a/b~20c"
        );
    }
}
