//! Administration: what a court sets for itself and which days are holidays, each by two people; what has begun stays.

use crate::{
    both,
    cases::{Court, court},
    disbursement::{CARD, confirm, receive},
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::Role,
    admin::ops::refresh,
    app::Foundation,
    config::Config,
    kernel::{
        db::{Db, sql},
        ids::{CourtId, ReceiptId},
        keys::KeyRing,
    },
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const VERSION: &str = "version { id name value version status effectiveFrom approval { id status steps digest } }";

fn setting(court: CourtId, name: &str, value: &str) -> Value {
    json!({ "court": court.to_global(), "name": name, "value": value, "reason": "执行局会议决定", "document": "湘0102执办〔2026〕3号" })
}
/// Proposes a value and has it approved.
pub async fn set(court: &Court, by: &User, checker: &User, name: &str, value: &str) {
    let payload = court.app.done(by, "setCourtParameter", setting(court.id, name, value), VERSION).await;
    assert_eq!(payload["version"]["status"], "PROPOSED");
    court.app.approve(&payload["version"]["approval"]["id"], &[checker]).await;
}
/// The code of the top-level error that a mutation answers.
async fn barred(app: &TestApp, user: Option<&User>, name: &str, mut input: Value) -> String {
    input["idempotencyKey"] = json!("barred-0001");
    let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let document = format!("mutation ($input: {title}Input!) {{ {name}(input: $input) {{ replayed }} }}");
    app.error_code(user, &document, json!({ "input": input })).await
}
async fn terms(court: &Court, receipt: ReceiptId) -> Value {
    let document = "query ($id: ID!) { node(id: $id) { ... on Receipt { terms { rule dueOn provisional lamp } } } }";
    let receipt = court.app.ask(Some(&court.officer), document, json!({ "id": receipt.to_global() })).await;
    receipt["node"]["terms"].clone()
}
async fn due(court: &Court, receipt: ReceiptId) -> String {
    terms(court, receipt).await[2]["dueOn"].as_str().unwrap().to_owned()
}
async fn one_parameter(app: &TestApp, user: &User, court: CourtId, name: &str) -> Value {
    let document = "query ($court: ID!, $name: String) { courtParameters(court: $court, name: $name) {
        parameter { name value defaultValue law { law article } } inForce { version value } proposed { value }
        history { nodes { version value status } } } }";
    let variables = json!({ "court": court.to_global(), "name": name });
    app.ask(Some(user), document, variables).await["courtParameters"][0].take()
}

struct Leaders {
    administrator: User,
    vice_president: User,
}
async fn leaders(court: &Court) -> Leaders {
    let here = Some(court.id);
    Leaders {
        administrator: court.app.user("court-admin", "系统管理员", &[Role::Administrator], here).await,
        vice_president: court.app.user("leader", "副院长", &[Role::VicePresident], here).await,
    }
}

