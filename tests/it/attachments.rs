//! Photos and papers of lots: declared, sent, checked, kept once, shown with the announcement and changed in the open.

use crate::{
    auction::{END, Sale},
    both,
    cases::court_of,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::Role,
    auction::attachment::jobs::Attachments,
    config::{AttachmentSettings, Config},
    kernel::{
        clock::Timestamp,
        jobs::{Fence, JobHandler as _},
    },
    oversight::verify::{Report, verify_attachments},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const SELECT: &str = "attachment { id state published path sha256 } upload { path }";
const LISTED: &str = "announcement { revision attachments { fileName state published path shownRevision } }";

/// Bytes that begin like a photo.
fn photo(content: &str) -> Vec<u8> {
    [&[0xFF, 0xD8, 0xFF, 0xE0], content.as_bytes()].concat()
}
fn declared(lot: &Value, name: &str, media_type: &str, bytes: &[u8]) -> Value {
    json!({ "lot": lot, "fileName": name, "mediaType": media_type, "size": bytes.len(),
        "sha256": hex::encode(Sha256::digest(bytes)), "caption": "客厅" })
}
/// Files in the store, whatever their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = folders.flat_map(|entry| std::fs::read_dir(entry.path()).unwrap().flatten());
    files.map(|entry| entry.path()).collect()
}

