//! The pull request that a commit has merged, as git servers write it into the commit's message. Pure.

use super::issue_key::merged_branches;

/// What the message says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MergedRequest {
    pub(crate) number: String,
    /// The branch that was merged, where it is named.
    pub(crate) source: Option<String>,
    /// Whose repository it is in, where that is named: on GitHub always, elsewhere that of a fork.
    pub(crate) owner: Option<String>,
    pub(crate) target: Option<String>,
    /// The repository into which it was merged, where that is named: a fork has the merges of others, too.
    pub(crate) repository: Option<String>,
    pub(crate) title: Option<String>,
    /// Whether nothing but a pull request is written like that: people write `(#7)` of issues, too.
    pub(crate) is_certain: bool,
}

/// Longest number of a pull request, in digits.
const MAX_DIGITS: usize = 18;

/// Most lines that are searched below the subject.
const MAX_LINES: usize = 200;

impl MergedRequest {
    /// Nothing for a commit that merges none, or whose message does not say which.
    pub(crate) fn of(message: &str) -> Option<Self> {
        let subject = message.lines().next()?.trim_end();
        let body = || message.lines().skip(1).map(str::trim);
        let below = || body().find(|line| !line.is_empty()).map(ToOwned::to_owned);
        let branch = || {
            let place = merged_branches(message).into_iter().next()?;
            Some(message[place].to_owned())
        };
        if let Some(rest) = subject.strip_prefix("Merge pull request ") {
            if let Some(rest) = rest.strip_prefix('#') {
                let (number, rest) = number(rest)?;
                if let Some(rest) = rest.strip_prefix(" from ") {
                    // GitHub: … #7 from OWNER/BRANCH, the title below
                    let (owner, source) = rest.split_once('/')?;
                    return Some(Self {
                        number,
                        source: Some(source.to_owned()),
                        owner: Some(owner.to_owned()),
                        title: below(),
                        is_certain: true,
                        ..Self::default()
                    });
                }
                // Bitbucket Server up to 6: … #7 in PROJ/repo from BRANCH to TARGET
                let (repository, rest) = rest.strip_prefix(" in ")?.split_once(" from ")?;
                let (source, target) = rest.split_once(" to ")?;
                return Some(Self {
                    repository: Some(repository.to_owned()),
                    ..Self::between(number, source, target)
                });
            }
            if let Some((number, rest)) = number(rest) {
                // Azure DevOps: … 7 from BRANCH into TARGET
                let (source, target) = rest.strip_prefix(" from ")?.split_once(" into ")?;
                return Some(Self::between(number, source, target));
            }
            // Gitea: … 'Title' (#7) from BRANCH into TARGET
            let (title, rest) = rest.strip_prefix('\'')?.rsplit_once("' (#")?;
            let (number, rest) = number(rest)?;
            let (source, target) = rest.strip_prefix(") from ")?.split_once(" into ")?;
            return Some(Self {
                title: Some(title.to_owned()),
                ..Self::between(number, source, target)
            });
        }
        if let Some(rest) = subject.strip_prefix("Merged in ") {
            // Bitbucket Cloud: … BRANCH (pull request #7), the title below
            let (source, rest) = rest.rsplit_once(" (pull request #")?;
            let (number, rest) = number(rest)?;
            return (rest == ")").then(|| Self {
                number,
                source: (!source.contains(' ')).then(|| source.to_owned()),
                title: below(),
                is_certain: true,
                ..Self::default()
            });
        }
        if let Some(rest) = subject.strip_prefix("Merged PR ") {
            // Azure DevOps: … 7: Title
            let (number, rest) = number(rest)?;
            return Some(Self {
                number,
                source: branch(),
                title: rest.strip_prefix(": ").map(ToOwned::to_owned),
                is_certain: true,
                ..Self::default()
            });
        }
        if let Some(rest) = subject.strip_prefix("Pull request #") {
            // Bitbucket Server: … 7: Title, and below it: Merge in PROJ/repo from BRANCH to TARGET
            let (number, rest) = number(rest)?;
            let line = body().find(|line| line.starts_with("Merge in ") && line.contains(" from "));
            let (repository, names) = line?.strip_prefix("Merge in ")?.split_once(" from ")?;
            let (source, target) = names.split_once(" to ")?;
            return Some(Self {
                repository: Some(repository.to_owned()),
                title: rest.strip_prefix(": ").map(ToOwned::to_owned),
                ..Self::between(number, source, target)
            });
        }
        if let Some((repository, number)) = body().take(MAX_LINES).find_map(see_merge_request) {
            // GitLab: Merge branch 'BRANCH' into 'TARGET', the title below; or the title of a squashed one.
            let is_merge = subject.starts_with("Merge branch ");
            let into = subject.rsplit_once(" into ");
            let target = into.map(|(_, target)| target.trim_matches('\''));
            let title = if is_merge {
                below()
            } else {
                Some(subject.to_owned())
            };
            return Some(Self {
                number,
                source: branch(),
                target: target.filter(|_| is_merge).map(ToOwned::to_owned),
                repository: (!repository.is_empty()).then(|| repository.to_owned()),
                title: title.filter(|title| see_merge_request(title).is_none()),
                is_certain: true,
                ..Self::default()
            });
        }
        // GitHub and Gitea, where all commits became one: Title (#7)
        let (title, rest) = subject.rsplit_once(" (#")?;
        let (number, rest) = number(rest)?;
        let is_revert = title.starts_with("Revert \"");
        (rest == ")" && !is_revert).then(|| Self {
            number,
            title: Some(title.to_owned()),
            ..Self::default()
        })
    }

