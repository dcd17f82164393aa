//! Where a party's money goes: the account that he confirmed in writing, and its correction by two people.

use super::{lock_owner, touch};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        AgentAct, PayeeStatus, ProposalStatus,
        rules::{
            closing::require_living,
            party::decide_payee_name,
            text::{self, LONG, SHORT},
        },
        store::{self, case, party, payee, payee_correction},
    },
    kernel::{
        db::sql,
        error::Failure,
        identity::{BankAccount, BankAccountKind, Cnaps},
        ids::{AgentPaperId, NodeRef, PartyId, PayeeCorrectionId, PayeeId},
        refusal::{Refusal, RefusalCode},
        secret::{ACCOUNT_INDEX, mask},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Who checks a corrected account: the fund administrator, never the officer who proposes it.
const CHECKERS: &[Role] = &[Role::FundAdministrator];

/// A bank account of a payee (收款账户).
#[derive(Clone, InputObject, Serialize)]
pub struct PayeeAccountInput {
    /// Holder of the account, by the bank's record (户名).
    pub account_holder: String,
    /// Account or card number; kept encrypted (账号).
    pub account_number: String,
    /// CNAPS code of the bank's branch, twelve digits (联行号).
    pub bank_code: String,
    /// Name of the branch (开户行).
    pub bank_name: String,
}
/// The same, checked.
pub struct CheckedAccount {
    pub holder: String,
    pub number: BankAccount,
    pub bank_code: Cnaps,
    pub bank_name: String,
}
impl PayeeAccountInput {
    /// The account in the form that payments need, its holder being `name`.
    ///
    /// # Errors
    /// `PAYEE_NAME_MISMATCH`, `BANK_ACCOUNT_INVALID`, `CNAPS_INVALID`, `TEXT_INVALID`.
    pub fn checked_for(&self, name: &str) -> Result<CheckedAccount, Refusal> {
        Ok(CheckedAccount {
            holder: self.checked_holder(name)?,
            number: self.checked_number()?,
            bank_code: self.checked_bank_code()?,
            bank_name: self.checked_bank_name()?,
        })
    }
    /// Everything that [`PayeeAccountInput::checked_for`] would refuse, not only the first.
    pub fn refusals_for(&self, name: &str) -> Vec<Refusal> {
        let all = [
            self.checked_holder(name).err(),
            self.checked_number().err(),
            self.checked_bank_code().err(),
            self.checked_bank_name().err(),
        ];
        all.into_iter().flatten().collect()
    }
    fn checked_holder(&self, name: &str) -> Result<String, Refusal> {
        let holder = text::checked("account.accountHolder", &self.account_holder, SHORT)?;
        decide_payee_name(name, &holder).map_err(|refusal| refusal.field("account.accountHolder"))?;
        Ok(holder)
    }
    fn checked_number(&self) -> Result<BankAccount, Refusal> {
        // a number of a card's form must be a card: a mistyped one would be paid to somebody else or come back
        let number = BankAccount::parse(&self.account_number, BankAccountKind::Unstated)
            .map_err(|error| Refusal::from(error).field("account.accountNumber"))?;
        if number.looks_mistyped() {
            let refusal = Refusal::new(RefusalCode::BankAccountInvalid).law(&reference::CARD_FORM);
            return Err(refusal.field("account.accountNumber"));
        }
        Ok(number)
    }
    fn checked_bank_code(&self) -> Result<Cnaps, Refusal> {
        Cnaps::parse(&self.bank_code).map_err(|error| Refusal::from(error).field("account.bankCode"))
    }
    fn checked_bank_name(&self) -> Result<String, Refusal> {
        text::checked("account.bankName", &self.bank_name, SHORT)
    }
}

/// Records the account that a party confirmed in writing (确认收款账户).
#[derive(InputObject, Serialize)]
pub struct ConfirmPayeeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The party whose account it is; the holder must bear his name, or his agent's with `agentPaper` (收款当事人).
    pub party: PartyId,
    /// The account is the agent's own: his papers, in force, with RECEIVE_MONEY. A panel still decides on each payment
    /// to it (代理手续).
    pub agent_paper: Option<AgentPaperId>,
    /// The account (收款账户).
    pub account: PayeeAccountInput,
    /// The party's written confirmation: number or title of the document (收款账户确认书).
    pub document: String,
}
impl UseCase for ConfirmPayeeInput {
    type Done = PayeeId;
    const ACT: Act = Act::ConfirmPayee;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayeeId, Failure> {
        let party = store::party(op.tx, self.party).await?.ok_or_else(|| Failure::not_found("party"))?;
        let case = lock_owner(op, party.case_id, "party").await?;
        require_living(case.status)?;
        let account = checked_for_party(op, &self.account, &party, self.agent_paper).await?;
        let document = text::checked("document", &self.document, SHORT)?;
        if store::current_payee(op.tx, party.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).law(&reference::FUNDS_13).field("party").into());
        }
        let id = PayeeId::new(op.now);
        let vault = &op.services.vault;
        let row = payee::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            party_id: Set(party.id),
            status: Set(PayeeStatus::Current),
            name: Set(account.holder),
            account_sealed: Set(vault.seal(payee::account_place(id), account.number.expose())?),
            account_index: Set(vault.blind_index(ACCOUNT_INDEX, account.number.expose())),
            account_mask: Set(mask::bank_account(&account.number)),
            bank_code: Set(account.bank_code.as_str().to_owned()),
            bank_name: Set(account.bank_name),
            document: Set(document.clone()),
            confirmed_at: Set(op.now),
            replaced_by: Set(None),
            agent_paper_id: Set(self.agent_paper),
        };
        payee::Entity::insert(row).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "party": party.id.to_global(), "bankCode": account.bank_code.as_str(),
            "document": document, "agentPaper": self.agent_paper.map(AgentPaperId::to_global) });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// Proposes another account in place of a confirmed one; it counts once a second person has approved (更正收款账户).
