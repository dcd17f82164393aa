//! Paying out: who may do which step, what an order may draw on, what the bank's answers lead to.

use crate::{
    both,
    cases::{BANK, Court, court},
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::{self, Act, Actor, Op, Role, UseCase},
    funds::{
        ReceiptSource,
        ops::{self as funds, BankCredit, NewReceipt, Payer},
    },
    kernel::{
        error::{Failure, Outcome},
        ids::{CaseId, CourtId, PayoutAttemptId, ReceiptId},
        money::Money,
    },
    ledger::Book,
    payout::{
        self, MessageEffect,
        outcome::BankStatus,
        result::{BankResult, Heard},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

/// A credit on a case account, as the bank's dispatcher hands it over.
#[derive(Serialize)]
struct Credit {
    court: CourtId,
    case: CaseId,
    reference: String,
    amount: Money,
    /// The paying account, where the line names it.
    from: Option<String>,
}
impl UseCase for Credit {
    type Done = ReceiptId;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReceiptId, Failure> {
        let line = BankCredit {
            book: Book::CaseFunds,
            bank_account: "main".into(),
            bank_reference: self.reference.clone(),
            amount: self.amount,
            booked_on: op.now.legal_date(),
            source: ReceiptSource::Transfer,
            payer: Payer {
                name: "吴某".into(), account_number: self.from.clone().map(Into::into), ..Payer::default()
            },
            remittance: None,
        };
        funds::receive(op, NewReceipt { court: self.court, case: Some(self.case), line }).await
    }
}
/// Money on a case.
pub async fn receive(court: &Court, case: &Value, reference: &str, amount: &str) -> ReceiptId {
    receive_from(&court.app, court.id, case, reference, amount, None).await
}
/// A price, from the court's own auction account.
pub async fn receive_price(court: &Court, case: &Value, reference: &str, amount: &str) -> ReceiptId {
    let reader = court.app.database.db.reader();
    let own = duixian::cases::store::bank_account(&reader, court.id, Book::AuctionDeposits).await.unwrap();
    receive_from(&court.app, court.id, case, reference, amount, Some(own.account_number)).await
}
/// Money on a case of any court.
pub async fn receive_at(app: &TestApp, court: CourtId, case: &Value, reference: &str, amount: &str) -> ReceiptId {
    receive_from(app, court, case, reference, amount, None).await
}
async fn receive_from(
    app: &TestApp,
    court: CourtId,
    case: &Value,
    reference: &str,
    amount: &str,
    from: Option<String>,
) -> ReceiptId {
    let case = CaseId::from_global(case["id"].as_str().unwrap()).unwrap();
    let credit = Credit { court, case, reference: reference.into(), amount: amount.parse().unwrap(), from };
    match access::run(&app.running.services, &Actor::system("test"), &credit).await.unwrap() {
        Outcome::Done { value, .. } => value,
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// What the bank does with an attempt.
#[derive(Serialize)]
enum Bank {
    Says { status: &'static str, code: Option<&'static str> },
    Returns,
}
#[derive(Serialize)]
struct BankDoes {
    attempt: String,
    what: Bank,
}
impl UseCase for BankDoes {
    type Done = String;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<String, Failure> {
        let id = PayoutAttemptId::from_global(&self.attempt).unwrap();
        let row = payout::store::find_attempt(op.tx, op.scope(), id).await?.unwrap();
        let heard = match &self.what {
            Bank::Says { status, code } => {
                let result = BankResult {
                    status: BankStatus::from_iso(status),
                    code: code.map(str::to_owned),
                    text: None,
                    booked_on: op.now.legal_date(),
                };
                payout::result::on_result(op, &row.end_to_end_id, result).await?
            }
            Bank::Returns => {
                let today = op.now.legal_date();
                payout::result::on_return(op, &row.end_to_end_id, Some("AC04".into()), None, today).await?
            }
        };
        let Heard { effect, state, .. } = heard;
        Ok(if effect == MessageEffect::Moved { state.as_str().into() } else { effect.as_str().into() })
    }
}
async fn bank(court: &Court, attempt: &Value, what: Bank) -> String {
    let does = BankDoes { attempt: attempt["id"].as_str().unwrap().into(), what };
    match access::run(&court.app.running.services, &Actor::system("test"), &does).await.unwrap() {
        Outcome::Done { value, .. } => value,
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}
/// Everything that is queued goes to the bank in a file, once the log is signed.
pub async fn send(court: &Court, people: &People) {
    court.app.settle().await;
    let input = json!({ "court": court.id.to_global(), "book": "CASE_FUNDS" });
    court.app.done(&people.cashier, "writePaymentFile", input, "").await;
}
/// The bank takes what is queued and pays this attempt.
pub async fn bank_pays(court: &Court, people: &People, attempt: &Value) {
    send(court, people).await;
    assert_eq!(says(court, attempt, "ACSC", None).await, "SETTLED");
}
/// The payee's bank sends a paid attempt back.
pub async fn bank_returns(court: &Court, attempt: &Value) {
    assert_eq!(bank(court, attempt, Bank::Returns).await, "RETURNED");
}
pub async fn says(court: &Court, attempt: &Value, status: &'static str, code: Option<&'static str>) -> String {
    bank(court, attempt, Bank::Says { status, code }).await
}

/// The payee's bank sends the money back.
pub async fn returns(court: &Court, attempt: &Value) -> String {
    bank(court, attempt, Bank::Returns).await
}

/// The people behind the officer's desk.
pub struct People {
    pub chief: User,
    pub vice_president: User,
    pub cashier: User,
}
pub async fn people(court: &Court) -> People {
    let (app, here) = (&court.app, Some(court.id));
    People {
        chief: app.user("chief", "执行局局长", &[Role::BureauChief], here).await,
        vice_president: app.user("vice", "副院长", &[Role::VicePresident], here).await,
        cashier: app.user("cashier", "出纳", &[Role::Cashier], here).await,
    }
}

pub const CARD: &str = "6228480402564890018";
pub async fn confirm(court: &Court, party: &Value, holder: &str, number: &str) -> Value {
    let account = json!({ "accountHolder": holder, "accountNumber": number, "bankCode": BANK, "bankName": "工商银行" });
    let input = json!({ "party": party["id"], "account": account, "document": "收款账户确认书" });
    court.app.done(&court.officer, "confirmPayee", input, "payee { id }").await["payee"]["id"].take()
}

const ORDER: &str = "order { id orderNumber status amount approval { id status steps digest }
    attempts { id number endToEndId state failure } payable { id state } sources { amount }
    terms { dueOn lamp } claim { outstanding satisfied } }";

async fn read_order(court: &Court, id: &Value) -> Value {
    let document = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on DisbursementOrder {{ {} }} }} }}",
        &ORDER[8..ORDER.len() - 2]
    );
    court.app.ask(Some(&court.officer), &document, json!({ "id": id })).await["node"].take()
}

