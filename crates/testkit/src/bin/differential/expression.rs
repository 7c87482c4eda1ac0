//! Expressions of templates, by the kind of what they give.

use crate::{
    pools,
    random::Random,
    signatures::{Kind, Signatures},
    yaml,
};

/// An expression, and whether it stands as an argument without parentheses.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) text: String,
    simple: bool,
}

impl Expression {
    fn simple(text: impl Into<String>) -> Self {
        Self { text: text.into(), simple: true }
    }

    fn call(text: impl Into<String>) -> Self {
        Self { text: text.into(), simple: false }
    }

    fn argument(self) -> String {
        if self.simple { self.text } else { format!("({})", self.text) }
    }
}

/// The variables in reach and what the dot is.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) dot: Kind,
    /// The dot is the chart's context.
    pub(crate) at_root: bool,
    pub(crate) variables: Vec<(String, Kind)>,
}

impl Scope {
    pub(crate) fn root() -> Self {
        Self { dot: Kind::Any, at_root: true, variables: Vec::new() }
    }
}

/// Writes expressions.
#[derive(Debug)]
pub(crate) struct Expressions {
    pub(crate) signatures: Signatures,
    /// Arguments of a kind that does not fit, in percent.
    pub(crate) misfits: usize,
}

impl Expressions {
    /// An expression that mostly gives `kind`.
    pub(crate) fn of(
        &self,
        random: &mut Random,
        scope: &Scope,
        kind: Kind,
        depth: usize,
    ) -> Expression {
        let kind = if kind != Kind::Time && random.chance(self.misfits) { Kind::Any } else { kind };
        let kind = if kind == Kind::Any { any_kind(random) } else { kind };
        let fitting: Vec<&(String, Kind)> =
            scope.variables.iter().filter(|it| it.1 == kind).collect();
        let calls = if depth > 0 { 8 } else { 0 };
        match random.weighted(&[4, 5, if fitting.is_empty() { 0 } else { 3 }, calls, 1]) {
            0 => literal(random, kind),
            1 if kind != Kind::Time => reference(random, scope, kind),
            1 => literal(random, kind),
            2 => Expression::simple(random.pick(&fitting).0.clone()),
            3 => self.call(random, scope, kind, depth - 1),
            _ if scope.dot == kind && !scope.at_root => Expression::simple("."),
            _ if kind == Kind::Time => literal(random, kind),
            _ => reference(random, scope, kind),
        }
    }

    /// The same as an argument.
    pub(crate) fn argument(
        &self,
        random: &mut Random,
        scope: &Scope,
        kind: Kind,
        depth: usize,
    ) -> String {
        self.of(random, scope, kind, depth).argument()
    }

