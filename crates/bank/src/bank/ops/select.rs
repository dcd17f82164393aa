//! Which queued payments a file takes, and why it leaves others out.
//!
//! A payment leaves only when everything recorded about its attempt stands under a signed checkpoint of the audit log:
//! from then on nobody can take back unseen who approved it. Whoever decided on a payment does not carry it to the bank
//! (法发〔2017〕6号 第2条). The queue is read to its end page by page, so that what must wait never holds up the others.

use super::PaymentForm;
use crate::{
    access::Scope,
    audit,
    bank::{
        iso20022::{AccountHolder, pain001::Payment},
        rules,
    },
    cases,
    kernel::{
        db::sql,
        error::{Failure, Problem},
        ids::{CourtId, PayableId, PayoutAttemptId},
        refusal::RefusalCode,
        secret::Vault,
    },
    ledger::Book,
    payout::{self, tables::attempt},
};
use sea_orm::ConnectionTrait;

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
            for attempt in page {
                let fitness = self.judge(conn, &attempt).await?;
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
            for attempt in page {
                if let Fitness::Unfit(reason) = self.judge(conn, &attempt).await? {
                    unfit.push((attempt, reason));
                }
                if unfit.len() == most {
                    return Ok(unfit);
                }
            }
        }
    }

    async fn judge(&self, conn: &impl ConnectionTrait, attempt: &attempt::Model) -> Result<Fitness, Problem> {
        if !audit::store::subject_is_under_checkpoint(conn, attempt.id.node()).await? {
            return Ok(Fitness::Waiting);
        }
        match payout::bankruptcy::decide_attempt(conn, attempt).await {
            Ok(()) => {}
            Err(Failure::Refused(refusal)) => return Ok(Fitness::Unfit(refusal.code.as_str())),
            Err(Failure::Problem(problem)) => return Err(problem),
        }
        if took_part(conn, attempt.payable_id, self.writer).await? {
            return Ok(Fitness::Unfit(RefusalCode::MakerMayNotApprove.as_str()));
        }
        let payment = payment_of(conn, self.vault, attempt).await?;
        Ok(match self.form.check_payment(&payment) {
            Ok(()) => Fitness::Ready(payment),
            Err(error) => Fitness::Unfit(error.reason.token()),
        })
    }
}

/// Did this person propose or approve the payment, the order, run or decision behind it, or a change of it?
async fn took_part(conn: &impl ConnectionTrait, payable: PayableId, person: &str) -> Result<bool, Problem> {
    let text = "WITH behind AS (
                    SELECT subject_id AS id FROM payable WHERE id = $1
                    UNION SELECT id FROM payable_change WHERE payable_id = $1
                    UNION SELECT id FROM disbursement_order WHERE payable_id = $1
                    UNION SELECT run_id FROM payout_run_line WHERE payable_id = $1
                    UNION SELECT d.id FROM sale_decision d JOIN forfeiture_line f ON f.lot_id = d.lot_id
                          WHERE f.payable_id = $1
                    UNION SELECT d.id FROM sale_decision d JOIN purchaser_return t ON t.lot_id = d.lot_id
                          WHERE t.payable_id = $1)
                SELECT 1 AS one FROM approval a WHERE a.maker = $2 AND a.subject_id IN (SELECT id FROM behind)
                UNION ALL
                SELECT 1 FROM approval_vote v JOIN approval a ON a.id = v.approval_id
                WHERE v.voter = $2 AND a.subject_id IN (SELECT id FROM behind)
                UNION ALL
                SELECT 1 FROM distribution_plan p JOIN distribution_line l ON l.plan_id = p.id
                WHERE p.maker = $2 AND l.payable_id = $1";
    Ok(conn.query_one_raw(sql(conn, text, [payable.into(), person.into()])).await?.is_some())
}

async fn payment_of(conn: &impl ConnectionTrait, vault: &Vault, attempt: &attempt::Model) -> Result<Payment, Problem> {
    let account = vault.open(attempt::account_place(attempt.id), &attempt.account_sealed)?;
    let payable = payout::store::find_payable(conn, &Scope::Everything, attempt.payable_id).await?;
    let payable = payable.ok_or_else(|| Problem::internal("an attempt without its payable"))?;
    let case = match payable.case_id {
        Some(case) => cases::store::find_case(conn, &Scope::Everything, case).await?,
        None => None,
    };
    Ok(Payment {
        end_to_end_id: attempt.end_to_end_id.clone(),
        amount: attempt.amount,
        creditor: AccountHolder {
            name: attempt.payee_name.clone(),
            account: account.expose().clone(),
            bank_code: attempt.bank_code.clone(),
        },
        remittance: rules::remittance(payable.purpose, case.as_ref().map(|case| case.case_number.as_str())),
    })
}
