//! Claims and votes that come at the same time are decided in one transaction: each is answered as if it had come alone.

use crate::{
    both,
    cases::{Court, court, statements},
    funds::case_id,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::{self, Actor, Identity, Role, actor::Grant},
    funds::{
        PayerKind,
        ops::{AllocationInput, ClaimReceiptInput},
    },
    kernel::{
        db::{Engine, sql},
        error::Outcome,
        ids::ReceiptId,
    },
};
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Receipts that nobody has claimed, each of this amount.
async fn unidentified(court: &Court, count: usize, amount: &str) -> Vec<ReceiptId> {
    let mut receipts = Vec::new();
    for number in 0..count {
        let reference: &'static str = format!("U-{number}").leak();
        receipts.push(court.receive(&court.arrival(reference, amount)).await.unwrap());
    }
    receipts
}
fn claim(receipt: ReceiptId, case: &Value, amount: &str) -> Value {
    json!({ "receipt": receipt.to_global(), "allocations": [{ "case": case["id"], "amount": amount }],
        "payerKind": "RESPONDENT", "grounds": "附言载明案号" })
}
/// Code of the refusal; empty when it was done.
fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_default()
}
async fn count(app: &TestApp, from: &str) -> i64 {
    let reader = app.database.db.reader();
    let row = reader.query_one_raw(sql(&reader, &format!("SELECT COUNT(*) AS n FROM {from}"), [])).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

/// Asks all at once while another process holds the cases, so that most of them wait and meet.
async fn at_once<T>(court: &Court, asked: Vec<impl Future<Output = T>>) -> Vec<T> {
    let (begun, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (here, there) = (begun.clone(), gate.clone());
    let db = court.app.database.db.clone();
    let holder = tokio::spawn(async move {
        let held = db.write_with(move |tx| {
            let (here, there) = (here.clone(), there.clone());
            Box::pin(async move {
                if tx.engine() == Engine::Postgres {
                    let all = "SELECT id FROM enforcement_case ORDER BY id FOR UPDATE";
                    tx.query_all_raw(sql(tx, all, [])).await?;
                }
                here.add_permits(1);
                there.acquire().await.unwrap().forget();
                Ok(())
            })
        });
        held.await.unwrap();
    });
    begun.acquire().await.unwrap().forget();
    let let_go = async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        gate.add_permits(1);
    };
    let (answers, ()) = tokio::join!(join_all(asked), let_go);
    holder.await.unwrap();
    answers
}

async fn many_receipts(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let mut cases = Vec::new();
    for serial in 1..=4 {
        cases.push(court.open(&format!("（2026）湘0102执{serial}号"), "1000.00").await);
    }
    let receipts = unidentified(&court, 64, "10.00").await;

    let before = statements(&court).await;
    let asked = receipts
        .iter()
        .zip(cases.iter().cycle())
        .map(|(receipt, case)| app.mutate(officer, "claimReceipt", claim(*receipt, case, "7.00"), ""));
    let answers = at_once(&court, asked.collect()).await;
    assert!(answers.iter().all(|answer| code(answer).is_empty() && answer["replayed"] == false), "{answers:#?}");
    // by itself each takes a dozen
    let spent = statements(&court).await - before;
    assert!(spent < 64 * 6, "{spent} statements");
    assert_eq!(count(app, "receipt_claim WHERE status = 'PENDING'").await, 64);
    assert_eq!(count(app, "audit_event WHERE action = 'Mutation.claimReceipt' AND outcome = 'DONE'").await, 64);

    let query = "{ approvals(filter: { status: OPEN }, first: 64) { nodes { id } } }";
    let open = app.ask(Some(&court.administrator), query, json!({})).await;
    let voters = [&court.administrator];
    let votes = open["approvals"]["nodes"].as_array().unwrap().iter().map(|open| app.approve(&open["id"], &voters));
    assert_eq!(at_once(&court, votes.collect()).await.len(), 64);
    assert_eq!(count(app, "receipt_claim WHERE status = 'APPROVED'").await, 64);
    assert_eq!(count(app, "ledger_entry WHERE kind = 'RECEIPT_CLAIM'").await, 64);
    assert_eq!(count(app, "receipt WHERE status = 'UNIDENTIFIED' AND remaining = 300 AND version = 2").await, 64);
    // a vote and a part each
    assert_eq!(count(app, "audit_event WHERE action = 'Mutation.approve' AND outcome = 'DONE'").await, 128);
    assert_eq!(count(app, "term WHERE receipt_id IN (SELECT id FROM receipt WHERE parent_id IS NOT NULL)").await, 192);
    for case in &cases {
        assert_eq!(court.read(case, "account { balance }").await["account"]["balance"], "112.00");
    }

    let reader = app.database.db.reader();
    let text = "SELECT voucher_number FROM receipt WHERE parent_id IS NOT NULL ORDER BY voucher_number";
    let rows = reader.query_all_raw(sql(&reader, text, [])).await.unwrap();
    let numbers: Vec<String> = rows.iter().map(|row| row.try_get("", "voucher_number").unwrap()).collect();
    // the whole receipts took the first sixty-four
    let expected: Vec<String> = (65..=128).map(|serial| format!("湘0102收2026-{serial:06}")).collect();
    assert_eq!(numbers, expected);
    court.app.finish().await;
}
both!(claims_that_meet_are_all_booked_with_a_voucher_each, super::many_receipts);

async fn one_receipt(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let second = app.user("funds2", "案款管理员乙", &[Role::FundAdministrator], Some(court.id)).await;
    let receipt = unidentified(&court, 1, "3.00").await[0];
    let select = "claim { approval { id digest } }";
    for left in ["2.00", "1.00", "0.00"] {
        let asked = (0..20).map(|_| app.mutate(officer, "claimReceipt", claim(receipt, &case, "1.00"), select));
        let answers = at_once(&court, asked.collect()).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| code(answer).is_empty());
        assert_eq!((done.len(), refused.len()), (1, 19));
        assert!(refused.iter().all(|answer| code(answer) == "ALREADY_EXISTS"), "{refused:#?}");

        // two people vote at the same time: the second finds it decided
        let approval = &done[0]["claim"]["approval"];
        let vote = json!({ "approval": approval["id"], "digest": approval["digest"] });
        let voters = [&court.administrator, &second];
        let votes = voters.into_iter().map(|voter| app.mutate(voter, "approve", vote.clone(), ""));
        let votes = at_once(&court, votes.collect()).await;
        let mut codes: Vec<_> = votes.iter().map(code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["", "WRONG_STATE"]);
        assert_eq!(court.receipt(receipt, "remaining").await["remaining"], left);
    }
    let asked = (0..20).map(|_| app.mutate(officer, "claimReceipt", claim(receipt, &case, "1.00"), ""));
    let answers = at_once(&court, asked.collect()).await;
    assert!(answers.iter().all(|answer| code(answer) == "RECEIPT_NOT_UNIDENTIFIED"), "{answers:#?}");
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "3.00");
    court.app.finish().await;
}
both!(one_receipt_is_claimed_as_far_as_it_goes, super::one_receipt);

