//! `release/install.sh`: from a web server and from a folder, and never a file that is not the one of the release.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

use std::env::consts::{ARCH, OS};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ring::digest::{SHA256, digest};
use tempfile::TempDir;

const PROGRAM: &str = "#!/bin/sh\necho jira-send 1.2.3\n";

fn name() -> String {
    format!("jira-send-1.2.3-{OS}-{ARCH}")
}

/// A folder with a release of the program, whose checksum is that of this text.
fn release(checked: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name()), PROGRAM).unwrap();
    let mut sum = String::new();
    for byte in digest(&SHA256, checked.as_bytes()).as_ref() {
        write!(sum, "{byte:02x}").unwrap();
    }
    let sums = format!("{}  other-{}\n{sum}  {}\n", "0".repeat(64), name(), name());
    fs::write(folder.path().join("SHA256SUMS"), sums).unwrap();
    folder
}

/// Serves the files of a folder until the tests end.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            reader.read_line(&mut line).unwrap();
            let mut header = String::new();
            while reader.read_line(&mut header).unwrap() > 2 {
                header.clear();
            }
            let path = line.split(' ').nth(1).unwrap().trim_start_matches('/');
            let (status, body) = match fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", b"<html>".to_vec()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    url
}

/// The exit code and stderr.
fn install(shell: &str, from: &str, version: &str, folder: &Path) -> (i32, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("release/install.sh");
    let mut command = Command::new(shell);
    let output = command
        .arg(script)
        .args([from, version])
        .arg(folder)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_program_of_the_release_is_installed() {
    let release = release(PROGRAM);
    let url = serve(release.path().to_owned());
    for shell in ["sh", "bash"] {
        for from in [&url, &format!("{url}/"), release.path().to_str().unwrap()] {
            let target = TempDir::new().unwrap();
            let folder = target.path().join("my tools");
            let (code, said) = install(shell, from, "v1.2.3", &folder);
            assert_eq!(code, 0, "{said}");
            assert!(said.contains("installed jira-send 1.2.3 in "), "{said}");
            let program = folder.join("jira-send");
            assert_eq!(fs::read_to_string(&program).unwrap(), PROGRAM);
            assert_eq!(
                fs::metadata(&program).unwrap().permissions().mode() & 0o777,
                0o755
            );
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
            // Again, over what is there.
            assert_eq!(install(shell, from, "1.2.3", &folder).0, 0);
        }
    }
}

#[test]
fn nothing_else_is_installed() {
    let (good, bad) = (release(PROGRAM), release("another text"));
    let url = serve(bad.path().to_owned());
    let folder = |release: &TempDir| release.path().to_str().unwrap().to_owned();
    for (from, version, error) in [
        (folder(&bad), "1.2.3", "is not what SHA256SUMS says"),
        (url.clone(), "1.2.3", "is not what SHA256SUMS says"),
        (
            folder(&good),
            "9.9.9",
            "this release has no jira-send-9.9.9-",
        ),
        (
            format!("{url}/missing"),
            "1.2.3",
            "could not get http://127.0.0.1",
        ),
        (
            "/nowhere".to_owned(),
            "1.2.3",
            "could not get /nowhere/SHA256SUMS",
        ),
        (
            "http://files.example.com".to_owned(),
            "1.2.3",
            "is not https",
        ),
        (
            "ftp://files.example.com".to_owned(),
            "1.2.3",
            "is not https",
        ),
    ] {
        let target = TempDir::new().unwrap();
        fs::write(target.path().join("jira-send"), "before").unwrap();
        let (code, said) = install("sh", &from, version, target.path());
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(error), "{error}: {said}");
        assert_eq!(
            fs::read_to_string(target.path().join("jira-send")).unwrap(),
            "before"
        );
        assert_eq!(fs::read_dir(target.path()).unwrap().count(), 1, "{said}");
    }
}
