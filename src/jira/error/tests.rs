use super::{Answer, Asked, DataType, JiraError, Kind, TransportError};

fn failure(asked: Asked, status: u16, body: &str) -> (Kind, String) {
    let answer = Answer {
        status,
        body: body.to_owned(),
        ..Answer::default()
    };
    let failure = JiraError::refused(asked, "https://api.example/x", answer).explain();
    let lines: Vec<_> = failure
        .lines()
        .iter()
        .map(|(_, line)| (*line).to_owned())
        .collect();
    (failure.kind, lines.join("\n"))
}

#[test]
fn every_status_has_a_kind_and_a_hint() {
    let builds = Asked::Submission(DataType::Builds);
    let cases = [
        (Asked::Token, 401, Kind::Credentials, "OAuth credentials"),
        (Asked::Token, 400, Kind::Credentials, "JIRA_CLIENT_SECRET"),
        (Asked::Token, 404, Kind::Unreachable, "JIRA_AUTH_URL"),
        (Asked::Token, 429, Kind::Unreachable, "later"),
        (Asked::Token, 503, Kind::Unreachable, "status.atlassian.com"),
        (Asked::CloudId, 404, Kind::Unreachable, "no such site"),
        (Asked::CloudId, 403, Kind::Unreachable, "JIRA_CLOUD_ID"),
        (Asked::CloudId, 302, Kind::Unreachable, "renamed"),
        (builds, 400, Kind::Refused, "--dry-run"),
        (
            Asked::Permission(DataType::Builds),
            401,
            Kind::Credentials,
            "tick \"Builds\"",
        ),
        (
            Asked::Permission(DataType::Builds),
            403,
            Kind::Credentials,
            "permission is missing",
        ),
        (
            Asked::Permission(DataType::Builds),
            400,
            Kind::Refused,
            "says nothing",
        ),
        (builds, 401, Kind::Credentials, "tick \"Builds\""),
        (builds, 403, Kind::Credentials, "tick \"Builds\""),
        (builds, 404, Kind::Refused, "JIRA_CLOUD_ID"),
        (builds, 407, Kind::Unreachable, "HTTPS_PROXY"),
        (builds, 413, Kind::Refused, "too large"),
        (builds, 500, Kind::Unreachable, "maintenance"),
        (
            Asked::Submission(DataType::DevInfo),
            403,
            Kind::Credentials,
            "tick \"Development information\"",
        ),
        (
            Asked::Reading(DataType::FeatureFlags),
            404,
            Kind::Refused,
            "nothing is stored",
        ),
        (
            Asked::Submission(DataType::RemoteLinks),
            404,
            Kind::Refused,
            "does not confirm",
        ),
        (
            Asked::Reading(DataType::RemoteLinks),
            404,
            Kind::Refused,
            "nothing is stored",
        ),
        (
            Asked::Deletion(DataType::Builds),
            404,
            Kind::Refused,
            "JIRA_CLOUD_ID",
        ),
        (
            Asked::Deletion(DataType::Builds),
            401,
            Kind::Credentials,
            "tick \"Builds\"",
        ),
        (
            Asked::Deletion(DataType::Builds),
            400,
            Kind::Refused,
            "--verbose",
        ),
        (
            Asked::Submission(DataType::RemoteLinks),
            401,
            Kind::Credentials,
            "does not confirm",
        ),
    ];
    for (asked, status, kind, hint) in cases {
        let (found, lines) = failure(asked, status, "");
        assert_eq!(found, kind, "{asked:?} {status}");
        assert!(lines.contains(hint), "{asked:?} {status}: {lines}");
    }
}

#[test]
fn an_allowlist_is_told_from_a_permission() {
    let body = r#"{"errorMessages":["The IP address has been rejected because it is not on the allowed list..."]}"#;
    let (_, lines) = failure(Asked::Submission(DataType::Builds), 403, body);
    assert!(lines.contains("allowlist") && !lines.contains("tick"));
}

#[test]
fn a_page_says_nothing_of_what_is_stored() {
    let reading = Asked::Reading(DataType::Builds);
    for (body, hint) in [
        ("<html>404</html>", "a proxy"),
        ("{}", "nothing is stored"),
        (" ", "nothing is stored"),
    ] {
        let (_, lines) = failure(reading, 404, body);
        assert!(lines.contains(hint), "{body}: {lines}");
    }
}

#[test]
fn jiras_words_are_passed_on() {
    let body = r#"[{"message":"'url' is required"}]"#;
    let (_, lines) = failure(Asked::Submission(DataType::Builds), 400, body);
    assert!(lines.contains("'url' is required"));
}

#[test]
fn no_answer_is_unreachable_with_a_hint() {
    let errors = [
        TransportError::UnknownHost,
        TransportError::Timeout,
        TransportError::Tls("x".to_owned()),
        TransportError::Connection("x".to_owned()),
        TransportError::Refused("x".to_owned()),
    ];
    for error in errors {
        let url = "https://api.example/oauth/token";
        let error = JiraError::transport(Asked::Token, url, error);
        let failure = error.explain();
        let what = "could not get an access token from api.example";
        assert_eq!(failure.lines()[0], ("error", what));
        assert_eq!(failure.kind, Kind::Unreachable);
        assert_eq!(failure.lines().last().unwrap().0, "hint");
    }
}

/// What was asked for at which address for which site, and the error.
#[test]
fn the_host_that_failed_is_named() {
    let builds = DataType::Builds;
    let (acme, api) = (
        "acme.atlassian.net",
        "https://api.atlassian.com/oauth/token",
    );
    let local = "http://127.0.0.1:8080";
    let cases = [
        (
            Asked::CloudId,
            "https://acme.atlassian.net/_edge/tenant_info",
            acme,
            "could not get the cloud id from acme.atlassian.net",
        ),
        (
            Asked::Token,
            api,
            acme,
            "could not get an access token from api.atlassian.com for acme.atlassian.net",
        ),
        (
            Asked::Submission(builds),
            "http://127.0.0.1:8080/jira/builds",
            local,
            "could not send the data to 127.0.0.1:8080",
        ),
        (
            Asked::Reading(builds),
            api,
            local,
            "could not read the data from api.atlassian.com for http://127.0.0.1:8080",
        ),
        (
            Asked::Deletion(builds),
            "https://api.atlassian.com",
            "api.atlassian.com",
            "could not delete the data at api.atlassian.com",
        ),
    ];
    for (asked, url, site, words) in cases {
        let error = JiraError::transport(asked, url, TransportError::Timeout);
        assert_eq!(error.explain_for(site).lines()[0].1, words);
        assert!(words.starts_with(error.explain().lines()[0].1), "{words}");
    }
}
