//! Notices: who is told of what, and how a gateway that fails, hangs or repeats is dealt with.

use crate::{
    both,
    cases::{Court, court_of},
    disbursement::{approved, bank_pays, confirm, people, receive},
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chrono::TimeDelta;
use duixian::{
    access::Role,
    config::Config,
    kernel::{
        db::{Engine, sql},
        ids::AccountId,
        jobs::{Fence, JobHandler},
    },
    notice::{
        NoticeChannel,
        delivery::Deliveries,
        gateway::{GatewaySettings, HttpGateway, NoticeSettings, sign},
    },
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const SECRET: &str = "a shared secret of at least thirty-two bytes";

/// What a gateway heard, and what it answers: a status, or silence.
#[derive(Clone)]
struct Gateway {
    heard: Arc<Mutex<Vec<Value>>>,
    answer: Arc<Mutex<u16>>,
}
const SILENCE: u16 = 0;

async fn hear(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let timestamp: i64 = header("x-duixian-timestamp").parse().unwrap();
    let expected = format!("v1={}", sign(SECRET.as_bytes(), timestamp, &body).unwrap());
    assert_eq!(header("x-duixian-signature"), expected);
    let said: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(said["id"], header("idempotency-key"));
    gateway.heard.lock().unwrap().push(said);
    let answer = *gateway.answer.lock().unwrap();
    if answer == SILENCE {
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
    StatusCode::from_u16(answer).unwrap_or(StatusCode::OK)
}

impl Gateway {
    async fn start() -> (Gateway, String) {
        let gateway = Gateway { heard: Arc::default(), answer: Arc::new(Mutex::new(200)) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notices", listener.local_addr().unwrap());
        let router = Router::new().route("/notices", post(hear)).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (gateway, url)
    }
    fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = status;
    }
    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

/// A court with both gateways at one address.
async fn connected(database: TestDatabase) -> (Court, Gateway, GatewaySettings, tempfile::TempDir) {
    let (gateway, url) = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, format!("{SECRET}\n")).unwrap();
    let settings = GatewaySettings { url, secret_file, english: false };
    let notice = NoticeSettings { sms: Some(settings.clone()), webhook: Some(settings.clone()) };
    let app = TestApp::start_with(database, Config { notice, ..Config::default() }).await;
    (court_of(app).await, gateway, settings, folder)
}
async fn deliver(court: &Court) {
    court.app.settle().await;
    court.app.running.deliveries.run_until_idle().await.unwrap();
}
const LIST: &str =
    "query ($filter: NoticeFilter) { notices(filter: $filter, first: 50) { nodes { id kind text caseNumber
    deliveries { channel state tries lastError } } } }";
async fn notices(court: &Court, who: &User, filter: Value) -> Vec<Value> {
    let mut seen = court.app.ask(Some(who), LIST, json!({ "filter": filter })).await;
    seen["notices"]["nodes"].take().as_array().unwrap().clone()
}
fn states(notices: &[Value], channel: &str) -> Vec<String> {
    let deliveries = notices.iter().flat_map(|notice| notice["deliveries"].as_array().unwrap());
    let of_channel = deliveries.filter(|delivery| delivery["channel"] == channel);
    of_channel.map(|delivery| delivery["state"].as_str().unwrap().to_owned()).collect()
}

async fn survives_its_gateways(database: TestDatabase) {
    let (court, gateway, settings, _folder) = connected(database).await;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    receive(&court, &case, "R-1", "100.00").await;

    // a fault: tried again later, with the same ids
    gateway.answers(500);
    deliver(&court).await;
    let first = gateway.take();
    assert_eq!(first.len(), 4, "three parties by webhook, one of them by mobile too");
    let all = notices(&court, &court.officer, json!({})).await;
    assert_eq!(all.len(), 3);
    assert_eq!(states(&all, "WEBHOOK"), ["WAITING"; 3]);
    let mut sms = states(&all, "SMS");
    sms.sort();
    assert_eq!(sms, ["NO_ADDRESS", "NO_ADDRESS", "WAITING"]);
    gateway.answers(200);
    deliver(&court).await;
    assert_eq!(gateway.take().len(), 0, "not before its time");
    court.app.clock.advance_to(court.app.clock.now().plus(TimeDelta::seconds(30)));
    deliver(&court).await;
    let second = gateway.take();
    let ids = |heard: &[Value]| {
        let mut ids: Vec<String> = heard.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&first), ids(&second));
    let with_mobile: Vec<_> = second.iter().filter(|one| one["mobile"] == "13812341234").collect();
    assert_eq!(with_mobile.len(), 1);
    assert!(with_mobile[0]["text"].as_str().unwrap().contains("收到执行案款100.00元"));

    // refused for good: dead, listed, sent again by hand once
    gateway.answers(400);
    receive(&court, &case, "R-2", "7.00").await;
    deliver(&court).await;
    gateway.take();
    let dead = notices(&court, &court.officer, json!({ "state": "DEAD" })).await;
    assert_eq!(dead.len(), 3);
    assert!(dead[0]["deliveries"].as_array().unwrap().iter().any(|d| d["lastError"] == "400 Bad Request"));
    gateway.answers(200);
    let again = json!({ "notice": dead[0]["id"], "channel": "WEBHOOK" });
    assert_eq!(
        court
            .app
            .refused(&court.officer, "resendNotice", json!({ "notice": all[0]["id"], "channel": "WEBHOOK" }))
            .await
            .0,
        "WRONG_STATE"
    );
    let mut keyed = again.clone();
    keyed["idempotencyKey"] = json!("resend-0001");
    court.app.done(&court.officer, "resendNotice", keyed.clone(), "notice { id }").await;
    assert_eq!(court.app.done(&court.officer, "resendNotice", keyed, "notice { id }").await["replayed"], true);
    deliver(&court).await;
    assert_eq!(gateway.take().len(), 1);
    assert_eq!(court.app.refused(&court.officer, "resendNotice", again).await.0, "WRONG_STATE");

    // a crash between sending and recording: the lease has gone to another process, so nothing is written
    receive(&court, &case, "R-3", "8.00").await;
    court.app.settle().await;
    let services = court.app.running.services.clone();
    let http = HttpGateway::new(NoticeChannel::Webhook, settings, services.clock.clone());
    let crashing = Deliveries { services, gateways: vec![Arc::new(http)] };
    assert!(crashing.tick(&Fence { name: "notice-delivery", token: -1 }).await.is_err());
    let lost = gateway.take();
    assert_eq!(lost.len(), 3, "sent, and nobody knows");
    deliver(&court).await;
    let repeated = gateway.take();
    let by_webhook: Vec<Value> = repeated.into_iter().filter(|one| one["mobile"].is_null()).collect();
    assert_eq!(ids(&lost), ids(&by_webhook), "the receiver sees the same ids again");

    // silence
    gateway.answers(SILENCE);
    receive(&court, &case, "R-4", "9.00").await;
    deliver(&court).await;
    let waiting = notices(&court, &court.officer, json!({ "state": "WAITING" })).await;
    assert_eq!(waiting.len(), 3);
    assert_eq!(waiting[0]["deliveries"].as_array().unwrap().last().unwrap()["lastError"], "no answer in time");
    court.app.finish().await;
}
both!(a_gateway_that_fails_hangs_or_crashes_loses_no_notice, super::survives_its_gateways);

