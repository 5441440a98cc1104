//! A site that is far away: what goes to it and what comes back is late by half of a round trip.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// The address of a stand-in, so far away.
pub(crate) fn away(site: &str, round_trip: Duration) -> io::Result<String> {
    let host = site.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            // The handshake of TCP takes one round trip, too.
            thread::sleep(round_trip);
            let Ok(far) = TcpStream::connect(&host) else {
                return;
            };
            for (from, to) in [(&near, &far), (&far, &near)] {
                if let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) {
                    thread::spawn(move || carry(from, to, round_trip / 2));
                }
            }
        }
    });
    Ok(address)
}

/// Until one side has no more.
fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        thread::sleep(delay);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
