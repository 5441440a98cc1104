//! How long a whole send takes, process and all, next to what could do without it: `make bench`.
//!
//! All contestants take turns against the same stand-in over plain http, so that a busy machine is as bad for each.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::fs;
use std::io::{self, Error};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jira_sandbox::{Config, Sandbox};

/// Runs of each contestant.
const RUNS: usize = 60;

/// Runs before these, which do not count.
const WARM_UP: usize = 3;

/// The same three requests in a row, without facts, retries, an outbox or a look at the answer.
const CURL: &str = r#"set -e
cloud=$(curl -sS "$JIRA_SITE/_edge/tenant_info" | sed 's/.*"cloudId":"\([^"]*\)".*/\1/')
token=$(curl -sS -H 'Content-Type: application/json' -d "{\"audience\":\"api.atlassian.com\",\"grant_type\":\"client_credentials\",\"client_id\":\"$JIRA_CLIENT_ID\",\"client_secret\":\"$JIRA_CLIENT_SECRET\"}" "$JIRA_SITE/oauth/token" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -sSf -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$BODY" "$JIRA_SITE/jira/builds/0.1/cloud/$cloud/bulk""#;

struct Contestant {
    name: &'static str,
    words: Vec<String>,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    /// The folder of a pipeline step's call, which the launcher removes each time.
    call: Option<PathBuf>,
    times: Vec<Duration>,
}

impl Contestant {
    fn new(name: &'static str, words: &[&str], folder: &Path) -> Self {
        Self {
            name,
            words: words.iter().map(ToString::to_string).collect(),
            folder: folder.to_owned(),
            variables: Vec::new(),
            call: None,
            times: Vec::new(),
        }
    }

    fn run(&mut self, site: &str, home: &Path, number: usize) -> io::Result<()> {
        let body = format!(
            r#"{{"builds":[{{"schemaVersion":"1.0","pipelineId":"curl","buildNumber":{number},"updateSequenceNumber":{number},"displayName":"curl","url":"https://ci.example.com/1","state":"successful","lastUpdated":"2026-01-01T00:00:00Z","issueKeys":["ABC-1"]}}]}}"#
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
        let (name, status) = (self.name, output.status);
        Err(Error::other(format!("{name}: {status}: {said}")))
    }

    /// What a pipeline step runs on an agent: the launcher, which finds the program in its cache and checks it.
    fn launcher(program: &str, here: &Path, home: &Path) -> io::Result<Self> {
        let said = |words: &[&str]| -> io::Result<String> {
            let output = Command::new(words[0]).args(&words[1..]).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok(text.trim().to_owned())
        };
        let version = said(&[program, "--version"])?;
        let system = said(&["uname", "-sm"])?
            .to_lowercase()
            .replace("darwin", "macos")
            .replace("arm64", "aarch64")
            .replace(' ', "-");
        let file = format!("{}-{system}", version.replace(' ', "-"));
        let sum = said(&["openssl", "dgst", "-sha256", "-r", program])?;
        let sum = sum.split(' ').next().unwrap_or_default();
        let cache = home.join("cache");
        fs::DirBuilder::new().mode(0o700).create(&cache)?;
        fs::copy(program, cache.join(&file))?;
        fs::set_permissions(cache.join(&file), fs::Permissions::from_mode(0o700))?;
        let script = here.join("resources/jira-send/run.sh");
        let words = ["sh", "-xe", &script.to_string_lossy()];
        let call = home.join("call");
        let mut launcher = Self::new("launcher, no repository", &words, home);
        launcher.variables = vec![
            ("JIRA_SEND_MANIFEST", format!("{version} {sum} {file}")),
            ("JIRA_SEND_CACHE", cache.to_string_lossy().into_owned()),
            ("JIRA_SEND_TMP", call.to_string_lossy().into_owned()),
        ];
        launcher.call = Some(call);
        Ok(launcher)
    }

    /// In milliseconds.
    fn quantile(&self, part: f64) -> f64 {
        let mut times: Vec<f64> = self.times[WARM_UP..]
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
}

/// What the pipeline library asks the program for.
fn request(number: usize) -> String {
    format!(
        r#"{{"protocol":1,"id":"bench-{number}","step":"jiraSendBuildInfo","misused":null,"parameters":{{"state":"SUCCESS","issueKeys":["ABC-1"]}},"credential":{{"id":"jira-oauth","problem":null}},"ownAgent":false,"run":{{"number":{number},"result":null,"now":1760000000000,"memory":"","changes":[],"changesProblem":null,"others":[],"upstream":[]}},"body":null,"waiting":null}}"#
    )
}

fn main() -> io::Result<()> {
    let program = std::env::args().nth(1);
    let program = program.ok_or_else(|| Error::other("usage: bench PROGRAM"))?;
    let program = fs::canonicalize(program)?;
    let program = program
        .to_str()
        .ok_or_else(|| Error::other("its path is no text"))?;
    let here = std::env::current_dir()?;
    let home = std::env::temp_dir().join(format!("jira-send-bench-{}", std::process::id()));
    fs::create_dir_all(&home)?;
    let sandbox = Sandbox::try_with(Config::default())?;
    let send = [program, "build", "--state=SUCCESS", "--issue-keys=ABC-1"];
    let mut contestants = [
        Contestant::new("/bin/true", &["/bin/true"], &home),
        Contestant::new("curl, three times", &["sh", "-c", CURL], &home),
        Contestant::new("jira-send, no repository", &send, &home),
        Contestant::launcher(program, &here, &home)?,
        Contestant::new("jira-send, in this repository", &send, &here),
    ];
    let result = (1..=WARM_UP + RUNS).try_for_each(|number| {
        contestants
            .iter_mut()
            .try_for_each(|contestant| contestant.run(sandbox.url(), &home, number))
    });
    fs::remove_dir_all(&home)?;
    result?;
    let reference = contestants[1].quantile(0.5);
    println!("{RUNS} runs each, in turns; milliseconds from start to end of the process\n");
    println!(
        "{:<30} {:>7} {:>7} {:>7}  to curl",
        "", "median", "10 %", "90 %"
    );
    for contestant in &contestants {
        let [low, median, high] = [0.1, 0.5, 0.9].map(|part| contestant.quantile(part));
        println!(
            "{:<30} {median:>7.1} {low:>7.1} {high:>7.1}  {:.2}",
            contestant.name,
            median / reference
        );
    }
    let launcher = contestants[3].quantile(0.5) - contestants[2].quantile(0.5);
    println!("\nThe launcher of a step costs {launcher:.1} ms besides the program.");
    Ok(())
}
