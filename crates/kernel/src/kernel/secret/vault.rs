//! Envelope encryption of single fields, and blind indexes to find them by.
//!
//! A sealed value is ASCII of the form `v1|A256GCM|kek id|wrapped data key|nonce, ciphertext and tag` (the last two in
//! base64url). Its data key serves this value alone, so that erasing the value erases the last way to read it from
//! every backup of the key ring, and changing the key-encryption key means wrapping anew, not encrypting anew. The
//! table, row and column are authenticated with it: a value copied to another row does not open.

use super::{CryptoError, CryptoModule, Secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::DeriveValueType;
use std::{fmt, sync::Arc};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use zeroize::Zeroizing;

const VERSION: &str = "v1";
const INDEX_LENGTH: usize = 16;
/// The blind index of every column that holds a person's or organisation's number of identity (citizen id, unified
/// social credit code): one key for all of them, so that an account finds its party and a bidder its bars.
pub const IDENTITY_INDEX: &str = "person.identity";
/// The same for bank account numbers: a payer's account finds the payee's.
pub const ACCOUNT_INDEX: &str = "bank.account";

/// Where a sealed value stands: table, row and column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub table: &'static str,
    pub row: Uuid,
    pub column: &'static str,
}
impl Place {
    pub const fn new(table: &'static str, row: Uuid, column: &'static str) -> Place {
        Place { table, row, column }
    }
    fn aad(&self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.row, self.column).into_bytes()
    }
}

/// A sealed value as it stands in a BLOB column.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Sealed(Vec<u8>);
impl Sealed {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
    /// The key-encryption key that it was sealed under.
    pub fn kek_id(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()?.split('|').nth(2)
    }
}
impl From<Vec<u8>> for Sealed {
    fn from(bytes: Vec<u8>) -> Sealed {
        Sealed(bytes)
    }
}
impl From<String> for Sealed {
    fn from(text: String) -> Sealed {
        Sealed(text.into_bytes())
    }
}
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Sixteen bytes by which an encrypted value is found: equal values of one column have equal indexes.
#[derive(Clone, PartialEq, Eq, Hash, DeriveValueType)]
pub struct BlindIndex(Vec<u8>);
impl BlindIndex {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex(…)")
    }
}

