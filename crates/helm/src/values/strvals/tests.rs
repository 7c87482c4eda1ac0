//! Expected results: `helm template rel CHART --set TEXT` of Helm 4.2.3 with a template that
//! prints `toJson .Values`, on top of the values `{"l":[1,2,3],"m":{"x":1},"s":"t"}` from a file.

use super::*;
use crate::{profile::HELM_4_2, values::json::read};

type Run = fn(&str, &mut DataMap, &Profile) -> Result<(), String>;

fn base() -> DataMap {
    match read(r#"{"l":[1,2,3],"m":{"x":1},"s":"t"}"#).unwrap() {
        Data::Map(map) => map,
        _ => unreachable!("an object"),
    }
}

/// Only what differs from the base is compared: `want` is a JSON object of top-level keys.
fn check(run: Run, text: &str, want: &str) {
    let mut values = base();
    let got = match run(text, &mut values, &HELM_4_2) {
        Err(error) => format!("error: {error}"),
        Ok(()) => {
            let base = base();
            let changed = values.iter().filter(|(key, value)| base.get(*key) != Some(value));
            shown(&changed.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
    };
    assert_eq!(got, want, "{text}");
}

/// JSON, with integers marked by `i`.
fn shown(data: &Data) -> String {
    match data {
        Data::Nil => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => format!("{value}i"),
        Data::Float(value) => value.to_string(),
        Data::String(text) => format!("{:?}", text.to_str_lossy()),
        Data::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Data::Map(map) => {
            let pair = |(key, value): (&Str, &Data)| format!("{key}:{}", shown(value));
            format!("{{{}}}", map.iter().map(pair).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn set_types_values() {
    for (text, want) in [
        ("a=1", "{a:1i}"),
        ("a=-1,b=0", "{a:-1i,b:0i}"),
        ("a=007,b=1.5,c=1e3", r#"{a:"007",b:"1.5",c:"1e3"}"#),
        ("a=TRUE,b=False,c=null", "{a:true,b:false,c:null}"),
        ("a=", r#"{a:""}"#),
        ("a=,b=2", r#"{a:"",b:2i}"#),
        ("a={x,1,}", r#"{a:["x",1i,""]}"#),
        ("a={},b=1", r#"{a:[""],b:1i}"#),
        (r"a\.b=x\,y", r#"{a.b:"x,y"}"#),
        ("m.y=2", "{m:{x:1,y:2i}}"),
        ("l[0]=9,l[5]=1", "{l:[9i,2,3,null,null,1i]}"),
        ("a[2].b=1", "{a:[null,null,{b:1i}]}"),
        ("a[0].b=1,a[0].c=2", "{a:[{b:1i,c:2i}]}"),
        ("a[1][0]=x", r#"{a:[null,["x"]]}"#),
        ("a[0]=", r#"{a:[""]}"#),
        ("a=b=c", r#"{a:"b=c"}"#),
        ("", "{}"),
        ("a.", "{}"),
        ("s=new", r#"{s:"new"}"#),
    ] {
        check(set, text, want);
    }
}

#[test]
fn set_refuses_what_helm_refuses() {
    let deep = format!("{}=1", ["a"; 33].join("."));
    let conversion = "unable to parse key: interface conversion: interface {} is";
    for (text, want) in [
        ("a", r#"key "a" has no value"#.to_owned()),
        ("a,b=1", r#"key "a" has no value (cannot end with ,)"#.to_owned()),
        ("a={x", "list must terminate with '}'".to_owned()),
        ("a[-1]=1", "negative -1 index not allowed".to_owned()),
        (
            "a[70000]=1",
            "index of 70000 is greater than maximum supported index of 65536".to_owned(),
        ),
        ("a[x]=1", r#"error parsing index: strconv.Atoi: parsing "x": invalid syntax"#.to_owned()),
        ("a[0]xy=1", "unexpected data at end of array index: ['x' 'y']".to_owned()),
        ("s.x=1", format!("{conversion} string, not map[string]interface {{}}")),
        ("m[0]=1", format!("{conversion} map[string]interface {{}}, not []interface {{}}")),
        ("n=1,n.x=1", format!("{conversion} int64, not map[string]interface {{}}")),
        (
            &deep,
            "value name nested level is greater than maximum supported nested level of 30"
                .to_owned(),
        ),
    ] {
        check(set, text, &format!("error: {want}"));
    }
}

#[test]
fn the_other_flags_differ_in_how_they_read_values() {
    check(set_string, "a=1,b=true", r#"{a:"1",b:"true"}"#);
    check(
        set_json,
        r#"a=[1,{"b":null}],c="x",d=,m.y=1.5"#,
        r#"{a:[1,{b:null}],c:"x",d:null,m:{x:1,y:1.5}}"#,
    );
    check(set_literal, r"a.b=x,y={z}\n[0]", r#"{a:{b:"x,y={z}\\n[0]"}}"#);
    check(set_literal, "a=", r#"{a:""}"#);
    check(
        |text, values, profile| {
            set_file(text, values, profile, &|name| Ok(format!("<{name}>").into_bytes()))
        },
        "a=f1,b={f2,f3}",
        r#"{a:"<f1>",b:["<f2>","<f3>"]}"#,
    );
    check(
        |text, values, profile| {
            set_file(text, values, profile, &|name| Err(format!("open {name}: gone")))
        },
        "a=f1",
        "error: open f1: gone",
    );
}
