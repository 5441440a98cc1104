//! The texts that are searched for issue keys, from everything that `facts::gather` has read.

use std::iter::repeat;

use super::first::OfRun;
use super::further::Repositories;
use super::repository::RepositoryFacts;
use super::reverts::{self, Left};
use super::{Notes, Question};
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
    others: &Repositories<'_>,
    submodules: &Repositories<'_>,
    is_late: &dyn Fn() -> bool,
) -> (Vec<Text>, Notes) {
    let (mut texts, mut notes) = (but_of_commits(question, variables, first), Notes::default());
    if !question.searches_commits() {
        return (texts, notes);
    }
    let further = others.all.iter().chain(&submodules.all);
    let further = further.map(|read| (read, format!(" in {}", read.folder)));
    let first = first.repository.iter().map(|read| (read, String::new()));
    for (read, place) in first.chain(further) {
        let left = read.left(is_late);
        if left.is_none() {
            notes = notes.and(reverts::unknown());
        }
        texts.extend(of_commits(read, left, &place));
    }
    (texts, notes)
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
    let given: Vec<TextKind> = texts.iter().map(|text| text.kind).collect();
    let found = jenkins::texts(variables).into_iter();
    let found = found.chain(first.text.clone());
    texts.extend(found.filter(|text| !given.contains(&text.kind)));
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
fn of_commits(read: &RepositoryFacts<'_>, left: Option<Vec<Left>>, place: &str) -> Vec<Text> {
    let left = left.into_iter().flatten();
    let texts = read.found.commits.iter().zip(left.chain(repeat(Left::All)));
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
