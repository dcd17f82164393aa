//! The lines of a unified payout are booked in pieces: lines of one case and one receipt draw on them in turn, each
//! keeps its own entries, and a line at fault is left out of its piece alone.

use crate::{
    both,
    cases::{BANK, opening},
    disbursement::receive_at,
    payout_rules::{House, house, rule, saved},
    support::{
        app::TestApp,
        database::{self, TestDatabase},
    },
};
use duixian::{kernel::db::sql, oversight::verify::verify};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// A case with two claims of one worker, 600.00 and 400.00, and two receipts, 700.00 and 300.00: the claims share the
/// first receipt, the second claim takes the second as well.
async fn two_claims(app: &TestApp, court: &House) -> Value {
    let mut input = opening("（2026）湘0102执1号", "600.00");
    input["livelihoodKind"] = json!("WAGES");
    let claim =
        |cause: &str, principal: &str| json!({ "creditor": 0, "claim": { "cause": cause, "principal": principal } });
    input["claims"] = json!([claim("追索劳动报酬", "600.00"), claim("经济补偿金", "400.00")]);
    let select = "case { id caseNumber parties { id role } claims { id } }";
    let case = app.done(&court.officer, "openCase", input, select).await["case"].take();
    receive_at(app, court.id, &case, "FIRST", "700.00").await;
    receive_at(app, court.id, &case, "SECOND", "300.00").await;
    let account = json!({ "accountHolder": "易某", "accountNumber": "6228480402564890018", "bankCode": BANK,
        "bankName": "工商银行" });
    let input = json!({ "party": case["parties"][0]["id"], "account": account, "document": "确认书" });
    app.done(&court.officer, "confirmPayee", input, "payee { id }").await;
    case
}

