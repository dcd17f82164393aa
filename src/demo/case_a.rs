//! Case A: money found after a case was terminated for now, and paid to the injured man in full.

use super::{
    bank_scenes::{self, Payment},
    client::Result,
    people::{Court, Person, payee_account},
    stage::Stage,
};
use serde_json::{Value, json};

const APPLICANT: Person = Person { name: "易某", identity: "430102196001100114", account: "6222021900000100008" };
const COMPANY: Person =
    Person { name: "湖南某某建设有限公司", identity: "91430102MA4L100004", account: "4301020999000000011" };
const DEBTOR: Person = Person { name: "吴某", identity: "430102196102110186", account: "6222021900000101378" };

/// Plays the case. Answers the number of the resumed case.
pub async fn play(stage: &mut Stage, court: &Court) -> Result<String> {
    stage.headline("A  易某 against a company and 吴某: injury, terminated for now, money found (终本后恢复执行)");
    let old = open_and_terminate(stage, court).await?;
    let (case, measure) = resume(stage, court, &old).await?;
    let receipt = deduct(stage, court, &measure).await?;
    claim(stage, court, &case, &receipt).await?;
    pay_out(stage, court, &case).await?;
    close_again(stage, court, &case).await?;
    Ok(case["caseNumber"].as_str().unwrap_or_default().to_owned())
}

async fn open_and_terminate(stage: &mut Stage, court: &Court) -> Result<Value> {
    let party = |person: &Person, role: &str, kind: &str| json!({ "role": role, "kind": kind, "name": person.name, "identityNumber": person.identity });
    let mut input = json!({
        "caseNumber": "（2013）长芙执字第386号",
        "basisNumber": "（2024）湘0102民初5521号",
        "filedOn": "2025-05-12",
        "livelihoodKind": "PERSONAL_INJURY",
        "parties": [
            party(&APPLICANT, "APPLICANT", "PERSON"),
            party(&COMPANY, "RESPONDENT", "ENTERPRISE"),
            party(&DEBTOR, "RESPONDENT", "PERSON"),
        ],
        "claims": [{ "creditor": 0, "claim": {
            "cause": "人身损害赔偿", "livelihoodKind": "PERSONAL_INJURY", "principal": "203500.00", "performanceDue": "2025-04-30",
        }}],
    });
    let why = stage.refused(court.staff.officer, "openCase", input.clone(), "CASE_NUMBER_OLD_STYLE").await?;
    stage.say(&format!("refused, as it must be: {why}"), "");
    input["caseNumber"] = json!("(2025)湘0102执1234号");
    let payload = stage.act(court.staff.officer, "openCase", input, "case { id caseNumber targetAmount }").await?;
    let case = payload["case"].clone();
    let number = case["caseNumber"].as_str().unwrap_or_default();
    stage.say(&format!("case {number} opened (一案一账号), claim 203,500.00"), "执行款物规定 第3条");
    let input = json!({ "case": case["id"], "document": "（2025）湘0102执1234号之一" });
    stage.act(court.staff.officer, "terminateCaseForNow", input, "case { status }").await?;
    stage.say("nothing to enforce on was found: terminated for now (终结本次执行程序)", "民诉解释 第517条");
    Ok(case)
}

async fn resume(stage: &mut Stage, court: &Court, old: &Value) -> Result<(Value, Value)> {
    stage.wait(chrono::TimeDelta::hours(1)).await?;
    let input = json!({
        "case": old["id"], "caseNumber": "（2026）湘0102执恢12号", "filedOn": stage.today(), "document": "恢复执行申请书",
    });
    let select = "case { id caseNumber parties { id name role } claims { id outstanding } }";
    let payload = stage.act(court.staff.officer, "resumeCase", input, select).await?;
    let case = payload["case"].clone();
    let debtor = party_id(&case, DEBTOR.name);
    let input = json!({
        "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": debtor, "institution": "中国建设银行长沙芙蓉支行",
        "accountNumber": DEBTOR.account, "amount": "59748.04", "document": "（2026）湘0102执恢12号协助冻结存款通知书",
        "frozenOn": stage.today(), "until": "2027-03-01",
    });
    let payload = stage.act(court.staff.officer, "freezeFunds", input, "measure { id amount }").await?;
    stage.say(
        "59,748.04 found on 吴某's account and frozen; the case resumes as （2026）湘0102执恢12号",
        "民诉解释 第517条",
    );
    Ok((case, payload["measure"].clone()))
}

