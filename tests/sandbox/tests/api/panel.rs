//! What is shown of an issue, on a terminal and in a browser.

use crate::bodies::{build, commit, deployment, flag, repository, with};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn builds_and_deployments_for_a_terminal() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    assert_eq!(
        sandbox.panel("proj-2"),
        "PROJ-2\n  no development information\n"
    );
    let next = with(
        &with(&build(), "/buildNumber", json!(3)),
        "/testInfo",
        Value::Null,
    );
    let next = with(
        &with(&next, "/state", json!("in_progress")),
        "/displayName",
        json!("shop #3"),
    );
    let next = with(&next, "/lastUpdated", json!("2026-01-01T14:30:00+02:00"));
    client.submit("builds", &json!({ "builds": [build(), next] }));
    client.submit_item("deployments", &deployment());
    let expected = "\
PROJ-2
  Builds (2)
    ▶ in_progress  shop #3                              2026-01-01 12:30 UTC
    ✓ successful   shop » main #2  12 passed, 1 failed  2026-01-01 12:00 UTC
  Deployments (1)
    ✓ successful  EU production (production)  shop » main #2  2026-01-01 12:01 UTC
";
    assert_eq!(sandbox.panel("Proj-2"), expected);
}

/// A repository and a flag, each with the changes, and a second commit.
pub(crate) fn everything(sandbox: &Sandbox) -> Client {
    let mut client = Client::new(sandbox);
    let second = with(&commit(), "/id", json!("second"));
    let second = with(&second, "/displayId", json!("89abcde"));
    let second = with(&second, "/authorTimestamp", json!("2026-01-01T11:10:00Z"));
    let second = with(&second, "/message", json!("Tidy up\n\nPROJ-2"));
    client.submit_item(
        "repositories",
        &with(&repository(), "/commits", json!([commit(), second])),
    );
    client.submit_item("builds", &build());
    client.submit_item("deployments", &deployment());
    client.submit_item("flags", &flag());
    client
}

#[test]
fn everything_for_a_terminal() {
    let sandbox = Sandbox::start();
    everything(&sandbox);
    let expected = "\
PROJ-2
  Branches (1)
    • feature/cart  2026-01-01 11:00 UTC
  Commits (2)
    • 89abcde  Tidy up               Ada  2026-01-01 11:10 UTC
    • 0123456  PROJ-2 mend the cart  Ada  2026-01-01 11:00 UTC
  Pull requests (1)
    ○ OPEN  #7 PROJ-2 a better cart  feature/cart → main  2026-01-01 11:30 UTC
  Builds (1)
    ✓ successful  shop » main #2  12 passed, 1 failed  2026-01-01 12:00 UTC
  Deployments (1)
    ✓ successful  EU production (production)  shop » main #2  2026-01-01 12:01 UTC
  Feature flags (1)
    ● on 25 %  New cart  prod (production): on 25 %  2026-01-01 12:02 UTC
";
    assert_eq!(sandbox.panel("PROJ-2"), expected);
    assert_eq!(
        sandbox.panel("PROJ-3"),
        "PROJ-3\n  no development information\n"
    );
}
