//! Settlements in execution: what they need, what they bring, how they end.

use crate::{
    both,
    cases::{Court, court},
    disbursement::{CARD, approved, bank_pays, confirm, people, receive},
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

const SETTLEMENT: &str = "settlement { id status total paid nextDueOn lamp ground endedOn
    suspension { ground endedOn } case { status } instalments { dueOn amount paid lamp }
    parties { party { id } agentPaper { name } } }";

/// A lawyer of 易某 with these acts.
async fn lawyer(court: &Court, case: &Value, name: &str, acts: &[&str]) -> Value {
    let input = json!({ "party": case["parties"][0]["id"], "kind": "LAWYER", "name": name, "authority": "SPECIAL",
        "acts": acts, "validFrom": "2026-03-01", "until": "2026-12-31", "document": "授权委托书",
        "licence": "14301202610012345", "letter": "（2026）某某律函第1号" });
    court.app.done(&court.officer, "recordAgentPaper", input, "agentPaper { id }").await["agentPaper"]["id"].take()
}
/// 易某 and 吴某 settle on 700.00 in two instalments.
pub fn settling(case: &Value) -> Value {
    json!({ "case": case["id"], "signedOn": "2026-03-02", "document": "执行和解协议", "ruling": "中止执行裁定书",
        "parties": [{ "party": case["parties"][0]["id"] }, { "party": case["parties"][2]["id"] }],
        "instalments": [{ "dueOn": "2026-03-31", "amount": "400.00" }, { "dueOn": "2026-04-30", "amount": "300.00" }] })
}
pub fn with(input: &Value, path: &str, value: Value) -> Value {
    let mut input = input.clone();
    *input.pointer_mut(path).unwrap() = value;
    input
}
async fn queue(court: &Court, user: &User) -> Value {
    let ask = "query ($court: ID!) { viewer { queues(court: $court) { kind count overdue earliest lamp } } }";
    let mut seen = court.app.ask(Some(user), ask, json!({ "court": court.id.to_global() })).await;
    let queues = seen["viewer"]["queues"].take();
    queues.as_array().unwrap().iter().find(|queue| queue["kind"] == "INSTALMENTS").unwrap().clone()
}

async fn needs_both_sides(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let (settles, receives) =
        (lawyer(&court, &case, "郑某", &["SETTLE"]).await, lawyer(&court, &case, "冯某", &["RECEIVE_MONEY"]).await);
    let plain = settling(&case);
    let by =
        |paper: &Value| with(&plain, "/parties/0", json!({ "party": case["parties"][0]["id"], "agentPaper": paper }));
    let other = court.open("（2026）湘0102执13号", "1.00").await;
    for (input, code, law) in [
        (by(&receives), "AGENT_NOT_AUTHORISED", "执行和解规定 第4条"),
        (with(&plain, "/signedOn", json!("2026-03-03")), "DATE_INVALID", "执行和解规定 第2条"),
        (with(&plain, "/instalments/1/dueOn", json!("2026-03-31")), "DATE_INVALID", "执行和解规定 第2条"),
        (with(&plain, "/instalments/0/amount", json!("0.00")), "AMOUNT_INVALID", "本系统格式规则 金额"),
        (with(&plain, "/instalments", json!([])), "LIST_INVALID", "执行和解规定 第2条"),
        (with(&plain, "/parties/1/party", case["parties"][0]["id"].clone()), "LIST_INVALID", "执行和解规定 第2条"),
        (with(&plain, "/parties/1/party", other["parties"][2]["id"].clone()), "NOT_FOUND", ""),
        (
            with(&plain, "/parties", json!([{ "party": case["parties"][0]["id"] }])),
            "PARTY_MISSING",
            "执行和解规定 第2条",
        ),
    ] {
        assert_eq!(app.refused(officer, "recordSettlement", input).await, (code.into(), law.into()));
    }
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    assert_eq!(app.refused(&stranger, "recordSettlement", plain.clone()).await.0, "NOT_FOUND");
    let document = "mutation ($input: RecordSettlementInput!) { recordSettlement(input: $input) { replayed } }";
    let mut keyed = by(&settles);
    keyed["idempotencyKey"] = json!("settlement-1");
    let asked = app.error_code(Some(&court.finance), document, json!({ "input": keyed.clone() })).await;
    assert_eq!(asked, "FORBIDDEN");

    let done = app.done(officer, "recordSettlement", keyed.clone(), SETTLEMENT).await["settlement"].take();
    assert_eq!(app.done(officer, "recordSettlement", keyed, SETTLEMENT).await["replayed"], true);
    assert_eq!(
        (&done["status"], &done["total"], &done["paid"]),
        (&json!("IN_FORCE"), &json!("700.00"), &json!("0.00"))
    );
    assert_eq!(done["suspension"], json!({ "ground": "SETTLEMENT", "endedOn": null }));
    assert_eq!((&done["nextDueOn"], &done["lamp"]), (&json!("2026-03-31"), &json!("GREEN")));
    assert_eq!(done["parties"][0]["agentPaper"]["name"], "郑某");
    assert_eq!(done["case"]["status"], "SUSPENDED");
    let again = app.refused(officer, "recordSettlement", plain).await;
    assert_eq!(again, ("CASE_NOT_OPEN".into(), "执行和解规定 第2条".into()));

    // it goes on by the settlement's end alone; the ground is no ground of a plain suspension
    let resume = json!({ "case": case["id"], "document": "恢复执行通知书" });
    let refused = app.refused(officer, "resumeSuspendedCase", resume).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "执行和解规定 第11条".into()));
    let suspend = json!({ "case": other["id"], "ground": "SETTLEMENT", "document": "中止执行裁定书" });
    let refused = app.refused(officer, "suspendCase", suspend).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "执行和解规定 第2条".into()));

    // seen by its court and by nobody else
    let list = "query ($f: SettlementFilter) { settlements(filter: $f) { nodes { id } } }";
    let filter = json!({ "f": { "court": court.id.to_global(), "status": "IN_FORCE" } });
    let seen = app.ask(Some(officer), list, filter.clone()).await["settlements"]["nodes"].take();
    assert_eq!(seen, json!([{ "id": done["id"] }]));
    assert_eq!(app.ask(Some(&stranger), list, filter).await["settlements"]["nodes"], json!([]));
    court.app.finish().await;
}
both!(a_settlement_needs_both_sides_and_an_agent_with_authority, super::needs_both_sides);

