//! Every fault at every place, for one site and for two: the budget is kept, nothing is lost, and the other site
//! notices nothing.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::Agent;

const KIND: &str = "freestyle-no-scm";
const REPOSITORY_KIND: &str = "multibranch-declarative-pull-request";
const REPOSITORY: &str = "git.example.com~2Facme~2Fshop";
const JOB: &str = "shop-freestyle-noscm";

/// Seconds for each run.
const BUDGET: u64 = 3;

/// The same where half of it is for git, without which there is nothing to send.
const BUDGET_WITH_GIT: u64 = 8;

/// More than this may pass only on a machine that does too much at once.
const SLACK: Duration = Duration::from_secs(3);

/// So many programs run at once; most of them wait.
const WORKERS: usize = 12;

/// A fault, and whether it is there once only.
fn faults() -> Vec<(&'static str, Option<Fault>, bool)> {
    let message = || json!([{"message": "no", "errorTraceId": "1"}]);
    let partly = json!({
        "acceptedBuilds": [{"pipelineId": "a", "buildNumber": 1}],
        "rejectedBuilds": [{"key": {}, "errors": [{"message": "no"}]}],
        "acceptedDeployments": [],
        "unknownIssueKeys": ["ABC-1"],
    });
    vec![
        ("refused", None, false),
        ("hang", Some(Fault::Hang), false),
        ("401 once", Some(Fault::status(401)), true),
        ("401", Some(Fault::status(401)), false),
        ("403", Some(Fault::empty(403)), false),
        ("404", Some(Fault::empty(404)), false),
        ("413", Some(Fault::json(413, message())), false),
        ("429", Some(Fault::rate_limited(None)), false),
        (
            "429 once, short pause",
            Some(Fault::rate_limited(Some(1))),
            true,
        ),
        (
            "429, long pause",
            Some(Fault::rate_limited(Some(3_600))),
            false,
        ),
        ("500", Some(Fault::empty(500)), false),
        ("503 page", Some(Fault::html(503)), false),
        ("503 once", Some(Fault::html(503)), true),
        ("302", Some(Fault::redirect("https://else.example/")), false),
        ("junk", Some(Fault::Junk), false),
        ("202 empty", Some(Fault::empty(202)), false),
        ("202 partly", Some(Fault::Answer(partly)), false),
        ("cut body", Some(Fault::CutBody), false),
        (
            "slow headers",
            Some(Fault::SlowHeaders(Duration::from_secs(10))),
            false,
        ),
        (
            "slow body",
            Some(Fault::SlowBody(Duration::from_secs(10))),
            false,
        ),
        ("close", Some(Fault::CloseBeforeAnswer), false),
        ("close once", Some(Fault::CloseBeforeAnswer), true),
        ("done, then close", Some(Fault::ApplyThenClose), false),
        ("400 list", Some(Fault::json(400, message())), false),
        (
            "400 messages",
            Some(Fault::json(400, json!({"errorMessages": message()}))),
            false,
        ),
        (
            "400 message",
            Some(Fault::json(400, json!({"message": "no"}))),
            false,
        ),
        (
            "400 error",
            Some(Fault::json(400, json!({"error": "no"}))),
            false,
        ),
        ("400 page", Some(Fault::html(400)), false),
    ]
}

struct Cell {
    name: &'static str,
    fault: Option<Fault>,
    once: bool,
    endpoint: Endpoint,
    two_sites: bool,
}

#[test]
fn nothing_is_lost_whatever_goes_wrong() {
    let mut cells = VecDeque::new();
    for (name, fault, once) in faults() {
        for endpoint in [
            Endpoint::TenantInfo,
            Endpoint::Token,
            Endpoint::Builds,
            Endpoint::Deployments,
            Endpoint::DevelopmentInformation,
            Endpoint::FeatureFlags,
        ] {
            for two_sites in [false, true] {
                // A server that is not there is not there for any endpoint.
                if fault.is_none() && endpoint != Endpoint::Builds {
                    continue;
                }
                let fault = fault.clone();
                cells.push_back(Cell {
                    name,
                    fault,
                    once,
                    endpoint,
                    two_sites,
                });
            }
        }
    }
    let cells = Mutex::new(cells);
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let cell = cells.lock().unwrap().pop_front();
                    match cell {
                        Some(cell) => check(&cell),
                        None => break,
                    }
                }
            });
        }
    });
}

