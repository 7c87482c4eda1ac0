//! Evaluates expressions, in a bounded number of steps.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use super::{Binary, Each, Term, Test};
use crate::{
    policy::schema::Patterns,
    resource::{Data, Value},
};

/// The most work that one rule may make: terms evaluated, and values compared or copied.
const STEPS: usize = 200_000;

/// A stumble: a field that is not there, values that do not compare, or too many steps.
struct Stumble;

/// Parts of what is judged are borrowed, so that looking at a field copies nothing.
type Answer<'a> = Result<Cow<'a, Value>, Stumble>;

pub(super) fn holds(term: &Term, new: &Value, old: &Value, patterns: &Patterns) -> Option<bool> {
    let mut machine = Machine { new, old, patterns, names: Vec::new(), left: STEPS };
    let answer = machine.value(term).ok()?;
    truth(&answer).ok()
}

struct Machine<'a> {
    new: &'a Value,
    old: &'a Value,
    patterns: &'a Patterns,
    /// The variables of macros, the innermost last.
    names: Vec<(Arc<str>, Cow<'a, Value>)>,
    left: usize,
}

fn truth(value: &Value) -> Result<bool, Stumble> {
    match value.data {
        Data::Bool(truth) => Ok(truth),
        _ => Err(Stumble),
    }
}

fn bool<'a>(truth: bool) -> Cow<'a, Value> {
    Cow::Owned(Data::Bool(truth).into())
}

fn whole<'a>(number: i64) -> Cow<'a, Value> {
    Cow::Owned(Data::Number(number.to_string().into()).into())
}

fn list<'a>(items: Vec<Value>) -> Cow<'a, Value> {
    Cow::Owned(Data::List(items).into())
}

/// How much work it is to compare or copy a value.
fn weight(value: &Value) -> usize {
    match &value.data {
        Data::Null | Data::Bool(_) | Data::Number(_) => 1,
        Data::String(text) => 1 + text.len() / 64,
        Data::List(items) => items.iter().map(weight).sum::<usize>() + 1,
        Data::Map(map) => map.values().map(weight).sum::<usize>() + 1,
    }
}

