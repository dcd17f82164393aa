//! A unified payout by rule: one run per court account, each filled by a job some cases at a time, so that a hundred
//! thousand lines hold up nobody, and each approved, released and reconciled by its own court.

use super::{
    number,
    run::{NewRun, append},
};
use crate::{
    access::{Act, Op, Services, UseCase, parameters, run_as_system},
    cases::{rules::claim::SmallMatters, store::courts_under},
    disbursement::{
        PayoutRunStatus, PayoutSelection,
        reading::{Look, Selection, look_at},
        rules::terms::Criteria,
        store::{
            self,
            programme::{cases_with_money, find_rule, newest_version, oldest_selecting},
        },
        tables::{programme, rule, run},
    },
    kernel::{
        boxed,
        error::{Failure, Problem},
        ids::{CourtId, PayoutProgrammeId, PayoutRuleId, PayoutRunId},
        jobs::{Fence, JobHandler},
        query::Execute,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, IntoActiveModel, entity::prelude::*};
use serde::Serialize;

/// Cases looked at in one transaction.
const CASES_AT_ONCE: i64 = 100;
const JOB: &str = "payout-selection";

/// Starts a unified payout by a saved rule: over its court and the courts below, one run for each (启动集中兑现).
#[derive(InputObject, Serialize)]
pub struct StartPayoutRunInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The rule, in its newest version (规则).
    pub payout_rule: PayoutRuleId,
}
impl UseCase for StartPayoutRunInput {
    type Done = PayoutProgrammeId;
    const ACT: Act = Act::StartPayoutRun;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutProgrammeId, Failure> {
        let rule = find_rule(op.tx, op.scope(), self.payout_rule).await?;
        let rule = rule.ok_or_else(|| Failure::not_found("payoutRule"))?;
        let newest = newest_version(op.tx, rule.court_id, &rule.name).await?;
        if rule.version != newest {
            let refusal = Refusal::new(RefusalCode::StaleVersion).field("payoutRule").arg("version", newest);
            return Err(refusal.law(&reference::FUNDS_12).into());
        }
        let id = PayoutProgrammeId::new(op.now);
        let row = programme::ActiveModel {
            id: Set(id),
            court_id: Set(rule.court_id),
            programme_number: Set(number(op, rule.court_id, "统", "payout-programme").await?),
            rule_id: Set(rule.id),
            maker: Set(op.actor.name()),
            recorded_at: Set(op.now),
            result: Set(None),
            published_at: Set(None),
        };
        programme::Entity::insert(row).execute(op.tx).await?;
        let courts = courts_of(op, &rule).await?;
        for court in &courts {
            let new = NewRun { court: *court, selection: PayoutSelection::Rule, programme: Some(id) };
            let run = new.insert(op, PayoutRunStatus::Selecting, &Selection::default()).await?;
            let facts = serde_json::json!({ "programme": id.to_global(), "rule": rule.id.to_global() });
            op.audit(run.id, Some(*court), None, facts).await?;
            op.publish("work-queue", run.id, 1);
        }
        let facts = serde_json::json!({ "rule": rule.id.to_global(), "version": rule.version, "courts": courts.len() });
        op.audit(id, Some(rule.court_id), None, facts).await?;
        Ok(id)
    }
}

/// The courts of a rule that are still its court or below it.
#[boxed]
async fn courts_of(op: &Op<'_>, rule: &rule::Model) -> Result<Vec<CourtId>, Failure> {
    let named = rule.read_terms()?.courts;
    let mut under = courts_under(op.tx, rule.court_id).await?;
    if !named.is_empty() {
        under.retain(|court| named.contains(court));
    }
    if under.is_empty() {
        return Err(Refusal::new(RefusalCode::SelectionEmpty).field("payoutRule").law(&reference::FUNDS_10).into());
    }
    Ok(under)
}

/// The job that fills runs; registered in `app`.
pub struct PayoutSelections {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for PayoutSelections {
    fn name(&self) -> &'static str {
        JOB
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let Some(run) = oldest_selecting(&self.services.db.reader()).await? else { return Ok(0) };
        run_as_system(&self.services, JOB, &SelectPiece { run: run.id, token: fence.token }).await?;
        Ok(1)
    }
}

/// Looks at the next cases of a run.
#[derive(Serialize)]
struct SelectPiece {
    run: PayoutRunId,
    token: i64,
}
impl UseCase for SelectPiece {
    type Done = bool;
    const ACT: Act = Act::SelectPayoutLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        Fence { name: JOB, token: self.token }.check(op.tx).await?;
        let mut run = store::lock_run(op.tx, op.scope(), self.run).await?;
        if run.status != PayoutRunStatus::Selecting {
            // another process did it meanwhile
            return Err(Problem::Conflict.into());
        }
        let (criteria, small) = criteria_of(op, &run).await?;
        let ids = cases_with_money(op.tx, run.court_id, run.cursor_case, CASES_AT_ONCE).await?;
        let look = Look { criteria: &criteria, small, today: op.now.legal_date(), lock: true };
        let found = look_at(op.tx, &ids, &look).await?;
        append(op, &mut run, &found).await?;
        run.cursor_case = ids.last().copied().or(run.cursor_case);
        run.version += 1;
        let done = i64::try_from(ids.len()).unwrap_or(i64::MAX) < CASES_AT_ONCE;
        if done {
            run.status = if run.line_count > 0 { PayoutRunStatus::Draft } else { PayoutRunStatus::Empty };
            op.publish("work-queue", run.id, run.version);
        }
        let facts = serde_json::json!({ "cases": ids.len(), "lines": run.line_count, "skipped": run.left_out,
            "total": run.total, "status": run.status });
        op.audit(run.id, Some(run.court_id), None, facts).await?;
        run::Entity::update(run.into_active_model().reset_all()).execute(op.tx).await?;
        Ok(done)
    }
}

/// What the run's rule comes to in its court.
#[boxed]
async fn criteria_of(op: &Op<'_>, run: &run::Model) -> Result<(Criteria, SmallMatters), Failure> {
    let gone = || Failure::internal("a run by rule without its rule");
    let small = SmallMatters::from(&parameters::of_court(op.tx, run.court_id).await?);
    let programme = store::programme::find_programme(op.tx, op.scope(), run.programme_id.ok_or_else(gone)?).await?;
    let rule = find_rule(op.tx, op.scope(), programme.ok_or_else(gone)?.rule_id).await?.ok_or_else(gone)?;
    Ok((rule.read_terms()?.in_court(small), small))
}
