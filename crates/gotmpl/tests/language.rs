//! The language against real Helm: each file of `inputs/` holds JSON values and templates, set
//! apart by `---` lines; the snapshot shows what each template gives.
//!
//! The expectations were checked with Helm 4.2.3: a chart whose only template is
//! `{{ tpl (.Files.Get "case") . | b64enc }}`, run once for each case.

mod support;

use std::{fmt::Write as _, fs, path::Path};

use zij_gotmpl::Dialect;

fn report(path: &Path, dialect: Dialect) -> String {
    let input = fs::read_to_string(path).expect("inputs are text");
    let mut parts = input.trim_end().split("\n---\n");
    let values = parts.next().expect("values come first");
    let mut report = String::new();
    for case in parts {
        let verdict = match support::render(values, case, dialect) {
            Ok(text) => format!("ok\n{text}"),
            Err(error) => format!("error\n{error}"),
        };
        writeln!(report, "{case}\n----> {verdict}\n").expect("strings can be written to");
    }
    report
}

#[test]
fn inputs() {
    insta::glob!("inputs/*.txt", |path| {
        insta::assert_snapshot!(report(path, Dialect::go1(26)));
    });
}

/// Checked with Helm 3.17.3, which is built with Go 1.23.
#[test]
fn inputs_of_go_1_23() {
    insta::glob!("inputs-go1.23/*.txt", |path| {
        insta::assert_snapshot!(report(path, Dialect::go1(23)));
    });
}