    fn call(&self, random: &mut Random, scope: &Scope, kind: Kind, depth: usize) -> Expression {
        if kind != Kind::Time && random.chance(25) {
            return self.special(random, scope, kind, depth);
        }
        let signature = self.signatures.pick(random, kind);
        let mut letters = signature.arguments.clone();
        if signature.repeats {
            let last = letters.pop().unwrap_or('v');
            let more = random.below(4);
            letters.extend(std::iter::repeat_n(last, more));
        }
        if kind != Kind::Time && random.chance(1) && !letters.contains(&'t') {
            letters.pop();
        }
        let mut arguments: Vec<String> =
            letters.iter().map(|letter| self.letter(random, scope, *letter, depth)).collect();
        if !arguments.is_empty() && random.chance(35) {
            let piped = arguments.pop().unwrap_or_default();
            let piped = match piped.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
                Some(inner) if random.chance(70) && balanced(inner) => inner.to_owned(),
                _ => piped,
            };
            return Expression::call(join(&format!("{piped} | {}", signature.name), &arguments));
        }
        if arguments.is_empty() {
            return Expression::simple(signature.name);
        }
        Expression::call(join(signature.name, &arguments))
    }

    /// Calls that the table cannot say.
    fn special(&self, random: &mut Random, scope: &Scope, kind: Kind, depth: usize) -> Expression {
        match kind {
            Kind::Text => self.special_text(random, scope, depth),
            Kind::Map => {
                let mut text = String::from("dict");
                for _ in 0..random.below(4) {
                    let key = random.pick(pools::KEYS);
                    text.push_str(&format!(
                        " {key:?} {}",
                        self.argument(random, scope, Kind::Any, depth)
                    ));
                }
                Expression::call(text)
            }
            Kind::List if random.chance(40) => {
                let map = self.argument(random, scope, Kind::Map, depth);
                Expression::call(format!("keys {map} | sortAlpha"))
            }
            Kind::Number if random.chance(30) => Expression::call(format!(
                "values {} | len",
                self.argument(random, scope, Kind::Map, depth)
            )),
            _ => {
                let map = self.argument(random, scope, Kind::Map, depth);
                let map = if map.starts_with('(') { map } else { format!("({map})") };
                let key = random.word(&["a", "b", "k", "name", "nested", "a.b", "nested.x"]);
                Expression::simple(format!("{map}.{key}"))
            }
        }
    }

    fn special_text(&self, random: &mut Random, scope: &Scope, depth: usize) -> Expression {
        match random.below(4) {
            0 => {
                let mut format = String::new();
                let mut arguments = Vec::new();
                for _ in 0..random.between(1, 3) {
                    format.push_str(random.word(pools::VERBS));
                    format.push_str(random.word(&["", " ", "-", "é"]));
                    // Times print their unexported fields, addresses among them.
                    let kinds =
                        [Kind::Text, Kind::Number, Kind::Float, Kind::Truth, Kind::List, Kind::Map];
                    let kind = *random.pick(&kinds);
                    arguments.push(self.argument(random, scope, kind, depth));
                }
                if random.chance(5) {
                    arguments.pop();
                }
                Expression::call(join(&format!("printf {format:?}"), &arguments))
            }
            1 => {
                let name = random.between(1, crate::template::HELPERS);
                let data = match random.below(3) {
                    0 => "$".to_owned(),
                    _ => self.argument(random, scope, Kind::Any, depth),
                };
                Expression::call(format!("include \"help{name}\" {data}"))
            }
            2 => {
                let source = format!(
                    "<{{{{ {} }}}}{{{{ . | kindOf }}}}>",
                    self.of(
                        random,
                        &Scope { variables: Vec::new(), ..scope.clone() },
                        Kind::Any,
                        depth
                    )
                    .text
                );
                let data = if scope.at_root || random.chance(50) { "$" } else { "." };
                Expression::call(format!("tpl {} {data}", go_string(random, &source)))
            }
            _ => {
                let value = self.of(random, scope, Kind::Any, depth).text;
                let after = random.word(&[
                    "toYaml | nindent 4",
                    "toYaml",
                    "toJson",
                    "quote",
                    "toYamlPretty",
                    "toString | trim",
                    "toToml",
                    "toPrettyJson",
                    "toYaml | fromYaml | toYaml",
                    "toYaml | fromYamlArray | toJson",
                    "typeOf",
                    "printf \"%v\"",
                    "printf \"%T\"",
                    "b64enc | b64dec",
                    "default \"none\" | toString",
                    "squote",
                    "html",
                    "js",
                    "urlquery",
                    "print",
                    "toRawJson",
                ]);
                Expression::call(format!("{value} | {after}"))
            }
        }
    }

    fn letter(&self, random: &mut Random, scope: &Scope, letter: char, depth: usize) -> String {
        // Where a date is wanted, Helm takes anything else for the current time.
        if letter != 't' && random.chance(self.misfits) {
            return self.argument(random, scope, Kind::Any, depth);
        }
        let kind = match letter {
            's' => Kind::Text,
            'n' | 'j' => Kind::Number,
            'f' => Kind::Float,
            'b' => Kind::Truth,
            'l' => Kind::List,
            'm' => Kind::Map,
            't' => Kind::Time,
            'o' => return random.word(pools::SMALL).to_owned(),
            'y' => {
                let text = yaml::document(random);
                return go_string(random, &text);
            }
            _ => match pool(letter) {
                Some(pool) => return quoted_as_is(random, pool),
                None => Kind::Any,
            },
        };
        self.argument(random, scope, kind, depth)
    }
}

/// Whether the parentheses around a text belonged together.
fn balanced(text: &str) -> bool {
    let mut open = 0_i32;
    for rune in text.chars() {
        match rune {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open < 0 {
            return false;
        }
    }
    open == 0
}

fn join(name: &str, arguments: &[String]) -> String {
    arguments.iter().fold(name.to_owned(), |text, argument| format!("{text} {argument}"))
}

fn pool(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'S' => pools::SHORT,
        'k' => pools::KEYS,
        'r' => pools::PATTERNS,
        'R' => pools::REPLACEMENTS,
        'd' => pools::LAYOUTS,
        'D' => pools::DURATIONS,
        'z' => pools::ZONES,
        'p' => pools::PATHS,
        'u' => pools::ADDRESSES,
        'J' => pools::JSON,
        'T' => pools::TOML,
        'V' => pools::VERSIONS,
        'C' => pools::CONSTRAINTS,
        'q' => pools::TYPES,
        'Q' => pools::KINDS,
        _ => return None,
    })
}

/// A pool's text; the pools of short texts and patterns hold their escapes already.
fn quoted_as_is(random: &mut Random, pool: &[&str]) -> String {
    let text = random.pick(pool);
    if text.contains('"') || text.contains('\n') || text.contains("\\u") {
        return go_string(random, text);
    }
    format!("\"{text}\"")
}

