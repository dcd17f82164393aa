//! Drafting a payout run: every creditor of every case with money is looked at; who is left out is listed with why.

use super::number;
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase, parameters},
    cases::{rules::claim::SmallMatters, store::case},
    disbursement::{
        PayoutLineState, PayoutRunStatus, PayoutSelection,
        reading::{Look, Selection, look_at},
        rules::{
            run::{NO_LINES, chained},
            terms::Criteria,
        },
        store::programme::cases_with_money,
        tables::{run, run_line, run_skip, run_source},
    },
    kernel::{
        error::Failure,
        ids::{CaseId, CourtId, PayoutLineId, PayoutProgrammeId, PayoutRunId},
        money::Money,
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Selects what can be paid over many cases of a court (起草集中兑现).
#[derive(InputObject, Serialize)]
pub struct DraftPayoutRunInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court; one run pays from its one account (法院).
    pub court: CourtId,
    /// What is looked for; RULE is started by `startPayoutRun` (范围).
    pub selection: PayoutSelection,
    /// Only these cases, at most 300; without it the oldest 300 cases with money (案件).
    pub cases: Option<Vec<CaseId>>,
}

/// Cases looked at in one run that is drafted at once; `startPayoutRun` has no such limit.
const MOST_CASES: usize = 300;
/// Rows of one statement: well below the number of values that both engines take.
const ROWS_AT_ONCE: usize = 500;

impl UseCase for DraftPayoutRunInput {
    type Done = PayoutRunId;
    const ACT: Act = Act::DraftPayoutRun;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutRunId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        if self.selection == PayoutSelection::Rule {
            return Err(Refusal::new(RefusalCode::WrongState).field("selection").law(&reference::FUNDS_10).into());
        }
        let small = SmallMatters::from(&parameters::of_court(op.tx, self.court).await?);
        let ids = self.cases(op).await?;
        let criteria = Criteria::of(self.selection, small);
        let look = Look { criteria: &criteria, small, today: op.now.legal_date(), lock: true };
        let mut found = look_at(op.tx, &ids, &look).await?;
        if found.chosen.is_empty() {
            return Err(Refusal::new(RefusalCode::SelectionEmpty).field("selection").law(&reference::FUNDS_10).into());
        }
        found.chosen.sort_by_key(|chosen| chosen.priority);
        let new = NewRun { court: self.court, selection: self.selection, programme: None };
        let mut run = new.insert(op, PayoutRunStatus::Draft, &found).await?;
        append(op, &mut run, &found).await?;
        let facts = serde_json::json!({ "selection": self.selection, "lines": found.chosen.len(),
            "skipped": found.skipped.len() });
        op.audit(run.id, Some(self.court), None, facts).await?;
        op.publish("work-queue", run.id, 1);
        Ok(run.id)
    }
}

impl DraftPayoutRunInput {
    /// The cases to look at, in id order: also the order in which they are locked.
    #[boxed]
    async fn cases(&self, op: &Op<'_>) -> Result<Vec<CaseId>, Failure> {
        let Some(named) = &self.cases else {
            let most = i64::try_from(MOST_CASES).unwrap_or(i64::MAX);
            return Ok(cases_with_money(op.tx, self.court, None, most).await?);
        };
        let distinct: std::collections::BTreeSet<CaseId> = named.iter().copied().collect();
        if distinct.is_empty() || distinct.len() != named.len() || distinct.len() > MOST_CASES {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("cases").arg("maximum", MOST_CASES).into());
        }
        let ours = case::Entity::find()
            .filter(case::Column::Id.is_in(distinct.iter().copied()))
            .filter(case::Column::CourtId.eq(self.court));
        if ours.list(op.tx).await?.len() != distinct.len() {
            return Err(Failure::not_found("cases"));
        }
        Ok(distinct.into_iter().collect())
    }
}

