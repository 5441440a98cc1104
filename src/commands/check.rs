//! `jira-send check`: what is in order, what is not, and what to do about it. No data is sent.

mod items;
mod network;
mod outbox;
mod settings;
mod workspace;

use std::process::ExitCode;
use std::time::Duration;

use super::{Context, connection};
use crate::cli::{CheckOptions, Format};
use crate::error::Failure;
use crate::jira::trace::Traced;
use crate::jira::{Probe, Site};

use items::Items;
use network::{LookUp, Network};

/// Checks everything, from what needs nothing to what needs all the rest.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn run(
    options: &CheckOptions,
    context: &Context<'_>,
    look_up: LookUp<'_>,
) -> Result<ExitCode, Failure> {
    let mut items = Items::default();
    let budget = Duration::from_secs(options.budget.into());
    workspace::check(
        &options.keys,
        context.variables,
        context.system,
        budget,
        &mut items,
    )?;
    outbox::check(&options.outbox, context, &mut items);
    for (site, options) in by_site(options, context) {
        items.of_site(site);
        check_site(&options, budget, context, look_up, &mut items);
    }
    let quiet = options.output.quiet && !options.output.verbose;
    match options.output.format {
        Format::Json => context.output.result(&items.to_json())?,
        Format::Text => {
            let text = items.to_text(quiet);
            if !text.is_empty() {
                context.output.result(&text)?;
            }
        }
    }
    Ok(ExitCode::from(items.exit_code()))
}

/// Each site with the options for it alone. What keeps them from being told apart is found where one site is checked.
fn by_site(options: &CheckOptions, context: &Context<'_>) -> Vec<(Option<String>, CheckOptions)> {
    let cloud_id = options.cloud_id.as_deref();
    let sites = connection::sites(&options.site, context.variables).unwrap_or_default();
    let found = connection::destinations(&options.site, cloud_id, context.variables);
    if sites.len() < 2 || found.is_err() {
        return vec![(None, options.clone())];
    }
    let alone = |site: &Site| {
        let mut options = options.clone();
        options.site = vec![site.to_string()];
        (Some(site.to_string()), options)
    };
    sites.iter().map(alone).collect()
}

/// From its name to the permissions of its credential.
fn check_site(
    options: &CheckOptions,
    budget: Duration,
    context: &Context<'_>,
    look_up: LookUp<'_>,
    items: &mut Items,
) {
    let settings = settings::check(options, context.variables, items);
    if let Some(credentials) = &settings.credentials {
        context.output.hide(&credentials.client_secret);
    }
    let traced = Traced {
        transport: context.transport,
        output: context.output,
    };
    let probe = Probe::new(&traced, context.system, budget);
    let mut network = Network {
        options,
        settings: &settings,
        probe: &probe,
        look_up,
        items,
    };
    match context.network_failure {
        Some(failure) => network.barred(failure),
        None => network.check(),
    }
}
