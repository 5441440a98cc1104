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

use ring::digest::{SHA256, digest};
use serde_json::Value;
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

    /// Cargo, but for the pages, whose making compiles the whole program: a test of the program looks at them.
    fn cargo(&self) -> PathBuf {
        let path = self.folder.path().join("cargo");
        let real = env!("CARGO");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = test ] || exec '{real}' \"$@\"\nmkdir -p \"$JIRA_SEND_PAGES/man\" \
             \"$JIRA_SEND_PAGES/completions\"\necho x >\"$JIRA_SEND_PAGES/man/jira-send.1\"\n\
             echo x >\"$JIRA_SEND_PAGES/completions/jira-send.bash\"\n"
        );
        fs::write(&path, script).unwrap();
        run(Command::new("chmod").arg("700").arg(&path));
        path
    }

    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command
            .arg(self.clone().join("release/pack.sh"))
            .arg(self.binaries())
            .env("CARGO", self.cargo())
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    fn pack(&self) -> Output {
        self.command().output().unwrap()
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.binaries().join(name)).unwrap()
    }

    fn listed(&self, branch: &str) -> Vec<String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", branch]);
        listed.lines().map(str::to_owned).collect()
    }
}

/// What is made from the definition of the command line.
const MADE: &[&str] = &["completions/jira-send.bash", "man/jira-send.1"];

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
    for byte in digest(&SHA256, bytes).as_ref() {
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

    // The manifest tells the truth, and the launchers have it, each in one line.
    let manifest = release.file("manifest");
    assert_eq!(
        manifest,
        format!(
            "jira-send {VERSION}\n{} {}\n",
            sha256(program().as_bytes()),
            name()
        )
    );
    let line = manifest.trim_end().replace('\n', " ");
    for (file, before, after) in [
        ("run.sh", "manifest='", "'\n"),
        ("run.bat", "set \"js_rest=", "\"\r\n"),
    ] {
        let path = format!("resources/jira-send/{file}");
        let ours = release.git(&["show", &format!("HEAD:{path}")]);
        let theirs = release.git(&["show", &format!("{}:{path}", library())]);
        let changed = format!("{before}jira-send {VERSION}{after}");
        assert_eq!(ours.matches(&changed).count(), 1, "{file}");
        let expected = ours.replace(&changed, &format!("{before}{line}{after}"));
        assert_eq!(theirs, expected, "{file}");
    }
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
    let archive = format!("{}.tar.gz", name());
    assert_eq!(
        summed,
        [&name(), &archive, "manifest", "install.sh", &components]
    );
    in_a_folder_of_its_own(&release, &archive);

    list_of_components(&release.file(&components));
    on_an_agent(&release);
}

