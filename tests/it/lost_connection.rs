//! What becomes of requests when PostgreSQL ends a connection or a statement.

use crate::{
    auction::{START, Sale},
    support::database::postgres,
};
use duixian::kernel::{
    db::sql,
    error::{Failure, Problem},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Ends every other session of this database, as a restart of the server does.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bid_outlives_the_loss_of_every_connection() {
    let sale = Sale::announced(postgres().await).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.database.db.reader().query_all_raw(sql(&app.database.db.reader(), CUT, [])).await.unwrap();
    let bid = sale.bid(&bert, "510000.00").await;
    assert_eq!(bid["bid"]["sequence"], 2, "{bid:#}");
    app.database.db.reader().query_all_raw(sql(&app.database.db.reader(), CUT, [])).await.unwrap();
    assert_eq!(sale.lot(None, "currentPrice bidCount").await, json!({ "currentPrice": "510000.00", "bidCount": 2 }));
    sale.court.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_lost_its_connection_before_the_commit_is_run_again() {
    let database = postgres().await;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let done = database.db.write_with(move |tx| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            let lease = "INSERT INTO lease (name, holder, token, expires_at) VALUES ('cut', $1, 1, 1)";
            tx.execute_raw(sql(tx, lease, ["somebody".into()])).await?;
            if first {
                // its own answer may still come through
                let _ = tx.query_all_raw(sql(tx, "SELECT pg_terminate_backend(pg_backend_pid())", [])).await;
                let gone = tx.query_all_raw(sql(tx, "SELECT 1 AS one", [])).await;
                return Err(Failure::from(gone.expect_err("the connection has ended itself")));
            }
            Ok(())
        })
    });
    done.await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    let reader = database.db.reader();
    let kept = sql(&reader, "SELECT count(*) AS kept FROM lease WHERE name = 'cut'", []);
    let row = reader.query_one_raw(kept).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "kept").unwrap(), 1);
}

#[tokio::test]
async fn a_search_of_the_public_is_ended_at_its_limit() {
    let database = postgres().await;
    let searcher = database.db.searcher();
    let endless = searcher.query_one_raw(sql(&searcher, "SELECT pg_sleep(60)", [])).await;
    assert!(matches!(Problem::from(endless.unwrap_err()), Problem::Timeout));
    let next = searcher.query_one_raw(sql(&searcher, "SELECT 1 AS one", [])).await.unwrap().unwrap();
    assert_eq!(next.try_get::<i32>("", "one").unwrap(), 1);
}
