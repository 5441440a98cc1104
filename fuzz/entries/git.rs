//! What git prints. See [`crate::fuzz_entries`].

use super::{Commit, names, only_branch, single_line};
use crate::domain::hosting::CloneUrl;
use crate::domain::issue_key::{KeyRules, Text, TextKind, find};
use crate::domain::revision::Revision;
use crate::git::details::read_all;
use crate::git::listed::{Object, since_listed};
use crate::git::range::merge::pull_request_tip;
use crate::jenkins::Ref;

/// Outputs with `%%%` between them: of the log, of the references, of the remotes, and of what has one line. Names may
/// be anything that git lets through, and messages anything at all.
pub(crate) fn git(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut outputs = text.split("%%%\n");
    let mut next = || outputs.next().unwrap_or_default();
    let commits = next();
    log(commits);
    details(commits.as_bytes());
    let branch = only_branch(next());
    let remotes = names(next());
    assert!(remotes.iter().all(|name| !name.is_empty()));
    if let Some(branch) = branch {
        assert!(!branch.is_empty() && !branch.contains('\n') && branch != "HEAD");
        let reference = Ref::Branch(branch.clone()).without_remote(&remotes);
        assert!(branch.ends_with(reference.name()));
    }
    if let Some(line) = single_line(next()) {
        assert!(!line.is_empty() && line == line.trim() && !line.contains('\n'));
        let _ = CloneUrl::parse(&line);
        if let Ok(revision) = format!("refs/tags/{line}").parse::<Revision>() {
            assert!(revision.as_str().starts_with("refs/tags/"));
        }
    }
}

fn log(output: &str) {
    let commits = output.split('\0').map(Commit::of_record);
    let commits: Vec<Commit> = commits.filter(|commit| !commit.id.is_empty()).collect();
    assert!(commits.len() <= output.split('\0').count());
    for commit in &commits {
        assert!(!commit.id.is_empty() && !commit.id.contains(['\n', '\0']));
        assert!(output.contains(&commit.message) && !commit.message.contains('\0'));
        let tip = pull_request_tip(&commit.message, "1", &commit.id);
        assert!(tip == "1" || tip == commit.id);
    }
    // Ids with those of their parents, as the log is read with them.
    let listed: Vec<String> = commits.iter().map(|commit| commit.id.clone()).collect();
    let new = since_listed(commits.clone(), &listed[..listed.len() / 2]);
    assert!(new.len() <= commits.len() && new.iter().all(|commit| !commit.id.contains(' ')));
    let mut objects = output.lines().filter_map(Object::parse);
    assert!(objects.all(|object| output.contains(&object.id)));
    let texts: Vec<Text> = commits
        .iter()
        .map(|commit| Text::new(TextKind::Commit, commit.id.as_str(), &commit.message))
        .collect();
    let rules = KeyRules::default();
    crate::fuzz_entries::issue_keys::check(&find(&texts, &rules), &rules);
}

fn details(output: &[u8]) {
    let commits = read_all(output);
    assert!(commits.len() <= output.len() / 8);
    for commit in &commits {
        assert!(commit.files.len() <= 10 && commit.files.len() <= commit.file_count);
        assert!(commit.files.iter().all(|file| !file.path.contains(&0)));
    }
}
