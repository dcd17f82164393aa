//! Registering for a lot (网拍规定 14, 17, 18, 34; 房产竞买人规定 1, 2).

use super::bidders::{BidderPapersInput, by_papers, himself};
use super::mirror::check_not_mirrored;
use super::qualify;
use crate::access::account;
use crate::access::{Act, Identity, Op, UseCase};
use crate::auction::platform;
use crate::auction::rules::platform::decide_holding;
use crate::auction::rules::price::required_deposit;
use crate::auction::rules::rounds::qualifying_payment;
use crate::auction::store::{lot, registration};
use crate::auction::{DepositHolding, DepositStatus, LotStatus, RegistrationStatus};
use crate::cases::rules::text::{self, LONG};
use crate::cases::{PartyRole, store as cases};
use crate::kernel::boxed;
use crate::kernel::counter;
use crate::kernel::error::Failure;
use crate::kernel::ids::{AccountId, LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::{BlindIndex, Place, Vault};
use crate::law::reference;
use crate::ledger::Book;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Registers the signed-in bidder for a lot and gives him a deposit account number of his own (报名).
#[derive(InputObject, Serialize)]
pub struct RegisterForLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// I am not barred by local purchase limits, and know that the sale is void if I am; with `papers` each bidder's
    /// undertaking there counts instead (购房资格承诺).
    #[graphql(default)]
    pub undertaking: bool,
    /// Where my deposit will lie, if the lot leaves the choice (`lot.depositMode` BIDDERS_CHOICE); by default then the
    /// court's account (保证金存放方式).
    pub deposit_holding: Option<DepositHolding>,
    /// Why I claim a priority right, e.g. co-owner by half; the court confirms it (主张优先购买权的理由).
    pub priority_claim: Option<String>,
    /// To bid for others or with others; the registration then waits for the qualification clerk, who confirms it
    /// before bidding starts (委托竞买、共同竞买手续).
    pub papers: Option<BidderPapersInput>,
}

impl UseCase for RegisterForLotInput {
    type Done = RegistrationId;
    const ACT: Act = Act::RegisterForLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let sale = lot::public().filter(lot::Column::Id.eq(self.lot)).first(op.tx).await?;
        let sale = sale.ok_or_else(|| Failure::not_found("lot"))?;
        check_not_mirrored(&sale)?;
        check_open(op, &sale)?;
        let priority_claim = text::checked_option("priorityClaim", self.priority_claim.as_deref(), LONG)?;
        let holding = decide_holding(sale.deposit_mode, self.deposit_holding)?;
        let (account, holder) = verified_holder(op).await?;
        let index = account_index(&op.services.vault, sale.id, account);
        if registration::of_account(op.tx, sale.id, &index).await?.is_some() {
            let twice = Refusal::new(RefusalCode::AlreadyExists).law(&reference::NETAUCTION_18).field("lot");
            return Err(twice.into());
        }
        let identity = holder.identity_index.clone().ok_or(RefusalCode::AccountNotVerified)?;
        let entry = match &self.papers {
            None => himself(op, &sale, &holder.name, identity, self.undertaking).await?,
            Some(papers) => by_papers(op, &sale, papers, &holder.name, identity).await?,
        };
        let terms = sale.deposit.zip(sale.starting_price);
        let (deposit, start) = terms.ok_or_else(|| Failure::internal("a published lot without a deposit"))?;
        let claim = applicants_claim(op, &sale, entry.claimant.as_ref()).await?;
        let new = NewRegistration {
            sale: &sale,
            account: Some(account),
            name: &entry.name,
            index,
            review: entry.review.clone(),
            priority_claim,
            undertaking: entry.undertaking,
            holding,
            deposit: required_deposit(qualifying_payment(sale.round, deposit, start), claim),
        };
        let row = new.insert(op).await?;
        let (bidders, by_agent) = entry.facts();
        let facts = serde_json::json!({ "lot": sale.lot_number, "status": row.status,
            "depositRequired": row.deposit_required, "depositHolding": row.deposit_holding,
            "priorityClaimed": row.priority_claim.is_some(), "bidders": bidders, "byAgent": by_agent });
        entry.keep(op, &row).await?;
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        Ok(row.id)
    }
}

/// Registration is open from the publication to the end of bidding (网拍规定 18).
fn check_open(op: &Op<'_>, sale: &lot::Model) -> Result<(), Refusal> {
    let running = matches!(sale.status, LotStatus::Announced | LotStatus::Open);
    if running && sale.effective_end_at.is_some_and(|end| op.now < end) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::RegistrationClosed).law(&reference::NETAUCTION_18).field("lot"))
}

