//! The bank's answers are booked in pieces: a line at fault is left out alone, the others of its piece are booked.

use crate::{
    bank::{Bank, Pay, credit},
    both,
    support::database::TestDatabase,
};
use duixian::{
    access::{self, Actor},
    bank::simulator::Simulator,
    kernel::{
        error::Outcome,
        ids::{CaseId, NodeRef, PayoutAttemptId, ReceiptId},
        money::Money,
    },
    ledger::{AccountKey, Book, Code, EntryKind, NewEntry, credit as credited, debit, post},
};
use serde_json::{Value, json};

/// Queues payments of 500, 300 and 200 of one case and writes them to a file.
async fn ordered(bank: &Bank) -> (CaseId, Vec<PayoutAttemptId>, Value) {
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    bank.import(&bank.notice("N1", vec![credit("B1", "1000.00", &number)])).await;
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = bank.court.app.ask(Some(&bank.cashier), lines, json!({})).await;
    let target = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    let receipt = ReceiptId::from_global(&target).unwrap();
    let case = CaseId::from_global(case["id"].as_str().unwrap()).unwrap();
    let subjects: [(NodeRef, &str, &str); 3] = [
        (case.node(), "6217000000000000001", "500.00"),
        (receipt.node(), "6217000000000000002", "300.00"),
        (bank.court.id.node(), "6217000000000000003", "200.00"),
    ];
    let mut attempts = Vec::new();
    for (subject, account, amount) in subjects {
        let amount = amount.parse().unwrap();
        let order = Pay { court: bank.court.id, case, receipt, subject, name: "易某", account, amount };
        match access::run(&bank.court.app.running.services, &Actor::system("test"), &order).await.unwrap() {
            Outcome::Done { value, .. } => attempts.push(value),
            Outcome::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    bank.court.app.settle().await;
    (case, attempts, bank.write().await)
}

fn answer(bank: &Bank, file: &Value) -> String {
    let simulator = Simulator::new().refusing("6217000000000000002", "AC04");
    simulator.answer(file["content"].as_str().unwrap().as_bytes(), bank.court.app.clock.now()).unwrap()
}
async fn states(bank: &Bank, file: &Value) -> Vec<String> {
    let lines = bank.file(&file["id"]).await["lines"]["nodes"].take();
    let mut states: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    states
}

async fn together(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let (_, _, file) = ordered(&bank).await;
    assert_eq!(bank.balance(Code::InTransit).await, "1000.00");
    let results = bank.import(&answer(&bank, &file)).await;
    assert_eq!(states(&bank, &results).await, ["BOOKED", "BOOKED", "BOOKED"]);
    assert_eq!(bank.balance(Code::InTransit).await, "0.00");
    assert_eq!(bank.balance(Code::Bank).await, "300.00", "what the bank refused stands on its payable again");
    bank.court.app.finish().await;
}
both!(paid_and_refused_payments_are_booked_together, super::together);

async fn one_at_fault(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let (case, attempts, file) = ordered(&bank).await;
    // one cause makes one entry of a kind: the third payment cannot be booked as settled any more
    let (court, attempt) = (bank.court.id, attempts[2]);
    let of = move |code| AccountKey::of_court(court, Book::CaseFunds, code);
    let services = &bank.court.app.running.services;
    let spoiled = services.db.write_with(move |tx| {
        let entry = NewEntry {
            court,
            book: Book::CaseFunds,
            kind: EntryKind::PayoutSettled,
            booked_on: chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
            case: Some(case),
            cause: attempt.node(),
            reverses: None,
            postings: vec![
                debit(of(Code::InTransit), Money::from_yuan(1)),
                credited(of(Code::Bank), Money::from_yuan(1)),
            ],
        };
        let now = duixian::kernel::clock::Timestamp::from_micros(1_772_413_200_000_000);
        Box::pin(async move { post(tx, now, entry).await })
    });
    spoiled.await.unwrap();
    let results = bank.import(&answer(&bank, &file)).await;
    assert_eq!(states(&bank, &results).await, ["BOOKED", "BOOKED", "OPEN"]);
    // 1000 − 1 of the false entry − 500 paid − 300 refused
    assert_eq!(bank.balance(Code::InTransit).await, "199.00");
    let seen = bank.file(&results["id"]).await;
    assert_eq!((&seen["state"], &seen["openCount"]), (&json!("DISPATCHED"), &json!(1)));
    bank.court.app.leave().await;
}
both!(a_line_at_fault_is_left_out_of_its_piece_alone, super::one_at_fault);
