//! Patterns of paths as Ant and Jenkins' steps take them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::domain::wildcard;

/// Patterns with commas or line feeds between them. Empty ones count for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Patterns(Vec<Pattern>);

impl Patterns {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.0.iter()
    }
}

impl fmt::Display for Patterns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<&str> = self.iter().map(|pattern| pattern.text.as_str()).collect();
        formatter.write_str(&texts.join(", "))
    }
}

impl FromStr for Patterns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let patterns = text.split([',', '\n', '\r']).map(str::trim);
        patterns
            .filter(|pattern| !pattern.is_empty())
            .map(Pattern::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A folder, or a file when no parts follow, and how the path goes on below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    pub(super) start: PathBuf,
    /// Names, with `*` for any characters and `?` for one, and `**` for any number of folders.
    parts: Vec<String>,
}

/// The part for any number of folders.
const FOLDERS: &str = "**";

impl Pattern {
    fn new(text: &str) -> Result<Self, String> {
        let is_separator = |character: char| character == '/' || character == '\\';
        let has_wildcard = |part: &str| part.contains(['*', '?']);
        // Ant: a folder stands for all that is in it.
        let whole = if text.ends_with(is_separator) {
            format!("{text}**")
        } else {
            text.to_owned()
        };
        let (mut start, mut parts) = (String::new(), Vec::new());
        for piece in whole.split_inclusive(is_separator) {
            let part = piece.trim_end_matches(is_separator);
            if parts.is_empty() && !has_wildcard(part) {
                start.push_str(part);
                if piece.len() > part.len() {
                    start.push('/');
                }
                continue;
            }
            match part {
                "" | "." => {}
                ".." => return Err("'..' cannot follow * or ?".to_owned()),
                name => parts.push(name.to_owned()),
            }
        }
        Ok(Self {
            text: text.to_owned(),
            start: start.into(),
            parts,
        })
    }

    /// Whether the start is the file itself.
    pub(super) fn is_plain(&self) -> bool {
        self.parts.is_empty()
    }

    /// How many parts a path has gone through in the folder where the search starts; several, since `**` may end at any
    /// folder.
    pub(super) fn begin(&self) -> Vec<usize> {
        self.closed(vec![0])
    }

    /// The same one name further down; nothing when no path that begins so matches.
    pub(super) fn enter(&self, gone: &[usize], name: &str) -> Option<Vec<usize>> {
        let next = gone.iter().filter_map(|position| {
            let part = self.parts.get(*position)?;
            let behind = position + usize::from(part != FOLDERS);
            matches(part, name).then_some(behind)
        });
        let next: Vec<usize> = next.collect();
        (!next.is_empty()).then(|| self.closed(next))
    }

    /// Whether the path may end here.
    pub(super) fn is_end(&self, gone: &[usize]) -> bool {
        gone.contains(&self.parts.len())
    }

    /// `**` stands for no folder as well.
    fn closed(&self, mut positions: Vec<usize>) -> Vec<usize> {
        let mut index = 0;
        while let Some(position) = positions.get(index).copied() {
            if self.parts.get(position).is_some_and(|part| part == FOLDERS) {
                positions.push(position + 1);
            }
            index += 1;
        }
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

/// Whether a name matches. One that begins with a dot needs a pattern that does, as in a shell.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    wildcard::matches(pattern, name)
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    fn matches(pattern: &str, path: &str) -> bool {
        let patterns: Patterns = pattern.parse().unwrap();
        let pattern = patterns.iter().next().unwrap();
        let start = pattern.start.to_str().unwrap();
        let Some(path) = path.strip_prefix(start) else {
            return false;
        };
        if pattern.is_plain() {
            return path.is_empty();
        }
        let mut state = pattern.begin();
        for name in path.split('/') {
            let Some(next) = pattern.enter(&state, name) else {
                return false;
            };
            state = next;
        }
        pattern.is_end(&state)
    }

    #[test]
    fn patterns_are_those_of_ant() {
        let cases = [
            ("a.xml", "a.xml", true),
            ("a.xml", "b/a.xml", false),
            ("./a.xml", "./a.xml", true),
            ("*.xml", "a.xml", true),
            ("*.xml", ".xml", false),
            ("*.xml", "b/a.xml", false),
            ("**/*.xml", "a.xml", true),
            ("**/*.xml", "c/b/a.xml", true),
            ("**/*.xml", "c/b/a.txt", false),
            ("**/*.xml", ".git/a.xml", false),
            ("**/*.xml", "b/.a.xml", false),
            ("**/.*.xml", "b/.a.xml", true),
            ("**/.hidden/*.xml", "b/.hidden/a.xml", true),
            (".hidden/**/*.xml", ".hidden/a.xml", true),
            (
                "**/target/surefire-reports/*.xml",
                "target/surefire-reports/a.xml",
                true,
            ),
            (
                "**/target/surefire-reports/*.xml",
                "x/y/target/surefire-reports/a.xml",
                true,
            ),
            (
                "**/target/surefire-reports/*.xml",
                "target/x/surefire-reports/a.xml",
                false,
            ),
            (
                "**/target/*-reports/**/TEST-*.xml",
                "a/target/surefire-reports/TEST-a.xml",
                true,
            ),
            (
                "**/target/*-reports/**/TEST-*.xml",
                "target/a-reports/b/c/TEST-.xml",
                true,
            ),
            ("**/a/**/a/*", "a/a/a/x", true),
            ("**/a/**/a/*", "a/x", false),
            ("build/", "build/a/b.xml", true),
            ("build/**", "build/b.xml", true),
            ("build\\**\\*.xml", "build/a/b.xml", true),
            ("build/*/./b.xml", "build/a/b.xml", true),
            ("a?.xml", "aü.xml", true),
            ("a?.xml", "a.xml", false),
            ("?*?", "ab", true),
            ("?*?", "a", false),
            ("*a*b*", "xxaxxbxaxb", true),
            ("*a*b", "xaxbx", false),
            ("***/a", "b/a", true),
            ("[a].xml", "[a].xml", true),
            ("{a,b}.xml", "{a", true),
            ("/tmp/*.xml", "/tmp/a.xml", true),
            ("../x/*.xml", "../x/a.xml", true),
            ("*.XML", "a.xml", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn stars_are_tried_in_bounded_time() {
        let pattern = "*a".repeat(30);
        assert!(!matches(&pattern, &format!("{}b", "a".repeat(5_000))));
        let folders = format!("{}x", "**/".repeat(50));
        assert!(!matches(&folders, &vec!["a"; 500].join("/")));
    }

    #[test]
    fn several_patterns_stand_in_one_text() {
        let patterns: Patterns = " a/*.xml ,\r\n b c.xml\n,, d".parse().unwrap();
        assert_eq!(patterns.to_string(), "a/*.xml, b c.xml, d");
        assert_eq!(" , \n".parse::<Patterns>().unwrap().iter().count(), 0);
        assert!("*/../a".parse::<Patterns>().is_err());
    }
}
