//! RFC 6962's definition written down naively is the oracle; the published test tree fixes the hashes themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

/// MTH, PATH and PROOF exactly as RFC 6962 §2.1 writes them, over all leaves.
mod rfc6962 {
    use super::*;
    fn k(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }
    pub fn mth(d: &[Hash]) -> Hash {
        match d {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => node_hash(&mth(&d[..k(d.len())]), &mth(&d[k(d.len())..])),
        }
    }
    pub fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
        if d.len() == 1 {
            return vec![];
        }
        let k = k(d.len());
        let (mut path, sibling) =
            if m < k { (path(m, &d[..k]), mth(&d[k..])) } else { (path(m - k, &d[k..]), mth(&d[..k])) };
        path.push(sibling);
        path
    }
    pub fn proof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
        if m == d.len() {
            return if whole { vec![] } else { vec![mth(d)] };
        }
        let k = k(d.len());
        let (mut path, sibling) = if m <= k {
            (proof(m, &d[..k], whole), mth(&d[k..]))
        } else {
            (proof(m - k, &d[k..], false), mth(&d[..k]))
        };
        path.push(sibling);
        path
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| leaf_hash(format!("leaf {i}").as_bytes())).collect()
}
fn grow(leaves: &[Hash]) -> (CompactRange, HashMap<NodeId, Hash>) {
    let mut stored = HashMap::new();
    let mut range = CompactRange::empty();
    for leaf in leaves {
        range.append(*leaf, |id, hash| assert!(stored.insert(id, hash).is_none(), "{id:?} was stored twice"));
    }
    (range, stored)
}
fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// The eight-leaf tree that certificate-transparency's own tests use, with its roots at every size.
#[test]
fn rfc6962_s2_1_the_published_test_tree() {
    let data: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    assert_eq!(empty_root(), hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    let mut range = CompactRange::empty();
    assert_eq!(range.root(), empty_root());
    let mut stored = HashMap::new();
    for (data, root) in data.iter().zip(roots) {
        range.append(leaf_hash(data), |id, hash| {
            stored.insert(id, hash);
        });
        assert_eq!(range.root(), hash(root), "root at size {}", range.size());
    }
    // the published path of leaf 5 in the tree of eight
    let path = inclusion_plan(5, 8).unwrap().fill(&stored).unwrap();
    assert_eq!(
        path,
        [
            hash("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
            hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
            hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ]
    );
}

#[test]
fn rfc6962_s2_1_1_every_inclusion_proof_is_the_rfc_s_and_verifies() {
    let all = leaves(70);
    let (_, stored) = grow(&all);
    for size in 1..=70_usize {
        let root = rfc6962::mth(&all[..size]);
        let (batch_root, paths) = batch_root_and_paths(&all[..size]);
        assert_eq!(batch_root, root);
        for index in 0..size {
            let proof = inclusion_plan(index as u64, size as u64).unwrap().fill(&stored).unwrap();
            assert_eq!(proof, rfc6962::path(index, &all[..size]), "leaf {index} of {size}");
            assert_eq!(proof, paths[index]);
            assert_eq!(verify_inclusion(&all[index], index as u64, size as u64, &proof, &root), Ok(()));
            let elsewhere = (index as u64 + 1) % size as u64;
            if size > 1 {
                assert!(verify_inclusion(&all[index], elsewhere, size as u64, &proof, &root).is_err());
            }
        }
    }
}

#[test]
fn rfc6962_s2_1_2_every_consistency_proof_is_the_rfc_s_and_verifies() {
    let all = leaves(70);
    let (_, stored) = grow(&all);
    let root = |size: usize| rfc6962::mth(&all[..size]);
    for to in 1..=70_usize {
        for from in 1..=to {
            let proof = consistency_plan(from as u64, to as u64).unwrap().fill(&stored).unwrap();
            assert_eq!(proof, rfc6962::proof(from, &all[..to], true), "{from} in {to}");
            let check = |old: &Hash, new: &Hash, p: &[Hash]| verify_consistency(from as u64, to as u64, old, new, p);
            assert_eq!(check(&root(from), &root(to), &proof), Ok(()));
            let wrong = leaf_hash(b"another history");
            assert!(check(&wrong, &root(to), &proof).is_err());
            assert!(check(&root(from), &wrong, &proof).is_err());
            let mut longer = proof.clone();
            longer.push(wrong);
            assert!(check(&root(from), &root(to), &longer).is_err());
            if let Some((_, shorter)) = proof.split_last() {
                assert!(check(&root(from), &root(to), shorter).is_err());
            }
        }
    }
}

#[test]
fn a_compact_range_is_reopened_from_its_stored_peaks() {
    let all = leaves(70);
    let (_, stored) = grow(&all);
    for size in 0..70_u64 {
        let hashes = peaks(size).iter().map(|id| stored[id]).collect();
        let mut range = CompactRange::try_new(size, hashes).unwrap();
        assert_eq!(range.root(), rfc6962::mth(&all[..size as usize]));
        range.append(all[size as usize], |id, hash| assert_eq!(stored[&id], hash));
        assert_eq!(range.root(), rfc6962::mth(&all[..=size as usize]));
    }
    assert_eq!(CompactRange::try_new(3, vec![[0; 32]]), Err(TreeError::OutOfRange));
}

#[test]
fn what_lies_outside_of_the_tree_is_refused() {
    assert_eq!(inclusion_plan(0, 0), Err(TreeError::OutOfRange));
    assert_eq!(inclusion_plan(7, 7), Err(TreeError::OutOfRange));
    assert!(inclusion_plan(6, 7).is_ok());
    assert_eq!(consistency_plan(0, 5), Err(TreeError::OutOfRange));
    assert_eq!(consistency_plan(6, 5), Err(TreeError::OutOfRange));
    assert_eq!(consistency_plan(5, 5), Ok(ProofPlan(vec![])));
    assert_eq!(inclusion_plan(0, 1 << 62), Err(TreeError::OutOfRange));
    let [root] = leaves(1)[..] else { panic!() };
    assert_eq!(verify_inclusion(&root, 0, 0, &[], &root), Err(TreeError::OutOfRange));
    assert_eq!(verify_inclusion(&root, 0, 1, &[root; 64], &root), Err(TreeError::OutOfRange));
    assert_eq!(inclusion_plan(2, 5).unwrap().fill(&HashMap::new()), {
        Err(TreeError::MissingNode(NodeId { level: 0, index: 3 }))
    });
    assert_eq!(batch_root_and_paths(&[]), (empty_root(), vec![]));
}

proptest! {
    /// Any single flipped bit, in leaf, root or proof, is found.
    #[test]
    fn a_flipped_bit_fails(
        size in 1..300_usize, at in 0..300_usize, which in any::<prop::sample::Index>(), bit in 0..256_usize,
    ) {
        let all = leaves(size);
        let index = at % size;
        let (root, paths) = batch_root_and_paths(&all);
        let mut parts = vec![all[index], root];
        parts.extend(&paths[index]);
        let verify = |parts: &[Hash]| verify_inclusion(&parts[0], index as u64, size as u64, &parts[2..], &parts[1]);
        prop_assert_eq!(verify(&parts), Ok(()));
        let chosen = which.index(parts.len());
        parts[chosen][bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(&parts), Err(TreeError::Mismatch));
    }

    #[test]
    fn a_flipped_bit_in_a_consistency_proof_fails(
        to in 2..300_usize, at in 0..300_usize, which in any::<prop::sample::Index>(), bit in 0..256_usize,
    ) {
        let all = leaves(to);
        let from = 1 + at % (to - 1);
        let (_, stored) = grow(&all);
        let mut parts = vec![rfc6962::mth(&all[..from]), rfc6962::mth(&all)];
        parts.extend(consistency_plan(from as u64, to as u64).unwrap().fill(&stored).unwrap());
        let verify = |p: &[Hash]| verify_consistency(from as u64, to as u64, &p[0], &p[1], &p[2..]);
        prop_assert_eq!(verify(&parts), Ok(()));
        let chosen = which.index(parts.len());
        parts[chosen][bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(&parts), Err(TreeError::Mismatch));
    }
}
