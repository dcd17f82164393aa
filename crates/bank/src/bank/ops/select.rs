//! Which queued payments a file takes, and why it leaves others out.
//!
//! A payment leaves only when everything recorded about its attempt stands under a signed checkpoint of the audit log:
//! from then on nobody can take back unseen who approved it. Whoever decided on a payment does not carry it to the bank
//! (法发〔2017〕6号 第2条). The queue is read to its end page by page, so that what must wait never holds up the others.

use super::PaymentForm;
use crate::{
    audit,
    bank::{
        iso20022::{AccountHolder, pain001::Payment},
        rules,
    },
    cases,
    kernel::{
        bulk::Rows,
        db::{engine_of, sql},
        error::{Failure, Problem},
        ids::{CourtId, NodeKind, PayableId, PayoutAttemptId},
        refusal::RefusalCode,
        secret::Vault,
    },
    ledger::Book,
    payout::{
        self,
        tables::{attempt, payable},
    },
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashSet};

/// Attempts read at a time.
const PAGE: u64 = 200;

/// What a file may do with a queued attempt.
pub enum Fitness {
    Ready(Payment),
    /// Not under a signed checkpoint yet.
    Waiting,
    /// Cannot go now; a code of a refusal, or of what the bank's file cannot hold.
    Unfit(&'static str),
}

/// The attempts of one file, and those that are left out.
#[derive(Default)]
pub struct Selection {
    pub taken: Vec<(PayoutAttemptId, Payment)>,
    pub waiting: u64,
    /// End-to-end ids with the reason.
    pub unfit: Vec<(String, &'static str)>,
}
impl Selection {
    /// Was everything left out only because of who asks?
    pub fn is_his_own(&self) -> bool {
        let own = RefusalCode::MakerMayNotApprove.as_str();
        self.taken.is_empty() && self.waiting == 0 && !self.unfit.is_empty() && self.unfit.iter().all(|u| u.1 == own)
    }
}

/// The queue of one account of a court.
pub struct Queue<'a> {
    pub court: CourtId,
    pub book: Book,
    /// Who writes the file.
    pub writer: &'a str,
    pub vault: &'a Vault,
    pub form: &'a PaymentForm,
}
impl Queue<'_> {
    /// Takes up to `most` payments, the oldest first, wherever in the queue they stand.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn select(&self, conn: &impl ConnectionTrait, most: usize) -> Result<Selection, Problem> {
        let (mut selection, mut after) = (Selection::default(), None);
        loop {
            let page = payout::store::queued_attempts(conn, self.court, self.book, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(selection) };
            after = Some(last.id);
            let mut covered = false;
            let judged = self.judge(conn, &page).await?;
            for (attempt, fitness) in page.into_iter().zip(judged) {
                covered |= !matches!(fitness, Fitness::Waiting);
                match fitness {
                    Fitness::Ready(payment) => selection.taken.push((attempt.id, payment)),
                    Fitness::Waiting => selection.waiting = selection.waiting.saturating_add(1),
                    Fitness::Unfit(reason) => selection.unfit.push((attempt.end_to_end_id, reason)),
                }
                if selection.taken.len() == most {
                    return Ok(selection);
                }
            }
            // what was queued later waits for the next checkpoint as well
            if !covered {
                return Ok(selection);
            }
        }
    }

    /// The first `most` attempts that no file takes now, with the reason.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn unfit(
        &self,
        conn: &impl ConnectionTrait,
        most: usize,
    ) -> Result<Vec<(attempt::Model, &'static str)>, Problem> {
        let (mut unfit, mut after) = (Vec::new(), None);
        loop {
            let page = payout::store::queued_attempts(conn, self.court, self.book, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(unfit) };
            after = Some(last.id);
            let judged = self.judge(conn, &page).await?;
            for (attempt, fitness) in page.into_iter().zip(judged) {
                if let Fitness::Unfit(reason) = fitness {
                    unfit.push((attempt, reason));
                }
                if unfit.len() == most {
                    return Ok(unfit);
                }
            }
        }
    }

    /// Judges a page of the queue by a few statements, in its order.
    async fn judge(&self, conn: &impl ConnectionTrait, page: &[attempt::Model]) -> Result<Vec<Fitness>, Problem> {
        let ids: Vec<_> = page.iter().map(|attempt| attempt.id.uuid()).collect();
        let covered = audit::store::under_checkpoint(conn, NodeKind::PayoutAttempt, &ids).await?;
        let owed: Vec<_> = page.iter().map(|attempt| attempt.payable_id).collect();
        let payables = payout::store::payables(conn, &owed).await?;
        let cases: BTreeSet<_> = payables.values().filter_map(|payable| payable.case_id).collect();
        let stopped = payout::stops::stopped_cases(conn, &cases).await?;
        let numbers = cases::store::numbers(conn, &cases).await?;
        let own = took_part(conn, &owed, self.writer).await?;
        let mut judged = Vec::with_capacity(page.len());
        for attempt in page {
            let payable = payables.get(&attempt.payable_id);
            let payable = payable.ok_or_else(|| Problem::internal("an attempt without its payable"))?;
            if !covered.contains(&attempt.id.uuid()) {
                judged.push(Fitness::Waiting);
                continue;
            }
            if payable.case_id.is_some_and(|case| stopped.contains(&case)) {
                match payout::bankruptcy::decide_attempt(conn, payable).await {
                    Ok(()) => {}
                    Err(Failure::Refused(refusal)) => {
                        judged.push(Fitness::Unfit(refusal.code.as_str()));
                        continue;
                    }
                    Err(Failure::Problem(problem)) => return Err(problem),
                }
            }
            if own.contains(&payable.id) {
                judged.push(Fitness::Unfit(RefusalCode::MakerMayNotApprove.as_str()));
                continue;
            }
            let number = payable.case_id.and_then(|case| numbers.get(&case)).map(String::as_str);
            let payment = payment_of(self.vault, attempt, payable, number)?;
            judged.push(match self.form.check_payment(&payment) {
                Ok(()) => Fitness::Ready(payment),
                Err(error) => Fitness::Unfit(error.reason.token()),
            });
        }
        Ok(judged)
    }
}

