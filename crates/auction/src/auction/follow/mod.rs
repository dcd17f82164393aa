//! Following lots (关注): a bidder hears of what happens to a lot before he registers for it, or without doing so.
//!
//! Who follows a lot is told to nobody: the number alone is public, the audit trail of following and unfollowing names
//! no lot, and the reminders (`office::notice`) are seen by their recipient alone.

pub mod jobs;
pub mod ops;
pub mod store;

use crate::kernel::stored_enum;
use crate::law::parameter::{END_REMINDER_HOURS, Parameter, START_REMINDER_HOURS};

/// Most lots that one account follows.
pub const MOST_FOLLOWED: usize = 500;

stored_enum! {
    /// What those who follow a lot are reminded of ahead of time (关注提醒).
    FollowReminder {
        /// Bidding begins (即将开始竞价).
        Start = "START",
        /// Bidding ends (即将结束竞价).
        End = "END",
    }
}
impl FollowReminder {
    /// How long before the instant, in hours of the court.
    const fn parameter(self) -> &'static Parameter {
        match self {
            FollowReminder::Start => &START_REMINDER_HOURS,
            FollowReminder::End => &END_REMINDER_HOURS,
        }
    }
    /// The stored status of a lot that it is for, and the column of its instant.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            FollowReminder::Start => ("ANNOUNCED", "starts_at"),
            FollowReminder::End => ("OPEN", "effective_end_at"),
        }
    }
}
