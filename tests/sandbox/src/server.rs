//! Sockets and threads: one that accepts, and one per connection.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Config;
use crate::faults::Delivery;
use crate::http::{Connection, Request, Response};
use crate::record::{Endpoint, RecordedRequest};
use crate::state::State;
use crate::{control, routes};

const SLICE: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Shared {
    config: Config,
    state: Mutex<State>,
    stopping: AtomicBool,
    /// The open connections, so that stopping can end their reads.
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Shared {
    /// With all changes that are due by now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        state.store.settle(Instant::now());
        state
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Sleeps in slices; `false` when the server stops meanwhile.
    fn sleep(&self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        while !self.stopping() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(SLICE));
        }
        false
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl Server {
    pub(crate) fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            config,
            state: Mutex::default(),
            stopping: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("sandbox-accept".to_owned())
                .spawn(move || accept(&listener, &shared))?
        };
        Ok(Self {
            shared,
            address,
            acceptor: Some(acceptor),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // A connection of our own wakes the acceptor; once it has ended, no connection is added any more.
        let _ = TcpStream::connect(self.address);
        let workers = self
            .acceptor
            .take()
            .and_then(|acceptor| acceptor.join().ok());
        for stream in lock(&self.shared.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for worker in workers.into_iter().flatten() {
            let _ = worker.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let mut workers: Vec<JoinHandle<()>> = Vec::new();
    let mut number = 0;
    while !shared.stopping() {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(SLICE);
            continue;
        };
        if shared.stopping() {
            break;
        }
        number += 1;
        workers.retain(|worker| !worker.is_finished());
        // Small answers in two pieces would otherwise wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let Ok(handle) = stream.try_clone() else {
            continue;
        };
        lock(&shared.open).insert(number, handle);
        let worker = {
            let shared = Arc::clone(shared);
            let serve = move || {
                let _ = serve(&shared, number, stream);
                if let Some(stream) = lock(&shared.open).remove(&number) {
                    let _ = stream.shutdown(Shutdown::Both);
                }
            };
            thread::Builder::new()
                .name(format!("sandbox-{number}"))
                .spawn(serve)
        };
        match worker {
            Ok(worker) => workers.push(worker),
            Err(_) => drop(lock(&shared.open).remove(&number)),
        }
    }
    workers
}

fn serve(shared: &Shared, number: u64, stream: TcpStream) -> io::Result<()> {
    let mut connection = Connection::new(stream);
    while !shared.stopping() {
        let request = match connection.read() {
            Ok(Some(request)) => request,
            Ok(None) => break,
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                let response = Response::with(400, "text/plain", error.to_string());
                return send(&mut connection, &response, false, false);
            }
            Err(error) => return Err(error),
        };
        let delivery = handle(shared, number, &request);
        if !deliver(shared, &mut connection, &request, delivery)? {
            break;
        }
    }
    Ok(())
}

fn handle(shared: &Shared, number: u64, request: &Request) -> Delivery {
    let mut state = shared.state();
    if let Some(response) = control::answer(&mut state, request) {
        return Delivery::Whole(response);
    }
    let record = RecordedRequest::new(request, number);
    let submission = record.is_submission();
    state.requests.push(record);
    let fault = {
        let body = String::from_utf8_lossy(&request.body);
        state.faults.next(Endpoint::of(&request.path), &body)
    };
    if let Some(rate) = shared.config.requests_per_second
        && let Some(refusal) = state.rates.refusal(rate, request, Instant::now())
    {
        return Delivery::Whole(refusal);
    }
    Delivery::of(fault, submission, || {
        routes::answer(&shared.config, &mut state, request)
    })
}

/// `false` when the connection is to be closed.
fn deliver(
    shared: &Shared,
    connection: &mut Connection,
    request: &Request,
    delivery: Delivery,
) -> io::Result<bool> {
    let keep = request.keeps_alive();
    let bodiless = request.method == "HEAD";
    match delivery {
        Delivery::Whole(response) => send(connection, &response, keep, bodiless)?,
        Delivery::Late(pause, response) => {
            if !shared.sleep(pause) {
                return Ok(false);
            }
            send(connection, &response, keep, bodiless)?;
        }
        Delivery::Halting(pause, response) => {
            let (first, rest) = response.body.split_at(response.body.len() / 2);
            connection.write(&[&response.head(response.body.len(), keep), first].concat())?;
            if !shared.sleep(pause) {
                return Ok(false);
            }
            connection.write(rest)?;
        }
        Delivery::Cut(response) => {
            let first = &response.body[..response.body.len() / 2];
            connection.write(&[&response.head(response.body.len() + 1, keep), first].concat())?;
            return Ok(false);
        }
        Delivery::Hang => {
            while shared.sleep(SLICE) {}
            return Ok(false);
        }
        Delivery::Close => return Ok(false),
    }
    Ok(keep)
}

fn send(
    connection: &mut Connection,
    response: &Response,
    keep: bool,
    bodiless: bool,
) -> io::Result<()> {
    let mut bytes = response.head(response.body.len(), keep);
    if !bodiless {
        bytes.extend_from_slice(&response.body);
    }
    connection.write(&bytes)
}

/// A panic in one connection's thread must not take the whole stand-in with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
