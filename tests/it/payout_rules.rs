//! Unified payouts by rule: what a rule selects over several courts, in which order it is paid, what drops out on the
//! way, and what the public reads of it.

use crate::{
    both,
    cases::{BANK, OTHER_WORKER, opening},
    disbursement::receive_at,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{access::Role, kernel::ids::CourtId};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// A court with everybody whom a payout needs.
pub struct House {
    code: &'static str,
    pub id: CourtId,
    pub officer: User,
    pub administrator: User,
    chief: User,
    finance: User,
    pub cashier: User,
}
pub async fn house(app: &TestApp, code: &'static str) -> House {
    let id = app.court(code).await;
    let digits = code.trim_start_matches('湘');
    let staff = async |post: &str, role| app.user(&format!("{post}-{digits}"), post, &[role], Some(id)).await;
    House {
        code,
        id,
        officer: staff("officer", Role::Officer).await,
        administrator: staff("funds", Role::FundAdministrator).await,
        chief: staff("chief", Role::BureauChief).await,
        finance: staff("finance", Role::FinanceReviewer).await,
        cashier: staff("cashier", Role::Cashier).await,
    }
}
impl House {
    /// A case of this kind with its money and, when `confirmed`, a payee account. Answers the case.
    pub async fn case(&self, app: &TestApp, serial: u32, kind: &str, amount: &str, confirmed: bool) -> Value {
        let mut input = opening(&format!("（2026）{}执{serial}号", self.code), amount);
        input["livelihoodKind"] = json!(kind);
        let select = "case { id caseNumber parties { id role } claims { id } }";
        let case = app.done(&self.officer, "openCase", input, select).await["case"].take();
        receive_at(app, self.id, &case, &format!("R-{}-{serial}", self.code), amount).await;
        if confirmed {
            let account = json!({ "accountHolder": "易某", "accountNumber": "6228480402564890018", "bankCode": BANK,
                "bankName": "工商银行" });
            let input = json!({ "party": case["parties"][0]["id"], "account": account, "document": "确认书" });
            app.done(&self.officer, "confirmPayee", input, "payee { id }").await;
        }
        case
    }
    /// Submits, approves and releases a run of this court.
    pub async fn pay(&self, app: &TestApp, run: &Value) {
        let this = json!({ "run": run });
        let select = "run { approval { id } }";
        let run = app.done(&self.administrator, "submitPayoutRun", this.clone(), select).await["run"].take();
        app.approve(&run["approval"]["id"], &[&self.chief, &self.finance]).await;
        app.done(&self.cashier, "releasePayoutRun", this, "run { id }").await;
        app.settle().await;
    }
}

/// 湘01 above 湘0102 and 湘0103.
async fn province(app: &TestApp) -> (House, House, House) {
    let (above, first, second) = (house(app, "湘01").await, house(app, "湘0102").await, house(app, "湘0103").await);
    let administrator = app.user("installation", "系统管理员", &[Role::Administrator], None).await;
    for below in [&first, &second] {
        let input = json!({ "court": below.id.to_global(), "superior": above.id.to_global(), "document": "编制文件" });
        app.done(&administrator, "setSuperiorCourt", input, "court { superior { code } }").await;
    }
    let circle = json!({ "court": above.id.to_global(), "superior": first.id.to_global(), "document": "x" });
    assert_eq!(app.refused(&administrator, "setSuperiorCourt", circle).await.0, "LIST_INVALID");
    (above, first, second)
}

pub fn rule(court: &House) -> Value {
    json!({ "court": court.id.to_global(), "name": "春节前集中兑现", "smallOnly": true, "document": "会议纪要1号",
        "livelihoodKinds": ["WAGES", "SUPPORT_CHILD", "WORK_INJURY"] })
}
pub async fn saved(app: &TestApp, by: &User, input: Value) -> Value {
    app.done(by, "savePayoutRule", input, "rule { id version }").await["rule"].take()
}
const PROGRAMME: &str = "programme { id programmeNumber rule { version } runs { id status count total leftOut
    skipped { place reason } } }";

