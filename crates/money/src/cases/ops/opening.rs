//! Opening a case: its number, parties, claims and its own account number.

use super::{
    lock_owner,
    party::{CheckedParty, PartyInput},
    touch,
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        CaseKind, CaseStatus, ClaimRank, LivelihoodKind,
        rules::{
            claim::ClaimAmounts,
            closing::require_open,
            party as party_rules,
            text::{self, LONG, SHORT},
        },
        store::{self, case, claim, court},
    },
    kernel::{
        clock::{Date, LegalDate},
        counter,
        error::{Failure, Problem},
        identity::{CaseNumber, LegacyCaseNumber},
        ids::{CaseId, ClaimId, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// More claims than this are filed as several cases (系列案).
const MOST_CLAIMS: usize = 500;

/// What a creditor is owed by the title (债权).
#[derive(InputObject, Serialize)]
pub struct ClaimInput {
    /// The class in which it is paid (受偿顺位).
    #[graphql(default_with = "ClaimRank::Ordinary")]
    pub rank: ClaimRank,
    /// Order within the class, from 1: of mortgages by their creation, of seizures by their time (同顺位次序).
    #[graphql(default = 1)]
    pub rank_order: i32,
    /// Cause of the claim, e.g. personal injury (案由).
    pub cause: String,
    /// The security and the property it lies on; needed for rank SECURED (担保情况).
    pub security: Option<String>,
    /// Why it counts as a matter of livelihood, if it does (涉民生类别).
    pub livelihood_kind: Option<LivelihoodKind>,
    /// Principal (本金).
    pub principal: Money,
    /// Interest that the title grants, up to filing (一般债务利息).
    pub ordinary_interest: Option<Money>,
    /// Costs that the title lays on the debtor (诉讼费用等).
    pub costs: Option<Money>,
    /// Last day of the term of performance: delay interest runs from the day after (履行期限届满日).
    pub performance_due: Option<Date>,
}

/// A claim of a case that is being opened (债权).
#[derive(InputObject, Serialize)]
pub struct OpeningClaimInput {
    /// Place of the creditor in `parties`, from 0 (债权人).
    pub creditor: u32,
    /// The claim itself (债权内容).
    pub claim: ClaimInput,
}

/// Opens an enforcement case and gives it its own account number (执行立案、一案一账号).
#[derive(InputObject, Serialize)]
pub struct OpenCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Case number of the form in force, e.g. （2026）湘0102执12号; its court code names the court (案号).
    pub case_number: String,
    /// Number of the form before 2016, e.g. （2013）宁执字第386号 (旧式案号).
    pub legacy_number: Option<String>,
    /// Number of the title that is enforced, e.g. （2025）湘0102民初345号 (执行依据文号).
    pub basis_number: String,
    /// Day of filing, not in the future (立案日期).
    pub filed_on: Date,
    /// Why the case counts as a matter of livelihood, if it does (涉民生类别).
    pub livelihood_kind: Option<LivelihoodKind>,
    /// Parties, at least an applicant and a respondent (当事人).
    pub parties: Vec<PartyInput>,
    /// Claims of the applicants, at least one (债权).
    pub claims: Vec<OpeningClaimInput>,
}

impl UseCase for OpenCaseInput {
    type Done = CaseId;
    const ACT: Act = Act::OpenCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let today = op.now.legal_date();
        let (number, kind, court) = decide_number(op.tx, op.scope(), &self.case_number).await?;
        let legacy_number = self.checked_legacy_number()?;
        decide_filing_day(self.filed_on.0, today)?;
        let parties = self.parties.iter().map(|p| CheckedParty::try_new(p, today)).collect::<Result<Vec<_>, _>>()?;
        party_rules::decide_parties(&parties.iter().map(|p| p.key.clone()).collect::<Vec<_>>())?;
        let claims = self.checked_claims()?;
        let target = self.target()?;

        let opened = NewCase {
            number: &number,
            kind,
            court: &court,
            filed_on: self.filed_on.0,
            livelihood_kind: self.livelihood_kind,
            target,
            legacy_number,
            basis_number: self.checked_basis_number()?,
            predecessor: None,
        };
        let case = opened.insert(op).await?;
        let mut ids = Vec::with_capacity(parties.len());
        for party in parties {
            ids.push(party.insert(op, &case).await?);
        }
        for (claim, amounts) in claims {
            let at = usize::try_from(claim.creditor).unwrap_or(usize::MAX);
            let creditor = ids.get(at).ok_or_else(|| Failure::not_found("claims"))?;
            claim.claim.insert(op, &case, *creditor, &amounts).await?;
        }
        let facts = serde_json::json!({ "caseNumber": case.case_number, "kind": kind, "targetAmount": target,
            "filedOn": case.filed_on, "parties": ids.len(), "claims": self.claims.len() });
        op.audit(case.id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish(super::TOPIC, case.id, case.version);
        Ok(case.id)
    }
}
impl OpenCaseInput {
    fn checked_legacy_number(&self) -> Result<Option<String>, Refusal> {
        let checked = |text: &String| {
            let legacy = LegacyCaseNumber::parse(text).map_err(|e| Refusal::from(e).field("legacyNumber"))?;
            Ok(legacy.as_str().to_owned())
        };
        self.legacy_number.as_ref().map(checked).transpose()
    }
    fn checked_basis_number(&self) -> Result<String, Refusal> {
        text::checked("basisNumber", &self.basis_number, SHORT)
    }
    fn checked_claims(&self) -> Result<Vec<(&OpeningClaimInput, ClaimAmounts)>, Refusal> {
        if !(1..=MOST_CLAIMS).contains(&self.claims.len()) {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("claims").arg("maximum", MOST_CLAIMS));
        }
        let checked = |line: &'_ OpeningClaimInput| {
            let creditor = usize::try_from(line.creditor).ok().and_then(|at| self.parties.get(at));
            match creditor {
                Some(party) if party_rules::may_be_creditor(party.role) => line.claim.amounts(),
                _ => Err(Refusal::new(RefusalCode::PartyMissing).field("claims").arg("role", "creditor")),
            }
        };
        self.claims.iter().map(|line| Ok((line, checked(line)?))).collect()
    }
}

