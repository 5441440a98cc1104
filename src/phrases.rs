//! Counts and lists as people read them. Whoever makes a line for people may use it; it knows nothing of what is counted.

/// `1 run`, `2 runs`
pub(crate) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

/// The first of the words, and how many more there are: `a, b and 3 more`.
pub(crate) fn named<'a>(words: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let shown = &words[..words.len().min(most)];
    with_more(shown, words.len() - shown.len())
}

/// The words, and how many more there are.
pub(crate) fn with_more<T: AsRef<str>>(words: &[T], more: usize) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let words = words.join(", ");
    match more {
        0 => words,
        more => format!("{words} and {more} more"),
    }
}

/// What there is any of: `2 delivered, 1 still queued`.
pub(crate) fn counts(all: &[(usize, &str)]) -> String {
    let counts = all.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    counts.join(", ")
}
