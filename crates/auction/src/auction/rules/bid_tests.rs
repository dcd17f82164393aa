//! The bidding rules, article by article, at both edges of every limit.

use super::*;
use chrono::TimeDelta;

const ANNA: Uuid = Uuid::from_u128(1);
const BERT: Uuid = Uuid::from_u128(2);
const CHEN: Uuid = Uuid::from_u128(3);

fn money(text: &str) -> Money {
    text.parse().unwrap()
}
fn at(clock: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-02-06T{clock}+08:00")).unwrap()
}
fn open_lot() -> LotState {
    LotState {
        status: LotStatus::Open,
        starts_at: at("10:00:00").minus(TimeDelta::hours(24)),
        effective_end_at: at("10:00:00"),
        starting_price: money("500000.00"),
        bid_increment: money("10000.00"),
        leader: None,
        version: 1,
        extension_count: 0,
    }
}
fn ordinary(registration: Uuid) -> Bidder {
    Bidder { registration, qualified: true, barred: false, priority_rank: None, power_revoked_at: None }
}
fn ranked(registration: Uuid, rank: i32) -> Bidder {
    Bidder { priority_rank: Some(rank), ..ordinary(registration) }
}
fn offer(amount: &str, clock: &str) -> Offer<'static> {
    Offer { amount: money(amount), confirmation: None, arrival: at(clock), sequence: 1 }
}
fn decide(lot: &LotState, bidder: &Bidder, amount: &str, clock: &str) -> Result<Accepted, Refusal> {
    decide_bid(lot, bidder, &offer(amount, clock), &Parameters::default())
}
fn place(lot: &mut LotState, bidder: &Bidder, amount: &str, clock: &str) -> Result<(), RefusalCode> {
    let accepted = decide(lot, bidder, amount, clock).map_err(|refusal| refusal.code)?;
    lot.apply(&accepted);
    Ok(())
}
fn code(lot: &LotState, bidder: &Bidder, amount: &str, clock: &str) -> RefusalCode {
    decide(lot, bidder, amount, clock).unwrap_err().code
}

#[test]
fn netauction_20_five_minute_rule() {
    for (arrival, end, extended) in [
        ("09:54:59.999", "10:00:00", false),
        ("09:55:00", "10:00:00", false),
        ("09:55:00.001", "10:00:00.001", true),
        ("09:57:00", "10:02:00", true),
        ("09:59:59.999", "10:04:59.999", true),
    ] {
        let accepted = decide(&open_lot(), &ordinary(ANNA), "500000.00", arrival).unwrap();
        assert_eq!((accepted.new_end, accepted.extended), (at(end), extended), "{arrival}");
    }
}

#[test]
fn netauction_20_extensions_repeat_and_the_end_is_exclusive() {
    let mut lot = open_lot();
    assert_eq!(place(&mut lot, &ordinary(ANNA), "500000.00", "09:57:00"), Ok(()));
    assert_eq!(place(&mut lot, &ordinary(BERT), "510000.00", "10:01:30"), Ok(()));
    assert_eq!(lot.effective_end_at, at("10:06:30"));
    assert_eq!(lot.extension_count, 2);
    assert_eq!(lot.version, 3);
    assert_eq!(place(&mut lot, &ordinary(ANNA), "520000.00", "10:06:30"), Err(RefusalCode::BiddingEnded));
    assert_eq!(place(&mut lot, &ordinary(ANNA), "520000.00", "10:06:29.999"), Ok(()));
}

#[test]
fn netauction_20_the_window_is_half_open() {
    let mut lot = open_lot();
    lot.status = LotStatus::Announced;
    lot.starts_at = at("08:00:00");
    assert_eq!(code(&lot, &ordinary(ANNA), "500000.00", "07:59:59.999"), RefusalCode::BiddingNotStarted);
    assert!(decide(&lot, &ordinary(ANNA), "500000.00", "08:00:00").is_ok());
    assert_eq!(code(&lot, &ordinary(ANNA), "500000.00", "10:00:00"), RefusalCode::BiddingEnded);
    assert!(decide(&lot, &ordinary(ANNA), "500000.00", "09:59:59.999").is_ok());
}

#[test]
fn an_arrival_before_the_present_end_never_moves_it_backward() {
    let mut lot = open_lot();
    place(&mut lot, &ordinary(ANNA), "500000.00", "09:59:00").unwrap();
    // decided later, arrived earlier
    place(&mut lot, &ordinary(BERT), "510000.00", "09:58:00").unwrap();
    assert_eq!(lot.effective_end_at, at("10:04:00"));
}

#[test]
fn netauction_11_a_single_bid_at_the_starting_price_is_enough() {
    assert!(decide(&open_lot(), &ordinary(ANNA), "500000.00", "09:00:00").is_ok());
    assert_eq!(code(&open_lot(), &ordinary(ANNA), "499999.99", "09:00:00"), RefusalCode::BidBelowStart);
}

