//! Documents of the story that `duixian demo` plays: every kind is numbered, filed, typeset and fetched.
//!
//! `PAPERS_TO=folder` keeps the files, to be looked at.

use crate::{both, support::database::TestDatabase};
use duixian::{
    app::Running,
    config::{Config, PaperSettings},
    demo::{self, stage::Stage},
    document::{DocumentKind, ops, store},
    kernel::{
        clock::Clock,
        db::{Db, sql},
        ids::{DocumentId, NodeRef},
        keys::KeyRing,
    },
    access::{Scope, link},
};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub async fn story(database: &TestDatabase) -> (Running, Stage) {
    let db = Db::connect(&database.url).await.unwrap();
    let clock = Clock::manual(demo::BEGINNING);
    let (app, log) = demo::open_on(&Config::default(), clock, db, KeyRing::ephemeral().unwrap()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = app.start(listener, false).unwrap();
    let stage = demo::play(&running, &log, Box::new(|_: &str| {})).await.unwrap_or_else(|e| panic!("{e}"));
    (running, stage)
}

/// The first thing of a kind in a state, with the officer or cashier of its court.
async fn first(stage: &Stage, kind: DocumentKind, table: &str, condition: &str) -> Option<(String, &'static str)> {
    let reader = stage.services.db.reader();
    let text = format!("SELECT t.id AS id, c.code AS code FROM {table} t JOIN court c ON c.id = t.court_id WHERE {condition} ORDER BY t.id LIMIT 1");
    let row = reader.query_one_raw(sql(&reader, &text, [])).await.unwrap()?;
    let code: String = row.try_get("", "code").unwrap();
    let who = if code == "湘01" { "changsha-officer" } else { "furong-officer" };
    Some((NodeRef { kind: kind.subject(), id: row.try_get("", "id").unwrap() }.to_global(), who))
}

const SELECT: &str = "document { id number title sha256 case { caseNumber } download { path expiresAt } }";

pub async fn fetch(running: &Running, path: &str) -> reqwest::Response {
    reqwest::get(format!("http://{}{path}", running.address)).await.unwrap()
}

async fn every_kind(database: TestDatabase) {
    use DocumentKind::*;
    let (running, mut stage) = story(&database).await;
    let kinds = [
        (ReceiptVoucher, "receipt", "t.case_id IS NOT NULL"),
        (PayoutApproval, "disbursement_order", "t.status = 'PAID'"),
        (DeferralApproval, "deferral", "1 = 1"),
        (DistributionPlan, "distribution_plan", "t.status = 'FINALISED'"),
        (SettlementSheet, "enforcement_case", "1 = 1"),
        (PayoutReceipt, "payable", "t.state = 'PAID' AND t.case_id IS NOT NULL"),
        (PayoutBatch, "payout_run", "1 = 1"),
        (AuctionAnnouncement, "lot", "1 = 1"),
        (BiddingInstructions, "lot", "1 = 1"),
        (SurveyTable, "lot", "1 = 1"),
        (SaleConfirmation, "lot", "t.status = 'DELIVERED'"),
        (SaleRuling, "lot", "t.status = 'DELIVERED'"),
        (AssistanceNotice, "lot", "t.status = 'DELIVERED'"),
        (DeliveryRecord, "lot", "t.status = 'DELIVERED'"),
    ];
    for (kind, table, condition) in kinds {
        let (subject, who) = first(&stage, kind, table, condition).await.unwrap_or_else(|| panic!("no {table} for {kind:?}"));
        let input = json!({ "kind": kind.as_str(), "subject": subject });
        let document = stage.act(who, "createDocument", input.clone(), SELECT).await.unwrap()["document"].take();
        let number = document["number"].as_str().unwrap();
        assert!(number.starts_with("（2026）湘") && number.ends_with("第1号"), "{kind:?}: {number}");
        assert_eq!(document["case"].is_null(), kind == PayoutBatch);
        let answer = fetch(&running, document["download"]["path"].as_str().unwrap()).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "application/pdf"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; "));
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), document["sha256"].as_str().unwrap());
        if let Ok(folder) = std::env::var("PAPERS_TO") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{}.pdf", kind.as_str())), &bytes).unwrap();
        }
        made_again_from_its_words(&stage, &document, &bytes).await;
        // nothing has changed: the same words get no second number
        let again = stage.act(who, "createDocument", input, SELECT).await.unwrap();
        assert_eq!(again["document"]["id"], document["id"], "{kind:?}");
    }
    running.stop().await;
}
both!(every_kind_is_numbered_typeset_and_fetched, super::every_kind);

async fn made_again_from_its_words(stage: &Stage, document: &Value, bytes: &[u8]) {
    let id = DocumentId::from_global(document["id"].as_str().unwrap()).unwrap();
    let reader = stage.services.db.reader();
    let row = store::find(&reader, &Scope::Everything, id).await.unwrap().unwrap();
    let printed = ops::print(&stage.services, row.paper(&stage.services.vault).unwrap()).await.unwrap();
    assert!(printed == bytes, "{} is made again from what is recorded", row.number);
}

