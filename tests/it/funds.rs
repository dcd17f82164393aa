//! Money that arrives: booked once, claimed by two people, explained by its terms.

use crate::{
    both,
    cases::{Court, court, statements},
    support::database::TestDatabase,
};
use duixian::{
    access::{self, Act, Actor, Op, Role, UseCase},
    funds::{
        ReceiptSource,
        ops::{self, BankCredit, NewReceipt, Payer},
    },
    kernel::{
        error::{Failure, Outcome},
        ids::{CaseId, CourtId, ReceiptId},
        money::Money,
        refusal::RefusalCode,
    },
    ledger::Book,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A line of the bank as its dispatcher would hand it over.
#[derive(Clone, Serialize)]
pub struct Arrival {
    pub court: CourtId,
    pub book: Book,
    pub case: Option<CaseId>,
    pub reference: &'static str,
    pub amount: Money,
    pub booked_on: &'static str,
    pub payer: &'static str,
    pub text: &'static str,
    /// Paid in over the counter: no account paid it.
    pub counter: bool,
}
impl UseCase for Arrival {
    type Done = ReceiptId;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReceiptId, Failure> {
        let payer = Payer {
            name: self.payer.into(),
            account_number: (!self.counter).then(|| "6228480402564890018".to_owned().into()),
            ..Payer::default()
        };
        let line = BankCredit {
            book: self.book,
            bank_account: "main".into(),
            bank_reference: self.reference.into(),
            amount: self.amount,
            booked_on: self.booked_on.parse().unwrap(),
            source: ReceiptSource::Transfer,
            payer,
            remittance: Some(self.text.into()),
        };
        ops::receive(op, NewReceipt { court: self.court, case: self.case, line }).await
    }
}
impl Court {
    pub fn arrival(&self, reference: &'static str, amount: &str) -> Arrival {
        Arrival {
            court: self.id,
            book: Book::CaseFunds,
            case: None,
            reference,
            amount: amount.parse().unwrap(),
            booked_on: "2026-03-02",
            payer: "某银行待清算户",
            text: "扣划",
            counter: false,
        }
    }
    pub async fn receive(&self, arrival: &Arrival) -> Result<ReceiptId, RefusalCode> {
        let services = &self.app.running.services;
        match access::run(services, &Actor::system("test"), arrival).await.unwrap() {
            Outcome::Done { value, .. } => Ok(value),
            Outcome::Refused(refusal) => Err(refusal.code),
        }
    }
    pub async fn receipt(&self, id: ReceiptId, select: &str) -> Value {
        let document = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Receipt {{ {select} }} }} }}");
        self.app.ask(Some(&self.officer), &document, json!({ "id": id.to_global() })).await["node"].take()
    }
}
pub fn case_id(case: &Value) -> CaseId {
    CaseId::from_global(case["id"].as_str().unwrap()).unwrap()
}

async fn receives_once(database: TestDatabase) {
    let court = court(database).await;
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let arrival = Arrival { case: Some(case_id(&case)), payer: "吴 某", ..court.arrival("R-1", "59748.04") };
    let receipt = court.receive(&arrival).await.unwrap();
    assert_eq!(court.receive(&arrival).await, Ok(receipt));
    let other_amount = Arrival { amount: "59748.05".parse().unwrap(), ..arrival.clone() };
    assert_eq!(court.receive(&other_amount).await, Err(RefusalCode::BankFileInvalid));
    let nothing = Arrival { reference: "R-2", amount: Money::ZERO, ..arrival.clone() };
    assert_eq!(court.receive(&nothing).await, Err(RefusalCode::AmountInvalid));

    let seen =
        court.read(&case, "account { balance available } fundFlow { received distributed paid remaining }").await;
    assert_eq!(seen["account"], json!({ "balance": "59748.04", "available": "59748.04" }));
    let flow = json!({ "received": "59748.04", "distributed": "0.00", "paid": "0.00", "remaining": "59748.04" });
    assert_eq!(seen["fundFlow"], flow);
    let select = "voucherNumber status payerKind maskedPayerAccount remittance candidates { score } ageDays
        terms { rule startsOn dueOn provisional metOn lamp explanation { result law { article } steps { text } } }";
    let seen = court.receipt(receipt, select).await;
    assert_eq!(seen["voucherNumber"], "湘0102收2026-000001");
    assert_eq!((&seen["status"], &seen["payerKind"]), (&json!("ON_CASE"), &json!("RESPONDENT")));
    assert_eq!((&seen["maskedPayerAccount"], &seen["remittance"]), (&json!("****0018"), &json!("扣划")));
    let terms: Vec<_> =
        seen["terms"].as_array().unwrap().iter().map(|t| (&t["rule"], &t["dueOn"], &t["lamp"])).collect();
    assert_eq!(
        terms,
        [
            (&json!("INFORM_OFFICER"), &json!("2026-03-05"), &Value::Null),
            (&json!("PAY_WITHIN_30_DAYS"), &json!("2026-04-01"), &json!("GREEN")),
            (&json!("PAY_WITHIN_15_WORKING_DAYS"), &json!("2026-03-23"), &json!("GREEN")),
        ]
    );
    assert_eq!(seen["terms"][2]["explanation"]["result"], "2026-03-23");
    court.app.finish().await;
}
both!(a_line_of_the_bank_is_booked_once, super::receives_once);

