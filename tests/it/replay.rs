//! Replay files through the API and the command line.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use duixian::{
    access::Role,
    auction::store::replay,
    audit::sequencer::LogIdentity,
    cli,
    config::Config,
    kernel::ids::LotId,
    oversight::verify::{AuditKeys, verify},
};
use serde_json::{Value, json};
use std::{fs, process::Command};

const SELECT: &str = "form content sha256 keyId";

async fn replayed(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    assert_eq!(sale.lot(None, "replay { form }").await["replay"], Value::Null, "the sale is not over");
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    assert_eq!(app.refused(&bert, "placeBid", sale.offer("500000.00")).await.0, "BID_TOO_LOW");
    assert_eq!(app.refused(&bert, "placeBid", sale.offer("6000000.00")).await.0, "CONFIRMATION_NEEDED");
    app.go_to("2026-04-17T09:58:00.000+08:00").await;
    sale.bid(&bert, "510000.00").await;
    app.done(officer, "suspendLot", json!({ "lot": sale.lot, "reason": "案外人异议" }), "lot { status }").await;
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("520000.00")).await.0, "LOT_SUSPENDED");
    let resume = json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-17",
        "resumesAt": "2026-04-17T12:00:00.000+08:00" });
    app.done(officer, "resumeLot", resume, "lot { status }").await;
    app.go_to("2026-04-17T12:04:00.000+08:00").await;
    sale.bid(&anna, "520000.00").await;
    app.go_to("2026-04-17T12:09:00.000+08:00").await;
    let late = app.refused(&bert, "placeBid", sale.offer("530000.00")).await;
    assert_eq!(late.0, "BIDDING_ENDED");

    let seen = sale.lot(None, &format!("replay {{ {SELECT} }} fullReplay {{ form }}")).await;
    assert_eq!(seen["fullReplay"], Value::Null, "the full form is for the court");
    let public = seen["replay"]["content"].as_str().unwrap();
    for secret in ["6000000.00", "BID_TOO_LOW", "CONFIRMATION_NEEDED", "530000.00", "竞买人"] {
        assert!(!public.contains(secret), "{secret} in {public}");
    }
    assert_eq!(public.matches("NOT_ACCEPTED").count(), 3);
    let full = sale.lot(Some(officer), &format!("fullReplay {{ {SELECT} }}")).await["fullReplay"].take();
    let inspector = app.user("inspector", "督察", &[Role::Inspector], None).await;
    assert_eq!(sale.lot(Some(&inspector), &format!("fullReplay {{ {SELECT} }}")).await["fullReplay"], full);
    assert_eq!(sale.lot(Some(&bert), "fullReplay { form }").await["fullReplay"], Value::Null);
    let whole = full["content"].as_str().unwrap();
    assert!(whole.contains("6000000.00") && whole.contains("BID_TOO_LOW") && !whole.contains("竞买人1"));
    assert!(whole.contains("\"type\":\"anchor\""), "bound to a checkpoint of the audit log");

    let keys = app.ask(None, "query { signingKeys { keyId publicKey } }", json!({})).await["signingKeys"].take();
    let key_id = &seen["replay"]["keyId"];
    let key = keys.as_array().unwrap().iter().find(|key| key["keyId"] == *key_id).unwrap();
    let key = key["publicKey"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("public.jsonl", public), ("full.jsonl", whole)] {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        let checked = cli::verify_replay(&file, Some(key)).unwrap();
        assert!(checked.holds(), "{checked}");
        assert_eq!(checked.price.unwrap().to_string(), "520000.00");
        assert_eq!(checked.ended_at.unwrap().to_rfc3339(), "2026-04-17T12:09:00.000+08:00");
        assert_eq!((checked.attempts, checked.bids), (6, 3));
    }
    run_the_program(folder.path(), key);
    sale.court.app.finish().await;
}
both!(a_sale_can_be_recomputed_from_its_replay_file, super::replayed);

async fn one_poisoned_lot(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let (app, clock) = (&sale.court.app, &sale.court.app.clock);
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    // a lot that is marked and has never been published: its files cannot be made
    let case = sale.court.open("（2026）湘0102执13号", "1000.00").await;
    let input = json!({ "case": case["id"], "title": "车位", "category": "IMMOVABLE", "appraisalPrice": "1000.00" });
    let other = app.done(&sale.court.officer, "draftLot", input, "lot { id }").await["lot"]["id"].take();
    let poisoned = LotId::from_global(other.as_str().unwrap()).unwrap();
    let now = clock.now();
    let mark =
        app.database.db.write_with(move |tx| Box::pin(async move { Ok(replay::mark_due(tx, poisoned, now).await?) }));
    mark.await.unwrap();
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "replay { form }").await["replay"]["form"], "PUBLIC", "the next file is written");
    let failures = async || replay::failed(&app.database.db.reader(), 10).await.unwrap();
    let seen: Vec<_> = failures().await.into_iter().map(|row| (row.lot_id, row.failures)).collect();
    assert_eq!(seen, [(poisoned, 1)]);
    // it is tried again after its time, and not before
    app.settle().await;
    assert_eq!(failures().await[0].failures, 1);
    clock.advance_to(clock.now().plus(chrono::TimeDelta::minutes(1)));
    app.settle().await;
    assert_eq!(failures().await[0].failures, 2);
    let services = &app.running.services;
    let log = LogIdentity::try_new(&Config::default().name, &services.keys).unwrap();
    let keys = AuditKeys { log: &log, ring: &services.keys, vault: &services.vault };
    let report = verify(&services.db, clock.now(), Some(&keys)).await.unwrap().to_string();
    assert!(report.contains("2 failures to write them"), "{report}");
    sale.court.app.running.stop().await;
}
both!(a_lot_whose_replay_fails_holds_up_no_other, super::one_poisoned_lot);

#[tokio::test]
async fn many_whole_files_in_one_request_are_too_much() {
    let app = crate::support::app::TestApp::start(crate::support::database::sqlite().await).await;
    let document = |n: usize| {
        let fields = (0..n).map(|i| format!("a{i}: lot(lotNumber: \"x\") {{ replay {{ content }} }} "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    let allowed = app.send(None, &document(9), json!({})).await;
    assert!(allowed.get("errors").is_none(), "{allowed}");
    for many in [10, 11, 50] {
        assert_eq!(app.error_code(None, &document(many), json!({})).await, "GRAPHQL_VALIDATION_FAILED", "{many}");
    }
    app.finish().await;
}

/// The exit code is what a script of an outsider sees.
fn run_the_program(folder: &std::path::Path, key: &str) {
    let verify = |file: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_duixian"));
        let output = program.args(["verify", "replay", file, "--key", key]).current_dir(folder).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = verify("public.jsonl");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("520000.00") && text.contains("the file holds"), "{text}");
    let forged = fs::read_to_string(folder.join("full.jsonl")).unwrap().replace("510000.00", "510001.00");
    fs::write(folder.join("forged.jsonl"), forged).unwrap();
    let (code, text) = verify("forged.jsonl");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("DIFFERS   line ") && text.contains("BID_NOT_ON_STEP"), "{text}");
}

async fn unsold(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    sale.court.app.go_to(END).await;
    let seen = sale.lot(None, "status replay { content }").await;
    assert_eq!(seen["status"], "UNSOLD");
    let checked = duixian::auction::replay::check(seen["replay"]["content"].as_str().unwrap(), None);
    assert!(checked.holds() && checked.winner.is_none() && checked.bids == 0, "{checked}");
    sale.court.app.finish().await;
}
both!(a_lot_without_a_bid_has_a_replay_too, super::unsold);
