//! One run of the past as the updates that it would have sent: its variables are put together as Jenkins would have set
//! them, and the rest is what a live update goes through.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::variables::variables;
use crate::backfill::{Job, Past, PastRun};
use crate::cli::{
    BackfillOptions, BuildOptions, Command, DeploymentOptions, KeyOptions, RunOptions,
};
use crate::commands::identity::EnvironmentName;
use crate::commands::missing::Missing;
use crate::commands::payload::Payload;
use crate::commands::run_facts::{self, RunFacts};
use crate::commands::{Context, build, deployment, key_rules, sent_keys};
use crate::domain::association::{Associations, OtherAssociations};
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::ids::{EnvironmentId, PipelineIdStyle, decoded};
use crate::domain::issue_key::{Findings, IssueKey, Text, TextKind};
use crate::domain::revision::is_full_id;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::{DeploymentState, RunState, build_state};
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::{self, Facts, Question};
use crate::git::Repository;
use crate::jira::Body;
use crate::outbox::Entry;
use crate::step::Remembered;
use crate::variables::Variables;

/// Git gets no more time than this for one run.
const PATIENCE: Duration = Duration::from_mins(2);

/// Makes updates of runs.
pub(super) struct Maker<'a> {
    build: BuildOptions,
    deployment: DeploymentOptions,
    /// Of the controller, without a slash at the end.
    address: String,
    repositories: &'a [PathBuf],
    /// Added to every number, so that what is sent again wins over what was sent before.
    round: i64,
    context: &'a Context<'a>,
}

impl<'a> Maker<'a> {
    /// # Errors
    /// Never, as long as a build and a deployment can be sent without any option.
    pub(super) fn new(
        options: &'a BackfillOptions,
        address: &str,
        round: u32,
        context: &'a Context<'a>,
    ) -> Result<Self, Failure> {
        let broken = || Failure::usage("could not create the options of a build");
        let keys = KeyOptions {
            rules: options.rules.clone(),
            ..KeyOptions::default()
        };
        let Some(Command::Build(build)) = Command::untyped("build") else {
            return Err(broken());
        };
        let Some(Command::Deployment(deployment)) = Command::untyped("deployment") else {
            return Err(broken());
        };
        let (mut build, mut deployment) = (build.into_inner(), deployment.into_inner());
        for run in [&mut build.run, &mut deployment.run] {
            run.identity.pipeline_id_style = options.builds.pipeline_id_style;
            run.identity.per_controller = options.builds.per_controller;
            run.unstable_as = options.builds.unstable_as;
        }
        build.keys = keys.clone();
        deployment.keys = keys;
        deployment
            .environment_types
            .clone_from(&options.builds.environment_types);
        Ok(Self {
            build,
            deployment,
            address: address.trim_end_matches('/').to_owned(),
            repositories: &options.history.repository,
            round: round.into(),
            context,
        })
    }

    /// The updates of a run that is over: its build and its deployments.
    ///
    /// # Errors
    /// What keeps it from being sent.
    pub(super) fn updates(&self, job: &Job, past: &Past) -> Result<Vec<Payload>, Failure> {
        let run = &past.run;
        let result = run.result.as_deref().unwrap_or_default();
        let remembered = Remembered::of(&run.memory, result, &(run.began..=run.ended));
        let state: RunState = result.parse().unwrap_or(RunState::Unknown);
        let facts = self.facts(job, past, &remembered);
        let findings = key_rules::find_in(&facts, &self.build.keys);
        let build = self.build(run, state, &facts, &findings)?;
        let mut updates: Vec<Payload> = build.into_iter().collect();
        for (place, at) in &remembered.deployed {
            let deployment = self.deployment(run, place, *at, &facts, &remembered.issue_keys)?;
            updates.extend(deployment);
        }
        // What a step had made of this run, and may not have delivered, says more than what can be made now.
        let own = i64::try_from(run.number).ok();
        let entries = remembered.entries.into_iter();
        for entry in entries.filter(|entry| entry.body.number() == own) {
            let is_other =
                |body: &Body| body.kind != entry.body.kind || body.keys() != entry.body.keys();
            updates.retain(|payload| is_other(&payload.body));
            updates.push(of_entry(entry));
        }
        Ok(updates)
    }

    fn facts(&self, job: &Job, past: &Past, remembered: &Remembered) -> Facts {
        let mut variables = variables(job, &past.run, &self.address);
        let mut question = Question {
            changes: [past.run.changes.as_slice(), &past.earlier].concat().into(),
            lacks_workspace: true,
            ..Question::default()
        };
        let mut folders = self.repositories.iter();
        let of_clone = folders.find_map(|folder| self.in_clone(folder, past, &variables));
        if let Some((folder, of_clone)) = of_clone {
            variables = of_clone;
            question.repository_dir = Some(folder);
            question.lacks_workspace = false;
            question.sorts_changes = true;
        }
        let mut facts = facts::gather(&question, &variables, self.context.system, PATIENCE);
        let known: Vec<&str> = remembered.issue_keys.iter().map(IssueKey::as_str).collect();
        if !known.is_empty() {
            let text = Text::new(TextKind::Title, "JIRA_SEND_MEMORY", &known.join(" "));
            facts.texts.push(text);
        }
        facts
    }