async fn a_parameter_takes_two(database: TestDatabase) {
    let court = court(database).await;
    let Leaders { administrator, vice_president } = leaders(&court).await;
    let app = &court.app;
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let old = receive(&court, &case, "R-1", "100.00").await;
    assert_eq!(due(&court, old).await, "2026-03-23");

    // who may not, and what may not
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院管理员", &[Role::Administrator], Some(other)).await;
    let input = setting(court.id, "payout_working_days", "10");
    assert_eq!(app.refused(&stranger, "setCourtParameter", input.clone()).await.0, "NOT_FOUND");
    assert_eq!(barred(app, Some(&court.officer), "setCourtParameter", input.clone()).await, "FORBIDDEN");
    assert_eq!(barred(app, Some(&vice_president), "setCourtParameter", input.clone()).await, "FORBIDDEN");
    assert_eq!(barred(app, None, "setCourtParameter", input.clone()).await, "UNAUTHENTICATED");
    for (name, value, expected) in [
        ("payout_working_days", "16", ("PARAMETER_INVALID", "湖南法院案款发放承诺 15个工作日")),
        ("payout_working_days", "0", ("PARAMETER_INVALID", "湖南法院案款发放承诺 15个工作日")),
        ("payout_working_days", "15", ("PARAMETER_UNCHANGED", "湖南法院案款发放承诺 15个工作日")),
        ("no_such", "1", ("PARAMETER_INVALID", "本系统格式规则 规则参数")),
    ] {
        let (code, law) = app.refused(&administrator, "setCourtParameter", setting(court.id, name, value)).await;
        assert_eq!(code, expected.0, "{name} = {value}");
        assert_eq!(law, expected.1, "{name} = {value}");
    }
    let mut unsaid = input.clone();
    unsaid["document"] = json!(" ");
    assert_eq!(app.refused(&administrator, "setCourtParameter", unsaid).await.0, "TEXT_INVALID");

    // proposed once, whatever is lost on the way
    let mut keyed = input.clone();
    keyed["idempotencyKey"] = json!("set-parameter-0001");
    let proposed = app.done(&administrator, "setCourtParameter", keyed.clone(), VERSION).await;
    assert_eq!((&proposed["version"]["version"], &proposed["version"]["status"]), (&json!(1), &json!("PROPOSED")));
    assert_eq!(proposed["version"]["approval"]["steps"], json!(["VICE_PRESIDENT"]));
    let again = app.done(&administrator, "setCourtParameter", keyed.clone(), VERSION).await;
    assert_eq!((&again["version"]["id"], &again["replayed"]), (&proposed["version"]["id"], &json!(true)));
    keyed["value"] = json!("9");
    assert_eq!(app.refused(&administrator, "setCourtParameter", keyed).await.0, "IDEMPOTENCY_KEY_REUSED");
    let second = setting(court.id, "payout_working_days", "12");
    assert_eq!(app.refused(&administrator, "setCourtParameter", second).await.0, "PROPOSAL_OPEN");
    let still = receive(&court, &case, "R-2", "100.00").await;
    assert_eq!(due(&court, still).await, "2026-03-23", "a proposal changes nothing");

    // decided by the vice president alone, once
    let approval = &proposed["version"]["approval"];
    let vote = json!({ "approval": approval["id"], "digest": approval["digest"] });
    assert_eq!(app.refused(&administrator, "approve", vote.clone()).await.0, "MAKER_MAY_NOT_APPROVE");
    assert_eq!(barred(app, Some(&court.officer), "approve", vote.clone()).await, "FORBIDDEN");
    assert_eq!(app.refused(&stranger, "approve", vote.clone()).await.0, "NOT_FOUND");
    app.approve(&approval["id"], &[&vice_president]).await;
    assert_eq!(app.refused(&vice_president, "approve", vote).await.0, "WRONG_STATE");
    let new = receive(&court, &case, "R-3", "100.00").await;
    assert_eq!(due(&court, new).await, "2026-03-16", "ten working days");
    assert_eq!(due(&court, old).await, "2026-03-23", "what began under fifteen keeps fifteen");

    // replaced, and once refused; everything stays in sight
    set(&court, &administrator, &vice_president, "payout_working_days", "12").await;
    let third = setting(court.id, "payout_working_days", "5");
    let third = app.done(&administrator, "setCourtParameter", third, VERSION).await["version"]["approval"].take();
    let no = json!({ "approval": third["id"], "digest": third["digest"], "reason": "做不到" });
    app.done(&vice_president, "reject", no, "approval { status }").await;
    let seen = one_parameter(app, &court.officer, court.id, "payout_working_days").await;
    assert_eq!((&seen["parameter"]["value"], &seen["parameter"]["defaultValue"]), (&json!("12"), &json!("15")));
    assert_eq!((&seen["inForce"]["version"], &seen["proposed"]), (&json!(2), &Value::Null));
    let expected = json!([{ "version": 3, "value": "5", "status": "REJECTED" },
        { "version": 2, "value": "12", "status": "ACTIVE" }, { "version": 1, "value": "10", "status": "SUPERSEDED" }]);
    assert_eq!(seen["history"]["nodes"], expected);

    // in the rule book for everybody, and the other court is not touched
    let book =
        "query ($court: ID) { ruleBook(law: \"湖南法院案款发放承诺\", court: $court) { parameters { name value } } }";
    for (of, value) in [(Some(court.id), "12"), (Some(other), "15"), (None, "15")] {
        let rules = app.ask(None, book, json!({ "court": of.map(CourtId::to_global) })).await["ruleBook"].take();
        let rules = rules.as_array().unwrap().iter().flat_map(|rule| rule["parameters"].as_array().unwrap());
        let found: Vec<_> = rules.filter(|p| p["name"] == "payout_working_days").map(|p| p["value"].clone()).collect();
        assert_eq!(found, [json!(value)]);
    }
    let list = "query ($court: ID!) { courtParameters(court: $court) { parameter { name } } }";
    let of_other = json!({ "court": court.id.to_global() });
    assert_eq!(app.error_code(Some(&stranger), list, of_other.clone()).await, "NOT_FOUND");
    assert_eq!(app.error_code(None, list, of_other).await, "UNAUTHENTICATED");
    for attack in ["UPDATE court_parameter SET value = '1'", "DELETE FROM court_parameter"] {
        let done = app.database.db.write_with(move |tx| {
            Box::pin(async move { Ok(tx.execute_raw(sql(tx, attack, [])).await?.rows_affected()) })
        });
        assert!(done.await.is_err(), "{attack}");
    }
    court.app.finish().await;
}
both!(a_court_sets_a_parameter_by_two_people, super::a_parameter_takes_two);

