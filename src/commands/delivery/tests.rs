use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use super::Delivery;
use crate::commands::connection::destinations;
use crate::commands::session::Session;
use crate::commands::{Context, OpenedSites, Phase};
use crate::jira::http::{Answer, Request, Transport, TransportError};
use crate::jira::{Body, DataType};
use crate::outbox::{Entry, Limits, Outbox};
use crate::output::Output;
use crate::system::fake::FakeMachine;
use crate::system::{Deadline, System as _};
use crate::variables::Variables;

const SITE: &str = "acme.atlassian.net";

/// Answers each request for builds with the next of these, the last again and again; 200 accepts them all, and 202 does so
/// without a word.
struct Server {
    answers: Mutex<VecDeque<u16>>,
    /// Of each request the numbers of its builds and the whole seconds it is given.
    asked: Mutex<Vec<(Vec<i64>, u64)>>,
}

impl Transport for Server {
    fn send(&self, request: Request<'_>, time: Duration) -> Result<Answer, TransportError> {
        let answer = |status, body: &Value| Answer {
            status,
            body: body.to_string(),
            ..Answer::default()
        };
        if request.url.ends_with("/oauth/token") {
            return Ok(answer(200, &json!({"access_token": "t"})));
        }
        let body: Value = serde_json::from_str(request.body.unwrap()).unwrap();
        let builds = body["builds"].as_array().unwrap().iter();
        let numbers: Vec<i64> = builds
            .map(|build| build["buildNumber"].as_i64().unwrap())
            .collect();
        let keys = numbers
            .iter()
            .map(|number| json!({"pipelineId": "shop", "buildNumber": number}));
        let accepted = json!({"acceptedBuilds": keys.collect::<Vec<_>>()});
        self.asked.lock().unwrap().push((numbers, time.as_secs()));
        let mut answers = self.answers.lock().unwrap();
        let status = *answers.front().unwrap();
        if answers.len() > 1 {
            answers.pop_front();
        }
        let silence = json!({});
        let body = if status == 202 { &silence } else { &accepted };
        Ok(answer(status, body))
    }
}

struct Delivered {
    asked: Vec<(Vec<i64>, u64)>,
    counts: [usize; 2],
    has_failed: bool,
    /// How many may be sent at once, and how many wait longer.
    left: (usize, usize),
}

/// So many updates of builds, 1 and on, are sent within so many seconds.
fn deliver(updates: i64, seconds: u64, answers: &[u16]) -> Delivered {
    let (folder, system) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), &system);
    for number in 1..=updates {
        wait(&outbox, number, &system);
    }
    deliver_from(&outbox, seconds, answers, &system)
}

fn outbox<'a>(folder: &Path, system: &'a FakeMachine) -> Outbox<'a> {
    let limits = Limits {
        age: Duration::from_hours(24),
        entries: 1_000,
        bytes: 1024 * 1024,
    };
    Outbox::open(folder, limits, true, system).unwrap()
}

fn wait(outbox: &Outbox<'_>, number: i64, system: &FakeMachine) {
    let body = json!({"builds": [{
        "pipelineId": "shop", "buildNumber": number, "updateSequenceNumber": number,
    }]});
    let body = Body::new(DataType::Builds, &body);
    let entry = Entry::new("build".to_owned(), (Some(SITE), None), &body, system.now());
    let held = outbox.hold(entry.unwrap(), Duration::ZERO).unwrap();
    held.put_back().unwrap();
}

fn deliver_from(
    outbox: &Outbox<'_>,
    seconds: u64,
    answers: &[u16],
    system: &FakeMachine,
) -> Delivered {
    let output = Output::new(std::io::sink(), std::io::sink());
    let variables = Variables::from([("JIRA_CLIENT_ID", "id"), ("JIRA_CLIENT_SECRET", "secret")]);
    let server = Server {
        answers: Mutex::new(answers.iter().copied().collect()),
        asked: Mutex::default(),
    };
    let context = Context {
        variables: &variables,
        system,
        transport: &server,
        output: &output,
        network_failure: None,
        phase: &Phase::default(),
        opened: &OpenedSites::default(),
    };
    let sites = [SITE.to_owned()];
    let [destination] = destinations(&sites, Some("c-1"), &variables)
        .unwrap()
        .try_into()
        .unwrap();
    let deadline = Deadline::after(system, Duration::from_secs(seconds));
    let mut session = Session::new(&destination, &context);
    let Ok(jira) = session.open(deadline) else {
        panic!("a session");
    };
    let mut delivery = Delivery::new(outbox, SITE, deadline, &context);
    delivery.run(jira, &outbox.list(None).due, None);
    let (counts, failure) = delivery.finish();
    let left = outbox.list(None);
    Delivered {
        asked: server.asked.into_inner().unwrap(),
        counts: [counts.delivered, counts.refused],
        has_failed: failure.is_some(),
        left: (left.due.len(), left.paused.len()),
    }
}

