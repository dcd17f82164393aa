//! Case C: twelve workers, one payment of the employer, one unified payout, one account in a wrong name.

use super::{
    bank_scenes::{self, Payment},
    case_a::{due_on, text},
    client::Result,
    people::{Court, Person, payee_account},
    stage::Stage,
};
use serde_json::{Value, json};

const EMPLOYER: Person =
    Person { name: "长沙某某电子有限公司", identity: "91430102MA4L100784", account: "4301020999000000022" };

const fn worker(name: &'static str, identity: &'static str, account: &'static str) -> Person {
    Person { name, identity, account }
}
/// The workers with their wages; 201,871.16 in all.
const WORKERS: [(Person, &str); 12] = [
    (worker("赵甲", "430102196203120252", "6222021900000102749"), "3120.55"),
    (worker("钱乙", "430102196304130329", "6222021900000104117"), "48990.00"),
    (worker("孙丙", "430102196405140390", "6222021900000105486"), "5280.00"),
    (worker("李丁", "430102196506150467", "6222021900000106856"), "12466.67"),
    (worker("周戊", "430102196607160533", "6222021900000108225"), "9875.40"),
    (worker("吴己", "43010219670817060X", "6222021900000109595"), "21340.00"),
    (worker("郑庚", "430102196809180671", "6222021900000110965"), "7333.33"),
    (worker("王辛", "430102196910190743", "6222021900000112334"), "30125.80"),
    (worker("冯壬", "430102197011200818", "6222021900000113704"), "4410.09"),
    (worker("陈癸", "43010219711221088X", "6222021900000115071"), "18200.00"),
    (worker("褚子", "430102197201220959", "6222021900000116442"), "26729.32"),
    (worker("卫丑", "430102197302231024", "6222021900000117812"), "14000.00"),
];
const TOTAL: &str = "201871.16";
/// 周戊 gave the number of his wife's card: the bank knows it in another name.
const MISTAKEN: usize = 4;
const CORRECTED: Person = Person { name: "周戊", identity: "430102196607160533", account: "6222021900000119180" };

/// The directory of the simulated bank for this case: name as the bank has it.
pub fn accounts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let held_by = |index: usize, person: &Person| if index == MISTAKEN { "周嫂" } else { person.name };
    WORKERS
        .iter()
        .enumerate()
        .map(move |(index, (person, _))| (person.account, held_by(index, person)))
        .chain([(CORRECTED.account, CORRECTED.name)])
}

/// Plays the twelve cases. Answers their numbers.
pub async fn play(stage: &mut Stage, court: &Court) -> Result<Vec<String>> {
    stage.headline("C  Twelve workers against their employer: wages, one unified payout (集中兑现)");
    let cases = open(stage, court).await?;
    receive(stage, court, &cases).await?;
    let failed = run(stage, court, &cases).await?;
    correct(stage, court, &cases, &failed).await?;
    Ok(cases.iter().map(|case| text(&case["caseNumber"])).collect())
}

