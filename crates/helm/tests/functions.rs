//! Template functions against real Helm: each file of `functions/` holds expressions, each with
//! what Helm 4.2.3 gives for it: `= ` the output, `! ` the expression at fault and the error. Line
//! breaks, tabs, backslashes and bytes that are no text are escaped.
//!
//! The expectations come from a chart that prints `{{ include "case" . | b64enc }}` for each
//! expression, and for failing ones from a chart that is only that expression.

use std::{fmt::Write as _, sync::Arc};

use zij_gotmpl::{Dialect, Environment, Error, Limits, Machine, Str, Template, TemplateSet, Value};
use zij_helm::{
    functions::{flow::MESSAGE, function_set},
    host::{Host, Surroundings},
    profile::HELM_4_2,
};

/// Renders an expression as the only template of a chart.
fn render(expression: &str) -> Result<Str, Error> {
    render_within(expression, Limits::default())
}

fn render_within(expression: &str, limits: Limits) -> Result<Str, Error> {
    render_around(expression, limits, Surroundings::seeded("functions"))
}

fn render_around(expression: &str, limits: Limits, around: Surroundings) -> Result<Str, Error> {
    let environment = Environment::new(function_set(&HELM_4_2), Dialect::default());
    let text = if expression.contains("{{") {
        expression.into()
    } else {
        format!("{{{{ {expression} }}}}")
    };
    let template = Template::compile(&environment, "t", &text.into())?;
    let mut set = TemplateSet::new("gotpl");
    set.add(&Arc::new(template));
    let mut host = Host::new(&HELM_4_2, around);
    let mut machine = Machine::new(&environment, Arc::new(set), limits, &mut host);
    machine.execute(b"t", Value::Nil)
}

/// Writes the outcome as the files have it.
fn outcome(expression: &str) -> String {
    let error = match render(expression) {
        Ok(text) => return format!("= {}", escaped(&text)),
        Err(error) => error,
    };
    if let Some(message) = error.find_tag(MESSAGE) {
        return format!("! {}", escaped(message.detail().as_bytes()));
    }
    let text = error.to_string();
    let text = text.split_once(" at <").map_or(text.clone(), |(_, rest)| format!("<{rest}"));
    format!("! {}", escaped(text.as_bytes()))
}

fn escaped(text: &[u8]) -> String {
    let mut out = String::new();
    for chunk in text.utf8_chunks() {
        for rune in chunk.valid().chars() {
            match rune {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\0'..='\x1f' | '\x7f' => push_byte(&mut out, rune as u8),
                _ => out.push(rune),
            }
        }
        chunk.invalid().iter().for_each(|byte| push_byte(&mut out, *byte));
    }
    out
}

fn push_byte(out: &mut String, byte: u8) {
    write!(out, "\\x{byte:02x}").expect("memory can be written to");
}

/// Checks every pair of lines of a file.
fn check(cases: &str) {
    let mut lines = cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    while let (Some(expression), Some(want)) = (lines.next(), lines.next()) {
        let got = outcome(expression);
        if got != want {
            wrong.push(format!("{expression}\n  want {want}\n  got  {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ from Helm:\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! tables {
    ($($name:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            check(include_str!(concat!("functions/", stringify!($name), ".txt")));
        }
    )*};
}

tables!(
    certificates,
    collections,
    control,
    dates,
    encoding,
    json,
    numeric,
    passwords,
    paths,
    random,
    regexp,
    strings,
    toml,
    urls
);

/// The names that Helm 4.2 knows: sprig's without `env` and `expandenv`, Helm's and Go's.
#[test]
fn every_name_exists() {
    let functions = function_set(&HELM_4_2);
    // The control functions of the language are no entries of the set.
    let known = |name: &&str| ["and", "or", "call"].contains(name) || functions.get(name).is_some();
    let missing: Vec<&str> =
        include_str!("functions/names.txt").lines().filter(|name| !known(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    let listed: Vec<&str> = include_str!("functions/names.txt").lines().collect();
    let extra: Vec<&str> =
        functions.names().into_iter().filter(|name| !listed.contains(name)).collect();
    assert_eq!(extra, Vec::<&str>::new());
}

/// Whatever a real render makes anew differs in a second one, through whatever it is put.
#[test]
fn a_second_render_shares_nothing_that_is_made_anew() {
    for expression in [
        "randAlphaNum 8",
        "randAlpha 8",
        "randNumeric 12",
        "randAscii 8",
        "randBytes 8",
        "randInt 0 1000000",
        "uuidv4",
        "shuffle \"abcdefghijklmnop\"",
        "htpasswd \"u\" \"p\"",
        "bcrypt \"p\"",
        "encryptAES \"key\" \"text\"",
        "(genCA \"c\" 1).Cert",
        "(genCA \"c\" 1).Key",
        "(genSelfSignedCert \"c\" nil nil 1).Cert",
        "genPrivateKey \"rsa\"",
        "genPrivateKey \"ecdsa\"",
        "genPrivateKey \"ed25519\"",
        "now | unixEpoch",
        "date \"2006\" now",
        "date \"Jan 2 15:04:05\" nil",
        "dateInZone \"05\" nil \"UTC\"",
        "ago (toDate \"2006\" \"2017\")",
        "htmlDate nil",
        "keys (dict \"a\" 1 \"b\" 2)",
        "values (dict \"a\" 1 \"b\" 2)",
        "randAlphaNum 8 | sha256sum | trunc 7 | b64enc",
    ] {
        let render = |around| render_around(expression, Limits::default(), around).unwrap();
        let first = render(Surroundings::seeded("x"));
        assert_eq!(first, render(Surroundings::seeded("x")), "{expression}");
        assert_ne!(first, render(Surroundings::anew("x")), "{expression}");
    }
}

/// Arguments that break careless code: extremes, bad UTF-8, nil, containers, and odd texts.
const ARGUMENTS: &[&str] = &[
    "nil",
    "true",
    "0",
    "-1",
    "3",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "1e300",
    "\"\"",
    "\"a\"",
    "\"\\xff\\xc3\"",
    "\"é☃ b_C-1.2/3:4\"",
    "\"2006-01-02T15:04:05Z07:00\"",
    "\"-----BEGIN RSA PRIVATE KEY-----\\nMAA=\\n-----END RSA PRIVATE KEY-----\\n\"",
    "\"(?P<n>a{1000}[^b-z]*)+$\"",
    "(list)",
    "(list nil 1 \"a\" (list 1) (dict \"k\" nil))",
    "(dict)",
    "(dict \"a\" (dict \"b\" (list 1.5 nil)) \"\" 9)",
    "(splitList \",\" \"a,b\")",
    "(toDate \"2006\" \"2017\")",
    "(semver \"1.2.3-a+b\")",
];

/// Every function ends with a value or an error, whatever it is given, within small limits.
#[test]
fn functions_are_total() {
    let limits = Limits { steps: 3_000_000, memory: 16 << 20, ..Limits::default() };
    let functions = function_set(&HELM_4_2);
    let mut pick = 0_usize;
    for name in functions.names() {
        for case in 0..60 {
            let count = if case == 0 { 0 } else { 1 + case % 5 };
            let mut expression = name.to_owned();
            for _ in 0..count {
                // Any stride without a common divisor visits all arguments in ever new company.
                pick = (pick + 7919 + case) % ARGUMENTS.len();
                expression.push(' ');
                expression.push_str(ARGUMENTS[pick]);
            }
            drop(render_within(&expression, limits));
        }
    }
}
