//! Emptiness and choices (sprig `defaults.go`). Empty is what is not true, so structs never are.

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Any, Bool},
    Value,
};

use super::arguments::{any, bool};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[Any], Any, default),
    Function::new("empty", &[Any], |_, args| Ok(Value::from(!args[0].truthy()))),
    Function::variadic("coalesce", &[], Any, coalesce),
    Function::variadic("all", &[], Any, |_, args| Ok(Value::from(args.iter().all(Value::truthy)))),
    Function::variadic("any", &[], Any, |_, args| Ok(Value::from(args.iter().any(Value::truthy)))),
    Function::new("ternary", &[Any, Any, Bool], ternary),
];

type Answer = Result<Value, Error>;

fn default(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let given = args.get(1).is_some_and(Value::truthy);
    Ok(any(args, usize::from(given)))
}

fn coalesce(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let found = args.iter().position(Value::truthy);
    Ok(found.map_or(Value::Nil, |index| any(args, index)))
}

fn ternary(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let index = usize::from(!bool(args, 2));
    Ok(any(args, index))
}
