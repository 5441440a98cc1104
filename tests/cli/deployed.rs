//! A deployment carries everything since the last one to the same place, or takes it back.

use jira_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, remembered};

const PLACE: &str = "shop-pipeline-scm/eu-prod";

/// Builds `HEAD` of a repository with these commits; what git calls them comes back as well.
fn agent(messages: &[&str]) -> (Agent, Vec<String>) {
    let mut agent = Agent::of("pipeline-scm-declarative-second").with_commits(messages);
    let ids = agent.git(&["rev-list", "--reverse", "HEAD"]);
    let ids: Vec<String> = ids.lines().map(ToOwned::to_owned).collect();
    // The last successful build is the newest commit but one.
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &ids[ids.len() - 2]);
    (agent, ids)
}

/// What a deployment to eu-prod sent, and what the run remembers of it.
pub(crate) struct Sent {
    pub(crate) issue_keys: Value,
    pub(crate) state: Value,
    /// What runs there now, as it is remembered.
    pub(crate) deployed: Value,
    pub(crate) memory: String,
    pub(crate) echo: String,
}

/// Sends a deployment to a Jira of its own, which knows of nothing that was sent before.
pub(crate) fn send(agent: &Agent, parameters: &Value, run: &Value) -> Sent {
    let projects = ["A", "AB", "ABC", "APP", "LIBS"].map(ToOwned::to_owned);
    let jira = Sandbox::with(Config {
        projects: projects.to_vec(),
        ..Config::default()
    });
    let mut all = json!({"environmentId": "eu-prod", "site": jira.url(), "noOutbox": true});
    for (name, value) in parameters.as_object().unwrap() {
        all[name] = value.clone();
    }
    let mut seen = json!({"result": "SUCCESS"});
    for (name, value) in run.as_object().unwrap() {
        seen[name] = value.clone();
    }
    let mut request = crate::support::request("jiraSendDeploymentInfo", &all, &seen);
    request["credential"] = json!({"id": false});
    let api = [("JIRA_API_URL", jira.url())];
    let answer = agent.ask_with(&request.to_string(), &api);
    assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
    let memory = answer.apply(seen["memory"].as_str().unwrap_or_default());
    let [body] = jira.submissions().try_into().unwrap();
    let job = &agent.variables()["JOB_NAME"];
    let start = format!("deployed:{job}/{} ", all["environmentId"].as_str().unwrap());
    let line = memory.lines().find(|line| line.starts_with(&start));
    let mut deployed = remembered(line.unwrap_or_default(), "deployed").pop();
    if let Some(fields) = deployed.as_mut().and_then(Value::as_object_mut) {
        fields.remove("at");
    }
    Sent {
        issue_keys: answer.issue_keys().clone(),
        state: body["deployments"][0]["state"].clone(),
        deployed: deployed.unwrap_or_default(),
        memory,
        echo: answer.echo(),
    }
}

/// The memory of a run after which this commit is at the place.
fn remember(commit: &str) -> Value {
    let other = "0123456789012345678901234567890123456789";
    let line = |place: &str, commit: &str| {
        format!("deployed:{place} {}", json!({"at": 1, "commit": commit}))
    };
    let lines = [
        line("shop-pipeline-scm/qa", other),
        line(PLACE, commit),
        line("x/eu-prod", other),
    ];
    json!({"memory": lines.join("\n")})
}

fn with(mut run: Value, name: &str, value: Value) -> Value {
    run[name] = value;
    run
}

#[test]
fn everything_since_the_last_deployment_is_sent() {
    let (agent, ids) = agent(&["A-1", "AB-2 deployed", "AB-3 built", "AB-4 new"]);
    let agent = credential(agent);
    // Nobody remembers: since the last successful build.
    let sent = send(&agent, &json!({}), &json!({}));
    assert_eq!(sent.issue_keys, json!(["AB-4"]));
    assert_eq!(sent.deployed, json!({"commit": ids[3]}));
    let line = format!(
        "deployed:{PLACE} {}",
        json!({"at": EVENT_MILLISECONDS, "commit": ids[3]})
    );
    assert!(sent.memory.lines().any(|it| it == line), "{}", sent.memory);

    let run = remember(&ids[1]);
    let all = json!(["AB-4", "AB-3"]);
    let again = send(&agent, &json!({}), &run);
    assert_eq!(
        (again.issue_keys, again.deployed["commit"].as_str()),
        (all.clone(), Some(ids[3].as_str()))
    );
    for (result, state) in [
        (Value::Null, "in_progress"),
        (json!("FAILURE"), "failed"),
        (json!("UNSTABLE"), "failed"),
        (json!("ABORTED"), "cancelled"),
    ] {
        let sent = send(&agent, &json!({}), &with(run.clone(), "result", result));
        assert_eq!((sent.issue_keys, &sent.state), (all.clone(), &json!(state)));
        // It did not go well, so that what ran there is what is remembered.
        assert_eq!(sent.deployed["commit"], json!(ids[1]), "{state}");
    }
    // A parameter is stronger than what is remembered, and the start of the range stronger than both.
    let sent = send(&agent, &json!({"deployedCommit": ids[0]}), &run);
    assert_eq!(sent.issue_keys, json!(["AB-4", "AB-3", "AB-2"]));
    let sent = send(
        &agent,
        &json!({"since": ids[2], "deployedCommit": ids[0]}),
        &run,
    );
    assert_eq!(sent.issue_keys, json!(["AB-4"]));
}

