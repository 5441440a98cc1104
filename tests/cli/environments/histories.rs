//! Random histories of deployments against a model that knows no code of the program.

use std::collections::BTreeMap;

use jira_sandbox::{Config, Sandbox};

use super::{deploy, keys};
use crate::support::Agent;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Commits by number, each with its parents' closure: those that lead to it, itself included.
struct Graph {
    ids: Vec<String>,
    behind: Vec<Vec<usize>>,
}

/// `main` with a branch that leaves it in the middle. Commit `n` names PROJ-`n`.
fn repository(jira: &Sandbox) -> (Agent, Graph) {
    let mut agent = Agent::of("freestyle-git-second").with_jira(jira);
    agent.git(&["init", "--quiet", "--initial-branch=main"]);
    let mut graph = Graph {
        ids: Vec::new(),
        behind: Vec::new(),
    };
    let commit = |agent: &Agent, graph: &mut Graph, parent: Option<usize>| {
        let number = graph.ids.len();
        let message = format!("PROJ-{}", number + 1);
        agent.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
        graph.ids.push(agent.git(&["rev-parse", "HEAD"]));
        let mut behind = parent
            .map(|parent| graph.behind[parent].clone())
            .unwrap_or_default();
        behind.push(number);
        graph.behind.push(behind);
        number
    };
    let mut last = None;
    for _ in 0..5 {
        last = Some(commit(&agent, &mut graph, last));
    }
    agent.git(&["checkout", "--quiet", "-b", "release/1.2", &graph.ids[2]]);
    let mut on_release = 2;
    for _ in 0..3 {
        on_release = commit(&agent, &mut graph, Some(on_release));
    }
    agent.git(&["checkout", "--quiet", "main"]);
    let mut on_main = 4;
    for _ in 0..3 {
        on_main = commit(&agent, &mut graph, Some(on_main));
    }
    agent.unset("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    agent.unset("GIT_PREVIOUS_COMMIT");
    (agent, graph)
}

/// What a release manager would draw: what is new there, or what is taken back.
fn expected(graph: &Graph, deployed: usize, now: usize) -> (Vec<usize>, bool) {
    let without = |all: &[usize], gone: &[usize]| {
        all.iter()
            .filter(|commit| !gone.contains(commit))
            .copied()
            .collect::<Vec<_>>()
    };
    let is_rollback = now != deployed && graph.behind[deployed].contains(&now);
    if is_rollback {
        return (without(&graph.behind[deployed], &graph.behind[now]), true);
    }
    let new = without(&graph.behind[now], &graph.behind[deployed]);
    // The same once more: its newest commit stands for it.
    (if new.is_empty() { vec![now] } else { new }, false)
}

/// How many histories are replayed, if not `TEST_HISTORIES`.
const HISTORIES: u64 = 10;

/// What a deployment comes to.
const ENDS: [&str; 6] = [
    "--state=SUCCESS",
    "--state=SUCCESS",
    "--state=SUCCESS",
    "--state=FAILURE",
    "--state=ABORTED",
    "--dry-run",
];

/// Failures, rollbacks, dry runs, runs that are approved out of order, two branch jobs, two components; the first deployment
/// to each place is not judged.
#[test]
fn what_runs_there_is_what_was_deployed_last() {
    let jira = Sandbox::with(Config {
        projects: vec!["PROJ".to_owned()],
        ..Config::default()
    });
    let histories = std::env::var("TEST_HISTORIES");
    let histories = histories.map_or(HISTORIES, |count| count.parse().unwrap());
    let (mut agent, graph) = repository(&jira);
    for history in 0..histories {
        let mut dice = Dice(history);
        dice.throw(1);
        let mut running: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        // Runs that wait for approval, each of its commit.
        let mut waiting: Vec<(i64, usize)> = Vec::new();
        for step in 0..6 {
            waiting.push((step + 1, dice.throw(graph.ids.len())));
            if dice.throw(3) == 0 {
                waiting.push((step + 101, dice.throw(graph.ids.len())));
            }
            let (number, now) = waiting.remove(dice.throw(waiting.len()));
            let place = (
                ["web", "web", "web", "api"][dice.throw(4)],
                ["prod", "prod", "staging"][dice.throw(3)],
            );
            let branch = if (5..8).contains(&now) {
                "release/1.2"
            } else {
                "main"
            };
            let job = format!("shop-{history}/{}", branch.replace('/', "%2F"));
            agent.set("BRANCH_NAME", branch).set("JOB_NAME", &job);
            let end = ENDS[dice.throw(ENDS.len())];
            let options = [
                &format!("--component={}", place.0),
                &format!("--environment-id={}", place.1),
                end,
            ];
            let run = deploy(&mut agent, number, &graph.ids[now], &options);
            if let Some(deployed) = running.get(&place) {
                let (commits, is_rollback) = expected(&graph, *deployed, now);
                let mut expected: Vec<String> = commits
                    .iter()
                    .map(|commit| format!("PROJ-{}", commit + 1))
                    .collect();
                expected.sort();
                let found = (keys(&run), run.json()["deployed"]["is_rollback"] == true);
                assert_eq!(
                    found,
                    (expected, is_rollback),
                    "history {history}, step {step}: {}",
                    run.stderr
                );
            }
            if end == "--state=SUCCESS" {
                running.insert(place, now);
            }
        }
    }
}