async fn a_province_selects(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let (above, first, second) = province(&app).await;
    first.case(&app, 1, "WORK_INJURY", "50000.00", true).await;
    first.case(&app, 2, "WAGES", "1000.00", true).await;
    let old = first.case(&app, 3, "SUPPORT_CHILD", "300.00", true).await;
    first.case(&app, 4, "WAGES", "50000.01", true).await;
    first.case(&app, 5, "WAGES", "70.00", false).await;
    first.case(&app, 6, "TRAFFIC_INJURY", "80.00", true).await;
    second.case(&app, 1, "WAGES", "4000.00", true).await;
    let flag = json!({ "party": old["parties"][0]["id"], "kind": "ELDERLY", "document": "身份证" });
    app.done(&first.officer, "recordVulnerableParty", flag.clone(), "party { vulnerability }").await;
    assert_eq!(app.refused(&first.officer, "recordVulnerableParty", flag.clone()).await.0, "ALREADY_EXISTS");
    assert_eq!(app.refused(&second.officer, "recordVulnerableParty", flag).await.0, "NOT_FOUND");

    // a lower court's rule does not reach up; a list that names a thing twice is no rule
    let mut up = rule(&first);
    up["courts"] = json!([above.id.to_global()]);
    assert_eq!(app.refused(&first.administrator, "savePayoutRule", up).await.0, "NOT_FOUND");
    let mut twice = rule(&above);
    twice["ranks"] = json!(["ORDINARY", "ORDINARY"]);
    assert_eq!(app.refused(&above.administrator, "savePayoutRule", twice).await.0, "LIST_INVALID");
    assert_eq!(app.refused(&first.administrator, "savePayoutRule", rule(&above)).await.0, "NOT_FOUND");

    let old_rule = saved(&app, &above.administrator, rule(&above)).await;
    let rule = saved(&app, &above.administrator, rule(&above)).await;
    assert_eq!((&old_rule["version"], &rule["version"]), (&json!(1), &json!(2)));

    let preview = "query ($rule: ID!, $after: String) { previewPayoutRun(payoutRule: $rule) {
        totals { all { count total } kinds { kind sum { count } } courts { court sum { count total } }
                 ages { fromDays toDays sum { count } } leftOut { reason count } }
        leftOut(first: 2, after: $after) { cursor caseNumber reason } } }";
    let this = json!({ "rule": rule["id"] });
    let seen = app.ask(Some(&above.administrator), preview, this).await["previewPayoutRun"].take();
    let totals = &seen["totals"];
    assert_eq!(totals["all"], json!({ "count": 4, "total": "55300.00" }));
    assert_eq!(totals["ages"], json!([{ "fromDays": 0, "toDays": 15, "sum": { "count": 4 } }]));
    assert_eq!(totals["courts"][1]["sum"], json!({ "count": 1, "total": "4000.00" }));
    let reasons = json!([{ "reason": "NOT_LIVELIHOOD", "count": 1 }, { "reason": "ABOVE_LIMIT", "count": 1 },
        { "reason": "PAYEE_NOT_CONFIRMED", "count": 1 }]);
    assert_eq!(totals["leftOut"], reasons);
    assert_eq!(seen["leftOut"][0]["caseNumber"], "（2026）湘0102执4号");
    let next = json!({ "rule": rule["id"], "after": seen["leftOut"][1]["cursor"] });
    let next = app.ask(Some(&above.administrator), preview, next).await["previewPayoutRun"]["leftOut"].take();
    assert_eq!(next.as_array().unwrap().len(), 1);
    assert_eq!((&next[0]["caseNumber"], &next[0]["reason"]), (&json!("（2026）湘0102执6号"), &json!("NOT_LIVELIHOOD")));

    let stale = json!({ "payoutRule": old_rule["id"] });
    assert_eq!(app.refused(&above.administrator, "startPayoutRun", stale).await.0, "STALE_VERSION");
    let start = json!({ "payoutRule": rule["id"], "idempotencyKey": "start-0001" });
    let started = app.done(&above.administrator, "startPayoutRun", start.clone(), PROGRAMME).await;
    let again = app.done(&above.administrator, "startPayoutRun", start, PROGRAMME).await;
    assert_eq!((&again["programme"]["id"], &again["replayed"]), (&started["programme"]["id"], &json!(true)));
    let early = json!({ "run": started["programme"]["runs"][0]["id"] });
    assert_eq!(app.refused(&above.administrator, "submitPayoutRun", early).await.0, "WRONG_STATE");
    app.settle().await;
    let document = format!("{{ payoutProgrammes {{ nodes {{ {} }} }} }}", &PROGRAMME[12..PROGRAMME.len() - 2]);
    let programme = app.ask(Some(&above.administrator), &document, json!({})).await;
    let programme = programme["payoutProgrammes"]["nodes"][0].clone();
    let runs = programme["runs"].as_array().unwrap();
    let facts: Vec<_> =
        runs.iter().map(|run| (run["status"].as_str().unwrap(), run["total"].as_str().unwrap())).collect();
    assert_eq!(facts, [("EMPTY", "0.00"), ("DRAFT", "51300.00"), ("DRAFT", "4000.00")]);
    assert_eq!((&runs[1]["count"], &runs[1]["leftOut"]), (&json!(3), &json!(3)));

    // each court pays its own: the province cannot, and the other court cannot
    let this = json!({ "run": runs[1]["id"] });
    assert_eq!(app.refused(&above.administrator, "submitPayoutRun", this.clone()).await.0, "NOT_FOUND");
    assert_eq!(app.refused(&second.administrator, "submitPayoutRun", this).await.0, "NOT_FOUND");
    let publish = json!({ "programme": programme["id"] });
    assert_eq!(app.refused(&above.chief, "publishPayoutResult", publish).await.0, "WRONG_STATE");
    first.pay(&app, &runs[1]["id"]).await;
    let write = json!({ "court": first.id.to_global(), "book": "CASE_FUNDS" });
    app.settle().await;
    let file = app.done(&first.cashier, "writePaymentFile", write, "paymentFile { content }").await;
    let content = file["paymentFile"]["content"].as_str().unwrap();
    let amounts: Vec<&str> =
        content.split("<InstdAmt Ccy=\"CNY\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(amounts, ["300.00", "1000.00", "50000.00"], "the vulnerable, then wages, then injuries");
    app.finish().await;
}
both!(hunan_a_province_selects_and_each_court_pays_its_own, super::a_province_selects);

