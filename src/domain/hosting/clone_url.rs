//! Where a repository is cloned from.

use crate::domain::text::percent_decoded;

/// The parts of a clone address that name a server and a repository: neither user and password nor a trailing `.git`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloneUrl {
    pub(super) transport: Transport,
    /// In lower case, without port.
    pub(super) host: String,
    pub(super) port: Option<String>,
    /// Without slashes around it, percent-decoded.
    pub(super) path: String,
    /// Whether the path ended with `.git`, which some servers want in the addresses of their pages.
    pub(super) has_ending: bool,
}

/// How the repository is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Https,
    Http,
    /// Its port says nothing of the pages.
    Ssh,
    /// The same of git's own protocol.
    Git,
}

/// Hosts for SSH through firewalls, and whose pages are theirs.
const OTHER_NAMES: [(&str, &str); 4] = [
    ("ssh.github.com", "github.com"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("ssh.dev.azure.com", "dev.azure.com"),
];

/// Hosts to which people with several accounts give a name for each of them: `github.com-work` in `~/.ssh/config`.
const WITH_ACCOUNTS: [&str; 3] = ["github.com", "gitlab.com", "bitbucket.org"];

impl CloneUrl {
    /// Nothing for folders and unknown schemes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(helper) = text.strip_prefix("codecommit:") {
            return Self::of_code_commit_helper(helper);
        }
        let (transport, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (transport(scheme)?, rest),
            None => return Self::like_scp(text),
        };
        let (authority, path) = without_user(rest).split_once('/')?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        // Whatever follows the path may be a token.
        let path = match transport {
            Transport::Ssh | Transport::Git => path,
            Transport::Https | Transport::Http => path.split(['?', '#']).next().unwrap_or_default(),
        };
        let port = port.filter(|port| !port.is_empty());
        Self::new(transport, host, port, &percent_decoded(path))
    }

    /// `git@git.example.com:acme/shop.git`
    fn like_scp(text: &str) -> Option<Self> {
        let (host, path) = without_user(text).split_once(':')?;
        let is_host = host.len() > 1 && !host.contains(['/', '\\']);
        // For ssh the path is a file's, as it is; Azure DevOps writes that of its pages there.
        let path = if is_azure(&host.to_ascii_lowercase()) {
            percent_decoded(path)
        } else {
            path.to_owned()
        };
        is_host.then(|| Self::new(Transport::Ssh, host, None, &path))?
    }

    /// `codecommit::eu-west-1://profile@shop`, the form of AWS' git-remote-codecommit.
    fn of_code_commit_helper(rest: &str) -> Option<Self> {
        let (region, rest) = rest.split_once("://")?;
        let region = region.strip_prefix(':').filter(|name| !name.is_empty())?;
        let host = format!("git-codecommit.{region}.amazonaws.com");
        let path = format!("v1/repos/{}", without_user(rest));
        Self::new(Transport::Https, &host, None, &path)
    }

    fn new(transport: Transport, host: &str, port: Option<&str>, path: &str) -> Option<Self> {
        let path = path.trim_matches('/');
        let without = path.strip_suffix(".git");
        let path = without.unwrap_or(path).trim_end_matches('/');
        let host = host.to_ascii_lowercase();
        let other = OTHER_NAMES.iter().find(|(name, _)| *name == host);
        let mut accounts = WITH_ACCOUNTS.iter();
        let account = accounts.find(|name| {
            let account = host
                .strip_prefix(**name)
                .and_then(|it| it.strip_prefix('-'));
            transport == Transport::Ssh && account.is_some_and(|it| !it.contains('.'))
        });
        let other = other.map(|(_, name)| name).or(account);
        let host = other.map_or(host, |name| (*name).to_owned());
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if host.is_empty() || host.contains(odd) || path.is_empty() {
            return None;
        }
        Some(Self {
            transport,
            host,
            port: port.map(ToOwned::to_owned),
            path: path.to_owned(),
            has_ending: without.is_some(),
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }
}

fn transport(scheme: &str) -> Option<Transport> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Some(Transport::Https),
        "http" => Some(Transport::Http),
        "ssh" | "git+ssh" | "ssh+git" => Some(Transport::Ssh),
        "git" => Some(Transport::Git),
        _ => None,
    }
}

/// The part behind `user:password@`; an `@` in the path stays.
fn without_user(rest: &str) -> &str {
    let end = rest.find('/').unwrap_or(rest.len());
    let at = rest[..end].rfind('@');
    at.map_or(rest, |at| &rest[at + 1..])
}

/// Whether it is a host of Azure DevOps Services.
pub(super) fn is_azure(host: &str) -> bool {
    matches!(host, "dev.azure.com" | "ssh.dev.azure.com") || host.ends_with(".visualstudio.com")
}
