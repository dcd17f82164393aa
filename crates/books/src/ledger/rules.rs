//! Pure decisions of the books: whether an entry is sound, and by how much it moves each guarded account.

use super::{
    chart::{AccountKey, Code},
    entry::{NewEntry, NewPosting},
};
use crate::kernel::ids::{CaseId, CourtId, LedgerAccountId};
use std::collections::BTreeMap;

/// Two postings or more of one court and book, none of zero, debits equal to credits.
pub fn is_sound(new: &NewEntry) -> bool {
    let sum: i128 = new.postings.iter().map(|p| i128::from(p.amount.fen())).sum();
    let inside = |p: &NewPosting| p.key.court == new.court && p.key.book == new.book && !p.amount.is_zero();
    sum == 0 && new.postings.len() >= 2 && new.postings.iter().all(inside)
}

/// What the entries together add to each guarded account, in its natural sign and in the order in which the accounts
/// are locked. An account that is debited and credited alike does not move and is not asked for its balance. `None`: out of
/// range.
pub fn guarded_changes(entries: &[NewEntry]) -> Option<BTreeMap<LedgerAccountId, (AccountKey, i64)>> {
    let mut changes = BTreeMap::new();
    for p in entries.iter().flat_map(|new| &new.postings).filter(|p| p.key.code.is_guarded()) {
        let change = p.key.code.natural(p.amount).fen();
        let (_, sum) = changes.entry(p.key.id()).or_insert((p.key, 0_i64));
        *sum = sum.checked_add(change)?;
    }
    Some(changes)
}

