//! Which variables hold what must never be seen, and what it is.

use super::{
    ALL_PROXY, FOR_SITE, HTTPS_PROXY, JENKINS_API_TOKEN, JENKINS_API_TOKEN_FILE, JIRA_API_URL,
    JIRA_AUTH_URL, JIRA_CLIENT_ID, JIRA_CLIENT_SECRET, JIRA_CLIENT_SECRET_FILE, JIRA_CLOUD_ID,
    JIRA_SITE, NO_PROXY, Variable, Variables,
};
use crate::secret::Secret;

/// What no child process of ours gets to see, for whichever site.
const SECRETS: &[Variable] = &[
    JIRA_CLIENT_ID,
    JIRA_CLIENT_SECRET,
    JIRA_CLIENT_SECRET_FILE,
    JENKINS_API_TOKEN,
    JENKINS_API_TOKEN_FILE,
];

/// What is a secret as it is.
const VALUES: &[Variable] = &[JIRA_CLIENT_SECRET, JENKINS_API_TOKEN];

/// Where a user and a password may precede a host, by right or by mistake.
const ADDRESSES: &[Variable] = &[
    JIRA_SITE,
    JIRA_CLOUD_ID,
    JIRA_API_URL,
    JIRA_AUTH_URL,
    HTTPS_PROXY,
    ALL_PROXY,
    NO_PROXY,
];

/// Whether it is one of these, for whichever site, in any letter case: proxies have both, and to Windows they are the same.
fn is_one_of(name: &str, known: &[Variable]) -> bool {
    let name = name.to_ascii_uppercase();
    known.iter().any(|known| {
        let rest = name.strip_prefix(known.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(FOR_SITE))
    })
}

/// Takes every credential out of the environment of a child process.
pub(crate) fn hide_secrets(command: &mut std::process::Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| is_one_of(name, SECRETS)) {
            command.env_remove(name);
        }
    }
}

impl Variables {
    /// Everything in them that no output may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        self.0.iter().flat_map(|(name, value)| {
            let mut found = Vec::new();
            if is_one_of(name, VALUES) {
                found.push(value.trim());
            } else if is_one_of(name, ADDRESSES) {
                let each = value.split([',', ' ', '\t', '\r', '\n']);
                found.extend(each.chain([value.as_str()]).filter_map(password));
            }
            found.into_iter().map(Secret::new)
        })
    }
}

/// The password in `[PROTOCOL://]USER:PASSWORD@HOST`.
fn password(address: &str) -> Option<&str> {
    let (account, _) = address.rsplit_once('@')?;
    let account = account
        .split_once("://")
        .map_or(account, |(_, account)| account);
    account.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::{SECRETS, is_one_of};
    use crate::secret::Secret;
    use crate::variables::Variables;

    #[test]
    fn credentials_are_known_by_their_names() {
        for (name, secret) in [
            ("JIRA_CLIENT_ID", true),
            ("JIRA_CLIENT_SECRET", true),
            ("JIRA_CLIENT_SECRET_FILE", true),
            ("JIRA_CLIENT_SECRET__ACME", true),
            ("jira_client_secret_file__acme_1", true),
            ("JIRA_CLIENT_SECRETARY", false),
            ("JIRA_SITE", false),
            ("PATH", false),
        ] {
            assert_eq!(is_one_of(name, SECRETS), secret, "{name}");
        }
    }

    #[test]
    fn secrets_are_found_wherever_they_stand() {
        for (name, value, expected) in [
            ("JIRA_CLIENT_SECRET", " s3cret\n", "s3cret"),
            ("JIRA_CLIENT_SECRET__ACME", "s3cret", "s3cret"),
            ("JENKINS_API_TOKEN", "t0ken", "t0ken"),
            ("JIRA_CLIENT_ID", "id", ""),
            ("JIRA_CLIENT_SECRET_FILE", "/x", ""),
            ("https_proxy", "http://u:p@ss@proxy:3128", "p@ss p@ss"),
            ("NO_PROXY", "a,u:pass@b", "pass pass"),
            ("JIRA_CLOUD_ID__ACME", "u:t/k@acme", "t/k t/k"),
            ("JIRA_SITE", "acme,https://u:s3,cret@x", "s3,cret"),
            ("JIRA_API_URL", "https://api.example.com:8443/x", ""),
            ("CHANGE_TITLE", "u:p@x", ""),
        ] {
            let variables = Variables::from([(name, value)]);
            let found = variables.secrets();
            let found: Vec<String> = found.map(|it| Secret::reveal(&it).to_owned()).collect();
            assert_eq!(found.join(" "), expected, "{name}");
        }
    }
}
