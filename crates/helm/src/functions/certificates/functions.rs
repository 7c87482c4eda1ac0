//! The functions. Where output must be reproducible, all RSA keys are one published key.

use std::net::IpAddr;

use zij_gotmpl::{
    Error, Function, Machine, Map, Object,
    Param::{self, Int, List as ListOf, String as Text},
    Str, Value,
    value::{ANY_LIST, fmt},
};

use super::{
    super::{
        arguments::{int, text},
        dates::Moment,
        encoding::decode_base64,
    },
    certificate::{Template, create},
    dsa,
    edwards::EdKey,
    keys::PrivateKey,
    nist_p256::EcKey,
    parse::{self, Signer},
    pem,
    rsa::RsaKey,
};
use crate::host::Host;

const TYPE_NAME: &str = "sprig.certificate";
const NAMES: Param = ListOf(&ANY_LIST);
const CERTIFICATE: Param = Param::Object(TYPE_NAME);

/// What a key costs in steps of the render.
const KEY_STEPS: usize = 2_000_000;
/// What a signature costs in steps of the render.
const SIGNATURE_STEPS: usize = 50_000;

pub(in super::super) static FUNCTIONS: &[Function] = &[
    Function::new("genPrivateKey", &[Text], gen_private_key),
    Function::new("genCA", &[Text, Int], |machine, args| {
        let key = new_key(machine, "genCA")?;
        authority(machine, "genCA", args, &key)
    }),
    Function::new("genCAWithKey", &[Text, Int, Text], |machine, args| {
        let key = given_key(args, 2)?;
        authority(machine, "genCAWithKey", args, &key)
    }),
    Function::new("genSelfSignedCert", &[Text, NAMES, NAMES, Int], |machine, args| {
        let key = new_key(machine, "genSelfSignedCert")?;
        self_signed(machine, "genSelfSignedCert", args, &key)
    }),
    Function::new("genSelfSignedCertWithKey", &[Text, NAMES, NAMES, Int, Text], |machine, args| {
        let key = given_key(args, 4)?;
        self_signed(machine, "genSelfSignedCertWithKey", args, &key)
    }),
    Function::new("genSignedCert", &[Text, NAMES, NAMES, Int, CERTIFICATE], |machine, args| {
        let key = new_key(machine, "genSignedCert")?;
        signed(machine, "genSignedCert", args, &key)
    }),
    Function::new(
        "genSignedCertWithKey",
        &[Text, NAMES, NAMES, Int, CERTIFICATE, Text],
        |machine, args| {
            let key = given_key(args, 5)?;
            signed(machine, "genSignedCertWithKey", args, &key)
        },
    ),
    Function::new("buildCustomCert", &[Text, Text], build_custom_cert),
];

type Answer = Result<Value, Error>;

/// A certificate and its key as PEM.
#[derive(Debug)]
struct Pair {
    certificate: Str,
    key: Str,
}

impl Object for Pair {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::from(self.certificate.clone())),
            "Key" => Some(Value::from(self.key.clone())),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let (certificate, key) = (self.certificate.clone(), self.key.clone());
        vec![("Cert", Value::from(certificate)), ("Key", Value::from(key))]
    }

    fn to_json(&self) -> Value {
        Value::from(self.fields().into_iter().collect::<Map>())
    }
}

fn error(text: String) -> Error {
    Error::function(text)
}

/// Makes an RSA key of 2048 bits, or takes the fixed one.
fn new_key(machine: &mut Machine<'_>, function: &'static str) -> Result<PrivateKey, Error> {
    rsa_key(machine, function, 2048)
}

fn rsa_key(
    machine: &mut Machine<'_>,
    function: &'static str,
    size: u64,
) -> Result<PrivateKey, Error> {
    let host = machine.host::<Host>()?;
    if host.is_seeded() {
        return PrivateKey::fixed(host.is_anew()).map_err(error);
    }
    machine.charge_steps(KEY_STEPS)?;
    let mut random = machine.host::<Host>()?.random(function);
    Ok(PrivateKey::Rsa(RsaKey::generate(&mut random, size)))
}

fn given_key(args: &mut [Value], index: usize) -> Result<PrivateKey, Error> {
    PrivateKey::parse(&text(args, index))
        .map_err(|problem| error(format!("parsing private key: {problem}")))
}

fn gen_private_key(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    const NAME: &str = "genPrivateKey";
    let kind = text(args, 0);
    machine.charge_steps(SIGNATURE_STEPS)?;
    let key = match &kind[..] {
        b"" | b"rsa" => rsa_key(machine, NAME, 4096)?,
        b"dsa" => {
            machine.charge_steps(KEY_STEPS)?;
            PrivateKey::Dsa(dsa::generate(&mut machine.host::<Host>()?.random(NAME)))
        }
        b"ecdsa" => PrivateKey::Ec(EcKey::generate(&mut machine.host::<Host>()?.random(NAME))),
        b"ed25519" => {
            let mut seed = [0; 32];
            machine.host::<Host>()?.random(NAME).fill(&mut seed);
            PrivateKey::Ed(EdKey(seed))
        }
        _ => return Ok(Value::from([b"Unknown type ", &kind[..]].concat())),
    };
    let pem = Str::from(key.pem());
    machine.host::<Host>()?.note(NAME);
    Ok(Value::from(pem))
}

