//! Variables whose names are nearly those of variables that are read: a warning of every command, an item of `check`.

use super::later::commands;
use super::sources::all_options;
use crate::error::Warning;
use crate::spelling::{meant, nearest};
use crate::variables::{CONNECTION, FOR_SITE, LIBRARY, Variable, Variables};
use crate::wording::variable;

const OURS: &str = "JIRA_SEND_";

/// A warning for each. A name that is similar to nothing belongs to somebody else.
pub(crate) fn variables(variables: &Variables) -> Vec<Warning> {
    let names: Vec<&str> = variables
        .names()
        .filter(|name| name.starts_with("JIRA_"))
        .collect();
    let (ours, others): (Vec<&str>, Vec<&str>) = names
        .into_iter()
        .partition(|name| name.starts_with(OURS) && without_ours(name).is_none());
    let of_options = if ours.is_empty() {
        Vec::new()
    } else {
        of_options(&ours)
    };
    let of_connection = others.into_iter().filter_map(of_connection);
    of_options
        .into_iter()
        .chain(of_connection)
        // The right one is set as well: somebody else reads this one.
        .filter(|(_, meant)| variables.by_name(meant).is_none())
        .map(|(name, meant)| {
            let what = format!("{name} is not a variable of jira-send");
            Warning::new(what, format!("did you mean {meant}?"))
        })
        .collect()
}

/// Those that are named after options, each with the nearest.
fn of_options(names: &[&str]) -> Vec<(String, String)> {
    let as_option = |name: &str| name[OURS.len()..].to_ascii_lowercase().replace('_', "-");
    let library = LIBRARY.iter().map(|variable| as_option(variable.name));
    let mut known: Vec<String> = library.collect();
    let mut unknown: Vec<_> = names.iter().map(|name| (*name, as_option(name))).collect();
    unknown.retain(|(_, option)| !known.contains(option));
    // Most names are known after the first.
    let mut commands = commands();
    while !unknown.is_empty()
        && let Some(command) = commands.next()
    {
        known.extend(all_options(&command));
        unknown.retain(|(_, option)| !known.contains(option));
    }
    let unknown = unknown.into_iter();
    unknown
        .filter_map(|(name, option)| Some((name.to_owned(), variable(meant(&option, &known)?))))
        .collect()
}

/// `JIRA_CLIENT_SECRET` for `JIRA_SEND_CLIENT_SECRET`: these are not named after options. A few of them have both names.
fn without_ours(name: &str) -> Option<String> {
    let rest = name.strip_prefix(OURS)?;
    let plain = rest.split(FOR_SITE).next().unwrap_or_default();
    let is = |of: &[Variable], name: &str| of.iter().any(|variable| variable.name == name);
    let is_option = matches!(plain, "SITE" | "CLOUD_ID");
    let is_of_connection = is(CONNECTION, &format!("JIRA_{plain}"));
    let is_read = is_option || is(LIBRARY, &format!("{OURS}{plain}"));
    (is_of_connection && !is_read).then(|| format!("JIRA_{rest}"))
}

fn of_connection(name: &str) -> Option<(String, String)> {
    if let Some(meant) = without_ours(name) {
        return Some((name.to_owned(), meant));
    }
    // One for a single site is named like one for all.
    let end = name.find(FOR_SITE).unwrap_or(name.len());
    let (plain, site) = name.split_at(end);
    let mut known = CONNECTION.iter().map(|variable| variable.name);
    if known.clone().any(|known| known == plain) {
        return None;
    }
    let meant = nearest(plain, known.by_ref())?;
    Some((name.to_owned(), format!("{meant}{site}")))
}

#[cfg(test)]
mod tests {
    use super::{Warning, variables};
    use crate::variables::Variables;

    #[test]
    fn the_nearest_variable_is_named() {
        for (name, expected) in [
            ("JIRA_SEND_STAET", Some("JIRA_SEND_STATE")),
            ("JIRA_SEND_DRYRUN", Some("JIRA_SEND_DRY_RUN")),
            ("JIRA_SEND_CLIENT_SECRET", Some("JIRA_CLIENT_SECRET")),
            (
                "JIRA_SEND_CLIENT_SECRET__ACME",
                Some("JIRA_CLIENT_SECRET__ACME"),
            ),
            (
                "JIRA_SEND_CLIENT_SECRET_FILE",
                Some("JIRA_CLIENT_SECRET_FILE"),
            ),
            ("JIRA_SEND_API_URL", Some("JIRA_API_URL")),
            ("JIRA_SEND_SITES", Some("JIRA_SEND_SITE")),
            ("JIRA_SITES", Some("JIRA_SITE")),
            ("JIRA_SEND_ISSUE_KEY", Some("JIRA_SEND_ISSUE_KEYS")),
            ("JIRA_SEND_ENVIRONMENT", Some("JIRA_SEND_ENVIRONMENT_ID")),
            ("JIRA_SEND_CREDENTIAL_ID", Some("JIRA_SEND_CREDENTIALS_ID")),
            ("JIRA_CLIENT_SECERT", Some("JIRA_CLIENT_SECRET")),
            ("JIRA_CLIENT_SECERT__ACME", Some("JIRA_CLIENT_SECRET__ACME")),
            ("JIRA_SIET", Some("JIRA_SITE")),
            ("JIRA_CLIENT_SECRET__ACME", None),
            ("JIRA_SEND_SITE", None),
            ("JIRA_SEND_CLOUD_ID", None),
            ("JIRA_SEND_CLIENT_ID", None),
            ("JIRA_SEND_BIN", None),
            ("JIRA_SEND_TMP", None),
            ("JIRA_SEND_MEMORY", None),
            ("JIRA_SEND_WHOLLY_OTHER", None),
            ("JIRA_URL", None),
            ("JIRA_USER", None),
            ("JIRA_API_TOKEN", None),
            ("JIRA_PROJECT", None),
            ("JIRA_HOME", None),
            ("JIRA_", None),
            ("STATE", None),
        ] {
            let found = variables(&Variables::from([(name, "x")]));
            let line = expected.map(|meant| {
                let what = format!("{name} is not a variable of jira-send");
                Warning::new(what, format!("did you mean {meant}?"))
            });
            assert_eq!(found, Vec::from_iter(line), "{name}");
        }
        let both = [("JIRA_SIET", "x"), ("JIRA_SITE", "acme")];
        assert!(variables(&Variables::from(both)).is_empty());
    }

    /// What is documented or read must never be reported as misspelt.
    #[test]
    fn every_variable_that_is_read_is_known() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = ["docs", "vars", "resources/jira-send", "src", "src/step"];
        let mut count = 0;
        for folder in folders {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let Ok(text) = std::fs::read_to_string(&path) else {
                    continue;
                };
                for (start, _) in text.match_indices("JIRA_SEND_") {
                    let is_name = |it: char| it.is_ascii_uppercase() || it == '_';
                    let name: String = text[start..]
                        .chars()
                        .take_while(|it| is_name(*it))
                        .collect();
                    let found = variables(&Variables::from([(name.as_str(), "x")]));
                    assert!(found.is_empty(), "{found:?} in {}", path.display());
                    count += 1;
                }
            }
        }
        assert!(count > 200, "{count}");
    }
}
