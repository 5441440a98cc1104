//! `jira-send backfill`: what a controller remembers, once.

mod controller;
mod home;
mod resumed;

use std::process::Command;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Run};
use home::{BEGAN, COMMIT, Home, Recorded, with_log};

const BRANCH: &str = "jobs/acme/jobs/shop/branches/feature-ABC-1.abc123";

fn backfill(agent: &Agent, home: &Home, options: &[&str]) -> Run {
    agent.run(&[&["backfill", &home.from()], options].concat())
}

/// All items that were sent.
fn sent(jira: &Sandbox, list: &str) -> Vec<Value> {
    let bodies = jira.submissions().into_iter();
    let items = bodies.filter_map(|body| body[list].as_array().cloned());
    items.flatten().collect()
}

fn numbers(jira: &Sandbox) -> Vec<(String, i64)> {
    let builds = sent(jira, "builds").into_iter();
    let key = |build: Value| {
        let pipeline = build["pipelineId"].as_str().unwrap().to_owned();
        (pipeline, build["buildNumber"].as_i64().unwrap())
    };
    builds.map(key).collect()
}

/// A branch of a multibranch project in a folder.
fn feature() -> Home {
    let home = Home::new();
    home.branch(
        BRANCH,
        "<head class=\"jenkins.plugins.git.GitBranchHead\"><name>feature/ABC-1</name></head>",
    );
    home.run(
        BRANCH,
        7,
        &Recorded {
            result: Some("UNSTABLE"),
            commit: Some(COMMIT.to_owned()),
            branch: "feature/ABC-1",
            tests: Some([123, 3, 2]),
            log: vec!["ABC-2 log in\n\nand ABC-3".to_owned(), "no key".to_owned()],
            ..Recorded::default()
        },
    );
    home
}

/// The whole body, and that the live program makes the same of the same run.
#[test]
fn a_build_is_what_it_would_have_been() {
    let (jira, live) = (Sandbox::start(), Sandbox::start());
    let home = feature();
    let agent = Agent::bare().with_jira(&jira);
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let page = "https://ci.example.com/job/acme/job/shop/job/feature%252FABC-1/";
    let build = json!({
        "schemaVersion": "1.0",
        "pipelineId": "acme~2Fshop~2Ffeature~252FABC-1",
        "buildNumber": 7,
        "updateSequenceNumber": BEGAN,
        "displayName": "acme » shop » feature/ABC-1 #7",
        "label": "#7",
        "url": format!("{page}7/"),
        "state": "failed",
        "lastUpdated": "2026-01-01T12:00:01.000Z",
        "associations": [
            {"associationType": "issueIdOrKeys", "values": ["ABC-1", "ABC-2", "ABC-3"]},
        ],
        "testInfo": {"totalNumber": 123, "numberPassed": 118, "numberFailed": 3, "numberSkipped": 2},
        "references": [{
            "commit": {"id": COMMIT, "repositoryUri": "https://git.example.com/acme/shop"},
            "ref": {
                "name": "feature/ABC-1",
                "uri": "https://git.example.com/acme/shop/tree/feature/ABC-1",
            },
        }],
    });
    let body = json!({
        "properties": {"jenkinsUrl": "https://ci.example.com/"},
        "builds": [build],
        "providerMetadata": {"product": jira.submissions()[0]["providerMetadata"]["product"]},
    });
    assert_eq!(jira.submissions(), [body]);

    let mut agent = Agent::bare().with_jira(&live);
    for (name, value) in [
        ("JENKINS_URL", "https://ci.example.com/"),
        ("JOB_NAME", "acme/shop/feature%2FABC-1"),
        ("BUILD_NUMBER", "7"),
        ("BUILD_URL", &format!("{page}7/")),
        ("BRANCH_NAME", "feature/ABC-1"),
        ("GIT_COMMIT", COMMIT),
        ("GIT_BRANCH", "feature/ABC-1"),
        ("GIT_URL", "https://git.example.com/acme/shop.git"),
    ] {
        agent.set(name, value);
    }
    let changes = agent.write("changes", "{\"message\":\"ABC-2 log in\\n\\nand ABC-3\"}");
    let changes = format!("--changes={}", changes.display());
    let counts = ["--tests-total=123", "--tests-failed=3", "--tests-skipped=2"];
    let event = "--event-time=2026-01-01T12:00:00.900Z";
    let options = [&["build", "--state=UNSTABLE", &changes, event], &counts[..]].concat();
    let run = agent.run(&options);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut made = live.submissions()[0]["builds"][0].clone();
    made["updateSequenceNumber"] = build["updateSequenceNumber"].clone();
    made["lastUpdated"] = build["lastUpdated"].clone();
    assert_eq!(made, build);
}

