//! How fast deposits go back, as everybody reads it.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use duixian::{access::Role, bank::simulator::Simulator};
use serde_json::{Value, json};

const SPEED: &str =
    "query ($court: ID!, $from: Date!, $to: Date!) { depositRefundSpeed(court: $court, from: $from, to: $to) {
    refunds medianHours p95Hours late overdue } }";

async fn speed(sale: &Sale, from: &str, to: &str) -> Value {
    let variables = json!({ "court": sale.court.id.to_global(), "from": from, "to": to });
    sale.court.app.ask(None, SPEED, variables).await["depositRefundSpeed"].take()
}
fn told(refunds: Option<u64>, hours: Option<i64>, late: u64, overdue: u64) -> Value {
    json!({ "refunds": refunds, "medianHours": hours, "p95Hours": hours, "late": late, "overdue": overdue })
}

/// Five of six deposits go back; the bank confirms at `confirmed`, when so many are `overdue`.
async fn refunded(database: TestDatabase, confirmed: &str, overdue: u64) -> Sale {
    let sale = Sale::announced(database).await;
    let winner = sale.bidder(1).await;
    for serial in 2..=6 {
        sale.bidder(serial).await;
    }
    let app = &sale.court.app;
    let cashier = app.user("cashier", "出纳", &[Role::Cashier], Some(sale.court.id)).await;
    app.go_to(START).await;
    sale.bid(&winner, "500000.00").await;
    app.go_to(END).await;
    let input = json!({ "court": sale.court.id.to_global(), "book": "AUCTION_DEPOSITS" });
    let file = app.done(&cashier, "writePaymentFile", input, "paymentFile { content }").await;
    assert_eq!(speed(&sale, "2026-04-17", "2026-04-17").await, told(None, None, 0, 0));
    app.go_to(confirmed).await;
    assert_eq!(speed(&sale, "2026-04-17", "2026-04-17").await, told(None, None, 0, overdue));
    let content = file["paymentFile"]["content"].as_str().unwrap();
    let answer = Simulator::new().answer(content.as_bytes(), app.clock.now()).unwrap();
    app.done(&sale.court.finance, "importBankFile", json!({ "content": answer }), "bankFile { id }").await;
    app.settle().await;
    sale
}

async fn in_time(database: TestDatabase) {
    let sale = refunded(database, "2026-04-18T10:00:00.000+08:00", 0).await;
    assert_eq!(speed(&sale, "2026-04-17", "2026-04-17").await, told(Some(5), Some(24), 0, 0));
    for outside in ["2026-04-16", "2026-04-18"] {
        assert_eq!(speed(&sale, outside, outside).await, told(None, None, 0, 0), "{outside}");
    }
    let variables = |from: &str| json!({ "court": sale.court.id.to_global(), "from": from, "to": "2026-04-17" });
    assert_eq!(sale.court.app.error_code(None, SPEED, variables("2025-04-15")).await, "BAD_USER_INPUT");
    assert_eq!(sale.court.app.error_code(None, SPEED, variables("2026-04-18")).await, "BAD_USER_INPUT");
    sale.court.app.finish().await;
}
both!(netauction_23_everybody_reads_how_fast_deposits_go_back, super::in_time);

async fn late(database: TestDatabase) {
    let sale = refunded(database, "2026-04-18T10:00:00.001+08:00", 5).await;
    assert_eq!(speed(&sale, "2026-04-17", "2026-04-17").await, told(Some(5), Some(25), 5, 0));
    sale.court.app.finish().await;
}
both!(netauction_23_a_refund_after_twenty_four_hours_is_late, super::late);
