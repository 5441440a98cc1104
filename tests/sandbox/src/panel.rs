//! What Jira's development panel would show of an issue.

mod rows;
mod status;
mod text;

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::associations;
use crate::store::{Kind, Store};
pub(crate) use rows::Row;
pub(crate) use status::Lozenge;
pub(crate) use text::text;

pub(crate) const NOTHING: &str = "no development information";

/// In the order of the panel: kind, title, and the words for one and for several.
const SECTIONS: [(Kind, &str, [&str; 2]); 6] = [
    (Kind::Branch, "Branches", ["branch", "branches"]),
    (Kind::Commit, "Commits", ["commit", "commits"]),
    (
        Kind::PullRequest,
        "Pull requests",
        ["pull request", "pull requests"],
    ),
    (Kind::Build, "Builds", ["build", "builds"]),
    (
        Kind::Deployment,
        "Deployments",
        ["deployment", "deployments"],
    ),
    (
        Kind::FeatureFlag,
        "Feature flags",
        ["feature flag", "feature flags"],
    ),
];

pub(crate) struct Panel {
    pub(crate) issue: String,
    /// Those with rows only.
    pub(crate) sections: Vec<Section>,
}

pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// Such as `2 builds`.
    pub(crate) count: String,
    /// The newest first.
    pub(crate) rows: Vec<Row>,
    kind: Kind,
}

/// What belongs together: the builds of a pipeline, the deployments to an environment, the commits of a repository.
pub(crate) struct Group<'a> {
    pub(crate) title: &'a str,
    /// The newest first, never empty.
    pub(crate) rows: Vec<&'a Row>,
}

impl Section {
    /// The one with the newest row first.
    pub(crate) fn groups(&self) -> Vec<Group<'_>> {
        let mut places = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for row in &self.rows {
            let place = *places.entry(&row.group.id).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group {
                    title: &row.group.title,
                    rows: Vec::new(),
                });
            }
            groups[place].rows.push(row);
        }
        groups
    }

    pub(crate) fn status(&self) -> Vec<Lozenge> {
        status::of(self.kind, &self.groups())
    }
}

impl Panel {
    pub(crate) fn of(store: &Store, issue: &str) -> Self {
        let issue = issue.to_ascii_uppercase();
        let sections = SECTIONS.iter().map(|(kind, title, [one, several])| {
            let items = store.of_kind(*kind);
            let items = items.filter(|(_, item)| associations::issues(item).contains(&issue));
            let mut rows: Vec<Row> = items
                .map(|(key, item)| Row::of(*kind, item, store.repository_of(key)))
                .collect();
            rows.sort_by_key(|row| Reverse(row.order));
            let word = if rows.len() == 1 { one } else { several };
            Section {
                title,
                count: format!("{} {word}", rows.len()),
                rows,
                kind: *kind,
            }
        });
        Self {
            sections: sections
                .filter(|section| !section.rows.is_empty())
                .collect(),
            issue,
        }
    }
}

/// All issues with data, in natural order.
pub(crate) fn issues(store: &Store) -> Vec<String> {
    let items = SECTIONS.iter().flat_map(|(kind, ..)| store.of_kind(*kind));
    let mut issues: Vec<String> = items
        .flat_map(|(_, item)| associations::issues(item))
        .collect();
    let natural = |key: &String| {
        let (project, number) = key.rsplit_once('-').unwrap_or(("", key));
        (
            project.to_owned(),
            number.parse::<u64>().unwrap_or(u64::MAX),
            key.clone(),
        )
    };
    issues.sort_by_cached_key(natural);
    issues.dedup();
    issues
}
