//! Who may bid: the clerk's decision, priority ranks, barred persons, the bidder code (网拍规定 14, 18, 19, 34).
//!
//! The qualification clerk sees the reason, never the code; nobody joins code and person before the end.

use super::bidders::KnownNumber;
use super::papers::{self, Confirmed, ProlongedPower};
use crate::access::{Act, Op, UseCase};
use crate::auction::platform::held_on;
use crate::auction::rules::papers::decide_acts;
use crate::auction::store::{barred_person, lot, registration};
use crate::auction::{BidderAgentAct, DepositStatus, LotStatus, RegistrationStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{BarredPersonId, LotId, RegistrationId};
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::{self, IDENTITY_INDEX, Secret, random_bytes};
use crate::law::reference;
use crate::ledger;
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Letters and digits that nobody mistakes for another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 5;

/// Decides on a registration that waits for review, and with it on the papers of an agent or of joint bidders: those
/// only before bidding starts (竞买资格审查).
#[derive(InputObject, Serialize)]
pub struct DecideQualificationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The registration under review (报名).
    pub registration: RegistrationId,
    /// True: may bid once the deposit stands; false: barred (是否准予).
    pub admit: bool,
    /// The reason, kept with the registration (理由).
    pub reason: String,
    /// Last day of an agent's prolonged power of attorney, later than the one that stood and after the day of the end;
    /// needed to admit him again when the sale was stopped and now ends after his power. Or of a new one, when his power
    /// was revoked. Only with `admit` (延长后或者新的授权届满日期).
    pub power_until: Option<Date>,
    /// With `powerUntil`: the prolonged or new power, number or title (延长授权或者新的委托书).
    pub power_document: Option<String>,
    /// With `powerUntil`: the acts that this power names, each once, BID among them; by default those of the power
    /// before (委托权限).
    pub power_acts: Option<Vec<BidderAgentAct>>,
}

impl UseCase for DecideQualificationInput {
    type Done = RegistrationId;
    const ACT: Act = Act::DecideQualification;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let mut row = lock_scoped(op, self.registration).await?;
        if row.status != RegistrationStatus::UnderReview {
            return Err(Refusal::new(RefusalCode::WrongState)
                .law(&reference::NETAUCTION_34)
                .field("registration")
                .into());
        }
        let reason = text::checked("reason", &self.reason, LONG)?;
        let prolonged = self.prolonged()?;
        row.review_reason = Some(reason.clone());
        row.status = if self.admit { RegistrationStatus::AwaitingDeposit } else { RegistrationStatus::Barred };
        let confirmed = if self.admit {
            papers::confirm(op, &mut row, prolonged).await?
        } else {
            papers::release(op, &row).await?;
            Confirmed::default()
        };
        if self.admit && row.deposit_received >= row.deposit_required {
            qualify(op, &mut row).await?;
        }
        let facts = serde_json::json!({ "admit": self.admit, "reason": reason,
            "papersConfirmed": confirmed.papers, "powerUntil": confirmed.power });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        registration::save(op.tx, row).await?;
        Ok(self.registration)
    }
}

impl DecideQualificationInput {
    fn prolonged(&self) -> Result<Option<ProlongedPower>, Refusal> {
        let stray = |code, field| Refusal::new(code).law(&reference::CIVIL_CODE_165).field(field);
        let Some(until) = self.power_until else {
            // what nothing would be made of
            return match (&self.power_document, &self.power_acts) {
                (None, None) => Ok(None),
                (Some(_), _) => Err(stray(RefusalCode::TextInvalid, "powerDocument")),
                (None, Some(_)) => Err(stray(RefusalCode::ListInvalid, "powerActs")),
            };
        };
        if !self.admit {
            // who is not admitted bids by no power, however long
            return Err(stray(RefusalCode::DateInvalid, "powerUntil"));
        }
        let document = text::checked("powerDocument", self.power_document.as_deref().unwrap_or_default(), SHORT)?;
        let may_undertake = match self.power_acts.as_deref() {
            Some(acts) => {
                decide_acts(acts, "powerActs")?;
                Some(acts.contains(&BidderAgentAct::Undertake))
            }
            None => None,
        };
        Ok(Some(ProlongedPower { until: until.0, document, may_undertake }))
    }
}

/// Confirms a priority purchaser with his rank; without it nobody bids at an equal price (确认优先购买权人).
#[derive(InputObject, Serialize)]
pub struct ConfirmPriorityPurchaserInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// A registration that claims priority (报名).
    pub registration: RegistrationId,
    /// Rank, 1 first; equal ranks go by time (顺位).
    pub rank: i32,
    /// The panel's record (评议笔录编号).
    pub document_number: String,
}

