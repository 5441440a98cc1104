//! HTTP/1.1 framing: requests in, responses out.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// Larger bodies are answered with 413. Atlassian states no figure.
pub(crate) const BODY_LIMIT: usize = 5 * 1024 * 1024;
/// So much of an oversized body is still read, so that the client gets its 413 and not a reset connection.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;
const HEAD_LIMIT: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) oversized: bool,
    version: u8,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn keeps_alive(&self) -> bool {
        let says = |word: &str| {
            let value = self.header("connection").unwrap_or_default();
            value
                .split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(word))
        };
        if self.version == 0 {
            says("keep-alive")
        } else {
            !says("close")
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::with(status, "application/json", body.to_string())
    }

    pub(crate) fn html(status: u16, body: String) -> Self {
        Self::with(status, "text/html; charset=utf-8", body)
    }

    pub(crate) fn head(&self, announced_length: usize, keep_alive: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let _ = write!(
            head,
            "Content-Length: {announced_length}\r\nConnection: {connection}\r\n\r\n"
        );
        head.into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

/// A connection and what was read from it ahead of need.
pub(crate) struct Connection {
    stream: TcpStream,
    buffered: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffered: Vec::new(),
        }
    }

    /// The next request; `None` when the client has closed. `InvalidData` means that it deserves a 400.
    pub(crate) fn read(&mut self) -> io::Result<Option<Request>> {
        let mut request = loop {
            if let Some((request, length)) = parse_head(&self.buffered)? {
                self.buffered.drain(..length);
                break request;
            }
            if self.buffered.len() > HEAD_LIMIT {
                return Err(invalid("the head is too long"));
            }
            if !self.fill()? {
                let clean = self.buffered.is_empty();
                return if clean {
                    Ok(None)
                } else {
                    Err(ErrorKind::UnexpectedEof.into())
                };
            }
        };
        if request
            .header("expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
        {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = self.read_body(&request)?;
        request.oversized = body.total > BODY_LIMIT;
        request.body = body.bytes;
        Ok(Some(request))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    fn read_body(&mut self, request: &Request) -> io::Result<Body> {
        let mut body = Body::default();
        let length = request.header("content-length");
        let Some(coding) = request.header("transfer-encoding") else {
            let length = length.unwrap_or("0").trim().parse();
            self.take(
                length.map_err(|_| invalid("Content-Length is not a number"))?,
                &mut body,
            )?;
            return Ok(body);
        };
        if length.is_some() || !coding.trim().eq_ignore_ascii_case("chunked") {
            return Err(invalid("the length of the body is not clear"));
        }
        loop {
            let line = self.line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16).map_err(|_| invalid("bad chunk size"))?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            self.take(size, &mut body)?;
            if !self.line()?.is_empty() {
                return Err(invalid("a chunk is longer than announced"));
            }
        }
    }

    fn take(&mut self, mut count: usize, body: &mut Body) -> io::Result<()> {
        if body.total.saturating_add(count) > DRAIN_LIMIT {
            return Err(invalid("the body is far too long"));
        }
        while count > 0 {
            if self.buffered.is_empty() && !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let size = count.min(self.buffered.len());
            body.add(&self.buffered[..size]);
            self.buffered.drain(..size);
            count -= size;
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffered.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffered[..end]).into_owned();
                self.buffered.drain(..end + 2);
                return Ok(line);
            }
            if self.buffered.len() > HEAD_LIMIT {
                return Err(invalid("a line is too long"));
            }
            if !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        let size = self.stream.read(&mut piece)?;
        self.buffered.extend_from_slice(&piece[..size]);
        Ok(size > 0)
    }
}

/// A body that stops growing, but goes on counting, once it is over the limit.
#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    total: usize,
}

impl Body {
    fn add(&mut self, piece: &[u8]) {
        self.total += piece.len();
        if self.total > BODY_LIMIT {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(piece);
        }
    }
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = head
        .parse(bytes)
        .map_err(|error| invalid(&error.to_string()))?
    else {
        return Ok(None);
    };
    let target = head.path.unwrap_or_default();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let header = |header: &httparse::Header| {
        (
            header.name.to_owned(),
            String::from_utf8_lossy(header.value).into_owned(),
        )
    };
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query,
        headers: head.headers.iter().map(header).collect(),
        body: Vec::new(),
        oversized: false,
        version: head.version.unwrap_or(1),
    };
    Ok(Some((request, length)))
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, reason)
}