async fn new_work_takes_the_values(database: TestDatabase) {
    let court = court(database).await;
    let Leaders { administrator, vice_president } = leaders(&court).await;
    let (app, officer) = (&court.app, &court.officer);
    let first = court.open("（2026）湘0102执12号", "90000.00").await;
    let second = court.open("（2026）湘0102执13号", "90000.00").await;
    let lot = |case: &Value| json!({ "case": case["id"], "title": "某小区住宅", "category": "IMMOVABLE", "appraisalPrice": "700000.00" });
    let select = "lot { id ruleParameters { incrementMode fatFingerFactor } }";
    let order = async |case: &Value, reference: &str| {
        let receipt = receive(&court, case, reference, "60000.00").await;
        let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
        let input =
            json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "60000.00" });
        let order = app.done(officer, "draftDisbursementOrder", input, "order { id }").await["order"]["id"].take();
        let input = json!({ "order": order });
        let submitted = app.done(officer, "submitDisbursementOrder", input, "order { approval { steps } }").await;
        (submitted["order"]["approval"]["steps"].as_array().unwrap().len(), receipt)
    };
    let old_lot = app.done(officer, "draftLot", lot(&first), select).await["lot"].take();
    let (steps, receipt) = order(&first, "R-1").await;
    assert_eq!(steps, 3);
    let small = |case: &Value| json!({ "id": case["id"] });
    let is_small = "query ($id: ID!) { node(id: $id) { ... on Case { isSmallLivelihood } } }";
    assert_eq!(app.ask(Some(officer), is_small, small(&first)).await["node"]["isSmallLivelihood"], false);
    assert_eq!(terms(&court, receipt).await[2]["lamp"], "GREEN");

    for (name, value) in [
        ("increment_mode", "MIN"),
        ("fat_finger_factor", "5"),
        ("two_approver_threshold", "50000.00"),
        ("small_limit", "90000.00"),
        ("warning_working_days", "10"),
        ("payout_working_days", "9"),
    ] {
        set(&court, &administrator, &vice_president, name, value).await;
    }
    let new_lot = app.done(officer, "draftLot", lot(&first), select).await["lot"].take();
    assert_eq!(new_lot["ruleParameters"], json!({ "incrementMode": "MIN", "fatFingerFactor": 5 }));
    let read = "query ($id: ID!) { node(id: $id) { ... on Lot { ruleParameters { incrementMode fatFingerFactor } } } }";
    let seen = app.ask(Some(officer), read, json!({ "id": old_lot["id"] })).await["node"]["ruleParameters"].take();
    assert_eq!(seen, json!({ "incrementMode": "MULTIPLE", "fatFingerFactor": 10 }));
    let (steps, receipt) = order(&second, "R-2").await;
    assert_eq!(steps, 4, "above the court's own threshold the vice president decides too");
    assert_eq!(terms(&court, receipt).await[2]["lamp"], "YELLOW");
    assert_eq!(app.ask(Some(officer), is_small, small(&first)).await["node"]["isSmallLivelihood"], true);
    court.app.finish().await;
}
both!(new_lots_orders_and_terms_take_the_values_in_force, super::new_work_takes_the_values);

// ---- calendar ----

