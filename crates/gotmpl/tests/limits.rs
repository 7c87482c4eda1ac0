//! Hostile templates end in an error with a place: no panic, no hang, no stack overflow.

mod support;

use std::thread;

use proptest::prelude::*;
use zij_gotmpl::{Dialect, Error, Limits, Str};

const SMALL: Limits =
    Limits { steps: 200_000, depth: 64, template_depth: 500, output: 1 << 16, memory: 1 << 20 };

fn fails(template: &str, limits: Limits, want: &str) {
    let error = support::render_with("{}", template.as_bytes(), Dialect::default(), limits)
        .expect_err("a limit is exceeded");
    assert!(error.is_limit(), "{template}: {error}");
    assert!(error.place().is_some(), "{template}: {error}");
    assert!(error.to_string().contains(want), "{template}: {error}");
}

#[test]
fn each_limit_is_an_error_with_a_place() {
    let cases = [
        ("{{ range 1000000000 }}x{{ end }}", "writes more than"),
        ("{{ range 1000000000 }}{{ end }}", "takes more than"),
        (
            r#"{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}"#,
            "template depth (500)",
        ),
        (r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#, "deeper than 64"),
        (r#"{{ $t := "{{ tpl . . }}" }}{{ tpl $t $t }}"#, "deeper than 64"),
        (r#"{{ $s := "x" }}{{ range 100 }}{{ $s = print $s $s }}{{ end }}"#, "bytes of memory"),
        (r#"{{ repeat 1000000000 "xxxxxxxx" }}"#, "bytes of memory"),
        (r#"{{ $m := dict }}{{ $_ := set $m "m" $m }}{{ $m }}"#, "nests deeper"),
        ("{{ $l := list }}{{ range 2000 }}{{ $l = list $l }}{{ end }}{{ $l }}", "nests deeper"),
    ];
    for (template, want) in cases {
        fails(template, SMALL, want);
    }
}

#[test]
fn shared_items_cannot_explode() {
    let template =
        "{{ $l := list 1 }}{{ range 40 }}{{ $l = list $l $l }}{{ end }}{{ len (print $l) }}";
    fails(template, Limits::default(), "parts");
}

#[test]
fn deep_values_are_dropped_without_recursion() {
    let template = "{{ $l := list }}{{ range 300000 }}{{ $l = list $l }}{{ end }}{{ len $l }}";
    let text = support::render("{}", template, Dialect::default()).expect("it renders");
    assert_eq!(text, "1");
}

#[test]
fn nested_templates_use_the_heap() {
    let endless = r#"{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}"#;
    fails(endless, Limits::default(), "exceeded maximum template depth (100000)");
}

/// Renders on a thread whose stack is what the documentation asks for.
fn on_documented_stack(template: &'static str) -> Result<Str, Error> {
    let limits = Limits::default();
    let stack = limits.depth as usize * Limits::STACK_PER_LEVEL;
    let render = move || {
        support::render_with("{}", template.as_bytes(), Dialect::default(), limits)
            .map_err(|error| (error.is_limit(), error.place().is_some()))
    };
    let thread = thread::Builder::new().stack_size(stack).spawn(render).expect("a thread starts");
    thread.join().expect("no overflow").map_err(|found| {
        assert_eq!(found, (true, true));
        Error::limit("as it should")
    })
}

#[test]
fn the_documented_stack_is_enough() {
    let include = r#"{{ define "a" }}{{ range list 1 }}{{ with 1 }}{{ include "a" . | len | print }}{{ end }}{{ end }}{{ end }}{{ include "a" . }}"#;
    on_documented_stack(include).expect_err("too deep");
    let tpl = r#"{{ $t := "{{ print (tpl . . | len) }}" }}{{ tpl $t $t }}"#;
    on_documented_stack(tpl).expect_err("too deep");
}

#[test]
fn deep_syntax_is_refused() {
    for (open, close) in [("(", ")"), ("{{ if 1 }}", "{{ end }}"), ("{{ if 1 }}{{ else }}", "")] {
        let depth = 100_000;
        let body = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let template = if open == "(" { format!("{{{{ {body} }}}}") } else { body };
        let error = support::render("{}", &template, Dialect::default()).expect_err("too deep");
        assert!(error.to_string().contains("nest deeper than"), "{error}");
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let pieces = [
        "{{ ",
        " }}",
        "{{- ",
        " -}}",
        "if ",
        "else",
        "end",
        "range ",
        "with ",
        "define \"a\"",
        "template \"a\" ",
        "block \"b\" ",
        "$x := ",
        "$x = ",
        "$x",
        ".Values.l",
        ".a.b",
        ".",
        "1",
        "1.5",
        "\"s\"",
        "`r`",
        "'c'",
        "nil",
        "true",
        "(",
        ")",
        "| ",
        "print ",
        "printf \"%v\" ",
        "index ",
        "len ",
        "list ",
        "dict ",
        "set ",
        "include \"a\" ",
        "tpl ",
        "and ",
        "or ",
        "eq ",
        "break",
        "continue",
        "/* c */",
        "\n",
        " ",
        "text",
        "{{",
        "}}",
        ":=",
        ",",
        "é",
        "slice ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_bytes_parse_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = support::render_with("{}", &bytes, Dialect::default(), SMALL).is_ok();
    }

    #[test]
    fn any_actions_render_or_fail(template in fragments()) {
        let values = r#"{"l": [1, null, {"k": "v"}], "a": {"b": "c"}}"#;
        let result = support::render_with(values, template.as_bytes(), Dialect::default(), SMALL);
        if let Err(error) = result {
            prop_assert!(error.place().is_some(), "{error}");
        }
    }

    #[test]
    fn any_format_prints(format in "[%a-zA-Z0-9 #+*.\\[\\]-]{0,30}") {
        let template = format!("{{{{ printf {format:?} 1 \"a\" 1.5 nil true (list 1 nil) }}}}");
        support::render_with("{}", template.as_bytes(), Dialect::default(), Limits::default())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
