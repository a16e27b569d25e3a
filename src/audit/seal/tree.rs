//! The tree of the sealed log, in the shape of RFC 6962 (section 2.1), as far as it must be held to go on: the roots of the
//! perfect trees that its leaves make. ct-merkle holds every leaf in memory, which a log of years cannot; so these lines
//! stand here, and a test compares each root with ct-merkle's.

use super::leaf::Hash;
use sha2::{Digest, Sha256};

/// As much of a tree as appending needs: at most 64 hashes, however many leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    leaves: u64,
    /// The largest first: one for each bit of `leaves`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// From what [`Frontier::to_bytes`] wrote; none when it does not fit so many leaves.
    pub fn from_bytes(leaves: u64, bytes: &[u8]) -> Option<Self> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && peaks.len() == leaves.count_ones() as usize;
        fits.then(|| Frontier { leaves, peaks: peaks.to_vec() })
    }

    /// The peaks one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// How many leaves it has.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each perfect tree of the same size as the new one joins it from the left, as a carry does in counting.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = parent(&left, &node);
            }
        }
        self.peaks.push(node);
        self.leaves += 1;
    }

    /// The root over all leaves so far; of none, the hash of nothing.
    pub fn root(&self) -> Hash {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| parent(&left, &right));
        joined.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_root_is_the_one_that_ct_merkle_finds(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..130), cut in 0usize..130) {
            let (mut ours, mut theirs) = (Frontier::default(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
            prop_assert_eq!(ours.root().to_vec(), theirs.root().as_bytes().to_vec());
            for (n, leaf) in leaves.iter().enumerate() {
                if n == cut {
                    ours = Frontier::from_bytes(ours.leaves(), &ours.to_bytes()).unwrap();
                }
                ours.push(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into());
                theirs.push(leaf.clone());
                prop_assert_eq!(ours.root().to_vec(), theirs.root().as_bytes().to_vec());
                prop_assert_eq!(ours.leaves(), theirs.len());
            }
        }
    }

    #[test]
    fn a_frontier_that_does_not_fit_its_leaves_is_refused() {
        assert!(Frontier::from_bytes(3, &[0; 64]).is_some());
        assert!(Frontier::from_bytes(4, &[0; 64]).is_none() && Frontier::from_bytes(3, &[0; 65]).is_none());
    }
}