/// The archive of this system: all below one folder, the program under its short name.
fn in_a_folder_of_its_own(release: &Release, archive: &str) {
    let packed = text(&run(Command::new("tar")
        .arg("tzf")
        .arg(release.binaries().join(archive))));
    let top = format!("{}/", name());
    let packed: Vec<&str> = packed
        .lines()
        .map(|file| file.strip_prefix(&top).expect(file))
        .collect();
    let components = format!("jira-send-{VERSION}.cdx.json");
    // The README leads to pages beside it.
    for file in [
        "jira-send",
        &components,
        "LICENSE",
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/setup.md",
        "docs/images/issue.png",
        "examples/README.md",
        "examples/build.Jenkinsfile",
    ] {
        assert!(packed.contains(&file), "{file} is not in {packed:?}");
    }
    for page in MADE {
        assert!(packed.contains(page), "{page} is not in {packed:?}");
    }
    for wrong in ["release/", "src/", "vars/"] {
        assert!(!packed.contains(&wrong), "{wrong} is in {packed:?}");
    }
    let folder = TempDir::new().unwrap();
    run(Command::new("tar")
        .arg("xzf")
        .arg(release.binaries().join(archive))
        .arg("-C")
        .arg(folder.path()));
    let said = run(Command::new(folder.path().join(name()).join("jira-send")).arg("--version"));
    assert_eq!(text(&said), format!("jira-send {VERSION}\n"));
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
    // And which uses which: each is declared once, and used.
    let all: BTreeMap<&str, &Vec<Value>> = list["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["ref"].as_str().unwrap(),
                one["dependsOn"].as_array().unwrap(),
            )
        })
        .collect();
    assert_eq!(all.len(), components.len() + 1);
    assert_eq!(list["dependencies"].as_array().unwrap().len(), all.len());
    let used: Vec<&str> = all
        .values()
        .flat_map(|used| used.iter().map(|one| one.as_str().unwrap()))
        .collect();
    for component in components {
        let reference = component["bom-ref"].as_str().unwrap();
        assert!(
            all.contains_key(reference) && used.contains(&reference),
            "{reference}"
        );
    }
    let of_the_program = all[list["metadata"]["component"]["bom-ref"].as_str().unwrap()];
    assert!(
        of_the_program
            .iter()
            .any(|one| one.as_str().unwrap().starts_with("pkg:cargo/ureq@"))
    );
    for linked in ["ureq", "rustls", "ring", "clap", "serde_json"] {
        assert!(names.contains_key(linked), "{linked}");
    }
    for only_tests in ["tempfile", "assert_cmd", "jira-sandbox", "jira-send"] {
        assert!(!names.contains_key(only_tests), "{only_tests}");
    }
}