/// Both sides of it in one: whoever uses the command line keeps the commit and gives it.
#[test]
fn the_command_line_reports_what_is_to_be_remembered() {
    let (agent, ids) = agent(&["A-1", "AB-2 deployed", "AB-3 built", "AB-4 new"]);
    let run = |options: &[&str]| {
        let usual = [
            "deployment",
            "--environment-id=eu-prod",
            "--dry-run",
            "--format=json",
            EVENT,
        ];
        let run = agent.run(&[&usual, options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run
    };
    let deployed = json!({
        "place": PLACE, "commit": ids[3], "state": "successful", "is_rollback": false,
    });
    assert_eq!(run(&["--state=SUCCESS"]).json()["deployed"], deployed);
    let given = format!("--deployed-commit={}", ids[1]);
    let json = run(&["--state=FAILURE", &given]).json();
    assert_eq!(json["issue_keys"], json!(["AB-4", "AB-3"]));
    assert_eq!(json["deployed"]["state"], "failed");

    let newer = format!("--deployed-commit={}", ids[3]);
    agent.git(&["checkout", "--quiet", &ids[1]]);
    let older = run(&["--state=SUCCESS", &newer, "--commit", &ids[1]]);
    let json = older.json();
    assert_eq!(json["deployed"]["is_rollback"], true);
    assert_eq!(json["deployed"]["commit"], ids[1]);
    assert_eq!(
        json["request"]["body"]["deployments"][0]["state"],
        "rolled_back"
    );
    assert!(older.stderr.contains("rollback: "), "{}", older.stderr);
}

#[test]
fn the_same_commit_again_is_no_rollback() {
    let (agent, ids) = agent(&["AB-1", "AB-2", "AB-3"]);
    let sent = send(&credential(agent), &json!({}), &remember(&ids[2]));
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["AB-3"]), json!("successful"))
    );
    assert_eq!(sent.deployed["commit"], ids[2]);
}

#[test]
fn an_older_commit_takes_issues_back() {
    let (agent, ids) = agent(&["AB-1", "AB-2", "AB-3", "AB-4"]);
    let mut agent = credential(agent);
    agent.set("GIT_COMMIT", &ids[1]);
    let run = remember(&ids[3]);
    let taken_back = json!(["AB-4", "AB-3"]);
    let sent = send(&agent, &json!({}), &run);
    assert_eq!(
        (&sent.issue_keys, sent.state),
        (&taken_back, json!("rolled_back"))
    );
    assert_eq!(sent.deployed["commit"], ids[1]);
    assert!(sent.echo.contains("rolled back"), "{}", sent.echo);
    // It is one only once it has gone well, and a state that the user gives stands.
    for (parameters, result, state) in [
        (json!({}), Value::Null, "in_progress"),
        (json!({}), json!("FAILURE"), "failed"),
        (
            json!({"rollbackAs": "successful"}),
            json!("SUCCESS"),
            "successful",
        ),
        (json!({"state": "SUCCESS"}), Value::Null, "successful"),
        (
            json!({"state": "SUCCESS", "rollbackAs": "rolled_back"}),
            Value::Null,
            "rolled_back",
        ),
    ] {
        let sent = send(&agent, &parameters, &with(run.clone(), "result", result));
        assert_eq!(
            (&sent.issue_keys, sent.state),
            (&taken_back, json!(state)),
            "{parameters}"
        );
    }
}

#[test]
fn another_line_of_development_is_no_rollback() {
    let (agent, ids) = agent(&["AB-1", "AB-2", "AB-3"]);
    let mut agent = credential(agent);
    agent.git(&["checkout", "--quiet", &ids[1]]);
    agent.git(&["commit", "--quiet", "--allow-empty", "--message=AB-9 fix"]);
    let fix = agent.git(&["rev-parse", "HEAD"]);
    agent.set("GIT_COMMIT", &fix);
    let sent = send(&agent, &json!({}), &remember(&ids[2]));
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["AB-9"]), json!("successful"))
    );
}

#[test]
fn what_cannot_be_used_does_no_harm() {
    let (agent, _) = agent(&["AB-1", "AB-2", "AB-3"]);
    let agent = credential(agent);
    let gone = "0123456789012345678901234567890123456789";
    let sent = send(&agent, &json!({}), &remember(gone));
    assert_eq!(sent.issue_keys, json!(["AB-3"]));
    assert!(
        sent.echo.contains("which was deployed before") && sent.echo.contains(gone),
        "{}",
        sent.echo
    );
    assert!(sent.echo.contains("since REV"), "{}", sent.echo);
    for junk in [
        "none".to_owned(),
        format!("deployed:{PLACE} []"),
        format!("deployed:{PLACE} {{}}"),
        format!("deployed:{PLACE} {{\"at\":1}}"),
        format!("deployed:{PLACE} {{\"at\":1,\"commit\":\"--output=x\"}}"),
        format!("deployed:{PLACE} {{\"at\":1,\"commit\":7,\"repositories\":[]}}"),
    ] {
        let sent = send(&agent, &json!({}), &json!({"memory": junk}));
        assert_eq!(sent.issue_keys, json!(["AB-3"]), "{junk}");
        assert!(!sent.echo.contains("warning"), "{}", sent.echo);
    }
    assert!(!agent.path().join("x").exists());
}

/// Binds the credential of the stand-in.
pub(crate) fn credential(mut agent: Agent) -> Agent {
    agent.set("JIRA_CLIENT_ID", "sandbox-client");
    agent.set("JIRA_CLIENT_SECRET", "sandbox-secret");
    agent
}
