//! From a stored item to what is shown of it.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::Value;

use crate::store::Kind;

/// One item as it is shown.
#[derive(Default)]
pub(crate) struct Row {
    /// A state, or what else stands first; may be empty.
    pub(crate) state: String,
    /// A word of the API that gives the state its colour and mark.
    pub(crate) tone: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(super) group: GroupOf,
    /// Of deployments: name and type.
    pub(crate) environment: Option<(String, String)>,
    pub(crate) time: String,
    /// Short texts below the name; the first one stands beside the name on a terminal.
    pub(crate) notes: Vec<String>,
    /// Further text with an address.
    pub(crate) links: Vec<(String, String)>,
    pub(super) order: (Option<Timestamp>, Option<i64>),
}

/// The group that an item is shown in.
#[derive(Default)]
pub(super) struct GroupOf {
    pub(super) id: String,
    pub(super) title: String,
}

impl GroupOf {
    fn named(name: Option<String>) -> Self {
        let title = name.unwrap_or_default();
        Self {
            id: title.clone(),
            title,
        }
    }
}

impl Row {
    /// `repository` is the one that the item is in, if any.
    pub(super) fn of(kind: Kind, item: &Value, repository: Option<&Value>) -> Self {
        let repository = repository.map(|repository| text(&repository["name"]));
        match kind {
            Kind::Branch => branch(item, repository),
            Kind::Commit => commit(item, repository),
            Kind::PullRequest => pull_request(item, repository),
            Kind::FeatureFlag => feature_flag(item),
            Kind::Build | Kind::Deployment | Kind::Repository => run(item),
        }
    }

    fn at(mut self, time: &Value) -> Self {
        let time = time
            .as_str()
            .and_then(|time| time.parse::<Timestamp>().ok());
        let words = time.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string());
        self.time = words.unwrap_or_default();
        self.order.0 = time;
        self
    }

    /// The state as people read it: a word of the API without its underscores, all else as it was sent.
    pub(crate) fn words(&self) -> String {
        if self.state == self.tone {
            self.state.replace('_', " ")
        } else {
            self.state.clone()
        }
    }

    pub(crate) fn mark(&self) -> char {
        match self.tone.as_str() {
            "successful" | "MERGED" | "success" => '✓',
            "failed" | "DECLINED" | "removed" => '✗',
            "in_progress" | "inprogress" => '▶',
            "pending" | "OPEN" | "off" => '○',
            "on" => '●',
            "cancelled" => '⊘',
            "rolled_back" => '↩',
            "unknown" | "UNKNOWN" => '?',
            _ => '•',
        }
    }
}

/// A build or a deployment.
fn run(item: &Value) -> Row {
    let environment = item["environment"]["displayName"].as_str();
    let environment = environment.map(|name| (name.to_owned(), text(&item["environment"]["type"])));
    let number = &item["buildNumber"];
    let number = number
        .as_i64()
        .or(item["deploymentSequenceNumber"].as_i64());
    let references = item["references"].as_array().into_iter().flatten();
    let notes = [
        test_counts(&item["testInfo"]),
        some_text(&item["label"]),
        some_text(&item["description"]),
    ];
    let name = text(&item["displayName"]);
    let notes = notes.into_iter().flatten();
    let group = match &environment {
        Some((name, kind)) => GroupOf {
            id: text(&item["environment"]["id"]),
            title: named(name, Some(kind)),
        },
        None => GroupOf {
            id: text(&item["pipelineId"]),
            title: pipeline(&name, number).to_owned(),
        },
    };
    let row = Row {
        state: text(&item["state"]),
        tone: text(&item["state"]),
        url: text(&item["url"]),
        group,
        environment,
        notes: notes.filter(|note| !name.contains(note)).collect(),
        name,
        links: references.flat_map(reference).collect(),
        order: (None, number),
        ..Row::default()
    };
    row.at(&item["lastUpdated"])
}

/// `shop` of `shop #7`.
fn pipeline(name: &str, number: Option<i64>) -> &str {
    let number = number.map(|number| format!(" #{number}"));
    let found = number.and_then(|number| name.strip_suffix(&number));
    found.unwrap_or(name)
}

fn branch(item: &Value, repository: Option<String>) -> Row {
    let last = &item["lastCommit"];
    let newest = format!(
        "{} {}",
        text(&last["displayId"]),
        first_line(&last["message"])
    );
    let create = some_text(&item["createPullRequestUrl"]);
    let create = create.map(|address| ("create a pull request".to_owned(), address));
    let row = Row {
        name: text(&item["name"]),
        url: text(&item["url"]),
        group: GroupOf::named(repository),
        links: [(newest, text(&last["url"]))]
            .into_iter()
            .chain(create)
            .collect(),
        ..Row::default()
    };
    row.at(&last["authorTimestamp"])
}