#[test]
fn netauction_20_increments_multiple_and_minimum() {
    let mut lot = open_lot();
    assert_eq!(code(&lot, &ordinary(ANNA), "500000.01", "09:00:00"), RefusalCode::BidNotOnStep);
    place(&mut lot, &ordinary(ANNA), "500000.00", "09:00:00").unwrap();
    for (amount, expected) in [
        ("500000.00", Some(RefusalCode::BidTooLow)),
        ("509999.99", Some(RefusalCode::BidTooLow)),
        ("510000.00", None),
        ("510000.01", Some(RefusalCode::BidNotOnStep)),
        ("530000.00", None),
    ] {
        let got = decide(&lot, &ordinary(BERT), amount, "09:00:00").err().map(|refusal| refusal.code);
        assert_eq!(got, expected, "{amount}");
    }
    let minimum = Parameters { increment_mode: IncrementMode::Min, ..Parameters::default() };
    assert!(decide_bid(&lot, &ordinary(BERT), &offer("510000.01", "09:00:00"), &minimum).is_ok());
    assert!(decide_bid(&lot, &ordinary(BERT), &offer("509999.99", "09:00:00"), &minimum).is_err());
}

#[test]
fn the_leader_may_not_raise_himself_unless_the_lot_allows_it() {
    let mut lot = open_lot();
    place(&mut lot, &ordinary(ANNA), "500000.00", "09:00:00").unwrap();
    assert_eq!(code(&lot, &ordinary(ANNA), "510000.00", "09:00:00"), RefusalCode::AlreadyLeading);
    let allowed = Parameters { self_overbid: true, ..Parameters::default() };
    assert!(decide_bid(&lot, &ordinary(ANNA), &offer("510000.00", "09:00:00"), &allowed).is_ok());
    // a leading priority purchaser does not "match" himself either
    let mut lot = open_lot();
    place(&mut lot, &ranked(CHEN, 1), "500000.00", "09:00:00").unwrap();
    assert!(decide_bid(&lot, &ranked(CHEN, 1), &offer("500000.00", "09:00:00"), &allowed).is_err());
}

#[test]
fn netauction_21_priority_purchasers_at_an_equal_price() {
    let mut lot = open_lot();
    place(&mut lot, &ordinary(ANNA), "500000.00", "09:00:01").unwrap();
    place(&mut lot, &ranked(BERT, 2), "500000.00", "09:00:02").unwrap();
    assert_eq!(code(&lot, &ordinary(ANNA), "500000.00", "09:00:02"), RefusalCode::BidTooLow);
    place(&mut lot, &ranked(CHEN, 1), "500000.00", "09:00:03").unwrap();
    let leads = |lot: &LotState| lot.leader.as_ref().map(|leader| leader.registration);
    assert_eq!(leads(&lot), Some(CHEN));
    // the worse rank cannot come back at the same price
    let refused = decide(&lot, &ranked(BERT, 2), "500000.00", "09:00:04").unwrap_err();
    assert_eq!((refused.code, refused.law), (RefusalCode::BidTooLow, Some(&reference::NETAUCTION_21)));
    // nor can the same rank: the earlier bid wins
    assert_eq!(code(&lot, &ranked(BERT, 1), "500000.00", "09:00:04"), RefusalCode::BidTooLow);
    // an ordinary bidder takes the lead by a higher price
    place(&mut lot, &ordinary(ANNA), "510000.00", "09:00:05").unwrap();
    assert_eq!(leads(&lot), Some(ANNA));
}

#[test]
fn netauction_21_whether_an_equal_bid_extends_is_a_reading() {
    let mut lot = open_lot();
    place(&mut lot, &ordinary(ANNA), "500000.00", "09:00:00").unwrap();
    let equal = offer("500000.00", "09:58:00");
    let extends = decide_bid(&lot, &ranked(BERT, 1), &equal, &Parameters::default()).unwrap();
    assert_eq!(extends.new_end, at("10:03:00"));
    let keeps = Parameters { priority_equal_extends: false, ..Parameters::default() };
    let accepted = decide_bid(&lot, &ranked(BERT, 1), &equal, &keeps).unwrap();
    assert_eq!((accepted.new_end, accepted.extended), (at("10:00:00"), false));
}

#[test]
fn netauction_18_and_34_only_the_qualified_and_unbarred_bid() {
    let unpaid = Bidder { qualified: false, ..ordinary(ANNA) };
    assert_eq!(code(&open_lot(), &unpaid, "500000.00", "09:00:00"), RefusalCode::NotQualified);
    let barred = Bidder { barred: true, ..ordinary(ANNA) };
    let refused = decide(&open_lot(), &barred, "500000.00", "09:00:00").unwrap_err();
    assert_eq!((refused.code, refused.law), (RefusalCode::BidderBarred, Some(&reference::NETAUCTION_34)));
}

