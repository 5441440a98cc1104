//! The user's rules for issue keys: what may be given, and how texts are searched. All commands that look for keys search
//! here.

use crate::cli::KeyOptions;
use crate::cli::words::{self, Words};
use crate::domain::issue_key::{self, Findings, IssueKey, KeyRules, Text};
use crate::error::Failure;
use crate::facts::Facts;

/// Refuses what cannot be right about keys before anything is done: words that are not keys, a template without its
/// groups. A pipeline step goes on and warns of such words: the rest of its update is right.
///
/// # Errors
/// What the options say wrongly.
pub(super) fn check(options: &KeyOptions, is_step: bool) -> Result<(), Failure> {
    if let Some(wrong) = wrong_words(options).into_iter().next().filter(|_| !is_step) {
        return Err(Failure::usage(wrong).hint(
            "separate issue keys, also those in JIRA_SEND_ISSUE_KEYS, with commas or blanks; --message searches a text for keys",
        ));
    }
    let template = options.rules.key_template.as_ref();
    let lacking = template.zip(options.rules.key_pattern.as_ref());
    match lacking.and_then(|(template, pattern)| pattern.lacks_group_of(template)) {
        None => Ok(()),
        Some(group) => Err(Failure::usage(format!(
            "--key-template names the group {group:?}, which --key-pattern does not have"
        ))
        .hint("put parentheses around the part of --key-pattern that it refers to, and write ${1}x where text follows a group")),
    }
}

/// Searches the texts by the user's rules.
pub(super) fn find(texts: &[Text], options: &KeyOptions) -> Findings {
    issue_key::find(texts, &rules(options))
}

/// The same of all texts of a run.
pub(super) fn find_in(facts: &Facts, options: &KeyOptions) -> Findings {
    find_also(&facts.texts, &mut facts.log.texts(), options)
}

/// The same of texts, and then of those of further commits.
pub(super) fn find_also(
    texts: &[Text],
    commits: &mut dyn Iterator<Item = Text>,
    options: &KeyOptions,
) -> Findings {
    issue_key::find_also(texts, commits, &rules(options))
}

fn rules(options: &KeyOptions) -> KeyRules {
    let given = &options.rules;
    let pattern = given.key_pattern.clone();
    KeyRules {
        projects: Words::all(&given.projects),
        deny: Words::all(&given.deny),
        pattern: pattern.map(|pattern| pattern.with_template(given.key_template.clone())),
    }
}

/// Whether the user names issues by hand.
pub(super) fn are_named(options: &KeyOptions) -> bool {
    let mut given = options.issue_keys.iter();
    given.any(|keys| words::split(keys).next().is_some()) || !options.issue_ids.is_empty()
}

/// What is wrong with each word of --issue-keys that is not an issue key.
pub(super) fn wrong_words(options: &KeyOptions) -> Vec<String> {
    let given = options.issue_keys.iter();
    let words = given.flat_map(|keys| words::split(keys));
    let wrong = words.filter_map(|word| word.parse::<IssueKey>().err());
    wrong.map(|why| format!("--issue-keys: {why}")).collect()
}
