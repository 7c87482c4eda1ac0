//! Password hashes, derived passwords and AES (sprig `crypto.go`).

use aes::{
    Aes256, Block,
    cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};
use base64::{
    Engine as _,
    alphabet::BCRYPT,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zij_gotmpl::{
    Error, Function, Machine,
    Param::{String as Text, Uint32},
    Str, Value,
};

use super::{
    arguments::text,
    encoding::{decode_base64, encode_base64, illegal},
};
use crate::host::Host;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[Text], |machine, args| {
        hashed(machine, "bcrypt", &text(args, 0)).map(Value::from)
    }),
    Function::new("htpasswd", &[Text, Text], htpasswd),
    Function::new("derivePassword", &[Uint32, Text, Text, Text, Text], derive_password),
    Function::new("encryptAES", &[Text, Text], encrypt),
    Function::new("decryptAES", &[Text, Text], decrypt),
];

type Answer = Result<Value, Error>;

/// `bcrypt.DefaultCost`, in steps of the render as dear as it is.
const COST: u32 = 10;
const COST_IN_STEPS: usize = 1_000_000;

/// Returns the bcrypt hash with a fresh salt, or sprig's text for a password that is too long.
fn hashed(
    machine: &mut Machine<'_>,
    function: &'static str,
    password: &[u8],
) -> Result<String, Error> {
    const ENCODING: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);
    if password.len() > 72 {
        return Ok(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
                .to_owned(),
        );
    }
    machine.charge_steps(COST_IN_STEPS)?;
    let mut key = password.to_vec();
    // The hash ends with a zero byte where there is room for it.
    key.push(0);
    key.truncate(72);
    let mut salt = [0; 16];
    let host = machine.host::<Host>()?;
    host.random(function).fill(&mut salt);
    let hash = bcrypt::bcrypt(COST, salt, &key);
    let text = format!("$2a${COST}${}{}", ENCODING.encode(salt), ENCODING.encode(&hash[..23]));
    host.note(function);
    Ok(text)
}

fn htpasswd(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (user, password) = (text(args, 0), text(args, 1));
    if user.contains(&b':') {
        return Ok(Value::from([b"invalid username: ", &user[..]].concat()));
    }
    let hash = hashed(machine, "htpasswd", &password)?;
    Ok(Value::from([&user[..], b":", hash.as_bytes()].concat()))
}

/// What stands at each place of a derived password: letters name the classes below.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn class(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The Master Password algorithm.
fn derive_password(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    const SCOPE: &[u8] = b"com.lyndir.masterpassword";
    let counter = match &args[0] {
        Value::Uint64(counter) => *counter as u32,
        _ => 0,
    };
    let [kind, password, user, site] = [1, 2, 3, 4].map(|index| text(args, index));
    let Some(templates) = templates(&kind) else {
        return Ok(Value::from([b"cannot find password template ", &kind[..]].concat()));
    };
    machine.charge_memory(64 << 20)?;
    machine.charge_steps(COST_IN_STEPS)?;
    let scoped = |name: &Str| [SCOPE, &(name.len() as u32).to_be_bytes(), &name[..]].concat();
    let mut key = [0; 64];
    let failed = |problem: String| Error::function(format!("failed to derive password: {problem}"));
    let params = scrypt::Params::new(15, 8, 2).map_err(|error| failed(error.to_string()))?;
    scrypt::scrypt(&password, &scoped(&user), &params, &mut key)
        .map_err(|error| failed(error.to_string()))?;
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|error| failed(error.to_string()))?;
    hmac.update(&scoped(&site));
    hmac.update(&counter.to_be_bytes());
    let seed = hmac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let letters = template.bytes().zip(&seed[1..]).map(|(letter, byte)| {
        let class = class(letter);
        class[usize::from(*byte) % class.len()]
    });
    Ok(Value::from(letters.collect::<Vec<u8>>()))
}

/// The first 32 bytes of a password, filled up with zeros.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    let used = password.len().min(32);
    key[..used].copy_from_slice(&password[..used]);
    Aes256::new(&key.into())
}

fn encrypt(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (password, plain) = (text(args, 0), text(args, 1));
    if plain.is_empty() {
        return Ok(Value::from(plain));
    }
    machine.charge_memory(plain.len().saturating_mul(3))?;
    let padding = 16 - plain.len() % 16;
    let mut content = plain.to_vec();
    content.resize(plain.len() + padding, padding as u8);
    let mut previous = [0; 16];
    let host = machine.host::<Host>()?;
    host.random("encryptAES").fill(&mut previous);
    let cipher = cipher(&password);
    let mut out = previous.to_vec();
    for chunk in content.chunks_exact(16) {
        chained(&mut previous, chunk);
        let mut block = Block::from(previous);
        cipher.encrypt_block(&mut block);
        previous = block.into();
        out.extend_from_slice(&previous);
    }
    let text = encode_base64(&out);
    host.note("encryptAES");
    Ok(Value::from(text))
}

/// Combines two blocks, as cipher block chaining does.
fn chained(block: &mut [u8; 16], other: &[u8]) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}

fn decrypt(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (password, encrypted) = (text(args, 0), text(args, 1));
    if encrypted.is_empty() {
        return Ok(Value::from(encrypted));
    }
    machine.charge_memory(encrypted.len())?;
    let bytes = decode_base64(&encrypted).map_err(|at| Error::function(illegal("base64", at)))?;
    let Some((mut previous, content)) = bytes.split_first_chunk::<16>().map(|(a, b)| (*a, b))
    else {
        let size = bytes.len();
        return Err(Error::function(format!(
            "runtime error: slice bounds out of range [:16] with capacity {size}"
        )));
    };
    if content.len() % 16 != 0 {
        return Err(Error::function("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(&password);
    let mut out = Vec::with_capacity(content.len());
    for chunk in content.chunks_exact(16) {
        let mut encrypted = [0; 16];
        encrypted.copy_from_slice(chunk);
        let mut block = Block::from(encrypted);
        cipher.decrypt_block(&mut block);
        chained(&mut previous, &block);
        out.extend_from_slice(&previous);
        previous = encrypted;
    }
    let Some(padding) = out.last().map(|byte| usize::from(*byte)) else {
        return Err(Error::function("runtime error: index out of range [-1]"));
    };
    let Some(size) = out.len().checked_sub(padding) else {
        let end = out.len() as i64 - padding as i64;
        return Err(Error::function(format!("runtime error: slice bounds out of range [:{end}]")));
    };
    out.truncate(size);
    Ok(Value::from(out))
}