/// Drafts, submits and approves an order.
pub async fn approved(court: &Court, people: &People, input: Value) -> Value {
    let app = &court.app;
    let order = app.done(&court.officer, "draftDisbursementOrder", input, ORDER).await["order"].take();
    let input = json!({ "order": order["id"] });
    let order = app.done(&court.officer, "submitDisbursementOrder", input, ORDER).await["order"].take();
    let mut voters = vec![&court.administrator, &people.chief];
    if order["approval"]["steps"].as_array().unwrap().len() == 4 {
        voters.push(&people.vice_president);
    }
    voters.push(&court.finance);
    app.approve(&order["approval"]["id"], &voters).await;
    order
}

async fn pays_an_order(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let first = receive(&court, &case, "R-1", "50000.00").await;
    let second = receive(&court, &case, "R-2", "9748.04").await;
    let payee = confirm(&court, &case["parties"][0], "易 某", CARD).await;
    let draft = |amount: &str, sources: Value| {
        json!({ "case": case["id"], "claim": case["claims"][0]["id"],
        "payee": payee, "amount": amount, "sources": sources })
    };
    let source = |receipt: ReceiptId, amount: &str| json!({ "receipt": receipt.to_global(), "amount": amount });
    for (input, code) in [
        (draft("50000.01", json!([source(first, "50000.01")])), "RECEIPT_EXCEEDED"),
        (draft("100.00", json!([source(first, "99.99")])), "LIST_INVALID"),
        (draft("100.00", json!([source(first, "50.00"), source(first, "50.00")])), "LIST_INVALID"),
        (draft("59748.05", json!([])), "PAYOUT_EXCEEDS_BALANCE"),
        (draft("203500.01", json!([])), "SATISFACTION_EXCEEDS_CLAIM"),
        (draft("0.00", json!([])), "AMOUNT_INVALID"),
    ] {
        assert_eq!(app.refused(officer, "draftDisbursementOrder", input).await.0, code);
    }
    let sources = json!([source(first, "50000.00"), source(second, "9748.04")]);
    let order = app.done(officer, "draftDisbursementOrder", draft("59748.04", sources), ORDER).await["order"].take();
    assert_eq!((&order["orderNumber"], &order["status"]), (&json!("湘0102发2026-000001"), &json!("DRAFT")));
    assert_eq!(app.refused(officer, "draftDisbursementOrder", draft("1.00", json!([]))).await.0, "ALREADY_EXISTS");
    let this = json!({ "order": order["id"] });
    assert_eq!(app.refused(&people.cashier, "payOut", this.clone()).await.0, "WRONG_STATE");
    let order = app.done(officer, "submitDisbursementOrder", this.clone(), ORDER).await["order"].take();
    assert_eq!(order["approval"]["steps"], json!(["FUND_ADMINISTRATOR", "BUREAU_CHIEF", "FINANCE_REVIEWER"]));

    // the maker may not approve, nobody out of turn, nobody on another digest
    let vote = json!({ "approval": order["approval"]["id"], "digest": order["approval"]["digest"] });
    assert_eq!(app.refused(officer, "approve", vote.clone()).await.0, "MAKER_MAY_NOT_APPROVE");
    let stale = json!({ "approval": order["approval"]["id"], "digest": "00".repeat(32) });
    assert_eq!(app.refused(&court.administrator, "approve", stale).await.0, "DIGEST_MISMATCH");
    app.approve(&order["approval"]["id"], &[&court.administrator, &people.chief, &court.finance]).await;

    // paid once, and the same key again is the same answer
    let mut pay = this.clone();
    pay["idempotencyKey"] = json!("pay-out-0001");
    let paid = app.done(&people.cashier, "payOut", pay.clone(), ORDER).await;
    assert_eq!((&paid["order"]["status"], &paid["replayed"]), (&json!("RELEASED"), &json!(false)));
    let again = app.done(&people.cashier, "payOut", pay, ORDER).await;
    assert_eq!((&again["order"]["attempts"], &again["replayed"]), (&paid["order"]["attempts"], &json!(true)));
    assert_eq!(app.refused(&people.cashier, "payOut", this.clone()).await.0, "WRONG_STATE");
    assert_eq!(app.refused(officer, "recallDisbursementOrder", this).await.0, "WRONG_STATE");

    let attempt = &paid["order"]["attempts"][0];
    bank_pays(&court, &people, attempt).await;
    assert_eq!(says(&court, attempt, "ACSC", None).await, "IGNORED");
    assert_eq!(says(&court, attempt, "ACSP", None).await, "IGNORED");
    assert_eq!(says(&court, attempt, "RJCT", Some("AC04")).await, "CONTRADICTION");
    let seen = read_order(&court, &order["id"]).await;
    assert_eq!(seen["status"], "PAID");
    assert_eq!(seen["claim"], json!({ "outstanding": "143751.96", "satisfied": "59748.04" }));
    let seen = court.read(&case, "account { balance available } fundFlow { distributed paid remaining }").await;
    assert_eq!(seen["account"], json!({ "balance": "0.00", "available": "0.00" }));
    assert_eq!(seen["fundFlow"], json!({ "distributed": "59748.04", "paid": "59748.04", "remaining": "0.00" }));
    court.app.finish().await;
}
both!(an_order_is_drafted_approved_and_paid_by_five_people_once, super::pays_an_order);

