//! Bank files: taken in whole or not at all, every line booked once, payments written only from under a checkpoint.

use crate::{
    both,
    cases::{Court, court},
    support::{app::User, database::TestDatabase},
};
use duixian::{
    access::{self, Act, Actor, Op, Role, UseCase},
    bank::{
        iso20022::{AccountHolder, camt054::Credit},
        simulator::{Simulator, credit_notice},
    },
    kernel::{
        error::{Failure, Outcome},
        ids::{CaseId, CourtId, NodeRef, PayoutAttemptId, ReceiptId},
        money::Money,
        secret::Secret,
    },
    ledger::{AccountKey, Book, Code},
    payout::{
        PayablePurpose,
        ops::{NewPayable, PayeeAccount, create_payable, queue_attempt},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

pub fn credit(reference: &str, amount: &str, account: &str) -> Credit {
    Credit {
        reference: reference.into(),
        amount: amount.parse().unwrap(),
        credited_account: account.into(),
        payer: AccountHolder {
            name: "吴某".into(),
            account: "6228480402564890018".into(),
            bank_code: "103100000026".into(),
        },
        remittance: "（2026）湘0102执12号 案款".into(),
        returned: None,
    }
}

/// The people and accounts of these tests.
pub struct Bank {
    pub court: Court,
    pub cashier: User,
    /// The court's account for case funds.
    pub main: String,
}

impl Bank {
    pub async fn start(database: TestDatabase) -> Bank {
        Bank::of(court(database).await).await
    }
    pub async fn of(court: Court) -> Bank {
        let cashier = court.app.user("cashier", "出纳", &[Role::Cashier], Some(court.id)).await;
        let row = duixian::cases::store::bank_account(&court.app.database.db.reader(), court.id, Book::CaseFunds).await;
        Bank { cashier, main: row.unwrap().account_number, court }
    }
    pub fn notice(&self, message: &str, credits: Vec<Credit>) -> String {
        credit_notice(message, &self.main, credits, self.court.app.clock.now()).unwrap()
    }
    pub async fn import(&self, content: &str) -> Value {
        let select = "bankFile { id kind state lineCount total knownCount openCount }";
        let input = json!({ "content": content });
        let file = self.court.app.done(&self.court.finance, "importBankFile", input, select).await["bankFile"].take();
        self.court.app.settle().await;
        file
    }
    /// A file with its lines, as the cashier sees it.
    pub async fn file(&self, id: &Value) -> Value {
        let document = "query ($id: ID!) { node(id: $id) { ... on BankFile { state lineCount knownCount openCount
            lines(first: 100) { nodes { line kind state reference amount note reasonText counterpartyName
                counterpartyAccount targetId } } } } }";
        self.court.app.ask(Some(&self.cashier), document, json!({ "id": id })).await["node"].take()
    }
    pub async fn balance(&self, code: Code) -> String {
        let key = AccountKey::of_court(self.court.id, Book::CaseFunds, code);
        let reader = self.court.app.database.db.reader();
        duixian::ledger::balance(&reader, key).await.unwrap().to_string()
    }
    pub async fn write(&self) -> Value {
        let input = json!({ "court": self.court.id.to_global(), "book": "CASE_FUNDS" });
        let select = "paymentFile { id messageName messageId total lineCount content }";
        self.court.app.done(&self.cashier, "writePaymentFile", input, select).await["paymentFile"].take()
    }
}

