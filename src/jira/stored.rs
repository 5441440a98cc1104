//! Reading back and deleting what Jira has stored: for `show`, `delete` and `--verify`.

use serde_json::Value;

use super::item::{Item, query};
use super::{DataType, Jira, JiraError};
use crate::domain::properties::Properties;

impl Jira<'_> {
    /// What is stored now, at the address where the item is read; nothing when there is nothing.
    ///
    /// # Errors
    /// Whatever keeps Jira from telling.
    pub(crate) fn read(&mut self, item: &Item) -> Result<Option<Value>, JiraError> {
        let object = |value: &Value| value.is_object().then(|| value.clone());
        match self.read_as(item.data(), &item.read_path(), object) {
            Err(error) if error.is_absence() => Ok(None),
            result => result.map(Some),
        }
    }

    /// Whether any repository was sent with all of these properties (existsByProperties). Jira has this question for
    /// development information only.
    ///
    /// # Errors
    /// Whatever keeps Jira from telling.
    pub(crate) fn exists(&mut self, properties: &Properties) -> Result<bool, JiraError> {
        let path = format!("existsByProperties?{}", query(properties));
        let parse = |value: &Value| value.get("hasDataMatchingProperties")?.as_bool();
        self.read_as(DataType::DevInfo, &path, parse)
    }

    /// # Errors
    /// When Jira does not take the delete. That there was nothing to delete is none.
    pub(crate) fn delete(&mut self, item: &Item) -> Result<(), JiraError> {
        self.delete_at(item.data(), &item.path())
    }

    /// Deletes everything that was sent with all of these properties (bulkByProperties); of development information
    /// whole repositories.
    ///
    /// # Errors
    /// As [`Jira::delete`].
    pub(crate) fn delete_all(
        &mut self,
        data: DataType,
        properties: &Properties,
    ) -> Result<(), JiraError> {
        self.delete_at(data, &bulk_path(properties))
    }
}

/// Path below that of its data, where everything with these properties is deleted.
pub(crate) fn bulk_path(properties: &Properties) -> String {
    format!("bulkByProperties?{}", query(properties))
}
