//! writePaymentFile: the queued attempts of one court account become one pain.001 file, or one in the form of its bank.
//!
//! What goes and what waits is decided in [`super::select`]. An attempt that no file takes stays queued and is named in the
//! audit event with the reason; it does not hold up the others.

use super::{PaymentForm, select::Queue};
use crate::{
    access::{Act, Op, UseCase},
    bank::{
        BankLineState, FileDirection, FileKind, FileState, LineKind,
        iso20022::{
            AccountHolder,
            pain001::{Payment, PaymentFile, PaymentGroup},
        },
        raw,
        rules::{self, Particulars},
        store::{self, bank_file, bank_line},
    },
    cases,
    kernel::{
        error::Failure,
        ids::{BankFileId, BankLineId, CourtId, PayoutAttemptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
    payout,
};
use async_graphql::InputObject;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Payments in one file: bounds the transaction that writes it.
pub const PAYMENTS_PER_FILE: usize = 200;

/// Writes a payment file for the bank (生成付款文件).
#[derive(InputObject, Serialize)]
pub struct WritePaymentFileInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court whose account pays (法院).
    pub court: CourtId,
    /// The book whose account pays (账套).
    pub book: Book,
}

impl UseCase for WritePaymentFileInput {
    type Done = BankFileId;
    const ACT: Act = Act::WritePaymentFile;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<BankFileId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let form = PaymentForm::of(op.tx, self.court, self.book).await?;
        let account = cases::store::bank_account(op.tx, self.court, self.book).await?;
        let writer = op.actor.name();
        let (court, book, vault) = (self.court, self.book, &op.services.vault);
        let queue = Queue { court, book, writer: &writer, vault, form: &form };
        let selection = queue.select(op.tx, PAYMENTS_PER_FILE).await?;
        if selection.is_his_own() {
            return Err(Refusal::new(RefusalCode::MakerMayNotApprove).law(&reference::FUNDS_2).into());
        }
        if selection.taken.is_empty() {
            return Err(Refusal::new(RefusalCode::SelectionEmpty)
                .arg("waitingForCheckpoint", selection.waiting)
                .arg("unfit", selection.unfit.len())
                .into());
        }
        let id = BankFileId::new(op.now);
        let message_id = rules::message_id(id.uuid().as_u128());
        let (attempts, payments): (Vec<_>, Vec<_>) = selection.taken.into_iter().unzip();
        let total = Money::sum(payments.iter().map(|payment| payment.amount))?;
        let court = cases::store::court(op.tx, self.court).await?.ok_or_else(|| Failure::not_found("court"))?;
        let file = PaymentFile {
            message_id: message_id.clone(),
            created_at: op.now,
            initiator: court.name,
            groups: vec![PaymentGroup {
                id: message_id.clone(),
                batch_booking: false,
                execute_on: op.now.legal_date(),
                debtor: AccountHolder {
                    name: account.account_name,
                    account: account.account_number,
                    bank_code: account.bank_code,
                },
                payments,
            }],
        };
        let bytes = form.write(&file).map_err(|fault| Refusal::from(fault).field("book"))?;
        let sha256 = Sha256::digest(&bytes);
        let row = self.row(op, id, &file, &form, bytes.len(), &sha256, total)?;
        store::insert_file(op.tx, row).await?;
        raw::keep(op.tx, &op.services.vault, id, &bytes).await?;
        let payments = file.groups.iter().flat_map(|group| &group.payments);
        let lines = (1..).zip(attempts.iter().zip(payments));
        let lines = lines.map(|(number, (attempt, payment))| payment_line(op, id, self, number, *attempt, payment));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        if usize::try_from(store::insert_lines(op.tx, lines).await?) != Ok(attempts.len()) {
            return Err(Failure::internal("an end-to-end id was written before"));
        }
        payout::ops::mark_sent(op, &attempts, id).await?;
        let facts = serde_json::json!({
            "sha256": hex::encode(sha256), "messageId": message_id, "payments": attempts.len(), "total": total,
            "waitingForCheckpoint": selection.waiting, "unfitCount": selection.unfit.len(),
            "unfit": selection.unfit.iter().take(PAYMENTS_PER_FILE).collect::<Vec<_>>(),
        });
        op.audit(id, Some(self.court), None, facts).await?;
        op.publish("work-queue", id, 0);
        Ok(id)
    }
}

impl WritePaymentFileInput {
    fn row(
        &self,
        op: &Op<'_>,
        id: BankFileId,
        file: &PaymentFile,
        form: &PaymentForm,
        bytes: usize,
        sha256: &[u8],
        total: Money,
    ) -> Result<bank_file::Model, Failure> {
        let count = file.groups.iter().map(|group| group.payments.len()).sum::<usize>();
        let count = i32::try_from(count).map_err(Failure::internal)?;
        Ok(bank_file::Model {
            id,
            court_id: self.court,
            book: self.book,
            direction: FileDirection::Outgoing,
            kind: FileKind::Payments,
            state: FileState::Written,
            message_name: form.message_name(),
            message_id: file.message_id.clone(),
            sha256: sha256.to_vec(),
            byte_count: i64::try_from(bytes).map_err(Failure::internal)?,
            file_name: None,
            line_count: count,
            total,
            taken: count,
            known: 0,
            actor: op.actor.name(),
            made_at: op.now,
            recorded_at: op.now,
            finished_at: None,
            delivered_at: None,
            delivered_token: None,
            template_id: form.template(),
        })
    }
}

fn payment_line(
    op: &Op<'_>,
    file: BankFileId,
    input: &WritePaymentFileInput,
    number: i32,
    attempt: PayoutAttemptId,
    payment: &Payment,
) -> Result<bank_line::Model, Failure> {
    let id = BankLineId::new(op.now);
    let particulars = Particulars {
        name: Some(payment.creditor.name.clone()),
        account: Some(payment.creditor.account.clone()),
        bank_code: Some(payment.creditor.bank_code.clone()).filter(|code| !code.is_empty()),
        text: Some(payment.remittance.clone()),
    };
    let target = attempt.node();
    Ok(bank_line::Model {
        id,
        court_id: input.court,
        book: input.book,
        file_id: file,
        line: number,
        kind: LineKind::Payment,
        state: BankLineState::Sent,
        reference: payment.end_to_end_id.clone(),
        amount: Some(payment.amount),
        booked_on: op.now.legal_date(),
        account_number: None,
        end_to_end_id: Some(payment.end_to_end_id.clone()),
        reversal: false,
        status_code: None,
        reason_code: None,
        statement_id: None,
        particulars_sealed: store::seal_particulars(&op.services.vault, id, &particulars)?,
        target_kind: Some(target.kind.as_str().to_owned()),
        target_id: Some(target.id),
        note: None,
        tries: 0,
        recorded_at: op.now,
        dispatched_at: None,
    })
}
