//! A balance that is paid by a bank loan: a status of the sale while something is left to pay.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::json;

async fn lent(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (anna, registration) = sale.register(1, None).await;
    sale.pay("D1", &[(&registration, 1, "100000.00")]).await;
    let input = json!({ "lot": sale.lot, "bank": "工商银行长沙分行", "document": "贷款承诺函1号" });
    let wrong_state = ("WRONG_STATE".to_owned(), "网拍规定 第13条".to_owned());
    assert_eq!(app.refused(officer, "recordBalanceLoan", input.clone()).await, wrong_state);
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to(END).await;
    let document = "mutation ($input: RecordBalanceLoanInput!) { recordBalanceLoan(input: $input) { replayed } }";
    let mut keyed = input.clone();
    keyed["idempotencyKey"] = json!("lent-balance-1");
    let clerk = app.error_code(Some(&sale.clerk), document, json!({ "input": keyed.clone() })).await;
    assert_eq!(clerk, "FORBIDDEN");
    app.done(officer, "recordBalanceLoan", keyed.clone(), "lot { status }").await;
    assert_eq!(app.done(officer, "recordBalanceLoan", keyed, "lot { status }").await["replayed"], true);
    let twice = app.refused(officer, "recordBalanceLoan", input.clone()).await;
    assert_eq!(twice, ("ALREADY_EXISTS".into(), "网拍规定 第13条".into()));
    let seen = sale.lot(None, "result { balance balanceLoan { bank } }").await["result"].take();
    assert_eq!(seen, json!({ "balance": "400000.00", "balanceLoan": { "bank": "工商银行长沙分行" } }));
    // the bank's money arrives like any other; then nothing is left to lend
    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&registration, 1, "400000.00")]).await;
    assert_eq!(sale.lot(None, "status").await["status"], "PAID");
    assert_eq!(app.refused(officer, "recordBalanceLoan", input).await, wrong_state);
    sale.court.app.finish().await;
}
both!(netauction_13_a_balance_is_lent_by_a_bank_once, super::lent);
