//! Where a platform's sale departs from the rules, recomputed from what its bundle says (网拍规定 10, 12, 17, 18, 20, 26,
//! 27). Nothing here stops the bundle: a court officer accepts each departure with a reason, or does not adopt it.

use super::MirrorOutcome;
use super::bundle::Bundle;
use crate::auction::rules::bid::{Bidder, LotState, Offer, decide_bid};
use crate::auction::rules::capitals::money_in_capitals;
use crate::auction::rules::platform::decide_holding;
use crate::auction::rules::rounds::{check_sell_off_window, qualifying_payment};
use crate::auction::rules::{Parameters, price, schedule};
use crate::auction::{AuctionRound, DepositHolding, DepositMode, LotCategory, LotStatus};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::reference;
use std::collections::HashMap;
use uuid::Uuid;

/// What the court knows of the lot when the bundle comes in.
pub struct Known<'k> {
    pub round: AuctionRound,
    pub category: LotCategory,
    /// Where the court lets deposits lie (网拍规定 17).
    pub mode: DepositMode,
    pub parameters: &'k Parameters,
    /// Starting price, deposit and increment by the panel's decision (网拍规定 27).
    pub panel: Option<[Money; 3]>,
    /// Confirmed priority ranks, by the platform's reference of the registration.
    pub ranks: HashMap<&'k str, i32>,
}

/// One departure: where in the bundle, and which rule would have refused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    pub refusal: Refusal,
}
impl Finding {
    pub fn new(path: impl Into<String>, refusal: Refusal) -> Finding {
        Finding { path: path.into(), refusal }
    }
}

/// Every departure that follows from the bundle and `known` alone, in the order of the bundle.
pub fn examine(bundle: &Bundle, known: &Known<'_>) -> Vec<Finding> {
    let mut found = terms(bundle, known);
    found.extend(deposits(bundle, known.round));
    found.extend(holdings(bundle, known.mode));
    if let Some(result) = &bundle.result {
        let (state, refused) = replay(bundle, known.parameters, &known.ranks);
        found.extend(refused);
        if result.outcome != MirrorOutcome::Withdrawn {
            found.extend(outcome(bundle, &state));
        }
    }
    found
}

pub(super) fn differs(
    code: RefusalCode,
    law: &'static Article,
    found: impl ToString,
    expected: impl ToString,
) -> Refusal {
    Refusal::new(code).law(law).arg("found", found).arg("expected", expected)
}

/// The announcement against the law and the panel.
fn terms(bundle: &Bundle, known: &Known<'_>) -> Vec<Finding> {
    let notice = &bundle.notice;
    let window = match known.round {
        AuctionRound::SellOff => check_sell_off_window(notice.starts_at, notice.ends_at),
        _ => schedule::check_bidding_window(notice.starts_at, notice.ends_at),
    };
    let counting = known.parameters.lead_counting;
    let lead = schedule::check_lead_time(known.round, known.category, counting, notice.published_at, notice.starts_at);
    let checks = [
        ("$.bundle.notice.startsAt", lead),
        ("$.bundle.notice.endsAt", window),
        ("$.bundle.notice.deposit", price::check_deposit(notice.starting_price, notice.deposit)),
    ];
    let refused = checks.into_iter().filter_map(|(path, checked)| Some(Finding::new(path, checked.err()?)));
    let said = [
        ("$.bundle.notice.startingPrice", notice.starting_price),
        ("$.bundle.notice.deposit", notice.deposit),
        ("$.bundle.notice.bidIncrement", notice.bid_increment),
    ];
    let decided = known.panel.into_iter().flatten();
    let other =
        said.into_iter().zip(decided).filter(|((_, said), decided)| said != decided).map(|((path, said), decided)| {
            Finding::new(path, differs(RefusalCode::TermsDiffer, &reference::NETAUCTION_27, said, decided))
        });
    refused.chain(other).collect()
}

/// What each registration is asked to pay in. Less than all of it is for the applicant alone, whom the court knows.
fn deposits(bundle: &Bundle, round: AuctionRound) -> impl Iterator<Item = Finding> {
    let due = qualifying_payment(round, bundle.notice.deposit, bundle.notice.starting_price);
    let asked = bundle.registrations.iter().enumerate().filter(move |(_, row)| row.deposit != due);
    asked.map(move |(index, row)| {
        let refusal = differs(RefusalCode::TermsDiffer, &reference::NETAUCTION_17, row.deposit, due);
        Finding::new(format!("$.bundle.registrations[{index}].deposit.amount"), refusal)
    })
}

/// Where each deposit lies, against what the court offers.
fn holdings(bundle: &Bundle, mode: DepositMode) -> impl Iterator<Item = Finding> {
    let rows = bundle.registrations.iter().enumerate();
    let elsewhere = rows.filter(move |(_, row)| decide_holding(mode, Some(row.holding)).is_err());
    elsewhere.map(|(index, row)| {
        let offered = match row.holding {
            DepositHolding::CourtAccount => DepositHolding::Platform,
            DepositHolding::Platform => DepositHolding::CourtAccount,
        };
        let (said, offered) = (row.holding.as_str(), offered.as_str());
        let refusal = differs(RefusalCode::TermsDiffer, &reference::NETAUCTION_17, said, offered);
        Finding::new(format!("$.bundle.registrations[{index}].deposit.holding"), refusal)
    })
}

