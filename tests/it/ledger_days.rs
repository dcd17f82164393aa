//! Balances of any day, by both dates, while entries stand in the queue or in the daily sums: always the sum of the
//! postings.

use crate::{both, support::database::TestDatabase};
use duixian::{
    kernel::{
        clock::{Clock, LegalDate, Timestamp},
        db::sql,
        ids::{CaseId, CourtId, ReceiptId},
        jobs::{JobHandler, Ticker},
        money::Money,
    },
    ledger::{
        AccountKey, Basis, Book, Code, EntryKind, NewEntry, balance, balance_as_of, credit, debit,
        numbering::EntryNumbers, post, statement::statement, trial_balance,
    },
    oversight::verify::verify,
};
use sea_orm::ConnectionTrait;
use std::{collections::BTreeMap, sync::Arc};

/// 2026-03-02 00:00 in Shanghai: the first and the last microsecond of a day are met.
const BEGINNING: Timestamp = Timestamp::from_micros(1_772_380_800_000_000);
const DAY: i64 = 86_400_000_000;

/// A small generator (xorshift64*), so that a seed tells everything about a run.
struct Noise(u64);
impl Noise {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        i64::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }
}

/// One posting, as it was asked for.
struct Moved {
    key: AccountKey,
    fen: i64,
    booked_on: LegalDate,
    recorded_at: Timestamp,
}
impl Moved {
    fn counts(&self, day: LegalDate, basis: Basis) -> bool {
        match basis {
            Basis::Booked => self.booked_on <= day,
            Basis::Recorded => self.recorded_at.legal_date() <= day,
        }
    }
}

struct Books {
    t: TestDatabase,
    court: CourtId,
    cases: [CaseId; 2],
    moved: Vec<Moved>,
}
impl Books {
    fn of_court(&self, code: Code) -> AccountKey {
        AccountKey::of_court(self.court, Book::CaseFunds, code)
    }
    fn of_case(&self, place: i64) -> AccountKey {
        let case = self.cases[usize::try_from(place).unwrap()];
        AccountKey::owned(self.court, Book::CaseFunds, Code::CaseFund, case.uuid())
    }
    fn standing(&self, key: AccountKey, counts: impl Fn(&Moved) -> bool) -> Money {
        let sum = self.moved.iter().filter(|moved| moved.key == key && counts(moved)).map(|moved| moved.fen).sum();
        key.code.natural(Money::from_fen(sum))
    }

    /// Money comes, is claimed, or goes: up to 20 days late, and not in the order of recording.
    async fn one_more(&mut self, noise: &mut Noise) {
        let micros = [0, DAY - 1, noise.below(DAY)][usize::try_from(noise.below(3)).unwrap()];
        let recorded_at = Timestamp::from_micros(BEGINNING.micros() + noise.below(30) * DAY + micros);
        let late = chrono::Days::new(u64::try_from(noise.below(20)).unwrap());
        let booked_on = recorded_at.legal_date().checked_sub_days(late).unwrap();
        let case = self.of_case(noise.below(2));
        let fen = 1 + noise.below(100_000);
        let (kind, from, to) = match noise.below(4) {
            0 if self.standing(case, |_| true) >= Money::from_fen(fen) => {
                (EntryKind::PayoutSent, case, self.of_court(Code::InTransit))
            }
            1 => (EntryKind::UnidentifiedReceipt, self.of_court(Code::Bank), self.of_court(Code::Unidentified)),
            _ => (EntryKind::CaseReceipt, self.of_court(Code::Bank), case),
        };
        let amount = Money::from_fen(fen);
        let entry = NewEntry {
            court: self.court,
            book: Book::CaseFunds,
            kind,
            booked_on,
            case: None,
            cause: ReceiptId::new(recorded_at).node(),
            reverses: None,
            postings: vec![debit(from, amount), credit(to, amount)],
        };
        let posted = self.t.db.write_with(move |tx| {
            let entry = entry.clone();
            Box::pin(async move { post(tx, recorded_at, entry).await })
        });
        posted.await.unwrap();
        self.moved.push(Moved { key: from, fen, booked_on, recorded_at });
        self.moved.push(Moved { key: to, fen: -fen, booked_on, recorded_at });
    }

    async fn number(&self) {
        let numbers: Arc<dyn JobHandler> = Arc::new(EntryNumbers { db: self.t.db.clone() });
        let ticker = Ticker::new(self.t.db.clone(), Clock::manual(BEGINNING), "test".to_owned(), vec![numbers]);
        ticker.run_until_idle().await.unwrap();
    }