fn authority(
    machine: &mut Machine<'_>,
    function: &'static str,
    args: &mut [Value],
    key: &PrivateKey,
) -> Answer {
    let (name, days) = (text(args, 0), int(args, 1));
    let mut template = template(machine, &name, &Value::Nil, &Value::Nil, days)?;
    template.is_authority = true;
    finish(machine, function, &template, key, None)
}

fn self_signed(
    machine: &mut Machine<'_>,
    function: &'static str,
    args: &mut [Value],
    key: &PrivateKey,
) -> Answer {
    let (name, days) = (text(args, 0), int(args, 3));
    let template = template(machine, &name, &args[1], &args[2], days)?;
    finish(machine, function, &template, key, None)
}

fn signed(
    machine: &mut Machine<'_>,
    function: &'static str,
    args: &mut [Value],
    key: &PrivateKey,
) -> Answer {
    let (name, days) = (text(args, 0), int(args, 3));
    let authority = args[4]
        .downcast_ref::<Pair>()
        .ok_or_else(|| error("value is no certificate".to_owned()))?;
    let block = pem::decode(&authority.certificate)
        .ok_or_else(|| error("unable to decode certificate".to_owned()))?;
    let signer = parse::parse(&block.bytes).map_err(|problem| {
        error(format!("error parsing certificate: decodedSignerCert.Bytes: {problem}"))
    })?;
    let signing_key = PrivateKey::parse(&authority.key)
        .map_err(|problem| error(format!("error parsing private key: {problem}")))?;
    let template = template(machine, &name, &args[1], &args[2], days)?;
    finish(machine, function, &template, key, Some((&signer, &signing_key)))
}

fn template(
    machine: &mut Machine<'_>,
    name: &[u8],
    addresses: &Value,
    host_names: &Value,
    days: i64,
) -> Result<Template, Error> {
    const DAY: i64 = 24 * 3600 * 1_000_000_000;
    let addresses = items(addresses).iter().map(address).collect::<Result<_, _>>()?;
    let host_names = items(host_names).iter().map(host_name).collect::<Result<_, _>>()?;
    let now = machine.host::<Host>()?.now();
    let not_before = Moment::of_unix(now.seconds, now.nanoseconds);
    Ok(Template {
        common_name: name.to_vec(),
        addresses,
        host_names,
        // Too many days wrap around as in Go.
        not_after: not_before.plus(DAY.wrapping_mul(days)),
        not_before,
        is_authority: false,
    })
}

fn items(list: &Value) -> &[Value] {
    list.as_list().map_or(&[], |list| list.as_slice())
}

fn address(item: &Value) -> Result<IpAddr, Error> {
    let Some(text) = item.as_str() else {
        return Err(error(format!("error parsing ip: {} is not a string", fmt::display(item)?)));
    };
    let parsed = text.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| error(format!("error parsing ip: {text}")))
}

fn host_name(item: &Value) -> Result<Vec<u8>, Error> {
    match item.as_str() {
        Some(text) => Ok(text.to_vec()),
        None => {
            let shown = fmt::display(item)?;
            Err(error(format!("error processing alternate dns name: {shown} is not a string")))
        }
    }
}

fn finish(
    machine: &mut Machine<'_>,
    function: &'static str,
    template: &Template,
    key: &PrivateKey,
    parent: Option<(&Signer, &PrivateKey)>,
) -> Answer {
    machine.charge_steps(SIGNATURE_STEPS)?;
    let host = machine.host::<Host>()?;
    let bytes = create(template, key, parent, &mut host.random(function))
        .map_err(|problem| error(format!("error creating certificate: {problem}")))?;
    let pair =
        Pair { certificate: pem::encode("CERTIFICATE", &bytes).into(), key: key.pem().into() };
    host.note(function);
    Ok(Value::object(pair))
}

fn build_custom_cert(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let refused = |what: &str| error(format!("unable to decode {what}"));
    let certificate = decode_base64(&text(args, 0)).map_err(|_| refused("base64 certificate"))?;
    let key = decode_base64(&text(args, 1)).map_err(|_| refused("base64 private key"))?;
    let block = pem::decode(&certificate).ok_or_else(|| refused("certificate"))?;
    parse::parse(&block.bytes).map_err(|problem| {
        error(format!("error parsing certificate: decodedCert.Bytes: {problem}"))
    })?;
    PrivateKey::parse(&key)
        .map_err(|problem| error(format!("error parsing private key: {problem}")))?;
    Ok(Value::object(Pair { certificate: certificate.into(), key: key.into() }))
}
