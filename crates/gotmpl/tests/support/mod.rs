//! A small engine around the machine: values from JSON and a few functions of Helm's.

use std::{collections::BTreeMap, sync::Arc};

use zij_gotmpl::{
    Data, Dialect, Elem, Environment, Error, ErrorKind, Function, FunctionSet, GoType, Limits,
    List, Machine, Map, Method, Object, Param, Str, Template, TemplateSet, Value,
    value::{ANY_MAP, INT_LIST, fmt},
};

static VALUES: GoType =
    GoType { name: "common.Values", elem: Elem::Any, named: true, methods: &[] };

static FUNCTIONS: &[Function] = &[
    Function::new("include", &[Param::String, Param::Any], |machine, args| {
        let name = args[0].as_str().cloned().unwrap_or_default();
        let data = args[1].clone();
        machine.execute(&name, data).map(Value::String)
    }),
    Function::new("tpl", &[Param::String, Param::Any], |machine, args| {
        let text = args[0].as_str().cloned().unwrap_or_default();
        let result = machine.execute_text("gotpl", &text, args[1].clone());
        let quoted = fmt::quoted(&text);
        result.map(Value::String).map_err(|error| match error.kind() {
            ErrorKind::Syntax => Error::wrap(format!("cannot parse template {quoted}: "), error),
            _ => {
                let text = format!("error during tpl function execution for {quoted}: ");
                Error::wrap(text, error)
            }
        })
    }),
    Function::new("fail", &[Param::String], |_, args| {
        Err(Error::function(args[0].as_str().cloned().unwrap_or_default().to_string()))
    }),
    Function::variadic("list", &[], Param::Any, |_, args| Ok(Value::from(args.to_vec()))),
    Function::variadic("dict", &[], Param::Any, |_, args| {
        let pairs = args.chunks(2).map(|pair| {
            let value = pair.get(1).cloned().unwrap_or_else(|| Value::from(""));
            (fmt::display(&pair[0]).unwrap_or_default(), value)
        });
        Ok(Value::Map(pairs.collect::<Map>()))
    }),
    Function::new("set", &[Param::Map(&ANY_MAP), Param::String, Param::Any], |_, args| {
        if let (Some(map), Some(key)) = (args[0].as_map(), args[1].as_str()) {
            map.insert(key.clone(), args[2].clone());
        }
        Ok(args[0].clone())
    }),
    Function::new("get", &[Param::Map(&ANY_MAP), Param::String], |_, args| {
        let found = args[0].as_map().zip(args[1].as_str()).and_then(|(map, key)| map.get(key));
        Ok(found.unwrap_or_else(|| Value::from("")))
    }),
    Function::new("until", &[Param::Int], |_, args| {
        let items = (0..args[0].as_int().unwrap_or(0)).map(Value::Int).collect();
        Ok(Value::List(List::with_type(items, &INT_LIST)))
    }),
    Function::new("repeat", &[Param::Int, Param::String], |machine, args| {
        let count = usize::try_from(args[0].as_int().unwrap_or(0)).unwrap_or(0);
        let text = args[1].as_str().cloned().unwrap_or_default();
        machine.charge_memory(text.len().saturating_mul(count))?;
        Ok(Value::from(text.repeat(count)))
    }),
    Function::new("int64", &[Param::Any], |_, args| {
        Ok(match &args[0] {
            Value::Float(number) => Value::Int64(*number as i64),
            other => Value::Int64(other.as_int().unwrap_or(0)),
        })
    }),
    Function::new("int", &[Param::Any], |_, args| {
        Ok(match &args[0] {
            Value::Float(number) => Value::Int(*number as i64),
            other => Value::Int(other.as_int().unwrap_or(0)),
        })
    }),
    Function::new("typeOf", &[Param::Any], |_, args| Ok(Value::from(args[0].type_name()))),
    Function::new("kindOf", &[Param::Any], |_, args| Ok(Value::from(args[0].kind().name()))),
    Function::new("trunc", &[Param::Int, Param::String], |_, args| {
        let text = args[1].as_str().cloned().unwrap_or_default();
        let length = usize::try_from(args[0].as_int().unwrap_or(0)).unwrap_or(0);
        Ok(Value::from(text[..length.min(text.len())].to_vec()))
    }),
];

