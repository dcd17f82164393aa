//! Receipts beyond the bank's line: cash by two officers, deductions with their document, money of nobody.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::people,
    funds::{Arrival, case_id},
    support::database::TestDatabase,
};
use duixian::{
    access::Role,
    kernel::refusal::RefusalCode,
    ledger::{AccountKey, Book, Code, balance},
};
use serde_json::{Value, json};

async fn on(court: &Court, code: Code) -> String {
    let key = AccountKey::of_court(court.id, Book::CaseFunds, code);
    balance(&court.app.database.db.reader(), key).await.unwrap().to_string()
}

async fn cash_reaches_the_bank(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let second = app.user("second", "执行员乙", &[Role::Officer], Some(court.id)).await;
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let cash = |second: String, amount: &str, day: &str| {
        json!({ "case": case["id"], "amount": amount, "takenOn": day, "payerName": "吴某", "payerKind": "RESPONDENT",
            "onBehalfOf": case["parties"][2]["id"], "secondOfficer": second, "document": "收款笔录" })
    };
    let other = second.account.to_global();
    for (input, code) in [
        (cash(officer.account.to_global(), "500.00", "2026-03-02"), "MAKER_MAY_NOT_APPROVE"),
        (cash(court.finance.account.to_global(), "500.00", "2026-03-02"), "NOT_FOUND"),
        (cash(other.clone(), "500.00", "2026-02-28"), "DATE_INVALID"),
        (cash(other.clone(), "0.00", "2026-03-02"), "AMOUNT_INVALID"),
    ] {
        assert_eq!(app.refused(officer, "recordCash", input).await.0, code);
    }
    let mut input = cash(other, "500.00", "2026-03-02");
    input["idempotencyKey"] = json!("cash-000001");
    let select = "cashReceipt { id state voucherNumber receipt { id } }";
    let recorded = app.done(officer, "recordCash", input.clone(), select).await["cashReceipt"].take();
    assert_eq!(app.done(officer, "recordCash", input, select).await["replayed"], true);
    assert_eq!((&recorded["state"], &recorded["receipt"]), (&json!("RECORDED"), &Value::Null));
    assert_eq!(on(&court, Code::Cash).await, "0.00", "one officer's word books nothing");

    let count = |amount: &str| json!({ "cashReceipt": recorded["id"], "counted": amount });
    assert_eq!(
        app.refused(officer, "confirmCash", count("500.00")).await,
        ("MAKER_MAY_NOT_APPROVE".into(), "执行款物规定 第9条".into())
    );
    assert_eq!(app.refused(&second, "confirmCash", count("499.99")).await.0, "AMOUNT_INVALID");
    let pay_in = |reason: Value| json!({ "cashReceipt": recorded["id"], "lateReason": reason });
    assert_eq!(app.refused(officer, "payInCash", pay_in(Value::Null)).await.0, "WRONG_STATE");
    let confirmed = app.done(&second, "confirmCash", count("500.00"), select).await["cashReceipt"].take();
    assert_eq!(app.refused(&second, "confirmCash", count("500.00")).await.0, "WRONG_STATE");
    let voucher: &'static str = confirmed["voucherNumber"].as_str().unwrap().to_owned().leak();
    assert_eq!((on(&court, Code::Cash).await.as_str(), on(&court, Code::Bank).await.as_str()), ("500.00", "0.00"));
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "500.00");

    app.go_to("2026-03-03T09:00:00.000+08:00").await;
    assert_eq!(
        app.refused(officer, "payInCash", pay_in(Value::Null)).await,
        ("TEXT_INVALID".into(), "执行款物规定 第9条".into())
    );
    app.done(officer, "payInCash", pay_in(json!("外地执行，次日返院")), "cashReceipt { state }").await;

    // the bank's credit closes the cash and is no second receipt, however often the bank sends it
    let line = Arrival { text: voucher, booked_on: "2026-03-03", payer: "现金", ..court.arrival("B-1", "500.00") };
    let receipt = court.receive(&line).await.unwrap();
    assert_eq!(confirmed["receipt"]["id"], receipt.to_global());
    assert_eq!(court.receive(&line).await, Ok(receipt));
    assert_eq!(
        court.receive(&Arrival { amount: "500.01".parse().unwrap(), ..line.clone() }).await,
        Err(RefusalCode::BankFileInvalid)
    );
    assert_eq!((on(&court, Code::Cash).await.as_str(), on(&court, Code::Bank).await.as_str()), ("0.00", "500.00"));
    let list = "query ($filter: CashFilter) { cashReceipts(filter: $filter) { nodes { state bankReference lateReason receipt { source document } } } }";
    let seen = app.ask(Some(&court.finance), list, json!({ "filter": { "state": "BANKED" } })).await;
    let expected = json!([{ "state": "BANKED", "bankReference": "B-1", "lateReason": "外地执行，次日返院",
        "receipt": { "source": "CASH", "document": "收款笔录" } }]);
    assert_eq!(seen["cashReceipts"]["nodes"], expected);
    // the same number with another amount is money of its own
    let more = Arrival { text: voucher, ..court.arrival("B-2", "1.00") };
    court.receive(&more).await.unwrap();
    assert_eq!(on(&court, Code::Unidentified).await, "1.00");
    let document = "mutation ($input: RecordCashInput!) { recordCash(input: $input) { replayed } }";
    let mut input = cash(second.account.to_global(), "1.00", "2026-03-03");
    input["idempotencyKey"] = json!("cash-000002");
    assert_eq!(app.error_code(Some(&court.finance), document, json!({ "input": input })).await, "FORBIDDEN");
    court.app.finish().await;
}
both!(cash_is_taken_by_two_officers_and_closed_by_the_banks_line, super::cash_reaches_the_bank);

