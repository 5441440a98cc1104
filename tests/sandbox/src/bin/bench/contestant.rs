//! A command line that is run again and again, and how long it took.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs before those that count.
pub(crate) const WARM_UP: usize = 2;

pub(crate) struct Contestant {
    pub(crate) name: String,
    words: Vec<String>,
    folder: PathBuf,
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The folder of a pipeline step's call, which the launcher removes each time.
    pub(crate) call: Option<PathBuf>,
    times: Vec<Duration>,
}

impl Contestant {
    pub(crate) fn new(name: &str, words: &[&str], folder: &Path) -> Self {
        Self {
            name: name.to_owned(),
            words: words.iter().map(ToString::to_string).collect(),
            folder: folder.to_owned(),
            variables: Vec::new(),
            call: None,
            times: Vec::new(),
        }
    }

    fn command(&self, site: &str, home: &Path, number: usize) -> Command {
        let body = format!(
            r#"{{"builds":[{{"schemaVersion":"1.0","pipelineId":"rival","buildNumber":{number},"updateSequenceNumber":{number},"displayName":"rival","url":"https://ci.example.com/1","state":"successful","lastUpdated":"2026-01-01T00:00:00Z","issueKeys":["ABC-1"]}}]}}"#
        );
        let mut command = Command::new(&self.words[0]);
        command
            .args(&self.words[1..])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("JIRA_SITE", site)
            .env("JIRA_API_URL", site)
            .env("JIRA_CLIENT_ID", "sandbox-client")
            .env("JIRA_CLIENT_SECRET", "sandbox-secret")
            .env("JOB_NAME", "bench")
            .env("BUILD_NUMBER", number.to_string())
            .env("BUILD_URL", "https://ci.example.com/job/bench/1/")
            .env("BODY", body)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub(crate) fn run(&mut self, site: &str, home: &Path, number: usize) -> io::Result<()> {
        let mut command = self.command(site, home, number);
        if let Some(call) = &self.call {
            fs::create_dir_all(call)?;
            fs::write(call.join("request.json"), request(number))?;
        }
        let begun = Instant::now();
        let output = command.output()?;
        self.times.push(begun.elapsed());
        let said = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && !said.contains("\"problem\":") {
            return Ok(());
        }
        let (name, status) = (&self.name, output.status);
        Err(Error::other(format!("{name}: {status}: {said}")))
    }

    /// The most memory that one run takes, in KiB, as Linux counts it.
    pub(crate) fn peak_memory(&self, site: &str, home: &Path) -> io::Result<Option<u64>> {
        let mut child = self.command(site, home, 1).stdout(Stdio::null()).spawn()?;
        let file = format!("/proc/{}/status", child.id());
        let mut peak = None;
        while child.try_wait()?.is_none() {
            let status = fs::read_to_string(&file).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            peak = peak.max(now);
            thread::sleep(Duration::from_micros(200));
        }
        Ok(peak)
    }

    /// The instructions of one run, in millions; nothing without valgrind.
    pub(crate) fn instructions(&self, site: &str, home: &Path) -> Option<f64> {
        let plain = self.command(site, home, 1);
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .args(&self.words)
            .current_dir(&self.folder)
            .env_clear()
            .stdout(Stdio::null())
            .stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let output = command.output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let mut lines = text.lines();
        let (_, count) = lines.find_map(|line| line.split_once("Collected : "))?;
        let count: f64 = count.trim().parse().ok()?;
        Some(count / 1e6)
    }

    /// In milliseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let counted = self.times.get(WARM_UP..).unwrap_or_default();
        let mut times: Vec<f64> = counted
            .iter()
            .map(|time| time.as_secs_f64() * 1_000.0)
            .collect();
        times.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short list"
        )]
        let place = (part * (times.len() - 1) as f64).round() as usize;
        times[place]
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

/// What the pipeline library asks the program for.
fn request(number: usize) -> String {
    format!(
        r#"{{"protocol":1,"id":"bench-{number}","step":"jiraSendBuildInfo","misused":null,"parameters":{{"state":"SUCCESS","issueKeys":["ABC-1"]}},"credential":{{"id":"jira-oauth","problem":null}},"ownAgent":false,"run":{{"number":{number},"result":null,"now":1760000000000,"memory":"","changes":[],"changesProblem":null,"others":[],"upstream":[]}},"body":null,"waiting":null}}"#
    )
}
