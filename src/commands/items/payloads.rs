//! Items in the requests that carry them.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Item, Kind};
use crate::cli::ItemOptions;
use crate::commands::payload::Payload;
use crate::domain::sequence::Origin;
use crate::jira::bulk;

impl Kind {
    /// As many requests as it takes. Items with a number of their own keep it, so that they travel apart from those
    /// whose number may grow.
    pub(super) fn payloads<T: Serialize>(
        &self,
        items: Vec<Item<T>>,
        options: &ItemOptions,
        keeps_issue_keys: bool,
        names_issues: bool,
        body: impl Fn(Vec<T>) -> Value,
    ) -> Vec<Payload> {
        let origin = Origin::of(
            options.update.update_sequence_number,
            options.update.event_time,
        );
        let (given, others): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.has_own_number);
        let mut payloads = Vec::new();
        for (items, origin) in [(given, Origin::Given), (others, origin)] {
            let mut items = items.into_iter().peekable();
            while items.peek().is_some() {
                let chunk: Vec<Item<T>> = items.by_ref().take(bulk::MAX_ITEMS).collect();
                payloads.push(self.payload(chunk, origin, keeps_issue_keys, names_issues, &body));
            }
        }
        payloads
    }

    fn payload<T: Serialize>(
        &self,
        items: Vec<Item<T>>,
        origin: Origin,
        keeps_issue_keys: bool,
        names_issues: bool,
        body: impl Fn(Vec<T>) -> Value,
    ) -> Payload {
        let ids: Vec<Value> = items.iter().map(|item| json!(item.id)).collect();
        let [one, many] = self.words;
        let name = match items.as_slice() {
            [only] => format!("{one} {}", only.id.as_str()),
            several => format!("{} {many}", several.len()),
        };
        let mut seen = HashSet::new();
        let all = items.iter().flat_map(|item| &item.issue_keys);
        let issue_keys = all
            .filter(|key| seen.insert((*key).clone()))
            .cloned()
            .collect();
        Payload {
            data: self.data,
            name,
            status: None,
            key: Payload::identity(&ids),
            numbered: ids,
            issue_keys,
            names_issues,
            origin,
            keeps_issue_keys,
            may_wait: true,
            body: body(items.into_iter().map(|item| item.body).collect()),
        }
    }
}
