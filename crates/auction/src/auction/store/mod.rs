//! Tables of the auction room, scoped finders and locked loads.

pub mod bidding;
pub mod chain;
pub mod decision;
pub mod default;
pub mod ending;
pub mod intake;
pub mod late;
pub mod lot;
pub mod opening;
pub mod papers;
pub mod platform;
pub mod property;
pub mod proxy;
pub mod record;
pub mod refund_speed;
pub mod replay;
pub mod revision;
pub mod sale;
pub mod stay;
pub mod transfer;

pub use bidding::{attempt, receipt_batch, registration};
pub use chain::lot_chain;
pub use decision::{purchaser_return, sale_decision};
pub use default::{balance_reminder, buyer_default, forfeiture_line, top_up_order};
pub use ending::{in_kind_offer, in_kind_ruling, lot_release, restitution, restitution_return, sale_set_aside};
pub use papers::{barred_purchaser, bidder_papers, bidder_person, former_power, joint_purchaser, lot_bidder};
pub use platform::platform_deposit;
pub use proxy::proxy_bid;
pub use record::{barred_person, disclosure, lot_event, notification, panel_decision};
pub use sale::{deposit_credit, lot_result};
pub use stay::{lot_objection, surplus_assessment};
pub use transfer::transfer_approval;
