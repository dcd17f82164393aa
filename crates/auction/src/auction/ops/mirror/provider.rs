//! The list of providers that may run sales (名单库), their keys, and the choice for a lot (网拍规定 4, 5).
//!
//! The list is the same for every court: an administrator of all courts proposes, another one agrees.

use crate::access::approval::{self, Approvable};
use crate::access::policy::EVERY_COURT;
use crate::access::{Act, Op, Role, Scope, UseCase};
use crate::auction::mirror::ProviderChoice;
use crate::auction::mirror::store::{auction_provider, holds_on, lot_provider, provider_key};
use crate::auction::ops::require;
use crate::auction::store::lot;
use crate::auction::{LotStatus, OperatingMode};
use crate::cases::ProposalStatus;
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::counter;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::identity::name::comparison_key;
use crate::kernel::ids::{AuctionProviderId, LotId, NodeRef, ProviderKeyId};
use crate::kernel::keys::key_id;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use std::collections::HashSet;

const CHECKERS: &[Role] = &[Role::Administrator];
/// Most further names of a provider's accounts.
const MOST_NAMES: usize = 10;
/// Name of the counter whose row makes proposals of the list follow each other.
const TURN: &str = "provider-list";

/// Proposes an entry of the Supreme People's Court's list, or its change; the newest approved entry of a code counts
/// (名单库平台登记).
#[derive(InputObject, Serialize)]
pub struct ProposeProviderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Short code, 2 to 16 of `A-Z`, `0-9`, `_`, for good, e.g. TAOBAO (平台代码).
    pub code: String,
    /// Name as the list has it, 1 to 128 characters (平台名称).
    pub name: String,
    /// First day on the list (入库日期).
    pub listed_from: Date,
    /// Last day on the list; null while the provider stands there (出库日期).
    pub listed_until: Option<Date>,
    /// Announcement of the Supreme People's Court, 1 to 128 characters (公告文号).
    pub document_number: String,
    /// Further names that the accounts bear from which its transfers of deposits come, e.g. of its payment company:
    /// at most 10, each 1 to 128 characters, each once (划转账户户名).
    #[graphql(default)]
    pub payment_names: Vec<String>,
}

impl UseCase for ProposeProviderInput {
    type Done = AuctionProviderId;
    const ACT: Act = Act::ProposeProvider;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AuctionProviderId, Failure> {
        for_all_courts(op)?;
        let letters = self.code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !letters || !(2..=16).contains(&self.code.len()) {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::TEXT_FORM).field("code").into());
        }
        check_days("listedUntil", self.listed_from, self.listed_until)?;
        let payment_names = checked_names(&self.payment_names)?;
        // of two proposals at once the second waits here and sees the first
        counter::next(op.tx, EVERY_COURT, TURN, 0).await?;
        if auction_provider::is_pending(op.tx, &self.code).await? {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("code").law(&reference::TWO_PEOPLE).into());
        }
        let row = auction_provider::Model {
            id: AuctionProviderId::new(op.now),
            code: self.code.clone(),
            name: text::checked("name", &self.name, SHORT)?,
            listed_from: self.listed_from.0,
            listed_until: self.listed_until.as_ref().map(|day| day.0),
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            payment_names: serde_json::to_string(&payment_names)?,
            status: ProposalStatus::Pending,
            recorded_at: op.now,
        };
        let (id, facts) = (row.id, provider_facts(&row));
        auction_provider::insert(op.tx, row).await?;
        approval::request(op, EVERY_COURT, id.node(), CHECKERS).await?;
        op.audit(id, None, None, facts).await?;
        Ok(id)
    }
}

fn for_all_courts(op: &Op<'_>) -> Result<(), Failure> {
    match op.scope() {
        Scope::Everything => Ok(()),
        Scope::Some { .. } => Err(Problem::Forbidden.into()),
    }
}
fn check_days(field: &'static str, from: Date, until: Option<Date>) -> Result<(), Refusal> {
    match until {
        Some(until) if until.0 < from.0 => {
            Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field(field))
        }
        _ => Ok(()),
    }
}
/// Names of accounts, none twice however it is written.
fn checked_names(names: &[String]) -> Result<Vec<String>, Refusal> {
    let names = names.iter().map(|name| text::checked("paymentNames", name, SHORT)).collect::<Result<Vec<_>, _>>()?;
    let distinct: HashSet<_> = names.iter().map(|name| comparison_key(name)).collect();
    if distinct.len() == names.len() && names.len() <= MOST_NAMES {
        return Ok(names);
    }
    let refusal = Refusal::new(RefusalCode::ListInvalid).law(&reference::TEXT_FORM).field("paymentNames");
    Err(refusal.arg("maximum", MOST_NAMES))
}
fn provider_facts(row: &auction_provider::Model) -> serde_json::Value {
    serde_json::json!({ "code": row.code, "name": row.name, "listedFrom": row.listed_from,
        "listedUntil": row.listed_until, "documentNumber": row.document_number, "paymentNames": row.payment_names })
}

