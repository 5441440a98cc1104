//! An agent as a test sees it: a folder, variables of a measured Jenkins run, a Jira.

mod job;
mod steps;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use jira_sandbox::Sandbox;
use serde_json::Value;

pub(crate) use job::{JOB, Job};
pub(crate) use steps::{Answer, remembered, request};

/// The moment at which tests let builds happen.
pub(crate) const EVENT: &str = "--event-time=2026-01-01T12:00:00.123Z";

/// The same in milliseconds.
pub(crate) const EVENT_MILLISECONDS: i64 = 1_767_268_800_123;

/// A folder and an environment in which the program is run.
pub(crate) struct Agent {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

/// What the program did.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let run = Self {
            code: output.status.code().expect("an exit code and no signal"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        run
    }

    /// The one JSON object on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("one JSON object on stdout")
    }

    /// The body that `--dry-run` shows.
    pub(crate) fn shown_body(&self) -> Value {
        let (_, body) = self
            .stdout
            .split_once('\n')
            .expect("a request line and a body");
        serde_json::from_str(body).expect("a body of JSON")
    }
}

impl Agent {
    /// Nothing is set: no Jenkins, no repository, no credential.
    pub(crate) fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: BTreeMap::new(),
        }
    }

    /// The variables of one measured kind of run, such as `multibranch-declarative-tag`.
    pub(crate) fn of(kind: &str) -> Self {
        let mut agent = Self::bare();
        agent.variables = measured(kind);
        agent
    }

    /// Everything points at this Jira.
    pub(crate) fn with_jira(mut self, jira: &Sandbox) -> Self {
        for name in ["JIRA_SITE", "JIRA_API_URL"] {
            self.set(name, jira.url());
        }
        self.set("JIRA_CLIENT_ID", "sandbox-client");
        self.set("JIRA_CLIENT_SECRET", "sandbox-secret");
        self
    }

    /// Sends to all of these; each has its own address.
    pub(crate) fn with_sites(mut self, sites: &[&Sandbox]) -> Self {
        let urls: Vec<&str> = sites.iter().map(|site| site.url()).collect();
        self.set("JIRA_SITE", &urls.join(", "));
        for url in urls {
            self.set(&format!("JIRA_API_URL{}", ending(url)), url);
        }
        self.set("JIRA_CLIENT_ID", "sandbox-client");
        self.set("JIRA_CLIENT_SECRET", "sandbox-secret");
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn unset(&mut self, name: &str) -> &mut Self {
        self.variables.remove(name);
        self
    }

    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file that can be run.
    pub(crate) fn write_script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, text);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&path, mode).unwrap();
        }
        path
    }

    /// For `PATH`: a git that never answers comes first.
    #[cfg(unix)]
    pub(crate) fn path_with_hanging_git(&self) -> String {
        self.write_script("git", "#!/bin/sh\nexec sleep 60\n");
        format!("{}:/usr/bin:/bin", self.path().display())
    }

    /// A repository with one commit for each message, the last one checked out by its id.
    /// `GIT_COMMIT` and the commit before become those of the run.
    pub(crate) fn with_commits(mut self, messages: &[&str]) -> Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        let mut ids = Vec::new();
        for message in messages {
            self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
            ids.push(self.git(&["rev-parse", "HEAD"]));
        }
        self.git(&["checkout", "--quiet", "--detach"]);
        self.set("GIT_COMMIT", ids.last().unwrap());
        if ids.len() > 1 {
            self.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &ids[0]);
        }
        self
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The outbox, in its usual place below the home folder.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.path().join(".local/state/jira-send")
    }

    /// The names of the files in the outbox that end like this.
    pub(crate) fn kept(&self, end: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.outbox()).into_iter().flatten();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(end)).collect();
        names.sort();
        names
    }

    /// The entries that wait, the oldest event first.
    pub(crate) fn waiting(&self) -> Vec<Value> {
        let read = |name: &String| std::fs::read_to_string(self.outbox().join(name)).unwrap();
        let texts = self.kept(".json").iter().map(read).collect::<Vec<_>>();
        let entries = texts.iter().map(|text| serde_json::from_str(text).unwrap());
        entries.collect()
    }

    /// Puts an entry into the outbox, named as the program names it but for what follows the name.
    pub(crate) fn put(&self, entry: &Value, end: &str) {
        use ring::digest;
        let site = entry["site"].as_str().unwrap();
        let data = entry["data"].as_str().unwrap();
        let hash = |text: &str, bytes: usize| {
            let digest = digest::digest(&digest::SHA256, text.as_bytes());
            let digits = digest.as_ref()[..bytes].iter();
            let digits = digits.map(|byte| format!("{byte:02x}"));
            digits.collect::<Vec<_>>().concat()
        };
        let entity = format!("{site}\n{data}\n{}", entry["key"]);
        let created: jiff::Timestamp = entry["created"].as_str().unwrap().parse().unwrap();
        let name = format!(
            "{:016}-{:013}-{}-{}.v1.json{end}",
            entry["sequence"].as_i64().unwrap(),
            created.as_millisecond(),
            hash(site, 4),
            hash(&entity, 12),
        );
        std::fs::write(self.outbox().join(name), entry.to_string()).unwrap();
    }

    /// Changes one of the entries that wait.
    pub(crate) fn change(&self, index: usize, change: impl FnOnce(&mut Value)) {
        let mut entry = self.waiting().swap_remove(index);
        let file = &self.kept(".json")[index];
        change(&mut entry);
        std::fs::remove_file(self.outbox().join(file)).unwrap();
        self.put(&entry, "");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().unwrap())
    }

    /// The program, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("jira-send"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.path().parent().unwrap())
            .envs(&self.variables);
        command
    }
}

/// How a variable ends that is for one site alone.
pub(crate) fn ending(url: &str) -> String {
    let authority = url.strip_prefix("http://").unwrap();
    format!("__{}", authority.replace(['.', ':'], "_"))
}

/// The folder of the measured environments.
fn environments() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jenkins-env")
}

/// Takes away what Cargo tells a test about its package: what is built with it is built once more, from `ring` upwards.
pub(crate) fn clear_cargo(command: &mut Command) {
    let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    for (name, _) in env::vars() {
        if of_package.iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
}

/// All kinds of runs that were measured.
pub(crate) fn kinds() -> Vec<String> {
    let mut kinds: Vec<String> = std::fs::read_dir(environments())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    assert!(kinds.len() > 40);
    kinds
}

fn measured(kind: &str) -> BTreeMap<String, String> {
    let json = std::fs::read_to_string(environments().join(format!("{kind}.json"))).unwrap();
    serde_json::from_str(&json).unwrap()
}