/// A run before its first line.
pub(super) struct NewRun {
    pub court: CourtId,
    pub selection: PayoutSelection,
    pub programme: Option<PayoutProgrammeId>,
}
impl NewRun {
    /// Inserts the run, counting what stands in `found`; [`append`] writes those lines.
    #[boxed]
    pub async fn insert(&self, op: &Op<'_>, status: PayoutRunStatus, found: &Selection) -> Result<run::Model, Failure> {
        let digests = found.chosen.iter().map(|chosen| chosen.digest.as_slice());
        let row = run::Model {
            id: PayoutRunId::new(op.now),
            court_id: self.court,
            run_number: number(op, self.court, "兑", "payout-run").await?,
            programme_id: self.programme,
            selection: self.selection,
            status,
            line_count: i32::try_from(found.chosen.len()).map_err(Failure::internal)?,
            total: Money::sum(found.chosen.iter().map(|c| c.amount))?,
            left_out: i32::try_from(found.skipped.len()).map_err(Failure::internal)?,
            lines_digest: chained(&NO_LINES, digests).to_vec(),
            cursor_case: None,
            cashier: None,
            maker: op.actor.name(),
            version: 1,
            recorded_at: op.now,
            released_at: None,
        };
        run::Entity::insert(run::ActiveModel::from(row.clone())).execute(op.tx).await?;
        // what stands in it is counted again by `append`
        Ok(run::Model { line_count: 0, left_out: 0, total: Money::ZERO, lines_digest: NO_LINES.to_vec(), ..row })
    }
}

/// Writes the lines and the left-out behind those that `run` holds, and counts them in `run`; the caller saves the row.
#[boxed]
pub(super) async fn append(op: &Op<'_>, run: &mut run::Model, found: &Selection) -> Result<(), Failure> {
    let (mut lines, mut sources, mut skips) = (Vec::new(), Vec::new(), Vec::new());
    for (chosen, line) in found.chosen.iter().zip(run.line_count.saturating_add(1)..) {
        let id = PayoutLineId::new(op.now);
        lines.push(run_line::ActiveModel {
            id: Set(id),
            court_id: Set(run.court_id),
            run_id: Set(run.id),
            line: Set(line),
            priority: Set(chosen.priority),
            case_id: Set(chosen.case),
            claim_id: Set(chosen.claim),
            payee_id: Set(chosen.payee),
            livelihood_kind: Set(chosen.livelihood),
            amount: Set(chosen.amount),
            digest: Set(chosen.digest.clone()),
            state: Set(PayoutLineState::Selected),
            skip_code: Set(None),
            payable_id: Set(None),
        });
        sources.extend(chosen.sources.iter().map(|(receipt, amount)| run_source::ActiveModel {
            line_id: Set(id),
            receipt_id: Set(*receipt),
            court_id: Set(run.court_id),
            amount: Set(*amount),
        }));
    }
    for ((case, claim, reason), sequence) in found.skipped.iter().zip(run.left_out.saturating_add(1)..) {
        skips.push(run_skip::ActiveModel {
            run_id: Set(run.id),
            sequence: Set(sequence),
            court_id: Set(run.court_id),
            case_id: Set(*case),
            claim_id: Set(*claim),
            reason: Set(*reason),
        });
    }
    run.line_count = run.line_count.saturating_add(i32::try_from(lines.len()).map_err(Failure::internal)?);
    run.left_out = run.left_out.saturating_add(i32::try_from(skips.len()).map_err(Failure::internal)?);
    run.lines_digest = chained(&run.lines_digest, found.chosen.iter().map(|chosen| chosen.digest.as_slice())).to_vec();
    run.total = run.total.plus(Money::sum(found.chosen.iter().map(|c| c.amount))?)?;
    for piece in lines.chunks(ROWS_AT_ONCE) {
        run_line::Entity::insert_many(piece.to_vec()).execute(op.tx).await?;
    }
    for piece in sources.chunks(ROWS_AT_ONCE) {
        run_source::Entity::insert_many(piece.to_vec()).execute(op.tx).await?;
    }
    for piece in skips.chunks(ROWS_AT_ONCE) {
        run_skip::Entity::insert_many(piece.to_vec()).execute(op.tx).await?;
    }
    Ok(())
}
