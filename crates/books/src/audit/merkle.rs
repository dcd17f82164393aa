//! The Merkle tree of RFC 6962 §2.1 over SHA-256: roots, inclusion and consistency proofs, and their verification.
//!
//! Pure arithmetic, no I/O. A tree is never held in memory: a finished (complete) subtree is stored once under its
//! [`NodeId`], a [`CompactRange`] of O(log n) such hashes is enough to append, and a proof is a [`ProofPlan`] naming
//! the few stored nodes that it is folded from. Sizes are below 2^62, as a proof of more than 63 hashes is refused.

use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

/// A SHA-256 hash. Leaves and nodes are told apart by the prefix that was hashed, not by type.
pub type Hash = [u8; 32];

/// More hashes than any proof in a tree of fewer than 2^62 leaves can have.
pub const MAX_PROOF: usize = 63;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    #[error("the index or size lies outside of the tree")]
    OutOfRange,
    #[error("the proof does not lead to the root")]
    Mismatch,
    #[error("the stored node {0:?} is missing")]
    MissingNode(NodeId),
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}
/// Hash of a leaf: SHA-256(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new_with_prefix([0x00]).chain_update(data).finalize().into()
}
/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// A complete subtree of 2^`level` leaves, the `index`-th of its level: what is stored, and never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    pub level: u8,
    pub index: u64,
}

