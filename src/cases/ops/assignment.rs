//! Who is in charge of a case: its terms stand on his list.

use super::{check_version, touch};
use crate::kernel::boxed;
use crate::{
    access::{Act, Op, Role, UseCase, grant},
    cases::store::{self, case},
    kernel::{
        db::sql,
        error::Failure,
        ids::{AccountId, CaseId},
    },
};
use async_graphql::InputObject;
use sea_orm::ConnectionTrait;
use serde::Serialize;

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
        require_officer(op, &case, self.officer).await?;
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
async fn require_officer(op: &Op<'_>, case: &case::Model, officer: AccountId) -> Result<(), Failure> {
    let grants = grant::load_active(op.tx, officer).await?;
    let here = |court: Option<_>| court.is_none_or(|court| court == case.court_id);
    if grants.iter().any(|grant| grant.role == Role::Officer && here(grant.court)) {
        return Ok(());
    }
    Err(Failure::not_found("officer"))
}
