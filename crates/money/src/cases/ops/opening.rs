//! Opening a case: its number, parties, claims and its own account number.

use super::{check_version, lock_owner, touch};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        CaseKind, CaseStatus, ClaimRank, LivelihoodKind, PartyKind, PartyRole,
        rules::{
            claim::ClaimAmounts,
            closing::require_open,
            party::{self as party_rules, PartyKey},
            text::{self, LONG, SHORT},
        },
        store::{self, case, claim, court, party},
    },
    kernel::{
        clock::{Date, LegalDate},
        counter,
        error::Failure,
        identity::{CaseNumber, CitizenId, LegacyCaseNumber, Mobile, Name, Uscc, name::comparison_key},
        ids::{CaseId, ClaimId, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
        secret::{IDENTITY_INDEX, Secret, mask},
    },
    law::reference,
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// More claims than this are filed as several cases (系列案).
const MOST_CLAIMS: usize = 500;

/// A person or organisation of the case (当事人).
#[derive(InputObject, Serialize)]
pub struct PartyInput {
    /// What the party is in the case (当事人地位).
    pub role: PartyRole,
    /// What kind of person (当事人类型).
    pub kind: PartyKind,
    /// Full name (姓名或名称).
    pub name: String,
    /// Citizen id of a person, unified social credit code of anybody else; kept encrypted (证件号码).
    pub identity_number: Option<String>,
    /// Mobile number, kept encrypted (手机号).
    pub mobile: Option<String>,
}

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
        let (number, kind, court) = decide_number(op, &self.case_number).await?;
        let legacy_number = match &self.legacy_number {
            Some(text) => {
                let legacy = LegacyCaseNumber::parse(text).map_err(|e| Refusal::from(e).field("legacyNumber"))?;
                Some(legacy.as_str().to_owned())
            }
            None => None,
        };
        decide_filing_day(op, self.filed_on.0)?;
        let parties = self.parties.iter().map(|p| CheckedParty::try_new(op, p)).collect::<Result<Vec<_>, _>>()?;
        party_rules::decide_parties(&parties.iter().map(|p| p.key.clone()).collect::<Vec<_>>())?;
        let claims = self.checked_claims()?;
        let target = Money::sum(claims.iter().map(|(_, claim)| claim.total()).collect::<Result<Vec<_>, _>>()?)?;

        let opened = NewCase {
            number: &number,
            kind,
            court: &court,
            filed_on: self.filed_on.0,
            livelihood_kind: self.livelihood_kind,
            target,
            legacy_number,
            basis_number: text::checked("basisNumber", &self.basis_number, SHORT)?,
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

/// The number in its parts, the kind that its type code opens, and its court when the actor may file there.
#[boxed]
pub(super) async fn decide_number(
    op: &Op<'_>,
    case_number: &str,
) -> Result<(CaseNumber, CaseKind, court::Model), Failure> {
    let number = CaseNumber::parse(case_number).map_err(|error| Refusal::from(error).field("caseNumber"))?;
    let kind = party_rules::kind_of_type_code(number.type_code()).ok_or_else(|| {
        Refusal::new(RefusalCode::CaseNumberInvalid).law(&reference::CASE_NUMBER_2).field("caseNumber")
    })?;
    let court = store::court_by_code(op.tx, number.court_code()).await?;
    match court {
        Some(court) if op.scope().allows_court(court.id) => Ok((number, kind, court)),
        _ => Err(Failure::not_found("caseNumber")),
    }
}

pub(super) fn decide_filing_day(op: &Op<'_>, filed_on: LegalDate) -> Result<(), Refusal> {
    if filed_on > op.now.legal_date() {
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
        let by_number = case::Entity::find()
            .filter(case::Column::CourtId.eq(self.court.id))
            .filter(case::Column::CaseNumber.eq(case_number.as_str()));
        if by_number.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists)
                .law(&reference::CASE_NUMBER_2)
                .field("caseNumber")
                .into());
        }
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

/// A party whose name and numbers have been checked.
pub(super) struct CheckedParty {
    pub key: PartyKey,
    kind: PartyKind,
    name: String,
    identity: Option<Masked>,
    mobile: Option<Masked>,
}
/// A number to be sealed, and what may be shown of it.
struct Masked {
    number: Secret<String>,
    mask: String,
}
impl Masked {
    fn new(number: &str, mask: String) -> Masked {
        Masked { number: Secret::new(number.to_owned()), mask }
    }
}
impl CheckedParty {
    pub fn try_new(op: &Op<'_>, input: &PartyInput) -> Result<CheckedParty, Refusal> {
        let name = Name::parse(&input.name).map_err(|error| Refusal::from(error).field("name"))?;
        let checked = |text: &str| match input.kind {
            PartyKind::Person => CitizenId::parse(text, op.now.legal_date())
                .map(|id| Masked::new(id.expose(), mask::citizen_id(&id)))
                .map_err(|error| Refusal::from(error).field("identityNumber")),
            // the code of an organisation is public
            PartyKind::Enterprise | PartyKind::Organisation => Uscc::parse(text)
                .map(|code| Masked::new(code.as_str(), code.as_str().to_owned()))
                .map_err(|error| Refusal::from(error).field("identityNumber")),
        };
        let identity = input.identity_number.as_deref().map(checked).transpose()?;
        let mobile = match input.mobile.as_deref() {
            Some(text) => {
                let mobile = Mobile::parse(text).map_err(|error| Refusal::from(error).field("mobile"))?;
                Some(Masked::new(mobile.expose(), mask::mobile(&mobile)))
            }
            None => None,
        };
        let key = PartyKey {
            role: input.role,
            identity: match &identity {
                Some(identity) => identity.number.expose().clone(),
                None => comparison_key(name.as_str()),
            },
        };
        Ok(CheckedParty { key, kind: input.kind, name: name.as_str().to_owned(), identity, mobile })
    }
    #[boxed]
    pub async fn insert(self, op: &Op<'_>, case: &case::Model) -> Result<PartyId, Failure> {
        let id = PartyId::new(op.now);
        let vault = &op.services.vault;
        let (mut identity_sealed, mut identity_index, mut mobile_sealed) = (None, None, None);
        if let Some(identity) = &self.identity {
            identity_sealed = Some(vault.seal(party::identity_place(id), identity.number.expose())?);
            identity_index = Some(vault.blind_index(IDENTITY_INDEX, identity.number.expose()));
        }
        if let Some(mobile) = &self.mobile {
            mobile_sealed = Some(vault.seal(party::mobile_place(id), mobile.number.expose())?);
        }
        let row = party::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            role: Set(self.key.role),
            kind: Set(self.kind),
            name: Set(self.name),
            identity_sealed: Set(identity_sealed),
            identity_index: Set(identity_index),
            identity_mask: Set(self.identity.map(|identity| identity.mask)),
            mobile_sealed: Set(mobile_sealed),
            mobile_mask: Set(self.mobile.map(|mobile| mobile.mask)),
            recorded_at: Set(op.now),
        };
        party::Entity::insert(row).execute(op.tx).await?;
        Ok(id)
    }
}

