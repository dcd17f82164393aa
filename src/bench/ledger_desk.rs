//! A court with cases and with money that nobody has claimed, made through the API as its people and its bank would.

use super::{
    load::{Seat, Shot},
    site::{Answer, Site},
};
use crate::{
    access::{
        Role,
        approval::{ApprovalStatus, approval},
    },
    bank::{
        iso20022::{AccountHolder, camt054::Credit},
        simulator::credit_notice,
    },
    cases::store::bank_account,
    demo::client::StoryError,
    funds::{ReceiptStatus, store::receipt},
    kernel::{
        clock::Timestamp,
        ids::{CourtId, ReceiptId},
        money::Money,
        query::Fetch,
    },
    ledger::Book,
};
use chrono::Datelike;
use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};

const GRAPH: &str = "/graphql";
const COURT: &str = "湘0102";
/// Requests under way at once while setting up.
const AT_ONCE: usize = 8;
/// Credits in one file of the bank: a request of the graph holds 256 KiB.
const CREDITS: usize = 150;
/// What each receipt brings.
const AMOUNT: Money = Money::from_yuan(1);
const CLAIM: &str =
    "mutation($input:ClaimReceiptInput!){claimReceipt(input:$input){claim{id} replayed userErrors{code}}}";
const APPROVE: &str =
    "mutation($input:ApproveInput!){approve(input:$input){approval{status} replayed userErrors{code}}}";

/// The people of the court, as tokens, and its cases, as global ids.
pub struct Desk {
    pub court: CourtId,
    pub officer: String,
    pub administrator: String,
    pub finance: String,
    pub cases: Vec<String>,
}

/// Sets up `cases` cases and `receipts` unidentified receipts, and lets the site go live.
///
/// # Errors
/// When the API refuses anything of it.
pub async fn open(site: &Site, cases: usize, receipts: usize, now: Timestamp) -> Answer<Desk> {
    let court = site.court(COURT).await?;
    let mut desk = Desk {
        court,
        officer: site.staff("officer", Role::Officer, Some(court)).await?,
        administrator: site.staff("funds", Role::FundAdministrator, Some(court)).await?,
        finance: site.staff("finance", Role::FinanceReviewer, Some(court)).await?,
        cases: Vec::new(),
    };
    let opened = stream::iter(0..cases).map(|number| open_case(site, &desk.officer, number));
    let opened: Vec<String> = opened.buffered(AT_ONCE).try_collect().await?;
    desk.cases = opened;
    let main = bank_account(&site.running.services.db.reader(), court, Book::CaseFunds).await;
    let main = main.map_err(StoryError::from_problem)?.account_number;
    let credits: Vec<Credit> = (0..receipts).map(|number| credit(number, &main)).collect();
    for (number, part) in credits.chunks(CREDITS).enumerate() {
        let notice = credit_notice(&format!("B{number}"), &main, part.to_vec(), site.clock.now())?;
        site.act(Some(&desk.finance), "importBankFile", json!({ "content": notice }), "bankFile { id }").await?;
        site.settle().await?;
    }
    site.go_live(now).await?;
    Ok(desk)
}

async fn open_case(site: &Site, officer: &str, number: usize) -> Answer<String> {
    let today = site.clock.now().legal_date();
    let input = json!({
        "caseNumber": format!("（{}）湘0102执{}号", today.year(), number + 1), "filedOn": today,
        "basisNumber": format!("（{}）湘0102民初{}号", today.year() - 1, number + 1),
        "parties": [
            { "role": "APPLICANT", "kind": "PERSON", "name": "易某", "identityNumber": "11010519491231002X" },
            { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": "某某建筑有限公司", "identityNumber": "91350100M000100Y43" },
        ],
        "claims": [{ "creditor": 0, "claim": { "cause": "借款合同纠纷", "principal": "900000000.00" } }],
    });
    let payload = site.act(Some(officer), "openCase", input, "case { id }").await?;
    Ok(payload["case"]["id"].as_str().ok_or("openCase answered no id")?.to_owned())
}

/// A credit on the court's own number: the bank names no case.
fn credit(number: usize, main: &str) -> Credit {
    Credit {
        reference: format!("U{number}"),
        amount: AMOUNT,
        credited_account: main.to_owned(),
        payer: AccountHolder {
            name: "某某建筑有限公司".to_owned(),
            account: format!("62284804025648{number:05}"),
            bank_code: "103100000026".to_owned(),
        },
        remittance: "执行款".to_owned(),
        returned: None,
    }
}

impl Desk {
    /// Receipts that nobody has claimed or proposed to claim yet.
    pub async fn unidentified(&self, site: &Site) -> Answer<Vec<ReceiptId>> {
        let unclaimed = receipt::Entity::find().filter(receipt::Column::Status.eq(ReceiptStatus::Unidentified));
        let found = unclaimed.list(&site.running.services.db.reader()).await?;
        Ok(found.into_iter().map(|row| row.id).collect())
    }

    /// One proposal for each receipt, the cases taking turns.
    pub fn claims(&self, receipts: &[ReceiptId], cases: &[String]) -> Vec<Shot> {
        let of_case = |(receipt, case): (&ReceiptId, &String)| {
            let allocations = json!([{ "case": case, "amount": AMOUNT }]);
            let input = json!({ "idempotencyKey": "{key}", "receipt": receipt.to_global(),
                "allocations": allocations, "grounds": "银行回单" });
            shot(&self.officer, CLAIM, &input)
        };
        receipts.iter().zip(cases.iter().cycle()).map(of_case).collect()
    }

    /// The deciding vote on each open approval: the money moves from unidentified to its case.
    pub async fn votes(&self, site: &Site) -> Answer<Vec<Shot>> {
        let open = approval::Entity::find().filter(approval::Column::Status.eq(ApprovalStatus::Open));
        let open = open.list(&site.running.services.db.reader()).await?;
        let vote = |row: approval::Model| {
            let digest = hex::encode(&row.digest);
            let input = json!({ "idempotencyKey": "{key}", "approval": row.id.to_global(), "digest": digest });
            shot(&self.administrator, APPROVE, &input)
        };
        Ok(open.into_iter().map(vote).collect())
    }
}

fn shot(token: &str, query: &str, input: &Value) -> Shot {
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    Shot { path: GRAPH.to_owned(), token: Some(token.to_owned()), body, series: 0 }
}

/// The requests, dealt to so many connections.
pub fn deal(shots: &[Shot], connections: usize) -> Vec<Seat> {
    let connections = connections.max(1);
    let hand = |first: usize| Seat { shots: shots.iter().skip(first).step_by(connections).cloned().collect() };
    (0..connections.min(shots.len())).map(hand).collect()
}
