//! What sending feature flags and remote links has in common.

mod payloads;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

use super::missing::Missing;
use super::{Context, run_facts, send};
use crate::cli::words::Words;
use crate::cli::{ItemOptions, JiraOptions, KeyOptions};
use crate::domain::association::{Associations, IssueId, Others, ServiceId};
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Findings, IssueKey, Text};
use crate::domain::properties::{Properties, Property};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::item_file::{self, Belongings, Defaults, Given, ItemFile};
use crate::jira::DataType;
use crate::jira::builds::ProviderMetadata;
use crate::output::Output;
use crate::report::Report;
use crate::system::Deadline;

/// The options of a command that sends items of one kind: one from the options, or many from a file.
pub(super) trait ItemCommand {
    /// What is said of one item.
    type Content;
    /// The item as Jira takes it.
    type Body: Serialize;

    const KIND: Kind;

    fn shared(&self) -> Shared<'_>;

    /// The page of an item that has none of its own.
    fn page(&self, _facts: &Facts) -> Result<Option<WebUrl>, Failure> {
        Ok(None)
    }

    /// The items of the file `name`.
    fn of_file(
        name: &str,
        bytes: &[u8],
        defaults: &Defaults,
    ) -> Result<ItemFile<Self::Content>, Failure>;

    /// The one item of the options. What they do not give is noted in `missing`.
    fn of_options(
        &self,
        defaults: &Defaults,
        missing: &mut Missing,
    ) -> Option<Given<Self::Content>>;

    fn body(
        content: Self::Content,
        id: ItemId,
        number: SequenceNumber,
        associations: Associations,
    ) -> Self::Body;

    /// Where people get from the item on the issue.
    fn page_of(body: &Self::Body) -> Option<&WebUrl>;

    /// The body of one submission.
    fn request(items: Vec<Self::Body>, properties: Properties, provider: ProviderMetadata)
    -> Value;
}

/// The options that all such commands have.
pub(super) struct Shared<'a> {
    pub(super) item: &'a ItemOptions,
    pub(super) keys: &'a KeyOptions,
    pub(super) jira: &'a JiraOptions,
    pub(super) services: &'a [Words<ServiceId>],
}

