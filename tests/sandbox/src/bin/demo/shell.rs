//! Texts as a POSIX shell reads them back.

/// As it is where a shell takes it literally, otherwise in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn texts_are_quoted_where_a_shell_would_change_them() {
        for (text, expected) in [
            ("--state", "--state"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("shop/feature%2FPROJ-2", "shop/feature%2FPROJ-2"),
            ("EU production", "'EU production'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("~/a", "'~/a'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
