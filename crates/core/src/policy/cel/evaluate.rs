//! Evaluates expressions, in a bounded number of steps.

use std::{cmp::Ordering, sync::Arc};

use super::{Binary, Each, Term, Test};
use crate::resource::{Data, Value};

/// The most terms that one rule may evaluate.
const STEPS: usize = 20_000;

/// A stumble: a field that is not there, values that do not compare, or too many steps.
struct Stumble;

type Answer = Result<Value, Stumble>;

pub(super) fn holds(term: &Term, new: &Value, old: &Value) -> Option<bool> {
    let mut machine = Machine { new, old, names: Vec::new(), left: STEPS };
    let answer = machine.value(term).ok()?;
    truth(&answer).ok()
}

struct Machine<'a> {
    new: &'a Value,
    old: &'a Value,
    /// The variables of macros, the innermost last.
    names: Vec<(Arc<str>, Value)>,
    left: usize,
}

fn truth(value: &Value) -> Result<bool, Stumble> {
    match value.data {
        Data::Bool(truth) => Ok(truth),
        _ => Err(Stumble),
    }
}

fn bool(truth: bool) -> Value {
    Data::Bool(truth).into()
}

fn whole(number: i64) -> Value {
    Data::Number(number.to_string().into()).into()
}

impl Machine<'_> {
    fn value(&mut self, term: &Term) -> Answer {
        self.left = self.left.checked_sub(1).ok_or(Stumble)?;
        match term {
            Term::Literal(value) => Ok(value.clone()),
            Term::Name(name) => self.name(name),
            Term::List(items) => {
                let items = items.iter().map(|item| self.value(item));
                Ok(Data::List(items.collect::<Result<_, _>>()?).into())
            }
            Term::Field(owner, field) => self.field(owner, field)?.ok_or(Stumble),
            Term::Has(owner, field) => Ok(bool(self.field(owner, field)?.is_some())),
            // Lists that are sets or maps have no order that an index could count on.
            Term::Entry(owner, key) => {
                let key = self.value(key)?;
                self.field(owner, key.as_str().ok_or(Stumble)?)?.ok_or(Stumble)
            }
            Term::Not(term) => Ok(bool(!truth(&self.value(term)?)?)),
            Term::Minus(term) => {
                let number = self.value(term)?.as_int().ok_or(Stumble)?;
                Ok(whole(number.checked_neg().ok_or(Stumble)?))
            }
            Term::Binary(Binary::Or, left, right) => self.junction(left, right, true),
            Term::Binary(Binary::And, left, right) => self.junction(left, right, false),
            Term::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                binary(*operator, &left, &right)
            }
            Term::Choice(parts) => {
                let [condition, first, second] = &**parts;
                let is_first = truth(&self.value(condition)?)?;
                self.value(if is_first { first } else { second })
            }
            Term::Size(term) => size(&self.value(term)?),
            Term::Text(test, owner, argument) => {
                let (owner, argument) = (self.value(owner)?, self.value(argument)?);
                let (text, part) = owner.as_str().zip(argument.as_str()).ok_or(Stumble)?;
                Ok(bool(match test {
                    Test::Starts => text.starts_with(part),
                    Test::Ends => text.ends_with(part),
                    Test::Contains => text.contains(part),
                }))
            }
            Term::Each(each, range, name, body) => {
                let range = self.value(range)?;
                self.each(*each, &range, name, body)
            }
        }
    }

    fn name(&self, name: &str) -> Answer {
        let found = self.names.iter().rev().find(|(known, _)| &**known == name);
        match (found, name) {
            (Some((_, value)), _) => Ok(value.clone()),
            (None, "self") => Ok(self.new.clone()),
            (None, "oldSelf") => Ok(self.old.clone()),
            (None, _) => Err(Stumble),
        }
    }

    /// A field of a map; one that is null is not there.
    fn field(&mut self, owner: &Term, field: &str) -> Result<Option<Value>, Stumble> {
        let owner = self.value(owner)?;
        let map = owner.as_map().ok_or(Stumble)?;
        Ok(map.get(field).filter(|value| !matches!(value.data, Data::Null)).cloned())
    }

    /// A stumble on one side does not matter where the other side decides.
    fn junction(&mut self, left: &Term, right: &Term, decides: bool) -> Answer {
        let left = self.value(left).and_then(|value| truth(&value));
        if matches!(left, Ok(truth) if truth == decides) {
            return Ok(bool(decides));
        }
        let right = truth(&self.value(right)?)?;
        if right == decides { Ok(bool(decides)) } else { left.map(bool) }
    }

    fn each(&mut self, each: Each, range: &Value, name: &Arc<str>, body: &Term) -> Answer {
        let items: Vec<Value> = match &range.data {
            Data::List(items) => items.clone(),
            Data::Map(map) => map.keys().map(|key| Value::from(&**key)).collect(),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => return Err(Stumble),
        };
        let mut kept = Vec::new();
        let (mut count, mut stumbles) = (0_usize, false);
        for item in &items {
            self.names.push((Arc::clone(name), item.clone()));
            let answer = self.value(body);
            self.names.pop();
            if each == Each::Map {
                kept.push(answer?);
                continue;
            }
            match answer.and_then(|value| truth(&value)) {
                Ok(true) => {
                    count += 1;
                    kept.push(item.clone());
                }
                Ok(false) => {}
                // `exists_one` and `filter` take no errors.
                Err(Stumble) if matches!(each, Each::ExistsOne | Each::Filter) => {
                    return Err(Stumble);
                }
                Err(Stumble) => stumbles = true,
            }
            if self.left == 0 {
                return Err(Stumble);
            }
        }
        let wrong = items.len() - count;
        match each {
            Each::Map | Each::Filter => Ok(Data::List(kept).into()),
            Each::ExistsOne => Ok(bool(count == 1)),
            Each::Exists if count > 0 => Ok(bool(true)),
            // Without a stumble, every one that is not right is wrong.
            Each::Exists | Each::All if stumbles => Err(Stumble),
            Each::Exists => Ok(bool(false)),
            Each::All => Ok(bool(wrong == 0)),
        }
    }
}

