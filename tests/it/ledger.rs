//! The books on both engines: balanced, append-only, guarded.

use crate::{both, support::database::TestDatabase};
use duixian::{
    kernel::{
        clock::Timestamp,
        db::{Tx, sql},
        error::Failure,
        ids::{CaseId, CourtId, HoldId, ReceiptId},
        money::Money,
        refusal::RefusalCode,
    },
    ledger::{
        AccountKey, Basis, Book, Code, EntryKind, NewEntry, Resolution, balance, balance_as_of, credit, debit, hold,
        post, post_many, resolve_hold, trial_balance,
    },
};
use sea_orm::ConnectionTrait;

const NOW: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);

fn court() -> CourtId {
    CourtId::from_uuid(uuid::Uuid::from_u128(7))
}
fn bank() -> AccountKey {
    AccountKey::of_court(court(), Book::CaseFunds, Code::Bank)
}
fn case_account(case: CaseId) -> AccountKey {
    AccountKey::owned(court(), Book::CaseFunds, Code::CaseFund, case.uuid())
}
fn money(text: &str) -> Money {
    text.parse().unwrap()
}
fn receipt_entry(case: CaseId, amount: &str) -> NewEntry {
    NewEntry {
        court: court(),
        book: Book::CaseFunds,
        kind: EntryKind::CaseReceipt,
        booked_on: NOW.legal_date(),
        case: Some(case),
        cause: ReceiptId::new(NOW).node(),
        reverses: None,
        postings: vec![debit(bank(), money(amount)), credit(case_account(case), money(amount))],
    }
}
fn payout_entry(case: CaseId, amount: &str) -> NewEntry {
    let payable = AccountKey::of_court(court(), Book::CaseFunds, Code::InTransit);
    NewEntry {
        kind: EntryKind::PayoutSent,
        postings: vec![debit(case_account(case), money(amount)), credit(payable, money(amount))],
        ..receipt_entry(case, amount)
    }
}
async fn write<T: Send + 'static>(
    t: &TestDatabase,
    work: impl for<'c> FnMut(&'c Tx) -> futures_util::future::BoxFuture<'c, Result<T, Failure>> + Send,
) -> Result<T, Failure> {
    t.db.write_with(work).await
}
async fn posted(t: &TestDatabase, entry: NewEntry) -> Result<(), Failure> {
    write(t, move |tx| {
        let entry = entry.clone();
        Box::pin(async move { post(tx, NOW, entry).await.map(|_| ()) })
    })
    .await
}
fn code(result: Result<impl Sized, Failure>) -> Option<RefusalCode> {
    match result {
        Err(Failure::Refused(refusal)) => Some(refusal.code),
        _ => None,
    }
}

async fn money_comes_and_goes(t: TestDatabase) {
    let case = CaseId::new(NOW);
    posted(&t, receipt_entry(case, "59748.04")).await.unwrap();
    assert_eq!(code(posted(&t, payout_entry(case, "59748.05")).await), Some(RefusalCode::InsufficientBalance));
    posted(&t, payout_entry(case, "59748.04")).await.unwrap();
    let reader = t.db.reader();
    assert_eq!(balance(&reader, case_account(case)).await.unwrap(), Money::ZERO);
    assert_eq!(balance(&reader, bank()).await.unwrap(), money("59748.04"));
    let day = NOW.legal_date();
    assert_eq!(balance_as_of(&reader, bank(), day, Basis::Booked).await.unwrap(), money("59748.04"));
    let before = day.pred_opt().unwrap();
    assert_eq!(balance_as_of(&reader, bank(), before, Basis::Recorded).await.unwrap(), Money::ZERO);
    let lines = trial_balance(&reader, court(), day, Basis::Booked).await.unwrap();
    let total =
        |side: fn(&duixian::ledger::balance::TrialBalanceLine) -> Money| Money::sum(lines.iter().map(side)).unwrap();
    assert_eq!(total(|l| l.debits), total(|l| l.credits));
    assert_eq!(lines.len(), 3);
}
both!(entries, super::money_comes_and_goes);

/// More postings than the parameters of one statement of SQLite have room for.
async fn a_large_entry_stands(t: TestDatabase) {
    let case = CaseId::new(NOW);
    let mut large = receipt_entry(case, "1.00");
    large.postings = vec![large.postings; 3000].concat();
    posted(&t, large).await.unwrap();
    assert_eq!(balance(&t.db.reader(), case_account(case)).await.unwrap(), money("3000.00"));
}
both!(an_entry_of_many_postings, super::a_large_entry_stands);

