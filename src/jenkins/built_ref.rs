//! The branch or tag of a run.

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ref {
    Branch(String),
    Tag(String),
}

impl Ref {
    /// The branch without the name of the remote before it: `upstream/feature/x` is the branch `feature/x`.
    pub(crate) fn without_remote(self, remotes: &[String]) -> Self {
        match self {
            Self::Branch(name) => {
                let known = |remote: &str| remotes.iter().any(|known| known == remote);
                let branch = name.split_once('/').filter(|(remote, _)| known(remote));
                Self::Branch(
                    branch
                        .map_or(name.as_str(), |(_, branch)| branch)
                        .to_owned(),
                )
            }
            tag @ Self::Tag(_) => tag,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Branch(name) | Self::Tag(name) => name,
        }
    }

    /// Whether git could have it: people give texts with an issue key as the branch, and patterns such as `*/main`
    /// (git-check-ref-format).
    pub(crate) fn is_possible(&self) -> bool {
        let name = self.name();
        let forbidden = |character: char| character.is_control() || " ~^:?*[\\".contains(character);
        let is_part = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none()
        };
        !name.contains(forbidden)
            && !name.contains("..")
            && !name.contains("@{")
            && !name.ends_with('.')
            && name != "@"
            && name.split('/').all(is_part)
    }
}

#[cfg(test)]
mod tests {
    use super::Ref;

    #[test]
    fn a_remote_is_known_by_its_name() {
        let remotes = ["upstream".to_owned()];
        let cases = [
            ("upstream/feature/x", "feature/x"),
            ("feature/upstream/x", "feature/upstream/x"),
            ("upstream", "upstream"),
        ];
        for (name, expected) in cases {
            let reference = Ref::Branch(name.to_owned()).without_remote(&remotes);
            assert_eq!(reference.name(), expected);
        }
    }

    #[test]
    fn what_git_cannot_have_is_no_branch() {
        let cases = [
            ("main", true),
            ("feature/ABC-1_é", true),
            ("v1.2-ABC-3", true),
            ("*/main", false),
            ("**", false),
            ("ABC-1 add login", false),
            ("a..b", false),
            ("a@{1}", false),
            ("@", false),
            ("/a", false),
            ("a/", false),
            ("a//b", false),
            ("a/.b", false),
            ("a.lock", false),
            ("a.", false),
            ("a\nb", false),
            ("a\\b", false),
            ("", false),
        ];
        for (name, expected) in cases {
            let reference = Ref::Branch(name.to_owned());
            assert_eq!(reference.is_possible(), expected, "{name:?}");
        }
    }
}
