//! `jira-send flush`: everything that waits, and an account of it.

use std::fs;

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Run, ending};

const KIND: &str = "freestyle-no-scm";
const JOB: &str = "shop-freestyle-noscm";

/// An agent on which so many builds wait for this Jira, which is well again.
fn with_waiting(jira: &Sandbox, builds: u32) -> Agent {
    let mut agent = Agent::of(KIND).with_jira(jira);
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    for number in 1..=builds {
        agent.set("BUILD_NUMBER", &number.to_string());
        let run = agent.run(&[
            "build",
            "--issue-keys=ABC-1",
            "--budget=1",
            "--on-error=queue",
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert_eq!(agent.kept(".json").len(), usize::try_from(builds).unwrap());
    jira.clear_faults();
    agent
}

/// Copies the one entry that waits, so that there are entries of so many builds.
fn multiply(agent: &Agent, builds: i64) {
    let [entry]: [Value; 1] = agent.waiting().try_into().unwrap();
    let [file]: [String; 1] = agent.kept(".json").try_into().unwrap();
    fs::remove_file(agent.outbox().join(file)).unwrap();
    for number in 1..=builds {
        let mut entry = entry.clone();
        entry["key"]["buildNumber"] = json!(number);
        entry["body"]["builds"][0]["buildNumber"] = json!(number);
        agent.put(&entry, "");
    }
}

fn flush(agent: &Agent, options: &[&str]) -> Run {
    agent.run(&[&["flush", "--format=json"], options].concat())
}

fn counts(run: &Run) -> [i64; 5] {
    let json = run.json();
    ["delivered", "refused", "waiting", "expired", "superseded"]
        .map(|name| json["outbox"][name].as_i64().unwrap())
}

#[test]
fn everything_is_delivered_in_few_requests() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 1);
    multiply(&agent, 250);
    let before = jira.submissions().len();
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [250, 0, 0, 0, 0]),
        "{}",
        run.stderr
    );
    assert_eq!(jira.submissions().len() - before, 3);
    assert!((1..=250).all(|number| jira.build(JOB, number).is_some()));
    assert_eq!(run.json()["outcome"], "accepted");
    assert!(run.stderr.contains("250 delivered"), "{}", run.stderr);
    let names = run.json()["outbox"]["delivered_names"].clone();
    let name = format!("build {JOB} #1 in progress");
    assert_eq!(
        (names.as_array().unwrap().len(), &names[0]),
        (250, &json!(name))
    );
    let line = format!("delivered: {name}, ");
    assert!(run.stderr.contains(&line), "{}", run.stderr);
    assert!(run.stderr.contains(" and 240 more\n"), "{}", run.stderr);
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, &run.json()["outcome"]),
        (0, &json!("nothing_to_send"))
    );
    assert!(run.stderr.contains("nothing is queued"));
}

#[test]
fn too_large_a_request_is_halved() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 1);
    multiply(&agent, 8);
    jira.fail_times(Endpoint::Builds, 2, Fault::empty(413));
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [8, 0, 0, 0, 0]),
        "{}",
        run.stderr
    );
    let submissions = jira.submissions();
    let sizes = submissions
        .iter()
        .map(|body| body["builds"].as_array().unwrap().len());
    let sizes: Vec<usize> = sizes.collect();
    assert_eq!(sizes[sizes.len() - 5..], [8, 4, 2, 2, 4]);
}

/// One body that Jira does not take costs the whole request; the others are delivered all the same.
#[test]
fn a_refused_one_is_set_aside_with_its_reason() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 1);
    multiply(&agent, 5);
    for (number, field, value) in [
        (2, "state", json!("no such state")),
        (
            4,
            "associations",
            json!([{"associationType": "issueIdOrKeys", "values": []}]),
        ),
    ] {
        agent.change(number - 1, |entry| {
            entry["body"]["builds"][0][field] = value;
        });
    }
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (1, [3, 2, 0, 0, 0]),
        "{}",
        run.stderr
    );
    assert_eq!(run.json()["outcome"], "partly_accepted");
    assert!(run.stderr.contains("is rejected by") && run.stderr.contains("hint: see "));
    let refused = fs::read_dir(agent.outbox().join("refused")).unwrap();
    let reasons: Vec<String> = refused
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .map(|text| serde_json::from_str::<Value>(&text).unwrap()["reason"].to_string())
        .collect();
    assert_eq!(reasons.len(), 2);
    // Jira's, not the one for which they were queued.
    for words in ["'state' must", "Associations"] {
        let named = reasons.iter().filter(|reason| reason.contains(words));
        assert_eq!(named.count(), 1, "{reasons:?}");
    }
    let run = flush(&agent, &[]);
    assert_eq!(run.code, 0, "what was set aside is in nobody's way");
}

