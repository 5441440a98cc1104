//! The variables of a proxy. See [`crate::fuzz_entries`].

use super::no_proxy::{Host, NoProxy};
use super::proxy::Proxies;
use crate::variables::Variables;

/// What stands for a password in the corpus; nothing that people see may have it.
const PASSWORD: &str = "pa55word";

const PORT: u16 = 443;

/// The lines `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, and below them the hosts to be reached.
pub(crate) fn proxy(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (https, all, none) = (next(), next(), next());
    let pairs = [
        ("HTTPS_PROXY", https),
        ("all_proxy", all),
        ("NO_PROXY", none),
    ];
    let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
    let is_secret = !none.contains(PASSWORD);
    let proxies = match Proxies::read(&Variables::new(pairs)) {
        Ok(proxies) => proxies,
        Err(failure) => {
            let lines = failure.lines();
            assert!(lines.iter().all(|(_, line)| !line.contains(PASSWORD)));
            return;
        }
    };
    for host in lines {
        check_host(host, none, &proxies);
    }
    let Some(proxy) = proxies.proxy() else {
        assert!(https.trim().is_empty() && all.trim().is_empty());
        return;
    };
    let notes = proxies.notes();
    let shown = proxy.to_string();
    assert!(
        shown
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'@')
    );
    if is_secret && !proxy.host.contains(PASSWORD) {
        assert!(
            notes.iter().all(|note| !note.contains(PASSWORD)),
            "{notes:?}"
        );
    }
    assert!(proxy.port > 0 && proxy.for_agent().is_some(), "{shown}");
    let again = Proxies::read(&Variables::new([(
        "https_proxy".into(),
        shown.clone().into(),
    )]));
    let again = again
        .ok()
        .and_then(|again| Some(again.proxy()?.to_string()));
    assert_eq!(again, Some(shown));
}

fn check_host(text: &str, none: &str, proxies: &Proxies) {
    let host = Host::new(text);
    let list = NoProxy::parse(none);
    let direct = host.is_this_machine() || list.covers(&host, PORT);
    let proxy = proxies.toward(text, PORT).is_some();
    assert_eq!(proxy, proxies.proxy().is_some() && !direct);
    // A longer list never sends more through the proxy.
    let longer = NoProxy::parse(&format!("{none},{text}"));
    assert!(longer.covers(&host, PORT) || !list.covers(&host, PORT));
    assert!(NoProxy::parse(&format!("{none},*")).covers(&host, PORT));
    let is_word = !text.contains(|c: char| c == ',' || c.is_whitespace());
    if let Host::Address(address) = host {
        let whole = if address.is_ipv4() { 32 } else { 128 };
        for entry in [
            format!("{address}/{whole}"),
            format!("{address}/0"),
            address.to_string(),
        ] {
            assert!(NoProxy::parse(&entry).covers(&host, PORT), "{entry}");
        }
    } else if is_word {
        // Whoever copies a host into the list means it.
        let named = NoProxy::parse(text);
        let understood = named.not_understood.is_empty() && !text.is_empty();
        let is_plain = !text.contains([':', '/', '*', '[', ']']) && !text.starts_with('.');
        assert!(
            !(understood && is_plain) || named.covers(&host, PORT),
            "{text:?}"
        );
    }
}