#[derive(InputObject, Serialize)]
pub struct CorrectPayeeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The payee account to be replaced (原收款账户).
    pub payee: PayeeId,
    /// The account in its place (更正后的账户).
    pub account: PayeeAccountInput,
    /// The new account is an agent's own: his papers; left out, it must be in the party's name (代理手续).
    pub agent_paper: Option<AgentPaperId>,
    /// The party's written confirmation of the new account (收款账户确认书).
    pub document: String,
    /// Why, e.g. the bank's rejection (更正理由).
    pub reason: String,
}
impl UseCase for CorrectPayeeInput {
    type Done = PayeeCorrectionId;
    const ACT: Act = Act::CorrectPayee;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayeeCorrectionId, Failure> {
        let old = store::payee(op.tx, self.payee).await?.ok_or_else(|| Failure::not_found("payee"))?;
        let case = lock_owner(op, old.case_id, "payee").await?;
        let party = store::party(op.tx, old.party_id).await?.ok_or_else(|| Failure::not_found("payee"))?;
        decide_replaceable(op, &old).await?;
        let account = checked_for_party(op, &self.account, &party, self.agent_paper).await?;
        let document = text::checked("document", &self.document, SHORT)?;
        let reason = text::checked("reason", &self.reason, LONG)?;
        let id = PayeeCorrectionId::new(op.now);
        let vault = &op.services.vault;
        let row = payee_correction::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            payee_id: Set(old.id),
            status: Set(ProposalStatus::Pending),
            name: Set(account.holder),
            account_sealed: Set(vault.seal(payee_correction::account_place(id), account.number.expose())?),
            account_index: Set(vault.blind_index(ACCOUNT_INDEX, account.number.expose())),
            account_mask: Set(mask::bank_account(&account.number)),
            bank_code: Set(account.bank_code.as_str().to_owned()),
            bank_name: Set(account.bank_name),
            document: Set(document.clone()),
            reason: Set(reason),
            recorded_at: Set(op.now),
            agent_paper_id: Set(self.agent_paper),
        };
        payee_correction::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, case.court_id, id.node(), CHECKERS).await?;
        let facts = serde_json::json!({ "payee": old.id.to_global(), "document": document,
            "bankCode": account.bank_code.as_str(), "agentPaper": self.agent_paper.map(AgentPaperId::to_global) });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// The account of the party himself, or of his agent whose papers let him receive the party's money.
