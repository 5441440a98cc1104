//! `jira-send check`: what is in order, what is not, and what to do about it. No data is sent.

mod items;
mod network;
mod outbox;
mod settings;
mod workspace;

use std::process::ExitCode;
use std::time::Duration;

use super::Context;
use crate::cli::{CheckOptions, Format};
use crate::error::Failure;
use crate::jira::Probe;
use crate::jira::trace::Traced;

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
    let settings = settings::check(options, context.variables, &mut items);
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
        items: &mut items,
    };
    match context.network_failure {
        Some(failure) => network.barred(failure),
        None => network.check(),
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
