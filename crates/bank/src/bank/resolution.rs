//! resolveBankLine: a person says what an open movement is, a second one agrees, and it is booked as that and matched.

use super::{
    BankLineState, LineKind, LineResolution, ResolutionStatus,
    dispatch::bank_credit,
    rules::resolution::{Proposal, decide},
    statement,
    store::{self, bank_line},
};
use crate::kernel::boxed;
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases,
    funds::ops::{NewReceipt, receive},
    kernel::{
        clock::Timestamp,
        error::{Failure, Problem},
        ids::{BankLineId, CaseId, CourtId, LineResolutionId, NodeRef, PayoutAttemptId},
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Code, EntryKind, NewEntry, credit, debit},
    payout::{
        self, AttemptState,
        outcome::BankStatus,
        result::{BankResult, on_result, on_return, settle_late},
    },
};
use async_graphql::InputObject;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Who checks it.
const CHECKERS: &[Role] = &[Role::FinanceReviewer];
/// Longest name of a document.
const DOCUMENT: usize = 200;

pub mod bank_line_resolution {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_line_resolution")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: LineResolutionId,
        pub court_id: CourtId,
        pub line_id: BankLineId,
        pub status: ResolutionStatus,
        pub resolution: LineResolution,
        pub case_id: Option<CaseId>,
        pub attempt_id: Option<PayoutAttemptId>,
        pub document: String,
        pub maker: String,
        pub recorded_at: Timestamp,
        pub decided_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
use bank_line_resolution::{Column, Entity, Model};

/// Proposes what an open movement of the bank is; the finance reviewer agrees, then it is booked (处理待核明细).
#[derive(InputObject, Serialize)]
pub struct ResolveBankLineInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The movement; its state is OPEN (银行明细).
    pub line: BankLineId,
    /// What it is (处理方式).
    pub resolution: LineResolution,
    /// The case that gets the money; with CASE only (案件).
    pub case: Option<CaseId>,
    /// The payment that left or came back; with PAYOUT only (付款).
    pub attempt: Option<PayoutAttemptId>,
    /// What proves it: the bank's advice, a letter; 1 to 200 characters (依据).
    pub document: String,
}

impl UseCase for ResolveBankLineInput {
    type Done = LineResolutionId;
    const ACT: Act = Act::ResolveBankLine;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<LineResolutionId, Failure> {
        let seen = store::find_line(op.tx, op.scope(), self.line).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("line"))?;
        let line = store::lock_line(op.tx, seen.id).await?;
        if line.state != BankLineState::Open || live(op.tx, line.id).await?.is_some() {
            return Err(wrong_state(&line));
        }
        decide(Proposal {
            kind: line.kind,
            book: line.book,
            reversal: line.reversal,
            resolution: self.resolution,
            names_case: self.case.is_some(),
            names_attempt: self.attempt.is_some(),
        })?;
        self.check_named(op, &line).await?;
        let document = self.document.trim();
        if document.is_empty() || document.chars().count() > DOCUMENT || document.chars().any(char::is_control) {
            return Err(Refusal::new(RefusalCode::TextInvalid).field("document").arg("maximum", DOCUMENT).into());
        }
        let row = Model {
            id: LineResolutionId::new(op.now),
            court_id: line.court_id,
            line_id: line.id,
            status: ResolutionStatus::Proposed,
            resolution: self.resolution,
            case_id: self.case,
            attempt_id: self.attempt,
            document: document.to_owned(),
            maker: op.actor.name(),
            recorded_at: op.now,
            decided_at: None,
        };
        let id = row.id;
        Entity::insert(row.into_active_model()).execute(op.tx).await?;
        approval::request(op, line.court_id, id.node(), CHECKERS).await?;
        let facts = serde_json::json!({ "line": line.id.to_global(), "resolution": self.resolution,
            "amount": line.amount, "document": document });
        op.audit(id, Some(line.court_id), self.case, facts).await?;
        Ok(id)
    }
}

impl ResolveBankLineInput {
    /// Case and payment are the court's own, the payment in the movement's book and amount.
    #[boxed]
    async fn check_named(&self, op: &Op<'_>, line: &bank_line::Model) -> Result<(), Failure> {
        if let Some(case) = self.case {
            let case = cases::store::find_case(op.tx, op.scope(), case).await?;
            if case.is_none_or(|case| case.court_id != line.court_id) {
                return Err(Failure::not_found("case"));
            }
        }
        if let Some(attempt) = self.attempt {
            let attempt = payout::store::find_attempt(op.tx, op.scope(), attempt).await?;
            let attempt = attempt.filter(|found| (found.court_id, found.book) == (line.court_id, line.book));
            let attempt = attempt.ok_or_else(|| Failure::not_found("attempt"))?;
            if Some(attempt.amount) != line.amount {
                return Err(Refusal::new(RefusalCode::AmountInvalid).field("attempt").into());
            }
        }
        Ok(())
    }
}

fn wrong_state(line: &bank_line::Model) -> Failure {
    let refusal = Refusal::new(RefusalCode::WrongState).field("line").law(&reference::BANK_FILE_FORM);
    refusal.arg("status", line.state.as_str()).into()
}

