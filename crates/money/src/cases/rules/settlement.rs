//! Settlements in execution (执行和解): what an agreement must say, how far it is performed, when the title is enforced
//! again in its place (民诉法 241, 民诉解释 465, 执行和解规定).
//!
//! Payments are not assigned to instalments: whatever was paid since the agreement pays the earliest of them.

use crate::{
    cases::{ConclusionManner, PartyRole, SettlementEndGround, SettlementStatus},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{calendar::Calendar, reference},
};

/// Instalments of one agreement at most.
pub const MOST_INSTALMENTS: usize = 120;

/// What is to be paid, and by when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    pub due_on: LegalDate,
    pub amount: Money,
    /// The instalments up to this one.
    pub cumulative: Money,
}
impl Instalment {
    /// What of it is paid when `paid` was paid in all.
    pub fn paid_of(&self, paid: Money) -> Money {
        let before = self.cumulative.saturating_minus(self.amount);
        paid.saturating_minus(before).min(self.amount)
    }
    /// Its last day: a day of rest moves to the next working day (民法典 203).
    pub fn last_day(&self, calendar: &Calendar) -> LegalDate {
        calendar.roll_forward(self.due_on).date
    }
}

/// A new agreement. `instalments` are day and amount in their order.
///
/// # Errors
/// `DATE_INVALID` for one signed in the future and for days that do not follow each other, `PARTY_MISSING` without an
/// applicant (or creditor who joined) or without a respondent, `LIST_INVALID`, `AMOUNT_INVALID`.
pub fn decide_settlement(
    signed_on: LegalDate,
    today: LegalDate,
    roles: &[PartyRole],
    instalments: &[(LegalDate, Money)],
) -> Result<Vec<Instalment>, Refusal> {
    if signed_on > today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).law(&reference::SETTLEMENT_2).field("signedOn");
        return Err(refusal.arg("latest", today));
    }
    let creditor = |role: &PartyRole| matches!(role, PartyRole::Applicant | PartyRole::JoiningCreditor);
    for (there, role) in [
        (roles.iter().any(creditor), PartyRole::Applicant),
        (roles.contains(&PartyRole::Respondent), PartyRole::Respondent),
    ] {
        if !there {
            let refusal = Refusal::new(RefusalCode::PartyMissing).law(&reference::SETTLEMENT_2).field("parties");
            return Err(refusal.arg("role", role.as_str()));
        }
    }
    if instalments.is_empty() || instalments.len() > MOST_INSTALMENTS {
        let refusal = Refusal::new(RefusalCode::ListInvalid).law(&reference::SETTLEMENT_2).field("instalments");
        return Err(refusal.arg("maximum", MOST_INSTALMENTS));
    }
    cumulated(signed_on, instalments)
}

/// May an agreement follow the one that ended on `last_end`? What was paid before its day was paid on that one.
///
/// # Errors
/// `DATE_INVALID` for one signed before that day.
pub fn decide_after(signed_on: LegalDate, last_end: Option<LegalDate>) -> Result<(), Refusal> {
    match last_end.filter(|end| signed_on < *end) {
        Some(end) => {
            let refusal = Refusal::new(RefusalCode::DateInvalid).law(&reference::CIVIL_PROCEDURE_RULES_465);
            Err(refusal.field("signedOn").arg("earliest", end))
        }
        None => Ok(()),
    }
}

/// Each instalment with the sum up to it.
fn cumulated(signed_on: LegalDate, instalments: &[(LegalDate, Money)]) -> Result<Vec<Instalment>, Refusal> {
    let mut decided: Vec<Instalment> = Vec::with_capacity(instalments.len());
    for (due_on, amount) in instalments.iter().copied() {
        let follows = decided.last().map_or(due_on >= signed_on, |before| due_on > before.due_on);
        if !follows {
            let earliest = decided.last().map_or(signed_on, |before| before.due_on);
            let refusal = Refusal::new(RefusalCode::DateInvalid).law(&reference::SETTLEMENT_2).field("instalments");
            return Err(refusal.arg("earliest", earliest));
        }
        if !amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("instalments"));
        }
        let before = decided.last().map_or(Money::ZERO, |last| last.cumulative);
        decided.push(Instalment { due_on, amount, cumulative: before.plus(amount)? });
    }
    Ok(decided)
}

/// The earliest instalment that is not paid in full; none when all of them are.
pub fn next_open(instalments: &[Instalment], paid: Money) -> Option<&Instalment> {
    instalments.iter().find(|instalment| instalment.cumulative > paid)
}