    /// The clone and the run's variables, when it has what was checked out.
    fn in_clone(
        &self,
        folder: &Path,
        past: &Past,
        variables: &Variables,
    ) -> Option<(PathBuf, Variables)> {
        let repository = Repository::new(folder, self.context.system, PATIENCE);
        let checkouts = past.run.checkouts.iter();
        let built: Vec<String> = checkouts.clone().map(|it| it.commit.clone()).collect();
        let wanted = [&built, &past.last_success, &past.last_run];
        let asked = wanted.into_iter().flatten();
        let asked = asked.filter(|id| is_full_id(id)).cloned();
        let found = repository.look_up(&asked.collect::<Vec<_>>()).ok()?;
        let found: HashSet<String> = found.into_iter().flatten().collect();
        let first = |ids: &Vec<String>| ids.iter().find(|id| found.contains(*id)).cloned();
        let [built, last_success, last_run] = wanted.map(first);
        let checkout = checkouts
            .into_iter()
            .find(|it| Some(&it.commit) == built.as_ref())?;
        let variables = variables.with([
            ("GIT_BRANCH", checkout.branch.clone()),
            ("GIT_URL", checkout.url.clone()),
            ("GIT_COMMIT", built),
            ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", last_success),
            ("GIT_PREVIOUS_COMMIT", last_run),
        ]);
        Some((folder.to_owned(), variables))
    }

    /// The number is that of the moment at which the run began: whatever was sent while it went on is newer.
    fn run_options(
        &self,
        options: &RunOptions,
        run: &PastRun,
        state: RunState,
        at: i64,
    ) -> RunOptions {
        let mut options = options.clone();
        options.state = Some(state);
        let number = run.began.saturating_add(self.round);
        options.update.update_sequence_number = Some(SequenceNumber::new(number));
        options.update.last_updated = Some(Timestamp::from_millisecond(at));
        options
    }

    fn run_facts(
        &self,
        options: &RunOptions,
        facts: &Facts,
        what: &str,
    ) -> Result<RunFacts, Failure> {
        let mut missing = Missing::default();
        let found = run_facts::read(options, &facts.run, self.context.system, &mut missing)?;
        found.ok_or_else(|| missing.into_failure(what))
    }

    fn build(
        &self,
        run: &PastRun,
        state: RunState,
        facts: &Facts,
        findings: &Findings,
    ) -> Result<Option<Payload>, Failure> {
        let (associations, cut) =
            Associations::new(&mut findings.keys(), &OtherAssociations::default());
        if associations.is_empty() {
            return Ok(None);
        }
        let wrong = |error: String| Failure::usage(error);
        let mut options = self.build.clone();
        options.run = self.run_options(&options.run, run, state, run.ended);
        if let Some([total, failed, skipped]) = run.tests {
            options.tests_total = Some(total);
            options.tests_failed = Some(failed);
            options.tests_skipped = Some(skipped);
        }
        let parts = build::BuildParts {
            run: self.run_facts(&options.run, facts, "a build")?,
            state: build_state(state, options.run.unstable_as).map_err(wrong)?,
            associations,
            issue_keys: sent_keys(findings, &cut),
            // Counts that contradict each other are left out.
            test_info: crate::commands::test_counts::given(&options).unwrap_or_default(),
            references: build::references(&options, facts)?,
        };
        Ok(Some(build::payload(parts, facts, &options, self.context)))
    }

    /// Only what succeeded is remembered, for the issues of the run.
    fn deployment(
        &self,
        run: &PastRun,
        place: &str,
        at: i64,
        facts: &Facts,
        issue_keys: &[IssueKey],
    ) -> Result<Option<Payload>, Failure> {
        let (associations, _) =
            Associations::new(&mut issue_keys.iter(), &OtherAssociations::default());
        if associations.is_empty() {
            return Ok(None);
        }
        let mut options = self.deployment.clone();
        options.run = self.run_options(&options.run, run, RunState::Successful, at);
        let of_run = self.run_facts(&options.run, facts, "a deployment")?;
        let style = options.run.identity.pipeline_id_style;
        let project = of_run.identity.project_id.as_str();
        let below = place.strip_prefix(project);
        let Some(id) = below.and_then(|below| below.strip_prefix('/')) else {
            // That of another job, or of one component of several.
            return Ok(None);
        };
        let name = match style {
            PipelineIdStyle::Safe => decoded(id),
            PipelineIdStyle::Name | PipelineIdStyle::Hash => id.to_owned(),
        };
        let environment = EnvironmentName {
            id: EnvironmentId::new(&name, style),
            given: &name,
            name: &name,
        };
        if environment.id.as_str() != id {
            return Ok(None);
        }
        let types = EnvironmentTypes::all(&options.environment_types);
        let parts = deployment::DeploymentParts {
            pipeline_url: deployment::pipeline_url(&options, &facts.run, &of_run)?,
            run: of_run,
            environment: environment.typed(None, &types),
            associations,
            state: DeploymentState::Successful,
            issue_keys: issue_keys.to_vec(),
        };
        Ok(Some(deployment::payload(
            parts,
            facts,
            &options,
            self.context,
        )))
    }
}

fn of_entry(entry: Entry) -> Payload {
    let issues = entry.body.numbers_and_issues().into_iter();
    let issues = issues.flat_map(|(_, issues)| issues);
    let issue_keys = issues.filter_map(|issue| issue.parse().ok()).collect();
    Payload::of_past(entry.name, entry.body, issue_keys)
}
