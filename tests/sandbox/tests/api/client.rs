//! A small HTTP client over a plain socket.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jira_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

use crate::bodies::body;

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

    /// `list` is the name of a list in a body, such as `builds` or `commits`; `rest` is what follows the cloud id.
    pub(crate) fn path(&self, list: &str, rest: &str) -> String {
        let group = match list {
            "builds" => "builds/0.1",
            "deployments" => "deployments/0.1",
            "flags" => "featureflags/0.1",
            _ => "devinfo/0.1",
        };
        format!("/jira/{group}/cloud/{}/{rest}", self.cloud_id)
    }

    pub(crate) fn call(&mut self, method: &str, list: &str, rest: &str) -> Answer {
        let path = self.path(list, rest);
        self.send(method, &path, b"")
    }

    pub(crate) fn submit(&mut self, list: &str, body: &Value) -> Answer {
        let path = self.path(list, "bulk");
        self.post_json(&path, body)
    }

    /// Submits one item and returns the result.
    pub(crate) fn submit_item(&mut self, list: &str, item: &Value) -> Value {
        let answer = self.submit(list, &body(list, item));
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
