//! `zij cache`: what is kept of earlier runs.

use std::{fs, io, path::Path, time::Duration};

use crate::{
    error::{CommandError, CommandResult},
    folders::Folders,
    shared::{Bounds, Place, Tally, size},
    ui::Ui,
};

/// Shows what is kept of earlier runs, by this user and by the team, and removes it
///
/// The user's own cache is bounded by itself. Of what a team shares (ZIJ_SHARED_CACHE), a folder is bounded
/// by ZIJ_SHARED_CACHE_MAX or pruned here, a bucket by a lifecycle rule of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Removes what was not used lately from the folder that the team shares
    Prune(PruneArgs),
    /// Empties this user's own cache; the next run makes it anew
    Clear,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij cache prune --unused-for 30       what was not used for 30 days
  zij cache prune --max-size 10Gi       the rest may have 10 GiB; what was used last stays")]
struct PruneArgs {
    /// What was not used for so many days
    #[arg(long, value_name = "DAYS", required_unless_present = "max_size")]
    unused_for: Option<u32>,
    /// As much as is more than this, such as 500M or 10Gi
    #[arg(long, value_name = "SIZE")]
    max_size: Option<String>,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(ui: &Ui, args: &CacheArgs) -> CommandResult {
    match &args.action {
        None => show(ui),
        Some(Action::Prune(args)) => prune(ui, args),
        Some(Action::Clear) => clear(ui),
    }
}

fn show(ui: &Ui) -> CommandResult {
    let own = Folders::of_user()?.cache;
    let bytes = reports(&own)?.iter().map(|(_, bytes)| bytes).sum();
    let mut text = format!("own     {}  {}\n", own.display(), in_words(bytes));
    match Place::of_user()? {
        None => text.push_str("shared  none (ZIJ_SHARED_CACHE)\n"),
        Some(Place::Bucket(_)) => text.push_str("shared  a bucket: its lifecycle rules bound it\n"),
        Some(Place::Folder(folder)) => {
            let (all, _) = folder.prune(Bounds::default(), true)?;
            let most = folder.most().map_or_else(
                || "not bounded (ZIJ_SHARED_CACHE_MAX)".to_owned(),
                |most| format!("at most {}", in_words(most)),
            );
            let line = format!("shared  {}  {}, {most}\n", folder.path().display(), counted(all));
            text.push_str(&line);
        }
    }
    ui.print(text)
}

fn prune(ui: &Ui, args: &PruneArgs) -> CommandResult {
    const DAY: u64 = 24 * 60 * 60;
    let folder = match Place::of_user()? {
        Some(Place::Folder(folder)) => folder,
        Some(Place::Bucket(_)) => {
            return Err(CommandError::usage("the shared cache is a bucket")
                .hint("a lifecycle rule of the bucket removes what is old"));
        }
        None => {
            return Err(CommandError::usage("no shared cache is chosen")
                .hint("ZIJ_SHARED_CACHE names its folder; the own cache is bounded by itself"));
        }
    };
    let bounds = Bounds {
        bytes: args.max_size.as_deref().map(size).transpose()?,
        age: args.unused_for.map(|days| Duration::from_secs(u64::from(days) * DAY)),
    };
    let (stays, goes) = folder.prune(bounds, args.dry_run)?;
    let verb = if args.dry_run { "would remove" } else { "removed" };
    ui.print(format!("{verb} {}; {} stay\n", counted(goes), counted(stays)))
}

fn clear(ui: &Ui) -> CommandResult {
    let own = Folders::of_user()?.cache;
    let mut bytes = 0;
    for (name, size) in reports(&own)? {
        fs::remove_file(own.join(name))?;
        bytes += size;
    }
    ui.print(format!("removed {}\n", in_words(bytes)))
}

/// The files of the cache of reports; sockets and locks stand beside them.
fn reports(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("cache-") && name.contains(".sqlite") {
            found.push((name, entry.metadata()?.len()));
        }
    }
    Ok(found)
}

fn counted(tally: Tally) -> String {
    let entries = if tally.entries == 1 { "entry" } else { "entries" };
    format!("{} {entries} ({})", tally.entries, in_words(tally.bytes))
}

/// Bytes in words, such as `1.2 MiB`.
fn in_words(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut unit = None;
    let mut tenths = bytes.saturating_mul(10);
    for name in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = Some(name);
    }
    match unit {
        None => format!("{bytes} bytes"),
        Some(unit) => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}
