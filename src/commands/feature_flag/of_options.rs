//! The one flag that the options of `jira-send feature-flag` name.

use crate::cli::FeatureFlagOptions;
use crate::commands::identity::given_text;
use crate::commands::missing::Missing;
use crate::domain::feature_flag::{FlagStatus, Rollout};
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::text::Line;
use crate::flag_file::{Defaults, GivenFlag, ONLY_ENVIRONMENT};
use crate::jira::feature_flags::{Detail, FlagEnvironment, Summary};

/// The one flag of the options. What they do not give is noted in `missing`.
pub(super) fn of_options(
    options: &FeatureFlagOptions,
    defaults: &Defaults,
    missing: &mut Missing,
) -> Option<GivenFlag> {
    let key = given_text(options.flag.flag_key.as_deref());
    let id = given_text(options.flag.flag_id.as_deref());
    let id = missing.want(id.or(key), "flag", "--flag-key", "");
    let off = options.flag.disabled.then_some(false);
    let enabled = missing.want(
        options.flag.enabled.or(off),
        "state of the flag",
        "--enabled or --disabled",
        "",
    );
    let url = missing.want_or(
        defaults.url.clone(),
        || "https://jenkins.example.com/job/JOB_NAME/0/".parse().ok(),
        "URL of the flag's page",
        "--url",
        "BUILD_URL",
    );
    let id = id?;
    let key = key.unwrap_or(id);
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let rollout = match (options.flag.rollout_percentage, options.flag.rollout_rules) {
        (Some(percentage), _) => Some(Rollout::Percentage(percentage)),
        (None, Some(rules)) => Some(Rollout::Rules(rules)),
        (None, None) => given(&options.flag.rollout_text).map(Rollout::Text),
    };
    let status = FlagStatus {
        enabled: enabled?,
        default_value: given(&options.flag.default_value),
        rollout,
    };
    let url = url?;
    let detail = |environment| Detail {
        url: url.clone(),
        last_updated: defaults.time,
        environment,
        status: status.clone(),
    };
    let environments = environments(options, defaults).into_iter();
    let details: Vec<Detail> = environments.map(detail).collect();
    let text = |source: &str, text: &str| Text::new(TextKind::Title, source, text);
    let name = options.flag.display_name.as_deref();
    let texts = std::iter::once(text("--flag-key", key));
    Some(GivenFlag {
        id: id.parse().ok()?,
        sequence: None,
        issue_keys: Vec::new(),
        issue_ids: Vec::new(),
        texts: texts
            .chain(name.map(|name| text("--display-name", name)))
            .collect(),
        key: Line::required(key),
        display_name: given(&options.flag.display_name),
        summary: Summary::of_all(&details),
        details,
    })
}

fn environments(options: &FeatureFlagOptions, defaults: &Defaults) -> Vec<FlagEnvironment> {
    let names = options.environment.environment_name.iter();
    let mut names: Vec<&str> = names
        .map(String::as_str)
        .filter(|name| !name.trim().is_empty())
        .collect();
    if names.is_empty() {
        names.push(ONLY_ENVIRONMENT);
    }
    let environment = |name: &str| {
        let given = options.environment.environment_type;
        FlagEnvironment {
            name: Line::required(name),
            environment_type: given.unwrap_or_else(|| defaults.types.of_name(name)),
        }
    };
    names.into_iter().map(environment).collect()
}
