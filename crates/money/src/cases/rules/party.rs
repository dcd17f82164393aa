//! Who may be a party, and whether an account belongs to him.

use crate::{
    cases::{CaseKind, PartyRole},
    kernel::{
        identity::name::comparison_key,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// More parties than this are filed as several cases (系列案).
pub const MOST_PARTIES: usize = 200;

/// Which kind of case a type code of a case number opens; `None`: not an enforcement case, it has no money here.
pub fn kind_of_type_code(code: &str) -> Option<CaseKind> {
    Some(match code {
        "执" => CaseKind::Enforcement,
        "执恢" => CaseKind::Resumed,
        "执保" | "财保" => CaseKind::Preservation,
        "执异" => CaseKind::Objection,
        "执复" => CaseKind::Review,
        "执监" => CaseKind::Supervision,
        "执协" => CaseKind::Coordination,
        "执他" => CaseKind::Other,
        _ => return None,
    })
}

/// A party as the rules see him: his role, and what tells him from others (his number's index, else his name).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartyKey {
    pub role: PartyRole,
    pub identity: String,
}

/// A case needs an applicant and a respondent, names nobody twice in one role, and nobody on both sides.
pub fn decide_parties(parties: &[PartyKey]) -> Result<(), Refusal> {
    if parties.len() > MOST_PARTIES {
        return Err(Refusal::new(RefusalCode::ListInvalid).field("parties").arg("maximum", MOST_PARTIES));
    }
    for role in [PartyRole::Applicant, PartyRole::Respondent] {
        if !parties.iter().any(|party| party.role == role) {
            return Err(Refusal::new(RefusalCode::PartyMissing).field("parties").arg("role", role.as_str()));
        }
    }
    parties.iter().enumerate().try_for_each(|(index, party)| decide_new_party(party, &parties[..index]))
}

/// Whether `party` may join those who are there.
pub fn decide_new_party(party: &PartyKey, present: &[PartyKey]) -> Result<(), Refusal> {
    for other in present.iter().filter(|other| other.identity == party.identity) {
        let opposed = matches!(
            (party.role, other.role),
            (PartyRole::Applicant | PartyRole::JoiningCreditor, PartyRole::Respondent)
                | (PartyRole::Respondent, PartyRole::Applicant | PartyRole::JoiningCreditor)
        );
        if opposed || party.role == other.role {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("parties").arg("role", other.role.as_str()));
        }
    }
    Ok(())
}

/// Only creditors are owed something in the case.
pub fn may_be_creditor(role: PartyRole) -> bool {
    matches!(role, PartyRole::Applicant | PartyRole::JoiningCreditor | PartyRole::CoOwner | PartyRole::Interested)
}

/// Money goes to the party himself: the holder of the account must bear his name (法发〔2017〕6号 art 11). Payment to
/// anybody else needs a panel's review and is no payee account of the party.
pub fn decide_payee_name(party_name: &str, account_holder: &str) -> Result<(), Refusal> {
    if comparison_key(party_name) == comparison_key(account_holder) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::PayeeNameMismatch).law(&reference::FUNDS_11).field("accountHolder"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(role: PartyRole, identity: &str) -> PartyKey {
        PartyKey { role, identity: identity.to_owned() }
    }
    fn code(parties: &[PartyKey]) -> Option<RefusalCode> {
        decide_parties(parties).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_case_has_two_sides_and_nobody_on_both() {
        use PartyRole::*;
        let (a, r) = (key(Applicant, "a"), key(Respondent, "r"));
        assert_eq!(code(&[a.clone(), r.clone()]), None);
        assert_eq!(code(&[a.clone(), r.clone(), key(Respondent, "s"), key(CoOwner, "r")]), None);
        assert_eq!(code(std::slice::from_ref(&a)), Some(RefusalCode::PartyMissing));
        assert_eq!(code(std::slice::from_ref(&r)), Some(RefusalCode::PartyMissing));
        assert_eq!(code(&[a.clone(), r.clone(), a.clone()]), Some(RefusalCode::AlreadyExists));
        assert_eq!(code(&[a.clone(), key(Respondent, "a")]), Some(RefusalCode::AlreadyExists));
        assert_eq!(code(&[a.clone(), r.clone(), key(JoiningCreditor, "r")]), Some(RefusalCode::AlreadyExists));
        let crowd = |n: usize| {
            let workers = (0..n).map(|i| key(Applicant, &i.to_string()));
            workers.chain([r.clone()]).collect::<Vec<_>>()
        };
        assert_eq!(code(&crowd(MOST_PARTIES - 1)), None);
        assert_eq!(code(&crowd(MOST_PARTIES)), Some(RefusalCode::ListInvalid));
    }

    #[test]
    fn type_codes_of_enforcement_open_cases_and_others_do_not() {
        assert_eq!(kind_of_type_code("执"), Some(CaseKind::Enforcement));
        assert_eq!(kind_of_type_code("执恢"), Some(CaseKind::Resumed));
        for other in ["民初", "执字第", "刑终", "", "执 "] {
            assert_eq!(kind_of_type_code(other), None, "{other}");
        }
    }

    #[test]
    fn funds_11_an_account_bears_the_name_of_its_party() {
        for (party, holder) in [
            ("易某", "易某"),
            ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
            ("阿卜杜拉·买买提", "阿卜杜拉．买买提"),
            ("长沙某某（集团）有限公司", "长沙某某(集团)有限公司"),
            ("ＡＢＣ有限公司", "abc 有限公司"),
        ] {
            assert!(decide_payee_name(party, holder).is_ok(), "{party} {holder}");
        }
        for (party, holder) in [("易某", "易某某"), ("易某", "吴某"), ("某公司", "某公司工会")] {
            let refusal = decide_payee_name(party, holder).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::PayeeNameMismatch);
        }
    }
}