async fn who_may(database: TestDatabase) {
    let (running, mut stage) = story(&database).await;
    let (receipt, who) = first(&stage, DocumentKind::ReceiptVoucher, "receipt", "t.case_id IS NOT NULL").await.unwrap();
    let other = if who == "furong-officer" { "changsha-officer" } else { "furong-officer" };
    let input = json!({ "kind": "RECEIPT_VOUCHER", "subject": receipt, "idempotencyKey": "voucher-1" });
    // another court's receipt, another kind of thing, something that is not there yet
    stage.refused(other, "createDocument", input.clone(), "NOT_FOUND").await.unwrap();
    let wrong = json!({ "kind": "PAYOUT_APPROVAL", "subject": receipt });
    stage.refused(who, "createDocument", wrong, "NOT_FOUND").await.unwrap();
    let (lot, seller) = first(&stage, DocumentKind::TopUpNotice, "lot", "t.status = 'DELIVERED'").await.unwrap();
    let early = json!({ "kind": "TOP_UP_NOTICE", "subject": lot });
    stage.refused(seller, "createDocument", early, "WRONG_STATE").await.unwrap();

    let document = stage.act(who, "createDocument", input.clone(), SELECT).await.unwrap()["document"].take();
    let replayed = stage.act(who, "createDocument", input, SELECT).await.unwrap()["document"].take();
    assert_eq!((&replayed["id"], &replayed["number"]), (&document["id"], &document["number"]));
    // the next one of the same court has the next number: refusals left no gap
    let reader = stage.services.db.reader();
    let next = "SELECT r.id AS id FROM receipt r JOIN court c ON c.id = r.court_id
                WHERE r.case_id IS NOT NULL AND c.code = $1 ORDER BY r.id LIMIT 1 OFFSET 1";
    let code = if who == "furong-officer" { "湘0102" } else { "湘01" };
    let row = reader.query_one_raw(sql(&reader, next, [code.into()])).await.unwrap().unwrap();
    let second = NodeRef { kind: duixian::kernel::ids::NodeKind::Receipt, id: row.try_get("", "id").unwrap() };
    let second = json!({ "kind": "RECEIPT_VOUCHER", "subject": second.to_global() });
    let second = stage.act(who, "createDocument", second, SELECT).await.unwrap();
    assert!(second["document"]["number"].as_str().unwrap().ends_with("第2号"));

    // foreign staff see nothing; the list and the case show it to its own
    let query = "query ($id: ID!) { node(id: $id) { id } documents { nodes { number case { documents { nodes { id } } } } } }";
    let seen = stage.ask(who, query, json!({ "id": document["id"] })).await.unwrap();
    assert_eq!(seen["node"]["id"], document["id"]);
    assert_eq!(seen["documents"]["nodes"].as_array().unwrap().len(), 2);
    let foreign = stage.ask(other, query, json!({ "id": document["id"] })).await.unwrap();
    assert_eq!(foreign, json!({ "node": null, "documents": { "nodes": [] } }));

    the_address_ends(&running, &stage, document["download"]["path"].as_str().unwrap()).await;
    running.stop().await;
}
both!(documents_are_seen_by_their_court_and_numbered_without_gaps, super::who_may);

/// An address is good for its document and its minutes.
async fn the_address_ends(running: &Running, stage: &Stage, path: &str) {
    assert_eq!(fetch(running, path).await.status(), 200);
    let (bare, query) = path.split_once('?').unwrap();
    let foreign = format!("/documents/{}?{query}", NodeRef { kind: DocumentId::KIND, id: uuid::Uuid::nil() }.to_global());
    let longer = path.replace("until=", "until=9");
    for forged in [bare, &foreign, &longer, &format!("{}0", &path[..path.len() - 1])] {
        assert!(matches!(fetch(running, forged).await.status().as_u16(), 404), "{forged}");
    }
    stage.services.clock.advance_to(stage.services.clock.now().plus(link::LIFE + TimeDelta::seconds(1)));
    assert_eq!(fetch(running, path).await.status(), 404, "it has ended");
}

/// Without a typeface nothing is numbered, and the refusal says why.
async fn no_typeface(database: TestDatabase) {
    let config = Config {
        paper: PaperSettings { font: Some("/nowhere/font.ttf".into()) },
        ..Config::default()
    };
    let db = Db::connect(&database.url).await.unwrap();
    let clock = Clock::manual(demo::BEGINNING);
    let (app, log) = demo::open_on(&config, clock, db, KeyRing::ephemeral().unwrap()).await.unwrap();
    let running = app.start(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), false).unwrap();
    let mut stage = demo::play(&running, &log, Box::new(|_: &str| {})).await.unwrap_or_else(|e| panic!("{e}"));
    let (receipt, who) = first(&stage, DocumentKind::ReceiptVoucher, "receipt", "t.case_id IS NOT NULL").await.unwrap();
    let input = json!({ "kind": "RECEIPT_VOUCHER", "subject": receipt });
    stage.refused(who, "createDocument", input, "FONT_MISSING").await.unwrap();
    let reader = stage.services.db.reader();
    let counted = reader.query_all_raw(sql(&reader, "SELECT name FROM counter WHERE name LIKE 'document%'", [])).await.unwrap();
    assert!(counted.is_empty(), "no number was taken");
    running.stop().await;
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_typeface_nothing_is_numbered() {
    no_typeface(crate::support::database::sqlite().await).await;
}
