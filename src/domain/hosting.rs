//! Servers that hold repositories: the pages of what is in a repository, and the repository's identity.

mod clone_url;
mod gerrit;
mod guess;
mod kind;
mod template;

use super::web_url::WebUrl;
use clone_url::Transport;
use template::Values;

pub(crate) use clone_url::CloneUrl;
pub(crate) use kind::RepositoryKind;
pub(crate) use template::Template;

/// The pages of one repository.
#[derive(Clone, Debug)]
pub(crate) struct Hosting {
    kind: RepositoryKind,
    /// What `{repository}` stands for.
    base: WebUrl,
    page: WebUrl,
    /// The addresses of its pages by their names, as `commit`. The last of a name counts.
    templates: Vec<(&'static str, Template)>,
}

impl Hosting {
    /// From the address that a repository is cloned from: `git@git.example.com:acme/shop.git` has its page at
    /// `https://git.example.com/acme/shop`. User, password and the port of SSH are left out.
    pub(crate) fn of_clone(clone: &CloneUrl, kind: Option<RepositoryKind>) -> Option<Self> {
        let kind = kind.unwrap_or_else(|| RepositoryKind::of_clone(clone));
        let server = server(clone);
        let (base, page) = kind.pages(clone, &server)?;
        Some(Self {
            kind,
            templates: kind.templates(&server, Some(clone)),
            base: base.parse().ok()?,
            page: page.parse().ok()?,
        })
    }

    /// From the address of the repository's page; `kind` is guessed from it where it is not given.
    pub(crate) fn of_page(page: &WebUrl, kind: Option<RepositoryKind>) -> Self {
        let clone = CloneUrl::parse(&page.to_string());
        let guessed = || clone.as_ref().map(RepositoryKind::of_clone);
        let kind = kind.or_else(guessed).unwrap_or(RepositoryKind::Github);
        let server = clone.as_ref().map(server).unwrap_or_default();
        Self {
            kind,
            templates: kind.templates(&server, clone.as_ref()),
            base: kind.base_of_page(page),
            page: page.clone(),
        }
    }

    /// The same with the user's own address of this page, if there is one.
    #[must_use]
    pub(crate) fn with(mut self, page: &'static str, template: Option<&Template>) -> Self {
        let template = template.map(|template| (page, template.clone()));
        self.templates.extend(template);
        self
    }

    /// The page of the repository itself.
    pub(crate) fn page(&self) -> &WebUrl {
        &self.page
    }

    pub(crate) fn commit(&self, commit: &str) -> WebUrl {
        self.page_or_own("commit", &[("commit", commit.as_bytes())])
    }

    /// A file as it was at a commit; the commit's page when the path is too long for an address.
    pub(crate) fn file(&self, commit: &str, path: &[u8]) -> WebUrl {
        let file = self.filled("file", &[("commit", commit.as_bytes()), ("path", path)]);
        file.unwrap_or_else(|| self.commit(commit))
    }

    pub(crate) fn branch(&self, name: &str) -> WebUrl {
        self.page_or_own("branch", &[("branch", name.as_bytes())])
    }

    pub(crate) fn tag(&self, name: &str) -> WebUrl {
        self.page_or_own("tag", &[("branch", name.as_bytes())])
    }

    pub(crate) fn pull_request(&self, number: &str) -> WebUrl {
        self.page_or_own("pull-request", &[("number", number.as_bytes())])
    }

    /// Where a pull request from this branch is begun; nothing where the server has no such page.
    pub(crate) fn create_pull_request(&self, branch: &str) -> Option<WebUrl> {
        self.filled("new-pull-request", &[("branch", branch.as_bytes())])
    }

    /// `#7`, or `!7` where people write it like that.
    pub(crate) fn pull_request_name(&self, number: &str) -> String {
        match self.kind {
            RepositoryKind::Gitlab | RepositoryKind::AzureDevops => format!("!{number}"),
            _ => format!("#{number}"),
        }
    }

    /// The repository's own page where the server has no such page, or its address is too long.
    fn page_or_own(&self, page: &str, values: Values<'_>) -> WebUrl {
        let filled = self.filled(page, values);
        filled.unwrap_or_else(|| self.page.clone())
    }

    fn filled(&self, page: &str, values: Values<'_>) -> Option<WebUrl> {
        let mut templates = self.templates.iter().rev();
        let (_, template) = templates.find(|(name, _)| *name == page)?;
        template.fill(&self.base, values)
    }
}

/// `https://git.example.com`, with a port where the pages are on it.
fn server(clone: &CloneUrl) -> String {
    let host = &clone.host;
    match (clone.transport, &clone.port) {
        (Transport::Https, Some(port)) => format!("https://{host}:{port}"),
        (Transport::Http, Some(port)) => format!("http://{host}:{port}"),
        (Transport::Http, None) => format!("http://{host}"),
        _ => format!("https://{host}"),
    }
}

#[cfg(test)]
mod tests;