/// Seals and opens fields; cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<dyn CryptoModule>);
impl Vault {
    pub fn new(module: impl CryptoModule + 'static) -> Vault {
        Vault(Arc::new(module))
    }
    pub fn seal(&self, place: Place, plain: &str) -> Result<Sealed, CryptoError> {
        self.seal_bytes(place, plain.as_bytes())
    }
    pub fn seal_bytes(&self, place: Place, plain: &[u8]) -> Result<Sealed, CryptoError> {
        let (data_key, wrapped) = self.0.new_data_key()?;
        let body = self.0.seal(&data_key, &place.aad(), plain)?;
        let [wrapped, body] = [wrapped, body].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let (algorithm, kek_id) = (self.0.algorithm(), self.0.active_kek());
        Ok(Sealed(format!("{VERSION}|{algorithm}|{kek_id}|{wrapped}|{body}").into_bytes()))
    }
    /// Fails when the value was changed, moved to another place, or sealed under a key that is not in the ring.
    pub fn open(&self, place: Place, sealed: &Sealed) -> Result<Secret<String>, CryptoError> {
        let mut bytes = self.open_bytes(place, sealed)?;
        String::from_utf8(std::mem::take(&mut *bytes)).map(Secret::new).map_err(|_| CryptoError::Malformed)
    }
    pub fn open_bytes(&self, place: Place, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let text = std::str::from_utf8(&sealed.0).map_err(|_| CryptoError::Malformed)?;
        let mut parts = text.split('|');
        let mut part = || parts.next().ok_or(CryptoError::Malformed);
        let (version, algorithm, kek_id, wrapped, body) = (part()?, part()?, part()?, part()?, part()?);
        if version != VERSION || parts.next().is_some() {
            return Err(CryptoError::Malformed);
        }
        if algorithm != self.0.algorithm() {
            return Err(CryptoError::UnknownAlgorithm);
        }
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| CryptoError::Malformed);
        let data_key = self.0.unwrap_data_key(kek_id, &decode(wrapped)?)?;
        self.0.open(&data_key, &place.aad(), &decode(body)?)
    }
    /// `column` is [`IDENTITY_INDEX`], [`ACCOUNT_INDEX`] or `table.column`; each has a key of its own. The value is compared in NFKC capitals.
    pub fn blind_index(&self, column: &str, value: &str) -> BlindIndex {
        let folded: Zeroizing<String> = Zeroizing::new(value.trim().nfkc().flat_map(char::to_uppercase).collect());
        let mac = self.0.mac(&format!("blind-index/{column}"), folded.as_bytes());
        BlindIndex(mac[..INDEX_LENGTH].to_vec())
    }
    /// A keyed hash, e.g. of the input behind an idempotency key, so that the stored hash cannot be guessed backwards.
    pub fn hmac(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.mac(&format!("hmac/{purpose}"), bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{super::*, *};

    const ROW: Uuid = Uuid::from_u128(7);
    const PLACE: Place = Place::new("party", ROW, "citizen_id");

    fn vault(active: u8, retired: &[u8]) -> Vault {
        let kek = |byte: u8| KeyEncryptionKey::new([byte; 32]);
        Vault::new(SoftwareModule::new(kek(active), retired.iter().map(|byte| kek(*byte)).collect(), [9; 32]))
    }

    #[test]
    fn a_value_opens_at_its_own_place_only() {
        let vault = vault(1, &[]);
        let sealed = vault.seal(PLACE, "11010519491231002X").unwrap();
        let text = std::str::from_utf8(sealed.as_bytes()).unwrap();
        assert!(text.starts_with("v1|A256GCM|") && !text.contains("11010519491231002X"));
        assert_eq!(vault.open(PLACE, &sealed).unwrap().expose(), "11010519491231002X");
        for other in [
            Place { table: "payee", ..PLACE },
            Place { row: Uuid::from_u128(8), ..PLACE },
            Place { column: "mobile", ..PLACE },
        ] {
            assert_eq!(vault.open(other, &sealed).unwrap_err(), CryptoError::NotAuthentic);
        }
    }

    #[test]
    fn equal_values_have_different_ciphertexts() {
        let vault = vault(1, &[]);
        assert_ne!(vault.seal(PLACE, "x").unwrap(), vault.seal(PLACE, "x").unwrap());
    }

    #[test]
    fn every_changed_character_is_found() {
        let vault = vault(1, &[]);
        let sealed = vault.seal(PLACE, "13812341234").unwrap();
        for at in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[at] = if changed.0[at] == b'A' { b'B' } else { b'A' };
            assert!(vault.open(PLACE, &changed).is_err(), "{at}");
        }
        for broken in ["", "v1", "v1|A256GCM|x|y|z", "v2|A256GCM|a|b|c", "v1|SM4GCM|a|b|c"] {
            assert!(vault.open(PLACE, &Sealed(broken.into())).is_err(), "{broken}");
        }
    }

    #[test]
    fn old_values_open_under_a_retired_key_and_not_without_it() {
        let sealed = vault(1, &[]).seal(PLACE, "x").unwrap();
        assert_eq!(vault(2, &[1]).open(PLACE, &sealed).unwrap().expose(), "x");
        assert_eq!(vault(2, &[]).open(PLACE, &sealed).unwrap_err(), CryptoError::UnknownKey);
        assert_ne!(vault(2, &[1]).seal(PLACE, "x").unwrap().kek_id(), sealed.kek_id());
    }

    #[test]
    fn blind_indexes_are_per_column_and_fold_case_and_width() {
        let vault = vault(1, &[]);
        let index = |column, value| vault.blind_index(column, value);
        assert_eq!(index("party.citizen_id", "11010519491231002x"), index("party.citizen_id", "11010519491231002Ｘ "));
        assert_ne!(index("party.citizen_id", "1"), index("payee.account", "1"));
        assert_ne!(index("party.citizen_id", "1"), index("party.citizen_id", "2"));
        assert_eq!(index("a", "b").as_bytes().len(), 16);
        assert_ne!(vault.hmac("a", b"b")[..16], *index("a", "b").as_bytes());
    }
}
