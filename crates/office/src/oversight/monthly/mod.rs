//! Monthly reconciliation of enforcement and finance (月度对账), 执行款物规定 3: per case and in total, each side by its own
//! source.
//!
//! Enforcement's numbers come from receipts, what came to be owed and what plans took; finance's from the books, and
//! beside the books stands the bank's statement. What was recorded by the month's end counts. The compared numbers are
//! kept for good; a difference is an item with an owner, a reason and a due day, and ends by a booking that makes it up
//! or by a decision of two people, never by a change of the numbers.

pub mod compare;
pub mod ops;
pub mod rules;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// Where a month's reconciliation stands (月度对账状态).
    ReconciliationState {
        /// Compared; differences are being settled (对账中).
        Open = "OPEN",
        /// Nothing is open: closed by the other side than opened it (已对平).
        Closed = "CLOSED",
    }
}

stored_enum! {
    /// What a line compares (对账项目).
    ReconciliationSubject {
        /// What stands on one case: receipts less what was used, and the case's account in the books (案件案款).
        Case = "CASE",
        /// Unidentified money: unclaimed receipts, and the account in the books (不明款).
        Unidentified = "UNIDENTIFIED",
        /// The bank account: the bank's statement, and the account in the books (银行存款).
        Bank = "BANK",
    }
}

stored_enum! {
    /// Where a difference stands (差异状态).
    ReconciliationItemState {
        /// Nothing settles it yet (待处理).
        Open = "OPEN",
        /// A decision is proposed and waits for its approval (待审批).
        Proposed = "PROPOSED",
        /// A booking made it up (已入账).
        Booked = "BOOKED",
        /// Two people decided that it stands explained (已决定).
        Decided = "DECIDED",
    }
}