/// The approval of entries of the list; registered in `app`.
pub struct Providers;

#[async_trait::async_trait]
impl Approvable for Providers {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        Ok(provider_facts(&auction_provider::lock(op.tx, AuctionProviderId::from_uuid(subject.id)).await?))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide_provider(op, subject, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide_provider(op, subject, ProposalStatus::Rejected).await
    }
}
#[boxed]
async fn decide_provider(op: &mut Op<'_>, subject: NodeRef, status: ProposalStatus) -> Result<(), Failure> {
    let mut row = auction_provider::lock(op.tx, AuctionProviderId::from_uuid(subject.id)).await?;
    row.status = status;
    let id = row.id;
    auction_provider::save(op.tx, row).await?;
    op.audit(id, None, None, serde_json::json!({ "status": status })).await
}

/// Proposes an Ed25519 key with which a provider signs what it sends to courts, or ends one; the newest approved entry of
/// a key counts (平台公钥登记).
#[derive(InputObject, Serialize)]
pub struct ProposeProviderKeyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Any approved entry of the provider (平台).
    pub provider: AuctionProviderId,
    /// The 32 bytes of the public key in base64 (公钥).
    pub public_key: String,
    /// First day on which what it signs is taken in (启用日期).
    pub valid_from: Date,
    /// Last such day; null while it is in use. A lost key is ended by a day in the past (停用日期).
    pub valid_until: Option<Date>,
    /// The letter by which the provider gave or recalled the key, 1 to 128 characters (依据文件).
    pub document_number: String,
}

impl UseCase for ProposeProviderKeyInput {
    type Done = ProviderKeyId;
    const ACT: Act = Act::ProposeProviderKey;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ProviderKeyId, Failure> {
        for_all_courts(op)?;
        let provider = approved(op, self.provider).await?;
        let invalid = || Refusal::new(RefusalCode::TextInvalid).law(&reference::TEXT_FORM).field("publicKey");
        let bytes = STANDARD.decode(&self.public_key).map_err(|_| invalid())?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| invalid())?;
        // what belongs to no key, or to the installation itself, must not sign for a provider
        if op.services.keys.public_keys().iter().any(|own| own.bytes == bytes) {
            return Err(invalid().into());
        }
        check_days("validUntil", self.valid_from, self.valid_until)?;
        let key_id = key_id(&bytes);
        counter::next(op.tx, EVERY_COURT, TURN, 0).await?;
        if provider_key::is_pending(op.tx, &key_id).await? {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("publicKey").law(&reference::TWO_PEOPLE).into());
        }
        let known = provider_key::in_force(op.tx, &key_id).await?;
        if known.is_some_and(|known| known.provider_code != provider.code) {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("publicKey").into());
        }
        let row = provider_key::Model {
            id: ProviderKeyId::new(op.now),
            provider_code: provider.code,
            key_id,
            public_key: bytes.to_vec(),
            valid_from: self.valid_from.0,
            valid_until: self.valid_until.as_ref().map(|day| day.0),
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            status: ProposalStatus::Pending,
            recorded_at: op.now,
        };
        let (id, facts) = (row.id, key_facts(&row));
        provider_key::insert(op.tx, row).await?;
        approval::request(op, EVERY_COURT, id.node(), CHECKERS).await?;
        op.audit(id, None, None, facts).await?;
        Ok(id)
    }
}
fn key_facts(row: &provider_key::Model) -> serde_json::Value {
    serde_json::json!({ "provider": row.provider_code, "keyId": row.key_id,
        "publicKey": STANDARD.encode(&row.public_key), "validFrom": row.valid_from, "validUntil": row.valid_until,
        "documentNumber": row.document_number })
}

/// The approval of providers' keys; registered in `app`.
pub struct ProviderKeys;

#[async_trait::async_trait]
impl Approvable for ProviderKeys {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        Ok(key_facts(&provider_key::lock(op.tx, ProviderKeyId::from_uuid(subject.id)).await?))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide_key(op, subject, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide_key(op, subject, ProposalStatus::Rejected).await
    }
}
#[boxed]
async fn decide_key(op: &mut Op<'_>, subject: NodeRef, status: ProposalStatus) -> Result<(), Failure> {
    let mut row = provider_key::lock(op.tx, ProviderKeyId::from_uuid(subject.id)).await?;
    row.status = status;
    let id = row.id;
    provider_key::save(op.tx, row).await?;
    op.audit(id, None, None, serde_json::json!({ "status": status })).await
}

