//! The sales of the year: every eighth lot goes unsold and is sold in the second auction.

use super::{
    super::{
        market::{self, DEPOSIT, START, STEP},
        site::Answer,
    },
    After, Task as Next,
    desk::Desk,
    funds::{self, Case, Fate},
    later,
};
use crate::{
    kernel::{
        clock::{LegalDate, Timestamp},
        money::Money,
    },
    ledger::Book,
};
use serde_json::json;
use std::sync::Arc;

/// From the announcement to the first bid: more than fifteen full days (movables, 网拍规定 12).
const ANNOUNCED: u64 = 17;
/// Days that bidding lasts.
const OPEN_DAYS: u64 = 2;
/// Bids that each sale gets, above the starting price by steps.
const BIDS: i64 = 3;

#[derive(Clone, Debug)]
pub enum Task {
    Prepare(Arc<Case>),
    Publish(Lot),
    /// With the day on which bidding opens.
    Register(Lot, LegalDate),
    /// With the account number of the deposit of the bidder who will win.
    Bid(Lot, String),
    /// Nobody came: the second auction.
    NextRound(Lot),
    /// The buyer pays the balance to the account of his deposit.
    Balance(Lot, String),
    Rule(Lot),
    Deliver(Lot),
}

/// A lot in its round.
#[derive(Clone, Debug)]
pub struct Lot {
    case: Arc<Case>,
    id: String,
    round: u8,
}
impl Lot {
    fn is_wanted(&self) -> bool {
        self.round > 1 || self.case.serial % 8 != 5
    }
    /// The second auction begins at four fifths (网拍规定 26).
    fn start(&self) -> Money {
        if self.round > 1 { Money::from_yuan(400_000) } else { START }
    }
    fn deposit(&self) -> Money {
        if self.round > 1 { Money::from_yuan(80_000) } else { DEPOSIT }
    }
    fn bid(&self, number: i64) -> Answer<Money> {
        Ok(STEP.times(number).and_then(|above| self.start().plus(above)).map_err(|_| "a price beyond all money")?)
    }
    /// Bidders of the lot: the first wins.
    fn people(&self, desk: &Desk) -> [usize; 2] {
        let count = desk.bidders.len().max(2);
        [self.case.serial * 2 % count, (self.case.serial * 2 + 1) % count]
    }
}

fn today(desk: &Desk) -> LegalDate {
    desk.site.clock.now().legal_date()
}
fn then(days: LegalDate, task: Task) -> After {
    After::default().then(days, Next::Sale(task))
}

pub async fn perform(desk: &Desk, task: Task) -> Answer<After> {
    let today = today(desk);
    match task {
        Task::Prepare(case) => {
            let value = json!({ "id": case.id, "parties": case.parties });
            let id = market::prepare(&desk.site, &desk.market, &value, case.serial).await?;
            let lot = Lot { case, id, round: 1 };
            Ok(then(later(today, 4), Task::Publish(lot)))
        }
        Task::Publish(lot) => {
            let day = later(today, ANNOUNCED);
            market::publish(&desk.site, &desk.market, &lot.id, Timestamp::at(day, 10, 0)).await?;
            Ok(match lot.is_wanted() {
                true => then(later(today, 8), Task::Register(lot, day)),
                false => then(later(day, 3), Task::NextRound(lot)),
            })
        }
        Task::Register(lot, opens) => register(desk, lot, opens).await,
        Task::Bid(lot, account) => bid(desk, lot, account).await,
        Task::NextRound(lot) => next_round(desk, lot).await,
        Task::Balance(lot, account) => {
            let due = lot.bid(BIDS)?.minus(lot.deposit()).map_err(|_| "a price below its deposit")?;
            let [winner, _] = lot.people(desk);
            let credit = market::payment(winner, format!("B{}", lot.case.serial), account, due);
            Ok(then(later(today, 3), Task::Rule(lot)).credit(Book::AuctionDeposits, credit))
        }
        Task::Rule(lot) => {
            let input = json!({ "lot": lot.id, "rulingNumber": format!("（2026）湘0102执{}号之二", lot.case.serial + 1),
                "servedOn": today });
            desk.act(&desk.officer, "serveRuling", input, "lot { status }").await?;
            let pay = funds::Task::Pay(lot.case.clone(), lot.bid(BIDS)?, Fate::Arrives);
            Ok(then(later(today, 8), Task::Deliver(lot)).then(later(today, 2), Next::Funds(pay)))
        }
        Task::Deliver(lot) => {
            let input = json!({ "lot": lot.id, "deliveredOn": today, "documentNumber": "财产移交笔录" });
            desk.act(&desk.officer, "recordDelivery", input, "lot { status }").await?;
            Ok(After::default())
        }
    }
}

/// Two people register; their deposits come in today.
async fn register(desk: &Desk, lot: Lot, opens: LegalDate) -> Answer<After> {
    let mut accounts = Vec::new();
    let mut after = After::default();
    for (place, person) in lot.people(desk).into_iter().enumerate() {
        let token = desk.bidders.get(person).ok_or("nobody of this number")?;
        let account = market::register(&desk.site, token, &lot.id).await?;
        let reference = format!("D{}-{}-{place}", lot.case.serial, lot.round);
        after = after.credit(Book::AuctionDeposits, market::payment(person, reference, account.clone(), lot.deposit()));
        accounts.push(account);
    }
    let account = accounts.swap_remove(0);
    Ok(after.then(opens, Next::Sale(Task::Bid(lot, account))))
}

/// Both bid in turns, the first last.
async fn bid(desk: &Desk, lot: Lot, account: String) -> Answer<After> {
    for number in 1..=BIDS {
        let [first, second] = lot.people(desk);
        let token = desk.bidders.get(if number % 2 == 1 { first } else { second }).ok_or("nobody of this number")?;
        let input = json!({ "lot": lot.id, "amount": lot.bid(number)? });
        desk.act(token, "placeBid", input, "receipt { outcome }").await?;
    }
    Ok(then(later(today(desk), OPEN_DAYS + 4), Task::Balance(lot, account)))
}

/// The second auction of a lot that nobody wanted, at four fifths.
async fn next_round(desk: &Desk, lot: Lot) -> Answer<After> {
    let today = today(desk);
    let input = json!({ "lot": lot.id, "documentNumber": "再次处置决定1号" });
    let opened = desk.act(&desk.officer, "openNextRound", input, "lot { id }").await?;
    let id = opened["lot"]["id"].as_str().ok_or("openNextRound answered no id")?.to_owned();
    let lot = Lot { case: lot.case, id, round: 2 };
    let input = json!({ "lot": lot.id, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录2号", "decidedOn": today,
        "startingPrice": lot.start(), "deposit": lot.deposit(), "bidIncrement": STEP });
    desk.act(&desk.officer, "recordPanelDecision", input, "lot { id }").await?;
    let parties = lot.case.parties.as_array().map(Vec::as_slice).unwrap_or_default();
    market::notify(&desk.site, &desk.market, &lot.id, parties).await?;
    Ok(then(later(today, 4), Task::Publish(lot)))
}
