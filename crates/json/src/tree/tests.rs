use super::*;
use crate::limits::{DEPTH_MAX, NODES_MAX};

#[test]
fn what_is_read_is_printed() {
    for text in [
        "\u{feff} {\"a\" : [ ] , \"a\":{}}\r\n",
        "-0",
        "[1.0,1e5,1E+05,-0.0,123456789012345678901234567890]",
        "\"\\u00e9\\/é\\ud800\"",
        "\t[\n\n[ null,true , false]]\n\n",
    ] {
        assert_eq!(Tree::parse(text.as_bytes()).unwrap().to_string(), text);
    }
}

#[test]
fn errors_say_where_and_what() {
    for (text, message) in [
        ("", "line 1, column 1: expected a value"),
        ("{\"a\" 1}", "line 1, column 6: expected :"),
        ("[1,\n é]", "line 2, column 2: expected a value"),
        ("[1,]", "line 1, column 4: expected a value"),
        ("[\"é\", 01]", "line 1, column 8: expected , or ]"),
        ("{\"a\":1,}", "line 1, column 8: expected a key in double quotes"),
        ("{1:2}", "line 1, column 2: expected a key in double quotes or }"),
        ("[1}", "line 1, column 3: expected , or ]"),
        ("{\"a\":1]", "line 1, column 7: expected , or }"),
        ("1 2", "line 1, column 3: expected the end"),
        ("\"a\nb\"", "line 1, column 3: expected an escape for this control character"),
        ("\"\\x\"", "line 1, column 3: expected one of \" \\ / b f n r t u after \\"),
        ("\"\\u12g4\"", "line 1, column 6: expected four hexadecimal digits"),
        ("\"abc", "line 1, column 5: expected \" at the end of the string"),
        ("-", "line 1, column 2: expected a digit"),
        ("1.", "line 1, column 3: expected a digit"),
        ("1e+", "line 1, column 4: expected a digit"),
        ("nul", "line 1, column 1: expected a value"),
        ("// no", "line 1, column 1: expected a value"),
    ] {
        assert_eq!(Tree::parse(text.as_bytes()).unwrap_err().to_string(), message, "{text}");
    }
    assert_eq!(Tree::parse(b"[\"a\xff\"]").unwrap_err().to_string(), "line 1, column 4: expected UTF-8");
}

#[test]
fn too_much_is_refused() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Tree::read(nested(DEPTH_MAX)).is_ok());
    assert_eq!(Tree::read(nested(DEPTH_MAX + 1)).unwrap_err().problem, Problem::TooDeep);
    assert_eq!(Tree::read("[{\"a\":".repeat(1_000_000)).unwrap_err().problem, Problem::TooDeep);
    let wide = format!("[{}0]", "0,".repeat(NODES_MAX));
    assert_eq!(Tree::read(wide).unwrap_err().problem, Problem::TooMany);
    let long = " ".repeat(crate::limits::BYTES_MAX + 1);
    assert_eq!(Tree::read(long).unwrap_err().problem, Problem::TooLong);
}

#[test]
fn values_are_found_by_pointer() {
    let tree = Tree::parse(br#"{"a/b": [1, {"~": 2}], "": {"x": 3}, "x": 1, "x": 4}"#).unwrap();
    for (pointer, text) in [("/a~1b/0", "1"), ("/a~1b/1/~0", "2"), ("//x", "3"), ("/x", "4")] {
        let id = tree.at(pointer).unwrap();
        assert_eq!((tree.text(id), tree.pointer(id).as_str()), (text, pointer));
    }
    assert_eq!(tree.at(""), Some(tree.root()));
    assert_eq!((tree.at("/y"), tree.at("a"), tree.at("/a~1b/7")), (None, None, None));
}

#[test]
fn strings_lose_their_escapes() {
    let tree = Tree::parse(br#"["\ud83d\ude00\n\u0041", "\ud800x", {"\u0062": 0}]"#).unwrap();
    let text = |pointer| tree.string(tree.at(pointer).unwrap()).unwrap().into_owned();
    assert_eq!(text("/0"), "😀\nA");
    assert_eq!(text("/1"), "\u{fffd}x");
    assert_eq!(tree.key(tree.at("/2/b").unwrap()).unwrap(), "b");
}
