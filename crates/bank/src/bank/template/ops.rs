//! saveBankTemplate: one person describes the bank's form, a second one agrees, and the next payment file is written in it.

use super::{
    layout::BankLayouts,
    rules::check,
    store::{
        self,
        bank_template::{Entity, Model},
    },
};
use crate::kernel::boxed;
use crate::{
    access::{
        Act, Op, Role, UseCase,
        approval::{self, Approvable},
    },
    bank::TemplateStatus,
    cases::{
        self,
        rules::text::{SHORT, checked},
    },
    kernel::{
        counter,
        error::Failure,
        ids::{BankTemplateId, CourtId, NodeRef},
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::{IntoActiveModel, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Who checks it: a template says which answer of the bank counts as paid.
const CHECKERS: &[Role] = &[Role::FinanceReviewer];

/// Proposes how payment files of one account are written and answered; in force once the finance reviewer has agreed
/// (保存银行模板).
#[derive(InputObject, Serialize)]
pub struct SaveBankTemplateInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court whose account it is for (法院).
    pub court: CourtId,
    /// The book whose account it is for (账套).
    pub book: Book,
    /// Name of the form, 1 to 128 characters, e.g. 工商银行批量代发 (模板名称).
    pub name: String,
    /// The layouts; none to go back to ISO 20022 (模板内容).
    pub layouts: Option<BankLayouts>,
    /// What it rests on: the bank's interface description, an agreement; 1 to 128 characters (依据).
    pub document: String,
}

impl UseCase for SaveBankTemplateInput {
    type Done = BankTemplateId;
    const ACT: Act = Act::SaveBankTemplate;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<BankTemplateId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        self.layouts.as_ref().map_or(Ok(()), check)?;
        let name = checked("name", &self.name, SHORT)?;
        let document = checked("document", &self.document, SHORT)?;
        // the account exists
        cases::store::bank_account(op.tx, self.court, self.book).await?;
        // of two savings at once the second waits here and sees the first
        counter::next(op.tx, self.court, "bank-template", 0).await?;
        if store::is_open(op.tx, self.court, self.book).await? {
            let refusal = Refusal::new(RefusalCode::WrongState).field("book").law(&reference::BANK_FILE_FORM);
            return Err(refusal.arg("status", TemplateStatus::Proposed.as_str()).into());
        }
        let version = store::newest_version(op.tx, self.court, self.book).await?.saturating_add(1);
        let row = Model {
            id: BankTemplateId::new(op.now),
            court_id: self.court,
            book: self.book,
            version,
            status: TemplateStatus::Proposed,
            name: name.clone(),
            layouts: self.layouts.as_ref().map(serde_json::to_string).transpose()?,
            document: document.clone(),
            maker: op.actor.name(),
            recorded_at: op.now,
            decided_at: None,
        };
        let id = row.id;
        Entity::insert(row.into_active_model()).execute(op.tx).await?;
        approval::request(op, self.court, id.node(), CHECKERS).await?;
        let facts = serde_json::json!({ "book": self.book, "name": name, "version": version, "layouts": self.layouts,
            "document": document });
        op.audit(id, Some(self.court), None, facts).await?;
        Ok(id)
    }
}

/// The approval of templates; registered in `app`.
pub struct BankTemplates;

#[async_trait::async_trait]
impl Approvable for BankTemplates {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        Ok(serde_json::json!({
            "court": row.court_id.to_global(), "book": row.book, "name": row.name, "version": row.version,
            "layouts": row.read_layouts()?, "document": row.document,
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide(op, subject, TemplateStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide(op, subject, TemplateStatus::Rejected).await
    }
}

#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<Model, Failure> {
    let id = BankTemplateId::from_uuid(subject.id);
    let row = Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no template"))
}

#[boxed]
async fn decide(op: &Op<'_>, subject: NodeRef, status: TemplateStatus) -> Result<(), Failure> {
    let mut row = lock(op, subject).await?;
    (row.status, row.decided_at) = (status, Some(op.now));
    Entity::update(row.into_active_model().reset_all()).execute(op.tx).await?;
    Ok(())
}
