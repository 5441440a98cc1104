//! What an update takes over from the last one of the same build or deployment: a greater number, and its issues.
//! `send.rs` asks for it just before a payload goes out.

use std::collections::HashSet;

use super::Context;
use super::answer::unknown_topics;
use super::connection::Destination;
use super::payload::Payload;
use crate::digest::hex;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::{Last, Origin, SequenceNumber};
use crate::error::plain;
use crate::jira::{Body, DataType};
use crate::outbox::{ItemHash, Memory, Outbox, Record, Reserved, RunRecord};
use crate::output::Output;

/// How many updates of one build in the same millisecond get different numbers.
const MAX_TRIES: u32 = 200;

/// Gives the payload its number and the issues that were sent before. Only looks when it is not to be sent.
pub(crate) fn continue_last(
    payload: &mut Payload,
    destinations: &[Destination],
    outbox: Option<&Outbox<'_>>,
    is_sent: bool,
    context: &Context<'_>,
) {
    // The number of what is past stands, and whoever is newer has a greater one by itself.
    let is_past = !payload.may_wait && payload.body.kind != DataType::DevInfo;
    let Some(outbox) = outbox.filter(|_| !is_past) else {
        return;
    };
    let memory = outbox.memory();
    let mut hashes: Vec<ItemHash> = Vec::new();
    let mut lasts: Vec<(SequenceNumber, Record)> = Vec::new();
    for destination in destinations {
        let of_site = payload.numbered(&destination.name);
        let before = of_site.iter().filter_map(|hash| memory.last(hash));
        for (number, record) in before {
            // Its update has warned of these.
            let unknown = record.unknown.iter().map(String::as_str);
            let _ = context
                .output
                .are_news(&unknown_topics(&destination.name, unknown));
            lasts.push((number, record));
        }
        hashes.extend(of_site);
    }
    warn_replaced(payload, &lasts, context.output);
    if payload.keeps_issue_keys {
        repeat_issues(payload, &lasts, context.output);
    }
    let fingerprint = fingerprint(payload);
    let Some(wanted) = payload.body.sequence() else {
        return;
    };
    // The number after the last ones, of all sites.
    let next = || {
        let last = hashes.iter().filter_map(|hash| memory.last(hash));
        let last = last.max_by_key(|(number, _)| *number);
        let last = last.map(|(number, record)| Last {
            number,
            same: record.fingerprint == fingerprint,
        });
        payload.origin.number(wanted, last)
    };
    let number = if is_sent {
        let items = items(payload, wanted, &fingerprint);
        reserve(
            &items,
            &hashes,
            payload.origin,
            &memory,
            &next,
            context.output,
        )
    } else {
        next()
    };
    if payload.origin == Origin::Event && lasts.iter().any(|(last, _)| *last > number) {
        context
            .output
            .say("a later update was sent before, and Jira keeps that one");
    }
    if number != wanted {
        let (wanted, number) = (wanted.as_i64(), number.as_i64());
        context.output.detail(&format!(
            "sequence number {number} instead of {wanted}, because a greater one was used before"
        ));
    }
    // Several items may have numbers of their own.
    if payload.origin != Origin::Given {
        payload.body.set_sequence(number);
    }
    if is_sent {
        memory.clean();
    }
}

/// What is remembered of each item that has a number, and the number that was given to it.
fn items(
    payload: &Payload,
    wanted: SequenceNumber,
    fingerprint: &str,
) -> Vec<(Record, SequenceNumber)> {
    let record = |issue_keys: Vec<String>| Record {
        issue_keys,
        unknown: Vec::new(),
        fingerprint: fingerprint.to_owned(),
        is_guessed: !payload.names_issues,
        name: payload.body.shown_name(),
        is_over: is_over(payload),
        run: run(&payload.body),
    };
    if payload.body.numbered().len() == 1 {
        let keys = payload.issue_keys.iter().map(ToString::to_string);
        return vec![(record(keys.collect()), wanted)];
    }
    let items = payload.body.numbers_and_issues();
    let items = items.into_iter();
    items
        .map(|(number, issues)| (record(issues), number.unwrap_or(wanted)))
        .collect()
}

fn is_over(payload: &Payload) -> bool {
    let state = payload.state();
    state.is_some_and(|state| !matches!(state, "pending" | "in_progress" | "unknown"))
}

fn run(body: &Body) -> Option<RunRecord> {
    Some(RunRecord {
        job: body.property("job")?.to_owned(),
        number: body.number()?,
        jenkins_url: body.property("jenkinsUrl").map(ToOwned::to_owned),
        commit: body.commit().map(ToOwned::to_owned),
    })
}

/// Warns when a deployment that is over is replaced by one of another name: two components of a run, most likely.
fn warn_replaced(payload: &Payload, lasts: &[(SequenceNumber, Record)], output: &Output) {
    if payload.body.kind != DataType::Deployments {
        return;
    }
    let name = payload.body.shown_name();
    let is_other =
        |record: &&Record| record.is_over && !record.name.is_empty() && record.name != name;
    let mut before = lasts.iter().map(|(_, record)| record);
    if let Some(record) = before.find(is_other) {
        output.advise(
            &format!(
                "\"{name}\" replaces \"{}\", which was finished: both have the same pipeline, environment and number",
                record.name
            ),
            "if these are two parts of the product, give each a name of its own with --component",
        );
    }
}

