//! Environments named by pipeline stages: `deploy to eu-prod`.

use std::str::FromStr;

use regex_lite::Regex;

use super::issue_key::regex;

/// The group that holds the environment's name, as in the automatic mode of Atlassian's plugin.
const GROUP: &str = "envName";

/// Which stages deploy, and where to.
#[derive(Clone, Debug)]
pub(crate) struct StagePattern(Regex);

impl StagePattern {
    /// The environment's name, when the whole name of the stage matches and the group is not blank.
    pub(crate) fn environment<'a>(&self, stage: &'a str) -> Option<&'a str> {
        let name = self.0.captures(stage)?.name(GROUP)?.as_str().trim();
        (!name.is_empty()).then_some(name)
    }
}

impl FromStr for StagePattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        // Alone first: `a)|(b` must not become right by what is put around it.
        let alone = regex(pattern)?;
        if !alone.capture_names().flatten().any(|name| name == GROUP) {
            return Err(format!(
                "expected a group (?<{GROUP}>…), such as ^deploy to (?<{GROUP}>.*)$"
            ));
        }
        regex(&format!("^(?:{pattern})$")).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::StagePattern;

    const USUAL: &str = "^deploy to (?<envName>.*)$";

    #[test]
    fn the_group_of_a_stage_that_matches_as_a_whole_is_the_environment() {
        let cases = [
            (USUAL, "deploy to eu-prod", Some("eu-prod")),
            (USUAL, "deploy to  EU production ", Some("EU production")),
            (USUAL, "deploy to Zürich 🚀", Some("Zürich 🚀")),
            (USUAL, "deploy to ", None),
            (USUAL, "Deploy to eu-prod", None),
            (USUAL, "then deploy to eu-prod", None),
            (USUAL, "deploy to a\nb", None),
            (USUAL, "build", None),
            ("to-(?<envName>[a-z]+)", "to-prod", Some("prod")),
            ("to-(?<envName>[a-z]+)", "go to-prod now", None),
            ("a|to-(?<envName>[a-z]+)", "a", None),
            ("(?i)deploy (?<envName>.+)", "DEPLOY Prod", Some("Prod")),
            ("(?x)deploy\\ (?<envName>.+) # where", "deploy qa", None),
            (r"(?<envName>.).*", "éa", Some("é")),
        ];
        for (pattern, stage, environment) in cases {
            match pattern.parse::<StagePattern>() {
                Ok(pattern) => assert_eq!(pattern.environment(stage), environment, "{stage}"),
                Err(_) => assert_eq!(environment, None, "{pattern}"),
            }
        }
    }

    #[test]
    fn a_pattern_without_the_group_or_a_broken_one_is_refused() {
        let cases = [
            ("^deploy to (.*)$", "(?<envName>…)"),
            ("^deploy to (?<envname>.*)$", "(?<envName>…)"),
            ("", "(?<envName>…)"),
            ("(?<envName>", "without closing"),
            ("x)|((?<envName>.*)", "without"),
            ("(?<envName>a{1000}{1000}{1000})", "size"),
        ];
        for (pattern, words) in cases {
            let error = pattern.parse::<StagePattern>().unwrap_err();
            assert!(error.contains(words), "{pattern}: {error}");
        }
    }
}
