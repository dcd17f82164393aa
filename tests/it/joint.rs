//! Agents of bidders and joint bidders over the API: what they hand in, confirmed before the start, named after the
//! sale, barred together.

use crate::{
    auction::{END, ITEMS, START, Sale, citizen},
    both,
    cases::WORKER,
    support::{app::User, database::TestDatabase},
};
use duixian::oversight::verify::verify;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::collections::HashSet;

const OWN: &str = "registration { id status reviewReason depositAccountNumber
    papers { bidders { name maskedIdentityNumber shareParts paysDeposit } agreement agent { name acts until }
        confirmedAt } }";
const APPLICATION: &str = "registration { status reviewReason papers { joint byAgent confirmedAt } }";

fn person(serial: u32, parts: Option<i32>, pays: bool) -> Value {
    json!({ "name": format!("竞买人{serial}"), "identityNumber": citizen(serial), "shareParts": parts,
        "paysDeposit": pays, "undertaking": true })
}
/// Both with shares, the second pays the deposit.
pub fn together(sale: &Sale, first: u32, second: u32) -> Value {
    let bidders = [person(first, Some(3), false), person(second, Some(2), true)];
    json!({ "lot": sale.lot, "papers": { "bidders": bidders, "agreement": "共同竞买协议" } })
}
/// For 竞买人9, who pays the deposit.
pub fn by_agent(sale: &Sale) -> Value {
    let agent = json!({ "acts": ["BID"], "validFrom": "2026-04-16", "until": "2026-04-30", "document": "授权委托书" });
    json!({ "lot": sale.lot, "papers": { "bidders": [person(9, None, true)], "agent": agent } })
}
fn with(input: &Value, path: &str, value: Value) -> Value {
    let mut input = input.clone();
    *input.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    input
}
pub async fn register(sale: &Sale, user: &User, input: Value) -> Value {
    sale.court.app.done(user, "registerForLot", input, OWN).await["registration"].take()
}
pub async fn decide(sale: &Sale, registration: &Value, admit: bool) -> Value {
    let input = json!({ "registration": registration["id"], "admit": admit, "reason": "核对原件" });
    sale.court.app.done(&sale.clerk, "decideQualification", input, APPLICATION).await["registration"].take()
}
pub async fn refused_admission(sale: &Sale, registration: &Value) -> (String, String) {
    let input = json!({ "registration": registration["id"], "admit": true, "reason": "核对原件" });
    sale.court.app.refused(&sale.clerk, "decideQualification", input).await
}
pub fn says(code: &str, law: &str) -> (String, String) {
    (code.to_owned(), law.to_owned())
}

async fn incomplete(sale: &Sale, anna: &User) {
    let app = &sale.court.app;
    let good = together(sale, 1, 2);
    for (path, value, code, law) in [
        ("/papers/agreement", Value::Null, "BIDDER_PAPERS_INCOMPLETE", "民法典 第518条"),
        ("/papers/bidders/1/shareParts", Value::Null, "BIDDER_PAPERS_INCOMPLETE", "民法典 第308条"),
        ("/papers/bidders/1/paysDeposit", json!(false), "BIDDER_PAPERS_INCOMPLETE", "网拍规定 第17条"),
        ("/papers/bidders/0", person(3, Some(3), false), "BIDDER_PAPERS_INCOMPLETE", "民法典 第165条"),
        ("/papers/bidders/1", person(1, Some(2), true), "LIST_INVALID", "本系统格式规则 文本"),
        ("/papers/bidders", json!([]), "LIST_INVALID", "本系统格式规则 文本"),
        ("/papers/bidders/0/name", json!("另一人"), "BIDDER_NAME_MISMATCH", "网拍规定 第17条"),
    ] {
        assert_eq!(app.refused(anna, "registerForLot", with(&good, path, value)).await, says(code, law), "{path}");
    }
    let unreadable = with(&good, "/papers/bidders/1/identityNumber", json!("12345"));
    let refused = app.refused(anna, "registerForLot", unreadable).await;
    assert_eq!(refused.0, "CITIZEN_ID_INVALID");
}

