//! The texts that are searched for issue keys.

use crate::cli::KeyOptions;
use crate::domain::issue_key::{Text, TextKind};
use crate::git::Commit;

/// The keys that the user gives.
pub(super) fn explicit(options: &KeyOptions) -> Vec<Text> {
    let keys = options.issue_keys.iter();
    keys.map(|keys| Text::new(TextKind::Explicit, "--issue-keys", keys))
        .collect()
}

/// All texts that the options name.
pub(super) fn given(options: &KeyOptions) -> Vec<Text> {
    let mut texts = explicit(options);
    let one = |kind, source: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty());
        text.map(|text| Text::new(kind, source, text))
    };
    texts.extend(one(TextKind::Branch, "--branch", &options.branch));
    texts.extend(one(TextKind::Title, "--title", &options.title));
    texts.extend(one(TextKind::Tag, "--tag", &options.tag));
    let messages = options.message.iter();
    texts.extend(messages.map(|text| Text::new(TextKind::Commit, "--message", text)));
    texts
}

/// The message of a commit, to be searched.
pub(crate) fn commit_text(commit: &Commit) -> Text {
    text_of(commit, "")
}

/// The same of a commit in the repository of another folder.
pub(super) fn commit_text_in(folder: &str, commit: &Commit) -> Text {
    text_of(commit, &format!(" in {folder}"))
}

fn text_of(commit: &Commit, place: &str) -> Text {
    let short: String = commit.id.chars().take(12).collect();
    let source = format!("commit {short}{place}");
    Text::new(TextKind::Commit, source.trim_end(), &commit.message)
}