/// The proposal on which a movement waits, or that booked it.
async fn live(conn: &impl ConnectionTrait, line: BankLineId) -> Result<Option<Model>, Problem> {
    let live = Entity::find().filter(Column::LineId.eq(line)).filter(Column::Status.ne(ResolutionStatus::Rejected));
    Ok(live.first(conn).await?)
}

/// The last proposal for a movement.
pub async fn last_of(conn: &impl ConnectionTrait, line: BankLineId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find().filter(Column::LineId.eq(line)).order_by_desc(Column::Id).first(conn).await?)
}

pub async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: LineResolutionId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
}

/// The approval of proposals; registered in `app`.
pub struct LineResolutions;

#[async_trait::async_trait]
impl Approvable for LineResolutions {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        let line = store::lock_line(op.tx, row.line_id).await?;
        Ok(serde_json::json!({
            "line": line.id.to_global(), "reference": line.reference, "kind": line.kind, "amount": line.amount,
            "bookedOn": line.booked_on, "resolution": row.resolution, "case": row.case_id.map(CaseId::to_global),
            "attempt": row.attempt_id.map(PayoutAttemptId::to_global), "document": row.document,
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let mut row = lock(op, subject).await?;
        let mut line = store::lock_line(op.tx, row.line_id).await?;
        if line.state != BankLineState::Open {
            return Err(wrong_state(&line));
        }
        let target = book(op, &row, &line).await?;
        if !statement::match_line(op, &line, target).await? {
            return Err(wrong_state(&line));
        }
        line.state = BankLineState::Booked;
        line.target_kind = Some(target.kind.as_str().to_owned());
        line.target_id = Some(target.id);
        line.note = None;
        let (court, book) = (line.court_id, line.book);
        store::save_line(op.tx, line).await?;
        (row.status, row.decided_at) = (ResolutionStatus::Approved, Some(op.now));
        save(op, row).await?;
        statement::reconcile(op.tx, op.now, court, book).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let mut row = lock(op, subject).await?;
        (row.status, row.decided_at) = (ResolutionStatus::Rejected, Some(op.now));
        save(op, row).await
    }
}

#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<Model, Failure> {
    let id = LineResolutionId::from_uuid(subject.id);
    let row = Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no proposal"))
}

#[boxed]
async fn save(op: &Op<'_>, row: Model) -> Result<(), Failure> {
    Entity::update(row.into_active_model().reset_all()).execute(op.tx).await?;
    Ok(())
}

/// Books the movement as what it was agreed to be, and answers the cause of the entry.
#[boxed]
async fn book(op: &mut Op<'_>, row: &Model, line: &bank_line::Model) -> Result<NodeRef, Failure> {
    match row.resolution {
        LineResolution::Case => {
            let line_as_credit = bank_credit(op, line).await?;
            let new = NewReceipt { court: line.court_id, case: row.case_id, line: line_as_credit };
            Ok(receive(op, new).await?.node())
        }
        LineResolution::Payout => payment(op, row, line).await,
        LineResolution::BankCharge => own(op, line, Code::SuspenseBankCharge, EntryKind::BankCharge).await,
        LineResolution::BankInterest => own(op, line, Code::InterestUndistributed, EntryKind::BankInterest).await,
    }
}

/// A payment of ours: it left, it left although it had been refused, or it came back.
#[boxed]
async fn payment(op: &mut Op<'_>, row: &Model, line: &bank_line::Model) -> Result<NodeRef, Failure> {
    let gone = || Failure::internal("a proposal without its payment");
    let id = row.attempt_id.ok_or_else(gone)?;
    let attempt = payout::store::find_attempt(op.tx, &Scope::Everything, id).await?.ok_or_else(gone)?;
    let (code, text) = (line.reason_code.clone(), line.particulars(&op.services.vault)?.text);
    let heard = if line.kind == LineKind::Credit {
        on_return(op, &attempt.end_to_end_id, code, text, line.booked_on).await?
    } else {
        let result = BankResult { status: BankStatus::Settled, code: None, text, booked_on: line.booked_on };
        match attempt.state {
            AttemptState::Rejected => settle_late(op, &attempt.end_to_end_id, result).await?,
            _ => on_result(op, &attempt.end_to_end_id, result).await?,
        }
    };
    Ok(heard.attempt.node())
}

/// The court's own affair with the bank: a charge or interest, against `code`.
#[boxed]
async fn own(op: &Op<'_>, line: &bank_line::Model, code: Code, kind: EntryKind) -> Result<NodeRef, Failure> {
    let amount = line.amount.ok_or_else(|| Failure::internal("a movement without its amount"))?;
    let bank = AccountKey::of_court(line.court_id, line.book, Code::Bank);
    let other = AccountKey::of_court(line.court_id, line.book, code);
    let (to, from) = if line.kind == LineKind::Credit { (bank, other) } else { (other, bank) };
    let entry = NewEntry {
        court: line.court_id,
        book: line.book,
        kind,
        booked_on: line.booked_on,
        case: None,
        cause: line.id.node(),
        reverses: None,
        postings: vec![debit(to, amount), credit(from, amount)],
    };
    ledger::post(op.tx, op.now, entry).await?;
    Ok(line.id.node())
}
