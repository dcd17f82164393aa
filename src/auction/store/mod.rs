//! Tables of the auction room, scoped finders and locked loads.

pub mod bidding;
pub mod intake;
pub mod lot;
pub mod record;
pub mod replay;
pub mod sale;

pub use bidding::{attempt, receipt_batch, registration};
pub use record::{barred_person, disclosure, lot_event, notification, panel_decision};
pub use sale::{deposit_credit, lot_result};