async fn dispatches(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    let unknown = format!("{}99999999", bank.main);
    let content = bank.notice("N1", vec![credit("B1", "59748.04", &number), credit("B2", "100.00", &unknown)]);
    let file = bank.import(&content).await;
    assert_eq!((&file["kind"], &file["state"]), (&json!("NOTICE"), &json!("ACCEPTED")));
    assert_eq!((&file["lineCount"], &file["total"]), (&json!(2), &json!("59848.04")));

    let seen = bank.file(&file["id"]).await;
    assert_eq!((&seen["state"], &seen["openCount"]), (&json!("DISPATCHED"), &json!(0)));
    let mut lines = seen["lines"]["nodes"].as_array().unwrap().clone();
    lines.sort_by_key(|line| line["line"].as_i64());
    let states: Vec<_> = lines.iter().map(|line| (&line["reference"], &line["state"])).collect();
    assert_eq!(states, [(&json!("B1"), &json!("BOOKED")), (&json!("B2"), &json!("UNIDENTIFIED"))]);
    assert_eq!(lines[0]["counterpartyName"], "吴某");
    assert_eq!(lines[0]["counterpartyAccount"], "****0018");
    assert!(lines.iter().all(|line| line["targetId"].is_string()));
    assert_eq!(bank.court.read(&case, "account { balance }").await["account"]["balance"], "59748.04");
    assert_eq!(bank.balance(Code::Bank).await, "59848.04");
    assert_eq!(bank.balance(Code::Unidentified).await, "100.00");

    // the same bytes are the same file; a known reference in another file is the same money
    assert_eq!(bank.import(&content).await["id"], file["id"]);
    let more = bank.notice("N2", vec![credit("B2", "100.00", &unknown), credit("B3", "0.01", &number)]);
    let second = bank.import(&more).await;
    let seen = bank.file(&second["id"]).await;
    assert_eq!((&seen["knownCount"], &seen["state"]), (&json!(1), &json!("DISPATCHED")));
    assert_eq!(bank.balance(Code::Bank).await, "59848.05");
    let other_amount = bank.notice("N3", vec![credit("B4", "1.00", &number), credit("B2", "100.01", &unknown)]);
    let refused = bank.court.app.refused(&bank.court.finance, "importBankFile", json!({ "content": other_amount }));
    assert_eq!(refused.await.0, "BANK_FILE_INVALID");
    bank.court.app.settle().await;
    assert_eq!(bank.balance(Code::Bank).await, "59848.05");
    bank.court.app.finish().await;
}
both!(every_line_goes_to_its_owner_and_is_booked_once, super::dispatches);

async fn refuses(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    let sound = bank.notice("N1", vec![credit("B1", "59748.04", &number), credit("B2", "100.00", &number)]);
    let foreign_court = app.court("湘0103").await;
    let foreign = app.user("foreign", "外院财务", &[Role::FinanceReviewer], Some(foreign_court)).await;
    let tomorrow = sound.replace("<Dt>2026-03-02</Dt>", "<Dt>2026-03-03</Dt>");
    for (what, user, content) in [
        ("no XML", &bank.court.finance, "到账 100.00".to_owned()),
        ("a DTD", &bank.court.finance, sound.replace("<Document", "<!DOCTYPE a [<!ENTITY x \"y\">]><Document")),
        ("a wrong sum", &bank.court.finance, sound.replace("<Sum>59848.04</Sum>", "<Sum>59848.05</Sum>")),
        ("three decimals", &bank.court.finance, sound.replace(">100.00</Amt>", ">100.000</Amt>")),
        ("dollars", &bank.court.finance, sound.replace("Ccy=\"CNY\"", "Ccy=\"USD\"")),
        ("truncated", &bank.court.finance, sound[..sound.len() - 20].to_owned()),
        ("tomorrow's money", &bank.court.finance, tomorrow),
        ("an unknown account", &bank.court.finance, sound.replace(&bank.main, "4300999999999999999")),
        ("another court's account", &foreign, sound.clone()),
    ] {
        let (code, law) = app.refused(user, "importBankFile", json!({ "content": content })).await;
        assert_eq!((code.as_str(), law.is_empty()), ("BANK_FILE_INVALID", false), "{what}");
    }
    let document = "mutation ($c: String!) { importBankFile(input: { idempotencyKey: \"0123456789\", content: $c }) { replayed } }";
    let oversized = format!("{sound}{}", " ".repeat(300 * 1024));
    assert_eq!(app.error_code(Some(&bank.court.finance), document, json!({ "c": oversized })).await, "BAD_REQUEST");
    app.settle().await;
    assert_eq!(bank.balance(Code::Bank).await, "0.00", "nothing of a refused file is booked");
    let files = "{ bankFiles(first: 10) { nodes { id } } }";
    assert_eq!(app.ask(Some(&bank.cashier), files, json!({})).await["bankFiles"]["nodes"], json!([]));
    let document = "mutation ($c: String!) { importBankFile(input: { idempotencyKey: \"0123456789\", content: $c }) { replayed } }";
    let denied = app.error_code(Some(&bank.court.officer), document, json!({ "c": sound })).await;
    assert_eq!(denied, "FORBIDDEN");
    bank.import(&sound).await;
    assert_eq!(bank.balance(Code::Bank).await, "59848.04", "the sound file was not harmed by its damaged copies");
    bank.court.app.finish().await;
}
both!(a_faulty_file_books_nothing, super::refuses);

