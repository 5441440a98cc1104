//! What Jenkins says about a run, from its variables. Pure: the same map gives the same facts.

mod built_ref;
mod checkouts;
mod other_systems;
mod plugins;
mod upstream;

pub(crate) use built_ref::Ref;
pub(crate) use checkouts::{CheckedOut, checkouts};
pub(crate) use other_systems::unread;
pub(crate) use upstream::upstream;

use plugins::Plugin;

use crate::domain::issue_key::{Text, TextKind};
use crate::domain::job_name::JobName;
use crate::domain::revision::Revision;
use crate::variables::{self, Variable, Variables};

/// The facts of one run. Every one may be missing: freestyle, pipeline and multibranch jobs set different variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) job_name: Option<JobName>,
    /// The branch of a multibranch project, which is the last part of the job's name.
    pub(crate) branch_name: Option<String>,
    pub(crate) build_number: Option<String>,
    /// `#42`, or what the run was renamed to.
    pub(crate) display_name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) job_url: Option<String>,
    pub(crate) jenkins_url: Option<String>,
    /// The innermost stage of a pipeline.
    pub(crate) stage: Option<String>,
    pub(crate) reference: Option<Ref>,
    pub(crate) change: Option<Change>,
    pub(crate) commit: Option<Revision>,
    /// Whether the branch is the primary one of its project.
    pub(crate) is_primary: bool,
    /// The commit of the last successful build.
    pub(crate) last_success: Option<Revision>,
    /// The commit of the build before, however it ended.
    pub(crate) last_build: Option<Revision>,
    /// Clone address; it may hold a user and a password.
    pub(crate) repository: Option<String>,
    /// The folder of the repository in the workspace.
    pub(crate) checkout_directory: Option<String>,
}

/// The pull request of a build, whether a multibranch project or a plugin built it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) number: String,
    pub(crate) source: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) author_name: Option<String>,
    pub(crate) author_email: Option<String>,
    /// Whether its branch is in another repository.
    pub(crate) is_from_fork: bool,
}

impl Run {
    pub(crate) fn new(variables: &Variables) -> Self {
        let get = |variable| variables.get(variable).map(ToOwned::to_owned);
        let revision = |variable| variables.get(variable).and_then(|text| text.parse().ok());
        Self {
            job_name: variables.get(variables::JOB_NAME).and_then(JobName::new),
            branch_name: get(variables::BRANCH_NAME),
            build_number: get(variables::BUILD_NUMBER),
            display_name: get(variables::BUILD_DISPLAY_NAME),
            url: get(variables::BUILD_URL).or_else(|| get(variables::RUN_DISPLAY_URL)),
            job_url: get(variables::JOB_URL),
            jenkins_url: get(variables::JENKINS_URL),
            stage: get(variables::STAGE_NAME),
            reference: reference(variables),
            change: change(variables)
                .or_else(|| Plugin::of(variables).and_then(|plugin| plugin.change(variables))),
            commit: revision(variables::PROMOTED_GIT_COMMIT)
                .or_else(|| revision(variables::GIT_COMMIT))
                .or_else(|| plugins::commit(variables)),
            is_primary: variables.get(variables::BRANCH_IS_PRIMARY) == Some("true"),
            last_success: revision(variables::GIT_PREVIOUS_SUCCESSFUL_COMMIT),
            last_build: revision(variables::GIT_PREVIOUS_COMMIT),
            repository: get(variables::GIT_URL),
            checkout_directory: get(variables::GIT_CHECKOUT_DIR),
        }
    }

    /// The branch that others come from, when it is the one that was built.
    pub(crate) fn primary(&self) -> Option<&str> {
        self.branch_name.as_deref().filter(|_| self.is_primary)
    }

    /// Whether it is one of Jenkins, as only its own variables tell: other tools number their builds as well.
    pub(crate) fn is_of_jenkins(&self) -> bool {
        let is_build = self.job_name.is_some() && self.build_number.is_some();
        self.jenkins_url.is_some() || is_build && self.url.is_some()
    }
}

fn change(variables: &Variables) -> Option<Change> {
    let get = |variable| variables.get(variable).map(ToOwned::to_owned);
    Some(Change {
        number: get(variables::CHANGE_ID)?,
        source: get(variables::CHANGE_BRANCH),
        target: get(variables::CHANGE_TARGET),
        title: get(variables::CHANGE_TITLE),
        url: get(variables::CHANGE_URL),
        author_name: get(variables::CHANGE_AUTHOR_DISPLAY_NAME)
            .or_else(|| get(variables::CHANGE_AUTHOR)),
        author_email: get(variables::CHANGE_AUTHOR_EMAIL),
        is_from_fork: variables.get(variables::CHANGE_FORK).is_some(),
    })
}

