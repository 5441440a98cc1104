//! The fields of a file of flags, and the flag that they make. What is null counts as not given.

mod values;

use super::place::{Fields, Wrong, parse};
use super::{Defaults, GivenFlag, ONLY_ENVIRONMENT};
use crate::domain::environment::EnvironmentType;
use crate::domain::feature_flag::{FlagStatus, Rollout};
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jira::feature_flags::{Detail, FlagEnvironment, Summary};
use values::{Issues, check_schema, rollout, time};

/// The state of a flag, where it is given.
#[derive(Clone, Default)]
struct GivenState {
    url: Option<WebUrl>,
    last_updated: Option<Timestamp>,
    status: GivenStatus,
}

#[derive(Clone, Default)]
struct GivenStatus {
    enabled: Option<bool>,
    default_value: Option<Line>,
    rollout: Option<Rollout>,
}

/// The flag in this part of the file, which stands in this line.
pub(super) fn flag(part: &str, defaults: &Defaults, line: usize) -> Result<GivenFlag, Wrong> {
    Fields::of(part, String::new(), |fields| {
        let id: Option<String> = fields.take("id")?;
        let key: Option<String> = fields.take("key")?;
        let display_name: Option<String> = fields.take("displayName")?;
        let description: Option<String> = fields.take("description")?;
        let issues = fields.list("issueKeys")?;
        let environments = fields.list("environments")?;
        let summary = fields.object("summary", GivenState::take)?;
        let details = fields.list("details")?;
        let associations = fields.list("associations")?;
        let sequence = fields.parse::<i64, _>("updateSequenceId")?;
        check_schema(fields)?;
        let state = GivenState::take(fields)?;
        fields.refuse_others()?;

        let (id_field, id) = match (&id, &key) {
            (Some(id), _) => ("id", id),
            (None, Some(key)) => ("key", key),
            (None, None) => return Err(Wrong::new("id", "missing; expected id or key")),
        };
        let key_field = if key.is_some() { "key" } else { "id" };
        let mut found = Issues::default();
        found.add(issues.into_iter().flatten())?;
        found.add_associated(associations.into_iter().flatten())?;
        if environments.is_some() && details.is_some() {
            let words = "environments is set as well; use one of the two";
            return Err(Wrong::new("details", words));
        }
        let summary = summary.unwrap_or_default();
        let base = state.clone().or(&summary);
        let details = environments.or(details).into_iter().flatten();
        let details = details.map(|(path, raw)| detail(raw, path, &base, defaults));
        let mut details = details.collect::<Result<Vec<_>, _>>()?;
        if details.is_empty() {
            let name = Line::required(ONLY_ENVIRONMENT);
            details.push(base.detail(name, EnvironmentType::Unmapped, defaults, "")?);
        }
        let texts = [
            ("key", &key),
            ("displayName", &display_name),
            ("description", &description),
        ];
        let text = |(name, text): (&str, &Option<String>)| {
            let source = format!("{name} of the flag in line {line}");
            Some(Text::new(TextKind::Title, source, text.as_ref()?))
        };
        Ok(GivenFlag {
            id: parse(id, id_field)?,
            sequence,
            issue_keys: found.keys,
            issue_ids: found.ids,
            texts: texts.into_iter().filter_map(text).collect(),
            key: line_of(key.as_ref().unwrap_or(id), key_field)?,
            display_name: display_name.as_deref().and_then(Line::optional),
            summary: summary.shown(state, &details),
            details,
        })
    })
}

/// An environment, with Jira's object `environment` in place of its own name and type, if it has one.
fn detail(
    raw: &str,
    path: String,
    base: &GivenState,
    defaults: &Defaults,
) -> Result<Detail, Wrong> {
    let path_of_state = path.clone();
    let name_and_type = |fields: &mut Fields<'_>| {
        Ok((
            fields.path_of("name"),
            fields.take::<String>("name")?,
            fields.parse::<String, EnvironmentType>("type")?,
        ))
    };
    let read = |fields: &mut Fields<'_>| {
        let own = name_and_type(fields)?;
        let environment = fields.object("environment", name_and_type)?;
        Ok((environment.unwrap_or(own), GivenState::take(fields)?))
    };
    let ((path, name, kind), state) = Fields::of(raw, path, read)?;
    let name = name.ok_or_else(|| Wrong::new(path.as_str(), "missing"))?;
    let name = line_of(&name, &path)?;
    let kind = kind.unwrap_or_else(|| defaults.types.of_name(name.as_str()));
    state.or(base).detail(name, kind, defaults, &path_of_state)
}

/// A text that must say something.
fn line_of(text: &str, path: &str) -> Result<Line, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new(path, "it is empty"));
    }
    Ok(Line::required(text))
}

impl GivenState {
    /// What the fields say, or Jira's object `status` among them.
    fn take(fields: &mut Fields<'_>) -> Result<Self, Wrong> {
        let url = fields.parse::<String, _>("url")?;
        let last_updated = time(fields)?;
        let own = GivenStatus::take(fields)?;
        Ok(Self {
            url,
            last_updated,
            status: fields.object("status", GivenStatus::take)?.unwrap_or(own),
        })
    }

    /// What the issue shows: from this summary, else from the whole flag, else from the environments.
    fn shown(self, flag: Self, details: &[Detail]) -> Summary {
        let rolled_up = Summary::of_all(details);
        let status = GivenStatus {
            enabled: Some(rolled_up.status.enabled),
            default_value: rolled_up.status.default_value.clone(),
            rollout: rolled_up.status.rollout.clone(),
        };
        let last_updated = self.last_updated.or(flag.last_updated);
        Summary {
            url: self.url.or(flag.url).or(rolled_up.url),
            status: self
                .status
                .or(&status)
                .complete()
                .unwrap_or(rolled_up.status),
            last_updated: last_updated.unwrap_or(rolled_up.last_updated),
        }
    }

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
        environment_type: EnvironmentType,
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
    fn take(fields: &mut Fields<'_>) -> Result<Self, Wrong> {
        let enabled = fields.take("enabled")?;
        let default_value = fields.take::<String>("defaultValue")?;
        Ok(Self {
            enabled,
            default_value: default_value.as_deref().and_then(Line::optional),
            rollout: rollout(fields)?,
        })
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

    fn complete(self) -> Option<FlagStatus> {
        Some(FlagStatus {
            enabled: self.enabled?,
            default_value: self.default_value,
            rollout: self.rollout,
        })
    }
}
