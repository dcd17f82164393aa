//! The whole server on both engines: it starts, answers, and stops without leaving anybody waiting.

use crate::support::database::TestDatabase;
use duixian::{
    app::{App, Foundation, STOP_LIMIT},
    config::Config,
    kernel::{
        clock::{Clock, Timestamp},
        keys::KeyRing,
    },
};
use serde_json::{Value, json};
use std::time::Instant;

async fn starts_answers_and_stops(database: TestDatabase) {
    let clock = Clock::manual(Timestamp::parse("2026-03-02T09:00:00.000+08:00").unwrap());
    let config = Config::default();
    let foundation = Foundation::on(&config, clock, database.db.clone(), KeyRing::ephemeral().unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = App::new(&config, foundation).start(listener, true).unwrap();
    let http = reqwest::Client::new();
    let get = |path: &str| http.get(format!("http://{}{path}", running.address)).send();
    assert_eq!(get("/readyz").await.unwrap().status(), 200);
    assert!(get("/graphiql").await.unwrap().text().await.unwrap().contains("GraphiQL"));
    let ask = |query: &str| http.post(running.url()).json(&json!({ "query": query })).send();

    let answer: Value = ask("{ serverTime viewer { roles { role } } }").await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "serverTime": "2026-03-02T09:00:00.000+08:00", "viewer": null } }));
    let query = r#"{ node(id: "nonsense") { id } nodes(ids: ["AAAA", "AQAAAAAAAAAAAAAAAAAAAAA"]) { id } }"#;
    let answer: Value = ask(query).await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "node": null, "nodes": [null, null] } }));
    let foreign: Value = ask("{ approvals { nodes { id } } }").await.unwrap().json().await.unwrap();
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let forged = http.post(running.url()).bearer_auth("forged").json(&json!({ "query": "{__typename}" })).send();
    assert_eq!(forged.await.unwrap().status(), 401);

    running.ticker.run_until_idle().await.unwrap();
    let url = running.url();
    let begin = Instant::now();
    assert!(running.stop().await, "it stops by itself");
    assert!(begin.elapsed() < STOP_LIMIT);
    assert!(http.post(url).send().await.is_err(), "nobody listens any more");
}
crate::both!(server_starts_answers_and_stops, super::starts_answers_and_stops);
