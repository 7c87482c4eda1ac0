//! Templates: compiling and running any text ends, within limits and without a panic.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use zij_gotmpl::{
    Data, Dialect, Environment, FunctionSet, Limits, Machine, Str, Template, TemplateSet, Value,
};

static ENVIRONMENT: LazyLock<Environment> =
    LazyLock::new(|| Environment::new(FunctionSet::builtins(), Dialect::go1(26)));

fuzz_target!(|text: &[u8]| {
    let text = Str::from(text.to_vec());
    let Ok(template) = Template::compile(&ENVIRONMENT, "fuzz", &text) else { return };
    let mut set = TemplateSet::new("fuzz");
    set.add(&Arc::new(template));
    let limits =
        Limits { steps: 20_000, depth: 50, template_depth: 100, output: 1 << 16, memory: 1 << 22 };
    let mut host = ();
    let mut machine = Machine::new(&ENVIRONMENT, Arc::new(set), limits, &mut host);
    let data = Data::Map(Arc::new([("a".into(), Data::Int(1)), ("b".into(), Data::Nil)].into()));
    drop(machine.execute(b"fuzz", Value::from(data)));
});
