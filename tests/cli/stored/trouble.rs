//! What keeps Jira from telling or deleting.

use jira_sandbox::{Config, Fault, Sandbox};

use super::{KINDS, filled, last};
use crate::support::Agent;

#[test]
fn a_missing_permission_is_named() {
    let jira = Sandbox::with(Config {
        permissions: Vec::new(),
        ..Config::default()
    });
    let agent = Agent::bare().with_jira(&jira);
    for kind in KINDS {
        for command in [kind.show(&[]), kind.delete(&[])] {
            let run = agent.run(&command);
            assert_eq!(run.code, 3, "{command:?}: {}", run.stderr);
            let hint = format!("tick \"{}\"", kind.permission);
            assert!(run.stderr.contains(&hint), "{}", run.stderr);
            assert_eq!(run.stdout, "");
        }
    }
}

#[test]
fn every_fault_has_its_code_and_words() {
    let cases = [
        (Fault::html(200), 4, "a proxy or a login page"),
        (Fault::html(404), 4, "a proxy"),
        (Fault::empty(404), 1, "has not stored"),
        (Fault::json(404, "{}"), 4, "not Jira's answer"),
        (Fault::Junk, 4, "not Jira's answer"),
        (Fault::html(503), 4, "status.atlassian.com"),
        (Fault::empty(403), 3, "OAuth credentials"),
        (Fault::empty(429), 4, "limits the number of requests"),
        (Fault::redirect("https://else.example"), 4, "renamed"),
        (
            Fault::json(400, r#"[{"message": "no \u202e such"}]"#),
            1,
            r"no \u{202e} such",
        ),
        (Fault::Hang, 4, "hint: "),
    ];
    std::thread::scope(|scope| {
        for (fault, code, words) in cases {
            scope.spawn(move || {
                let jira = filled();
                let agent = Agent::bare().with_jira(&jira);
                for kind in KINDS.iter().step_by(2) {
                    jira.fail(kind.endpoint, fault.clone());
                    for command in [kind.show(&["--budget=1"]), kind.delete(&["--budget=1"])] {
                        let run = agent.run(&command);
                        let context = format!("{fault:?} {command:?}: {}", run.stderr);
                        assert_eq!(run.code, code, "{context}");
                        // To a delete Jira never answers so, unless the cloud id is wrong.
                        let words = match (words, command[0]) {
                            ("has not stored", "delete") => "JIRA_CLOUD_ID",
                            _ => words,
                        };
                        assert!(run.stderr.contains(words), "{context}");
                        assert!(run.stderr.contains("error: "), "{context}");
                        assert_eq!(run.stdout, "", "{context}");
                    }
                    jira.clear_faults();
                }
            });
        }
    });
}

#[test]
fn what_passes_is_tried_again() {
    for fault in [Fault::ApplyThenClose, Fault::empty(503), Fault::empty(401)] {
        let jira = filled();
        let agent = Agent::bare().with_jira(&jira);
        for command in [KINDS[0].show(&[]), KINDS[0].delete(&[])] {
            jira.fail_times(KINDS[0].endpoint, 1, fault.clone());
            let run = agent.run(&command);
            assert_eq!(run.code, 0, "{fault:?}: {}", run.stderr);
        }
        let deletes = jira.requests();
        let deletes = deletes.iter().filter(|request| request.method == "DELETE");
        let paths: Vec<&str> = deletes.map(|request| request.path.as_str()).collect();
        assert_eq!(paths.len(), 2);
        assert_eq!(paths[0], paths[1]);
        assert!(last(&jira).starts_with("DELETE"));
        assert_eq!(jira.build("shop~2Fmain", 7), None);
    }
}

#[test]
fn requests_are_shown_without_the_token() {
    let jira = filled();
    let agent = Agent::bare().with_jira(&jira);
    let run = agent.run(&KINDS[0].delete(&["--verbose"]));
    assert!(run.stderr.contains("> DELETE http://"), "{}", run.stderr);
    assert!(run.stderr.contains("< 202 from"), "{}", run.stderr);
    let requests = jira.requests();
    let token = requests.last().unwrap().header("authorization").unwrap();
    let token = token.strip_prefix("Bearer ").unwrap();
    assert!(!run.stderr.contains(token));
}
