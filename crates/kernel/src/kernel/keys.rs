//! The key ring: Ed25519 keys for tokens, receipts and checkpoints, the key-encryption keys and the index key.
//!
//! Made at the first start in the data directory with mode 0600, or given by configuration when several nodes share
//! it. Each purpose has keys of its own, so that a token can never pass for a receipt. A rotated key leaves its public
//! half behind: what it signed stays verifiable for good.

use super::secret::{CryptoError, KeyEncryptionKey, SoftwareModule, Vault, random_bytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const FILE: &str = "keys.json";

/// What a key signs (签名用途).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyPurpose {
    /// Access tokens (访问令牌).
    Token,
    /// Bid receipts and replay files; the provider's own key where a listed provider runs the sale (出价回执).
    Receipt,
    /// Checkpoints of the audit log (审计检查点).
    Checkpoint,
}
impl KeyPurpose {
    pub const ALL: [KeyPurpose; 3] = [KeyPurpose::Token, KeyPurpose::Receipt, KeyPurpose::Checkpoint];
}

/// A signature and the key that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub kid: String,
    pub bytes: [u8; 64],
}

/// The public half of a signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    pub purpose: KeyPurpose,
    /// First 16 hexadecimal digits of SHA-256 over the key.
    pub kid: String,
    pub bytes: [u8; 32],
    /// Whether new signatures are made with it.
    pub active: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file {0} cannot be read or written")]
    File(PathBuf, #[source] io::Error),
    #[error("the key file {0} may be read by others: its mode must be 0600")]
    TooOpen(PathBuf),
    #[error("the key ring is not of the expected form: {0}")]
    Form(&'static str),
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// All keys of an installation; cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);
struct Ring {
    /// One per purpose, in the order of [`KeyPurpose::ALL`].
    signing: [SigningKey; 3],
    public: Vec<PublicKey>,
    keks: Vec<KeyEncryptionKey>,
    index_key: Zeroizing<[u8; 32]>,
}

impl KeyRing {
    /// Reads `keys.json` of the data directory; makes directory and file when there is none. Of several processes that
    /// start together, one makes the file and the others read it.
    pub fn load_or_create(dir: &Path) -> Result<KeyRing, KeyError> {
        let path = dir.join(FILE);
        if !path.exists() {
            fs::create_dir_all(dir).map_err(|e| KeyError::File(dir.to_owned(), e))?;
            let text = KeyFile::generate()?.to_json()?;
            create_exclusively(&path, text.as_bytes()).map_err(|e| KeyError::File(path.clone(), e))?;
        }
        refuse_open_mode(&path)?;
        let text = fs::read_to_string(&path).map_err(|e| KeyError::File(path, e))?;
        KeyRing::from_json(&Zeroizing::new(text))
    }
    /// From configuration: the text of a key file.
    pub fn from_json(text: &str) -> Result<KeyRing, KeyError> {
        let file: KeyFile = serde_json::from_str(text).map_err(|_| KeyError::Form("not the JSON of a key file"))?;
        file.into_ring()
    }
    /// Fresh keys that are stored nowhere: tests and the demo.
    pub fn ephemeral() -> Result<KeyRing, KeyError> {
        KeyFile::generate()?.into_ring()
    }
    pub fn sign(&self, purpose: KeyPurpose, bytes: &[u8]) -> Signature {
        let key = &self.0.signing[purpose as usize];
        Signature { kid: key_id(key.verifying_key().as_bytes()), bytes: key.sign(bytes).to_bytes() }
    }
    /// Whether the key of that purpose and id, active or retired, made the signature.
    pub fn verify(&self, purpose: KeyPurpose, bytes: &[u8], signature: &Signature) -> bool {
        let key = self.public_key(purpose, &signature.kid);
        key.is_some_and(|key| verify_with(&key.bytes, bytes, &signature.bytes))
    }
    pub fn public_key(&self, purpose: KeyPurpose, kid: &str) -> Option<&PublicKey> {
        self.0.public.iter().find(|key| key.purpose == purpose && key.kid == kid)
    }
    /// Active and retired keys of every purpose: what `signingKeys` publishes.
    pub fn public_keys(&self) -> &[PublicKey] {
        &self.0.public
    }
    /// The same ring, but bid receipts and replay files are signed with the provider's key: provider and court are
    /// different persons (网拍规定 4, 8). What this ring's own receipt key signed stays verifiable.
    pub fn with_receipts_of(&self, provider: &KeyRing) -> KeyRing {
        let [token, _, checkpoint] = self.0.signing.clone();
        let theirs = provider.0.signing[KeyPurpose::Receipt as usize].clone();
        let receipts = provider.0.public.iter().filter(|key| key.purpose == KeyPurpose::Receipt);
        let mut public: Vec<PublicKey> = receipts.cloned().collect();
        for own in &self.0.public {
            if public.iter().all(|known| known.bytes != own.bytes) {
                public.push(PublicKey { active: own.active && own.purpose != KeyPurpose::Receipt, ..own.clone() });
            }
        }
        let (keks, index_key) = (self.0.keks.clone(), self.0.index_key.clone());
        KeyRing(Arc::new(Ring { signing: [token, theirs, checkpoint], public, keks, index_key }))
    }
    /// The vault over the ring's key-encryption and index keys.
    pub fn vault(&self) -> Result<Vault, KeyError> {
        let (active, retired) = self.0.keks.split_first().ok_or(KeyError::Form("no key-encryption key"))?;
        Ok(Vault::new(SoftwareModule::new(active.clone(), retired.to_vec(), *self.0.index_key)))
    }
}

/// The stored form. The first entry with a seed of each purpose is active; retired ones keep their public half alone.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    #[zeroize(skip)]
    version: u32,
    signing: Vec<SigningEntry>,
    /// Base64, the active one first.
    key_encryption: Vec<String>,
    index: String,
}
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct SigningEntry {
    #[zeroize(skip)]
    purpose: KeyPurpose,
    public: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
}
impl KeyFile {
    fn generate() -> Result<KeyFile, KeyError> {
        let mut signing = Vec::new();
        for purpose in KeyPurpose::ALL {
            let key = SigningKey::from_bytes(&random_bytes()?);
            let public = STANDARD.encode(key.verifying_key().as_bytes());
            signing.push(SigningEntry { purpose, public, seed: Some(STANDARD.encode(key.as_bytes())) });
        }
        let key_encryption = vec![STANDARD.encode(random_bytes::<32>()?)];
        Ok(KeyFile { version: 1, signing, key_encryption, index: STANDARD.encode(random_bytes::<32>()?) })
    }
    fn to_json(&self) -> Result<Zeroizing<String>, KeyError> {
        serde_json::to_string_pretty(self).map(Zeroizing::new).map_err(|_| KeyError::Form("cannot be written"))
    }
    fn into_ring(self) -> Result<KeyRing, KeyError> {
        if self.version != 1 {
            return Err(KeyError::Form("unknown version"));
        }
        let signing =
            [self.active(KeyPurpose::Token)?, self.active(KeyPurpose::Receipt)?, self.active(KeyPurpose::Checkpoint)?];
        let mut public: Vec<PublicKey> = Vec::new();
        for entry in &self.signing {
            let bytes = *decode(&entry.public)?;
            VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Form("not an Ed25519 public key"))?;
            if public.iter().any(|key| key.bytes == bytes) {
                return Err(KeyError::Form("one key stands twice"));
            }
            let active = signing[entry.purpose as usize].verifying_key().as_bytes() == &bytes;
            public.push(PublicKey { purpose: entry.purpose, kid: key_id(&bytes), bytes, active });
        }
        let keks: Vec<_> = self
            .key_encryption
            .iter()
            .map(|key| Ok(KeyEncryptionKey::new(*decode(key)?)))
            .collect::<Result<_, KeyError>>()?;
        if keks.is_empty() {
            return Err(KeyError::Form("no key-encryption key"));
        }
        Ok(KeyRing(Arc::new(Ring { signing, public, keks, index_key: decode(&self.index)? })))
    }
    fn active(&self, purpose: KeyPurpose) -> Result<SigningKey, KeyError> {
        let entry = self.signing.iter().find(|entry| entry.purpose == purpose && entry.seed.is_some());
        let (public, seed) = entry
            .and_then(|entry| Some((&entry.public, entry.seed.as_ref()?)))
            .ok_or(KeyError::Form("a purpose has no signing key"))?;
        let key = SigningKey::from_bytes(&*decode(seed)?);
        match key.verifying_key().as_bytes() == &*decode(public)? {
            true => Ok(key),
            false => Err(KeyError::Form("a public key does not belong to its seed")),
        }
    }
}

