//! `zij audit retire`: letting go of what is old.

use std::{env, fmt::Write as _, path::Path};

use zij_git::Repository;

use super::filter::moment;
use crate::{
    audit::{Log, Rule, anchors, plan, retire, verify, write_anchor},
    error::{CommandError, CommandResult},
    ui::Ui,
};

#[derive(Debug, clap::Args)]
pub(super) struct RetireArgs {
    /// What was over before this: a day, a time, or how long ago
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = moment)]
    older_than: String,
    /// Younger files too, the oldest first, until the log has no more than this, such as 500M
    #[arg(long, value_name = "SIZE", value_parser = size)]
    at_most: Option<u64>,
    /// Also what no receiver of `zij audit ship` has
    #[arg(long)]
    even_unshipped: bool,
    /// Print what would be done and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, repository: &Repository, log: &Log, args: &RetireArgs) -> CommandResult {
    let known = anchors(repository)?;
    if verify(log, &known)?.breach.is_some() {
        return Err(CommandError::rejected().hint("zij audit verify says where it is broken"));
    }
    let rule = Rule {
        before: args.older_than.clone(),
        at_most: args.at_most,
        is_shipping_needed: !args.even_unshipped,
    };
    let Some(retirement) = plan(log, &known, &rule)? else {
        return ui.print("nothing to retire\n");
    };
    let mut text = match retirement.files() {
        0 => "nothing retired\n".to_owned(),
        files => format!(
            "{} files with {} bytes, up to record {}\n",
            files,
            retirement.bytes,
            retirement.last()
        ),
    };
    if let Some(why) = &retirement.held_back {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  note: the rest stays: {why}");
    }
    ui.print(text)?;
    if args.dry_run || retirement.files() == 0 {
        return Ok(());
    }
    retire(log, &retirement, &login())?;
    anchor(log, &repository.common_dir())
}

/// What says that files were retired is anchored at once.
fn anchor(log: &Log, common_dir: &Path) -> CommandResult {
    write_anchor(log, common_dir)?;
    Ok(())
}

fn login() -> String {
    let named = ["LOGNAME", "USER"].into_iter().filter_map(|name| env::var(name).ok());
    let named = named.into_iter().find(|login| !login.is_empty());
    named.unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()))
}

/// A number of bytes, `K`, `M` or `G` of them.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(['K', 'M', 'G']);
    let unit = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 0,
    };
    let bytes = digits.parse::<u64>().ok().filter(|_| unit > 0);
    bytes
        .and_then(|count| count.checked_mul(unit))
        .ok_or_else(|| "a size such as `500M` was expected".to_owned())
}
