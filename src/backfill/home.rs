//! The home folder of a controller: `jobs/**/builds/N/build.xml`, with `branches/` below multibranch projects.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::elements::Elements;
use super::{Controller, Head, Job, PastRun, Runs, change_log, config, order, run_file, walk};
use crate::error::{Failure, plain};
use crate::files;

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// A home folder.
pub(crate) struct Home {
    folder: PathBuf,
}

impl Home {
    /// # Errors
    /// When there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let problem = match fs::metadata(folder.join("jobs")) {
            Ok(jobs) if jobs.is_dir() => {
                return Ok(Self {
                    folder: folder.to_owned(),
                });
            }
            Ok(_) => "its jobs are not a folder".to_owned(),
            Err(error) => format!("its folder jobs cannot be read: {error}"),
        };
        Err(Failure::usage(format!(
            "{} is not the home folder of a Jenkins controller",
            folder.display()
        ))
        .cause(problem)
        .hint("see Manage Jenkins > System > Home directory"))
    }

    /// The address that Jenkins has for itself.
    pub(crate) fn address(&self) -> Option<String> {
        let path = self
            .folder
            .join("jenkins.model.JenkinsLocationConfiguration.xml");
        let text = text(&path).ok()?;
        let mut elements = Elements::new(&text);
        while let Some(element) = elements.next().ok()? {
            if element.path == "jenkinsUrl" && !element.text.is_empty() {
                return Some(element.text.to_owned());
            }
        }
        None
    }
}

impl Controller for Home {
    fn jobs(&self) -> Box<dyn Iterator<Item = Result<Job, Failure>> + '_> {
        let top = Folder {
            job: Job::default(),
            path: self.folder.clone(),
            real: Rc::default(),
        };
        walk(top.below(), |folder, _| {
            let below = folder.below();
            Ok((folder.job(), below))
        })
    }

    fn runs<'a>(&'a self, job: &Job, below: Option<u64>) -> Runs<'a> {
        let builds = self.folder.join(&job.place).join("builds");
        let mut numbers = numbers(&builds);
        numbers.retain(|number| below.is_none_or(|below| *number < below));
        numbers.sort_unstable();
        let runs = numbers.into_iter().rev().map(move |number| {
            let folder = builds.join(number.to_string());
            let run = run(&folder, number);
            Ok(run.map(Box::new).map_err(|error| {
                let path = folder.join("build.xml");
                let path = path.display().to_string();
                let why = plain(error);
                if why.contains(&path) {
                    why
                } else {
                    format!("{path}: {why}")
                }
            }))
        });
        Box::new(runs)
    }
}

/// A job, a folder or a project.
struct Folder {
    job: Job,
    path: PathBuf,
    /// Where it really is, and the folders around it: a link may lead back to one of them.
    real: Rc<Vec<PathBuf>>,
}

impl Folder {
    fn job(self) -> Option<Job> {
        let runs = numbers(&self.path.join("builds")).len();
        (runs > 0).then(|| Job {
            runs: u64::try_from(runs).unwrap_or(u64::MAX),
            ..self.job
        })
    }

    /// What is in it, in the order of the places.
    fn below(&self) -> Vec<Self> {
        let kinds = ["branches", "jobs"].into_iter();
        let names = kinds.flat_map(|kind| {
            let names = names(&self.path.join(kind)).into_iter();
            names.map(move |name| (kind, name))
        });
        let mut below: Vec<Self> = names
            .filter_map(|(kind, name)| self.child(kind, &name))
            .collect();
        below.sort_unstable_by(|one, other| {
            let by_place = order(&one.job.place, &other.job.place);
            by_place.then_with(|| one.path.cmp(&other.path))
        });
        below
    }

    fn child(&self, kind: &str, name: &str) -> Option<Self> {
        let path = self.path.join(kind).join(name);
        let real = fs::canonicalize(&path).ok()?;
        if !real.is_dir() || self.real.contains(&real) {
            return None;
        }
        let is_branch = kind == "branches";
        let is_project = || path.join("branches").is_dir();
        let config = if is_branch || is_project() {
            let text = text(&path.join("config.xml"));
            text.and_then(|text| config::parse(&text)).ok()
        } else {
            None
        };
        let config = config.unwrap_or_default();
        // Up to 2025 Jenkins wrote it into a file of its own.
        let written = || {
            let text = text(&path.join("name-utf8.txt")).ok()?;
            Some(text.trim().to_owned()).filter(|name| !name.is_empty())
        };
        let own = config.head.as_ref().filter(|_| is_branch);
        let own = own.map(Head::encoded).or(config.project).or_else(written);
        let own = own.unwrap_or_else(|| name.to_owned());
        let head = is_branch.then(|| config.head.unwrap_or_else(|| Head::of_name(&own)));
        let join = |outer: &str, inner: &str| match outer {
            "" => inner.to_owned(),
            outer => format!("{outer}/{inner}"),
        };
        Some(Self {
            job: Job {
                place: join(&self.job.place, &format!("{kind}/{name}")),
                name: join(&self.job.name, &own),
                head,
                ..Job::default()
            },
            path,
            real: Rc::new(self.real.iter().cloned().chain([real]).collect()),
        })
    }
}

/// The names in a folder that are UTF-8; none where there is no folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.collect()
}

/// The numbers of the runs in a folder. Links by number are those of Jenkins before 1.597, which has moved what they
/// lead to when it was updated.
fn numbers(builds: &Path) -> Vec<u64> {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let names = names(builds).into_iter();
    let numbers = names.filter(|name| is_number(name) && !name.starts_with('0'));
    numbers.filter_map(|name| name.parse().ok()).collect()
}

fn run(folder: &Path, number: u64) -> anyhow::Result<PastRun> {
    let text = self::text(&folder.join("build.xml"))?;
    let file = run_file::parse(&text, number)?;
    let mut run = file.run;
    let mut logs = names(folder);
    logs.retain(|name| {
        let is_xml = Path::new(name).extension().is_some_and(|it| it == "xml");
        is_xml && name.starts_with("changelog") && !file.of_libraries.contains(name)
    });
    logs.sort_unstable();
    for log in logs {
        // The run is no worse without it.
        let text = self::text(&folder.join(log)).unwrap_or_default();
        run.changes.extend(change_log::parse(&text));
    }
    Ok(run)
}

/// What is not UTF-8 is replaced.
fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = files::read_bytes(path, MAX_FILE)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}