async fn is_broken(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let made = app.done(officer, "recordSettlement", settling(&case), SETTLEMENT).await["settlement"].take();

    // what it brings in is paid out while the case stands still
    receive(&court, &case, "R-1", "400.00").await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "400.00" });
    let order = approved(&court, &people, draft).await;
    let paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { attempts { id } }").await;
    bank_pays(&court, &people, &paid["order"]["attempts"][0]).await;
    let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "100.00",
        "satisfiedOn": "2026-03-02", "document": "收条" });
    app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;

    let select = format!("settlements {{ {} }}", &SETTLEMENT[13..SETTLEMENT.len() - 2]);
    let seen = court.read(&case, &select).await["settlements"][0].take();
    assert_eq!((&seen["paid"], &seen["nextDueOn"]), (&json!("500.00"), &json!("2026-04-30")));
    assert_eq!(
        seen["instalments"],
        json!([{ "dueOn": "2026-03-31", "amount": "400.00", "paid": "400.00", "lamp": null },
            { "dueOn": "2026-04-30", "amount": "300.00", "paid": "100.00", "lamp": "GREEN" }])
    );
    assert_eq!(queue(&court, officer).await["count"], 0, "paid, or due in more than 30 days");
    let performed = json!({ "settlement": made["id"], "document": "履行完毕笔录" });
    let refused = app.refused(officer, "recordSettlementPerformed", performed).await;
    assert_eq!(refused, ("CLAIM_NOT_SATISFIED".into(), "执行和解规定 第8条".into()));

    app.go_to("2026-04-30T09:00:00+08:00").await;
    let waits = queue(&court, officer).await;
    assert_eq!(
        waits,
        json!({ "kind": "INSTALMENTS", "count": 1, "overdue": 0, "earliest": "2026-04-30", "lamp": "YELLOW" })
    );
    let end = |ground: &str, party: usize| {
        json!({ "settlement": made["id"], "party": case["parties"][party]["id"], "ground": ground,
            "document": "恢复执行申请书、裁定书" })
    };
    let early = app.refused(officer, "endSettlement", end("NOT_PERFORMED", 0)).await;
    assert_eq!(early, ("SETTLEMENT_STANDS".into(), "执行和解规定 第11条".into()), "its last day is in time");
    app.go_to("2026-05-01T09:00:00+08:00").await;
    assert_eq!(queue(&court, officer).await["overdue"], 1);
    let debtor = app.refused(officer, "endSettlement", end("NOT_PERFORMED", 2)).await;
    assert_eq!(debtor, ("PARTY_MISSING".into(), "执行和解规定 第9条".into()));
    assert_eq!(app.refused(officer, "endSettlement", end("NOT_PERFORMED", 1)).await.0, "NOT_FOUND", "did not settle");
    let mut input = end("NOT_PERFORMED", 0);
    input["idempotencyKey"] = json!("settlement-end-1");
    let ended = app.done(officer, "endSettlement", input.clone(), SETTLEMENT).await["settlement"].take();
    assert_eq!(app.done(officer, "endSettlement", input, SETTLEMENT).await["replayed"], true);
    assert_eq!((&ended["status"], &ended["ground"]), (&json!("ENDED"), &json!("NOT_PERFORMED")));
    assert_eq!((&ended["paid"], &ended["case"]["status"]), (&json!("500.00"), &json!("OPEN")));
    assert_eq!(ended["suspension"]["endedOn"], "2026-05-01");
    let again = app.refused(officer, "endSettlement", end("REPUDIATED", 0)).await;
    assert_eq!(again, ("WRONG_STATE".into(), "执行和解规定 第11条".into()));
    // what was performed counts, of the title too, and what comes later is not paid on the settlement
    receive(&court, &case, "R-2", "50.00").await;
    let seen = court.read(&case, "claims { outstanding } settlements { paid }").await;
    assert_eq!(seen, json!({ "claims": [{ "outstanding": "500.00" }], "settlements": [{ "paid": "500.00" }] }));
    assert_eq!(queue(&court, officer).await["count"], 0);
    court.app.finish().await;
}
both!(an_instalment_that_is_late_brings_the_title_back_and_payments_count, super::is_broken);