async fn deduct(stage: &mut Stage, court: &Court, measure: &Value) -> Result<Value> {
    stage.go_to("2026-03-04", 10, 0).await?;
    let input =
        json!({ "measure": measure["id"], "amount": "59748.04", "document": "（2026）湘0102执恢12号扣划裁定书" });
    stage.act(court.staff.officer, "deductFrozenFunds", input, "measure { status }").await?;
    stage.go_to("2026-03-05", 15, 20).await?;
    let payment = Payment {
        payer: &DEBTOR,
        to: court.case_account,
        amount: "59748.04",
        reference: "ICBC20260305000417",
        remittance: "网络扣划 吴某",
    };
    bank_scenes::pay_in(stage, court, court.case_account, &[payment]).await?;
    let document = "query { receipts(first: 1, filter: { status: UNIDENTIFIED }) { nodes { id amount bookedOn \
                    candidates { case { caseNumber } } terms { rule dueOn } } } }";
    let receipt = stage.ask(court.staff.officer, document, json!({})).await?["receipts"]["nodes"][0].clone();
    stage.say("59,748.04 deducted and arrived on the main account: unidentified (不明款)", "执行款物规定 第8条");
    Ok(receipt)
}

async fn claim(stage: &mut Stage, court: &Court, case: &Value, receipt: &Value) -> Result<()> {
    stage.go_to("2026-03-06", 9, 30).await?;
    let input = json!({
        "receipt": receipt["id"], "allocations": [{ "case": case["id"], "amount": "59748.04" }],
        "payerKind": "RESPONDENT", "grounds": "网络扣划回执，户名吴某，金额一致",
    });
    let payload = stage.act(court.staff.officer, "claimReceipt", input, "claim { approval { id steps } }").await?;
    stage.say("the officer claims the receipt to the case; somebody else has to agree", "执行款物规定 第2条");
    let approval = payload["claim"]["approval"]["id"].clone();
    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let digest = stage.ask(court.staff.officer, digest, json!({ "id": approval })).await?["node"]["digest"].clone();
    let vote = json!({ "approval": approval, "digest": digest });
    let why = stage.refused(court.staff.officer, "approve", vote, "MAKER_MAY_NOT_APPROVE").await?;
    stage.say(&format!("refused: {why}"), "");
    stage.approve(&approval, &[court.staff.administrator]).await?;
    stage.say("the fund administrator agrees: 59,748.04 stands on the case account", "执行款物规定 第2条");
    Ok(())
}

