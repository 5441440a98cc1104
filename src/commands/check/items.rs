//! The list of what was checked, for people and for programs. Each part of `check` adds to it.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::output::visible;
use crate::phrases::counted;

const NO_TIME_HINT: &str = "allow more time with --budget, once the cause of the delay is fixed";

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckStatus {
    Ok,
    /// Sending works, but not as well as it could.
    Warning,
    Failed,
    /// It depends on something that failed, or is not needed.
    Skipped,
}

impl CheckStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warn",
            Self::Failed => "FAIL",
            Self::Skipped => "skip",
        }
    }
}

/// One thing that was checked.
#[derive(Debug, Serialize)]
struct CheckedItem {
    /// Only where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    name: &'static str,
    status: CheckStatus,
    message: String,
    /// What to do about it.
    hint: Option<String>,
}

/// Everything that was checked, in the order in which one thing needs the other.
#[derive(Debug, Default)]
pub(crate) struct Items {
    items: Vec<CheckedItem>,
    /// What the items are about.
    site: Option<String>,
    /// Of the first failure.
    exit_code: u8,
}

impl Items {
    /// About one of several sites, where there are some.
    pub(super) fn of_site(site: Option<String>) -> Self {
        Self {
            site,
            ..Self::default()
        }
    }

    /// Puts what was checked elsewhere behind this.
    pub(super) fn append(&mut self, others: Self) {
        self.items.extend(others.items);
        if self.exit_code == 0 {
            self.exit_code = others.exit_code;
        }
    }

    pub(super) fn ok(&mut self, name: &'static str, message: impl Into<String>) {
        self.add(name, CheckStatus::Ok, message.into(), None);
    }

    pub(super) fn warn(
        &mut self,
        name: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(
            name,
            CheckStatus::Warning,
            message.into(),
            Some(hint.into()),
        );
    }

    pub(super) fn skip(&mut self, name: &'static str, message: impl Into<String>) {
        self.add(name, CheckStatus::Skipped, message.into(), None);
    }

    /// There was no time to find out, which says nothing of the thing itself.
    pub(super) fn no_time(&mut self, name: &'static str) {
        self.warn(name, "not checked: the time was up", NO_TIME_HINT);
    }

    /// The first hint of the failure is the remedy.
    pub(super) fn fail(&mut self, name: &'static str, failure: &Failure) {
        self.add(name, CheckStatus::Failed, failure.message(), hint(failure));
        if self.exit_code == 0 {
            self.exit_code = failure.kind.exit_code();
        }
    }

    /// What could be found, else nothing, and the failure as an item.
    pub(super) fn found<T>(&mut self, name: &'static str, found: Result<T, Failure>) -> Option<T> {
        found.map_err(|failure| self.fail(name, &failure)).ok()
    }

    /// A failure that does not keep anything from being sent.
    pub(super) fn failure_as_warning(&mut self, name: &'static str, failure: &Failure) {
        self.add(name, CheckStatus::Warning, failure.message(), hint(failure));
    }

    fn add(
        &mut self,
        name: &'static str,
        status: CheckStatus,
        message: String,
        hint: Option<String>,
    ) {
        self.items.push(CheckedItem {
            site: self.site.clone(),
            name,
            status,
            message,
            hint,
        });
    }

    /// 0 when nothing failed.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    pub(crate) fn to_json(&self) -> Value {
        let outcome = if self.exit_code == 0 { "ok" } else { "failed" };
        json!({"outcome": outcome, "exit_code": self.exit_code, "items": self.items})
    }

    /// One line for each item, its remedy below it, and at the end what to do first. `quiet` leaves out what is well.
    pub(crate) fn to_text(&self, quiet: bool) -> String {
        let width = self.items.iter().map(|item| item.name.len()).max();
        let width = width.unwrap_or(0);
        let mut text = String::new();
        let well =
            |item: &CheckedItem| matches!(item.status, CheckStatus::Ok | CheckStatus::Skipped);
        let mut site = &None;
        for item in self.items.iter().filter(|item| !(quiet && well(item))) {
            if let Some(name) = item.site.as_ref().filter(|_| item.site != *site) {
                let _ = writeln!(text, "{}:", visible(name));
                site = &item.site;
            }
            let (word, message) = (item.status.word(), visible(&item.message));
            let _ = writeln!(text, "{word:<4}  {:<width$}  {message}", item.name);
            if let Some(hint) = &item.hint {
                let _ = writeln!(text, "{:<4}  {:<width$}  hint: {}", "", "", visible(hint));
            }
        }
        if !text.is_empty() {
            text.push_str(&self.summary());
        }
        text
    }

    fn summary(&self) -> String {
        let count = |status| {
            let items = self.items.iter();
            items.filter(|item| item.status == status).count()
        };
        let warnings = match count(CheckStatus::Warning) {
            0 => String::new(),
            many => format!(", {}", counted(many, "warning")),
        };
        let mut failed = self.items.iter();
        let Some(first) = failed.find(|item| item.status == CheckStatus::Failed) else {
            return format!("\nnothing failed{warnings}");
        };
        let hint = first.hint.as_deref().unwrap_or("see above");
        let number = count(CheckStatus::Failed);
        let place = match &first.site {
            Some(site) => format!("{} of {}", first.name, visible(site)),
            None => first.name.to_owned(),
        };
        format!(
            "\n{number} failed{warnings}. First of all, {place}: {}",
            visible(hint)
        )
    }
}

fn hint(failure: &Failure) -> Option<String> {
    failure.hints().next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Items;
    use crate::error::{Failure, FailureKind};

    #[test]
    fn the_first_failure_decides_and_is_named_at_the_end() {
        let mut items = Items::default();
        items.ok("git", "here");
        items.warn("history", "shallow\nclone", "deepen it");
        let failure = Failure::new(FailureKind::Unreachable, "no address");
        items.fail("dns", &failure.hint("ask"));
        items.fail("site", &Failure::usage("wrong").hint("set it"));
        items.skip("token", "no dns");
        assert_eq!(items.exit_code(), 4);
        let expected = "\
ok    git      here
warn  history  shallow\\nclone
               hint: deepen it
FAIL  dns      no address
               hint: ask
FAIL  site     wrong
               hint: set it
skip  token    no dns

2 failed, 1 warning. First of all, dns: ask";
        assert_eq!(items.to_text(false), expected);
        assert!(!items.to_text(true).contains("ok    git"));
        assert_eq!(items.to_json()["exit_code"], 4);
    }

    #[test]
    fn quiet_says_nothing_when_all_is_well() {
        let mut items = Items::default();
        items.ok("git", "here");
        assert_eq!((items.exit_code(), items.to_text(true).as_str()), (0, ""));
        assert!(items.to_text(false).contains("nothing failed"));
    }
}
