//! Files of several documents: separators, kinds, hooks, notes, ignored files.

use crate::{pools, random::Random, scenario::Scenario, yaml};

/// Adds a few files of manifests.
pub(crate) fn add(scenario: &mut Scenario, random: &mut Random) {
    for _ in 0..random.between(1, 4) {
        let name = random.word(&[
            "a.yaml",
            "b.yml",
            "sub/c.yaml",
            "z.txt",
            "NOTES.txt",
            "_x.yaml",
            "tests/t.yaml",
            "Upper.yaml",
            "sub/deep/d.yaml",
            ".hidden.yaml",
            "e.tpl",
            "f",
            "sub/NOTES.txt",
        ]);
        let text = file(random);
        scenario.add(&format!("chart/templates/{name}"), text);
    }
    if random.chance(20) {
        scenario.add("chart/.helmignore", ignore(random));
    }
    if random.chance(20) {
        scenario.add(
            "chart/crds/crd.yaml",
            "kind: CustomResourceDefinition\n\n---\n\n# more\n".to_owned(),
        );
    }
    if random.chance(40) {
        files(scenario, random);
    }
}

fn file(random: &mut Random) -> String {
    let mut text = String::new();
    if random.chance(30) {
        text.push_str(random.word(&[
            "---\n",
            "\n\n",
            "# first\n",
            "--- \n",
            "---\n---\n",
            " \n---\n",
            "{{- /* x */ -}}\n",
        ]));
    }
    for number in 0..random.between(1, 4) {
        if number > 0 {
            text.push_str(random.word(&[
                "---\n",
                "\n---\n",
                "\n---\n\n",
                "---\n---\n",
                "\n--- # note\n",
                "---",
                "\n---\n# only\n---\n",
                "----\n",
                "\n\n\n---  \n",
                "{{ \"---\" }}\n",
                "\r\n---\r\n",
                " ---\n",
                "...\n---\n",
            ]));
        }
        text.push_str(&document(random));
    }
    text.push_str(random.word(&["", "\n", "\n\n\n", "---\n", "  \n", "# last"]));
    text
}

fn document(random: &mut Random) -> String {
    if random.chance(4) {
        return yaml::document(random);
    }
    let kind = random.word(&[
        "ConfigMap",
        "Secret",
        "Service",
        "Deployment",
        "Namespace",
        "Ingress",
        "Job",
        "Role",
        "Custom",
        "PriorityClass",
        "Pod",
        "CustomResourceDefinition",
        "APIService",
        "\"\"",
        "List",
        "Zed",
        "ValidatingWebhookConfiguration",
        "ServiceAccount",
        "StatefulSet",
    ]);
    let mut text = String::new();
    if random.chance(90) {
        text.push_str("apiVersion: v1\n");
    }
    if random.chance(95) {
        text.push_str(&format!("kind: {kind}\n"));
    }
    text.push_str(&metadata(random));
    if random.chance(50) {
        text.push_str("data:\n");
        text.push_str(&yaml::mapping(random, 2, 1));
    }
    if random.chance(20) {
        text.push_str(&format!(
            "extra: {{{{ {} }}}}\n",
            random.pick(&[
                ".Values | toYaml | nindent 2",
                ".Values.str1 | quote",
                "include \"gone\" . | default 1",
                ".Files.Get \"data/a.txt\" | quote",
                "$.Release.Name",
                "(.Files.Glob \"data/*\").AsConfig | nindent 2",
            ])
        ));
    }
    text
}

fn metadata(random: &mut Random) -> String {
    let mut text = format!(
        "metadata:\n  name: {}\n",
        random.pick(&["a", "b", "1", "\"x y\"", "{{ .Release.Name }}", "null"])
    );
    if random.chance(30) {
        let hook = random.word(&[
            "pre-install",
            "post-install,post-upgrade",
            "test",
            "test-success",
            "crd-install",
            "Pre-Delete , test",
            "\"\"",
            "pre-install,nope",
            "1",
        ]);
        text.push_str(&format!("  annotations:\n    \"helm.sh/hook\": {hook}\n"));
        if random.chance(50) {
            text.push_str(&format!(
                "    \"helm.sh/hook-weight\": {}\n",
                random.pick(&["\"-5\"", "3", "x", "\"10\""])
            ));
        }
        if random.chance(30) {
            text.push_str(&format!(
                "    \"helm.sh/hook-delete-policy\": {}\n",
                random.pick(&["hook-succeeded", "before-hook-creation,x", "true"])
            ));
        }
    } else if random.chance(20) {
        text.push_str(&format!(
            "  annotations: {}\n",
            random.pick(&[
                "{}",
                "null",
                "{a: 1}",
                "{a: true, b: x}",
                "[]",
                "text",
                "{a: {b: c}}",
                "{helm.sh/resource-policy: keep}"
            ])
        ));
    }
    text
}

fn ignore(random: &mut Random) -> String {
    (0..random.between(1, 4))
        .map(|_| {
            let rule = random.pick(&[
                "*.txt",
                "data/",
                "/data/a.txt",
                "templates/z.txt",
                "!data/a.txt",
                "# note",
                "",
                "sub/*",
                "?.bin",
                "[ab].txt",
                "data/**/x",
                "*.tpl",
                "  spaced.txt  ",
                "[",
                "/templates/sub",
                "**/*.bin",
            ]);
            format!("{rule}\n")
        })
        .collect()
}

fn files(scenario: &mut Scenario, random: &mut Random) {
    for name in
        ["data/a.txt", "data/b.txt", "data/deep/c.bin", "top.txt", "spaced.txt", "empty.txt"]
    {
        if random.chance(60) {
            let text = if name == "empty.txt" { String::new() } else { yaml::text(random) };
            scenario.add(&format!("chart/{name}"), text);
        }
    }
    let mut text = String::from("kind: Files\n");
    for number in 1..=random.between(2, 6) {
        let pattern = random.word(&[
            "*",
            "**",
            "data/*",
            "data/**",
            "*.txt",
            "data/?.txt",
            "{top,empty}.txt",
            "data/[a-b].txt",
            "[",
            "data/{a,deep/c}.*",
            "nope",
            "**/*.bin",
            "data/[!a].txt",
        ]);
        let name = random.word(&[
            "data/a.txt",
            "top.txt",
            "nope",
            "data/deep/c.bin",
            "empty.txt",
            "values.yaml",
            "Chart.yaml",
            "templates/a.yaml",
        ]);
        let call = match random.below(7) {
            0 => format!("range $p, $_ := .Files.Glob {pattern:?} }}}} {{{{ $p }}}}{{{{ end"),
            1 => format!("(.Files.Glob {pattern:?}).AsConfig | quote"),
            2 => format!("(.Files.Glob {pattern:?}).AsSecrets | quote"),
            3 => format!(".Files.Get {name:?} | quote"),
            4 => format!(".Files.Lines {name:?} | toJson"),
            5 => format!(".Files.GetBytes {name:?} | toString | quote"),
            _ => format!(
                "{} | quote",
                random.pick(&[
                    "typeOf .Files",
                    "len .Files",
                    ".Files.Get \"\"",
                    "hasKey .Values \"x\"",
                    "(.Files.Glob \"nope\").AsConfig"
                ])
            ),
        };
        text.push_str(&format!("f{number}: {{{{ {call} }}}}\n"));
    }
    text.push_str(&format!("last: {:?}\n", random.pick(pools::SHORT)));
    scenario.add("chart/templates/files.yaml", text);
}
