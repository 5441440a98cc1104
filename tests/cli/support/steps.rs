//! A pipeline step as the library calls it: a request goes in as a file, an answer comes out.

use std::io::Write as _;

use serde_json::{Value, json};

use super::{Agent, EVENT_MILLISECONDS, Run};

/// What nobody may ever read in an answer: the secret of the stand-in, and what a token is sent with.
const NEVER: [&str; 2] = ["sandbox-secret", "Bearer "];

/// What the program told the library to do.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) stderr: String,
}

/// A call of a step outside a body, in a run of which there is nothing to say but what `run` says.
pub(crate) fn request(step: &str, parameters: &Value, run: &Value) -> Value {
    let mut request = json!({
        "protocol": 1,
        "id": "5b0a9f60-0001-4a57-9d2c-6d1f1f0e7a11",
        "step": step,
        "misused": null,
        "parameters": parameters,
        "credential": {"id": "jira-oauth", "problem": null},
        "ownAgent": false,
        "run": {
            "number": 7, "result": null, "now": EVENT_MILLISECONDS, "memory": "",
            "changes": [], "changesProblem": null, "others": [], "upstream": [],
        },
        "body": null,
        "waiting": null,
    });
    for (name, value) in run.as_object().unwrap() {
        request["run"][name] = value.clone();
    }
    request
}

impl Agent {
    /// Calls a step outside a body.
    pub(crate) fn step(&self, step: &str, parameters: &Value, run: &Value) -> Answer {
        self.ask(&request(step, parameters, run))
    }

    /// Hands over a whole request.
    pub(crate) fn ask(&self, request: &Value) -> Answer {
        self.ask_text(&request.to_string())
    }

    /// The same of what need not be one.
    pub(crate) fn ask_text(&self, request: &str) -> Answer {
        self.ask_with(request, &[])
    }

    /// The same with these variables besides.
    pub(crate) fn ask_with(&self, request: &str, variables: &[(&str, &str)]) -> Answer {
        // Beside the workspace, as Jenkins has it.
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(request.as_bytes()).unwrap();
        let mut command = self.command(&["step", file.path().to_str().unwrap()]);
        command.envs(variables.iter().copied());
        Answer::of(&Run::of(&command.output().unwrap()))
    }
}

impl Answer {
    /// Whatever happens there is one answer, which holds to what every answer has to be.
    pub(crate) fn of(run: &Run) -> Self {
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines: Vec<&str> = run.stdout.lines().collect();
        let [line] = lines[..] else {
            panic!("one line on stdout: {}", run.stdout);
        };
        for never in NEVER {
            assert!(!line.contains(never), "{line}");
            assert!(!run.stderr.contains(never), "{}", run.stderr);
        }
        let answer = Self {
            json: serde_json::from_str(line).unwrap(),
            stderr: run.stderr.clone(),
        };
        assert_eq!(answer.json["protocol"], 1);
        for line in answer.keep() {
            let (name, json) = line.split_once(' ').unwrap();
            let is_plain = line.is_ascii() && !line.contains(char::is_control);
            assert!(is_plain && !name.is_empty(), "{line}");
            assert!(
                serde_json::from_str::<Value>(json).unwrap().is_object(),
                "{line}"
            );
        }
        let odd = |character: char| {
            character.is_control() && character != '\n'
                || matches!(character, '\u{202A}'..='\u{202E}')
        };
        assert!(!answer.said().contains(odd), "{:?}", answer.said());
        answer
    }

    pub(crate) fn returns(&self) -> &Value {
        &self.json["returns"]
    }

    /// What is printed, as one text.
    pub(crate) fn echo(&self) -> String {
        strings(&self.json["echo"]).join("\n")
    }

    /// The warnings and hints behind the lines of the step itself.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let echo = self.echo();
        let lines = echo.lines().map(str::trim_start);
        let is_one = |line: &&str| line.starts_with("warning: ") || line.starts_with("hint: ");
        lines.filter(is_one).map(ToOwned::to_owned).collect()
    }

    /// What fails the step.
    pub(crate) fn fail(&self) -> Option<&str> {
        self.json["fail"].as_str()
    }

    /// All that the log of the run shows.
    pub(crate) fn said(&self) -> String {
        format!("{}\n{}", self.echo(), self.fail().unwrap_or_default())
    }

    pub(crate) fn outcome(&self) -> &str {
        self.returns()["outcome"].as_str().unwrap_or_default()
    }

    pub(crate) fn issue_keys(&self) -> &Value {
        &self.returns()["issueKeys"]
    }

    /// The body that a dry run shows.
    pub(crate) fn shown_body(&self) -> &Value {
        &self.returns()["request"]["body"]
    }

    pub(crate) fn keep(&self) -> Vec<String> {
        strings(&self.json["memory"]["keep"])
    }

    pub(crate) fn forget(&self) -> Vec<String> {
        strings(&self.json["memory"]["forget"])
    }

    /// The memory of the run after this, as the library makes it.
    pub(crate) fn apply(&self, memory: &str) -> String {
        let (keep, forget) = (self.keep(), self.forget());
        let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let kept: Vec<String> = keep.iter().map(|line| name(line)).collect();
        let stays = |line: &&str| {
            let name = name(line);
            !line.is_empty() && *line != "none" && !forget.contains(&name) && !kept.contains(&name)
        };
        let stay = memory.lines().filter(stays).map(ToOwned::to_owned);
        let all: Vec<String> = stay.chain(keep).collect();
        let text = all.join("\n");
        assert!(text.len() <= 30_000, "{} characters", text.len());
        if text.is_empty() {
            "none".to_owned()
        } else {
            text
        }
    }
}

/// The lines of a memory about something, such as `waiting`, without their names. What is settled is left out.
pub(crate) fn remembered(memory: &str, topic: &str) -> Vec<Value> {
    let lines = memory.lines().filter_map(|line| line.split_once(' '));
    let lines = lines.filter(|(name, _)| name.split(':').next() == Some(topic));
    let values = lines.map(|(_, json)| serde_json::from_str(json).unwrap());
    values
        .filter(|value: &Value| value["gone"] != true)
        .collect()
}

fn strings(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}