async fn a_changed_line_drops_out(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    let mut cases = Vec::new();
    for (serial, amount) in [(1, "100.00"), (2, "200.00"), (3, "300.00"), (4, "400.00"), (5, "500.00")] {
        cases.push(court.case(&app, serial, "WAGES", amount, true).await);
    }
    let rule = saved(&app, &court.administrator, rule(&court)).await;
    let start = json!({ "payoutRule": rule["id"] });
    app.done(&court.administrator, "startPayoutRun", start, PROGRAMME).await;
    app.settle().await;
    let runs = "{ payoutRuns { nodes { id status count lines { nodes { line state skipCode } } } } }";
    let run = app.ask(Some(&court.cashier), runs, json!({})).await["payoutRuns"]["nodes"][0].take();
    assert_eq!((&run["status"], &run["count"]), (&json!("DRAFT"), &json!(5)));
    let this = json!({ "run": run["id"] });
    let select = "run { approval { id } }";
    let run = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await["run"].take();
    app.approve(&run["approval"]["id"], &[&court.chief, &court.finance]).await;

    // between approval and release: somebody edits a payee behind the program, a freeze, a bankruptcy of one debtor, who
    // may have paid what stands on the third case; the other money is his co-debtor's
    let statement = "UPDATE payee SET bank_code = '105100000017' WHERE case_id IN
        (SELECT id FROM enforcement_case WHERE case_number = '（2026）湘0102执1号');
        UPDATE receipt SET on_behalf_of = NULL WHERE case_id IN
        (SELECT id FROM enforcement_case WHERE case_number = '（2026）湘0102执3号')";
    app.database
        .db
        .write_with(move |tx| Box::pin(async move { Ok(tx.execute_unprepared(statement).await?) }))
        .await
        .unwrap();
    let freeze = json!({ "case": cases[1]["id"], "target": "CASE_MONEY", "institution": "岳麓区人民法院", "amount": "200.00",
        "frozenOn": "2026-03-02", "until": "2026-09-02", "document": "冻结通知书", "seizureRank": 1 });
    app.done(&court.officer, "freezeFunds", freeze, "measure { id }").await;
    let bankrupt = json!({ "party": cases[2]["parties"][1]["id"], "acceptingCourt": "长沙中院",
        "acceptedOn": "2026-03-02", "document": "受理裁定" });
    app.done(&court.officer, "recordBankruptcyAcceptance", bankrupt, "bankruptcy { id }").await;
    app.done(&court.cashier, "releasePayoutRun", this, "run { id }").await;
    app.settle().await;
    let run = app.ask(Some(&court.cashier), runs, json!({})).await["payoutRuns"]["nodes"][0].take();
    assert_eq!(run["status"], "RELEASED");
    let mut lines: Vec<_> = run["lines"]["nodes"].as_array().unwrap().clone();
    lines.sort_by_key(|line| line["line"].as_i64());
    let codes: Vec<_> = lines.iter().map(|line| line["skipCode"].as_str().unwrap_or("paid")).collect();
    assert_eq!(codes, ["DIGEST_MISMATCH", "PAYOUT_EXCEEDS_BALANCE", "DEBTOR_BANKRUPT", "paid", "paid"]);
    app.finish().await;
}
both!(bankruptcy_16_a_changed_line_drops_out_and_the_others_go_on, super::a_changed_line_drops_out);

