//! Agents' papers: what an agent of each kind hands in, and which acts his power of attorney covers on a day (民诉法
//! 61–63, 民诉解释 88, 89, 执行规定 20).

use crate::{
    cases::{AgentAct, AgentAuthority, AgentKind, AgentPaperStatus, SatisfactionManner},
    kernel::{
        clock::LegalDate,
        refusal::{Article, Refusal, RefusalCode},
    },
    law::reference,
};

/// A party has one or two agents at a time (民诉法 61).
pub const MOST_AGENTS: usize = 2;

/// Papers as they are handed in.
#[derive(Clone, Copy, Debug)]
pub struct NewPaper<'a> {
    pub kind: AgentKind,
    pub authority: AgentAuthority,
    pub acts: &'a [AgentAct],
    pub valid_from: LegalDate,
    pub until: LegalDate,
    pub has_identity: bool,
    pub has_licence: bool,
    pub has_letter: bool,
    pub has_relation: bool,
}

/// # Errors
/// `LIST_INVALID` for a third agent, for acts beside a general authority, for a special one that names none or one
/// twice (全权代理 alone covers nothing), `DATE_INVALID`, `AGENT_PAPER_INCOMPLETE` with the missing paper as field.
pub fn decide_paper(new: &NewPaper<'_>, standing: usize, today: LegalDate) -> Result<(), Refusal> {
    if standing >= MOST_AGENTS {
        let refusal = Refusal::new(RefusalCode::ListInvalid).law(&reference::CIVIL_PROCEDURE_61).field("party");
        return Err(refusal.arg("maximum", MOST_AGENTS));
    }
    let twice = new.acts.iter().enumerate().any(|(index, act)| new.acts[..index].contains(act));
    if twice || (new.authority == AgentAuthority::Special) == new.acts.is_empty() {
        let refusal = Refusal::new(RefusalCode::ListInvalid).law(&reference::CIVIL_PROCEDURE_RULES_89).field("acts");
        return Err(refusal.arg("maximum", AgentAct::ALL.len()));
    }
    if new.until < new.valid_from || new.until < today {
        let earliest = today.max(new.valid_from);
        let refusal = Refusal::new(RefusalCode::DateInvalid).law(&reference::ENFORCEMENT_20).field("until");
        return Err(refusal.arg("earliest", earliest));
    }
    let practises = matches!(new.kind, AgentKind::Lawyer | AgentKind::LegalWorker);
    let papers = [
        ("identityNumber", practises || new.has_identity),
        ("licence", !practises || new.has_licence),
        ("letter", !practises || new.has_letter),
        // a lawyer alone needs nothing that ties him to the party's place or person
        ("relation", new.kind == AgentKind::Lawyer || new.has_relation),
    ];
    match papers.into_iter().find(|(_, there)| !there) {
        Some((field, _)) => {
            Err(Refusal::new(RefusalCode::AgentPaperIncomplete).law(&reference::CIVIL_PROCEDURE_RULES_88).field(field))
        }
        None => Ok(()),
    }
}

/// Papers as an act by the agent sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    pub status: AgentPaperStatus,
    pub valid_from: LegalDate,
    pub until: LegalDate,
    /// Does it name the act?
    pub names: bool,
}

/// May the agent do `act` for his party on `day`? The first and the last day of the period count.
///
/// # Errors
/// `AGENT_NOT_AUTHORISED` with why.
pub fn decide_act(paper: Paper, act: AgentAct, day: LegalDate) -> Result<(), Refusal> {
    let status = match paper.status {
        AgentPaperStatus::Revoked => "REVOKED",
        AgentPaperStatus::InForce if day < paper.valid_from => "NOT_YET_IN_FORCE",
        AgentPaperStatus::InForce if day > paper.until => "EXPIRED",
        AgentPaperStatus::InForce if !paper.names => "WITHOUT_SPECIAL_AUTHORITY",
        AgentPaperStatus::InForce => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::AgentNotAuthorised).law(law_of(act)).field("agentPaper").arg("status", status))
}

const fn law_of(act: AgentAct) -> &'static Article {
    match act {
        AgentAct::ReceiveMoney => &reference::ENFORCEMENT_20,
        AgentAct::Waive | AgentAct::Settle => &reference::CIVIL_PROCEDURE_62,
    }
}

/// What an agent does who agrees to this way of satisfying his party's claim: to take money, to give a right up, or to
/// come to terms about it.
pub const fn act_of(manner: SatisfactionManner) -> AgentAct {
    use SatisfactionManner as M;
    match manner {
        M::Waiver => AgentAct::Waive,
        M::SetOff | M::InKind => AgentAct::Settle,
        M::Direct | M::CourtPayout | M::NotaryDeposit | M::NotaryReturn => AgentAct::ReceiveMoney,
    }
}

