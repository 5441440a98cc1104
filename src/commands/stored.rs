//! `jira-send show` and `jira-send delete`: what Jira has stored, read back and deleted.

pub(crate) mod delete;
pub(crate) mod show;

use std::fmt;
use std::time::Duration;

use super::connection::{self, Destination};
use super::credentials::{credentials, own_credential_hint};
use super::missing::Missing;
use super::run_facts::{environment_name, identity};
use super::side_by_side::side_by_side;
use super::{Context, send};
use crate::cli::{AskOptions, DeploymentKeyOptions, RepositoryKeyOptions, Which};
use crate::domain::ids::EnvironmentId;
use crate::domain::properties::{Properties, Property};
use crate::domain::stored_id::StoredId;
use crate::error::{Failure, Kind};
use crate::jenkins::Run;
use crate::jira::item::{DeploymentKey, EntityKind, Item};
use crate::jira::trace::Traced;
use crate::jira::{AuthorizedJira, DataType, Jira, bulk_path};
use crate::output::Output;
use crate::policy::worst;
use crate::report::{Outcome, Report, SiteReport};
use crate::system::Deadline;

/// What is read or deleted.
enum Wanted {
    Item(Item),
    /// All that was sent with all of these labels.
    Labelled(DataType, Properties),
}

impl Wanted {
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

impl fmt::Display for Wanted {
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
                    DataType::RemoteLinks => "all remote links",
                };
                write!(formatter, "{what} with {}", labels.join(" and "))
            }
        }
    }
}

/// Finds out which item is meant: by the options, then by what Jenkins says.
struct Finder<'a> {
    run: Run,
    missing: Missing,
    context: &'a Context<'a>,
}

impl<'a> Finder<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self {
            run: Run::new(context.variables),
            missing: Missing::default(),
            context,
        }
    }

    fn find(&mut self, which: Which<'_>) -> Result<Option<Wanted>, Failure> {
        let item = match which {
            Which::Build(key) => {
                let identity = identity(key, &self.run, &mut self.missing)?;
                identity.map(|identity| Item::Build {
                    pipeline: identity.pipeline_id,
                    number: identity.number,
                })
            }
            Which::Deployment(key) => self.deployment(key)?,
            Which::Repository(key) => self.repository(key).map(Item::Repository),
            Which::Commit(key) => {
                self.entity(EntityKind::Commit, &key.repository, key.commit.as_ref())
            }
            Which::Branch(key) => {
                self.entity(EntityKind::Branch, &key.repository, key.branch_id.as_ref())
            }
            Which::PullRequest(key) => self.entity(
                EntityKind::PullRequest,
                &key.repository,
                key.pull_request.as_ref(),
            ),
            Which::Flag(key) => self
                .id(key.flag_id.as_ref(), "the feature flag", "--flag-id")
                .map(Item::FeatureFlag),
            Which::Link(key) => self
                .id(key.link_id.as_ref(), "the remote link", "--link-id")
                .map(Item::RemoteLink),
            Which::Labelled(data, labels) => {
                return Ok(Some(Wanted::Labelled(data, properties(labels)?)));
            }
        };
        Ok(item.map(Wanted::Item))
    }

    fn deployment(&mut self, key: &DeploymentKeyOptions) -> Result<Option<Item>, Failure> {
        let environment = environment_name(&key.environment, &self.run, &mut self.missing);
        let identity = identity(&key.identity, &self.run, &mut self.missing)?;
        let style = key.identity.pipeline_id_style;
        let both = identity.zip(environment);
        Ok(both.map(|(identity, environment)| {
            Item::Deployment(DeploymentKey {
                environment: EnvironmentId::new(environment.trim(), style),
                number: key.deployment_sequence_number.unwrap_or(identity.number),
                pipeline: identity.pipeline_id,
            })
        }))
    }

    fn repository(&mut self, key: &RepositoryKeyOptions) -> Option<StoredId> {
        self.id(
            key.repository_id.as_ref(),
            "the repository",
            "--repository-id",
        )
    }

    fn entity(
        &mut self,
        kind: EntityKind,
        repository: &RepositoryKeyOptions,
        id: Option<&StoredId>,
    ) -> Option<Item> {
        let repository = self.repository(repository);
        let (what, option) = match kind {
            EntityKind::Commit => ("the commit", "--commit"),
            EntityKind::Branch => ("the branch", "--branch-id"),
            EntityKind::PullRequest => ("the pull request", "--pull-request"),
        };
        let id = self.id(id, what, option);
        let both = repository.zip(id);
        both.map(|(repository, id)| Item::Entity {
            repository,
            kind,
            id,
        })
    }

    fn id(&mut self, given: Option<&StoredId>, what: &str, option: &str) -> Option<StoredId> {
        self.missing.want(given.cloned(), what, option, "")
    }

    /// The item and the sites.
    fn finish(
        mut self,
        found: Option<Wanted>,
        ask: &AskOptions,
        is_asked: bool,
    ) -> Result<(Wanted, Vec<Destination>), Failure> {
        let variables = self.context.variables;
        let destinations = connection::destinations(&ask.site, ask.cloud_id.as_deref(), variables)?;
        if is_asked {
            let first = destinations.first();
            self.missing
                .want(first, "the Jira site", "--site or JIRA_SITE", "");
        }
        match found.filter(|_| self.missing.is_empty()) {
            Some(found) => Ok((found, destinations)),
            None => Err(self.missing.into_failure("what is asked for")),
        }
    }
}

