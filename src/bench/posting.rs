//! The posting engine in this process, 64 transfers to a flush, beside a loop of plain SQL that shares its flushes too.

use super::{
    doors::{PAYERS, plain_transfer},
    report::{Bar, Figure, Section, Thousandths},
    site::{Answer, Site},
};
use crate::{
    demo::client::StoryError,
    kernel::{
        boxed,
        clock::Timestamp,
        db::Tx,
        error::Failure,
        ids::{CaseId, CourtId, ReceiptId},
        money::Money,
    },
    ledger::{AccountKey, Book, Code, EntryKind, NewEntry, credit, debit, post_many},
};
use std::time::{Duration, Instant};

/// Transfers of one transaction.
const FLUSH: usize = 64;
/// Cases that the money goes to, a case's turn coming again after so many transfers.
const CASES: usize = 500;
const AMOUNT: Money = Money::from_fen(1);

/// Measures both and adds the quotient.
///
/// # Errors
/// When the database cannot be written.
pub async fn measure(site: &Site, court: CourtId, flushes: usize, section: &mut Section) -> Answer<()> {
    let (db, now) = (&site.running.services.db, site.clock.now());
    let cases: Vec<CaseId> = (0..CASES).map(|_| CaseId::new(now)).collect();
    let began = Instant::now();
    for flush in 0..flushes {
        let cases: Vec<CaseId> = cases.iter().copied().cycle().skip(first(flush)).take(FLUSH).collect();
        let posted = db.write_with(move |tx| {
            let cases = cases.clone();
            Box::pin(async move { through_the_books(tx, now, court, &cases).await })
        });
        posted.await.map_err(|failure| StoryError(format!("{failure:?}")))?;
    }
    let books = took(began, flushes);
    let began = Instant::now();
    for flush in 0..flushes {
        let moved = db.write_with(move |tx| Box::pin(async move { plainly(tx, now, first(flush)).await }));
        moved.await.map_err(|failure| StoryError(format!("{failure:?}")))?;
    }
    let plain = took(began, flushes);
    for (name, rate) in [("posting engine, 64 a flush", books), ("loop of plain SQL, 64 a flush", plain)] {
        section.figures.push(Figure { name: name.to_owned(), connections: 1, rate, measured: None });
    }
    let at_most = Bar::AtMost(Thousandths(1_300));
    section.ratio("loop of plain SQL / posting engine", Thousandths::of(plain, books), "", at_most, None);
    Ok(())
}

/// Number of the first transfer of a flush, within the turn of the cases.
fn first(flush: usize) -> usize {
    flush.saturating_mul(FLUSH) % CASES
}

/// Transfers a second.
fn took(began: Instant, flushes: usize) -> u64 {
    let transfers = u128::try_from(flushes.saturating_mul(FLUSH)).unwrap_or(u128::MAX);
    let micros = began.elapsed().max(Duration::from_micros(1)).as_micros();
    u64::try_from(transfers.saturating_mul(1_000_000) / micros).unwrap_or(u64::MAX)
}

/// As a unified payout posts its lines: what shares a flush is given to the engine at once.
#[boxed]
async fn through_the_books(tx: &Tx, now: Timestamp, court: CourtId, cases: &[CaseId]) -> Result<(), Failure> {
    let bank = AccountKey::of_court(court, Book::CaseFunds, Code::Bank);
    let arrival = |case: &CaseId| NewEntry {
        court,
        book: Book::CaseFunds,
        kind: EntryKind::CaseReceipt,
        booked_on: now.legal_date(),
        case: Some(*case),
        cause: ReceiptId::new(now).node(),
        reverses: None,
        postings: vec![
            debit(bank, AMOUNT),
            credit(AccountKey::owned(court, Book::CaseFunds, Code::CaseFund, case.uuid()), AMOUNT),
        ],
    };
    let arrivals: Vec<NewEntry> = cases.iter().map(arrival).collect();
    post_many(tx, now, &arrivals).await.map(|_| ())
}

#[boxed]
async fn plainly(tx: &Tx, now: Timestamp, first: usize) -> Result<(), Failure> {
    for payee in (0..PAYERS).cycle().skip(first).take(FLUSH) {
        if !plain_transfer(tx, now, (1, PAYERS.saturating_add(1).saturating_add(payee)), AMOUNT).await? {
            return Err(Failure::internal("the account of the baseline is empty"));
        }
    }
    Ok(())
}