/// Those of the payments of which this person proposed or approved the payment, the order, run or decision behind it,
/// or a change of it.
async fn took_part(
    conn: &impl ConnectionTrait,
    payables: &[PayableId],
    person: &str,
) -> Result<HashSet<PayableId>, Problem> {
    let rows = payables.iter().map(|id| [(*id).into(), person.into()]);
    let (given, values) = Rows::of(rows).into_values(engine_of(conn));
    let text = format!(
        "WITH v (id, person) AS {given}, behind (payable, person, subject) AS (
             SELECT p.id, v.person, p.subject_id FROM v JOIN payable p ON p.id = v.id
             UNION SELECT v.id, v.person, c.id FROM v JOIN payable_change c ON c.payable_id = v.id
             UNION SELECT v.id, v.person, o.id FROM v JOIN disbursement_order o ON o.payable_id = v.id
             UNION SELECT v.id, v.person, l.run_id FROM v JOIN payout_run_line l ON l.payable_id = v.id
             UNION SELECT v.id, v.person, d.id FROM v JOIN forfeiture_line f ON f.payable_id = v.id
                   JOIN sale_decision d ON d.lot_id = f.lot_id
             UNION SELECT v.id, v.person, d.id FROM v JOIN purchaser_return t ON t.payable_id = v.id
                   JOIN sale_decision d ON d.lot_id = t.lot_id)
         SELECT b.payable AS payable FROM behind b JOIN approval a ON a.subject_id = b.subject AND a.maker = b.person
         UNION
         SELECT b.payable FROM behind b JOIN approval a ON a.subject_id = b.subject
         JOIN approval_vote o ON o.approval_id = a.id AND o.voter = b.person
         UNION
         SELECT v.id FROM v JOIN distribution_line l ON l.payable_id = v.id
         JOIN distribution_plan p ON p.id = l.plan_id AND p.maker = v.person"
    );
    let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "payable")?)).collect()
}

fn payment_of(
    vault: &Vault,
    attempt: &attempt::Model,
    payable: &payable::Model,
    case_number: Option<&str>,
) -> Result<Payment, Problem> {
    let account = vault.open(attempt::account_place(attempt.id), &attempt.account_sealed)?;
    Ok(Payment {
        end_to_end_id: attempt.end_to_end_id.clone(),
        amount: attempt.amount,
        creditor: AccountHolder {
            name: attempt.payee_name.clone(),
            account: account.expose().clone(),
            bank_code: attempt.bank_code.clone(),
        },
        remittance: rules::remittance(payable.purpose, case_number),
    })
}
