//! Use cases of the auction room, by stage. Each GraphQL input is its use case.

mod after_sale;
mod announcement;
mod bidders;
mod closing;
mod decision;
mod decision_approval;
mod default;
mod drafting;
mod forfeiture;
mod in_kind;
mod jobs;
mod loan;
mod mirror;
mod opening;
mod papers;
mod person;
mod place_bid;
mod platform;
mod property;
mod proxy;
mod qualification;
mod refund;
mod registration;
mod replay;
mod restitution;
mod returns;
mod revision;
mod revocation;
mod rounds;
mod set_aside;
mod stay;
mod suspension;
mod transfer;
mod undertaking;

pub use after_sale::{DELIVERY_TERMS, RULING_TERMS, RecordDeliveryInput, ServeRulingInput};
pub use announcement::PublishAnnouncementInput;
pub use bidders::{BidderAgentInput, BidderPapersInput, BidderPersonInput};
pub use closing::{CloseLot, OpenLot};
pub use decision_approval::SaleDecisions;
pub use default::{DeclareDefaultInput, OrderTopUpInput, RemindBalance};
pub use drafting::{
    DisclosureInput, DraftLotInput, NoticeInput, NotifyInterestedPartiesInput, RecordPanelDecisionInput,
    SetDisclosureInput,
};
pub use forfeiture::{DistributeForfeitureInput, ForfeitureCostInput, RelatedDebtInput};
pub use in_kind::{AcceptInKindInput, ReleaseLotInput, RuleInKindInput};
pub use jobs::{BalanceReminders, LotTimes, Refunds};
pub use loan::RecordBalanceLoanInput;
pub use mirror::{
    AdoptMirrorBundleInput, ChooseProviderInput, FindingAcceptanceInput, ImportMirrorBundleInput, ProposeProviderInput,
    ProposeProviderKeyInput, ProviderKeys, Providers, refuse_importer, upload_bundle,
};
pub use opening::OpenRegistrationInput;
pub use papers::OpenBidderPapersInput;
pub use place_bid::{PlaceBidInput, place_bid};
pub use platform::{ConfirmPlatformFreezeInput, ConfirmPlatformReleaseInput, MatchProviderTransferInput};
pub use property::{LotCostInput, RecordReferencePriceInput, RecordSurveyInput, SurveyAnswerInput};
pub use proxy::{SetProxyBidInput, WithdrawProxyBidInput};
pub use qualification::{BarPersonInput, ConfirmPriorityPurchaserInput, DecideQualificationInput};
pub use refund::{RefundDeposit, refund_late_credit};
pub use registration::{RegisterForLotInput, account_index};
pub use replay::{KeepReplay, Replays};
pub use restitution::ReturnRestitutionInput;
pub use returns::RefundDefaulterInput;
pub use revision::{AcknowledgeRevisionInput, ReviseAnnouncementInput};
pub use revocation::RecordPowerRevocationInput;
pub use rounds::OpenNextRoundInput;
pub use set_aside::SetAsideSaleInput;
pub use stay::{AssessSurplusInput, DECISION_TERMS, DecideLotObjectionInput, FileLotObjectionInput};
pub use suspension::{ResumeLotInput, SuspendForFault, SuspendLotInput, TerminateLotInput, WithdrawLotInput};
pub use transfer::{RecordTransferApprovalInput, RequireTransferApprovalInput};
pub use undertaking::RenewUndertakingInput;

pub(super) use qualification::qualify;

use super::store::{lot, lot_event};
use super::{LotEventKind, LotStatus};
use crate::access::Op;
use crate::cases;
use crate::kernel::boxed;
use crate::kernel::counter;
use crate::kernel::error::Failure;
use crate::kernel::ids::CourtId;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use chrono::Datelike;

/// Topic of the outbox under which changes of lots are told.
pub const TOPIC: &str = "lot";

/// Saves a locked lot with its next public version and tells subscribers.
#[boxed]
async fn publish_version(op: &mut Op<'_>, mut row: lot::Model, kind: LotEventKind) -> Result<lot::Model, Failure> {
    row.version = row.version.saturating_add(1);
    lot::save(op.tx, row.clone()).await?;
    lot_event::insert(op.tx, vec![lot_event::of(&row, kind, op.now)]).await?;
    op.publish(TOPIC, row.id, row.version);
    Ok(row)
}

/// The next serial of a court with the lot number made of it.
#[boxed]
async fn next_number(op: &Op<'_>, court: CourtId) -> Result<(i64, String), Failure> {
    let court = cases::store::court(op.tx, court).await?.ok_or_else(|| Failure::not_found("court"))?;
    let serial = counter::next(op.tx, court.id, "lot", 0).await?;
    Ok((serial, format!("{}-{}-{serial:06}", court.code, op.now.legal_date().year())))
}

/// WRONG_STATE with the article unless the lot stands in one of `allowed`.
fn require(row: &lot::Model, allowed: &[LotStatus], article: &'static Article) -> Result<(), Refusal> {
    if allowed.contains(&row.status) {
        return Ok(());
    }
    let status = serde_json::to_value(row.status).ok().and_then(|value| value.as_str().map(str::to_owned));
    Err(Refusal::new(RefusalCode::WrongState).law(article).field("lot").arg("status", status.unwrap_or_default()))
}