async fn pays_a_corrected_payee(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "100000.01").await;
    receive(&court, &case, "R-1", "100000.01").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let input = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100000.01" });
    let order = approved(&court, &people, input).await;
    assert_eq!(order["approval"]["steps"].as_array().unwrap().len(), 4, "above 100,000.00 the vice president decides");
    let paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), ORDER).await["order"].take();
    let (first, payable) = (&paid["attempts"][0], json!({ "payable": paid["payable"]["id"] }));
    assert_eq!(app.refused(&people.cashier, "retryPayout", payable.clone()).await.0, "PAYOUT_RESULT_UNKNOWN");
    send(&court, &people).await;

    // a result that nobody knows is never sent again; the bank's later word settles it
    assert_eq!(says(&court, first, "RJCT", Some("AB05")).await, "UNKNOWN");
    assert_eq!(app.refused(&people.cashier, "retryPayout", payable.clone()).await.0, "PAYOUT_RESULT_UNKNOWN");
    assert_eq!(says(&court, first, "RJCT", Some("3031")).await, "REJECTED");
    let seen = read_order(&court, &order["id"]).await;
    assert_eq!((&seen["status"], &seen["attempts"][0]["failure"]), (&json!("FAILED"), &json!("NAME_MISMATCH")));
    assert_eq!(app.refused(&people.cashier, "retryPayout", payable.clone()).await.0, "PAYEE_NOT_CONFIRMED");

    let account =
        json!({ "accountHolder": "易某", "accountNumber": "1234567890123", "bankCode": BANK, "bankName": "工商银行" });
    let correction = json!({ "payee": payee, "account": account, "document": "确认书2号", "reason": "户名不符" });
    let select = "correction { approval { id } }";
    let proposed = app.done(&court.officer, "correctPayee", correction, select).await["correction"].take();
    app.approve(&proposed["approval"]["id"], &[&court.administrator]).await;

    let select = "attempt { id number endToEndId state }";
    let second = app.done(&people.cashier, "retryPayout", payable.clone(), select).await["attempt"].take();
    assert_eq!((&second["number"], &second["state"]), (&json!(2), &json!("QUEUED")));
    assert_ne!(second["endToEndId"], first["endToEndId"]);
    assert!(second["endToEndId"].as_str().unwrap().len() <= 30);
    bank_pays(&court, &people, &second).await;
    assert_eq!(says(&court, first, "ACSC", None).await, "CONTRADICTION");

    // the money comes back days later: its own event, and a third attempt is possible
    assert_eq!(bank(&court, &second, Bank::Returns).await, "RETURNED");
    assert_eq!(bank(&court, &second, Bank::Returns).await, "IGNORED");
    let seen = read_order(&court, &order["id"]).await;
    assert_eq!((&seen["status"], &seen["payable"]["state"]), (&json!("FAILED"), &json!("FAILED")));
    assert_eq!(app.refused(&people.cashier, "retryPayout", payable).await.0, "PAYEE_NOT_CONFIRMED");
    court.app.finish().await;
}
both!(a_rejected_payment_goes_to_the_corrected_account_as_a_second_attempt, super::pays_a_corrected_payee);

