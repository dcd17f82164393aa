//! Bank and books: statements in an unbroken chain, each movement an entry, and two people for what found no owner.

use crate::{
    bank::{Bank, Pay, credit},
    both,
    support::database::TestDatabase,
};
use duixian::{
    access::{self, Actor},
    bank::{
        iso20022::{
            BankLine, Counterparty, Direction,
            camt053::{AccountStatement, Balance},
            report,
        },
        simulator::Simulator,
    },
    kernel::{
        clock::LegalDate,
        ids::{CaseId, OrderId, ReceiptId},
        money::Money,
    },
    ledger::Code,
};
use serde_json::{Value, json};

/// A movement of the account on the clock's day.
pub fn movement(bank: &Bank, reference: &str, direction: Direction, amount: &str) -> BankLine {
    BankLine {
        line: 0,
        reference: reference.into(),
        amount: amount.parse().unwrap(),
        direction,
        reversal: false,
        booked_on: bank.court.app.clock.now().legal_date(),
        account: bank.main.clone(),
        credited_account: None,
        counterparty: Counterparty::default(),
        end_to_end_id: None,
        remittance: None,
        return_reason: None,
    }
}

/// The bank's statement of the clock's day.
pub fn statement(bank: &Bank, id: &str, opening: Money, lines: Vec<BankLine>) -> String {
    let now = bank.court.app.clock.now();
    let on: LegalDate = now.legal_date();
    let closing = lines.iter().fold(opening, |balance, line| match line.direction {
        Direction::Credit => balance.plus(line.amount).unwrap(),
        Direction::Debit => balance.minus(line.amount).unwrap(),
    });
    let statement = AccountStatement {
        id: id.into(),
        account: bank.main.clone(),
        opening: Balance { amount: opening, on },
        closing: Balance { amount: closing, on },
        lines,
        pending: 0,
    };
    report::statement(id, now, &statement).unwrap()
}

pub async fn reconciliation(bank: &Bank, date: &str) -> Value {
    let document = "query ($court: ID!, $date: Date!) { reconciliation(court: $court, book: CASE_FUNDS, date: $date) {
        statementNumber closedOn bankBalance bookBalance carriedIn onlyBankTotal onlyBooksTotal unexplained reconciled
        onlyBank { amount ageDays line { id reference state note } } onlyBooks { amount ageDays entryId } } }";
    let variables = json!({ "court": bank.court.id.to_global(), "date": date });
    bank.court.app.ask(Some(&bank.cashier), document, variables).await["reconciliation"].take()
}

pub async fn case_number(bank: &Bank) -> (Value, String) {
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    (case, number)
}

