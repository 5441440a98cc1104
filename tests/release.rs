//! What `make release` makes of a finished program: the branches of the two libraries, and the files beside.
//! The program is not built for it: a script stands in for it. The real one goes the same way in the tests of the library.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should end there"
)]

use std::collections::BTreeMap;
use std::env::consts::{ARCH, OS};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A clone of the project as it is now, and a folder with binaries.
struct Release {
    folder: TempDir,
}

impl Release {
    fn new() -> Self {
        let release = Self {
            folder: TempDir::new().unwrap(),
        };
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = text(&run(Command::new("git").current_dir(project).args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ])));
        for file in files.lines().filter(|file| project.join(file).is_file()) {
            let copy = release.clone().join(file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(project.join(file), copy).unwrap();
        }
        fs::create_dir(release.binaries()).unwrap();
        release.git(&["init", "--quiet"]);
        release.git(&["add", "--all"]);
        release.commit();
        release
    }

    fn clone(&self) -> PathBuf {
        self.folder.path().join("clone of it")
    }

    fn binaries(&self) -> PathBuf {
        self.folder.path().join("binaries")
    }

    fn git(&self, arguments: &[&str]) -> String {
        text(&run(Command::new("git")
            .current_dir(self.clone())
            .args(["-c", "core.autocrlf=false"])
            .args(arguments)))
    }

    fn commit(&self) {
        self.git(&["config", "user.name", "Ada"]);
        self.git(&["config", "user.email", "ada@example.com"]);
        self.git(&["commit", "--quiet", "--all", "--message", "All of it"]);
    }

    fn put(&self, name: &str) {
        fs::write(self.binaries().join(name), program()).unwrap();
    }

    fn pack(&self) -> Output {
        Command::new("sh")
            .arg(self.clone().join("release/pack.sh"))
            .arg(self.binaries())
            .env("CARGO", env!("CARGO"))
            .env("CARGO_NET_OFFLINE", "true")
            .output()
            .unwrap()
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.binaries().join(name)).unwrap()
    }

    fn listed(&self, branch: &str) -> Vec<String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", branch]);
        listed.lines().map(str::to_owned).collect()
    }
}

/// The branch of the library that every run loads.
fn library() -> String {
    format!("release/v{VERSION}")
}

/// The branch of the library that has the programs.
fn programs() -> String {
    format!("program/v{VERSION}")
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut digits = String::new();
    for byte in Sha256::digest(bytes) {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}

fn name() -> String {
    format!("jira-send-{VERSION}-{OS}-{ARCH}")
}

fn program() -> String {
    format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'jira-send {VERSION}'; else echo '{{\"protocol\":1}}'; fi\n"
    )
}

