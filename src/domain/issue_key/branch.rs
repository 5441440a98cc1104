//! What is written in branches and tags and is no project: ordinary words, names that machines give, dates.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Reason;
use super::deny_list::is_year;
use crate::domain::text::{is_number, word_set};

/// Words that people, servers and bots write before a number in branches. Measured on the branches of public
/// repositories; words that are, or may well be, the key of a project are not among them.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| word_set(include_str!("branch_words.txt")));

/// Names of languages, products and attempts, which have a number of their own: `python-3`, `windows-2022`, `test-1`. They
/// are no projects where the number may be a version, a count or a year; `python-1234` may be an issue.
static NUMBERED: LazyLock<HashSet<&str>> =
    LazyLock::new(|| word_set(include_str!("branch_numbered.txt")));

/// First part of the branches of bots and merge queues.
const BOTS: &str =
    "dependabot renovate snyk mergify gh-readonly-queue depfu greenkeeper pyup imgbot";

/// How such a first part begins where more follows.
const BOT_PREFIXES: &str =
    "dependabot- renovate- snyk- mergify- greenkeeper- pyup- release-please-- pre-commit-ci-";

/// Longest number in lower case that is taken for an issue's: longer ones are dates, times and ids of other systems.
const MAX_DIGITS: usize = 7;

/// The ordinary word that stands where the project would, also with digits of its own: `python3-12`, `phase2-1`.
pub(super) fn word(project: &str, number: &str) -> Option<&'static str> {
    let project = project.to_ascii_lowercase();
    let stem = project.trim_end_matches(|c: char| c.is_ascii_digit());
    let in_list = |words: &HashSet<&'static str>| {
        let found = words.get(project.as_str()).or_else(|| words.get(stem));
        found.copied()
    };
    let is_version = number.len() < 3 || is_year(number);
    in_list(&WORDS).or_else(|| in_list(&NUMBERED).filter(|_| is_version))
}

/// Whether a bot or a git server named the branch: `dependabot/…`, `revert-7-…`, `ada-patch-1`.
pub(super) fn is_made_by_machine(branch: &str) -> bool {
    // Jenkins may put the name of the remote before it.
    let parts = branch.split('/').take(2).map(str::to_ascii_lowercase);
    let mut parts = parts.map(|part| {
        BOTS.split(' ').any(|bot| part == bot)
            || BOT_PREFIXES.split(' ').any(|bot| part.starts_with(bot))
            || is_revert(&part)
    });
    parts.any(|is_machine| is_machine) || is_patch(branch)
}

/// `revert-7-…`: the button *Revert* of GitHub and GitLab.
fn is_revert(part: &str) -> bool {
    let number = part
        .strip_prefix("revert-")
        .and_then(|rest| rest.split_once('-'));
    number.is_some_and(|(number, _)| is_number(number))
}

/// `ada-patch-1`: an edit in the browser.
fn is_patch(branch: &str) -> bool {
    let Some((name, number)) = branch.rsplit_once('-') else {
        return false;
    };
    let start = name.len().checked_sub("patch".len());
    let Some((before, word)) = start.and_then(|start| name.split_at_checked(start)) else {
        return false;
    };
    is_number(number)
        && word.eq_ignore_ascii_case("patch")
        && !before.ends_with(|character: char| character.is_alphanumeric())
}

/// What a number in lower case is when it is not an issue's: `jquery-3.x`, `update-2024-05`, `update-20240501`.
pub(super) fn other_number(number: &str, behind: &str) -> Option<Reason> {
    let is_end = |rest: &str| !rest.starts_with(|character: char| character.is_alphanumeric());
    if behind.strip_prefix(".x").is_some_and(is_end) {
        return Some(Reason::Version);
    }
    let month = behind
        .strip_prefix('-')
        .and_then(|rest| rest.split_at_checked(2));
    let is_month = month.is_some_and(|(month, rest)| {
        is_number(month) && ("01"..="12").contains(&month) && is_end(rest)
    });
    let is_date = is_year(number) && is_month || number.len() > MAX_DIGITS;
    is_date.then_some(Reason::Date)
}

#[cfg(test)]
mod tests {
    use super::{NUMBERED, Reason, WORDS, is_made_by_machine, other_number, word};

