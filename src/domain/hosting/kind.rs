//! The kinds of servers: how they are recognised, and the paths of their pages.

use clap::ValueEnum as _;
use percent_encoding::utf8_percent_encode;

use super::clone_url::{CloneUrl, is_azure};
use super::gerrit;
use super::template::Template;
use crate::domain::web_url::{UNSAFE_IN_PATH, WebUrl};

/// A kind of server that holds repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RepositoryKind {
    /// GitHub and GitHub Enterprise Server; also used if the kind is unknown
    Github,
    Gitlab,
    /// Bitbucket Data Center and Server
    #[value(alias = "bitbucket-data-center")]
    BitbucketServer,
    /// bitbucket.org
    BitbucketCloud,
    /// Gitea and Forgejo
    #[value(alias = "forgejo")]
    Gitea,
    /// Gerrit with its plugin gitiles
    Gerrit,
    /// Azure DevOps Services and Server
    AzureDevops,
    #[value(help = "AWS CodeCommit")]
    Codecommit,
    /// cgit, as on git.kernel.org
    Cgit,
}

/// Where the pages of each kind of server are, below what `{repository}` stands for.
const PAGES: &str = include_str!("pages.txt");

impl RepositoryKind {
    /// As the option has it.
    pub(crate) fn word(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What `{repository}` stands for and the address of the repository's page.
    pub(super) fn pages(self, clone: &CloneUrl, server: &str) -> Option<(String, String)> {
        let (server, segments) = match (self, clone.segments().as_slice()) {
            (Self::BitbucketServer, [context @ .., "scm", project, name]) => {
                (server, [context, &bitbucket(project, name)].concat())
            }
            (Self::BitbucketServer, [project, name]) => (server, bitbucket(project, name).to_vec()),
            (Self::AzureDevops, ["v3", organization, project, name]) if is_azure(&clone.host) => (
                "https://dev.azure.com",
                vec![*organization, *project, "_git", *name],
            ),
            (Self::Codecommit, _) => (server, vec![self.project(clone)]),
            (_, segments) => (server, segments.to_vec()),
        };
        let path = segments.join("/");
        let path = utf8_percent_encode(&path, UNSAFE_IN_PATH);
        let base = match self {
            Self::Codecommit => {
                let region = code_commit_region(&clone.host)?;
                let console = if region.starts_with("cn-") {
                    "console.amazonaws.cn"
                } else if region.starts_with("us-gov-") {
                    "console.amazonaws-us-gov.com"
                } else {
                    "console.aws.amazon.com"
                };
                format!("https://{region}.{console}/codesuite/codecommit/repositories/{path}")
            }
            Self::Gerrit => gerrit::page(clone, server),
            Self::Cgit if clone.has_ending => format!("{server}/{path}.git"),
            _ => format!("{server}/{path}"),
        };
        let page = match self {
            Self::Codecommit => format!("{base}/browse"),
            _ => base.clone(),
        };
        Some((base, page))
    }

    /// What `{repository}` stands for when the repository's page is given.
    pub(super) fn base_of_page(self, page: &WebUrl) -> WebUrl {
        let text = page.to_string();
        let text = text.trim_end_matches('/');
        let end = match self {
            Self::Codecommit | Self::BitbucketServer => "/browse",
            _ => "",
        };
        let base = text.strip_suffix(end).unwrap_or(text);
        base.parse().unwrap_or_else(|_| page.clone())
    }

    /// The repository's path on the server, without what belongs to the way to it.
    pub(super) fn project(self, clone: &CloneUrl) -> &str {
        let path = clone.path.as_str();
        match self {
            Self::Gerrit => gerrit::project(clone),
            Self::Codecommit => path.strip_prefix("v1/repos/").unwrap_or(path),
            Self::BitbucketServer => match path.rsplit_once("scm/") {
                Some(("", rest)) => rest,
                Some((context, rest)) if context.ends_with('/') => rest,
                _ => path,
            },
            _ => path,
        }
    }

    /// Host and path, such as `acme/shop`: the same for every address that the repository can be cloned from.
    pub(crate) fn identity(self, clone: &CloneUrl) -> (String, String) {
        let host = clone.host.as_str();
        let path = self.project(clone);
        if self == Self::Gerrit {
            return (gerrit::host(host), path.to_owned());
        }
        if self == Self::AzureDevops && is_azure(host) {
            let of_host = host.strip_suffix(".visualstudio.com");
            let of_host = of_host.filter(|name| *name != "vs-ssh");
            let ours = |segment: &&str| !matches!(*segment, "_git" | "DefaultCollection");
            let mut segments: Vec<&str> = of_host.into_iter().chain(path.split('/')).collect();
            if segments.first() == Some(&"v3") {
                segments.remove(0);
            }
            segments.retain(ours);
            // A project's repository of the same name may be named without the project.
            if let [organization, name] = segments.as_slice() {
                segments = vec![organization, name, name];
            }
            return ("dev.azure.com".to_owned(), segments.join("/"));
        }
        // The page where it is known and no clone.
        let path = match clone.segments().as_slice() {
            [.., "projects", project, "repos", name] if self == Self::BitbucketServer => {
                format!("{project}/{name}")
            }
            [.., "users", user, "repos", name] if self == Self::BitbucketServer => {
                format!("~{user}/{name}")
            }
            _ => path.to_owned(),
        };
        (host.to_owned(), path)
    }

    /// The addresses of the pages by their names. `server` is `https://git.example.com`.
    pub(super) fn templates(
        self,
        server: &str,
        clone: Option<&CloneUrl>,
    ) -> Vec<(&'static str, Template)> {
        let start = format!("{} ", self.word());
        let lines = PAGES.lines();
        let pages = lines.filter_map(|line| line.strip_prefix(&start)?.split_once(' '));
        let pages = pages.map(|(page, path)| (page, format!("{{repository}}{path}")));
        let change = || ("pull-request", gerrit::change(clone, server));
        let pages = pages.chain((self == Self::Gerrit).then(change));
        // Only the name of a host could spoil one.
        let known = pages.filter_map(|(page, text)| Some((page, text.parse().ok()?)));
        known.collect()
    }
}

fn bitbucket<'a>(project: &'a str, name: &'a str) -> [&'a str; 4] {
    match project.strip_prefix('~') {
        Some(user) => ["users", user, "repos", name],
        None => ["projects", project, "repos", name],
    }
}

/// The region in `git-codecommit.eu-west-1.amazonaws.com`.
pub(super) fn code_commit_region(host: &str) -> Option<&str> {
    let rest = host.strip_prefix("git-codecommit.");
    let rest = rest.or_else(|| host.strip_prefix("git-codecommit-fips."))?;
    let region = rest
        .strip_suffix(".amazonaws.com")
        .or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
    (!region.contains('.')).then_some(region)
}
