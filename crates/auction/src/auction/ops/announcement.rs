//! Publishing the announcement: everything that must stand before it is checked here (网拍规定 10–17, 20, 26, 27).

use super::mirror::{check_not_mirrored, check_provider};
use super::property::check_property;
use super::stay::{check_enforcement, check_stay, check_worth};
use super::{publish_version, require, rounds};
use crate::access::{Act, Op, UseCase, parameters};
use crate::auction::catalogue::store as catalogue;
use crate::auction::rules::rounds::check_sell_off_window;
use crate::auction::rules::schedule::{self, Notice};
use crate::auction::rules::{Parameters, disclosure as disclosure_rules, price};
use crate::auction::store::{disclosure, lot, notification, panel_decision};
use crate::auction::{AuctionRound, DayCounting, DisclosureItem, LotEventKind, LotStatus, NoticeMethod};
use crate::cases::PartyRole;
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// Longest term for the balance that an announcement may set, in days.
const LONGEST_BALANCE_DAYS: i32 = 365;

/// Publishes a lot (发布拍卖公告).
#[derive(InputObject, Serialize)]
pub struct PublishAnnouncementInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// Begin of bidding, after the full days of the announcement (竞价开始时间).
    pub starts_at: Timestamp,
    /// Planned end of bidding, at least 24 hours later; in a sell-off 60 days (竞价结束时间).
    pub ends_at: Timestamp,
    /// Days from the end of bidding within which the balance is due, 1 to 365 (余款支付期限).
    pub balance_days: i32,
    /// Document by which the court counts the announcement's days without the strict reading (始日不计的依据文件).
    pub lenient_counting_document: Option<String>,
    /// Why a second auction or sell-off comes after its term (逾期再次处置的说明文件).
    pub late_round_document: Option<String>,
}

impl UseCase for PublishAnnouncementInput {
    type Done = LotId;
    const ACT: Act = Act::PublishAnnouncement;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Draft, LotStatus::Ready], &reference::NETAUCTION_12)?;
        check_not_mirrored(&row)?;
        check_provider(op, &row, op.now.legal_date()).await?;
        check_stay(op, row.id).await?;
        check_enforcement(op, row.case_id).await?;
        check_terms(op, &row).await?;
        check_property(op, &row, self.starts_at.legal_date()).await?;
        let filled = disclosure::of_lot(op.tx, row.id).await?.into_iter().map(|line| line.item).collect();
        disclosure_rules::check_complete(&filled)?;
        check_notices(op, &row, op.now.legal_date(), self.starts_at.legal_date()).await?;
        let document =
            text::checked_option("lenientCountingDocument", self.lenient_counting_document.as_deref(), SHORT)?;
        // from here on the lot keeps them, whatever the court sets later
        let set = parameters::of_court(op.tx, row.court_id).await?;
        let mut parameters = Parameters { sell_off: row.round == AuctionRound::SellOff, ..Parameters::from(&set) };
        if document.is_some() {
            parameters.lead_counting = DayCounting::Lenient;
        }
        check_proxy_told(op, &row, &parameters).await?;
        schedule::check_lead_time(row.round, row.category, parameters.lead_counting, op.now, self.starts_at)?;
        match row.round {
            AuctionRound::SellOff => check_sell_off_window(self.starts_at, self.ends_at)?,
            _ => schedule::check_bidding_window(self.starts_at, self.ends_at)?,
        }
        let late = text::checked_option("lateRoundDocument", self.late_round_document.as_deref(), SHORT)?;
        rounds::check_term(op, &row, self.starts_at, late.is_some()).await?;
        if !(1..=LONGEST_BALANCE_DAYS).contains(&self.balance_days) {
            return Err(Refusal::new(RefusalCode::DateInvalid)
                .law(&reference::NETAUCTION_25)
                .field("balanceDays")
                .into());
        }
        row.status = LotStatus::Announced;
        row.published_at = Some(op.now);
        row.starts_at = Some(self.starts_at.to_millisecond());
        row.planned_end_at = Some(self.ends_at.to_millisecond());
        row.effective_end_at = row.planned_end_at;
        row.balance_days = Some(self.balance_days);
        row.parameters = serde_json::to_string(&parameters)?;
        let row = publish_version(op, row, LotEventKind::Published).await?;
        catalogue::index(op.tx, &row).await?;
        let facts = serde_json::json!({ "startsAt": row.starts_at, "endsAt": row.planned_end_at,
            "balanceDays": row.balance_days, "parameters": parameters,
            "lenientCountingDocument": document, "lateRoundDocument": late });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Proxy bidding is part of the rules of the sale: it needs the court's setting and the words of the announcement.
#[boxed]
async fn check_proxy_told(op: &Op<'_>, row: &lot::Model, parameters: &Parameters) -> Result<(), Failure> {
    if !parameters.proxy_bidding {
        return Ok(());
    }
    let lines = disclosure::of_lot(op.tx, row.id).await?;
    let rules = lines.iter().find(|line| line.item == DisclosureItem::BiddingRules);
    Ok(disclosure_rules::check_proxy_told(rules.map(|line| line.content.as_str()))?)
}

/// The panel's record stands behind the very terms of the lot, and they keep to the law.
#[boxed]
async fn check_terms(op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
    let missing = || Refusal::new(RefusalCode::PanelDecisionMissing).law(&reference::NETAUCTION_27).field("lot");
    let decision = panel_decision::latest(op.tx, row.id).await?.ok_or_else(missing)?;
    let same = (Some(decision.starting_price), Some(decision.deposit), Some(decision.bid_increment))
        == (row.starting_price, row.deposit, row.bid_increment);
    if !same {
        return Err(missing().into());
    }
    rounds::check_price(op, row, decision.starting_price).await?;
    check_worth(op, row, decision.starting_price).await?;
    price::check_deposit(decision.starting_price, decision.deposit)?;
    price::check_increment(decision.starting_price, decision.bid_increment)?;
    Ok(())
}

/// Every party and every other recorded person was told in time.
#[boxed]
pub(super) async fn check_notices(
    op: &Op<'_>,
    row: &lot::Model,
    published_on: LegalDate,
    bidding_starts_on: LegalDate,
) -> Result<(), Failure> {
    let notices = notification::of_lot(op.tx, row.id).await?;
    for party in cases::parties_of(op.tx, row.case_id).await? {
        if party.role == PartyRole::Outsider {
            continue;
        }
        let told: Vec<Notice> = notices.iter().filter(|line| line.party_id == Some(party.id)).map(notice_of).collect();
        best(&party.name, &told, published_on, bidding_starts_on)?;
    }
    for line in notices.iter().filter(|line| line.party_id.is_none()) {
        best("", &[notice_of(line)], published_on, bidding_starts_on)?;
    }
    Ok(())
}

fn notice_of(line: &notification::Model) -> Notice {
    match line.method {
        NoticeMethod::Waived => Notice::Waived,
        NoticeMethod::Unreachable => Notice::ReasonPublished(line.notified_on),
        _ => Notice::Reached(line.notified_on),
    }
}

/// One sufficient notice is enough; else the refusal of the last one.
fn best(who: &str, told: &[Notice], published_on: LegalDate, bidding_starts_on: LegalDate) -> Result<(), Refusal> {
    let mut outcome = schedule::check_notice(who, Notice::Missing, published_on, bidding_starts_on);
    for &notice in told {
        if outcome.is_ok() {
            break;
        }
        outcome = schedule::check_notice(who, notice, published_on, bidding_starts_on);
    }
    outcome
}
