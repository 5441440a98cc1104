//! Every environment variable that is read, as data, and the environment itself as a map.

mod secrets;

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::ordered::ordered;

pub(crate) use secrets::hide_secrets;

/// A variable and what it is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

macro_rules! variables {
    ($list:ident: $($name:ident $(as $other:literal)? = $meaning:literal;)+) => {
        $(pub(crate) const $name: Variable = Variable { name: variables!(@name $name $($other)?), meaning: $meaning };)+
        /// The variables of this group, in the order in which they are documented.
        pub(crate) const $list: &[Variable] = &[$($name),+];
    };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $other:literal) => { $other };
}

variables! { CONNECTION:
    JIRA_SITE = "name, host or URL of the Jira site, such as acme or acme.atlassian.net";
    JIRA_CLIENT_ID = "client id of the OAuth credential";
    JIRA_CLIENT_SECRET = "its secret";
    JIRA_CLIENT_SECRET_FILE = "file with the secret, instead of JIRA_CLIENT_SECRET";
    JIRA_CLOUD_ID = "cloud id of the site; saves a look-up";
    JIRA_API_URL = "URL of the API, if not https://api.atlassian.com, or the site itself if it is on this machine";
    JIRA_AUTH_URL = "URL of the token endpoint, if not JIRA_API_URL with /oauth/token";
    JIRA_AUDIENCE = "audience of the token, if not api.atlassian.com";
}

variables! { NETWORK:
    HTTPS_PROXY = "proxy, such as http://USER:PASSWORD@proxy.example.com:3128; also socks5h:// and https://";
    ALL_PROXY = "proxy, if HTTPS_PROXY is not set";
    NO_PROXY = "hosts, domains and networks to reach without a proxy, such as .example.com,10.0.0.0/8; * means all";
    SSL_CERT_FILE = "file of certificates to trust instead of the system's; see --ca-file";
    SSL_CERT_DIR = "folders of such files, separated as in PATH";
}

variables! { JENKINS:
    JOB_NAME = "pipeline id and display name";
    BUILD_NUMBER = "build number";
    BUILD_DISPLAY_NAME = "label";
    BUILD_URL = "URL of the build";
    STAGE_NAME = "environment of a deployment, if nothing else names one and --stage-pattern matches";
    RUN_DISPLAY_URL = "URL of the build, if BUILD_URL is missing";
    JOB_URL = "URL of the pipeline";
    JENKINS_URL = "property jenkinsUrl";
    BRANCH_NAME = "branch of a multibranch project";
    BRANCH_IS_PRIMARY = "whether other branches come from this one";
    TAG_NAME = "tag of a multibranch project";
    CHANGE_ID = "number of the pull request";
    CHANGE_BRANCH = "source branch of the pull request";
    CHANGE_TARGET = "target branch of the pull request";
    CHANGE_TITLE = "title of the pull request";
    CHANGE_URL = "page of the pull request";
    CHANGE_FORK = "fork that the pull request comes from: its branch is not in this repository";
    CHANGE_AUTHOR = "who made the pull request";
    CHANGE_AUTHOR_DISPLAY_NAME = "that person's name";
    CHANGE_AUTHOR_EMAIL = "that person's e-mail address";
    GIT_BRANCH = "branch or tag that was checked out";
    GIT_LOCAL_BRANCH = "branch that was checked out, if the job names one";
    GIT_COMMIT = "commit that was built";
    PROMOTED_GIT_COMMIT = "commit of the build that is promoted, before GIT_COMMIT";
    GIT_PREVIOUS_COMMIT = "commit of the build before: the range starts at it if none has succeeded yet";
    GIT_PREVIOUS_SUCCESSFUL_COMMIT = "commit of the last successful build: the range starts after it";
    GIT_URL = "repository";
    GIT_CHECKOUT_DIR = "folder of the repository in the workspace";
    WORKSPACE = "folder of the workspace";
    JENKINS_SERVER_COOKIE = "marks the processes of a build: Jenkins stops the wrapped command itself";
}

variables! { CONTROLLER:
    JENKINS_HOME = "home folder of the controller, without --from";
    JENKINS_USER_ID = "user of its REST API";
    JENKINS_API_TOKEN = "that user's API token";
    JENKINS_API_TOKEN_FILE = "file with the token, instead of JENKINS_API_TOKEN";
}