#[test]
fn civil_code_173_an_agent_bids_until_the_moment_of_the_revocation() {
    let agent = Bidder { power_revoked_at: Some(at("09:00:01")), ..ordinary(ANNA) };
    assert!(decide(&open_lot(), &agent, "500000.00", "09:00:00").is_ok());
    let refused = decide(&open_lot(), &agent, "500000.00", "09:00:01").unwrap_err();
    assert_eq!((refused.code, refused.law), (RefusalCode::AgentNotAuthorised, Some(&reference::CIVIL_CODE_173)));
    let barred = Bidder { barred: true, ..agent };
    assert_eq!(code(&open_lot(), &barred, "500000.00", "09:00:01"), RefusalCode::BidderBarred);
}

#[test]
fn netauction_28_no_bid_in_any_other_state() {
    for (status, expected) in [
        (LotStatus::Draft, RefusalCode::BiddingNotStarted),
        (LotStatus::Ready, RefusalCode::BiddingNotStarted),
        (LotStatus::Suspended, RefusalCode::LotSuspended),
        (LotStatus::Withdrawn, RefusalCode::BiddingEnded),
        (LotStatus::Sold, RefusalCode::PlatformFault),
        (LotStatus::Unsold, RefusalCode::PlatformFault),
        (LotStatus::Paid, RefusalCode::BiddingEnded),
        (LotStatus::Defaulted, RefusalCode::BiddingEnded),
    ] {
        let lot = LotState { status, ..open_lot() };
        let refused = decide(&lot, &ordinary(ANNA), "500000.00", "09:00:00").unwrap_err();
        assert_eq!(refused.code, expected, "{status:?}");
        assert!(refused.law.is_some(), "{status:?}");
    }
    let sold = LotState { status: LotStatus::Sold, ..open_lot() };
    assert_eq!(code(&sold, &ordinary(ANNA), "500000.00", "10:00:00"), RefusalCode::BiddingEnded);
}

#[test]
fn netauction_24_a_bid_far_above_the_price_is_repeated_in_capitals() {
    let bid = |amount: &str, confirmation: Option<&'static str>| {
        let offer = Offer { confirmation, ..offer(amount, "09:00:00") };
        decide_bid(&open_lot(), &ordinary(ANNA), &offer, &Parameters::default()).map_err(|refusal| refusal.code)
    };
    assert!(bid("5000000.00", None).is_ok());
    assert_eq!(bid("5010000.00", None), Err(RefusalCode::ConfirmationNeeded));
    assert_eq!(bid("5010000.00", Some("伍拾万壹仟元整")), Err(RefusalCode::ConfirmationNeeded));
    assert!(bid("5010000.00", Some("伍佰零壹万元整")).is_ok());
}

#[test]
fn amounts_at_the_end_of_the_range_are_refused_not_wrapped() {
    let mut lot = open_lot();
    lot.leader = Some(Standing {
        registration: ANNA,
        amount: Money::from_fen(crate::kernel::money::MAX_FEN),
        priority_rank: None,
        arrived_at: at("09:00:00"),
        sequence: 1,
    });
    assert_eq!(lot.minimum_next_bid(), None);
    assert_eq!(code(&lot, &ordinary(BERT), "9999999999999.99", "09:00:01"), RefusalCode::AmountInvalid);
    assert_eq!(code(&open_lot(), &ordinary(BERT), "0.00", "09:00:01"), RefusalCode::AmountInvalid);
}

#[test]
fn sell_off_notice_the_first_bid_starts_24_hours_and_the_five_minutes_hold_after_it() {
    let parameters = Parameters { sell_off: true, ..Parameters::default() };
    let mut lot = LotState { effective_end_at: at("10:00:00").plus(TimeDelta::days(60)), ..open_lot() };
    lot.starts_at = at("09:00:00");
    let first = at("09:30:00");
    let bid = |amount: &str, arrival, sequence| Offer {
        amount: amount.parse().unwrap(),
        confirmation: None,
        arrival,
        sequence,
    };
    let accepted = decide_bid(&lot, &ordinary(ANNA), &bid("500000.00", first, 1), &parameters).unwrap();
    let end = first.plus(TimeDelta::hours(24));
    assert_eq!((accepted.new_end, accepted.extended), (end, true));
    lot.apply(&accepted);
    assert_eq!(lot.extension_count, 0);
    let early = decide_bid(&lot, &ordinary(BERT), &bid("510000.00", first, 2), &parameters).unwrap();
    assert_eq!(early.new_end, end);
    let last = end.minus(TimeDelta::minutes(1));
    let late = decide_bid(&lot, &ordinary(BERT), &bid("510000.00", last, 2), &parameters).unwrap();
    assert_eq!(late.new_end, last.plus(TimeDelta::minutes(5)));
    let refused = decide_bid(&lot, &ordinary(BERT), &bid("510000.00", end, 2), &parameters).unwrap_err();
    assert_eq!(refused.code, RefusalCode::BiddingEnded);
}
