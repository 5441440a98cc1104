use super::{Answer, Asked, DataType, FailureKind, JiraError, TransportError};

fn failure(asked: Asked, status: u16, body: &str) -> (FailureKind, String) {
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
        (
            Asked::Token,
            401,
            FailureKind::Credentials,
            "OAuth credentials",
        ),
        (
            Asked::Token,
            400,
            FailureKind::Credentials,
            "JIRA_CLIENT_SECRET",
        ),
        (Asked::Token, 404, FailureKind::Unreachable, "JIRA_AUTH_URL"),
        (Asked::Token, 429, FailureKind::Unreachable, "later"),
        (
            Asked::Token,
            503,
            FailureKind::Unreachable,
            "status.atlassian.com",
        ),
        (
            Asked::CloudId,
            404,
            FailureKind::Unreachable,
            "no such site",
        ),
        (
            Asked::CloudId,
            403,
            FailureKind::Unreachable,
            "JIRA_CLOUD_ID",
        ),
        (Asked::CloudId, 302, FailureKind::Unreachable, "renamed"),
        (builds, 400, FailureKind::Refused, "--dry-run"),
        (
            Asked::Permission(DataType::Builds),
            401,
            FailureKind::Credentials,
            "tick \"Builds\"",
        ),
        (
            Asked::Permission(DataType::Builds),
            403,
            FailureKind::Credentials,
            "permission is missing",
        ),
        (
            Asked::Permission(DataType::Builds),
            400,
            FailureKind::Refused,
            "says nothing",
        ),
        (builds, 401, FailureKind::Credentials, "tick \"Builds\""),
        (builds, 403, FailureKind::Credentials, "tick \"Builds\""),
        (builds, 404, FailureKind::Unreachable, "JIRA_CLOUD_ID"),
        (builds, 407, FailureKind::Unreachable, "HTTPS_PROXY"),
        (builds, 413, FailureKind::Refused, "too large"),
        (builds, 500, FailureKind::Unreachable, "maintenance"),
        (
            Asked::Submission(DataType::DevInfo),
            403,
            FailureKind::Credentials,
            "tick \"Development information\"",
        ),
        (
            Asked::Reading(DataType::FeatureFlags),
            404,
            FailureKind::Refused,
            "nothing is stored",
        ),
        (
            Asked::Deletion(DataType::Builds),
            404,
            FailureKind::Refused,
            "JIRA_CLOUD_ID",
        ),
        (
            Asked::Deletion(DataType::Builds),
            401,
            FailureKind::Credentials,
            "tick \"Builds\"",
        ),
        (
            Asked::Deletion(DataType::Builds),
            400,
            FailureKind::Refused,
            "--verbose",
        ),
    ];
    for (asked, status, kind, hint) in cases {
        let (found, lines) = failure(asked, status, r#"{"message":"no"}"#);
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
        ("not found", "a proxy"),
        ("{}", "a proxy"),
        ("404", "a proxy"),
        (r#""not found""#, "a proxy"),
        (r#"{"status":404}"#, "a proxy"),
        (r#"[{"message":"no"}]"#, "nothing is stored"),
        (" ", "nothing is stored"),
    ] {
        let (_, lines) = failure(reading, 404, body);
        assert!(lines.contains(hint), "{body}: {lines}");
    }
}

/// What stands in the body decides whose answer it is, whatever the status.
#[test]
fn only_jira_refuses() {
    let builds = Asked::Submission(DataType::Builds);
    let pages = [
        "<html><h1>Oops</h1></html>",
        " \u{feff}<!DOCTYPE html>",
        "{}",
        "[]",
        "null",
        "no",
        r#""no""#,
        r#"{"status":"blocked"}"#,
        r#"{"message":""}"#,
        r#"{"message":{"text":"no"}}"#,
        r#"{"error":true}"#,
        r#"{"errorMessages":[]}"#,
        r#"{"errorMessages":[],"errors":{}}"#,
        r#"["no"]"#,
        r#"[{"message":"no"},{"detail":"no"}]"#,
        "",
    ];
    for status in [400, 404, 405, 409, 410, 413, 415, 418, 421, 422, 423, 451] {
        for body in pages {
            let (kind, lines) = failure(builds, status, body);
            assert_eq!(kind, FailureKind::Unreachable, "{status} {body}");
            assert!(lines.contains("a proxy or a login page"), "{status} {body}");
            assert!(!lines.contains("JIRA_CLOUD_ID"), "{status} {body}");
        }
    }
    let refusals = [
        r#"[{"message":"no","errorTraceId":"1"}]"#,
        r#"{"errorMessages":[{"message":"no"}]}"#,
        r#"{"errorMessages":["no"],"errors":{}}"#,
        r#"{"errorMessages":[],"errors":{"url":"no"}}"#,
        r#"{"code":400,"message":"no"}"#,
        r#"{"error":"no"}"#,
    ];
    for body in refusals {
        for status in [400, 413, 422] {
            assert_eq!(
                failure(builds, status, body).0,
                FailureKind::Refused,
                "{status}"
            );
        }
        for status in [404, 405, 410, 421, 423, 451] {
            let (kind, lines) = failure(builds, status, body);
            assert_eq!(kind, FailureKind::Unreachable, "{status} {body}");
            assert!(!lines.contains("a proxy or a login page"), "{status}");
        }
    }
}

/// Whom a failure concerns: this update alone, perhaps, or all.
#[test]
fn what_one_update_may_cause_is_told_from_what_concerns_all() {
    let cases = [
        (500, "", true),
        (503, "<html>", true),
        (404, "<html>", true),
        (403, "<html>", true),
        (403, "", false),
        (401, "", false),
        (302, "", false),
        (429, "", false),
        (407, "", false),
    ];
    let builds = Asked::Submission(DataType::Builds);
    for (status, body, expected) in cases {
        let answer = Answer {
            status,
            body: body.to_owned(),
            ..Answer::default()
        };
        let error = JiraError::refused(builds, "https://x", answer.clone());
        assert_eq!(error.may_concern_one(), expected, "{status} {body}");
        assert!(!JiraError::refused(Asked::Token, "https://x", answer).may_concern_one());
    }
    for (error, expected) in [
        (TransportError::Timeout, true),
        (TransportError::Connection("reset".to_owned()), true),
        (TransportError::Refused("x".to_owned()), false),
        (TransportError::UnknownHost, false),
    ] {
        let error = JiraError::transport(builds, "https://x", error);
        assert_eq!(error.may_concern_one(), expected, "{error:?}");
    }
    assert!(!JiraError::no_time(builds, "https://x").may_concern_one());
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
        assert_eq!(failure.kind, FailureKind::Unreachable);
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
