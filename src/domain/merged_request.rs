//! The pull request that a commit has merged, as git servers write it into the commit's message. Pure.

use super::issue_key::merged_branches;

/// What the message says about it.
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
mod tests;
