//! The fields of a file of flags, and the flag that they make. What is null counts as not given.

mod values;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::place::Wrong;
use super::{Defaults, GivenFlag, ONLY_ENVIRONMENT};
use crate::domain::environment::{EnvironmentType, MappedType};
use crate::domain::feature_flag::{FlagStatus, Rollout};
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jira::feature_flags::{Detail, Details, FlagEnvironment, Summary};
use values::{Association, Issue, SchemaVersion, line, rollout, time};

/// The list of flags, and what is beside it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object", rename_all = "camelCase")]
pub(super) struct Whole<'a> {
    #[serde(borrow)]
    pub(super) flags: Vec<&'a RawValue>,
    pub(super) properties: Option<BTreeMap<String, String>>,
    pub(super) provider_metadata: Option<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct Provider {
    pub(super) product: Option<String>,
}

/// A structure whose fields, or Jira's object `status` in it, say how a flag stands.
macro_rules! with_status {
    ($name:ident { $($(#[$rename:meta])? $field:ident: $type:ty,)* }) => {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields, expecting = "an object", rename_all = "camelCase")]
        pub(super) struct $name {
            $($(#[$rename])? $field: Option<$type>,)*
            url: Option<WebUrl>,
            #[serde(deserialize_with = "time")]
            last_updated: Option<Timestamp>,
            enabled: Option<bool>,
            #[serde(deserialize_with = "line")]
            default_value: Option<Line>,
            #[serde(deserialize_with = "rollout")]
            rollout: Option<Rollout>,
            status: Option<GivenStatus>,
        }

        impl $name {
            fn state(&mut self) -> GivenState {
                GivenState {
                    url: self.url.take(),
                    last_updated: self.last_updated,
                    status: self.status.take().unwrap_or_else(|| GivenStatus {
                        enabled: self.enabled,
                        default_value: self.default_value.take(),
                        rollout: self.rollout.take(),
                    }),
                }
            }
        }
    };
}

with_status! { FlagFields {
    id: String,
    key: String,
    display_name: String,
    description: String,
    issue_keys: Vec<Issue>,
    environments: Vec<EnvironmentFields>,
    summary: SummaryFields,
    details: Vec<EnvironmentFields>,
    associations: Vec<Association>,
    update_sequence_id: SequenceNumber,
    schema_version: SchemaVersion,
} }

with_status! { SummaryFields {} }

with_status! { EnvironmentFields {
    name: String,
    #[serde(rename = "type")] kind: EnvironmentType,
    environment: NameAndType,
} }

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an object")]
struct NameAndType {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<EnvironmentType>,
}

/// The state of a flag, where it is given.
#[derive(Clone, Default)]
struct GivenState {
    url: Option<WebUrl>,
    last_updated: Option<Timestamp>,
    status: GivenStatus,
}

#[derive(Clone, Default, Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "an object",
    rename_all = "camelCase"
)]
struct GivenStatus {
    enabled: Option<bool>,
    #[serde(deserialize_with = "line")]
    default_value: Option<Line>,
    #[serde(deserialize_with = "rollout")]
    rollout: Option<Rollout>,
}

impl FlagFields {
    /// The flag, which stands in this line.
    pub(super) fn flag(mut self, defaults: &Defaults, line: usize) -> Result<GivenFlag, Wrong> {
        let (id_field, id) = match (&self.id, &self.key) {
            (Some(id), _) => ("id", id),
            (None, Some(key)) => ("key", key),
            (None, None) => return Err(Wrong::new("id", "missing; expected id or key")),
        };
        let read = id.parse();
        let read =
            read.map_err(|words: String| Wrong::new(id_field, format!("{words}, got {id:?}")))?;
        let key_field = if self.key.is_some() { "key" } else { "id" };
        let key = line_of(self.key.as_ref().unwrap_or(id), key_field)?;
        let texts = [
            ("key", &self.key),
            ("displayName", &self.display_name),
            ("description", &self.description),
        ];
        let text = |(name, text): (&str, &Option<String>)| {
            let source = format!("{name} of the flag in line {line}");
            Some(Text::new(TextKind::Title, source, text.as_ref()?))
        };
        let texts = texts.into_iter().filter_map(text).collect();
        let associated = self.associations.take().into_iter().flatten();
        let issues = self.issue_keys.take().into_iter().flatten();
        let (mut issue_keys, mut issue_ids) = (Vec::new(), Vec::new());
        for issue in issues.chain(associated.flat_map(|block| block.values)) {
            match issue {
                Issue::Key(key) => issue_keys.push(key),
                Issue::Id(id) => issue_ids.push(id),
            }
        }
        let (summary, details) = self.shown(defaults)?;
        Ok(GivenFlag {
            id: read,
            sequence: self.update_sequence_id,
            issue_keys,
            issue_ids,
            texts,
            key,
            display_name: self.display_name.as_deref().and_then(Line::optional),
            summary,
            details,
        })
    }

    /// What the issue shows, and every environment.
    fn shown(&mut self, defaults: &Defaults) -> Result<(Summary, Details), Wrong> {
        let (list, environments) = match (self.environments.take(), self.details.take()) {
            (Some(_), Some(_)) => {
                let words = "environments is set as well; use one of the two";
                return Err(Wrong::new("details", words));
            }
            (None, details) => ("details", details),
            (environments, None) => ("environments", environments),
        };
        let of_flag = self.state();
        let summary = self.summary.as_mut().map(SummaryFields::state);
        let summary = summary.unwrap_or_default();
        let base = of_flag.clone().or(&summary);
        let environments = environments.unwrap_or_default().into_iter().enumerate();
        let details = environments.map(|(index, environment)| {
            environment.detail(&base, defaults, &format!("{list}[{index}]"))
        });
        let mut details = details.collect::<Result<Vec<_>, _>>()?;
        if details.is_empty() {
            let name = Line::required(ONLY_ENVIRONMENT);
            details.push(base.detail(name, None, defaults, "")?);
        }
        let details = Details::new(details).ok_or_else(|| Wrong::new(list, "it is empty"))?;
        let rolled_up = details.roll_up();
        let status = GivenStatus {
            enabled: Some(rolled_up.status.enabled),
            default_value: rolled_up.status.default_value.clone(),
            rollout: rolled_up.status.rollout.clone(),
        };
        let last_updated = summary.last_updated.or(of_flag.last_updated);
        let summary = Summary {
            url: summary.url.or(of_flag.url).or(rolled_up.url),
            status: summary
                .status
                .or(&status)
                .complete()
                .unwrap_or(rolled_up.status),
            last_updated: last_updated.unwrap_or(rolled_up.last_updated),
        };
        Ok((summary, details))
    }
}

impl EnvironmentFields {
    /// What stands in place of its own fields, or in Jira's object `environment`.
    fn detail(
        mut self,
        base: &GivenState,
        defaults: &Defaults,
        path: &str,
    ) -> Result<Detail, Wrong> {
        let state = self.state().or(base);
        let (path_of_name, name, kind) = match self.environment {
            Some(environment) => ("environment.name", environment.name, environment.kind),
            None => ("name", self.name, self.kind),
        };
        let path_of_name = format!("{path}.{path_of_name}");
        let name = name.ok_or_else(|| Wrong::new(path_of_name.as_str(), "missing"))?;
        let name = line_of(&name, &path_of_name)?;
        let kind = kind.unwrap_or_else(|| defaults.types.of_name(name.as_str()));
        state.detail(name, MappedType::new(kind), defaults, path)
    }
}

/// A text that must say something.
fn line_of(text: &str, path: &str) -> Result<Line, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new(path, "it is empty"));
    }
    Ok(Line::required(text))
}

