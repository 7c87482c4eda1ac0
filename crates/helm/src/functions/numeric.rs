//! Numbers: integers wrap as in Go, floats go through decimals (sprig `numeric.go`).

use std::cmp;

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Any, Float, Int, String as Text},
    Value,
};

use super::{
    arguments::{int, int_list, text},
    cast::{atoi, from_octal, to_float, to_int},
    decimal::{self, Operation},
};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("int", &[Any], |_, args| Ok(Value::Int(to_int(&args[0])))),
    Function::new("int64", &[Any], |_, args| Ok(Value::Int64(to_int(&args[0])))),
    Function::new("float64", &[Any], |_, args| Ok(Value::Float(to_float(&args[0])))),
    Function::new("atoi", &[Text], |_, args| Ok(Value::Int(atoi(&text(args, 0))))),
    Function::new("toDecimal", &[Any], |_, args| from_octal(&args[0]).map(Value::Int64)),
    Function::new("add1", &[Any], |_, args| Ok(Value::Int64(to_int(&args[0]).wrapping_add(1)))),
    Function::variadic("add", &[], Any, |_, args| Ok(folded(args, 0, i64::wrapping_add))),
    Function::new("sub", &[Any, Any], |_, args| {
        Ok(Value::Int64(to_int(&args[0]).wrapping_sub(to_int(&args[1]))))
    }),
    Function::new("div", &[Any, Any], |_, args| divided(args, i64::wrapping_div)),
    Function::new("mod", &[Any, Any], |_, args| divided(args, i64::wrapping_rem)),
    Function::variadic("mul", &[Any], Any, |_, args| Ok(folded(args, 1, i64::wrapping_mul))),
    Function::variadic("max", &[Any], Any, |_, args| Ok(folded(args, i64::MIN, cmp::max))),
    Function::variadic("biggest", &[Any], Any, |_, args| Ok(folded(args, i64::MIN, cmp::max))),
    Function::variadic("min", &[Any], Any, |_, args| Ok(folded(args, i64::MAX, cmp::min))),
    Function::variadic("maxf", &[Any], Any, |_, args| Ok(chosen(args, larger))),
    Function::variadic("minf", &[Any], Any, |_, args| Ok(chosen(args, |a, b| -larger(-a, -b)))),
    Function::new("add1f", &[Any], |machine, args| {
        let numbers = [to_float(&args[0]), 1.0];
        decimal::fold(machine, &numbers, Operation::Add).map(Value::Float)
    }),
    Function::variadic("addf", &[], Any, |machine, args| exact(machine, args, Operation::Add)),
    Function::variadic("subf", &[Any], Any, |machine, args| exact(machine, args, Operation::Sub)),
    Function::variadic("mulf", &[Any], Any, |machine, args| exact(machine, args, Operation::Mul)),
    Function::variadic("divf", &[Any], Any, |machine, args| exact(machine, args, Operation::Div)),
    Function::new("floor", &[Any], |_, args| Ok(Value::Float(to_float(&args[0]).floor()))),
    Function::new("ceil", &[Any], |_, args| Ok(Value::Float(to_float(&args[0]).ceil()))),
    Function::variadic("round", &[Any, Int], Float, round),
    Function::new("until", &[Int], |machine, args| {
        let end = int(args, 0);
        let numbers = steps(machine, 0, end, if end < 0 { -1 } else { 1 })?;
        Ok(int_list(numbers.into_iter().map(Value::Int).collect()))
    }),
    Function::new("untilStep", &[Int, Int, Int], |machine, args| {
        let numbers = steps(machine, int(args, 0), int(args, 1), int(args, 2))?;
        Ok(int_list(numbers.into_iter().map(Value::Int).collect()))
    }),
    Function::variadic("seq", &[], Int, seq),
];

type Answer = Result<Value, Error>;

fn folded(args: &[Value], start: i64, fold: impl Fn(i64, i64) -> i64) -> Value {
    Value::Int64(args.iter().map(to_int).fold(start, fold))
}

fn divided(args: &[Value], divide: impl Fn(i64, i64) -> i64) -> Answer {
    match to_int(&args[1]) {
        0 => Err(Error::function("runtime error: integer divide by zero")),
        divisor => Ok(Value::Int64(divide(to_int(&args[0]), divisor))),
    }
}

fn chosen(args: &[Value], choose: impl Fn(f64, f64) -> f64) -> Value {
    Value::Float(args.iter().map(to_float).reduce(choose).unwrap_or_default())
}

/// Go's `math.Max`: infinity beats NaN, NaN beats numbers, and 0 beats -0.
fn larger(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        f64::INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else if left == 0.0 && right == 0.0 {
        if left.is_sign_negative() { right } else { left }
    } else {
        left.max(right)
    }
}

fn exact(machine: &mut Machine<'_>, args: &[Value], operation: Operation) -> Answer {
    let numbers: Vec<f64> = args.iter().map(to_float).collect();
    decimal::fold(machine, &numbers, operation).map(Value::Float)
}

fn round(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let up_from = match args.get(2) {
        Some(Value::Float(number)) => *number,
        _ => 0.5,
    };
    let shift = 10_f64.powf(int(args, 1) as f64);
    let digits = shift * to_float(&args[0]);
    let whole = if digits.fract() >= up_from { digits.ceil() } else { digits.floor() };
    Ok(Value::Float(whole / shift))
}

/// Counts from `start` to before `end`; a step in the wrong direction gives nothing.
fn steps(machine: &mut Machine<'_>, start: i64, end: i64, step: i64) -> Result<Vec<i64>, Error> {
    let distance = i128::from(end) - i128::from(start);
    if step == 0 || distance == 0 || (distance < 0) != (step < 0) {
        return Ok(Vec::new());
    }
    let count = distance.unsigned_abs().div_ceil(u128::from(step.unsigned_abs()));
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    machine.charge_memory(count.saturating_mul(size_of::<Value>()))?;
    Ok((0..count).map(|index| start.wrapping_add(step.wrapping_mul(index as i64))).collect())
}

fn seq(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let bounds: Vec<i64> = (0..args.len()).map(|index| int(args, index)).collect();
    let (start, step, end) = match bounds[..] {
        [end] => (1, if end < 1 { -1 } else { 1 }, end),
        [start, end] => (start, if end < start { -1 } else { 1 }, end),
        [start, step, end] if end >= start || step <= 0 => (start, step, end),
        _ => return Ok(Value::from("")),
    };
    // The end is included; its sign of direction is that of the bounds, not of the step.
    let end = end.wrapping_add(if end < start { -1 } else { 1 });
    let numbers = steps(machine, start, end, step)?;
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    machine.charge_memory(texts.len() * 8)?;
    Ok(Value::from(texts.join(" ")))
}
