//! Drafting a payout run: every creditor of every case with money is looked at; who is left out is listed with why.

use super::number;
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase, parameters},
    cases::{
        self, LivelihoodKind,
        rules::claim::SmallMatters,
        store::{case, claim},
    },
    disbursement::{
        PayoutLineState, PayoutRunStatus, PayoutSelection, SkipReason,
        rules::run::{Candidate, decide_line, precedence},
        store,
        tables::{run, run_line, run_skip, run_source},
    },
    distribution, funds,
    kernel::{
        error::Failure,
        ids::{CaseId, ClaimId, CourtId, PayeeId, PayoutLineId, PayoutRunId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger,
    payout::rules::Draw,
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
    /// What is looked for (范围).
    pub selection: PayoutSelection,
    /// Only these cases, at most 300; without it every case with money (案件).
    pub cases: Option<Vec<CaseId>>,
}

/// Cases looked at in one run; more wait for the next one.
const MOST_CASES: usize = 300;
/// Lines of one run.
const MOST_LINES: usize = 500;

/// A creditor who is paid.
struct Chosen {
    case: CaseId,
    claim: ClaimId,
    payee: PayeeId,
    amount: Money,
    livelihood: Option<LivelihoodKind>,
    sources: Vec<(ReceiptId, Money)>,
}

/// What came out of looking at the cases.
#[derive(Default)]
struct Selection {
    chosen: Vec<Chosen>,
    skipped: Vec<(CaseId, Option<ClaimId>, SkipReason)>,
}

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
        let small = SmallMatters::from(&parameters::of_court(op.tx, self.court).await?);
        let mut selection = Selection::default();
        for id in self.cases(op).await? {
            let case = cases::store::lock_case(op.tx, op.scope(), id).await?;
            if case.court_id != self.court {
                return Err(Failure::not_found("cases"));
            }
            selection.look_at(op, self.selection, &case, small).await?;
            if selection.chosen.len() >= MOST_LINES {
                break;
            }
        }
        if selection.chosen.is_empty() {
            return Err(Refusal::new(RefusalCode::SelectionEmpty).field("selection").law(&reference::FUNDS_10).into());
        }
        selection.chosen.sort_by_key(|chosen| precedence(chosen.livelihood));
        let id = self.insert(op, &selection).await?;
        let facts = serde_json::json!({ "selection": self.selection, "lines": selection.chosen.len(),
            "skipped": selection.skipped.len() });
        op.audit(id, Some(self.court), None, facts).await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}

impl DraftPayoutRunInput {
    /// The cases to look at, in id order: also the order in which they are locked.
    #[boxed]
    async fn cases(&self, op: &Op<'_>) -> Result<Vec<CaseId>, Failure> {
        let Some(named) = &self.cases else {
            let most = i64::try_from(MOST_CASES).unwrap_or(i64::MAX);
            return Ok(store::cases_with_money(op.tx, self.court, most).await?);
        };
        let distinct: std::collections::BTreeSet<CaseId> = named.iter().copied().collect();
        if distinct.is_empty() || distinct.len() != named.len() || distinct.len() > MOST_CASES {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("cases").arg("maximum", MOST_CASES).into());
        }
        Ok(distinct.into_iter().collect())
    }

    #[boxed]
    async fn insert(&self, op: &Op<'_>, selection: &Selection) -> Result<PayoutRunId, Failure> {
        let id = PayoutRunId::new(op.now);
        let row = run::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            run_number: Set(number(op, self.court, "兑", "payout-run").await?),
            selection: Set(self.selection),
            status: Set(PayoutRunStatus::Draft),
            line_count: Set(i32::try_from(selection.chosen.len()).map_err(Failure::internal)?),
            total: Set(Money::sum(selection.chosen.iter().map(|c| c.amount))?),
            cashier: Set(None),
            maker: Set(op.actor.name()),
            version: Set(1),
            recorded_at: Set(op.now),
            released_at: Set(None),
        };
        run::Entity::insert(row).execute(op.tx).await?;
        for (chosen, line) in selection.chosen.iter().zip(1..) {
            self.insert_line(op, id, line, chosen).await?;
        }
        for ((case, claim, reason), sequence) in selection.skipped.iter().zip(1..) {
            let row = run_skip::ActiveModel {
                run_id: Set(id),
                sequence: Set(sequence),
                court_id: Set(self.court),
                case_id: Set(*case),
                claim_id: Set(*claim),
                reason: Set(*reason),
            };
            run_skip::Entity::insert(row).execute(op.tx).await?;
        }
        Ok(id)
    }

    #[boxed]
    async fn insert_line(&self, op: &Op<'_>, run: PayoutRunId, line: i32, chosen: &Chosen) -> Result<(), Failure> {
        let id = PayoutLineId::new(op.now);
        let row = run_line::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            run_id: Set(run),
            line: Set(line),
            case_id: Set(chosen.case),
            claim_id: Set(chosen.claim),
            payee_id: Set(chosen.payee),
            amount: Set(chosen.amount),
            state: Set(PayoutLineState::Selected),
            skip_code: Set(None),
            payable_id: Set(None),
        };
        run_line::Entity::insert(row).execute(op.tx).await?;
        for (receipt, amount) in &chosen.sources {
            let row = run_source::ActiveModel {
                line_id: Set(id),
                receipt_id: Set(*receipt),
                court_id: Set(self.court),
                amount: Set(*amount),
            };
            run_source::Entity::insert(row).execute(op.tx).await?;
        }
        Ok(())
    }
}

