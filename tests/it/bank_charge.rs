//! A charge that the bank took out of others' money stays open until unidentified money makes it good, by two people.

use crate::{
    both,
    cases::{Court, court},
    disbursement::people,
    support::{app::User, database::TestDatabase},
};
use duixian::{
    access::{self, Act, Actor, Op, UseCase},
    kernel::{
        clock::LegalDate,
        error::{Failure, Outcome},
        ids::{BankLineId, CourtId, EntryId, ReceiptId},
        money::Money,
    },
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The bank takes a charge, or gives some of it back, as the resolution of an open movement books it.
#[derive(Serialize)]
struct Charge {
    court: CourtId,
    amount: Money,
    /// Today when left out.
    on: Option<LegalDate>,
    back: bool,
}
impl UseCase for Charge {
    type Done = EntryId;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<EntryId, Failure> {
        let of = |code| AccountKey::of_court(self.court, Book::CaseFunds, code);
        let (from, to) = match self.back {
            true => (Code::Bank, Code::SuspenseBankCharge),
            false => (Code::SuspenseBankCharge, Code::Bank),
        };
        let entry = NewEntry {
            court: self.court,
            book: Book::CaseFunds,
            kind: EntryKind::BankCharge,
            booked_on: self.on.unwrap_or(op.now.legal_date()),
            case: None,
            cause: BankLineId::new(op.now).node(),
            reverses: None,
            postings: vec![debit(of(from), self.amount), credit(of(to), self.amount)],
        };
        let id = ledger::post(op.tx, op.now, entry).await?;
        op.audit(id, Some(self.court), None, json!({})).await?;
        Ok(id)
    }
}
async fn takes(court: &Court, amount: &str) -> EntryId {
    books(court, amount, None, false).await
}
async fn books(court: &Court, amount: &str, on: Option<&str>, back: bool) -> EntryId {
    let (amount, on) = (amount.parse().unwrap(), on.map(|day| day.parse().unwrap()));
    let charge = Charge { court: court.id, amount, on, back };
    match access::run(&court.app.running.services, &Actor::system("test"), &charge).await.unwrap() {
        Outcome::Done { value, .. } => value,
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}
async fn open(court: &Court, reader: &User) -> Value {
    let ask = "query ($court: ID!) { openBankCharges(court: $court, book: CASE_FUNDS) {
        amount bookedOn dueOn lamp proposal { status } } }";
    court.app.ask(Some(reader), ask, json!({ "court": court.id.to_global() })).await["openBankCharges"].take()
}

