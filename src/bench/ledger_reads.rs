//! What is read of the books over few and over many orders: due list, statement, balances and trial balance may not
//! grow with what they do not show.

use super::{
    ledger_desk::Desk,
    load::{self, Job, Seat, Shot},
    report::{Bar, Section, Thousandths},
    site::{Answer, Site},
};
use crate::{
    demo::client::StoryError,
    funds::{
        ReceiptStatus,
        store::{receipt, term},
    },
    kernel::{
        bulk::insert_all,
        clock::{LegalDate, Timestamp},
        db::{Engine, Tx, Work, sql},
        error::Failure,
        ids::{CaseId, EntryId, PostingId, ReceiptId, TermId},
        money::Money,
        query::Fetch,
    },
    ledger::{
        AccountKey, Book, Code, EntryKind,
        store::{account, entry, posting},
    },
};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};
use serde_json::json;
use std::time::Duration;

/// Orders of one transaction: the statement of their postings stays within the parameters that both engines take.
const AT_ONCE: usize = 500;
/// Orders are spread over so many days before today.
const DAYS: usize = 400;
const AMOUNT: Money = Money::from_yuan(10);
const AGO: TimeDelta = TimeDelta::days(365);

const DUE: &str = "query($court:ID!){dueTerms(filter:{court:$court,state:RUNNING},first:50){nodes{id dueOn lamp}}}";
const STATEMENT: &str = "query($case:ID!,$from:Date!,$day:Date!){caseStatement(case:$case,from:$from,until:$day)\
                         {openingBalance closingBalance lines{balance}}}";
const TRIAL: &str =
    "query($court:ID!,$day:Date!){trialBalance(court:$court,asOf:$day){balanced lines{code debits credits}}}";
const NOW: &str = "query($case:ID!){node(id:$case){... on Case{account{balance}}}}";
const THEN: &str = "query($case:ID!,$day:Date!){node(id:$case){... on Case{account{balance(asOf:$day)}}}}";

/// Measures each reading at both sizes.
///
/// # Errors
/// When rows cannot be written or the server does not answer.
pub async fn measure(
    site: &Site,
    desk: &Desk,
    orders: [usize; 2],
    measured: Duration,
    section: &mut Section,
) -> Answer<()> {
    let template = Template::read(site).await?;
    let mut medians = Vec::new();
    let mut there = 0;
    for size in orders {
        grow(site, desk, &template, (there, size)).await?;
        there = size;
        let mut of_size = Vec::new();
        for (name, job) in jobs(site, desk, size, measured) {
            let load = load::measure(job).await?;
            of_size.push((name, load.p50));
            section.figure(&format!("{name}, {size} orders"), 1, load);
        }
        medians.push(of_size);
    }
    let [few, many] = &medians[..] else { return Ok(()) };
    for ((name, few), (_, many)) in few.iter().zip(many) {
        let quotient = Thousandths::of(*many, *few);
        section.ratio(&format!("{name}, many / few"), quotient, "", Bar::AtMost(Thousandths(1_300)), None);
    }
    let of = |wanted: &str| many.iter().find(|(name, _)| *name == wanted).map_or(0, |(_, median)| *median);
    for (now, then) in [("trial balance", "trial balance a year ago"), ("case balance", "case balance a year ago")] {
        let quotient = Thousandths::of(of(then), of(now));
        section.ratio(&format!("{then} / now"), quotient, "", Bar::AtMost(Thousandths(2_000)), None);
    }
    Ok(())
}

/// Each reading by its name, one connection at a time.
fn jobs(site: &Site, desk: &Desk, size: usize, measured: Duration) -> Vec<(&'static str, Job)> {
    let now = site.clock.now();
    let (today, ago): (LegalDate, LegalDate) = (now.legal_date(), now.minus(AGO).legal_date());
    let (court, case) = (desk.court.to_global(), desk.cases.first());
    let readings = [
        ("due list", DUE, json!({ "court": court })),
        ("case statement", STATEMENT, json!({ "case": case, "from": ago, "day": today })),
        ("trial balance", TRIAL, json!({ "court": court, "day": today })),
        ("trial balance a year ago", TRIAL, json!({ "court": court, "day": ago })),
        ("case balance", NOW, json!({ "case": case })),
        ("case balance a year ago", THEN, json!({ "case": case, "day": ago })),
    ];
    let job = |(name, query, variables): (&'static str, &str, serde_json::Value)| {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = Some(desk.finance.clone());
        let job = Job {
            name: format!("read-{size}"),
            address: site.running.address,
            seats: vec![Seat { shots: vec![Shot { path: "/graphql".to_owned(), token, body, series: 0 }] }],
            series: Vec::new(),
            warm_up: measured / 4,
            measured,
            per_second: None,
            once: false,
            watch: None,
        };
        (name, job)
    };
    readings.into_iter().map(job).collect()
}