impl Selection {
    /// Decides on each creditor of a case in turn; what one gets is not there for the next.
    #[boxed]
    async fn look_at(
        &mut self,
        op: &Op<'_>,
        wanted: PayoutSelection,
        case: &case::Model,
        small: SmallMatters,
    ) -> Result<(), Failure> {
        let claims = cases::store::claims_of(op.tx, case.id).await?;
        if claims.is_empty() {
            self.skipped.push((case.id, None, SkipReason::NothingOwed));
        }
        let owing: Vec<&claim::Model> =
            claims.iter().filter(|c| c.amounts().outstanding().is_ok_and(|owed| owed.is_positive())).collect();
        let creditors: std::collections::BTreeSet<_> = owing.iter().map(|c| c.creditor_id).collect();
        let owed_to_all = owing.iter().map(|c| c.amounts().outstanding()).collect::<Result<Vec<_>, _>>();
        let owed_to_all = Money::sum(owed_to_all?)?;
        let balance = ledger::balance::available(op.tx, super::order::fund_of(case)).await?;
        let frozen = cases::store::frozen_case_money(op.tx, case.id).await?;
        let free = balance.saturating_minus(frozen);
        let mut available = free;
        let deferred = store::deferral_of(op.tx, case.id).await?.is_some();
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let mut draw = Draw::new(receipts.into_iter().map(|r| (r.id, r.remaining)).collect());
        for claim in &claims {
            let creditor = cases::store::party(op.tx, claim.creditor_id).await?;
            let creditor_name = creditor.map(|p| p.name).unwrap_or_default();
            let payee = cases::store::current_payee(op.tx, claim.creditor_id).await?;
            let livelihood = claim.livelihood_kind.or(case.livelihood_kind);
            let total = claim.amounts().total()?;
            let decided = decide_line(
                wanted,
                &Candidate {
                    case: case.status,
                    deferred,
                    frozen: frozen.is_positive(),
                    livelihood,
                    base: livelihood.map_or(case.target_amount, |kind| small.base(kind, case.target_amount, total)),
                    limit: small.limit,
                    outstanding: distribution::store::open_amount(op.tx, claim).await?,
                    available,
                    free,
                    creditors: creditors.len(),
                    owed_to_all,
                    ordered: store::is_ordered(op.tx, claim.id).await?,
                    payee_name: payee.as_ref().map(|p| p.name.as_str()),
                    creditor_name: &creditor_name,
                },
            );
            match (decided, payee) {
                (Ok(amount), Some(payee)) => {
                    available = available.minus(amount)?;
                    let sources = draw.take(amount)?;
                    let (case, claim, payee) = (case.id, claim.id, payee.id);
                    self.chosen.push(Chosen { case, claim, payee, amount, livelihood, sources });
                }
                (Ok(_), None) => self.skipped.push((case.id, Some(claim.id), SkipReason::PayeeNotConfirmed)),
                (Err(reason), _) => self.skipped.push((case.id, Some(claim.id), reason)),
            }
        }
        Ok(())
    }
}
