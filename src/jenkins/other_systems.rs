//! Builds of other version control than git: what their variables name, and what is not read there.

use crate::domain::issue_key::{Text, TextKind};
use crate::error::Warning;
use crate::variables::{self, Variable, Variables};

use super::Ref;

/// A system whose commits are not read, and the variables that tell it.
const UNREAD: &[(&str, &[Variable])] = &[
    ("Subversion", &[variables::SVN_REVISION, variables::SVN_URL]),
    (
        "Mercurial",
        &[
            variables::MERCURIAL_REVISION,
            variables::MERCURIAL_REVISION_BRANCH,
        ],
    ),
    ("Perforce", &[variables::P4_CHANGELIST]),
    ("Team Foundation Server", &[variables::TFS_CHANGESET]),
    ("CVS", &[variables::CVS_BRANCH]),
];

/// Most folders of Subversion that are searched.
const MAX_FOLDERS: usize = 32;

/// Says that the messages of the run's commits are in a system that is not read, and what can be done about it.
pub(crate) fn unread(variables: &Variables) -> Option<Warning> {
    let is_set = |known: &[Variable]| known.iter().any(|it| variables.get(*it).is_some());
    let found = UNREAD.iter().find(|(_, known)| is_set(known));
    let several = || folders(variables).next().map(|_| UNREAD[0].0);
    let name = found.map(|(name, _)| *name).or_else(several)?;
    Some(Warning::new(
        format!("commit messages in {name} were not searched: only git's are read"),
        "pass them with --changes or --message, or the keys with --issue-keys; in a pipeline, the steps search Jenkins' change log",
    ))
}

/// The texts that may name issues.
pub(super) fn texts(variables: &Variables) -> Vec<Text> {
    let found = found(variables).into_iter();
    let texts = found.map(|(variable, reference)| match &reference {
        Ref::Branch(name) => Text::new(TextKind::Branch, variable, name),
        Ref::Tag(name) => Text::new(TextKind::Tag, variable, name),
    });
    texts.collect()
}

/// The branch or tag that was built.
pub(super) fn reference(variables: &Variables) -> Option<Ref> {
    found(variables).into_iter().next().map(|(_, found)| found)
}

fn found(variables: &Variables) -> Vec<(String, Ref)> {
    let mut found: Vec<(String, Ref)> = Vec::new();
    for (variable, url) in folders(variables) {
        let reference = in_subversion(url);
        let is_new = |it: &Ref| found.iter().all(|(_, known)| known != it);
        let reference = reference.filter(is_new);
        found.extend(reference.map(|reference| (variable, reference)));
    }
    for variable in [variables::MERCURIAL_REVISION_BRANCH, variables::CVS_BRANCH] {
        let branch = variables.get(variable);
        found.extend(branch.map(|name| (variable.name.to_owned(), Ref::Branch(name.to_owned()))));
    }
    let label = variables.get(variables::P4_CHANGELIST);
    let label = label.filter(|label| !label.bytes().all(|byte| byte.is_ascii_digit()));
    let name = variables::P4_CHANGELIST.name.to_owned();
    found.extend(label.map(|label| (name, Ref::Tag(label.to_owned()))));
    found
}

/// The folders of Subversion: `SVN_URL` for one, `SVN_URL_1` and so on for several.
fn folders(variables: &Variables) -> impl Iterator<Item = (String, &str)> {
    let base = variables::SVN_URL.name;
    let numbered = (1..=MAX_FOLDERS).map(move |number| format!("{base}_{number}"));
    let names = std::iter::once(base.to_owned()).chain(numbered);
    names.filter_map(|name| {
        let url = variables.by_name(&name)?;
        Some((name, url))
    })
}

/// `https://svn.example.com/shop/branches/ABC-12-login` is a branch; a revision behind the address is none of its name.
fn in_subversion(url: &str) -> Option<Ref> {
    let (path, revision) = url.rsplit_once('@').unwrap_or((url, ""));
    let is_revision = revision == "HEAD" || revision.bytes().all(|byte| byte.is_ascii_digit());
    let path = if is_revision { path } else { url };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let place = |name: &str| parts.iter().position(|part| *part == name);
    let below = |place: usize| parts[place + 1..].join("/");
    let named = |name| place(name).map(below).filter(|name| !name.is_empty());
    let branch = || named("branches").or_else(|| place("trunk").map(|_| "trunk".to_owned()));
    named("tags")
        .map(Ref::Tag)
        .or_else(|| branch().map(Ref::Branch))
}

