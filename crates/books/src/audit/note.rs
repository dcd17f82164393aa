//! C2SP signed notes (c2sp.org/signed-note): a text, an empty line, and lines of signatures by named keys.
//!
//! Only Ed25519 keys (type 0x01) are made and verified. Lines of other keys are carried and ignored, so that a second
//! algorithm or a witness can sign the same text.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// Signature type of plain Ed25519 in a key's hash.
const ED25519: u8 = 0x01;
/// A note with more lines than this is not read: it costs more to check than any witness network needs.
const MAX_SIGNATURES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("not a signed note")]
    Malformed,
    #[error("a key's name may not be empty nor hold spaces or a plus sign")]
    BadName,
    #[error("not a verifier key of the form name+hash+key with an Ed25519 key")]
    BadKey,
    #[error("no signature by a known key")]
    Unverified,
    #[error("a signature of a known key is wrong")]
    BadSignature,
}

/// SHA-256(name ‖ 0x0A ‖ type ‖ public key), cut to 4 bytes: tells keys of one name apart.
fn key_hash(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new_with_prefix(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}
fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
    if bad { Err(NoteError::BadName) } else { Ok(()) }
}
/// A note's text is whole lines of printable characters.
fn check_text(text: &str) -> Result<(), NoteError> {
    let bad = !text.ends_with('\n') || text.chars().any(|c| c != '\n' && c.is_control());
    if bad { Err(NoteError::Malformed) } else { Ok(()) }
}

/// Makes the plain Ed25519 signature of a text.
type SignRaw = Box<dyn Fn(&[u8]) -> [u8; 64] + Send + Sync>;

/// A named private key, wherever it is kept: all that is asked of it is a signature.
pub struct NoteSigner {
    verifier: NoteVerifier,
    sign: SignRaw,
}
impl NoteSigner {
    /// `sign` makes plain Ed25519 signatures with the private half of `verifier`.
    pub fn new(verifier: NoteVerifier, sign: impl Fn(&[u8]) -> [u8; 64] + Send + Sync + 'static) -> NoteSigner {
        NoteSigner { verifier, sign: Box::new(sign) }
    }
    pub fn name(&self) -> &str {
        &self.verifier.name
    }
    pub fn verifier(&self) -> &NoteVerifier {
        &self.verifier
    }
    fn line(&self, text: &str) -> String {
        let mut blob = self.verifier.hash.to_vec();
        blob.extend((self.sign)(text.as_bytes()));
        format!("— {} {}\n", self.verifier.name, BASE64_STANDARD.encode(blob))
    }
}
/// The text with one signature line per signer, in their order.
pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<String, NoteError> {
    check_text(text)?;
    let lines: String = signers.iter().map(|signer| signer.line(text)).collect();
    Ok(format!("{text}\n{lines}"))
}

