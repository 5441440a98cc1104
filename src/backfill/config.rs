//! `config.xml` of a job, where a multibranch project keeps what its folders' mangled names do not say.

use std::fmt::Write as _;

use super::Head;
use super::elements::Elements;
use crate::domain::text::is_number;
use crate::jenkins::Change;

/// What a branch is, and what a project in an organization folder is called.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) head: Option<Head>,
    pub(super) project: Option<String>,
}

/// # Errors
/// What is no XML.
pub(super) fn parse(text: &str) -> anyhow::Result<Config> {
    let mut elements = Elements::new(text);
    let mut config = Config::default();
    let (mut head, mut change) = (Head::default(), Change::default());
    let mut is_change = false;
    while let Some(element) = elements.next()? {
        let own = element.path.split_once("/branch/");
        let text = || Some(element.text.to_owned()).filter(|text| !text.is_empty());
        match own.map_or(element.path, |(_, below)| below) {
            "head/name" => element.text.clone_into(&mut head.name),
            "head/number" | "head/id" => element.text.clone_into(&mut change.number),
            "head/sourceBranch" | "head/branchName" | "head/originName" => change.source = text(),
            "head/target/name" => change.target = text(),
            "head" => {
                let class = element.attribute.unwrap_or_default();
                head.is_tag = class.contains("Tag");
                is_change = ["PullRequest", "MergeRequest", "ChangeRequest"]
                    .iter()
                    .any(|kind| class.contains(kind));
            }
            path if path.ends_with("ObjectMetadataAction/objectDisplayName") => {
                change.title = text();
            }
            path if path.ends_with("ObjectMetadataAction/objectUrl") => change.url = text(),
            path if path.ends_with("PrimaryInstanceMetadataAction") => head.is_primary = true,
            path if path.ends_with("ProjectNameProperty/name") => config.project = text(),
            _ => {}
        }
    }
    if !head.name.is_empty() {
        config.head = Some(head.with_change(is_change.then_some(change)));
    }
    Ok(config)
}

/// The name of a branch, as its job has it.
pub(super) fn decoded(name: &str) -> String {
    let name = percent_encoding::percent_decode_str(name);
    name.decode_utf8_lossy().into_owned()
}

impl Head {
    /// What the name of the job says alone, decoded as `NameEncoder` of the branch plugin does.
    pub(super) fn of_name(encoded: &str) -> Self {
        let head = Self {
            name: decoded(encoded),
            ..Self::default()
        };
        let is_change = ["PR-", "MR-"].iter().any(|it| head.name.starts_with(it));
        head.with_change(is_change.then(Change::default))
    }

    /// The number of a pull request is in its name, if nowhere else.
    pub(super) fn with_change(self, mut change: Option<Change>) -> Self {
        let digits = self.name.split('-').nth(1).unwrap_or_default();
        if let Some(Change { number, .. }) = &mut change
            && !is_number(number)
        {
            digits.clone_into(number);
        }
        Self {
            change: change.filter(|change| is_number(&change.number)),
            ..self
        }
    }

    /// As the name of the job has it.
    pub(super) fn encoded(&self) -> String {
        let mut encoded = String::new();
        for character in self.name.chars() {
            match character {
                '#' | '%' | '/' | '?' | '[' | ']' | '\\' => {
                    let _ = write!(encoded, "%{:02X}", u32::from(character));
                }
                other => encoded.push(other),
            }
        }
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Config, Head, parse};

    fn branch(inside: &str) -> Config {
        let text = format!(
            "<?xml version='1.1' encoding='UTF-8'?><flow-definition><properties><org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty><branch plugin=\"branch-api@2\"><sourceId>1</sourceId>{inside}<scm class=\"hudson.plugins.git.GitSCM\"><branches><hudson.plugins.git.BranchSpec><name>nothing</name></hudson.plugins.git.BranchSpec></branches></scm></branch></org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty></properties></flow-definition>"
        );
        parse(&text).unwrap()
    }

    #[test]
    fn a_branch_says_what_it_is() {
        let main = branch(
            "<head class=\"jenkins.plugins.git.GitBranchHead\"><name>main</name></head><actions><jenkins.scm.api.metadata.PrimaryInstanceMetadataAction/></actions>",
        );
        let expected = Head {
            name: "main".to_owned(),
            is_primary: true,
            ..Head::default()
        };
        assert_eq!(main.head, Some(expected));
        let tag = branch(
            "<head class=\"jenkins.plugins.git.GitTagSCMHead\"><name>v1.2-ABC-1</name><timestamp>1</timestamp></head>",
        );
        assert!(tag.head.unwrap().is_tag);
        let request = branch(
            "<head class=\"org.jenkinsci.plugins.github_branch_source.PullRequestSCMHead\"><name>PR-7</name><number>7</number><target><name>main</name></target><sourceBranch>feature/ABC-2</sourceBranch></head><actions><jenkins.scm.api.metadata.ObjectMetadataAction><objectDisplayName>ABC-3 &quot;log in&quot;</objectDisplayName><objectUrl>https://git/7</objectUrl></jenkins.scm.api.metadata.ObjectMetadataAction></actions>",
        );
        let text = |text: &str| Some(text.to_owned());
        let change = Change {
            number: "7".to_owned(),
            source: text("feature/ABC-2"),
            target: text("main"),
            title: text("ABC-3 \"log in\""),
            url: text("https://git/7"),
            ..Change::default()
        };
        assert_eq!(request.head.unwrap().change, Some(change));
        let project = "<p><properties><jenkins.branch.ProjectNameProperty><name>shop api</name></jenkins.branch.ProjectNameProperty></properties></p>";
        assert_eq!(parse(project).unwrap().project, text("shop api"));
        assert_eq!(parse("<project/>").unwrap(), Config::default());
        assert!(parse("<project>").is_err());
    }

    #[test]
    fn a_name_says_the_rest() {
        let cases = [
            ("feature%2FABC-1", "feature/ABC-1", None),
            ("PR-7", "PR-7", Some("7")),
            ("PR-7-head", "PR-7-head", Some("7")),
            ("MR-12", "MR-12", Some("12")),
            ("PR-x", "PR-x", None),
            ("100%25", "100%", None),
        ];
        for (encoded, name, number) in cases {
            let head = Head::of_name(encoded);
            assert_eq!(
                (head.name.as_str(), head.encoded().as_str()),
                (name, encoded)
            );
            let found = head.change.map(|change| change.number);
            assert_eq!(found.as_deref(), number, "{encoded}");
        }
    }
}
