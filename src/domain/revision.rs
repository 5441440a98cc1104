//! What git is asked about: a commit, branch or tag.

use std::str::FromStr;

/// A revision that git can take for nothing but a revision: never an option, never two words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision(String);

impl Revision {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the id that git gives to no commit: that of a branch before it was pushed, or after its deletion.
    pub(crate) fn is_none(&self) -> bool {
        self.0.len() >= 40 && self.0.bytes().all(|byte| byte == b'0')
    }
}

/// The beginning of a commit's id, as people read it.
pub(crate) fn short(id: &str) -> &str {
    let end = id.char_indices().nth(12);
    end.map_or(id, |(end, _)| &id[..end])
}

/// Whether it is the full id of a commit, by SHA-1 or SHA-256.
pub(crate) fn is_full_id(id: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(id.len(), 40 | 64) && id.bytes().all(is_digit)
}

shown_as_text!(Revision);

impl FromStr for Revision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if text.is_empty()
            || text.starts_with(['-', '^'])
            || text.contains(odd)
            || text.contains("..")
        {
            return Err("expected one commit, branch or tag".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Revision;

    #[test]
    fn zeros_are_no_commit() {
        for (text, is_none) in [
            ("0".repeat(40), true),
            ("0".repeat(64), true),
            ("0".repeat(39) + "1", false),
            ("0000000".to_owned(), false),
        ] {
            let revision: Revision = text.parse().unwrap();
            assert_eq!(revision.is_none(), is_none, "{text}");
        }
    }

    #[test]
    fn options_and_ranges_are_no_revisions() {
        for good in [
            "HEAD~3",
            "v1.2.0",
            "origin/feature/x",
            "8a91dfc",
            "main@{1}",
        ] {
            assert!(good.parse::<Revision>().is_ok(), "{good}");
        }
        for bad in ["", "--all", "^main", "a b", "a..b", "a\nb"] {
            assert!(bad.parse::<Revision>().is_err(), "{bad:?}");
        }
    }
}