variables! { PLUGINS:
    GHPRB_PULL_ID as "ghprbPullId" = "GitHub Pull Request Builder: number of the pull request";
    GHPRB_SOURCE_BRANCH as "ghprbSourceBranch" = "its source branch";
    GHPRB_TARGET_BRANCH as "ghprbTargetBranch" = "its target branch";
    GHPRB_PULL_TITLE as "ghprbPullTitle" = "its title";
    GHPRB_PULL_LINK as "ghprbPullLink" = "its page";
    GHPRB_PULL_AUTHOR_LOGIN as "ghprbPullAuthorLogin" = "who made it";
    GHPRB_PULL_AUTHOR_EMAIL as "ghprbPullAuthorEmail" = "that person's e-mail address";
    GHPRB_ACTUAL_COMMIT as "ghprbActualCommit" = "its newest commit, without GIT_COMMIT";
    GHPRB_AUTHOR_REPO_GIT_URL as "ghprbAuthorRepoGitUrl" = "repository of its source branch";
    GHPRB_GH_REPOSITORY as "ghprbGhRepository" = "repository of its target branch";
    GITHUB_PR_NUMBER = "GitHub Integration: number of the pull request";
    GITHUB_PR_SOURCE_BRANCH = "its source branch";
    GITHUB_PR_TARGET_BRANCH = "its target branch";
    GITHUB_PR_TITLE = "its title";
    GITHUB_PR_URL = "its page";
    GITHUB_PR_AUTHOR_EMAIL = "e-mail address of who made it";
    GITHUB_PR_HEAD_SHA = "its newest commit, without GIT_COMMIT";
    GITLAB_MERGE_REQUEST_IID as "gitlabMergeRequestIid" = "GitLab: number of the merge request";
    GITLAB_SOURCE_BRANCH as "gitlabSourceBranch" = "its source branch, or the branch or tag that was pushed";
    GITLAB_TARGET_BRANCH as "gitlabTargetBranch" = "its target branch";
    GITLAB_MERGE_REQUEST_TITLE as "gitlabMergeRequestTitle" = "its title";
    GITLAB_MERGE_REQUEST_LAST_COMMIT as "gitlabMergeRequestLastCommit" = "its newest commit, without GIT_COMMIT";
    GITLAB_SOURCE_REPO_HTTP_URL as "gitlabSourceRepoHttpUrl" = "repository of its source branch";
    GITLAB_TARGET_REPO_HTTP_URL as "gitlabTargetRepoHttpUrl" = "repository of its target branch";
    BITBUCKET_PULL_REQUEST_ID = "Bitbucket Push and Pull Request: number of the pull request";
    BITBUCKET_SOURCE_BRANCH = "its source branch, or the branch that was pushed";
    BITBUCKET_TARGET_BRANCH = "its target branch";
    BITBUCKET_PULL_REQUEST_TITLE = "its title";
    BITBUCKET_PULL_REQUEST_LINK = "its page";
    GERRIT_CHANGE_NUMBER = "Gerrit Trigger: number of the change";
    GERRIT_TOPIC = "its topic, searched like a branch";
    GERRIT_BRANCH = "its target branch, also searched";
    GERRIT_CHANGE_SUBJECT = "its title";
    GERRIT_CHANGE_COMMIT_MESSAGE = "its commit message, in Base64 or as it is";
    GERRIT_CHANGE_URL = "its page";
    GERRIT_CHANGE_OWNER_NAME = "who made it";
    GERRIT_CHANGE_OWNER_EMAIL = "that person's e-mail address";
    GERRIT_PATCHSET_REVISION = "its newest commit, without GIT_COMMIT";
    PROMOTED_JOB_FULL_NAME = "Promoted Builds: job of the promoted build, whose issues a run without its own deploys";
    PROMOTED_JOB_NAME = "its name without folders";
    PROMOTED_NUMBER = "number of the promoted build";
    TRIGGERED_BUILD_NUMBER = "Parameterized Trigger, as TRIGGERED_BUILD_NUMBER_<job>: the build that a run started and waited for, in the same way";
    COPYARTIFACT_BUILD_NUMBER = "Copy Artifact, as COPYARTIFACT_BUILD_NUMBER_<JOB>: the build whose files are deployed, in the same way";
    SVN_URL = "Subversion: folder that was checked out, with its branch or tag; for several SVN_URL_1, SVN_URL_2 and so on";
    SVN_REVISION = "says that the build is one of Subversion";
    MERCURIAL_REVISION_BRANCH = "Mercurial: branch";
    MERCURIAL_REVISION = "says that the build is one of Mercurial";
    P4_CHANGELIST = "Perforce: says that the build is one of it; a label is searched like a tag";
    TFS_CHANGESET = "Team Foundation Server: says that the build is one of it";
    CVS_BRANCH = "CVS: branch";
}

variables! { MACHINE:
    XDG_STATE_HOME = "contains the outbox, in the folder jira-send";
    HOME = "contains the outbox without XDG_STATE_HOME, in .local/state/jira-send";
    LOCALAPPDATA = "contains the outbox on Windows, in the folder jira-send";
}

