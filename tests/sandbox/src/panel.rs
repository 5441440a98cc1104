//! What Jira's development panel would show: as data, and as text for a terminal.

use std::cmp::Reverse;
use std::fmt::Write;

use jiff::Timestamp;
use serde_json::Value;

use crate::associations;
use crate::store::{Kind, Store};

pub(crate) const NOTHING: &str = "no development information";

pub(crate) struct Panel {
    pub(crate) issue: String,
    pub(crate) builds: Vec<Row>,
    pub(crate) deployments: Vec<Row>,
}

/// One build or deployment.
pub(crate) struct Row {
    pub(crate) state: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) time: String,
    pub(crate) label: Option<String>,
    pub(crate) description: Option<String>,
    /// Of deployments: name and type.
    pub(crate) environment: Option<(String, String)>,
    /// Of builds that ran tests.
    pub(crate) tests: Option<String>,
    /// Commits and refs of builds: text and address.
    pub(crate) references: Vec<(String, String)>,
    order: (Option<Timestamp>, Option<i64>),
}

impl Panel {
    pub(crate) fn of(store: &Store, issue: &str) -> Self {
        let issue = issue.to_ascii_uppercase();
        let rows = |kind| {
            let items = store
                .of_kind(kind)
                .filter(|item| associations::issues(item).contains(&issue));
            let mut rows: Vec<Row> = items.map(Row::of).collect();
            rows.sort_by_key(|row| Reverse(row.order));
            rows
        };
        Self {
            builds: rows(Kind::Build),
            deployments: rows(Kind::Deployment),
            issue,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.builds.is_empty() && self.deployments.is_empty()
    }
}

impl Row {
    fn of(item: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let at = item["lastUpdated"]
            .as_str()
            .and_then(|time| time.parse::<Timestamp>().ok());
        let environment = item["environment"]["displayName"].as_str();
        let environment_type = item["environment"]["type"].as_str().unwrap_or_default();
        let references = item["references"].as_array().into_iter().flatten();
        Self {
            state: text(&item["state"]).unwrap_or_default(),
            name: text(&item["displayName"]).unwrap_or_default(),
            url: text(&item["url"]).unwrap_or_default(),
            time: at
                .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
                .unwrap_or_default(),
            label: text(&item["label"]),
            description: text(&item["description"]),
            environment: environment.map(|name| (name.to_owned(), environment_type.to_owned())),
            tests: test_counts(&item["testInfo"]),
            references: references.flat_map(reference).collect(),
            order: (
                at,
                item["buildNumber"]
                    .as_i64()
                    .or(item["deploymentSequenceNumber"].as_i64()),
            ),
        }
    }

    pub(crate) fn mark(&self) -> char {
        match self.state.as_str() {
            "successful" => '✓',
            "failed" => '✗',
            "in_progress" => '▶',
            "pending" => '○',
            "cancelled" => '⊘',
            "rolled_back" => '↩',
            _ => '?',
        }
    }
}

fn test_counts(info: &Value) -> Option<String> {
    let count = |name: &str| info[name].as_i64().unwrap_or_default();
    info.as_object()?;
    let mut text = format!("{} passed", count("numberPassed"));
    for (name, word) in [("numberFailed", "failed"), ("numberSkipped", "skipped")] {
        if count(name) != 0 {
            let _ = write!(text, ", {} {word}", count(name));
        }
    }
    Some(text)
}

fn reference(value: &Value) -> Vec<(String, String)> {
    let pair = |text: &Value, address: &Value| {
        Some((text.as_str()?.to_owned(), address.as_str()?.to_owned()))
    };
    let commit = pair(&value["commit"]["id"], &value["commit"]["repositoryUri"]);
    let name = pair(&value["ref"]["name"], &value["ref"]["uri"]);
    let short = |(id, address): (String, String)| (id.chars().take(12).collect(), address);
    name.into_iter().chain(commit.map(short)).collect()
}

/// All issues with data, in natural order.
pub(crate) fn issues(store: &Store) -> Vec<String> {
    let items = store
        .of_kind(Kind::Build)
        .chain(store.of_kind(Kind::Deployment));
    let mut issues: Vec<String> = items.flat_map(associations::issues).collect();
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

/// Aligned text for a terminal.
pub(crate) fn text(panel: &Panel) -> String {
    let mut text = format!("{}\n", printable(&panel.issue));
    if panel.is_empty() {
        let _ = writeln!(text, "  {NOTHING}");
    }
    let empty = String::new;
    let builds = panel.builds.iter().map(|row| {
        [
            row.name.clone(),
            row.tests.clone().unwrap_or_else(empty),
            row.time.clone(),
        ]
        .map(|cell| printable(&cell))
    });
    let deployments = panel.deployments.iter().map(|row| {
        let environment = row
            .environment
            .as_ref()
            .map(|(name, kind)| format!("{name} ({kind})"));
        [
            environment.unwrap_or_else(empty),
            row.name.clone(),
            row.time.clone(),
        ]
        .map(|cell| printable(&cell))
    });
    write_rows(
        &mut text,
        "Builds",
        &panel.builds,
        &builds.collect::<Vec<_>>(),
    );
    write_rows(
        &mut text,
        "Deployments",
        &panel.deployments,
        &deployments.collect::<Vec<_>>(),
    );
    text
}

fn write_rows(text: &mut String, title: &str, rows: &[Row], cells: &[[String; 3]]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {title}");
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let (first, second) = (width(0), width(1));
    for (row, [one, two, three]) in rows.iter().zip(cells) {
        let mut line = format!("    {} {:<11}  {one:<first$}", row.mark(), row.state);
        if second > 0 {
            let _ = write!(line, "  {two:<second$}");
        }
        let _ = writeln!(text, "{}", format!("{line}  {three}").trim_end());
    }
}

/// Names come from branches and jobs: a terminal must not take orders from them.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