async fn claims_by_two(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let first = court.open("（2026）湘0102执12号", "203500.00").await;
    let second = court.open("（2026）湘0102执13号", "59748.04").await;
    let foreign_court = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign_court)).await;
    let foreign =
        app.done(&stranger, "openCase", crate::cases::opening("（2026）湘0103执1号", "1.00"), "case { id }").await;

    let arrival =
        Arrival { text: "湘0102执12号 案款", booked_on: "2026-02-27", ..court.arrival("R-1", "59748.04") };
    let receipt = court.receive(&arrival).await.unwrap();
    let seen = court
        .receipt(receipt, "status ageDays candidates { case { caseNumber } reasons } terms { rule dueOn lamp }")
        .await;
    assert_eq!((&seen["status"], &seen["ageDays"]), (&json!("UNIDENTIFIED"), &json!(3)));
    assert_eq!(
        seen["candidates"],
        json!([
            { "case": { "caseNumber": "（2026）湘0102执12号" }, "reasons": ["CASE_NUMBER"] },
            { "case": { "caseNumber": "（2026）湘0102执13号" }, "reasons": ["AMOUNT_OUTSTANDING"] },
        ])
    );
    assert_eq!(
        seen["terms"][0],
        json!({ "rule": "CLAIM_UNIDENTIFIED_3_WORKING_DAYS", "dueOn": "2026-03-03", "lamp": "YELLOW" })
    );

    let claim = |allocations: Value| {
        json!({ "receipt": receipt.to_global(), "allocations": allocations,
        "payerKind": "RESPONDENT", "grounds": "附言载明案号" })
    };
    let part = |case: &Value, amount: &str| json!({ "case": case["id"], "amount": amount });
    for (allocations, code) in [
        (json!([]), "LIST_INVALID"),
        (json!([part(&first, "1.00"), part(&first, "1.00")]), "LIST_INVALID"),
        (json!([part(&first, "59748.05")]), "RECEIPT_EXCEEDED"),
        (json!([part(&first, "0.00")]), "AMOUNT_INVALID"),
        (json!([part(&foreign["case"], "1.00")]), "NOT_FOUND"),
    ] {
        assert_eq!(app.refused(officer, "claimReceipt", claim(allocations)).await.0, code);
    }
    let foreigner = json!([part(&foreign["case"], "1.00")]);
    assert_eq!(app.refused(&stranger, "claimReceipt", claim(foreigner)).await.0, "NOT_FOUND");

    let both = claim(json!([part(&first, "50000.00"), part(&second, "9000.00")]));
    let select = "claim { id status approval { id } }";
    let proposal = app.done(officer, "claimReceipt", both.clone(), select).await["claim"].take();
    assert_eq!(app.refused(officer, "claimReceipt", both.clone()).await.0, "ALREADY_EXISTS");
    assert_eq!(court.read(&first, "account { balance }").await["account"]["balance"], "0.00");
    app.approve(&proposal["approval"]["id"], &[&court.administrator]).await;

    let seen = court.receipt(receipt, "status remaining parts { amount status bookedOn terms { rule dueOn } }").await;
    assert_eq!((&seen["status"], &seen["remaining"]), (&json!("UNIDENTIFIED"), &json!("748.04")));
    assert_eq!(seen["parts"].as_array().unwrap().len(), 2);
    // the clock runs from the bank's day, not from the claiming
    assert_eq!(seen["parts"][0]["bookedOn"], "2026-02-27");
    assert_eq!(seen["parts"][0]["terms"][1], json!({ "rule": "PAY_WITHIN_30_DAYS", "dueOn": "2026-03-30" }));
    assert_eq!(seen["parts"][0]["terms"][2], json!({ "rule": "PAY_WITHIN_15_WORKING_DAYS", "dueOn": "2026-03-19" }));
    assert_eq!(court.read(&first, "account { balance }").await["account"]["balance"], "50000.00");
    assert_eq!(court.read(&second, "account { balance }").await["account"]["balance"], "9000.00");

    let rest = claim(json!([part(&second, "748.04")]));
    let proposal = app.done(officer, "claimReceipt", rest.clone(), select).await["claim"].take();
    app.approve(&proposal["approval"]["id"], &[&court.administrator]).await;
    let seen = court.receipt(receipt, "status remaining terms { lamp metOn }").await;
    assert_eq!((&seen["status"], &seen["remaining"]), (&json!("CLAIMED"), &json!("0.00")));
    assert!(seen["terms"].as_array().unwrap().iter().all(|term| term["metOn"] == "2026-03-02"));
    assert_eq!(app.refused(officer, "claimReceipt", rest).await.0, "RECEIPT_NOT_UNIDENTIFIED");
    court.app.finish().await;
}
both!(unidentified_money_is_claimed_by_two_people, super::claims_by_two);

