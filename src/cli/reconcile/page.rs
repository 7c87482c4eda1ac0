//! The nightly report as one HTML page that needs nothing else.

use std::fmt::Write as _;

use zij_core::report::printable;

use super::nightly::{List, Nightly};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #8884;vertical-align:top}\
:root{color-scheme:light dark}";

/// The page.
pub(super) fn html(nightly: &Nightly) -> String {
    let title = escaped(&nightly.title());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n<p>{}</p>\n<p>The audit log is {}.</p>\n",
        escaped(&nightly.sums()),
        escaped(&nightly.audit_in_words())
    );
    for List { title, columns, rows, none } in nightly.lists() {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "<h2>{title}</h2>");
        if rows.is_empty() {
            let _ = writeln!(page, "<p>{none}</p>");
            continue;
        }
        let _ = writeln!(page, "<table><tr><th>{}</th></tr>", columns.join("</th><th>"));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            let _ = writeln!(page, "<tr><td>{}</td></tr>", cells.join("</td><td>"));
        }
        let _ = writeln!(page, "</table>");
    }
    page + "</body></html>\n"
}

fn escaped(text: &str) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
