//! What a run remembers outlives it.

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{begin, states, with};
use crate::support::{Agent, JOB, Job, remembered};

/// Runs of a job with a repository, of which every commit names an issue.
struct Runs {
    jira: Sandbox,
    job: Job,
    ids: Vec<String>,
}

impl Runs {
    fn new() -> (Self, Agent) {
        let jira = Sandbox::start();
        let messages = ["ABC-1", "ABC-2", "ABC-3", "ABC-4", "ABC-5"];
        let agent = Agent::of_run(&jira, 1).with_commits(&messages);
        let ids = agent.git(&["rev-list", "--reverse", "HEAD"]);
        let ids = ids.lines().map(ToOwned::to_owned).collect();
        let runs = Self {
            jira,
            job: Job::default(),
            ids,
        };
        (runs, agent)
    }

    /// The run of this number deploys this commit; the issues and the state come back.
    fn deploy(&mut self, agent: &mut Agent, number: i64, commit: usize) -> (Value, Value) {
        self.check_out(agent, number, commit);
        // What this agent remembers must not help.
        let parameters = json!({"environmentId": "eu-prod", "noOutbox": true});
        self.job.start(number);
        self.job.set_result(number, "SUCCESS");
        let answer = self
            .job
            .step(agent, number, "jiraSendDeploymentInfo", &parameters);
        assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
        let sent = self.jira.submissions().pop().unwrap();
        let state = sent["deployments"][0]["state"].clone();
        (answer.issue_keys().clone(), state)
    }

    fn check_out(&self, agent: &mut Agent, number: i64, commit: usize) {
        agent.git(&["checkout", "--quiet", "--detach", &self.ids[commit]]);
        agent
            .set("GIT_COMMIT", &self.ids[commit])
            .set("BUILD_NUMBER", &number.to_string());
        let before = commit.saturating_sub(1);
        agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &self.ids[before]);
    }
}

/// Ten runs that only build, each of which may be the last that knows of the deployment.
#[test]
fn a_deployment_is_remembered_though_its_run_is_discarded() {
    let (mut runs, mut agent) = Runs::new();
    let first = runs.deploy(&mut agent, 1, 1);
    assert_eq!(first, (json!(["ABC-2"]), json!("successful")));
    runs.job.end(1, "SUCCESS");
    for number in 2..=11 {
        runs.check_out(&mut agent, number, 2);
        let parameters = json!({"state": "SUCCESS"});
        let answer = runs
            .job
            .step(&agent, number, "jiraSendBuildInfo", &parameters);
        assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
        runs.job.end(number, "SUCCESS");
        runs.job.discard(number - 1);
    }
    let last = runs.deploy(&mut agent, 12, 4);
    assert_eq!(
        last,
        (json!(["ABC-5", "ABC-4", "ABC-3"]), json!("successful"))
    );
    let deployed = remembered(runs.job.memory(12), "deployed");
    assert_eq!(deployed.len(), 1);
    assert_eq!(deployed[0]["commit"], json!(runs.ids[4]));
}

/// Two runs overlap, and the later one has deployed first.
#[test]
fn a_later_run_that_is_there_already_counts() {
    let (mut runs, mut agent) = Runs::new();
    runs.deploy(&mut agent, 1, 0);
    runs.job.end(1, "SUCCESS");
    runs.job.start(2);
    let later = runs.deploy(&mut agent, 3, 3);
    assert_eq!(
        later,
        (json!(["ABC-4", "ABC-3", "ABC-2"]), json!("successful"))
    );
    // The older one takes back what the newer one brought.
    let earlier = runs.deploy(&mut agent, 2, 1);
    assert_eq!(earlier, (json!(["ABC-4", "ABC-3"]), json!("rolled_back")));
    // Whichever deployed last counts for the next one.
    let next = runs.deploy(&mut agent, 4, 4);
    assert_eq!(
        next,
        (json!(["ABC-5", "ABC-4", "ABC-3"]), json!("successful"))
    );
}

/// A job that deploys what another one has built.
#[test]
fn a_run_deploys_the_issues_of_the_run_that_started_it() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let parameters = json!({"issueKeys": ["ABC-1", "NOPE-1"], "state": "SUCCESS"});
    job.step(
        &Agent::of_run(&jira, 5),
        5,
        "jiraSendBuildInfo",
        &parameters,
    );
    let upstream = json!([
        {"job": "shop/empty", "number": 1, "memory": "none"},
        {"job": "shop/main", "number": 5, "memory": job.memory(5)},
    ]);
    let agent = Agent::of_run(&jira, 7);
    let deploys = json!({"environmentId": "eu-prod", "state": "SUCCESS"});
    let run = json!({"upstream": upstream});
    let answer = agent.step("jiraSendDeploymentInfo", &deploys, &run);
    assert_eq!(*answer.issue_keys(), json!(["ABC-1"]));
    assert!(answer.echo().contains("shop/main #5"), "{}", answer.echo());
    // It has issues of its own, or is a build.
    let own = with(deploys.clone(), &json!({"issueKeys": "ABC-3"}));
    let answer = agent.step("jiraSendDeploymentInfo", &own, &run);
    assert!(
        !answer.issue_keys().to_string().contains("NOPE"),
        "{}",
        answer.echo()
    );
    assert!(!answer.echo().contains("shop/main"), "{}", answer.echo());
    let answer = agent.step("jiraSendBuildInfo", &json!({}), &run);
    assert_eq!(answer.outcome(), "nothing_to_send");
}

