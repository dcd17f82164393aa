//! Pure rules of paying out: who must approve, who may not, what an order may draw on, what stops it.

pub mod advance;
pub mod deferral;
pub mod order;
pub mod people;
pub mod result;
pub mod run;
pub mod shown;
pub mod terms;
