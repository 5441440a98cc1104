//! A small HTTP client over a plain socket, and the bodies that the tests send.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jira_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

const WHY: &str = "the test's own input and the local socket are sound";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    pub(crate) token: String,
    cloud_id: String,
}

impl Client {
    /// Connected and with a token.
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let mut client = Self::anonymous(sandbox);
        let answer = client.post_json("/oauth/token", &credentials());
        let token = answer.json()["access_token"].take();
        client.token = token.as_str().map(str::to_owned).unwrap_or_default();
        client
    }

    pub(crate) fn anonymous(sandbox: &Sandbox) -> Self {
        let address = sandbox.url().trim_start_matches("http://");
        let stream = TcpStream::connect(address).expect(WHY);
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect(WHY);
        Self {
            stream,
            token: String::new(),
            cloud_id: Config::default().cloud_id,
        }
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(bytes)?;
        read_answer(&mut self.stream)
    }

    pub(crate) fn try_send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !self.token.is_empty() {
            let _ = write!(head, "Authorization: Bearer {}\r\n", self.token);
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        self.raw(&[format!("{head}\r\n").as_bytes(), body].concat())
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.try_send(method, path, &[], body).expect(WHY)
    }

    pub(crate) fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("Content-Type", "application/json")];
        self.try_send("POST", path, &headers, body.to_string().as_bytes())
            .expect(WHY)
    }

    /// `group` is `builds` or `deployments`, `rest` what follows the cloud id.
    pub(crate) fn path(&self, group: &str, rest: &str) -> String {
        format!("/jira/{group}/0.1/cloud/{}/{rest}", self.cloud_id)
    }

    pub(crate) fn call(&mut self, method: &str, group: &str, rest: &str) -> Answer {
        let path = self.path(group, rest);
        self.send(method, &path, b"")
    }

    pub(crate) fn submit(&mut self, group: &str, body: &Value) -> Answer {
        let path = self.path(group, "bulk");
        self.post_json(&path, body)
    }

    /// Submits one item and returns the result.
    pub(crate) fn submit_item(&mut self, group: &str, item: &Value) -> Value {
        let answer = self.submit(group, &json!({ group: [item] }));
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()
    }
}

fn read_answer(stream: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let mut more = |bytes: &mut Vec<u8>| match stream.read(&mut piece)? {
        0 => Err(io::Error::from(ErrorKind::UnexpectedEof)),
        size => {
            bytes.extend_from_slice(&piece[..size]);
            Ok(())
        }
    };
    let end = loop {
        match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end + 4,
            None => more(&mut bytes)?,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_default();
    let mut answer = Answer {
        status,
        head,
        body: Vec::new(),
    };
    let length: usize = answer
        .header("content-length")
        .map_or(0, |length| length.parse().expect(WHY));
    while bytes.len() < end + length {
        more(&mut bytes)?;
    }
    answer.body = bytes[end..end + length].to_vec();
    Ok(answer)
}

pub(crate) fn credentials() -> Value {
    json!({
        "audience": "api.atlassian.com",
        "grant_type": "client_credentials",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    })
}

pub(crate) fn build() -> Value {
    json!({
        "schemaVersion": "1.0",
        "pipelineId": "shop",
        "buildNumber": 2,
        "updateSequenceNumber": 100,
        "displayName": "shop » main #2",
        "url": "https://ci.example.com/job/shop/2/",
        "state": "successful",
        "lastUpdated": "2026-01-01T12:00:00.123Z",
        "associations": [{ "associationType": "issueIdOrKeys", "values": ["PROJ-2"] }],
        "testInfo": { "totalNumber": 13, "numberPassed": 12, "numberFailed": 1, "numberSkipped": 0 },
        "references": [{
            "commit": { "id": "0123456789abcdef0123", "repositoryUri": "https://git.example.com/shop" },
            "ref": { "name": "main", "uri": "https://git.example.com/shop/tree/main" },
        }],
    })
}

pub(crate) fn deployment() -> Value {
    json!({
        "deploymentSequenceNumber": 2,
        "updateSequenceNumber": 100,
        "displayName": "shop » main #2",
        "description": "shop » main #2 to EU production",
        "url": "https://ci.example.com/job/shop/2/",
        "state": "successful",
        "lastUpdated": "2026-01-01T12:01:00+00:00",
        "duration": 12,
        "associations": [
            { "associationType": "issueKeys", "values": ["PROJ-2"] },
            { "associationType": "serviceIdOrKeys", "values": ["service-1"] },
        ],
        "pipeline": { "id": "shop", "displayName": "shop", "url": "https://ci.example.com/job/shop/" },
        "environment": { "id": "eu-prod", "displayName": "EU production", "type": "production" },
        "commands": [{ "command": "initiate_deployment_gating" }],
    })
}

/// A copy with one value set (JSON pointer) or, for `Value::Null`, taken away.
pub(crate) fn with(item: &Value, pointer: &str, value: Value) -> Value {
    let mut item = item.clone();
    let (parent, name) = pointer.rsplit_once('/').expect(WHY);
    let parent = item.pointer_mut(parent).expect(WHY);
    match (parent, value) {
        (Value::Object(object), Value::Null) => drop(object.remove(name)),
        (Value::Object(object), value) => drop(object.insert(name.to_owned(), value)),
        (list, value) => list[name.parse::<usize>().expect(WHY)] = value,
    }
    item
}
