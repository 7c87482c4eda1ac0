//! Reads texts with expressions such as `${name:-other}`.
//!
//! (Source: fluxcd/pkg, `envsubst/parse`; what that reads in odd ways is read so here too.)

use super::evaluate::SubstituteError;

/// The deepest nesting of expressions.
const MAX_DEPTH: usize = 64;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Expression(Expression),
}

/// What stands between `${` and `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    /// As it is written.
    pub(super) text: String,
    pub(super) variable: String,
    pub(super) function: Function,
    pub(super) arguments: Vec<Part>,
}

/// What is done with the variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// `${v}`, and pairs of `,` and `^` that mean nothing.
    Value,
    /// `${#v}`
    Length,
    /// `${v:-d}`, and all its likes: the arguments stand for an empty value.
    Default,
    UpperFirst,
    Upper,
    LowerFirst,
    Lower,
    /// `${v:from:length}`
    Slice,
    /// `${v#p}`, `${v##p}`
    StripStart(Extent),
    /// `${v%p}`, `${v%%p}`
    StripEnd(Extent),
    /// `${v/p/r}` and its likes.
    Replace(Where),
}

/// How much of a value a pattern takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Shortest,
    Longest,
}

/// Which matches are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    First,
    All,
    Start,
    End,
}

/// What a text is made of.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, SubstituteError> {
    let mut reader = Reader { rest: text };
    let mut parts = Vec::new();
    loop {
        if reader.take("${") {
            parts.push(Part::Expression(reader.expression(0)?));
        } else if let Some(text) = reader.literal(|_| true, &["$$"]) {
            parts.push(Part::Text(text));
        } else {
            return Ok(parts);
        }
    }
}