/// Whether the holder of `public` signed `bytes`.
pub fn verify_with(public: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    VerifyingKey::from_bytes(public).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
}
/// First 16 hexadecimal digits of SHA-256 over the key.
pub fn key_id(public: &[u8; 32]) -> String {
    hex::encode(&Sha256::digest(public)[..8])
}
fn decode(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| KeyError::Form("not base64"))?);
    bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| KeyError::Form("a key has 32 bytes"))
}

/// Writes a new file with mode 0600 under a name of its own and links it into place: nobody ever reads half a file,
/// and of two writers one loses without harm.
fn create_exclusively(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn refuse_open_mode(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|e| KeyError::File(path.to_owned(), e))?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::TooOpen(path.to_owned())) }
}
#[cfg(not(unix))]
fn refuse_open_mode(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{super::secret::Place, *};
    use uuid::Uuid;

    #[test]
    fn a_signature_holds_for_its_purpose_key_and_bytes_only() {
        let ring = KeyRing::ephemeral().unwrap();
        let signature = ring.sign(KeyPurpose::Receipt, b"bytes");
        assert!(ring.verify(KeyPurpose::Receipt, b"bytes", &signature));
        assert!(!ring.verify(KeyPurpose::Receipt, b"byteS", &signature));
        assert!(!ring.verify(KeyPurpose::Token, b"bytes", &signature));
        assert!(!KeyRing::ephemeral().unwrap().verify(KeyPurpose::Receipt, b"bytes", &signature));
        let mut kids: Vec<_> = ring.public_keys().iter().map(|key| key.kid.clone()).collect();
        kids.dedup();
        assert_eq!(kids.len(), 3);
        assert!(ring.public_keys().iter().all(|key| key.active && key.kid.len() == 16));
    }

    #[test]
    fn a_second_start_finds_the_same_keys() {
        let dir = tempfile::tempdir().unwrap();
        let first = KeyRing::load_or_create(&dir.path().join("data")).unwrap();
        let second = KeyRing::load_or_create(&dir.path().join("data")).unwrap();
        assert_eq!(first.public_keys(), second.public_keys());
        let place = Place::new("party", Uuid::from_u128(1), "mobile");
        let sealed = first.vault().unwrap().seal(place, "13812341234").unwrap();
        assert_eq!(second.vault().unwrap().open(place, &sealed).unwrap().expose(), "13812341234");
        assert_eq!(fs::read_dir(dir.path().join("data")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        KeyRing::load_or_create(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyRing::load_or_create(dir.path()), Err(KeyError::TooOpen(_))));
    }

    #[test]
    fn a_retired_key_still_verifies() {
        let mut old = KeyFile::generate().unwrap();
        let before = KeyRing::from_json(&old.to_json().unwrap()).unwrap();
        let signature = before.sign(KeyPurpose::Checkpoint, b"root");
        let sealed = before.vault().unwrap().seal(Place::new("t", Uuid::nil(), "c"), "x").unwrap();

        let mut new = KeyFile::generate().unwrap();
        old.signing.iter_mut().for_each(|entry| entry.seed = None);
        new.signing.append(&mut old.signing);
        new.key_encryption.append(&mut old.key_encryption);
        let after = KeyRing::from_json(&new.to_json().unwrap()).unwrap();
        assert!(after.verify(KeyPurpose::Checkpoint, b"root", &signature));
        assert_ne!(after.sign(KeyPurpose::Checkpoint, b"root").kid, signature.kid);
        assert_eq!(after.public_keys().iter().filter(|key| key.active).count(), 3);
        assert_eq!(after.vault().unwrap().open(Place::new("t", Uuid::nil(), "c"), &sealed).unwrap().expose(), "x");
    }

    #[test]
    fn netauction_8_receipts_of_a_provider_are_signed_with_his_key_and_the_rest_with_the_courts() {
        let (court, provider) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let before = court.sign(KeyPurpose::Receipt, b"receipt");
        let both = court.with_receipts_of(&provider);
        let receipt = both.sign(KeyPurpose::Receipt, b"receipt");
        assert!(provider.verify(KeyPurpose::Receipt, b"receipt", &receipt));
        assert!(!court.verify(KeyPurpose::Receipt, b"receipt", &receipt));
        let checkpoint = both.sign(KeyPurpose::Checkpoint, b"root");
        assert!(court.verify(KeyPurpose::Checkpoint, b"root", &checkpoint));
        assert!(both.verify(KeyPurpose::Receipt, b"receipt", &before), "an earlier receipt stays good");
        assert_eq!(both.public_keys().iter().filter(|key| key.active).count(), 3);
        assert_eq!(both.public_keys().len(), 4);
        let place = Place::new("party", Uuid::from_u128(1), "mobile");
        let sealed = both.vault().unwrap().seal(place, "13812341234").unwrap();
        assert_eq!(court.vault().unwrap().open(place, &sealed).unwrap().expose(), "13812341234");
    }

    #[test]
    fn broken_key_files_are_refused() {
        let file = KeyFile::generate().unwrap();
        let text = file.to_json().unwrap();
        let change =
            |from: &str, to: &str| KeyRing::from_json(&text.replacen(from, to, 1)).err().map(|e| e.to_string());
        assert!(KeyRing::from_json("{}").is_err());
        assert!(change("\"version\": 1", "\"version\": 2").unwrap().contains("version"));
        assert!(change("\"RECEIPT\"", "\"TOKEN\"").unwrap().contains("purpose"));
        let seed = file.signing[0].seed.clone().unwrap();
        let other = file.signing[1].seed.clone().unwrap();
        assert!(change(&seed, &other).unwrap().contains("does not belong"));
        assert!(change(&seed, "AAAA").unwrap().contains("32 bytes"));
    }
}