/// What the clerk sees on record, and nobody else.
async fn opened(sale: &Sale, registration: &Value) {
    let app = &sale.court.app;
    let input = json!({ "registration": registration["id"] });
    let select = "papers { bidders { name } agreement confirmedAt }";
    let mut once = input.clone();
    once["idempotencyKey"] = json!("opened-by-clerk");
    for replayed in [false, true] {
        let seen = app.done(&sale.clerk, "openBidderPapers", once.clone(), select).await;
        assert_eq!(seen["papers"]["bidders"], json!([{ "name": "竞买人1" }, { "name": "竞买人2" }]));
        assert_eq!((&seen["papers"]["agreement"], &seen["replayed"]), (&json!("共同竞买协议"), &json!(replayed)));
    }
    let document = "mutation ($input: OpenBidderPapersInput!) { openBidderPapers(input: $input) { replayed } }";
    let mut keyed = input;
    keyed["idempotencyKey"] = json!("opened-by-officer");
    let officer = Some(&sale.court.officer);
    assert_eq!(app.error_code(officer, document, json!({ "input": keyed })).await, "FORBIDDEN");
    let seen = sale.lot(officer, "applications { reviewReason papers { joint byAgent confirmedAt } }").await;
    let papers = json!({ "joint": true, "byAgent": false, "confirmedAt": null });
    assert_eq!(seen["applications"], json!([{ "reviewReason": "共同竞买手续待确认", "papers": papers }]));
    let alone = sale.register(20, None).await.1;
    let none = json!({ "registration": alone["id"] });
    assert_eq!(app.refused(&sale.clerk, "openBidderPapers", none).await.0, "NOT_FOUND");
}

/// Two pairs whom the court did not confirm: one because a person bids by himself, one because nobody came in time.
async fn unconfirmed(sale: &Sale) -> (User, Value) {
    let (carl, dora, erik) = (sale.sign_up(3).await, sale.sign_up(4).await, sale.sign_up(5).await);
    let pair = register(sale, &carl, together(sale, 3, 4)).await;
    // to be named by others keeps nobody from bidding himself
    register(sale, &dora, json!({ "lot": sale.lot })).await;
    assert_eq!(refused_admission(sale, &pair).await, says("ALREADY_EXISTS", "网拍规定 第18条"));
    assert_eq!(decide(sale, &pair, false).await["status"], "BARRED");
    let late = register(sale, &erik, together(sale, 5, 6)).await;
    (erik, late)
}

async fn buys_together(database: TestDatabase) {
    let (mut sale, case) = Sale::draft(database).await;
    sale.announce(&case).await;
    let (app, anna, bert) = (&sale.court.app, sale.sign_up(1).await, sale.sign_up(2).await);
    incomplete(&sale, &anna).await;
    let mut keyed = together(&sale, 1, 2);
    keyed["idempotencyKey"] = json!("together-1");
    let own = register(&sale, &anna, keyed.clone()).await;
    assert_eq!((&own["status"], &own["reviewReason"]), (&json!("UNDER_REVIEW"), &json!("共同竞买手续待确认")));
    assert_eq!(own["papers"]["bidders"][1]["shareParts"], 2);
    let masked = own["papers"]["bidders"][0]["maskedIdentityNumber"].as_str().unwrap();
    assert!(masked.starts_with("110***"), "{masked}");
    assert_eq!(app.done(&anna, "registerForLot", keyed, OWN).await["replayed"], true);
    opened(&sale, &own).await;
    // the deposit of the one whom they named; nobody bids before the confirmation
    sale.pay("D1", &[(&own, 2, "100000.00")]).await;
    let select = "myRegistration { status reviewReason bidderCode }";
    let waits = json!({ "status": "UNDER_REVIEW", "reviewReason": "共同竞买手续待确认", "bidderCode": null });
    assert_eq!(sale.lot(Some(&anna), select).await["myRegistration"], waits);
    let confirmed = decide(&sale, &own, true).await;
    assert_eq!(confirmed["status"], "QUALIFIED");
    assert!(confirmed["papers"]["confirmedAt"].is_string());
    assert_eq!(refused_admission(&sale, &own).await, says("WRONG_STATE", "网拍规定 第34条"));
    let twice = app.refused(&bert, "registerForLot", json!({ "lot": sale.lot })).await;
    assert_eq!(twice, says("ALREADY_EXISTS", "网拍规定 第18条"));
    let (erik, late) = unconfirmed(&sale).await;

    app.go_to(START).await;
    assert_eq!(refused_admission(&sale, &late).await, says("BIDDER_PAPERS_TOO_LATE", "网拍规定 第14条"));
    let fred = sale.sign_up(7).await;
    let started = app.refused(&fred, "registerForLot", together(&sale, 7, 8)).await;
    assert_eq!(started, says("BIDDER_PAPERS_TOO_LATE", "网拍规定 第14条"));
    assert_eq!(app.refused(&erik, "placeBid", sale.offer("500000.00")).await.0, "NOT_QUALIFIED");
    sale.bid(&anna, "500000.00").await;
    assert_eq!(sale.lot(None, "result { purchaserName }").await["result"], Value::Null);
    app.go_to(END).await;
    let sold = sale.lot(None, "result { purchaserName jointPurchasers { name shareParts } }").await["result"].take();
    let both = json!([{ "name": "竞买人1", "shareParts": 3 }, { "name": "竞买人2", "shareParts": 2 }]);
    assert_eq!((&sold["purchaserName"], &sold["jointPurchasers"]), (&json!("竞买人1、竞买人2"), &both));
    let confirmation = json!({ "kind": "SALE_CONFIRMATION", "subject": sale.lot });
    app.done(&sale.court.officer, "createDocument", confirmation, "document { number }").await;

    // a default keeps both out of the later rounds, also as one of others
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    app.done(&sale.court.officer, "declareDefault", ruling, "lot { status }").await;
    sold_again(&mut sale, &case).await;
    stay_out(&sale, [&anna, &bert], &fred).await;
    sale.court.app.finish().await;
}
both!(netauction_14_and_24_joint_bidders_are_confirmed_named_and_barred_together, super::buys_together);

