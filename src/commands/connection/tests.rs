use super::{endpoints, has_own_credential, is_named, sites, waiting_destination};
use crate::error::FailureKind;
use crate::variables::Variables;

#[test]
fn addresses_have_defaults_and_stay_encrypted() {
    let defaults = endpoints(&Variables::default(), None).unwrap();
    assert_eq!(defaults.token_url, "https://api.atlassian.com/oauth/token");
    assert_eq!(defaults.audience, "api.atlassian.com");
    let other = Variables::from([
        ("JIRA_API_URL", "https://api.example.com/"),
        ("JIRA_AUDIENCE", "api.example.com"),
        ("JIRA_API_URL__GOV", "https://api.example.gov"),
    ]);
    let token_url = |variables: &Variables, site: Option<&str>| {
        let site = site.map(|site| site.parse().unwrap());
        endpoints(variables, site.as_ref()).unwrap().token_url
    };
    for (site, expected) in [
        (None, "https://api.example.com/oauth/token"),
        (Some("gov"), "https://api.example.gov/oauth/token"),
        (
            Some("http://[::1]:8080"),
            "https://api.example.com/oauth/token",
        ),
    ] {
        assert_eq!(token_url(&other, site), expected);
    }
    // A stand-in on this machine needs no further address.
    let own = token_url(&Variables::default(), Some("http://127.0.0.1:8080"));
    assert_eq!(own, "http://127.0.0.1:8080/oauth/token");
    for name in ["JIRA_API_URL", "JIRA_AUTH_URL"] {
        let variables = Variables::from([(name, "http://api.example.com")]);
        let failure = endpoints(&variables, None);
        assert_eq!(failure.unwrap_err().kind, FailureKind::Usage);
    }
}

/// The variables, the cloud id of the entry, and the one that is used.
#[test]
fn the_cloud_id_of_what_waits_is_found() {
    let cases = [
        (&[][..], None, None),
        (&[], Some("of-entry"), Some("of-entry")),
        (&[], Some("../of entry"), None),
        (
            &[("JIRA_SITE", "acme"), ("JIRA_CLOUD_ID", "all")][..],
            Some("of-entry"),
            Some("all"),
        ),
        (
            &[("JIRA_SITE", "acme,beta"), ("JIRA_CLOUD_ID", "all")],
            Some("of-entry"),
            Some("of-entry"),
        ),
        (
            &[("JIRA_SITE", "beta"), ("JIRA_CLOUD_ID", "all")],
            None,
            None,
        ),
        (
            &[
                ("JIRA_SITE", "acme"),
                ("JIRA_CLOUD_ID", "all"),
                ("JIRA_CLOUD_ID__ACME", "own"),
            ],
            Some("of-entry"),
            Some("own"),
        ),
    ];
    for (set, of_entry, expected) in cases {
        let pairs = set.iter().map(|(name, value)| (name.into(), value.into()));
        let variables = Variables::new(pairs);
        let found = waiting_destination(Some("acme.atlassian.net"), of_entry, &variables);
        let found = found.unwrap();
        let found = found.cloud_id().map(crate::jira::CloudId::as_str);
        assert_eq!(found, expected, "{set:?} {of_entry:?}");
    }
    let wrong = Variables::from([("JIRA_SITE", "acme"), ("JIRA_CLOUD_ID", "a b")]);
    assert!(waiting_destination(Some("acme.atlassian.net"), None, &wrong).is_err());
}

#[test]
fn a_site_is_asked_when_it_is_named_or_has_a_credential() {
    let variables = Variables::from([
        ("JIRA_SITE", "acme"),
        ("JIRA_CLOUD_ID", "1-2"),
        ("JIRA_CLIENT_ID", "all"),
        ("JIRA_CLIENT_SECRET_FILE__BETA", "/beta"),
    ]);
    let named = sites(&[], &variables).unwrap();
    let (acme, beta) = (Some("acme.atlassian.net"), Some("beta.atlassian.net"));
    assert!(is_named(acme, Some("3-4"), &named, &variables));
    assert!(!is_named(beta, Some("1-2"), &named, &variables));
    assert!(is_named(None, Some("1-2"), &named, &variables));
    assert!(!is_named(None, Some("3-4"), &named, &variables));
    assert!(has_own_credential(beta, &variables));
    assert!(!has_own_credential(acme, &variables) && !has_own_credential(None, &variables));
}

#[test]
fn sites_are_listed_in_many_ways() {
    let cases = [
        (&["acme"][..], "", "acme.atlassian.net"),
        (&[], "acme", "acme.atlassian.net"),
        (&["", " "], "acme", "acme.atlassian.net"),
        (&["beta"], "acme", "beta.atlassian.net"),
        (
            &[],
            "acme, beta\nacme.atlassian.net",
            "acme.atlassian.net beta.atlassian.net",
        ),
        (
            &["acme", "BETA"],
            "",
            "acme.atlassian.net beta.atlassian.net",
        ),
        (&[], " , ", ""),
    ];
    for (given, variable, expected) in cases {
        let given: Vec<String> = given.iter().map(ToString::to_string).collect();
        let found = sites(&given, &Variables::from([("JIRA_SITE", variable)])).unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), expected, "{given:?} {variable:?}");
    }
    assert!(sites(&["my site".to_owned()], &Variables::default()).is_err());
    let name = sites(&[], &Variables::from([("JIRA_SITE", "Acme Inc")]));
    let message = name.unwrap_err().message();
    assert!(
        message.starts_with("invalid site: \"Acme Inc\" is not"),
        "{message}"
    );
}

#[test]
fn a_password_in_a_site_is_not_shown() {
    for text in [
        "https://user:s3cret@acme.atlassian.net",
        "user:s3cret@acme",
        "acme, https://user:s3,cret@acme.atlassian.net",
        "https://user:s3\ncret@acme.atlassian.net",
        "https://acme.atlassian.net:s3cret@x",
    ] {
        let given: Vec<String> = text.split(',').map(ToOwned::to_owned).collect();
        let variables = Variables::from([("JIRA_SITE", text)]);
        for found in [sites(&[], &variables), sites(&given, &Variables::default())] {
            let failure = found.unwrap_err();
            let shown = format!("{:?}", failure.lines());
            assert!(!shown.contains("s3") && !shown.contains("cret"), "{shown}");
            assert!(shown.contains("user or password"), "{shown}");
        }
    }
}