/// The complete subtrees that make up the leaves `begin..end`, from left to right. `begin` must be aligned as it is
/// in every range that RFC 6962 cuts a tree into.
fn cover(begin: u64, end: u64) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut at = begin;
    while at < end {
        let fits = (end - at).ilog2();
        let level = at.trailing_zeros().min(fits);
        nodes.push(NodeId { level: level as u8, index: at >> level });
        at += 1 << level;
    }
    nodes
}
/// The stored nodes whose hashes open a tree of `size` leaves for appending, from left to right.
pub fn peaks(size: u64) -> Vec<NodeId> {
    cover(0, size)
}
fn fold(peaks: &[Hash]) -> Option<Hash> {
    let (last, rest) = peaks.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

/// The right edge of a tree: its peaks, from which it grows and from which its root follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    peaks: Vec<Hash>,
}
impl CompactRange {
    pub const fn empty() -> CompactRange {
        CompactRange { size: 0, peaks: Vec::new() }
    }
    /// `hashes` are those of [`peaks`]`(size)`, in that order.
    pub fn try_new(size: u64, hashes: Vec<Hash>) -> Result<CompactRange, TreeError> {
        if hashes.len() == size.count_ones() as usize && size < 1 << 62 {
            Ok(CompactRange { size, peaks: hashes })
        } else {
            Err(TreeError::OutOfRange)
        }
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    /// Appends one leaf and hands every node that it finishes (the leaf itself first) to `store`.
    pub fn append(&mut self, leaf: Hash, mut store: impl FnMut(NodeId, Hash)) {
        let mut node = NodeId { level: 0, index: self.size };
        let mut hash = leaf;
        store(node, hash);
        while node.index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            node = NodeId { level: node.level + 1, index: node.index >> 1 };
            store(node, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(empty_root)
    }
}

/// Which stored nodes each hash of a proof is folded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofPlan(Vec<Vec<NodeId>>);
impl ProofPlan {
    /// The nodes to read, each once: at most 2·log2(size) for the whole proof.
    pub fn nodes(&self) -> BTreeSet<NodeId> {
        self.0.iter().flatten().copied().collect()
    }
    pub fn fill(&self, stored: &HashMap<NodeId, Hash>) -> Result<Vec<Hash>, TreeError> {
        let find = |id: &NodeId| stored.get(id).copied().ok_or(TreeError::MissingNode(*id));
        self.0
            .iter()
            .map(|range| {
                let hashes = range.iter().map(find).collect::<Result<Vec<_>, _>>()?;
                fold(&hashes).ok_or(TreeError::OutOfRange)
            })
            .collect()
    }
}
/// The largest power of two below `count` (which is at least 2): where RFC 6962 splits.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
/// PATH of RFC 6962 §2.1.1: proves that the leaf `index` stands in the tree of `size` leaves.
pub fn inclusion_plan(index: u64, size: u64) -> Result<ProofPlan, TreeError> {
    if index >= size || size >= 1 << 62 {
        return Err(TreeError::OutOfRange);
    }
    let (mut begin, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            ranges.push(cover(middle, end));
            end = middle;
        } else {
            ranges.push(cover(begin, middle));
            begin = middle;
        }
    }
    ranges.reverse();
    Ok(ProofPlan(ranges))
}
/// PROOF of RFC 6962 §2.1.2: proves that the tree of `from` leaves (at least 1) is a prefix of the tree of `to`.
pub fn consistency_plan(from: u64, to: u64) -> Result<ProofPlan, TreeError> {
    if from == 0 || from > to || to >= 1 << 62 {
        return Err(TreeError::OutOfRange);
    }
    let (mut begin, mut end) = (0, to);
    let mut ranges = Vec::new();
    // the verifier knows the old root, which is a subtree of its own as long as no left part was cut off
    let mut known = true;
    while from != end {
        let middle = begin + split(end - begin);
        if from <= middle {
            ranges.push(cover(middle, end));
            end = middle;
        } else {
            ranges.push(cover(begin, middle));
            begin = middle;
            known = false;
        }
    }
    if !known {
        ranges.push(cover(begin, end));
    }
    ranges.reverse();
    Ok(ProofPlan(ranges))
}

/// Checks an inclusion proof (RFC 9162 §2.1.3.2). `leaf` is the leaf's hash.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), TreeError> {
    if index >= size || proof.len() > MAX_PROOF {
        return Err(TreeError::OutOfRange);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(TreeError::Mismatch);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            (node, last) = skip_lone_levels(node, last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(TreeError::Mismatch) }
}
/// The last node of a level without a right sibling moves up unchanged.
fn skip_lone_levels(mut node: u64, mut last: u64) -> (u64, u64) {
    while node & 1 == 0 && node != 0 {
        (node, last) = (node >> 1, last >> 1);
    }
    (node, last)
}
/// Checks a consistency proof (RFC 9162 §2.1.4.2) between a tree of `from` leaves (at least 1) and one of `to`.
pub fn verify_consistency(
    from: u64,
    to: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), TreeError> {
    if from == 0 || from > to || proof.len() > MAX_PROOF {
        return Err(TreeError::OutOfRange);
    }
    if from == to {
        return if proof.is_empty() && old_root == new_root { Ok(()) } else { Err(TreeError::Mismatch) };
    }
    let mut path = proof.iter();
    let seed = if from.is_power_of_two() { old_root } else { path.next().ok_or(TreeError::Mismatch)? };
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (mut old, mut new) = (*seed, *seed);
    for sibling in path {
        if last == 0 {
            return Err(TreeError::Mismatch);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            (node, last) = skip_lone_levels(node, last);
        } else {
            new = node_hash(&new, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 && old == *old_root && new == *new_root { Ok(()) } else { Err(TreeError::Mismatch) }
}

/// The root over `leaves` (leaf *hashes*, in order) and the inclusion proof of each, for a batch held in memory:
/// the receipts of one commit.
pub fn batch_root_and_paths(leaves: &[Hash]) -> (Hash, Vec<Vec<Hash>>) {
    let mut paths = vec![Vec::new(); leaves.len()];
    let mut row = leaves.to_vec();
    let mut width = 1;
    while row.len() > 1 {
        for (leaf, path) in paths.iter_mut().enumerate() {
            path.extend(row.get((leaf / width) ^ 1));
        }
        row = row
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                // a node without a right sibling moves up as it is
                [lone] => Some(*lone),
                _ => None,
            })
            .collect();
        width *= 2;
    }
    (row.first().copied().unwrap_or_else(empty_root), paths)
}

#[cfg(test)]
mod tests;