fn size(value: &Value) -> Answer {
    let size = match &value.data {
        Data::String(text) => text.chars().count(),
        Data::List(items) => items.len(),
        Data::Map(map) => map.len(),
        Data::Null | Data::Bool(_) | Data::Number(_) => return Err(Stumble),
    };
    Ok(whole(i64::try_from(size).map_err(|_| Stumble)?))
}

fn binary(operator: Binary, left: &Value, right: &Value) -> Answer {
    let compared = || order(left, right).ok_or(Stumble);
    Ok(bool(match operator {
        Binary::Equal => is_equal(left, right),
        Binary::Unequal => !is_equal(left, right),
        Binary::Less => compared()?.is_lt(),
        Binary::LessOrEqual => compared()?.is_le(),
        Binary::More => compared()?.is_gt(),
        Binary::MoreOrEqual => compared()?.is_ge(),
        Binary::In => match &right.data {
            Data::List(items) => items.iter().any(|item| is_equal(item, left)),
            Data::Map(map) => map.contains_key(left.as_str().ok_or(Stumble)?),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => return Err(Stumble),
        },
        Binary::Plus | Binary::Minus | Binary::Times => return sum(operator, left, right),
        Binary::Or | Binary::And => return Err(Stumble),
    }))
}

fn sum(operator: Binary, left: &Value, right: &Value) -> Answer {
    if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
        let sum = match operator {
            Binary::Plus => left.checked_add(right),
            Binary::Minus => left.checked_sub(right),
            _ => left.checked_mul(right),
        };
        return sum.map(whole).ok_or(Stumble);
    }
    match (&left.data, &right.data) {
        (Data::String(left), Data::String(right)) if operator == Binary::Plus => {
            Ok(Value::from([&**left, &**right].concat().as_str()))
        }
        (Data::List(left), Data::List(right)) if operator == Binary::Plus => {
            Ok(Data::List(left.iter().chain(right.iter()).cloned().collect()).into())
        }
        _ => Err(Stumble),
    }
}

fn number(value: &Value) -> Option<f64> {
    match &value.data {
        Data::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
        return Some(left.cmp(&right));
    }
    match (&left.data, &right.data) {
        (Data::String(left), Data::String(right)) => Some(left.cmp(right)),
        (Data::Bool(left), Data::Bool(right)) => Some(left.cmp(right)),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

/// Numbers are equal by what they are, lists item by item; what is of another kind is unequal.
fn is_equal(left: &Value, right: &Value) -> bool {
    match (&left.data, &right.data) {
        (Data::List(left), Data::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(l, r)| is_equal(l, r))
        }
        (Data::Map(left), Data::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| is_equal(l, r)))
        }
        (Data::Number(_), Data::Number(_)) => order(left, right) == Some(Ordering::Equal),
        _ => left == right,
    }
}