/// Neither of the defaulters takes part again, by himself, for another or through one of others.
async fn stay_out(sale: &Sale, defaulters: [&User; 2], fred: &User) {
    let app = &sale.court.app;
    let barred = says("BIDDER_BARRED", "网拍规定 第24条");
    let agent = with(&by_agent(sale), "/papers/agent/until", json!("2026-06-30"));
    for user in defaulters {
        assert_eq!(app.refused(user, "registerForLot", json!({ "lot": sale.lot })).await, barred);
        assert_eq!(app.refused(user, "registerForLot", agent.clone()).await, barred, "as an agent");
    }
    // who names a defaulter learns nothing of it: the clerk does
    let own = register(sale, fred, together(sale, 7, 2)).await;
    assert_eq!(own["reviewReason"], "共同竞买手续待确认");
    let seen = sale.lot(Some(&sale.court.officer), "applications { papers { screening } }").await;
    let told = "第2竞买人：曾悔拍或者未获批准，不得再次竞买";
    assert_eq!(seen["applications"], json!([{ "papers": { "screening": told } }]));
    assert_eq!(refused_admission(sale, &own).await, barred);
    assert_eq!(decide(sale, &own, false).await["status"], "BARRED");
    let gina = sale.sign_up(8).await;
    let innocent = register(sale, &gina, together(sale, 8, 11)).await;
    assert_eq!(decide(sale, &innocent, true).await["status"], "AWAITING_DEPOSIT");
}

/// Publishes the round after a default and turns to it.
async fn sold_again(sale: &mut Sale, case: &Value) {
    let next = json!({ "lot": sale.lot, "documentNumber": "重新拍卖决定1号" });
    let opened = sale.court.app.done(&sale.court.officer, "openNextRound", next, "lot { id lotNumber }").await;
    sale.lot = opened["lot"]["id"].clone();
    sale.number = opened["lot"]["lotNumber"].as_str().unwrap().to_owned();
    sale.decide("500000.00").await;
    sale.notify(case, "2026-05-06").await;
    sale.court.app.go_to("2026-05-11T09:00:00+08:00").await;
    let publish = sale.announcement("2026-06-11T10:00:00.000+08:00", "2026-06-12T10:00:00.000+08:00");
    sale.court.app.done(&sale.court.officer, "publishAnnouncement", publish, "lot { version }").await;
}

