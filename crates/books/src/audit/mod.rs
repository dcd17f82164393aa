//! The audit trail: an event of every change and every rule refusal, written in the transaction of the change; a
//! sequencer that gives committed events their place in a Merkle tree; signed checkpoints and offline proofs.

pub mod checkpoint;
pub mod event;
pub mod leaf;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod sequencer;
pub mod store;
pub mod verify_tree;
