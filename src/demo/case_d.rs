//! Case D: a higher court pays out hundreds of wage cases of the court below it in one act; the bank refuses seven lines,
//! each for another reason, and pays the rest.

use super::{
    bank_scenes::{self, Payment},
    case_a::text,
    client::{Result, StoryError},
    people::{BANK_CODE, BANK_NAME, Court, Person},
    stage::{Stage, Who},
};
use crate::{access::Role, kernel::money::Money};
use chrono::TimeDelta;
use serde_json::{Value, json};

const EMPLOYER: Person =
    Person {
        name: "湖南某某建设集团有限公司", identity: "91430000MA4L20026E", account: "4301020999000000099"
    };
/// Those who open the cases; a person alone may not act that often in a minute.
const OFFICERS: [Who; 5] =
    ["furong-officer-1", "furong-officer-2", "furong-officer-3", "furong-officer-4", "furong-officer-5"];
/// What the bank says to the first seven workers: each code another reason, ISO or of the Chinese systems.
pub const REFUSALS: [&str; 7] = ["3031", "AC01", "3018", "AC06", "RC01", "AM02", "TM01"];
/// Movements of one notice of the bank.
const CREDITS_PER_NOTICE: usize = 100;
const SURNAMES: [&str; 20] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤",
    "许",
];
const GIVEN: [&str; 25] = [
    "安", "博", "诚", "德", "恩", "丰", "刚", "浩", "吉", "康", "乐", "明", "宁", "平", "强", "荣", "胜", "泰", "伟",
    "祥", "勇", "远", "振", "志", "忠",
];

