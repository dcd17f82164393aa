//! The whole server on both engines: it starts, answers, and stops without leaving anybody waiting.

use crate::support::{
    app::TestApp,
    database::{self, TestDatabase},
};
use duixian::{
    access::Role,
    app::{App, Foundation, STOP_LIMIT},
    config::Config,
    kernel::{
        clock::{Clock, Timestamp},
        db::Db,
        events::{self, Bus},
        ids::NodeKind,
        keys::KeyRing,
    },
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

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

/// What one process changes, the subscribers of another hear through PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_heard_by_the_other_processes() {
    let app = TestApp::start(database::postgres().await).await;
    let (bus, stop) = (Bus::default(), CancellationToken::new());
    let mut heard = bus.subscribe();
    let other = Db::connect(&app.database.url).await.unwrap();
    let hearing = tokio::spawn(events::hear(other, bus, stop.clone()));

    let court = app.court("湘0102").await;
    let maker = app.user("maker", "管理员乙", &[Role::Administrator], Some(court)).await;
    let clerk = app.user("clerk", "书记员", &[], None).await;
    let account = clerk.account.to_global();
    // what is sent before the other process listens is lost, by design: so it is sent until it is heard
    let event = tokio::time::timeout(Duration::from_secs(20), async {
        for role in ["CASHIER", "FUND_SUPERVISOR", "DEPUTY", "PANEL_MEMBER", "INSPECTOR"].into_iter().cycle() {
            let grant = json!({ "account": account, "role": role, "court": court.to_global(), "reason": "任职文件" });
            app.mutate(&maker, "grantRole", grant, "").await;
            app.settle().await;
            if let Ok(event) = tokio::time::timeout(Duration::from_secs(1), heard.recv()).await {
                return event.unwrap();
            }
        }
        unreachable!("the roles go round")
    });
    let event = event.await.expect("the event is heard");
    assert_eq!((event.topic.as_str(), event.subject.kind), ("work-queue", NodeKind::Approval));
    stop.cancel();
    hearing.await.unwrap();
    app.finish().await;
}

/// A server does not start on tables of another form, and does not change them by looking.
#[tokio::test]
async fn an_unmigrated_database_is_told_from_a_migrated_one() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = Db::connect(&format!("sqlite://{}?mode=rwc", dir.path().join("fresh.db").display())).await.unwrap();
    assert!(fresh.is_migrated::<migration::Migrator>().await.is_err(), "there is no table to read");
    fresh.migrate::<migration::Migrator>().await.unwrap();
    assert!(fresh.is_migrated::<migration::Migrator>().await.unwrap());
    let postgres = database::postgres().await;
    assert!(postgres.db.is_migrated::<migration::Migrator>().await.unwrap());
    let forget = "DELETE FROM seaql_migrations WHERE version = 'm001_kernel'";
    postgres.db.write_with(move |tx| Box::pin(async move { Ok(tx.execute_unprepared(forget).await?) })).await.unwrap();
    assert!(!postgres.db.is_migrated::<migration::Migrator>().await.unwrap());
}