/// May a unified payout take money that came in on these days from a case that stands still by the agreement of
/// `signed_on`? What the agreement brings in it may; what stood there before waits, as enforcement does (执行和解规定 2).
/// An order of the officer's may take that too, where the parties have agreed so.
pub fn pays_out(signed_on: Option<LegalDate>, booked_on: impl IntoIterator<Item = LegalDate>) -> bool {
    signed_on.is_some_and(|signed| booked_on.into_iter().all(|day| day >= signed))
}

/// May a case end in this manner while a settlement is being performed? Not as performed: that is recorded of the
/// settlement first.
///
/// # Errors
/// `WRONG_STATE`.
pub fn decide_closing(manner: ConclusionManner) -> Result<(), Refusal> {
    match manner {
        ConclusionManner::Performed => {
            Err(Refusal::new(RefusalCode::WrongState).law(&reference::SETTLEMENT_8).field("manner"))
        }
        _ => Ok(()),
    }
}

fn require_in_force(status: SettlementStatus) -> Result<(), Refusal> {
    match status {
        SettlementStatus::InForce => Ok(()),
        other => Err(Refusal::new(RefusalCode::WrongState)
            .law(&reference::SETTLEMENT_11)
            .field("settlement")
            .arg("status", other.as_str())),
    }
}

/// Is the agreement performed?
///
/// # Errors
/// `WRONG_STATE`, `CLAIM_NOT_SATISFIED` with what is missing.
pub fn decide_performance(status: SettlementStatus, instalments: &[Instalment], paid: Money) -> Result<(), Refusal> {
    require_in_force(status)?;
    let total = instalments.last().map_or(Money::ZERO, |last| last.cumulative);
    if paid < total {
        return Err(Refusal::new(RefusalCode::ClaimNotSatisfied)
            .law(&reference::SETTLEMENT_8)
            .field("settlement")
            .arg("outstanding", total.saturating_minus(paid)));
    }
    Ok(())
}

