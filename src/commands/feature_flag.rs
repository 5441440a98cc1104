//! `jira-send feature-flag`: the state of one flag from the options, or of many from a file.

mod of_options;
mod payloads;

use super::missing::Missing;
use super::run_facts::given_or_jenkins_url;
use super::{Context, environments, notices, run_facts, send};
use crate::cli::words::Words;
use crate::cli::{FeatureFlagOptions, KeyOptions};
use crate::domain::association::{Associations, Cut, OtherAssociations};
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::issue_key::{Findings, IssueKey};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::flag_file::{self, Defaults, FlagFile, GivenFlag};
use crate::jira::builds::SCHEMA_VERSION;
use crate::jira::feature_flags::FeatureFlag;
use crate::report::Report;
use crate::system::Deadline;
use of_options::of_options;

/// Reads the options or the file, sends the flags and reports.
pub(super) fn run(options: &FeatureFlagOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let FeatureFlagOptions {
        update, keys, jira, ..
    } = options;
    let deadline = super::deadline(jira, context);
    let facts = gather(options, deadline, context)?;
    let destinations = super::destinations(&jira.connection, context)?;
    let event = update.event_time.unwrap_or_else(|| context.system.now());
    let defaults = Defaults {
        url: given_or_jenkins_url(
            options.flag.url.as_ref(),
            "BUILD_URL",
            facts.run.url.as_deref(),
        )?,
        time: update.last_updated.unwrap_or(event),
        types: EnvironmentTypes::all(&options.environment.environment_types),
    };

    let mut missing = Missing::for_run(jira.dry_run, context);
    let file = match (flags(context), &options.file) {
        (Some(flags), _) => Some(flag_file::parse("flags", flags.as_bytes(), &defaults)?),
        (None, Some(path)) => {
            let (name, bytes) = flag_file::read(path)?;
            Some(flag_file::parse(&name, &bytes, &defaults)?)
        }
        (None, None) => of_options(options, &defaults, &mut missing).map(|flag| FlagFile {
            flags: vec![flag],
            ..FlagFile::default()
        }),
    };
    let (what, is_asked) = ("a feature flag", !jira.dry_run);
    let file = missing.complete(file, what, &destinations, is_asked, context.output)?;
    environments::warn_wrong_types(&defaults.types, context.output);
    for name in &options.environment.environment_name {
        environments::warn_cut(name, &Line::required(name), context.output);
    }
    let properties = [update.property.as_slice(), &file.properties].concat();
    let properties = run_facts::properties(&properties, facts.run.job_name.as_ref(), &facts.run)?;
    let product = update.product.as_deref().or(file.product.as_deref());
    let product = product.and_then(Line::optional);

    notices::say_notes(&facts, context.output);
    let findings = super::key_rules::find_in(&facts, keys);
    let number = update.update_sequence_number;
    let number = number.unwrap_or_else(|| SequenceNumber::at(event));
    let (mut numbered, mut warnings, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for flag in file.flags {
        let (associations, issue_keys, cut) = associate(&flag, &findings, keys);
        warnings.extend(notices::cut_lines(&cut));
        if associations.is_empty() {
            alone.push(flag.id);
            continue;
        }
        numbered.push(Numbered {
            has_own_number: flag.sequence.is_some(),
            issue_keys,
            body: FeatureFlag {
                schema_version: SCHEMA_VERSION,
                id: flag.id,
                key: flag.key,
                update_sequence_id: flag.sequence.unwrap_or(number),
                display_name: flag.display_name,
                associations,
                summary: flag.summary,
                details: flag.details,
            },
        });
    }
    notices::warn_findings(&findings, &facts, keys, context.output);
    notices::warn_each(warnings, context.output);
    let require = update.require_issue_keys;
    if numbered.is_empty() {
        return Ok(send::nothing(&findings, require, context.output));
    }
    // They could be shown nowhere.
    let alone = alone.iter().map(|id| {
        let id = id.as_str();
        format!("the flag {id} names no issue, and is not sent")
    });
    notices::warn_each(alone, context.output);
    let mut pages = numbered
        .iter()
        .filter_map(|flag| flag.body.summary.url.as_ref());
    if let Some(url) = pages.find(|url| url.is_local()) {
        run_facts::warn_local(url, context.output);
    }
    let requests = payloads::FlagRequests {
        properties,
        product,
        has_file: options.file.is_some() || flags(context).is_some(),
        options,
    };
    let payloads = requests.payloads(numbered);
    send::send_all(payloads, require, jira, &destinations, deadline, context)
}

/// Flags that are written in the pipeline.
fn flags<'a>(context: &Context<'a>) -> Option<&'a str> {
    context.phase.step.as_ref()?.flags.as_deref()
}

/// The facts for one item are those of the run; a file of many is not about this run, and takes only what the options
/// name.
fn gather(
    options: &FeatureFlagOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Facts, Failure> {
    let question = super::question(&options.keys, context)?;
    if options.file.is_some() || flags(context).is_some() {
        Ok(facts::of_options(&question, context.variables))
    } else {
        Ok(super::gather(&question, deadline, context))
    }
}

/// One flag with its issues.
struct Numbered {
    /// Whether the file numbers it.
    has_own_number: bool,
    issue_keys: Vec<IssueKey>,
    body: FeatureFlag,
}

/// What the flag itself names, and what all of them have; and what had to be cut.
fn associate(
    flag: &GivenFlag,
    of_all: &Findings,
    options: &KeyOptions,
) -> (Associations, Vec<IssueKey>, Cut) {
    let searched = if options.only_issue_keys {
        &[]
    } else {
        flag.texts.as_slice()
    };
    let found = super::key_rules::find(searched, options);
    let all = flag.issue_keys.iter().chain(found.keys());
    let all: DistinctKeys = all.chain(of_all.keys()).cloned().collect();
    let mut keys = all.into_vec();
    let others = OtherAssociations {
        issue_ids: [flag.issue_ids.clone(), Words::all(&options.issue_ids)].concat(),
        ..OtherAssociations::default()
    };
    let (associations, cut) = Associations::new(&mut keys.iter(), &others);
    keys.retain(|key| !cut.issue_keys.contains(key));
    (associations, keys, cut)
}
