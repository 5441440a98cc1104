//! `changelog.xml` beside `build.xml`, which for git is what `git log --format=raw` prints, and for Subversion and
//! Mercurial XML.

use super::elements::Elements;
use crate::git::Commit;

/// Most commits of one run, and the longest message of one, in bytes.
const MAX_COMMITS: usize = 2_000;
const MAX_MESSAGE: usize = 64 * 1024;

/// The commits of a log, the newest first; those that cannot be read are missing.
pub(super) fn parse(text: &str) -> Vec<Commit> {
    if text.trim_start().starts_with('<') {
        return of_xml(text);
    }
    let mut commits: Vec<Commit> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(id) = line.strip_prefix("commit ") {
            if commits.len() == MAX_COMMITS {
                break;
            }
            commits.push(Commit {
                id: first_word(id),
                ..Commit::default()
            });
        } else if let (Some(text), Some(commit)) = (line.strip_prefix("    "), commits.last_mut())
            && commit.message.len() + text.len() <= MAX_MESSAGE
        {
            commit.message.push_str(text);
        }
    }
    commits
}

/// Where an id should be, a log that is damaged has anything.
fn first_word(text: &str) -> String {
    let word = text.split_whitespace().next();
    word.unwrap_or_default().to_owned()
}

fn of_xml(text: &str) -> Vec<Commit> {
    let mut elements = Elements::new(text);
    let mut commits = Vec::new();
    while let Ok(Some(element)) = elements.next() {
        if element.path.ends_with("/msg") && commits.len() < MAX_COMMITS {
            commits.push(Commit {
                id: first_word(element.outer.unwrap_or_default()),
                message: element.text.to_owned(),
                ..Commit::default()
            });
        }
    }
    commits
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_system_has_its_own_log() {
        let id = "8428e75eecfa2ba54aa79029873b205bc1105b1f";
        let git = format!(
            "Changes in branch origin/main, between a and b\ncommit {id}\ntree 1\nparent 2\nauthor Ada <a@b> 1 +0100\ncommitter Ada <a@b> 1 +0100\n\n    ABC-1 $(id) \"x\"\n    \n    ABC-2 \u{1f680}\n\n:100644 100644 1 2 M\tABC-9.txt\n\ncommit {id} (from 1)\n\n    ABC-3\n"
        );
        let subversion = "<?xml version=\"1.0\"?>\n<log><logentry revision=\"12\"><author>ada</author><msg>ABC-4 &amp; more\nABC-5</msg></logentry></log>";
        let mercurial = "<?xml version='1.1'?><changesets><changeset node='0a1b' author='Ada'><msg xml:space=\"preserve\">ABC-6</msg><added></added></changeset></changesets>";
        let cases = [
            (
                git.as_str(),
                vec![
                    (id, "ABC-1 $(id) \"x\"\n\nABC-2 \u{1f680}\n"),
                    (id, "ABC-3\n"),
                ],
            ),
            (subversion, vec![("12", "ABC-4 & more\nABC-5")]),
            (mercurial, vec![("0a1b", "ABC-6")]),
            (
                "<log><logentry revision='\n12 13\n'><msg>ABC-8</msg></logentry></log>",
                vec![("12", "ABC-8")],
            ),
            ("", vec![]),
            ("    ABC-7\n", vec![]),
        ];
        for (text, expected) in cases {
            let commits = parse(text);
            let commits = commits
                .iter()
                .map(|it| (it.id.as_str(), it.message.as_str()));
            assert_eq!(commits.collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(parse("<log><logentry>").len(), 0);
    }

    #[test]
    fn it_is_read_up_to_a_limit() {
        let endless = format!("commit 1\n{}", "    ABC-1 \n".repeat(1_000_000));
        let commits = parse(&endless);
        assert!(commits[0].message.len() <= 64 * 1024);
        let many = "commit 1\n\n    ABC-1\n".repeat(10_000);
        assert_eq!(parse(&many).len(), 2_000);
    }
}
