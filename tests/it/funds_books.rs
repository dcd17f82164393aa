//! The books under random work: nothing is lost, nothing owed goes below zero, what fails leaves no trace; and what
//! outside accounting tools say of them.
//!
//! `BOOKS_SEED` and `BOOKS_STEPS` make other and longer runs; the seed of a failure stands in its message.

use crate::{
    both,
    cases::court,
    funds::{Arrival, case_id},
    support::database::TestDatabase,
};
use duixian::{
    cli,
    kernel::{
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::Failure,
        ids::{CourtId, HoldId, LedgerAccountId, ReceiptId},
        money::Money,
    },
    ledger::{
        AccountKey, Basis, Book, Code, EntryKind, NewEntry, NewPosting, Resolution, credit, debit,
        export::{self, Range},
        hold, post, resolve_hold,
        rules::{guarded_changes, is_sound},
        trial_balance,
    },
    payout::{
        AttemptState,
        rules::{BankWord, Booking, Step as BankStep, decide_step},
    },
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::{collections::BTreeMap, io::Write as _, process::Command};

const NOW: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);
const CASES: u64 = 8;
const PAYABLES: u64 = 12;

/// SplitMix64: the same seed is the same run on every machine.
struct Random(u64);
impl Random {
    fn from_environment(seed: u64) -> Random {
        Random(std::env::var("BOOKS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(seed))
    }
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
    fn amount(&mut self) -> Money {
        let most = [10, 1000, 100_000][usize::try_from(self.below(3)).unwrap()];
        Money::from_fen(i64::try_from(self.below(most)).unwrap() + 1)
    }
}
fn steps(default: usize) -> usize {
    std::env::var("BOOKS_STEPS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn court_id() -> CourtId {
    CourtId::from_uuid(uuid::Uuid::from_u128(7))
}
fn of_court(code: Code) -> AccountKey {
    AccountKey::of_court(court_id(), Book::CaseFunds, code)
}
fn owned(code: Code, owner: u64) -> AccountKey {
    AccountKey::owned(court_id(), Book::CaseFunds, code, uuid::Uuid::from_u128(u128::from(owner) + 100))
}
fn day(offset: u64) -> LegalDate {
    NOW.legal_date() - chrono::Days::new(offset)
}
fn entry(kind: EntryKind, booked_on: LegalDate, postings: Vec<NewPosting>) -> NewEntry {
    NewEntry {
        court: court_id(),
        book: Book::CaseFunds,
        kind,
        booked_on,
        case: None,
        cause: ReceiptId::new(NOW).node(),
        reverses: None,
        postings,
    }
}

/// The books by the pure rules alone: what the storage is compared with.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Model {
    /// Balance in the natural sign and what of it is held, of each guarded account.
    guarded: BTreeMap<LedgerAccountId, (i64, i64)>,
    /// Σ of all postings.
    sum: i128,
    /// With the bank: payable, amount, state.
    attempts: Vec<(u64, Money, AttemptState)>,
    holds: Vec<(AccountKey, Money, usize)>,
}
impl Model {
    fn post(&mut self, entry: &NewEntry) -> bool {
        if !is_sound(entry) {
            return false;
        }
        let Some(changes) = guarded_changes(std::slice::from_ref(entry)) else { return false };
        let refused = |(id, (_, change)): (&LedgerAccountId, &(AccountKey, i64))| {
            let (balance, held) = self.guarded.get(id).copied().unwrap_or_default();
            *change < 0 && balance + change < held
        };
        if changes.iter().any(refused) {
            return false;
        }
        for (id, (_, change)) in changes {
            self.guarded.entry(id).or_default().0 += change;
        }
        self.sum += entry.postings.iter().map(|p| i128::from(p.amount().fen())).sum::<i128>();
        true
    }
    fn hold(&mut self, key: AccountKey, amount: Money, number: usize) -> bool {
        let (balance, held) = self.guarded.get(&key.id()).copied().unwrap_or_default();
        let free = balance - held >= amount.fen();
        if free {
            self.guarded.entry(key.id()).or_default().1 += amount.fen();
            self.holds.push((key, amount, number));
        }
        free
    }
    fn check(&self, step: usize) {
        assert_eq!(self.sum, 0, "step {step}");
        for (id, (balance, held)) in &self.guarded {
            assert!(*held >= 0 && balance >= held, "step {step}: {id:?} {balance} held {held}");
        }
    }
}

/// One thing that somebody does to the books.
#[derive(Clone, Debug)]
enum Work {
    /// Entries of one transaction: all or none.
    Post(Vec<NewEntry>),
    Hold(AccountKey, Money),
    Resolve(usize),
}

fn pair(kind: EntryKind, booked_on: LegalDate, from: AccountKey, to: AccountKey, amount: Money) -> NewEntry {
    entry(kind, booked_on, vec![debit(from, amount), credit(to, amount)])
}

/// What comes next; the bank's words go through the rules that decide what they book.
fn next(random: &mut Random, model: &mut Model) -> Work {
    let (case, amount, on) = (owned(Code::CaseFund, random.below(CASES)), random.amount(), day(random.below(60)));
    let transit = of_court(Code::InTransit);
    match random.below(9) {
        0 | 1 => Work::Post(vec![pair(EntryKind::CaseReceipt, on, of_court(Code::Bank), case, amount)]),
        2 => {
            let payable = owned(Code::Payable, 1000 + random.below(PAYABLES));
            Work::Post(vec![pair(EntryKind::Payable, on, case, payable, amount)])
        }
        3 => {
            let number = 1000 + random.below(PAYABLES);
            let sent = pair(EntryKind::PayoutSent, on, owned(Code::Payable, number), transit, amount);
            if model.clone().post(&sent) {
                model.attempts.push((number, amount, AttemptState::Sent));
            }
            Work::Post(vec![sent])
        }
        4 | 5 => Work::Post(bank_speaks(random, model, on)),
        6 => Work::Hold(case, amount),
        7 if !model.holds.is_empty() => {
            Work::Resolve(usize::try_from(random.below(u64::try_from(model.holds.len()).unwrap())).unwrap())
        }
        7 => Work::Post(vec![entry(EntryKind::CaseReceipt, on, vec![debit(of_court(Code::Bank), amount)])]),
        // the second entry cannot stand, so the first may not either
        _ => {
            let more = Money::from_yuan(1_000_000_000);
            let arrives = pair(EntryKind::CaseReceipt, on, of_court(Code::Bank), case, amount);
            Work::Post(vec![arrives, pair(EntryKind::Payable, on, case, owned(Code::Payable, 1), more)])
        }
    }
}
fn bank_speaks(random: &mut Random, model: &mut Model, on: LegalDate) -> Vec<NewEntry> {
    if model.attempts.is_empty() {
        return Vec::new();
    }
    let at = usize::try_from(random.below(u64::try_from(model.attempts.len()).unwrap())).unwrap();
    let words = [BankWord::Accepted, BankWord::Settled, BankWord::Rejected, BankWord::Unclear, BankWord::Returned];
    let (number, amount, state) = model.attempts[at];
    let BankStep::Move { to, bookings } = decide_step(state, words[usize::try_from(random.below(5)).unwrap()]) else {
        return Vec::new();
    };
    model.attempts[at].2 = to;
    let (transit, payable) = (of_court(Code::InTransit), owned(Code::Payable, number));
    let book = |booking: &Booking| match booking {
        Booking::Settle => pair(EntryKind::PayoutSettled, on, transit, of_court(Code::Bank), amount),
        Booking::GiveBack => pair(EntryKind::PayoutRejected, on, transit, payable, amount),
        Booking::SettleLate => pair(EntryKind::PayoutSettled, on, payable, of_court(Code::Bank), amount),
        Booking::TakeReturn => pair(EntryKind::PayoutReturned, on, of_court(Code::Bank), payable, amount),
    };
    bookings.iter().map(book).collect()
}

/// Does the work on the model; answers whether it was done. What was refused has changed nothing.
fn apply(model: &mut Model, work: &Work, number: usize) -> bool {
    let before = model.clone();
    let done = match work {
        Work::Post(entries) => entries.iter().all(|entry| model.post(entry)),
        Work::Hold(key, amount) => model.hold(*key, *amount, number),
        Work::Resolve(at) => {
            let (key, amount, _) = model.holds.swap_remove(*at);
            model.guarded.entry(key.id()).or_default().1 -= amount.fen();
            true
        }
    };
    if !done {
        *model = before;
    }
    done
}

#[test]
fn no_sequence_of_operations_changes_the_sum_or_overdraws_on_the_pure_core() {
    let mut random = Random::from_environment(20_260_302);
    let (mut model, mut refused, seed) = (Model::default(), 0, random.0);
    for step in 0..steps(60_000) {
        let work = next(&mut random, &mut model);
        refused += usize::from(!apply(&mut model, &work, step));
        model.check(step);
        if model.attempts.len() > 200 {
            model.attempts.drain(..100);
        }
    }
    assert!(refused > 1000, "seed {seed}: only {refused} were refused, the run tried too little");
}

async fn rows(t: &TestDatabase) -> BTreeMap<LedgerAccountId, (i64, i64)> {
    let reader = t.db.reader();
    let text = "SELECT account_id, balance, held FROM ledger_balance";
    let rows = reader.query_all_raw(sql(&reader, text, [])).await.unwrap();
    let row = |row: sea_orm::QueryResult| {
        let standing = (row.try_get("", "balance").unwrap(), row.try_get("", "held").unwrap());
        (row.try_get("", "account_id").unwrap(), standing)
    };
    rows.into_iter().map(row).collect()
}
async fn perform(tx: &Tx, work: Work, hold_id: Option<HoldId>) -> Result<Option<HoldId>, Failure> {
    match work {
        Work::Post(entries) => {
            for entry in entries {
                post(tx, NOW, entry).await?;
            }
            Ok(None)
        }
        Work::Hold(key, amount) => hold(tx, NOW, key, amount, court_id().node()).await.map(Some),
        Work::Resolve(_) => {
            resolve_hold(tx, NOW, hold_id.unwrap(), Resolution::Released).await?;
            Ok(None)
        }
    }
}
/// Random work through the storage, each in a transaction of its own.
async fn work_on(t: &TestDatabase, random: &mut Random, count: usize) -> Model {
    let (mut model, seed) = (Model::default(), random.0);
    let mut holds = BTreeMap::new();
    for step in 0..count {
        let work = next(random, &mut model);
        let held = match &work {
            Work::Resolve(at) => holds.get(&model.holds[*at].2).copied(),
            _ => None,
        };
        let before = model.guarded.clone();
        let expected = apply(&mut model, &work, step);
        let (what, moved) = (format!("seed {seed}, step {step}: {work:?}"), work.clone());
        let done = t.db.write_with(move |tx| Box::pin(perform(tx, moved.clone(), held))).await;
        assert_eq!(done.is_ok(), expected, "{what}: {:?}", done.err());
        if let Ok(Some(id)) = done {
            holds.insert(step, id);
        }
        if !expected && step % 7 == 0 {
            let stand = rows(t).await;
            assert!(before.iter().all(|(id, s)| stand.get(id).copied().unwrap_or_default() == *s), "{what}");
        }
    }
    let stand = rows(t).await;
    for (id, standing) in &model.guarded {
        assert_eq!(stand.get(id).copied().unwrap_or_default(), *standing, "seed {seed}: {id:?}");
    }
    model
}

async fn storage_keeps_to_the_rules(t: TestDatabase) {
    let mut random = Random::from_environment(7);
    work_on(&t, &mut random, steps(2000)).await.check(usize::MAX);
    for basis in [Basis::Booked, Basis::Recorded] {
        for back in [0, 15, 59, 61] {
            let lines = trial_balance(&t.db.reader(), court_id(), day(back), basis).await.unwrap();
            let debits = Money::sum(lines.iter().map(|line| line.debits)).unwrap();
            assert_eq!(debits, Money::sum(lines.iter().map(|line| line.credits)).unwrap());
            assert_eq!(debits.is_zero(), back == 61 || basis == Basis::Recorded && back > 0, "{basis:?} {back}");
        }
    }
}
both!(no_sequence_of_operations_overdraws_through_storage, super::storage_keeps_to_the_rules);

/// Is the tool there? Its tests run only then; `.ci/run` installs both.
fn installed(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success())
}
/// What a tool says of a journal: nothing when it finds no fault.
fn judge(command: &str, before: &[&str], after: &[&str], journal: &str) -> Result<(), String> {
    let mut file = tempfile::Builder::new().suffix(".journal").tempfile().unwrap();
    file.write_all(journal.as_bytes()).unwrap();
    let output =
        Command::new(command).args(before).arg(file.path()).args(after).env("LC_ALL", "C.UTF-8").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(said) }
}
fn hledger(journal: &str) -> Result<(), String> {
    judge("hledger", &["-f"], &["check", "--strict", "ordereddates"], journal)
}
fn bean_check(journal: &str) -> Result<(), String> {
    judge("bean-check", &["--no-cache"], &[], journal)
}