/// Names who runs the sale of a lot, and who chose him; an earlier choice is replaced until the publication (选定拍卖平台).
#[derive(InputObject, Serialize)]
pub struct ChooseProviderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, not yet published (标的物).
    pub lot: LotId,
    /// Any approved entry of the provider, who must stand on the list today (平台).
    pub provider: AuctionProviderId,
    /// The applicant, or the court when he did not choose or several disagree (选择人).
    pub chosen_by: ProviderChoice,
    /// The applicant's choice, or the court's decision, 1 to 128 characters (依据文件).
    pub document_number: String,
}

impl UseCase for ChooseProviderInput {
    type Done = LotId;
    const ACT: Act = Act::ChooseProvider;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Draft, LotStatus::Ready], &reference::NETAUCTION_5)?;
        let provider = approved(op, self.provider).await?;
        check_listed(op, &provider.code, op.now.legal_date(), "provider").await?;
        let chosen = lot_provider::Model {
            lot_id: row.id,
            court_id: row.court_id,
            provider_code: provider.code,
            provider_name: provider.name,
            chosen_by: self.chosen_by,
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "provider": chosen.provider_code, "chosenBy": chosen.chosen_by,
            "documentNumber": chosen.document_number });
        lot_provider::put(op.tx, chosen).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// What counts now of the provider whose entry this is.
#[boxed]
async fn approved(op: &Op<'_>, id: AuctionProviderId) -> Result<auction_provider::Model, Failure> {
    let entry = auction_provider::Entity::find_by_id(id).first(op.tx).await?;
    let entry = entry.filter(|entry| entry.status == ProposalStatus::Approved);
    let entry = entry.ok_or_else(|| Failure::not_found("provider"))?;
    let newest = auction_provider::in_force(op.tx, &entry.code).await?;
    newest.ok_or_else(|| Failure::internal("an approved entry that does not count"))
}

/// PROVIDER_NOT_LISTED unless the provider stands on the list on `day` (网拍规定 4).
#[boxed]
async fn check_listed(op: &Op<'_>, code: &str, day: LegalDate, field: &'static str) -> Result<(), Failure> {
    let entry = auction_provider::in_force(op.tx, code).await?;
    if entry.is_some_and(|entry| holds_on(entry.listed_from, entry.listed_until, day)) {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::ProviderNotListed).law(&reference::NETAUCTION_4).field(field);
    Err(refusal.arg("provider", code).into())
}

/// The provider of a sale that is no exercise: chosen, and on the list on the day of publication.
#[boxed]
pub(in crate::auction::ops) async fn check_provider(
    op: &Op<'_>,
    row: &lot::Model,
    day: LegalDate,
) -> Result<Option<lot_provider::Model>, Failure> {
    if row.operating_mode == OperatingMode::Practice {
        return Ok(None);
    }
    let chosen = lot_provider::of_lot(op.tx, row.id).await?;
    let missing = || Refusal::new(RefusalCode::ProviderMissing).law(&reference::NETAUCTION_5).field("lot");
    let chosen = chosen.ok_or_else(missing)?;
    check_listed(op, &chosen.provider_code, day, "lot").await?;
    Ok(Some(chosen))
}

/// A later round runs on the platform of the one before (网拍规定 26).
#[boxed]
pub(in crate::auction::ops) async fn copy_provider(op: &Op<'_>, from: LotId, to: LotId) -> Result<(), Failure> {
    if let Some(chosen) = lot_provider::of_lot(op.tx, from).await? {
        lot_provider::put(op.tx, lot_provider::Model { lot_id: to, recorded_at: op.now, ..chosen }).await?;
    }
    Ok(())
}

/// Refuses a name in which no transfer of the lot's provider comes: two people agreed to his names, one who confirms a
/// freeze does not add to them. A lot without a provider is an exercise, where any name will do.
///
/// # Errors
/// `PAYEE_NAME_MISMATCH` on `field` (网拍规定 第25条).
#[boxed]
pub(in crate::auction::ops) async fn check_payment_name(
    op: &Op<'_>,
    lot: LotId,
    name: &str,
    field: &'static str,
) -> Result<(), Failure> {
    match lot_provider::payment_names(op.tx, lot).await? {
        Some(known) if !known.contains(&comparison_key(name)) => Err(foreign_name(field).into()),
        _ => Ok(()),
    }
}
pub(super) fn foreign_name(field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::PayeeNameMismatch).law(&reference::NETAUCTION_25).field(field)
}
