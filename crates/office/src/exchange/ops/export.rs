//! The cases of a court in the columns of an import: who may ask for them, and their rows.
//!
//! The file holds whole numbers of identity and of accounts, which is why only those who could enter them may ask, and
//! each asking is recorded. Claims go out as filed; accounts are those in force.

use crate::{
    access::{Act, Op, Services, UseCase},
    cases::store::{self, case, claim, party, payee},
    document::tables::TableFormat,
    exchange::{
        CaseSheet, MOST_CASES,
        rules::columns::{KINDS, LIVELIHOODS, RANKS, ROLES, word_of},
        sheets::{Lines, Sheets},
    },
    kernel::{
        clock::{Date, LegalDate},
        error::{Failure, Problem},
        ids::{CaseId, CourtId, PartyId},
        query::Fetch,
        refusal::{Refusal, RefusalCode},
        secret::Vault,
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Cases whose parts are read together.
const PIECE: usize = 200;

/// Asks for the cases of a court that were filed in a period (导出案件).
#[derive(InputObject, Serialize)]
pub struct ExportCasesInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// First day of filing (立案起始日期).
    pub filed_from: Date,
    /// Last day of filing; at most 2,000 cases lie in between (立案截止日期).
    pub filed_to: Date,
    /// In which form (格式).
    pub format: TableFormat,
}

/// What was allowed to be fetched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseExport {
    pub court: CourtId,
    pub from: LegalDate,
    pub to: LegalDate,
    pub format: TableFormat,
}
impl CaseExport {
    /// The path of its download.
    pub fn path(&self) -> String {
        format!("/case-exports/{}/{}/{}/{}", self.court.to_global(), self.from, self.to, self.format.as_str())
    }
    /// Reads the parts of such a path.
    pub fn parse([court, from, to, format]: [&str; 4]) -> Option<CaseExport> {
        Some(CaseExport {
            court: CourtId::from_global(court)?,
            from: from.parse().ok()?,
            to: to.parse().ok()?,
            format: [TableFormat::Csv, TableFormat::Xlsx].into_iter().find(|known| known.as_str() == format)?,
        })
    }
    pub fn file_name(&self) -> String {
        format!("案件{}至{}.{}", self.from, self.to, self.format.extension())
    }
}

impl UseCase for ExportCasesInput {
    type Done = CaseExport;
    const ACT: Act = Act::ExportCases;
    /// Each asking is an act of its own: the address is signed anew, so the court is checked and the asking recorded.
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseExport, Failure> {
        let court = store::court(op.tx, self.court).await?.filter(|row| op.scope().allows_court(row.id));
        let court = court.ok_or_else(|| Failure::not_found("court"))?;
        let (from, to) = (self.filed_from.0, self.filed_to.0);
        if to < from {
            return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field("filedTo").into());
        }
        let export = CaseExport { court: court.id, from, to, format: self.format };
        op.audit(court.id, Some(court.id), None, serde_json::to_value(&export)?).await?;
        Ok(export)
    }
}

/// The rows of all four sheets.
///
/// # Errors
/// `BadInput` for more cases than a file holds.
pub async fn read(services: &Services, export: &CaseExport) -> Result<Sheets, Problem> {
    let reader = services.db.reader();
    let limit = u64::try_from(MOST_CASES.saturating_add(1)).unwrap_or(u64::MAX);
    let filed = case::Entity::find()
        .filter(case::Column::CourtId.eq(export.court))
        .filter(case::Column::FiledOn.gte(export.from))
        .filter(case::Column::FiledOn.lte(export.to))
        .order_by_asc(case::Column::Id)
        .limit(limit);
    let cases = filed.list(&reader).await?;
    if cases.len() > MOST_CASES {
        return Err(Problem::BadInput(format!("more than {MOST_CASES} cases: take a shorter period")));
    }
    let mut sheets = Sheets::default();
    for piece in cases.chunks(PIECE) {
        let parts = Parts::of(&reader, piece).await?;
        for case in piece {
            parts.write(&services.vault, case, &mut sheets)?;
        }
    }
    Ok(sheets)
}

