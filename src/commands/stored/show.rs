//! `jira-send show`: what is stored at each site. `subject.rs` names the kinds.

use std::process::ExitCode;

use serde_json::{Map, Value};

use super::subject::find;
use super::{SiteAnswer, Subject, ask};
use crate::cli::{Format, ShowOptions};
use crate::commands::Context;
use crate::error::{Failure, FailureKind};
use crate::jira::Jira;
use crate::jira::item::{ENTITIES_SHOWN, Item, Presence};
use crate::ordered::ordered;
use crate::output::{Output, readable_json};
use crate::report::{Outcome, Report, SiteReport};

/// Asks each site.
///
/// # Errors
/// What keeps all sites from being asked. What they say is in the report.
pub(crate) fn run(options: &ShowOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let asking = options.what.how();
    let (subject, destinations) = find(options.what.which(), asking, true, context)?;
    if let Subject::Item(Item::Entity { repository, .. }) = &subject {
        context.output.say(&format!(
            "read from repository {repository}, which shows its {ENTITIES_SHOWN} most recent commits, branches and pull requests"
        ));
    }
    ask(asking, &destinations, context, &|client, site, _| {
        look(client, site, &subject)
    })
}

fn look(client: &mut Jira<'_>, site: &str, subject: &Subject) -> Result<SiteAnswer, Failure> {
    let item = match subject {
        Subject::Labelled(_, labels) => {
            let exists = client
                .exists(labels)
                .map_err(|error| error.explain_for(site))?;
            let (outcome, word) = if exists {
                (Outcome::Found, "has data")
            } else {
                (Outcome::NotFound, "has no data")
            };
            let mut answer =
                SiteAnswer::new(site, outcome, format!("{site} {word} with these labels"));
            answer.report.exists = Some(exists);
            return Ok(answer);
        }
        Subject::Item(item) => item,
    };
    let read = client.read(item).map_err(|error| error.explain_for(site))?;
    let message = match read.as_ref().map(|read| item.find(read)) {
        Some(Presence::Stored(stored)) => {
            let mut answer = SiteAnswer::new(site, Outcome::Found, format!("{site} has {item}"));
            answer.report.stored = Some(stored.clone());
            return Ok(answer);
        }
        Some(Presence::OutOfSight) => format!(
            "{site} does not show {item}: it is not among the {ENTITIES_SHOWN} most recent of its repository"
        ),
        Some(Presence::Absent) => format!("{site} has the repository, but not {item}"),
        None => format!("{site} has not stored {item}"),
    };
    let failure = Failure::new(FailureKind::Refused, message.as_str()).hint("check that the id is the one it was sent with; Jira needs a moment to store what was sent, stores nothing that names only unknown issues, and shows only data of this credential");
    Ok(SiteAnswer {
        failure: Some(failure),
        ..SiteAnswer::new(site, Outcome::NotFound, message)
    })
}

/// The stored object for people and programs alike; for several sites an object with one field for each.
pub(crate) fn print(report: &Report, format: Format, output: &Output) -> ExitCode {
    let exit_code = ExitCode::from(report.exit_code);
    let text = match format {
        Format::Json => Some(report.to_json()),
        Format::Text => text(&report.sites),
    };
    match text.map(|text| output.result(&text)) {
        Some(Err(failure)) => {
            output.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
        _ => exit_code,
    }
}

fn text(sites: &[SiteReport]) -> Option<String> {
    let word = |exists| if exists { "yes" } else { "no" };
    if let [only] = sites {
        let stored = only.stored.as_ref().map(readable_json);
        return stored.or_else(|| only.exists.map(|exists| word(exists).to_owned()));
    }
    let answers = sites.iter().filter_map(|site| {
        let answer = site.exists.map(|exists| Value::from(word(exists)));
        Some((site.site.clone(), site.stored.clone().or(answer)?))
    });
    let answers: Map<String, Value> = ordered(answers);
    (!answers.is_empty()).then(|| readable_json(&Value::Object(answers)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Outcome, SiteReport, text};

    #[test]
    fn one_site_has_its_object_and_several_one_field_each() {
        let site = |name: &str| SiteReport::new(name.to_owned(), Outcome::Found);
        let stored = |name| SiteReport {
            stored: Some(json!({"id": "\u{202e}x"})),
            ..site(name)
        };
        let exists = |name, exists| SiteReport {
            exists: Some(exists),
            ..site(name)
        };
        let cases = [
            (vec![site("a")], None),
            (vec![site("a"), site("b")], None),
            (vec![stored("a")], Some("{\n  \"id\": \"\\u202ex\"\n}")),
            (
                vec![site("a"), stored("b")],
                Some("{\n  \"b\": {\n    \"id\": \"\\u202ex\"\n  }\n}"),
            ),
            (vec![exists("a", true)], Some("yes")),
            (
                vec![exists("a", true), exists("b", false)],
                Some("{\n  \"a\": \"yes\",\n  \"b\": \"no\"\n}"),
            ),
        ];
        for (sites, expected) in cases {
            assert_eq!(text(&sites).as_deref(), expected, "{sites:?}");
        }
    }
}
