//! What a team calls its environments: `pantheon=production, acme-acc=testing`.

use std::convert::Infallible;
use std::str::FromStr;

use super::environment::{EnvironmentType, whole_words};

/// The types of some environments by their names, and what is wrong with the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct EnvironmentTypes {
    known: Vec<(String, EnvironmentType)>,
    /// Each with the reason. It is set for many jobs at once, so that one wrong entry must not keep the others.
    pub(crate) wrong: Vec<String>,
}

impl FromStr for EnvironmentTypes {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let mut types = Self::default();
        let entries = text.split([',', ';', '\n']).map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            match parse(entry) {
                Ok(known) => types.known.push(known),
                Err(why) => types.wrong.push(why),
            }
        }
        Ok(types)
    }
}

fn parse(entry: &str) -> Result<(String, EnvironmentType), String> {
    let expected = |why: &str| format!("{entry:?}: {why}");
    let Some((name, word)) = entry.rsplit_once('=') else {
        return Err(expected("expected NAME=TYPE"));
    };
    if name.trim().is_empty() {
        return Err(expected("expected a name before ="));
    }
    let environment_type = word.parse().map_err(|why: String| expected(&why))?;
    Ok((name.trim().to_owned(), environment_type))
}

impl EnvironmentTypes {
    /// Of several lists one.
    pub(crate) fn all(lists: &[Self]) -> Self {
        Self {
            known: lists.iter().flat_map(|list| list.known.clone()).collect(),
            wrong: lists.iter().flat_map(|list| list.wrong.clone()).collect(),
        }
    }

    /// The type that is listed for the name, else the one that the name speaks of.
    pub(crate) fn of_name(&self, name: &str) -> EnvironmentType {
        let listed = self.of(&[name]);
        listed.unwrap_or_else(|| EnvironmentType::guess(name))
    }

    /// The type that is listed for one of the names as a whole, else for whole words of it.
    pub(crate) fn of(&self, names: &[&str]) -> Option<EnvironmentType> {
        let is_one = |known: &str| {
            let mut names = names.iter();
            names.any(|name| name.trim().eq_ignore_ascii_case(known))
        };
        let whole = self.known.iter().find(|(known, _)| is_one(known));
        let is_in_one = |known: &str| names.iter().any(|name| has(name, known));
        let found = whole.or_else(|| self.known.iter().find(|(known, _)| is_in_one(known)));
        found.map(|(_, environment_type)| *environment_type)
    }
}

/// Whether the words of the one follow each other in the other.
fn has(name: &str, known: &str) -> bool {
    let (name, known) = (whole_words(name), whole_words(known));
    !known.is_empty() && name.windows(known.len()).any(|words| words == known)
}

#[cfg(test)]
mod tests {
    use super::EnvironmentTypes;
    use crate::domain::environment::EnvironmentType::{Production, Staging, Testing};

    #[test]
    fn names_are_looked_up_as_a_whole_and_then_by_words() {
        let list =
            "pantheon=production, zone 1 = staging;zone-2=prod\nzone=testing, oops, =qa, x=y";
        let types: EnvironmentTypes = list.parse().unwrap();
        assert_eq!(types.wrong.len(), 3, "{types:?}");
        let cases = [
            ("pantheon", Some(Production)),
            ("Pantheon", Some(Production)),
            ("eu-pantheon", Some(Production)),
            ("pantheons", None),
            ("zone 1", Some(Staging)),
            ("zone-1", Some(Staging)),
            ("Zone-2 (eu)", Some(Production)),
            ("zone-3", Some(Testing)),
            ("zone", Some(Testing)),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(types.of(&[name]), expected, "{name}");
        }
        assert_eq!(types.of(&["x", "pantheon"]), Some(Production));
    }
}
