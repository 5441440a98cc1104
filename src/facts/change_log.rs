//! Which commits of the change log belong to the run. Jenkins lists those of shared libraries among them, and nothing
//! tells them apart but that no repository of the workspace has them.

use std::collections::{HashMap, HashSet};

use super::ask::First;
use super::checkouts::{Checkouts, unreadable};
use super::further::{self, Further, Reading};
use super::reverts;
use super::texts::{commit_text, commit_text_in};
use super::{Facts, Question};
use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::{Reason, Text};
use crate::git::Commit;

/// Most commits that repositories are asked for; those beyond count.
const MAX_ASKED: usize = 5_000;

/// The file of changes.
pub(super) struct ChangeLog<'a> {
    entries: Vec<Commit>,
    question: &'a Question<'a>,
}

impl<'a> ChangeLog<'a> {
    pub(super) fn new(entries: Vec<Commit>, question: &'a Question<'a>) -> Self {
        Self { entries, question }
    }

    /// The commits that a repository can be asked for. Other systems than git have other ids.
    pub(super) fn ids(&self) -> Vec<String> {
        let ids = self.entries.iter().map(|entry| &entry.id);
        let mut seen = HashSet::new();
        ids.filter(|id| is_full_id(id) && seen.insert(id.as_str()))
            .take(MAX_ASKED)
            .cloned()
            .collect()
    }

    /// Whether it may be a log of git: it is empty, or has commits that are git's.
    pub(super) fn is_of_git(&self) -> bool {
        self.entries.is_empty() || self.entries.iter().any(|entry| is_full_id(&entry.id))
    }

    /// Whether it is Jenkins' own log, and the user does not want all of it.
    fn is_sorted(&self) -> bool {
        self.question.sorts_changes()
    }

    /// The texts of all commits of the run: those that git read of the first repository and of the further ones, and
    /// the first lines of what only the log knows.
    pub(super) fn texts(
        &self,
        mut first: Option<First<'_>>,
        checkouts: &Checkouts<'_>,
        facts: &mut Facts,
    ) -> Vec<Text> {
        let mut sorting = Sorting::new(checkouts.listed.clone());
        if let Some(first) = &mut first {
            self.ask_first(first, &mut sorting, facts);
        }
        let mut others = Vec::new();
        if checkouts.are_expected() || !sorting.rest.is_empty() {
            others = self.ask_others(first.as_ref(), &mut sorting, checkouts, facts);
        }
        if self.question.deployed_before.is_some() {
            let remembers_several = checkouts.are_remembered();
            remember(first.as_ref(), &others, remembers_several, facts);
        }
        let is_sorted = self.is_sorted() && !sorting.rest.is_empty() && sorting.is_certain;
        if !is_sorted || !are_whole(first.as_ref(), &others, facts) {
            sorting.rest.clear();
        }
        facts.commits_left_out = sorting.rest.len();
        if let Some(line) = facts.left_out() {
            facts.details.push(line);
        }
        let mut texts = Vec::new();
        let replaced = !self.question.options.message.is_empty();
        if !replaced {
            if let Some(first) = &first {
                let commits = &first.found.commits;
                let gone = further::taken_back(&first.repository, commits);
                texts.extend(marked(commits.iter().map(commit_text), &gone));
            }
            for other in &others {
                let commits = other.commits.iter();
                let found = commits.map(|commit| commit_text_in(&other.folder, commit));
                texts.extend(marked(found, &other.taken_back));
            }
        }
        let of_others = others.iter().flat_map(|other| &other.commits);
        let read = first.iter().flat_map(|first| &first.found.commits);
        let read = read.chain(of_others).map(|commit| commit.id.as_str());
        let known: HashSet<&str> = read
            .chain(sorting.known.iter().map(String::as_str))
            .collect();
        let left_out: HashSet<&str> = sorting.rest.iter().map(String::as_str).collect();
        let entries = self.entries.iter();
        let (out, of_run): (Vec<&Commit>, Vec<&Commit>) =
            entries.partition(|entry| left_out.contains(entry.id.as_str()));
        let of_run = of_run.into_iter();
        let of_run = of_run.filter(|entry| replaced || !known.contains(entry.id.as_str()));
        let of_run: Vec<&Commit> = of_run.collect();
        let gone = reverts::taken_back(&of_run, HashMap::new);
        texts.extend(marked(of_run.into_iter().map(commit_text), &gone));
        texts.extend(
            out.into_iter()
                .map(|entry| commit_text(entry).left_out(Reason::OtherRepository)),
        );
        texts
    }

