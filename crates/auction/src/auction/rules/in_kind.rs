//! Unsold property in kind: who may take it, what he pays in money, and when nobody is left (拍变规定 16, 24, 25).

use crate::auction::aftermath::Stage;
use crate::auction::{LotCategory, LotStatus};
use crate::cases::ClaimRank;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// Place of a creditor among those of a case; smaller is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub class: i32,
    pub order: i32,
}

/// Secured and other priority claims: the one class whose order the register or a panel has fixed.
const RANKED: i32 = 3;

impl Place {
    /// Is it paid in full before `other` gets anything? Ordinary claims share, or follow the seizures of the day.
    pub const fn is_senior_to(self, other: Place) -> bool {
        self.class < other.class || (self.class == other.class && self.class == RANKED && self.order < other.order)
    }
}

/// The place of a claim in the order of payment.
pub const fn place(rank: ClaimRank, order: i32) -> Place {
    let class = match rank {
        ClaimRank::SaleCosts => 1,
        ClaimRank::MedicalCosts => 2,
        ClaimRank::Secured | ClaimRank::Priority => RANKED,
        ClaimRank::Restitution => 4,
        ClaimRank::Ordinary => 5,
        ClaimRank::Fine => 6,
        ClaimRank::Confiscation => 7,
    };
    Place { class, order }
}

/// May `chosen` take the property? The earliest place takes it; several at one place draw lots, with a record.
///
/// # Errors
/// WRONG_STATE for a later place, TEXT_INVALID when the record of the draw is missing.
pub fn check_taker(places: &[Place], chosen: Place, drawn: bool) -> Result<(), Refusal> {
    let refuse = |code, field| Refusal::new(code).law(&reference::SALE_16).field(field);
    if places.iter().any(|place| *place < chosen) {
        return Err(refuse(RefusalCode::WrongState, "offer"));
    }
    if places.iter().filter(|place| **place == chosen).count() > 1 && !drawn {
        return Err(refuse(RefusalCode::TextInvalid, "drawDocument"));
    }
    Ok(())
}

/// What the taker pays in money: the reserve price less what a sale at that price would have given him.
pub fn difference(reserve: Money, share: Money) -> Money {
    reserve.saturating_minus(share)
}

/// May the seizure be lifted now? After an unsold sell-off; a movable already after its second auction.
pub fn check_release(status: LotStatus, stage: Stage, category: LotCategory) -> Result<(), Refusal> {
    let movable = category == LotCategory::Movable;
    let at_the_end = stage == Stage::SellOff || (movable && stage == Stage::Second);
    if status == LotStatus::Unsold && at_the_end {
        return Ok(());
    }
    let article = if movable { &reference::SALE_24 } else { &reference::SALE_25 };
    Err(super::rounds::wrong_state(status, article))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sale_16_the_earlier_rank_takes_and_equal_ranks_draw() {
        let (mortgage, second, ordinary) =
            (place(ClaimRank::Secured, 1), place(ClaimRank::Secured, 2), place(ClaimRank::Ordinary, 1));
        assert!(check_taker(&[ordinary, mortgage, second], mortgage, false).is_ok());
        for late in [second, ordinary] {
            let refused = check_taker(&[ordinary, mortgage, second], late, true).unwrap_err();
            assert_eq!((refused.code, refused.law), (RefusalCode::WrongState, Some(&reference::SALE_16)));
        }
        let tie = check_taker(&[ordinary, ordinary], ordinary, false).unwrap_err();
        assert_eq!((tie.code, tie.field), (RefusalCode::TextInvalid, Some("drawDocument")));
        assert!(check_taker(&[ordinary, ordinary], ordinary, true).is_ok());
    }

    #[test]
    fn sale_6_senior_is_a_better_class_or_an_earlier_mortgage() {
        for (mine, theirs, senior) in [
            ((ClaimRank::Secured, 1), (ClaimRank::Ordinary, 1), true),
            ((ClaimRank::Secured, 1), (ClaimRank::Secured, 2), true),
            ((ClaimRank::Secured, 2), (ClaimRank::Secured, 1), false),
            ((ClaimRank::Secured, 1), (ClaimRank::Secured, 1), false),
            ((ClaimRank::Ordinary, 1), (ClaimRank::Ordinary, 2), false),
            ((ClaimRank::Ordinary, 1), (ClaimRank::Fine, 1), true),
        ] {
            let (mine, theirs) = (place(mine.0, mine.1), place(theirs.0, theirs.1));
            assert_eq!(mine.is_senior_to(theirs), senior, "{mine:?} {theirs:?}");
        }
    }

    #[test]
    fn sale_16_the_difference_is_the_price_less_the_share() {
        let money = |text: &str| -> Money { text.parse().unwrap() };
        for (share, due) in [("0.00", "400000.00"), ("399999.99", "0.01"), ("400000.00", "0.00")] {
            assert_eq!(difference(money("400000.00"), money(share)), money(due));
        }
    }

    #[test]
    fn sale_24_and_25_the_seizure_is_lifted_at_the_end_of_the_ladder_only() {
        use {LotCategory::*, LotStatus::Unsold};
        for (status, stage, category, allowed) in [
            (Unsold, Stage::First, Movable, false),
            (Unsold, Stage::Second, Movable, true),
            (Unsold, Stage::Second, Immovable, false),
            (Unsold, Stage::SellOff, Immovable, true),
            (LotStatus::Sold, Stage::SellOff, Immovable, false),
        ] {
            assert_eq!(check_release(status, stage, category).is_ok(), allowed, "{stage:?} {category:?}");
        }
    }
}