async fn is_performed(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let made = app.done(officer, "recordSettlement", settling(&case), SETTLEMENT).await["settlement"].take();
    let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "700.00",
        "satisfiedOn": "2026-03-02", "document": "收条" });
    app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;
    let conclude = json!({ "case": case["id"], "manner": "PERFORMED", "document": "结案通知书" });
    let early = app.refused(officer, "concludeCase", conclude.clone()).await;
    assert_eq!(early.0, "CLAIM_NOT_SATISFIED", "nobody has said yet that it is performed");
    let mut input = json!({ "settlement": made["id"], "document": "履行完毕笔录" });
    input["idempotencyKey"] = json!("settlement-done-1");
    let done = app.done(officer, "recordSettlementPerformed", input.clone(), SETTLEMENT).await["settlement"].take();
    assert_eq!(app.done(officer, "recordSettlementPerformed", input, SETTLEMENT).await["replayed"], true);
    assert_eq!(
        (&done["status"], &done["paid"], &done["nextDueOn"]),
        (&json!("PERFORMED"), &json!("700.00"), &Value::Null)
    );
    assert_eq!(done["case"]["status"], "OPEN");
    let end = json!({ "settlement": made["id"], "party": case["parties"][0]["id"], "ground": "REPUDIATED",
        "document": "恢复执行申请书" });
    assert_eq!(app.refused(officer, "endSettlement", end).await.0, "WRONG_STATE");
    // 300.00 of the title are left: the settlement has taken its place
    let closed = app.done(officer, "concludeCase", conclude, "case { status outstanding }").await["case"].take();
    assert_eq!(closed, json!({ "status": "CONCLUDED", "outstanding": "300.00" }));
    court.app.finish().await;
}
both!(a_settlement_that_is_performed_ends_the_case_as_performed, super::is_performed);

async fn is_postponed_by_an_agent(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let settles = lawyer(&court, &case, "郑某", &["SETTLE"]).await;
    let receives = lawyer(&court, &case, "冯某", &["RECEIVE_MONEY"]).await;
    let plain = json!({ "case": case["id"], "ground": "OTHER", "document": "中止执行裁定书", "agentPaper": null });
    let suspend =
        |ground: &str, paper: &Value| with(&with(&plain, "/ground", json!(ground)), "/agentPaper", paper.clone());
    let refused = app.refused(officer, "suspendCase", suspend("APPLICANT_AGREES", &receives)).await;
    assert_eq!(refused, ("AGENT_NOT_AUTHORISED".into(), "民诉法 第62条".into()));
    let refused = app.refused(officer, "suspendCase", suspend("PARTY_DIED", &settles)).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "民诉法 第267条".into()));
    let select = "suspension { ground agentPaper { name } case { status } }";
    let done = app.done(officer, "suspendCase", suspend("APPLICANT_AGREES", &settles), select).await;
    let expected =
        json!({ "ground": "APPLICANT_AGREES", "agentPaper": { "name": "郑某" }, "case": { "status": "SUSPENDED" } });
    assert_eq!(done["suspension"], expected);
    court.app.finish().await;
}
both!(an_agent_agrees_to_postpone_by_special_authority, super::is_postponed_by_an_agent);

