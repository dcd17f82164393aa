//! The algorithms behind the vault: what a certified module must offer, and ours in software (AES-256-GCM and
//! HMAC-SHA-256).

use crate::kernel::error::{Failure, Problem};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const NONCE: usize = 12;
const KEY: usize = 32;

/// Why a value could not be sealed or opened. None of them says anything of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    #[error("the operating system gave no random bytes")]
    Random,
    #[error("not of the form of a sealed value")]
    Malformed,
    #[error("sealed with an algorithm that this module does not have")]
    UnknownAlgorithm,
    #[error("sealed under a key-encryption key that is not in the ring")]
    UnknownKey,
    #[error("the sealed value was changed or belongs to another place")]
    NotAuthentic,
    #[error("the module could not work")]
    Module,
}

impl From<CryptoError> for Problem {
    fn from(error: CryptoError) -> Problem {
        Problem::internal(error)
    }
}
impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Failure {
        Problem::from(error).into()
    }
}

/// A cryptographic module. Data keys leave it only to be handed back; the key-encryption keys never do.
pub trait CryptoModule: Send + Sync {
    /// Name in the ciphertext, e.g. `A256GCM` or `SM4GCM`.
    fn algorithm(&self) -> &'static str;
    /// The key-encryption key under which new data keys are wrapped.
    fn active_kek(&self) -> &str;
    /// A fresh data key and the same wrapped under the active key-encryption key.
    fn new_data_key(&self) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), CryptoError>;
    fn unwrap_data_key(&self, kek_id: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
    /// nonce ‖ ciphertext ‖ tag, bound to `aad`.
    fn seal(&self, data_key: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError>;
    fn open(&self, data_key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
    /// A keyed hash of 32 bytes under a key that is derived for this purpose alone.
    fn mac(&self, purpose: &str, bytes: &[u8]) -> [u8; 32];
}

/// A key-encryption key with its id (16 hexadecimal digits of its hash).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyEncryptionKey {
    #[zeroize(skip)]
    id: String,
    key: [u8; KEY],
}
impl KeyEncryptionKey {
    pub fn new(key: [u8; KEY]) -> KeyEncryptionKey {
        let hash = Sha256::new().chain_update(b"duixian/kek-id/v1").chain_update(key).finalize();
        KeyEncryptionKey { id: hex::encode(&hash[..8]), key }
    }
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// AES-256-GCM and HMAC-SHA-256 in software.
pub struct SoftwareModule {
    active: KeyEncryptionKey,
    retired: Vec<KeyEncryptionKey>,
    index_key: Zeroizing<[u8; KEY]>,
}
impl SoftwareModule {
    /// Values sealed under `retired` keys still open; new ones use `active`. The index key cannot be changed without
    /// computing every blind index anew.
    pub fn new(active: KeyEncryptionKey, retired: Vec<KeyEncryptionKey>, index_key: [u8; KEY]) -> SoftwareModule {
        SoftwareModule { active, retired, index_key: Zeroizing::new(index_key) }
    }
    fn kek(&self, id: &str) -> Result<&KeyEncryptionKey, CryptoError> {
        std::iter::once(&self.active).chain(&self.retired).find(|kek| kek.id == id).ok_or(CryptoError::UnknownKey)
    }
}
impl CryptoModule for SoftwareModule {
    fn algorithm(&self) -> &'static str {
        "A256GCM"
    }
    fn active_kek(&self) -> &str {
        &self.active.id
    }
    fn new_data_key(&self) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), CryptoError> {
        let data_key = Zeroizing::new(random_bytes::<KEY>()?.to_vec());
        let wrapped = encrypt(&self.active.key, self.active.id.as_bytes(), &data_key)?;
        Ok((data_key, wrapped))
    }
    fn unwrap_data_key(&self, kek_id: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let kek = self.kek(kek_id)?;
        decrypt(&kek.key, kek.id.as_bytes(), wrapped)
    }
    fn seal(&self, data_key: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        encrypt(data_key, aad, plain)
    }
    fn open(&self, data_key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        decrypt(data_key, aad, sealed)
    }
    fn mac(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        let purpose_key = Zeroizing::new(hmac_sha256(&self.index_key, &[b"duixian/derive/v1/", purpose.as_bytes()]));
        hmac_sha256(&purpose_key, &[bytes])
    }
}

/// Bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| CryptoError::Random)?;
    Ok(bytes)
}

fn hmac_sha256(key: &[u8; KEY], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads its key with zeros to the block of the hash; done here, no length can be wrong
    let mut block = Zeroizing::new([0u8; 64]);
    block[..KEY].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new((&*block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
fn encrypt(key: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| CryptoError::Module)?;
    let nonce = random_bytes::<NONCE>()?;
    let body = cipher.encrypt(&nonce.into(), Payload { msg: plain, aad }).map_err(|_| CryptoError::Module)?;
    Ok([&nonce[..], &body].concat())
}
fn decrypt(key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| CryptoError::Module)?;
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(CryptoError::Malformed)?;
    let plain = cipher.decrypt(nonce.into(), Payload { msg: body, aad });
    plain.map(Zeroizing::new).map_err(|_| CryptoError::NotAuthentic)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4231_test_case_2_in_our_padding() {
        let mut key = [0u8; KEY];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac_sha256(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex::encode(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn keys_are_separate_per_purpose() {
        let module = SoftwareModule::new(KeyEncryptionKey::new([1; 32]), vec![], [2; 32]);
        assert_eq!(module.mac("a", b"x"), module.mac("a", b"x"));
        assert_ne!(module.mac("a", b"x"), module.mac("b", b"x"));
        assert_ne!(module.mac("a", b"x"), module.mac("a", b"y"));
    }
}
