//! Runs of other jobs whose builds a job deploys, as plugins of freestyle jobs name them.

use crate::variables::{self, Variables};

/// One run of another job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpstreamRun {
    job: Named,
    pub(crate) number: i64,
}

/// How a plugin names a job.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Full(String),
    /// Without its folders.
    Short(String),
    /// With `_` for every run of other characters than letters and digits.
    Triggered(String),
    /// In upper case, with `_` for every run of other characters than letters.
    Copied(String),
}

impl UpstreamRun {
    /// Whether this is the run.
    pub(crate) fn is(&self, job: &str, number: i64) -> bool {
        let short = job.rsplit_once('/').map_or(job, |(_, short)| short);
        self.number == number
            && match &self.job {
                Named::Full(name) => name == job,
                Named::Short(name) => name == short,
                Named::Triggered(name) => [job, short].iter().any(|job| triggered(job) == *name),
                Named::Copied(name) => [job, short].iter().any(|job| copied(job) == *name),
            }
    }
}

/// The runs that the variables name, the most reliable first.
pub(crate) fn upstream(variables: &Variables) -> Vec<UpstreamRun> {
    let number = |text: &str| text.trim().parse().ok();
    let run = |job, text: &str| {
        Some(UpstreamRun {
            job,
            number: number(text)?,
        })
    };
    let get = |variable| variables.get(variable).map(ToOwned::to_owned);
    let full = get(variables::PROMOTED_JOB_FULL_NAME).map(Named::Full);
    let promoted = full.or_else(|| get(variables::PROMOTED_JOB_NAME).map(Named::Short));
    let promoted = promoted.zip(variables.get(variables::PROMOTED_NUMBER));
    let promoted = promoted.and_then(|(job, text)| run(job, text));
    let start = |variable: variables::Variable| format!("{}_", variable.name);
    let copies = start(variables::COPYARTIFACT_BUILD_NUMBER);
    let copies = variables.beginning(&copies);
    let copies = copies.filter_map(|(job, text)| run(Named::Copied(job.to_owned()), text));
    let triggers = start(variables::TRIGGERED_BUILD_NUMBER);
    let triggers = variables.beginning(&triggers);
    let triggers = triggers.filter_map(|(job, text)| run(Named::Triggered(job.to_owned()), text));
    promoted.into_iter().chain(copies).chain(triggers).collect()
}

/// Parameterized Trigger: `replaceAll("[^a-zA-Z0-9]+", "_")`.
fn triggered(job: &str) -> String {
    replaced(job, |it| it.is_ascii_alphanumeric())
}

/// Copy Artifact: `toUpperCase().replaceAll("[^A-Z]+", "_")`.
fn copied(job: &str) -> String {
    replaced(&job.to_uppercase(), |it| it.is_ascii_uppercase())
}

fn replaced(job: &str, stays: impl Fn(char) -> bool) -> String {
    let mut name = String::new();
    for character in job.chars() {
        if stays(character) {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::upstream;
    use crate::variables::Variables;

    /// Variables, and the runs that they mean.
    #[test]
    fn plugins_name_the_runs() {
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, i64)]);
        let cases: &[Case<'_>] = &[
            (
                &[("PROMOTED_JOB_NAME", "shop"), ("PROMOTED_NUMBER", "41")],
                &[("acme/shop", 41), ("shop", 41)],
            ),
            (
                &[
                    ("PROMOTED_JOB_FULL_NAME", "acme/shop"),
                    ("PROMOTED_JOB_NAME", "shop"),
                    ("PROMOTED_NUMBER", "41"),
                ],
                &[("acme/shop", 41)],
            ),
            (
                &[("TRIGGERED_BUILD_NUMBER_shop_build_2", "7")],
                &[("shop-build.2", 7), ("acme/shop build 2", 7)],
            ),
            (
                &[("COPYARTIFACT_BUILD_NUMBER_SHOP_", "7")],
                &[("shop-2", 7), ("acme/shop1", 7)],
            ),
            (
                &[("COPYARTIFACT_BUILD_NUMBER_ACME_SHOP", "7")],
                &[("acme/shop", 7)],
            ),
            (&[("PROMOTED_JOB_NAME", "shop")], &[]),
            (
                &[
                    ("TRIGGERED_BUILD_NUMBER_shop", "x"),
                    ("TRIGGERED_BUILD_NUMBERS_shop", "7"),
                ],
                &[],
            ),
        ];
        let all = [
            ("shop", 41),
            ("shop", 42),
            ("acme/shop", 41),
            ("acme/shop", 7),
            ("shop-build.2", 7),
            ("acme/shop build 2", 7),
            ("shop-2", 7),
            ("acme/shop1", 7),
            ("other", 7),
        ];
        for (set, expected) in cases {
            let pairs = set
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            let runs = upstream(&Variables::new(pairs));
            let is_meant =
                |(job, number): &&(&str, i64)| runs.iter().any(|run| run.is(job, *number));
            let mut found: Vec<_> = all.iter().filter(is_meant).copied().collect();
            let mut expected = expected.to_vec();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{set:?}");
        }
    }
}