/// What goes wrong, the exit code, and the outcome; everything goes on waiting.
#[test]
fn what_cannot_be_delivered_goes_on_waiting() {
    let cases = [
        (Endpoint::Builds, Fault::empty(503), 4, "unreachable"),
        (Endpoint::Builds, Fault::empty(403), 3, "unauthorized"),
        (Endpoint::Builds, Fault::empty(404), 4, "unreachable"),
        (Endpoint::Token, Fault::empty(401), 3, "unauthorized"),
        (Endpoint::TenantInfo, Fault::empty(404), 4, "unreachable"),
    ];
    std::thread::scope(|scope| {
        for (endpoint, fault, code, outcome) in cases {
            scope.spawn(move || {
                let jira = Sandbox::start();
                let agent = with_waiting(&jira, 2);
                for index in [0, 1] {
                    // To be looked up.
                    agent.change(index, |entry| entry["cloud_id"] = Value::Null);
                }
                jira.fail(endpoint, fault.clone());
                let run = flush(&agent, &["--budget=2"]);
                let context = format!("{fault:?}: {}", run.stderr);
                assert_eq!(
                    (run.code, counts(&run)),
                    (code, [0, 0, 2, 0, 0]),
                    "{context}"
                );
                assert_eq!(run.json()["outcome"], outcome, "{context}");
                assert!(run.stderr.contains("hint: "), "{context}");
                jira.clear_faults();
                let run = flush(&agent, &[]);
                assert_eq!(counts(&run), [2, 0, 0, 0, 0], "{context}");
            });
        }
    });
}

#[test]
fn a_rotated_secret_loses_nothing() {
    let old = Sandbox::start();
    let new = Sandbox::with(Config {
        client_secret: "new-secret".to_owned(),
        ..Config::default()
    });
    let mut agent = Agent::of(KIND).with_jira(&new);
    let build = ["build", "--issue-keys=ABC-1", "--on-error=queue"];
    assert_eq!(agent.run(&build).code, 0);
    agent.set("JIRA_CLIENT_SECRET", "new-secret");
    assert_eq!(flush(&agent, &[]).code, 0);
    assert!(new.build(JOB, 1).is_some());
    drop(old);
}

#[test]
fn sites_are_flushed_by_name_or_all_at_once() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let mut agent = Agent::of(KIND).with_sites(&[&acme, &beta]);
    for jira in [&acme, &beta] {
        jira.fail(Endpoint::Builds, Fault::empty(503));
    }
    agent.run(&["build", "--issue-keys=ABC-1", "--budget=1"]);
    assert_eq!(agent.kept(".json").len(), 2);
    for jira in [&acme, &beta] {
        jira.clear_faults();
    }
    let run = flush(&agent, &["--site", acme.url()]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [1, 0, 0, 0, 0]),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("skipping") && run.stderr.contains(beta.url()));
    let run = flush(&agent, &["--site", acme.url()]);
    assert_eq!((run.code, counts(&run)), (0, [0; 5]), "{}", run.stderr);
    assert!(run.stderr.contains("for the sites that were named"));

    // No credential goes to a site that nobody named.
    agent.set("JIRA_SITE", acme.url());
    let tokens = beta.requests().len();
    for name in ["JIRA_SITE", "JIRA_CLOUD_ID"] {
        let run = flush(&agent, &[]);
        assert_eq!(
            (run.code, counts(&run)),
            (4, [0, 0, 1, 0, 0]),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("skipping") && run.stderr.contains(beta.url()));
        agent.unset(name);
    }
    assert_eq!(beta.requests().len(), tokens);

    // Its own credential is for nothing else.
    for (name, value) in [
        ("JIRA_CLIENT_ID", "sandbox-client"),
        ("JIRA_CLIENT_SECRET", "sandbox-secret"),
    ] {
        agent.set(&format!("{name}{}", ending(beta.url())), value);
    }
    agent.set("JIRA_SITE", acme.url());
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [1, 0, 0, 0, 0]),
        "{}",
        run.stderr
    );
    assert!(beta.build(JOB, 1).is_some());
}

