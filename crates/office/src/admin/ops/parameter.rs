//! A court sets one of its rule parameters: the administrator proposes, the vice president of the court decides.

use crate::{
    access::{
        Act, Op, Role, UseCase,
        approval::{self, Approvable},
        parameters,
    },
    admin::{SettingStatus, rules::setting::decide_value, store, store::court_parameter},
    cases::rules::text::{self, LONG, SHORT},
    kernel::{
        boxed, counter,
        db::sql,
        error::Failure,
        ids::{CourtId, NodeRef, ParameterId},
        query::Execute,
        refusal::{Refusal, RefusalCode},
    },
    law::{parameter, reference},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use serde::Serialize;

/// Who puts a proposed value in force: a leader of the court, never the administrator himself.
const CHECKERS: &[Role] = &[Role::VicePresident];

/// Proposes a value for a rule parameter of a court; the vice president of the court decides (设定法院规则参数).
#[derive(InputObject, Serialize)]
pub struct SetCourtParameterInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// Name of the parameter, as `ruleBook` lists it (参数名).
    pub name: String,
    /// The new value, in the form that `RuleParameter.allowed` shows (取值).
    pub value: String,
    /// Why, 1 to 500 characters (理由).
    pub reason: String,
    /// The court's decision that it rests on: number or title, 1 to 128 characters (依据文件).
    pub document: String,
}
impl UseCase for SetCourtParameterInput {
    type Done = ParameterId;
    const ACT: Act = Act::SetCourtParameter;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ParameterId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let in_force = parameters::of_court(op.tx, self.court).await?;
        let (parameter, value) = decide_value(&self.name, &self.value, &in_force)?;
        let reason = text::checked("reason", &self.reason, LONG)?;
        let document = text::checked("document", &self.document, SHORT)?;
        // the counter's row is locked: of two proposals at once the second sees the first
        let version = counter::next(op.tx, self.court, &format!("parameter:{}", parameter.name), 0).await?;
        if store::parameter_in(op.tx, self.court, parameter.name, SettingStatus::Proposed).await?.is_some() {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("name").law(&reference::TWO_PEOPLE).into());
        }
        let id = ParameterId::new(op.now);
        let row = court_parameter::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            name: Set(parameter.name.to_owned()),
            value: Set(value.to_string()),
            version: Set(version),
            status: Set(SettingStatus::Proposed),
            reason: Set(reason.clone()),
            document: Set(document.clone()),
            proposed_by: Set(op.actor.name()),
            proposed_at: Set(op.now),
            effective_from: Set(None),
            superseded_at: Set(None),
        };
        court_parameter::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, self.court, id.node(), CHECKERS).await?;
        let facts = serde_json::json!({ "parameter": parameter.name, "from": in_force.value(parameter).to_string(),
            "to": value.to_string(), "version": version, "reason": reason, "document": document });
        op.audit(id, Some(self.court), None, facts).await?;
        Ok(id)
    }
}

/// The approval of court parameters; registered in `app`.
pub struct CourtParameters;

#[async_trait::async_trait]
impl Approvable for CourtParameters {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        Ok(serde_json::json!({
            "court": row.court_id.to_global(), "parameter": row.name, "value": row.value, "version": row.version,
            "reason": row.reason, "document": row.document,
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        // the bounds may have become narrower since it was proposed
        parameter::parse(&row.name, &row.value)?;
        let before = store::parameter_in(op.tx, row.court_id, &row.name, SettingStatus::Active).await?;
        if let Some(before) = &before {
            let change = "UPDATE court_parameter SET status = 'SUPERSEDED', superseded_at = $2 WHERE id = $1";
            op.tx.execute_raw(sql(op.tx, change, [before.id.into(), op.now.into()])).await?;
        }
        let change = "UPDATE court_parameter SET status = 'ACTIVE', effective_from = $2 WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [row.id.into(), op.now.into()])).await?;
        let facts = serde_json::json!({ "parameter": row.name, "from": before.map(|b| b.value), "to": row.value,
            "version": row.version, "status": SettingStatus::Active });
        op.audit(row.id, Some(row.court_id), None, facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let change = "UPDATE court_parameter SET status = 'REJECTED' WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [row.id.into()])).await?;
        Ok(())
    }
}

/// The proposal behind an approval, as long as it is one.
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<court_parameter::Model, Failure> {
    let row = store::lock_parameter(op.tx, ParameterId::from_uuid(subject.id)).await?;
    if row.status != SettingStatus::Proposed {
        return Err(Refusal::new(RefusalCode::WrongState).field("approval").arg("status", row.status.as_str()).into());
    }
    Ok(row)
}