async fn the_public_reads(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    for serial in 1..=6 {
        court.case(&app, serial, "WAGES", "100.00", true).await;
    }
    court.case(&app, 7, "WORK_INJURY", "900.00", true).await;
    // the bank will refuse the eighth: it is booked, and not paid
    let refused = court.case(&app, 8, "WAGES", "64.00", false).await;
    let account = json!({ "accountHolder": "易某", "accountNumber": "6217000000000000004", "bankCode": BANK,
        "bankName": "工商银行" });
    let input = json!({ "party": refused["parties"][0]["id"], "account": account, "document": "确认书" });
    app.done(&court.officer, "confirmPayee", input, "payee { id }").await;
    let rule = saved(&app, &court.administrator, rule(&court)).await;
    let select = "programme { id }";
    let programme = app.done(&court.administrator, "startPayoutRun", json!({ "payoutRule": rule["id"] }), select).await
        ["programme"]
        .take();
    app.go_to("2026-03-06T09:00:00+08:00").await;
    let runs = "{ payoutRuns { nodes { id } } }";
    let run = app.ask(Some(&court.cashier), runs, json!({})).await["payoutRuns"]["nodes"][0]["id"].take();
    court.pay(&app, &run).await;
    let publish = json!({ "programme": programme["id"] });
    assert_eq!(app.refused(&court.chief, "publishPayoutResult", publish.clone()).await.0, "WRONG_STATE");
    let write = json!({ "court": court.id.to_global(), "book": "CASE_FUNDS" });
    app.settle().await;
    let file = app.done(&court.cashier, "writePaymentFile", write, "paymentFile { content }").await;
    let answer = duixian::bank::simulator::Simulator::new()
        .refusing("6217000000000000004", "AC01")
        .answer(file["paymentFile"]["content"].as_str().unwrap().as_bytes(), app.clock.now())
        .unwrap();
    app.done(&court.finance, "importBankFile", json!({ "content": answer }), "bankFile { id }").await;
    app.settle().await;
    let keyed = json!({ "programme": programme["id"], "idempotencyKey": "publish-0001" });
    let mutation = "mutation ($input: PublishPayoutResultInput!) { publishPayoutResult(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&court.finance), mutation, json!({ "input": keyed })).await, "FORBIDDEN");
    app.done(&court.chief, "publishPayoutResult", keyed.clone(), "programme { publishedAt }").await;
    let again = app.done(&court.chief, "publishPayoutResult", keyed, "programme { publishedAt }").await;
    assert_eq!(again["replayed"], true);
    assert_eq!(app.refused(&court.chief, "publishPayoutResult", publish).await.0, "WRONG_STATE");
    let result = "{ payoutResults { nodes { programmeNumber paid { count total } courts { court paid { count } }
        kinds { kind paid { count total } } } } }";
    let seen = app.ask(None, result, json!({})).await["payoutResults"]["nodes"][0].take();
    assert_eq!(seen["paid"], json!({ "count": 7, "total": "1500.00" }));
    assert_eq!(seen["courts"][0]["paid"]["count"], 7);
    // one person of a kind is not shown, nor what would give him away
    assert!(seen["kinds"].as_array().unwrap().iter().all(|cell| cell["paid"].is_null()), "{seen:#}");
    assert!(!seen.to_string().contains("易某"));
    let speed = "query ($court: ID!, $to: Date!) { payoutSpeed(court: $court, from: \"2026-03-01\", to: $to) {
        payments medianDays p95Days } }";
    let of = |to: &str| json!({ "court": court.id.to_global(), "to": to });
    let seen = app.ask(None, speed, of("2026-03-31")).await["payoutSpeed"].take();
    assert_eq!(seen, json!({ "payments": 7, "medianDays": 4, "p95Days": 4 }));
    let before = app.ask(None, speed, of("2026-03-05")).await["payoutSpeed"].take();
    assert_eq!(before, json!({ "payments": null, "medianDays": null, "p95Days": null }));
    assert_eq!(app.error_code(None, speed, of("2027-03-03")).await, "BAD_USER_INPUT");
    app.finish().await;
}
both!(privacy_28_the_public_reads_sums_and_days_but_no_person, super::the_public_reads);