async fn many_cases_are_claimed_at_once(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let mut cases = Vec::new();
    for serial in 1..=16 {
        cases.push(court.open(&format!("（2026）湘0102执{serial}号"), "1000.00").await);
    }
    // jobs run beside it: the least of three rounds is what the claim itself took
    let (mut least, mut serial) = ([u64::MAX; 2], 1);
    for (round, reference) in ["R-0", "R-1", "R-2", "R-3", "R-4", "R-5"].into_iter().enumerate() {
        let count = if round % 2 == 0 { 1 } else { 16 };
        let receipt = court.receive(&court.arrival(reference, "1600.00")).await.unwrap();
        let part = |case: &Value| json!({ "case": case["id"], "amount": "100.00" });
        let parts: Vec<_> = cases.iter().take(count).map(part).collect();
        let input = json!({ "receipt": receipt.to_global(), "allocations": parts, "payerKind": "RESPONDENT",
            "grounds": "附言载明案号" });
        let before = statements(&court).await;
        let proposal = app.done(officer, "claimReceipt", input, "claim { approval { id } }").await["claim"].take();
        app.approve(&proposal["approval"]["id"], &[&court.administrator]).await;
        least[round % 2] = least[round % 2].min(statements(&court).await - before);

        let seen = court.receipt(receipt, "parts { amount voucherNumber terms { rule } }").await;
        let parts = seen["parts"].as_array().unwrap();
        assert_eq!(parts.len(), count);
        assert!(parts.iter().all(|part| part["terms"].as_array().unwrap().len() == 3), "{seen:#}");
        // the receipts take numbers too: one each before its parts
        let first = serial + 1;
        serial = first + count;
        let vouchers: BTreeSet<_> = parts.iter().map(|part| part["voucherNumber"].as_str().unwrap()).collect();
        let expected: Vec<_> = (first..first + count).map(|serial| format!("湘0102收2026-{serial:06}")).collect();
        assert_eq!(vouchers.into_iter().collect::<Vec<_>>(), expected);
    }
    // a statement more for each of fifteen parts would be 15
    assert!(least[1] < least[0] + 15, "{least:?}");
    for (case, balance) in [(&cases[0], "600.00"), (&cases[15], "300.00")] {
        assert_eq!(court.read(case, "account { balance }").await["account"]["balance"], balance);
    }
    court.app.finish().await;
}
both!(a_claim_of_many_cases_costs_no_more_statements_than_one, super::many_cases_are_claimed_at_once);

#[derive(Serialize)]
struct Use {
    receipt: ReceiptId,
    amount: Money,
}
impl UseCase for Use {
    type Done = ();
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        ops::consume(op, &[(self.receipt, self.amount)]).await?;
        ops::give_back(op, self.receipt, self.amount).await?;
        op.audit(self.receipt, None, None, json!({})).await
    }
}

async fn uses_up(database: TestDatabase) {
    let court = court(database).await;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    let arrival = Arrival { case: Some(case_id(&case)), ..court.arrival("R-1", "10.00") };
    let receipt = court.receive(&arrival).await.unwrap();
    let unidentified = court.receive(&court.arrival("R-2", "10.00")).await.unwrap();
    let services = &court.app.running.services;
    for (receipt, amount, code) in [
        (receipt, "10.00", None),
        (receipt, "10.01", Some(RefusalCode::ReceiptExceeded)),
        (receipt, "0.00", Some(RefusalCode::AmountInvalid)),
        (unidentified, "10.00", Some(RefusalCode::WrongState)),
    ] {
        let used =
            access::run(services, &Actor::system("test"), &Use { receipt, amount: amount.parse().unwrap() }).await;
        let refused = match used.unwrap() {
            Outcome::Done { .. } => None,
            Outcome::Refused(refusal) => Some(refusal.code),
        };
        assert_eq!(refused, code, "{amount}");
    }
    let seen = court.receipt(receipt, "status remaining terms { lamp }").await;
    assert_eq!((&seen["status"], &seen["remaining"]), (&json!("ON_CASE"), &json!("10.00")));
    assert_eq!(seen["terms"][2]["lamp"], "GREEN");
    // money on the case keeps it from closing without a listed reason that covers it
    let end = json!({ "case": case["id"], "document": "裁定书", "reasons": ["FEE_ARREARS_RECORDED"] });
    assert_eq!(court.app.refused(&court.officer, "terminateCaseForNow", end.clone()).await.0, "CASE_HAS_OPEN_MONEY");
    let mut covered = end;
    covered["reasons"] = json!(["PAYEE_UNREACHABLE"]);
    court.app.done(&court.officer, "terminateCaseForNow", covered, "case { status }").await;
    court.app.finish().await;
}
both!(a_receipt_is_used_no_further_than_it_goes, super::uses_up);
