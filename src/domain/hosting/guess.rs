//! What kind of server it is, where nobody says so.

use super::clone_url::{CloneUrl, Transport, is_azure};
use super::kind::{RepositoryKind, code_commit_region};
use crate::domain::web_url::WebUrl;

/// Port of Bitbucket Server's SSH.
const BITBUCKET_PORT: &str = "7999";

/// Port of Gerrit's SSH.
const GERRIT_PORT: &str = "29418";

/// Parts of the names of hosts.
const NAMES: [(&str, RepositoryKind); 10] = [
    ("github", RepositoryKind::Github),
    (".ghe.com", RepositoryKind::Github),
    ("gitlab", RepositoryKind::Gitlab),
    ("gitea", RepositoryKind::Gitea),
    ("forgejo", RepositoryKind::Gitea),
    ("codeberg", RepositoryKind::Gitea),
    ("gerrit", RepositoryKind::Gerrit),
    ("googlesource.com", RepositoryKind::Gerrit),
    ("bitbucket", RepositoryKind::BitbucketServer),
    ("stash", RepositoryKind::BitbucketServer),
];

impl RepositoryKind {
    pub(crate) fn of_clone(clone: &CloneUrl) -> Self {
        by_address(clone).unwrap_or_else(|| likely(clone))
    }

    /// Whether anything shows it.
    pub(crate) fn is_shown_by(clone: &CloneUrl) -> bool {
        by_address(clone).is_some()
    }

    /// By the page of a pull request, whose path is each server's own.
    pub(crate) fn of_pull_request(page: &WebUrl) -> Option<Self> {
        let page = page.to_string();
        let (_, rest) = page.split_once("://")?;
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
        let (host, segments) = segments.split_first()?;
        let has = |name: &str| segments.contains(&name);
        if segments.windows(2).any(|two| two[0] == "+") && has("c") {
            return Some(RepositoryKind::Gerrit);
        }
        let word = segments.windows(2).rev().find_map(|two| {
            let is_number = two[1].bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some(two[0])
        })?;
        match word {
            "merge_requests" => Some(RepositoryKind::Gitlab),
            "pulls" => Some(RepositoryKind::Gitea),
            "pull" => Some(RepositoryKind::Github),
            "pullrequest" if has("_git") => Some(RepositoryKind::AzureDevops),
            "pull-requests" if *host == "bitbucket.org" => Some(RepositoryKind::BitbucketCloud),
            "pull-requests" if has("repos") => Some(RepositoryKind::BitbucketServer),
            "pull-requests" if has("codecommit") => Some(RepositoryKind::Codecommit),
            _ => None,
        }
    }
}

/// By the shape of the address, else by the host's name.
fn by_address(clone: &CloneUrl) -> Option<RepositoryKind> {
    let host = clone.host.as_str();
    let port = clone.port.as_deref();
    let segments = clone.segments();
    let is_ssh = clone.transport == Transport::Ssh;
    if code_commit_region(host).is_some() || host.ends_with(".console.aws.amazon.com") {
        return Some(RepositoryKind::Codecommit);
    }
    if segments.contains(&"_git") || is_azure(host) {
        return Some(RepositoryKind::AzureDevops);
    }
    if host == "bitbucket.org" {
        return Some(RepositoryKind::BitbucketCloud);
    }
    let named = NAMES.iter().find(|(name, _)| host.contains(name));
    if let Some((_, kind)) = named {
        return Some(*kind);
    }
    if is_ssh && port == Some(GERRIT_PORT) {
        return Some(RepositoryKind::Gerrit);
    }
    if host.contains("cgit") || segments.contains(&"cgit") || segments.starts_with(&["pub", "scm"])
    {
        return Some(RepositoryKind::Cgit);
    }
    let is_bitbucket = is_ssh && port == Some(BITBUCKET_PORT)
        || clone.transport != Transport::Git && is_bitbucket_path(&segments);
    is_bitbucket.then_some(RepositoryKind::BitbucketServer)
}

/// What most servers with such addresses are.
fn likely(clone: &CloneUrl) -> RepositoryKind {
    let segments = clone.segments();
    let first_name = clone.host.split('.').next().unwrap_or_default();
    // Gerrit alone has a path for those who log in.
    let is_gerrit = ["review", "codereview"].contains(&first_name)
        || segments.starts_with(&["r", "a"])
        || segments.starts_with(&["gerrit"]);
    match segments.len() {
        _ if is_gerrit => RepositoryKind::Gerrit,
        // GitHub has an owner and a name, GitLab groups within groups.
        0..=2 => RepositoryKind::Github,
        _ => RepositoryKind::Gitlab,
    }
}