/// What belongs to some cases, in the order of filing.
struct Parts {
    parties: HashMap<CaseId, Vec<party::Model>>,
    claims: HashMap<CaseId, Vec<claim::Model>>,
    payees: HashMap<PartyId, payee::Model>,
}
impl Parts {
    async fn of(conn: &impl ConnectionTrait, cases: &[case::Model]) -> Result<Parts, Problem> {
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        let mut parts = Parts { parties: HashMap::new(), claims: HashMap::new(), payees: HashMap::new() };
        let select = party::Entity::find().filter(party::Column::CaseId.is_in(ids.iter().copied()));
        for row in select.order_by_asc(party::Column::Id).list(conn).await? {
            parts.parties.entry(row.case_id).or_default().push(row);
        }
        let select = claim::Entity::find().filter(claim::Column::CaseId.is_in(ids.iter().copied()));
        for row in select.order_by_asc(claim::Column::Id).list(conn).await? {
            parts.claims.entry(row.case_id).or_default().push(row);
        }
        let current = payee::Column::Status.eq(crate::cases::PayeeStatus::Current);
        let select = payee::Entity::find().filter(payee::Column::CaseId.is_in(ids)).filter(current);
        parts.payees.extend(select.list(conn).await?.into_iter().map(|row| (row.party_id, row)));
        Ok(parts)
    }
    fn write(&self, vault: &Vault, case: &case::Model, sheets: &mut Sheets) -> Result<(), Problem> {
        let number = case.case_number.as_str();
        let livelihood = |kind: &Option<_>| kind.as_ref().map_or("", |kind| word_of(LIVELIHOODS, kind)).to_owned();
        sheets.rows(CaseSheet::Cases).push(vec![
            number.to_owned(),
            case.basis_number.clone(),
            case.filed_on.to_string(),
            case.legacy_number.clone().unwrap_or_default(),
            livelihood(&case.livelihood_kind),
        ]);
        let parties = self.parties.get(&case.id).map(Vec::as_slice).unwrap_or_default();
        let serial = |id: PartyId| parties.iter().position(|party| party.id == id).map_or(0, |at| at + 1).to_string();
        for party in parties {
            let lines = sheets.rows(CaseSheet::Parties);
            write_party(vault, number, serial(party.id), party, lines)?;
        }
        for claim in self.claims.get(&case.id).into_iter().flatten() {
            sheets.rows(CaseSheet::Claims).push(vec![
                number.to_owned(),
                serial(claim.creditor_id),
                word_of(RANKS, &claim.rank).to_owned(),
                claim.rank_order.to_string(),
                claim.cause.clone(),
                claim.security.clone().unwrap_or_default(),
                livelihood(&claim.livelihood_kind),
                claim.principal.to_string(),
                claim.ordinary_interest.to_string(),
                claim.costs.to_string(),
                claim.performance_due.map(|day| day.to_string()).unwrap_or_default(),
            ]);
        }
        for party in parties {
            let Some(payee) = self.payees.get(&party.id) else { continue };
            let account = vault.open(payee::account_place(payee.id), &payee.account_sealed);
            sheets.rows(CaseSheet::Payees).push(vec![
                number.to_owned(),
                serial(party.id),
                payee.name.clone(),
                account.map_err(Problem::internal)?.expose().clone(),
                payee.bank_code.clone(),
                payee.bank_name.clone(),
                payee.document.clone(),
            ]);
        }
        Ok(())
    }
}
fn write_party(
    vault: &Vault,
    number: &str,
    serial: String,
    party: &party::Model,
    lines: &mut Lines,
) -> Result<(), Problem> {
    let open = |place, sealed: &Option<_>| match sealed {
        Some(sealed) => Ok(vault.open(place, sealed).map_err(Problem::internal)?.expose().clone()),
        None => Ok::<_, Problem>(String::new()),
    };
    lines.push(vec![
        number.to_owned(),
        serial,
        word_of(ROLES, &party.role).to_owned(),
        word_of(KINDS, &party.kind).to_owned(),
        party.name.clone(),
        open(party::identity_place(party.id), &party.identity_sealed)?,
        open(party::mobile_place(party.id), &party.mobile_sealed)?,
    ]);
    Ok(())
}