#[boxed]
async fn checked_for_party(
    op: &Op<'_>,
    account: &PayeeAccountInput,
    party: &party::Model,
    agent: Option<AgentPaperId>,
) -> Result<CheckedAccount, Failure> {
    let Some(agent) = agent else { return Ok(account.checked_for(&party.name)?) };
    let today = op.now.legal_date();
    let agent = store::authorised_agent(op.tx, (agent, party.id), AgentAct::ReceiveMoney, today).await?;
    Ok(account.checked_for(&agent.name)?)
}

/// Only the account in force is corrected, and by one proposal at a time.
#[boxed]
async fn decide_replaceable(op: &Op<'_>, old: &payee::Model) -> Result<(), Failure> {
    if old.status != PayeeStatus::Current {
        return Err(Refusal::new(RefusalCode::WrongState).field("payee").arg("status", old.status.as_str()).into());
    }
    let pending = payee_correction::Entity::find()
        .filter(payee_correction::Column::PayeeId.eq(old.id))
        .filter(payee_correction::Column::Status.eq(ProposalStatus::Pending));
    if pending.first(op.tx).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AlreadyExists).field("payee").into());
    }
    Ok(())
}

/// The approval of corrected accounts; registered in `app`.
pub struct PayeeCorrections;

#[async_trait::async_trait]
impl Approvable for PayeeCorrections {
    /// The account goes in by its index: the voters agree to this very number without its standing in a digest.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock_correction(op, subject).await?;
        Ok(serde_json::json!({
            "payee": row.payee_id.to_global(), "name": row.name, "account": hex::encode(row.account_index.as_bytes()),
            "bankCode": row.bank_code, "bankName": row.bank_name, "document": row.document, "reason": row.reason,
            "agentPaper": row.agent_paper_id.map(AgentPaperId::to_global),
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock_correction(op, subject).await?;
        let case = store::lock_case(op.tx, &Scope::Everything, row.case_id).await?;
        let old =
            store::payee(op.tx, row.payee_id).await?.ok_or_else(|| Failure::internal("a correction of no payee"))?;
        if let Some(agent) = row.agent_paper_id {
            let today = op.now.legal_date();
            store::authorised_agent(op.tx, (agent, old.party_id), AgentAct::ReceiveMoney, today).await?;
        }
        let new = replace(op, &case, &old, &row).await?;
        settle(op, &row, ProposalStatus::Approved).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "correction": row.id.to_global(), "replaced": old.id.to_global() });
        op.audit(new, Some(case.court_id), Some(case.id), facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock_correction(op, subject).await?;
        settle(op, &row, ProposalStatus::Rejected).await
    }
}

/// The corrected account comes into force; the old row stays, because payments name it.
#[boxed]
async fn replace(
    op: &Op<'_>,
    case: &case::Model,
    old: &payee::Model,
    correction: &payee_correction::Model,
) -> Result<PayeeId, Failure> {
    let id = PayeeId::new(op.now);
    let vault = &op.services.vault;
    let number = vault.open(payee_correction::account_place(correction.id), &correction.account_sealed)?;
    let row = payee::ActiveModel {
        id: Set(id),
        court_id: Set(case.court_id),
        case_id: Set(case.id),
        party_id: Set(old.party_id),
        status: Set(PayeeStatus::Current),
        name: Set(correction.name.clone()),
        account_sealed: Set(vault.seal(payee::account_place(id), number.expose())?),
        account_index: Set(correction.account_index.clone()),
        account_mask: Set(correction.account_mask.clone()),
        bank_code: Set(correction.bank_code.clone()),
        bank_name: Set(correction.bank_name.clone()),
        document: Set(correction.document.clone()),
        confirmed_at: Set(op.now),
        replaced_by: Set(None),
        agent_paper_id: Set(correction.agent_paper_id),
    };
    payee::Entity::insert(row).execute(op.tx).await?;
    let change = "UPDATE payee SET status = 'REPLACED', replaced_by = $2 WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, change, [old.id.into(), id.into()])).await?;
    Ok(id)
}

#[boxed]
async fn settle(op: &Op<'_>, row: &payee_correction::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = "UPDATE payee_correction SET status = $2 WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, change, [row.id.into(), status.as_str().into()])).await?;
    Ok(())
}

#[boxed]
async fn lock_correction(op: &Op<'_>, subject: NodeRef) -> Result<payee_correction::Model, Failure> {
    let id = PayeeCorrectionId::from_uuid(subject.id);
    let row = payee_correction::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no correction"))
}