async fn an_unbalanced_entry_never_stands(t: TestDatabase) {
    let case = CaseId::new(NOW);
    let mut lame = receipt_entry(case, "1.00");
    lame.postings.pop();
    assert!(posted(&t, lame).await.is_err(), "one posting");
    let mut crooked = receipt_entry(case, "1.00");
    crooked.postings.push(credit(bank(), money("0.01")));
    assert!(posted(&t, crooked).await.is_err(), "one fen off");
    posted(&t, receipt_entry(case, "1.00")).await.unwrap();
    // past the program, straight at the tables
    for attack in [
        "UPDATE ledger_posting SET amount = amount + 1",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_entry SET booked_on = '2020-01-01'",
        "INSERT INTO ledger_posting SELECT id, court_id, entry_id, line + 10, account_id, amount, receipt_id FROM ledger_posting",
        "UPDATE ledger_balance SET balance = -1",
        "INSERT INTO ledger_entry SELECT id, court_id, book, 'REVERSAL', booked_on, recorded_at, case_id, cause_kind, cause_id,
            posting_count, NULL FROM ledger_entry",
    ] {
        let attacked = write(&t, move |tx| {
            Box::pin(async move { Ok(tx.execute_raw(sql(tx, attack, [])).await?.rows_affected()) })
        });
        assert!(attacked.await.is_err(), "{attack}");
    }
    let engine_own = match t.db.engine() {
        duixian::kernel::db::Engine::Sqlite => "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry",
        duixian::kernel::db::Engine::Postgres => "TRUNCATE ledger_entry CASCADE",
    };
    let attacked = write(&t, move |tx| {
        Box::pin(async move { Ok(tx.execute_raw(sql(tx, engine_own, [])).await?.rows_affected()) })
    });
    assert!(attacked.await.is_err(), "{engine_own}");
    assert_eq!(balance(&t.db.reader(), case_account(case)).await.unwrap(), money("1.00"));
}
both!(append_only, super::an_unbalanced_entry_never_stands);

async fn a_hold_is_resolved_once(t: TestDatabase) {
    let case = CaseId::new(NOW);
    posted(&t, receipt_entry(case, "100.00")).await.unwrap();
    let place = |amount: &'static str| {
        write(&t, move |tx| {
            Box::pin(async move { hold(tx, NOW, case_account(case), money(amount), case.node()).await })
        })
    };
    let held: HoldId = place("60.00").await.unwrap();
    assert_eq!(code(place("40.01").await), Some(RefusalCode::InsufficientBalance));
    assert_eq!(code(posted(&t, payout_entry(case, "40.01")).await), Some(RefusalCode::InsufficientBalance));
    posted(&t, payout_entry(case, "40.00")).await.unwrap();
    let resolve =
        |resolution| write(&t, move |tx| Box::pin(async move { resolve_hold(tx, NOW, held, resolution).await }));
    assert_eq!(resolve(Resolution::Released).await.unwrap(), money("60.00"));
    assert_eq!(code(resolve(Resolution::Captured).await), Some(RefusalCode::WrongState));
    posted(&t, payout_entry(case, "60.00")).await.unwrap();
}
both!(holds, super::a_hold_is_resolved_once);

/// Many writers on one guarded account: none lost, never below zero.
async fn writers_do_not_lose_each_other(t: TestDatabase) {
    let case = CaseId::new(NOW);
    posted(&t, receipt_entry(case, "10.00")).await.unwrap();
    let t = std::sync::Arc::new(t);
    let payouts = (0..30).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { posted(&t, payout_entry(case, "0.50")).await })
    });
    let outcomes = futures_util::future::join_all(payouts).await;
    let paid = outcomes.into_iter().filter(|o| o.as_ref().unwrap().is_ok()).count();
    assert_eq!(paid, 20);
    assert_eq!(balance(&t.db.reader(), case_account(case)).await.unwrap(), Money::ZERO);
}
both!(concurrency, super::writers_do_not_lose_each_other);

