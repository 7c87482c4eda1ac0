//! Random texts and numbers (Masterminds/goutils `cryptorandomstringutils.go`, sprig
//! `functions.go`). Each result is noted as unstable.

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Int, String as Text},
    Str, Value,
};

use super::{
    arguments::{int, text},
    encoding::encode_base64,
    runes,
};
use crate::host::Host;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("randAlphaNum", &[Int], |machine, args| {
        characters(machine, "randAlphaNum", int(args, 0), |c| c.is_ascii_alphanumeric())
    }),
    Function::new("randAlpha", &[Int], |machine, args| {
        characters(machine, "randAlpha", int(args, 0), |c| c.is_ascii_alphabetic())
    }),
    Function::new("randNumeric", &[Int], |machine, args| {
        characters(machine, "randNumeric", int(args, 0), |c| c.is_ascii_digit())
    }),
    Function::new("randAscii", &[Int], |machine, args| {
        characters(machine, "randAscii", int(args, 0), |c| matches!(c, b' '..=b'~'))
    }),
    Function::new("randBytes", &[Int], rand_bytes),
    Function::new("randInt", &[Int, Int], rand_int),
    Function::new("uuidv4", &[], uuid),
    Function::new("shuffle", &[Text], shuffle),
];

type Answer = Result<Value, Error>;

/// Notes a random value and returns it.
fn noted(machine: &mut Machine<'_>, function: &'static str, value: impl Into<Str>) -> Answer {
    let value = value.into();
    if !value.is_empty() {
        machine.host::<Host>()?.note(function);
    }
    Ok(Value::from(value))
}

/// Draws characters; a negative count is an error that sprig drops.
fn characters(
    machine: &mut Machine<'_>,
    function: &'static str,
    count: i64,
    allowed: impl Fn(u8) -> bool,
) -> Answer {
    let count = usize::try_from(count).unwrap_or(0);
    machine.charge_memory(count)?;
    machine.charge_steps(count)?;
    let alphabet: Vec<u8> = (0..128).filter(|byte| allowed(*byte)).collect();
    let mut random = machine.host::<Host>()?.random(function);
    let drawn: Vec<u8> =
        (0..count).map(|_| alphabet[random.below(alphabet.len() as u64) as usize]).collect();
    noted(machine, function, drawn)
}

fn rand_bytes(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let count = usize::try_from(int(args, 0))
        .map_err(|_| Error::function("runtime error: makeslice: len out of range"))?;
    machine.charge_memory(count.saturating_mul(3))?;
    let mut bytes = vec![0; count];
    machine.host::<Host>()?.random("randBytes").fill(&mut bytes);
    noted(machine, "randBytes", encode_base64(&bytes))
}

fn rand_int(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (least, end) = (int(args, 0), int(args, 1));
    let width = u64::try_from(end.wrapping_sub(least)).unwrap_or(0);
    if width == 0 {
        return Err(Error::function("invalid argument to Intn"));
    }
    let host = machine.host::<Host>()?;
    let number = least.wrapping_add_unsigned(host.random("randInt").below(width));
    host.note("randInt");
    Ok(Value::Int(number))
}

fn uuid(machine: &mut Machine<'_>, _: &mut [Value]) -> Answer {
    let mut bytes = [0; 16];
    machine.host::<Host>()?.random("uuidv4").fill(&mut bytes);
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | 4 << 76 | 2 << 62;
    let digits = format!("{bits:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
    noted(machine, "uuidv4", groups.join("-"))
}

fn shuffle(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut letters: Vec<char> = runes::each(&text(args, 0)).collect();
    machine.charge_memory(letters.len() * size_of::<char>())?;
    let mut random = machine.host::<Host>()?.random("shuffle");
    for last in (1..letters.len()).rev() {
        letters.swap(last, random.below(last as u64 + 1) as usize);
    }
    noted(machine, "shuffle", letters.into_iter().collect::<String>())
}