impl GivenState {
    /// Completed by what stands in for it.
    fn or(self, base: &Self) -> Self {
        Self {
            url: self.url.or_else(|| base.url.clone()),
            last_updated: self.last_updated.or(base.last_updated),
            status: self.status.or(&base.status),
        }
    }

    fn detail(
        self,
        name: Line,
        environment_type: Option<MappedType>,
        defaults: &Defaults,
        path: &str,
    ) -> Result<Detail, Wrong> {
        let missing = |field: &str, words| Wrong::new(format!("{path}.{field}"), words);
        let status = self.status.complete();
        let status = status.ok_or_else(|| missing("enabled", "missing: expected true or false"))?;
        let url = self.url.or_else(|| defaults.url.clone());
        let wanted = "missing: expected the URL of the flag's page, here or with --url";
        Ok(Detail {
            url: url.ok_or_else(|| missing("url", wanted))?,
            last_updated: self.last_updated.unwrap_or(defaults.time),
            environment: FlagEnvironment {
                name,
                environment_type,
            },
            status,
        })
    }
}

impl GivenStatus {
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

    fn complete(self) -> Option<FlagStatus> {
        Some(FlagStatus {
            enabled: self.enabled?,
            default_value: self.default_value,
            rollout: self.rollout,
        })
    }
}
