//! Asking for a table: who may, of which court and period. The address that is answered is good for some minutes.

use super::{FundTable, TableFormat, describe, read::Wanted};
use crate::{
    access::{Act, Op, UseCase, policy::scope_for},
    cases,
    kernel::{
        clock::{Date, LegalDate},
        error::{Failure, Problem},
        ids::CourtId,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use serde::{Deserialize, Serialize};

/// Longest period of one table, in days.
const LONGEST: i64 = 366;

/// Asks for a standard table of a court and period (导出案款标准表).
#[derive(InputObject, Serialize)]
pub struct ExportTableInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// Which table (表格).
    pub table: FundTable,
    /// First day of the period (起始日期).
    pub from: Date,
    /// Last day, at most 366 days in all; BALANCES shows how things stood at its end (截止日期).
    pub to: Date,
    /// In which form (格式).
    pub format: TableFormat,
}

/// What was allowed to be fetched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exported {
    pub court: CourtId,
    pub table: FundTable,
    pub from: LegalDate,
    pub to: LegalDate,
    pub format: TableFormat,
}
impl Exported {
    /// The path of its download.
    pub fn path(&self) -> String {
        let (table, format) = (self.table.as_str(), self.format.as_str());
        format!("/tables/{}/{table}/{}/{}/{format}", self.court.to_global(), self.from, self.to)
    }
    /// Reads the parts of such a path.
    pub fn parse([court, table, from, to, format]: [&str; 5]) -> Option<Exported> {
        Some(Exported {
            court: CourtId::from_global(court)?,
            table: FundTable::ALL.iter().copied().find(|known| known.as_str() == table)?,
            from: from.parse().ok()?,
            to: to.parse().ok()?,
            format: [TableFormat::Csv, TableFormat::Xlsx].into_iter().find(|known| known.as_str() == format)?,
        })
    }
    pub fn wanted(&self) -> Wanted {
        Wanted { court: self.court, table: self.table, from: self.from, to: self.to }
    }
    pub fn file_name(&self) -> String {
        format!("{}{}至{}.{}", describe(self.table).title, self.from, self.to, self.format.extension())
    }
}

impl UseCase for ExportTableInput {
    type Done = Exported;
    const ACT: Act = Act::ExportTable;
    /// Each asking is an act of its own: the address is signed anew, so the court is checked and the asking recorded.
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<Exported, Failure> {
        let court = cases::store::court(op.tx, self.court).await?.filter(|row| op.scope().allows_court(row.id));
        let court = court.ok_or_else(|| Failure::not_found("court"))?;
        if self.table == FundTable::Vouchers && !scope_for(op.actor, Act::ReadLedgerEntries)?.allows_court(court.id) {
            return Err(Problem::Forbidden.into());
        }
        let days = self.to.0.signed_duration_since(self.from.0).num_days();
        if !(0..LONGEST).contains(&days) {
            return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field("to").into());
        }
        let (from, to) = (self.from.0, self.to.0);
        let exported = Exported { court: court.id, table: self.table, from, to, format: self.format };
        op.audit(court.id, Some(court.id), None, serde_json::to_value(&exported)?).await?;
        Ok(exported)
    }
}