/// The launcher of the one library, with the file of the other, on an agent that has neither.
fn on_an_agent(release: &Release) {
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

/// A target of rustup's alone is not enough: Cargo would compile for minutes before it says so.
#[test]
fn a_missing_c_compiler_is_said_before_anything_is_built() {
    let folder = TempDir::new().unwrap();
    let library = folder
        .path()
        .join("lib/rustlib/x86_64-unknown-linux-musl/lib");
    fs::create_dir_all(library).unwrap();
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    for tool in ["dirname", "git", "mkdir", "printenv", "sed", "tr", "uname"] {
        let place = text(&run(
            Command::new("sh").args(["-c", &format!("command -v {tool}")])
        ));
        std::os::unix::fs::symlink(place.trim(), tools.join(tool)).unwrap();
    }
    let compiler = folder.path().join("rustc");
    let sysroot = folder.path().display();
    let script = format!(
        "#!/bin/sh\ncase $1 in --print) echo '{sysroot}' ;; *) echo host: x86_64-unknown-linux-gnu ;; esac\n"
    );
    fs::write(&compiler, script).unwrap();
    fs::set_permissions(&compiler, PermissionsExt::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("release/build.sh");
    let output = Command::new("/bin/sh")
        .arg(script)
        .arg(folder.path().join("binaries"))
        .arg("linux-x86_64")
        .env_clear()
        .env("PATH", tools)
        .env("HOME", folder.path())
        .env("RUSTC", compiler)
        .env("CARGO", "false")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let missing =
        "linux-x86_64: there is no C compiler for x86_64-unknown-linux-musl: install musl-tools";
    assert!(said.contains(missing), "{said}");
    assert!(!said.contains("building linux-x86_64"), "{said}");
}

/// Before anything is built, which takes minutes.
#[test]
fn what_keeps_a_release_from_being_made_is_said_first() {
    let release = Release::new();
    let check = || {
        let mut check = Command::new("sh");
        check
            .arg(release.clone().join("release/pack.sh"))
            .arg("--check")
            .env("CARGO", release.cargo());
        let output = check.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    assert_eq!(check(), (true, String::new()));
    fs::write(release.clone().join("LICENSE"), "mine").unwrap();
    let (is_well, said) = check();
    assert!(!is_well && said.contains("not committed"), "{said}");
    release.commit();
    release.git(&["branch", &library()]);
    let (is_well, said) = check();
    assert!(!is_well && said.contains("already exists"), "{said}");

    let makefile = fs::read_to_string(release.clone().join("Makefile")).unwrap();
    let (_, recipe) = makefile.split_once("\nrelease:\n").unwrap();
    assert!(
        recipe
            .trim_start()
            .starts_with("@CARGO=\"$(CARGO)\" release/pack.sh --check")
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

/// What `BINARIES=` brings may have been built anywhere.
#[test]
fn programs_that_cannot_be_shipped_are_refused() {
    let elsewhere = "/home/ada/.cargo/registry/src/ring.rs";
    let project = Release::new();
    let own = format!("{}/src/main.rs", project.clone().display());
    for (release, line, error) in [
        (Release::new(), elsewhere, "has a path of the machine"),
        (project, own.as_str(), "has a path of the machine"),
        (
            Release::new(),
            "/lib64/ld-linux-x86-64.so.2",
            "is not static",
        ),
        (Release::new(), "/lib/ld-musl-aarch64.so.1", "is not static"),
        (
            Release::new(),
            "/etc/nsswitch.conf",
            "statically with glibc",
        ),
    ] {
        let file = release.binaries().join(name());
        fs::write(&file, format!("{}# {line}\n", program())).unwrap();
        if OS == "linux" || error.contains("path") {
            assert_refused(&release, error);
        }
    }
    let release = Release::new();
    fs::write(
        release.binaries().join(name()),
        "#!/bin/sh\necho jira-send 9.9.9\n",
    )
    .unwrap();
    assert_refused(&release, "it says jira-send 9.9.9");
    fs::write(release.binaries().join(name()), "#!/bin/sh\nexit 1\n").unwrap();
    assert_refused(&release, "it says nothing");
}

fn assert_refused(release: &Release, what: &str) {
    let output = release.pack();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{what}");
    assert!(
        errors.contains(what) && errors.contains("\nhint: "),
        "{errors}"
    );
    assert_eq!(release.git(&["branch", "--list", "release/*"]), "");
    assert!(!release.binaries().join("SHA256SUMS").exists());
}

#[test]
fn a_release_without_a_git_identity_says_so_first() {
    let release = Release::new();
    release.put(&name());
    for (key, value) in [("user.useConfigOnly", "true"), ("user.name", "Ada")] {
        release.git(&["config", key, value]);
    }
    release.git(&["config", "--unset", "user.email"]);
    let mut pack = release.command();
    for name in ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"] {
        pack.env(name, "/dev/null");
    }
    for name in ["EMAIL", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
        pack.env_remove(name);
    }
    let output = pack.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        errors.contains("git does not know who makes this release"),
        "{errors}"
    );
    assert!(!release.binaries().join("manifest").exists());
}

#[test]
fn a_release_is_signed_with_the_key_that_is_given() {
    let release = Release::new();
    release.put(&name());
    assert_refused_with(&release, "MINISIGN_KEY", "minisign is not installed");
    let tools = release.folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    for (tool, made) in [
        ("minisign", "SHA256SUMS.minisig"),
        ("cosign", "SHA256SUMS.sig"),
    ] {
        let tool = tools.join(tool);
        fs::write(&tool, format!("#!/bin/sh\necho \"$@\" >{made}\n")).unwrap();
        fs::set_permissions(&tool, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut pack = release.command();
    pack.env("PATH", path)
        .env("MINISIGN_KEY", "my key")
        .env("COSIGN_KEY", "other.key");
    run(&mut pack);
    assert_eq!(
        release.file("SHA256SUMS.minisig"),
        "-S -s my key -m SHA256SUMS\n"
    );
    assert_eq!(
        release.file("SHA256SUMS.sig"),
        "sign-blob --yes --key other.key --output-signature SHA256SUMS.sig SHA256SUMS\n"
    );
}

/// On a machine that has nothing but what a release needs.
fn assert_refused_with(release: &Release, variable: &str, what: &str) {
    let output = release
        .command()
        .env(variable, "key")
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && errors.contains(what),
        "{errors}"
    );
}
