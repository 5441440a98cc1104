//! The repository of the demo: a branch with a few commits that name an issue.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// File, content, message. The first commit is on the main branch, and was built before.
const COMMITS: [(&str, &str, &str); 4] = [
    ("README.md", "The shop\n", "Begin the shop"),
    ("login.html", "<form></form>\n", "PROJ-2 Add the login page"),
    (
        "login.css",
        "form { margin: auto }\n",
        "Center the form\n\nPart of PROJ-2.",
    ),
    (
        "login.js",
        "remember(7)\n",
        "PROJ-2 Remember the user for a week",
    ),
];
const BRANCH: &str = "feature/PROJ-2-login";

pub(crate) struct Shop {
    pub(crate) folder: PathBuf,
    pub(crate) head: String,
    pub(crate) built_before: String,
}

impl Shop {
    /// Replaces what an earlier demo left in the folder.
    pub(crate) fn create(folder: &Path) -> Result<Self, String> {
        let could_not = |error| format!("could not create {}: {error}", folder.display());
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(could_not)?;
        }
        std::fs::create_dir_all(folder).map_err(could_not)?;
        git(folder, &["init", "--quiet", "--template="])?;
        git(folder, &["symbolic-ref", "HEAD", "refs/heads/main"])?;
        let mut ids = Vec::new();
        for (number, (file, content, message)) in COMMITS.into_iter().enumerate() {
            if number == 1 {
                git(folder, &["checkout", "--quiet", "-b", BRANCH])?;
            }
            std::fs::write(folder.join(file), content).map_err(could_not)?;
            git(folder, &["add", file])?;
            let date = date(COMMITS.len() - number);
            git(
                folder,
                &["commit", "--quiet", "--date", &date, "--message", message],
            )?;
            ids.push(git(folder, &["rev-parse", "HEAD"])?);
        }
        let built_before = ids.swap_remove(0);
        Ok(Self {
            folder: folder.to_owned(),
            head: git(folder, &["rev-parse", "HEAD"])?,
            built_before,
        })
    }

    /// The commits of the branch, one a line.
    pub(crate) fn log(&self) -> Result<String, String> {
        let range = format!("{}..HEAD", self.built_before);
        git(
            &self.folder,
            &["log", "--no-color", "--format=%h %s", &range],
        )
    }
}

/// So many hours ago.
fn date(hours: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    format!("@{} +0000", now.saturating_sub(hours as u64 * 3600))
}

/// Without what the user has set for git: hooks, signatures, a repository around.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    for setting in [
        "commit.gpgSign=false",
        "core.hooksPath=/dev/null",
        "core.autocrlf=false",
    ] {
        command.args(["-c", setting]);
    }
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada Example");
        command.env(format!("GIT_{role}_EMAIL"), "ada@example.com");
    }
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("could not run git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let reason = String::from_utf8_lossy(&output.stderr);
        Err(format!("git {} failed: {}", arguments[0], reason.trim()))
    }
}