/// Whatever ended the run, its steps were not there to say so.
#[test]
fn what_a_completed_run_left_in_progress_is_ended_with_its_result() {
    for (result, state) in [
        ("SUCCESS", "successful"),
        ("UNSTABLE", "failed"),
        ("FAILURE", "failed"),
        ("ABORTED", "cancelled"),
        ("NOT_BUILT", "cancelled"),
        ("SOMETHING", "unknown"),
    ] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let both = [
            ("jiraSendBuildInfo", json!({"issueKeys": "ABC-1"})),
            (
                "jiraSendDeploymentInfo",
                json!({"issueKeys": "ABC-2", "environmentId": "eu-prod"}),
            ),
        ];
        for (index, (step, parameters)) in both.iter().enumerate() {
            let mut opening = begin(step, parameters, &json!({}));
            opening["id"] = format!("id-{index}").into();
            job.ask(&Agent::of_run(&jira, 1), 1, opening);
        }
        assert_eq!(remembered(job.memory(1), "open").len(), 2);
        job.end(1, result);
        let ended = job.now() - 60_000;
        let wanted = jira.submissions();

        let parameters = json!({"issueKeys": "ABC-3", "state": "SUCCESS"});
        let answer = job.step(
            &Agent::of_run(&jira, 2),
            2,
            "jiraSendBuildInfo",
            &parameters,
        );
        let names = answer.returns()["delivered"].as_array().unwrap();
        let names: Vec<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
        let of_build = format!("build {JOB} #1 {state}");
        let of_deployment = format!("deployment {JOB} #1 to eu-prod {state}");
        assert!(names.contains(&of_build.as_str()), "{names:?}");
        assert!(names.contains(&of_deployment.as_str()), "{names:?}");
        let line = format!("  also delivered: {}", names.join(", "));
        assert!(answer.echo().contains(&line), "{}", answer.echo());

        // As they were, but for their state and the time of their end.
        let time = jiff::Timestamp::from_millisecond(ended).unwrap();
        let fields = json!({
            "state": state, "lastUpdated": format!("{time:.3}"), "updateSequenceNumber": ended,
        });
        let build = with(wanted[0]["builds"][0].clone(), &fields);
        assert_eq!(jira.build(JOB, 1).unwrap(), build);
        let mut deployment = with(wanted[1]["deployments"][0].clone(), &fields);
        deployment["duration"] = 60.into();
        assert_eq!(jira.deployment(JOB, "eu-prod", 1).unwrap(), deployment);

        // Once.
        let sent = jira.submissions().len();
        for number in [2, 3] {
            job.step(
                &Agent::of_run(&jira, number),
                number,
                "jiraSendBuildInfo",
                &parameters,
            );
        }
        assert_eq!(jira.submissions().len(), sent + 2, "{result}");
    }
}

/// A run that goes on ends what it has begun by itself; so does one whose end is there.
#[test]
fn what_goes_on_is_left_alone() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let parameters = json!({"issueKeys": "ABC-1"});
    let opening = begin("jiraSendBuildInfo", &parameters, &json!({}));
    let begun = job.ask(&Agent::of_run(&jira, 1), 1, opening.clone());
    job.set_result(1, "FAILURE");
    let other = json!({"issueKeys": "ABC-3", "state": "SUCCESS"});
    job.step(&Agent::of_run(&jira, 2), 2, "jiraSendBuildInfo", &other);
    let end = super::end(&opening, &begun, &json!({}), &json!({}));
    job.ask(&Agent::of_run(&jira, 1), 1, end);
    job.end(1, "FAILURE");
    job.step(&Agent::of_run(&jira, 3), 3, "jiraSendBuildInfo", &other);
    let found: Vec<(i64, String)> = states(&jira);
    let expected = [
        (1, "in_progress"),
        (2, "successful"),
        (1, "failed"),
        (3, "successful"),
    ];
    assert_eq!(
        found,
        expected.map(|(number, state)| (number, state.to_owned()))
    );
}

/// Parallel branches write at the same time: each keeps its own lines and leaves those of the others alone.
#[test]
fn parallel_branches_lose_nothing() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 1);
    let environments = ["qa", "eu-prod", "us-prod"];
    let answers: Vec<_> = environments
        .iter()
        .map(|environment| {
            let parameters = json!({"environmentId": environment, "issueKeys": "ABC-1"});
            let mut opening = begin(
                "jiraSendDeploymentInfo",
                &parameters,
                &json!({"memory": ""}),
            );
            opening["id"] = (*environment).into();
            agent.ask(&opening)
        })
        .collect();
    let memory = answers
        .iter()
        .fold(String::new(), |memory, answer| answer.apply(&memory));
    assert_eq!(remembered(&memory, "open").len(), 3);
    assert_eq!(remembered(&memory, "keys").len(), 1);
}

/// Other runs may remember more than one variable can hold.
#[test]
fn the_memory_has_a_limit_and_the_newest_has_room() {
    let jira = Sandbox::start();
    let place = |number: usize| format!("deployed:{JOB}/{}", "x".repeat(200) + &number.to_string());
    let lines: Vec<String> = (0..200)
        .map(|number| {
            let line = json!({"at": 1_000 + number, "commit": format!("{number:040x}")});
            format!("{} {line}", place(number))
        })
        .collect();
    let half = |lines: &[String], number: i64| json!({"number": number, "result": "SUCCESS", "isCompleted": true, "ended": 5, "memory": lines.join("\n")});
    let others = json!([half(&lines[100..], 6), half(&lines[..100], 5)]);
    let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS"});
    let answer =
        Agent::of_run(&jira, 7).step("jiraSendBuildInfo", &parameters, &json!({"others": others}));
    assert_eq!(answer.outcome(), "accepted");
    let memory = answer.apply("");
    assert!(memory.len() > 25_000, "{}", memory.len());
    assert!(memory.contains(&place(199)) && !memory.contains(&format!("{} ", place(0))));
    assert!(
        answer.echo().contains("memory of the run"),
        "{}",
        answer.echo()
    );
}
