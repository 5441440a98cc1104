//! Servers that hold repositories: the pages of what is in a repository, and the repository's identity.

mod clone_url;
mod gerrit;
mod guess;
mod kind;
mod template;

use std::fmt;

use super::web_url::WebUrl;
use clone_url::Transport;
use kind::PageTemplates;
use template::Values;

pub(crate) use clone_url::CloneUrl;
pub(crate) use guess::Guess;
pub(crate) use kind::RepositoryKind;
pub(crate) use template::Template;

/// What a repository is, whichever address it is cloned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepositoryIdentity {
    host: String,
    /// `acme/shop`
    pub(crate) path: String,
}

impl RepositoryIdentity {
    /// `kind` is guessed where it is not given.
    pub(crate) fn new(clone: &CloneUrl, kind: Option<RepositoryKind>) -> Self {
        let kind = kind.unwrap_or_else(|| Guess::of_clone(clone).kind);
        let (host, path) = kind.identity(clone);
        Self { host, path }
    }
}

impl fmt::Display for RepositoryIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.host, self.path)
    }
}

/// The pages of one repository.
#[derive(Clone, Debug)]
pub(crate) struct Hosting {
    kind: RepositoryKind,
    /// What `{repository}` stands for.
    base: WebUrl,
    page: WebUrl,
    rules: PageTemplates,
}

/// Templates that the user gives instead of the rules of a kind of server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Templates {
    pub(crate) commit: Option<Template>,
    pub(crate) file: Option<Template>,
    pub(crate) branch: Option<Template>,
    pub(crate) pull_request: Option<Template>,
    pub(crate) create_pull_request: Option<Template>,
}

impl Templates {
    /// Whether the pages of commits and branches are the user's own.
    pub(crate) fn are_given(&self) -> bool {
        self.commit.is_some() && self.branch.is_some()
    }
}

impl Hosting {
    /// From the address that a repository is cloned from: `git@git.example.com:acme/shop.git` has its page at
    /// `https://git.example.com/acme/shop`. User, password and the port of SSH are left out.
    pub(crate) fn of_clone(clone: &CloneUrl, kind: Option<RepositoryKind>) -> Option<Self> {
        let kind = kind.unwrap_or_else(|| Guess::of_clone(clone).kind);
        let server = server(clone);
        let (base, page) = kind.pages(clone, &server)?;
        Some(Self {
            kind,
            rules: kind.rules(&server, Some(clone)),
            base: base.parse().ok()?,
            page: page.parse().ok()?,
        })
    }

    /// From the address of the repository's page; `kind` is guessed from it where it is not given.
    pub(crate) fn of_page(page: &WebUrl, kind: Option<RepositoryKind>) -> Self {
        let clone = CloneUrl::parse(&page.to_string());
        let guessed = || clone.as_ref().map(|clone| Guess::of_clone(clone).kind);
        let kind = kind.or_else(guessed).unwrap_or(RepositoryKind::Github);
        let server = clone.as_ref().map(server).unwrap_or_default();
        Self {
            kind,
            rules: kind.rules(&server, clone.as_ref()),
            base: kind.base_of_page(page),
            page: page.clone(),
        }
    }

    /// The same with the user's own addresses.
    #[must_use]
    pub(crate) fn with(self, templates: &Templates) -> Self {
        let (given, own) = (templates.clone(), self.rules);
        let rules = PageTemplates {
            commit: given.commit.unwrap_or(own.commit),
            file: given.file.unwrap_or(own.file),
            branch: given.branch.unwrap_or(own.branch),
            tag: own.tag,
            pull_request: given.pull_request.unwrap_or(own.pull_request),
            create_pull_request: given.create_pull_request.or(own.create_pull_request),
        };
        Self { rules, ..self }
    }

    /// The page of the repository itself.
    pub(crate) fn page(&self) -> &WebUrl {
        &self.page
    }

    pub(crate) fn commit(&self, commit: &str) -> WebUrl {
        self.fill(&self.rules.commit, &[("commit", commit.as_bytes())])
    }

    /// A file as it was at a commit; the commit's page when the path is too long for an address.
    pub(crate) fn file(&self, commit: &str, path: &[u8]) -> WebUrl {
        let values: Values<'_> = &[("commit", commit.as_bytes()), ("path", path)];
        let file = self.rules.file.fill(&self.base, values);
        file.unwrap_or_else(|| self.commit(commit))
    }

    pub(crate) fn branch(&self, name: &str) -> WebUrl {
        self.fill(&self.rules.branch, &[("branch", name.as_bytes())])
    }

    pub(crate) fn tag(&self, name: &str) -> WebUrl {
        self.fill(&self.rules.tag, &[("branch", name.as_bytes())])
    }

    pub(crate) fn pull_request(&self, number: &str) -> WebUrl {
        self.fill(&self.rules.pull_request, &[("number", number.as_bytes())])
    }

    /// Where a pull request from this branch is begun; nothing where the server has no such page.
    pub(crate) fn create_pull_request(&self, branch: &str) -> Option<WebUrl> {
        let template = self.rules.create_pull_request.as_ref()?;
        template.fill(&self.base, &[("branch", branch.as_bytes())])
    }

    /// `#7`, or `!7` where people write it like that.
    pub(crate) fn pull_request_name(&self, number: &str) -> String {
        match self.kind {
            RepositoryKind::Gitlab | RepositoryKind::AzureDevops => format!("!{number}"),
            _ => format!("#{number}"),
        }
    }

    /// An address that is too long becomes the repository's.
    fn fill(&self, template: &Template, values: Values<'_>) -> WebUrl {
        let filled = template.fill(&self.base, values);
        filled.unwrap_or_else(|| self.page.clone())
    }
}

/// `https://git.example.com`, with a port where the pages are on it.
fn server(clone: &CloneUrl) -> String {
    let host = &clone.host;
    match (clone.transport, &clone.port) {
        (Transport::Https, Some(port)) => format!("https://{host}:{port}"),
        (Transport::Http, Some(port)) => format!("http://{host}:{port}"),
        (Transport::Http, None) => format!("http://{host}"),
        (Transport::Https, None) | (Transport::Ssh | Transport::Git, _) => {
            format!("https://{host}")
        }
    }
}

#[cfg(test)]
mod tests;
