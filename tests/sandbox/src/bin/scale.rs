//! How long `jira-send backfill` takes for a controller with many runs, and what it takes of the machine: `make scale`.
//!
//! Makes a home folder, and sends it to a stand-in without a limit and to one that refuses what comes too fast.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jira_sandbox::{Config, Sandbox};

/// Runs of one job.
const RUNS_PER_JOB: u32 = 500;

/// Of so many runs, one names no issue.
const SILENT: u32 = 10;

/// Requests in a second that the second stand-in takes.
const RATE: u32 = 10;

/// So often it is looked how much memory is used.
const LOOK: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    let usage = || Error::other("usage: scale PROGRAM [RUNS]");
    let mut arguments = std::env::args().skip(1);
    let program = fs::canonicalize(arguments.next().ok_or_else(usage)?)?;
    let runs = match arguments.next() {
        Some(text) => text.parse().map_err(|_| usage())?,
        None => 100_000,
    };
    let folder = std::env::temp_dir().join(format!("jira-send-scale-{}", std::process::id()));
    let result = measure(&program, &folder, runs);
    fs::remove_dir_all(&folder)?;
    result
}

fn measure(program: &Path, folder: &Path, runs: u32) -> io::Result<()> {
    println!(
        "{:>9} {:>10} {:>9} {:>8} {:>9} {:>9} {:>10}",
        "runs", "limit", "seconds", "runs/s", "requests", "refused", "peak MiB"
    );
    for (count, rate) in [(runs / 10, None), (runs, None), (runs, Some(RATE))] {
        let home = folder.join(format!("home-{count}"));
        if !home.exists() {
            generate(&home, count)?;
        }
        let jira = Sandbox::try_with(Config {
            requests_per_second: rate,
            ..Config::default()
        })?;
        let state = folder.join(format!("state-{count}-{}", rate.is_some()));
        fs::create_dir_all(&state)?;
        let begun = Instant::now();
        let child = Command::new(program)
            .args(["backfill", "--from"])
            .arg(&home)
            .env_clear()
            .env("HOME", &state)
            .env("JIRA_SITE", jira.url())
            .env("JIRA_CLIENT_ID", "sandbox-client")
            .env("JIRA_CLIENT_SECRET", "sandbox-secret")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let (succeeded, peak) = watch(child)?;
        let took = begun.elapsed().as_secs_f64();
        let requests = jira.requests().len();
        let arrived = jira.submissions();
        let sent = arrived.iter().filter_map(|body| body["builds"].as_array());
        let sent: usize = sent.map(Vec::len).sum();
        let expected = (1..=count).filter(|number| number % SILENT != 0).count();
        let refused = arrived.len() - expected.div_ceil(100);
        if !succeeded || sent < expected {
            return Err(Error::other(format!(
                "{sent} of {expected} builds were sent"
            )));
        }
        let limit = rate.map_or("none".to_owned(), |rate| format!("{rate}/s"));
        println!(
            "{count:>9} {limit:>10} {took:>9.1} {:>8.0} {requests:>9} {refused:>9} {:>10.1}",
            f64::from(count) / took,
            peak / 1024.0
        );
    }
    Ok(())
}

/// Whether it went well, and the most memory that it had, in KiB, as Linux counts it.
fn watch(mut child: Child) -> io::Result<(bool, f64)> {
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0.0_f64;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status.success(), peak));
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        peak = peak.max(now.unwrap_or_default());
        thread::sleep(LOOK);
    }
}

/// Jobs in folders and branches, each run as large as a small one of a real Jenkins.
fn generate(home: &Path, runs: u32) -> io::Result<()> {
    let name = "jenkins.model.JenkinsLocationConfiguration.xml";
    fs::create_dir_all(home)?;
    fs::write(
        home.join(name),
        "<?xml version='1.1' encoding='UTF-8'?><x><jenkinsUrl>https://ci.example.com/</jenkinsUrl></x>",
    )?;
    let mut filler = String::new();
    for number in 0..60 {
        let _ = write!(
            filler,
            "\n    <entry><string>flowNode{number}</string><long>1854929{number}</long></entry>"
        );
    }
    for number in 1..=runs {
        let job = number / RUNS_PER_JOB;
        let place = match job % 3 {
            0 => format!("jobs/team-{}/jobs/job-{job}", job % 7),
            1 => format!("jobs/shop/branches/feature-{job}.x"),
            _ => format!("jobs/job-{job}"),
        };
        let folder = home
            .join(place)
            .join(format!("builds/{}", number % RUNS_PER_JOB + 1));
        fs::create_dir_all(&folder)?;
        let began = 1_700_000_000_000_u64 + u64::from(number) * 60_000;
        fs::write(
            folder.join("build.xml"),
            format!(
                "<?xml version='1.1' encoding='UTF-8'?>\n<flow-build plugin=\"workflow-job@1590\">\n  <actions><hudson.plugins.git.util.BuildData><buildsByBranchName><entry><string>main</string><hudson.plugins.git.util.Build><marked><sha1>{number:040x}</sha1><branches><hudson.plugins.git.Branch><name>refs/remotes/origin/main</name></hudson.plugins.git.Branch></branches></marked><hudsonBuildNumber>{}</hudsonBuildNumber></hudson.plugins.git.util.Build></entry></buildsByBranchName><remoteUrls><string>https://git.example.com/acme/shop.git</string></remoteUrls></hudson.plugins.git.util.BuildData></actions>\n  <timestamp>{began}</timestamp><startTime>{began}</startTime><result>SUCCESS</result><duration>59000</duration>\n  <execution><timings>{filler}</timings></execution><completed>true</completed>\n</flow-build>",
                number % RUNS_PER_JOB + 1
            ),
        )?;
        let message = if number % SILENT == 0 {
            "tidy up".to_owned()
        } else {
            format!("ABC-{number} change {number}")
        };
        fs::write(
            folder.join("changelog1.xml"),
            format!(
                "commit {number:040x}\ntree 1\nauthor Ada <a@example.com> 1 +0000\n\n    {message}\n\n"
            ),
        )?;
    }
    Ok(())
}