async fn pay_out(stage: &mut Stage, court: &Court, case: &Value) -> Result<()> {
    let staff = court.staff;
    let applicant = party_id(case, APPLICANT.name);
    let input =
        json!({ "party": applicant, "account": payee_account(&APPLICANT), "document": "收款账户确认书 2026-03-06" });
    let payload = stage.act(staff.officer, "confirmPayee", input, "payee { id maskedAccount }").await?;
    let payee = payload["payee"].clone();
    let fee = "query { calculate { executionFee(amount: \"59748.04\") { amount } } }";
    let fee = stage.ask_publicly(fee, json!({})).await?["calculate"]["executionFee"]["amount"].clone();
    let fee_text = fee.as_str().unwrap_or_default().to_owned();
    let input = json!({ "case": case["id"], "feeOrder": "AFTER_APPLICANT", "amount": fee, "executed": "59748.04",
        "document": "执行费暂缓收取审批表 2026-03-06" });
    stage.act(staff.officer, "recordFeeArrears", input, "feeArrears { amount }").await?;
    stage.say(
        &format!("execution fee {fee_text} is put on record as owed: the injured comes first"),
        "诉讼费用交纳办法 第14条",
    );
    let child = "query ($case: String!) { case(caseNumber: $case) { receipts(first: 1) { nodes { id remaining terms { rule dueOn } } } } }";
    let child = stage.ask(staff.officer, child, json!({ "case": case["caseNumber"] })).await?;
    let child = child["case"]["receipts"]["nodes"][0].clone();
    let due = due_on(&child, "PAY_WITHIN_15_WORKING_DAYS");
    stage.say(&format!("to be paid within 15 working days of its arrival on 2026-03-05: by {due}"), "15个工作日承诺");
    let over = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee["id"], "amount": "59748.05",
        "sources": [{ "receipt": child["id"], "amount": "59748.05" }] });
    let why = stage.refused(staff.officer, "draftDisbursementOrder", over, "RECEIPT_EXCEEDED").await?;
    stage.say(&format!("one fen more than the receipt is refused: {why}"), "");
    let input = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee["id"], "amount": "59748.04",
        "sources": [{ "receipt": child["id"], "amount": "59748.04" }] });
    let payload = stage.act(staff.officer, "draftDisbursementOrder", input, "order { id orderNumber }").await?;
    let order = payload["order"].clone();
    let payload = stage
        .act(staff.officer, "submitDisbursementOrder", json!({ "order": order["id"] }), "order { approval { id } }")
        .await?;
    let approval = payload["order"]["approval"]["id"].clone();
    stage.go_to("2026-03-09", 10, 0).await?;
    stage.approve(&approval, &[staff.administrator, staff.chief, staff.finance]).await?;
    stage.say(
        "checked by the fund administrator, approved by the bureau chief, reviewed by finance",
        "执行款物规定 第12条",
    );
    stage.act(staff.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await?;
    bank_scenes::pay(stage, court, "CASE_FUNDS").await?;
    let status = "query ($id: ID!) { node(id: $id) { ... on DisbursementOrder { status amount } } }";
    let status = stage.ask(staff.officer, status, json!({ "id": order["id"] })).await?["node"].clone();
    stage.say(
        &format!("paid by the bank: {} to 易某 ({})", text(&status["amount"]), text(&status["status"])),
        "执行款物规定 第10条",
    );
    Ok(())
}

async fn close_again(stage: &mut Stage, court: &Court, case: &Value) -> Result<()> {
    stage.go_to("2026-03-10", 9, 0).await?;
    let input = json!({ "case": case["id"], "document": "（2026）湘0102执恢12号之三" });
    let why = stage.refused(court.staff.officer, "terminateCaseForNow", input.clone(), "CASE_HAS_OPEN_MONEY").await?;
    stage.say(&format!("the fee note stands open, so a reason is needed: {why}"), "");
    let mut input = input;
    input["reasons"] = json!(["FEE_ARREARS_RECORDED"]);
    let select = "case { status claims { outstanding } account { balance } }";
    let payload = stage.act(court.staff.officer, "terminateCaseForNow", input, select).await?;
    let outstanding = text(&payload["case"]["claims"][0]["outstanding"]);
    stage.say(
        &format!("terminated for now again; {outstanding} and delay interest stay open, the account is empty"),
        "民诉解释 第517条",
    );
    Ok(())
}

pub fn party_id(case: &Value, name: &str) -> Value {
    let parties = case["parties"].as_array().map(Vec::as_slice).unwrap_or_default();
    parties.iter().find(|p| p["name"] == name).map(|p| p["id"].clone()).unwrap_or_default()
}
pub fn due_on(receipt: &Value, rule: &str) -> String {
    let terms = receipt["terms"].as_array().map(Vec::as_slice).unwrap_or_default();
    terms.iter().find(|t| t["rule"] == rule).map(|t| text(&t["dueOn"])).unwrap_or_default()
}
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