/// A named public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    hash: [u8; 4],
    key: VerifyingKey,
}
impl NoteVerifier {
    pub fn try_new(name: &str, public: &[u8; 32]) -> Result<NoteVerifier, NoteError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| NoteError::BadKey)?;
        Ok(NoteVerifier { name: name.to_owned(), hash: key_hash(name, public), key })
    }
    /// `name+hash+key`: the text form in which a log hands its key to those who watch it.
    pub fn to_vkey(&self) -> String {
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        format!("{}+{}+{}", self.name, hex::encode(self.hash), BASE64_STANDARD.encode(key))
    }
    pub fn parse_vkey(vkey: &str) -> Result<NoteVerifier, NoteError> {
        // base64 itself may hold plus signs: only the first two separate
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::BadKey);
        };
        let key = BASE64_STANDARD.decode(key).map_err(|_| NoteError::BadKey)?;
        let [ED25519, public @ ..] = key.as_slice() else { return Err(NoteError::BadKey) };
        let verifier = NoteVerifier::try_new(name, public.try_into().map_err(|_| NoteError::BadKey)?)?;
        if hex::encode(verifier.hash) == hash { Ok(verifier) } else { Err(NoteError::BadKey) }
    }
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The text of a note that at least one of the known keys has signed. A wrong signature of a known key spoils the
/// note even when another one is right.
pub fn open<'n>(note: &'n str, known: &[NoteVerifier]) -> Result<&'n str, NoteError> {
    let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let (text, signatures) = (&note[..=split], &note[split + 2..]);
    check_text(text)?;
    if !signatures.ends_with('\n') || signatures.lines().count() > MAX_SIGNATURES {
        return Err(NoteError::Malformed);
    }
    let mut verified = false;
    for line in signatures.lines() {
        let (name, blob) = parse_line(line)?;
        let Some((hash, signature)) = blob.split_first_chunk::<4>() else { return Err(NoteError::Malformed) };
        if let Some(verifier) = known.iter().find(|v| v.name == name && v.hash == *hash) {
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::BadSignature)?;
            let checked = verifier.key.verify_strict(text.as_bytes(), &signature);
            checked.map_err(|_| NoteError::BadSignature)?;
            verified = true;
        }
    }
    if verified { Ok(text) } else { Err(NoteError::Unverified) }
}
fn parse_line(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let (name, blob) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Malformed)?;
    check_name(name).map_err(|_| NoteError::Malformed)?;
    let blob = BASE64_STANDARD.decode(blob).map_err(|_| NoteError::Malformed)?;
    if blob.len() < 5 { Err(NoteError::Malformed) } else { Ok((name, blob)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    /// The key and note of the package documentation of golang.org/x/mod/sumdb/note, made by another implementation.
    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn c2sp_signed_note_a_note_of_the_go_implementation_verifies() {
        let verifier = NoteVerifier::parse_vkey(VKEY).unwrap();
        assert_eq!(verifier.to_vkey(), VKEY);
        let text = open(NOTE, std::slice::from_ref(&verifier)).unwrap();
        assert!(text.starts_with("If you think") && text.ends_with("problem is.\n"));
        assert_eq!(open(&NOTE.replace("answer", "Answer"), &[verifier]), Err(NoteError::BadSignature));
        assert_eq!(open(NOTE, &[]), Err(NoteError::Unverified));
    }

    pub fn test_signer(name: &str, seed: u8) -> NoteSigner {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let verifier = NoteVerifier::try_new(name, key.verifying_key().as_bytes()).unwrap();
        NoteSigner::new(verifier, move |text| key.sign(text).to_bytes())
    }
    fn public(signer: &NoteSigner) -> NoteVerifier {
        signer.verifier().clone()
    }

    #[test]
    fn several_keys_may_sign_and_unknown_ones_are_ignored() {
        let (a, b) = (test_signer("court.example/audit", 1), test_signer("witness.example", 2));
        let note = sign("one\n\ntwo\n", &[&a, &b]).unwrap();
        assert_eq!(open(&note, &[public(&a)]), Ok("one\n\ntwo\n"));
        assert_eq!(open(&note, &[public(&a), public(&b)]), Ok("one\n\ntwo\n"));
        // the same name with another key is another key
        assert_eq!(open(&note, &[public(&test_signer("witness.example", 3))]), Err(NoteError::Unverified));
    }

    #[test]
    fn malformed_notes_and_keys_are_refused() {
        let a = test_signer("court.example/audit", 1);
        let note = sign("text\n", &[&a]).unwrap();
        let cases = [
            String::new(),
            "text\n".to_owned(),
            note.trim_end().to_owned(),
            note.replace('—', "-"),
            note.replace("text", "te\u{7}xt"),
            "text\n\n— name AAAA\n".to_owned(),
            "text\n\n— name !!!!\n".to_owned(),
            "text\n\n— AAAAAAAAAAAA\n".to_owned(),
            "text\n\n".to_owned() + &"— n AAAAAAAA\n".repeat(101),
        ];
        for case in cases {
            assert_eq!(open(&case, &[public(&a)]), Err(NoteError::Malformed), "{case:?}");
        }
        assert_eq!(sign("no line end", &[&a]), Err(NoteError::Malformed));
        for bad in ["", "a b", "a+b", "a\nb"] {
            assert_eq!(NoteVerifier::try_new(bad, public(&a).key.as_bytes()), Err(NoteError::BadName));
        }
        for bad in ["", "name", "name+c74f20a3", &VKEY.replace("c74f", "c74e"), &VKEY.replace("+AR", "+BR")] {
            assert_eq!(NoteVerifier::parse_vkey(bad), Err(NoteError::BadKey), "{bad}");
        }
    }
}
