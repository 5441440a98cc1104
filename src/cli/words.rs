//! Lists as people write them, in one option or in several.

use std::str::FromStr;

/// One value of a list option: words separated by commas, semicolons or white space. Empty words are ignored, so that
/// `''`, `a,` and `a, b` mean what they look like.
#[derive(Clone, Debug)]
pub(crate) struct Words<T>(Vec<T>);

impl<T: Clone> Words<T> {
    /// The words of all values of an option.
    pub(crate) fn all(values: &[Self]) -> Vec<T> {
        values.iter().flat_map(|words| words.0.clone()).collect()
    }
}

impl<T: FromStr<Err = String>> FromStr for Words<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        split(text)
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// The words of a list, as they are.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    let separates =
        |character: char| character == ',' || character == ';' || character.is_whitespace();
    text.split(separates).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Words;
    use crate::domain::association::IssueId;

    #[test]
    fn lists_may_be_written_in_many_ways() {
        for (text, count) in [("", 0), (",", 0), ("1", 1), ("1,", 1), (" 1, 2;3\n4 ", 4)] {
            let words: Words<IssueId> = text.parse().unwrap();
            assert_eq!(
                Words::all(&[words.clone(), words]).len(),
                2 * count,
                "{text:?}"
            );
        }
        assert!("1,x".parse::<Words<IssueId>>().is_err());
    }
}
