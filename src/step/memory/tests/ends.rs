use serde_json::json;

use super::{Memory, MemoryChange, Topic, entry, finished, line, line_of, run};

#[test]
fn what_a_completed_run_left_in_progress_has_ended_as_that_run() {
    let begun = entry(1, 2_000, "in_progress");
    let open = line_of(Topic::Open, &begun);
    let memory = Memory::new(&run("none", &[(true, &open)]));
    let [(_, end)] = memory.waiting().try_into().unwrap();
    let end = end.unwrap();
    assert_eq!(end.body.json["builds"][0]["state"], "failed");
    assert_eq!(
        end.body.json["builds"][0]["lastUpdated"],
        "1970-01-01T00:00:05.000Z"
    );
    assert_eq!(
        (end.sequence, end.name.as_str()),
        (5_000, "build shop #1 failed")
    );
    // Whoever comes next knows that this is done, or that it waits; twice it says the same.
    let now = finished(memory, "none");
    let next = Memory::new(&run("none", &[(true, &now), (true, &open)]));
    assert_eq!(next.waiting().len(), 1);
    assert_eq!(next.waiting()[0].1.as_ref(), Ok(&end));

    // A run that goes on ends it itself, and so does the run at hand.
    for run in [run("none", &[(false, &open)]), run(&open, &[])] {
        let memory = Memory::new(&run);
        assert!(memory.waiting().is_empty());
    }
    let (change, _) = Memory::new(&run(&open, &[])).finish();
    assert_eq!(change, MemoryChange::default());
    // What has ended meanwhile needs no end.
    let name = Topic::Open.name(&begun.item().folder());
    let gone = |at: i64| format!("{name} {{\"at\":{at},\"gone\":true}}");
    for run in [
        run(&gone(2_000), &[(true, &open)]),
        run("none", &[(true, &open), (false, &gone(2_000))]),
    ] {
        assert!(Memory::new(&run).waiting().is_empty());
    }
    // What has begun again since needs one.
    let again = run(&gone(1_999), &[(true, &open)]);
    assert_eq!(Memory::new(&again).waiting().len(), 1);
}

/// Calls that a completed run has kept: of which call and step, of what part of it, when; whether it is the end of what
/// that run left in progress.
#[test]
fn an_end_that_was_kept_is_no_reason_for_another() {
    let (build, deployment) = ("jiraSendBuildInfo", "jiraSendDeploymentInfo");
    let begun = entry(1, 2_000, "in_progress");
    let of = begun.item().folder();
    let call = json!({"entry": begun, "call": {"id": "abc", "step": build}});
    let open = line(Topic::Open, &of, 2_000, call);
    for (id, step, phase, at, is_end) in [
        ("abc", build, Some("end"), 3_000, true),
        ("abc", build, Some("begin"), 3_000, false),
        ("xyz", build, Some("end"), 3_000, false),
        ("xyz", build, None, 2_000, true),
        ("xyz", build, None, 1_999, false),
        ("xyz", deployment, None, 3_000, false),
    ] {
        let request = json!({"step": step, "body": phase.map(|phase| json!({"phase": phase}))});
        let kept = line(Topic::Request, id, at, json!({"request": request}));
        let both = format!("{open}\n{kept}");
        let memory = Memory::new(&run("none", &[(true, &both)]));
        let ends = usize::from(!is_end);
        assert_eq!(memory.waiting().len(), ends, "{id} {step} {phase:?} {at}");
        // Unless it came to nothing.
        let gone = format!("request:{id} {{\"at\":{at},\"gone\":true}}");
        let memory = Memory::new(&run(&gone, &[(true, &both)]));
        assert_eq!(memory.waiting().len(), 1, "{id} {step} {phase:?} {at}");
    }
}