#[test]
fn a_release_carries_the_program_to_an_agent() {
    let release = Release::new();
    release.put(&name());
    let before = release.git(&["status", "--porcelain", "--branch"]);
    let output = release.pack();
    assert!(output.status.success(), "{output:?}");

    // The library that every run loads: no program, not the source, and nothing that is checked out has changed.
    let files = release.listed(&library());
    for file in [
        "README.md",
        "LICENSE",
        ".gitattributes",
        "vars/jiraSendBuildInfo.groovy",
        "vars/jiraSendBuildInfo.txt",
        "resources/jira-send/run.sh",
        "resources/jira-send/run.bat",
        "resources/jira-send/manifest",
    ] {
        assert!(
            files.iter().any(|listed| listed == file),
            "{file} is not in {files:?}"
        );
    }
    for wrong in ["src/", "Cargo", "tests/", "resources/jira-send/jira-send-"] {
        assert!(
            !files.iter().any(|listed| listed.starts_with(wrong)),
            "{wrong} is in {files:?}"
        );
    }
    assert_eq!(release.git(&["status", "--porcelain", "--branch"]), before);
    let parent = release.git(&["rev-parse", &format!("{}^", library())]);
    assert_eq!(parent, release.git(&["rev-parse", "HEAD"]));

    // The library of the programs: nothing else, and no history.
    assert_eq!(
        release.listed(&programs()),
        [
            ".gitattributes",
            "LICENSE",
            &format!("resources/jira-send/{}", name()),
            "vars/README.txt"
        ]
    );
    assert_eq!(
        release.git(&["rev-list", "--count", &programs()]).trim(),
        "1"
    );

    // The manifest is the same in both places, and tells the truth.
    let manifest = release.git(&[
        "show",
        &format!("{}:resources/jira-send/manifest", library()),
    ]);
    assert_eq!(
        manifest,
        format!(
            "jira-send {VERSION}\n{} {}\n",
            sha256(program().as_bytes()),
            name()
        )
    );
    assert_eq!(manifest, release.file("manifest"));
    let sums = release.file("SHA256SUMS");
    let mut summed: Vec<&str> = Vec::new();
    for line in sums.lines() {
        let (sum, file) = line.split_once("  ").unwrap();
        assert_eq!(
            sum,
            sha256(&fs::read(release.binaries().join(file)).unwrap())
        );
        summed.push(file);
    }
    let components = format!("jira-send-{VERSION}.cdx.json");
    let tarball = format!("jira-send-{VERSION}.tar.gz");
    assert_eq!(summed, [&name(), &components, &tarball]);
    let packed = text(&run(Command::new("tar")
        .arg("tzf")
        .arg(release.binaries().join(&tarball))));
    let packed: Vec<&str> = packed.lines().collect();
    // The README leads to pages beside it.
    let pages = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/setup.md",
    ];
    for page in pages {
        assert!(packed.contains(&page), "{page} is not in {packed:?}");
    }
    let others = packed
        .iter()
        .filter(|file| file.strip_suffix(".md").is_none() && !file.ends_with('/'));
    let others: Vec<&str> = others.copied().collect();
    let picture = "docs/images/issue.png";
    assert_eq!(
        others,
        [&name(), "manifest", &components, picture, "LICENSE"]
    );

    list_of_components(&release.file(&components));
    on_an_agent(&release, &manifest);
}

/// Every crate that is linked in, with its version, checksum and licence.
fn list_of_components(json: &str) {
    let list: Value = serde_json::from_str(json).unwrap();
    assert_eq!(list["bomFormat"], "CycloneDX");
    assert_eq!(list["metadata"]["component"]["version"], VERSION);
    let lock = include_str!("../Cargo.lock");
    let components = list["components"].as_array().unwrap();
    let mut names = BTreeMap::new();
    for component in components {
        let name = component["name"].as_str().unwrap();
        let version = component["version"].as_str().unwrap();
        let sum = component["hashes"][0]["content"].as_str().unwrap();
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")));
        assert!(lock.contains(&format!("checksum = \"{sum}\"")));
        assert_eq!(
            component["purl"],
            format!("pkg:cargo/{name}@{version}").as_str()
        );
        let licence = component["licenses"][0]["expression"].as_str().unwrap();
        assert!(!licence.is_empty() && !licence.contains('/'));
        names.insert(name, version);
    }
    for linked in ["ureq", "rustls", "ring", "clap", "serde_json"] {
        assert!(names.contains_key(linked), "{linked}");
    }
    for only_tests in ["tempfile", "assert_cmd", "jira-sandbox", "jira-send"] {
        assert!(!names.contains_key(only_tests), "{only_tests}");
    }
}

