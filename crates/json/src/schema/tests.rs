use super::*;

fn schema(text: &str) -> Result<Schema, SchemaError> {
    Schema::read(&Tree::parse(text.as_bytes()).unwrap())
}

/// The shape that a schema gives to the place with these keys; `#` stands for an item.
fn shape_at(schema: &Schema, path: &str) -> Option<Shape> {
    let steps = path.split('/').filter(|step| !step.is_empty());
    let place = steps.fold(schema.root(), |place, step| schema.child(&place, Some(step).filter(|&step| step != "#")));
    schema.rule(&place).map(|rule| rule.shape)
}

#[test]
fn the_last_rule_that_matches_decides() {
    let schema = schema(
        r#"{"schema": 1, "rules": [
            {"at": "/**/tags", "as": "set"},
            {"at": "/nodes/*/tags", "as": "list"},
            {"at": "", "as": "value"},
            {"at": "/a~1b/~2", "as": "text"},
            {"at": "/deep/**", "as": "value"}
        ]}"#,
    )
    .unwrap();
    for (path, shape) in [
        ("tags", Some(Shape::Set)),
        ("x/#/y/tags", Some(Shape::Set)),
        ("nodes/#/tags", Some(Shape::List)),
        ("nodes/#/x/tags", Some(Shape::Set)),
        ("", Some(Shape::Value)),
        ("deep", Some(Shape::Value)),
        ("deep/a/#", Some(Shape::Value)),
        ("tags/#", None),
    ] {
        assert_eq!(shape_at(&schema, path), shape, "{path}");
    }
    let place = schema.child(&schema.child(&schema.root(), Some("a/b")), Some("*"));
    assert_eq!(schema.rule(&place).unwrap().shape, Shape::Text);
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    for (text, error) in [
        ("[]", ": expected an object with \"schema\" and \"rules\""),
        ("{}", ": expected \"schema\": 1"),
        (r#"{"schema": 1, "rule": []}"#, "/rule: expected no members but schema, rules and about"),
        (r#"{"schema": 1, "rules": [{}]}"#, "/rules/0: expected \"at\", a pattern"),
        (r#"{"schema": 1, "rules": [{"at": "x"}]}"#, "/rules/0/at: expected a pattern that begins with / or is empty"),
        (
            r#"{"schema": 1, "rules": [{"at": "/x", "as": "keyed"}]}"#,
            "/rules/0: expected \"by\" with \"as\": \"keyed\", and only there",
        ),
        (r#"{"schema": 1, "rules": [{"at": "/x", "order": 1}]}"#, "/rules/0/order: expected true or false"),
    ] {
        assert_eq!(schema(text).unwrap_err().to_string(), error);
    }
}