async fn is_made_good(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let (cashier, finance) = (&people.cashier, &court.finance);
    let receipt = court.receive(&court.arrival("R-1", "10.00")).await.unwrap();
    let charge = takes(&court, "2.50").await;
    let shown = json!([{ "amount": "2.50", "bookedOn": "2026-03-02", "dueOn": "2026-04-02", "lamp": "GREEN",
        "proposal": null }]);
    assert_eq!(open(&court, cashier).await, shown);

    let small = court.receive(&court.arrival("R-2", "2.49")).await.unwrap();
    let by = |receipt: ReceiptId| {
        let (receipt, charge) = (receipt.to_global(), charge.to_global());
        json!({ "receipt": receipt, "charge": charge, "document": "补款通知" })
    };
    let short = app.refused(cashier, "reimburseBankCharge", by(small)).await;
    assert_eq!(short, ("RECEIPT_EXCEEDED".into(), "执行款物规定 第4条".into()));
    let document = "mutation ($input: ReimburseBankChargeInput!) { reimburseBankCharge(input: $input) { replayed } }";
    let mut input = by(receipt);
    input["idempotencyKey"] = json!("charge-1-good");
    assert_eq!(app.error_code(Some(finance), document, json!({ "input": input.clone() })).await, "FORBIDDEN");
    let select = "reimbursement { id status amount approval { id steps } receipt { status } }";
    let made = app.done(cashier, "reimburseBankCharge", input.clone(), select).await["reimbursement"].take();
    assert_eq!(app.done(cashier, "reimburseBankCharge", input, select).await["replayed"], true);
    assert_eq!((&made["amount"], &made["approval"]["steps"]), (&json!("2.50"), &json!(["FINANCE_REVIEWER"])));
    let twice = app.refused(cashier, "reimburseBankCharge", by(receipt)).await;
    assert_eq!(twice.0, "ALREADY_EXISTS");
    assert_eq!(open(&court, finance).await[0]["proposal"], json!({ "status": "PENDING" }), "one alone closes nothing");

    app.approve(&made["approval"]["id"], &[finance]).await;
    assert_eq!(open(&court, finance).await, json!([]));
    let rest = json!({ "status": "UNIDENTIFIED", "remaining": "7.50" });
    assert_eq!(court.receipt(receipt, "status remaining").await, rest, "what is over is still nobody's");
    assert_eq!(app.refused(cashier, "reimburseBankCharge", by(receipt)).await.0, "NOT_FOUND");

    // a second one that takes the rest of the receipt; until it is agreed to, it is overdue after a month
    let other = takes(&court, "7.50").await;
    let mut input = by(receipt);
    input["charge"] = json!(other.to_global());
    let made = app.done(cashier, "reimburseBankCharge", input, select).await["reimbursement"].take();
    app.go_to("2026-04-02T09:00:00+08:00").await;
    assert_eq!(open(&court, finance).await[0]["lamp"], "YELLOW", "its last day");
    app.go_to("2026-04-03T09:00:00+08:00").await;
    assert_eq!(open(&court, finance).await[0]["lamp"], "RED");
    app.approve(&made["approval"]["id"], &[finance]).await;
    assert_eq!(open(&court, finance).await, json!([]));
    let used = json!({ "status": "REIMBURSED", "remaining": "0.00" });
    assert_eq!(court.receipt(receipt, "status remaining").await, used);
    // enforcement and finance agree on what is nobody's
    let month = json!({ "court": court.id.to_global(), "month": "2026-03-01" });
    let select = "reconciliation { items(first: 5) { nodes { id } } }";
    let opened = app.done(&court.administrator, "openMonthlyReconciliation", month, select).await;
    assert_eq!(opened["reconciliation"]["items"]["nodes"], json!([]), "{opened:#}");
    court.app.finish().await;
}
both!(a_charge_of_the_bank_is_open_until_it_is_made_good_by_two, super::is_made_good);

async fn opens_again(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let receipt = court.receive(&court.arrival("R-1", "10.00")).await.unwrap();
    let charge = takes(&court, "2.50").await;
    let input = json!({ "receipt": receipt.to_global(), "charge": charge.to_global(), "document": "补款通知" });
    let makes_good = async |amount: &str| {
        let select = "reimbursement { amount approval { id } }";
        let made =
            app.done(&people.cashier, "reimburseBankCharge", input.clone(), select).await["reimbursement"].take();
        assert_eq!(made["amount"], amount);
        app.approve(&made["approval"]["id"], &[&court.finance]).await;
    };
    // what the bank gives back without a word counts for the oldest charge
    books(&court, "1.00", None, true).await;
    makes_good("1.50").await;
    assert_eq!(open(&court, &court.finance).await, json!([]));
    // an older charge is found: what came back was for that one, and the other is open again
    books(&court, "1.00", Some("2026-03-01"), false).await;
    let seen = open(&court, &court.finance).await;
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["amount"]), (1, &json!("1.00")));
    makes_good("1.00").await;
    assert_eq!(open(&court, &court.finance).await, json!([]));
    let rest = json!({ "status": "UNIDENTIFIED", "remaining": "7.50" });
    assert_eq!(court.receipt(receipt, "status remaining").await, rest);
    court.app.finish().await;
}
both!(a_charge_that_is_open_again_is_made_good_again, super::opens_again);
