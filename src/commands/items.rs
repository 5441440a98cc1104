//! What sending feature flags and remote links has in common.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::payload::Payload;
use super::{Context, run_facts};
use crate::cli::words::Words;
use crate::cli::{ItemOptions, KeyOptions};
use crate::domain::association::{Associations, IssueId, Others, ServiceId};
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Findings, IssueKey, Text};
use crate::domain::properties::{Properties, Property};
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::item_file::Belongings;
use crate::jira::{DataType, bulk};
use crate::output::Output;
use crate::system::{Deadline, System};

/// The facts for one item are those of the run; a file of many is not about this run, and takes only what the options
/// name.
pub(crate) fn gather(
    item: &ItemOptions,
    keys: &KeyOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Facts, Failure> {
    if item.file.is_some() {
        facts::of_options(keys, context.variables)
    } else {
        super::gather(keys, deadline, context)
    }
}

/// When it happened.
pub(crate) fn event(item: &ItemOptions, system: &dyn System) -> Timestamp {
    item.event_time.unwrap_or_else(|| system.now())
}

/// The labels of the options and the file, and as many of the usual ones as there is room for.
pub(crate) fn properties(
    item: &ItemOptions,
    of_file: &[Property],
    facts: &Facts,
) -> Result<Properties, Failure> {
    let given = [item.property.as_slice(), of_file].concat();
    run_facts::properties(&given, facts)
}

/// The name of the sending product.
pub(crate) fn product(item: &ItemOptions, of_file: Option<&str>) -> Option<Line> {
    let given = item.product.as_deref().or(of_file);
    given.and_then(Line::optional)
}

/// What all items of one call belong to.
pub(crate) struct Common<'a> {
    options: &'a KeyOptions,
    pub(crate) findings: Findings,
    issue_ids: Vec<IssueId>,
    services: Vec<ServiceId>,
}

/// One item with its issues.
pub(crate) struct Item<T> {
    pub(crate) id: ItemId,
    /// The number that the file gives it.
    pub(crate) sequence: Option<SequenceNumber>,
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) body: T,
}

impl<'a> Common<'a> {
    pub(crate) fn new(
        options: &'a KeyOptions,
        facts: &Facts,
        services: &[Words<ServiceId>],
    ) -> Self {
        Self {
            options,
            findings: facts::find_keys(&facts.texts, options),
            issue_ids: Words::all(&options.issue_ids),
            services: Words::all(services),
        }
    }

    /// What the item itself names, and what all of them have; nothing when that is no issue and no service. What had
    /// to be cut is added to `warnings`, so that thousands of items do not fill the log.
    pub(crate) fn associate(
        &self,
        own: &Belongings,
        texts: &[Text],
        warnings: &mut Vec<String>,
    ) -> Option<(Associations, Vec<IssueKey>)> {
        let searched = if self.options.only_issue_keys {
            &[]
        } else {
            texts
        };
        let found = facts::find_keys(searched, self.options);
        let all = own.issue_keys.iter().chain(found.keys());
        let mut seen = HashSet::new();
        let all = all.chain(self.findings.keys());
        let mut keys: Vec<IssueKey> = all.filter(|key| seen.insert(*key)).cloned().collect();
        let others = Others {
            issue_ids: [own.issue_ids.as_slice(), &self.issue_ids].concat(),
            services: [own.services.as_slice(), &self.services].concat(),
            ..Others::default()
        };
        let (associations, cut) = Associations::new(&keys, &others);
        warnings.extend(super::cut_lines(&cut));
        keys.retain(|key| !cut.issue_keys.contains(key));
        (!associations.is_empty()).then_some((associations, keys))
    }
}

/// Says what was wrong with issue keys, and what was cut.
pub(crate) fn tell(common: &Common<'_>, cut: Vec<String>, output: &Output) {
    super::tell_findings(&common.findings, common.options, output);
    super::warn_each(cut, output);
}

/// Says which items belong to nothing: they could be shown nowhere.
pub(crate) fn tell_alone(kind: &Kind, alone: &[ItemId], output: &Output) {
    let [one, _] = kind.words;
    let line = |id: &ItemId| {
        let id = id.as_str();
        format!("the {one} {id} names no issue, and is not sent")
    };
    super::warn_each(alone.iter().map(line), output);
}

/// How one kind of item is sent.
pub(crate) struct Kind {
    pub(crate) data: DataType,
    /// `flag` and `flags`.
    pub(crate) words: [&'static str; 2],
}

impl Kind {
    /// As many requests as it takes. Items with a number of their own keep it, so that they travel apart from those
    /// whose number may grow.
    pub(crate) fn payloads<T: Serialize>(
        &self,
        items: Vec<Item<T>>,
        options: &ItemOptions,
        keeps_issue_keys: bool,
        body: impl Fn(Vec<T>) -> Value,
    ) -> Vec<Payload> {
        let (given, others): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.sequence.is_some());
        let mut payloads = Vec::new();
        for (items, origin) in [(given, Origin::Given), (others, origin(options))] {
            let mut items = items.into_iter().peekable();
            while items.peek().is_some() {
                let chunk: Vec<Item<T>> = items.by_ref().take(bulk::MAX_ITEMS).collect();
                payloads.push(self.payload(chunk, origin, keeps_issue_keys, &body));
            }
        }
        payloads
    }

    fn payload<T: Serialize>(
        &self,
        items: Vec<Item<T>>,
        origin: Origin,
        keeps_issue_keys: bool,
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
            key: Payload::identity(&ids),
            numbered: ids,
            issue_keys,
            origin,
            keeps_issue_keys,
            may_wait: true,
            body: body(items.into_iter().map(|item| item.body).collect()),
        }
    }
}

fn origin(options: &ItemOptions) -> Origin {
    if options.update_sequence_number.is_some() {
        Origin::Given
    } else if options.event_time.is_some() {
        Origin::Event
    } else {
        Origin::Clock
    }
}
