//! `jira-send step` against the stand-in: what a pipeline step asks, and what it gets.

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Answer, EVENT_MILLISECONDS, request};

mod bodies;
mod explain;
mod gates;
mod hints;
mod hostile;
mod kept;
mod memory;
mod misuse;
mod outage;

/// The moment of the first call.
const START: i64 = EVENT_MILLISECONDS;

/// The fields of the second one beside or instead of those of the first one.
fn with(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// The beginning of a body.
fn begin(step: &str, parameters: &Value, run: &Value) -> Value {
    let body = json!({"body": {"phase": "begin"}});
    with(request(step, parameters, run), &body)
}

/// Its end; `how` says what became of it.
fn end(opening: &Value, begun: &Answer, run: &Value, how: &Value) -> Value {
    let body = json!({
        "phase": "end", "begun": begun.json["begun"], "started": opening["run"]["now"],
        "threw": false, "interrupted": false, "resultBefore": null,
    });
    let mut end = with(opening.clone(), &json!({"body": with(body, how)}));
    end["run"] = with(end["run"].clone(), run);
    end
}

/// A commit of Jenkins' change log.
fn change(message: &str) -> Value {
    json!({"commit": "1", "message": message, "system": "svn"})
}

/// A build as it was sent for a run of the usual job.
fn build(number: i64, state: &str, at: i64, keys: &[&str]) -> Value {
    let time = jiff::Timestamp::from_millisecond(at).unwrap();
    json!({
        "builds": [{
            "schemaVersion": "1.0",
            "pipelineId": "shop-freestyle-noscm",
            "buildNumber": number,
            "updateSequenceNumber": at,
            "displayName": format!("shop-freestyle-noscm #{number}"),
            "label": format!("#{number}"),
            "url": format!("https://ci.example.com/job/shop-freestyle-noscm/{number}/"),
            "state": state,
            "lastUpdated": format!("{time:.3}"),
            "associations": [{"associationType": "issueIdOrKeys", "values": keys}],
        }],
        "properties": {"job": "shop-freestyle-noscm", "jenkinsUrl": "https://ci.example.com/"},
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    })
}

/// The same of a deployment to eu-prod.
fn deployment(number: i64, state: &str, at: i64, keys: &[&str]) -> Value {
    let time = jiff::Timestamp::from_millisecond(at).unwrap();
    json!({
        "deployments": [{
            "schemaVersion": "1.0",
            "deploymentSequenceNumber": number,
            "updateSequenceNumber": at,
            "associations": [{"associationType": "issueIdOrKeys", "values": keys}],
            "displayName": format!("shop-freestyle-noscm #{number} to eu-prod"),
            "url": format!("https://ci.example.com/job/shop-freestyle-noscm/{number}/"),
            "description": "Deployed by Jenkins",
            "lastUpdated": format!("{time:.3}"),
            "label": format!("#{number}"),
            "state": state,
            "pipeline": {
                "id": "shop-freestyle-noscm",
                "displayName": "shop-freestyle-noscm",
                "url": "https://ci.example.com/job/shop-freestyle-noscm/",
            },
            "environment": {"id": "eu-prod", "displayName": "eu-prod", "type": "production"},
        }],
        "properties": {"job": "shop-freestyle-noscm", "jenkinsUrl": "https://ci.example.com/"},
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    })
}

/// Of all builds and deployments that were sent, in order, the number of the run and the state.
fn states(jira: &Sandbox) -> Vec<(i64, String)> {
    let bodies = jira.submissions();
    let items = bodies.iter().flat_map(|body| {
        let lists = ["builds", "deployments"].map(|list| body[list].as_array());
        lists.into_iter().flatten().flatten()
    });
    let number = |item: &Value| {
        let number = item["buildNumber"].as_i64();
        number
            .or(item["deploymentSequenceNumber"].as_i64())
            .unwrap()
    };
    items
        .map(|item| (number(item), item["state"].as_str().unwrap().to_owned()))
        .collect()
}