/// Money of a case that becomes owed and is given to the bank.
#[derive(Serialize)]
pub struct Pay {
    pub court: CourtId,
    pub case: CaseId,
    pub receipt: ReceiptId,
    pub subject: NodeRef,
    pub name: &'static str,
    pub account: &'static str,
    pub amount: Money,
}
impl UseCase for Pay {
    type Done = PayoutAttemptId;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutAttemptId, Failure> {
        let payable = create_payable(
            op,
            NewPayable {
                court: self.court,
                book: Book::CaseFunds,
                case: Some(self.case),
                from: AccountKey::owned(self.court, Book::CaseFunds, Code::CaseFund, self.case.uuid()),
                purpose: PayablePurpose::RefundPayer,
                payee: PayeeAccount {
                    name: self.name.into(),
                    account_number: Secret::new(self.account.to_owned()),
                    bank_code: "105100000017".into(),
                    bank_name: "中国建设银行".into(),
                },
                amount: self.amount,
                sources: vec![(self.receipt, self.amount)],
                subject: self.subject,
            },
        )
        .await?;
        queue_attempt(op, payable).await
    }
}

async fn pays(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    bank.import(&bank.notice("N1", vec![credit("B1", "1000.00", &number)])).await;
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = app.ask(Some(&bank.cashier), lines, json!({})).await;
    let target = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    let receipt = ReceiptId::from_global(&target).unwrap();
    let case_id = CaseId::from_global(case["id"].as_str().unwrap()).unwrap();
    let pay = |subject: NodeRef, name, account, amount: &str| Pay {
        court: bank.court.id,
        case: case_id,
        receipt,
        subject,
        name,
        account,
        amount: amount.parse().unwrap(),
    };
    let orders = [
        pay(case_id.node(), "易某", "6217000000000000001", "600.00"),
        pay(receipt.node(), "吴某", "6217000000000000002", "400.00"),
    ];
    for order in &orders {
        let done = access::run(&app.running.services, &Actor::system("test"), order).await.unwrap();
        assert!(matches!(done, Outcome::Done { .. }));
    }
    let court_and_book = json!({ "court": bank.court.id.to_global(), "book": "CASE_FUNDS" });
    let early = app.refused(&bank.cashier, "writePaymentFile", court_and_book.clone()).await;
    assert_eq!(early.0, "SELECTION_EMPTY", "not under a signed checkpoint yet");
    app.settle().await;
    let file = bank.write().await;
    assert_eq!((&file["messageName"], &file["lineCount"]), (&json!("pain.001.001.09"), &json!(2)));
    assert_eq!(file["total"], "1000.00");
    let again = app.refused(&bank.cashier, "writePaymentFile", court_and_book).await;
    assert_eq!(again.0, "SELECTION_EMPTY", "a payment stands in one file only");
    assert_eq!(bank.balance(Code::InTransit).await, "1000.00");

    // the bank pays the one and refuses the other for its name
    let simulator = Simulator::new().account("6217000000000000002", "吴某某");
    let orders = file["content"].as_str().unwrap();
    let answer = simulator.answer(orders.as_bytes(), app.clock.now()).unwrap();
    for _ in 0..2 {
        let results = bank.import(&answer).await;
        let seen = bank.file(&results["id"]).await;
        assert_eq!((&seen["state"], &seen["openCount"]), (&json!("DISPATCHED"), &json!(0)));
        assert_eq!(bank.balance(Code::Bank).await, "400.00");
        assert_eq!(bank.balance(Code::InTransit).await, "0.00");
    }
    let of_nobody = answer.replace(file["messageId"].as_str().unwrap(), "P00000000000000000000000000");
    let refused = app.refused(&bank.court.finance, "importBankFile", json!({ "content": of_nobody })).await;
    assert_eq!(refused.0, "BANK_FILE_INVALID");
    let own = app.refused(&bank.court.finance, "importBankFile", json!({ "content": orders })).await;
    assert_eq!(own.0, "BANK_FILE_INVALID", "payment orders are not imported");
    let content = "query ($id: ID!) { node(id: $id) { ... on BankFile { content } } }";
    let inspector = app.user("inspector", "督察", &[Role::Inspector], Some(bank.court.id)).await;
    assert_eq!(app.error_code(Some(&inspector), content, json!({ "id": file["id"] })).await, "FORBIDDEN");
    bank.court.app.finish().await;
}
both!(payments_leave_from_under_a_checkpoint_and_are_answered_once, super::pays);