async fn one_is_broken(database: TestDatabase) {
    let (court, gateway, _settings, _folder) = connected(database).await;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    receive(&court, &case, "R-1", "100.00").await;
    court.app.settle().await;
    let broken = "UPDATE notice SET facts = '{}' WHERE id = (SELECT min(id) FROM notice)";
    let broken = if court.app.database.db.engine() == Engine::Postgres {
        broken.replace("min(id)", "id").replace("FROM notice)", "FROM notice ORDER BY id LIMIT 1)")
    } else {
        broken.to_owned()
    };
    let changed = court.app.database.db.write_with(move |tx| {
        let broken = broken.clone();
        Box::pin(async move { Ok(tx.execute_raw(sql(tx, &broken, [])).await?.rows_affected()) })
    });
    assert_eq!(changed.await.unwrap(), 1);
    court.app.running.deliveries.run_until_idle().await.unwrap();
    assert!(gateway.take().len() >= 2, "the others are handed over");
    let text = "SELECT state, tries, last_error FROM notice_delivery WHERE last_error IS NOT NULL";
    let reader = court.app.database.db.reader();
    let rows = reader.query_all_raw(sql(&reader, text, [])).await.unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let seen: (String, i32, String) = (
            row.try_get("", "state").unwrap(),
            row.try_get("", "tries").unwrap(),
            row.try_get("", "last_error").unwrap(),
        );
        assert_eq!(seen, ("WAITING".into(), 1, "internal".into()));
    }
    court.app.finish().await;
}
both!(a_notice_that_cannot_be_handed_over_holds_up_no_other, super::one_is_broken);

async fn tells_each_his_own(database: TestDatabase) {
    let court = court_of(TestApp::start(database).await).await;
    let (app, people) = (&court.app, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    receive(&court, &case, "R-1", "100.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", crate::disbursement::CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = approved(&court, &people, draft).await;
    let select = "order { attempts { id } }";
    let paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await;
    bank_pays(&court, &people, &paid["order"]["attempts"][0]).await;
    app.settle().await;

    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id } userErrors { code } } }";
    let input = json!({ "idempotencyKey": "signup-yi", "kind": "PARTY", "loginName": "yi-mou", "password": "Kj8#mQ2!xPz",
        "name": "易某", "identityKind": "CITIZEN", "identityNumber": crate::cases::WORKER, "mobile": "13812341234" });
    let made = app.ask(None, sign_up, json!({ "input": input })).await["signUp"].take();
    let account = made["account"]["id"].as_str().unwrap();
    let clerk = app.user("clerk", "审核员", &[Role::QualificationClerk], Some(court.id)).await;
    let verify = json!({ "account": account, "accepted": true, "note": "当面核对身份证原件" });
    app.done(&clerk, "verifyAccount", verify, "account { status }").await;
    let party = app.sign_in(AccountId::from_global(account).unwrap()).await;

    let his = notices(&court, &party, json!({})).await;
    let kinds: Vec<_> = his.iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PAID", "PAYMENT_SENT", "ORDER_APPROVED", "MONEY_RECEIVED"]);
    assert!(his[0]["text"].as_str().unwrap().contains("尾号0018"), "{his:#?}");
    assert!(!his[0].to_string().contains(crate::disbursement::CARD));
    assert!(
        his.iter().all(|notice| notice["deliveries"] == json!([])),
        "no gateway is set up, and it is not his matter"
    );
    // the other parties' notices and another court's are not there: of two respondents each heard of the money's coming
    // and of the three steps of its going
    assert_eq!(notices(&court, &court.officer, json!({})).await.len(), 4 + 2 * 4);
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(other)).await;
    assert_eq!(notices(&court, &stranger, json!({})).await.len(), 0);
    let foreign = json!({ "notice": his[0]["id"], "channel": "SMS" });
    assert_eq!(app.refused(&stranger, "resendNotice", foreign).await.0, "NOT_FOUND");
    court.app.finish().await;
}
both!(each_person_reads_his_own_notices_in_his_inbox, super::tells_each_his_own);
