//! A chart with values and flags.

use std::collections::BTreeMap;

use crate::{
    expression::Expressions, manifests, pools, random::Random, signatures::Signatures, subcharts,
    template::Templates, yaml,
};

/// What one run of `template` reads: the files of its folder and the flags behind `template rel chart`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) files: BTreeMap<String, String>,
    /// Each flag with its value.
    pub(crate) flags: Vec<Vec<String>>,
}

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut scenario = Self { files: BTreeMap::new(), flags: Vec::new() };
        scenario.add("chart/Chart.yaml", CHART.to_owned());
        if random.chance(70) {
            scenario.functions(&mut random);
        } else {
            scenario.structure(&mut random);
        }
        scenario.surroundings(&mut random);
        scenario
    }

    pub(crate) fn add(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text);
    }

    fn flag(&mut self, words: &[&str]) {
        self.flags.push(words.iter().map(|word| (*word).to_owned()).collect());
    }

    /// Many small templates, each shown quoted on its own line of one manifest.
    fn functions(&mut self, random: &mut Random) {
        let misfits = *random.pick(&[0, 1, 2, 8]);
        let faults = *random.pick(&[0, 3, 10]);
        let expressions = Expressions { signatures: Signatures::read(), misfits };
        let templates = Templates { expressions, faults };
        self.add("chart/values.yaml", values(random));
        self.add("chart/templates/_help.tpl", templates.helpers(random));
        for number in 1..=random.between(20, 50) {
            let name = format!("c{number}");
            self.add(&format!("chart/templates/_{name}.tpl"), templates.case(random, &name));
            self.show(&name);
        }
    }

    /// Adds the line that shows a named template.
    fn show(&mut self, name: &str) {
        let manifest = "chart/templates/main.yaml";
        let text = self.files.entry(manifest.to_owned()).or_default();
        text.push_str(&format!("{name}: {{{{ include {name:?} . | quote }}}}\n"));
    }

    /// Leaves out the small template of that number; `false` when there is none.
    pub(crate) fn drop_case(&mut self, number: usize) -> bool {
        if self.files.remove(&format!("chart/templates/_c{number}.tpl")).is_none() {
            return false;
        }
        self.drop_line(number);
        true
    }

    /// Drops the line that shows it.
    pub(crate) fn drop_line(&mut self, number: usize) {
        if let Some(manifest) = self.files.get_mut("chart/templates/main.yaml") {
            let line = format!("c{number}: ");
            *manifest =
                manifest.split_inclusive('\n').filter(|it| !it.starts_with(&line)).collect();
        }
    }

    /// Values that meet over several charts, and manifests in odd arrangements.
    fn structure(&mut self, random: &mut Random) {
        if random.chance(75) {
            subcharts::add(self, random);
        } else {
            self.add("chart/values.yaml", values(random));
        }
        if random.chance(60) {
            manifests::add(self, random);
        }
    }

    /// Values files and flags.
    fn surroundings(&mut self, random: &mut Random) {
        if random.chance(50) {
            let text = if random.chance(4) { yaml::document(random) } else { values(random) };
            self.add("values-1.yaml", text);
            self.flag(&["-f", "values-1.yaml"]);
        }
        while random.chance(40) {
            let flag =
                random.word(&["--set", "--set", "--set-string", "--set-json", "--set-literal"]);
            let text = if flag == "--set-json" { json_flag(random) } else { set_flag(random) };
            self.flag(&[flag, &text]);
        }
        if random.chance(10) {
            let version =
                random.word(&["1.31", "v1.33.4-gke.1245000", "1.30.0+k3s1", "1.29.7", "x", "1"]);
            self.flag(&["--kube-version", version]);
        }
        if random.chance(10) {
            self.flag(&["--api-versions", "example.com/v1,x/v1/Y"]);
        }
        for flag in ["--include-crds", "--skip-tests", "--no-hooks", "--is-upgrade"] {
            if random.chance(8) {
                self.flag(&[flag]);
            }
        }
    }
}

const CHART: &str = "apiVersion: v2\nname: chart\nversion: 1.2.3\nappVersion: \"4.5\"\nkeywords: [b, a]\n\
                     maintainers:\n- name: Ada\n  email: ada@example.org\nannotations:\n  k: v\n";

/// Values under the names that expressions refer to.
fn values(random: &mut Random) -> String {
    let mut text = String::new();
    for number in 1..=4 {
        let string = yaml::quoted(random);
        text.push_str(&format!("str{number}: {string}\n"));
        text.push_str(&format!(
            "num{number}: {}\n",
            random.pick(&["0", "1", "3", "-7", "1000000", "12345678", "9007199254740993", "2"])
        ));
        text.push_str(&format!(
            "float{number}: {}\n",
            random.pick(&["0.5", "1.25", "1e21", "1e-7", "3.0", "-2.5", "123456.789"])
        ));
        text.push_str(&yaml::entry(random, &format!("odd{number}"), 0, 2));
        text.push_str(&format!("list{number}:\n{}", yaml::sequence(random, 0, 1)));
        text.push_str(&format!("map{number}:\n{}", yaml::mapping(random, 2, 2)));
    }
    text.push_str("flag1: true\nflag2: false\nnull1: null\n");
    if random.chance(40) {
        text.push_str(
            "base: &base\n  a: 1\n  name: base\nmerged:\n  <<: *base\n  name: own\nagain: *base\n",
        );
    }
    if random.chance(2) {
        text = yaml::damaged(random, &text);
    }
    text
}

const TARGETS: &[&str] = &[
    "str1",
    "num1",
    "map1.a",
    "map1.nested.x",
    "list1[0]",
    "list1[2]",
    "list2[1].k",
    "odd1",
    "new.deep.er",
    "map1",
    "a\\.b",
    "sub.str1",
    "sub.map1.a",
    "global.g",
    "sub.enabled",
    "two.enabled",
    "tags.t",
    "list1[1][0]",
    "null1",
    "two.map1",
    "sub.leaf.x",
    "flag1",
];

fn set_flag(random: &mut Random) -> String {
    let pairs: Vec<String> = (0..random.between(1, 3))
        .map(|_| {
            let value = random.word(&[
                "1",
                "0",
                "007",
                "true",
                "null",
                "text",
                "",
                "{a,b}",
                "{}",
                "{a,b,}",
                "1.5",
                "a\\,b",
                "with space",
                "{1,true,null}",
                "9999999999999999999",
                "x=y",
                "False",
                "NULL",
                "-3",
                "é",
                "[x",
                "{a",
            ]);
            format!("{}={value}", random.pick(TARGETS))
        })
        .collect();
    let text = pairs.join(",");
    if random.chance(5) { yaml::damaged(random, &text) } else { text }
}

fn json_flag(random: &mut Random) -> String {
    let value = random.word(pools::JSON);
    if random.chance(20) {
        return value.to_owned();
    }
    format!("{}={value}", random.pick(TARGETS))
}
