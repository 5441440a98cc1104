//! What fuzzers and their replay feed with bytes: every reader of foreign text, with what must hold of its results.
//!
//! They are functions of bytes, so that libFuzzer (`fuzz/`) and the tests run the very same ones. Some of them stand
//! in the modules whose private readers they feed.

mod changes;
mod flag_files;
pub(crate) mod issue_keys;
mod jenkins;
mod parameters;
#[cfg(test)]
mod replay;

pub use changes::changes;
pub use flag_files::flag_files;
pub use issue_keys::issue_keys;
pub use jenkins::jenkins;
pub use parameters::parameters;

/// See [`crate::jira`].
///
/// # Panics
/// When something that must hold does not.
pub fn answers(bytes: &[u8]) {
    crate::jira::fuzz_entry::answers(bytes);
}

/// See [`crate::backfill`].
///
/// # Panics
/// When something that must hold does not.
pub fn backfill(bytes: &[u8]) {
    crate::backfill::fuzz_entry::backfill(bytes);
}

/// See [`crate::outbox`].
///
/// # Panics
/// When something that must hold does not.
pub fn outbox(bytes: &[u8]) {
    crate::outbox::fuzz_entry::outbox(bytes);
}

/// See [`crate::jira::http`].
///
/// # Panics
/// When something that must hold does not.
pub fn proxy(bytes: &[u8]) {
    crate::jira::http::fuzz_entry::proxy(bytes);
}

/// See [`crate::git`].
///
/// # Panics
/// When something that must hold does not.
pub fn git(bytes: &[u8]) {
    crate::git::fuzz_entry::git(bytes);
}

/// See [`crate::test_reports`].
///
/// # Panics
/// When something that must hold does not.
pub fn test_reports(bytes: &[u8]) {
    crate::test_reports::fuzz_entry::test_reports(bytes);
}

/// See [`crate::step`].
///
/// # Panics
/// When something that must hold does not.
pub fn step_request(bytes: &[u8]) {
    crate::step::fuzz_entry::step_request(bytes);
}

/// See [`crate::step`].
///
/// # Panics
/// When something that must hold does not.
pub fn step_memory(bytes: &[u8]) {
    crate::step::fuzz_entry::step_memory(bytes);
}

/// The first lines up to the empty one, and what follows it.
pub(crate) fn head_and_body(text: &str) -> (Vec<&str>, &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    (head.lines().collect(), body)
}