async fn recalls_and_defers(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    receive(&court, &case, "R-1", "100.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = approved(&court, &people, draft.clone()).await;
    let reason = json!({ "case": case["id"], "reason": "NOT_COLLECTED", "explanation": "经通知未领取", "document": "延缓审批表" });
    let select = "deferral { id status approval { id } }";
    let deferral = app.done(officer, "deferDisbursement", reason, select).await["deferral"].take();
    app.approve(&deferral["approval"]["id"], &[&people.chief]).await;
    let this = json!({ "order": order["id"] });
    let refused = app.refused(&people.cashier, "payOut", this.clone()).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "执行款物规定 第10条".into()));
    let end = json!({ "deferral": deferral["id"], "document": "已联系上" });
    let ended = app.done(officer, "endDeferral", end, "deferral { status dueOn }").await["deferral"].take();
    assert_eq!(ended, json!({ "status": "ENDED", "dueOn": "2026-03-12" }));

    app.done(officer, "recallDisbursementOrder", this.clone(), "order { status }").await;
    assert_eq!(app.refused(&people.cashier, "payOut", this).await.0, "WRONG_STATE");
    // a recalled order leaves its claim free for another
    let order = approved(&court, &people, draft).await;
    let paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await;
    assert_eq!(paid["order"]["status"], "RELEASED");
    court.app.finish().await;
}
both!(a_deferral_stops_the_cashier_and_a_recalled_order_is_dead, super::recalls_and_defers);