variables! { LIBRARY:
    JIRA_SEND_AGENT_LABEL = "label of the agent that a step allocates";
    JIRA_SEND_AGENT_TIMEOUT = "seconds to wait for that agent";
    JIRA_SEND_BIN = "file of the program on the agents";
    JIRA_SEND_CACHE = "folder for the program on the agents";
    JIRA_SEND_CLIENT_ID = "client id for a credential of the kind \"Secret text\"";
    JIRA_SEND_CREDENTIALS_ID = "id of the credential in Jenkins";
    JIRA_SEND_DELIVERED = "set by a step that delivers the program";
    JIRA_SEND_FAIL_ON_ERROR = "whether a step fails the build unless everything was sent";
    JIRA_SEND_MEMORY = "set by a step: what the run remembers";
    JIRA_SEND_MIRROR = "address that the program is downloaded from";
    JIRA_SEND_PAGES = "folder for the completions and the manual page, for a release";
    JIRA_SEND_BLESS = "writes the reference pages in a test";
    JIRA_SEND_PROGRAM_LIBRARY = "name of the library with the program";
    JIRA_SEND_TMP = "set by a step: its folder on the agent";
}

variables! { TERMINAL:
    NO_COLOR = "no colors, whatever its value";
    CLICOLOR_FORCE = "colors even where there is no terminal, unless it is 0";
    CLICOLOR = "no colors if it is 0";
    TERM = "no colors if it is dumb";
    WT_SESSION = "set by Windows Terminal, which shows colors";
    COLUMNS = "width of the help where there is no terminal";
}

/// Separates the name of a variable from the site that it is for: `JIRA_CLIENT_ID__ACME`.
pub(crate) const FOR_SITE: &str = "__";

/// The name as it is looked up: for Windows, `Jira_Site` and `JIRA_SITE` are the same variable.
fn as_documented(name: OsString, on_windows: bool) -> OsString {
    if on_windows {
        name.to_ascii_uppercase()
    } else {
        name
    }
}

/// The environment of the process, read once and passed on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Longest value that is taken; a longer one counts as not set. Linux allows no more than this for one variable.
    const MAX_VALUE: usize = 128 * 1024;

    pub(crate) fn of_this_process() -> Self {
        let pairs = std::env::vars_os();
        Self::new(pairs.map(|(name, value)| (as_documented(name, cfg!(windows)), value)))
    }

    /// Text that is not UTF-8 gets replacement characters.
    pub(crate) fn new(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let text = |value: OsString| value.to_string_lossy().into_owned();
        let pairs = pairs.into_iter();
        let texts = pairs.map(|(name, value)| (text(name), text(value)));
        Self(ordered(
            texts.filter(|(_, value)| value.len() <= Self::MAX_VALUE),
        ))
    }

    /// The same with other values, or without some.
    #[must_use]
    pub(crate) fn with<'a>(
        &self,
        pairs: impl IntoIterator<Item = (&'a str, Option<String>)>,
    ) -> Self {
        let mut changed = self.clone();
        for (name, value) in pairs {
            match value {
                Some(value) => changed.0.insert(name.to_owned(), value),
                None => changed.0.remove(name),
            };
        }
        changed
    }

    /// The value of the variable, unless it is unset or blank.
    pub(crate) fn get(&self, variable: Variable) -> Option<&str> {
        self.by_name(variable.name)
    }

    /// The name that is set and its value, where lower case wins over upper case, as curl has it.
    pub(crate) fn in_either_case(&self, variable: Variable) -> Option<(String, &str)> {
        let names = [variable.name.to_ascii_lowercase(), variable.name.to_owned()];
        names
            .into_iter()
            .find_map(|name| self.by_name(&name).map(|value| (name, value)))
    }

    /// The value of the variable for one site: under the first of the site's endings that is set, else the one for
    /// all sites.
    pub(crate) fn for_site(&self, variable: Variable, endings: &[String]) -> Option<&str> {
        self.only_for_site(variable, endings)
            .or_else(|| self.get(variable))
    }

    /// The value that is meant for this site and no other.
    pub(crate) fn only_for_site(&self, variable: Variable, endings: &[String]) -> Option<&str> {
        let name = |ending: &String| format!("{}{FOR_SITE}{ending}", variable.name);
        let mut names = endings.iter().map(name);
        names.find_map(|name| self.by_name(&name))
    }

    /// The names of all that are set.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The rest of the names that begin like this, each with its value, unless it is blank.
    pub(crate) fn beginning(&self, start: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter();
        all.filter_map(move |(name, value)| {
            let rest = name.strip_prefix(start)?;
            (!value.trim().is_empty()).then_some((rest, value.as_str()))
        })
    }

    /// The value of a variable whose name is made from the name of an option.
    pub(crate) fn by_name(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.as_str();
        (!value.trim().is_empty()).then_some(value)
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self::new(pairs.map(|(name, value)| (name.into(), value.into())))
    }
}

#[cfg(test)]
mod tests;