/// What sends the data that this endpoint takes.
fn command(endpoint: Endpoint) -> &'static [&'static str] {
    match endpoint {
        Endpoint::Deployments => &["deployment", "--environment-id=prod", "--state=SUCCESS"],
        Endpoint::DevelopmentInformation => &["dev-info"],
        Endpoint::FeatureFlags => &["feature-flag", "--flag-id=cart", "--enabled"],
        _ => &["build", "--state=SUCCESS"],
    }
}

fn check(cell: &Cell) {
    let (jira, other) = (Sandbox::start(), Sandbox::start());
    let sites = if cell.two_sites {
        vec![&jira, &other]
    } else {
        vec![&jira]
    };
    let agent = match cell.endpoint {
        Endpoint::DevelopmentInformation => {
            Agent::of(REPOSITORY_KIND).with_commits(&["first", "ABC-1 second"])
        }
        _ => Agent::of(KIND),
    };
    let agent = agent.with_sites(&sites);
    let url = jira.url().to_owned();
    let mut jira = Some(jira);
    match (&cell.fault, &jira) {
        (Some(fault), Some(jira)) if cell.once => jira.fail_times(cell.endpoint, 1, fault.clone()),
        (Some(fault), Some(jira)) => jira.fail(cell.endpoint, fault.clone()),
        _ => jira = None,
    }
    let seconds = match cell.endpoint {
        Endpoint::DevelopmentInformation => BUDGET_WITH_GIT,
        _ => BUDGET,
    };
    let budget = format!("--budget={seconds}");
    let options = ["--issue-keys=ABC-1", "--format=json", &budget];
    let command = command(cell.endpoint);
    let begin = Instant::now();
    let run = agent.run(&[command, &options].concat());
    let elapsed = begin.elapsed();
    let context = format!(
        "{} at {:?}, two sites: {}\n{}{}",
        cell.name, cell.endpoint, cell.two_sites, run.stdout, run.stderr
    );
    assert!(
        elapsed < Duration::from_secs(seconds) + SLACK,
        "{elapsed:?}: {context}"
    );

    let stored = |jira: &Sandbox| match cell.endpoint {
        Endpoint::Deployments => jira.deployment(JOB, "prod", 1),
        Endpoint::DevelopmentInformation => jira.repository(REPOSITORY),
        Endpoint::FeatureFlags => jira.feature_flag("cart"),
        _ => jira.build(JOB, 1),
    };
    let report = run.json();
    let site = &report["sites"][0];
    assert_eq!(site["site"], url, "{context}");
    let queued = site["queued"] == true;
    match (site["outcome"].as_str().unwrap(), queued) {
        ("accepted", false) => assert!(
            jira.as_ref().is_some_and(|jira| stored(jira).is_some())
                || cell.name.starts_with("202"),
            "{context}"
        ),
        ("partly_accepted" | "rejected", false) => {
            assert_eq!(run.code, 1, "{context}");
            assert!(run.stderr.contains("error: "), "{context}");
        }
        ("unauthorized" | "unreachable", true) => {
            assert!(matches!(run.code, 3 | 4), "{context}");
            assert!(run.stderr.contains("hint: queued in "), "{context}");
        }
        _ => panic!("{context}"),
    }
    assert_eq!(agent.kept(".json").len(), usize::from(queued), "{context}");
    if cell.two_sites {
        assert_eq!(report["sites"][1]["outcome"], "accepted", "{context}");
        assert!(stored(&other).is_some(), "{context}");
        let tries = other.requests().len();
        assert_eq!(tries, 3, "look-up, token and data: {context}");
    }
    if let Some(jira) = jira.filter(|_| queued) {
        jira.clear_faults();
        let flush = agent.run(&["flush", "--format=json"]);
        let context = format!("{context}{}{}", flush.stdout, flush.stderr);
        assert_eq!(
            (flush.code, &flush.json()["outbox"]["delivered"]),
            (0, &json!(1)),
            "{context}"
        );
        assert!(stored(&jira).is_some(), "{context}");
        assert!(agent.kept(".json").is_empty(), "{context}");
    }
}