/// A text as a string of Go, raw where that is possible and as chance has it.
pub(crate) fn go_string(random: &mut Random, text: &str) -> String {
    if !text.contains(['`', '\r']) && random.chance(50) {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for rune in text.chars() {
        match rune {
            '"' | '\\' => out.extend(['\\', rune]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{2028}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(rune)));
            }
            _ => out.push(rune),
        }
    }
    out.push('"');
    out
}

fn any_kind(random: &mut Random) -> Kind {
    let kinds =
        [Kind::Text, Kind::Number, Kind::Float, Kind::Truth, Kind::List, Kind::Map, Kind::Time];
    kinds[random.weighted(&[8, 4, 2, 2, 4, 4, 1])]
}

fn literal(random: &mut Random, kind: Kind) -> Expression {
    match kind {
        // Patterns take no invalid text, so it goes elsewhere at once.
        Kind::Text | Kind::Any if random.chance(4) => {
            let takers = [
                "toJson",
                "toRawJson",
                "quote",
                "squote",
                "b64enc",
                "html",
                "js",
                "urlquery",
                "printf \"%x %q\" 1",
                "toYaml",
                "trunc 1",
            ];
            Expression::call(format!("{} \"\\xff\\xc3(\"", random.word(&takers)))
        }
        Kind::Text | Kind::Any => {
            let text = yaml::text(random);
            Expression::simple(go_string(random, &text))
        }
        Kind::Number => Expression::simple(random.word(pools::NUMBERS)),
        Kind::Float => Expression::simple(random.word(pools::FLOATS)),
        Kind::Truth => Expression::simple(random.word(&["true", "false"])),
        Kind::List => Expression::call(random.word(&[
            "list",
            "list 1 2 3",
            "list \"b\" \"a\" \"\" \"a\"",
            "splitList \",\" \"x,y,,z\"",
            "until 4",
            "list 1 \"a\" nil true 2.5",
            "list (list 1 2) (dict \"a\" 1)",
            "untilStep 10 0 -3",
            "tuple 3 1 2",
            "list nil",
            "list \"1\" 1 1.0",
            "list (dict \"name\" \"x\" \"v\" 1) (dict \"name\" \"y\")",
        ])),
        Kind::Map => Expression::call(random.word(&[
            "dict",
            "dict \"a\" 1 \"b\" \"two\"",
            "dict \"k\" (dict \"x\" nil)",
            "split \"/\" \"a/b/c\"",
            "dict \"a\" (list 1 2) \"nested\" (dict \"deep\" 1.5)",
            "dict 1 2",
            "dict \"a\" true \"name\" nil",
            "fromYaml \"a: {b: [1, null]}\\nk: 1e3\"",
            "dict \"nested\" (dict \"x\" (list)) \"zeta\" \"\"",
        ])),
        Kind::Time => {
            let (layout, date) = random.pick(pools::DATES);
            Expression::call(format!("toDate {layout:?} {date:?}"))
        }
    }
}

/// Something of the chart's context.
fn reference(random: &mut Random, scope: &Scope, kind: Kind) -> Expression {
    let root = if scope.at_root && random.chance(60) { "" } else { "$" };
    let number = random.between(1, 4);
    let path = match kind {
        Kind::Text if random.chance(15) => random.word(&[
            "Release.Name",
            "Release.Namespace",
            "Chart.Name",
            "Chart.Version",
            "Template.Name",
            "Chart.AppVersion",
            "Capabilities.KubeVersion.Version",
            "Release.Service",
            "Capabilities.KubeVersion.Major",
            "Template.BasePath",
            "Capabilities.KubeVersion.GitVersion",
        ]),
        Kind::Text => return Expression::simple(format!("{root}.Values.str{number}")),
        Kind::Number => return Expression::simple(format!("{root}.Values.num{number}")),
        Kind::Float => return Expression::simple(format!("{root}.Values.float{number}")),
        Kind::Truth => {
            random.word(&["Values.flag1", "Values.flag2", "Release.IsInstall", "Release.IsUpgrade"])
        }
        Kind::List if random.chance(8) => {
            random.word(&["Capabilities.APIVersions", "Chart.Keywords", "Chart.Maintainers"])
        }
        Kind::List => return Expression::simple(format!("{root}.Values.list{number}")),
        Kind::Map if random.chance(8) => random.word(&[
            "Values",
            "Release",
            "Subcharts",
            "Template",
            "Values.global",
            "Chart.Annotations",
        ]),
        Kind::Map if random.chance(20) => {
            random.word(&["Values.map1.nested", "Values.map2.a", "Values.map1.deep"])
        }
        Kind::Map => return Expression::simple(format!("{root}.Values.map{number}")),
        Kind::Any | Kind::Time if random.chance(10) => random.word(&[
            "Values.nope",
            "Values.map1.nope",
            "Values.null1",
            "Chart",
            "Files",
            "Capabilities.KubeVersion",
        ]),
        Kind::Any | Kind::Time => return Expression::simple(format!("{root}.Values.odd{number}")),
    };
    Expression::simple(format!("{root}.{path}"))
}
