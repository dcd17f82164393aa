//! Personal data and keys: kept from logs by type, from the disk by encryption, from eyes by masks.
//!
//! * [`Secret`] cannot be serialised or printed and is wiped when dropped.
//! * [`Vault`] encrypts one field of one row; its ciphertext opens nowhere else.
//! * [`mask`] makes what may be shown.
//!
//! The algorithms stand behind [`CryptoModule`], because a commercial-cryptography assessment (GB/T 39786—2021) asks
//! for a certified module with SM2, SM3 and SM4; ours is [`SoftwareModule`].

pub mod mask;
mod module;
mod vault;

pub use module::{CryptoError, CryptoModule, KeyEncryptionKey, SoftwareModule, random_bytes};
pub use vault::{ACCOUNT_INDEX, BlindIndex, IDENTITY_INDEX, Place, Sealed, Vault};

use async_graphql::{InputType, InputValueResult, Value, registry::Registry};
use std::{borrow::Cow, fmt};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A value that must not be shown. It has no `Display` and no `Serialize`, its `Debug` says nothing, and its memory is
/// wiped at the end. Whoever needs the value says so with [`Secret::expose`].
#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Secret<T> {
        Secret(Zeroizing::new(value))
    }
    pub fn expose(&self) -> &T {
        &self.0
    }
}
impl Secret<String> {
    /// Equality in a time that does not depend on where the texts differ.
    pub fn is_equal(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}
impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
impl From<String> for Secret<String> {
    fn from(value: String) -> Secret<String> {
        Secret::new(value)
    }
}

/// For the canonical form of an input (`#[serde(serialize_with = "secret::as_digest")]`): two inputs with different
/// secrets differ, and neither shows its own.
pub fn as_digest<S: serde::Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    use sha2::{Digest, Sha256};
    serializer.serialize_str(&hex::encode(Sha256::digest(secret.expose().as_bytes())))
}

/// An input field may be a secret: to clients it is a `String`.
impl InputType for Secret<String> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        <String as InputType>::parse(value).map(Secret::new).map_err(async_graphql::InputValueError::propagate)
    }
    /// Only default values of the schema are written with this, and a secret has none.
    fn to_value(&self) -> Value {
        Value::Null
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("6228480402564890018".to_owned());
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert!(secret.is_equal("6228480402564890018"));
        assert!(!secret.is_equal("6228480402564890019"));
        assert!(!secret.is_equal(""));
    }
}