async fn posted_together(t: TestDatabase) {
    let (case, other) = (CaseId::new(NOW), CaseId::new(NOW));
    let together = async |entries: Vec<NewEntry>| {
        write(&t, move |tx| {
            let entries = entries.clone();
            Box::pin(async move { post_many(tx, NOW, &entries).await.map(|ids| ids.len()) })
        })
        .await
    };
    let stands = async |case| balance(&t.db.reader(), case_account(case)).await.unwrap();
    let brought = vec![receipt_entry(case, "100.00"), payout_entry(case, "80.00"), receipt_entry(other, "5.00")];
    assert_eq!(together(brought).await.unwrap(), 3, "one entry uses what another brings");
    assert_eq!((stands(case).await, stands(other).await), (money("20.00"), money("5.00")));
    // each of them alone would go
    let above = vec![payout_entry(case, "15.00"), payout_entry(other, "5.00"), payout_entry(case, "5.01")];
    assert_eq!(code(together(above).await), Some(RefusalCode::InsufficientBalance));
    assert_eq!((stands(case).await, stands(other).await), (money("20.00"), money("5.00")), "all of them or none");
    let exactly = vec![payout_entry(case, "15.00"), payout_entry(other, "5.00"), payout_entry(case, "5.00")];
    assert_eq!(together(exactly).await.unwrap(), 3);
    assert_eq!((stands(case).await, stands(other).await), (Money::ZERO, Money::ZERO));
    assert_eq!(together(Vec::new()).await.unwrap(), 0);
}
both!(entries_posted_together_stand_or_fall_together, super::posted_together);

/// A process remembers accounts only from the commit on.
async fn an_account_that_was_taken_back_is_opened_again(t: TestDatabase) {
    let (case, part) = (CaseId::new(NOW), CaseId::new(NOW));
    let refused = write(&t, move |tx| {
        let entries = [receipt_entry(case, "1.00"), payout_entry(case, "1.01")];
        Box::pin(async move { post_many(tx, NOW, &entries).await.map(|ids| ids.len()) })
    });
    assert_eq!(code(refused.await), Some(RefusalCode::InsufficientBalance));
    posted(&t, receipt_entry(case, "1.00")).await.unwrap();
    // behind a savepoint: what is taken back alone, and what stays
    let known = write(&t, move |tx| {
        Box::pin(async move {
            let savepoint = tx.savepoint().await?;
            post(savepoint.tx(), NOW, receipt_entry(part, "2.00")).await?;
            savepoint.rollback().await?;
            let savepoint = tx.savepoint().await?;
            post(savepoint.tx(), NOW, receipt_entry(case, "3.00")).await?;
            savepoint.release().await?;
            Ok([case, part].map(|case| tx.knows(case_account(case).id().uuid())))
        })
    });
    assert_eq!(known.await.unwrap(), [true, false]);
    posted(&t, receipt_entry(part, "5.00")).await.unwrap();
    posted(&t, receipt_entry(part, "5.00")).await.unwrap();
    let stands = async |case| balance(&t.db.reader(), case_account(case)).await.unwrap();
    assert_eq!((stands(case).await, stands(part).await), (money("4.00"), money("10.00")));
}
both!(accounts_are_known_from_the_commit_on, super::an_account_that_was_taken_back_is_opened_again);

/// Money that leaves one guarded account for others, some of them new, with a sum held on the first.
async fn money_moves_between_guarded_accounts(t: TestDatabase) {
    let (from, old, new) = (CaseId::new(NOW), CaseId::new(NOW), CaseId::new(NOW));
    let between = |amount: &str, half: &str| NewEntry {
        kind: EntryKind::Payable,
        postings: vec![
            debit(case_account(from), money(amount)),
            credit(case_account(old), money(half)),
            credit(case_account(new), money(half)),
        ],
        ..receipt_entry(from, amount)
    };
    posted(&t, receipt_entry(from, "100.00")).await.unwrap();
    posted(&t, receipt_entry(old, "1.00")).await.unwrap();
    write(&t, move |tx| Box::pin(async move { hold(tx, NOW, case_account(from), money("60.00"), from.node()).await }))
        .await
        .unwrap();
    assert_eq!(code(posted(&t, between("40.02", "20.01")).await), Some(RefusalCode::InsufficientBalance));
    let stands = async |case| balance(&t.db.reader(), case_account(case)).await.unwrap();
    assert_eq!((stands(old).await, stands(new).await), (money("1.00"), Money::ZERO), "nothing of it stands");
    posted(&t, between("40.00", "20.00")).await.unwrap();
    assert_eq!(
        (stands(from).await, stands(old).await, stands(new).await),
        (money("60.00"), money("21.00"), money("20.00"))
    );
    // an account without a balance has nothing to give
    let none = CaseId::new(NOW);
    assert_eq!(code(posted(&t, payout_entry(none, "0.01")).await), Some(RefusalCode::InsufficientBalance));
}
both!(money_between_guarded_accounts, super::money_moves_between_guarded_accounts);