/// What is paid on it by now.
async fn paid(court: &Court, case: &Value) -> Value {
    let mut seen = court.read(case, "settlements { paid }").await;
    seen["settlements"].as_array_mut().unwrap().pop().unwrap()["paid"].take()
}
fn satisfaction(claim: &Value, manner: &str, amount: &str) -> Value {
    json!({ "claim": claim, "manner": manner, "amount": amount, "satisfiedOn": "2026-03-02", "document": "收条" })
}

async fn counts_its_own_claims(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let joins = json!({ "role": "JOINING_CREDITOR", "kind": "PERSON", "name": "丙某" });
    let other = app.done(officer, "addParty", json!({ "case": case["id"], "party": joins }), "party { id }").await;
    let input = json!({ "creditor": other["party"]["id"], "claim": { "cause": "借款", "principal": "500.00" } });
    let other = app.done(officer, "addClaim", input, "claim { id }").await["claim"]["id"].take();
    let own = &case["claims"][0]["id"];
    let mut input = settling(&case);
    input["claims"] = json!([other]);
    assert_eq!(app.refused(officer, "recordSettlement", input.clone()).await.0, "NOT_FOUND", "he does not settle");
    input["claims"] = json!([own, own]);
    let twice = app.refused(officer, "recordSettlement", input.clone()).await;
    assert_eq!(twice, ("LIST_INVALID".into(), "执行和解规定 第8条".into()));
    input["claims"] = json!([own]);
    let select = "settlement { id claims { id } }";
    let made = app.done(officer, "recordSettlement", input, select).await["settlement"].take();
    assert_eq!(made["claims"], json!([{ "id": own }]));

    // an account is confirmed while the case stands still; whose the money is nobody knows yet
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    receive(&court, &case, "R-1", "700.00").await;
    assert_eq!(paid(&court, &case).await, "0.00");
    app.done(officer, "recordSatisfaction", satisfaction(own, "WAIVER", "100.00"), "satisfaction { id }").await;
    app.done(officer, "recordSatisfaction", satisfaction(&other, "DIRECT", "200.00"), "satisfaction { id }").await;
    assert_eq!(paid(&court, &case).await, "0.00", "neither a waiver nor what another creditor took");
    let order = |amount: &str| json!({ "case": case["id"], "claim": own, "payee": payee, "amount": amount });
    let more = app.refused(officer, "draftDisbursementOrder", order("700.01")).await;
    assert_eq!(more.0, "SATISFACTION_EXCEEDS_CLAIM", "900.00 of the title are open, 700.00 of the settlement");
    let first = approved(&court, &people, order("400.00")).await;
    let sent = app.done(&people.cashier, "payOut", json!({ "order": first["id"] }), "order { attempts { id } }").await;
    assert_eq!(paid(&court, &case).await, "400.00");
    bank_pays(&court, &people, &sent["order"]["attempts"][0]).await;
    assert_eq!(paid(&court, &case).await, "400.00");
    let more = app.refused(officer, "draftDisbursementOrder", order("300.01")).await;
    assert_eq!(more.0, "SATISFACTION_EXCEEDS_CLAIM");
    let performed = json!({ "settlement": made["id"], "document": "履行完毕笔录" });
    let early = app.refused(officer, "recordSettlementPerformed", performed.clone()).await;
    assert_eq!(early.0, "CLAIM_NOT_SATISFIED");
    app.done(officer, "recordSatisfaction", satisfaction(&other, "DIRECT", "300.00"), "satisfaction { id }").await;
    assert_eq!(paid(&court, &case).await, "700.00", "nobody else is owed: what stands there is for him");
    app.done(officer, "recordSettlementPerformed", performed, "settlement { id }").await;

    // what is left of the title is not owed any more, what was paid on the settlement is paid out
    let more = app.refused(officer, "draftDisbursementOrder", order("300.01")).await;
    assert_eq!(more.0, "SATISFACTION_EXCEEDS_CLAIM");
    let last = approved(&court, &people, order("300.00")).await;
    let sent = app.done(&people.cashier, "payOut", json!({ "order": last["id"] }), "order { attempts { id } }").await;
    bank_pays(&court, &people, &sent["order"]["attempts"][0]).await;
    receive(&court, &case, "R-2", "10.00").await;
    assert_eq!(app.refused(officer, "draftDisbursementOrder", order("0.01")).await.0, "SATISFACTION_EXCEEDS_CLAIM");
    let again = app.refused(officer, "recordSettlement", settling(&case)).await;
    assert_eq!(again, ("LIST_INVALID".into(), "执行和解规定 第8条".into()), "settled for good");
    let applicant = &case["parties"][0]["id"];
    let end =
        |ground: &str| json!({ "settlement": made["id"], "party": applicant, "ground": ground, "document": "判决书" });
    assert_eq!(app.refused(officer, "endSettlement", end("REPUDIATED")).await.0, "WRONG_STATE");
    let ended = app.done(officer, "endSettlement", end("FRAUD_OR_DURESS"), SETTLEMENT).await["settlement"].take();
    let seen = (&ended["status"], &ended["ground"], &ended["paid"], &ended["case"]["status"]);
    assert_eq!(seen, (&json!("ENDED"), &json!("FRAUD_OR_DURESS"), &json!("700.00"), &json!("OPEN")));
    app.done(officer, "draftDisbursementOrder", order("10.00"), "order { id }").await;
    court.app.finish().await;
}
both!(only_what_is_paid_on_its_claims_performs_a_settlement, super::counts_its_own_claims);

