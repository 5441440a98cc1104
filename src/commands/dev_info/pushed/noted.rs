//! The push that is being read, and those at the same time, which know of each other by the outbox.

use super::lines::RefUpdate;
use crate::cli::DevInfoOptions;
use crate::commands::dev_info::about::About;
use crate::commands::{Context, store};
use crate::error::plain;
use crate::ordered::ordered;
use crate::outbox::{ItemHash, Moved, PushRecord, Reserved};

/// Most references of a push that are noted for others: what moves more is a history.
const MOST_NOTED: usize = 1_000;

/// This push, and what others have changed a moment ago; they know of each other by the outbox.
pub(super) fn with_others(
    options: &DevInfoOptions,
    updates: &[RefUpdate],
    about: &About,
    context: &Context<'_>,
) -> Vec<PushRecord> {
    let moved = updates.iter().filter_map(|update| {
        let (old, new) = (update.old.clone(), update.new.clone()?);
        Some((update.name.clone(), Moved { old, new }))
    });
    let own: PushRecord = ordered(moved);
    let store = store::open(&options.jira.outbox, !options.jira.dry_run, context);
    let Ok(outbox) = store.as_ref() else {
        return vec![own];
    };
    let memory = outbox.pushes();
    let repository = ItemHash::new(
        "",
        "pushes",
        &serde_json::json!({ "repositoryId": about.id }),
    );
    let is_noted = !options.jira.dry_run && own.len() <= MOST_NOTED;
    let noted = is_noted.then(|| memory.note_push(&repository, &own));
    if let Some(Reserved::Impossible(error)) = noted {
        let why = plain(error);
        let message = format!("this push cannot be noted for others at the same time: {why}");
        context.output.detail(&message);
    }
    let mut all = memory.pushed(&repository);
    all.push(own);
    all
}
