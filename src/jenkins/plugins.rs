//! Pull requests of jobs that a plugin triggers, and not a multibranch project. Each plugin has its own variables.

use super::{Change, git_tag};
use crate::base64;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::revision::Revision;
use crate::variables::{self, Variable, Variables};

/// Where a plugin says what.
pub(super) struct Plugin {
    number: Variable,
    /// Nothing where a change has no branch of its own.
    source: Option<Variable>,
    target: Variable,
    title: Variable,
    url: Option<Variable>,
    author_name: Option<Variable>,
    author_email: Option<Variable>,
    /// The newest commit of the pull request.
    commit: Option<Variable>,
    /// The repositories of source and target, by address or by the end of it.
    repositories: Option<(Variable, Variable)>,
}

const PLUGINS: &[Plugin] = &[
    Plugin {
        number: variables::GHPRB_PULL_ID,
        source: Some(variables::GHPRB_SOURCE_BRANCH),
        target: variables::GHPRB_TARGET_BRANCH,
        title: variables::GHPRB_PULL_TITLE,
        url: Some(variables::GHPRB_PULL_LINK),
        author_name: Some(variables::GHPRB_PULL_AUTHOR_LOGIN),
        author_email: Some(variables::GHPRB_PULL_AUTHOR_EMAIL),
        commit: Some(variables::GHPRB_ACTUAL_COMMIT),
        repositories: Some((
            variables::GHPRB_AUTHOR_REPO_GIT_URL,
            variables::GHPRB_GH_REPOSITORY,
        )),
    },
    Plugin {
        number: variables::GITHUB_PR_NUMBER,
        source: Some(variables::GITHUB_PR_SOURCE_BRANCH),
        target: variables::GITHUB_PR_TARGET_BRANCH,
        title: variables::GITHUB_PR_TITLE,
        url: Some(variables::GITHUB_PR_URL),
        author_name: None,
        author_email: Some(variables::GITHUB_PR_AUTHOR_EMAIL),
        commit: Some(variables::GITHUB_PR_HEAD_SHA),
        repositories: None,
    },
    Plugin {
        number: variables::GITLAB_MERGE_REQUEST_IID,
        source: Some(variables::GITLAB_SOURCE_BRANCH),
        target: variables::GITLAB_TARGET_BRANCH,
        title: variables::GITLAB_MERGE_REQUEST_TITLE,
        url: None,
        author_name: None,
        author_email: None,
        commit: Some(variables::GITLAB_MERGE_REQUEST_LAST_COMMIT),
        repositories: Some((
            variables::GITLAB_SOURCE_REPO_HTTP_URL,
            variables::GITLAB_TARGET_REPO_HTTP_URL,
        )),
    },
    Plugin {
        number: variables::BITBUCKET_PULL_REQUEST_ID,
        source: Some(variables::BITBUCKET_SOURCE_BRANCH),
        target: variables::BITBUCKET_TARGET_BRANCH,
        title: variables::BITBUCKET_PULL_REQUEST_TITLE,
        url: Some(variables::BITBUCKET_PULL_REQUEST_LINK),
        author_name: None,
        author_email: None,
        commit: None,
        repositories: None,
    },
    Plugin {
        number: variables::GERRIT_CHANGE_NUMBER,
        source: None,
        target: variables::GERRIT_BRANCH,
        title: variables::GERRIT_CHANGE_SUBJECT,
        url: Some(variables::GERRIT_CHANGE_URL),
        author_name: Some(variables::GERRIT_CHANGE_OWNER_NAME),
        author_email: Some(variables::GERRIT_CHANGE_OWNER_EMAIL),
        commit: Some(variables::GERRIT_PATCHSET_REVISION),
        repositories: None,
    },
];

