//! A home folder of a controller as Jenkins 2.541 writes it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// When the first run of a test began.
pub(super) const BEGAN: i64 = 1_767_268_800_000;

pub(super) const COMMIT: &str = "8a91dfc46c56c9c6a0c3d99343b034a1a5e9bfee";

pub(super) struct Home(tempfile::TempDir);

/// One run; it takes a second.
#[derive(Clone)]
pub(super) struct Recorded {
    pub(super) result: Option<&'static str>,
    pub(super) began: i64,
    pub(super) name: Option<&'static str>,
    pub(super) commit: Option<String>,
    /// As the git plugin writes it.
    pub(super) branch: &'static str,
    pub(super) memory: String,
    pub(super) tests: Option<[u32; 3]>,
    /// Messages of the change log, the newest first.
    pub(super) log: Vec<String>,
}

impl Default for Recorded {
    fn default() -> Self {
        Self {
            result: Some("SUCCESS"),
            began: BEGAN,
            name: None,
            commit: None,
            branch: "refs/remotes/origin/main",
            memory: String::new(),
            tests: None,
            log: Vec::new(),
        }
    }
}

/// Of a run that went well, with these messages in its change log.
pub(super) fn with_log(log: &[&str]) -> Recorded {
    Recorded {
        log: log.iter().map(ToString::to_string).collect(),
        ..Recorded::default()
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\n', "&#xa;")
        .replace('\u{1b}', "&#x1b;")
}

impl Home {
    pub(super) fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(home.path().join("jobs")).unwrap();
        home.write(
            "jenkins.model.JenkinsLocationConfiguration.xml",
            "<?xml version='1.1' encoding='UTF-8'?>\n<jenkins.model.JenkinsLocationConfiguration>\n  <jenkinsUrl>https://ci.example.com/</jenkinsUrl>\n</jenkins.model.JenkinsLocationConfiguration>",
        );
        home
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// For `--from`.
    pub(super) fn from(&self) -> String {
        format!("--from={}", self.path().display())
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The branch of a multibranch project, whose folder does not say its name.
    pub(super) fn branch(&self, place: &str, head: &str) {
        let text = format!(
            "<?xml version='1.1' encoding='UTF-8'?>\n<flow-definition plugin=\"workflow-job@1590\"><properties><org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty plugin=\"workflow-multibranch@821\"><branch plugin=\"branch-api@2\"><sourceId>1</sourceId>{head}<scm class=\"hudson.plugins.git.GitSCM\"/><properties/></branch></org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty></properties></flow-definition>"
        );
        self.write(&format!("{place}/config.xml"), text);
    }

    pub(super) fn run(&self, place: &str, number: u64, run: &Recorded) {
        let folder = format!("{place}/builds/{number}");
        let mut actions = "<hudson.model.CauseAction><causeBag class=\"linked-hash-map\"><entry><hudson.model.Cause_-UserIdCause><userId>ada&#x1b;</userId></hudson.model.Cause_-UserIdCause><int>1</int></entry></causeBag></hudson.model.CauseAction>".to_owned();
        if let Some(commit) = &run.commit {
            let branch = escaped(run.branch);
            let _ = write!(
                actions,
                "<hudson.plugins.git.util.BuildData plugin=\"git@5\"><buildsByBranchName><entry><string>other</string><hudson.plugins.git.util.Build><marked><sha1>0000000000000000000000000000000000000001</sha1></marked><hudsonBuildNumber>0</hudsonBuildNumber></hudson.plugins.git.util.Build></entry><entry><string>{branch}</string><hudson.plugins.git.util.Build><marked plugin=\"git-client@6\"><sha1>{commit}</sha1><branches class=\"singleton-set\"><hudson.plugins.git.Branch><sha1 reference=\"../../../sha1\"/><name>{branch}</name></hudson.plugins.git.Branch></branches></marked><revision reference=\"../marked\"/><hudsonBuildNumber>{number}</hudsonBuildNumber></hudson.plugins.git.util.Build></entry></buildsByBranchName><lastBuild reference=\"../buildsByBranchName/entry[2]/hudson.plugins.git.util.Build\"/><remoteUrls><string>https://git.example.com/acme/shop.git</string></remoteUrls></hudson.plugins.git.util.BuildData>"
            );
        }
        if let Some([total, failed, skipped]) = run.tests {
            let _ = write!(
                actions,
                "<hudson.tasks.junit.TestResultAction plugin=\"junit@1355\"><failCount>{failed}</failCount><skipCount>{skipped}</skipCount><totalCount>{total}</totalCount></hudson.tasks.junit.TestResultAction>"
            );
        }
        if !run.memory.is_empty() {
            let memory = escaped(&run.memory);
            let _ = write!(
                actions,
                "<org.jenkinsci.plugins.workflow.cps.EnvActionImpl plugin=\"workflow-cps@4303\"><env class=\"tree-map\"><entry><string>JIRA_SEND_MEMORY</string><string>{memory}</string></entry><entry><string>OTHER</string><string>JIRA_SEND_MEMORY</string></entry></env></org.jenkinsci.plugins.workflow.cps.EnvActionImpl>"
            );
        }
        let Recorded { began, .. } = run;
        let started = began + 2;
        let result = run.result.map(|it| format!("<result>{it}</result>"));
        let result = result.unwrap_or_default();
        let name = run
            .name
            .map(|it| format!("<displayName>{}</displayName>", escaped(it)));
        let name = name.unwrap_or_default();
        let text = format!(
            "<?xml version='1.1' encoding='UTF-8'?>\n<flow-build plugin=\"workflow-job@1590\">\n  <actions>{actions}</actions>\n  <queueId>13</queueId>\n  <timestamp>{began}</timestamp>\n  <startTime>{started}</startTime>\n  {result}{name}\n  <duration>998</duration>\n  <execution class=\"org.jenkinsci.plugins.workflow.cps.CpsFlowExecution\"><result>FAILURE</result><script>echo &apos;ABC-99&apos;</script></execution>\n  <completed>{}</completed>\n  <checkouts class=\"hudson.util.PersistedList\"><org.jenkinsci.plugins.workflow.job.WorkflowRun_-SCMCheckout><scm class=\"hudson.plugins.git.GitSCM\"><userRemoteConfigs><hudson.plugins.git.UserRemoteConfig><url>https://git.example.com/acme/library.git</url></hudson.plugins.git.UserRemoteConfig></userRemoteConfigs></scm><workspace>/home/workspace/shop@libs/63b9</workspace><changelogFile>/home/builds/{number}/changelog777.xml</changelogFile></org.jenkinsci.plugins.workflow.job.WorkflowRun_-SCMCheckout></checkouts>\n</flow-build>",
            run.result.is_some()
        );
        self.write(&format!("{folder}/build.xml"), text);
        // The change log of a shared library.
        self.write(
            &format!("{folder}/changelog777.xml"),
            log(&["ABC-98 library".to_owned()]),
        );
        self.write(&format!("{folder}/changelog123.xml"), log(&run.log));
    }
}

/// As `git log --format=raw` prints it.
fn log(messages: &[String]) -> String {
    let mut text = "Changes in branch origin/main\n".to_owned();
    for (index, message) in messages.iter().enumerate() {
        let _ = write!(
            text,
            "commit {index:040x}\ntree 1\nauthor Ada <ada@example.com> 1 +0000\ncommitter Ada <ada@example.com> 1 +0000\n\n"
        );
        for line in message.lines() {
            let _ = writeln!(text, "    {line}");
        }
        text.push_str("\n:100644 100644 1 2 M\tABC-97.txt\n\n");
    }
    text
}