const PAPER: &str = "https://www.gov.cn/zhengce/zhengceku/202611/content_7000001.htm";
/// Thirteen days from Monday to Friday of 2027; the last of the list may be another one.
pub fn year_2027(last: &str) -> String {
    let days = [
        "2027-01-01",
        "2027-02-05",
        "2027-02-08",
        "2027-02-09",
        "2027-02-10",
        "2027-04-05",
        "2027-05-03",
        "2027-05-04",
        "2027-06-09",
        "2027-09-15",
        "2027-10-01",
        "2027-10-04",
        last,
    ];
    let days: Vec<_> = days.iter().map(|day| json!({ "name": "放假", "date": day, "isOffDay": true })).collect();
    json!({ "year": 2027, "papers": [PAPER], "days": days }).to_string()
}
pub fn notice(json: &str) -> Value {
    json!({ "json": json, "documentNumber": "国办发明电〔2026〕8号", "publishedOn": "2026-11-20" })
}
const NOTICE: &str = "notice { id year version status statutoryDays changes { date before after } affectedTerms
    approval { id status steps digest } }";

async fn recounts(app: &TestApp) -> i64 {
    let text = "SELECT COUNT(*) AS n FROM audit_event WHERE action = 'job.recountTerms' AND court_id IS NOT NULL";
    let reader = app.database.db.reader();
    reader.query_one_raw(sql(&reader, text, [])).await.unwrap().unwrap().try_get("", "n").unwrap()
}