async fn kinds_and_limits(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    court.case(&app, 1, "WAGES", "60000.00", true).await;
    court.case(&app, 2, "TRAFFIC_INJURY", "20000.00", true).await;
    let other = court.case(&app, 3, "TRAFFIC_INJURY", "20000.01", true).await;
    assert_ne!(other["parties"][0]["id"], json!(OTHER_WORKER));
    let either = json!({ "court": court.id.to_global(), "name": "工资或两万以下", "livelihoodKinds": ["WAGES"],
        "maximum": "20000.00", "combination": "ANY", "document": "会议纪要2号" });
    let rule = saved(&app, &court.administrator, either).await;
    let preview = "query ($rule: ID!) { previewPayoutRun(payoutRule: $rule) { totals { all { count total } } } }";
    let count = async |rule: &Value| {
        let seen = app.ask(Some(&court.chief), preview, json!({ "rule": rule["id"] })).await;
        seen["previewPayoutRun"]["totals"]["all"].clone()
    };
    assert_eq!(count(&rule).await, json!({ "count": 2, "total": "80000.00" }));
    let aged = json!({ "court": court.id.to_global(), "name": "满十天", "minimumDays": 10, "document": "会议纪要3号" });
    let rule = saved(&app, &court.administrator, aged).await;
    assert_eq!(count(&rule).await, json!({ "count": 0, "total": "0.00" }));
    app.go_to("2026-03-11T23:59:00+08:00").await;
    assert_eq!(count(&rule).await["count"], 0);
    app.go_to("2026-03-12T00:00:00+08:00").await;
    assert_eq!(count(&rule).await["count"], 3);
    app.finish().await;
}
both!(minfadian_1259_a_rule_joins_kind_limit_and_age, super::kinds_and_limits);

