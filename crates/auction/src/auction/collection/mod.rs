//! Collections (专场): published lots under one heading, such as a promotion of large assets, of one court or, made by a
//! higher court, of several. A collection changes nothing of its lots.

pub mod ops;
pub mod store;

use crate::kernel::stored_enum;

/// Most lots of one collection; its table has the same bound.
pub const MOST_LOTS: usize = 500;

stored_enum! {
    /// Where a collection stands (专场状态).
    CollectionState {
        /// Being prepared; only the court sees it (筹备中).
        Draft = "DRAFT",
        /// Everybody sees it (已上线).
        Online = "ONLINE",
        /// It was taken down; only the court sees it (已下线).
        Offline = "OFFLINE",
    }
}
