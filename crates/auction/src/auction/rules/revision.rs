//! Correcting what was announced: openly, with reason and document, and never under the feet of those who bid
//! (网拍规定 12–14).
//!
//! The text says nothing on corrections. The reading here: what weighs for the decision to bid is as good as a new
//! announcement, so that its days run anew, and once bidding has begun it changes no more; a slip of the pen may be
//! corrected at any time. In each case a bidder sees the correction before his next bid.

use crate::auction::{DisclosureItem, LotStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// A part of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Title,
    StartsAt,
    EndsAt,
    Disclosure(DisclosureItem),
    /// A photo or paper comes or goes: part of the property's condition (网拍规定 13).
    Attachment,
}

/// Does the part weigh for the decision whether and how much to bid? A later time does not: nobody loses by it.
pub const fn has_weight(part: Part) -> bool {
    match part {
        Part::Title | Part::Attachment => true,
        Part::StartsAt | Part::EndsAt => false,
        Part::Disclosure(item) => matches!(
            item,
            DisclosureItem::Appraisal
                | DisclosureItem::BiddingRules
                | DisclosureItem::Condition
                | DisclosureItem::PriorityPurchasers
                | DisclosureItem::PaymentMethod
                | DisclosureItem::Taxes
                | DisclosureItem::BidderQualification
                | DisclosureItem::KnownDefects
        ),
    }
}

/// Is the revision one after which the days of the announcement run anew?
pub fn is_material(parts: &[Part], clerical: bool) -> bool {
    !clerical && parts.iter().copied().any(has_weight)
}

/// May these parts be revised in this state? `begun`: bids may have arrived.
///
/// # Errors
/// WRONG_STATE after the end, REVISION_TOO_LATE for what must not change once bidding has begun, LIST_INVALID when
/// nothing changes.
pub fn check(status: LotStatus, begun: bool, parts: &[Part], clerical: bool) -> Result<(), Refusal> {
    if !matches!(status, LotStatus::Announced | LotStatus::Open | LotStatus::Suspended) {
        return Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_12).field("lot"));
    }
    if parts.is_empty() {
        return Err(Refusal::new(RefusalCode::ListInvalid).law(&reference::NETAUCTION_13).field("items"));
    }
    let times = parts.iter().any(|part| matches!(part, Part::StartsAt | Part::EndsAt));
    if times && status == LotStatus::Suspended {
        // when a stopped lot goes on is decided by its resumption (网拍规定 28)
        return Err(Refusal::new(RefusalCode::LotSuspended).law(&reference::NETAUCTION_28).field("startsAt"));
    }
    if begun && (times || is_material(parts, clerical)) {
        return Err(Refusal::new(RefusalCode::RevisionTooLate).law(&reference::NETAUCTION_12).field("lot"));
    }
    Ok(())
}

/// Begin and end only move to later instants: whoever counted on the announced ones loses nothing.
pub fn check_later(field: &'static str, announced: Timestamp, revised: Timestamp) -> Result<(), Refusal> {
    if revised >= announced {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::NETAUCTION_12).field(field).arg("earliest", announced))
}

/// Has the bidder seen the latest revision? Asked of every bid that would be accepted otherwise.
pub fn check_acknowledged(latest: i32, acknowledged: i32) -> Result<(), Refusal> {
    if acknowledged >= latest {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::RevisionNotAcknowledged)
        .law(&reference::NETAUCTION_13)
        .field("lot")
        .arg("revision", latest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CONDITION: Part = Part::Disclosure(DisclosureItem::Condition);
    const CONTACT: Part = Part::Disclosure(DisclosureItem::CourtContact);

    #[test]
    fn netauction_12_what_weighs_changes_no_more_once_bidding_has_begun() {
        let code = |begun, parts: &[Part], clerical| {
            check(LotStatus::Open, begun, parts, clerical).err().map(|refusal| refusal.code)
        };
        assert_eq!(code(true, &[CONDITION], false), Some(RefusalCode::RevisionTooLate));
        assert_eq!(code(true, &[CONTACT, Part::Title], false), Some(RefusalCode::RevisionTooLate));
        assert_eq!(code(true, &[Part::EndsAt], true), Some(RefusalCode::RevisionTooLate));
        assert_eq!(code(true, &[CONDITION], true), None, "a slip of the pen");
        assert_eq!(code(true, &[CONTACT], false), None);
        assert_eq!(code(false, &[CONDITION, Part::StartsAt], false), None);
        assert_eq!(code(false, &[], false), Some(RefusalCode::ListInvalid));
    }

    #[test]
    fn netauction_13_revisions_end_with_the_sale() {
        for status in [LotStatus::Announced, LotStatus::Open, LotStatus::Suspended] {
            assert!(check(status, false, &[CONTACT], false).is_ok());
        }
        for status in [LotStatus::Draft, LotStatus::Ready, LotStatus::Sold, LotStatus::Unsold, LotStatus::Withdrawn] {
            assert_eq!(check(status, false, &[CONTACT], false).unwrap_err().code, RefusalCode::WrongState);
        }
        let stopped = check(LotStatus::Suspended, false, &[Part::StartsAt], false);
        assert_eq!(stopped.unwrap_err().code, RefusalCode::LotSuspended);
    }

    #[test]
    fn netauction_12_times_move_to_later_only() {
        let at = Timestamp::from_micros;
        assert!(check_later("startsAt", at(10), at(10)).is_ok());
        assert!(check_later("startsAt", at(10), at(9)).is_err());
    }

    #[test]
    fn netauction_13_the_latest_revision_is_acknowledged_before_a_bid() {
        assert!(check_acknowledged(0, 0).is_ok());
        assert!(check_acknowledged(2, 2).is_ok());
        let refused = check_acknowledged(2, 1).unwrap_err();
        assert_eq!(
            (refused.code, &refused.args),
            (RefusalCode::RevisionNotAcknowledged, &vec![("revision", "2".into())])
        );
    }

    #[test]
    fn netauction_12_only_what_weighs_starts_the_days_anew() {
        assert!(is_material(&[CONTACT, CONDITION], false));
        assert!(!is_material(&[CONTACT, CONDITION], true));
        assert!(!is_material(&[CONTACT, Part::StartsAt], false));
        assert!(is_material(&[Part::Attachment], false) && !is_material(&[Part::Attachment], true));
    }
}