fn commit(item: &Value, repository: Option<String>) -> Row {
    let author = &item["author"];
    let author = some_text(&author["name"]).or(some_text(&author["email"]));
    let files = match item["fileCount"].as_i64() {
        Some(1) => Some("1 file".to_owned()),
        count => count.map(|count| format!("{count} files")),
    };
    let is_merge = item["flags"]
        .as_array()
        .is_some_and(|flags| !flags.is_empty());
    let merge = is_merge.then(|| "merge".to_owned());
    let row = Row {
        state: text(&item["displayId"]),
        tone: "commit".to_owned(),
        name: first_line(&item["message"]),
        url: text(&item["url"]),
        group: GroupOf::named(repository),
        notes: [author, files, merge].into_iter().flatten().collect(),
        ..Row::default()
    };
    row.at(&item["authorTimestamp"])
}

fn pull_request(item: &Value, repository: Option<String>) -> Row {
    let source = text(&item["sourceBranch"]);
    let branches = match some_text(&item["destinationBranch"]) {
        Some(destination) => format!("{source} → {destination}"),
        None => source,
    };
    let comments = match item["commentCount"].as_i64() {
        Some(1) => Some("1 comment".to_owned()),
        count => count.map(|count| format!("{count} comments")),
    };
    let reviewers = item["reviewers"].as_array().into_iter().flatten();
    let reviewers = reviewers.filter_map(|reviewer| {
        let name = some_text(&reviewer["name"]).or(some_text(&reviewer["email"]))?;
        let approved = reviewer["approvalStatus"] == "APPROVED";
        Some(if approved {
            format!("approved by {name}")
        } else {
            format!("reviewer {name}")
        })
    });
    let row = Row {
        state: text(&item["status"]),
        tone: text(&item["status"]),
        name: format!("{} {}", text(&item["displayId"]), text(&item["title"])),
        url: text(&item["url"]),
        group: GroupOf::named(repository),
        notes: [Some(branches), comments]
            .into_iter()
            .flatten()
            .chain(reviewers)
            .collect(),
        ..Row::default()
    };
    row.at(&item["lastUpdate"])
}

/// An environment with its type, unless that is its name as well.
fn named(environment: &str, kind: Option<&str>) -> String {
    match kind {
        Some(kind) if kind != environment => format!("{environment} ({kind})"),
        _ => environment.to_owned(),
    }
}

fn feature_flag(item: &Value) -> Row {
    let summary = &item["summary"];
    let details = item["details"].as_array().into_iter().flatten();
    let environments = details.clone().map(|details| {
        let name = text(&details["environment"]["name"]);
        let kind = some_text(&details["environment"]["type"]);
        let name = named(&name, kind.as_deref());
        format!("{name}: {}", flag_state(&details["status"]))
    });
    let links = details
        .clone()
        .map(|details| (text(&details["environment"]["name"]), text(&details["url"])));
    let on = summary["status"]["enabled"] == true;
    // The summary's address is optional, an environment's is not.
    let first = details.clone().map(|details| text(&details["url"])).next();
    let name = some_text(&item["displayName"]).unwrap_or_else(|| text(&item["id"]));
    let key = some_text(&item["key"]).filter(|key| *key != name);
    let row = Row {
        state: flag_state(&summary["status"]),
        tone: if on { "on" } else { "off" }.to_owned(),
        name,
        url: some_text(&summary["url"]).or(first).unwrap_or_default(),
        notes: environments.chain(key).collect(),
        links: links.collect(),
        ..Row::default()
    };
    row.at(&summary["lastUpdated"])
}

/// Such as `on 25 %`; of several forms of a roll-out the first counts.
fn flag_state(status: &Value) -> String {
    let rollout = &status["rollout"];
    let rollout = match (
        &rollout["percentage"],
        some_text(&rollout["text"]),
        &rollout["rules"],
    ) {
        (Value::Number(percentage), ..) => format!(" {percentage} %"),
        (_, Some(words), _) => format!(" {words}"),
        (_, _, Value::Number(rules)) => format!(" {rules} rules"),
        _ => String::new(),
    };
    let state = if status["enabled"] == true {
        "on"
    } else {
        "off"
    };
    format!("{state}{rollout}")
}

fn text(value: &Value) -> String {
    some_text(value).unwrap_or_default()
}

fn some_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn first_line(value: &Value) -> String {
    let message = value.as_str().unwrap_or_default().trim_start();
    message.lines().next().unwrap_or_default().to_owned()
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
