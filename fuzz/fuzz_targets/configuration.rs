//! zij.yaml: any bytes give a configuration, with problems where it is wrong, and an inventory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_core::{
    inventory::{Config, Inventory},
    source::MemoryTree,
};

fuzz_target!(|bytes: &[u8]| {
    let config = Config::parse("zij.yaml", bytes);
    let tree = MemoryTree::new([
        ("clusters/one/web/values.yaml", "a: 1"),
        ("clusters/two/web/values.yaml", "a: 2"),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ]);
    drop(Inventory::of(&tree, &config));
});