async fn outside_tools_accept_the_journals(t: TestDatabase) {
    let mut random = Random::from_environment(11);
    work_on(&t, &mut random, 150).await;
    let range = |from, until| Range {
        court: court_id(),
        court_code: "湘0102".into(),
        book: Book::CaseFunds,
        from: day(from),
        until: day(until),
    };
    for (from, until) in [(70, 0), (30, 10), (5, 5), (200, 100)] {
        let journal = export::read(&t.db.reader(), range(from, until)).await.unwrap();
        let sum: i64 = journal.closing.values().map(|money| money.fen()).sum();
        assert_eq!(sum, 0, "what stands on the accounts of a book adds up to zero on every day");
        let (plain, bean) = (export::hledger::write(&journal).unwrap(), export::beancount::write(&journal).unwrap());
        let postings: usize = journal.entries.iter().map(|entry| entry.postings.len()).sum();
        let asserted = plain.lines().filter(|line| line.starts_with("    ") && line.contains(" = ")).count();
        assert_eq!(asserted, postings + journal.opening.len());
        if installed("hledger") {
            hledger(&plain).unwrap_or_else(|said| panic!("{said}\n{plain}"));
            if let Some(line) = plain.lines().find(|line| line.contains(" = ")) {
                let forged = plain.replacen(line, &line.replacen(".", "1.", 2), 1);
                assert!(hledger(&forged).is_err(), "a forged balance passes");
            }
        }
        if installed("bean-check") {
            bean_check(&bean).unwrap_or_else(|said| panic!("{said}\n{bean}"));
            if let Some(line) = bean.lines().find(|line| line.contains(" balance ")) {
                assert!(bean_check(&bean.replacen(line, &line.replacen(" ~", "1 ~", 1), 1)).is_err());
            }
        }
    }
}
both!(journals_pass_the_check_of_outside_tools, super::outside_tools_accept_the_journals);

