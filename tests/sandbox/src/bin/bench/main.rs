//! What a send costs, next to what could do without it, and how fast long texts are read: `make bench`, which writes
//! `BENCHMARKS.md`.
//!
//! All contestants take turns against the same stand-in over plain http, so that a busy machine is as bad for each.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

mod contestant;
mod distance;
mod rivals;
mod texts;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Error};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jira_sandbox::{Config, Sandbox};

use contestant::{Contestant, WARM_UP};

/// Runs of each that sends, unless it is said otherwise.
const RUNS: usize = 40;

/// Runs of each that reads a long text.
const TEXT_RUNS: usize = 5;

/// How far away the site is, in milliseconds.
const ROUND_TRIPS: [u64; 3] = [25, 50, 100];

/// What limits the figures, and what was tried.
const LIMITS: &str = include_str!("limits.md");

/// What a pipeline step runs on an agent: the launcher, which finds the program in its cache and checks it.
fn launcher(program: &str, here: &Path, home: &Path) -> io::Result<Contestant> {
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
    // As a release writes it.
    let text = fs::read_to_string(here.join("resources/jira-send/run.sh"))?;
    let script = home.join("run.sh");
    let manifest = format!("manifest='{version} {sum} {file}'");
    fs::write(
        &script,
        text.replace(&format!("manifest='{version}'"), &manifest),
    )?;
    let words = ["sh", "-xe", &script.to_string_lossy()];
    let call = home.join("call");
    let mut launcher = Contestant::new("launcher, no repository", &words, home);
    launcher.variables = vec![
        ("JIRA_SEND_CACHE", cache.to_string_lossy().into_owned()),
        ("JIRA_SEND_TMP", call.to_string_lossy().into_owned()),
    ];
    launcher.call = Some(call);
    Ok(launcher)
}

/// The machine, and how busy it is.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or("processor unknown")
        .trim_start_matches([':', ' ', '\t']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let system = rivals::version(&["uname", "-s"]).unwrap_or_default();
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    format!("{model}, {cores} cores, {system}; load at that moment: {load}")
}

fn sends(contestants: &[Contestant]) -> String {
    let ours = contestants[1].median();
    let mut text = String::from(
        "| | median ms | 10 % | 90 % | to jira-send |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    for contestant in contestants {
        let [low, median, high] = [0.1, 0.5, 0.9].map(|part| contestant.quantile(part));
        let _ = writeln!(
            text,
            "| {} | {median:.1} | {low:.1} | {high:.1} | {:.2} |",
            contestant.name,
            median / ours
        );
    }
    text
}

fn long_texts(program: &str, site: &str, home: &Path) -> io::Result<String> {
    let mut text = String::from(
        "| | plain program | ms | jira-send ms | ratio | peak MiB |\n| --- | --- | ---: | ---: | ---: | ---: |\n",
    );
    for mut pair in texts::pairs(program, home)? {
        for number in 1..=WARM_UP + TEXT_RUNS {
            pair.plain.run(site, home, number)?;
            pair.ours.run(site, home, number)?;
        }
        let (plain, ours) = (pair.plain.median(), pair.ours.median());
        let _ = writeln!(
            text,
            "| {} | {} | {plain:.0} | {ours:.0} | {:.1} | {} |",
            pair.name,
            pair.plain.name,
            ours / plain,
            mebibytes(pair.ours.peak_memory(site, home)?)
        );
    }
    Ok(text)
}

/// A send over a long way, from a folder without and from one with a repository.
fn waits(program: &str, site: &str, here: &Path, home: &Path) -> io::Result<String> {
    let mut text = String::from(
        "| round trip | no repository, ms | in this repository, ms | wrapped command, ms |\n| ---: | ---: | ---: | ---: |\n",
    );
    let send = [program, "build", "--state=SUCCESS", "--issue-keys=ABC-1"];
    let wrapped = [program, "build", "--issue-keys=ABC-1", "--", "true"];
    for milliseconds in ROUND_TRIPS {
        let site = distance::away(site, Duration::from_millis(milliseconds))?;
        let mut contestants = [(&send[..], home), (&send, here), (&wrapped, home)]
            .map(|(words, folder)| Contestant::new("far", words, folder));
        for number in 1..=WARM_UP + TEXT_RUNS {
            for contestant in &mut contestants {
                contestant.run(&site, home, number)?;
            }
        }
        let [none, own, wrapped] = contestants.map(|contestant| contestant.median());
        let _ = writeln!(
            text,
            "| {milliseconds} ms | {none:.0} | {own:.0} | {wrapped:.0} |"
        );
    }
    Ok(text)
}