async fn open(stage: &mut Stage, court: &Court) -> Result<Vec<Value>> {
    let mut cases = Vec::new();
    for (index, (person, wages)) in WORKERS.iter().enumerate() {
        let input = json!({
            "caseNumber": format!("（2026）湘0102执{}号", 2001 + index),
            "basisNumber": format!("（2026）湘0102民初{}号", 310 + index),
            "filedOn": stage.today(),
            "livelihoodKind": "WAGES",
            "parties": [
                { "role": "APPLICANT", "kind": "PERSON", "name": person.name, "identityNumber": person.identity },
                { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": EMPLOYER.name, "identityNumber": EMPLOYER.identity },
            ],
            "claims": [{ "creditor": 0, "claim": { "cause": "追索劳动报酬", "livelihoodKind": "WAGES", "principal": wages } }],
        });
        let select = "case { id caseNumber parties { id name } }";
        let case = stage.act(court.staff.officer, "openCase", input, select).await?["case"].clone();
        let party = super::case_a::party_id(&case, person.name);
        let input = json!({ "party": party, "account": payee_account(person), "document": "收款账户确认书" });
        let payee = stage.act(court.staff.officer, "confirmPayee", input, "payee { id }").await?["payee"]["id"].clone();
        let mut case = case;
        case["payee"] = payee;
        cases.push(case);
    }
    stage.say(
        "twelve cases opened, claims from 3,120.55 to 48,990.00, payee accounts confirmed in writing",
        "执行款物规定 第13条",
    );
    Ok(cases)
}

async fn receive(stage: &mut Stage, court: &Court, cases: &[Value]) -> Result<()> {
    stage.go_to("2026-03-17", 11, 5).await?;
    let payment = Payment {
        payer: &EMPLOYER,
        to: court.case_account,
        amount: TOTAL,
        reference: "ICBC20260317000055",
        remittance: "支付十二人工资 执2001至2012号",
    };
    bank_scenes::pay_in(stage, court, court.case_account, &[payment]).await?;
    stage.say("the employer pays 201,871.16 in one sum to the main account", "");
    stage.go_to("2026-03-18", 9, 0).await?;
    let document = "query { receipts(first: 1, filter: { status: UNIDENTIFIED }) { nodes { id } } }";
    let receipt = stage.ask(court.staff.officer, document, json!({})).await?["receipts"]["nodes"][0]["id"].clone();
    let allocations: Vec<Value> =
        cases.iter().zip(&WORKERS).map(|(case, (_, wages))| json!({ "case": case["id"], "amount": wages })).collect();
    let input = json!({ "receipt": receipt, "allocations": allocations, "payerKind": "RESPONDENT", "grounds": "单位汇款附言及工资清单" });
    let payload = stage.act(court.staff.officer, "claimReceipt", input, "claim { approval { id } }").await?;
    let approval = payload["claim"]["approval"]["id"].clone();
    stage.approve(&approval, &[court.staff.administrator]).await?;
    stage.say("claimed to the twelve cases by two people, to the fen", "执行款物规定 第2条");
    Ok(())
}

/// Answers the payable of the line that the bank rejected.
async fn run(stage: &mut Stage, court: &Court, cases: &[Value]) -> Result<Value> {
    let staff = court.staff;
    stage.go_to("2026-03-20", 9, 0).await?;
    let ids: Vec<&Value> = cases.iter().map(|case| &case["id"]).collect();
    let input = json!({ "court": court.id.to_global(), "selection": "SMALL_LIVELIHOOD", "cases": ids });
    let payload = stage.act(staff.administrator, "draftPayoutRun", input, "run { id count total }").await?;
    let run = payload["run"].clone();
    stage.say(
        &format!("payout run drafted: {} lines, {} in all", run["count"], text(&run["total"])),
        "5万元以下小额涉民生",
    );
    let payload = stage
        .act(staff.administrator, "submitPayoutRun", json!({ "run": run["id"] }), "run { approval { id steps } }")
        .await?;
    let approval = payload["run"]["approval"].clone();
    let voters: Vec<_> = approval["steps"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|step| match step.as_str() {
            Some("BUREAU_CHIEF") => staff.chief,
            Some("VICE_PRESIDENT") => staff.president,
            Some("FINANCE_REVIEWER") => staff.finance,
            _ => staff.administrator,
        })
        .collect();
    stage.approve(&approval["id"], &voters).await?;
    stage.act(staff.cashier, "releasePayoutRun", json!({ "run": run["id"] }), "run { status }").await?;
    stage.settle().await?;
    stage.say("approved by bureau chief, vice president and finance, released by the cashier", "执行款物规定 第12条");
    bank_scenes::pay(stage, court, "CASE_FUNDS").await?;
    let lines = "query ($id: ID!) { node(id: $id) { ... on PayoutRun { lines(first: 20) { nodes { amount payee { name } \
                 payable { id state attempts { reasonCode } } } } } } }";
    let lines = stage.ask(staff.cashier, lines, json!({ "id": run["id"] })).await?["node"]["lines"]["nodes"].clone();
    let lines = lines.as_array().cloned().unwrap_or_default();
    let failed: Vec<&Value> = lines.iter().filter(|line| line["payable"]["state"] == "FAILED").collect();
    let paid = lines.len() - failed.len();
    let line = failed.first().copied().cloned().unwrap_or_default();
    stage.say(
        &format!(
            "{paid} lines paid; {} ({}) comes back: account and name differ, {}",
            text(&line["payee"]["name"]),
            text(&line["amount"]),
            text(&line["payable"]["attempts"][0]["reasonCode"])
        ),
        "",
    );
    Ok(line["payable"]["id"].clone())
}

async fn correct(stage: &mut Stage, court: &Court, cases: &[Value], failed: &Value) -> Result<()> {
    let staff = court.staff;
    stage.go_to("2026-03-23", 14, 0).await?;
    let case = cases.get(MISTAKEN).cloned().unwrap_or_default();
    let input = json!({ "payee": case["payee"], "account": payee_account(&CORRECTED), "document": "收款账户变更确认书",
        "reason": "原账户户名与收款人不符" });
    let payload = stage.act(staff.officer, "correctPayee", input, "correction { approval { id } }").await?;
    let approval = payload["correction"]["approval"]["id"].clone();
    stage.approve(&approval, &[staff.administrator]).await?;
    stage.say("周戊 brings his own card; the account is corrected by two people", "执行款物规定 第13条");
    stage.act(staff.cashier, "retryPayout", json!({ "payable": failed }), "attempt { state }").await?;
    bank_scenes::pay(stage, court, "CASE_FUNDS").await?;
    let check = "query ($case: String!) { case(caseNumber: $case) { account { balance } receipts(first: 1) { nodes { remaining \
                 terms { rule dueOn } } } } }";
    let check = stage.ask(staff.officer, check, json!({ "case": case["caseNumber"] })).await?["case"].clone();
    let due = due_on(&check["receipts"]["nodes"][0], "PAY_WITHIN_15_WORKING_DAYS");
    stage.say(&format!("paid at the second attempt, before its due day {due}; the account is empty"), "15个工作日承诺");
    Ok(())
}
