//! Opens the interface on a report from a JSON file, or on a made-up fleet.
//!
//! `cargo run -p zij-tui --example browse [FILE | APPLICATIONS CLUSTERS] [--ascii] [--plain]`

use std::error::Error;
use std::sync::Arc;
use std::{env, fs, thread};

use zij_core::report::model::Report;
use zij_tui::{Epoch, Glyphs, Options, Palette, Progress, Request};

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, words): (Vec<String>, Vec<String>) =
        env::args().skip(1).partition(|word| word.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    let options = Options {
        glyphs: if has("--ascii") { Glyphs::Ascii } else { Glyphs::Unicode },
        palette: if has("--plain") { Palette::Plain } else { Palette::Sixteen },
    };
    let report = Arc::new(read(&words)?);
    let (feed, requests, link) = zij_tui::link();
    thread::spawn(move || {
        feed.report(Epoch::default(), Arc::clone(&report));
        while let Ok(Request::Refresh(epoch)) = requests.recv() {
            for done in 0..=10 {
                let what = "rendering".to_owned();
                feed.progress(epoch, Progress { what, done, total: Some(10) });
                thread::sleep(std::time::Duration::from_millis(100));
            }
            feed.report(epoch, Arc::clone(&report));
        }
    });
    Ok(zij_tui::run(link, options)?)
}

fn read(words: &[String]) -> Result<Report, Box<dyn Error>> {
    Ok(match words {
        [] => synthetic::report(1000, 50),
        [file] => serde_json::from_slice(&fs::read(file)?)?,
        [applications, clusters, ..] => synthetic::report(applications.parse()?, clusters.parse()?),
    })
}