async fn rejected(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, anna, bert) = (&sale.court.app, sale.sign_up(1).await, sale.sign_up(2).await);
    let own = register(&sale, &anna, together(&sale, 1, 2)).await;
    assert_eq!(decide(&sale, &own, true).await["status"], "AWAITING_DEPOSIT");
    let alone = json!({ "lot": sale.lot });
    assert_eq!(app.refused(&bert, "registerForLot", alone.clone()).await.0, "ALREADY_EXISTS");
    // the first of them is one of the bidders, but not the one whom they named to pay
    sale.pay("D1", &[(&own, 1, "100000.00")]).await;
    let seen = sale.lot(Some(&anna), "myRegistration { status reviewReason }").await["myRegistration"].take();
    assert_eq!(seen, json!({ "status": "UNDER_REVIEW", "reviewReason": "保证金付款人与报名人名称不一致" }));
    app.go_to(START).await;
    assert_eq!(decide(&sale, &own, false).await["status"], "BARRED", "it is no longer about the papers");
    assert_eq!(register(&sale, &bert, alone).await["status"], "AWAITING_DEPOSIT");
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "status").await["status"], "UNSOLD");
    sale.court.app.finish().await;
}
both!(netauction_18_a_barred_registration_shuts_nobody_out, super::rejected);

/// A published house under local purchase limits.
async fn restricted(database: TestDatabase) -> Sale {
    let (sale, case) = Sale::draft(database).await;
    let input = json!({ "case": case["id"], "title": "限购区域住宅", "category": "IMMOVABLE",
        "appraisalPrice": "700000.00", "purchaseRestricted": true });
    let drafted = sale.court.app.done(&sale.court.officer, "draftLot", input, "lot { id lotNumber }").await;
    let number = drafted["lot"]["lotNumber"].as_str().unwrap().to_owned();
    let sale = Sale { lot: drafted["lot"]["id"].clone(), number, ..sale };
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
    let publish = sale.announcement(START, END);
    sale.court.app.done(&sale.court.officer, "publishAnnouncement", publish, "lot { version }").await;
    sale
}

async fn buys_for_another(database: TestDatabase) {
    let sale = restricted(database).await;
    let (app, agent) = (&sale.court.app, sale.sign_up(1).await);
    let good = by_agent(&sale);
    for (path, value, code, law) in [
        ("/papers/agent/until", json!("2026-04-17"), "DATE_INVALID", "民法典 第165条"),
        ("/papers/agent/validFrom", json!("2026-04-17"), "DATE_INVALID", "民法典 第165条"),
        ("/papers/agent/acts", json!(["UNDERTAKE"]), "AGENT_NOT_AUTHORISED", "民法典 第165条"),
        ("/papers/bidders/0", person(1, None, true), "LIST_INVALID", "民法典 第168条"),
        ("/papers/bidders/0/undertaking", json!(false), "UNDERTAKING_MISSING", "房产竞买人规定 第2条"),
    ] {
        assert_eq!(app.refused(&agent, "registerForLot", with(&good, path, value)).await, says(code, law), "{path}");
    }
    let bar = json!({ "lot": sale.lot, "identityNumber": citizen(1), "reason": "合议庭成员的近亲属" });
    app.done(&sale.court.officer, "barPerson", bar, "lot { id }").await;
    let own = register(&sale, &agent, good).await;
    assert_eq!(own["reviewReason"], "委托竞买手续待确认", "the bidder is not told what the clerk looks into");
    let shown = json!({ "name": "竞买人1", "acts": ["BID"], "until": "2026-04-30" });
    assert_eq!((&own["papers"]["agent"], &own["papers"]["agreement"]), (&shown, &Value::Null));
    // the agent's own account is not the bidder's: the clerk sees that beside the rest
    sale.pay("D1", &[(&own, 1, "100000.00")]).await;
    let seen = sale.lot(Some(&agent), "myRegistration { reviewReason }").await["myRegistration"].take();
    assert_eq!(seen["reviewReason"], "委托竞买手续待确认；保证金付款人与报名人名称不一致");
    // another names the agent as one of his own side, in a name that his account does not bear
    let bert = sale.sign_up(2).await;
    let both_sides = with(&together(&sale, 2, 1), "/papers/bidders/1/name", json!("另一人"));
    let theirs = register(&sale, &bert, both_sides).await;
    let seen = sale.lot(Some(&sale.court.officer), "applications { papers { screening } }").await;
    let twice = "第2竞买人：合议庭成员的近亲属；第2竞买人：姓名或者名称与其实名账户不一致";
    let applications = seen["applications"].as_array().unwrap().iter();
    let screened: HashSet<_> = applications.map(|row| row["papers"]["screening"].as_str().unwrap()).collect();
    assert_eq!(screened, HashSet::from(["代理人：合议庭成员的近亲属", twice]));
    let admitted = decide(&sale, &own, true).await;
    assert_eq!((&admitted["status"], &admitted["papers"]["byAgent"]), (&json!("QUALIFIED"), &json!(true)));
    assert_eq!(refused_admission(&sale, &theirs).await, says("ALREADY_EXISTS", "网拍规定 第18条"));

    app.go_to(START).await;
    sale.bid(&agent, "500000.00").await;
    app.go_to(END).await;
    let sold = sale.lot(None, "result { purchaserName jointPurchasers { name } }").await["result"].take();
    assert_eq!(sold, json!({ "purchaserName": "竞买人9", "jointPurchasers": [] }));
    // to speak for the purchaser once more is an act that his power does not name
    let again = json!({ "lot": sale.lot, "undertaking": true });
    let refused = app.refused(&agent, "renewUndertaking", again).await;
    assert_eq!(refused, says("AGENT_NOT_AUTHORISED", "民法典 第165条"));
    sale.court.app.finish().await;
}
both!(netauction_14_and_civil_code_165_an_agent_bids_within_his_power, super::buys_for_another);