#[test]
fn old_ones_expire_and_it_is_said() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 2);
    agent.change(0, |entry| {
        entry["created"] = json!("2026-01-01T00:00:00.000Z");
    });
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [1, 0, 0, 1, 0]),
        "{}",
        run.stderr
    );
    let line = format!("warning: set aside as too old to be sent: build {JOB} #1 in progress");
    assert!(run.stderr.contains(&line), "{}", run.stderr);
    let refused = fs::read_dir(agent.outbox().join("refused")).unwrap();
    assert_eq!(refused.count(), 1);
}

#[test]
fn damaged_and_later_files_are_left_or_set_aside() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 4);
    let files = agent.kept(".json");
    let path = |name: &str| agent.outbox().join(name);
    agent.change(1, |entry| entry["version"] = json!(2));
    fs::write(path(&files[0]), "{\"version\": 1, \"na").unwrap();
    let later = files[3].replace(".v1.", ".v9.");
    fs::rename(path(&files[3]), path(&later)).unwrap();
    fs::write(path("notes.txt"), "mine").unwrap();
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (4, [1, 0, 2, 0, 0]),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("set aside") && run.stderr.contains("later version"));
    assert_eq!(agent.kept(".corrupt"), [format!("{}.corrupt", files[0])]);
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (4, [0, 0, 2, 0, 0]),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("set aside"), "once is enough");
    assert!(path("notes.txt").exists() && path(&later).exists());
    // They are in nobody's way.
    assert_eq!(agent.run(&["build", "--issue-keys=ABC-1"]).code, 0);
}

#[test]
fn what_a_dead_or_slow_process_held_is_taken_over() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 3);
    let files = agent.kept(".json");
    let hold = |file: &str, until: &str, process: &str| {
        let name = file.replace(".json", &format!(".held-{until}-{process}"));
        fs::rename(agent.outbox().join(file), agent.outbox().join(name)).unwrap();
    };
    hold(&files[0], "1767268800000", "1@elsewhere");
    hold(&files[1], "9999999999999", "1@elsewhere");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() + 100_000;
    hold(&files[2], &now.to_string(), "1@elsewhere");
    let run = flush(&agent, &["-v"]);
    assert_eq!(
        (run.code, counts(&run)),
        (4, [2, 0, 1, 0, 0]),
        "{}",
        run.stderr
    );
    // Whoever holds the last one may still be at it.
    assert!(
        run.stderr
            .contains("another process is sending 1 of the queued updates")
    );
    assert_eq!(agent.kept("1@elsewhere").len(), 1);
    let run = flush(&agent, &[]);
    assert_eq!((run.code, counts(&run)), (4, [0, 0, 1, 0, 0]));
    assert!(!run.stderr.contains("nothing is queued"), "{}", run.stderr);
}

/// The cloud id that an entry knows needs no look-up.
#[test]
fn a_known_cloud_id_is_not_looked_up() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 1);
    jira.fail(Endpoint::TenantInfo, Fault::empty(404));
    let run = flush(&agent, &[]);
    assert_eq!(
        (run.code, counts(&run)),
        (0, [1, 0, 0, 0, 0]),
        "{}",
        run.stderr
    );
}

/// A pipe that nobody writes to, and a link out of the folder.
#[cfg(unix)]
#[test]
fn pipes_and_links_hang_nobody() {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, 3);
    let files = agent.kept(".json");
    let path = |index: usize| agent.outbox().join(&files[index]);
    fs::remove_file(path(0)).unwrap();
    fs::rename(path(1), agent.path().join("elsewhere")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(path(0)).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(agent.path().join("elsewhere"), path(1)).unwrap();
    let mut command = agent.command(&["flush"]);
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    for _ in 0..200 {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            assert_eq!(agent.kept(".corrupt").len(), 2);
            assert!(agent.kept(".json").is_empty());
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("it hangs");
}
