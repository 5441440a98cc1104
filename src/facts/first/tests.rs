use std::time::Duration;

use super::{OfRun, Question, Repository, RepositoryFacts};
use crate::git::Commits;
use crate::system::fake::FakeMachine;

/// What the user names is no commit of an earlier run, and the workspace is asked once.
#[test]
fn only_a_commit_that_jenkins_names_may_be_another_runs() {
    let machine = FakeMachine::default();
    let named = || "8a91dfc".parse().ok();
    for (lacks_head, commit, lacking, expected) in [
        (true, None, None, true),
        (false, None, None, false),
        (true, named(), None, false),
        (true, None, named(), false),
    ] {
        let found = Commits {
            lacks_head,
            ..Commits::default()
        };
        let git = Repository::new(".".as_ref(), &machine, Duration::ZERO);
        let first = OfRun {
            named: named(),
            repository: Some(RepositoryFacts::of(git, ".".to_owned(), found)),
            ..OfRun::default()
        };
        let question = Question {
            commit,
            lacking,
            ..Question::default()
        };
        assert_eq!(first.lacking(&question).is_some(), expected);
    }
}