/// A site that does not answer is asked patiently once, about all and about one; then twice more, shortly.
#[test]
fn a_site_in_trouble_is_not_asked_about_everything() {
    let delivered = deliver(5, 600, &[503]);
    let tries = [30, 29, 28, 26, 22];
    let all = tries.map(|time| (vec![1, 2, 3, 4, 5], time));
    let first = tries.map(|time| (vec![1], time));
    let others = [(vec![5], 10), (vec![3], 10)];
    let expected = [&all[..], &first, &others].concat();
    assert_eq!(delivered.asked, expected);
    assert_eq!(delivered.counts, [0, 0]);
    assert!(delivered.has_failed);
    assert_eq!(delivered.left, (5, 0));
}

/// No request takes more than half of what is left.
#[test]
fn the_time_is_shared() {
    let delivered = deliver(2, 20, &[503]);
    let times: Vec<u64> = delivered.asked.iter().map(|(_, time)| *time).collect();
    assert_eq!(times[..2], [10, 9]);
    assert!(times.iter().all(|time| *time <= 10), "{times:?}");
}

/// What fails alone waits longer; the others are delivered, a hundred in one request.
#[test]
fn one_that_fails_alone_holds_up_no_others() {
    let answers = [&[503; 10][..], &[200]].concat();
    let delivered = deliver(4, 600, &answers);
    let asked = delivered.asked[10..].iter();
    let asked: Vec<(&[i64], u64)> = asked.map(|(all, time)| (all.as_slice(), *time)).collect();
    assert_eq!(asked, [(&[4][..], 10), (&[2], 10), (&[3], 10)]);
    assert_eq!(delivered.counts, [3, 0]);
    assert!(!delivered.has_failed);
    assert_eq!(delivered.left, (0, 1));

    // Where the site answers, what fails is not tried again at once.
    let answers = [&[503; 10][..], &[200, 503]].concat();
    let delivered = deliver(4, 600, &answers);
    let asked = delivered.asked[10..].iter().map(|(all, _)| all[0]);
    assert_eq!(asked.collect::<Vec<_>>(), [4, 2, 3]);
    assert_eq!((delivered.counts, delivered.left), ([1, 0], (0, 3)));

    let sizes = |updates, answers: &[u16]| -> Vec<usize> {
        let asked = deliver(updates, 600, answers).asked;
        asked.iter().map(|(numbers, _)| numbers.len()).collect()
    };
    assert_eq!(sizes(250, &[200]), [100, 100, 50]);
    assert_eq!(sizes(4, &[413, 200]), [4, 2, 2]);
    assert_eq!(sizes(3, &[413, 200]), [3, 1, 2]);
}

/// What has failed once may be what the others failed for.
#[test]
fn what_has_failed_goes_alone_the_next_time() {
    let (folder, system) = (tempfile::tempdir().unwrap(), FakeMachine::default());
    let outbox = outbox(folder.path(), &system);
    for number in 1..=3 {
        wait(&outbox, number, &system);
    }
    assert!(deliver_from(&outbox, 600, &[503], &system).has_failed);
    let asked = deliver_from(&outbox, 600, &[200], &system).asked;
    let asked: Vec<Vec<i64>> = asked.into_iter().map(|(numbers, _)| numbers).collect();
    assert_eq!(asked, [[1], [2], [3]]);
}

/// No list is required in an answer: silence is the word for accepted, of several and of one alone.
#[test]
fn what_nothing_is_said_of_is_delivered() {
    for updates in [1, 3] {
        let delivered = deliver(updates, 600, &[202]);
        assert_eq!(delivered.asked.len(), 1);
        assert_eq!(delivered.counts, [usize::try_from(updates).unwrap(), 0]);
        assert_eq!((delivered.has_failed, delivered.left), (false, (0, 0)));
    }
}
