//! Which round follows which, at what price and by when (网拍规定 24, 26, 31; 拍变规定 25; 法明传〔2017〕455号).

use crate::auction::aftermath::{SecondAuctionTerm, Stage};
use crate::auction::{AuctionRound, LotStatus};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::term::Deadline;
use crate::law::{DeadlineRule, calendar::Calendar, reference};
use chrono::TimeDelta;

/// A sell-off stands open so long for its first bid.
pub const SELL_OFF_WINDOW: TimeDelta = TimeDelta::days(60);
/// The first bid of a sell-off ends it so much later.
pub const SELL_OFF_COUNTDOWN: TimeDelta = TimeDelta::hours(24);

/// The newest lot of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    pub round: AuctionRound,
    pub stage: Stage,
    pub status: LotStatus,
    /// Absent before the panel has decided.
    pub starting_price: Option<Money>,
    /// Lowest starting price of that lot, when it was a later round itself.
    pub floor_price: Option<Money>,
    pub appraisal_price: Money,
}

/// The round that may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub round: AuctionRound,
    pub stage: Stage,
    /// Lowest starting price; for a sell-off the only one.
    pub floor_price: Money,
}

/// The rung on which a lot without a row in the chain stands.
pub const fn stage_of(round: AuctionRound) -> Stage {
    match round {
        AuctionRound::First | AuctionRound::ReAuction => Stage::First,
        AuctionRound::Second => Stage::Second,
        AuctionRound::SellOff => Stage::SellOff,
    }
}

/// What comes after `last`. An unsold auction goes down the ladder; a default repeats its round without a cut; a sale
/// that was set aside starts again at the top; a later round that was taken back is tried again as it was.
///
/// # Errors
/// WRONG_STATE with the article of the step that is missing, AMOUNT_INVALID for prices out of range.
pub fn decide_next(last: &Last) -> Result<Next, Refusal> {
    let start = last.starting_price.ok_or_else(|| wrong_state(last.status, &reference::NETAUCTION_26));
    match (last.status, last.stage) {
        (LotStatus::Unsold, Stage::First) => {
            let floor_price = start?.ratio_ceil(80, 100).map_err(Refusal::from)?;
            Ok(Next { round: AuctionRound::Second, stage: Stage::Second, floor_price })
        }
        (LotStatus::Unsold, Stage::Second) | (LotStatus::Defaulted, Stage::SellOff) => {
            Ok(Next { round: AuctionRound::SellOff, stage: Stage::SellOff, floor_price: start? })
        }
        (LotStatus::Unsold, Stage::SellOff) => Err(wrong_state(last.status, &reference::SALE_25)),
        (LotStatus::Defaulted, stage) => Ok(Next { round: AuctionRound::ReAuction, stage, floor_price: start? }),
        (LotStatus::SetAside, _) => {
            let floor_price = last.appraisal_price.ratio_ceil(70, 100).map_err(Refusal::from)?;
            Ok(Next { round: AuctionRound::ReAuction, stage: Stage::First, floor_price })
        }
        (LotStatus::Withdrawn, stage) => {
            let floor_price = last.floor_price.ok_or_else(|| wrong_state(last.status, &reference::SALE_17))?;
            Ok(Next { round: last.round, stage, floor_price })
        }
        (LotStatus::InKind | LotStatus::Released, _) => Err(wrong_state(last.status, &reference::SALE_25)),
        (LotStatus::Sold | LotStatus::Paid | LotStatus::RulingServed | LotStatus::Delivered, _) => {
            Err(wrong_state(last.status, &reference::NETAUCTION_24))
        }
        _ => Err(wrong_state(last.status, &reference::NETAUCTION_26)),
    }
}

/// WRONG_STATE of a lot, with the article of the step that its state does not allow.
pub fn wrong_state(status: LotStatus, article: &'static Article) -> Refusal {
    let text = serde_json::to_value(status).ok().and_then(|value| value.as_str().map(str::to_owned));
    Refusal::new(RefusalCode::WrongState).law(article).field("lot").arg("status", text.unwrap_or_default())
}

/// The starting price of a later round: not below the floor, and in a sell-off exactly the second reserve price.
pub fn check_price(round: AuctionRound, floor: Money, start: Money) -> Result<(), Refusal> {
    if round == AuctionRound::SellOff && start != floor {
        let differs = Refusal::new(RefusalCode::SellOffPriceDiffers).law(&reference::SELL_OFF_NOTICE);
        return Err(differs.field("startingPrice").arg("price", floor));
    }
    if start >= floor {
        return Ok(());
    }
    let article = match round {
        AuctionRound::ReAuction => &reference::NETAUCTION_24,
        _ => &reference::NETAUCTION_26,
    };
    let low = Refusal::new(RefusalCode::StartingPriceTooLow).law(article).field("startingPrice");
    Err(low.arg("minimum", floor).arg("base", floor))
}