/// A receipt that stands on a case, with a term, to be copied.
#[derive(Clone)]
struct Template {
    receipt: receipt::Model,
    term: term::Model,
}
impl Template {
    async fn read(site: &Site) -> Answer<Template> {
        let reader = site.running.services.db.reader();
        let on_case = receipt::Entity::find().filter(receipt::Column::Status.eq(ReceiptStatus::OnCase));
        let receipt = on_case.order_by_asc(receipt::Column::Id).first(&reader).await?.ok_or("no receipt on a case")?;
        let term = term::Entity::find().filter(term::Column::ReceiptId.eq(receipt.id)).first(&reader).await?;
        Ok(Template { receipt, term: term.ok_or("a receipt without a term")? })
    }
}

/// Rows of finished orders: a receipt with its met term, what came to a case's account, and what was paid from it.
#[derive(Default)]
struct Rows {
    receipts: Vec<receipt::Model>,
    terms: Vec<term::Model>,
    accounts: Vec<account::Model>,
    postings: Vec<posting::Model>,
    entries: Vec<entry::Model>,
}
impl Work for Rows {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        insert_all::<receipt::Entity>(tx, &self.receipts).await?;
        insert_all::<term::Entity>(tx, &self.terms).await?;
        insert_all::<account::Entity>(tx, &self.accounts).await?;
        insert_all::<posting::Entity>(tx, &self.postings).await?;
        // last: a header seals its entry
        insert_all::<entry::Entity>(tx, &self.entries).await?;
        Ok(())
    }
}

/// Adds the orders from number `from` to `to` and waits until the sequencer has taken their entries up.
async fn grow(site: &Site, desk: &Desk, template: &Template, (from, to): (usize, usize)) -> Answer<()> {
    let db = &site.running.services.db;
    let now = site.clock.now();
    for first in (from..to).step_by(AT_ONCE) {
        let mut rows = Rows::default();
        (first..to.min(first.saturating_add(AT_ONCE))).for_each(|number| rows.add(desk, template, number, now));
        db.write(&mut rows).await.map_err(|failure| StoryError(format!("{failure:?}")))?;
    }
    let reader = db.reader();
    while reader.query_one_raw(sql(&reader, "SELECT entry_id FROM ledger_queue LIMIT 1", [])).await?.is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if db.engine() == Engine::Postgres {
        // what its daemon does within minutes; the bench comes before it
        for text in ["VACUUM ledger_queue", "ANALYZE"] {
            reader.execute_unprepared(text).await?;
        }
    }
    Ok(())
}

impl Rows {
    fn add(&mut self, desk: &Desk, template: &Template, number: usize, now: Timestamp) {
        let days = i64::try_from(number % DAYS).unwrap_or_default();
        let recorded_at = now.minus(TimeDelta::days(days.saturating_add(1)));
        let receipt = receipt::Model {
            id: ReceiptId::new(now),
            parent_id: None,
            status: ReceiptStatus::Used,
            remaining: Money::ZERO,
            bank_reference: format!("COPY{number}"),
            voucher_number: format!("COPY-{number}"),
            recorded_at,
            ..template.receipt.clone()
        };
        let met_on = Some(template.term.due_on);
        let term = term::Model { id: TermId::new(now), receipt_id: receipt.id, met_on, ..template.term.clone() };
        let bank = AccountKey::of_court(desk.court, Book::CaseFunds, Code::Bank);
        let fund = AccountKey::owned(desk.court, Book::CaseFunds, Code::CaseFund, CaseId::new(now).uuid());
        self.accounts.push(account::Model {
            id: fund.id(),
            court_id: desk.court,
            book: fund.book,
            code: fund.code,
            owner: fund.owner,
            opened_at: recorded_at,
        });
        for (kind, debited, credited) in [(EntryKind::CaseReceipt, bank, fund), (EntryKind::PayoutSettled, fund, bank)]
        {
            let entry = entry::Model {
                id: EntryId::new(now),
                court_id: desk.court,
                book: Book::CaseFunds,
                kind,
                booked_on: recorded_at.legal_date(),
                recorded_at,
                case_id: None,
                cause_kind: receipt.id.node().kind.as_str().to_owned(),
                cause_id: receipt.id.uuid(),
                posting_count: 2,
                reverses: None,
            };
            for (line, account, amount) in [(0, debited, AMOUNT), (1, credited, AMOUNT.negated())] {
                self.postings.push(posting::Model {
                    id: PostingId::new(now),
                    court_id: desk.court,
                    entry_id: entry.id,
                    line,
                    account_id: account.id(),
                    amount,
                    receipt_id: Some(receipt.id),
                });
            }
            self.entries.push(entry);
        }
        self.receipts.push(receipt);
        self.terms.push(term);
    }
}