async fn rejected_then_published(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    court.case(&app, 1, "WAGES", "100.00", true).await;
    let rule = saved(&app, &court.administrator, rule(&court)).await;
    let start = json!({ "payoutRule": rule["id"] });
    let programme =
        app.done(&court.administrator, "startPayoutRun", start, "programme { id }").await["programme"].take();
    app.settle().await;
    let runs = "{ payoutRuns { nodes { id } } }";
    let run = app.ask(Some(&court.cashier), runs, json!({})).await["payoutRuns"]["nodes"][0]["id"].take();
    let this = json!({ "run": run });
    let select = "run { approval { id digest } }";
    let submitted = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await;
    let approval = &submitted["run"]["approval"];
    let no = json!({ "approval": approval["id"], "digest": approval["digest"], "reason": "再核" });
    app.done(&court.chief, "reject", no, "approval { status }").await;
    // turned down, it may be submitted again, until the public has read that nothing was paid by it
    let submitted = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await;
    let publish = json!({ "programme": programme["id"] });
    assert_eq!(app.refused(&court.chief, "publishPayoutResult", publish.clone()).await.0, "WRONG_STATE");
    let approval = &submitted["run"]["approval"];
    let no = json!({ "approval": approval["id"], "digest": approval["digest"], "reason": "再核" });
    app.done(&court.chief, "reject", no, "approval { status }").await;
    app.done(&court.chief, "publishPayoutResult", publish, "programme { publishedAt }").await;
    assert_eq!(app.refused(&court.administrator, "submitPayoutRun", this).await.0, "WRONG_STATE");
    app.finish().await;
}
both!(pipl_28_what_is_published_misses_no_run_submitted_again, super::rejected_then_published);

async fn payees_hear_first(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    for (serial, amount) in [(1, "100.00"), (2, "200.00"), (3, "300.00")] {
        court.case(&app, serial, "WAGES", amount, true).await;
    }
    let rule = saved(&app, &court.administrator, rule(&court)).await;
    let start = json!({ "payoutRule": rule["id"] });
    app.done(&court.administrator, "startPayoutRun", start, "programme { id }").await;
    app.settle().await;
    let runs = "{ payoutRuns { nodes { id } } }";
    let run = app.ask(Some(&court.cashier), runs, json!({})).await["payoutRuns"]["nodes"][0]["id"].take();
    let told = async || {
        app.settle().await;
        let list = "{ notices(first: 100) { nodes { kind text } } }";
        let seen = app.ask(Some(&court.officer), list, json!({})).await["notices"]["nodes"].take();
        let approved = |notice: &&Value| notice["kind"] == "ORDER_APPROVED";
        seen.as_array().unwrap().iter().filter(approved).map(|notice| notice["text"].clone()).collect::<Vec<_>>()
    };
    let select = "run { approval { id } }";
    let submitted = app.done(&court.administrator, "submitPayoutRun", json!({ "run": run }), select).await;
    let approval = &submitted["run"]["approval"]["id"];
    app.approve(approval, &[&court.chief]).await;
    assert_eq!(told().await.len(), 0, "the finance reviewer has not agreed yet");
    app.approve(approval, &[&court.finance]).await;
    let texts = told().await;
    assert_eq!(texts.len(), 3, "each payee once, before anything is paid");
    for (serial, amount) in [(1, "100.00元"), (2, "200.00元"), (3, "300.00元")] {
        let number = format!("（2026）湘0102执{serial}号");
        let his = |text: &&Value| text.as_str().is_some_and(|text| text.contains(&number) && text.contains(amount));
        assert_eq!(texts.iter().filter(his).count(), 1, "{number}: {texts:?}");
    }
    app.go_to("2026-03-06T09:00:00+08:00").await;
    assert_eq!(told().await.len(), 3, "and not again");
    app.finish().await;
}
both!(payees_hear_when_their_run_is_approved, super::payees_hear_first);
