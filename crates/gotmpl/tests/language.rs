//! The language against real Helm: each file of `inputs/` holds JSON values and templates, set
//! apart by `---` lines; the snapshot shows what each template gives.
//!
//! The expectations were checked with Helm 4.2.3: a chart whose only template is
//! `{{ tpl (.Files.Get "case") . | b64enc }}`, run once for each case.

mod support;

use std::{fmt::Write as _, fs};

use zij_gotmpl::Dialect;

#[test]
fn inputs() {
    insta::glob!("inputs/*.txt", |path| {
        let input = fs::read_to_string(path).expect("inputs are text");
        let mut parts = input.trim_end().split("\n---\n");
        let values = parts.next().expect("values come first");
        let mut report = String::new();
        for case in parts {
            let verdict = match support::render(values, case, Dialect::go1(26)) {
                Ok(text) => format!("ok\n{text}"),
                Err(error) => format!("error\n{error}"),
            };
            writeln!(report, "{case}\n----> {verdict}\n").expect("strings can be written to");
        }
        insta::assert_snapshot!(report);
    });
}