/// What the entries together add to the execution fee of each case on the account of its court, in the order of the
/// cases; a case whose fee does not move is missing. `None`: out of range.
pub fn fee_changes(entries: &[NewEntry]) -> Option<BTreeMap<CaseId, (CourtId, i64)>> {
    let mut changes = BTreeMap::new();
    for new in entries {
        let Some(case) = new.case else { continue };
        for p in new.postings.iter().filter(|p| p.key.code == Code::ExecutionFee) {
            let change = p.key.code.natural(p.amount).fen();
            let (_, sum) = changes.entry(case).or_insert((new.court, 0_i64));
            *sum = sum.checked_add(change)?;
        }
    }
    changes.retain(|_, (_, sum)| *sum != 0);
    Some(changes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::{
        kernel::{clock::Timestamp, ids::CourtId, money::Money},
        ledger::{AccountKey, Book, Code, EntryKind, credit, debit},
    };

    const NOW: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);

    fn entry(court: CourtId, postings: Vec<NewPosting>) -> NewEntry {
        NewEntry {
            court,
            book: Book::CaseFunds,
            kind: EntryKind::CaseReceipt,
            booked_on: NOW.legal_date(),
            case: None,
            cause: court.node(),
            reverses: None,
            postings,
        }
    }

    #[test]
    fn the_fee_of_a_case_moves_by_the_postings_of_its_entries_on_the_account_of_the_court() {
        let (court, case, other) = (CourtId::new(NOW), CaseId::new(NOW), CaseId::new(NOW));
        let of = |code| AccountKey::of_court(court, Book::CaseFunds, code);
        let fund = AccountKey::owned(court, Book::CaseFunds, Code::CaseFund, case.uuid());
        let yuan = Money::from_yuan;
        let mut taken = entry(court, vec![debit(fund, yuan(50)), credit(of(Code::ExecutionFee), yuan(50))]);
        taken.case = Some(case);
        let mut gone =
            entry(court, vec![debit(of(Code::ExecutionFee), yuan(20)), credit(of(Code::InTransit), yuan(20))]);
        gone.case = Some(case);
        let mut back = gone.clone();
        back.postings = vec![debit(of(Code::InTransit), yuan(20)), credit(of(Code::ExecutionFee), yuan(20))];
        let mut beside = entry(court, vec![debit(of(Code::Bank), yuan(9)), credit(of(Code::Unidentified), yuan(9))]);
        beside.case = Some(other);
        let fees = |entries: &[&NewEntry]| {
            let entries: Vec<NewEntry> = entries.iter().map(|new| (*new).clone()).collect();
            fee_changes(&entries).unwrap().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(fees(&[&taken, &gone, &beside]), [(case, (court, 3_000))]);
        assert_eq!(fees(&[&gone]), [(case, (court, -2_000))]);
        assert!(fees(&[&gone, &back]).is_empty());
    }

    #[test]
    fn an_entry_is_balanced_inside_of_one_court_and_book_and_moves_something() {
        let (here, there) = (CourtId::new(NOW), CourtId::new(NOW));
        let of = |court, code| AccountKey::of_court(court, Book::CaseFunds, code);
        let yuan = Money::from_yuan(1);
        let sound = |postings| is_sound(&entry(here, postings));
        assert!(sound(vec![debit(of(here, Code::Bank), yuan), credit(of(here, Code::Unidentified), yuan)]));
        assert!(!sound(vec![debit(of(here, Code::Bank), yuan)]), "one side");
        let fen_off = Money::from_fen(99);
        assert!(!sound(vec![debit(of(here, Code::Bank), yuan), credit(of(here, Code::Unidentified), fen_off)]));
        assert!(!sound(vec![debit(of(here, Code::Bank), yuan), credit(of(there, Code::Unidentified), yuan)]));
        let fees = AccountKey::of_court(here, Book::LitigationFees, Code::Unidentified);
        assert!(!sound(vec![debit(of(here, Code::Bank), yuan), credit(fees, yuan)]), "two books");
        let nothing = Money::ZERO;
        assert!(!sound(vec![debit(of(here, Code::Bank), nothing), credit(of(here, Code::Unidentified), nothing)]));
    }

    #[test]
    fn only_guarded_accounts_are_asked_and_each_once() {
        let court = CourtId::new(NOW);
        let case = AccountKey::owned(court, Book::CaseFunds, Code::CaseFund, court.uuid());
        let bank = AccountKey::of_court(court, Book::CaseFunds, Code::Bank);
        let yuan = Money::from_yuan(1);
        let postings = vec![debit(bank, yuan), credit(case, yuan), debit(bank, yuan), credit(case, yuan)];
        let changes = guarded_changes(&[entry(court, postings)]).unwrap();
        let changes: Vec<_> = changes.into_values().map(|(key, change)| (key.code, change)).collect();
        assert_eq!(changes, [(Code::CaseFund, 200)]);
        let both_ways = vec![debit(case, yuan), credit(case, yuan)];
        assert_eq!(guarded_changes(&[entry(court, both_ways)]).unwrap().into_values().next().unwrap().1, 0);
        let huge = Money::from_fen(i64::MIN + 1);
        let overflow = vec![debit(case, huge), debit(case, huge)];
        assert!(guarded_changes(&[entry(court, overflow)]).is_none());
    }

    #[test]
    fn entries_posted_together_are_asked_for_what_they_leave() {
        let court = CourtId::new(NOW);
        let of = |code| AccountKey::owned(court, Book::CaseFunds, code, court.uuid());
        let (case, payable) = (of(Code::CaseFund), of(Code::Payable));
        let transit = AccountKey::of_court(court, Book::CaseFunds, Code::InTransit);
        let yuan = Money::from_yuan(1);
        let owed = entry(court, vec![debit(case, yuan), credit(payable, yuan)]);
        let sent = entry(court, vec![debit(payable, yuan), credit(transit, yuan)]);
        let changes = guarded_changes(&[owed.clone(), sent, owed]).unwrap();
        let of = |key: AccountKey| changes.get(&key.id()).unwrap().1;
        assert_eq!((of(case), of(payable), changes.len()), (-200, 100, 2));
    }
}
