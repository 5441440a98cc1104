//! What a controller has on its drive and what it answers. See [`crate::fuzz_entries`].

use super::{change_log, config, path_of, rest, run_file};
use crate::domain::web_url::WebUrl;

/// Texts with `%%%` between them: `build.xml`, `config.xml`, a change log, and a page of the REST API.
pub(crate) fn backfill(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut texts = text.split("%%%\n");
    let mut next = || texts.next().unwrap_or_default();
    if let Ok(file) = run_file::parse(next(), 7) {
        assert_eq!(file.run.number, 7);
        assert!(file.run.ended >= file.run.began || file.run.began < 0);
    }
    if let Ok(config) = config::parse(next())
        && let Some(head) = config.head
    {
        let name = head.encoded();
        assert!(!name.is_empty() && !name.contains('/'));
        assert_eq!(config::decoded(&name), head.name);
        let address = format!("https://ci.example.com{}/1/", path_of(&name));
        assert!(address.len() > 2_000 || address.parse::<WebUrl>().is_ok());
        let number = head.change.map(|change| change.number);
        assert!(number.is_none_or(|number| number.bytes().all(|byte| byte.is_ascii_digit())));
    }
    let log = next();
    let commits = change_log::parse(log);
    assert!(commits.len() <= log.len());
    assert!(commits.iter().all(|commit| !commit.id.contains('\n')));
    rest::parse_page(next());
}
