//! What else can send a build: the same three requests in a row, without facts, retries, an outbox or a look at the answer.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

const CURL: &str = r#"set -e
cloud=$(curl -sS "$JIRA_SITE/_edge/tenant_info" | jq -r .cloudId)
token=$(jq -n '{audience: "api.atlassian.com", grant_type: "client_credentials", client_id: env.JIRA_CLIENT_ID, client_secret: env.JIRA_CLIENT_SECRET}' |
  curl -sS -H 'Content-Type: application/json' -d @- "$JIRA_SITE/oauth/token" | jq -r .access_token)
curl -sSf -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$BODY" "$JIRA_SITE/jira/builds/0.1/cloud/$cloud/bulk""#;

const PYTHON: &str = r#"
import json, os, urllib.request
site = os.environ["JIRA_SITE"]
def ask(path, body=None, **headers):
    data = None if body is None else body.encode()
    request = urllib.request.Request(site + path, data, {"Content-Type": "application/json", **headers})
    return json.load(urllib.request.urlopen(request))
cloud = ask("/_edge/tenant_info")["cloudId"]
token = ask("/oauth/token", json.dumps({"audience": "api.atlassian.com", "grant_type": "client_credentials",
    "client_id": os.environ["JIRA_CLIENT_ID"], "client_secret": os.environ["JIRA_CLIENT_SECRET"]}))["access_token"]
ask("/jira/builds/0.1/cloud/" + cloud + "/bulk", os.environ["BODY"], Authorization="Bearer " + token)
"#;

const NODE: &str = r#"
const {JIRA_SITE: site, JIRA_CLIENT_ID: client_id, JIRA_CLIENT_SECRET: client_secret, BODY} = process.env;
const ask = async (path, body, headers = {}) => {
  const method = body ? "POST" : "GET";
  const answer = await fetch(site + path, {method, body, headers: {"Content-Type": "application/json", ...headers}});
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};
(async () => {
  const {cloudId} = await ask("/_edge/tenant_info");
  const credential = {audience: "api.atlassian.com", grant_type: "client_credentials", client_id, client_secret};
  const {access_token} = await ask("/oauth/token", JSON.stringify(credential));
  await ask(`/jira/builds/0.1/cloud/${cloudId}/bulk`, BODY, {Authorization: `Bearer ${access_token}`});
})();
"#;

const GO: &str = r#"package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
)

func ask(method, path, body, token string) map[string]any {
	request, _ := http.NewRequest(method, os.Getenv("JIRA_SITE")+path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode > 299 {
		os.Exit(1)
	}
	defer answer.Body.Close()
	var found map[string]any
	json.NewDecoder(answer.Body).Decode(&found)
	return found
}

func main() {
	cloud := ask("GET", "/_edge/tenant_info", "", "")["cloudId"].(string)
	credential, _ := json.Marshal(map[string]string{"audience": "api.atlassian.com", "grant_type": "client_credentials",
		"client_id": os.Getenv("JIRA_CLIENT_ID"), "client_secret": os.Getenv("JIRA_CLIENT_SECRET")})
	token := ask("POST", "/oauth/token", string(credential), "")["access_token"].(string)
	ask("POST", "/jira/builds/0.1/cloud/"+cloud+"/bulk", os.Getenv("BODY"), token)
}
"#;

/// Each rival that is installed: its name and its command line.
pub(crate) fn installed(folder: &Path) -> io::Result<Vec<(String, Vec<String>)>> {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let mut rivals = Vec::new();
    if let (Some(curl), Some(_)) = (
        version(&["curl", "--version"]),
        version(&["jq", "--version"]),
    ) {
        rivals.push((format!("curl and jq ({curl})"), words(&["sh", "-c", CURL])));
    }
    // The program itself: a wrapper that chooses among versions takes longer than it.
    let python = ["python3", "-c", "import sys; print(sys.executable)"];
    if let Some(program) = version(&python) {
        let name = version(&[&program, "--version"]).unwrap_or_default();
        rivals.push((name, words(&[&program, "-c", PYTHON])));
    }
    if let Some(name) = version(&["node", "--version"]) {
        rivals.push((format!("Node {name}"), words(&["node", "-e", NODE])));
    }
    if let Some(name) = version(&["go", "version"]) {
        fs::write(folder.join("rival.go"), GO)?;
        let mut build = Command::new("go");
        build.args(["build", "-o", "rival", "rival.go"]);
        build.current_dir(folder).env("GO111MODULE", "off");
        if build.status()?.success() {
            let program = folder.join("rival").to_string_lossy().into_owned();
            rivals.push((name, vec![program]));
        }
    }
    Ok(rivals)
}

/// The first line that a program prints, if there is such a program.
pub(crate) fn version(words: &[&str]) -> Option<String> {
    let output = Command::new(words[0])
        .args(&words[1..])
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned())
}