/// The actor's account, in his verified real name (网拍规定 17: 实名).
#[boxed]
async fn verified_holder(op: &Op<'_>) -> Result<(AccountId, account::Model), Failure> {
    let id = op.account()?;
    let not_verified = || Refusal::new(RefusalCode::AccountNotVerified).law(&reference::NETAUCTION_17);
    if !matches!(op.actor.identity, Identity::Account { verified: true, .. }) {
        return Err(not_verified().into());
    }
    let holder = account::load(op.tx, id).await?.ok_or_else(not_verified)?;
    Ok((id, holder))
}

/// What finds the own registration of an account: a keyed hash, so that the table joins nobody to a lot.
pub fn account_index(vault: &Vault, lot: LotId, account: AccountId) -> BlindIndex {
    vault.blind_index("registration.account_index", &format!("{}|{}", lot.uuid(), account.uuid()))
}

/// What the bidder is owed as the applicant of this very case; it reduces his deposit (网拍规定 17).
#[boxed]
pub(super) async fn applicants_claim(
    op: &Op<'_>,
    sale: &lot::Model,
    bidder: Option<&BlindIndex>,
) -> Result<Option<Money>, Failure> {
    let Some(identity) = bidder else { return Ok(None) };
    let parties = cases::parties_of(op.tx, sale.case_id).await?;
    let applicant = parties
        .iter()
        .find(|party| party.role == PartyRole::Applicant && party.identity_index.as_ref() == Some(identity));
    let Some(applicant) = applicant else { return Ok(None) };
    let claims = cases::claims_of(op.tx, sale.case_id).await?;
    let owed = claims
        .iter()
        .filter(|claim| claim.creditor_id == applicant.id)
        .map(|claim| claim.amounts().outstanding())
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Money::sum(owed)?))
}

/// A registration in the making.
pub(super) struct NewRegistration<'a> {
    pub sale: &'a lot::Model,
    /// None: the platform that runs the sale knows the person, no account here does.
    pub account: Option<AccountId>,
    /// As the confirmation of sale would name the purchaser.
    pub name: &'a str,
    pub index: BlindIndex,
    /// A person on the list of the barred, papers to confirm: no refusal, but a matter for the qualification clerk.
    pub review: Option<String>,
    pub priority_claim: Option<String>,
    pub undertaking: bool,
    pub holding: DepositHolding,
    pub deposit: Money,
}
impl NewRegistration<'_> {
    pub async fn insert(self, op: &mut Op<'_>) -> Result<registration::Model, Failure> {
        let id = RegistrationId::new(op.now);
        let court = self.sale.court_id;
        let main = cases::bank_account(op.tx, court, Book::AuctionDeposits).await?.account_number;
        let serial = counter::next(op.tx, court, "deposit-account", 0).await?;
        let vault = &op.services.vault;
        let place = |column| Place::new("registration", id.uuid(), column);
        let under_review = self.review.is_some();
        let account = self.account.map(|account| account.uuid().to_string()).unwrap_or_default();
        let mut row = registration::Model {
            id,
            court_id: court,
            lot_id: self.sale.id,
            account_index: self.index,
            account_sealed: vault.seal(place("account_sealed"), &account)?,
            name_sealed: vault.seal(place("name_sealed"), self.name)?,
            bidder_code: None,
            status: if under_review { RegistrationStatus::UnderReview } else { RegistrationStatus::AwaitingDeposit },
            review_reason: self.review,
            priority_claim: self.priority_claim,
            priority_rank: None,
            undertaking: self.undertaking,
            // he registers for what stands public now
            acknowledged_revision: self.sale.revision,
            deposit_required: self.deposit,
            deposit_received: Money::ZERO,
            deposit_account_number: format!("{main}{serial:08}"),
            deposit_holding: self.holding,
            deposit_status: DepositStatus::Awaited,
            hold_id: None,
            payer_sealed: None,
            refund_due_at: None,
            refund_payable_id: None,
            recorded_at: op.now,
            power_revoked_at: None,
        };
        registration::Entity::insert(registration::ActiveModel::from(row.clone())).execute(op.tx).await?;
        if self.holding == DepositHolding::Platform && row.deposit_required.is_positive() {
            platform::ask(op, &row).await?;
        }
        if !under_review && row.deposit_required.is_zero() {
            qualify(op, &mut row).await?;
            registration::save(op.tx, row.clone()).await?;
        }
        Ok(row)
    }
}
