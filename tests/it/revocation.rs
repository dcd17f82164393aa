//! A principal takes back the power of the agent who bids for him: before the start a new one takes its place,
//! afterwards the agent bids no more, and what he bid stands.

use crate::{
    auction::{END, START, Sale},
    both,
    joint::{by_agent, decide, refused_admission, register, says},
    support::{app::User, database::TestDatabase},
};
use serde_json::{Value, json};

const SEEN: &str = "registration { status reviewReason papers { byAgent confirmedAt revokedAt } }";

/// An agent for 竞买人9, admitted, whose deposit stands.
async fn admitted(sale: &Sale) -> (User, Value) {
    let agent = sale.sign_up(1).await;
    let own = register(sale, &agent, by_agent(sale)).await;
    sale.pay("D9", &[(&own, 9, "100000.00")]).await;
    assert_eq!(decide(sale, &own, true).await["status"], "QUALIFIED");
    (agent, own)
}
fn revocation(registration: &Value) -> Value {
    json!({ "registration": registration["id"], "document": "撤销委托书" })
}
fn new_power(registration: &Value, until: &str, acts: &[&str]) -> Value {
    json!({ "registration": registration["id"], "admit": true, "reason": "核对新的授权委托书", "powerUntil": until,
        "powerDocument": "授权委托书（新）", "powerActs": acts })
}

async fn revoked(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, clerk) = (&sale.court.app, &sale.clerk);
    let (agent, own) = admitted(&sale).await;
    let other = sale.bidder(2).await;
    let alone = sale.register(3, None).await.1;
    assert_eq!(app.refused(clerk, "recordPowerRevocation", revocation(&alone)).await.0, "NOT_FOUND");
    let mut keyed = revocation(&own);
    keyed["idempotencyKey"] = json!("revoked-by-9");
    let document =
        "mutation ($input: RecordPowerRevocationInput!) { recordPowerRevocation(input: $input) { replayed } }";
    let officer = Some(&sale.court.officer);
    assert_eq!(app.error_code(officer, document, json!({ "input": keyed.clone() })).await, "FORBIDDEN");
    let done = app.done(clerk, "recordPowerRevocation", keyed.clone(), SEEN).await["registration"].take();
    assert_eq!(done["status"], "UNDER_REVIEW");
    assert_eq!(done["reviewReason"], "委托人撤销委托，待提交新的授权委托书");
    assert!(done["papers"]["revokedAt"].is_string());
    assert_eq!(app.done(clerk, "recordPowerRevocation", keyed, SEEN).await["replayed"], true);
    let twice = app.refused(clerk, "recordPowerRevocation", revocation(&own)).await;
    assert_eq!(twice, says("ALREADY_EXISTS", "民法典 第173条"));

    // only a new power that names bidding and outlasts the end takes its place
    assert_eq!(refused_admission(&sale, &own).await, says("AGENT_NOT_AUTHORISED", "民法典 第173条"));
    for (until, acts, code) in [
        ("2026-04-17", vec!["BID"], "DATE_INVALID"),
        ("2026-04-30", vec!["UNDERTAKE"], "AGENT_NOT_AUTHORISED"),
        ("2026-04-30", vec!["BID", "BID"], "LIST_INVALID"),
    ] {
        let refused = app.refused(clerk, "decideQualification", new_power(&own, until, &acts)).await;
        assert_eq!(refused, says(code, "民法典 第165条"), "{until} {acts:?}");
    }
    let admitted = new_power(&own, "2026-04-30", &["UNDERTAKE", "BID"]);
    let admitted = app.done(clerk, "decideQualification", admitted, SEEN).await["registration"].take();
    assert_eq!((&admitted["status"], &admitted["papers"]["revokedAt"]), (&json!("QUALIFIED"), &Value::Null));
    let agents = "myRegistration { papers { agent { acts document revokedAt revocation } } }";
    let agents = sale.lot(Some(&agent), agents).await["myRegistration"]["papers"]["agent"].take();
    let both = ["BID", "UNDERTAKE"];
    let new = json!({ "acts": both, "document": "授权委托书（新）", "revokedAt": null, "revocation": null });
    assert_eq!(agents, new);

    // he leads when the power is taken back: his bid stands and wins, another one is not taken
    app.go_to(START).await;
    sale.bid(&other, "500000.00").await;
    sale.bid(&agent, "510000.00").await;
    app.go_to("2026-04-16T10:05:00+08:00").await;
    let done = app.done(clerk, "recordPowerRevocation", revocation(&own), SEEN).await["registration"].take();
    assert_eq!(done["status"], "QUALIFIED", "bids of before may still be on their way");
    let refused = app.refused(&agent, "placeBid", sale.offer("520000.00")).await;
    assert_eq!(refused, says("AGENT_NOT_AUTHORISED", "民法典 第173条"));
    assert_eq!(refused_admission(&sale, &own).await, says("WRONG_STATE", "网拍规定 第34条"));
    app.go_to(END).await;
    let sold = sale.lot(None, "status currentPrice result { purchaserName }").await;
    let result = json!({ "purchaserName": "竞买人9" });
    assert_eq!(sold, json!({ "status": "SOLD", "currentPrice": "510000.00", "result": result }));
    sale.court.app.finish().await;
}
both!(civil_code_173_an_agent_whose_power_is_revoked_bids_no_more, super::revoked);

async fn bids_himself(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, clerk) = (&sale.court.app, &sale.clerk);
    let (agent, own) = admitted(&sale).await;
    let principal = sale.sign_up(9).await;
    let himself = json!({ "lot": sale.lot });
    let shut_out = app.refused(&principal, "registerForLot", himself.clone()).await;
    assert_eq!(shut_out, says("ALREADY_EXISTS", "网拍规定 第18条"));
    app.done(clerk, "recordPowerRevocation", revocation(&own), SEEN).await;
    assert_eq!(register(&sale, &principal, himself).await["status"], "AWAITING_DEPOSIT");
    // the agent does not come back beside him
    let again = app.refused(clerk, "decideQualification", new_power(&own, "2026-04-30", &["BID"])).await;
    assert_eq!(again, says("ALREADY_EXISTS", "网拍规定 第18条"));
    app.go_to(START).await;
    let refused = app.refused(&agent, "placeBid", sale.offer("500000.00")).await;
    assert_eq!(refused, says("AGENT_NOT_AUTHORISED", "民法典 第173条"));
    let late = app.refused(clerk, "decideQualification", new_power(&own, "2026-04-30", &["BID"])).await;
    assert_eq!(late, says("BIDDER_PAPERS_TOO_LATE", "网拍规定 第14条"));
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "status").await["status"], "UNSOLD");
    let over = app.refused(clerk, "recordPowerRevocation", revocation(&own)).await;
    assert_eq!(over.0, "ALREADY_EXISTS");
    sale.court.app.finish().await;
}
both!(civil_code_173_the_principal_bids_himself_instead_of_his_agent, super::bids_himself);
