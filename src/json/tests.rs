use super::{Document, Fields, Node};

/// Reads the text and gives all that is wrong with it.
fn problems(text: &str, read: impl Fn(Node<'_>)) -> Vec<String> {
    let document = Document::new(text);
    if let Some(root) = document.root() {
        read(root);
    }
    let (problems, beyond) = document.problems();
    let mut lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if beyond > 0 {
        lines.push(format!("{beyond} more"));
    }
    lines
}

#[test]
fn what_is_no_json_is_named_with_its_place() {
    let cases = [
        (
            "",
            "line 1, column 1: invalid JSON: EOF while parsing a value",
        ),
        (
            "{\"a\": 1,\n \"é\" 2}",
            "line 2, column 6: invalid JSON: expected `:`",
        ),
        (
            "{\"a\": 1,}",
            "line 1, column 9: invalid JSON: key must be a string",
        ),
        (
            "[1\n\n",
            "line 3, column 1: invalid JSON: EOF while parsing a list",
        ),
        (
            "{} {}",
            "line 1, column 4: invalid JSON: trailing characters",
        ),
        ("'a'", "line 1, column 1: invalid JSON: expected value"),
        (
            "\"a\nb\"",
            "line 1, column 2: invalid JSON: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (
            "[\"a\\x\"]",
            "line 1, column 5: invalid JSON: invalid escape",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text, |_| ()), [expected], "{text:?}");
    }
    // However deep, it is read without recursion.
    let deep = "[".repeat(1_000_000);
    assert_eq!(problems(&deep, |_| ()).len(), 1);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        problems(&deep, |root| drop(root.text())),
        ["line 1, column 1: expected a string, got a list"]
    );
}

#[test]
fn every_value_is_read_as_what_it_is_and_nothing_else() {
    type Read = fn(&Node<'_>) -> Option<String>;
    let text: Read = |node| node.text();
    let boolean: Read = |node| node.boolean().map(|value| value.to_string());
    let number: Read = |node| {
        node.number::<f64>("a number")
            .map(|value| value.to_string())
    };
    let whole: Read = |node| {
        let value = node.number::<u32>("a whole number");
        value.map(|value| value.to_string())
    };
    let cases: &[(Read, &str, Result<&str, &str>)] = &[
        (text, r#""a\u0062""#, Ok("ab")),
        (text, r#""\ud83d""#, Ok("\u{FFFD}\u{FFFD}\u{FFFD}")),
        (text, "1", Err("expected a string, got 1")),
        (text, "{}", Err("expected a string, got an object")),
        (boolean, "true", Ok("true")),
        (
            boolean,
            r#""true""#,
            Err("expected true or false, got \"true\""),
        ),
        (boolean, "1", Err("expected true or false, got 1")),
        (boolean, "[]", Err("expected true or false, got a list")),
        (number, "2.5e1", Ok("25")),
        (number, "1e999", Err("expected a number, got 1e999")),
        (number, r#""1""#, Err("expected a number, got \"1\"")),
        (whole, "7", Ok("7")),
        (whole, "7.0", Err("expected a whole number, got 7.0")),
        (whole, "-1", Err("expected a whole number, got -1")),
        (
            whole,
            "99999999999999999999999999999999999999999999",
            Err("expected a whole number, got 9999999999999999999999999999999999999999…"),
        ),
    ];
    for (read, json, expected) in cases {
        let document = Document::new(json);
        let found = read(&document.root().unwrap());
        let problems = document.problems().0;
        let words = problems.first().map(|problem| problem.words.as_str());
        assert_eq!((found.as_deref(), words), (expected.ok(), expected.err()));
    }
}

#[test]
fn fields_are_known_by_name_and_place() {
    let text =
        "{\n  \"a\": [{\"b\": 1, \"c\": 2}, 5],\n  \"a\": 2,\n  \"\\u0064\": null, \"é\\n\": 1}";
    let found = problems(text, |root| {
        let fields: Fields<'_> = root.fields(&["a", "d", "e"]).unwrap();
        assert!(fields.get("d").is_none() && fields.required("e").is_none());
        let items = fields.get("a").unwrap().items(9).unwrap();
        assert_eq!(items[1].line(), 2);
        let inner = items[0].fields(&["b"]).unwrap();
        inner.get("b").unwrap().text();
        assert!(items[1].fields(&["b"]).is_none());
    });
    let expected = [
        "line 1, column 1: e: missing",
        "line 2, column 15: a[0].b: expected a string, got 1",
        "line 2, column 18: a[0].c: unknown field; expected one of b",
        "line 2, column 27: a[1]: expected an object, got 5",
        "line 3, column 3: a: duplicate field",
        "line 4, column 19: é\n: unknown field; expected one of a, d, e",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_without_end_is_neither_kept_nor_told() {
    let many = "1,".repeat(2_000_000);
    let found = problems(&format!("[{many}1]"), |root| {
        assert_eq!(root.items(3).unwrap().len(), 3);
    });
    assert_eq!(found, ["line 1, column 1: expected at most 3, got 2000001"]);
    let many = "\"x\":1,".repeat(100_000);
    let text = format!("{{{many}\"x\":1}}");
    let found = problems(&text, |root| drop(root.fields(&["a"])));
    assert_eq!(found.len(), 11);
    assert_eq!(found[10], "99991 more");
    let found = problems(&text, |root| {
        assert_eq!(root.pairs(5).unwrap().len(), 5);
    });
    assert_eq!(found, ["line 1, column 1: expected at most 5, got 100001"]);
}

#[test]
fn lines_are_counted_in_long_texts_too() {
    let lines = "\n".repeat(9_000);
    for rest in ["x", "  x", "\n x"] {
        let text = format!("{lines}{rest}");
        let position = text.find('x').unwrap();
        let expected = text[..position].matches('\n').count() + 1;
        assert_eq!(Document::new(&text).line(position), expected);
    }
    let whole = &lines[..8_192];
    assert_eq!(Document::new(whole).line(8_192), 8_193);
    for position in [0, 4_095, 4_096, 4_097, 8_192, 9_000] {
        assert_eq!(Document::new(&lines).line(position), position + 1);
    }
}