    #[test]
    fn the_lists_are_sorted_and_have_each_word_once_in_lower_case() {
        for (text, words) in [
            (include_str!("branch_words.txt"), &WORDS),
            (include_str!("branch_numbered.txt"), &NUMBERED),
        ] {
            let list: Vec<&str> = text.split_whitespace().collect();
            assert!(list.is_sorted());
            assert_eq!(list.len(), words.len());
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(list.iter().all(|word| word.bytes().all(is_plain)));
        }
        assert!(NUMBERED.iter().all(|word| !WORDS.contains(word)));
    }

    #[test]
    fn ordinary_words_are_no_projects() {
        let words = "patch revert pull pr mr gh issue issues fix hotfix bugfix feature release \
                     version step part to from sprint Fix typo phase take polish beta \
                     pick task subtask epic defect candidate up rollback workflow";
        for text in words.split(' ') {
            assert!(word(text, "1234").is_some(), "{text}");
        }
        // Keys of projects in public, and what a team may well call its own.
        let projects = "hhh jenkins security infra kafka spark flink hive hadoop cassandra groovy \
                        gradle keycloak batch server python ruby docs support sonarjava mm lg \
                        pm core web app api ui ios android mobile shop pay auth data ops dev test us \
                        qa it be fe commit checkout portal platform cloud io cli net lang text";
        for text in projects.split_whitespace() {
            assert_eq!(word(text, "1234"), None, "{text}");
        }
    }

    #[test]
    fn names_have_numbers_of_their_own() {
        let cases = [
            ("python-3", true),
            ("Python-12", true),
            ("python-311", false),
            ("windows-2022", true),
            ("windows-1122", false),
            ("kafka-2063", false),
            ("test-1", true),
            ("test-123", false),
            ("poc-2", true),
            ("kafka-3", true),
            ("python3-12", true),
            ("python3-1234", false),
            ("phase2-1234", true),
            ("server-2", false),
            ("server2-2", false),
            ("x5-2", false),
            ("auth-12", false),
            ("llama-3", true),
            ("claude-4", true),
            ("ci-12", true),
            ("ci-123", false),
            ("fy24-1", true),
            ("kw-12", true),
            ("cw-3", true),
            ("win-11", true),
            ("team-2", true),
            ("team-212", false),
            ("gpu-1", true),
            ("api-35", true),
            ("api-404", false),
            ("api-112", false),
            ("dev-1", true),
            ("dev-112", false),
            ("us-12", true),
            ("us-1234", false),
            ("ui-3", true),
            ("walk-2", true),
            ("web-3", false),
        ];
        for (text, expected) in cases {
            let (project, number) = text.split_once('-').unwrap();
            assert_eq!(word(project, number).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn machines_are_known_by_the_branches_they_make() {
        let cases = [
            ("dependabot/github_actions/actions/checkout-4", true),
            ("origin/dependabot/npm_and_yarn/eslint-9", true),
            ("Renovate/eslint-9.x", true),
            ("renovate-eslint-9", true),
            ("snyk-fix-0a1b", true),
            ("snyk-upgrade-abc-12", true),
            ("revert-8967-abc-12-login", true),
            ("origin/revert-7-x", true),
            ("patch-1", true),
            ("ada-patch-12", true),
            ("ada/Patch-1", true),
            ("gh-readonly-queue/main/pr-7-0a1b", true),
            ("release-please--branches--main", true),
            ("mergify/bp/1.2/pr-7", true),
            ("feature/abc-12-login", false),
            ("feature/abc-12/renovate/x", false),
            ("abc-12-dependabot", false),
            ("revert-abc-12", false),
            ("dispatch-1", false),
            ("patch-1-abc-12", false),
            ("-1", false),
            ("é-1", false),
            ("", false),
        ];
        for (branch, expected) in cases {
            assert_eq!(is_made_by_machine(branch), expected, "{branch}");
        }
    }

    #[test]
    fn versions_and_dates_are_no_issues() {
        let cases = [
            ("3", ".x", Some(Reason::Version)),
            ("3", ".x-login", Some(Reason::Version)),
            ("3", ".xml", None),
            ("2024", "-05", Some(Reason::Date)),
            ("2024", "-05-31", Some(Reason::Date)),
            ("1999", "-12", Some(Reason::Date)),
            ("3000", "-12", None),
            ("2024", "-00", None),
            ("2024", "-13", None),
            ("2024", "-051", None),
            ("2024", "-é5", None),
            ("2024", "", None),
            ("124", "-05", None),
            ("20240531", "", Some(Reason::Date)),
            ("1234567", "", None),
        ];
        for (number, behind, expected) in cases {
            assert_eq!(other_number(number, behind), expected, "{number}{behind}");
        }
    }
}
