//! The door of the qualification clerk: a name is opened with its reason, and the public reads of it after the close.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use duixian::access::Role;
use serde_json::json;

async fn opened(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let app = &sale.court.app;
    let anna = sale.bidder(1).await;
    let (_, registration) = sale.register(2, None).await;
    let input = json!({ "registration": registration["id"], "reason": "核对保证金付款人" });
    let document = "mutation ($input: OpenRegistrationInput!) { openRegistration(input: $input) { replayed } }";
    let mut keyed = input.clone();
    keyed["idempotencyKey"] = json!("opened-by-officer");
    for user in [&sale.court.officer, &sale.court.finance, &anna] {
        assert_eq!(app.error_code(Some(user), document, json!({ "input": keyed.clone() })).await, "FORBIDDEN");
    }
    let foreign = app.court("湘0103").await;
    let stranger = app.user("clerk-103", "外院审核员", &[Role::QualificationClerk], Some(foreign)).await;
    assert_eq!(app.refused(&stranger, "openRegistration", input.clone()).await.0, "NOT_FOUND");
    let silent = json!({ "registration": registration["id"], "reason": " " });
    assert_eq!(app.refused(&sale.clerk, "openRegistration", silent).await.0, "TEXT_INVALID");

    // to look twice is two openings
    for _ in 0..2 {
        let seen = app.done(&sale.clerk, "openRegistration", input.clone(), "applicant { name }").await;
        assert_eq!(seen["applicant"]["name"], "竞买人2");
    }
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    let select = "sealOpenings { part reason }";
    for user in [None, Some(&sale.court.officer)] {
        assert_eq!(sale.lot(user, select).await["sealOpenings"], json!([]), "nobody before the close");
    }
    app.go_to(END).await;
    let one = json!({ "part": "NAME", "reason": "核对保证金付款人" });
    assert_eq!(sale.lot(None, select).await["sealOpenings"], json!([one, one]));
    sale.court.app.finish().await;
}
both!(netauction_18_a_name_is_opened_on_record_and_told_after_the_close, super::opened);
