//! Which build, deployment, repository, commit … is meant: `show` and `delete` find it out first.

use std::time::Duration;

use super::Subject;
use crate::cli::{
    AskOptions, BranchOptions, CommitOptions, PullRequestKeyOptions, RepositoryKeyOptions, Which,
};
use crate::commands::connection::Destination;
use crate::commands::dev_info::{clone_urls, repository_id};
use crate::commands::identity::{RunIdentity, deployment_key, given_text};
use crate::commands::missing::Missing;
use crate::commands::{self, Context};
use crate::domain::entity_ids::EntityId;
use crate::domain::properties::{Properties, Property};
use crate::domain::stored_id::StoredId;
use crate::error::Failure;
use crate::facts;
use crate::git::Repository;
use crate::jenkins::{Ref, Run};
use crate::jira::item::{EntityKind, Item};

const PATIENCE: Duration = Duration::from_secs(5);

/// Finds out which item is meant, and at which sites.
pub(super) fn find(
    which: Which<'_>,
    ask: &AskOptions,
    is_asked: bool,
    context: &Context<'_>,
) -> Result<(Subject, Vec<Destination>), Failure> {
    let mut finder = SubjectFinder {
        run: Run::new(context.variables),
        missing: Missing::default(),
        context,
    };
    let subject = finder.subject(which)?;
    let destinations = commands::destinations(&ask.connection, context)?;
    let (missing, output) = (finder.missing, context.output);
    let subject = missing.complete(subject, "this command", &destinations, is_asked, output)?;
    Ok((subject, destinations))
}

/// By the options, then by what Jenkins says, then by the repository that is checked out: the ids are those that it was
/// sent with.
struct SubjectFinder<'a> {
    run: Run,
    missing: Missing,
    context: &'a Context<'a>,
}

impl<'a> SubjectFinder<'a> {
    fn subject(&mut self, which: Which<'_>) -> Result<Option<Subject>, Failure> {
        let item = match which {
            Which::Build(key) => {
                let identity = RunIdentity::of(key, &self.run, &mut self.missing)?;
                identity.map(|identity| Item::Build {
                    pipeline: identity.pipeline_id,
                    number: identity.number.get(),
                })
            }
            Which::Deployment(key) => {
                let found = deployment_key(key, &self.run, &mut self.missing)?;
                found.map(|(key, _)| Item::Deployment(key))
            }
            Which::Repository(key) => self.repository(key).map(Item::Repository),
            Which::Commit(key) => self.commit(key),
            Which::Branch(key) => self.branch(key),
            Which::PullRequest(key) => self.pull_request(key),
            Which::Flag(key) => {
                let id = key.flag_id.as_ref();
                let id = id.and_then(|id| id.as_str().parse().ok());
                let id = self.missing.want(id, "feature flag", "--flag-id", "");
                id.map(Item::FeatureFlag)
            }
            Which::Labelled(data, labels) => {
                return Ok(Some(Subject::Labelled(data, properties(labels)?)));
            }
        };
        Ok(item.map(Subject::Item))
    }

    /// The repository that git and Jenkins know, where no option says which.
    fn checkout(&self, key: &RepositoryKeyOptions) -> Repository<'a> {
        let named = key.repository_dir.as_deref();
        let (variables, system) = (self.context.variables, self.context.system);
        facts::repository(named, &self.run, variables, system, PATIENCE)
    }

    fn repository(&mut self, key: &RepositoryKeyOptions) -> Option<StoredId> {
        let of_checkout = || {
            let clone_urls = clone_urls(&self.checkout(key), self.run.repository.as_deref());
            let page = key.repository_url.as_ref();
            let id = repository_id(page, key.repository_kind, &clone_urls)?;
            id.to_string().parse().ok()
        };
        let id = key.repository_id.clone().or_else(of_checkout);
        let option = "--repository-id, or run it in the repository";
        self.missing.want(id, "repository", option, "GIT_URL")
    }

    fn commit(&mut self, key: &CommitOptions) -> Option<Item> {
        let repository = self.repository(&key.repository);
        let of_checkout = || {
            let of_jenkins = self.run.commit.as_ref().map(ToString::to_string);
            let checkout = self.checkout(&key.repository);
            let found = checkout.resolve(of_jenkins.as_deref().unwrap_or("HEAD"));
            let hash = found.or(of_jenkins)?;
            EntityId::of(&hash).to_string().parse().ok()
        };
        let id = key.commit.clone().or_else(of_checkout);
        let id = self.missing.want(id, "commit", "--commit", "GIT_COMMIT");
        entity(EntityKind::Commit, repository, id)
    }

    fn branch(&mut self, key: &BranchOptions) -> Option<Item> {
        let repository = self.repository(&key.repository);
        let of_jenkins = || match &self.run.reference {
            Some(Ref::Branch(branch)) => Some(branch.clone()),
            Some(Ref::Tag(_)) => None,
            None => self.checkout(&key.repository).branch(),
        };
        let of_name = || {
            let given = given_text(key.branch.as_deref()).map(ToOwned::to_owned);
            let name = given.or_else(of_jenkins)?;
            EntityId::of(name.trim()).to_string().parse().ok()
        };
        let id = key.branch_id.clone().or_else(of_name);
        let id = self
            .missing
            .want(id, "branch", "--branch or --branch-id", "BRANCH_NAME");
        entity(EntityKind::Branch, repository, id)
    }

    fn pull_request(&mut self, key: &PullRequestKeyOptions) -> Option<Item> {
        let repository = self.repository(&key.repository);
        let change = self.run.change.as_ref();
        let of_jenkins = change.map(|change| change.number.as_str());
        let number = given_text(key.pull_request.as_deref()).or(of_jenkins);
        let id = number.map(|number| EntityId::of(number.trim()));
        let id = id.and_then(|id| id.to_string().parse().ok());
        let id = self
            .missing
            .want(id, "pull request", "--pull-request", "CHANGE_ID");
        entity(EntityKind::PullRequest, repository, id)
    }
}

fn entity(kind: EntityKind, repository: Option<StoredId>, id: Option<StoredId>) -> Option<Item> {
    let both = repository.zip(id);
    both.map(|(repository, id)| Item::Entity {
        repository,
        kind,
        id,
    })
}

fn properties(given: &[Property]) -> Result<Properties, Failure> {
    Properties::new(given, []).map_err(|error| {
        Failure::usage(error)
            .hint("several labels mean all of them: for this one or that one run it once for each")
    })
}