/// An update replaces the whole build or deployment, so it names the issues of the one before again.
fn repeat_issues(payload: &mut Payload, lasts: &[(SequenceNumber, Record)], output: &Output) {
    let before = lasts.iter().flat_map(|(_, record)| &record.issue_keys);
    let mut missing: Vec<IssueKey> = Vec::new();
    for key in before.filter_map(|key| key.parse().ok()) {
        if !payload.issue_keys.contains(&key) && !missing.contains(&key) {
            missing.push(key);
        }
    }
    let added = payload.body.add_issue_keys(&missing);
    if added.is_empty() {
        return;
    }
    let names: Vec<&str> = added.iter().map(IssueKey::as_str).collect();
    output.detail(&format!(
        "issue keys of the previous update: {} (--only-issue-keys leaves them out)",
        names.join(", ")
    ));
    payload.issue_keys.extend(added);
    // The user's word stays the user's word.
    let are_named = |record: &Record| !record.is_guessed && !record.issue_keys.is_empty();
    payload.names_issues |= lasts.iter().any(|(_, record)| are_named(record));
}

/// What a site does not know is not named again by the next update.
pub(crate) fn forget_unknown(
    payload: &Payload,
    site: &str,
    unknown: &[String],
    outbox: &Outbox<'_>,
) {
    // An answer may list far more than was sent.
    let sent: HashSet<&str> = payload.issue_keys.iter().map(IssueKey::as_str).collect();
    let unknown = unknown.iter().filter(|key| sent.contains(key.as_str()));
    let unknown: Vec<String> = unknown.cloned().collect();
    if !unknown.is_empty() {
        let memory = outbox.memory();
        for hash in payload.numbered(site) {
            memory.forget_issues(&hash, &unknown);
        }
    }
}

/// What the update says, apart from its number.
fn fingerprint(payload: &Payload) -> String {
    let mut body = payload.body.clone();
    body.set_sequence(SequenceNumber::new(0));
    hex(&body.json.to_string(), 32)
}

/// A number that no other update has or gets. There are as many items as have numbers; those of each site are in the same
/// order.
fn reserve(
    items: &[(Record, SequenceNumber)],
    hashes: &[ItemHash],
    origin: Origin,
    memory: &Memory<'_>,
    next: &dyn Fn() -> SequenceNumber,
    output: &Output,
) -> SequenceNumber {
    let is_given = origin == Origin::Given;
    let mut number = next();
    for _ in 0..MAX_TRIES {
        let mut taken = false;
        for (hash, (record, own)) in hashes.iter().zip(items.iter().cycle()) {
            let number = if is_given { *own } else { number };
            match memory.reserve(hash, number, record) {
                Reserved::Ours => {}
                Reserved::Taken => taken = true,
                Reserved::Impossible(error) => {
                    let why = plain(error);
                    output.detail(&format!("could not remember the sequence number: {why}"));
                    return number;
                }
            }
        }
        let after = next();
        if !taken || is_given || after <= number {
            return number;
        }
        number = after;
    }
    number
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Payload, Record, SequenceNumber, repeat_issues};
    use crate::jira::{Body, DataType};
    use crate::output::Output;

    /// Whether the record before was of guesses, its keys, and whether the update then counts as the user's word.
    #[test]
    fn repeated_issues_stay_what_they_were() {
        let output = Output::new(std::io::sink(), std::io::sink());
        let cases = [
            (vec![(true, vec!["ABC-1"])], false),
            (vec![(false, vec!["ABC-1"])], true),
            (vec![(true, vec!["ABC-1"]), (false, vec![])], false),
        ];
        for (before, expected) in cases {
            let associations = json!([{"associationType": "issueIdOrKeys", "values": ["ABC-2"]}]);
            let body = json!({"builds": [{"associations": associations}]});
            let body = Body::new(DataType::Builds, &body);
            let keys = vec!["ABC-2".parse().unwrap()];
            let mut payload = Payload::of_past("build shop #7".to_owned(), body, keys);
            let record = |(is_guessed, keys): &(bool, Vec<&str>)| Record {
                is_guessed: *is_guessed,
                issue_keys: keys.iter().map(ToString::to_string).collect(),
                ..Record::default()
            };
            let lasts = before
                .iter()
                .map(|last| (SequenceNumber::new(1), record(last)));
            repeat_issues(&mut payload, &lasts.collect::<Vec<_>>(), &output);
            let keys: Vec<String> = payload.issue_keys.iter().map(ToString::to_string).collect();
            assert_eq!(keys, ["ABC-2", "ABC-1"]);
            assert_eq!(payload.names_issues, expected, "{before:?}");
        }
    }
}