fn mebibytes(kibibytes: Option<u64>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let mebibytes = kibibytes.map(|count| count as f64 / 1024.0);
    mebibytes.map_or_else(|| "unknown".to_owned(), |count| format!("{count:.1}"))
}

fn costs(contestants: &[Contestant], program: &str, site: &str, home: &Path) -> io::Result<String> {
    let version = Contestant::new("jira-send --version", &[program, "--version"], home);
    let mut text = String::from("| | million instructions | peak MiB |\n| --- | ---: | ---: |\n");
    for contestant in [&version]
        .into_iter()
        .chain(contestants.iter().skip(1).take(2))
    {
        let count = contestant.instructions(site, home);
        let count = count.map_or_else(|| "no valgrind".to_owned(), |count| format!("{count:.2}"));
        let memory = mebibytes(contestant.peak_memory(site, home)?);
        let _ = writeln!(text, "| {} | {count} | {memory} |", contestant.name);
    }
    Ok(text)
}

fn measure(program: &str, runs: usize, here: &Path, home: &Path) -> io::Result<String> {
    let before = machine();
    let sandbox = Sandbox::try_with(Config::default())?;
    let site = sandbox.url();
    let send = [program, "build", "--state=SUCCESS", "--issue-keys=ABC-1"];
    let mut contestants = vec![
        Contestant::new("/bin/true", &["/bin/true"], home),
        Contestant::new("jira-send, no repository", &send, home),
        Contestant::new("jira-send, in this repository", &send, here),
        launcher(program, here, home)?,
    ];
    for (name, words) in rivals::installed(home)? {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        contestants.push(Contestant::new(&name, &words, home));
    }
    for number in 1..=WARM_UP + runs {
        for contestant in &mut contestants {
            contestant.run(site, home, number)?;
        }
    }
    let length = fs::metadata(program)?.len();
    let launcher = contestants[3].median() - contestants[1].median();
    Ok(format!(
        "# Benchmarks\n\nWritten by `make bench`. {before}.\n\n\
         ## A whole send\n\nFrom the start to the end of the process, over plain http to the stand-in on the same machine; \
         {runs} runs each, in turns. The others\nsend the same three requests and nothing else: no facts of the run, no \
         retries, no outbox.\n\n{}\n\
         The launcher of a pipeline step costs {launcher:.1} ms besides the program.\n\n\
         ## Instructions and memory\n\n{}\n\
         The program has {length} bytes.\n\n\
         ## A site that is far away\n\n{TEXT_RUNS} runs each, in turns; medians. Each connection takes a round trip, and \
         each request another.\n\n{}\n\
         ## Long texts\n\n{TEXT_RUNS} runs each, in turns; medians.\n\n{}\n{LIMITS}",
        sends(&contestants),
        costs(&contestants, program, site, home)?,
        waits(program, site, here, home)?,
        long_texts(program, site, home)?,
    ))
}

fn main() -> io::Result<()> {
    let program = std::env::args().nth(1);
    let program = program.ok_or_else(|| Error::other("usage: bench PROGRAM [RUNS]"))?;
    let runs = std::env::args().nth(2).and_then(|runs| runs.parse().ok());
    let program = fs::canonicalize(program)?;
    let program = program
        .to_str()
        .ok_or_else(|| Error::other("its path is no text"))?;
    let here = std::env::current_dir()?;
    let home = std::env::temp_dir().join(format!("jira-send-bench-{}", std::process::id()));
    fs::create_dir_all(&home)?;
    let page = measure(program, runs.unwrap_or(RUNS), &here, &home);
    fs::remove_dir_all(&home)?;
    let page = page?;
    fs::write(here.join("BENCHMARKS.md"), &page)?;
    println!("{page}");
    Ok(())
}
