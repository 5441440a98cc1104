use super::{FileKind, ItemHash, Name, Pause, Place, kind, temporary};

#[test]
fn names_are_read_as_they_are_written() {
    let key = serde_json::json!({"pipelineId": "p", "buildNumber": 1});
    let name = Name {
        sequence: 1_767_268_800_123,
        created: 1_767_268_800_456,
        item: ItemHash::new("acme.atlassian.net", "builds", &key),
    };
    let held = Place::Held {
        until: 1_767_268_815_000,
        process: "42@agent-1-pid4026531836".to_owned(),
    };
    let paused = Place::Paused(Pause::longer(None, 1_767_268_815_000));
    for place in [Place::Waiting, paused.clone(), held] {
        assert_eq!(kind(&name.file(&place)), FileKind::Entry(name, place));
    }
    let waiting = |name: &Name| name.file(&Place::Waiting);
    assert_eq!(kind(&temporary("42@agent", 1, 0.5)), FileKind::Temporary);
    assert!(waiting(&name).len() < 100);
    let newer = waiting(&name).replace(".v1.", ".v2.");
    assert_eq!(kind(&newer), FileKind::Newer);
    for other in [
        "",
        "x",
        ".v1.json",
        "a-b-c-d.v1.json",
        "1-2-3-4.v1.json",
        "é.v1.json",
        ".x",
        ".v9",
    ] {
        assert_eq!(kind(other), FileKind::Other, "{other}");
    }
    assert_eq!(
        kind(&format!("{}.corrupt", waiting(&name))),
        FileKind::Other
    );
    let mut later = name;
    later.sequence += 1;
    assert!(waiting(&name) < waiting(&later) && name < later);
    later.sequence = 12_345_678_901_234_567;
    assert_eq!(
        kind(&waiting(&later)),
        FileKind::Entry(later, Place::Waiting)
    );
    for other in [
        waiting(&name)
            .to_uppercase()
            .replace(".V1.JSON", ".v1.json"),
        waiting(&name).trim_start_matches('0').to_owned(),
        waiting(&name).replacen('0', "+", 1),
        waiting(&name).replace(".v1.", ".v0."),
        name.file(&paused).replace("-1.json", "-01.json"),
        name.file(&paused).replace("-1.json", ".json"),
    ] {
        assert_eq!(kind(&other), FileKind::Other, "{other}");
    }
}

#[test]
fn pauses_grow_up_to_an_hour() {
    let mut pause = None;
    let mut minutes = Vec::new();
    for _ in 0..6 {
        let longer = Pause::longer(pause, 1_000);
        minutes.push((longer.until - 1_000) / 60_000);
        pause = Some(longer);
    }
    assert_eq!(minutes, [1, 4, 16, 60, 60, 60]);
    let again = Pause::none(pause, 5);
    assert_eq!((again.failures, again.until), (6, 5));
    assert_eq!(Pause::none(None, 5).failures, 1);
    let most = Pause {
        failures: u32::MAX,
        until: 0,
    };
    assert_eq!(Pause::longer(Some(most), 0).until, 60 * 60_000);
}
