//! Which repository it is: its id, its name, its pages. Each of the three ways of `dev-info` asks once.

use crate::cli::DevInfoOptions;
use crate::commands::connection::Destination;
use crate::commands::missing::Missing;
use crate::domain::entity_ids::RepositoryId;
use crate::domain::hosting::{CloneUrl, Hosting, RepositoryKind};
use crate::domain::text::Line;
use crate::domain::web_url::{WebUrl, without_account};
use crate::error::{Failure, Warning};
use crate::output::Output;

/// A repository as Jira knows it.
pub(super) struct About {
    pub(super) id: RepositoryId,
    pub(super) name: Line,
    /// Whose it is: the first part of its path on the server.
    pub(super) owner: Option<String>,
    /// Its path on the server.
    pub(super) path: Option<String>,
    pub(super) hosting: Hosting,
    /// What people should know about the kind of server, with what can be done about it.
    guess: Option<Warning>,
}

/// The id of a repository that is cloned from the first of these addresses that is one. What deletes a repository's data
/// comes to the same.
pub(crate) fn repository_id(
    page: Option<&WebUrl>,
    kind: Option<RepositoryKind>,
    clone_urls: &[String],
) -> Option<RepositoryId> {
    let clone = of_server(clone_urls).or_else(|| of_page(page));
    clone.map(|clone| RepositoryId::of(&clone, kind))
}

/// The first that a server has; workspaces may be cloned from a folder that mirrors it.
fn of_server(clone_urls: &[String]) -> Option<CloneUrl> {
    clone_urls.iter().find_map(|url| CloneUrl::parse(url))
}

fn of_page(page: Option<&WebUrl>) -> Option<CloneUrl> {
    CloneUrl::parse(&page?.to_string())
}

impl About {
    /// What nothing gives is noted in `missing`. `change` is the page of the pull request that was built.
    pub(super) fn find(
        options: &DevInfoOptions,
        clone_urls: &[String],
        change: Option<&str>,
        missing: &mut Missing,
    ) -> Option<Self> {
        let (options, pull_request) = (&options.repository, &options.pull_request);
        let of_change = || RepositoryKind::of_pull_request(&change?.parse().ok()?);
        let kind = options.repository_kind.or_else(of_change);
        let page = options.repository_url.as_ref();
        let clone = of_server(clone_urls);
        let hosting = match page {
            Some(page) => Some(Hosting::of_page(page, kind)),
            None => clone
                .as_ref()
                .and_then(|clone| Hosting::of_clone(clone, kind)),
        };
        let placeholder = || {
            let page: WebUrl = "https://git.example.com/REPOSITORY".parse().ok()?;
            Some(Hosting::of_page(&page, kind))
        };
        let hosting = missing.want_or(
            hosting,
            placeholder,
            "URL of the repository's page",
            "--repository-url",
            "GIT_URL",
        )?;
        let clone = clone.or_else(|| of_page(page));
        let of_clone = || Some(RepositoryId::of(clone.as_ref()?, kind));
        let id = missing.want_or(
            options.repository_id.clone().or_else(of_clone),
            || "REPOSITORY".parse().ok(),
            "id of the repository",
            "--repository-id",
            "GIT_URL",
        )?;
        let given = options.repository_name.as_deref().and_then(Line::optional);
        let path = clone.as_ref().map(|clone| {
            let kind = kind.unwrap_or_else(|| RepositoryKind::of_clone(clone));
            kind.identity(clone).1
        });
        let owner = path.as_ref().and_then(|path| path.split_once('/'));
        let owner = owner.map(|(owner, _)| owner.to_owned());
        let name = given.or_else(|| Line::optional(path.as_deref()?));
        let templates = [
            ("commit", &options.commit_url),
            ("file", &options.file_url),
            ("branch", &options.branch_url),
            ("pull-request", &pull_request.pull_request_url),
            ("new-pull-request", &options.create_pull_request_url),
        ];
        let are_given = options.commit_url.is_some() && options.branch_url.is_some();
        let is_known = kind.is_some() || are_given;
        let shown = of_page(page).or(clone).filter(|_| !is_known);
        Some(Self {
            name: name.unwrap_or_else(|| Line::required(&id.to_string())),
            id,
            owner,
            path,
            guess: shown.and_then(|clone| guess(&clone)),
            hosting: templates
                .into_iter()
                .fold(hosting, |hosting, (page, template)| {
                    hosting.with(page, template.as_ref())
                }),
        })
    }
}

/// The repository once everything that is missing is noted; says what people should know of it.
///
/// # Errors
/// What is missing, and the URL that does not help.
pub(super) fn complete(
    about: Option<About>,
    mut missing: Missing,
    clone_urls: &[String],
    destinations: &[Destination],
    options: &DevInfoOptions,
    output: &Output,
) -> Result<About, Failure> {
    if !options.jira.dry_run {
        missing.want_site(destinations.first());
    }
    let Some(about) = about.filter(|_| missing.is_empty()) else {
        return Err(unknown(missing, clone_urls));
    };
    // The pages of another kind of server would be others.
    if let Some(guess) = &about.guess {
        output.warning(guess);
    }
    missing.say_placeholders(output);
    Ok(about)
}

/// The error that names what is missing, and the URL that does not help.
fn unknown(missing: Missing, clone_urls: &[String]) -> Failure {
    let failure = missing.into_failure("development information");
    match clone_urls {
        [first, ..] if of_server(clone_urls).is_none() => failure.cause(format!(
            "the repository is cloned from {}, which is not the address of a git server",
            without_account(first)
        )),
        _ => failure,
    }
}

/// What to say if the kind of server is unknown.
fn guess(clone: &CloneUrl) -> Option<Warning> {
    let (host, kind) = (clone.host(), RepositoryKind::of_clone(clone).word());
    (!RepositoryKind::is_shown_by(clone)).then(|| {
        Warning::new(
            format!(
                "the kind of git server of {host} is unknown: URLs of pages are those of {kind}"
            ),
            "name the kind with --repository-kind (JIRA_SEND_REPOSITORY_KIND for all jobs)",
        )
    })
}