    /// Reads what the range does not have and the first repository has.
    fn ask_first(&self, first: &mut First<'_>, sorting: &mut Sorting, facts: &mut Facts) {
        let read = first.found.commits.iter().map(|commit| commit.id.as_str());
        let read: HashSet<&str> = read.collect();
        sorting.rest.retain(|id| !read.contains(id.as_str()));
        let had = first.repository.look_up(&sorting.rest).and_then(|found| {
            let had: HashSet<String> = found.into_iter().flatten().collect();
            let had = sorting.rest.iter().filter(|id| had.contains(*id)).cloned();
            let had: Vec<String> = had.collect();
            let only_since_deployed = self.is_sorted();
            further::add_listed(
                &first.repository,
                &had,
                &mut first.found,
                only_since_deployed,
            )?;
            Ok(had)
        });
        match had {
            Ok(had) => sorting.are_known(had),
            Err(error) => {
                sorting.is_certain = false;
                facts.warnings.push(unreadable(&first.folder, &error));
            }
        }
    }

    /// Reads the further repositories of the run.
    fn ask_others(
        &self,
        first: Option<&First<'_>>,
        sorting: &mut Sorting,
        checkouts: &Checkouts<'_>,
        facts: &mut Facts,
    ) -> Vec<Further> {
        let reading = Reading {
            question: self.question,
            listed: &sorting.rest,
            only_since_deployed: self.is_sorted(),
            is_first_build: self.entries.is_empty() && facts.run.previous_commit.is_none(),
            name_of_first: first.and_then(|first| first.name.as_ref()),
        };
        let folder = first.map(|_| facts.directory.as_path());
        let read = further::read(&reading, folder, checkouts);
        let found = checkouts.found();
        facts.tell_found(found);
        sorting.is_certain &= !found.is_uncertain;
        let mut others = Vec::new();
        for result in read {
            match result {
                Ok(further) => others.push(further),
                Err(warning) => {
                    sorting.is_certain = false;
                    facts.warnings.push(warning);
                }
            }
        }
        facts
            .warnings
            .extend(nowhere(first, checkouts, facts.commit.as_deref()));
        for other in &others {
            facts.warnings.extend(other.warnings.iter().cloned());
            sorting.are_known(other.listed.clone());
        }
        others
    }
}

/// The texts of commits, marked where the range leaves nothing of them.
fn marked(texts: impl Iterator<Item = Text>, taken_back: &[bool]) -> impl Iterator<Item = Text> {
    texts.zip(taken_back).map(|(text, is_taken_back)| {
        if *is_taken_back {
            text.left_out(Reason::Reverted)
        } else {
            text
        }
    })
}

/// The commits of the log on their way to a repository.
struct Sorting {
    /// Those that no repository was found to have so far.
    rest: Vec<String>,
    /// Those that a repository has, and that were read there or are deployed already.
    known: Vec<String>,
    /// Whether every repository has said which it has.
    is_certain: bool,
}

impl Sorting {
    fn new(rest: Vec<String>) -> Self {
        Self {
            rest,
            known: Vec::new(),
            is_certain: true,
        }
    }

    fn are_known(&mut self, ids: Vec<String>) {
        let known: HashSet<&str> = ids.iter().map(String::as_str).collect();
        self.rest.retain(|id| !known.contains(id.as_str()));
        self.known.extend(ids);
    }
}