/// The labels of what is looked for.
fn properties(given: &[Property]) -> Result<Properties, Failure> {
    Properties::new(given, []).map_err(|error| {
        Failure::usage(error)
            .hint("several labels mean all of them: for this one or that one run it once for each")
    })
}

/// The name of a site, and what it says.
type Said<T> = (String, Result<T, Failure>);

/// Asks all sites at once, each with its own credential.
fn ask<T: Send>(
    options: &AskOptions,
    destinations: &[Destination],
    context: &Context<'_>,
    question: impl Fn(&mut AuthorizedJira<'_>, &str, Deadline) -> Result<T, Failure> + Sync,
) -> Result<Vec<Said<T>>, Failure> {
    if destinations.is_empty() {
        return Err(send::no_site());
    }
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let traced = Traced {
        transport: context.transport,
        output: context.output,
    };
    let several = destinations.len() > 1;
    Ok(side_by_side(destinations, |destination| {
        let name = &destination.name;
        let said = credentials(context.variables, &destination.endings).and_then(|found| {
            context.output.hide(&found.client_secret);
            let endpoints = &destination.endpoints;
            let jira = Jira::new(&traced, context.system, deadline, endpoints, &found);
            let mut client = jira
                .authorize(&destination.target)
                .map_err(|error| error.explain(name))?;
            question(&mut client, name, deadline)
        });
        let said = said.map_err(|failure| {
            let wanted = several && failure.kind == Kind::Credentials;
            let hint = own_credential_hint(context.variables, &destination.endings);
            match hint.filter(|_| wanted) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        });
        (name.clone(), said)
    }))
}

/// What a site says, with what people are told when it is not as wanted.
struct Answer {
    report: SiteReport,
    failure: Option<Failure>,
}

impl Answer {
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

/// Tells what went wrong, and adds the sites up. The exit code is that of the site that matters most.
fn into_report(said: Vec<Said<Answer>>, output: &Output) -> Report {
    let (mut sites, mut codes) = (Vec::new(), Vec::new());
    for (site, said) in said {
        let Answer { report, failure } = said.unwrap_or_else(|failure| Answer {
            report: SiteReport::failed(site, &failure),
            failure: Some(failure),
        });
        if let Some(failure) = &failure {
            output.failure(failure);
        }
        let of_failure = failure.map_or(0, |failure| failure.kind.exit_code());
        codes.push(match report.outcome {
            Outcome::NotFound => Kind::Refused.exit_code(),
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