async fn a_notice_takes_two(database: TestDatabase) {
    let court = court(database).await;
    let app = &court.app;
    let one = app.user("calendar-one", "日历管理员", &[Role::Administrator], None).await;
    let two = app.user("calendar-two", "日历复核员", &[Role::Administrator], None).await;
    let Leaders { administrator, vice_president } = leaders(&court).await;
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let early = receive(&court, &case, "R-1", "100.00").await;
    app.go_to("2026-12-20T09:00:00.000+08:00").await;
    let late = receive(&court, &case, "R-2", "100.00").await;
    let last = &terms(&court, late).await[2];
    assert_eq!((&last["dueOn"], &last["provisional"]), (&json!("2027-01-11"), &json!(true)));
    // a plan without a word on the fee takes the order that the court has set; its objection term runs into 2027
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA" });
    let drafted = app.done(&court.officer, "draftDistributionPlan", draft, "plan { id executionFeeOrder }").await;
    let plan = &drafted["plan"];
    assert_eq!(plan["executionFeeOrder"], "AFTER_APPLICANT");
    let served = json!({ "party": case["parties"][0]["id"], "servedOn": "2026-12-20", "document": "送达回证" });
    let select = "plan { services { lastDay provisional } }";
    let input = json!({ "plan": plan["id"], "services": [served] });
    let served = app.done(&court.officer, "servePlan", input, select).await["plan"]["services"].take();
    assert_eq!(served, json!([{ "lastDay": "2027-01-04", "provisional": true }]));
    let services =
        "query ($id: ID!) { node(id: $id) { ... on DistributionPlan { services { lastDay provisional } } } }";

    // who may not, and what may not
    let good = notice(&year_2027("2027-01-04"));
    assert_eq!(barred(app, Some(&court.officer), "proposeCalendarNotice", good.clone()).await, "FORBIDDEN");
    assert_eq!(barred(app, Some(&administrator), "proposeCalendarNotice", good.clone()).await, "FORBIDDEN");
    let (code, law) = app.refused(&one, "proposeCalendarNotice", notice(&year_2027("2027-01-03"))).await;
    assert_eq!((code.as_str(), law.as_str()), ("CALENDAR_NOTICE_INVALID", "放假办法 第2条"));
    for bad in ["", "{}", "[]", &year_2027("2027-01-01"), &year_2027("2028-01-03")] {
        assert_eq!(app.refused(&one, "proposeCalendarNotice", notice(bad)).await.0, "CALENDAR_NOTICE_INVALID", "{bad}");
    }
    let mut tomorrow = good.clone();
    tomorrow["publishedOn"] = json!("2026-12-21");
    assert_eq!(app.refused(&one, "proposeCalendarNotice", tomorrow).await.0, "DATE_INVALID");
    let mut of_2026 = good.clone();
    of_2026["documentNumber"] = json!("国办发明电〔2025〕7号");
    assert_eq!(app.refused(&one, "proposeCalendarNotice", of_2026).await.0, "ALREADY_EXISTS");

    // proposed once, with a preview, and without effect
    let mut keyed = good.clone();
    keyed["idempotencyKey"] = json!("calendar-notice-0001");
    let proposed = app.done(&one, "proposeCalendarNotice", keyed.clone(), NOTICE).await;
    let again = app.done(&one, "proposeCalendarNotice", keyed, NOTICE).await;
    assert_eq!((&again["notice"]["id"], &again["replayed"]), (&proposed["notice"]["id"], &json!(true)));
    let shown = &proposed["notice"];
    assert_eq!((&shown["status"], &shown["version"]), (&json!("PROPOSED"), &json!(1)));
    assert_eq!((&shown["statutoryDays"], &shown["affectedTerms"]), (&json!(13), &json!(2)));
    assert_eq!(shown["changes"].as_array().unwrap().len(), 13);
    assert_eq!(app.refused(&one, "proposeCalendarNotice", notice(&year_2027("2027-10-05"))).await.0, "PROPOSAL_OPEN");
    app.settle().await;
    assert_eq!(due(&court, late).await, "2027-01-11");

    // decided by another administrator of every court
    let vote = json!({ "approval": shown["approval"]["id"], "digest": shown["approval"]["digest"] });
    assert_eq!(app.refused(&one, "approve", vote.clone()).await.0, "MAKER_MAY_NOT_APPROVE");
    assert_eq!(app.refused(&vice_president, "approve", vote.clone()).await.0, "NOT_FOUND");
    assert_eq!(app.refused(&administrator, "approve", vote).await.0, "NOT_FOUND");
    app.approve(&shown["approval"]["id"], &[&two]).await;
    app.settle().await;
    let moved = &terms(&court, late).await[2];
    assert_eq!((&moved["dueOn"], &moved["provisional"]), (&json!("2027-01-12"), &json!(false)));
    assert_eq!(terms(&court, late).await[1]["provisional"], false, "thirty days end in the year that is known now");
    assert_eq!(due(&court, early).await, "2026-03-23");
    let seen = app.ask(Some(&court.officer), services, json!({ "id": plan["id"] })).await["node"]["services"].take();
    assert_eq!(seen, json!([{ "lastDay": "2027-01-05", "provisional": false }]));
    assert_eq!(recounts(app).await, 2, "each moved term has its own audit event");
    let calendar = app.ask(None, "{ workingDays { version finalThrough } }", json!({})).await["workingDays"].take();
    assert_eq!(calendar, json!({ "version": "国办发明电〔2026〕8号", "finalThrough": "2027-12-19" }));
    assert_eq!(app.refused(&one, "proposeCalendarNotice", good).await.0, "ALREADY_EXISTS");

    // another process reads it at its start
    let db = Db::connect(&app.database.url).await.unwrap();
    let other = Foundation::on(&Config::default(), app.clock.clone(), db, KeyRing::ephemeral().unwrap()).unwrap();
    assert_eq!(other.services.calendar().final_through().to_string(), "2026-12-19");
    refresh(&other.services).await.unwrap();
    assert_eq!(other.services.calendar().edition(), app.running.services.calendar().edition());

    // a correction takes the place of the year; a refused one does not
    let wrong =
        app.done(&one, "proposeCalendarNotice", notice(&year_2027("2027-01-05")), NOTICE).await["notice"].take();
    let no =
        json!({ "approval": wrong["approval"]["id"], "digest": wrong["approval"]["digest"], "reason": "与通知不符" });
    app.done(&two, "reject", no, "approval { status }").await;
    let right =
        app.done(&one, "proposeCalendarNotice", notice(&year_2027("2027-10-05")), NOTICE).await["notice"].take();
    assert_eq!((&right["version"], &right["affectedTerms"]), (&json!(3), &json!(1)));
    app.approve(&right["approval"]["id"], &[&two]).await;
    app.settle().await;
    assert_eq!((due(&court, late).await.as_str(), recounts(app).await), ("2027-01-11", 3));
    let seen = app.ask(Some(&court.officer), services, json!({ "id": plan["id"] })).await["node"]["services"].take();
    assert_eq!(seen[0]["lastDay"], "2027-01-05", "a party's day is never taken back");
    let list = "{ calendarNotices(year: 2027) { nodes { version status } } }";
    let seen = app.ask(Some(&court.officer), list, json!({})).await["calendarNotices"]["nodes"].take();
    let expected = json!([{ "version": 3, "status": "ACTIVE" }, { "version": 2, "status": "REJECTED" },
        { "version": 1, "status": "SUPERSEDED" }]);
    assert_eq!(seen, expected);
    court.app.finish().await;
}
both!(a_holiday_notice_takes_two_people_and_moves_the_terms_that_run, super::a_notice_takes_two);