/// Takes the platform's bids one by one through the rules of our own bidding: where they lead, and which are refused.
/// `ranks` are confirmed priority ranks by the platform's reference of the registration.
pub fn replay(bundle: &Bundle, parameters: &Parameters, ranks: &HashMap<&str, i32>) -> (LotState, Vec<Finding>) {
    let notice = &bundle.notice;
    let mut state = LotState {
        status: LotStatus::Announced,
        starts_at: notice.starts_at,
        effective_end_at: notice.ends_at,
        starting_price: notice.starting_price,
        bid_increment: notice.bid_increment,
        leader: None,
        version: 0,
        extension_count: 0,
    };
    let rows = bundle.registrations.iter().enumerate();
    let owners: HashMap<&str, _> = rows.filter_map(|at| Some((at.1.bidder_code.as_deref()?, at))).collect();
    let mut refused = Vec::new();
    for (index, bid) in bundle.bids.iter().enumerate() {
        let owner = owners.get(bid.bidder_code.as_str()).copied();
        let bidder = Bidder {
            registration: owner.map_or(Uuid::nil(), |(place, _)| place_id(place)),
            qualified: true,
            barred: false,
            priority_rank: owner.and_then(|(_, row)| ranks.get(row.reference.as_str()).copied()),
            power_revoked_at: None,
        };
        // far above the present price our own bidders repeat the amount; platforms have guards of their own
        let capitals = money_in_capitals(bid.amount);
        let sequence = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1);
        let offer = Offer { amount: bid.amount, confirmation: Some(&capitals), arrival: bid.at, sequence };
        match decide_bid(&state, &bidder, &offer, parameters) {
            Ok(accepted) => state.apply(&accepted),
            Err(refusal) => refused.push(Finding::new(format!("$.bundle.bids[{index}]"), refusal)),
        }
    }
    (state, refused)
}

/// A stand-in for the registration in the rules: its place in the bundle.
fn place_id(place: usize) -> Uuid {
    Uuid::from_u128(u128::try_from(place).unwrap_or(u128::MAX).saturating_add(1))
}

