//! The ways by which a file of the bank comes in besides the mutation, and by which a payment file goes out.

use crate::{
    bank::{Bank, Pay, credit},
    both,
    cases::court_of,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::{self, Actor},
    bank::{raw::Upload, simulator::Simulator},
    config::{BankSettings, Config},
    kernel::{
        db::sql,
        error::{Failure, Problem},
        ids::{CaseId, CourtId, OrderId, ReceiptId},
    },
    ledger::Code,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{fs, path::Path};

async fn post(app: &TestApp, user: Option<&User>, query: &str, body: String) -> (u16, Value) {
    let url = format!("http://{}/bank-files{query}", app.running.address);
    let mut request = reqwest::Client::new().post(url).header("content-type", "application/xml").body(body);
    if let Some(user) = user {
        request = request.bearer_auth(&user.token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub async fn count(bank: &Bank, table: &str) -> i64 {
    let reader = bank.court.app.database.db.reader();
    let rows = reader.query_one_raw(sql(&reader, &format!("SELECT COUNT(*) AS n FROM {table}"), [])).await;
    rows.unwrap().unwrap().try_get("", "n").unwrap()
}

fn named(court: CourtId, name: &str) -> String {
    format!("?court={}&name={name}", court.to_global())
}

async fn uploads(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let (app, finance, court) = (&bank.court.app, &bank.court.finance, bank.court.id);
    let unknown = format!("{}99999999", bank.main);
    // more than a request of the graph may hold
    let credits = (0..400).map(|n| credit(&format!("B{n}"), "1.25", &unknown)).collect();
    let content = bank.notice("N1", credits);
    assert!(content.len() > 256 * 1024, "{}", content.len());
    let here = named(court, "camt054-1.xml");

    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    let (status, answer) = post(app, None, &here, content.clone()).await;
    assert_eq!((status, code(&answer)), (401, json!("UNAUTHENTICATED")));
    let (status, answer) = post(app, Some(&bank.court.officer), &here, content.clone()).await;
    assert_eq!((status, code(&answer)), (403, json!("FORBIDDEN")));
    for wrong in ["", "?name=a", "?court=x&name=a", &format!("{}&more=1", named(court, "a"))] {
        let (status, answer) = post(app, Some(finance), wrong, content.clone()).await;
        assert_eq!((status, code(&answer)), (400, json!("BAD_USER_INPUT")), "{wrong}");
    }
    let elsewhere = app.court("湘0103").await;
    let broken = content.replacen("</Ntry>", "", 1);
    for (what, query, body, reason) in [
        ("nothing", here.clone(), String::new(), "EMPTY"),
        ("a broken file", here.clone(), broken, "MALFORMED"),
        ("another court than it says", named(elsewhere, "a"), content.clone(), "UNKNOWN_ACCOUNT"),
    ] {
        let (status, answer) = post(app, Some(finance), &query, body).await;
        let error = &answer["userErrors"][0];
        assert_eq!((status, &error["code"]), (422, &json!("BANK_FILE_INVALID")), "{what}: {answer}");
        assert_eq!(error["arguments"]["reason"], reason, "{what}");
    }
    for table in ["bank_file", "bank_file_chunk", "bank_upload", "ledger_entry"] {
        assert_eq!(count(&bank, table).await, 0, "{table}: nothing of a refused file stays");
    }

    let (status, answer) = post(app, Some(finance), &here, content.clone()).await;
    assert_eq!((status, &answer["replayed"]), (201, &json!(false)), "{answer}");
    app.settle().await;
    let seen = bank.file(&answer["bankFile"]["id"]).await;
    assert_eq!((&seen["state"], &seen["lineCount"]), (&json!("DISPATCHED"), &json!(400)));
    assert_eq!(bank.balance(Code::Unidentified).await, "500.00");
    let facts = "{ bankFiles(first: 1) { nodes { fileName byteCount } } }";
    let facts = app.ask(Some(finance), facts, json!({})).await["bankFiles"]["nodes"][0].take();
    assert_eq!(facts, json!({ "fileName": "camt054-1.xml", "byteCount": content.len().to_string() }));

    // the same bytes: the same answer for the same person, the same file for another
    let again = post(app, Some(finance), &here, content.clone()).await;
    assert_eq!((again.0, &again.1["bankFile"]), (200, &answer["bankFile"]));
    let other = post(app, Some(&bank.cashier), &here, content.clone()).await;
    assert_eq!(other.1["bankFile"], answer["bankFile"]);
    app.settle().await;
    assert_eq!(bank.balance(Code::Bank).await, "500.00");
    assert_eq!((count(&bank, "bank_file").await, count(&bank, "bank_upload").await), (1, 0));
    bank.court.app.finish().await;
}
both!(a_large_file_comes_in_by_upload_once, super::uploads);

async fn forgotten(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let services = &app.running.services;
    // a client that goes away in the middle leaves pieces behind
    let mut gone = Upload::begin(services).await.unwrap();
    gone.push(&vec![b'x'; 300 * 1024]).await.unwrap();
    drop(gone);
    let mut late = Upload::begin(services).await.unwrap();
    late.push(&vec![b'y'; 300 * 1024]).await.unwrap();
    assert_eq!((count(&bank, "bank_upload").await, count(&bank, "bank_file_chunk").await), (2, 2));
    app.clock.advance_to(app.clock.now().plus(chrono::TimeDelta::minutes(59)));
    app.settle().await;
    assert_eq!(count(&bank, "bank_upload").await, 2, "somebody may still be at it");
    app.clock.advance_to(app.clock.now().plus(chrono::TimeDelta::minutes(2)));
    app.settle().await;
    assert_eq!((count(&bank, "bank_upload").await, count(&bank, "bank_file_chunk").await), (0, 0));
    // one that was swept away under its sender writes no piece that nobody would ever find
    let refused = late.push(&vec![b'y'; 300 * 1024]).await;
    assert!(matches!(refused, Err(Failure::Problem(Problem::Conflict))), "{refused:?}");
    assert_eq!(count(&bank, "bank_file_chunk").await, 0);
    bank.court.app.finish().await;
}
both!(what_is_uploaded_and_never_accepted_is_swept_away_whole, super::forgotten);

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn watches_a_folder(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let bank = BankSettings { drop_folder: Some(root.to_owned()) };
    let app = TestApp::start_with(database, Config { bank, ..Config::default() }).await;
    let bank = Bank::of(court_of(app).await).await;
    let app = &bank.court.app;
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    app.settle().await;
    assert_eq!(names(root), ["done", "failed", "in", "out"]);

    let sound = bank.notice("N1", vec![credit("B1", "1000.00", &number)]);
    fs::write(root.join("in/b.xml.part"), &sound[..100]).unwrap();
    fs::write(root.join("in/.hidden.xml"), &sound).unwrap();
    fs::write(root.join("in/a.xml"), "no XML").unwrap();
    app.settle().await;
    assert_eq!(names(&root.join("in")), [".hidden.xml", "b.xml.part"], "what has no name yet is not looked at");
    assert_eq!(names(&root.join("failed")), ["a.xml", "a.xml.reason.json"]);
    let reason: Value =
        serde_json::from_str(&fs::read_to_string(root.join("failed/a.xml.reason.json")).unwrap()).unwrap();
    assert_eq!((&reason["code"], &reason["arguments"]["reason"]), (&json!("BANK_FILE_INVALID"), &json!("STRAY_TEXT")));

    fs::write(root.join("in/b.xml.part"), &sound).unwrap();
    fs::rename(root.join("in/b.xml.part"), root.join("in/b.xml")).unwrap();
    app.settle().await;
    // the same bytes under another name, and another refused file under the same name
    fs::write(root.join("in/b.xml"), &sound).unwrap();
    fs::write(root.join("in/a.xml"), "still no XML").unwrap();
    app.settle().await;
    assert_eq!(names(&root.join("done")), ["b.xml", "b.xml.1"]);
    assert_eq!(names(&root.join("failed")), ["a.xml", "a.xml.1", "a.xml.1.reason.json", "a.xml.reason.json"]);
    assert_eq!(bank.balance(Code::Bank).await, "1000.00");

    // a payment file goes out under its name, once
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = app.ask(Some(&bank.cashier), lines, json!({})).await;
    let target = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    let pay = Pay {
        court: bank.court.id,
        case: CaseId::from_global(case["id"].as_str().unwrap()).unwrap(),
        receipt: ReceiptId::from_global(&target).unwrap(),
        subject: OrderId::new(app.clock.now()).node(),
        name: "易某",
        account: "6217000000000000001",
        amount: "600.00".parse().unwrap(),
    };
    access::run(&app.running.services, &Actor::system("test"), &pay).await.unwrap();
    app.settle().await;
    let file = bank.write().await;
    assert!(names(&root.join("out")).is_empty());
    app.settle().await;
    let name = format!("{}.xml", file["messageId"].as_str().unwrap());
    assert_eq!(names(&root.join("out")), std::slice::from_ref(&name));
    let written = fs::read_to_string(root.join("out").join(&name)).unwrap();
    assert_eq!(written, file["content"].as_str().unwrap());
    // a crash after the database had said so: the file still bears its part's name and gets its own
    let message_id = name.strip_suffix(".xml").unwrap();
    let known = duixian::bank::store::written_file(&app.database.db.reader(), message_id).await.unwrap().unwrap();
    let part = |token: i64| root.join("out").join(format!("{message_id}.{token}.part"));
    let token = known.delivered_token.unwrap();
    fs::rename(root.join("out").join(&name), part(token)).unwrap();
    app.settle().await;
    assert_eq!(names(&root.join("out")), std::slice::from_ref(&name));
    // the bank takes it away: it does not come again
    fs::remove_file(root.join("out").join(&name)).unwrap();
    let answer = Simulator::new().answer(written.as_bytes(), app.clock.now()).unwrap();
    fs::write(root.join("in/result.xml"), answer).unwrap();
    app.settle().await;
    assert!(names(&root.join("out")).is_empty());
    // a process that stalled while it wrote its own part, before another delivered the file: nothing is offered twice
    fs::write(part(token + 1), &written).unwrap();
    fs::write(part(token - 1), &written).unwrap();
    app.settle().await;
    assert!(names(&root.join("out")).is_empty());
    assert_eq!(bank.balance(Code::Bank).await, "400.00");
    bank.court.app.finish().await;
}
both!(a_folder_takes_files_in_and_gives_payments_out_once, super::watches_a_folder);
