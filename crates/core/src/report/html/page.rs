//! The page itself: its parts in order, and the policy that lets nothing else run.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use sha2::{Digest as _, Sha256};

use super::{data, impact};
use crate::report::{foreword::Foreword, model::Report, printable::printable};

const STYLE: &str = include_str!("assets/page.css");
const BODY: &str = include_str!("assets/page.html");
const SCRIPT: &str = concat!(
    include_str!("assets/data.js"),
    include_str!("assets/matrix.js"),
    include_str!("assets/pods.js"),
    include_str!("assets/foreword.js"),
    include_str!("assets/detail.js"),
    include_str!("assets/paper.js"),
    include_str!("assets/page.js"),
);

/// The report as a page that opens from a file, offline.
///
/// Its own script and style are the only ones that may run or apply, named by their hashes; the
/// data stands beside them as JSON and becomes text, never markup.
pub fn write(report: &Report) -> String {
    page(report, None)
}

/// The report as such a page with what is told before it in a view of its own, which opens first.
pub fn write_after(foreword: &Foreword, report: &Report) -> String {
    page(report, Some(foreword))
}

fn page(report: &Report, foreword: Option<&Foreword>) -> String {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let title = format!(
        "zij: {}, {} → {}",
        report.verdict.word(),
        data::revision(&report.base),
        data::revision(&report.head)
    );
    let mut out =
        String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.extend(["<meta http-equiv=\"Content-Security-Policy\" content=\"", &policy, "\">\n"]);
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.extend([
        "<title>",
        &escaped(&title),
        "</title>\n<style>",
        STYLE,
        "</style>\n</head>\n<body>\n",
    ]);
    out.push_str(BODY);
    script(&mut out, "report", &data::report(report, foreword));
    script(&mut out, "impact", &impact::block(report));
    for (index, block) in data::blocks(report).iter().enumerate() {
        let id = format!("groups-{index}");
        script(&mut out, &id, block);
    }
    out.extend(["<script type=\"module\">", SCRIPT, "</script>\n</body>\n</html>\n"]);
    out
}

/// Data as an element that no browser runs or shows.
fn script(out: &mut String, id: &str, json: &str) {
    out.extend(["<script type=\"text/plain\" id=\"", id, "\">", &packed(json), "</script>\n"]);
}

/// A text in the form that browsers call `deflate` (RFC 1950), in base64: a browser takes longer to
/// look through a long page than to inflate it.
fn packed(text: &str) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    drop(encoder.write_all(text.as_bytes()));
    STANDARD.encode(encoder.finish().unwrap_or_default())
}

/// The source expression that allows exactly this text (Content Security Policy 3, 2.3.1).
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
