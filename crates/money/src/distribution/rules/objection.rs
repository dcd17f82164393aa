//! Service, objections and the moment at which a plan takes effect (民诉解释 509, 510; 执行程序解释 17, 18).

use super::super::{PlanObjectionStatus, PlanStatus};
use crate::kernel::clock::LegalDate;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// A plan is served while it is a draft or served already on others.
///
/// # Errors
/// `WRONG_STATE` once it is carried out or withdrawn.
pub fn decide_service(status: PlanStatus) -> Result<(), Refusal> {
    match status {
        PlanStatus::Draft | PlanStatus::Served => Ok(()),
        PlanStatus::Finalised | PlanStatus::Withdrawn => Err(wrong_state(status)),
    }
}

/// May somebody whose term ends on `last_day` (`None`: not served) object today?
///
/// # Errors
/// `WRONG_STATE` when the plan is not open to objections or was never served on him, `OBJECTION_TOO_LATE` after the
/// last day; the last day itself is in time.
pub fn decide_objection(status: PlanStatus, last_day: Option<LegalDate>, today: LegalDate) -> Result<(), Refusal> {
    if status != PlanStatus::Served {
        return Err(wrong_state(status));
    }
    let Some(last_day) = last_day else {
        return Err(Refusal::new(RefusalCode::WrongState).law(&reference::CIVIL_PROCEDURE_RULES_509));
    };
    if today > last_day {
        return Err(Refusal::new(RefusalCode::ObjectionTooLate)
            .law(&reference::CIVIL_PROCEDURE_RULES_509)
            .arg("lastDay", last_day));
    }
    Ok(())
}

/// An open objection is settled once; whether anybody opposed or sued is the court's record.
///
/// # Errors
/// `WRONG_STATE` for an objection that is settled, or for a settlement that is none.
pub fn decide_resolution(now: PlanObjectionStatus, to: PlanObjectionStatus) -> Result<(), Refusal> {
    if now == PlanObjectionStatus::Open && to != PlanObjectionStatus::Open {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::WrongState).arg("status", now.as_str()).law(&reference::CIVIL_PROCEDURE_RULES_510))
}

/// May the plan be carried out today? Everybody is served, the last term has run out, every objection is settled and
/// none of them asks for a corrected plan. A line that is sued upon stays held and does not stop the rest.
///
/// `last_days` has an entry per person who must be served: the last day of his term, or `None` when not served.
///
/// # Errors
/// `WRONG_STATE` for a plan that is not served on all or that must be corrected first, `OBJECTION_TERM_RUNNING`.
pub fn decide_finalise(
    status: PlanStatus,
    last_days: &[Option<LegalDate>],
    objections: &[PlanObjectionStatus],
    today: LegalDate,
) -> Result<(), Refusal> {
    if status != PlanStatus::Served {
        return Err(wrong_state(status));
    }
    let unserved = last_days.iter().filter(|day| day.is_none()).count();
    if unserved > 0 || last_days.is_empty() {
        return Err(Refusal::new(RefusalCode::WrongState)
            .law(&reference::CIVIL_PROCEDURE_RULES_509)
            .arg("unserved", unserved));
    }
    if let Some(last) = last_days.iter().flatten().max().filter(|last| today <= **last) {
        return Err(Refusal::new(RefusalCode::ObjectionTermRunning)
            .law(&reference::CIVIL_PROCEDURE_RULES_509)
            .arg("lastDay", last));
    }
    if objections.contains(&PlanObjectionStatus::Open) {
        return Err(Refusal::new(RefusalCode::ObjectionTermRunning).law(&reference::CIVIL_PROCEDURE_RULES_510));
    }
    if objections.contains(&PlanObjectionStatus::Accepted) {
        return Err(Refusal::new(RefusalCode::WrongState).law(&reference::ENFORCEMENT_PROCEDURE_18));
    }
    Ok(())
}

fn wrong_state(status: PlanStatus) -> Refusal {
    Refusal::new(RefusalCode::WrongState).arg("status", status.as_str()).law(&reference::CIVIL_PROCEDURE_RULES_509)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn minsushi_509_the_last_day_is_in_time() {
        let last = Some(day("2026-06-10"));
        assert!(decide_objection(PlanStatus::Served, last, day("2026-06-10")).is_ok());
        let late = decide_objection(PlanStatus::Served, last, day("2026-06-11")).unwrap_err();
        assert_eq!(late.code, RefusalCode::ObjectionTooLate);
        let unserved = decide_objection(PlanStatus::Served, None, day("2026-06-10")).unwrap_err();
        assert_eq!(unserved.code, RefusalCode::WrongState);
        assert!(decide_objection(PlanStatus::Draft, last, day("2026-06-01")).is_err());
    }

    #[test]
    fn minsushi_509_the_plan_waits_for_the_last_term() {
        let terms = [Some(day("2026-06-10")), Some(day("2026-06-12"))];
        let at = |today| decide_finalise(PlanStatus::Served, &terms, &[], day(today)).map_err(|r| r.code);
        assert_eq!(at("2026-06-12"), Err(RefusalCode::ObjectionTermRunning));
        assert_eq!(at("2026-06-13"), Ok(()));
        let unserved = [Some(day("2026-06-10")), None];
        let refusal = decide_finalise(PlanStatus::Served, &unserved, &[], day("2026-07-01")).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::WrongState);
        assert!(decide_finalise(PlanStatus::Served, &[], &[], day("2026-07-01")).is_err());
    }

    #[test]
    fn minsushi_510_an_open_objection_stops_the_plan_a_suit_stops_its_line_only() {
        let terms = [Some(day("2026-06-10"))];
        let with = |objection| {
            decide_finalise(PlanStatus::Served, &terms, &[objection], day("2026-07-01")).map_err(|r| r.code)
        };
        assert_eq!(with(PlanObjectionStatus::Open), Err(RefusalCode::ObjectionTermRunning));
        assert_eq!(with(PlanObjectionStatus::Accepted), Err(RefusalCode::WrongState));
        for settled in [PlanObjectionStatus::Sued, PlanObjectionStatus::Lapsed, PlanObjectionStatus::Withdrawn] {
            assert_eq!(with(settled), Ok(()));
        }
    }

    #[test]
    fn an_objection_is_settled_once() {
        assert!(decide_resolution(PlanObjectionStatus::Open, PlanObjectionStatus::Sued).is_ok());
        assert!(decide_resolution(PlanObjectionStatus::Open, PlanObjectionStatus::Open).is_err());
        assert!(decide_resolution(PlanObjectionStatus::Sued, PlanObjectionStatus::Lapsed).is_err());
    }

    #[test]
    fn a_plan_carried_out_is_not_served_again() {
        assert!(decide_service(PlanStatus::Draft).is_ok() && decide_service(PlanStatus::Served).is_ok());
        assert!(decide_service(PlanStatus::Finalised).is_err() && decide_service(PlanStatus::Withdrawn).is_err());
    }
}
