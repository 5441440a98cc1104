//! What somebody may have meant by an option, a parameter of a step or another word that does not exist.

/// Other words for an option or a parameter, letters and digits alone: what users of Atlassian's plugin were seen to write, and the
/// usual ones.
const SYNONYMS: &str = include_str!("spelling.txt");

/// The option or parameter with the most similar name, if there is one.
pub(crate) fn meant<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let plain_name = plain(name);
    let is_known = |word: &str| known.iter().find(|it| plain(it) == plain(word));
    let rows = SYNONYMS.lines().filter_map(|row| row.split_once(": "));
    let mut meant = rows.filter(|(_, words)| is_among(&plain_name, words));
    let synonym = meant.find_map(|(word, _)| is_known(word));
    synonym
        .map(String::as_str)
        .or_else(|| nearest(name, known.iter().map(String::as_str)))
}

/// Whether the word is one of these, which have spaces between them.
pub(crate) fn is_among(word: &str, words: &str) -> bool {
    words.split_ascii_whitespace().any(|it| it == word)
}

/// The word that differs by a slip or two, if one does.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain_word = plain(word);
    // One wrong letter in five may be a slip.
    let length = plain_word.chars().count();
    let most = if length < 4 { 0 } else { length / 5 + 1 };
    let near = known.map(|word| (strsim::levenshtein(&plain_word, &plain(word)), word));
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
