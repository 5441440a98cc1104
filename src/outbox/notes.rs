//! What is remembered of each repository: one small file, in a folder for each kind of note.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ItemHash, Outbox, file, folder};
use crate::json;

/// Longest file that is read, in bytes: a hundred thousand branches.
const MAX_FILE: u64 = 32 * 1024 * 1024;

pub(crate) struct Notes<'a> {
    outbox: &'a Outbox<'a>,
    /// Its name, below the outbox.
    folder: &'static str,
}

impl<'a> Notes<'a> {
    pub(super) fn new(outbox: &'a Outbox<'a>, folder: &'static str) -> Self {
        Self { outbox, folder }
    }

    pub(super) fn path(&self, of: &ItemHash) -> PathBuf {
        let file = format!("{}.json", of.folder());
        self.outbox.folder().join(self.folder).join(file)
    }

    /// What is remembered; nothing where nothing is, or nothing that can be read.
    pub(crate) fn read<T: DeserializeOwned>(&self, of: &ItemHash) -> Option<T> {
        json::parsed(&file::read(&self.path(of), MAX_FILE).ok()?)
    }

    pub(crate) fn write(&self, of: &ItemHash, note: &impl Serialize) -> anyhow::Result<()> {
        let path = self.path(of);
        folder::make(&self.outbox.folder().join(self.folder))?;
        let text = serde_json::json!(note).to_string();
        file::replace(&path, &self.outbox.temporary(), &text)
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}