/// Returns plain data from JSON text.
pub(crate) fn data(json: &str) -> Data {
    fn convert(value: serde_json::Value) -> Data {
        match value {
            serde_json::Value::Null => Data::Nil,
            serde_json::Value::Bool(value) => Data::Bool(value),
            serde_json::Value::Number(number) => Data::Float(number.as_f64().expect("a number")),
            serde_json::Value::String(text) => Data::from(text),
            serde_json::Value::Array(items) => {
                items.into_iter().map(convert).collect::<Vec<_>>().into()
            }
            serde_json::Value::Object(entries) => entries
                .into_iter()
                .map(|(key, value)| (Str::from(key), convert(value)))
                .collect::<BTreeMap<_, _>>()
                .into(),
        }
    }
    convert(serde_json::from_str(json).expect("values are JSON"))
}

/// Returns the functions of the tests.
pub(crate) fn environment(dialect: Dialect) -> Environment {
    let mut functions = FunctionSet::builtins();
    functions.add(FUNCTIONS);
    Environment::new(functions, dialect)
}

static FILES: GoType = GoType {
    name: "engine.files",
    elem: Elem::Bytes,
    named: true,
    methods: &[Method::new("Get", &[Param::String], |_, files, args| {
        let found = files.as_map().zip(args[0].as_str()).and_then(|(files, name)| files.get(name));
        Ok(match found {
            Some(Value::Bytes(bytes)) => Value::from(bytes.to_vec()),
            _ => Value::from(""),
        })
    })],
};

static VERSION_SET: GoType = GoType {
    name: "common.VersionSet",
    elem: Elem::String,
    named: true,
    methods: &[Method::new("Has", &[Param::String], |_, set, args| {
        let has =
            set.as_list().is_some_and(|set| set.iter().any(|v| v.as_str() == args[0].as_str()));
        Ok(Value::Bool(has))
    })],
};

#[derive(Debug)]
struct Capabilities;

impl Object for Capabilities {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(Value::object(KubeVersion)),
            "APIVersions" => {
                Some(Value::List(List::with_type(vec![Value::from("v1")], &VERSION_SET)))
            }
            _ => None,
        }
    }
}

static VERSION_METHODS: &[Method] = &[
    Method::new("String", &[], |_, _, _| Ok(Value::from("v1.36.0"))),
    Method::new("GitVersion", &[], |_, _, _| Ok(Value::from("v1.36.0"))),
];

#[derive(Debug)]
struct KubeVersion;

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|field| field.0 == name).map(|field| field.1)
    }

    fn methods(&self) -> &'static [Method] {
        VERSION_METHODS
    }

    fn action_string(&self) -> Option<Str> {
        Some("v1.36.0".into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let fields =
            [("Version", "v1.36.0"), ("normalized", "v1.36.0"), ("Major", "1"), ("Minor", "36")];
        fields.map(|(name, text)| (name, Value::from(text))).to_vec()
    }
}

/// Returns the root cursor that Helm gives: a map with `Values`, `Files` and `Capabilities`.
pub(crate) fn root_of(values: Data) -> Value {
    let Data::Map(values) = values else { return Value::Nil };
    let values = Value::Map(Map::from_data(values).as_type(&VALUES));
    let files = Value::Map(Map::with_type(BTreeMap::new(), &FILES));
    let entries =
        [("Values", values), ("Files", files), ("Capabilities", Value::object(Capabilities))];
    Value::Map(entries.into_iter().collect::<Map>())
}

/// Renders one template named `gotpl` under limits.
pub(crate) fn render_with(
    values: &str,
    template: &[u8],
    dialect: Dialect,
    limits: Limits,
) -> Result<Str, Error> {
    let environment = environment(dialect);
    let template = Template::compile(&environment, "gotpl", &Str::from(template))?;
    let mut set = TemplateSet::new("gotpl");
    set.add(&Arc::new(template));
    let mut host = ();
    let mut machine = Machine::new(&environment, Arc::new(set), limits, &mut host);
    machine.execute(b"gotpl", root_of(data(values)))
}

/// Renders one template with the default limits.
pub(crate) fn render(values: &str, template: &str, dialect: Dialect) -> Result<Str, Error> {
    render_with(values, template.as_bytes(), dialect, Limits::default())
}
