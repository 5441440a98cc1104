//! The outbox as the options want it. Whatever sends opens it here.

use std::time::Duration;

use super::Context;
use crate::cli::OutboxOptions;
use crate::error::plain;
use crate::outbox::{Limits, Outbox, default_folder};

/// Why there is no outbox.
#[derive(Clone, Debug)]
pub(crate) enum NoOutbox {
    Off,
    Broken(String),
}

pub(crate) type Store<'a> = Result<Outbox<'a>, NoOutbox>;

/// Makes the folder where it is missing, unless nothing is to be kept in it.
pub(crate) fn open<'a>(
    options: &OutboxOptions,
    is_written: bool,
    context: &Context<'a>,
) -> Store<'a> {
    if options.no_outbox {
        return Err(NoOutbox::Off);
    }
    let limits = Limits {
        age: Duration::from_hours(24) * options.outbox_max_age_days,
        entries: usize::try_from(options.outbox_max_entries).unwrap_or(usize::MAX),
        bytes: u64::from(options.outbox_max_size) * 1024 * 1024,
    };
    let folder = match &options.outbox {
        Some(folder) => Ok(folder.clone()),
        None => default_folder(context.variables),
    };
    let outbox = folder
        .and_then(|folder| Outbox::open(&folder, limits, is_written, context.system))
        .map_err(|error| NoOutbox::Broken(plain(error)))?;
    if is_written && let Some(warning) = outbox.exposure() {
        context.output.warning(&warning);
    }
    Ok(outbox)
}
