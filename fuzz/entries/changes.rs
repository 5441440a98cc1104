//! The file of changes.

use crate::changes::Lines;

/// The file as it is.
///
/// # Panics
/// When something that must hold does not.
pub fn changes(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n');
    match Lines::new(bytes).collect::<Result<Vec<_>, _>>() {
        Ok(changes) => {
            let mark = b"\xEF\xBB\xBF";
            let lines = lines.map(|line| line.strip_prefix(mark).unwrap_or(line));
            let wanted = lines.filter(|line| !line.trim_ascii().is_empty()).count();
            assert_eq!(changes.len(), wanted);
        }
        Err(error) => {
            let number = error.to_string();
            let number = number
                .strip_prefix("line ")
                .and_then(|number| number.parse().ok());
            let number: usize = number.expect("the number of a line");
            assert!((1..=lines.count()).contains(&number));
        }
    }
}