#[cfg(test)]
mod tests {
    use super::{Ref, in_subversion, reference, texts, unread};
    use crate::domain::issue_key::{KeyRules, find};
    use crate::variables::Variables;

    #[test]
    fn folders_of_subversion_name_branch_or_tag() {
        let branch = |name: &str| Some(Ref::Branch(name.to_owned()));
        let tag = |name: &str| Some(Ref::Tag(name.to_owned()));
        let cases = [
            (
                "https://svn.example.com/shop/branches/ABC-12-login",
                branch("ABC-12-login"),
            ),
            (
                "https://svn.example.com/shop/branches/ABC-12-login@431",
                branch("ABC-12-login"),
            ),
            (
                "svn+ssh://ada@svn/shop/branches/team/ABC-12/api",
                branch("team/ABC-12/api"),
            ),
            (
                "https://svn.example.com/shop/tags/v1.2-ABC-3/",
                tag("v1.2-ABC-3"),
            ),
            ("https://svn.example.com/shop/trunk/api", branch("trunk")),
            ("https://svn.example.com/shop/branches", None),
            ("https://svn.example.com/shop", None),
            ("", None),
        ];
        for (url, expected) in cases {
            assert_eq!(in_subversion(url), expected, "{url}");
        }
    }

    /// Variables, the branch or tag, the keys, the system that is not read.
    #[test]
    fn each_system_has_its_variables() {
        type Case<'a> = (
            Vec<(&'a str, &'a str)>,
            Option<Ref>,
            Vec<&'a str>,
            Option<&'a str>,
        );
        let branch = |name: &str| Some(Ref::Branch(name.to_owned()));
        let cases: Vec<Case<'_>> = vec![
            (
                vec![
                    (
                        "SVN_URL",
                        "https://svn.example.com/shop/branches/abc-12%20login",
                    ),
                    (
                        "SVN_URL_1",
                        "https://svn.example.com/shop/branches/abc-12%20login",
                    ),
                    ("SVN_REVISION", "431"),
                ],
                branch("abc-12%20login"),
                vec!["ABC-12"],
                Some("Subversion"),
            ),
            (
                vec![
                    ("SVN_URL_1", "https://svn.example.com/shop/trunk"),
                    ("SVN_URL_2", "https://svn.example.com/lib/branches/LIB-3"),
                ],
                branch("trunk"),
                vec!["LIB-3"],
                Some("Subversion"),
            ),
            (
                vec![
                    ("MERCURIAL_REVISION_BRANCH", "abc-7-x"),
                    ("MERCURIAL_REVISION", "8a91"),
                ],
                branch("abc-7-x"),
                vec!["ABC-7"],
                Some("Mercurial"),
            ),
            (
                vec![("P4_CHANGELIST", "12345")],
                None,
                vec![],
                Some("Perforce"),
            ),
            (
                vec![("P4_CHANGELIST", "release-ABC-4")],
                Some(Ref::Tag("release-ABC-4".to_owned())),
                vec!["ABC-4"],
                Some("Perforce"),
            ),
            (
                vec![("TFS_CHANGESET", "C12")],
                None,
                vec![],
                Some("Team Foundation Server"),
            ),
            (
                vec![("CVS_BRANCH", "ABC-5")],
                branch("ABC-5"),
                vec!["ABC-5"],
                Some("CVS"),
            ),
            (vec![("GIT_COMMIT", "8a91")], None, vec![], None),
        ];
        for (set, expected, keys, system) in cases {
            let pairs = set
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            let variables = Variables::new(pairs);
            assert_eq!(reference(&variables), expected, "{set:?}");
            let findings = find(&texts(&variables), &KeyRules::default());
            let found: Vec<_> = findings.keys().map(ToString::to_string).collect();
            assert_eq!(found, keys, "{set:?}");
            let warning = unread(&variables).map(|warning| warning.what);
            let says = |system: &str| warning.as_ref().is_some_and(|it| it.contains(system));
            assert!(
                system.map_or(warning.is_none(), says),
                "{set:?} {warning:?}"
            );
        }
    }
}
