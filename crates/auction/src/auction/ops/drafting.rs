//! Preparing a lot: draft, panel decision, disclosures, notices (网拍规定 6, 10, 13, 14, 16, 17, 27).

use super::{next_number, require, rounds};
use crate::access::{Act, Op, UseCase, parameters};
use crate::auction::mirror::mode;
use crate::auction::rules::disclosure::{self as disclosure_rules, Content};
use crate::auction::rules::{Parameters, price};
use crate::auction::store::{disclosure, lot, notification, panel_decision};
use crate::auction::{AuctionRound, DepositMode, DisclosureItem, InterestKind, LotCategory, LotStatus, NoticeMethod};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::Failure;
use crate::kernel::ids::{CaseId, LotId, NotificationId, PanelDecisionId, PartyId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::Place;
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Longest list of one request.
const MOST: usize = 200;
/// States in which a lot may still be prepared.
const IN_PREPARATION: [LotStatus; 2] = [LotStatus::Draft, LotStatus::Ready];

/// Begins a lot of a case, first auction (起草标的物).
#[derive(InputObject, Serialize)]
pub struct DraftLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case in which the property is seized (执行案件).
    pub case: CaseId,
    /// What is sold, up to 300 characters (标的物名称).
    pub title: String,
    /// Kind of property: it decides the announcement's days (标的物类别).
    pub category: LotCategory,
    /// Appraisal or other reference price, above zero (评估价).
    pub appraisal_price: Money,
    /// Housing under local purchase limits: bidders must undertake to be qualified (是否限购).
    #[graphql(default)]
    pub purchase_restricted: bool,
    /// How deposits may be given: paid to the court, frozen on the platform, or as each bidder chooses
    /// (保证金缴纳方式).
    #[graphql(default_with = "DepositMode::PaidToCourt")]
    pub deposit_mode: DepositMode,
}

impl UseCase for DraftLotInput {
    type Done = LotId;
    const ACT: Act = Act::DraftLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let case = cases::find_case(op.tx, op.scope(), self.case).await?;
        let case = case.filter(|case| op.scope().allows_court(case.court_id));
        let case = case.ok_or_else(|| Failure::not_found("case"))?;
        let title = text::checked("title", &self.title, 300)?;
        if !self.appraisal_price.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).field("appraisalPrice").into());
        }
        let (serial, lot_number) = next_number(op, case.court_id).await?;
        let row = lot::Model {
            id: LotId::new(op.now),
            court_id: case.court_id,
            case_id: case.id,
            lot_number,
            serial,
            title,
            category: self.category,
            round: AuctionRound::First,
            // an installation that nobody set up for more practises (网拍规定 4)
            operating_mode: mode::in_force(op.tx).await?,
            status: LotStatus::Draft,
            appraisal_price: self.appraisal_price,
            starting_price: None,
            deposit: None,
            bid_increment: None,
            deposit_mode: self.deposit_mode,
            purchase_restricted: self.purchase_restricted,
            balance_days: None,
            parameters: serde_json::to_string(&Parameters::from(&parameters::of_court(op.tx, case.court_id).await?))?,
            published_at: None,
            starts_at: None,
            planned_end_at: None,
            effective_end_at: None,
            extension_count: 0,
            suspended_from: None,
            suspended_at: None,
            suspension_reason: None,
            suspension_document: None,
            resumes_at: None,
            current_price: None,
            leader_id: None,
            leader_code: None,
            leader_rank: None,
            leader_arrived_at: None,
            leader_sequence: None,
            revision: 0,
            bid_count: 0,
            attempt_count: 0,
            version: 0,
            recorded_at: op.now,
        };
        lot::Entity::insert(lot::ActiveModel::from(row.clone())).execute(op.tx).await?;
        let facts = serde_json::json!({ "lotNumber": row.lot_number, "category": row.category,
            "appraisalPrice": row.appraisal_price, "purchaseRestricted": row.purchase_restricted });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Records what the panel decided: prices, deposit, increment (合议庭评议).
#[derive(InputObject, Serialize)]
pub struct RecordPanelDecisionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// Names of the panel's members: an odd number, at least three, none twice (合议庭成员).
    pub members: Vec<String>,
    /// Number of the panel's record (评议笔录编号).
    pub document_number: String,
    /// Day of the decision, not in the future (评议日期).
    pub decided_on: Date,
    /// Starting price: at least 70 % of the appraisal; in a second auction at least 80 % of the first; after a default
    /// not below the price before; in a sell-off the second auction's (起拍价).
    pub starting_price: Money,
    /// Deposit, 5 % to 20 % of the starting price (保证金).
    pub deposit: Money,
    /// Increment (加价幅度).
    pub bid_increment: Money,
}

impl UseCase for RecordPanelDecisionInput {
    type Done = LotId;
    const ACT: Act = Act::RecordPanelDecision;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &IN_PREPARATION, &reference::NETAUCTION_27)?;
        let members =
            self.members.iter().map(|name| text::checked("members", name, 50)).collect::<Result<Vec<_>, _>>()?;
        disclosure_rules::check_panel(&members)?;
        rounds::check_price(op, &row, self.starting_price).await?;
        price::check_deposit(self.starting_price, self.deposit)?;
        price::check_increment(self.starting_price, self.bid_increment)?;
        if self.decided_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid)
                .law(&reference::NETAUCTION_27)
                .field("decidedOn")
                .into());
        }
        let decision = panel_decision::ActiveModel {
            id: Set(PanelDecisionId::new(op.now)),
            court_id: Set(row.court_id),
            lot_id: Set(row.id),
            members: Set(serde_json::to_string(&members)?),
            document_number: Set(text::checked("documentNumber", &self.document_number, SHORT)?),
            decided_on: Set(self.decided_on.0),
            starting_price: Set(self.starting_price),
            deposit: Set(self.deposit),
            bid_increment: Set(self.bid_increment),
            recorded_at: Set(op.now),
        };
        panel_decision::Entity::insert(decision).execute(op.tx).await?;
        row.status = LotStatus::Ready;
        row.starting_price = Some(self.starting_price);
        row.deposit = Some(self.deposit);
        row.bid_increment = Some(self.bid_increment);
        let facts = serde_json::json!({ "members": members, "documentNumber": self.document_number,
            "startingPrice": self.starting_price, "deposit": self.deposit, "bidIncrement": self.bid_increment });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        lot::save(op.tx, row).await?;
        Ok(self.lot)
    }
}

