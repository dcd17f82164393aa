//! The audit trail through the API: events for oversight alone, checkpoints and proofs for everybody, bidders unnamed.

use crate::{
    both,
    support::{
        app::{MORNING, TestApp},
        database::TestDatabase,
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use duixian::{
    access::Role,
    audit::{
        event::{self, AuditOutcome, NewEvent},
        merkle,
        note::NoteVerifier,
        proof::TlogProof,
    },
    config::Config,
    kernel::{
        clock::Timestamp,
        ids::{AccountId, CourtId, LotId, RegistrationId},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const EVENT: &str = "id actor action outcome subjectKind subjectId courtId facts factsHash leafIndex leafHash";

fn bytes(text: &Value) -> merkle::Hash {
    BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn bidder() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(1))
}
/// As registerForLot writes it: by a person, about a registration.
async fn record_registration(app: &TestApp, court: CourtId) {
    let (vault, now) = (app.running.services.vault.clone(), app.clock.now());
    let written = app.running.services.db.write_with(move |tx| {
        let new = NewEvent {
            court: Some(court),
            case: None,
            actor: format!("account:{}", bidder().uuid()),
            action: "Mutation.registerForLot",
            outcome: AuditOutcome::Done,
            code: None,
            subject: Some(RegistrationId::new(now).node()),
            request_key: None,
            payload: json!({ "name": "易某" }),
        };
        let vault = vault.clone();
        Box::pin(async move { Ok(event::insert(tx, &vault, now, new).await?) })
    });
    written.await.unwrap();
}

async fn the_trail_is_open_to_those_who_watch(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = app.court("湘0102").await;
    let other = app.court("湘0103").await;
    let inspector = app.user("inspector", "督察甲", &[Role::Inspector], Some(court)).await;
    let officer = app.user("officer", "法官甲", &[Role::Officer], Some(court)).await;
    app.settle().await;
    let first = app.ask(None, "{ auditCheckpoint { size root } }", json!({})).await["auditCheckpoint"].clone();
    record_registration(&app, court).await;
    let list = format!(
        "query ($filter: AuditEventFilter, $first: Int) {{
            auditEvents(filter: $filter, first: $first) {{ nodes {{ {EVENT} }} }} }}"
    );

    // who may read: oversight of that court
    assert_eq!(app.error_code(None, &list, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(app.error_code(Some(&officer), &list, json!({})).await, "FORBIDDEN");
    let listed = app.ask(Some(&inspector), &list, json!({ "first": 100 })).await["auditEvents"]["nodes"].clone();
    let listed = listed.as_array().unwrap();
    assert!(listed.len() >= 2 && listed.iter().all(|event| event["courtId"] == court.to_global()), "{listed:#?}");
    let foreign = app.ask(Some(&inspector), &list, json!({ "filter": { "court": other.to_global() } })).await;
    assert_eq!(foreign["auditEvents"]["nodes"], json!([]));

    // a registration's event names nobody, not even to them
    let sealed = &listed[0];
    assert_eq!(sealed["action"], "Mutation.registerForLot");
    assert_eq!((&sealed["actor"], &sealed["facts"], &sealed["leafIndex"]), (&Value::Null, &Value::Null, &Value::Null));
    let by = json!({ "filter": { "actor": bidder().to_global() } });
    let found = app.ask(Some(&inspector), &list, by).await;
    assert_eq!(found["auditEvents"]["nodes"], json!([]), "nor by the filter");
    let registered = listed.iter().find(|event| event["action"] == "Mutation.registerCourt").unwrap();
    assert!(registered["actor"].as_str().is_some() && registered["facts"].as_str().is_some(), "{registered:#}");

    // what the rules refused and what was not allowed is seen by those who watch that court
    let wrong = json!({ "lot": LotId::new(app.clock.now()).to_global(), "reason": "试", "documentNumber": "（2026）湘0102执1号" });
    app.refused(&officer, "withdrawLot", wrong).await;
    let grant = "mutation ($input: GrantRoleInput!) { grantRole(input: $input) { replayed } }";
    let input = json!({ "idempotencyKey": "not-for-you", "account": officer.account.to_global(), "role": "CASHIER",
        "court": court.to_global(), "reason": "无" });
    assert_eq!(app.error_code(Some(&officer), grant, json!({ "input": input })).await, "FORBIDDEN");
    for (outcome, action) in [("REFUSED", "Mutation.withdrawLot"), ("FORBIDDEN", "Mutation.grantRole")] {
        let seen = app.ask(Some(&inspector), &list, json!({ "filter": { "outcome": outcome } })).await;
        let seen = seen["auditEvents"]["nodes"].as_array().unwrap();
        assert!(seen.iter().any(|event| event["action"] == action), "{outcome}: {seen:#?}");
    }

    // the filter narrows, the node is found by its id, and only by those who may see it
    let about = json!({ "filter": { "subject": court.to_global(), "outcome": "DONE", "action": "Mutation.registerCourt",
        "since": MORNING, "until": "2026-03-02T09:00:01.000+08:00" } });
    let found = app.ask(Some(&inspector), &list, about).await["auditEvents"]["nodes"].clone();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(&found[0], registered);
    let node = "query ($id: ID!) { node(id: $id) { ... on AuditEvent { action } } }";
    let seen = |user| app.ask(user, node, json!({ "id": registered["id"] }));
    assert_eq!(seen(Some(&inspector)).await["node"]["action"], "Mutation.registerCourt");
    assert_eq!(seen(Some(&officer)).await["node"], Value::Null);

    proofs_verify_without_the_system(&app, registered, &first).await;
    app.finish().await;
}
both!(events, super::the_trail_is_open_to_those_who_watch);

/// What somebody outside does with nothing but the answers: no token, no database.
async fn proofs_verify_without_the_system(app: &TestApp, registered: &Value, first: &Value) {
    let proof = "query ($event: ID!, $size: Int) { auditInclusionProof(event: $event, size: $size) {
        leafIndex leafHash path file checkpoint { size root note verifierKeys signedAt previousSize } } }";
    app.settle().await;
    let of = json!({ "event": registered["id"] });
    let answer = app.ask(None, proof, of).await["auditInclusionProof"].clone();
    assert_eq!(answer["leafHash"], registered["leafHash"]);
    let keys: Vec<_> = answer["checkpoint"]["verifierKeys"].as_array().unwrap().iter().collect();
    let keys: Vec<_> = keys.into_iter().map(|key| NoteVerifier::parse_vkey(key.as_str().unwrap()).unwrap()).collect();
    let file = TlogProof::parse(answer["file"].as_str().unwrap()).unwrap();
    let origin = Config::default().name;
    let newest = file.verify(&bytes(&answer["leafHash"]), &origin, &keys).unwrap();
    assert_eq!(newest.root, bytes(&answer["checkpoint"]["root"]));
    assert!(file.verify(&merkle::leaf_hash(b"another event"), &origin, &keys).is_err());

    let consistency = "query ($from: Int!, $to: Int) { auditConsistencyProof(from: $from, to: $to) {
        from { size root } to { size root } path } }";
    let between = app.ask(None, consistency, json!({ "from": first["size"] })).await["auditConsistencyProof"].clone();
    let path: Vec<_> = between["path"].as_array().unwrap().iter().map(bytes).collect();
    let size = |end: &Value| end["size"].as_u64().unwrap();
    let (from, to) = (&between["from"], &between["to"]);
    assert_eq!((from["root"].clone(), size(to)), (first["root"].clone(), newest.size));
    let verified = merkle::verify_consistency(size(from), size(to), &bytes(&from["root"]), &bytes(&to["root"]), &path);
    assert_eq!(verified, Ok(()));

    // what does not exist is null, what makes no sense is told
    for size in [json!(0), json!(2_000_000_000)] {
        let none =
            app.ask(None, "query ($size: Int) { auditCheckpoint(size: $size) { size } }", json!({ "size": size }));
        assert_eq!(none.await["auditCheckpoint"], Value::Null);
    }
    let negative = app.error_code(None, "{ auditCheckpoint(size: -1) { size } }", json!({})).await;
    let reversed = app.error_code(None, consistency, json!({ "from": to["size"], "to": from["size"] })).await;
    assert_eq!((negative.as_str(), reversed.as_str()), ("BAD_USER_INPUT", "BAD_USER_INPUT"));
    assert!(Timestamp::parse(answer["checkpoint"]["signedAt"].as_str().unwrap()).is_some());
}
