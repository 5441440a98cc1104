//! The texts that are searched for issue keys, from everything that `facts::gather` has read.

use super::Question;
use super::first::OfRun;
use super::further::Others;
use super::repository::RepositoryFacts;
use super::reverts::Left;
use super::submodules::Submodules;
use crate::domain::issue_key::{Reason, Text, TextKind};
use crate::domain::revision::short;
use crate::git::Commit;
use crate::jenkins;
use crate::variables::Variables;

/// The texts of the run: what is given, what Jenkins and git name, then the commits of each repository.
pub(super) fn of_run(
    question: &Question,
    variables: &Variables,
    first: &OfRun<'_>,
    others: &Others<'_>,
    submodules: &Submodules<'_>,
) -> Vec<Text> {
    let mut texts = but_of_commits(question, variables, first);
    if question.only_issue_keys {
        return texts;
    }
    if question.messages.is_empty() {
        if let Some(read) = &first.repository {
            texts.extend(of_commits(read, ""));
        }
        for read in others.read.iter().chain(&submodules.read) {
            texts.extend(of_commits(read, &format!(" in {}", read.folder)));
        }
    }
    texts
}

/// The texts of the run but for those of commits.
pub(super) fn but_of_commits(
    question: &Question,
    variables: &Variables,
    first: &OfRun<'_>,
) -> Vec<Text> {
    if question.only_issue_keys {
        return explicit(question);
    }
    let mut texts = given(question);
    // What is given replaces what would be found of the same kind.
    let given: Vec<TextKind> = texts.iter().map(Text::kind).collect();
    let found = jenkins::texts(variables).into_iter();
    let found = found.chain(first.text.clone());
    texts.extend(found.filter(|text| !given.contains(&text.kind())));
    texts
}

/// The keys that the user gives.
pub(super) fn explicit(question: &Question) -> Vec<Text> {
    let keys = question.issue_keys.iter();
    keys.map(|keys| Text::new(TextKind::Explicit, "--issue-keys", keys))
        .collect()
}

/// All texts that the question names.
pub(super) fn given(question: &Question) -> Vec<Text> {
    let mut texts = explicit(question);
    let one = |kind, source: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty());
        text.map(|text| Text::new(kind, source, text))
    };
    texts.extend(one(TextKind::Branch, "--branch", &question.branch));
    texts.extend(one(TextKind::Title, "--title", &question.title));
    texts.extend(one(TextKind::Tag, "--tag", &question.tag));
    let messages = question.messages.iter();
    texts.extend(messages.map(|text| Text::new(TextKind::Commit, "--message", text)));
    texts
}

/// The messages of a repository's commits; `place` follows the id of each.
fn of_commits(read: &RepositoryFacts<'_>, place: &str) -> Vec<Text> {
    let left = read.left().into_iter();
    let texts = read.commits.iter().zip(left);
    texts
        .map(|(commit, left)| what_is_left(text_of(commit, place), left))
        .collect()
}

/// The text of a commit, of which the range leaves this.
pub(super) fn what_is_left(text: Text, left: Left) -> Text {
    match left {
        Left::All => text,
        Left::Nothing => text.left_out(Reason::Reverted),
        Left::Without(messages) => text.taking_back(messages),
    }
}

/// The message of a commit, to be searched.
pub(crate) fn commit_text(commit: &Commit) -> Text {
    text_of(commit, "")
}

fn text_of(commit: &Commit, place: &str) -> Text {
    let mut source = ["commit ", short(&commit.id), place].concat();
    source.truncate(source.trim_end().len());
    Text::new(TextKind::Commit, source, &commit.message)
}
