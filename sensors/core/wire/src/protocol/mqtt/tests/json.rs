//! The JSON reader against what JSON is.

use super::super::json::{DEPTH, LEAVES, Leaf, read};

fn paths(text: &str) -> Option<Vec<String>> {
    read(text).map(|d| d.leaves.iter().map(|(path, _)| path.to_string()).collect())
}

#[test]
fn leaves_by_path() {
    let document = r#" { "a" : { "b" : 1 , "c d" : [ true , {"e": null} ] } , "" : "x" , "温度" : -0.5e+3 } "#;
    assert_eq!(paths(document).unwrap(), [".a.b", ".a['c d'][0]", ".a['c d'][1].e", "['']", ".温度"]);
    assert_eq!(read(r#"["\u00e9\ud83d\ude00\n\"\/"]"#).unwrap().leaves[0].1, Leaf::Text("é😀\n\"/".into()));
    assert_eq!(read(r#"["\ud83d"]"#).unwrap().leaves[0].1, Leaf::Text("\u{fffd}".into()));
}

#[test]
fn what_is_no_document() {
    for text in [
        "",
        "1",
        "\"x\"",
        "true",
        "{",
        "[",
        "{]",
        "[}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[nul]",
        "['a']",
        "{a:1}",
        "[\"\n\"]",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "[1]x",
        "[1]]",
        "{\"a\":1}{}",
        "[-]",
        "[\"a",
        "[tru",
        "{\"a\":1 \"b\":2}",
        "[,1]",
        "{,}",
    ] {
        assert!(read(text).is_none(), "{text}");
    }
    for text in ["{}", "[]", "[[],{}]", "[0]", "[-0]", "[1E9]", "[0.5]", "\t[\r\n1 , 2]\n"] {
        assert!(read(text).is_some(), "{text}");
    }
}

#[test]
fn shape_is_keys_and_types() {
    let shape = |text: &str| read(text).unwrap().shape;
    assert_eq!(shape(r#"{"a": 1, "b": "x"}"#), shape(r#"{"b": "longer", "a": 2.75}"#));
    assert_eq!(shape(r#"{"a": [1, 2]}"#), shape(r#"{"a": [1, 2, 3, 4]}"#));
    for other in [r#"{"a": "1", "b": "x"}"#, r#"{"a": 1}"#, r#"{"a": 1, "b": "x", "c": 1}"#, r#"{"a": 1, "b": null}"#] {
        assert_ne!(shape(r#"{"a": 1, "b": "x"}"#), shape(other), "{other}");
    }
    assert_eq!(read("{}").unwrap().shape, shape("{}"));
    assert_ne!(shape("{}"), shape(r#"{"a": {}}"#));
}

#[test]
fn no_document_is_too_deep_or_too_wide() {
    let deep = format!("{}1{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    assert_eq!(read(&deep).unwrap().leaves.len(), 1);
    let deeper = format!("[{deep}]");
    let document = read(&deeper).unwrap();
    assert!(document.leaves.is_empty() && document.cut);
    assert!(read(&"[".repeat(500_000)).is_none());
    let bomb = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(read(&bomb).is_none());
    let wide: String = format!("[{}0]", "0,".repeat(100_000));
    let document = read(&wide).unwrap();
    assert_eq!((document.leaves.len(), document.cut), (LEAVES, true));
    let keys: Vec<String> = (0..5000).map(|i| format!("\"k{i}\":1")).collect();
    assert!(read(&format!("{{{}}}", keys.join(","))).unwrap().cut);
    let long = format!("{{\"{}\": 1, \"b\": 2}}", "k".repeat(5000));
    assert_eq!(paths(&long).unwrap(), [".b"]);
}
