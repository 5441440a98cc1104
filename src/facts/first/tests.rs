use super::{Question, is_lacking};

/// What the user names is no commit of an earlier run, and the workspace is asked once.
#[test]
fn only_a_commit_that_jenkins_names_may_be_another_runs() {
    let named = || "8a91dfc".parse().ok();
    for (lacks_head, commit, lacking, expected) in [
        (true, None, None, true),
        (false, None, None, false),
        (true, named(), None, false),
        (true, None, named(), false),
    ] {
        let question = Question {
            commit,
            lacking,
            ..Question::default()
        };
        assert_eq!(is_lacking(&question, lacks_head), expected);
    }
}
