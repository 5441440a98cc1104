//! The branches that the message of a merge names, as git and the git servers write them.

use std::ops::Range;

use crate::domain::text::is_number;

/// Longest subject that is read: no branch is named after that.
const MAX_SUBJECT: usize = 2_000;

/// Lines below the subject in which Bitbucket Server names the branch.
const MAX_LINES: usize = 5;

/// The places of the merged branches in the message, in bytes, from left to right.
pub(crate) fn branches(message: &str) -> Vec<Range<usize>> {
    // "Merge", "Pull request", and what is quoted by "Revert" and "Reapply": nearly all others end here.
    if !message.starts_with(['M', 'P', 'R']) {
        return Vec::new();
    }
    let mut line = first_line(message);
    let mut start = 0;
    // A revert quotes the subject of what it takes back.
    while let Some(rest) = line
        .strip_prefix("Revert \"")
        .or(line.strip_prefix("Reapply \""))
    {
        start += line.len() - rest.len();
        line = rest.rsplit_once('"').map_or(rest, |(quoted, _)| quoted);
    }
    let found = of_subject(line).or_else(|| {
        let (at, below) = bitbucket_server(message)?;
        start = at;
        Some(below)
    });
    let found = found.unwrap_or_default().into_iter();
    found
        .map(|branch| branch.start + start..branch.end + start)
        .filter(|branch| !branch.is_empty())
        .collect()
}

fn first_line(text: &str) -> &str {
    let end = text.floor_char_boundary(MAX_SUBJECT.min(text.len()));
    text[..end].lines().next().unwrap_or_default()
}

fn of_subject(subject: &str) -> Option<Vec<Range<usize>>> {
    let words = || words(subject);
    let kinds = [
        "Merge branch ",
        "Merge branches ",
        "Merge remote-tracking branch ",
        "Merge remote-tracking branches ",
        "Merge remote branch ",
        "Merge tag ",
        "Merge commit ",
    ];
    if kinds.iter().any(|kind| subject.starts_with(kind)) {
        // git and GitLab: Merge branches 'a' and 'b' of URL into c
        let merged = words().take_while(|word| &subject[word.clone()] != "into");
        return Some(merged.filter_map(|word| quoted(subject, word)).collect());
    }
    if subject.starts_with("Merge pull request ") {
        // GitHub: Merge pull request #7 from acme/x · Gitea: Merge pull request 'Title' (#7) from x into main · Azure
        // DevOps: Merge pull request 7 from x into main · older Bitbucket Server: Merge pull request #7 in PROJ/repo from x to
        // main
        let from = subject.rfind(" from ")?;
        let branch = words().find(|word| word.start > from + "from".len())?;
        let has_hash = subject.as_bytes().get("Merge pull request ".len()) == Some(&b'#');
        let is_github = has_hash && subject.split(' ').nth(4) == Some("from");
        let text = &subject[branch.clone()];
        let owner = if is_github {
            // Without a branch it is the name of a user alone.
            text.find('/').unwrap_or(text.len())
        } else {
            // A fork is named before a colon, which no branch has.
            text.find(':').unwrap_or(0)
        };
        let skipped = if owner == 0 { 0 } else { owner + 1 };
        let name = (branch.start + skipped).min(branch.end)..branch.end;
        return Some(vec![name]);
    }
    if let Some(rest) = subject.strip_prefix("Merged in ") {
        // Bitbucket Cloud: Merged in x (pull request #7)
        let end = rest.find(" (pull request #")?;
        let name = &rest[..end];
        let start = subject.len() - rest.len();
        let place = start..start + end;
        return (!name.contains(' ')).then(|| vec![place]);
    }
    if let Some(rest) = subject.strip_prefix("Merged PR ") {
        // Azure DevOps: Merged PR 7: Title, which may be the name of the branch
        let (number, title) = rest.split_once(": ")?;
        let start = subject.len() - title.len();
        let is_branch = is_number(number) && !title.trim_end().contains(char::is_whitespace);
        let place = start..start + title.trim_end().len();
        return is_branch.then(|| vec![place]);
    }
    None
}

/// Pull request #7: Title, and below it: Merge in PROJ/repo from x to main
fn bitbucket_server(message: &str) -> Option<(usize, Vec<Range<usize>>)> {
    let number = message.strip_prefix("Pull request #")?;
    number
        .split_once(':')
        .filter(|(number, _)| is_number(number))?;
    let mut start = 0;
    for line in message.split_inclusive('\n').take(MAX_LINES) {
        let short = first_line(line);
        let words: Vec<_> = words(short).take(8).collect();
        let texts: Vec<&str> = words.iter().map(|word| &short[word.clone()]).collect();
        if let ["Merge", "in", _, "from", branch, "to", ..] = texts.as_slice() {
            let owner = branch.find(':').map_or(0, |colon| colon + 1);
            let place = words[4].start + owner..words[4].end;
            return Some((start, vec![place]));
        }
        start += line.len();
    }
    None
}

