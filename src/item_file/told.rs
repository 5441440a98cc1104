//! What a flag, its summary or one of its environments says of the flag, and what stands in for what it does not say.

use super::{optional_line, time};
use crate::domain::feature_flag::{A_PERCENTAGE, FlagStatus, Percentage, Rollout};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jira::feature_flags::{Detail, FlagEnvironment, Summary};
use crate::json::{Fields, Node};

#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) url: Option<WebUrl>,
    pub(super) last_updated: Option<Timestamp>,
    pub(super) status: ToldStatus,
    /// Something is there but wrong, so that nothing need be called missing.
    pub(super) is_wrong: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ToldStatus {
    pub(super) enabled: Option<bool>,
    pub(super) default_value: Option<Line>,
    pub(super) rollout: Option<Rollout>,
}

impl Told {
    /// The status stands in the fields themselves, or in Jira's object `status`.
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let before = fields.problem_count();
        let status = fields.get("status").map(|status| {
            let inner = status.fields(&["enabled", "defaultValue", "rollout"]);
            inner.map_or_else(ToldStatus::default, |inner| ToldStatus::read(&inner))
        });
        let mut told = Self {
            url: fields.get("url").and_then(Node::parsed),
            last_updated: fields.get("lastUpdated").and_then(time),
            status: status.unwrap_or_else(|| ToldStatus::read(fields)),
            is_wrong: false,
        };
        told.is_wrong = fields.problem_count() > before;
        told
    }

    /// Completed by what stands in for it.
    pub(super) fn or(self, base: &Self) -> Self {
        Self {
            url: self.url.or_else(|| base.url.clone()),
            last_updated: self.last_updated.or(base.last_updated),
            status: self.status.or(&base.status),
            is_wrong: self.is_wrong || base.is_wrong,
        }
    }

    pub(super) fn summary(self) -> Option<Summary> {
        Some(Summary {
            url: self.url,
            status: self.status.complete()?,
            last_updated: self.last_updated?,
        })
    }

    /// What is missing is a problem of the object that these fields are of.
    pub(super) fn detail(
        self,
        environment: Option<FlagEnvironment>,
        fields: &Fields<'_>,
    ) -> Option<Detail> {
        let status = self.status.complete();
        if status.is_none() && !self.is_wrong {
            fields.missing("enabled", "missing: expected true or false");
        }
        if self.url.is_none() && !self.is_wrong {
            let words = "missing: expected the URL of the flag's page, here or with --url";
            fields.missing("url", words);
        }
        Some(Detail {
            url: self.url?,
            last_updated: self.last_updated?,
            environment: environment?,
            status: status?,
        })
    }
}

impl From<Summary> for Told {
    fn from(summary: Summary) -> Self {
        Self {
            url: summary.url,
            last_updated: Some(summary.last_updated),
            status: ToldStatus {
                enabled: Some(summary.status.enabled),
                default_value: summary.status.default_value,
                rollout: summary.status.rollout,
            },
            is_wrong: false,
        }
    }
}

impl ToldStatus {
    fn read(fields: &Fields<'_>) -> Self {
        Self {
            enabled: fields.get("enabled").and_then(Node::boolean),
            default_value: fields.get("defaultValue").and_then(optional_line),
            rollout: fields.get("rollout").and_then(rollout),
        }
    }

    /// Who says whether it is on says all of it: the rollout of another environment is no part of it.
    fn or(self, base: &Self) -> Self {
        if self.enabled.is_some() {
            return self;
        }
        Self {
            enabled: base.enabled,
            default_value: self.default_value.or_else(|| base.default_value.clone()),
            rollout: self.rollout.or_else(|| base.rollout.clone()),
        }
    }

    fn complete(&self) -> Option<FlagStatus> {
        Some(FlagStatus {
            enabled: self.enabled?,
            default_value: self.default_value.clone(),
            rollout: self.rollout.clone(),
        })
    }
}

/// A number is a percentage, a text a text; or an object with one of the three.
fn rollout(node: &Node<'_>) -> Option<Rollout> {
    if node.is_number() {
        return percentage(node);
    }
    if node.is_text() {
        return optional_line(node).map(Rollout::Text);
    }
    if !node.is_object() {
        node.wrong("expected a percentage, a text, or an object with percentage, text or rules");
        return None;
    }
    let fields = node.fields(&["percentage", "text", "rules"])?;
    let all = [
        fields.get("percentage").and_then(percentage),
        fields
            .get("text")
            .and_then(optional_line)
            .map(Rollout::Text),
        fields.get("rules").and_then(|rules| {
            let number = rules.number("a whole number of at least 0")?;
            Some(Rollout::Rules(number))
        }),
    ];
    let mut given = all.into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        node.wrong("expected only one of percentage, text and rules");
    }
    first
}

fn percentage(node: &Node<'_>) -> Option<Rollout> {
    let number = node.number(A_PERCENTAGE)?;
    node.check(Percentage::new(number)).map(Rollout::Percentage)
}