impl<'a> Machine<'a> {
    fn pay(&mut self, steps: usize) -> Result<(), Stumble> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Stumble)
    }

    /// A value as a part of a new one.
    fn copy(&mut self, value: Cow<'a, Value>) -> Result<Value, Stumble> {
        self.pay(weight(&value))?;
        Ok(value.into_owned())
    }

    fn value(&mut self, term: &'a Term) -> Answer<'a> {
        self.pay(1)?;
        match term {
            Term::Literal(value) => Ok(Cow::Borrowed(value)),
            Term::Name(name) => self.name(name),
            Term::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    let value = self.value(item)?;
                    values.push(self.copy(value)?);
                }
                Ok(list(values))
            }
            Term::Field(owner, field) => self.field(owner, field)?.ok_or(Stumble),
            Term::Has(owner, field) => Ok(bool(self.field(owner, field)?.is_some())),
            // Lists that are sets or maps have no order that an index could count on.
            Term::Entry(owner, key) => {
                let key = self.value(key)?;
                self.field(owner, key.as_str().ok_or(Stumble)?)?.ok_or(Stumble)
            }
            Term::Not(term) => Ok(bool(!truth(&*self.value(term)?)?)),
            Term::Minus(term) => {
                let number = self.value(term)?.as_int().ok_or(Stumble)?;
                Ok(whole(number.checked_neg().ok_or(Stumble)?))
            }
            Term::Binary(Binary::Or, left, right) => self.junction(left, right, true),
            Term::Binary(Binary::And, left, right) => self.junction(left, right, false),
            Term::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                // No comparison looks at more than there is on one side, nor a sum at more than both.
                self.pay(weight(&left) + weight(&right))?;
                binary(*operator, &left, &right)
            }
            Term::Choice(parts) => {
                let [condition, first, second] = &**parts;
                let is_first = truth(&*self.value(condition)?)?;
                self.value(if is_first { first } else { second })
            }
            Term::Size(term) => {
                let value = self.value(term)?;
                self.pay(value.as_str().map_or(0, str::len) / 64)?;
                size(&value)
            }
            Term::Text(test, owner, argument) => {
                let (owner, argument) = (self.value(owner)?, self.value(argument)?);
                self.pay(weight(&owner))?;
                let (text, part) = owner.as_str().zip(argument.as_str()).ok_or(Stumble)?;
                Ok(bool(match test {
                    Test::Starts => text.starts_with(part),
                    Test::Ends => text.ends_with(part),
                    Test::Contains => text.contains(part),
                    Test::Matches => self.patterns.matches(part, text).ok_or(Stumble)?,
                }))
            }
            Term::Each(each, range, name, body) => {
                let items = self.items(range)?;
                self.each(*each, items, name, body)
            }
        }
    }

    fn name(&mut self, name: &str) -> Answer<'a> {
        match self.names.iter().rev().find(|(known, _)| &**known == name) {
            Some((_, Cow::Borrowed(value))) => Ok(Cow::Borrowed(value)),
            Some((_, Cow::Owned(value))) => {
                let value = value.clone();
                self.pay(weight(&value))?;
                Ok(Cow::Owned(value))
            }
            None if name == "self" => Ok(Cow::Borrowed(self.new)),
            None if name == "oldSelf" => Ok(Cow::Borrowed(self.old)),
            None => Err(Stumble),
        }
    }

    /// A field of a map; one that is null is not there.
    fn field(&mut self, owner: &'a Term, field: &str) -> Result<Option<Cow<'a, Value>>, Stumble> {
        let found = match self.value(owner)? {
            Cow::Borrowed(owner) => owner.as_map().ok_or(Stumble)?.get(field).map(Cow::Borrowed),
            Cow::Owned(owner) => owner.as_map().ok_or(Stumble)?.get(field).cloned().map(Cow::Owned),
        };
        Ok(found.filter(|value| !matches!(value.data, Data::Null)))
    }

    /// A stumble on one side does not matter where the other side decides.
    fn junction(&mut self, left: &'a Term, right: &'a Term, decides: bool) -> Answer<'a> {
        let left = self.value(left).and_then(|value| truth(&value));
        if matches!(left, Ok(truth) if truth == decides) {
            return Ok(bool(decides));
        }
        let right = truth(&*self.value(right)?)?;
        if right == decides { Ok(bool(decides)) } else { left.map(bool) }
    }

    /// What a macro goes through: the items of a list, or the keys of a map.
    fn items(&mut self, range: &'a Term) -> Result<Vec<Cow<'a, Value>>, Stumble> {
        let keys = |map: &crate::resource::Map| {
            map.keys().map(|key| Cow::Owned(Value::from(&**key))).collect::<Vec<_>>()
        };
        let range = self.value(range)?;
        let items = match range {
            Cow::Borrowed(Value { data: Data::List(items), .. }) => {
                items.iter().map(Cow::Borrowed).collect()
            }
            Cow::Owned(Value { data: Data::List(items), .. }) => {
                items.into_iter().map(Cow::Owned).collect()
            }
            range => keys(range.as_map().ok_or(Stumble)?),
        };
        self.pay(items.len())?;
        Ok(items)
    }

    fn each(
        &mut self,
        each: Each,
        items: Vec<Cow<'a, Value>>,
        name: &Arc<str>,
        body: &'a Term,
    ) -> Answer<'a> {
        let mut kept = Vec::new();
        let (mut right, mut wrong, mut stumbles) = (0_usize, 0_usize, false);
        for item in items {
            self.names.push((Arc::clone(name), item));
            let answer = self.value(body);
            let item = self.names.pop();
            if each == Each::Map {
                let value = answer?;
                kept.push(self.copy(value)?);
                continue;
            }
            match (answer.and_then(|value| truth(&value)), item) {
                (Ok(true), Some((_, item))) => {
                    right += 1;
                    if each == Each::Filter {
                        kept.push(self.copy(item)?);
                    }
                }
                // `exists_one` and `filter` take no errors, and no macro goes on without steps.
                (Err(Stumble), _)
                    if self.left == 0 || matches!(each, Each::ExistsOne | Each::Filter) =>
                {
                    return Err(Stumble);
                }
                (Err(Stumble), _) => stumbles = true,
                (Ok(_), _) => wrong += 1,
            }
        }
        match each {
            Each::Map | Each::Filter => Ok(list(kept)),
            Each::ExistsOne => Ok(bool(right == 1)),
            // One item that decides does, whatever stumbled.
            Each::Exists if right > 0 => Ok(bool(true)),
            Each::All if wrong > 0 => Ok(bool(false)),
            Each::Exists | Each::All if stumbles => Err(Stumble),
            Each::Exists | Each::All => Ok(bool(each == Each::All)),
        }
    }
}

fn size<'a>(value: &Value) -> Answer<'a> {
    let size = match &value.data {
        Data::String(text) => text.chars().count(),
        Data::List(items) => items.len(),
        Data::Map(map) => map.len(),
        Data::Null | Data::Bool(_) | Data::Number(_) => return Err(Stumble),
    };
    Ok(whole(i64::try_from(size).map_err(|_| Stumble)?))
}

fn binary<'a>(operator: Binary, left: &Value, right: &Value) -> Answer<'a> {
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

fn sum<'a>(operator: Binary, left: &Value, right: &Value) -> Answer<'a> {
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
            Ok(Cow::Owned(Value::from([&**left, &**right].concat().as_str())))
        }
        (Data::List(left), Data::List(right)) if operator == Binary::Plus => {
            Ok(list(left.iter().chain(right.iter()).cloned().collect()))
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