/// Whatever was sent while the run went on stays, and nothing appears twice.
#[test]
fn what_was_sent_live_wins() {
    let jira = Sandbox::start();
    let home = feature();
    let mut agent = Agent::bare().with_jira(&jira);
    for (name, value) in [
        ("JOB_NAME", "acme/shop/feature%2FABC-1"),
        ("BUILD_NUMBER", "7"),
        ("BUILD_URL", "https://ci.example.com/x/7/"),
    ] {
        agent.set(name, value);
    }
    for event in ["2026-01-01T12:00:00.003Z", "2026-01-01T12:00:00.990Z"] {
        let event = format!("--event-time={event}");
        let run = agent.run(&["build", "--issue-keys=OPS-1", "--state=SUCCESS", &event]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let id = "acme~2Fshop~2Ffeature~252FABC-1";
    let before = jira.build(id, 7).unwrap();
    for options in [&[][..], &["--restart"], &["--projects=ABC"]] {
        let run = backfill(&agent, &home, options);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(jira.build(id, 7).unwrap(), before, "{options:?}");
    }
    // Each time all is sent again, it counts as newer than the time before.
    let numbers = sent(&jira, "builds").into_iter();
    let numbers: Vec<i64> = numbers
        .map(|build| build["updateSequenceNumber"].as_i64().unwrap() - BEGAN)
        .collect();
    assert_eq!(numbers, [3, 990, 0, 1, 2]);
}

/// What Jenkins has of a pull request, a tag, a freestyle job, a project in an organization, old and new.
#[test]
fn every_kind_of_job_has_its_name() {
    let jira = Sandbox::start();
    let home = Home::new();
    let run = with_log(&["OPS-1"]);
    home.run("jobs/shop", 1, &run);
    home.branch(
        "jobs/mb/branches/PR-7",
        "<head class=\"org.x.PullRequestSCMHead\"><name>PR-7</name><number>7</number><target><name>main</name></target><sourceBranch>feature/ABC-5</sourceBranch></head><actions><jenkins.scm.api.metadata.ObjectMetadataAction><objectDisplayName>ABC-6 log in</objectDisplayName></jenkins.scm.api.metadata.ObjectMetadataAction></actions>",
    );
    home.run("jobs/mb/branches/PR-7", 2, &Recorded::default());
    home.branch(
        "jobs/mb/branches/v1-2",
        "<head class=\"jenkins.plugins.git.GitTagSCMHead\"><name>v1.2-ABC-7</name></head>",
    );
    home.run("jobs/mb/branches/v1-2", 3, &Recorded::default());
    home.write("jobs/mb/branches/old.x1/name-utf8.txt", "bugfix%2FABC-8");
    home.run("jobs/mb/branches/old.x1", 4, &Recorded::default());
    home.write(
        "jobs/org/jobs/web.y2/config.xml",
        "<p><properties><jenkins.branch.ProjectNameProperty><name>web app</name></jenkins.branch.ProjectNameProperty></properties></p>",
    );
    home.run("jobs/org/jobs/web.y2/branches/main", 5, &run);
    let agent = Agent::bare().with_jira(&jira);
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let builds = sent(&jira, "builds");
    let found = builds.iter().map(|build| {
        let text = |name: &str| build[name].as_str().unwrap_or_default().to_owned();
        let keys = &build["associations"][0]["values"];
        let keys: Vec<&str> = keys
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        (
            text("pipelineId"),
            text("displayName"),
            text("description"),
            keys.join(" "),
        )
    });
    let text = |(a, b, c, d): (&str, &str, &str, &str)| (a.into(), b.into(), c.into(), d.into());
    let expected = [
        ("mb~2FPR-7", "mb » PR-7 #2", "ABC-6 log in", "ABC-5 ABC-6"),
        ("mb~2Fbugfix~252FABC-8", "mb » bugfix/ABC-8 #4", "", "ABC-8"),
        ("mb~2Fv1.2-ABC-7", "mb » v1.2-ABC-7 #3", "", "ABC-7"),
        (
            "org~2Fweb~20app~2Fmain",
            "org » web app » main #5",
            "",
            "OPS-1",
        ),
        ("shop", "shop #1", "", "OPS-1"),
    ];
    let found: Vec<(String, String, String, String)> = found.collect();
    assert_eq!(found, expected.map(text));
}

/// Nothing of a home stops it, nothing is run, and each run that is skipped is counted.
#[test]
fn a_home_full_of_trouble_is_read() {
    let jira = Sandbox::start();
    let home = Home::new();
    let hostile = "$(touch x) \"q\" 'a' `b` 🚀;%00";
    let job = format!("jobs/{hostile}");
    home.run(
        &job,
        1,
        &Recorded {
            name: Some("v1 \u{1b}[31m\nABC-9 $(id)"),
            ..with_log(&["ABC-1 \u{1b}]0;x\u{7} $(touch y) \"'"])
        },
    );
    let shop = "jobs/shop";
    for (number, text) in [
        (1, String::new()),
        (
            2,
            "<?xml version='1.1'?><build><timestamp>1767268800000</timestamp>".to_owned(),
        ),
        (3, "<build></build>".to_owned()),
        (4, "\u{0}\u{1}nonsense".to_owned()),
    ] {
        home.write(&format!("{shop}/builds/{number}/build.xml"), text);
    }
    let running = Recorded {
        result: None,
        ..with_log(&["ABC-2"])
    };
    home.run(shop, 5, &with_log(&["no key"]));
    home.run(shop, 6, &running);
    std::fs::create_dir_all(home.path().join("jobs/shop/builds/7")).unwrap();
    home.write("jobs/shop/builds/permalinks", "lastStableBuild 1");
    home.write("jobs/shop/builds/007/build.xml", "<build/>");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let path = |name: &str| home.path().join(name);
        std::fs::create_dir_all(path("jobs/shop/builds/8")).unwrap();
        let made = Command::new("mkfifo")
            .arg(path("jobs/shop/builds/8/build.xml"))
            .status();
        assert!(made.unwrap().success());
        std::fs::create_dir_all(path("jobs/folder/jobs")).unwrap();
        symlink(path("jobs"), path("jobs/folder/jobs/loop")).unwrap();
        symlink(path("jobs/folder"), path("jobs/folder/jobs/self")).unwrap();
        symlink("nowhere", path("jobs/gone")).unwrap();
    }
    let agent = Agent::bare().with_jira(&jira);
    let run = backfill(
        &agent,
        &home,
        &["--jobs=shop", "--jobs=$*", "--format=json"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let id = "~24~28touch~20x~29~20~22q~22~20~27a~27~20~60b~60~20~F0~9F~9A~80~3B~2500";
    assert_eq!(numbers(&jira), [(id.to_owned(), 1)]);
    let build = &sent(&jira, "builds")[0];
    assert_eq!(build["label"], "v1 [31m ABC-9 $(id)");
    let url = build["url"].as_str().unwrap();
    assert!(
        url.ends_with("/job/$(touch%20x)%20%22q%22%20'a'%20%60b%60%20%F0%9F%9A%80%3B%2500/1/"),
        "{url}"
    );
    let skipped = &run.json()["backfill"]["skipped"];
    let unreadable = if cfg!(unix) { 6 } else { 5 };
    assert_eq!(skipped["unreadable"], unreadable, "{skipped}");
    assert_eq!(
        (&skipped["running"], &skipped["without_issue_key"]),
        (&json!(1), &json!(1))
    );
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    assert!(
        run.stderr.contains("build.xml: it ends too early"),
        "{}",
        run.stderr
    );
    assert!(!home.path().join("x").exists() && !agent.path().join("x").exists());
    // Links that lead back make nothing appear twice, other links are followed.
    let all = backfill(&agent, &home, &["--dry-run", "--format=json"]);
    assert_eq!(all.json()["backfill"]["jobs"], 2, "{}", all.stdout);
}

/// What the steps noted with a run: its issues, where it was deployed to, and what may not have arrived.
#[test]
fn deployments_are_those_that_the_run_remembers() {
    let jira = Sandbox::start();
    let home = Home::new();
    let at = BEGAN + 500;
    let keys =
        format!("keys {{\"issueKeys\":[\"ABC-1\",\"OPS-2\"],\"commit\":\"{COMMIT}\",\"at\":{at}}}");
    let deployed = |place: &str, commit: &str, at: i64| {
        format!("deployed:{place} {{\"commit\":\"{commit}\",\"at\":{at}}}")
    };
    let other = "0000000000000000000000000000000000000002";
    let lines = [
        keys,
        deployed("shop/EU~20production", COMMIT, at),
        // Carried on from an earlier run, from one that went on at the same time, and of another job.
        deployed("shop/test", COMMIT, BEGAN - 1),
        deployed("shop/test2", other, at),
        deployed("web/prod", COMMIT, at),
        "nonsense {".to_owned(),
    ];
    let memory = lines.join("\n");
    let run = Recorded {
        memory,
        commit: Some(COMMIT.to_owned()),
        ..Recorded::default()
    };
    home.run("jobs/shop", 7, &run);
    // What was left in progress ends as the run did, as it was made then.
    let body = json!({"properties": {"job": "shop"}, "builds": [{
        "schemaVersion": "1.0", "pipelineId": "shop", "buildNumber": 8, "updateSequenceNumber": BEGAN + 5_100,
        "displayName": "live", "url": "https://ci.example.com/job/shop/8/", "state": "in_progress",
        "lastUpdated": "2026-01-01T12:00:05.100Z", "issueKeys": ["ABC-4"],
    }]});
    let entry = json!({
        "version": 1, "name": "build shop #8 in progress", "data": "builds", "site": "acme.atlassian.net",
        "cloud_id": null, "key": {"pipelineId": "shop", "buildNumber": 8}, "sequence": BEGAN + 5_100,
        "created": "2026-01-01T12:00:05.100Z", "tries": 0, "reason": "", "body": body,
    });
    let killed = Recorded {
        result: Some("ABORTED"),
        began: BEGAN + 5_000,
        memory: format!("open:x {}", json!({"at": BEGAN + 5_100, "entry": entry})),
        ..with_log(&["ABC-4"])
    };
    home.run("jobs/shop", 8, &killed);
    let agent = Agent::bare().with_jira(&jira);
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let issues = json!([{"associationType": "issueIdOrKeys", "values": ["ABC-1", "OPS-2"]}]);
    let deployment = json!({
        "schemaVersion": "1.0",
        "deploymentSequenceNumber": 7,
        "updateSequenceNumber": BEGAN,
        "associations": issues,
        "displayName": "shop #7 to EU production",
        "url": "https://ci.example.com/job/shop/7/",
        "description": "Deployed by Jenkins",
        "lastUpdated": "2026-01-01T12:00:00.500Z",
        "label": "#7",
        "state": "successful",
        "pipeline": {"id": "shop", "displayName": "shop", "url": "https://ci.example.com/job/shop/"},
        "environment": {"id": "EU~20production", "displayName": "EU production", "type": "production"},
    });
    assert_eq!(sent(&jira, "deployments"), [deployment]);
    let builds = sent(&jira, "builds");
    assert_eq!(builds.len(), 2);
    let mut ended = body["builds"][0].clone();
    ended["state"] = json!("cancelled");
    ended["updateSequenceNumber"] = json!(BEGAN + 6_000);
    ended["lastUpdated"] = json!("2026-01-01T12:00:06.000Z");
    assert_eq!(builds[0], ended);
    assert_eq!(builds[1]["associations"], issues);
    assert!(
        run.stderr
            .contains("2 runs of 1 job read: 2 builds, 1 deployment sent to"),
        "{}",
        run.stderr
    );
}

/// Only what is named is read or sent, and a dry run says how much it is.
#[test]
fn jobs_and_times_may_be_named() {
    let jira = Sandbox::start();
    let home = feature();
    for number in 1..=130 {
        let run = Recorded {
            began: BEGAN + i64::try_from(number).unwrap() * 86_400_000,
            ..with_log(&["OPS-1"])
        };
        home.run("jobs/nightly", number, &run);
    }
    let agent = Agent::bare().with_jira(&jira);
    let cases: [(&[&str], u64); 5] = [
        (&["--jobs=acme/*"], 1),
        (&["--jobs=acme/shop/feature/ABC-1"], 1),
        (&["--jobs=nothing"], 0),
        (&["--since=2026-05-01"], 11),
        (
            &["--jobs=night*", "--jobs=acme/*", "--since=2026-01-01"],
            131,
        ),
    ];
    for (options, expected) in cases {
        let options = [options, &["--dry-run", "--format=json"]].concat();
        let run = backfill(&agent, &home, &options);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let found = run.json()["backfill"]["builds"].clone();
        assert_eq!(found, expected, "{options:?} {}", run.stderr);
    }
    assert!(jira.requests().is_empty() && !agent.outbox().exists());
    let shown = backfill(&agent, &home, &["--dry-run"]);
    assert_eq!(shown.shown_body()["builds"].as_array().unwrap().len(), 100);
    assert!(
        shown
            .stderr
            .contains("131 runs of 2 jobs read: 131 builds, 0 deployments would be sent"),
        "{}",
        shown.stderr
    );
    let wrong = backfill(&agent, &home, &["--since=yesterday"]);
    assert_eq!(wrong.code, 2);
    let nowhere = agent.run(&["backfill", "--from=/nowhere"]);
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere.stderr.contains("is not the home folder"),
        "{}",
        nowhere.stderr
    );
}

/// A clone says which commits belong to the job, and has more of them than the change log.
#[test]
fn a_clone_has_whole_ranges() {
    let jira = Sandbox::start();
    let home = Home::new();
    let agent = Agent::bare().with_commits(&["ABC-1", "ABC-2", "ABC-3", "ABC-4"]);
    let agent = agent.with_jira(&jira);
    let commit = |back: u32| agent.git(&["rev-parse", &format!("HEAD~{back}")]);
    for (number, result, back) in [
        (1, "SUCCESS", 3),
        (2, "FAILURE", 2),
        (3, "SUCCESS", 1),
        (4, "SUCCESS", 1),
    ] {
        let run = Recorded {
            result: Some(result),
            commit: Some(commit(back)),
            ..with_log(&["OPS-1 of a library"])
        };
        home.run("jobs/shop", number, &run);
    }
    let clone = format!("--repository={}", agent.path().display());
    let run = backfill(&agent, &home, &["--repository=/nowhere", &clone]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let builds = sent(&jira, "builds");
    let found = builds.iter().map(|build| {
        (
            build["buildNumber"].as_i64().unwrap(),
            build["associations"][0]["values"].clone(),
        )
    });
    // Since the last success; where nothing is new, the commit that was built.
    let expected = [
        (4, json!(["ABC-3"])),
        (3, json!(["ABC-3", "ABC-2"])),
        (2, json!(["ABC-2"])),
        (1, json!(["ABC-1"])),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

/// Without a clone, the change logs of failed runs count until the next success.
#[test]
fn commits_of_failed_runs_come_with_the_next_success() {
    let jira = Sandbox::start();
    let home = Home::new();
    for (number, result, key) in [
        (1, "SUCCESS", "ABC-1"),
        (2, "FAILURE", "ABC-2"),
        (3, "ABORTED", "ABC-3"),
        (4, "SUCCESS", "ABC-4"),
        (5, "SUCCESS", "ABC-5"),
    ] {
        let run = Recorded {
            result: Some(result),
            ..with_log(&[key])
        };
        home.run("jobs/shop", number, &run);
    }
    let agent = Agent::bare().with_jira(&jira);
    assert_eq!(backfill(&agent, &home, &[]).code, 0);
    let builds = sent(&jira, "builds").into_iter();
    let keys: Vec<Value> = builds
        .map(|build| build["associations"][0]["values"].clone())
        .collect();
    let expected = [
        json!(["ABC-5"]),
        json!(["ABC-4", "ABC-3", "ABC-2"]),
        json!(["ABC-3", "ABC-2"]),
        json!(["ABC-2"]),
        json!(["ABC-1"]),
    ];
    assert_eq!(keys, expected);
}

/// Keys that were guessed wrongly are no error; one that Jira cannot digest holds up no other.
#[test]
fn one_bad_run_sinks_no_other() {
    let jira = Sandbox::start();
    jira.fail_on(
        "ABC-13",
        Fault::json(400, json!({"errorMessages": ["it is cursed"]})),
    );
    let home = Home::new();
    for number in 1..=120 {
        let key = if number % 10 == 0 { "NOPE" } else { "ABC" };
        home.run(
            "jobs/shop",
            number,
            &with_log(&[&format!("{key}-{number}")]),
        );
    }
    let agent = Agent::bare().with_jira(&jira);
    let run = backfill(&agent, &home, &["--format=json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let stored = (1..=120).filter(|number| jira.build("shop", *number).is_some());
    assert_eq!(stored.count(), 120 - 12 - 1);
    assert_eq!(run.json()["backfill"]["rejected"], 13, "{}", run.stdout);
    assert!(run.stderr.contains("it is cursed"), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("12 issue keys that were found are unknown to Jira"),
        "{}",
        run.stderr
    );
    // It was judged: nothing is sent again.
    let requests = jira.submissions().len();
    let again = backfill(&agent, &home, &["--format=json"]);
    assert_eq!(
        again.json()["outcome"],
        "nothing_to_send",
        "{}",
        again.stderr
    );
    assert_eq!(jira.submissions().len(), requests);
    assert_eq!(again.json()["backfill"]["skipped"]["sent_before"], 120);
}

/// Jira's wish for patience is granted.
#[test]
fn jira_may_ask_for_patience() {
    let jira = Sandbox::start();
    jira.fail_times(Endpoint::Builds, 2, Fault::rate_limited(Some(1)));
    let agent = Agent::bare().with_jira(&jira);
    let begun = std::time::Instant::now();
    let run = backfill(&agent, &feature(), &["--budget=1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(begun.elapsed().as_secs_f64() >= 2.0);
    assert_eq!(jira.submissions().len(), 3);
}
