//! Which repository it is: its id, its name, its pages.

use crate::cli::{PullRequestOptions, RepositoryOptions};
use crate::commands::missing::Missing;
use crate::domain::entity_ids::RepositoryId;
use crate::domain::hosting::{CloneUrl, Hosting, Identity, RepositoryKind, Templates};
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;

/// A repository as Jira knows it.
pub(super) struct About {
    pub(super) id: RepositoryId,
    pub(super) name: Line,
    pub(super) hosting: Hosting,
}

/// The id of a repository that is cloned from the first of these addresses that is one. What deletes a repository's data
/// comes to the same.
pub(crate) fn repository_id(
    page: Option<&WebUrl>,
    kind: Option<RepositoryKind>,
    clone_urls: &[String],
) -> Option<RepositoryId> {
    identity(page, kind, clone_urls).map(|identity| RepositoryId::of(&identity))
}

fn identity(
    page: Option<&WebUrl>,
    kind: Option<RepositoryKind>,
    clone_urls: &[String],
) -> Option<Identity> {
    let clone = clone(clone_urls).or_else(|| CloneUrl::parse(&page?.to_string()));
    clone.map(|clone| Identity::new(&clone, kind))
}

/// The first that a server has; workspaces may be cloned from a folder that mirrors it.
fn clone(clone_urls: &[String]) -> Option<CloneUrl> {
    clone_urls.iter().find_map(|url| CloneUrl::parse(url))
}

impl About {
    /// What nothing gives is noted in `missing`.
    pub(super) fn find(
        options: &RepositoryOptions,
        pull_request: &PullRequestOptions,
        clone_urls: &[String],
        missing: &mut Missing,
    ) -> Option<Self> {
        let kind = options.repository_kind;
        let hosting = match &options.repository_url {
            Some(page) => Some(Hosting::of_page(page, kind)),
            None => clone(clone_urls).and_then(|clone| Hosting::of_clone(&clone, kind)),
        };
        let hosting = missing.want(
            hosting,
            "the address of the repository's page",
            "--repository-url",
            "GIT_URL",
        )?;
        let page = options.repository_url.as_ref();
        let of_clone = || repository_id(page, kind, clone_urls);
        let id = missing.want(
            options.repository_id.clone().or_else(of_clone),
            "the id of the repository",
            "--repository-id",
            "GIT_URL",
        )?;
        let given = options.repository_name.as_deref().and_then(Line::optional);
        let path = identity(page, kind, clone_urls).map(|identity| identity.path);
        let name = given.or_else(|| Line::optional(&path?));
        let templates = Templates {
            commit: options.commit_url.clone(),
            file: options.file_url.clone(),
            branch: options.branch_url.clone(),
            pull_request: pull_request.pull_request_url.clone(),
            create_pull_request: options.create_pull_request_url.clone(),
        };
        Some(Self {
            name: name.unwrap_or_else(|| Line::required(&id.to_string())),
            id,
            hosting: hosting.with(&templates),
        })
    }
}