/// The result against what the bids lead to.
fn outcome(bundle: &Bundle, state: &LotState) -> Vec<Finding> {
    let Some(result) = &bundle.result else { return Vec::new() };
    let mut found = Vec::new();
    if result.ended_at != state.effective_end_at {
        let refusal =
            differs(RefusalCode::EndDiffers, &reference::NETAUCTION_20, result.ended_at, state.effective_end_at);
        found.push(Finding::new("$.bundle.result.endedAt", refusal));
    }
    let leads = state.leader.as_ref().map(|leader| (leader.registration, leader.amount));
    let said = result.sale.as_ref().map(|sale| {
        let place = bundle.registrations.iter().position(|row| row.reference == sale.buyer);
        (place.map_or(Uuid::nil(), place_id), sale.price)
    });
    if leads != said {
        let named = |side: Option<(Uuid, Money)>| match side {
            Some((id, amount)) => {
                let row = bundle.registrations.iter().enumerate().find(|(place, _)| place_id(*place) == id);
                format!("{} {amount}", row.map_or("?", |(_, row)| row.bidder_code.as_deref().unwrap_or("?")))
            }
            None => MirrorOutcome::Unsold.as_str().to_owned(),
        };
        let refusal = Refusal::new(RefusalCode::ResultDiffers).law(&reference::NETAUCTION_20);
        let reason = format!("{} / {}", named(said), named(leads));
        found.push(Finding::new("$.bundle.result", refusal.arg("reason", reason)));
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::bundle::{Bid, Notice, Registration, SaleFacts, SaleResult};
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-{text}.000+08:00")).unwrap()
    }
    fn bid(code: &str, amount: &str, when: &str) -> Bid {
        Bid { bidder_code: code.into(), amount: money(amount), at: at(when) }
    }
    /// Two bidders, the second one buys for 510,000.00 after an extension.
    fn sold() -> Bundle {
        let registration = |reference: &str, code: &str| Registration {
            reference: reference.into(),
            name: "某".into(),
            priority_claim: None,
            deposit: money("100000.00"),
            holding: DepositHolding::CourtAccount,
            freeze: None,
            release: None,
            bidder_code: Some(code.into()),
        };
        let sale = SaleFacts {
            price: money("510000.00"),
            buyer: "R-2".into(),
            identity_number: "11010519491231002X".into(),
            undertaking: false,
            confirmation_number: "1".into(),
            confirmation_sha256: "0".repeat(64),
        };
        Bundle {
            provider: "PAIMAI".into(),
            lot_number: "湘01-2026-000001".into(),
            platform_lot: "1".into(),
            url: "https://a.cn/1".into(),
            issued_at: at("04-17T10:10:00"),
            notice: Notice {
                published_at: at("03-05T09:00:00"),
                starts_at: at("04-16T10:00:00"),
                ends_at: at("04-17T10:00:00"),
                starting_price: money("500000.00"),
                deposit: money("100000.00"),
                bid_increment: money("10000.00"),
                balance_days: 15,
            },
            registrations: vec![registration("R-1", "A"), registration("R-2", "B")],
            bids: vec![bid("A", "500000.00", "04-16T11:00:00"), bid("B", "510000.00", "04-17T09:57:00")],
            result: Some(SaleResult { outcome: MirrorOutcome::Sold, ended_at: at("04-17T10:02:00"), sale: Some(sale) }),
        }
    }
    fn codes(bundle: &Bundle, ranks: &[(&'static str, i32)]) -> Vec<RefusalCode> {
        let parameters = Parameters::default();
        let known = Known {
            round: AuctionRound::First,
            category: LotCategory::Immovable,
            mode: DepositMode::PaidToCourt,
            parameters: &parameters,
            panel: Some([money("500000.00"), money("100000.00"), money("10000.00")]),
            ranks: ranks.iter().copied().collect(),
        };
        examine(bundle, &known).into_iter().map(|finding| finding.refusal.code).collect()
    }

    #[test]
    fn netauction_12_17_20_and_27_what_keeps_the_rules_has_no_finding_and_each_departure_has_its_own() {
        use RefusalCode::*;
        type Change = fn(&mut Bundle);
        let cases: [(Change, &[RefusalCode]); 15] = [
            (|_| {}, &[]),
            (|b| b.notice.published_at = at("03-16T23:59:59"), &[]),
            (|b| b.notice.published_at = at("03-17T00:00:00"), &[LeadTimeTooShort]),
            (|b| b.notice.deposit = money("24999.99"), &[DepositOutOfRange, TermsDiffer, TermsDiffer, TermsDiffer]),
            (|b| b.registrations[0].deposit = Money::ZERO, &[TermsDiffer]),
            (|b| b.registrations[1].deposit = money("99999.99"), &[TermsDiffer]),
            (|b| b.registrations[1].deposit = money("100000.01"), &[TermsDiffer]),
            (|b| b.registrations[1].holding = DepositHolding::Platform, &[TermsDiffer]),
            (|b| b.notice.bid_increment = money("5000.00"), &[TermsDiffer]),
            (|b| b.bids[1].amount = money("515000.00"), &[BidNotOnStep, EndDiffers, ResultDiffers]),
            (|b| b.bids[0].at = at("04-16T09:59:59"), &[BiddingNotStarted]),
            (|b| b.bids[1].at = at("04-17T10:00:00"), &[BiddingEnded, EndDiffers, ResultDiffers]),
            (|b| b.result.as_mut().unwrap().ended_at = at("04-17T10:02:01"), &[EndDiffers]),
            (|b| b.result.as_mut().unwrap().sale.as_mut().unwrap().buyer = "R-1".into(), &[ResultDiffers]),
            (
                |b| {
                    let result = b.result.as_mut().unwrap();
                    (result.outcome, result.sale) = (MirrorOutcome::Unsold, None);
                },
                &[ResultDiffers],
            ),
        ];
        for (number, (change, expected)) in cases.into_iter().enumerate() {
            let mut bundle = sold();
            change(&mut bundle);
            assert_eq!(codes(&bundle, &[]), expected, "case {number}");
        }
    }

    #[test]
    fn netauction_19_and_21_an_equal_bid_counts_for_a_confirmed_rank_alone() {
        let mut bundle = sold();
        bundle.bids[1].amount = money("500000.00");
        bundle.result.as_mut().unwrap().sale.as_mut().unwrap().price = money("500000.00");
        assert!(codes(&bundle, &[("R-2", 1)]).is_empty());
        let refused = [RefusalCode::BidTooLow, RefusalCode::EndDiffers, RefusalCode::ResultDiffers];
        assert_eq!(codes(&bundle, &[]), refused);
    }

    #[test]
    fn netauction_26_a_withdrawn_or_running_sale_is_measured_by_its_announcement_alone() {
        let mut bundle = sold();
        let result = bundle.result.as_mut().unwrap();
        (result.outcome, result.sale) = (MirrorOutcome::Withdrawn, None);
        assert!(codes(&bundle, &[]).is_empty());
        (bundle.result, bundle.bids) = (None, Vec::new());
        assert!(codes(&bundle, &[]).is_empty());
    }

    #[test]
    fn netauction_17_in_a_sell_off_the_whole_price_is_paid_in() {
        let mut bundle = sold();
        assert_eq!(deposits(&bundle, AuctionRound::SellOff).count(), 2);
        bundle.registrations[0].deposit = bundle.notice.starting_price;
        let found: Vec<_> = deposits(&bundle, AuctionRound::SellOff).map(|finding| finding.path).collect();
        assert_eq!(found, ["$.bundle.registrations[1].deposit.amount"]);
    }

    #[test]
    fn netauction_20_extensions_are_counted() {
        let (state, refused) = replay(&sold(), &Parameters::default(), &HashMap::new());
        assert_eq!((state.extension_count, refused), (1, Vec::new()));
    }
}