/// One kind of item.
pub(super) struct Kind {
    pub(super) data: DataType,
    /// `flag` and `flags`.
    pub(super) words: [&'static str; 2],
    /// What facts may be missing for.
    pub(super) missing_for: &'static str,
}

/// Reads the options or the file, sends the items and reports.
pub(super) fn run<C: ItemCommand>(options: &C, context: &Context<'_>) -> Result<Report, Failure> {
    let shared = options.shared();
    let Shared {
        item, keys, jira, ..
    } = shared;
    let deadline = super::deadline(jira, context);
    let facts = gather(item, keys, deadline, context)?;
    let destinations = super::destinations(&jira.connection, context)?;
    let event = item
        .update
        .event_time
        .unwrap_or_else(|| context.system.now());
    let defaults = Defaults {
        url: options.page(&facts)?,
        time: item.update.last_updated.unwrap_or(event),
    };

    let mut missing = Missing::default();
    let file = match (flags(context), &item.file) {
        (Some(flags), _) => Some(C::of_file("flags", flags.as_bytes(), &defaults)?),
        (None, Some(path)) => {
            let (name, bytes) = item_file::read(path)?;
            Some(C::of_file(&name, &bytes, &defaults)?)
        }
        (None, None) => options
            .of_options(&defaults, &mut missing)
            .map(ItemFile::of_one),
    };
    if !jira.dry_run {
        missing.want_site(destinations.first());
    }
    let Some(file) = file.filter(|_| missing.is_empty()) else {
        return Err(missing.into_failure(C::KIND.missing_for));
    };
    let properties = properties(item, &file.properties, &facts)?;
    let product = item.update.product.as_deref().or(file.product.as_deref());
    let product = product.and_then(Line::optional);

    super::tell(&facts, context.output);
    let common = Common::new(keys, &facts, shared.services);
    let number = item.update.update_sequence_number;
    let number = number.unwrap_or_else(|| SequenceNumber::at(event));
    let (mut items, mut cut, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for given in file.items {
        match common.associate(&given.belongings, &given.texts, &mut cut) {
            Some((associations, issue_keys)) => items.push(Item {
                id: given.id.clone(),
                has_own_number: given.sequence.is_some(),
                issue_keys,
                body: C::body(
                    given.content,
                    given.id,
                    given.sequence.unwrap_or(number),
                    associations,
                ),
            }),
            None => alone.push(given.id),
        }
    }
    tell(&common, cut, context.output);
    if items.is_empty() {
        return Ok(send::nothing(
            &common.findings,
            item.update.require_issue_keys,
            context.output,
        ));
    }
    tell_alone(&C::KIND, &alone, context.output);
    let mut pages = items.iter().filter_map(|item| C::page_of(&item.body));
    if let Some(url) = pages.find(|url| url.is_local()) {
        run_facts::tell_local(url, context.output);
    }
    let has_file = item.file.is_some() || flags(context).is_some();
    let keeps_issue_keys = !has_file && !keys.only_issue_keys;
    let names_issues = has_file || super::keys::are_named(keys);
    let payloads = C::KIND.payloads(items, item, keeps_issue_keys, names_issues, |items| {
        let provider = ProviderMetadata::new(product.as_ref());
        C::request(items, properties.clone(), provider)
    });
    let mut source = send::Ready::from(payloads);
    send::send(jira, &destinations, &mut source, deadline, context)
}

/// Flags that are written in the pipeline.
fn flags<'a>(context: &Context<'a>) -> Option<&'a str> {
    context.phase.step.as_ref()?.flags.as_deref()
}

/// The facts for one item are those of the run; a file of many is not about this run, and takes only what the options
/// name.
fn gather(
    item: &ItemOptions,
    keys: &KeyOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Facts, Failure> {
    if item.file.is_some() || flags(context).is_some() {
        facts::of_options(keys, context.variables)
    } else {
        super::gather(&super::question(keys, context), deadline, context)
    }
}

/// The labels of the options and the file, and as many of the usual ones as there is room for.
fn properties(
    item: &ItemOptions,
    of_file: &[Property],
    facts: &Facts,
) -> Result<Properties, Failure> {
    let given = [item.update.property.as_slice(), of_file].concat();
    run_facts::properties(&given, facts)
}

/// What all items of one call belong to.
struct Common<'a> {
    options: &'a KeyOptions,
    findings: Findings,
    issue_ids: Vec<IssueId>,
    services: Vec<ServiceId>,
}

/// One item with its issues.
struct Item<T> {
    id: ItemId,
    /// Whether the file numbers it.
    has_own_number: bool,
    issue_keys: Vec<IssueKey>,
    body: T,
}

impl<'a> Common<'a> {
    fn new(options: &'a KeyOptions, facts: &Facts, services: &[Words<ServiceId>]) -> Self {
        Self {
            options,
            findings: facts::find_keys(&facts.texts, options),
            issue_ids: Words::all(&options.issue_ids),
            services: Words::all(services),
        }
    }

    /// What the item itself names, and what all of them have; nothing when that is no issue and no service. What had
    /// to be cut is added to `warnings`, so that thousands of items do not fill the log.
    fn associate(
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
fn tell(common: &Common<'_>, cut: Vec<String>, output: &Output) {
    super::tell_findings(&common.findings, common.options, output);
    super::warn_each(cut, output);
}

/// Says which items belong to nothing: they could be shown nowhere.
fn tell_alone(kind: &Kind, alone: &[ItemId], output: &Output) {
    let [one, _] = kind.words;
    let line = |id: &ItemId| {
        let id = id.as_str();
        format!("the {one} {id} names no issue, and is not sent")
    };
    super::warn_each(alone.iter().map(line), output);
}