/// What of an opening a refusal is about: the case itself, or the place of a party or claim in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningPart {
    Case,
    Party(usize),
    Claim(usize),
}

impl OpenCaseInput {
    /// Everything for which [`OpenCaseInput::perform`] would refuse, each with its part; nothing is written. What is
    /// asked of the parties together is asked once each of them is right.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refusals(
        &self,
        conn: &impl ConnectionTrait,
        scope: &Scope,
        today: LegalDate,
    ) -> Result<Vec<(OpeningPart, Refusal)>, Problem> {
        let mut found = Vec::new();
        for (at, party) in self.parties.iter().enumerate() {
            found.extend(party.refusals(today).into_iter().map(|refusal| (OpeningPart::Party(at), refusal)));
        }
        for (at, line) in self.claims.iter().enumerate() {
            found.extend(line.claim.refusals().into_iter().map(|refusal| (OpeningPart::Claim(at), refusal)));
        }
        let mut of_case = Vec::new();
        if found.is_empty() {
            let keys = self.parties.iter().map(|party| Ok(CheckedParty::try_new(party, today)?.key));
            let keys = keys.collect::<Result<Vec<_>, Refusal>>();
            of_case.extend(keys.and_then(|keys| party_rules::decide_parties(&keys)).err());
            of_case.extend(self.target().err());
        }
        of_case.extend(self.checked_legacy_number().err());
        of_case.extend(self.checked_basis_number().err());
        of_case.extend(decide_filing_day(self.filed_on.0, today).err());
        let number = async {
            let (number, _, court) = decide_number(conn, scope, &self.case_number).await?;
            decide_unused(conn, &court, &number.to_string()).await
        };
        match number.await {
            Ok(()) => {}
            Err(Failure::Refused(refusal)) => of_case.push(*refusal),
            Err(Failure::Problem(problem)) => return Err(problem),
        }
        found.extend(of_case.into_iter().map(|refusal| (OpeningPart::Case, refusal)));
        Ok(found)
    }
    /// The sum of the claims at filing.
    fn target(&self) -> Result<Money, Refusal> {
        let claims = self.checked_claims()?;
        let totals = claims.iter().map(|(_, claim)| claim.total()).collect::<Result<Vec<_>, _>>()?;
        Ok(Money::sum(totals)?)
    }
}