/// `scm/PROJECT/name`, or the page `projects/PROJECT/repos/name`, below any context path.
fn is_bitbucket_path(segments: &[&str]) -> bool {
    let is_page = matches!(segments, [.., "projects" | "users", _, "repos", _]);
    is_page || matches!(segments, [.., "scm", project, _] if *project != "repo")
}

#[cfg(test)]
mod tests {
    use super::CloneUrl;
    use crate::domain::hosting::RepositoryKind::{
        self, AzureDevops, BitbucketCloud, BitbucketServer, Cgit, Codecommit, Gerrit, Gitea,
        Github, Gitlab,
    };

    #[test]
    fn addresses_tell_the_kind_or_let_it_be_guessed() {
        let cases = [
            ("https://github.com/a/b", Github, true),
            ("git@github.example.com:a/b.git", Github, true),
            ("git@git.example.com:a/b.git", Github, false),
            ("git@git.example.com:grp/sub/shop.git", Gitlab, false),
            ("https://git.example.com/a/b/c/d.git", Gitlab, false),
            (
                "ssh://git@git.example.com:7999/proj/shop.git",
                BitbucketServer,
                true,
            ),
            (
                "https://git.example.com/scm/proj/shop.git",
                BitbucketServer,
                true,
            ),
            (
                "https://git.example.com/git/scm/proj/shop.git",
                BitbucketServer,
                true,
            ),
            ("git://git.example.com/scm/proj/shop.git", Gitlab, false),
            ("git://git.kernel.org/pub/scm/git/git.git", Cgit, true),
            ("https://git.kernel.org/pub/scm/git/git.git", Cgit, true),
            (
                "https://kernel.googlesource.com/pub/scm/git/git",
                Gerrit,
                true,
            ),
            ("ssh://ada@git.example.com:29418/tools/shop", Gerrit, true),
            ("https://git.example.com/r/a/tools/shop", Gerrit, false),
            ("https://git.example.com/a/tools/shop", Gitlab, false),
            ("https://review.example.com/tools/shop", Gerrit, false),
            (
                "git@ssh.dev.azure.com:v3/org/My%20Project/shop",
                AzureDevops,
                true,
            ),
            (
                "https://tfs.example.com/tfs/Team/_git/shop",
                AzureDevops,
                true,
            ),
        ];
        for (address, kind, is_certain) in cases {
            let clone = CloneUrl::parse(address).unwrap();
            let is_shown = RepositoryKind::is_shown_by(&clone);
            let guess = (RepositoryKind::of_clone(&clone), is_shown);
            assert_eq!(guess, (kind, is_certain), "{address}");
        }
    }

    #[test]
    fn the_page_of_a_pull_request_tells_the_kind() {
        let cases: [(&str, Option<RepositoryKind>); 14] = [
            ("https://git.example.com/a/b/pull/7", Some(Github)),
            ("https://git.example.com/a/b/pull/7/files", Some(Github)),
            ("https://git.example.com/a/b/pulls/7", Some(Gitea)),
            (
                "https://git.example.com/a/b/-/merge_requests/7",
                Some(Gitlab),
            ),
            (
                "https://git.example.com/a/b/merge_requests/7#note_1",
                Some(Gitlab),
            ),
            (
                "https://bb.example.com/git/projects/P/repos/shop/pull-requests/7/overview",
                Some(BitbucketServer),
            ),
            (
                "https://bb.example.com/users/ada/repos/shop/pull-requests/7",
                Some(BitbucketServer),
            ),
            (
                "https://bitbucket.org/a/b/pull-requests/7",
                Some(BitbucketCloud),
            ),
            (
                "https://review.example.com/r/c/tools/shop/+/7",
                Some(Gerrit),
            ),
            (
                "https://dev.azure.com/o/p/_git/shop/pullrequest/7",
                Some(AzureDevops),
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/shop/pull-requests/7/details",
                Some(Codecommit),
            ),
            ("https://git.example.com/a/pull", None),
            ("https://git.example.com/7", None),
            ("https://git.example.com/", None),
        ];
        for (page, kind) in cases {
            assert_eq!(
                RepositoryKind::of_pull_request(&page.parse().unwrap()),
                kind,
                "{page}"
            );
        }
    }
}