/// A worker of the story.
struct Worker {
    name: String,
    account: String,
    wages: Money,
}
fn worker(index: usize) -> Worker {
    let pick = |list: &[&'static str], at: usize| list.get(at % list.len()).copied().unwrap_or_default();
    let name = format!("{}{}", pick(&SURNAMES, index), pick(&GIVEN, index / SURNAMES.len()));
    let step = i64::try_from(index).unwrap_or_default();
    Worker {
        name,
        account: account(index),
        wages: Money::from_fen(200_000_i64.saturating_add(step.saturating_mul(3_711))),
    }
}
/// A passbook's number: cards would need their check digit.
fn account(index: usize) -> String {
    format!("43010288{index:07}")
}
/// The accounts that the simulated bank pays nothing to, with what it says.
pub fn refused_accounts() -> impl Iterator<Item = (String, &'static str)> {
    REFUSALS.into_iter().enumerate().map(|(index, code)| (account(index), code))
}

/// Plays a unified payout of `count` cases (at least seven).
pub async fn play(stage: &mut Stage, above: &Court, court: &Court, count: usize) -> Result<()> {
    stage.headline(&format!("D  {count} wage cases in one unified payout over two courts (集中兑现)"));
    stage.wait(TimeDelta::days(1)).await?;
    for who in OFFICERS {
        stage.enrol(who, "承办法官", &[Role::Officer], Some(court.id)).await?;
    }
    let cases = open(stage, count).await?;
    receive(stage, court, &cases).await?;
    let programme = start(stage, above, court).await?;
    pay(stage, court, &programme, count).await?;
    publish(stage, above, court, &programme).await
}

async fn open(stage: &mut Stage, count: usize) -> Result<Vec<Value>> {
    let mut cases = Vec::new();
    for index in 0..count {
        let officer = OFFICERS.get(index % OFFICERS.len()).copied().unwrap_or("furong-officer-1");
        let Worker { name, account, wages } = worker(index);
        let input = json!({
            "caseNumber": format!("（2026）湘0102执{}号", 30_001_usize.saturating_add(index)),
            "basisNumber": format!("（2026）湘0102民初{}号", 30_001_usize.saturating_add(index)),
            "filedOn": stage.today(),
            "livelihoodKind": "WAGES",
            "parties": [
                { "role": "APPLICANT", "kind": "PERSON", "name": name },
                { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": EMPLOYER.name, "identityNumber": EMPLOYER.identity },
            ],
            "claims": [{ "creditor": 0, "claim": { "cause": "追索劳动报酬", "principal": wages } }],
        });
        let select = "case { id account { accountNumber } parties { id role } }";
        let case = stage.act(officer, "openCase", input, select).await?["case"].clone();
        let account =
            json!({ "accountHolder": name, "accountNumber": account, "bankCode": BANK_CODE, "bankName": BANK_NAME });
        let input = json!({ "party": case["parties"][0]["id"], "account": account, "document": "收款账户确认书" });
        stage.act(officer, "confirmPayee", input, "payee { id }").await?;
        cases.push(case);
    }
    stage.say(&format!("{count} cases of workers opened, each with its own account number"), "执行款物规定 第3条");
    Ok(cases)
}

async fn receive(stage: &mut Stage, court: &Court, cases: &[Value]) -> Result<()> {
    let rows: Vec<(String, String, String)> = cases
        .iter()
        .enumerate()
        .map(|(index, case)| {
            let number = text(&case["account"]["accountNumber"]);
            (number, worker(index).wages.to_string(), format!("UNIFIED{index:06}"))
        })
        .collect();
    for piece in rows.chunks(CREDITS_PER_NOTICE) {
        let credits: Vec<Payment<'_>> = piece
            .iter()
            .map(|(to, amount, reference)| Payment {
                payer: &EMPLOYER,
                to,
                amount,
                reference,
                remittance: "支付农民工工资",
            })
            .collect();
        bank_scenes::pay_in(stage, court, court.case_account, &credits).await?;
    }
    stage.say("the employer pays into each case's own account: nothing is unidentified", "");
    Ok(())
}

/// The higher court saves a rule, looks at its preview and starts. Answers the unified payout.
async fn start(stage: &mut Stage, above: &Court, court: &Court) -> Result<Value> {
    let (administrator, of) = (above.staff.administrator, |court: &Court| court.id.to_global());
    let input = json!({ "court": of(court), "superior": of(above), "document": "湘编办〔2026〕1号" });
    stage.act("administrator", "setSuperiorCourt", input, "court { id }").await?;
    let input = json!({ "court": of(above), "name": "农民工工资集中兑现", "livelihoodKinds": ["WAGES"], "smallOnly": true,
        "document": "集中兑现工作方案" });
    let rule = stage.act(administrator, "savePayoutRule", input, "rule { id }").await?["rule"]["id"].clone();
    let preview = "query ($rule: ID!) { previewPayoutRun(payoutRule: $rule) { totals { all { count total }
                   leftOut { reason count } } } }";
    let seen = stage.ask(administrator, preview, json!({ "rule": rule })).await?;
    let totals = &seen["previewPayoutRun"]["totals"];
    stage.say(
        &format!("preview of the rule: {} lines, {}", totals["all"]["count"], text(&totals["all"]["total"])),
        "民法典 第1259条",
    );
    let select = "programme { id programmeNumber }";
    let started = stage.act(administrator, "startPayoutRun", json!({ "payoutRule": rule }), select).await?;
    stage.settle().await?;
    stage.say(
        &format!("{} started: one run for each court account", text(&started["programme"]["programmeNumber"])),
        "",
    );
    Ok(started["programme"]["id"].clone())
}