async fn compares(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let (app, finance) = (&bank.court.app, &bank.court.finance);
    let (_, number) = case_number(&bank).await;
    assert_eq!(reconciliation(&bank, "2026-03-02").await, Value::Null, "no statement yet");
    bank.import(&bank.notice("N1", vec![credit("B1", "1000.00", &number)])).await;

    // the statement knows more: a credit that no notice told of, and a charge
    let on_case = |mut line: BankLine| {
        line.credited_account = Some(number.clone());
        line
    };
    let lines = vec![
        on_case(movement(&bank, "B1", Direction::Credit, "1000.00")),
        movement(&bank, "B2", Direction::Credit, "50.00"),
        movement(&bank, "B3", Direction::Debit, "2.50"),
    ];
    let file = bank.import(&statement(&bank, "S1", Money::ZERO, lines)).await;
    assert_eq!(file["kind"], "STATEMENT");
    let seen = bank.file(&file["id"]).await;
    assert_eq!((&seen["state"], &seen["knownCount"], &seen["openCount"]), (&json!("DISPATCHED"), &json!(1), &json!(1)));
    assert_eq!(
        (bank.balance(Code::Bank).await, bank.balance(Code::Unidentified).await),
        ("1050.00".into(), "50.00".into())
    );
    let seen = reconciliation(&bank, "2026-03-05").await;
    assert_eq!((&seen["bankBalance"], &seen["bookBalance"]), (&json!("1047.50"), &json!("1050.00")));
    assert_eq!((&seen["onlyBankTotal"], &seen["onlyBooksTotal"]), (&json!("-2.50"), &json!("0.00")));
    assert_eq!((&seen["unexplained"], &seen["reconciled"]), (&json!("0.00"), &json!(false)));
    let open = &seen["onlyBank"][0];
    assert_eq!((&open["amount"], &open["line"]["note"]), (&json!("-2.50"), &json!("DEBIT_WITHOUT_ORDER")));

    // two people say what it was
    let line = &open["line"]["id"];
    let charge = json!({ "line": line, "resolution": "BANK_CHARGE", "document": "银行回单" });
    let document = "mutation ($i: ResolveBankLineInput!) { resolveBankLine(input: $i) { replayed } }";
    let mut foreign = charge.clone();
    foreign["idempotencyKey"] = json!("0123456789");
    assert_eq!(app.error_code(Some(finance), document, json!({ "i": foreign })).await, "FORBIDDEN");
    for (change, code) in [
        (json!({ "line": line, "resolution": "BANK_INTEREST", "document": "x" }), "WRONG_STATE"),
        (json!({ "line": line, "resolution": "PAYOUT", "document": "x" }), "WRONG_STATE"),
        (json!({ "line": line, "resolution": "BANK_CHARGE", "document": " " }), "TEXT_INVALID"),
    ] {
        assert_eq!(app.refused(&bank.cashier, "resolveBankLine", change).await.0, code);
    }
    let select = "proposal { id status approval { id steps } line { state } }";
    let mut keyed = charge.clone();
    keyed["idempotencyKey"] = json!("resolve-0001");
    let proposal = app.done(&bank.cashier, "resolveBankLine", keyed.clone(), select).await["proposal"].take();
    assert_eq!(
        (&proposal["status"], &proposal["approval"]["steps"]),
        (&json!("PROPOSED"), &json!(["FINANCE_REVIEWER"]))
    );
    let again = app.done(&bank.cashier, "resolveBankLine", keyed, select).await;
    assert_eq!((&again["proposal"]["id"], &again["replayed"]), (&proposal["id"], &json!(true)));
    assert_eq!(app.refused(&bank.cashier, "resolveBankLine", charge.clone()).await.0, "WRONG_STATE");
    assert_eq!(bank.balance(Code::Bank).await, "1050.00", "nothing before the second person");
    app.approve(&proposal["approval"]["id"], &[finance]).await;
    assert_eq!(app.refused(&bank.cashier, "resolveBankLine", charge).await.0, "WRONG_STATE");
    let seen = reconciliation(&bank, "2026-03-02").await;
    assert_eq!((&seen["bookBalance"], &seen["reconciled"]), (&json!("1047.50"), &json!(true)));
    assert_eq!(bank.balance(Code::SuspenseBankCharge).await, "2.50");

    // the next one begins where this one ended, or is refused; this one again with other balances too
    app.go_to("2026-03-03T09:00:00.000+08:00").await;
    let b4 = || vec![movement(&bank, "B4", Direction::Credit, "1.00")];
    let gap = statement(&bank, "S2", "1047.49".parse().unwrap(), b4());
    assert_eq!(app.refused(finance, "importBankFile", json!({ "content": gap })).await.0, "BANK_FILE_INVALID");
    bank.import(&statement(&bank, "S2", "1047.50".parse().unwrap(), b4())).await;
    let seen = reconciliation(&bank, "2026-03-03").await;
    assert_eq!((&seen["bankBalance"], &seen["reconciled"]), (&json!("1048.50"), &json!(true)));
    let changed = statement(&bank, "S2", "1047.50".parse().unwrap(), Vec::new());
    assert_eq!(app.refused(finance, "importBankFile", json!({ "content": changed })).await.0, "BANK_FILE_INVALID");
    let foreign = app.court("湘0103").await;
    let document = "query ($c: ID!) { reconciliation(court: $c, book: CASE_FUNDS, date: \"2026-03-03\") { closedOn } }";
    let unseen = app.ask(Some(&bank.cashier), document, json!({ "c": foreign.to_global() })).await;
    assert_eq!(unseen["reconciliation"], Value::Null);
    bank.court.app.finish().await;
}
both!(a_statement_is_compared_entry_by_entry_and_its_charge_resolved_by_two, super::compares);

