//! Ids of repositories, commits, branches and pull requests. Whoever deletes them needs the same ids again.

use std::str::FromStr;

use serde::Serialize;

use super::hosting::{CloneUrl, RepositoryKind};
use super::ids::safe;

/// Id of a repository. Jira takes 1024 characters, but 255 where a deployment names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct RepositoryId(String);

impl RepositoryId {
    /// `git.example.com~2Facme~2Fshop`, the same for every address that the repository can be cloned from. The kind of
    /// server is guessed where it is not given.
    pub(crate) fn of(clone: &CloneUrl, kind: Option<RepositoryKind>) -> Self {
        let kind = kind.unwrap_or_else(|| RepositoryKind::of_clone(clone));
        let (host, path) = kind.identity(clone);
        Self(safe(&format!("{host}/{path}")))
    }
}

shown_as_text!(RepositoryId, EntityId);

impl FromStr for RepositoryId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"~.-_".contains(&byte);
        if text.is_empty() || text.len() > 255 || !text.bytes().all(plain) {
            return Err(
                "expected the id of a repository: 1 to 255 of A-Z a-z 0-9 ~ . - _".to_owned(),
            );
        }
        Ok(Self(text.to_owned()))
    }
}

/// Id of a commit, branch or pull request, unique among its kind in its repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct EntityId(String);

impl EntityId {
    /// From the full hash of a commit, the name of a branch (`feature~2FABC-1`) or the number of a pull request.
    pub(crate) fn of(name: &str) -> Self {
        Self(safe(name))
    }
}

#[cfg(test)]
mod tests {
    use super::{EntityId, RepositoryId};
    use crate::domain::hosting::CloneUrl;

    #[test]
    fn ids_have_jiras_alphabet_and_stay_the_same() {
        let cases = [
            ("main", "main"),
            ("release-1.2_x", "release-1.2_x"),
            ("feature/ABC-1", "feature~2FABC-1"),
            ("feature/é", "feature~2F~C3~A9"),
        ];
        for (name, id) in cases {
            assert_eq!(EntityId::of(name).to_string(), id);
        }
        let long = "é/".repeat(200);
        let ids = [long.clone(), format!("{long}x")].map(|name| EntityId::of(&name));
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.to_string().len() == 255));
        assert_eq!(EntityId::of("7").to_string(), "7");
        let hash = "a7727ee6350c33cdf90826dc21abaa26a5704370";
        assert_eq!(EntityId::of(hash).to_string(), hash);
    }

    #[test]
    fn a_repository_is_the_same_for_every_clone_address() {
        let cases = [
            (
                "git.example.com~2Facme~2Fshop",
                vec![
                    "https://git.example.com/acme/shop.git",
                    "https://user:secret@GIT.example.com:8443/acme/shop/",
                    "git@git.example.com:acme/shop.git",
                    "ssh://git@git.example.com:2222/acme/shop.git",
                    "git://git.example.com/acme/shop",
                    "git.example.com:/acme/shop",
                ],
            ),
            (
                "github.com~2Facme~2Fshop",
                vec![
                    "https://github.com/acme/shop",
                    "ssh://git@ssh.github.com:443/acme/shop.git",
                ],
            ),
            (
                "bb.example.com~2F~7Eada~2Fshop",
                vec![
                    "https://bb.example.com/scm/~ada/shop.git",
                    "https://bb.example.com/bitbucket/scm/~ada/shop.git",
                    "ssh://git@bb.example.com:7999/~ada/shop.git",
                    "https://bb.example.com/users/ada/repos/shop/",
                ],
            ),
            (
                "dev.azure.com~2Facme~2FWeb~20Team~2Fshop",
                vec![
                    "https://acme@dev.azure.com/acme/Web%20Team/_git/shop",
                    "git@ssh.dev.azure.com:v3/acme/Web Team/shop",
                    "https://acme.visualstudio.com/DefaultCollection/Web%20Team/_git/shop",
                    "acme@vs-ssh.visualstudio.com:v3/acme/Web Team/shop",
                    "git@ssh.dev.azure.com:v3/acme/Web%20Team/shop",
                ],
            ),
            (
                "dev.azure.com~2Facme~2Fshop~2Fshop",
                vec![
                    "https://dev.azure.com/acme/_git/shop",
                    "https://dev.azure.com/acme/shop/_git/shop",
                ],
            ),
            (
                "git-codecommit.eu-west-1.amazonaws.com~2Fshop",
                vec![
                    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
                    "ssh://APKA@git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
                    "codecommit::eu-west-1://profile@shop",
                ],
            ),
            (
                "gerrit.example.com~2Fweb~2Fshop",
                vec![
                    "https://gerrit.example.com/a/web/shop",
                    "ssh://ada@gerrit.example.com:29418/web/shop",
                    "https://gerrit.example.com/r/a/web/shop.git",
                    "https://gerrit.example.com/r/web/shop",
                    "https://gerrit.example.com/r/plugins/gitiles/web/shop",
                ],
            ),
            (
                "gerrit.googlesource.com~2Fplugins~2Fhooks",
                vec![
                    "https://gerrit.googlesource.com/plugins/hooks",
                    "https://gerrit-review.googlesource.com/a/plugins/hooks",
                ],
            ),
            (
                "git.kernel.org~2Fpub~2Fscm~2Fgit~2Fgit",
                vec![
                    "git://git.kernel.org/pub/scm/git/git.git",
                    "https://git.kernel.org/pub/scm/git/git.git",
                ],
            ),
        ];
        for (id, addresses) in cases {
            for address in addresses {
                let clone = CloneUrl::parse(address).unwrap();
                let found = RepositoryId::of(&clone, None);
                assert_eq!(found.to_string(), id, "{address}");
                assert_eq!(found.to_string().parse(), Ok(found));
            }
        }
    }
}