/// The power ends by the party's word to the court, once; one that has not begun ends so too (民诉法 63).
///
/// # Errors
/// `WRONG_STATE`, `DATE_INVALID` in the future.
pub fn decide_revocation(status: AgentPaperStatus, on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    let law = &reference::CIVIL_PROCEDURE_63;
    if status != AgentPaperStatus::InForce {
        let refusal = Refusal::new(RefusalCode::WrongState).law(law).field("agentPaper");
        return Err(refusal.arg("status", status.as_str()));
    }
    if on > today {
        return Err(Refusal::new(RefusalCode::DateInvalid).law(law).field("revokedOn").arg("latest", today));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(day: u32) -> LegalDate {
        LegalDate::from_ymd_opt(2026, 3, day).unwrap()
    }
    fn paper(kind: AgentKind) -> NewPaper<'static> {
        NewPaper {
            kind,
            authority: AgentAuthority::Special,
            acts: &[AgentAct::ReceiveMoney],
            valid_from: day(1),
            until: day(31),
            has_identity: true,
            has_licence: true,
            has_letter: true,
            has_relation: true,
        }
    }
    fn decide(new: NewPaper<'_>, standing: usize) -> Result<(), (RefusalCode, Option<&'static str>)> {
        decide_paper(&new, standing, day(2)).map_err(|refusal| (refusal.code, refusal.field))
    }

    #[test]
    fn minsufa_61_a_party_has_two_agents_at_most() {
        assert_eq!(decide(paper(AgentKind::Lawyer), 1), Ok(()));
        assert_eq!(decide(paper(AgentKind::Lawyer), 2), Err((RefusalCode::ListInvalid, Some("party"))));
    }

    #[test]
    fn minsushi_88_each_kind_of_agent_hands_in_his_own_papers() {
        use AgentKind as K;
        let without = |kind, field: &str| {
            let all = paper(kind);
            NewPaper {
                has_identity: field != "identityNumber",
                has_licence: field != "licence",
                has_letter: field != "letter",
                has_relation: field != "relation",
                ..all
            }
        };
        for (kind, needed) in [
            (K::Lawyer, &["licence", "letter"][..]),
            (K::LegalWorker, &["licence", "letter", "relation"]),
            (K::Relative, &["identityNumber", "relation"]),
            (K::Staff, &["identityNumber", "relation"]),
            (K::Recommended, &["identityNumber", "relation"]),
        ] {
            for field in ["identityNumber", "licence", "letter", "relation"] {
                let expected = match needed.contains(&field) {
                    true => Err((RefusalCode::AgentPaperIncomplete, Some(field))),
                    false => Ok(()),
                };
                assert_eq!(decide(without(kind, field), 0), expected, "{kind:?} without {field}");
            }
        }
    }

    #[test]
    fn minsushi_89_special_authority_names_its_acts() {
        use AgentAct as A;
        let with = |authority, acts| decide(NewPaper { authority, acts, ..paper(AgentKind::Lawyer) }, 0).is_ok();
        assert!(with(AgentAuthority::General, &[]));
        assert!(!with(AgentAuthority::General, &[A::Waive]));
        assert!(!with(AgentAuthority::Special, &[]), "full power alone");
        assert!(with(AgentAuthority::Special, &[A::Waive, A::Settle, A::ReceiveMoney]));
        assert!(!with(AgentAuthority::Special, &[A::Waive, A::Waive]));
    }

    #[test]
    fn zhixing_20_a_period_that_has_not_ended() {
        let until = |from: u32, until: u32| {
            decide(NewPaper { valid_from: day(from), until: day(until), ..paper(AgentKind::Lawyer) }, 0).is_ok()
        };
        assert!(until(1, 2), "its last day is today");
        assert!(!until(1, 1));
        assert!(until(5, 5));
        assert!(!until(5, 4));
    }

    #[test]
    fn zhixing_20_an_act_is_covered_within_the_period_by_name_until_revoked() {
        let paper = |status, names| Paper { status, valid_from: day(2), until: day(4), names };
        let in_force = paper(AgentPaperStatus::InForce, true);
        for (today, allowed) in [(1, false), (2, true), (4, true), (5, false)] {
            assert_eq!(decide_act(in_force, AgentAct::ReceiveMoney, day(today)).is_ok(), allowed, "day {today}");
        }
        let general = decide_act(paper(AgentPaperStatus::InForce, false), AgentAct::Waive, day(3)).unwrap_err();
        assert_eq!(
            (general.code, general.law),
            (RefusalCode::AgentNotAuthorised, Some(&reference::CIVIL_PROCEDURE_62))
        );
        let revoked = decide_act(paper(AgentPaperStatus::Revoked, true), AgentAct::ReceiveMoney, day(3)).unwrap_err();
        assert_eq!((revoked.code, revoked.law), (RefusalCode::AgentNotAuthorised, Some(&reference::ENFORCEMENT_20)));
    }

    #[test]
    fn minsufa_63_a_power_is_revoked_once_and_not_tomorrow() {
        use AgentPaperStatus as S;
        assert!(decide_revocation(S::InForce, day(2), day(2)).is_ok());
        assert!(decide_revocation(S::InForce, day(3), day(2)).is_err());
        assert!(decide_revocation(S::Revoked, day(2), day(2)).is_err());
    }

    #[test]
    fn zhixing_20_each_manner_of_satisfaction_is_an_act_of_its_own() {
        use SatisfactionManner as M;
        assert_eq!(act_of(M::Waiver), AgentAct::Waive);
        assert_eq!((act_of(M::SetOff), act_of(M::InKind)), (AgentAct::Settle, AgentAct::Settle));
        assert_eq!(act_of(M::Direct), AgentAct::ReceiveMoney);
    }
}
