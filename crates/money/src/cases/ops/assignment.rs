//! Who is in charge of a case: its terms stand on his list.

use super::{check_version, touch};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Op, Role, UseCase, grant},
    cases::{
        CaseStatus,
        rules::text::{self, SHORT},
        store::{self, case},
    },
    kernel::{
        db::sql,
        error::Failure,
        ids::{AccountId, CaseId, CourtId},
        money::Money,
    },
    ledger::{self, AccountKey, Book, Code},
};
use async_graphql::InputObject;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// Cases of one handover; what is left takes another.
const MOST_CASES: u64 = 500;

/// Puts another officer in charge of a case, e.g. before the first one leaves (变更承办人).
#[derive(InputObject, Serialize)]
pub struct AssignCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// `Case.version` as you read it (版本).
    pub expected_version: Option<i64>,
    /// Account of an OFFICER of the case's court (承办人).
    pub officer: AccountId,
}
impl UseCase for AssignCaseInput {
    type Done = CaseId;
    const ACT: Act = Act::AssignCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        check_version(&case, self.expected_version)?;
        require_officer(op, case.court_id, self.officer, "officer").await?;
        let change = "UPDATE enforcement_case SET officer_id = $2 WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [case.id.into(), self.officer.into()])).await?;
        touch(op, &case).await?;
        let facts =
            serde_json::json!({ "from": case.officer_id.map(AccountId::to_global), "to": self.officer.to_global() });
        op.audit(case.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(case.id)
    }
}

/// An account that is no officer there is not there.
#[boxed]
async fn require_officer(op: &Op<'_>, court: CourtId, officer: AccountId, field: &'static str) -> Result<(), Failure> {
    let grants = grant::load_active(op.tx, officer).await?;
    let here = |held: Option<_>| held.is_none_or(|held| held == court);
    if grants.iter().any(|grant| grant.role == Role::Officer && here(grant.court)) {
        return Ok(());
    }
    Err(Failure::not_found(field))
}

/// Puts another officer in charge of everything that an officer has open, before he leaves; at most 500 cases at once
/// (办案人员调离移交).
#[derive(InputObject, Serialize)]
pub struct HandOverCasesInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// Account of the officer who leaves (移交人).
    pub officer: AccountId,
    /// Account of the OFFICER of the court who takes over (接收人).
    pub successor: AccountId,
    /// The list that both have signed: number or title of the document (移交清单).
    pub document: String,
}

/// What changed hands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandedOver {
    pub cases: usize,
    /// What stood on their accounts.
    pub money: Money,
    /// More are left: hand over again.
    pub more: bool,
}

impl UseCase for HandOverCasesInput {
    type Done = HandedOver;
    const ACT: Act = Act::HandOverCases;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<HandedOver, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        require_officer(op, self.court, self.successor, "successor").await?;
        let document = text::checked("document", &self.document, SHORT)?;
        let mut cases = case::Entity::find()
            .filter(case::Column::CourtId.eq(self.court))
            .filter(case::Column::OfficerId.eq(self.officer))
            .filter(case::Column::Status.is_not_in([CaseStatus::Concluded, CaseStatus::Transferred]))
            .order_by_asc(case::Column::Id)
            .limit(MOST_CASES.saturating_add(1))
            .lock_exclusive()
            .list(op.tx)
            .await?;
        let most = usize::try_from(MOST_CASES).unwrap_or(usize::MAX);
        let more = cases.len() > most;
        cases.truncate(most);
        let mut money = Money::ZERO;
        for case in &cases {
            let fund = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
            let standing = ledger::balance(op.tx, fund).await?;
            money = money.plus(standing)?;
            let change = "UPDATE enforcement_case SET officer_id = $2 WHERE id = $1";
            op.tx.execute_raw(sql(op.tx, change, [case.id.into(), self.successor.into()])).await?;
            touch(op, case).await?;
            let facts = serde_json::json!({ "from": self.officer.to_global(), "to": self.successor.to_global(),
                "money": standing, "document": document });
            op.audit(case.id, Some(case.court_id), Some(case.id), facts).await?;
        }
        let facts = serde_json::json!({ "cases": cases.len(), "money": money, "document": document });
        op.audit(self.court, Some(self.court), None, facts).await?;
        Ok(HandedOver { cases: cases.len(), money, more })
    }
}