async fn a_backdated_booking_shows_in_both(database: TestDatabase) {
    let court = court(database).await;
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let arrival = |reference, amount, booked_on| Arrival {
        case: Some(case_id(&case)),
        booked_on,
        ..court.arrival(reference, amount)
    };
    court.receive(&arrival("R-1", "100.00", "2026-03-02")).await.unwrap();
    court.app.go_to("2026-03-05T09:00:00.000+08:00").await;
    court.receive(&arrival("R-2", "20.00", "2026-03-01")).await.unwrap();
    let ask = "query ($case: ID!, $from: Date!, $until: Date!, $basis: BookingBasis!) {
        caseStatement(case: $case, from: $from, until: $until, basis: $basis) {
            openingBalance lines { bookedOn received spent balance receipt { id } } closingBalance } }";
    for (basis, from, until, opening, balances, closing) in [
        ("BOOKED", "2026-03-01", "2026-03-02", "0.00", vec!["20.00", "120.00"], "120.00"),
        ("BOOKED", "2026-03-02", "2026-03-05", "20.00", vec!["120.00"], "120.00"),
        ("RECORDED", "2026-03-01", "2026-03-04", "0.00", vec!["100.00"], "100.00"),
        ("RECORDED", "2026-03-05", "2026-03-05", "100.00", vec!["120.00"], "120.00"),
        ("RECORDED", "2026-02-01", "2026-02-28", "0.00", vec![], "0.00"),
    ] {
        let variables = json!({ "case": case["id"], "from": from, "until": until, "basis": basis });
        let seen = court.app.ask(Some(&court.officer), ask, variables).await["caseStatement"].take();
        assert_eq!((&seen["openingBalance"], &seen["closingBalance"]), (&json!(opening), &json!(closing)), "{basis}");
        let found: Vec<_> = seen["lines"].as_array().unwrap().iter().map(|line| line["balance"].clone()).collect();
        assert_eq!(found, balances, "{basis} {from}");
    }
    let backwards = json!({ "case": case["id"], "from": "2026-03-02", "until": "2026-03-01", "basis": "BOOKED" });
    assert_eq!(court.app.error_code(Some(&court.officer), ask, backwards.clone()).await, "BAD_USER_INPUT");
    let foreign = court.app.court("湘0103").await;
    let stranger = court.app.user("stranger", "外院承办人", &[duixian::access::Role::Officer], Some(foreign)).await;
    let mut forwards = backwards;
    forwards["from"] = json!("2026-03-01");
    assert_eq!(court.app.ask(Some(&stranger), ask, forwards.clone()).await, json!({ "caseStatement": null }));
    assert_eq!(court.app.error_code(None, ask, forwards).await, "UNAUTHENTICATED");
    let request = |court: &str| cli::JournalRequest {
        form: cli::JournalForm::Hledger,
        court: court.into(),
        book: Book::CaseFunds,
        from: "2026-03-01".parse().unwrap(),
        until: "2026-03-31".parse().unwrap(),
    };
    let config = duixian::config::Config { database_url: Some(court.app.database.url.clone()), ..Default::default() };
    let text = cli::export(&config, request("湘0102")).await.unwrap();
    assert!(text.contains("20.00 CNY = 20.00 CNY") && text.contains("100.00 CNY = 120.00 CNY"), "{text}");
    assert!(cli::export(&config, request("湘9999")).await.is_err());
    court.app.finish().await;
}
both!(a_case_statement_by_booked_and_by_recorded_day, super::a_backdated_booking_shows_in_both);
