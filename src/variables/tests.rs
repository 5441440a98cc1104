use super::{
    BRANCH_NAME, CONNECTION, CONTROLLER, JENKINS, JIRA_CLIENT_ID, JIRA_SITE, JOB_NAME, LIBRARY,
    MACHINE, NETWORK, NO_PROXY, PLUGINS, TERMINAL, Variables, as_documented,
};

#[test]
fn blank_and_endless_values_count_as_unset() {
    let endless = "x".repeat(200_000);
    let variables = Variables::from([("JOB_NAME", " \n"), ("BRANCH_NAME", endless.as_str())]);
    assert_eq!(variables.get(JOB_NAME), None);
    assert_eq!(variables.get(BRANCH_NAME), None);
}

#[test]
fn lower_case_wins_where_both_are_read() {
    let cases = [
        (&[("NO_PROXY", "upper")][..], Some(("NO_PROXY", "upper"))),
        (
            &[("no_proxy", "lower"), ("NO_PROXY", "upper")],
            Some(("no_proxy", "lower")),
        ),
        (
            &[("no_proxy", ""), ("NO_PROXY", "upper")],
            Some(("NO_PROXY", "upper")),
        ),
        (&[], None),
    ];
    for (set, expected) in cases {
        let set = set.iter().map(|(name, value)| (name.into(), value.into()));
        let variables = Variables::new(set);
        let found = variables.in_either_case(NO_PROXY);
        let found = found.as_ref().map(|(name, value)| (name.as_str(), *value));
        assert_eq!(found, expected);
    }
}

#[test]
fn every_variable_is_listed_once_and_explained() {
    let all: Vec<_> = [
        CONNECTION, NETWORK, JENKINS, CONTROLLER, PLUGINS, MACHINE, LIBRARY, TERMINAL,
    ]
    .concat();
    for (index, variable) in all.iter().enumerate() {
        assert!(!variable.meaning.is_empty());
        let again = all[index + 1..]
            .iter()
            .any(|other| other.name == variable.name);
        assert!(!again, "{}", variable.name);
    }
}

/// A step that could not run the program keeps what its run was given; a later one sends it.
#[test]
fn the_library_keeps_what_is_read_of_a_run() {
    let not_kept = [
        // A matter of the agent.
        "WORKSPACE",
        "JENKINS_SERVER_COOKIE",
        // Longer than what a run can remember.
        "GERRIT_CHANGE_COMMIT_MESSAGE",
        // The beginnings of names.
        "TRIGGERED_BUILD_NUMBER",
        "COPYARTIFACT_BUILD_NUMBER",
    ];
    let read = JENKINS.iter().chain(PLUGINS).chain([&JIRA_SITE]);
    let read = read.map(|variable| variable.name);
    let expected: Vec<&str> = read.filter(|name| !not_kept.contains(name)).collect();
    let list = std::fs::read_to_string("resources/jira-send/variables").unwrap();
    assert_eq!(list.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn letter_cases_are_one_on_windows() {
    assert_eq!(as_documented("Jira_Site".into(), true), "JIRA_SITE");
    assert_eq!(as_documented("Jira_Site".into(), false), "Jira_Site");
}

#[test]
fn the_variable_of_a_site_wins() {
    let variables = Variables::from([
        ("JIRA_CLIENT_ID", "all"),
        ("JIRA_CLIENT_ID__ACME", "acme"),
        ("JIRA_CLIENT_ID__ACME_EXAMPLE_COM", "exact"),
        ("JIRA_CLIENT_ID__BETA", " "),
    ]);
    let cases = [
        (&["ACME_ATLASSIAN_NET", "ACME"][..], "acme"),
        (&["ACME_EXAMPLE_COM", "ACME"], "exact"),
        (&["BETA_ATLASSIAN_NET", "BETA"], "all"),
        (&[], "all"),
    ];
    for (endings, value) in cases {
        let endings: Vec<String> = endings.iter().map(ToString::to_string).collect();
        assert_eq!(variables.for_site(JIRA_CLIENT_ID, &endings), Some(value));
    }
}
