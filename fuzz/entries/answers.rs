//! Whatever answers in Jira's place. See [`crate::fuzz_entries`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::clock::Clocked;
use super::http::{Answer, Request, Transport, TransportError};
use super::item::DeploymentKey;
use super::{
    Body, Credentials, DataType, Endpoints, Jira, JiraError, Submitted, Target, error_body,
};
use crate::domain::ids::{EnvironmentId, PipelineId, PipelineIdStyle};
use crate::fuzz_entries::head_and_body;
use crate::secret::Secret;
use crate::system::Deadline;
use crate::system::fake::FakeMachine;

/// Longest message that anybody would read, in bytes: an excerpt of 300 characters with a name before and an id behind
/// it.
const MAX_MESSAGE: usize = 3 * 302 * 4;

/// Answers, each a status, headers and after an empty line a body, with `%%%` between them. They are given to the
/// requests of one submission, of one look at a gate or at a commit, and of one delete, in turn, the last one again and again.
pub(crate) fn answers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let answers: Vec<Answer> = text.split("%%%\n").map(answer).collect();
    for answer in &answers {
        read(&answer.body);
    }
    ask(answers.clone(), |jira| {
        jira.submit(&Body::new(DataType::Builds, &()))
            .map(|submitted| check(&submitted))
    });
    let deployment = DeploymentKey {
        pipeline: PipelineId::given("shop"),
        environment: EnvironmentId::new("prod", PipelineIdStyle::Safe),
        number: 1,
    };
    let commit = json!({"id": "c", "updateSequenceId": 7});
    let body = json!({"repositories": [{"id": "r", "commits": [commit]}]});
    for sent in Body::new(DataType::DevInfo, &body).sent() {
        ask(answers.clone(), |jira| {
            let read = jira.read(&sent.item)?;
            let fate = sent.fate(read.as_ref());
            assert!(read.is_some() || !fate.is_final());
            Ok(())
        });
        ask(answers.clone(), |jira| jira.delete(&sent.item));
    }
    ask(answers, |jira| {
        let gate = jira.gate(&deployment)?;
        let mut requests = gate.change_requests.iter();
        assert!(requests.all(|request| !request.issue_key.is_empty()));
        Ok(())
    });
}

fn answer(text: &str) -> Answer {
    let (head, body) = head_and_body(text);
    let status = head.first().and_then(|line| line.trim().parse().ok());
    let headers = head.iter().filter_map(|line| line.split_once(':'));
    let header = |(name, value): (&str, &str)| (name.to_ascii_lowercase(), value.trim().to_owned());
    Answer {
        status: status.unwrap_or(202),
        headers: headers.map(header).collect(),
        body: body.to_owned(),
    }
}

fn read(body: &str) {
    let messages = error_body::messages(body);
    assert!(messages.len() <= 20);
    for message in &messages {
        assert!(
            !message.is_empty() && message.len() <= MAX_MESSAGE,
            "{}",
            message.len()
        );
        assert!(!message.contains('\n'), "{message:?}");
    }
    if let Some(submitted) = Submitted::parse(body) {
        check(&submitted);
    }
}

fn check(submitted: &Submitted) {
    let issues = submitted.unknown_issues();
    let mut distinct = issues.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), issues.len());
    let others = submitted.other_unknowns();
    assert!(!submitted.is_silent() || issues.len() + others.len() == 0);
    let _ = serde_json::json!([submitted.rejected, submitted.unknown_associations]).to_string();
}

struct InTurn {
    answers: Vec<Answer>,
    given: AtomicUsize,
}

impl Transport for InTurn {
    fn send(&self, request: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
        let allowed = |byte: u8| byte.is_ascii_graphic();
        assert!(request.url.bytes().all(allowed), "{}", request.url);
        assert!(request.token.is_none_or(|token| token.bytes().all(allowed)));
        let turn = self.given.fetch_add(1, Ordering::Relaxed);
        let last = self.answers.len() - 1;
        Ok(self.answers[turn.min(last)].clone())
    }
}

fn ask(answers: Vec<Answer>, question: impl Fn(&mut Jira<'_>) -> Result<(), JiraError>) {
    let machine = FakeMachine::default();
    let transport = InTurn {
        answers,
        given: AtomicUsize::default(),
    };
    let clocked = Clocked::new(&transport, &machine);
    let endpoints = Endpoints {
        api_url: "https://api.example.com".to_owned(),
        token_url: "https://api.example.com/oauth/token".to_owned(),
        audience: "api.example.com".to_owned(),
    };
    let credentials = Credentials {
        client_id: "id".to_owned(),
        client_secret: Secret::new("secret"),
    };
    let budget = Duration::from_secs(15);
    let deadline = Deadline::after(&machine, budget);
    // The look-up of a site's cloud id runs at the same time as the one for a token, which would leave to chance who
    // gets which answer.
    let target = Target::CloudId("c-1".parse().expect("a cloud id"));
    let credentials = Arc::new(credentials);
    let result = Jira::authorize(
        &clocked,
        &machine,
        deadline,
        &target,
        &endpoints,
        credentials,
    )
    .and_then(|mut jira| question(&mut jira));
    if let Err(error) = result {
        let failure = error.explain_for("acme.atlassian.net");
        assert!(!failure.message().is_empty() && !failure.lines().is_empty());
    }
    let _ = clocked.warning();
    let naps: Duration = machine
        .naps
        .lock()
        .map(|naps| naps.iter().sum())
        .unwrap_or_default();
    assert!(naps <= budget, "{naps:?}");
    assert!(transport.given.into_inner() <= 5 * 4);
}