impl ClaimInput {
    /// The amounts, and the form of everything else.
    fn amounts(&self) -> Result<ClaimAmounts, Refusal> {
        if !(1..=999).contains(&self.rank_order) {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("rankOrder").arg("maximum", 999));
        }
        if self.rank == ClaimRank::Secured && self.security.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::SALE_28).field("security"));
        }
        let or_zero = |amount: Option<Money>| amount.unwrap_or(Money::ZERO);
        ClaimAmounts::try_new(self.principal, or_zero(self.ordinary_interest), or_zero(self.costs))
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
            cause: Set(text::checked("cause", &self.cause, SHORT)?),
            security: Set(text::checked_option("security", self.security.as_deref(), LONG)?),
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

/// Adds a party to a running case (追加当事人).
#[derive(InputObject, Serialize)]
pub struct AddPartyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// `Case.version` as you read it; leave out to add in any case (版本).
    pub expected_version: Option<i64>,
    /// The party (当事人).
    pub party: PartyInput,
}
impl UseCase for AddPartyInput {
    type Done = PartyId;
    const ACT: Act = Act::AddParty;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PartyId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        check_version(&case, self.expected_version)?;
        require_open(case.status)?;
        let party = CheckedParty::try_new(op, &self.party)?;
        let mut present = Vec::new();
        for row in store::parties_of(op.tx, case.id).await? {
            let identity = match &row.identity_sealed {
                Some(sealed) => op.services.vault.open(party::identity_place(row.id), sealed)?.expose().clone(),
                None => comparison_key(&row.name),
            };
            present.push(PartyKey { role: row.role, identity });
        }
        if present.len() >= party_rules::MOST_PARTIES {
            return Err(Refusal::new(RefusalCode::ListInvalid)
                .field("party")
                .arg("maximum", party_rules::MOST_PARTIES)
                .into());
        }
        party_rules::decide_new_party(&party.key, &present).map_err(|refusal| refusal.field("party"))?;
        let id = party.insert(op, &case).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "party": id.to_global(), "role": self.party.role, "kind": self.party.kind });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
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