/// The launcher of the one library, with the file of the other, on an agent that has neither.
fn on_an_agent(release: &Release, manifest: &str) {
    let agent = release.folder.path().join("agent");
    fs::create_dir(&agent).unwrap();
    let launcher = release.git(&["show", &format!("{}:resources/jira-send/run.sh", library())]);
    fs::write(agent.join("run.sh"), launcher).unwrap();
    let call = agent.join("call");
    let launch = |delivered: &str| -> Value {
        let output = run(Command::new("sh")
            .arg("-xe")
            .arg(agent.join("run.sh"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", &agent)
            .env("JIRA_SEND_TMP", &call)
            .env("JIRA_SEND_MANIFEST", manifest.trim().replace('\n', " "))
            .env("JIRA_SEND_DELIVERED", delivered));
        serde_json::from_str(&text(&output)).unwrap()
    };
    fs::create_dir(&call).unwrap();
    assert_eq!(launch("")["needs"], name().as_str());
    let path = format!("{}:resources/jira-send/{}", programs(), name());
    let carried = run(Command::new("git")
        .current_dir(release.clone())
        .args(["show", &path]));
    fs::write(call.join(name()), carried.stdout).unwrap();
    assert_eq!(launch("file")["protocol"], 1);
    assert!(!call.exists());
    assert_eq!(launch("")["protocol"], 1);
}

#[test]
fn a_machine_that_can_build_for_no_system_says_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let compiler = folder.path().join("rustc");
    let script = "#!/bin/sh\ncase $1 in --print) echo /nowhere ;; *) echo host: none ;; esac\n";
    fs::write(&compiler, script).unwrap();
    fs::set_permissions(&compiler, PermissionsExt::from_mode(0o755)).unwrap();
    let build = |arguments: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("release/build.sh");
        let mut command = Command::new("sh");
        command.arg(script).args(arguments).env("RUSTC", &compiler);
        let output = command.env("CARGO", "false").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    let binaries = folder.path().join("binaries");
    let (code, said) = build(&[binaries.to_str().unwrap()]);
    assert_eq!((code, fs::read_dir(&binaries).unwrap().count()), (0, 0));
    let left_out: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("rustup"))
        .collect();
    assert_eq!(left_out.len(), 5, "{said}");
    assert!(left_out[1].contains("linux-aarch64: rustup target add aarch64-unknown-linux-musl"));
    assert!(said.contains("make release BINARIES=FOLDER"));
    // A check that could not be made has not gone well.
    let (code, said) = build(&["--check", "windows-x86_64"]);
    assert_eq!(code, 1);
    assert_eq!(said.matches("rustup target add").count(), 1, "{said}");
    assert!(said.contains("x86_64-pc-windows-gnu"));
    assert_eq!(build(&[]).0, 2);
    let (code, said) = build(&[binaries.to_str().unwrap(), "solaris"]);
    assert_eq!(
        (code, said.contains("there is no system solaris")),
        (2, true)
    );
}

#[test]
fn what_cannot_be_released_is_said() {
    let release = Release::new();
    let refused = |what: &str| {
        let output = release.pack();
        assert!(!output.status.success());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            errors.contains(what) && errors.contains("\nhint: "),
            "{errors}"
        );
        let branches = release.git(&["branch", "--list", "release/*", "program/*"]);
        branches.lines().count()
    };
    assert_eq!(refused("has no binary of version"), 0);
    let other = format!("jira-send-{VERSION}-plan9-x86_64");
    release.put(&other);
    assert_eq!(refused("one of an unknown system: "), 0);
    fs::rename(
        release.binaries().join(other),
        release.binaries().join(name()),
    )
    .unwrap();
    fs::write(release.clone().join("LICENSE"), "mine").unwrap();
    assert_eq!(refused("there are changes that are not committed"), 0);
    release.commit();
    assert!(release.pack().status.success());
    assert_eq!(refused("already exists"), 2);
    release.git(&["branch", "--quiet", "-D", &library()]);
    assert_eq!(refused("already exists"), 1);
}

#[test]
fn the_same_commit_and_binaries_make_the_same_release() {
    let release = Release::new();
    release.put(&name());
    let made = || {
        assert!(release.pack().status.success());
        let commits = release.git(&["rev-parse", &library(), &programs()]);
        release.git(&["branch", "--quiet", "-D", &library(), &programs()]);
        (commits, release.file("SHA256SUMS"))
    };
    let first = made();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(made(), first);
}