async fn follows_another(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let own = &case["claims"][0]["id"];
    let made = app.done(officer, "recordSettlement", settling(&case), SETTLEMENT).await["settlement"].take();
    receive(&court, &case, "R-1", "50.00").await;
    app.done(officer, "recordSatisfaction", satisfaction(own, "DIRECT", "400.00"), "satisfaction { id }").await;
    let end = json!({ "settlement": made["id"], "party": case["parties"][0]["id"], "ground": "REPUDIATED",
        "document": "恢复执行申请书、裁定书" });
    let ended = app.done(officer, "endSettlement", end, SETTLEMENT).await["settlement"].take();
    assert_eq!(ended["paid"], "450.00");
    let early =
        app.refused(officer, "recordSettlement", with(&settling(&case), "/signedOn", json!("2026-03-01"))).await;
    assert_eq!(early, ("DATE_INVALID".into(), "民诉解释 第465条".into()));
    app.go_to("2026-03-03T09:00:00+08:00").await;
    let same_day = app.done(officer, "recordSettlement", settling(&case), SETTLEMENT).await["settlement"].take();
    assert_eq!((&same_day["status"], &same_day["paid"]), (&json!("IN_FORCE"), &json!("0.00")), "counted before");
    app.done(officer, "recordSatisfaction", satisfaction(own, "DIRECT", "100.00"), "satisfaction { id }").await;
    assert_eq!(paid(&court, &case).await, "100.00");
    court.app.finish().await;
}
both!(what_was_paid_on_one_settlement_counts_for_no_other, super::follows_another);

async fn is_stopped(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let made = app.done(officer, "recordSettlement", settling(&case), SETTLEMENT).await["settlement"].take();
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    receive(&court, &case, "R-1", "400.00").await;
    let order = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let suspend = |ground: &str| json!({ "case": case["id"], "ground": ground, "document": "中止执行裁定书" });
    let select = "suspension { case { status } }";
    app.done(officer, "suspendCase", suspend("RETRIAL"), select).await;
    let stopped = app.refused(officer, "draftDisbursementOrder", order.clone()).await;
    assert_eq!(stopped, ("CASE_NOT_OPEN".into(), "执行款物规定 第10条".into()));
    assert_eq!(
        app.refused(officer, "suspendCase", suspend("PARTY_DIED")).await.0,
        "CASE_NOT_OPEN",
        "one more at a time"
    );
    let resume = json!({ "case": case["id"], "document": "恢复执行通知书" });
    let resumed = app.done(officer, "resumeSuspendedCase", resume.clone(), select).await;
    assert_eq!(resumed["suspension"]["case"]["status"], "SUSPENDED", "the settlement is still being performed");
    assert_eq!(app.refused(officer, "resumeSuspendedCase", resume.clone()).await.1, "执行和解规定 第11条");
    app.done(officer, "draftDisbursementOrder", order, "order { id }").await;

    // the settlement ends, the other ground stays
    app.done(officer, "suspendCase", suspend("OUTSIDER_OBJECTION"), select).await;
    let end = json!({ "settlement": made["id"], "party": case["parties"][0]["id"], "ground": "REPUDIATED",
        "document": "恢复执行申请书、裁定书" });
    let ended = app.done(officer, "endSettlement", end, SETTLEMENT).await["settlement"].take();
    assert_eq!((&ended["status"], &ended["case"]["status"]), (&json!("ENDED"), &json!("SUSPENDED")));
    let resumed = app.done(officer, "resumeSuspendedCase", resume, select).await;
    assert_eq!(resumed["suspension"]["case"]["status"], "OPEN");
    court.app.finish().await;
}
both!(a_settled_case_is_stopped_on_a_further_ground, super::is_stopped);
