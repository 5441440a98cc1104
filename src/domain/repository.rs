//! Web addresses of repositories, from the addresses they are cloned from.

use super::web_url::WebUrl;

/// The page of a repository: `git@git.example.com:acme/shop.git` becomes `https://git.example.com/acme/shop`.
/// User, password and the port of SSH are left out. Nothing for folders and unknown schemes.
pub(crate) fn web_address(clone_url: &str) -> Option<WebUrl> {
    let clone_url = clone_url.trim();
    let address = match clone_url.split_once("://") {
        Some(("https", rest)) => format!("https://{}", without_user(rest)),
        Some(("http", rest)) => format!("http://{}", without_user(rest)),
        Some(("ssh" | "git" | "git+ssh" | "ssh+git", rest)) => {
            let (authority, path) = without_user(rest).split_once('/')?;
            let host = authority
                .rsplit_once(':')
                .map_or(authority, |(host, _)| host);
            format!("https://{host}/{path}")
        }
        Some(_) => return None,
        None => {
            let (host, path) = without_user(clone_url).split_once(':')?;
            let is_host = host.len() > 1 && !host.contains(['/', '\\']);
            is_host.then(|| format!("https://{host}/{}", path.trim_start_matches('/')))?
        }
    };
    let address = address.trim_end_matches('/');
    address.strip_suffix(".git").unwrap_or(address).parse().ok()
}

/// The page of a branch or tag, in the path style of the server that the host's name speaks of.
pub(crate) fn ref_address(repository: &WebUrl, name: &str) -> Option<WebUrl> {
    let host = repository.host();
    let suffix = if host.contains("gitlab") {
        "/-/tree/"
    } else if host.contains("bitbucket") {
        "/src/"
    } else if host.contains("gitea") || host.contains("forgejo") || host.contains("codeberg") {
        "/src/branch/"
    } else {
        "/tree/"
    };
    repository.join(suffix, name)
}

/// The part behind `user:password@`; an `@` in the path stays.
fn without_user(rest: &str) -> &str {
    let end = rest.find('/').unwrap_or(rest.len());
    let at = rest[..end].rfind('@');
    at.map_or(rest, |at| &rest[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::{ref_address, web_address};

    #[test]
    fn clone_addresses_become_pages_without_secrets() {
        let shop = Some("https://git.example.com/acme/shop");
        let cases = [
            ("https://git.example.com/acme/shop.git", shop),
            ("https://git.example.com/acme/shop/", shop),
            ("https://user:p%40ss@git.example.com/acme/shop.git", shop),
            ("https://user:p@ss@git.example.com/acme/shop.git", shop),
            (
                "https://git.example.com:8443/acme/shop",
                Some("https://git.example.com:8443/acme/shop"),
            ),
            ("git@git.example.com:acme/shop.git", shop),
            ("git.example.com:/acme/shop.git", shop),
            ("ssh://git@git.example.com:7999/acme/shop.git", shop),
            ("git://git.example.com/acme/shop", shop),
            ("file:///srv/shop.git", None),
            ("/srv/shop.git", None),
            ("../shop", None),
            ("C:\\repos\\shop", None),
            ("", None),
        ];
        for (clone_url, page) in cases {
            let found = web_address(clone_url);
            assert_eq!(
                found.map(|url| url.to_string()).as_deref(),
                page,
                "{clone_url}"
            );
        }
    }

    #[test]
    fn pages_of_refs_follow_the_server() {
        let cases = [
            ("https://github.com/a/b", "https://github.com/a/b/tree/x/y"),
            (
                "https://gitlab.example.com/a/b",
                "https://gitlab.example.com/a/b/-/tree/x/y",
            ),
            (
                "https://bitbucket.org/a/b",
                "https://bitbucket.org/a/b/src/x/y",
            ),
            (
                "https://codeberg.org/a/b",
                "https://codeberg.org/a/b/src/branch/x/y",
            ),
        ];
        for (repository, page) in cases {
            let repository = repository.parse().unwrap();
            assert_eq!(ref_address(&repository, "x/y").unwrap().to_string(), page);
        }
    }
}
