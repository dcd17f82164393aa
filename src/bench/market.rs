//! Lots that are open for bids and people who may bid, all made through the API as a court and its bank would.

use super::site::{Answer, Site};
use crate::{
    access::Role,
    auction::property::SurveyItem,
    bank::{
        iso20022::{AccountHolder, camt054::Credit},
        simulator::credit_notice,
    },
    kernel::{
        clock::Timestamp,
        ids::{AccountId, CourtId},
        money::Money,
    },
};
use chrono::{Datelike, TimeDelta};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// Preparing, publishing and the lead time of movables take this long before the lots open.
pub const LEAD: TimeDelta = TimeDelta::days(40);
const NOTICE: TimeDelta = TimeDelta::days(4);
/// How long bidding lasts: longer than any bench.
const OPEN_FOR: TimeDelta = TimeDelta::days(2);
/// Requests under way at once while setting up.
const AT_ONCE: usize = 8;
/// Credits in one file of the bank: a request of the graph holds 256 KiB.
const CREDITS: usize = 150;
pub const COURT: &str = "湘0102";
const BANK: &str = "103100000026";
pub const DEPOSIT: Money = Money::from_yuan(100_000);
pub const START: Money = Money::from_fen(50_000_000);
pub const STEP: Money = Money::from_fen(1_000_000);

/// What the eleven items and seven warnings of an announcement are called.
const ITEMS: [&str; 18] = [
    "ANNOUNCEMENT",
    "TITLE",
    "APPRAISAL",
    "BIDDING_RULES",
    "CONDITION",
    "PRIORITY_PURCHASERS",
    "NOTICE_RECORD",
    "PAYMENT_METHOD",
    "TAXES",
    "COURT_CONTACT",
    "OTHER",
    "BIDDER_QUALIFICATION",
    "PROXY_CONFIRMATION",
    "KNOWN_DEFECTS",
    "AS_IS",
    "FULL_ACCEPTANCE",
    "IDENTITY_PUBLISHED",
    "DEPOSIT_FORFEITURE",
];

/// A market that is open.
pub struct Market {
    /// Global ids; everybody is registered on the first, two people on each of the others.
    pub lots: Vec<String>,
    pub tokens: Vec<String>,
}
impl Market {
    /// The two bidders of a lot that is not the first.
    pub fn pair(&self, lot: usize) -> [usize; 2] {
        let people = self.tokens.len().max(2);
        [lot.saturating_mul(2) % people, lot.saturating_mul(2).saturating_add(1) % people]
    }
}

/// The people of the court, as tokens.
pub struct Desk {
    pub officer: String,
    pub clerk: String,
    pub finance: String,
}

/// Sets up `lots` lots and `people` bidders on a site whose clock stands [`LEAD`] before `now`, and lets it go live.
///
/// # Errors
/// When the API refuses anything of it.
pub async fn open(site: &Site, lots: usize, people: usize, now: Timestamp) -> Answer<Market> {
    let court = site.court(COURT).await?;
    let desk = Desk {
        officer: site.staff("officer", Role::Officer, Some(court)).await?,
        clerk: site.staff("clerk", Role::QualificationClerk, Some(court)).await?,
        finance: site.staff("finance", Role::FinanceReviewer, Some(court)).await?,
    };
    let case = open_case(site, &desk).await?;
    let drafts = stream::iter(0..lots).map(|number| prepare(site, &desk, &case, number));
    let lots: Vec<String> = drafts.buffered(AT_ONCE).try_collect().await?;
    site.clock.advance_to(site.clock.now().plus(NOTICE));
    let starts_at = now.minus(TimeDelta::minutes(1));
    stream::iter(&lots)
        .map(|lot| publish(site, &desk, lot, starts_at))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    let people = stream::iter(0..people).map(|number| sign_up(site, &desk, number));
    let tokens: Vec<String> = people.buffered(AT_ONCE).try_collect().await?;
    let market = Market { lots, tokens };
    pay_deposits(site, &desk, court, &market).await?;
    site.go_live(now).await?;
    Ok(market)
}

