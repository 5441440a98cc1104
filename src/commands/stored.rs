//! `jira-send show` and `jira-send delete`: what Jira has stored, read back and deleted.

pub(crate) mod delete;
pub(crate) mod show;
mod subject;

use std::fmt;
use std::time::Duration;

use super::connection::Destination;
use super::session::Session;
use super::{Context, send};
use crate::cli::AskOptions;
use crate::domain::properties::Properties;
use crate::error::{Failure, FailureKind};
use crate::jira::item::Item;
use crate::jira::{DataType, Jira, bulk_path};
use crate::output::Output;
use crate::policy::worst;
use crate::report::{Outcome, Report, SiteReport};
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

enum Subject {
    Item(Item),
    /// All that was sent with all of these labels.
    Labelled(DataType, Properties),
}

impl Subject {
    fn data(&self) -> DataType {
        match self {
            Self::Item(item) => item.data(),
            Self::Labelled(data, _) => *data,
        }
    }

    /// Path below that of its data, where it is deleted.
    fn path(&self) -> String {
        match self {
            Self::Item(item) => item.path(),
            Self::Labelled(_, labels) => bulk_path(labels),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item @ Item::Repository(_)) => write!(
                formatter,
                "{item} with all its commits, branches and pull requests"
            ),
            Self::Item(item) => item.fmt(formatter),
            Self::Labelled(data, labels) => {
                let labels = labels.pairs().map(|(key, value)| format!("{key}={value}"));
                let labels: Vec<String> = labels.collect();
                let what = match data {
                    DataType::Builds => "all builds",
                    DataType::Deployments => "all deployments",
                    DataType::DevInfo => {
                        "all repositories, with all their commits, branches and pull requests,"
                    }
                    DataType::FeatureFlags => "all feature flags",
                };
                write!(formatter, "{what} with {}", labels.join(" and "))
            }
        }
    }
}

/// Asks all sites at once, each with its own credential, and reports what they say.
fn ask(
    options: &AskOptions,
    destinations: &[Destination],
    context: &Context<'_>,
    question: &(dyn Fn(&mut Jira<'_>, &str, Deadline) -> Result<SiteAnswer, Failure> + Sync),
) -> Result<Report, Failure> {
    if destinations.is_empty() {
        return Err(send::no_site());
    }
    let budget = Duration::from_secs(options.connection.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let several = destinations.len() > 1;
    let answers = side_by_side(destinations, |destination| {
        let name = &destination.name;
        let mut session = Session::new(destination, context);
        let jira = session.open(deadline);
        let answer = jira.and_then(|jira| question(jira, name, deadline));
        answer.unwrap_or_else(|failure| {
            let failure = session.hinted(failure, several);
            SiteAnswer {
                report: SiteReport::failed(name.clone(), &failure),
                failure: Some(failure),
            }
        })
    });
    Ok(into_report(answers, context.output))
}

/// What a site says, with the failure that people see if it is not what was asked for.
struct SiteAnswer {
    report: SiteReport,
    failure: Option<Failure>,
}

impl SiteAnswer {
    fn new(site: &str, outcome: Outcome, message: String) -> Self {
        let report = SiteReport {
            message,
            ..SiteReport::new(site.to_owned(), outcome)
        };
        Self {
            report,
            failure: None,
        }
    }
}

/// Reports what failed, and adds the sites up. The exit code is that of the site that matters most.
fn into_report(answers: Vec<SiteAnswer>, output: &Output) -> Report {
    let (mut sites, mut codes) = (Vec::new(), Vec::new());
    for SiteAnswer { report, failure } in answers {
        if let Some(failure) = &failure {
            output.failure(failure);
        }
        let of_failure = failure.map_or(0, |failure| failure.kind.exit_code());
        codes.push(match report.outcome {
            Outcome::NotFound => FailureKind::Refused.exit_code(),
            _ => of_failure,
        });
        sites.push(report);
    }
    let exit_code = worst(&codes);
    let decides = codes.iter().position(|code| *code == exit_code);
    let decides = decides.and_then(|index| sites.get(index));
    let outcome = decides.map_or(Outcome::NotFound, |site| site.outcome);
    let messages: Vec<&str> = sites.iter().map(|site| site.message.as_str()).collect();
    let message = messages.join("; ");
    Report {
        exit_code,
        sites,
        ..Report::new(outcome, message)
    }
}