/// The number in its parts, the kind that its type code opens, and its court when the actor may file there.
pub(super) async fn decide_number(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    case_number: &str,
) -> Result<(CaseNumber, CaseKind, court::Model), Failure> {
    let number = CaseNumber::parse(case_number).map_err(|error| Refusal::from(error).field("caseNumber"))?;
    let kind = party_rules::kind_of_type_code(number.type_code()).ok_or_else(|| {
        Refusal::new(RefusalCode::CaseNumberInvalid).law(&reference::CASE_NUMBER_2).field("caseNumber")
    })?;
    let court = store::court_by_code(conn, number.court_code()).await?;
    match court {
        Some(court) if scope.allows_court(court.id) => Ok((number, kind, court)),
        _ => Err(Failure::not_found("caseNumber")),
    }
}

/// A number names one case of its court.
async fn decide_unused(conn: &impl ConnectionTrait, court: &court::Model, case_number: &str) -> Result<(), Failure> {
    let by_number = case::Entity::find()
        .filter(case::Column::CourtId.eq(court.id))
        .filter(case::Column::CaseNumber.eq(case_number));
    match by_number.first(conn).await? {
        Some(_) => {
            let refusal = Refusal::new(RefusalCode::AlreadyExists).law(&reference::CASE_NUMBER_2);
            Err(refusal.field("caseNumber").into())
        }
        None => Ok(()),
    }
}

pub(super) fn decide_filing_day(filed_on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    if filed_on > today {
        return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field("filedOn"));
    }
    Ok(())
}

/// A case about to be written.
pub(super) struct NewCase<'a> {
    pub number: &'a CaseNumber,
    pub kind: CaseKind,
    pub court: &'a court::Model,
    pub filed_on: LegalDate,
    pub livelihood_kind: Option<LivelihoodKind>,
    pub target: Money,
    pub legacy_number: Option<String>,
    pub basis_number: String,
    pub predecessor: Option<CaseId>,
}
impl NewCase<'_> {
    /// Writes the case with the next account number of its court: main account and serial, never used twice.
    pub async fn insert(self, op: &Op<'_>) -> Result<case::Model, Failure> {
        let case_number = self.number.to_string();
        decide_unused(op.tx, self.court, &case_number).await?;
        let main = store::bank_account(op.tx, self.court.id, Book::CaseFunds).await?.account_number;
        let serial = counter::next(op.tx, self.court.id, "case-account", 0).await?;
        let row = case::Model {
            id: CaseId::new(op.now),
            court_id: self.court.id,
            case_number,
            kind: self.kind,
            status: CaseStatus::Open,
            manner: None,
            closing_reasons: String::new(),
            closing_document: None,
            filed_on: self.filed_on,
            closed_on: None,
            livelihood_kind: self.livelihood_kind,
            target_amount: self.target,
            legacy_number: self.legacy_number,
            basis_number: self.basis_number,
            predecessor_id: self.predecessor,
            account_number: format!("{main}{serial:08}"),
            officer_id: op.actor.account(),
            terms_paused_on: None,
            version: 1,
            recorded_at: op.now,
        };
        case::Entity::insert(case::ActiveModel::from(row.clone())).execute(op.tx).await?;
        Ok(row)
    }
}

