//! Administration: the parameters that a court sets for itself, and the holiday notices that the calendar is built from.
//!
//! Both take effect by a second person, are versioned and keep what was proposed. Nothing here reaches back: lots, terms
//! and approvals keep the values under which they began, except that a term that still runs follows the calendar (an end
//! on a holiday moves on by law, 民诉法 85).

pub mod ops;
pub mod rules;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// Where a proposed setting stands (设定状态).
    SettingStatus {
        /// Waits for a second person (待复核).
        Proposed = "PROPOSED",
        /// In force (有效).
        Active = "ACTIVE",
        /// The second person said no (未通过).
        Rejected = "REJECTED",
        /// A later version has taken its place (已被取代).
        Superseded = "SUPERSEDED",
    }
}
