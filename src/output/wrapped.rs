//! Lines for people in the width of their terminal. Elsewhere, lines are never broken: logs are searched.

/// Narrowest terminal, in characters, in which lines are broken between words.
const MIN_WIDTH: usize = 40;

/// The line in the width of the terminal, behind a label of `indent` characters; words such as URLs stay whole.
pub(super) fn wrapped(line: &str, indent: usize, width: usize) -> String {
    if width < MIN_WIDTH || indent * 2 > width {
        return line.to_owned();
    }
    broken(line, indent, width)
}

/// The words in lines that end at `width` and, but for the first, begin behind `indent` characters.
pub(crate) fn broken(line: &str, indent: usize, width: usize) -> String {
    let mut text = String::with_capacity(line.len() + line.len() / 8);
    let mut column = indent;
    for (number, word) in line.split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && column + 1 + length > width {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if number > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        let line = "expected seconds, or a duration such as '90 s', from 1 second to 1 hour";
        for (indent, width, expected) in [
            (13, 200, line),
            (0, 20, line),
            (30, 50, line),
            (
                13,
                50,
                "expected seconds, or a duration such\n             as '90 s', from 1 second to 1 hour",
            ),
            (
                0,
                40,
                "expected seconds, or a duration such as\n'90 s', from 1 second to 1 hour",
            ),
        ] {
            assert_eq!(wrapped(line, indent, width), expected, "{indent} {width}");
        }
        let address = "https://acme.atlassian.net/browse/ABC-1?a=very-long-address";
        let line = format!("sent: {address}, ABC-2");
        assert_eq!(
            wrapped(&line, 6, 40),
            format!("sent:\n      {address},\n      ABC-2")
        );
        assert_eq!(wrapped("", 6, 40), "");
    }
}