async fn one_key(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let receipt = unidentified(&court, 1, "3.00").await[0];
    let keyed = |mut input: Value, key: &str| {
        input["idempotencyKey"] = json!(key);
        input
    };
    // the same through the queue of this process and, by itself, through another one
    let other = app.join("other").await;
    let alone = ClaimReceiptInput {
        idempotency_key: "same-key-0001".to_owned(),
        receipt,
        allocations: vec![AllocationInput { case: case_id(&case), amount: "1.00".parse().unwrap() }],
        payer_kind: PayerKind::Respondent,
        grounds: "附言载明案号".to_owned(),
    };
    let grants = vec![Grant { role: Role::Officer, court: Some(court.id) }];
    let actor = Actor { identity: Identity::Account { id: officer.account, verified: false }, grants, session: None };
    let input = keyed(claim(receipt, &case, "1.00"), "same-key-0001");
    let asked = (0..8).map(|_| app.mutate(officer, "claimReceipt", input.clone(), "claim { id }"));
    let (answers, elsewhere) =
        tokio::join!(at_once(&court, asked.collect()), access::run(&other.services, &actor, &alone));
    let Outcome::Done { value, replayed } = elsewhere.unwrap() else { panic!("refused elsewhere") };
    assert!(answers.iter().all(|answer| answer["claim"]["id"] == value.to_global()), "{answers:#?}");
    let fresh = answers.iter().filter(|answer| answer["replayed"] == false).count() + usize::from(!replayed);
    assert_eq!((fresh, count(app, "receipt_claim").await), (1, 1));

    // another input under a used key is refused, whether the first is decided beside it or long before
    let others = ["2.00", "2.50"].map(|amount| keyed(claim(receipt, &case, amount), "same-key-0001"));
    let asked = others.iter().map(|input| app.mutate(officer, "claimReceipt", input.clone(), ""));
    let answers = at_once(&court, asked.collect()).await;
    assert!(answers.iter().all(|answer| code(answer) == "IDEMPOTENCY_KEY_REUSED"), "{answers:#?}");

    let approvals = "{ approvals(filter: { status: OPEN }, first: 2) { nodes { id digest } } }";
    let open = app.ask(Some(&court.administrator), approvals, json!({})).await["approvals"]["nodes"][0].take();
    let vote = keyed(json!({ "approval": open["id"], "digest": open["digest"] }), "same-vote-0001");
    let votes = (0..8).map(|_| app.mutate(&court.administrator, "approve", vote.clone(), "approval { status }"));
    let votes = at_once(&court, votes.collect()).await;
    assert!(votes.iter().all(|vote| vote["approval"]["status"] == "APPROVED"), "{votes:#?}");
    assert_eq!(votes.iter().filter(|vote| vote["replayed"] == false).count(), 1);
    assert_eq!(count(app, "ledger_entry WHERE kind = 'RECEIPT_CLAIM'").await, 1);
    other.stop().await;
    court.app.finish().await;
}
both!(one_key_is_booked_once_wherever_it_is_asked, super::one_key);