/// The name in its quotes, and without the comma or semicolon of a list.
fn quoted(subject: &str, word: Range<usize>) -> Option<Range<usize>> {
    let text = subject[word.clone()].trim_end_matches([',', ';']);
    let name = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(word.start + 1..word.start + 1 + name.len())
}

/// The places of the words of a line.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    let pieces = line.split_inclusive(char::is_whitespace).map(move |piece| {
        let start = at;
        at += piece.len();
        start..start + piece.trim_end().len()
    });
    pieces.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::branches;

    #[test]
    fn every_server_names_the_merged_branch() {
        let long = format!("Merge branch '{}'", "a".repeat(100_000));
        let cases: &[(&str, &[&str])] = &[
            ("Merge branch 'feature/abc-12'", &["feature/abc-12"]),
            ("Merge branch 'abc-12' into xyz-9", &["abc-12"]),
            (
                "Merge branch 'abc-12' into 'main'\n\nSee merge request a/b!7",
                &["abc-12"],
            ),
            (
                "Merge branch 'abc-12' of git.example.com:acme/shop-1",
                &["abc-12"],
            ),
            (
                "Merge branch 'abc-12' of https://x/y into main",
                &["abc-12"],
            ),
            (
                "Merge branches 'a-12', 'b-13' and 'c-14' into x",
                &["a-12", "b-13", "c-14"],
            ),
            (
                "Merge branch 'a-12' of x; branch 'b-13' of y",
                &["a-12", "b-13"],
            ),
            (
                "Merge remote-tracking branch 'origin/abc-12' into x",
                &["origin/abc-12"],
            ),
            (
                "Merge remote-tracking branches 'o/a' and 'o/b'",
                &["o/a", "o/b"],
            ),
            (
                "Merge branch 'a', remote-tracking branch 'o/b' and tag 'v1-abc-2'",
                &["a", "o/b", "v1-abc-2"],
            ),
            ("Merge branch 'ada's-abc-12'", &["ada's-abc-12"]),
            ("Merge branch 'into' into 'abc-12'", &["into"]),
            ("Merge pull request #43 from acme/abc-12", &["abc-12"]),
            (
                "Merge pull request #43 from acme-7/feature/abc-12\n\nABC-12 Login",
                &["feature/abc-12"],
            ),
            ("Merge pull request #43 from dependabot-7", &[]),
            (
                "Merge pull request 43 from feature/abc-12 into main",
                &["feature/abc-12"],
            ),
            (
                "Merge pull request 'Login from 3 to 4' (#7) from feature/abc-12 into main",
                &["feature/abc-12"],
            ),
            (
                "Merge pull request 'Login' (#7) from ada-7/shop:abc-12 into main",
                &["abc-12"],
            ),
            (
                "Merged in feature/abc-12 (pull request #7)",
                &["feature/abc-12"],
            ),
            ("Merged in time for lunch (pull request #7)", &[]),
            (
                "Pull request #7: Login\n\nMerge in PROJ/repo from feature/abc-12 to main\n\n* x",
                &["feature/abc-12"],
            ),
            (
                "Pull request #7: Login\r\n\r\nMerge in PROJ/repo from ~ADA/repo:abc-12 to main",
                &["abc-12"],
            ),
            (
                "Login\n\nMerge in PROJ/repo from feature/abc-12 to main",
                &[],
            ),
            ("Merged PR 12: Login in lower case", &[]),
            ("Merged PR 12: feature/abc-12", &["feature/abc-12"]),
            ("Revert \"Merge branch 'abc-12' into main\"", &["abc-12"]),
            (
                "Revert \"Merge pull request #7 from acme/abc-12\"",
                &["abc-12"],
            ),
            (
                "Revert \"Revert \"Merge pull request #7 from acme/abc-12\"\" (#9)",
                &["abc-12"],
            ),
            ("Merge abc-12 into main", &[]),
            ("Merge branch abc-12", &[]),
            ("merge branch 'abc-12'", &[]),
            ("Fix it\n\nMerge branch 'abc-12'", &[]),
            ("Merge branch ''", &[]),
            ("Merge branch '", &[]),
            ("Merge pull request #7 from ", &[]),
            ("Merge pull request from ", &[]),
            ("", &[]),
            (&long, &[]),
        ];
        for (message, expected) in cases {
            let found = branches(message);
            let found: Vec<&str> = found.into_iter().map(|range| &message[range]).collect();
            assert_eq!(&found, expected, "{message}");
        }
    }

    #[test]
    fn older_versions_of_bitbucket_server_name_it_in_the_subject() {
        for (branch, expected) in [
            ("abc-12-login", "abc-12-login"),
            ("abc-12/login", "abc-12/login"),
            ("~ADA/shop:abc-12", "abc-12"),
        ] {
            let message = format!("Merge pull request #7 in PROJ/shop from {branch} to release/1");
            let found: Vec<&str> = branches(&message)
                .into_iter()
                .map(|it| &message[it])
                .collect();
            assert_eq!(found, [expected]);
        }
    }
}
