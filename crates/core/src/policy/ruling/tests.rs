use std::fmt::Write as _;

use super::*;
use crate::inventory::Config;

fn policy(text: &str) -> Policy {
    let config = Config::parse("zij.yaml", format!("policy:\n{text}").as_bytes());
    assert!(config.problems.is_empty(), "{:?}", config.problems);
    Policy::of(&config)
}

fn finding(id: &str, severity: Severity) -> Finding {
    Finding {
        rule: rule(id).unwrap(),
        severity,
        subject: None,
        path: None,
        message: String::new(),
        fix: String::new(),
        place: None,
        is_new: true,
        waiver: None,
    }
}

/// What a policy makes of findings in the cell `eu/web`.
fn judged(policy: &Policy, findings: &[(&str, Severity)]) -> String {
    let id = CellId {
        application: "web".into(),
        cluster: "eu".into(),
        owner: crate::inventory::Owner::Plain,
    };
    let mut findings: Vec<Finding> =
        findings.iter().map(|(id, severity)| finding(id, *severity)).collect();
    let restart = |name: &str, replicas, lowest, down| Restart {
        subject: Subject {
            api_version: "apps/v1".into(),
            id: crate::resource::ResourceId {
                group: "apps".into(),
                kind: "Deployment".into(),
                namespace: None,
                name: name.into(),
            },
        },
        replicas,
        lowest,
        down,
    };
    let restarts = vec![
        restart("web", Some(4), Some(3), Some(1)),
        restart("db", Some(1), Some(0), Some(1)),
        restart("agent", None, None, None),
        restart("edge", None, None, Some(0)),
    ];
    let mut cells = [Judged { id: &id, touch: Touch::Rolls, restarts, findings: &mut findings }];
    let demands = policy.apply(&mut cells, Date::parse("2026-06-30"));
    let mut out = String::new();
    for Finding { rule, severity, message, waiver, .. } in &findings {
        let by = waiver.as_ref().map_or(String::new(), |waiver| format!(" by {}", waiver.owner));
        let colon = if message.is_empty() { "" } else { ": " };
        writeln!(out, "{} {severity:?}{by}{colon}{message}", rule.id).unwrap();
    }
    for Demand { reviewers, because, .. } in demands {
        writeln!(out, "{} because {because}", reviewers.join(" or ")).unwrap();
    }
    out
}

const WAIVER: &str = " waivers:\n - {rule: ZIJ-D002, owner: ann, reason: moved, expires: '2026-06-30', cells: ['eu/*']}\n";

#[test]
fn a_policy_changes_findings() {
    let block = [("ZIJ-D002", Severity::Block)];
    for (text, findings, want) in [
        (" rules: {}\n", &block[..], "ZIJ-D002 Block\n"),
        (" rules: {ZIJ-D002: warn}\n", &block, "ZIJ-D002 Warn\n"),
        (" rules: {namespace-lost: info}\n", &block, "ZIJ-D002 Info\n"),
        (" rules: {ZIJ-D002: off}\n", &block, ""),
        (" rules: {ZIJ-D009: block}\n", &[("ZIJ-D009", Severity::Warn)], "ZIJ-D009 Block\n"),
        // A hit that is less certain than its rule is not made certain.
        (" rules: {ZIJ-D002: block}\n", &[("ZIJ-D002", Severity::Info)], "ZIJ-D002 Info\n"),
        (WAIVER, &block, "ZIJ-D002 Info by ann\n"),
        (&WAIVER.replace("eu/*", "us/*"), &block, "ZIJ-D002 Block\n"),
        (
            &WAIVER.replace("06-30", "06-29"),
            &block,
            "ZIJ-D002 Block\nZIJ-P001 Warn: the waiver of ann for ZIJ-D002 namespace-lost ended on 2026-06-29\n",
        ),
        (&WAIVER.replace("cells:", "object: 'Pod/*', cells:"), &block, "ZIJ-D002 Block\n"),
        (" budgets: {cells: 1, rolls: 1, clusters: 1, removals: 0}\n", &[], ""),
        (
            " budgets: {rolls: 0}\n",
            &[],
            "ZIJ-P002 Block: 1 cells restart pods, the budget of one change is 0\n",
        ),
        (" budgets: {podsDown: 2, minAvailable: {shop: 100%, we: 100%}}\n", &[], ""),
        (
            " budgets: {podsDown: 1}\n",
            &[],
            "ZIJ-P002 Block: 2 pods and those of a workload whose number git does not say are down at \
             once if all cells are synced together, the budget of one change is 1\n",
        ),
        (
            " budgets: {minAvailable: {'w*': 75%, web: 100%}}\n",
            &[],
            "ZIJ-P002 Block: 0 of 1 pods of Deployment/db stay available while it rolls, the budget of \
             web is 75%\n\
             ZIJ-P002 Warn: how many pods of Deployment/agent stay available while it rolls is not \
             known, the budget of web is 75%\n",
        ),
        (" budgets: {minAvailable: {web: 0%}}\n", &[], ""),
        (
            " reviewers:\n - {cells: 'eu/*', reviewers: [ops, sre]}\n - {cells: '*', reviewers: [ann], from: warn}\n",
            &[],
            "ops or sre because eu/web changes\n",
        ),
    ] {
        assert_eq!(judged(&policy(text), findings), want, "{text}");
    }
}

#[test]
fn faults_are_told_with_their_place() {
    let told: Vec<String> = [
        " rules: {ZIJ-D02: warn}\n",
        " rules: {ZIJ-D002: never}\n",
        " rule: {}\n",
        " waivers: [{rule: ZIJ-D002, owner: ann, reason: x, expires: tomorrow, cells: '*'}]\n",
        " waivers: [{rule: ZIJ-D002, owner: ann, expires: '2026-01-01', cells: '*'}]\n",
        " waivers: [{rule: ZIJ-D002, owner: ann, reason: x, expires: '2026-01-01'}]\n",
        " budgets: {cells: many}\n",
        " budgets: {minAvailable: {web: 101%}}\n",
        " reviewers: [{cells: '*'}]\n",
        " 7\n",
    ]
    .iter()
    .flat_map(|text| policy(text).problems)
    .map(|problem| {
        let place = problem.place.map_or(String::new(), |place| place.to_string());
        let hint = problem.hint.map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{place}: {}{hint}", problem.message)
    })
    .collect();
    assert_eq!(
        told,
        [
            "zij.yaml:2:10: there is no rule `ZIJ-D02` (did you mean `ZIJ-D002`?)",
            "zij.yaml:2:20: `ZIJ-D002` is `block`, `warn`, `info` or `off`",
            "zij.yaml:2:2: unknown key `rule` is ignored (did you mean `rules`?)",
            "zij.yaml:2:12: `expires` of a waiver is a day such as `2026-12-31`, not `tomorrow`",
            "zij.yaml:2:12: a waiver has a text `reason` (a waiver names `rule`, `cells`, `owner`, `reason` and `expires`)",
            "zij.yaml:2:12: a waiver names its `cells`, such as `[\"prod-*/web\"]`",
            "zij.yaml:2:19: `budgets.cells` is a whole number",
            "zij.yaml:2:32: `budgets.minAvailable.web` is a share such as `80%`",
            "zij.yaml:2:14: an entry of `reviewers` names its `reviewers` in a list",
            "zij.yaml:2:2: `policy` must be a mapping",
        ]
    );
}
