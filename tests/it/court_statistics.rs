//! Statistics of a court and the looks at its lots, over the API.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const SELECT: &str = "court { id } from until published opened sold soldAmount registrations views averagePremium
    commissionSaved";

impl Sale {
    async fn statistics(&self, from: &str, until: &str) -> Value {
        let query = format!(
            "query ($court: ID!, $from: Date!, $until: Date!) {{
                courtStatistics(court: $court, from: $from, until: $until) {{ {SELECT} }} }}"
        );
        let variables = json!({ "court": self.court.id.to_global(), "from": from, "until": until });
        self.court.app.ask(None, &query, variables).await["courtStatistics"].take()
    }
    /// Somebody looks at the lot, and the counts are written.
    async fn look(&self) -> Value {
        let running = &self.court.app.running;
        self.lot(None, "id").await;
        running.views.flush(&running.services).await.unwrap();
        self.lot(None, "viewCount").await["viewCount"].take()
    }
}

async fn counts(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let app = &sale.court.app;
    let nothing = json!({ "court": { "id": sale.court.id.to_global() }, "from": "2026-03-04", "until": "2026-03-04",
        "published": 0, "opened": 0, "sold": 0, "soldAmount": "0.00", "registrations": 0, "views": 0,
        "averagePremium": null, "commissionSaved": "0.00" });
    assert_eq!(sale.statistics("2026-03-04", "2026-03-04").await, nothing);
    // a viewer counts once a day; what is not written yet is not lost
    assert_eq!(sale.look().await, 1);
    assert_eq!(sale.look().await, 1);
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    app.go_to(START).await;
    assert_eq!(sale.look().await, 2);
    sale.bid(&anna, "500000.00").await;
    sale.bid(&bert, "510000.00").await;
    app.go_to(END).await;
    let first = sale.statistics("2026-03-05", "2026-03-05").await;
    assert_eq!((&first["published"], &first["opened"], &first["views"]), (&json!(1), &json!(0), &json!(1)));
    assert_eq!((&first["registrations"], &first["sold"]), (&json!(2), &json!(0)));
    let all = sale.statistics("2026-03-05", "2026-04-17").await;
    let expected = json!({ "court": { "id": sale.court.id.to_global() }, "from": "2026-03-05", "until": "2026-04-17",
        "published": 1, "opened": 1, "sold": 1, "soldAmount": "510000.00", "registrations": 2, "views": 2,
        "averagePremium": "0.02", "commissionSaved": "25500.00" });
    assert_eq!(all, expected);
    // another court has sold nothing; a period has its edges
    let foreign = app.court("湘0103").await;
    let query = "query ($court: ID!, $from: Date!, $until: Date!) {
        courtStatistics(court: $court, from: $from, until: $until) { sold views } }";
    let of = |from: &str, until: &str| json!({ "court": foreign.to_global(), "from": from, "until": until });
    let theirs = app.ask(None, query, of("2026-03-05", "2026-04-17")).await["courtStatistics"].take();
    assert_eq!(theirs, json!({ "sold": 0, "views": 0 }));
    app.ask(None, query, of("2026-01-01", "2027-01-01")).await;
    for (from, until) in [("2026-01-01", "2027-01-02"), ("2026-01-02", "2026-01-01")] {
        assert_eq!(app.error_code(None, query, of(from, until)).await, "BAD_USER_INPUT");
    }
    sale.court.app.finish().await;
}
both!(a_court_shows_what_it_announced_and_sold_in_a_period, super::counts);
