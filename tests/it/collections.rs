//! Collections of lots: prepared by a court for itself and the courts below it, seen by everybody while they are
//! online.

use crate::{
    auction::Sale,
    both,
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

const SELECT: &str = "collection { id state onlineAt offlineAt totals { lots appraisalPrice startingPrice }
    lots(first: 5) { nodes { id } } }";
const NODE: &str = "query ($id: ID!) { node(id: $id) { id } }";

fn heading(court: &str, lots: &[&Value]) -> Value {
    json!({ "court": court, "title": "大宗资产推介", "description": "六月推介专场", "lots": lots })
}
fn change(collection: &Value, add: &[&Value], remove: &[&Value]) -> Value {
    json!({ "collection": collection, "addLots": add, "removeLots": remove })
}
/// What the public, or `user`, sees of a court's collections.
async fn seen(sale: &Sale, user: Option<&User>, court: &str) -> Value {
    let list = "query ($court: ID) { lotCollections(court: $court, first: 10) {
        nodes { title totals { lots } lots { nodes { id } } } } }";
    sale.court.app.ask(user, list, json!({ "court": court })).await["lotCollections"]["nodes"].take()
}

async fn shows(database: TestDatabase) {
    let (sale, case) = Sale::draft(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let court = sale.court.id.to_global();
    let refused = async |name: &str, input: Value| app.refused(officer, name, input).await.0;
    // what is not published, or named twice, does not come in
    assert_eq!(refused("createLotCollection", heading(&court, &[&sale.lot])).await, "NOT_FOUND");
    sale.announce(&case).await;
    assert_eq!(refused("createLotCollection", heading(&court, &[&sale.lot, &sale.lot])).await, "LIST_INVALID");
    let mut input = heading(&court, &[]);
    input["idempotencyKey"] = json!("collection-one");
    let made = app.done(officer, "createLotCollection", input.clone(), SELECT).await["collection"].take();
    let again = app.done(officer, "createLotCollection", input, SELECT).await;
    assert_eq!((&again["replayed"], &again["collection"]["id"]), (&json!(true), &made["id"]));
    let id = json!({ "collection": made["id"] });
    assert_eq!(refused("putLotCollectionOnline", id.clone()).await, "LIST_INVALID", "it holds no lot");
    assert_eq!(refused("takeLotCollectionOffline", id.clone()).await, "WRONG_STATE");
    assert_eq!(refused("changeLotCollection", change(&made["id"], &[], &[&sale.lot])).await, "NOT_FOUND");
    let both_ways = change(&made["id"], &[&sale.lot], &[&sale.lot]);
    assert_eq!(refused("changeLotCollection", both_ways).await, "LIST_INVALID");
    // in again is in once
    let totals = json!({ "lots": 1, "appraisalPrice": "700000.00", "startingPrice": "500000.00" });
    for _ in 0..2 {
        let filled = app.done(officer, "changeLotCollection", change(&made["id"], &[&sale.lot], &[]), SELECT).await;
        assert_eq!(filled["collection"]["totals"], totals);
    }
    // the public sees it while it is online, its court always
    assert_eq!(seen(&sale, None, &court).await, json!([]));
    assert_eq!(seen(&sale, Some(officer), &court).await.as_array().unwrap().len(), 1);
    assert!(app.ask(None, NODE, json!({ "id": made["id"] })).await["node"].is_null());
    assert_eq!(app.ask(Some(officer), NODE, json!({ "id": made["id"] })).await["node"]["id"], made["id"]);
    let online = app.done(officer, "putLotCollectionOnline", id.clone(), SELECT).await;
    assert_eq!(online["collection"]["state"], "ONLINE");
    assert_eq!(refused("putLotCollectionOnline", id.clone()).await, "WRONG_STATE");
    let shown =
        json!([{ "title": "大宗资产推介", "totals": { "lots": 1 }, "lots": { "nodes": [{ "id": sale.lot }] } }]);
    assert_eq!(seen(&sale, None, &court).await, shown);
    assert_eq!(app.ask(None, NODE, json!({ "id": made["id"] })).await["node"]["id"], made["id"]);
    let emptied = change(&made["id"], &[], &[&sale.lot]);
    assert_eq!(refused("changeLotCollection", emptied.clone()).await, "LIST_INVALID", "it is online");
    // another court's officer, and another post
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    for name in ["putLotCollectionOnline", "takeLotCollectionOffline", "changeLotCollection"] {
        assert_eq!(app.refused(&stranger, name, id.clone()).await.0, "NOT_FOUND", "{name}");
    }
    assert_eq!(app.refused(&stranger, "createLotCollection", heading(&court, &[])).await.0, "NOT_FOUND");
    let mutation = "mutation ($i: TakeLotCollectionOfflineInput!) { takeLotCollectionOffline(input: $i) { replayed } }";
    let take = json!({ "i": { "idempotencyKey": "clerk-takes-it", "collection": made["id"] } });
    assert_eq!(app.error_code(Some(&sale.clerk), mutation, take).await, "FORBIDDEN");
    let offline = app.done(officer, "takeLotCollectionOffline", id.clone(), SELECT).await;
    assert_eq!(offline["collection"]["state"], "OFFLINE");
    assert_eq!(seen(&sale, None, &court).await, json!([]));
    let empty = app.done(officer, "changeLotCollection", emptied, SELECT).await;
    assert_eq!(empty["collection"]["totals"], json!({ "lots": 0, "appraisalPrice": "0.00", "startingPrice": "0.00" }));
    app.done(officer, "changeLotCollection", change(&made["id"], &[&sale.lot], &[]), SELECT).await;
    let back = app.done(officer, "putLotCollectionOnline", id, SELECT).await;
    assert_eq!(back["collection"]["offlineAt"], Value::Null);
    sale.court.app.finish().await;
}
both!(a_collection_is_public_while_it_is_online, super::shows);

async fn joins_courts(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let app = &sale.court.app;
    let higher = app.court("湘01").await;
    let chief = app.user("chief-above", "上级法院局长", &[Role::BureauChief], Some(higher)).await;
    let lots = heading(&higher.to_global(), &[&sale.lot]);
    assert_eq!(app.refused(&chief, "createLotCollection", lots.clone()).await.0, "NOT_FOUND", "not yet its court");
    let administrator = app.user("installation", "系统管理员", &[Role::Administrator], None).await;
    let below =
        json!({ "court": sale.court.id.to_global(), "superior": higher.to_global(), "document": "执行指挥体系通知" });
    app.done(&administrator, "setSuperiorCourt", below, "court { superior { code } }").await;
    let made = app.done(&chief, "createLotCollection", lots, SELECT).await["collection"].take();
    assert_eq!(made["totals"]["lots"], 1);
    app.done(&chief, "putLotCollectionOnline", json!({ "collection": made["id"] }), SELECT).await;
    let shown = seen(&sale, None, &higher.to_global()).await;
    assert_eq!(shown[0]["lots"]["nodes"], json!([{ "id": sale.lot }]));
    // the court below changes nothing of it
    let theirs = json!({ "collection": made["id"] });
    assert_eq!(app.refused(&sale.court.officer, "takeLotCollectionOffline", theirs).await.0, "NOT_FOUND");
    sale.court.app.finish().await;
}
both!(a_higher_court_collects_lots_of_the_courts_below_it, super::joins_courts);