/// What a literal inside of a pattern or a replacement may hide.
const ESCAPES: &[&str] = &["$$", r"\/", r"\\"];

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// The next character; a null ends the text, as it does for Flux.
    fn peek(&self) -> Option<char> {
        self.rest.chars().next().filter(|c| *c != '\0')
    }

    fn skip(&mut self, c: char) {
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The characters up to the next expression or one that is not accepted; nothing where there
    /// are none. Of the two characters of an escape, the second is kept.
    fn literal(&mut self, accepts: impl Fn(char) -> bool, escapes: &[&str]) -> Option<String> {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|_| !self.rest.starts_with("${")) {
            if let Some(escape) = escapes.iter().find(|escape| self.rest.starts_with(**escape)) {
                text.push_str(&escape[1..]);
                self.rest = &self.rest[escape.len()..];
            } else if accepts(c) {
                text.push(c);
                self.skip(c);
            } else {
                break;
            }
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn name(&mut self) -> Option<String> {
        let is_named = |c: char| c.is_alphabetic() || c.is_numeric() || c == '_';
        let end = self.rest.find(|c| !is_named(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(name.to_owned()).filter(|name| !name.is_empty())
    }

    /// What stands behind `${`, its brace included.
    fn expression(&mut self, depth: usize) -> Result<Expression, SubstituteError> {
        use SubstituteError::{BadSubstitution, ClosingBrace, TooDeep, VariableName};
        if depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        let start = self.rest;
        let text = |end: &Self| format!("${{{}", &start[..start.len() - end.rest.len()]);
        if self.take("#") {
            let variable = self.name().ok_or(BadSubstitution)?;
            self.close()?;
            let (function, arguments) = (Function::Length, Vec::new());
            return Ok(Expression { text: text(self), variable, function, arguments });
        }
        let variable = self.name().ok_or(VariableName)?;
        let (function, arguments) = match self.peek() {
            Some(':') => self.colon(depth)?,
            Some('=') => {
                self.skip('=');
                (Function::Default, self.defaults(depth)?)
            }
            Some(',' | '^') => (self.case()?, Vec::new()),
            Some('/') => self.replacement(depth)?,
            Some(sign @ ('#' | '%')) => self.removal(sign, depth)?,
            Some('}') => {
                self.skip('}');
                (Function::Value, Vec::new())
            }
            _ => return Err(ClosingBrace),
        };
        Ok(Expression { text: text(self), variable, function, arguments })
    }

    fn close(&mut self) -> Result<(), SubstituteError> {
        if self.take("}") { Ok(()) } else { Err(SubstituteError::BadSubstitution) }
    }

    /// One argument: an expression, or the characters that are accepted.
    fn argument(
        &mut self,
        accepts: impl Fn(char) -> bool,
        escapes: &[&str],
        depth: usize,
    ) -> Result<Part, SubstituteError> {
        if self.take("${") {
            return Ok(Part::Expression(self.expression(depth + 1)?));
        }
        let text = self.literal(accepts, escapes);
        text.map(Part::Text).ok_or(SubstituteError::Argument)
    }

    fn colon(&mut self, depth: usize) -> Result<(Function, Vec<Part>), SubstituteError> {
        self.skip(':');
        match self.peek() {
            Some(sign @ ('=' | '-' | '?' | '+')) => {
                self.skip(sign);
                return Ok((Function::Default, self.defaults(depth)?));
            }
            // Flux steps back by the width of what follows the colon.
            Some(c) if c.len_utf8() == 1 => {}
            _ => return Err(SubstituteError::BadSubstitution),
        }
        let mut arguments = vec![self.argument(|c| c != ':' && c != '}', &[], depth)?];
        if self.take("}") {
            return Ok((Function::Slice, arguments));
        }
        if self.literal(|c| c == ':', &[]).is_none() {
            return Err(SubstituteError::BadSubstitution);
        }
        arguments.push(self.argument(|c| c != '}', &[], depth)?);
        self.close()?;
        Ok((Function::Slice, arguments))
    }

    fn defaults(&mut self, depth: usize) -> Result<Vec<Part>, SubstituteError> {
        let mut arguments = Vec::new();
        while !self.take("}") {
            arguments.push(self.argument(|c| c != '}', &[], depth)?);
        }
        Ok(arguments)
    }

    fn case(&mut self) -> Result<Function, SubstituteError> {
        let functions = [
            (",,", Function::Lower),
            ("^^", Function::Upper),
            (",^", Function::Value),
            ("^,", Function::Value),
            (",", Function::LowerFirst),
            ("^", Function::UpperFirst),
        ];
        let found = functions.into_iter().find(|(sign, _)| self.take(sign));
        self.close()?;
        Ok(found.map_or(Function::Value, |(_, function)| function))
    }

    fn replacement(&mut self, depth: usize) -> Result<(Function, Vec<Part>), SubstituteError> {
        let places =
            [("//", Where::All), ("/#", Where::Start), ("/%", Where::End), ("/", Where::First)];
        let place = places.into_iter().find(|(sign, _)| self.take(sign));
        let function = Function::Replace(place.map_or(Where::First, |(_, place)| place));
        let mut arguments = vec![self.argument(|c| c != '/', ESCAPES, depth)?];
        if self.literal(|c| c == '/', &[]).is_none() {
            return Err(SubstituteError::BadSubstitution);
        }
        if self.peek() != Some('}') {
            arguments.push(self.argument(|c| c != '}', ESCAPES, depth)?);
        }
        self.close()?;
        Ok((function, arguments))
    }

    fn removal(
        &mut self,
        sign: char,
        depth: usize,
    ) -> Result<(Function, Vec<Part>), SubstituteError> {
        self.skip(sign);
        let extent = match self.peek() {
            Some(second) if second == sign => {
                self.skip(sign);
                Extent::Longest
            }
            _ => Extent::Shortest,
        };
        let function = match sign {
            '#' => Function::StripStart(extent),
            _ => Function::StripEnd(extent),
        };
        let arguments = vec![self.argument(|c| c != '}', &[], depth)?];
        self.close()?;
        Ok((function, arguments))
    }
}
