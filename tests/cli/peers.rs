//! Servers on this machine that are no Jira: a TLS front before the stand-in, and proxies.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than any test waits.
const LONG: Duration = Duration::from_secs(30);

/// A server whose connections are handled one thread each, until the tests end.
pub(crate) struct Peer {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    pub(crate) fn start(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), handle).unwrap()
    }

    pub(crate) fn start_on(
        address: IpAddr,
        handle: impl Fn(TcpStream) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let port = listener.local_addr()?.port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, handle) = (connections.clone(), Arc::new(handle));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let handle = handle.clone();
                std::thread::spawn(move || handle(stream));
            }
        });
        Ok(Self { port, connections })
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// One wish that reached a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// `host:port`
    pub(crate) target: String,
    /// `Proxy-Authorization`, or `user:password` for SOCKS.
    pub(crate) account: Option<String>,
}

/// What a proxy does with a wish.
#[derive(Clone, Copy)]
pub(crate) enum Behaviour {
    /// Connects to this port of this machine, whatever the wish.
    Tunnel(u16),
    /// Answers with this and closes.
    Answer(&'static str),
    /// Closes without an answer.
    Close,
    Hang,
    /// Sends the head of its answer byte by byte, without end.
    Drip,
    /// Grants the wish, takes the first bytes and closes.
    CutTls,
    /// Grants the wish and answers the first bytes with a page.
    Page,
}

pub(crate) struct ProxyDouble {
    pub(crate) port: u16,
    wishes: Arc<Mutex<Vec<Wish>>>,
}

impl ProxyDouble {
    /// A proxy that speaks HTTP.
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let wishes = Arc::new(Mutex::new(Vec::new()));
        let seen = wishes.clone();
        let peer = Peer::start(move |mut stream| {
            let Some(wish) = read_connect(&mut stream) else {
                return;
            };
            seen.lock().unwrap().push(wish);
            behave(stream, behaviour);
        });
        Self {
            port: peer.port,
            wishes,
        }
    }

    /// A proxy that speaks SOCKS 5 and wants an account if it is offered one.
    pub(crate) fn socks(port: u16) -> Self {
        let wishes = Arc::new(Mutex::new(Vec::new()));
        let seen = wishes.clone();
        let peer = Peer::start(move |mut stream| {
            if let Ok(wish) = socks_handshake(&mut stream) {
                seen.lock().unwrap().push(wish);
                tunnel(stream, port);
            }
        });
        Self {
            port: peer.port,
            wishes,
        }
    }

    pub(crate) fn wishes(&self) -> Vec<Wish> {
        self.wishes.lock().unwrap().clone()
    }
}

fn behave(mut stream: TcpStream, behaviour: Behaviour) {
    const GRANTED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
    match behaviour {
        Behaviour::Tunnel(port) => {
            let _ = stream.write_all(GRANTED);
            tunnel(stream, port);
        }
        Behaviour::Answer(text) => {
            let _ = stream.write_all(text.as_bytes());
        }
        Behaviour::Close => {}
        Behaviour::Hang => std::thread::sleep(LONG),
        Behaviour::Drip => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Slow: ");
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Behaviour::CutTls => {
            let _ = stream.write_all(GRANTED);
            let _ = stream.read(&mut [0; 4096]);
        }
        Behaviour::Page => {
            let _ = stream.write_all(GRANTED);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<html>Please log in</html>");
        }
    }
}

/// Reads byte by byte, so that nothing of what comes after the head is taken.
fn read_connect(stream: &mut TcpStream) -> Option<Wish> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let mut lines = head.lines();
    let account = lines.find_map(|line| line.strip_prefix("Proxy-Authorization: "));
    Some(Wish {
        target: target.to_owned(),
        account: account.map(ToOwned::to_owned),
    })
}

/// RFC 1928 with user and password of RFC 1929.
fn socks_handshake(stream: &mut TcpStream) -> std::io::Result<Wish> {
    let take = |stream: &mut TcpStream, count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).map(|()| bytes)
    };
    let methods = take(stream, 2)?[1];
    let methods = take(stream, methods.into())?;
    let mut account = None;
    if methods.contains(&2) {
        stream.write_all(&[5, 2])?;
        let user = take(stream, 2)?[1];
        let user = take(stream, user.into())?;
        let password = take(stream, 1)?[0];
        let password = take(stream, password.into())?;
        let text = [user, b":".to_vec(), password].concat();
        account = Some(String::from_utf8_lossy(&text).into_owned());
        stream.write_all(&[1, 0])?;
    } else {
        stream.write_all(&[5, 0])?;
    }
    assert_eq!(take(stream, 4)?, [5, 1, 0, 3], "a wish for a name");
    let length = take(stream, 1)?[0];
    let name = take(stream, length.into())?;
    let port = take(stream, 2)?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    let port = u16::from_be_bytes([port[0], port[1]]);
    let name = String::from_utf8_lossy(&name).into_owned();
    Ok(Wish {
        target: format!("{name}:{port}"),
        account,
    })
}

/// Passes bytes both ways until either side closes.
fn tunnel(client: TcpStream, port: u16) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return;
    };
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || pump(from, to));
    pump(server, client);
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// Takes TLS off and passes the rest on to a port of this machine.
pub(crate) fn unwrap_tls(mut client: TcpStream, config: Arc<rustls::ServerConfig>, port: u16) {
    let mut tls = rustls::ServerConnection::new(config).unwrap();
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return;
    };
    client.set_nonblocking(true).unwrap();
    server.set_nonblocking(true).unwrap();
    let mut bytes = [0; 16 * 1024];
    loop {
        let mut idle = true;
        match tls.read_tls(&mut client) {
            Ok(0) => return,
            Ok(_) => idle = false,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
        let broken = tls.process_new_packets().is_err();
        match tls.reader().read(&mut bytes) {
            Ok(0) => return,
            Ok(count) => write_all(&mut server, &bytes[..count]),
            Err(_) => {}
        }
        match server.read(&mut bytes) {
            Ok(0) => tls.send_close_notify(),
            Ok(count) => {
                idle = false;
                tls.writer().write_all(&bytes[..count]).unwrap();
            }
            Err(_) => {}
        }
        while tls.wants_write() {
            match tls.write_tls(&mut client) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
        if broken {
            return;
        }
        if idle {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn write_all(stream: &mut TcpStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(_) => return,
        }
    }
}