async fn refused_among_good(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let foreign_court = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign_court)).await;
    let foreign =
        app.done(&stranger, "openCase", crate::cases::opening("（2026）湘0103执1号", "1.00"), "case { id }").await;
    let receipts = unidentified(&court, 8, "10.00").await;
    let keyed = |number: usize, mut input: Value| {
        input["idempotencyKey"] = json!(format!("among-{number:08}"));
        input
    };
    let inputs: Vec<(&User, Value, &str)> = receipts
        .iter()
        .enumerate()
        .map(|(number, receipt)| match number {
            2 => (officer, claim(*receipt, &case, "10.01"), "RECEIPT_EXCEEDED"),
            4 => (officer, claim(*receipt, &foreign["case"], "1.00"), "NOT_FOUND"),
            // the case is his, the receipt of another court is not there for him
            5 => (&stranger, claim(*receipt, &foreign["case"], "1.00"), "NOT_FOUND"),
            6 => (officer, claim(*receipt, &case, "0.00"), "AMOUNT_INVALID"),
            _ => (officer, claim(*receipt, &case, "10.00"), ""),
        })
        .collect();
    let asked = inputs
        .iter()
        .enumerate()
        .map(|(number, (user, input, _))| app.mutate(user, "claimReceipt", keyed(number, input.clone()), ""));
    let answers = at_once(&court, asked.collect()).await;
    let codes: Vec<_> = answers.iter().map(code).collect();
    assert_eq!(codes, inputs.iter().map(|(_, _, code)| *code).collect::<Vec<_>>());
    let events = "audit_event WHERE action = 'Mutation.claimReceipt' AND request_key LIKE 'among-%' AND outcome";
    assert_eq!(count(app, &format!("{events} = 'REFUSED'")).await, 4, "each refusal is kept");
    assert_eq!(count(app, &format!("{events} = 'DONE'")).await, 4);
    assert_eq!(count(app, "idempotency_key WHERE key LIKE 'among-%'").await, 4, "a refused one leaves its key free");
    let again = keyed(2, claim(receipts[2], &case, "10.00"));
    app.done(officer, "claimReceipt", again, "claim { id }").await;

    // who may not claim does not come into the queue
    let input = json!({ "input": keyed(9, claim(receipts[4], &case, "1.00")) });
    let document = "mutation ($input: ClaimReceiptInput!) { claimReceipt(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&court.finance), document, input).await, "FORBIDDEN");

    // of the votes one is on what it was not shown, one by who has no post for it
    let query = "{ approvals(filter: { status: OPEN }, first: 5) { nodes { id digest } } }";
    let open = app.ask(Some(&court.administrator), query, json!({})).await["approvals"]["nodes"].take();
    let open = open.as_array().unwrap();
    assert_eq!(open.len(), 5);
    let vote = |place: usize, digest: &Value| json!({ "approval": open[place]["id"], "digest": digest });
    let wrong = json!("00".repeat(32));
    let votes = (0..5).map(|place| {
        let digest = if place == 3 { &wrong } else { &open[place]["digest"] };
        app.mutate(&court.administrator, "approve", vote(place, digest), "")
    });
    let answers = at_once(&court, votes.collect()).await;
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), ["", "", "", "DIGEST_MISMATCH", ""]);
    let document = "mutation ($input: ApproveInput!) { approve(input: $input) { replayed } }";
    let mut last = vote(3, &open[3]["digest"]);
    last["idempotencyKey"] = json!("no-post-0001");
    assert_eq!(app.error_code(Some(&court.finance), document, json!({ "input": last })).await, "FORBIDDEN");
    assert_eq!(count(app, "receipt WHERE parent_id IS NOT NULL").await, 4);
    court.app.finish().await;
}
both!(a_refused_claim_disturbs_none_of_those_it_meets, super::refused_among_good);
