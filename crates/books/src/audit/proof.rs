//! Offline proofs (c2sp.org/tlog-proof): one text file saying that an event stands in the audit tree.
//!
//! It holds the leaf's index, its inclusion proof and the signed checkpoint; with the log's public key and the
//! event itself, anyone can check it without this system.

use super::{
    checkpoint::{Checkpoint, parse_decimal},
    merkle::{Hash, MAX_PROOF, TreeError, verify_inclusion},
    note::{NoteError, NoteVerifier},
};
use base64::{Engine, prelude::BASE64_STANDARD};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("not a proof of the form c2sp.org/tlog-proof@v1")]
    Malformed,
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// The content of a `.tlog-proof` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Index of the leaf, from 0.
    pub index: u64,
    pub path: Vec<Hash>,
    /// The signed note, whole.
    pub checkpoint: String,
}
impl TlogProof {
    pub fn to_text(&self) -> String {
        let path: String = self.path.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("{HEADER}\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }
    pub fn parse(text: &str) -> Result<TlogProof, ProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Malformed);
        }
        // opaque data of the application: not covered by any signature, so not read
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(ProofError::Malformed)?;
        let path = lines.map(parse_hash).collect::<Result<Vec<_>, _>>()?;
        if path.len() > MAX_PROOF {
            return Err(ProofError::Malformed);
        }
        Ok(TlogProof { index: parse_decimal(index)?, path, checkpoint: checkpoint.to_owned() })
    }
    /// Checks signature and inclusion of the leaf hash; answers with the checkpoint that covers it.
    pub fn verify(&self, leaf: &Hash, origin: &str, known: &[NoteVerifier]) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, origin, known)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}
fn parse_hash(line: &str) -> Result<Hash, ProofError> {
    let bytes = BASE64_STANDARD.decode(line).map_err(|_| ProofError::Malformed)?;
    bytes.try_into().map_err(|_| ProofError::Malformed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::audit::{
        merkle::{batch_root_and_paths, leaf_hash},
        note::{NoteSigner, tests::test_signer},
    };

    const ORIGIN: &str = "court.example/audit";

    fn tree() -> (NoteSigner, Vec<Hash>, Vec<TlogProof>) {
        let signer = test_signer(ORIGIN, 9);
        let leaves: Vec<Hash> = (0..11_u8).map(|i| leaf_hash(&[i])).collect();
        let (root, paths) = batch_root_and_paths(&leaves);
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 11, root }.sign(&signer).unwrap();
        let proofs = (0..).zip(paths).map(|(index, path)| TlogProof { index, path, checkpoint: checkpoint.clone() });
        (signer, leaves, proofs.collect())
    }

    #[test]
    fn c2sp_tlog_proof_is_read_back_and_verifies() {
        let (signer, leaves, proofs) = tree();
        for (leaf, proof) in leaves.iter().zip(&proofs) {
            let read = TlogProof::parse(&proof.to_text()).unwrap();
            assert_eq!(&read, proof);
            assert_eq!(read.verify(leaf, ORIGIN, &[signer.verifier().clone()]).unwrap().size, 11);
        }
        let other = proofs[3].verify(&leaves[4], ORIGIN, &[signer.verifier().clone()]);
        assert_eq!(other, Err(ProofError::Tree(TreeError::Mismatch)));
        assert_eq!(proofs[3].verify(&leaves[3], ORIGIN, &[]), Err(ProofError::Note(NoteError::Unverified)));
    }

    #[test]
    fn the_extra_line_is_skipped_and_a_malformed_proof_refused() {
        let (_, _, proofs) = tree();
        let text = proofs[10].to_text();
        let with_extra = text.replacen("\nindex", "\nextra aGVsbG8=\nindex", 1);
        assert_eq!(TlogProof::parse(&with_extra).unwrap(), proofs[10]);
        let cases = [
            String::new(),
            text.replacen("@v1", "@v2", 1),
            text.replacen("index 10", "index", 1),
            text.replacen("\n\n", "\n", 1),
            text.replacen("index 10\n", "index 10\nAAAA\n", 1),
            text.replacen(
                "index 10\n",
                &format!("index 10\n{}", (BASE64_STANDARD.encode([0; 32]) + "\n").repeat(64)),
                1,
            ),
        ];
        for case in cases {
            assert_eq!(TlogProof::parse(&case), Err(ProofError::Malformed), "{case}");
        }
        assert!(TlogProof::parse(&text.replacen("index 10", "index 010", 1)).is_err());
    }
}
