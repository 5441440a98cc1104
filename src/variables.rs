//! Every environment variable that is read, as data, and the environment itself as a map.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// A variable and what it is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

macro_rules! variables {
    ($list:ident: $($name:ident = $meaning:literal;)+) => {
        $(pub(crate) const $name: Variable = Variable { name: stringify!($name), meaning: $meaning };)+
        /// The variables of this group, in the order in which they are documented.
        pub(crate) const $list: &[Variable] = &[$($name),+];
    };
}

variables! { CONNECTION:
    JIRA_SITE = "name, host or address of the Jira site, such as acme or acme.atlassian.net";
    JIRA_CLIENT_ID = "client id of the OAuth credential";
    JIRA_CLIENT_SECRET = "its secret";
    JIRA_CLIENT_SECRET_FILE = "file that holds the secret, instead of JIRA_CLIENT_SECRET";
    JIRA_CLOUD_ID = "cloud id of the site; saves the look-up";
    JIRA_API_URL = "address of the API, when not https://api.atlassian.com";
    JIRA_AUTH_URL = "address of the token endpoint, when not JIRA_API_URL with /oauth/token";
    JIRA_AUDIENCE = "audience of the token, when not api.atlassian.com";
}

variables! { NETWORK:
    HTTPS_PROXY = "proxy, such as http://USER:PASSWORD@proxy.example.com:3128; also socks5h:// and https://";
    ALL_PROXY = "proxy, when HTTPS_PROXY is not set";
    NO_PROXY = "hosts, domains and networks without a proxy, such as .example.com,10.0.0.0/8; * is all";
    SSL_CERT_FILE = "file of the certificates to trust, instead of the system's; see --ca-file";
    SSL_CERT_DIR = "folders of such files, separated as in PATH";
}

variables! { STEP:
    JIRA_SEND_PARAMETERS = "options as one JSON object, keys in camelCase: what a pipeline step passes";
    JIRA_SEND_PARAMETERS_FILE = "file that holds that JSON object, when it is large";
}

variables! { JENKINS:
    JOB_NAME = "pipeline id and display name";
    BUILD_NUMBER = "build number";
    BUILD_DISPLAY_NAME = "label";
    BUILD_URL = "address of the build";
    RUN_DISPLAY_URL = "address of the build, when BUILD_URL is missing";
    JOB_URL = "address of the pipeline";
    JENKINS_URL = "property jenkinsUrl";
    BRANCH_NAME = "branch of a multibranch project";
    TAG_NAME = "tag of a multibranch project";
    CHANGE_ID = "number of the pull request";
    CHANGE_BRANCH = "source branch of the pull request";
    CHANGE_TARGET = "target branch of the pull request";
    CHANGE_TITLE = "title of the pull request";
    GIT_BRANCH = "branch or tag that was checked out";
    GIT_LOCAL_BRANCH = "branch that was checked out, when the job names it";
    GIT_COMMIT = "commit that was built";
    GIT_PREVIOUS_SUCCESSFUL_COMMIT = "commit of the last successful build: the range starts after it";
    GIT_URL = "repository";
    GIT_CHECKOUT_DIR = "folder of the repository in the workspace";
    WORKSPACE = "folder of the workspace";
    JENKINS_SERVER_COOKIE = "mark of the build's processes: Jenkins stops the wrapped command itself";
}

/// What no child process of ours gets to see.
pub(crate) const SECRETS: &[Variable] =
    &[JIRA_CLIENT_ID, JIRA_CLIENT_SECRET, JIRA_CLIENT_SECRET_FILE];

/// The environment of the process, read once and passed on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Longest value that is taken; a longer one counts as not set. Linux allows no more than this for one variable.
    const MAX_VALUE: usize = 128 * 1024;

    /// Text that is not UTF-8 gets replacement characters.
    pub(crate) fn new(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let text = |value: OsString| value.to_string_lossy().into_owned();
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (text(name), text(value)))
                .filter(|(_, value)| value.len() <= Self::MAX_VALUE)
                .collect(),
        )
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
mod tests {
    use super::{BRANCH_NAME, CONNECTION, JENKINS, JOB_NAME, NETWORK, NO_PROXY, STEP, Variables};

    #[test]
    fn blank_and_endless_values_count_as_unset() {
        let endless = "x".repeat(200_000);
        let variables = Variables::from([("JOB_NAME", " \n"), ("BRANCH_NAME", endless.as_str())]);
        assert_eq!(variables.get(JOB_NAME), None);
        assert_eq!(variables.get(BRANCH_NAME), None);
    }

    #[test]
    fn lower_case_wins_where_both_are_read() {
        let cases = [
            (&[("NO_PROXY", "upper")][..], Some(("NO_PROXY", "upper"))),
            (
                &[("no_proxy", "lower"), ("NO_PROXY", "upper")],
                Some(("no_proxy", "lower")),
            ),
            (
                &[("no_proxy", ""), ("NO_PROXY", "upper")],
                Some(("NO_PROXY", "upper")),
            ),
            (&[], None),
        ];
        for (set, expected) in cases {
            let set = set.iter().map(|(name, value)| (name.into(), value.into()));
            let variables = Variables::new(set);
            let found = variables.in_either_case(NO_PROXY);
            let found = found.as_ref().map(|(name, value)| (name.as_str(), *value));
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn every_variable_is_listed_once_and_explained() {
        let all: Vec<_> = [CONNECTION, NETWORK, STEP, JENKINS].concat();
        for (index, variable) in all.iter().enumerate() {
            assert!(!variable.meaning.is_empty());
            let again = all[index + 1..]
                .iter()
                .any(|other| other.name == variable.name);
            assert!(!again, "{}", variable.name);
        }
    }
}