    /// The promises of the books that are broken; there are no receipts here that the other rooms' checks would ask for.
    async fn faults(&self) -> Vec<String> {
        let report = verify(&self.t.db, BEGINNING, None).await.unwrap();
        let names = report.violations.iter().map(|violation| violation.check.to_owned());
        names.filter(|name| name.starts_with("ledger.")).collect()
    }

    /// Every answer against the postings that were asked for.
    async fn compare(&self, what: &str) {
        let reader = self.t.db.reader();
        let keys = [Code::Bank, Code::Unidentified, Code::InTransit].map(|code| self.of_court(code));
        let keys: Vec<_> = keys.into_iter().chain([self.of_case(0), self.of_case(1)]).collect();
        for key in &keys {
            assert_eq!(balance(&reader, *key).await.unwrap(), self.standing(*key, |_| true), "{what}: {key:?}");
        }
        for basis in [Basis::Booked, Basis::Recorded] {
            for offset in [-25, -10, 0, 9, 29, 400] {
                let day = Timestamp::from_micros(BEGINNING.micros() + offset * DAY).legal_date();
                let counts = |moved: &Moved| moved.counts(day, basis);
                for key in &keys {
                    let found = balance_as_of(&reader, *key, day, basis).await.unwrap();
                    assert_eq!(found, self.standing(*key, counts), "{what}: {key:?} on {day} by {basis:?}");
                }
                let mut expected: BTreeMap<Code, (i64, i64)> = BTreeMap::new();
                for moved in self.moved.iter().filter(|moved| counts(moved)) {
                    let sums = expected.entry(moved.key.code).or_default();
                    *sums = (sums.0 + moved.fen.max(0), sums.1 - moved.fen.min(0));
                }
                let lines = trial_balance(&reader, self.court, day, basis).await.unwrap();
                let found: BTreeMap<_, _> =
                    lines.iter().map(|line| (line.code, (line.debits.fen(), line.credits.fen()))).collect();
                assert_eq!(expected, found, "{what}: the trial balance of {day} by {basis:?}");
            }
        }
        let (from, until) = (BEGINNING.legal_date(), Timestamp::from_micros(BEGINNING.micros() + 9 * DAY).legal_date());
        let page = statement(&reader, keys[3], from, until, Basis::Recorded).await.unwrap();
        let opening = self.standing(keys[3], |moved| moved.recorded_at.legal_date() < from);
        let closing = self.standing(keys[3], |moved| moved.recorded_at.legal_date() <= until);
        assert_eq!((page.opening, page.closing), (opening, closing), "{what}: the statement");
    }
}

async fn any_day(t: TestDatabase) {
    let mut books =
        Books { t, court: CourtId::new(BEGINNING), cases: [0, 0].map(|_| CaseId::new(BEGINNING)), moved: vec![] };
    for seed in [1, 7, 43] {
        let mut noise = Noise(seed);
        // another court each time, in the same books
        books.court = CourtId::new(BEGINNING);
        books.moved.clear();
        for round in 0..4 {
            for _ in 0..12 {
                books.one_more(&mut noise).await;
            }
            books.compare(&format!("seed {seed}, round {round}, some in the queue")).await;
            if noise.below(2) == 0 {
                books.number().await;
                books.compare(&format!("seed {seed}, round {round}, all in the sums")).await;
            }
        }
    }
    assert_eq!(books.faults().await, Vec::<String>::new());
    books.number().await;
    assert_eq!(books.faults().await, Vec::<String>::new());

    // sums that say anything else than the postings are named
    for (change, back, check) in [
        ("UPDATE ledger_day SET debits = debits + 1", "UPDATE ledger_day SET debits = debits - 1", "ledger.days"),
        (
            "UPDATE ledger_total SET credits = credits + 1",
            "UPDATE ledger_total SET credits = credits - 1",
            "ledger.totals",
        ),
        ("INSERT INTO ledger_queue SELECT id, court_id FROM ledger_entry", "DELETE FROM ledger_queue", "ledger.queue"),
    ] {
        for (text, clean) in [(change, false), (back, true)] {
            let run = books.t.db.write_with(move |tx| {
                Box::pin(async move { Ok(tx.execute_raw(sql(tx, text, [])).await?.rows_affected()) })
            });
            assert!(run.await.unwrap() > 0, "{text}");
            let faults = books.faults().await;
            assert_eq!(
                (faults.is_empty(), faults.iter().any(|found| found == check)),
                (clean, !clean),
                "{text}: {faults:?}"
            );
        }
    }
}
both!(the_balance_of_any_day_is_the_sum_of_its_postings, super::any_day);
