//! Semantic versions (sprig `semver.go`, Masterminds/semver `version.go`).

use std::cmp::Ordering;

use zij_gotmpl::{
    Error, Function, Machine, Method, Object,
    Param::{self, String as Text},
    Str, Value,
};

use super::{arguments::text, strings::lossy};
use crate::{
    host::Host,
    semver::{Constraint, SemverError, Version},
};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("semverCompare", &[Text, Text], compare),
    Function::new("semver", &[Text], |machine, args| {
        match Version::parse(&lossy(&text(args, 0))) {
            Ok(version) => Ok(Value::object(Pointer(version))),
            Err(error) => Err(refused(machine, &error)),
        }
    }),
];

type Answer = Result<Value, Error>;

fn refused(machine: &mut Machine<'_>, error: &SemverError) -> Error {
    match machine.host::<Host>() {
        Ok(host) => Error::function(error.text(host.profile().semver)),
        Err(error) => error,
    }
}

fn compare(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let constraint = Constraint::parse(&lossy(&text(args, 0)));
    let constraint = constraint.map_err(|error| refused(machine, &error))?;
    let version = Version::parse(&lossy(&text(args, 1)));
    let version = version.map_err(|error| refused(machine, &error))?;
    let library = machine.host::<Host>()?.profile().semver;
    Ok(Value::from(constraint.check(&version, library)))
}

/// What `semver` returns: a pointer, which has all methods of the library.
#[derive(Debug)]
struct Pointer(Version);

/// What the `Inc` methods return: the version itself, which lacks the methods on pointers.
#[derive(Debug)]
struct Plain(Version);

const POINTER: &str = "*semver.Version";
const OTHER: &[Param] = &[Param::Object(POINTER)];

const MAJOR: Method =
    Method::new("Major", &[], |_, this, _| Ok(Value::Uint64(version(this)?.major)));
const MINOR: Method =
    Method::new("Minor", &[], |_, this, _| Ok(Value::Uint64(version(this)?.minor)));
const PATCH: Method =
    Method::new("Patch", &[], |_, this, _| Ok(Value::Uint64(version(this)?.patch)));
const PRERELEASE: Method =
    Method::new("Prerelease", &[], |_, this, _| Ok(Value::from(&*version(this)?.pre)));
const METADATA: Method =
    Method::new("Metadata", &[], |_, this, _| Ok(Value::from(&*version(this)?.metadata)));
const STRING: Method =
    Method::new("String", &[], |_, this, _| Ok(Value::from(version(this)?.to_string())));
const INC_MAJOR: Method =
    Method::new("IncMajor", &[], |_, this, _| Ok(next(version(this)?, Part::Major)));
const INC_MINOR: Method =
    Method::new("IncMinor", &[], |_, this, _| Ok(next(version(this)?, Part::Minor)));
const INC_PATCH: Method =
    Method::new("IncPatch", &[], |_, this, _| Ok(next(version(this)?, Part::Patch)));

static PLAIN_METHODS: &[Method] =
    &[MAJOR, MINOR, PATCH, PRERELEASE, METADATA, STRING, INC_MAJOR, INC_MINOR, INC_PATCH];

static POINTER_METHODS: &[Method] = &[
    MAJOR,
    MINOR,
    PATCH,
    PRERELEASE,
    METADATA,
    STRING,
    INC_MAJOR,
    INC_MINOR,
    INC_PATCH,
    Method::new("Original", &[], |_, this, _| Ok(Value::from(&*version(this)?.original))),
    Method::new("Compare", OTHER, |_, this, args| {
        order(this, args).map(|order| Value::Int(order as i64))
    }),
    Method::new("Equal", OTHER, |_, this, args| test(this, args, Ordering::is_eq)),
    Method::new("LessThan", OTHER, |_, this, args| test(this, args, Ordering::is_lt)),
    Method::new("LessThanEqual", OTHER, |_, this, args| test(this, args, Ordering::is_le)),
    Method::new("GreaterThan", OTHER, |_, this, args| test(this, args, Ordering::is_gt)),
    Method::new("GreaterThanEqual", OTHER, |_, this, args| test(this, args, Ordering::is_ge)),
];

fn version(value: &Value) -> Result<&Version, Error> {
    let pointer = value.downcast_ref::<Pointer>().map(|pointer| &pointer.0);
    let plain = value.downcast_ref::<Plain>().map(|plain| &plain.0);
    pointer.or(plain).ok_or_else(|| Error::function("value is no version"))
}

fn order(this: &Value, args: &[Value]) -> Result<Ordering, Error> {
    Ok(version(this)?.precedence(version(args.first().unwrap_or(&Value::Nil))?))
}

fn test(this: &Value, args: &[Value], holds: impl Fn(Ordering) -> bool) -> Answer {
    order(this, args).map(|order| Value::from(holds(order)))
}

#[derive(Clone, Copy)]
enum Part {
    Major,
    Minor,
    Patch,
}

fn next(version: &Version, part: Part) -> Value {
    let mut next = version.clone();
    (next.pre, next.metadata) = (String::new(), String::new());
    match part {
        Part::Major => {
            (next.major, next.minor, next.patch) = (version.major.saturating_add(1), 0, 0);
        }
        Part::Minor => (next.minor, next.patch) = (version.minor.saturating_add(1), 0),
        // The release after a pre-release has the same numbers.
        Part::Patch if version.pre.is_empty() => next.patch = version.patch.saturating_add(1),
        Part::Patch => {}
    }
    let prefix = if version.original.starts_with('v') { "v" } else { "" };
    next.original = format!("{prefix}{next}");
    Value::object(Plain(next))
}

impl Object for Pointer {
    fn type_name(&self) -> &'static str {
        POINTER
    }

    fn methods(&self) -> &'static [Method] {
        POINTER_METHODS
    }

    fn string(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.to_string())
    }
}

impl Object for Plain {
    fn type_name(&self) -> &'static str {
        "semver.Version"
    }

    fn methods(&self) -> &'static [Method] {
        PLAIN_METHODS
    }

    fn string(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.to_string())
    }
}
