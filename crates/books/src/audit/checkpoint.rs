//! Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of the audit tree as the text of a signed note.
//!
//! Whoever keeps one checkpoint outside of this system can prove later that nothing under it was changed or removed.

use super::{
    merkle::Hash,
    note::{self, NoteError, NoteSigner, NoteVerifier},
};
use base64::{Engine, prelude::BASE64_STANDARD};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, unique in the world and the name of its key, e.g. `court.example/audit`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    pub root: Hash,
}
impl Checkpoint {
    /// The signed text: three lines.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root))
    }
    /// Extension lines after the third are skipped, as the format asks.
    pub fn parse_text(text: &str) -> Result<Checkpoint, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Malformed);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoteError::Malformed);
        }
        let root = BASE64_STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        let root = root.ok_or(NoteError::Malformed)?;
        Ok(Checkpoint { origin: origin.to_owned(), size: parse_decimal(size)?, root })
    }
    /// The whole note, signed by the log's key.
    pub fn sign(&self, signer: &NoteSigner) -> Result<String, NoteError> {
        note::sign(&self.to_text(), &[signer])
    }
    /// Reads a note that one of `known` has signed and that is about the log `origin`.
    pub fn open(signed: &str, origin: &str, known: &[NoteVerifier]) -> Result<Checkpoint, NoteError> {
        let checkpoint = Checkpoint::parse_text(note::open(signed, known)?)?;
        if checkpoint.origin == origin { Ok(checkpoint) } else { Err(NoteError::Unverified) }
    }
}
/// ASCII decimal without sign and without leading zeros.
pub(super) fn parse_decimal(text: &str) -> Result<u64, NoteError> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if canonical { text.parse().map_err(|_| NoteError::Malformed) } else { Err(NoteError::Malformed) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::audit::{merkle::empty_root, note::tests::test_signer};

    /// The example of c2sp.org/tlog-checkpoint.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn c2sp_tlog_checkpoint_the_example_of_the_text() {
        let checkpoint = Checkpoint::parse_text(EXAMPLE).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_text(), EXAMPLE);
        assert_eq!(Checkpoint::parse_text(&format!("{EXAMPLE}extension\n")).unwrap(), checkpoint);
    }

    #[test]
    fn a_signed_checkpoint_opens_under_its_own_origin_only() {
        let signer = test_signer("court.example/audit", 7);
        let checkpoint = Checkpoint { origin: "court.example/audit".into(), size: 0, root: empty_root() };
        let signed = checkpoint.sign(&signer).unwrap();
        let known = [signer.verifier().clone()];
        assert_eq!(Checkpoint::open(&signed, "court.example/audit", &known).unwrap(), checkpoint);
        assert_eq!(Checkpoint::open(&signed, "other.example/audit", &known), Err(NoteError::Unverified));
        let forged = signed.replacen("\n0\n", "\n1\n", 1);
        assert_eq!(Checkpoint::open(&forged, "court.example/audit", &known), Err(NoteError::BadSignature));
    }

    #[test]
    fn malformed_checkpoints_are_refused() {
        let cases = [
            "",
            "origin\n1\n",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "origin\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "origin\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "origin\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
            "origin\n1\nAAAA\n",
            "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nextension\n",
            "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        ];
        for case in cases {
            assert_eq!(Checkpoint::parse_text(case), Err(NoteError::Malformed), "{case:?}");
        }
    }
}