    /// Whether it is known to have been merged into another repository than that of this path.
    pub(crate) fn is_of_another(&self, path: Option<&str>) -> bool {
        let own = path.map(str::to_lowercase);
        let said = self.repository.as_deref().map(str::to_lowercase);
        own.zip(said).is_some_and(|(own, said)| {
            let before = own.strip_suffix(said.as_str());
            !before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
    }

    /// A branch of a fork has the repository before a colon.
    fn between(number: String, source: &str, target: &str) -> Self {
        let (owner, source) = match source.rsplit_once(':') {
            Some((owner, source)) => (Some(owner.to_owned()), source),
            None => (None, source),
        };
        Self {
            number,
            source: Some(source.to_owned()),
            owner,
            target: Some(target.to_owned()),
            is_certain: true,
            ..Self::default()
        }
    }
}

/// `See merge request group/name!7`: the repository, and the number.
fn see_merge_request(line: &str) -> Option<(&str, String)> {
    let rest = line.strip_prefix("See merge request ")?;
    let (repository, digits) = rest.rsplit_once('!')?;
    let (number, rest) = number(digits)?;
    rest.is_empty().then_some((repository, number))
}

/// The digits at the beginning, and what follows them.
fn number(text: &str) -> Option<(String, &str)> {
    let end = text.find(|it: char| !it.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let fits = !digits.is_empty() && digits.len() <= MAX_DIGITS;
    fits.then(|| (digits.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::MergedRequest;

    /// Message; number, branch, owner, target, title.
    type Case = (&'static str, &'static str, [&'static str; 4]);

    #[test]
    fn every_server_names_the_pull_request() {
        let cases: [Case; 16] = [
            (
                "Merge pull request #43 from acme/feature/abc-12\n\nABC-12 Login\n\nMore",
                "43",
                ["feature/abc-12", "acme", "", "ABC-12 Login"],
            ),
            (
                "Merge pull request #43 from ada/main",
                "43",
                ["main", "ada", "", ""],
            ),
            (
                "Merge pull request #7 in PROJ/shop from feature/x to main",
                "7",
                ["feature/x", "", "main", ""],
            ),
            (
                "Merge pull request #7 in PROJ/shop from ~ADA/shop:x to main",
                "7",
                ["x", "~ADA/shop", "main", ""],
            ),
            (
                "Merge pull request 7 from feature/x into main",
                "7",
                ["feature/x", "", "main", ""],
            ),
            (
                "Merge pull request 'Login (from) \\' (#3)' (#7) from x into main",
                "7",
                ["x", "", "main", "Login (from) \\' (#3)"],
            ),
            (
                "Merge pull request 'Login' (#7) from ada/shop:x into main",
                "7",
                ["x", "ada/shop", "main", "Login"],
            ),
            (
                "Merged in feature/x (pull request #7)\r\n\r\nABC-1 Login\r\n",
                "7",
                ["feature/x", "", "", "ABC-1 Login"],
            ),
            ("Merged PR 7: ABC-1 Login", "7", ["", "", "", "ABC-1 Login"]),
            (
                "Merged PR 7: feature/x",
                "7",
                ["feature/x", "", "", "feature/x"],
            ),
            (
                "Pull request #7: Login\n\nMerge in PROJ/shop from feature/x to main\n\n* commit 'a'",
                "7",
                ["feature/x", "", "main", "Login"],
            ),
            (
                "Merge branch 'x' into 'main'\n\nLogin\n\nSee merge request grp/sub/shop!7",
                "7",
                ["x", "", "main", "Login"],
            ),
            (
                "Merge branch 'x' into 'main'\n\nSee merge request !7",
                "7",
                ["x", "", "main", ""],
            ),
            (
                "Login\n\nABC-1\n\nSee merge request grp/shop!7",
                "7",
                ["", "", "", "Login"],
            ),
            ("ABC-1 Login (#7)", "7", ["", "", "", "ABC-1 Login"]),
            ("Login (#3) (#7)\n\n* one", "7", ["", "", "", "Login (#3)"]),
        ];
        for (message, number, fields) in cases {
            let found = MergedRequest::of(message).expect(message);
            let texts = [&found.source, &found.owner, &found.target, &found.title];
            let texts = texts.map(|text| text.as_deref().unwrap_or_default());
            assert_eq!(
                (found.number.as_str(), texts),
                (number, fields),
                "{message}"
            );
            let is_squashed =
                message.lines().next().unwrap().ends_with(')') && fields[0].is_empty();
            assert_eq!(found.is_certain, !is_squashed, "{message}");
        }
    }

    #[test]
    fn a_fork_has_the_merges_of_others() {
        for (message, path, expected) in [
            ("a\n\nSee merge request grp/Shop!7", Some("grp/shop"), false),
            (
                "a\n\nSee merge request grp/shop!7",
                Some("git/grp/shop"),
                false,
            ),
            (
                "a\n\nSee merge request grp/shop!7",
                Some("my-grp/shop"),
                true,
            ),
            ("a\n\nSee merge request grp/shop!7", None, false),
            ("a\n\nSee merge request !7", Some("my/shop"), false),
            (
                "Merge pull request #7 in PROJ/shop from x to main",
                Some("proj/shop"),
                false,
            ),
            (
                "Merge pull request #7 in PROJ/shop from x to main",
                Some("~ada/shop"),
                true,
            ),
            (
                "Pull request #7: a\n\nMerge in PROJ/shop from x to main",
                Some("~ada/shop"),
                true,
            ),
        ] {
            let found = MergedRequest::of(message).expect(message);
            assert_eq!(found.is_of_another(path), expected, "{message} {path:?}");
        }
    }

    #[test]
    fn other_commits_merge_none() {
        let long = format!("Login (#{})", "1".repeat(40));
        for message in [
            "",
            "Merge branch 'x'",
            "Merge branch 'x' into main",
            "Merge pull request",
            "Merge pull request #",
            "Merge pull request #7",
            "Merge pull request #7 from ada",
            "Merge pull request #x from a/b",
            "Merged in time (pull request #7) again",
            "Merged PR seven",
            "Pull request #7: Login",
            "Revert \"Merge pull request #7 from a/b\"",
            "Revert \"Login (#7)\" (#8)",
            "Login (#7",
            "Login (#7) again",
            "Login (#)",
            "Fix #7",
            "See merge request x!7 later",
            &long,
        ] {
            assert_eq!(MergedRequest::of(message), None, "{message}");
        }
    }
}