/// What must be paid in to bid: the deposit, in a sell-off the whole price (变卖预缴款).
pub const fn qualifying_payment(round: AuctionRound, deposit: Money, start: Money) -> Money {
    match round {
        AuctionRound::SellOff => start,
        _ => deposit,
    }
}

/// What of a defaulter's payment is kept: the announced deposit, also out of a full prepayment.
pub fn forfeited(applied: Money, announced_deposit: Money) -> Money {
    applied.min(announced_deposit)
}

/// The term within which the round after an unsold one must come; none after other endings.
pub fn term_after_unsold(calendar: &Calendar, stage: Stage, ended_at: Timestamp) -> Option<Deadline> {
    let rule = match stage {
        Stage::First => DeadlineRule::ReAuction30Days,
        Stage::Second => DeadlineRule::SellOffAnnouncement15Days,
        Stage::SellOff => return None,
    };
    Some(rule.deadline(calendar, ended_at))
}

/// A round after an unsold one comes in its term, else by a document that says why it is late.
pub fn check_term(
    term: &Deadline,
    reading: SecondAuctionTerm,
    published_on: LegalDate,
    starts_on: LegalDate,
    late_document: bool,
) -> Result<(), Refusal> {
    let by_start = term.rule == DeadlineRule::ReAuction30Days && reading == SecondAuctionTerm::Start;
    let (day, field) = if by_start { (starts_on, "startsAt") } else { (published_on, "lateRoundDocument") };
    if day <= term.due_on || late_document {
        return Ok(());
    }
    let late = Refusal::new(RefusalCode::RoundTooLate).law(term.rule.article()).field(field);
    Err(late.arg("latest", term.due_on))
}

