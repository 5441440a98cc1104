//! The part of `check` about the run: what Jenkins and git say, and which issue keys are found.

use super::items::Items;
use crate::cli::KeyOptions;
use crate::commands::identity::jenkins_number;
use crate::commands::run_facts::jenkins_url;
use crate::commands::{self, Context, key_rules, keys};
use crate::domain::issue_key::IssueKey;
use crate::error::{Failure, Warning};
use crate::facts::Facts;
use crate::git::{DEEPEN, GitError, Repository};
use crate::system::Deadline;
use crate::variables::{self, Variables};

/// Without these a run cannot be sent, unless options give them.
const NEEDED: &[variables::Variable] = &[
    variables::JOB_NAME,
    variables::BUILD_NUMBER,
    variables::BUILD_URL,
];

/// Checks Jenkins' variables, the repository and the issue keys, for which git is asked in two rounds.
///
/// # Errors
/// A file of changes that cannot be used.
pub(super) fn check(
    options: &KeyOptions,
    deadline: Deadline,
    context: &Context<'_>,
    items: &mut Items,
) -> Result<(), Failure> {
    let question = commands::question(options, context)?;
    let facts = commands::gather(&question, deadline, context);
    jenkins(&facts, context.variables, items);
    let patience = deadline.remaining(context.system);
    let repository = Repository::new(&facts.directory, context.system, patience);
    git(&repository, &facts, items);
    issue_keys(&facts, options, items);
    Ok(())
}

fn jenkins(facts: &Facts, variables: &Variables, items: &mut Items) {
    let names = |set: bool, of: &[variables::Variable]| {
        let matching = of.iter().filter(|it| variables.get(**it).is_some() == set);
        let names: Vec<&str> = matching.map(|it| it.name).collect();
        names.join(", ")
    };
    let missing = names(false, NEEDED);
    let no_jenkins = variables.get(variables::JENKINS_URL).is_none();
    if missing.is_empty() {
        items.ok("jenkins", names(true, variables::JENKINS));
    } else if no_jenkins && names(true, NEEDED).is_empty() {
        items.warn(
            "jenkins",
            format!("not running in Jenkins: {missing} are not set"),
            "run it as a step of the job; elsewhere pass --job-name, --build-number and --url to build and deployment",
        );
    } else if missing == variables::BUILD_URL.name {
        items.warn(
            "jenkins",
            "BUILD_URL is not set: Jira links to it",
            "fill in Manage Jenkins > System > Jenkins URL, or pass --url",
        );
    } else {
        items.warn(
            "jenkins",
            format!("not set: {missing}; Jira identifies a run by its job and its number"),
            "does something clear the environment (sudo, docker run, env -i)? Pass these variables on, or pass --job-name, --build-number and --url",
        );
    }
    if let Some(Err(failure)) = facts.run.build_number.as_deref().map(jenkins_number) {
        items.fail("build_number", &failure);
    }
    let url = facts.run.url.as_deref();
    match url.map(|url| jenkins_url("BUILD_URL", url)) {
        Some(Err(failure)) => items.fail("build_url", &failure),
        Some(Ok(url)) if url.is_local() => items.warn(
            "build_url",
            format!("only this machine can open {url}"),
            "fill in Manage Jenkins > System > Jenkins URL, or pass --url",
        ),
        Some(Ok(url)) => items.ok("build_url", url.to_string()),
        None => items.skip("build_url", "BUILD_URL is not set"),
    }
}

fn git(repository: &Repository<'_>, facts: &Facts, items: &mut Items) {
    let trouble = match repository.check() {
        Ok(()) => None,
        Err(GitError::NotInstalled) => Some((
            "git is not installed on this machine: commit messages are not searched".to_owned(),
            "install git on the agent, or pass the keys with --issue-keys",
        )),
        Err(GitError::TooSlow) => Some((
            "git did not answer in time: commit messages are not searched".to_owned(),
            "is the workspace on a slow drive? --budget gives it more time",
        )),
        Err(GitError::Failed(text)) => Some((
            format!("commit messages are not searched: {text}"),
            "run it in the folder of the repository, or name that folder with --repository-dir",
        )),
    };
    if let Some((message, hint)) = trouble {
        items.warn("git", message, hint);
        items.skip("history", "git could not be run here");
        items.skip("commits", "git could not be run here");
        return;
    }
    items.ok("git", "installed, and this is a repository");
    let shallow = repository.is_shallow();
    if shallow {
        let message =
            "the clone is shallow: commits since the last successful build may be missing";
        items.warn("history", message, DEEPEN);
    } else {
        items.ok("history", "the clone is not shallow");
    }
    for (folder, range) in &facts.ranges {
        items.ok("range", format!("{folder}: {}", range.searched()));
    }
    let mut told = false;
    for Warning { what, advice } in &facts.notes.warnings {
        if !(shallow && advice == DEEPEN) {
            items.warn("commits", what.as_str(), advice.as_str());
            told = true;
        }
    }
    match &facts.commit {
        _ if told => {}
        Some(commit) => items.ok("commits", format!("{commit} is in the repository")),
        None => items.skip("commits", "no commit is named"),
    }
}

fn issue_keys(facts: &Facts, options: &KeyOptions, items: &mut Items) {
    let findings = key_rules::find_in(facts, options);
    let found: Vec<&str> = findings.keys().map(IssueKey::as_str).collect();
    if found.is_empty() {
        let mut searched = keys::Searched::of(&facts.texts);
        facts.log.texts().for_each(|text| searched.add(&text));
        let searched = searched.counted().map_or_else(
            || "since there is no branch, title, tag or commit".to_owned(),
            |searched| format!("in {searched}"),
        );
        items.warn(
            "issue_keys",
            format!("none found {searched}: nothing would be sent for this run"),
            "name an issue in the branch or a commit message; jira-send keys shows what was searched",
        );
    } else {
        items.ok("issue_keys", found.join(", "));
    }
}
