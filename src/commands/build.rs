//! `jira-send build`: this run as a build. A step, the wrapper of a command and a backfill make theirs here as well.

use super::identity::given_text;
use super::missing::Missing;
use super::payload::{Payload, Status};
use super::run_facts::RunFacts;
use super::send;
use super::{Context, notices, run_facts, test_counts};
use crate::cli::BuildOptions;
use crate::cli::words::Words;
use crate::domain::association::{Associations, OtherAssociations};
use crate::domain::hosting::{CloneUrl, Hosting};
use crate::domain::issue_key::IssueKey;
use crate::domain::reference::{BuiltCommit, BuiltRef, MAX_REFERENCES, Reference};
use crate::domain::state::{BuildState, build_state};
use crate::domain::test_info::TestInfo;
use crate::domain::text::Line;
use crate::error::Failure;
use crate::facts::Facts;
use crate::jenkins::{Ref, Run};
use crate::jira::builds::{Build, Builds, ProviderMetadata, SCHEMA_VERSION};
use crate::jira::{Body, DataType};
use crate::report::Report;

/// Reads the facts, sends the build and reports.
pub(crate) fn run(options: &BuildOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let deadline = super::deadline(&options.jira, context);
    let question = super::question(&options.keys, context)?;
    let jenkins = Run::new(context.variables);
    let mut missing = Missing::for_run(options.jira.dry_run, context);
    let run = run_facts::read(&options.run, &jenkins, context.system, &mut missing)?;
    let destinations = super::destinations(&options.jira.connection, context)?;
    let is_asked = !options.jira.dry_run;
    let run = missing.complete(run, "a build", &destinations, is_asked, context.output)?;
    let wrong =
        |error: String| Failure::usage("the build cannot be sent with these values").cause(error);
    let state = build_state(run.state, options.run.unstable_as)
        .map_err(|error| wrong(error).hint("see --state"))?;
    let given_counts = test_counts::given(options)
        .map_err(|error| wrong(error).hint("see --tests-total and --tests-passed"))?;

    let facts = super::gather(&question, deadline, context);
    let findings = super::find_keys(&facts, &options.keys, context);
    let references = references(options, &facts)?;
    let others = OtherAssociations {
        issue_ids: Words::all(&options.keys.issue_ids),
        ..OtherAssociations::default()
    };

    let (associations, cut) = Associations::new(&mut findings.keys(), &others);
    notices::report_found(&facts, &findings, &cut, &options.keys, context.output);
    let require = options.run.update.require_issue_keys;
    if associations.is_empty() {
        return Ok(Report {
            ranges: super::ranges(&facts),
            ..send::nothing(&findings, require, context.output)
        });
    }
    run_facts::say_assumed(&options.run, &run, context.output);
    let test_info = given_counts.or_else(|| test_counts::read(options, deadline, context));
    let parts = BuildParts {
        run,
        state,
        associations,
        issue_keys: super::sent_keys(&findings, &cut),
        test_info,
        references,
    };
    let payloads = vec![payload(parts, &facts, options, context)];
    let jira = &options.jira;
    let report = send::send_all(payloads, require, jira, &destinations, deadline, context)?;
    Ok(Report {
        ranges: super::ranges(&facts),
        commit: facts.commit,
        ..report
    })
}

/// What the build consists of.
pub(super) struct BuildParts {
    pub(super) run: RunFacts,
    pub(super) state: BuildState,
    pub(super) associations: Associations,
    pub(super) issue_keys: Vec<IssueKey>,
    pub(super) test_info: Option<TestInfo>,
    pub(super) references: Vec<Reference>,
}

/// The build as it is sent.
pub(super) fn payload(
    parts: BuildParts,
    facts: &Facts,
    options: &BuildOptions,
    context: &Context<'_>,
) -> Payload {
    let BuildParts { run, state, .. } = parts;
    let name = run.name();
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let product = given(&options.run.update.product);
    let label = run.label(&options.run, facts.run.reference.as_ref());
    let build = Build {
        schema_version: SCHEMA_VERSION,
        pipeline_id: run.identity.pipeline_id,
        build_number: run.identity.number.get(),
        update_sequence_number: run.update_sequence_number,
        display_name: given(&options.run.display_name).unwrap_or_else(|| Line::required(&name)),
        description: given(&options.run.description).or_else(|| run_facts::description(facts)),
        label: Some(label),
        url: run.url,
        state,
        last_updated: run.last_updated,
        associations: parts.associations,
        test_info: parts.test_info,
        references: parts.references,
    };
    let body = Builds {
        properties: run.properties,
        builds: vec![build],
        provider_metadata: ProviderMetadata::new(product.as_ref()),
    };
    Payload {
        name: format!("build {name}"),
        status: Some(Status {
            state: state.word(),
            tests: parts.test_info,
        }),
        body: Body::new(DataType::Builds, &body),
        issue_keys: parts.issue_keys,
        names_issues: super::key_rules::are_named(&options.keys),
        origin: run_facts::origin(&options.run, context.phase.event),
        keeps_issue_keys: !options.keys.only_issue_keys,
        may_wait: true,
    }
}

/// The references that are given, else the commit and the branch or tag that were built.
pub(super) fn references(options: &BuildOptions, facts: &Facts) -> Result<Vec<Reference>, Failure> {
    let given = &options.reference;
    if given.len() > MAX_REFERENCES {
        let count = given.len();
        return Err(Failure::usage(format!(
            "Jira accepts {MAX_REFERENCES} references for a build, not {count}"
        ))
        .hint("pass --reference less often"));
    }
    if !given.is_empty() {
        return Ok(given.clone());
    }
    let of_git = || Hosting::of_clone(&CloneUrl::parse(facts.repository.as_deref()?)?, None);
    let page = options.repository_url.as_ref();
    let hosting = page
        .map(|page| Hosting::of_page(page, None))
        .or_else(of_git);
    let repository = hosting.as_ref().map(|hosting| hosting.page().clone());
    let commit = facts.commit.as_deref().and_then(Line::optional);
    let commit = commit
        .zip(repository)
        .map(|(id, repository_uri)| BuiltCommit { id, repository_uri });
    let built = facts.built_ref.as_ref();
    let name = given_text(options.ref_name.as_deref()).or_else(|| built.map(Ref::name));
    let is_tag = matches!(built, Some(Ref::Tag(_)));
    let page = |name: &str| {
        let hosting = hosting.as_ref()?;
        Some(if is_tag {
            hosting.tag(name)
        } else {
            hosting.branch(name)
        })
    };
    let uri = options.ref_url.clone().or_else(|| name.and_then(page));
    let name = name.and_then(Line::optional);
    let built_ref = name.zip(uri).map(|(name, uri)| BuiltRef { name, uri });
    Ok(Reference::new(commit, built_ref).into_iter().collect())
}