/// May the title be enforced again? The last day of an instalment is in time. One that was got by fraud or duress does
/// not bind even when it is performed (民诉法 241).
///
/// # Errors
/// `WRONG_STATE` when it has ended, `PARTY_MISSING` when somebody else than a creditor asks, `SETTLEMENT_STANDS` when
/// all of it is paid, or when no instalment is late and none was refused; fraud and duress know neither.
pub fn decide_end(
    status: SettlementStatus,
    ground: SettlementEndGround,
    asked_by: PartyRole,
    instalments: &[Instalment],
    (paid, today, calendar): (Money, LegalDate, &Calendar),
) -> Result<(), Refusal> {
    match (status, ground) {
        (SettlementStatus::Performed, SettlementEndGround::FraudOrDuress) => {}
        (_, SettlementEndGround::FraudOrDuress) => {
            require_in_force(status).map_err(|refusal| refusal.law(&reference::CIVIL_PROCEDURE_241))?;
        }
        _ => require_in_force(status)?,
    }
    if !matches!(asked_by, PartyRole::Applicant | PartyRole::JoiningCreditor) {
        let refusal = Refusal::new(RefusalCode::PartyMissing).law(&reference::SETTLEMENT_9).field("party");
        return Err(refusal.arg("role", PartyRole::Applicant.as_str()));
    }
    let open = next_open(instalments, paid);
    let stands = match ground {
        SettlementEndGround::FraudOrDuress => false,
        SettlementEndGround::Repudiated => open.is_none(),
        SettlementEndGround::NotPerformed => open.is_none_or(|next| next.last_day(calendar) >= today),
    };
    if stands {
        let refusal = Refusal::new(RefusalCode::SettlementStands).law(&reference::SETTLEMENT_11).field("ground");
        return Err(match open {
            Some(next) => refusal.arg("dueOn", next.last_day(calendar)),
            None => refusal,
        });
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn calendar() -> Calendar {
        Calendar::built_in().unwrap()
    }
    const SIDES: [PartyRole; 2] = [PartyRole::Applicant, PartyRole::Respondent];

    fn three() -> Vec<Instalment> {
        let parts = [("2026-03-31", "400.00"), ("2026-04-30", "300.00"), ("2026-05-31", "300.00")];
        let parts = parts.map(|(on, amount)| (day(on), money(amount)));
        decide_settlement(day("2026-03-02"), day("2026-03-02"), &SIDES, &parts).unwrap()
    }
    fn code(signed_on: &str, roles: &[PartyRole], parts: &[(&str, &str)]) -> Option<RefusalCode> {
        let parts: Vec<_> = parts.iter().map(|(on, amount)| (day(on), money(amount))).collect();
        decide_settlement(day(signed_on), day("2026-03-02"), roles, &parts).err().map(|refusal| refusal.code)
    }

    #[test]
    fn settlement_2_both_sides_agree_on_days_that_follow_each_other() {
        let one = [("2026-03-02", "1.00")];
        assert_eq!(code("2026-03-02", &SIDES, &one), None, "due on the day itself");
        assert_eq!(code("2026-03-03", &SIDES, &one), Some(RefusalCode::DateInvalid), "signed tomorrow");
        assert_eq!(code("2026-03-02", &SIDES, &[("2026-03-01", "1.00")]), Some(RefusalCode::DateInvalid));
        let twice = [("2026-03-02", "1.00"), ("2026-03-02", "1.00")];
        assert_eq!(code("2026-03-02", &SIDES, &twice), Some(RefusalCode::DateInvalid));
        let next_day = [("2026-03-02", "1.00"), ("2026-03-03", "1.00")];
        assert_eq!(code("2026-03-02", &SIDES, &next_day), None);
        assert_eq!(code("2026-03-02", &SIDES, &[("2026-03-02", "0.00")]), Some(RefusalCode::AmountInvalid));
        assert_eq!(code("2026-03-02", &SIDES, &[]), Some(RefusalCode::ListInvalid));
        let months: Vec<_> = (0..=MOST_INSTALMENTS)
            .map(|n| (day("2026-03-02") + chrono::Days::new(u64::try_from(n).unwrap()), money("1.00")))
            .collect();
        let decide = |count: usize| decide_settlement(day("2026-03-02"), day("2026-03-02"), &SIDES, &months[..count]);
        assert_eq!(decide(MOST_INSTALMENTS).unwrap().last().unwrap().cumulative, money("120.00"));
        assert_eq!(decide(MOST_INSTALMENTS + 1).unwrap_err().code, RefusalCode::ListInvalid);
        for roles in [&SIDES[..1], &SIDES[1..]] {
            assert_eq!(code("2026-03-02", roles, &one), Some(RefusalCode::PartyMissing));
        }
        assert_eq!(code("2026-03-02", &[PartyRole::JoiningCreditor, PartyRole::Respondent], &one), None);
    }

    #[test]
    fn settlement_17_what_is_paid_counts_for_the_earliest_instalment() {
        let parts = three();
        let paid = |text: &str| parts.iter().map(|part| part.paid_of(money(text))).collect::<Vec<_>>();
        assert_eq!(paid("0.00"), [Money::ZERO; 3]);
        assert_eq!(paid("399.99"), [money("399.99"), Money::ZERO, Money::ZERO]);
        assert_eq!(paid("400.01"), [money("400.00"), money("0.01"), Money::ZERO]);
        assert_eq!(paid("1000.00"), [money("400.00"), money("300.00"), money("300.00")]);
        assert_eq!(paid("1000.01"), paid("1000.00"));
        assert_eq!(next_open(&parts, money("399.99")), parts.first());
        assert_eq!(next_open(&parts, money("400.00")), parts.get(1));
        assert_eq!(next_open(&parts, money("1000.00")), None);
    }

    #[test]
    fn settlement_8_performed_is_every_fen_of_it() {
        let decide = |status, paid: &str| decide_performance(status, &three(), money(paid)).map_err(|r| r.code);
        assert_eq!(decide(SettlementStatus::InForce, "1000.00"), Ok(()));
        assert_eq!(decide(SettlementStatus::InForce, "999.99"), Err(RefusalCode::ClaimNotSatisfied));
        for status in [SettlementStatus::Performed, SettlementStatus::Ended] {
            assert_eq!(decide(status, "1000.00"), Err(RefusalCode::WrongState));
        }
    }

    #[test]
    fn settlement_11_the_title_is_enforced_again_once_an_instalment_is_late() {
        use SettlementEndGround::{FraudOrDuress, NotPerformed, Repudiated};
        let decide = |ground, paid: &str, today: &str| {
            let (status, applicant) = (SettlementStatus::InForce, PartyRole::Applicant);
            let scene = (money(paid), day(today), &calendar());
            decide_end(status, ground, applicant, &three(), scene).map_err(|r| r.code)
        };
        let stands = Err(RefusalCode::SettlementStands);
        assert_eq!(decide(NotPerformed, "399.99", "2026-03-31"), stands, "its day is in time");
        assert_eq!(decide(NotPerformed, "399.99", "2026-04-01"), Ok(()));
        assert_eq!(decide(NotPerformed, "400.00", "2026-04-30"), stands, "the next one is not due");
        assert_eq!(decide(NotPerformed, "400.00", "2026-05-01"), Ok(()));
        assert_eq!(decide(Repudiated, "0.00", "2026-03-02"), Ok(()));
        for ground in [NotPerformed, Repudiated] {
            assert_eq!(decide(ground, "1000.00", "2026-12-31"), stands);
        }
        assert_eq!(decide(FraudOrDuress, "1000.00", "2026-03-02"), Ok(()));
    }

    #[test]
    fn settlement_2_money_of_the_day_of_the_agreement_is_paid_and_of_the_day_before_waits() {
        let signed = Some(day("2026-03-02"));
        assert!(pays_out(signed, [day("2026-03-02"), day("2026-03-03")]));
        assert!(!pays_out(signed, [day("2026-03-02"), day("2026-03-01")]));
        assert!(!pays_out(None, [day("2026-03-02")]), "no settlement, no exception");
    }

    #[test]
    fn settlement_8_a_case_ends_as_performed_only_after_its_settlement() {
        for manner in ConclusionManner::ALL {
            let ends = *manner != ConclusionManner::Performed;
            assert_eq!(decide_closing(*manner).is_ok(), ends, "{manner:?}");
        }
    }

    #[test]
    fn minfadian_203_a_last_day_on_a_holiday_moves() {
        // 2026-05-31 is a Sunday
        let last = three()[2];
        assert_eq!(last.last_day(&calendar()), day("2026-06-01"));
        assert_eq!(three()[0].last_day(&calendar()), day("2026-03-31"), "a Tuesday stays");
        let decide = |today: &str| {
            let (ground, scene) = (SettlementEndGround::NotPerformed, (money("700.00"), day(today), &calendar()));
            decide_end(SettlementStatus::InForce, ground, PartyRole::Applicant, &three(), scene).map_err(|r| r.code)
        };
        assert_eq!(decide("2026-06-01"), Err(RefusalCode::SettlementStands));
        assert_eq!(decide("2026-06-02"), Ok(()));
    }

    #[test]
    fn minsu_241_fraud_ends_a_performed_settlement_too_and_nothing_else_does() {
        use SettlementEndGround::{FraudOrDuress, NotPerformed, Repudiated};
        let decide = |status, ground| {
            let scene = (money("1000.00"), day("2026-12-31"), &calendar());
            decide_end(status, ground, PartyRole::Applicant, &three(), scene).map_err(|r| r.code)
        };
        for (ground, performed) in [
            (FraudOrDuress, Ok(())),
            (NotPerformed, Err(RefusalCode::WrongState)),
            (Repudiated, Err(RefusalCode::WrongState)),
        ] {
            assert_eq!(decide(SettlementStatus::Performed, ground), performed, "{ground:?}");
            assert_eq!(decide(SettlementStatus::Ended, ground), Err(RefusalCode::WrongState), "{ground:?}");
        }
    }

    #[test]
    fn minsujie_465_what_was_paid_on_one_settlement_counts_for_no_other() {
        let decide = |signed: &str| decide_after(day(signed), Some(day("2026-04-01"))).map_err(|r| (r.code, r.law));
        let early = Err((RefusalCode::DateInvalid, Some(&reference::CIVIL_PROCEDURE_RULES_465)));
        assert_eq!(decide("2026-03-31"), early);
        assert_eq!(decide("2026-04-01"), Ok(()));
        assert_eq!(decide_after(day("2026-03-31"), None), Ok(()));
    }

    #[test]
    fn settlement_9_a_creditor_asks_once() {
        let (ground, calendar) = (SettlementEndGround::Repudiated, calendar());
        let scene = (Money::ZERO, day("2026-03-02"), &calendar);
        let decide = |status, role| decide_end(status, ground, role, &three(), scene).map_err(|r| r.code);
        assert_eq!(decide(SettlementStatus::InForce, PartyRole::JoiningCreditor), Ok(()));
        assert_eq!(decide(SettlementStatus::InForce, PartyRole::Respondent), Err(RefusalCode::PartyMissing));
        assert_eq!(decide(SettlementStatus::Ended, PartyRole::Applicant), Err(RefusalCode::WrongState));
    }
}
