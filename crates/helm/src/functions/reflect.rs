//! Types and kinds by their Go names (sprig `reflect.go`).

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Any, String as Text},
    Value,
    value::ops,
};

use super::arguments::text;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("typeOf", &[Any], |_, args| Ok(Value::from(args[0].type_name()))),
    Function::new("typeIs", &[Text, Any], |_, args| {
        Ok(Value::from(text(args, 0) == args[1].type_name()))
    }),
    Function::new("typeIsLike", &[Text, Any], type_is_like),
    Function::new("kindOf", &[Any], |_, args| Ok(Value::from(args[0].kind().name()))),
    Function::new("kindIs", &[Text, Any], |_, args| {
        Ok(Value::from(text(args, 0) == args[1].kind().name()))
    }),
    Function::new("deepEqual", &[Any, Any], |_, args| {
        ops::deep_equal(&args[0], &args[1]).map(Value::from)
    }),
];

fn type_is_like(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let (wanted, found) = (text(args, 0), args[1].type_name());
    let pointed = found.strip_prefix('*').is_some_and(|pointed| wanted == pointed);
    Ok(Value::from(pointed || wanted == found))
}
