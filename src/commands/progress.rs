//! How far each site has what is sent in many requests, and what the outbox remembers of that. `backfill` and
//! `dev-info --all` resume by it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Context;
use super::connection::Destination;
use super::store::{self, NoOutbox, Store};
use crate::cli::JiraOptions;
use crate::error::plain;
use crate::outbox::{ItemHash, Notes};
use crate::output::Output;

/// The outbox that remembers it. A dry run changes nothing there.
pub(super) fn open<'a>(options: &JiraOptions, context: &Context<'a>) -> Store<'a> {
    let store = store::open(&options.outbox, !options.dry_run, context);
    if let Err(NoOutbox::Broken(why)) = &store {
        context.output.advise(
            &format!("could not save the progress: {why}"),
            "name a folder that can be written to with JIRA_SEND_OUTBOX",
        );
    }
    store
}

/// What all sites have, and the files that remember it.
pub(super) struct Tracker<'a, T> {
    notes: Option<Notes<'a>>,
    sites: Vec<SiteProgress<T>>,
    /// Whether it was said that nothing can be remembered.
    is_said: bool,
}

struct SiteProgress<T> {
    item: ItemHash,
    progress: T,
    /// Whether something did not get there: what comes later does not count then.
    is_behind: bool,
}

impl<'a, T: Serialize + DeserializeOwned> Tracker<'a, T> {
    /// `begin` gives the progress of a site in view of what is remembered of it.
    pub(super) fn new(
        notes: Option<Notes<'a>>,
        destinations: &[Destination],
        item: impl Fn(&str) -> ItemHash,
        begin: impl Fn(Option<T>) -> T,
    ) -> Self {
        let site = |destination: &Destination| {
            let item = item(&destination.name);
            let known = notes.as_ref().and_then(|notes| notes.read(&item));
            SiteProgress {
                item,
                progress: begin(known),
                is_behind: false,
            }
        };
        Self {
            sites: destinations.iter().map(site).collect(),
            notes,
            is_said: false,
        }
    }

    pub(super) fn of_sites(&self) -> impl Iterator<Item = &T> {
        self.sites.iter().map(|site| &site.progress)
    }

    pub(super) fn of_sites_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.sites.iter_mut().map(|site| &mut site.progress)
    }

    /// Notes which sites got something; all of them where nothing is said.
    pub(super) fn judge(&mut self, got: &[bool]) {
        for (site, got) in self.sites.iter_mut().zip(got) {
            site.is_behind |= !got;
        }
    }

    /// Remembers the progress of the sites that have got everything so far.
    pub(super) fn advance(&mut self, output: &Output, step: impl Fn(&mut T)) {
        for site in self.sites.iter_mut().filter(|site| !site.is_behind) {
            step(&mut site.progress);
            let notes = self.notes.as_ref();
            let written = notes.map(|notes| notes.write(&site.item, &site.progress));
            if let Some(Err(error)) = written
                && !std::mem::replace(&mut self.is_said, true)
            {
                output.warn(&format!("could not save the progress: {}", plain(error)));
            }
        }
    }

    pub(super) fn is_everyone_behind(&self) -> bool {
        self.sites.iter().all(|site| site.is_behind)
    }

    pub(super) fn is_anyone_behind(&self) -> bool {
        self.sites.iter().any(|site| site.is_behind)
    }
}