const RUNS: &str = "{ payoutRuns { nodes { id status count lines { nodes { line state skipCode } } } } }";
async fn run_of(app: &TestApp, court: &House) -> Value {
    app.ask(Some(&court.cashier), RUNS, json!({})).await["payoutRuns"]["nodes"][0].take()
}
/// Selects by the rule of the court; answers the run.
async fn selected(app: &TestApp, court: &House) -> Value {
    let rule = saved(app, &court.administrator, rule(court)).await;
    let start = json!({ "payoutRule": rule["id"] });
    app.done(&court.administrator, "startPayoutRun", start, "programme { id }").await;
    app.settle().await;
    run_of(app, court).await
}
/// What became of each line, in the order of the run.
fn ends(run: &Value) -> Vec<String> {
    let mut lines = run["lines"]["nodes"].as_array().unwrap().clone();
    lines.sort_by_key(|line| line["line"].as_i64());
    let end = |line: &Value| line["skipCode"].as_str().unwrap_or(line["state"].as_str().unwrap()).to_owned();
    lines.iter().map(end).collect()
}
async fn count(app: &TestApp, from: &str) -> i64 {
    let reader = app.database.db.reader();
    let row = reader.query_one_raw(sql(&reader, &format!("SELECT COUNT(*) AS n FROM {from}"), [])).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

async fn together(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    two_claims(&app, &court).await;
    court.case(&app, 2, "WAGES", "250.00", true).await;
    court.case(&app, 3, "WAGES", "50.00", true).await;
    let run = selected(&app, &court).await;
    assert_eq!((&run["status"], &run["count"]), (&json!("DRAFT"), &json!(4)));
    court.pay(&app, &run["id"]).await;
    let run = run_of(&app, &court).await;
    assert_eq!(run["status"], "RELEASED");
    assert_eq!(ends(&run), ["RELEASED"; 4]);

    // each line by itself: a payable with its sources, an attempt, an entry of each step, an audit event of each
    assert_eq!(count(&app, "payable WHERE state = 'IN_TRANSIT' AND attempts = 1 AND version = 2").await, 4);
    assert_eq!(count(&app, "payable_source").await, 5, "the second claim draws on both receipts");
    assert_eq!(count(&app, "payout_attempt WHERE state = 'QUEUED' AND number = 1").await, 4);
    for kind in ["PAYABLE", "PAYOUT_SENT"] {
        assert_eq!(count(&app, &format!("ledger_entry WHERE kind = '{kind}'")).await, 4, "{kind}");
    }
    let unbalanced = "ledger_entry e WHERE e.kind IN ('PAYABLE', 'PAYOUT_SENT')
        AND (SELECT SUM(p.amount) FROM ledger_posting p WHERE p.entry_id = e.id) <> 0";
    assert_eq!(count(&app, unbalanced).await, 0);
    let told = "audit_event WHERE action = 'job.releasePayoutLine' AND subject_kind IN ('Payable', 'PayoutAttempt')";
    assert_eq!(count(&app, told).await, 8);
    // what was shared was drawn down once by each, and nothing of it waits to be paid any more
    assert_eq!(count(&app, "receipt WHERE remaining = 0 AND status = 'USED' AND version = 2").await, 4);
    assert_eq!(count(&app, "term WHERE met_on IS NULL").await, 0);
    app.finish().await;
}
both!(lines_of_one_case_draw_on_its_receipts_in_turn, super::together);

async fn one_at_fault(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    for (serial, amount) in [(1, "100.00"), (2, "200.00"), (3, "300.00")] {
        court.case(&app, serial, "WAGES", amount, true).await;
    }
    let run = selected(&app, &court).await;
    // the sealed number of the second payee is that of the first, which opens in its own row only
    let of_case =
        |serial: u32| format!("(SELECT id FROM enforcement_case WHERE case_number = '（2026）湘0102执{serial}号')");
    let statement = format!(
        "UPDATE payee SET account_sealed = (SELECT f.account_sealed FROM payee f WHERE f.case_id = {})
         WHERE case_id = {}",
        of_case(1),
        of_case(2)
    );
    let spoil = app.database.db.write_with(move |tx| {
        let statement = statement.clone();
        Box::pin(async move { Ok(tx.execute_unprepared(&statement).await?) })
    });
    spoil.await.unwrap();
    court.pay(&app, &run["id"]).await;
    let run = run_of(&app, &court).await;
    assert_eq!(run["status"], "RELEASED");
    assert_eq!(ends(&run), ["RELEASED", "INTERNAL_SERVER_ERROR", "RELEASED"]);
    assert_eq!(count(&app, "payable").await, 2, "the piece that failed has left nothing behind");
    assert_eq!(count(&app, "receipt WHERE remaining = 0").await, 2);
    assert_eq!(count(&app, "audit_event WHERE action = 'job.releasePayoutLine' AND outcome = 'REFUSED'").await, 0);
    app.leave().await;
}
both!(a_line_at_fault_is_left_out_of_its_piece_alone, super::one_at_fault);

async fn agreed_lines(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    for (serial, amount) in [(1, "100.00"), (2, "200.00")] {
        court.case(&app, serial, "WAGES", amount, true).await;
    }
    let run = selected(&app, &court).await;
    court.pay(&app, &run["id"]).await;
    let agreed = async || {
        let report = verify(&app.database.db, app.clock.now(), None).await.unwrap();
        report.violations.iter().all(|violation| violation.check != "run.agreed")
    };
    assert!(agreed().await);
    let swap = "UPDATE payout_run_line SET line = line + 2 WHERE line = 1";
    let swapped = app.database.db.write_with(move |tx| Box::pin(async move { Ok(tx.execute_unprepared(swap).await?) }));
    swapped.await.unwrap();
    assert!(!agreed().await, "the lines are not those of the votes any more");
    app.leave().await;
}
both!(lines_of_a_run_are_those_that_were_agreed_to, super::agreed_lines);

/// A page of a run and the next lines to book cost the same in a run of three lines and of a million.
#[tokio::test]
async fn pages_of_a_run_and_waiting_lines_are_found_without_sorting() {
    let database = database::sqlite().await;
    let reader = database.db.reader();
    for (wanted, index) in [
        ("run_id = $1 AND id < $1 ORDER BY id DESC", "payout_run_line_page"),
        ("run_id = $1 ORDER BY id", "payout_run_line_page"),
        ("run_id = $1 AND state = 'SELECTED' ORDER BY priority, line", "payout_run_line_waiting"),
    ] {
        let text = format!("EXPLAIN QUERY PLAN SELECT * FROM payout_run_line WHERE {wanted} LIMIT 21");
        let steps = reader.query_all_raw(sql(&reader, &text, [uuid::Uuid::nil().into()])).await.unwrap();
        let plan: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
        assert!(matches!(plan.as_slice(), [step] if step.contains(index)), "{wanted}: {plan:?}");
    }
}

async fn owed_already(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = house(&app, "湘0102").await;
    let case = two_claims(&app, &court).await;
    let run = selected(&app, &court).await;
    assert_eq!(run["count"], 2);
    // between selection and release the first claim is performed in part: less is owed than its line would pay
    let performed = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "0.01",
        "satisfiedOn": "2026-03-02", "document": "收条" });
    app.done(&court.officer, "recordSatisfaction", performed, "satisfaction { id }").await;
    court.pay(&app, &run["id"]).await;
    // the refused line has taken nothing from the receipt that it shares with the other
    assert_eq!(ends(&run_of(&app, &court).await), ["PAYOUT_EXCEEDS_BALANCE", "RELEASED"]);
    assert_eq!(count(&app, "receipt WHERE amount = 70000 AND remaining = 60000 AND status = 'ON_CASE'").await, 1);
    assert_eq!(count(&app, "receipt WHERE amount = 30000 AND remaining = 0 AND status = 'USED'").await, 1);
    app.finish().await;
}
both!(funds_4_a_refused_line_takes_nothing_from_the_next, super::owed_already);