impl UseCase for ConfirmPriorityPurchaserInput {
    type Done = RegistrationId;
    const ACT: Act = Act::ConfirmPriority;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let mut row = lock_scoped(op, self.registration).await?;
        let refuse = |code, field| Refusal::new(code).law(&reference::NETAUCTION_19).field(field);
        let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
        let running = sale.is_some_and(|lot| {
            matches!(lot.status, LotStatus::Announced | LotStatus::Open | LotStatus::Suspended)
                && lot.effective_end_at.is_some_and(|end| op.now < end || lot.status == LotStatus::Suspended)
        });
        if !running || row.priority_claim.is_none() || row.status == RegistrationStatus::Barred {
            return Err(refuse(RefusalCode::WrongState, "registration").into());
        }
        if !(1..=99).contains(&self.rank) {
            return Err(refuse(RefusalCode::ListInvalid, "rank").arg("maximum", 99).into());
        }
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        row.priority_rank = Some(self.rank);
        let facts = serde_json::json!({ "rank": self.rank, "documentNumber": document });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        registration::save(op.tx, row).await?;
        Ok(self.registration)
    }
}

/// Enters a person who may not bid; only a keyed hash of the number is kept (登记禁止竞买人).
#[derive(InputObject, Serialize)]
pub struct BarPersonInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot to whose disposal the person is tied (标的物).
    pub lot: LotId,
    /// Citizen id or unified social credit code (证件号码).
    #[serde(serialize_with = "secret::as_digest")]
    pub identity_number: Secret<String>,
    /// Which tie bars the person, e.g. near relative of a member of the panel (禁止竞买事由).
    pub reason: String,
}

impl UseCase for BarPersonInput {
    type Done = LotId;
    const ACT: Act = Act::BarPerson;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let visible = lot::Entity::find_by_id(self.lot).filter(op.scope().on_court(lot::Column::CourtId));
        let sale = visible.first(op.tx).await?.ok_or_else(|| Failure::not_found("lot"))?;
        let known = KnownNumber::parse(self.identity_number.expose(), op.now.legal_date());
        let known = known.map_err(|refusal| refusal.field("identityNumber"))?;
        let id = BarredPersonId::new(op.now);
        let row = barred_person::ActiveModel {
            id: Set(id),
            court_id: Set(sale.court_id),
            lot_id: Set(Some(sale.id)),
            person_index: Set(op.services.vault.blind_index(IDENTITY_INDEX, &known.number)),
            reason: Set(text::checked("reason", &self.reason, LONG)?),
            recorded_at: Set(op.now),
        };
        barred_person::Entity::insert(row).execute(op.tx).await?;
        op.audit(sale.id, Some(sale.court_id), Some(sale.case_id), serde_json::json!({ "barred": id })).await?;
        Ok(sale.id)
    }
}

#[boxed]
async fn lock_scoped(op: &Op<'_>, id: RegistrationId) -> Result<registration::Model, Failure> {
    let row = registration::lock(op.tx, id).await?;
    if op.scope().allows_court(row.court_id) { Ok(row) } else { Err(Failure::not_found("registration")) }
}

/// Gives a registration whose deposit is complete its code and holds the deposit. The caller saves the row.
pub(in crate::auction) async fn qualify(op: &mut Op<'_>, row: &mut registration::Model) -> Result<(), Failure> {
    let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
    let end = sale.as_ref().and_then(|lot| lot.effective_end_at);
    let open = sale.is_some_and(|lot| {
        let running = matches!(lot.status, LotStatus::Announced | LotStatus::Open);
        lot.status == LotStatus::Suspended || (running && end.is_some_and(|end| op.now < end))
    });
    if !open {
        return Ok(());
    }
    if row.bidder_code.is_none() {
        row.bidder_code = Some(free_code(op, row).await?);
    }
    row.status = RegistrationStatus::Qualified;
    if row.hold_id.is_some() {
        // qualified before and looked at again: the deposit is held since
        return Ok(());
    }
    if row.deposit_received.is_zero() {
        row.deposit_status = DepositStatus::NotRequired;
        return Ok(());
    }
    row.hold_id = Some(ledger::hold(op.tx, op.now, held_on(row), row.deposit_received, row.id.node()).await?);
    row.deposit_status = DepositStatus::Held;
    Ok(())
}

/// A random code that is free in the lot. It tells neither the person nor the order of arrival.
#[boxed]
async fn free_code(op: &Op<'_>, row: &registration::Model) -> Result<String, Failure> {
    for _ in 0..100 {
        let code = random_code()?;
        if !registration::has_code(op.tx, row, &code).await? {
            return Ok(code);
        }
    }
    Err(Failure::internal("no free bidder code"))
}

fn random_code() -> Result<String, Problem> {
    let letter = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let code = random_bytes::<CODE_LENGTH>()?.into_iter().map(letter).collect();
    Ok(code)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn netauction_18_codes_are_random_and_readable() {
        let codes: HashSet<String> = (0..1000).map(|_| random_code().unwrap()).collect();
        assert!(codes.len() > 990);
        assert!(codes.iter().all(|code| code.len() == CODE_LENGTH && !code.contains(['0', 'O', '1', 'I'])));
    }
}