async fn a_slip_without_its_number(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let second = app.user("second", "执行员乙", &[Role::Officer], Some(court.id)).await;
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let paid_in = async |amount: &str| {
        let input = json!({ "case": case["id"], "amount": amount, "takenOn": "2026-03-02", "payerName": "吴某",
            "payerKind": "RESPONDENT", "onBehalfOf": case["parties"][2]["id"],
            "secondOfficer": second.account.to_global(), "document": "收款笔录" });
        let cash = app.done(officer, "recordCash", input, "cashReceipt { id }").await["cashReceipt"]["id"].take();
        let counted = json!({ "cashReceipt": cash, "counted": amount });
        let select = "cashReceipt { receipt { id } }";
        let confirmed = app.done(&second, "confirmCash", counted, select).await;
        app.done(officer, "payInCash", json!({ "cashReceipt": cash }), "cashReceipt { state }").await;
        confirmed["cashReceipt"]["receipt"]["id"].clone()
    };
    let alone = paid_in("500.00").await;
    paid_in("80.00").await;
    paid_in("80.00").await;
    let counter = |reference, amount: &str, booked_on| Arrival {
        counter: true,
        text: "现金存款",
        payer: "现金",
        booked_on,
        ..court.arrival(reference, amount)
    };
    // too late, from an account, or one of two that fit: a person says whose it is
    court.receive(&counter("B-1", "500.00", "2026-03-08")).await.unwrap();
    court.receive(&Arrival { counter: false, ..counter("B-2", "500.00", "2026-03-03") }).await.unwrap();
    court.receive(&counter("B-3", "80.00", "2026-03-03")).await.unwrap();
    assert_eq!(on(&court, Code::Unidentified).await, "1080.00");
    let known = court.receive(&counter("B-4", "500.00", "2026-03-03")).await.unwrap();
    assert_eq!(alone, known.to_global());
    assert_eq!(
        (on(&court, Code::Unidentified).await.as_str(), on(&court, Code::Cash).await.as_str()),
        ("1080.00", "160.00")
    );
    court.app.finish().await;
}
both!(cash_without_its_voucher_number_is_known_when_it_alone_fits, super::a_slip_without_its_number);

async fn a_deduction_bears_its_document(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let debtor = &case["parties"][2]["id"];
    let freeze = json!({ "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": debtor, "institution": "某银行",
        "amount": "300.00", "document": "冻结裁定", "frozenOn": "2026-03-02", "until": "2027-03-02" });
    let measure = app.done(officer, "freezeFunds", freeze, "measure { id }").await["measure"]["id"].take();
    let arrival = Arrival { case: Some(case_id(&case)), ..court.arrival("R-1", "300.00") };
    let receipt = court.receive(&arrival).await.unwrap().to_global();
    let describe = |measure: &Value| {
        json!({ "receipt": receipt, "source": "DEDUCTION", "payerKind": "RESPONDENT", "onBehalfOf": debtor,
            "measure": measure, "document": "扣划通知书1号" })
    };
    assert_eq!(
        app.refused(officer, "describeReceipt", describe(&measure)).await.0,
        "AMOUNT_INVALID",
        "not deducted yet"
    );
    let deduct = json!({ "measure": measure, "amount": "300.00", "document": "扣划通知书1号" });
    app.done(officer, "deductFrozenFunds", deduct, "measure { status }").await;
    let select = "receipt { source payerKind document onBehalfOf { name } }";
    let seen = app.done(officer, "describeReceipt", describe(&measure), select).await["receipt"].take();
    assert_eq!(
        seen,
        json!({ "source": "DEDUCTION", "payerKind": "RESPONDENT", "document": "扣划通知书1号", "onBehalfOf": { "name": "吴某" } })
    );
    let mut cash = describe(&Value::Null);
    cash["source"] = json!("CASH");
    assert_eq!(app.refused(officer, "describeReceipt", cash).await.0, "WRONG_STATE");
    let mut creditor = describe(&Value::Null);
    creditor["onBehalfOf"] = case["parties"][0]["id"].clone();
    assert_eq!(app.refused(officer, "describeReceipt", creditor).await.0, "NOT_FOUND");
    court.app.finish().await;
}
both!(network_deductions_name_their_measure_and_document, super::a_deduction_bears_its_document);

