//! Hostile inputs end at once, with an error.

use std::fmt::Write as _;

use zij_goyaml::{Error, ErrorKind, Limits, NodeKind, json, parse, parse_all};

fn error(text: &[u8], limits: &Limits) -> Error {
    parse(text, limits).expect_err("the limit is exceeded")
}

#[test]
fn deep_nesting() {
    let nested = |piece: &str| piece.repeat(10_000);
    let block: String = (0..2_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    for text in [nested("["), nested("{a: "), nested("- "), nested("[\n"), nested("? "), block] {
        let error = error(text.as_bytes(), &Limits::default());
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    }
    let error = json::parse(nested("[").as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn the_deepest_allowed_tree_fits_the_stack() {
    let text = "[".repeat(Limits::MAX_DEPTH) + &"]".repeat(Limits::MAX_DEPTH);
    let node = parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(zij_goyaml::to_yaml(&node.clone()).unwrap().len(), (Limits::MAX_DEPTH - 1) * 2 + 3);
    assert_eq!(json::write(&node).unwrap(), text);
    assert_eq!(json::parse(text.as_bytes()).unwrap().with_float_numbers().kind, {
        let NodeKind::Sequence(items) = json::parse(text.as_bytes()).unwrap().kind else {
            unreachable!("the text is a list")
        };
        NodeKind::Sequence(items)
    });
}

#[test]
fn alias_bombs() {
    let mut lists = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        let nine = [alias.as_str(); 9].join(", ");
        writeln!(lists, "a{level}: &a{level} [{nine}]").unwrap();
        writeln!(merges, "a{level}: &a{level} {{<<: [{nine}]}}").unwrap();
    }
    for text in [lists, merges] {
        let error = error(text.as_bytes(), &Limits::default());
        assert_eq!(error.to_string(), "yaml: document contains excessive aliasing");
    }
}

#[test]
fn aliases_of_a_long_text_share_it() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(5_000));
    let node = parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(node.get("b").unwrap().as_sequence().unwrap().len(), 5_000);
}

#[test]
fn counts() {
    let limits = Limits { depth: 3, nodes: 10, bytes: 100, alias_expansion: 3 };
    assert!(parse(b"[[[1]]]", &limits).is_ok());
    let cases: [(&[u8], &str); 5] = [
        (b"[[[[1]]]]", "yaml: exceeded the limit of 3 levels of nesting"),
        (b"[1,2,3,4,5,6,7,8,9,10]", "yaml: exceeded the limit of 10 nodes"),
        (&[b'a'; 101], "yaml: exceeded the limit of 100 bytes"),
        (b"[&a [b], *a, *a]", "yaml: document contains excessive aliasing"),
        (b"[&a [[b]], [*a]]", "yaml: exceeded the limit of 3 levels of nesting"),
    ];
    for (text, want) in cases {
        assert_eq!(error(text, &limits).to_string(), want);
    }
    let documents = parse_all(b"a: 1\n---\nb: 2\n---\nc: 3\n", &limits);
    assert_eq!(documents.unwrap().len(), 3);
    let error = parse_all("a: 1\n---\n".repeat(11).as_bytes(), &limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn large_scalars_are_fast() {
    let long = "x".repeat(10 << 20);
    let folded = "word \n  ".repeat(1 << 20);
    for text in [format!("a: {long}"), format!("a: '{long}'"), format!("a: {folded}")] {
        assert!(parse(text.as_bytes(), &Limits::default()).is_ok());
    }
    let block = format!("a: |\n  {}", "line\n  ".repeat(1 << 20));
    assert!(parse(block.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn spans_count_from_the_start_of_the_file() {
    let documents = parse_all("\u{feff}a: é\n---\nb:\n- 'x'\n".as_bytes(), &Limits::default());
    let documents = documents.unwrap();
    let a = documents[0].get("a").unwrap().span;
    assert_eq!((a.start.line, a.start.column, a.start.offset, a.end.offset), (1, 4, 6, 8));
    let x = documents[1].get("b").unwrap().as_sequence().unwrap()[0].span;
    assert_eq!((x.start.line, x.start.column, x.end.column, x.start.offset), (4, 3, 6, 18));
}
