//! Bundles that are longer than an argument of the graph: `POST /mirror-bundles`.

use super::*;
use crate::mirror::platform::on_platform;
use chrono::TimeDelta;
use duixian::{auction::mirror::form::LONGEST, kernel::clock::Timestamp};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// Bids of the sale: more than the graph shows at once, and a text longer than it takes.
const BIDS: i64 = 3_000;

impl Mirrored {
    /// The answer of the route: status and body.
    async fn post(&self, user: Option<&User>, lot: &str, body: Vec<u8>) -> (u16, Value) {
        let address = format!("http://{}/mirror-bundles?lot={lot}", self.sale.court.app.running.address);
        let mut request = reqwest::Client::new().post(address).body(body);
        if let Some(user) = user {
            request = request.bearer_auth(&user.token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
    /// Two bidders outbid each other once a second by one step.
    fn contested(&self) -> Value {
        let mut bundle = on_platform(self.sold(), true);
        let first = Timestamp::parse("2026-04-16T11:00:00.000+08:00").unwrap();
        let bids: Vec<Value> = (0..BIDS)
            .map(|index| {
                let code = if index % 2 == 0 { "A101" } else { "B202" };
                let at = first.plus(TimeDelta::seconds(index)).to_rfc3339();
                json!({ "bidderCode": code, "amount": price_of(index), "at": at })
            })
            .collect();
        bundle["bids"] = json!(bids);
        bundle["result"]["price"] = json!(price_of(BIDS - 1));
        bundle["result"]["endedAt"] = json!(END);
        bundle
    }
}

fn price_of(index: i64) -> String {
    format!("{}.00", 500_000 + 10_000 * index)
}

fn half_steps(index: i64) -> String {
    format!("{}.00", 500_000 + 5_000 * index)
}

/// Who keeps a place busy without sending a body has one, and none who may not import.
async fn places(mirrored: &Mirrored, lot: &str) {
    let (court, app) = (&mirrored.sale.court, &mirrored.sale.court.app);
    let address = app.running.address;
    let begin = async |user: &User| {
        let mut line = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /mirror-bundles?lot={lot} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Length: 1000\r\n\r\n ",
            user.token
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line
    };
    let slow = begin(&court.officer).await;
    let _forbidden = (begin(&court.finance).await, begin(&court.finance).await);
    // until the server has read the head of the slow one the quick one still finds a place
    let mut busy = 0;
    while mirrored.post(Some(&court.officer), lot, Vec::new()).await.0 != 429 {
        busy += 1;
        assert!(busy < 50, "a second place for the same person");
    }
    let operator = app.user("mover", "平台运营乙", &[Role::ProviderOperator], Some(court.id)).await;
    assert_eq!(mirrored.post(Some(&operator), lot, Vec::new()).await.0, 422, "another's place is free");
    drop(slow);
    let mut waits = 0;
    while mirrored.post(Some(&court.officer), lot, Vec::new()).await.0 == 429 {
        waits += 1;
        assert!(waits < 100, "the place of a broken line is never free");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn uploads(database: TestDatabase) {
    let mirrored = Mirrored::on_platform(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    let lot = sale.lot.as_str().unwrap();
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let text = mirrored.sign(&mirrored.contested());
    assert!(text.len() > 160_000);

    let send = async |user: Option<&User>| mirrored.post(user, lot, text.clone().into_bytes()).await;
    assert_eq!(mirrored.post(None, lot, Vec::new()).await.0, 401);
    assert_eq!(send(Some(&sale.court.finance)).await.0, 403);
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(other)).await;
    let (status, body) = send(Some(&stranger)).await;
    assert_eq!((status, &body["userErrors"][0]["code"]), (422, &json!("NOT_FOUND")));
    let (status, body) = mirrored.post(Some(officer), lot, vec![0xff, 0xfe]).await;
    assert_eq!((status, &body["userErrors"][0]["code"]), (422, &json!("BUNDLE_INVALID")));
    let changed = text.replacen("竞买人1", "竞买人3", 1).into_bytes();
    let (status, body) = mirrored.post(Some(officer), lot, changed).await;
    assert_eq!((status, &body["userErrors"][0]["code"]), (422, &json!("BUNDLE_SIGNATURE_INVALID")));
    assert_eq!(mirrored.post(Some(officer), "nothing", Vec::new()).await.0, 400);
    let (status, body) = mirrored.post(Some(officer), lot, vec![b' '; LONGEST + 1]).await;
    assert!(status == 400 && body.to_string().contains("longer than"), "{status} {body}");
    places(&mirrored, lot).await;
    // every second bid is half a step too low: nobody gives a reason for each
    let mut low = mirrored.contested();
    for (bid, index) in low["bids"].as_array_mut().unwrap().iter_mut().zip(0..) {
        bid["amount"] = json!(half_steps(index));
    }
    low["result"]["price"] = json!(half_steps(BIDS - 1));
    let (status, body) = mirrored.post(Some(officer), lot, mirrored.sign(&low).into_bytes()).await;
    let error = &body["userErrors"][0];
    assert_eq!((status, &error["code"]), (422, &json!("BUNDLE_INVALID")), "{body}");
    assert!(error["message"].as_str().unwrap().contains("more than 1000 places"), "{body}");

    let (status, body) = send(Some(officer)).await;
    assert_eq!((status, &body["userErrors"]), (200, &json!([])), "{body:#}");
    let again = send(Some(officer)).await;
    assert_eq!(again, (200, body.clone()), "the same bytes are the same bundle");
    mirrored.adopt(&body["bundle"]["id"]).await;
    let seen = sale.lot(None, "status bidCount platform { mirrored { bids { sequence } } }").await;
    assert_eq!((&seen["status"], &seen["bidCount"]), (&json!("SOLD"), &json!(BIDS)));
    assert_eq!(seen["platform"]["mirrored"]["bids"].as_array().unwrap().len(), 1_000);
    let last = sale.lot(None, "platform { mirrored { bids(after: 2999) { sequence bidderCode amount } } }").await;
    let expected = json!([{ "sequence": BIDS, "bidderCode": "B202", "amount": price_of(BIDS - 1) }]);
    assert_eq!(last["platform"]["mirrored"]["bids"], expected);
    mirrored.sale.court.app.finish().await;
}
both!(netauction_22_a_long_bundle_comes_as_the_body_of_a_request, super::uploads);