async fn outlives_the_power(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (agent, other) = (sale.sign_up(1).await, sale.bidder(2).await);
    let until_the_18th = with(&by_agent(&sale), "/papers/agent/until", json!("2026-04-18"));
    let own = register(&sale, &agent, until_the_18th).await;
    sale.pay("D9", &[(&own, 9, "100000.00")]).await;
    let unknown = json!({ "registration": own["id"], "admit": true, "reason": "核对原件", "powerUntil": "2026-04-30" });
    assert_eq!(app.refused(&sale.clerk, "decideQualification", unknown).await.0, "TEXT_INVALID", "no document");
    assert_eq!(decide(&sale, &own, true).await["status"], "QUALIFIED");
    app.go_to(START).await;
    sale.bid(&agent, "500000.00").await;
    app.go_to("2026-04-17T09:59:41.000+08:00").await;
    app.done(officer, "suspendLot", json!({ "lot": sale.lot, "reason": "案外人异议" }), "lot { status }").await;
    app.go_to("2026-04-18T09:00:00+08:00").await;
    let resume = json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-18",
        "resumesAt": "2026-04-20T10:00:00.000+08:00" });
    app.done(officer, "resumeLot", resume, "lot { status }").await;
    let seen = sale.lot(Some(&agent), "myRegistration { status deposit { status } }").await["myRegistration"].take();
    assert_eq!(seen, json!({ "status": "UNDER_REVIEW", "deposit": { "status": "HELD" } }));

    // what he bid stands; another leads, and he answers only by a power that covers the day of the end
    app.go_to("2026-04-20T10:00:00+08:00").await;
    assert_eq!(sale.lot(None, "currentPrice").await["currentPrice"], "500000.00");
    sale.bid(&other, "510000.00").await;
    assert_eq!(app.refused(&agent, "placeBid", sale.offer("520000.00")).await.0, "NOT_QUALIFIED");
    assert_eq!(refused_admission(&sale, &own).await, says("DATE_INVALID", "民法典 第165条"));
    let prolonged = |until: &str| {
        json!({ "registration": own["id"], "admit": true, "reason": "已延长授权", "powerUntil": until,
            "powerDocument": "授权委托书（延长）" })
    };
    // a first power must outlast the day of the end, and so must this one; none is shortened by prolonging it
    let barred = |mut input: Value| {
        input["admit"] = json!(false);
        input
    };
    let mut no_day = prolonged("2026-04-21");
    no_day.as_object_mut().unwrap().remove("powerUntil");
    for (input, code) in [
        (prolonged("2026-04-18"), "DATE_INVALID"),
        (prolonged("2026-04-20"), "DATE_INVALID"),
        (barred(prolonged("2026-04-21")), "DATE_INVALID"),
        (barred(no_day.clone()), "TEXT_INVALID"),
        (no_day, "TEXT_INVALID"),
    ] {
        let refused = app.refused(&sale.clerk, "decideQualification", input.clone()).await;
        assert_eq!(refused, says(code, "民法典 第165条"), "{input}");
    }
    let mut keyed = prolonged("2026-04-21");
    keyed["idempotencyKey"] = json!("prolonged-1");
    let admitted = app.done(&sale.clerk, "decideQualification", keyed.clone(), APPLICATION).await;
    assert_eq!(admitted["registration"]["status"], "QUALIFIED");
    assert_eq!(app.done(&sale.clerk, "decideQualification", keyed, APPLICATION).await["replayed"], true);
    let select = "myRegistration { papers { agent { until document } formerPowers { until document } } }";
    let powers = sale.lot(Some(&agent), select).await["myRegistration"]["papers"].take();
    assert_eq!(
        powers,
        json!({ "agent": { "until": "2026-04-21", "document": "授权委托书（延长）" },
            "formerPowers": [{ "until": "2026-04-18", "document": "授权委托书" }] })
    );
    sale.bid(&agent, "520000.00").await;
    app.go_to("2026-04-20T12:00:00+08:00").await;
    let sold = sale.lot(None, "status result { purchaserName }").await;
    assert_eq!(sold, json!({ "status": "SOLD", "result": { "purchaserName": "竞买人9" } }));
    sale.court.app.finish().await;
}
both!(civil_code_165_a_stopped_sale_waits_for_a_prolonged_power, super::outlives_the_power);