/// The branch or tag that was built: a pull request's source branch rather than `PR-7`, and no name of a remote.
fn reference(variables: &Variables) -> Option<Ref> {
    let get = |variable| variables.get(variable);
    if let Some(branch) = get(variables::CHANGE_BRANCH) {
        return Some(Ref::Branch(branch.to_owned()));
    }
    if let Some((_, tag)) = tag(variables) {
        return Some(Ref::Tag(tag.to_owned()));
    }
    let of_plugin = || plugins::branch(variables).map(|(_, branch)| branch);
    get(variables::BRANCH_NAME)
        .or_else(of_plugin)
        .or_else(|| get(variables::GIT_LOCAL_BRANCH))
        .or_else(|| git_branch(variables))
        .map(|branch| Ref::Branch(branch.to_owned()))
        .or_else(|| other_systems::reference(variables))
}

/// `GIT_BRANCH` without what Jenkins' git plugin puts before the name; nothing for tags and single commits.
fn git_branch(variables: &Variables) -> Option<&str> {
    let branch = variables.get(variables::GIT_BRANCH)?;
    if branch == "detached" || git_tag(branch).is_some() {
        return None;
    }
    let prefixes = ["refs/heads/", "refs/remotes/origin/", "origin/"];
    let stripped = prefixes
        .iter()
        .find_map(|prefix| branch.strip_prefix(prefix));
    Some(stripped.unwrap_or(branch))
}

/// The tag, and the variable that names it.
fn tag(variables: &Variables) -> Option<(Variable, &str)> {
    let named = |variable| Some((variable, variables.get(variable)?));
    let in_branch = |variable| Some((variable, variables.get(variable).and_then(git_tag)?));
    named(variables::TAG_NAME)
        .or_else(|| in_branch(variables::GIT_BRANCH))
        .or_else(|| in_branch(variables::GITLAB_SOURCE_BRANCH))
}

fn git_tag(branch: &str) -> Option<&str> {
    branch
        .strip_prefix("refs/tags/")
        .or_else(|| branch.strip_prefix("tags/"))
}

/// The variables without those about the commit that was built, which may be those of another repository: a pipeline's
/// are those of its first checkout, which is a shared library's.
pub(crate) fn without_git(variables: &Variables) -> Variables {
    let of_git = variables::JENKINS.iter().map(|variable| variable.name);
    let of_git = of_git.filter(|name| name.contains("GIT_"));
    let of_plugins = plugins::commit_variables().map(|variable| variable.name);
    variables.with(of_git.chain(of_plugins).map(|name| (name, None)))
}

/// The texts of the run's variables that may name issues.
pub(crate) fn texts(variables: &Variables) -> Vec<Text> {
    let mut texts = Vec::new();
    let tag = tag(variables);
    let is_no_tag = |name: &&str| tag.is_none_or(|(_, tag)| tag != *name);
    if let Some(branch) = variables.get(variables::CHANGE_BRANCH) {
        texts.push(Text::change_branch("CHANGE_BRANCH", branch));
    }
    // A multibranch project names its tag as the branch as well.
    for variable in [variables::BRANCH_NAME, variables::GIT_LOCAL_BRANCH] {
        let branch = variables.get(variable).filter(is_no_tag);
        texts.extend(branch.map(|name| Text::new(TextKind::Branch, variable.name, name)));
    }
    if let Some((variable, branch)) = plugins::branch(variables) {
        texts.push(Text::new(TextKind::Branch, variable.name, branch));
    } else {
        let git_branch = git_branch(variables).filter(is_no_tag);
        texts.extend(git_branch.map(|name| Text::new(TextKind::Branch, "GIT_BRANCH", name)));
    }
    let job_name = variables.get(variables::JOB_NAME).and_then(JobName::new);
    let job_branch = job_name.as_ref().and_then(JobName::encoded_branch);
    texts.extend(job_branch.map(|name| Text::new(TextKind::Branch, "JOB_NAME", name)));
    if let Some(title) = variables.get(variables::CHANGE_TITLE) {
        texts.push(Text::new(TextKind::Title, "CHANGE_TITLE", title));
    }
    texts.extend(tag.map(|(variable, name)| Text::new(TextKind::Tag, variable.name, name)));
    texts.extend(plugins::further_texts(variables));
    texts.extend(other_systems::texts(variables));
    texts
}

#[cfg(test)]
mod tests;