/// A sell-off is announced for exactly 60 days.
pub fn check_sell_off_window(starts_at: Timestamp, planned_end_at: Timestamp) -> Result<(), Refusal> {
    if planned_end_at.since(starts_at) == SELL_OFF_WINDOW {
        return Ok(());
    }
    let end = starts_at.plus(SELL_OFF_WINDOW);
    Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::SELL_OFF_NOTICE).field("endsAt").arg("earliest", end))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn last(status: LotStatus, stage: Stage) -> Last {
        Last {
            round: AuctionRound::First,
            stage,
            status,
            starting_price: Some(money("864197.53")),
            floor_price: None,
            appraisal_price: money("1234567.89"),
        }
    }
    fn calendar() -> Calendar {
        Calendar::built_in().unwrap()
    }

    #[test]
    fn netauction_26_and_24_and_31_each_ending_has_its_next_round() {
        use {AuctionRound as R, LotStatus as S};
        for (status, stage, expected) in [
            (S::Unsold, Stage::First, (R::Second, Stage::Second, "691358.03")),
            (S::Unsold, Stage::Second, (R::SellOff, Stage::SellOff, "864197.53")),
            (S::Defaulted, Stage::First, (R::ReAuction, Stage::First, "864197.53")),
            (S::Defaulted, Stage::Second, (R::ReAuction, Stage::Second, "864197.53")),
            (S::Defaulted, Stage::SellOff, (R::SellOff, Stage::SellOff, "864197.53")),
            (S::SetAside, Stage::Second, (R::ReAuction, Stage::First, "864197.53")),
        ] {
            let next = decide_next(&last(status, stage)).unwrap();
            assert_eq!((next.round, next.stage, next.floor_price), (expected.0, expected.1, money(expected.2)));
        }
    }

    #[test]
    fn netauction_26_a_wrong_step_is_refused_with_its_article() {
        use LotStatus as S;
        for (status, stage, article) in [
            (S::Draft, Stage::First, &reference::NETAUCTION_26),
            (S::Open, Stage::First, &reference::NETAUCTION_26),
            (S::Suspended, Stage::Second, &reference::NETAUCTION_26),
            (S::Sold, Stage::First, &reference::NETAUCTION_24),
            (S::Delivered, Stage::First, &reference::NETAUCTION_24),
            (S::Unsold, Stage::SellOff, &reference::SALE_25),
            (S::InKind, Stage::First, &reference::SALE_25),
            (S::Released, Stage::SellOff, &reference::SALE_25),
            (S::Withdrawn, Stage::First, &reference::SALE_17),
        ] {
            let refused = decide_next(&last(status, stage)).unwrap_err();
            assert_eq!((refused.code, refused.law), (RefusalCode::WrongState, Some(article)), "{status:?}");
        }
    }

    #[test]
    fn sale_17_a_later_round_that_was_taken_back_comes_again_on_its_own_terms() {
        let back = Last {
            round: AuctionRound::Second,
            floor_price: Some(money("691358.03")),
            ..last(LotStatus::Withdrawn, Stage::Second)
        };
        let next = decide_next(&back).unwrap();
        assert_eq!((next.round, next.floor_price), (AuctionRound::Second, money("691358.03")));
    }

    #[test]
    fn netauction_26_and_24_and_the_sell_off_notice_bound_the_price() {
        use AuctionRound::*;
        let floor = money("691358.03");
        for (round, start, refused) in [
            (Second, "691358.02", Some((RefusalCode::StartingPriceTooLow, &reference::NETAUCTION_26))),
            (Second, "691358.03", None),
            (ReAuction, "691358.02", Some((RefusalCode::StartingPriceTooLow, &reference::NETAUCTION_24))),
            (ReAuction, "700000.00", None),
            (SellOff, "691358.02", Some((RefusalCode::SellOffPriceDiffers, &reference::SELL_OFF_NOTICE))),
            (SellOff, "691358.03", None),
            (SellOff, "691358.04", Some((RefusalCode::SellOffPriceDiffers, &reference::SELL_OFF_NOTICE))),
        ] {
            let found = check_price(round, floor, money(start)).err().map(|r| (r.code, r.law.unwrap()));
            assert_eq!(found, refused, "{round:?} {start}");
        }
    }

    #[test]
    fn netauction_26_the_second_auction_comes_within_30_days() {
        // unsold on 5 February: the 30th day is Saturday 7 March, so Monday 9 March
        let ended = Timestamp::parse("2026-02-05T10:00:00+08:00").unwrap();
        let term = term_after_unsold(&calendar(), Stage::First, ended).unwrap();
        let day = |text: &str| -> LegalDate { text.parse().unwrap() };
        let check = |reading, published: &str, starts: &str, document| {
            check_term(&term, reading, day(published), day(starts), document)
        };
        assert_eq!(term.due_on, day("2026-03-09"));
        assert!(check(SecondAuctionTerm::Start, "2026-02-20", "2026-03-09", false).is_ok());
        let late = check(SecondAuctionTerm::Start, "2026-02-20", "2026-03-10", false).unwrap_err();
        assert_eq!((late.code, late.law), (RefusalCode::RoundTooLate, Some(&reference::NETAUCTION_26)));
        assert!(check(SecondAuctionTerm::Start, "2026-02-20", "2026-03-10", true).is_ok());
        assert!(check(SecondAuctionTerm::Announcement, "2026-03-09", "2026-03-25", false).is_ok());
        assert!(check(SecondAuctionTerm::Announcement, "2026-03-10", "2026-03-26", false).is_err());
    }

    #[test]
    fn sell_off_notice_15_days_to_announce_60_days_open_full_prepayment() {
        let ended = Timestamp::parse("2026-03-10T10:00:00+08:00").unwrap();
        let term = term_after_unsold(&calendar(), Stage::Second, ended).unwrap();
        let day = |text: &str| -> LegalDate { text.parse().unwrap() };
        assert_eq!(term.due_on, day("2026-03-25"));
        let check =
            |published: &str| check_term(&term, SecondAuctionTerm::Start, day(published), day("2026-06-01"), false);
        assert!(check("2026-03-25").is_ok());
        assert_eq!(check("2026-03-26").unwrap_err().law, Some(&reference::SELL_OFF_NOTICE));
        let second = TimeDelta::seconds(1);
        assert!(check_sell_off_window(ended, ended.plus(SELL_OFF_WINDOW)).is_ok());
        assert!(check_sell_off_window(ended, ended.plus(SELL_OFF_WINDOW - second)).is_err());
        assert!(check_sell_off_window(ended, ended.plus(SELL_OFF_WINDOW + second)).is_err());
        let (deposit, start) = (money("100000.00"), money("500000.00"));
        assert_eq!(qualifying_payment(AuctionRound::SellOff, deposit, start), start);
        assert_eq!(qualifying_payment(AuctionRound::Second, deposit, start), deposit);
        assert_eq!((forfeited(start, deposit), forfeited(money("1.00"), deposit)), (deposit, money("1.00")));
        assert!(term_after_unsold(&calendar(), Stage::SellOff, ended).is_none());
    }
}