impl ClaimInput {
    fn checked_rank_order(&self) -> Result<i32, Refusal> {
        if (1..=999).contains(&self.rank_order) {
            return Ok(self.rank_order);
        }
        Err(Refusal::new(RefusalCode::ListInvalid).field("rankOrder").arg("maximum", 999))
    }
    fn checked_security(&self) -> Result<Option<String>, Refusal> {
        if self.rank == ClaimRank::Secured && self.security.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::SALE_28).field("security"));
        }
        text::checked_option("security", self.security.as_deref(), LONG)
    }
    fn checked_cause(&self) -> Result<String, Refusal> {
        text::checked("cause", &self.cause, SHORT)
    }
    fn checked_amounts(&self) -> Result<ClaimAmounts, Refusal> {
        let or_zero = |amount: Option<Money>| amount.unwrap_or(Money::ZERO);
        ClaimAmounts::try_new(self.principal, or_zero(self.ordinary_interest), or_zero(self.costs))
    }
    /// The amounts, and the form of everything else.
    fn amounts(&self) -> Result<ClaimAmounts, Refusal> {
        self.checked_rank_order()?;
        self.checked_security()?;
        self.checked_amounts()
    }
    /// Everything that would be refused of the claim itself, not only the first.
    fn refusals(&self) -> Vec<Refusal> {
        let all = [
            self.checked_rank_order().err(),
            self.checked_security().err(),
            self.checked_cause().err(),
            self.checked_amounts().err(),
        ];
        all.into_iter().flatten().collect()
    }
    #[boxed]
    async fn insert(
        &self,
        op: &Op<'_>,
        case: &case::Model,
        creditor: PartyId,
        amounts: &ClaimAmounts,
    ) -> Result<ClaimId, Failure> {
        let id = ClaimId::new(op.now);
        let row = claim::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            creditor_id: Set(creditor),
            rank: Set(self.rank),
            rank_order: Set(self.rank_order),
            cause: Set(self.checked_cause()?),
            security: Set(self.checked_security()?),
            livelihood_kind: Set(self.livelihood_kind),
            principal: Set(amounts.principal),
            ordinary_interest: Set(amounts.ordinary_interest),
            costs: Set(amounts.costs),
            satisfied: Set(Money::ZERO),
            performance_due: Set(self.performance_due.map(|day| day.0)),
            carried_from: Set(None),
            version: Set(1),
            recorded_at: Set(op.now),
        };
        claim::Entity::insert(row).execute(op.tx).await?;
        Ok(id)
    }
}

/// Adds a claim to a running case, e.g. of a creditor who joins the distribution (追加债权、参与分配).
#[derive(InputObject, Serialize)]
pub struct AddClaimInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The creditor, a party of the case (债权人).
    pub creditor: PartyId,
    /// The claim (债权).
    pub claim: ClaimInput,
}
impl UseCase for AddClaimInput {
    type Done = ClaimId;
    const ACT: Act = Act::AddClaim;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ClaimId, Failure> {
        let creditor = store::party(op.tx, self.creditor).await?.ok_or_else(|| Failure::not_found("creditor"))?;
        let case = lock_owner(op, creditor.case_id, "creditor").await?;
        require_open(case.status)?;
        if !party_rules::may_be_creditor(creditor.role) {
            return Err(Refusal::new(RefusalCode::PartyMissing)
                .field("creditor")
                .arg("role", creditor.role.as_str())
                .into());
        }
        let amounts = self.claim.amounts()?;
        let id = self.claim.insert(op, &case, creditor.id, &amounts).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "creditor": creditor.id.to_global(), "rank": self.claim.rank,
            "principal": amounts.principal, "ordinaryInterest": amounts.ordinary_interest, "costs": amounts.costs });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}
