//! The part of `check` about the outbox: whether it can be used, and what is in it.

use super::items::Items;
use crate::cli::{OutboxOptions, turned_off_by};
use crate::commands::Context;
use crate::commands::flush::NEWER_HINT;
use crate::commands::store::{self, NoOutbox};
use crate::error::{Warning, plain};

const NAME: &str = "outbox";

/// Writes to it as a send would, and takes that away again.
pub(super) fn check(options: &OutboxOptions, context: &Context<'_>, items: &mut Items) {
    let store = store::open(options, true, context);
    let usable = store.and_then(|outbox| match outbox.try_writing() {
        Ok(()) => Ok(outbox),
        Err(error) => Err(NoOutbox::Broken(plain(error))),
    });
    let outbox = match usable {
        Ok(outbox) => outbox,
        Err(NoOutbox::Off) => {
            let (what, _) = turned_off_by(context.variables);
            items.skip(NAME, format!("nothing is kept on this machine ({what})"));
            return;
        }
        Err(NoOutbox::Broken(why)) => {
            items.warn(
                NAME,
                format!("undelivered updates would be lost: {why}"),
                "set JIRA_SEND_OUTBOX to a folder that can be written to",
            );
            return;
        }
    };
    if let Some(Warning { what, advice }) = outbox.exposure() {
        items.warn(NAME, what, advice);
    }
    let folder = outbox.folder().display();
    let listing = outbox.list(None);
    let waiting = listing.due.len() + listing.paused.len() + listing.held;
    if listing.newer > 0 {
        let newer = listing.newer;
        let message = format!("only a later version of jira-send can read {newer} in {folder}");
        items.warn(NAME, message, NEWER_HINT);
    }
    match (waiting, outbox.refused()) {
        (0, 0) => items.ok(NAME, format!("{folder}: nothing is queued")),
        (0, refused) => items.warn(
            NAME,
            format!("{refused} that Jira rejected, or that grew too old, are in {folder}/refused"),
            "each file names the reason; delete it, or move it back into the outbox to try again",
        ),
        (_, refused) => items.warn(
            NAME,
            format!("{waiting} queued in {folder}, {refused} rejected or too old"),
            "jira-send flush sends what is queued",
        ),
    }
}