async fn nobodys_money_is_published_and_refunded(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let lost = Arrival { booked_on: "2026-02-02", payer: "陈某某", ..court.arrival("R-1", "1234.56") };
    let receipt = court.receive(&lost).await.unwrap();
    court.receive(&court.arrival("R-2", "10.00")).await.unwrap();
    let public = "query ($court: ID) { unidentifiedNotices(court: $court) { nodes { arrivedOn maskedPayer amountBand court { code } } } }";
    let here = json!({ "court": court.id.to_global() });
    assert_eq!(app.ask(None, public, here.clone()).await["unidentifiedNotices"]["nodes"], json!([]));
    let ages = "query ($court: ID!) { unidentifiedAgeing(court: $court) { fromDays count amount } }";
    let seen = app.ask(Some(&court.finance), ages, here.clone()).await["unidentifiedAgeing"].take();
    assert_eq!(seen[0], json!({ "fromDays": 0, "count": 1, "amount": "10.00" }));
    assert_eq!(seen[1], json!({ "fromDays": 4, "count": 1, "amount": "1234.56" }));
    assert_eq!(app.error_code(None, ages, here.clone()).await, "UNAUTHENTICATED");

    let publish = json!({ "receipt": receipt.to_global() });
    app.done(&court.administrator, "publishUnidentified", publish.clone(), "receipt { publishedAt }").await;
    assert_eq!(app.refused(&court.administrator, "publishUnidentified", publish).await.0, "ALREADY_EXISTS");
    let shown = json!([{ "arrivedOn": "2026-02-02", "maskedPayer": "陈***", "amountBand": "UP_TO_10000", "court": { "code": "湘0102" } }]);
    assert_eq!(app.ask(None, public, here.clone()).await["unidentifiedNotices"]["nodes"], shown);

    let refund = |amount: &str, account: Value| json!({ "receipt": receipt.to_global(), "amount": amount, "document": "退款审批表", "account": account });
    let account = json!({ "accountHolder": "陈某某", "accountNumber": "6228480402564890018", "bankCode": BANK, "bankName": "工商银行" });
    for (input, code) in [
        (refund("1234.57", Value::Null), "RECEIPT_EXCEEDED"),
        (refund("0.00", Value::Null), "AMOUNT_INVALID"),
        (refund("1234.56", account), "BANK_ACCOUNT_INVALID"),
    ] {
        assert_eq!(app.refused(officer, "refundReceipt", input).await.0, code);
    }
    let select = "payment { id kind status amount payeeName maskedAccount sources { amount } approval { id steps } payable { state } }";
    let mut input = refund("1234.56", Value::Null);
    input["idempotencyKey"] = json!("refund-0001");
    let payment = app.done(&court.administrator, "refundReceipt", input.clone(), select).await["payment"].take();
    assert_eq!(app.done(&court.administrator, "refundReceipt", input, select).await["replayed"], true);
    assert_eq!((&payment["payeeName"], &payment["maskedAccount"]), (&json!("陈某某"), &json!("****0018")));
    assert_eq!(app.refused(officer, "refundReceipt", refund("1.00", Value::Null)).await.0, "ALREADY_EXISTS");
    assert_eq!(on(&court, Code::Unidentified).await, "1244.56", "a proposal books nothing");
    app.approve(&payment["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(
        (on(&court, Code::Unidentified).await.as_str(), on(&court, Code::InTransit).await.as_str()),
        ("10.00", "1234.56")
    );
    let seen = court.receipt(receipt, "status remaining terms { metOn }").await;
    assert_eq!((&seen["status"], &seen["remaining"]), (&json!("REFUNDED"), &json!("0.00")));
    assert_eq!(app.ask(None, public, here).await["unidentifiedNotices"]["nodes"], json!([]));
    let node =
        "query ($id: ID!) { node(id: $id) { ... on SpecialPayment { status payable { state amount purpose } } } }";
    let seen = app.ask(Some(officer), node, json!({ "id": payment["id"] })).await;
    let paid = json!({ "status": "APPROVED", "payable": { "state": "IN_TRANSIT", "amount": "1234.56", "purpose": "REFUND_PAYER" } });
    assert_eq!(seen["node"], paid);

    // wrongly deducted money on a case goes back the same way; a rejected proposal leaves it free
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let arrival = Arrival { case: Some(case_id(&case)), payer: "案外人", ..court.arrival("R-3", "70.00") };
    let receipt = court.receive(&arrival).await.unwrap();
    let refund = json!({ "receipt": receipt.to_global(), "amount": "70.00", "document": "错误扣划退款" });
    let payment = app.done(officer, "refundReceipt", refund.clone(), select).await["payment"].take();
    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let seen = app.ask(Some(&people.chief), digest, json!({ "id": payment["approval"]["id"] })).await;
    let no = json!({ "approval": payment["approval"]["id"], "digest": seen["node"]["digest"], "reason": "依据不足" });
    app.done(&people.chief, "reject", no, "approval { status }").await;
    let payment = app.done(officer, "refundReceipt", refund, select).await["payment"].take();
    app.approve(&payment["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "0.00");
    court.app.finish().await;
}
both!(money_of_nobody_is_aged_published_and_refunded_by_two, super::nobodys_money_is_published_and_refunded);

async fn a_cheque_counts_when_it_is_cleared(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let cheque = |number: &str, amount: &str, day: &str| json!({ "case": case["id"], "number": number, "drawer": "吴某", "bankName": "某银行", "amount": amount, "receivedOn": day });
    assert_eq!(app.refused(officer, "recordCheque", cheque("1", "0.00", "2026-03-02")).await.0, "AMOUNT_INVALID");
    assert_eq!(app.refused(officer, "recordCheque", cheque("1", "80.00", "2026-03-03")).await.0, "DATE_INVALID");
    let mut input = cheque("1", "80.00", "2026-03-02");
    input["idempotencyKey"] = json!("cheque-0001");
    let select = "cheque { id state receipt { source } }";
    let first = app.done(officer, "recordCheque", input.clone(), select).await["cheque"].take();
    assert_eq!(app.done(officer, "recordCheque", input, select).await["replayed"], true);
    assert_eq!(app.refused(officer, "recordCheque", cheque("1", "80.00", "2026-03-02")).await.0, "ALREADY_EXISTS");
    let second = app.done(officer, "recordCheque", cheque("2", "5.00", "2026-03-02"), select).await["cheque"].take();
    assert_eq!(on(&court, Code::Cheque).await, "85.00");
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "0.00", "nothing to pay out yet");

    let arrival = |reference, amount| Arrival { case: Some(case_id(&case)), ..court.arrival(reference, amount) };
    let receipt = court.receive(&arrival("R-1", "80.00")).await.unwrap().to_global();
    let clear = |cheque: &Value| json!({ "cheque": cheque["id"], "receipt": receipt });
    assert_eq!(app.refused(&court.finance, "clearCheque", clear(&second)).await.0, "AMOUNT_INVALID");
    let cleared = app.done(&court.finance, "clearCheque", clear(&first), select).await["cheque"].take();
    assert_eq!((&cleared["state"], &cleared["receipt"]["source"]), (&json!("CLEARED"), &json!("CHEQUE")));
    let bounce = json!({ "cheque": second["id"], "document": "退票理由书" });
    app.done(&court.finance, "bounceCheque", bounce.clone(), "cheque { endDocument }").await;
    assert_eq!(
        app.refused(&court.finance, "bounceCheque", bounce).await,
        ("WRONG_STATE".into(), "执行款物规定 第7条".into())
    );
    assert_eq!(app.refused(&court.finance, "clearCheque", clear(&first)).await.0, "WRONG_STATE");
    assert_eq!((on(&court, Code::Cheque).await.as_str(), on(&court, Code::Bank).await.as_str()), ("0.00", "80.00"));
    let list = "query ($filter: ChequeFilter) { cheques(filter: $filter) { nodes { number } } }";
    let seen = app.ask(Some(&court.finance), list, json!({ "filter": { "state": "BOUNCED" } })).await;
    assert_eq!(seen["cheques"]["nodes"], json!([{ "number": "2" }]));
    let document = "mutation ($input: ClearChequeInput!) { clearCheque(input: $input) { replayed } }";
    let mut input = clear(&first);
    input["idempotencyKey"] = json!("cheque-0002");
    assert_eq!(app.error_code(Some(officer), document, json!({ "input": input })).await, "FORBIDDEN");
    court.app.finish().await;
}
both!(a_cheque_is_a_memo_until_the_bank_has_cleared_it, super::a_cheque_counts_when_it_is_cleared);
