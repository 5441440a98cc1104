//! What the message of a revert says about what it takes back, as git and the git servers write it.

use crate::domain::merged_request::MergedRequest;

/// How the subject of a revert quotes that of what it takes back. An issue of its own may precede it.
const REVERT: &str = "Revert \"";

/// Shortest id that a revert may name.
pub(super) const MIN_ID: usize = 7;

pub(super) fn subject(message: &str) -> &str {
    let end = memchr::memchr(b'\n', message.as_bytes());
    message[..end.unwrap_or(message.len())].trim_end()
}

/// Whether it says that it takes something back.
pub(crate) fn is_revert(message: &str) -> bool {
    let names = quoted_subject(subject(message)).is_some()
        || reverted_ids(message).next().is_some()
        || reverted_request(message).is_some();
    names && !is_partial(subject(message))
}

/// `Partial revert "…"` leaves something of what it names.
fn is_partial(subject: &str) -> bool {
    let own = subject.split('"').next().unwrap_or_default();
    let own = own.to_ascii_lowercase();
    own.contains("revert")
        && ["partial", "part of", "parts of"]
            .iter()
            .any(|it| own.contains(it))
}

/// The ids in "This reverts commit 8428e75…", as git writes it below the subject of a revert, also of a reapplied one, and
/// in "This reverts commits 8428e75 and 0a1b2c3.", as people write it.
pub(super) fn reverted_ids(message: &str) -> impl Iterator<Item = &str> {
    let lists = behind(message, "This reverts commit").filter_map(|rest| {
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        rest.strip_prefix([' ', ':', '\n'])
    });
    lists.flat_map(ids_at_start)
}

/// The ids that a text begins with, separated by commas, line ends and "and".
fn ids_at_start<'a>(text: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = |rest: &'a str| {
            rest.strip_prefix("and")
                .filter(|rest| rest.starts_with([' ', '\n']))
        };
        while let Some(behind) = rest
            .strip_prefix([' ', ',', '\r', '\n', '*', '-'])
            .or_else(|| word(rest))
        {
            rest = behind;
        }
        let end = rest.find(|c: char| !c.is_ascii_hexdigit());
        let (id, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        (id.len() >= MIN_ID).then_some(id)
    })
}

/// The number in "Reverts acme/shop#12", "This reverts pull request #12" and "This reverts merge request !12".
pub(super) fn reverted_request(message: &str) -> Option<&str> {
    let kinds = ["This reverts pull request ", "This reverts merge request "];
    let named = kinds.iter().find_map(|kind| behind(message, kind).next());
    // Only a line of its own says what is taken back.
    let named = named
        .or_else(|| behind(message, "\nReverts ").find(|rest| !subject(rest).contains(' ')))?;
    let (_, number) = subject(named).split_once(['#', '!'])?;
    let end = number.find(|c: char| !c.is_ascii_digit());
    let digits = &number[..end.unwrap_or(number.len())];
    (!digits.is_empty()).then_some(digits)
}

/// What follows each place of these words. Of all messages of a log nearly none has them, and few have their first letter.
fn behind<'a>(message: &'a str, words: &'static str) -> impl Iterator<Item = &'a str> {
    let first = words.as_bytes()[0];
    memchr::memchr_iter(first, message.as_bytes())
        .filter_map(move |at| message[at..].strip_prefix(words))
}

/// The number of the pull request that a commit has merged.
pub(super) fn request_of(message: &str) -> Option<String> {
    let merged = MergedRequest::of(message).map(|request| request.number);
    merged.or_else(|| {
        let (_, number) = with_number(subject(message))?;
        Some(number.to_owned())
    })
}

/// The subject of the commit that is taken back: `Revert "ABC-1 login"`, behind which GitHub puts a number.
pub(super) fn quoted_subject(subject: &str) -> Option<&str> {
    let at = memchr::memmem::find(subject.as_bytes(), REVERT.as_bytes())?;
    let is_word = at == 0 || subject[..at].ends_with(' ');
    let (quoted, behind) = subject[at + REVERT.len()..].rsplit_once('"')?;
    let is_whole = behind.is_empty() || behind.starts_with(" (");
    (is_word && is_whole && !quoted.is_empty()).then_some(quoted)
}

/// Without the ` (#12)` that GitHub puts behind the title of a pull request.
pub(super) fn without_number(subject: &str) -> &str {
    with_number(subject).map_or(subject, |(before, _)| before)
}

/// The title and the number of `ABC-1 login (#12)`.
fn with_number(subject: &str) -> Option<(&str, &str)> {
    let (before, number) = subject.rsplit_once(" (#")?;
    let digits = number.strip_suffix(')')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((before, digits))
}