/// The paying court submits, approves and releases its run, and gives it to the bank file by file.
async fn pay(stage: &mut Stage, court: &Court, programme: &Value, count: usize) -> Result<()> {
    let staff = court.staff;
    let runs = "query ($court: ID!) { payoutRuns(first: 5, filter: { court: $court, status: DRAFT }) { nodes {
                id count total programme { id } } } }";
    let runs = stage.ask(staff.administrator, runs, json!({ "court": court.id.to_global() })).await?;
    let run = runs["payoutRuns"]["nodes"][0].clone();
    if run["count"] != json!(count) {
        return Err(StoryError(format!("{programme} was to select {count} lines: {run:#}")));
    }
    let this = json!({ "run": run["id"] });
    let payload =
        stage.act(staff.administrator, "submitPayoutRun", this.clone(), "run { approval { id steps } }").await?;
    let approval = payload["run"]["approval"].clone();
    let post = |step: &Value| match step.as_str() {
        Some("BUREAU_CHIEF") => staff.chief,
        Some("VICE_PRESIDENT") => staff.president,
        _ => staff.finance,
    };
    let voters: Vec<Who> =
        approval["steps"].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(post).collect();
    stage.approve(&approval["id"], &voters).await?;
    stage.act(staff.cashier, "releasePayoutRun", this, "run { status }").await?;
    stage.settle().await?;
    stage.say(
        &format!("its run over {} approved by {} people and released line by line", text(&run["total"]), voters.len()),
        "执行款物规定 第12条",
    );
    let mut left = count;
    let mut files = 0_usize;
    while left > 0 {
        let file = bank_scenes::pay(stage, court, "CASE_FUNDS").await?;
        left = left.saturating_sub(file.matches("<EndToEndId>").count().max(1));
        files = files.saturating_add(1);
    }
    let failed = failures(stage, court, &run).await?;
    stage.say(
        &format!(
            "{files} payment files; the bank pays {} and refuses {}",
            count.saturating_sub(failed.len()),
            failed.len()
        ),
        "",
    );
    let mut kinds: Vec<&str> =
        failed.iter().filter_map(|line| line["payable"]["attempts"][0]["failure"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if failed.len() != REFUSALS.len() || kinds.len() != REFUSALS.len() {
        return Err(StoryError(format!("seven different refusals were to come back: {failed:#?}")));
    }
    for line in &failed {
        let attempt = &line["payable"]["attempts"][0];
        let [amount, code, failure] = [&line["amount"], &attempt["reasonCode"], &attempt["failure"]].map(text);
        stage.say(&format!("    {:<4} {amount:>10}  {code:<5} {failure}", text(&line["payee"]["name"])), "");
    }
    Ok(())
}

/// The lines whose payment the bank refused, page by page.
async fn failures(stage: &Stage, court: &Court, run: &Value) -> Result<Vec<Value>> {
    let document =
        "query ($id: ID!, $after: String) { node(id: $id) { ... on PayoutRun { lines(first: 100, after: $after) {
                    nodes { amount payee { name } payable { state attempts { reasonCode failure } } }
                    pageInfo { hasNextPage endCursor } } } } }";
    let (mut failed, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "id": run["id"], "after": after });
        let page = stage.ask(court.staff.cashier, document, variables).await?["node"]["lines"].take();
        let lines = page["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        failed.extend(lines.iter().filter(|line| line["payable"]["state"] == "FAILED").cloned());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return Ok(failed);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The public reads sums and days, and no name.
async fn publish(stage: &mut Stage, above: &Court, court: &Court, programme: &Value) -> Result<()> {
    let input = json!({ "programme": programme });
    stage.act(above.staff.chief, "publishPayoutResult", input, "programme { id }").await?;
    let document = "query ($court: ID!, $day: Date!) { payoutResults(first: 1) { nodes { paid { count total } } }
                    payoutSpeed(court: $court, from: \"2026-03-02\", to: $day) { medianDays p95Days } }";
    let variables = json!({ "court": court.id.to_global(), "day": stage.today() });
    let seen = stage.ask_publicly(document, variables).await?;
    let (paid, speed) = (&seen["payoutResults"]["nodes"][0]["paid"], &seen["payoutSpeed"]);
    stage.say(
        &format!(
            "published without names: {} payments, {}; half of what the court paid came within {} days, 95 % within {}",
            paid["count"],
            text(&paid["total"]),
            speed["medianDays"],
            speed["p95Days"]
        ),
        "个人信息保护法 第28条",
    );
    Ok(())
}
