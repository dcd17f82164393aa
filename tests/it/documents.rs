//! Documents: every kind is numbered, filed, typeset and fetched, over the story that `duixian demo` plays; who may,
//! and what is refused, on a case of its own.
//!
//! `PAPERS_TO=folder` keeps the files, to be looked at.

use crate::{
    both,
    cases::{court, court_of},
    support::{
        app::{TestApp, User},
        database::{self, TestDatabase},
    },
    tables,
};
use chrono::TimeDelta;
use duixian::{
    access::{Role, Scope, link},
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
    oversight::verify::{AuditKeys, verify},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SELECT: &str = "document { id number title sha256 case { caseNumber } download { path expiresAt } }";

pub async fn fetch(running: &Running, path: &str) -> reqwest::Response {
    reqwest::get(format!("http://{}{path}", running.address)).await.unwrap()
}

/// The whole story, and all its papers.
async fn on_paper(database: TestDatabase) {
    let db = Db::connect(&database.url).await.unwrap();
    let clock = Clock::manual(demo::BEGINNING);
    let (app, log) = demo::open_on(&Config::default(), clock, db, KeyRing::ephemeral().unwrap()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = app.start(listener, false).unwrap();
    let played = demo::play(&running, &log, Box::new(|_: &str| {}), 8).await;
    let mut stage = played.unwrap_or_else(|e| panic!("{e}"));
    every_kind(&running, &mut stage).await;
    a_long_run(&mut stage).await;
    tables::say_the_same(&running, &mut stage).await;
    stage.settle().await.unwrap();
    let services = &running.services;
    let keys = AuditKeys { log: &log, ring: &services.keys, vault: &services.vault };
    let report = verify(&services.db, services.clock.now(), Some(&keys)).await.unwrap();
    assert!(report.is_clean(), "{report}");
    running.stop().await;
}
both!(the_story_on_paper, super::on_paper);

/// The first thing of a kind in a state, with the officer of its court.
async fn first(stage: &Stage, kind: DocumentKind, table: &str, condition: &str) -> (String, &'static str) {
    let reader = stage.services.db.reader();
    let text = format!(
        "SELECT t.id AS id, c.code AS code FROM {table} t JOIN court c ON c.id = t.court_id
         WHERE {condition} ORDER BY t.id LIMIT 1"
    );
    let row = reader.query_one_raw(sql(&reader, &text, [])).await.unwrap();
    let row = row.unwrap_or_else(|| panic!("no {table} with {condition}"));
    let code: String = row.try_get("", "code").unwrap();
    let who = if code == "湘01" { "changsha-officer" } else { "furong-officer" };
    (NodeRef { kind: kind.subject(), id: row.try_get("", "id").unwrap() }.to_global(), who)
}

async fn every_kind(running: &Running, stage: &mut Stage) {
    use DocumentKind::*;
    let kinds = [
        (ReceiptVoucher, "receipt", "t.case_id IS NOT NULL"),
        (PayoutApproval, "disbursement_order", "t.status = 'RELEASED'"),
        (DeferralApproval, "deferral", "1 = 1"),
        (DistributionPlan, "distribution_plan", "t.status = 'FINALISED'"),
        (SettlementSheet, "enforcement_case", "1 = 1"),
        (PayoutReceipt, "payable", "t.state = 'PAID' AND t.case_id IS NOT NULL AND t.purpose <> 'DEPOSIT_REFUND'"),
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
        let (subject, who) = first(stage, kind, table, condition).await;
        let input = json!({ "kind": kind.as_str(), "subject": subject });
        let document = stage.act(who, "createDocument", input.clone(), SELECT).await.unwrap()["document"].take();
        let number = document["number"].as_str().unwrap();
        assert!(number.starts_with("（2026）湘") && number.ends_with("第1号"), "{kind:?}: {number}");
        assert_eq!(document["title"], kind.title());
        assert_eq!(document["case"].is_null(), kind == PayoutBatch);
        let answer = fetch(running, document["download"]["path"].as_str().unwrap()).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((answer.status().as_u16(), header("content-type").as_str()), (200, "application/pdf"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-disposition").starts_with("attachment; "));
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), document["sha256"].as_str().unwrap());
        if let Ok(folder) = std::env::var("PAPERS_TO") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{}.pdf", kind.as_str())), &bytes).unwrap();
        }
        made_again_from_its_words(stage, &document, &bytes).await;
        // nothing has changed: the same words get no second number
        let again = stage.act(who, "createDocument", input, SELECT).await.unwrap();
        assert_eq!(again["document"]["id"], document["id"], "{kind:?}");
    }
    // what has not happened is not put on paper
    let (lot, who) = first(stage, TopUpNotice, "lot", "t.status = 'DELIVERED'").await;
    stage
        .refused(who, "createDocument", json!({ "kind": "TOP_UP_NOTICE", "subject": lot }), "WRONG_STATE")
        .await
        .unwrap();
}

/// A run of more lines than are printed is named by the digest that its approvers have agreed to; of one line less each
/// line is printed.
async fn a_long_run(stage: &mut Stage) {
    let (subject, who) = first(stage, DocumentKind::PayoutBatch, "payout_run", "1 = 1").await;
    let run = NodeRef::from_global(&subject).unwrap().id;
    let db = stage.services.db.clone();
    let head = "SELECT line_count, lines_digest FROM payout_run WHERE id = $1";
    let head = db.reader().query_one_raw(sql(&db.reader(), head, [run.into()])).await.unwrap().unwrap();
    let lines: i32 = head.try_get("", "line_count").unwrap();
    let digest = hex::encode(head.try_get::<Vec<u8>>("", "lines_digest").unwrap());
    let says = async |count: i32| {
        let write = db.write_with(move |tx| {
            let update = "UPDATE payout_run SET line_count = $1 WHERE id = $2";
            let update = sql(tx, update, [count.into(), run.into()]);
            Box::pin(async move { Ok(tx.execute_raw(update).await?.rows_affected()) })
        });
        assert_eq!(write.await.unwrap(), 1);
    };
    for (count, listed) in [(2_001, false), (2_000, true)] {
        says(count).await;
        let input = json!({ "kind": "PAYOUT_BATCH", "subject": subject });
        let document = stage.act(who, "createDocument", input, SELECT).await.unwrap()["document"].take();
        let id = DocumentId::from_global(document["id"].as_str().unwrap()).unwrap();
        let row = store::find(&db.reader(), &Scope::Everything, id).await.unwrap().unwrap();
        let words: Vec<String> = row.paper(&stage.services.vault).unwrap().texts().map(str::to_owned).collect();
        assert_eq!(words.contains(&digest), !listed, "{count}");
        assert_eq!(words.iter().any(|word| word == "收款人"), listed, "{count}");
    }
    says(lines).await;
}

async fn made_again_from_its_words(stage: &Stage, document: &Value, bytes: &[u8]) {
    let id = DocumentId::from_global(document["id"].as_str().unwrap()).unwrap();
    let reader = stage.services.db.reader();
    let row = store::find(&reader, &Scope::Everything, id).await.unwrap().unwrap();
    let printed = ops::print(&stage.services, row.paper(&stage.services.vault).unwrap()).await.unwrap();
    assert!(printed == bytes, "{} is made again from what is recorded", row.number);
}

async fn who_may(database: TestDatabase) {
    let court = court(database).await;
    let app = &court.app;
    let first = court.open("（2026）湘0102执12号", "203500.00").await;
    let second = court.open("（2026）湘0102执13号", "1000.00").await;
    let sheet =
        |case: &Value, key: &str| json!({ "kind": "SETTLEMENT_SHEET", "subject": case["id"], "idempotencyKey": key });
    let input = sheet(&first, "document-1");
    let document = app.done(&court.officer, "createDocument", input.clone(), SELECT).await["document"].take();
    assert_eq!(document["number"], "（2026）湘0102结算第1号");
    assert_eq!(document["case"]["caseNumber"], "（2026）湘0102执12号");
    // the same key again is the same document; another input under it is refused
    let replayed = app.done(&court.officer, "createDocument", input, SELECT).await;
    assert_eq!((&replayed["replayed"], &replayed["document"]["id"]), (&json!(true), &document["id"]));
    let reused = app.refused(&court.officer, "createDocument", sheet(&second, "document-1")).await;
    assert_eq!(reused.0, "IDEMPOTENCY_KEY_REUSED");

    // a foreign officer finds nothing; another role may not; a receipt is no case
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    assert_eq!(app.refused(&stranger, "createDocument", sheet(&first, "document-2")).await.0, "NOT_FOUND");
    let chief = app.user("bureau-chief", "局长", &[Role::BureauChief], Some(court.id)).await;
    let mutation = "mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { replayed } }";
    let variables = json!({ "input": sheet(&first, "document-3") });
    assert_eq!(app.error_code(Some(&chief), mutation, variables).await, "FORBIDDEN");
    let wrong = json!({ "kind": "RECEIPT_VOUCHER", "subject": first["id"] });
    assert_eq!(app.refused(&court.officer, "createDocument", wrong).await.0, "NOT_FOUND");
    // the refusals took no number; changed facts make a new document
    let next = app.done(&court.officer, "createDocument", sheet(&second, "document-4"), SELECT).await;
    assert_eq!(next["document"]["number"], "（2026）湘0102结算第2号");
    let satisfied = json!({ "claim": first["claims"][0]["id"], "manner": "WAIVER", "amount": "500.00",
        "satisfiedOn": "2026-03-02", "document": "放弃声明" });
    app.done(&court.officer, "recordSatisfaction", satisfied, "").await;
    let changed = app.done(&court.officer, "createDocument", sheet(&first, "document-5"), SELECT).await;
    assert_eq!(changed["document"]["number"], "（2026）湘0102结算第3号");

    // the court's staff see it in the list and at the case, others do not
    let query =
        "query ($id: ID!) { node(id: $id) { id ... on Document { download { path } } } documents { nodes { id } } }";
    let seen = app.ask(Some(&chief), query, json!({ "id": document["id"] })).await;
    assert_eq!((&seen["node"]["id"], seen["documents"]["nodes"].as_array().unwrap().len()), (&document["id"], 3));
    let at_case = court.read(&first, "documents { nodes { number } }").await;
    assert_eq!(at_case["documents"]["nodes"].as_array().unwrap().len(), 2);
    let unseen = app.ask(Some(&stranger), query, json!({ "id": document["id"] })).await;
    assert_eq!(unseen, json!({ "node": null, "documents": { "nodes": [] } }));
    assert_eq!(app.error_code(None, query, json!({ "id": document["id"] })).await, "UNAUTHENTICATED");
    the_address_ends(app, document["download"]["path"].as_str().unwrap()).await;
    court.app.finish().await;
}
both!(documents_are_seen_by_their_court_and_numbered_without_gaps, super::who_may);

/// An address is good for its document and its minutes.
async fn the_address_ends(app: &TestApp, path: &str) {
    assert_eq!(fetch(&app.running, path).await.status(), 200);
    let (bare, query) = path.split_once('?').unwrap();
    let nobody = NodeRef { kind: DocumentId::KIND, id: uuid::Uuid::nil() }.to_global();
    let forged = [
        bare.to_owned(),
        format!("/documents/{nobody}?{query}"),
        path.replace("until=", "until=9"),
        format!("{}x", &path[..path.len() - 1]),
    ];
    for path in forged {
        assert_eq!(fetch(&app.running, &path).await.status(), 404, "{path}");
    }
    app.clock.advance_to(app.clock.now().plus(link::LIFE + TimeDelta::seconds(1)));
    assert_eq!(fetch(&app.running, path).await.status(), 404, "it has ended");
}

/// Without a typeface nothing is numbered, and the refusal says why.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_typeface_nothing_is_numbered() {
    let config = Config { paper: PaperSettings { font: Some("/nowhere/font.ttf".into()) }, ..Config::default() };
    let court = court_of(TestApp::start_with(database::sqlite().await, config).await).await;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    let input = json!({ "kind": "SETTLEMENT_SHEET", "subject": case["id"] });
    let officer: &User = &court.officer;
    assert_eq!(court.app.refused(officer, "createDocument", input).await.0, "FONT_MISSING");
    let reader = court.app.database.db.reader();
    let counters = sql(&reader, "SELECT name FROM counter WHERE name LIKE 'document%'", []);
    assert!(reader.query_all_raw(counters).await.unwrap().is_empty(), "no number was taken");
    court.app.finish().await;
}
