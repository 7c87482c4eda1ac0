//! How long a large fleet takes, commit by commit: `cargo bench --bench fleet -- REPOSITORY`.
//!
//! The repository is one of `cargo run -p zij-testkit --bin fleet`. Its history is walked from the first
//! commit on with one renderer and one memory, as the daemon does; a line is printed for each commit:
//! what it changes, and the milliseconds of the inventory and of the prediction against its parent.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::{env, error::Error, path::Path, time::Instant};

use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo},
    predict::{self, Revision as Side},
    render::Renderer,
};
use zij_git::{GitTree, Repository};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        // `cargo test --benches` runs it without one.
        return Ok(());
    };
    let repository = Repository::discover(Path::new(&folder))?;
    let mut names = vec!["HEAD".to_owned()];
    while repository.resolve(&format!("{}~1", names[names.len() - 1])).is_ok() {
        names.push(format!("HEAD~{}", names.len()));
    }
    let checkout = Checkout {
        remotes: repository.remote_urls().iter().map(|url| url.as_str().into()).collect(),
        branch: Some("main".into()),
        default_branch: Some("main".into()),
    };
    let (renderer, memo) = (Renderer::default(), Memo::default());
    let context = Context { checkout: &checkout, roots: &renderer, memo: &memo };
    let mut before: Option<(GitTree, Inventory)> = None;
    for name in names.iter().rev() {
        let tree = repository.tree(&repository.resolve(name)?)?;
        let start = Instant::now();
        let inventory = Inventory::read(&tree, &Config::of(&tree), &context);
        let read = start.elapsed();
        let start = Instant::now();
        let after = (tree, inventory);
        let base = before.as_ref().map(|(tree, inventory)| Side { tree, inventory });
        let head = Side { tree: &after.0, inventory: &after.1 };
        let prediction =
            predict::predict(base, head, &renderer, &predict::Options::default(), &|_, _| {});
        let predicted = start.elapsed();
        println!(
            "{name}\t{}\t{:.1}\t{:.1}\t{}",
            after.1.cells.len(),
            read.as_secs_f64() * 1e3,
            predicted.as_secs_f64() * 1e3,
            prediction.cells.len()
        );
        before = Some(after);
    }
    Ok(())
}