async fn pays_many_cases(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    for (serial, claim, confirmed) in
        [(1, "3120.55", true), (2, "50000.00", true), (3, "50000.01", true), (4, "100.00", false)]
    {
        let case = court.open(&format!("（2026）湘0102执{serial}号"), claim).await;
        receive(&court, &case, &format!("R-{serial}"), claim).await;
        if confirmed {
            confirm(&court, &case["parties"][0], "易某", CARD).await;
        }
    }
    let select = "run { id runNumber count total status skipped { reason case { caseNumber } }
        lines { nodes { amount state } } approval { id steps } }";
    let draft = json!({ "court": court.id.to_global(), "selection": "SMALL_LIVELIHOOD" });
    let run = app.done(&court.administrator, "draftPayoutRun", draft.clone(), select).await["run"].take();
    assert_eq!((&run["count"], &run["total"]), (&json!(2), &json!("53120.55")));
    assert_eq!(
        run["skipped"],
        json!([
            { "reason": "ABOVE_LIMIT", "case": { "caseNumber": "（2026）湘0102执3号" } },
            { "reason": "PAYEE_NOT_CONFIRMED", "case": { "caseNumber": "（2026）湘0102执4号" } },
        ])
    );
    assert_eq!(app.refused(&court.administrator, "draftPayoutRun", draft).await.0, "SELECTION_EMPTY");
    let this = json!({ "run": run["id"] });
    let run = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await["run"].take();
    assert_eq!(run["approval"]["steps"], json!(["BUREAU_CHIEF", "FINANCE_REVIEWER"]));
    assert_eq!(app.refused(&people.cashier, "releasePayoutRun", this.clone()).await.0, "WRONG_STATE");
    app.approve(&run["approval"]["id"], &[&people.chief, &court.finance]).await;
    app.done(&people.cashier, "releasePayoutRun", this.clone(), select).await;
    assert_eq!(app.refused(&people.cashier, "releasePayoutRun", this).await.0, "WRONG_STATE");
    app.settle().await;
    let query = "{ payoutRuns { nodes { status lines { nodes { state payable { attempts { id state } } } } } } }";
    let seen = app.ask(Some(&people.cashier), query, json!({})).await["payoutRuns"]["nodes"][0].take();
    assert_eq!(seen["status"], "RELEASED");
    send(&court, &people).await;
    for line in seen["lines"]["nodes"].as_array().unwrap() {
        assert_eq!((&line["state"], &line["payable"]["attempts"][0]["state"]), (&json!("RELEASED"), &json!("QUEUED")));
        assert_eq!(says(&court, &line["payable"]["attempts"][0], "ACSC", None).await, "SETTLED");
    }
    court.app.finish().await;
}
both!(a_run_pays_small_livelihood_claims_line_by_line, super::pays_many_cases);
