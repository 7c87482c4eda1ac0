//! Semantic versions (sprig `semver.go`, Masterminds/semver `version.go`).

use std::cmp::Ordering;

use zij_gotmpl::{
    Error, Function, Machine, Method, Object,
    Param::{self, String as Text},
    Str, Value,
};

use super::{arguments::text, strings::lossy};
use crate::semver::{Constraint, SemverError, Version};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("semverCompare", &[Text, Text], compare),
    Function::new("semver", &[Text], |_, args| {
        let version = Version::parse(&lossy(&text(args, 0))).map_err(|error| refused(&error))?;
        Ok(Value::object(VersionObject(version)))
    }),
];

type Answer = Result<Value, Error>;

fn refused(error: &SemverError) -> Error {
    Error::function(error.to_string())
}

fn compare(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let constraint = Constraint::parse(&lossy(&text(args, 0))).map_err(|error| refused(&error))?;
    let version = Version::parse(&lossy(&text(args, 1))).map_err(|error| refused(&error))?;
    Ok(Value::from(constraint.check(&version)))
}

/// What `semver` returns: a pointer, whose methods are the library's.
#[derive(Debug)]
struct VersionObject(Version);

const TYPE_NAME: &str = "*semver.Version";
const VERSION: &[Param] = &[Param::Object(TYPE_NAME)];

static METHODS: &[Method] = &[
    Method::new("Major", &[], |_, this, _| Ok(Value::Uint64(version(this)?.major))),
    Method::new("Minor", &[], |_, this, _| Ok(Value::Uint64(version(this)?.minor))),
    Method::new("Patch", &[], |_, this, _| Ok(Value::Uint64(version(this)?.patch))),
    Method::new("Prerelease", &[], |_, this, _| Ok(Value::from(&*version(this)?.pre))),
    Method::new("Metadata", &[], |_, this, _| Ok(Value::from(&*version(this)?.metadata))),
    Method::new("Original", &[], |_, this, _| Ok(Value::from(&*version(this)?.original))),
    Method::new("String", &[], |_, this, _| Ok(Value::from(version(this)?.to_string()))),
    Method::new("Compare", VERSION, |_, this, args| {
        order(this, args).map(|order| Value::Int(order as i64))
    }),
    Method::new("Equal", VERSION, |_, this, args| test(this, args, Ordering::is_eq)),
    Method::new("LessThan", VERSION, |_, this, args| test(this, args, Ordering::is_lt)),
    Method::new("LessThanEqual", VERSION, |_, this, args| test(this, args, Ordering::is_le)),
    Method::new("GreaterThan", VERSION, |_, this, args| test(this, args, Ordering::is_gt)),
    Method::new("GreaterThanEqual", VERSION, |_, this, args| test(this, args, Ordering::is_ge)),
    Method::new("IncMajor", &[], |_, this, _| Ok(next(version(this)?, Part::Major))),
    Method::new("IncMinor", &[], |_, this, _| Ok(next(version(this)?, Part::Minor))),
    Method::new("IncPatch", &[], |_, this, _| Ok(next(version(this)?, Part::Patch))),
];

fn version(value: &Value) -> Result<&Version, Error> {
    let object = value.downcast_ref::<VersionObject>();
    object.map(|object| &object.0).ok_or_else(|| Error::function("value is no version"))
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
    Value::object(VersionObject(next))
}

impl Object for VersionObject {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn string(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.to_string())
    }
}