impl Sale {
    fn address(&self, path: &Value) -> String {
        format!("http://{}{}", self.court.app.running.address, path.as_str().unwrap())
    }
    async fn declare(&self, name: &str, bytes: &[u8]) -> Value {
        let input = declared(&self.lot, name, "JPEG", bytes);
        self.court.app.done(&self.court.officer, "requestAttachmentUpload", input, SELECT).await
    }
    async fn put(&self, path: &Value, bytes: &[u8]) -> (u16, Value) {
        let answer = reqwest::Client::new().put(self.address(path)).body(bytes.to_vec()).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
    /// Declares and sends a photo; its id.
    async fn send_photo(&self, name: &str, bytes: &[u8]) -> Value {
        let mut made = self.declare(name, bytes).await;
        assert_eq!(self.put(&made["upload"]["path"], bytes).await.0, 201);
        made["attachment"]["id"].take()
    }
    async fn get(&self, path: &Value) -> reqwest::Response {
        reqwest::get(self.address(path)).await.unwrap()
    }
    async fn listed(&self, user: Option<&User>) -> Value {
        self.lot(user, LISTED).await["announcement"]["attachments"].take()
    }
    async fn check_files(&self) -> Report {
        let mut report = Report::default();
        let running = &self.court.app.running;
        verify_attachments(&running.services.db, &running.shelf, &mut report).await.unwrap();
        report
    }
}

/// A lot in preparation, its attachments in a folder of the test.
async fn draft(database: TestDatabase, folder: &Path) -> (Sale, Value) {
    let attachments = AttachmentSettings { folder: Some(folder.to_owned()) };
    let app = TestApp::start_with(database, Config { attachments, ..Config::default() }).await;
    Sale::draft_in(court_of(app).await).await
}

async fn arrives(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let (sale, _) = draft(database, folder.path()).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let bytes = photo("一");
    let mut input = declared(&sale.lot, "客厅.jpg", "JPEG", &bytes);
    input["idempotencyKey"] = json!("photo-one");
    let made = app.done(officer, "requestAttachmentUpload", input.clone(), SELECT).await;
    let (attachment, target) = (&made["attachment"], &made["upload"]["path"]);
    assert_eq!((&attachment["state"], &attachment["path"]), (&json!("PENDING"), &Value::Null));
    // other bytes, and an address that was not given out for these: nothing stays
    for wrong in [photo("二"), photo("一一"), photo("")] {
        let (status, answer) = sale.put(target, &wrong).await;
        assert_eq!((status, &answer["userErrors"][0]["code"]), (422, &json!("FILE_DIFFERS")), "{answer:#}");
        assert_eq!(answer["userErrors"][0]["law"]["article"], "第13条");
    }
    let (path, query) = target.as_str().unwrap().split_once('?').unwrap();
    for forged in [path.to_owned(), format!("{}?{query}", path.replace("/content", "")), format!("{path}?{query}0")] {
        let status = sale.put(&json!(forged), &bytes).await.0;
        assert!([404, 405].contains(&status), "{forged}: {status}");
    }
    let script = b"<script>alert(1)</script>";
    let disguised = sale.declare("a.jpg", script).await;
    let (status, answer) = sale.put(&disguised["upload"]["path"], script).await;
    assert_eq!((status, &answer["userErrors"][0]["arguments"]["what"]), (422, &json!("mediaType")));
    assert!(files(folder.path()).is_empty());
    // the bytes, twice; then the mutation again
    assert_eq!(sale.put(target, &bytes).await.0, 201);
    let (status, again) = sale.put(target, &bytes).await;
    assert_eq!((status, &again["replayed"], &again["attachment"]["id"]), (200, &json!(true), &attachment["id"]));
    let replayed = app.done(officer, "requestAttachmentUpload", input, SELECT).await;
    assert_eq!((&replayed["replayed"], &replayed["upload"]), (&json!(true), &Value::Null));
    assert_eq!(replayed["attachment"]["state"], "STORED");
    // not public yet: the court has an address of five minutes, which is no address to send to
    let path = &replayed["attachment"]["path"];
    let answer = sale.get(path).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((answer.status().as_u16(), header("content-type").as_str()), (200, "image/jpeg"));
    assert_eq!(
        (header("x-content-type-options").as_str(), header("cache-control").as_str()),
        ("nosniff", "private, no-store")
    );
    assert!(header("content-disposition").starts_with("attachment; "));
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let bare = json!(path.as_str().unwrap().split('?').next().unwrap());
    assert_eq!(sale.get(&bare).await.status(), 404);
    // the same bytes under another name are kept once, and stay while one of the two does
    let twin = sale.send_photo("客厅 副本.jpg", &bytes).await;
    assert_eq!(files(folder.path()).len(), 1);
    app.done(officer, "removeAttachment", json!({ "attachment": twin }), "attachment { state }").await;
    assert_eq!(app.refused(officer, "removeAttachment", json!({ "attachment": twin })).await.0, "WRONG_STATE");
    app.go_to("2026-03-02T09:15:00+08:00").await;
    assert_eq!(files(folder.path()).len(), 1);
    std::fs::write(format!("{}#1", files(folder.path())[0].display()), "cut off").unwrap();
    app.done(officer, "removeAttachment", json!({ "attachment": attachment["id"] }), "attachment { state }").await;
    // what may still be on its way in is waited for
    app.settle().await;
    assert_eq!(files(folder.path()).len(), 2);
    app.clock.advance_to(Timestamp::parse("2026-03-02T09:30:00.000+08:00").unwrap());
    // a process that stalled until its lease went to another takes nothing away
    let (services, shelf) = (app.running.services.clone(), app.running.shelf.clone());
    let stalled = Attachments { services, shelf };
    assert!(stalled.tick(&Fence { name: "attachments", token: -1 }).await.is_err());
    assert_eq!(files(folder.path()).len(), 2);
    app.settle().await;
    assert!(files(folder.path()).is_empty(), "nothing needs them, and what a killed process left goes with them");
    assert_eq!(sale.get(path).await.status(), 404);
    sale.court.app.finish().await;
}
both!(a_photo_is_kept_when_it_is_what_was_declared, super::arrives);

/// An upload that has sent half of its bytes.
struct Halfway(TcpStream, Vec<u8>);
impl Halfway {
    async fn start(sale: &Sale, path: &Value, bytes: &[u8]) -> Halfway {
        let mut socket = TcpStream::connect(sale.court.app.running.address).await.unwrap();
        let (length, path) = (bytes.len(), path.as_str().unwrap());
        let head =
            format!("PUT {path} HTTP/1.1\r\nhost: court\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let (first, rest) = bytes.split_at(length / 2);
        socket.write_all(first).await.unwrap();
        // until the other side has begun to take them in
        tokio::time::sleep(Duration::from_millis(500)).await;
        Halfway(socket, rest.to_vec())
    }
    /// Sends the rest; the status line of the answer.
    async fn end(mut self) -> String {
        self.0.write_all(&self.1).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap().to_owned()
    }
}

async fn meets(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let (sale, _) = draft(database, folder.path()).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    // the same bytes twice at a time: the second hears that they are there
    let bytes = photo("一而再");
    let twice = sale.declare("一.jpg", &bytes).await;
    let first = Halfway::start(&sale, &twice["upload"]["path"], &bytes).await;
    assert_eq!(sale.put(&twice["upload"]["path"], &bytes).await.0, 201);
    assert_eq!(first.end().await, "HTTP/1.1 200 OK");
    // removed while its bytes come: they are refused, and go with what is looked at later
    let bytes = photo("不再需要");
    let removed = sale.declare("二.jpg", &bytes).await;
    let upload = Halfway::start(&sale, &removed["upload"]["path"], &bytes).await;
    let input = json!({ "attachment": removed["attachment"]["id"] });
    app.done(officer, "removeAttachment", input, "attachment { state }").await;
    app.settle().await;
    assert_eq!(upload.end().await, "HTTP/1.1 422 Unprocessable Entity");
    assert_eq!(files(folder.path()).len(), 2);
    app.go_to("2026-03-02T09:14:59.999+08:00").await;
    assert_eq!(files(folder.path()).len(), 2);
    app.go_to("2026-03-02T09:15:00.000+08:00").await;
    assert_eq!(files(folder.path()).len(), 1, "the first stays");
    sale.court.app.finish().await;
}
both!(uploads_that_meet_each_other_or_a_removal_leave_nothing_behind, super::meets);

async fn changes(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let (sale, case) = draft(database, folder.path()).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let first = sale.send_photo("一.jpg", &photo("一")).await;
    let unsent = sale.declare("未传.jpg", &photo("未")).await;
    sale.announce(&case).await;
    let shown = sale.listed(None).await;
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!((&shown[0]["published"], &shown[0]["shownRevision"]), (&json!(true), &json!(0)));
    let answer = sale.get(&shown[0]["path"]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    // three days later the file that never came is given up
    let expired = sale.listed(Some(officer)).await;
    assert_eq!(expired.as_array().unwrap().len(), 1, "{expired:#}");
    let seen = app
        .ask(
            Some(officer),
            "query ($id: ID!) { node(id: $id) { ... on LotAttachment { state } } }",
            json!({ "id": unsent["attachment"]["id"] }),
        )
        .await;
    assert_eq!(seen["node"]["state"], "EXPIRED");
    // what is public goes by a revision alone
    let gone = app.refused(officer, "removeAttachment", json!({ "attachment": first })).await;
    assert_eq!(gone, ("WRONG_STATE".into(), "网拍规定 第13条".into()));
    let second = sale.send_photo("二.jpg", &photo("二")).await;
    assert_eq!(sale.listed(None).await.as_array().unwrap().len(), 1);
    assert_eq!(sale.listed(Some(officer)).await.as_array().unwrap().len(), 2);
    let revision = |show: &[&Value], remove: &[&Value]| {
        json!({ "lot": sale.lot, "showAttachments": show, "removeAttachments": remove, "reason": "补充照片",
            "documentNumber": "更正公告1号" })
    };
    let refused = async |input: Value| app.refused(officer, "reviseAnnouncement", input).await.0;
    assert_eq!(refused(revision(&[&first], &[])).await, "WRONG_STATE", "it is shown");
    assert_eq!(refused(revision(&[], &[&second])).await, "WRONG_STATE", "it is not shown");
    assert_eq!(refused(revision(&[&second], &[&second])).await, "LIST_INVALID");
    let diff = "lot { announcement { revisions { material changes { field item before after } } } }";
    let revised = app.done(officer, "reviseAnnouncement", revision(&[&second], &[&first]), diff).await;
    let revised = &revised["lot"]["announcement"]["revisions"][0];
    let label = |name: &str, text: &str| format!("{name} (SHA-256 {})", hex::encode(Sha256::digest(photo(text))));
    assert_eq!(
        *revised,
        json!({ "material": true, "changes": [
            { "field": "ATTACHMENT", "item": null, "before": "", "after": label("二.jpg", "二") },
            { "field": "ATTACHMENT", "item": null, "before": label("一.jpg", "一"), "after": "" },
        ] })
    );
    let now = sale.listed(None).await;
    assert_eq!(
        (&now[0]["fileName"], &now[0]["shownRevision"], now.as_array().unwrap().len()),
        (&json!("二.jpg"), &json!(1), 1)
    );
    assert_eq!(sale.get(&shown[0]["path"]).await.status(), 404);
    app.settle().await;
    assert_eq!(files(folder.path()).len(), 2, "what was public stays on record");
    // a file that was changed behind the program is found
    assert!(sale.check_files().await.is_clean());
    for file in files(folder.path()) {
        std::fs::write(file, "changed").unwrap();
    }
    assert_eq!(sale.check_files().await.violations.len(), 1, "of the one that is shown");
    let digest = hex::encode(Sha256::digest(photo("二")));
    std::fs::write(folder.path().join(&digest[..2]).join(&digest), photo("二")).unwrap();
    // nothing comes after the end
    app.go_to(END).await;
    let late = declared(&sale.lot, "三.jpg", "JPEG", &photo("三"));
    assert_eq!(app.refused(officer, "requestAttachmentUpload", late).await.0, "WRONG_STATE");
    sale.court.app.finish().await;
}
both!(what_is_public_changes_by_a_revision_alone, super::changes);

async fn who_may(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let (sale, _) = draft(database, folder.path()).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let bytes = photo("一");
    let input = || declared(&sale.lot, "一.jpg", "JPEG", &bytes);
    let refused = async |change: &[(&str, Value)]| {
        let mut input = input();
        for (field, value) in change {
            input[*field] = value.clone();
        }
        app.refused(officer, "requestAttachmentUpload", input).await
    };
    let limit = 20 * 1_048_576;
    assert_eq!(refused(&[("size", json!(limit + 1))]).await, ("FILE_TOO_LARGE".into(), "网拍规定 第13条".into()));
    assert_eq!(refused(&[("size", json!(0))]).await.0, "FILE_DIFFERS");
    for (field, bad) in [("fileName", "../一.jpg"), ("fileName", ""), ("sha256", "ab")] {
        assert_eq!(refused(&[(field, json!(bad))]).await.0, "TEXT_INVALID", "{field}: {bad}");
    }
    let mut largest = input();
    largest["size"] = json!(limit);
    let waiting = app.done(officer, "requestAttachmentUpload", largest, SELECT).await["attachment"]["id"].take();
    // another court's officer finds nothing; another post may not; the public sees nothing
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    assert_eq!(app.refused(&stranger, "requestAttachmentUpload", input()).await.0, "NOT_FOUND");
    assert_eq!(app.refused(&stranger, "removeAttachment", json!({ "attachment": waiting })).await.0, "NOT_FOUND");
    let mutation = "mutation ($i: RemoveAttachmentInput!) { removeAttachment(input: $i) { replayed } }";
    let remove = json!({ "i": { "idempotencyKey": "clerk-removes", "attachment": waiting } });
    assert_eq!(app.error_code(Some(&sale.clerk), mutation, remove).await, "FORBIDDEN");
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for (user, seen) in [(None, false), (Some(&stranger), false), (Some(officer), true)] {
        let found = app.ask(user, node, json!({ "id": waiting })).await;
        assert_eq!(found["node"].is_null(), !seen);
    }
    sale.court.app.finish().await;
}
both!(attachments_are_the_courts_own, super::who_may);
