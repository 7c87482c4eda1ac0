//! Decimal arithmetic between floats (shopspring/decimal `decimal.go`).

use num_bigint::BigInt;
use zij_gotmpl::{Error, Machine};

/// Digits after the point that a division keeps.
const DIVISION_DIGITS: i32 = 16;

const MAX_EXPONENT: u32 = 20_000;

/// What is done to the numbers from left to right.
#[derive(Clone, Copy)]
pub(super) enum Operation {
    Add,
    Sub,
    Mul,
    Div,
}

/// A whole number times a power of ten.
struct Decimal {
    digits: BigInt,
    exponent: i32,
}

/// Returns the numbers combined without rounding in between; no number gives 0.
pub(super) fn fold(
    machine: &mut Machine<'_>,
    numbers: &[f64],
    operation: Operation,
) -> Result<f64, Error> {
    let mut numbers = numbers.iter();
    let Some(first) = numbers.next() else { return Ok(0.0) };
    let mut result = Decimal::from_float(*first)?;
    for number in numbers {
        let number = Decimal::from_float(*number)?;
        machine.charge_steps(result.digits.bits() as usize / 64)?;
        result = match operation {
            Operation::Add => result.add(&number),
            Operation::Sub => result.add(&number.negated()),
            Operation::Mul => result.mul(&number)?,
            Operation::Div => result.div(&number)?,
        };
    }
    Ok(result.to_float())
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

impl Decimal {
    fn from_float(number: f64) -> Result<Self, Error> {
        if !number.is_finite() {
            let name = match number {
                f64::INFINITY => "+Inf",
                f64::NEG_INFINITY => "-Inf",
                _ => "NaN",
            };
            return Err(Error::function(format!("Cannot create a Decimal from {name}")));
        }
        // The shortest digits that give the number again, as `1.25e-3`.
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i64 = format!("{whole}{fraction}").parse().unwrap_or_default();
        let exponent = exponent.parse::<i32>().unwrap_or_default() - fraction.len() as i32;
        Ok(Self { digits: BigInt::from(digits), exponent })
    }

    fn to_float(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or_default()
    }

    fn negated(self) -> Self {
        Self { digits: -self.digits, exponent: self.exponent }
    }

    /// Returns the digits at a smaller or equal exponent.
    fn digits_at(&self, exponent: i32) -> BigInt {
        &self.digits * power_of_ten(self.exponent.abs_diff(exponent))
    }

    fn add(self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { digits: self.digits_at(exponent) + other.digits_at(exponent), exponent }
    }

    fn mul(self, other: &Self) -> Result<Self, Error> {
        // Far beyond any float, and other operations write exponents out in zeros.
        let exponent = self.exponent + other.exponent;
        if exponent.unsigned_abs() > MAX_EXPONENT {
            return Err(Error::limit(format!("decimal exponent is beyond {MAX_EXPONENT}")));
        }
        Ok(Self { digits: self.digits * &other.digits, exponent })
    }

    /// Divides to 16 digits after the point, halves away from zero.
    fn div(self, other: &Self) -> Result<Self, Error> {
        if other.digits == BigInt::ZERO {
            return Err(Error::function("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_DIGITS;
        let scale = power_of_ten(shift.unsigned_abs());
        let (dividend, divisor) = if shift < 0 {
            (self.digits, &other.digits * scale)
        } else {
            (self.digits * scale, other.digits.clone())
        };
        let (quotient, remainder) = (&dividend / &divisor, &dividend % &divisor);
        let doubled: BigInt = remainder * 2;
        let away = if doubled.magnitude() < divisor.magnitude() {
            0
        } else if dividend.sign() == divisor.sign() {
            1
        } else {
            -1
        };
        Ok(Self { digits: quotient + away, exponent: -DIVISION_DIGITS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(left: f64, right: f64, operation: Operation) -> f64 {
        let (left, right) = [left, right].map(|n| Decimal::from_float(n).expect("finite")).into();
        match operation {
            Operation::Add => left.add(&right),
            Operation::Sub => left.add(&right.negated()),
            Operation::Mul => left.mul(&right).expect("in range"),
            Operation::Div => left.div(&right).expect("not zero"),
        }
        .to_float()
    }

    #[test]
    fn decimals_do_not_collect_binary_error() {
        for (left, right, operation, want) in [
            (0.1, 0.2, Operation::Add, 0.3),
            (1.1, 3.0, Operation::Mul, 3.3),
            (10.0, 3.0, Operation::Div, 3.333_333_333_333_333_5),
            (2.0, 3.0, Operation::Div, 0.666_666_666_666_666_7),
            (-2.0, 3.0, Operation::Div, -0.666_666_666_666_666_7),
            (1e300, 1e-300, Operation::Sub, 1e300),
            (1e-300, 1e300, Operation::Div, 0.0),
        ] {
            assert_eq!(apply(left, right, operation), want, "{left} {right}");
        }
    }
}