/// What the checks of bidders find when rows were changed behind the program.
async fn verified(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, anna) = (&sale.court.app, sale.sign_up(1).await);
    let own = register(&sale, &anna, together(&sale, 1, 2)).await;
    decide(&sale, &own, true).await;
    sale.pay("D1", &[(&own, 2, "100000.00")]).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    app.done(&sale.court.officer, "declareDefault", ruling, "lot { status }").await;
    app.settle().await;
    let found = async || {
        let report = verify(&app.database.db, app.clock.now(), None).await.unwrap();
        let checks: HashSet<_> = report.violations.iter().map(|violation| violation.check).collect();
        let mut checks: Vec<_> = checks.into_iter().filter(|check| check.starts_with("bidders.")).collect();
        checks.sort_unstable();
        checks
    };
    assert_eq!(found().await, [""; 0]);
    let change = async |text: &'static str| {
        let done = app
            .database
            .db
            .write_with(move |tx| Box::pin(async move { Ok(tx.execute_unprepared(text).await.map(|_| ())?) }));
        done.await.unwrap();
    };
    change("UPDATE bidder_papers SET confirmed_at = confirmed_at + 10000000000000").await;
    assert_eq!(found().await, ["bidders.confirmed"]);
    // a third, for whom nobody agreed on a share, nobody is named and nobody is kept out
    change(
        "INSERT INTO bidder_person (registration_id, ordinal, court_id, person_sealed, share_parts, pays_deposit)
         SELECT registration_id, 3, court_id, person_sealed, NULL, FALSE FROM bidder_person WHERE ordinal = 1",
    )
    .await;
    assert_eq!(found().await, ["bidders.barred", "bidders.confirmed", "bidders.papers", "bidders.purchasers"]);
    let refused = app.database.db.write_with(move |tx| {
        Box::pin(async move { Ok(tx.execute_unprepared("DELETE FROM bidder_person").await.map(|_| ())?) })
    });
    assert!(refused.await.is_err(), "whom a registration named stays named");
    sale.court.app.leave().await;
}
both!(changed_papers_are_found_by_verify, super::verified);

/// Bidding for the applicant of the case, whose claim is above the deposit.
async fn for_the_applicant(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let agent = sale.sign_up(1).await;
    let mut input = by_agent(&sale);
    input["papers"]["bidders"][0]["name"] = json!("易某");
    input["papers"]["bidders"][0]["identityNumber"] = json!(WORKER);
    let own = register(&sale, &agent, input).await;
    let select = "myRegistration { status deposit { required status } }";
    let asked = sale.lot(Some(&agent), select).await["myRegistration"]["deposit"]["required"].take();
    assert_eq!(asked, "100000.00", "the amount tells no stranger who the applicant is");
    assert_eq!(decide(&sale, &own, true).await["status"], "QUALIFIED");
    let seen = sale.lot(Some(&agent), select).await["myRegistration"].take();
    assert_eq!(seen, json!({ "status": "QUALIFIED", "deposit": { "required": "0.00", "status": "NOT_REQUIRED" } }));
    sale.court.app.finish().await;
}
both!(netauction_17_the_applicants_claim_counts_once_his_agent_is_confirmed, super::for_the_applicant);