/// Whether what none of the repositories has cannot be of the run: the commit that was built is there, and nothing was
/// cut off.
fn are_whole(first: Option<&First<'_>>, others: &[Further], facts: &Facts) -> bool {
    let is_built_here = match first {
        Some(first) => !first.found.lacks_head,
        None => facts.commit.is_none() && !others.is_empty(),
    };
    is_built_here
        && !others.iter().any(|other| other.is_shallow)
        && !first.is_some_and(|first| first.repository.is_shallow())
}

/// What `checkout` returned and is not here: on another agent, or gone.
fn nowhere(
    first: Option<&First<'_>>,
    checkouts: &Checkouts<'_>,
    built: Option<&str>,
) -> Vec<(String, String)> {
    let all = &checkouts.found().checkouts;
    let returned = checkouts.checked_out.iter().map(|it| it.commit.as_str());
    let missing = returned.filter(|commit| {
        let is_in = |first: &First<'_>| first.repository.resolve(commit).is_some();
        built != Some(*commit) && !all.iter().any(|it| it.has(commit)) && !first.is_some_and(is_in)
    });
    let warning = |commit: &str| {
        let short: String = commit.chars().take(12).collect();
        (
            format!("commit {short}, which checkout returned, is not in any repository of the workspace"),
            "call the step on the agent that has all checkouts, or name their folders with --repositories"
                .to_owned(),
        )
    };
    missing.map(warning).collect()
}

/// Notes which commit of which repository is deployed, where there are several.
fn remember(
    first: Option<&First<'_>>,
    others: &[Further],
    remembers_several: bool,
    facts: &mut Facts,
) {
    if others.is_empty() && !remembers_several {
        return;
    }
    let url = facts.repository.as_deref();
    let named = first.map(|first| {
        let name = first.name.clone();
        let name = name.unwrap_or_else(|| RepositoryName::new(url, &first.folder));
        (name, first.folder.as_str())
    });
    // Jenkins knows the commit also where there is no clone.
    let by_jenkins = || url.map(|url| (RepositoryName::new(Some(url), ""), ""));
    let of_first = named.or_else(by_jenkins).zip(facts.commit.as_deref());
    let of_first = of_first.map(|((name, folder), commit)| (name, folder, commit));
    let of_others = others.iter().filter_map(|other| {
        Some((
            other.name.clone()?,
            other.folder.as_str(),
            other.commit.as_deref()?,
        ))
    });
    facts.deployed = further::by_name(of_first.into_iter().chain(of_others));
}

/// Whether it is the full id of a commit, by SHA-1 or SHA-256.
fn is_full_id(id: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(id.len(), 40 | 64) && id.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::{ChangeLog, Commit, MAX_ASKED, Question, is_full_id};
    use crate::cli::KeyOptions;

    #[test]
    fn only_full_ids_are_asked_for() {
        let cases = [
            ("8428e75eecfa2ba54aa79029873b205bc1105b1f", true),
            ("8428E75EECFA2BA54AA79029873B205BC1105B1F", false),
            ("8428e75eecfa", false),
            ("1234", false),
            ("", false),
            ("8428e75eecfa2ba54aa79029873b205bc1105b1\n", false),
            ("--batch-all-objects8428e75eecfa2ba54aa79", false),
        ];
        for (id, expected) in cases {
            assert_eq!(is_full_id(id), expected, "{id:?}");
        }
        assert!(is_full_id(&"a".repeat(64)));
    }

    #[test]
    fn each_commit_is_asked_for_once_and_not_without_end() {
        let entry = |number: usize| Commit {
            id: format!("{number:040x}"),
            message: String::new(),
        };
        let entries = (0..MAX_ASKED + 10).flat_map(|number| [entry(number), entry(number)]);
        let options = KeyOptions::default();
        let question = Question::new(&options);
        let ids = ChangeLog::new(entries.collect(), &question).ids();
        assert_eq!(ids.len(), MAX_ASKED);
        assert_eq!(ids[1], entry(1).id);
    }
}
