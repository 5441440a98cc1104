//! `jira-send check`: what is in order, what is not, and what to do about it. No data is sent.

mod items;
mod network;
mod outbox;
mod settings;
mod workspace;

use std::process::ExitCode;
use std::time::Duration;

use super::{Context, connection};
use crate::changes;
use crate::cli::{CheckOptions, Format, misspelt};
use crate::error::{Failure, Warning};
use crate::jira::{Probe, Site};
use crate::output::Output;
use crate::side_by_side::{both, side_by_side};
use crate::system::Deadline;

pub(crate) use items::Items;
use network::{LookUp, Network};

/// Checks everything, from what needs nothing to what needs all the rest, within one time budget.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn run(
    options: &CheckOptions,
    context: &Context<'_>,
    look_up: LookUp<'_>,
) -> Result<Items, Failure> {
    // Invalid options are reported before anything is asked.
    let changes = options.keys.changes.as_deref();
    changes.map(changes::read).transpose()?;
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let sites = by_site(options, context);
    // What hangs in one place takes no time from the others.
    let (workspace, of_sites) = both(
        || check_workspace(options, deadline, context),
        || {
            side_by_side(sites, |(site, options)| {
                check_site(site, &options, deadline, context, look_up)
            })
        },
    );
    let mut items = workspace?;
    for of_site in of_sites {
        items.append(of_site);
    }
    Ok(items)
}

/// Prints the list for whoever reads it.
pub(super) fn print(
    items: &Items,
    format: Format,
    quiet: bool,
    output: &Output,
) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => output.result(&items.to_json().to_string())?,
        Format::Text => {
            let text = items.to_text(quiet);
            if !text.is_empty() {
                output.result(&text)?;
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

/// Jenkins, git and the outbox.
fn check_workspace(
    options: &CheckOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Items, Failure> {
    let mut items = Items::default();
    for Warning { what, advice } in misspelt::variables(context.variables) {
        items.warn("variables", what, advice);
    }
    workspace::check(&options.keys, deadline, context, &mut items)?;
    outbox::check(&options.outbox, context, &mut items);
    Ok(items)
}

/// From its name to the permissions of its credential.
fn check_site(
    site: Option<String>,
    options: &CheckOptions,
    deadline: Deadline,
    context: &Context<'_>,
    look_up: LookUp<'_>,
) -> Items {
    let mut items = Items::of_site(site);
    let settings = settings::check(options, context, &mut items);
    let probe = Probe::new(context.transport, context.system);
    let mut network = Network {
        options,
        settings: &settings,
        probe: &probe,
        look_up,
        system: context.system,
        deadline,
        items: &mut items,
    };
    match context.network_failure {
        Some(failure) => network.barred(failure),
        None => network.check(),
    }
    items
}