/// A payment that was refused by pain.002 and debited all the same.
async fn contradicts(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let (case, number) = case_number(&bank).await;
    bank.import(&bank.notice("N1", vec![credit("B1", "1000.00", &number)])).await;
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = app.ask(Some(&bank.cashier), lines, json!({})).await;
    let receipt = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    for amount in ["600.00", "300.00"] {
        let pay = Pay {
            court: bank.court.id,
            case: CaseId::from_global(case["id"].as_str().unwrap()).unwrap(),
            receipt: ReceiptId::from_global(&receipt).unwrap(),
            subject: OrderId::new(app.clock.now()).node(),
            name: "易某",
            account: "6217000000000000001",
            amount: amount.parse().unwrap(),
        };
        access::run(&app.running.services, &Actor::system("test"), &pay).await.unwrap();
    }
    app.settle().await;
    let file = bank.write().await;
    let refused = Simulator::new().refusing("6217000000000000001", "AC04");
    let answer = refused.answer(file["content"].as_str().unwrap().as_bytes(), app.clock.now()).unwrap();
    bank.import(&answer).await;
    assert_eq!(bank.balance(Code::InTransit).await, "0.00");

    let document = "query ($id: ID!) { node(id: $id) { ... on BankFile { lines(first: 10) { nodes { reference amount targetId } } } } }";
    let sent =
        app.ask(Some(&bank.cashier), document, json!({ "id": file["id"] })).await["node"]["lines"]["nodes"].take();
    let of = |amount: &str| sent.as_array().unwrap().iter().find(|line| line["amount"] == amount).unwrap().clone();
    let (first, second) = (of("600.00"), of("300.00"));
    let mut debit = movement(&bank, "B2", Direction::Debit, "600.00");
    debit.end_to_end_id = Some(first["reference"].as_str().unwrap().to_owned());
    let on_case = BankLine { credited_account: Some(number), ..movement(&bank, "B1", Direction::Credit, "1000.00") };
    bank.import(&statement(&bank, "S1", Money::ZERO, vec![on_case, debit])).await;
    let seen = reconciliation(&bank, "2026-03-02").await;
    assert_eq!((&seen["bankBalance"], &seen["bookBalance"]), (&json!("400.00"), &json!("1000.00")));
    let open = &seen["onlyBank"][0]["line"];
    assert_eq!(
        open["note"], "DEBIT_AGAINST_RESULT",
        "no guess: the money stands on the payable until two people agree"
    );

    let of_other =
        json!({ "line": open["id"], "resolution": "PAYOUT", "attempt": second["targetId"], "document": "回单" });
    assert_eq!(app.refused(&bank.cashier, "resolveBankLine", of_other).await.0, "AMOUNT_INVALID");
    let this = json!({ "line": open["id"], "resolution": "PAYOUT", "attempt": first["targetId"], "document": "回单" });
    let select = "proposal { approval { id } }";
    let proposal = app.done(&bank.cashier, "resolveBankLine", this, select).await["proposal"].take();
    app.approve(&proposal["approval"]["id"], &[&bank.court.finance]).await;
    let state = "query ($id: ID!) { node(id: $id) { ... on PayoutAttempt { state } } }";
    let seen = app.ask(Some(&bank.cashier), state, json!({ "id": first["targetId"] })).await;
    assert_eq!(seen["node"]["state"], "SETTLED");
    let seen = reconciliation(&bank, "2026-03-02").await;
    assert_eq!((&seen["bookBalance"], &seen["reconciled"]), (&json!("400.00"), &json!(true)));
    bank.court.app.finish().await;
}
both!(money_that_went_against_the_banks_own_refusal_waits_for_two_people, super::contradicts);
