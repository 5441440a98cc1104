use super::told;

#[test]
fn what_the_report_says_is_not_said_again() {
    let lines = [
        "warning: a",
        "hint: b",
        "error: c",
        "  caused by: d",
        "hint: e",
        "warning: f",
        "  caused by: g",
    ];
    let told = told(lines.map(ToOwned::to_owned).to_vec());
    assert_eq!(
        told,
        [
            "  warning: a",
            "  hint: b",
            "  hint: e",
            "  warning: f",
            "    caused by: g"
        ]
    );
}