async fn open_case(site: &Site, desk: &Desk) -> Answer<Value> {
    let today = site.clock.now().legal_date();
    let input = json!({
        "caseNumber": format!("（{}）湘0102执12号", today.year()), "filedOn": today,
        "basisNumber": format!("（{}）湘0102民初345号", today.year() - 1),
        "parties": [
            { "role": "APPLICANT", "kind": "PERSON", "name": "易某", "identityNumber": "11010519491231002X" },
            { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": "某某建筑有限公司", "identityNumber": "91350100M000100Y43" },
        ],
        "claims": [{ "creditor": 0, "claim": { "cause": "借款合同纠纷", "principal": "900000000.00" } }],
    });
    let payload = site.act(Some(&desk.officer), "openCase", input, "case { id parties { id } }").await?;
    Ok(payload["case"].clone())
}

/// Drafts a lot up to the day before its announcement; answers its id.
pub async fn prepare(site: &Site, desk: &Desk, case: &Value, number: usize) -> Answer<String> {
    let (officer, today) = (Some(desk.officer.as_str()), site.clock.now().legal_date());
    let input = json!({ "case": case["id"], "title": format!("设备{number}"), "category": "MOVABLE",
        "appraisalPrice": "700000.00" });
    let lot = site.act(officer, "draftLot", input, "lot { id }").await?["lot"]["id"].clone();
    let price = json!({ "lot": lot, "method": "APPRAISAL", "amount": "700000.00", "source": "评估公司",
        "reason": "议价不成，无法询价", "fixedOn": today, "documentNumber": "评估报告1号" });
    site.act(officer, "recordReferencePrice", price, "lot { id }").await?;
    let answers: Vec<_> = SurveyItem::ALL
        .iter()
        .map(|item| json!({ "item": item.as_str(), "finding": "NOT_INVESTIGATED", "content": "未调查" }))
        .collect();
    let survey = json!({ "lot": lot, "answers": answers, "occupancy": "NOT_INVESTIGATED" });
    site.act(officer, "recordSurvey", survey, "lot { id }").await?;
    let input = json!({ "lot": lot, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录1号", "decidedOn": today,
        "startingPrice": START, "deposit": DEPOSIT, "bidIncrement": STEP });
    site.act(officer, "recordPanelDecision", input, "lot { id }").await?;
    let items: Vec<_> = ITEMS.iter().map(|item| json!({ "item": item, "content": "见公告" })).collect();
    site.act(officer, "setDisclosure", json!({ "lot": lot, "items": items }), "lot { id }").await?;
    let lot = lot.as_str().ok_or("draftLot answered no id")?.to_owned();
    notify(site, desk, &lot, case["parties"].as_array().map(Vec::as_slice).unwrap_or_default()).await?;
    Ok(lot)
}

/// Tells the parties of the sale (网拍规定 16).
pub async fn notify(site: &Site, desk: &Desk, lot: &str, parties: &[Value]) -> Answer<()> {
    let today = site.clock.now().legal_date();
    let notice =
        |party: &Value| json!({ "party": party["id"], "interest": "DEBTOR", "method": "POST", "notifiedOn": today });
    let input = json!({ "lot": lot, "notices": parties.iter().map(notice).collect::<Vec<_>>() });
    site.act(Some(&desk.officer), "notifyInterestedParties", input, "lot { id }").await?;
    Ok(())
}

pub async fn publish(site: &Site, desk: &Desk, lot: &str, starts_at: Timestamp) -> Answer<()> {
    let input = json!({ "lot": lot, "startsAt": starts_at.to_rfc3339(), "endsAt": starts_at.plus(OPEN_FOR).to_rfc3339(),
        "balanceDays": 15 });
    site.act(Some(&desk.officer), "publishAnnouncement", input, "lot { version }").await?;
    Ok(())
}

fn name(number: usize) -> String {
    format!("竞买人{number}")
}

/// Signs a bidder up and verifies him; answers his token.
pub async fn sign_up(site: &Site, desk: &Desk, number: usize) -> Answer<String> {
    let input = json!({ "kind": "BIDDER", "loginName": format!("bidder-{number}"), "password": "Kj8#mQ2!xPz-long",
        "name": name(number), "identityKind": "CITIZEN", "identityNumber": citizen_id(number), "mobile": "13812341234" });
    let account = site.act(None, "signUp", input, "account { id }").await?["account"]["id"].clone();
    let verify = json!({ "account": account, "accepted": true, "note": "核对原件" });
    site.act(Some(&desk.clerk), "verifyAccount", verify, "account { id }").await?;
    site.token(account.as_str().and_then(AccountId::from_global).ok_or("signUp answered no id")?).await
}

/// An invented citizen id with its check digit (GB 11643, ISO 7064 MOD 11-2).
fn citizen_id(number: usize) -> String {
    let body = format!("11010119{:02}0307{:03}", 50 + number / 999, number % 999 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits.zip(weights).map(|(digit, weight): (u32, u32)| digit * weight).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap_or_default());
    body.chars().chain(check).collect()
}

/// Registers the bidders and pays their deposits through files of the bank.
async fn pay_deposits(site: &Site, desk: &Desk, court: CourtId, market: &Market) -> Answer<()> {
    let everybody = (0..market.tokens.len()).map(|person| (0, person));
    let pairs = (1..market.lots.len()).flat_map(|lot| market.pair(lot).map(|person| (lot, person)));
    let named = everybody.chain(pairs).filter_map(|(lot, person)| {
        Some((market.lots.get(lot)?, person, market.tokens.get(person)?, format!("D{lot}-{person}")))
    });
    let registered = stream::iter(named).map(async |(lot, person, token, reference)| {
        let account = register(site, token, lot).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(payment(person, reference, account, DEPOSIT))
    });
    let credits: Vec<Credit> = registered.buffer_unordered(AT_ONCE).try_collect().await?;
    let reader = site.running.services.db.reader();
    let main = crate::cases::store::bank_account(&reader, court, crate::ledger::Book::AuctionDeposits).await;
    let main = main.map_err(|problem| format!("{problem:?}"))?.account_number;
    for (number, part) in credits.chunks(CREDITS).enumerate() {
        let notice = credit_notice(&format!("B{number}"), &main, part.to_vec(), site.clock.now())?;
        let input = json!({ "content": notice });
        site.act(Some(&desk.finance), "importBankFile", input, "bankFile { id }").await?;
    }
    site.settle().await
}

/// Registers somebody for a lot; answers the account number of his deposit.
pub async fn register(site: &Site, token: &str, lot: &str) -> Answer<String> {
    let select = "registration { depositAccountNumber }";
    let payload = site.act(Some(token), "registerForLot", json!({ "lot": lot }), select).await?;
    let account = payload["registration"]["depositAccountNumber"].as_str();
    Ok(account.ok_or("registerForLot answered no number")?.to_owned())
}

/// What the bank tells of a bidder's payment.
pub fn payment(person: usize, reference: String, credited_account: String, amount: Money) -> Credit {
    Credit {
        reference,
        amount,
        credited_account,
        payer: AccountHolder {
            name: name(person),
            account: format!("62284804025648{person:05}"),
            bank_code: BANK.to_owned(),
        },
        remittance: "竞买保证金".to_owned(),
        returned: None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::identity::citizen_id::CitizenId;

    #[test]
    fn the_invented_people_have_valid_and_different_ids() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let ids: std::collections::BTreeSet<String> = (0..2_100).map(citizen_id).collect();
        assert_eq!(ids.len(), 2_100);
        ids.iter().for_each(|id| assert!(CitizenId::parse(id, today).is_ok(), "{id}"));
    }
}
