//! The full name of a job, such as `acme/Web Team/shop/feature%2FABC-1`.

use super::text::percent_decoded;

/// `JOB_NAME`: folders and job, separated by `/`; a branch as last part is percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JobName(String);

impl JobName {
    /// Nothing for a blank name.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Jenkins shows it: `acme » Web Team » shop » feature/ABC-1`.
    pub(crate) fn display(&self) -> String {
        let parts: Vec<_> = self.0.split('/').map(percent_decoded).collect();
        parts.join(" » ")
    }

    /// The name of the multibranch project whose branch this is, else of the job itself.
    pub(crate) fn project(&self, branch: Option<&str>) -> &str {
        let last = self.0.rsplit_once('/');
        let is_branch =
            |(_, last): &(&str, &str)| branch.is_some_and(|name| percent_decoded(last) == name);
        last.filter(is_branch)
            .map_or(&self.0, |(project, _)| project)
    }

    /// The last part, still encoded, when it can only be the branch of a multibranch project:
    /// no other job has a `%` in its name.
    pub(crate) fn encoded_branch(&self) -> Option<&str> {
        let (_, last) = self.0.rsplit_once('/')?;
        last.contains('%').then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::JobName;

    #[test]
    fn names_are_shown_as_jenkins_does() {
        let cases = [
            ("shop-freestyle", "shop-freestyle", None),
            (
                "acme/Web Team/shop pipeline é",
                "acme » Web Team » shop pipeline é",
                None,
            ),
            ("shop/main", "shop » main", None),
            (
                "shop/feature%2FPROJ-2-login",
                "shop » feature/PROJ-2-login",
                Some("feature%2FPROJ-2-login"),
            ),
            ("shop/%FF", "shop » %FF", Some("%FF")),
        ];
        for (name, display, branch) in cases {
            let name = JobName::new(name).unwrap();
            assert_eq!(name.display(), display);
            assert_eq!(name.encoded_branch(), branch);
        }
        assert!(JobName::new("  ").is_none());
    }

    #[test]
    fn branches_are_of_one_project() {
        for (name, branch, project) in [
            ("acme/shop/main", Some("main"), "acme/shop"),
            ("shop/feature%2FABC-1", Some("feature/ABC-1"), "shop"),
            ("shop/PR-7", Some("PR-7"), "shop"),
            ("acme/shop", Some("main"), "acme/shop"),
            ("acme/main", None, "acme/main"),
            ("main", Some("main"), "main"),
        ] {
            let name = JobName::new(name).unwrap();
            assert_eq!(name.project(branch), project);
        }
    }
}
