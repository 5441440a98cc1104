//! What somebody may have meant by a parameter that does not exist.

/// Other words for a parameter, letters and digits alone: what users of Atlassian's plugin were seen to write, and the
/// usual ones.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("flagId", &["id", "flag"]),
    ("flagKey", &["key"]),
    (
        "issueKeys",
        &[
            "idorkey",
            "key",
            "keys",
            "issue",
            "issues",
            "issueidorkeys",
            "jirakey",
            "jiraissue",
            "jiraissues",
            "ticket",
            "tickets",
        ],
    ),
    ("environmentId", &["environment", "env", "envid"]),
    ("environmentName", &["envname"]),
    ("environmentType", &["envtype"]),
    ("enableGating", &["gating", "gate", "enablegate"]),
    ("serviceIds", &["service", "services"]),
    (
        "site",
        &[
            "jirasite", "sitename", "siteurl", "jiraurl", "server", "host",
        ],
    ),
    ("branch", &["branchname", "gitbranch"]),
    (
        "state",
        &[
            "status",
            "result",
            "buildstate",
            "deploymentstate",
            "buildstatus",
            "deploymentstatus",
        ],
    ),
    (
        "message",
        &["changeset", "changesets", "commitmessage", "commits"],
    ),
    ("label", &["version", "versionname"]),
    ("displayName", &["name", "title"]),
    ("description", &["comment"]),
    ("buildNumber", &["number"]),
    ("url", &["buildurl"]),
    ("credentialsId", &["credentials", "credential"]),
    ("testResults", &["tests", "testresult", "testinfo", "junit"]),
];

/// The parameter that was meant, if one is near.
pub(super) fn meant<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let plain = plain(name);
    let known = || known.iter().map(String::as_str);
    let is_known = |word: &str| known().find(|it| *it == word);
    let mut synonyms = SYNONYMS
        .iter()
        .filter(|(_, words)| words.contains(&plain.as_str()));

    if let Some(synonym) = synonyms.find_map(|(word, _)| is_known(word)) {
        return Some(synonym);
    }
    // One wrong letter in five may be a slip.
    let length = plain.chars().count();
    let most = if length < 4 { 0 } else { length / 5 + 1 };
    let near = known().map(|word| (strsim::levenshtein(&plain, &self::plain(word)), word));
    let nearest = near.min_by_key(|(distance, _)| *distance);
    nearest
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, word)| word)
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn the_nearest_is_meant_or_none() {
        let build = [
            "issueKeys",
            "state",
            "site",
            "branch",
            "displayName",
            "tag",
            "label",
        ];
        let flag = ["issueKeys", "flagId", "flagKey", "displayName"];
        for (name, known, expected) in [
            ("issuekeys", &build[..], Some("issueKeys")),
            ("issue_keys", &build, Some("issueKeys")),
            ("issueKey", &build, Some("issueKeys")),
            ("key", &build, Some("issueKeys")),
            ("key", &flag, Some("flagKey")),
            ("id", &flag, Some("flagId")),
            ("id", &build, None),
            ("ticket", &build, Some("issueKeys")),
            ("Status", &build, Some("state")),
            ("staet", &build, Some("state")),
            ("sit", &build, None),
            ("siite", &build, Some("site")),
            ("lable", &build, Some("label")),
            ("title", &build, Some("displayName")),
            ("wholly other", &build, None),
            ("", &build, None),
            ("é🚀", &build, None),
        ] {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            assert_eq!(meant(name, &known), expected, "{name}");
        }
    }
}
