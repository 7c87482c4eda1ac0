//! `zij explain` leads from a field and from a finding to the commit that changed the line.

use zij_testkit::TestRepository;

use crate::fleet::{told, zij, zij_in};

#[test]
fn a_field_and_a_finding_lead_to_their_commits() {
    let home = TestRepository::new();
    let folder = home.environment().work().join("fleet");
    let made = zij(&home, &["demo", "--dir", &folder.display().to_string()]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    for (name, arguments) in [
        ("explain-finding", &["prod-eu-central/payments", "ZIJ-F001"][..]),
        ("explain-value", &["staging/ledger", "StatefulSet/ledger", "spec.template"]),
        ("explain-json", &["dev/nightly-report", "all", "--format", "json"]),
        ("explain-nothing", &["staging/ledger", "ConfigMap/none"]),
    ] {
        let mut all = vec!["explain"];
        all.extend(arguments);
        all.extend(["--range", "main...HEAD"]);
        insta::assert_snapshot!(name, told(&home, &zij_in(&home, &folder, &all)));
    }
}
