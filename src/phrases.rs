//! Counts and lists as people read them. Whoever makes a line for people may use it; it knows nothing of what is counted.

/// `1 run`, `2 runs`
pub(crate) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

/// The first of the words, and how many more there are: `a, b and 3 more`.
pub(crate) fn named<'a>(words: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let shown = words[..words.len().min(most)].join(", ");
    match words.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