/// One disclosure: its text, or why it does not apply (公示事项).
#[derive(InputObject, Serialize)]
pub struct DisclosureInput {
    /// Which of the eleven items or seven warnings (事项).
    pub item: DisclosureItem,
    /// The text, or the reason why the item does not apply (内容或不适用理由).
    pub content: String,
    /// The item does not apply; never for a warning (不适用).
    #[graphql(default)]
    pub not_applicable: bool,
}

/// Fills disclosures of a lot; an earlier text of the same item is replaced until publication (填写公示事项).
#[derive(InputObject, Serialize)]
pub struct SetDisclosureInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The items, each once (事项).
    pub items: Vec<DisclosureInput>,
}

impl UseCase for SetDisclosureInput {
    type Done = LotId;
    const ACT: Act = Act::SetDisclosure;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &IN_PREPARATION, &reference::NETAUCTION_13)?;
        let distinct: std::collections::HashSet<_> = self.items.iter().map(|line| line.item).collect();
        if self.items.is_empty() || distinct.len() != self.items.len() {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("items").into());
        }
        for line in &self.items {
            let content = line.content.trim().to_owned();
            let checked = if line.not_applicable { Content::NotApplicable(content) } else { Content::Text(content) };
            disclosure_rules::check_item(line.item, &checked)?;
            let (Content::Text(content) | Content::NotApplicable(content)) = checked;
            let new = disclosure::ActiveModel {
                court_id: Set(row.court_id),
                lot_id: Set(row.id),
                item: Set(line.item),
                content: Set(content),
                not_applicable: Set(line.not_applicable),
                recorded_at: Set(op.now),
            };
            disclosure::put(op.tx, new).await?;
        }
        let items: Vec<_> = self.items.iter().map(|line| line.item.as_str()).collect();
        op.audit(row.id, Some(row.court_id), Some(row.case_id), serde_json::json!({ "items": items })).await?;
        Ok(row.id)
    }
}

/// One person's notice, or why he could not be reached (通知记录).
#[derive(InputObject, Serialize)]
pub struct NoticeInput {
    /// The party of the case, if it is one (当事人).
    pub party: Option<PartyId>,
    /// Name of a person who is no party of the case (姓名或名称).
    pub name: Option<String>,
    /// Why the person must know (被通知人身份).
    pub interest: InterestKind,
    /// How he was told (通知方式).
    pub method: NoticeMethod,
    /// Day of the notice or waiver; for an unreachable person the day on which the reason was published (通知日期).
    pub notified_on: Date,
    /// Why the person could not be reached; needed for UNREACHABLE (无法通知的理由).
    pub reason: Option<String>,
}

/// Records who was told of the sale, person by person (通知当事人和优先购买权人).
#[derive(InputObject, Serialize)]
pub struct NotifyInterestedPartiesInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The notices (通知记录).
    pub notices: Vec<NoticeInput>,
}

impl UseCase for NotifyInterestedPartiesInput {
    type Done = LotId;
    const ACT: Act = Act::NotifyInterested;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &IN_PREPARATION, &reference::NETAUCTION_16)?;
        if self.notices.is_empty() || self.notices.len() > MOST {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("notices").arg("maximum", MOST).into());
        }
        let parties = cases::parties_of(op.tx, row.case_id).await?;
        for line in &self.notices {
            let name = match line.party {
                Some(id) => parties.iter().find(|party| party.id == id).map(|party| party.name.clone()),
                None => Some(text::checked("name", line.name.as_deref().unwrap_or(""), SHORT)?),
            };
            let name = name.ok_or_else(|| Failure::not_found("party"))?;
            line.insert(op, &row, &name).await?;
        }
        let facts: Vec<_> = self
            .notices
            .iter()
            .map(|line| serde_json::json!({ "interest": line.interest, "method": line.method, "on": line.notified_on }))
            .collect();
        op.audit(row.id, Some(row.court_id), Some(row.case_id), serde_json::json!({ "notices": facts })).await?;
        Ok(row.id)
    }
}
impl NoticeInput {
    #[boxed]
    async fn insert(&self, op: &Op<'_>, row: &lot::Model, name: &str) -> Result<(), Failure> {
        let reason = text::checked_option("reason", self.reason.as_deref(), LONG)?;
        if self.method == NoticeMethod::Unreachable && reason.is_none() {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::NETAUCTION_16).field("reason").into());
        }
        if self.notified_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid)
                .law(&reference::NETAUCTION_16)
                .field("notifiedOn")
                .into());
        }
        let id = NotificationId::new(op.now);
        let new = notification::ActiveModel {
            id: Set(id),
            court_id: Set(row.court_id),
            lot_id: Set(row.id),
            party_id: Set(self.party),
            interest: Set(self.interest),
            method: Set(self.method),
            name_sealed: Set(op.services.vault.seal(Place::new("notification", id.uuid(), "name_sealed"), name)?),
            notified_on: Set(self.notified_on.0),
            reason: Set(reason),
            recorded_at: Set(op.now),
        };
        notification::Entity::insert(new).execute(op.tx).await?;
        Ok(())
    }
}
