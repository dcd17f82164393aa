//! Restricted consumption: a debtor under an order waits for the clerk when he registers for a house, at any court.

use crate::{
    auction::{Sale, citizen},
    both,
    cases::opening,
    support::database::TestDatabase,
};
use duixian::access::Role;
use serde_json::{Value, json};

const PARTY: &str = "party { consumptionRestrictions { document orderedOn liftedOn liftDocument } }";

fn order(party: &Value, on: &str) -> Value {
    json!({ "party": party["id"], "document": "限制消费令1号", "orderedOn": on })
}
fn lift(party: &Value, on: &str) -> Value {
    json!({ "party": party["id"], "document": "解除限制消费令1号", "liftedOn": on })
}
fn says(code: &str, law: &str) -> (String, String) {
    (code.to_owned(), law.to_owned())
}

async fn restricted(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let app = &sale.court.app;
    // the order is another court's
    let other = app.court("湘0103").await;
    let officer = app.user("officer-103", "外院承办人", &[Role::Officer], Some(other)).await;
    let mut input = opening("（2026）湘0103执1号", "1000.00");
    (input["parties"][2]["name"], input["parties"][2]["identityNumber"]) = (json!("竞买人1"), json!(citizen(1)));
    let case = app.done(&officer, "openCase", input, "case { parties { id } }").await["case"].take();
    let (applicant, debtor) = (&case["parties"][0], &case["parties"][2]);
    let refused = async |name: &str, input: Value| app.refused(&officer, name, input).await;
    let record = "recordConsumptionRestriction";
    assert_eq!(refused(record, order(applicant, "2026-03-05")).await, says("WRONG_STATE", "限高规定 第1条"));
    assert_eq!(refused(record, order(debtor, "2026-03-06")).await, says("DATE_INVALID", "限高规定 第1条"));
    let foreign = app.refused(&sale.court.officer, record, order(debtor, "2026-03-05")).await;
    assert_eq!(foreign.0, "NOT_FOUND");
    assert_eq!(refused("liftConsumptionRestriction", lift(debtor, "2026-03-05")).await.0, "NOT_FOUND");
    let mut keyed = order(debtor, "2026-03-05");
    keyed["idempotencyKey"] = json!("restricted-1");
    let document = "mutation ($input: RecordConsumptionRestrictionInput!) {
        recordConsumptionRestriction(input: $input) { replayed } }";
    let clerk = app.error_code(Some(&sale.clerk), document, json!({ "input": keyed.clone() })).await;
    assert_eq!(clerk, "FORBIDDEN");
    app.done(&officer, record, keyed.clone(), PARTY).await;
    assert_eq!(app.done(&officer, record, keyed, PARTY).await["replayed"], true);
    assert_eq!(refused(record, order(debtor, "2026-03-05")).await, says("ALREADY_EXISTS", "限高规定 第1条"));

    // no silent refusal: the clerk decides, and sees why
    let anna = sale.sign_up(1).await;
    let select = "registration { id status reviewReason }";
    let house = json!({ "lot": sale.lot });
    let waits = app.done(&anna, "registerForLot", house, select).await["registration"].take();
    assert_eq!(
        (&waits["status"], &waits["reviewReason"]),
        (&json!("UNDER_REVIEW"), &json!("被限制消费，不得购买不动产"))
    );

    // it is lifted
    app.go_to("2026-03-07T09:00:00+08:00").await;
    let early = refused("liftConsumptionRestriction", lift(debtor, "2026-03-04")).await;
    assert_eq!(early, says("DATE_INVALID", "限高规定 第9条"));
    let mut keyed = lift(debtor, "2026-03-07");
    keyed["idempotencyKey"] = json!("lifted-1");
    let lifted = app.done(&officer, "liftConsumptionRestriction", keyed.clone(), PARTY).await["party"].take();
    assert_eq!(app.done(&officer, "liftConsumptionRestriction", keyed, PARTY).await["replayed"], true);
    let history = json!([{ "document": "限制消费令1号", "orderedOn": "2026-03-05", "liftedOn": "2026-03-07",
        "liftDocument": "解除限制消费令1号" }]);
    assert_eq!(lifted["consumptionRestrictions"], history);
    let admit = json!({ "registration": waits["id"], "admit": true, "reason": "限制消费措施已解除" });
    let admitted = app.done(&sale.clerk, "decideQualification", admit, "registration { status }").await;
    assert_eq!(admitted["registration"]["status"], "AWAITING_DEPOSIT");
    // a new order may follow
    app.done(&officer, record, order(debtor, "2026-03-07"), PARTY).await;
    sale.court.app.finish().await;
}
both!(consumption_3_a_restricted_debtor_who_wants_a_house_waits_for_the_clerk, super::restricted);