impl Plugin {
    /// The one that built a pull request, if one did. Jenkins' own word counts more.
    pub(super) fn of(variables: &Variables) -> Option<&'static Self> {
        if variables.get(variables::CHANGE_ID).is_some() {
            return None;
        }
        PLUGINS.iter().find(|plugin| plugin.is_in(variables))
    }

    /// Whether it is about a pull request: it may also build what was pushed.
    fn is_in(&self, variables: &Variables) -> bool {
        [self.number, self.title]
            .iter()
            .any(|variable| variables.get(*variable).is_some())
    }

    pub(super) fn change(&self, variables: &Variables) -> Option<Change> {
        let get = |variable| variables.get(variable).map(ToOwned::to_owned);
        let number = get(self.number)?;
        Some(Change {
            source: self.source.and_then(get),
            target: get(self.target),
            title: get(self.title),
            url: self
                .url
                .and_then(get)
                .or_else(|| gitlab_page(variables, &number)),
            author_name: self.author_name.and_then(get),
            author_email: self.author_email.and_then(get),
            is_from_fork: self.is_from_fork(variables),
            number,
        })
    }

    fn is_from_fork(&self, variables: &Variables) -> bool {
        let get = |variable| {
            variables
                .get(variable)
                .map(|url| url.trim_end_matches(".git"))
        };
        let repositories = self
            .repositories
            .and_then(|(source, target)| get(source).zip(get(target)));
        repositories.is_some_and(|(source, target)| !is_same(source, target))
    }
}

/// Whether an address is that of this repository, which may be given without its server.
fn is_same(address: &str, repository: &str) -> bool {
    let (address, repository) = (address.to_lowercase(), repository.to_lowercase());
    let before = address.strip_suffix(repository.as_str());
    before.is_some_and(|before| before.is_empty() || before.ends_with(['/', ':']))
}

/// GitLab's plugin does not name the page of a merge request.
fn gitlab_page(variables: &Variables, number: &str) -> Option<String> {
    variables.get(variables::GITLAB_MERGE_REQUEST_IID)?;
    let project = variables.get(variables::GITLAB_TARGET_REPO_HTTP_URL)?;
    let project = project.trim_end_matches(".git");
    Some(format!("{project}/-/merge_requests/{number}"))
}

/// The commit that was built, where git's plugin names none.
pub(super) fn commit(variables: &Variables) -> Option<Revision> {
    variables.get(Plugin::of(variables)?.commit?)?.parse().ok()
}

/// The variables that name it.
pub(super) fn commit_variables() -> impl Iterator<Item = Variable> {
    PLUGINS.iter().filter_map(|plugin| plugin.commit)
}

/// The source branch of a pull request, or the branch whose push a job builds, and the variable that names it.
pub(super) fn branch(variables: &Variables) -> Option<(Variable, &str)> {
    let is_known = [variables::CHANGE_BRANCH, variables::BRANCH_NAME]
        .iter()
        .any(|variable| variables.get(*variable).is_some());
    if is_known {
        return None;
    }
    let get = |variable: Variable| Some((variable, variables.get(variable)?));
    let is_branch = |(_, name): &(Variable, &str)| git_tag(name).is_none();
    if let Some(plugin) = Plugin::of(variables) {
        return plugin.source.and_then(get).filter(is_branch);
    }
    // A job that builds one branch may be triggered by the push of another.
    let checked_out = super::git_branch(variables);
    PLUGINS
        .iter()
        .filter_map(|plugin| plugin.source.and_then(get))
        .filter(is_branch)
        .find(|(_, name)| checked_out.is_none_or(|known| known == *name))
}

/// Title, topic and message of a pull request or change.
pub(super) fn further_texts(variables: &Variables) -> Vec<Text> {
    let mut texts = Vec::new();
    let plugin = Plugin::of(variables);
    let is_known = variables.get(variables::CHANGE_ID).is_some();
    let mut add = |kind, variable: Variable| {
        let text = variables.get(variable);
        texts.extend(text.map(|text| Text::new(kind, variable.name, text)));
    };
    if let Some(plugin) = plugin {
        add(TextKind::Title, plugin.title);
    }
    let is_gerrit = plugin.is_none_or(|it| it.number == variables::GERRIT_CHANGE_NUMBER);
    if is_gerrit && !is_known {
        add(TextKind::Branch, variables::GERRIT_TOPIC);
        // A change has no branch of its own: the one that it is for says as much.
        add(TextKind::Branch, variables::GERRIT_BRANCH);
        let variable = variables::GERRIT_CHANGE_COMMIT_MESSAGE;
        let message = variables.get(variable).map(plain);
        texts.extend(message.map(|text| Text::new(TextKind::Commit, variable.name, &text)));
    }
    texts
}

/// The message as Gerrit Trigger gives it: in Base64, unless the job is set up otherwise.
fn plain(message: &str) -> String {
    let decoded =
        base64::decode(message.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests;
