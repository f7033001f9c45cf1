//! Hashes and UUIDs.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write;

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// A digest in hexadecimal.
pub fn digest<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(hex(D::digest(bytes)))
}

/// A digest in base64.
pub fn digest64<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(D::digest(bytes)))
}

pub fn md5(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest::<Md5>(text(args, 0).as_bytes()))
}

pub fn sha1(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest::<Sha1>(text(args, 0).as_bytes()))
}

pub fn sha256(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest::<Sha256>(text(args, 0).as_bytes()))
}

pub fn sha512(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest::<Sha512>(text(args, 0).as_bytes()))
}

pub fn base64sha256(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest64::<Sha256>(text(args, 0).as_bytes()))
}

pub fn base64sha512(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(digest64::<Sha512>(text(args, 0).as_bytes()))
}

/// RSAES-PKCS1-v1_5, with a key in PKCS #1 or PKCS #8 as PEM.
pub fn rsadecrypt(args: &[Value], _: &dyn Host) -> FunctionResult {
    let ciphertext = STANDARD
        .decode(text(args, 0))
        .map_err(|_| FunctionError::argument(0, "the cipher text must be base64-encoded"))?;
    let pem = text(args, 1);
    let key = RsaPrivateKey::from_pkcs1_pem(pem).or_else(|_| RsaPrivateKey::from_pkcs8_pem(pem));
    let key = key.map_err(|_| FunctionError::argument(1, "not a private key as PEM"))?;
    let bytes = key
        .decrypt(Pkcs1v15Encrypt, &ciphertext)
        .map_err(|_| FunctionError::call("failed to decrypt: not encrypted for this key"))?;
    Ok(Value::string(String::from_utf8_lossy(&bytes)))
}

pub fn uuidv5(args: &[Value], _: &dyn Host) -> FunctionResult {
    let namespace = match text(args, 0) {
        "dns" => uuid::Uuid::NAMESPACE_DNS,
        "url" => uuid::Uuid::NAMESPACE_URL,
        "oid" => uuid::Uuid::NAMESPACE_OID,
        "x500" => uuid::Uuid::NAMESPACE_X500,
        other => uuid::Uuid::parse_str(other)
            .map_err(|e| FunctionError::call(format!("uuidv5() doesn't support namespace {other} ({e})")))?,
    };
    Ok(Value::string(uuid::Uuid::new_v5(&namespace, text(args, 1).as_bytes()).to_string()))
}
