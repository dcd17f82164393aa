//! Root fields that change lots and registrations.

use super::application::Application;
use super::papers::BidderPapers;
use super::{Bid, BidReceipt, Lot, Registration, bidding, turn};
use crate::access::Act;
use crate::auction::bidding::BidAnswer;
use crate::auction::ops::{
    BarPersonInput, ConfirmPriorityPurchaserInput, DecideQualificationInput, DraftLotInput,
    NotifyInterestedPartiesInput, OpenBidderPapersInput, PlaceBidInput, PublishAnnouncementInput, RecordDeliveryInput,
    RecordPanelDecisionInput, RecordPowerRevocationInput, RegisterForLotInput, ResumeLotInput, ServeRulingInput,
    SetDisclosureInput, SuspendLotInput, TerminateLotInput, WithdrawLotInput, place_bid,
};
use crate::auction::store::lot;
use crate::graphql::caller::{actor, run, services};
use crate::graphql::context::arrival;
use crate::graphql::payload::UserError;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::payload;
use async_graphql::{Context, Object};

payload! {
    /// The lot that draftLot began (起草结果).
    DraftLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with its panel decision (评议结果).
    RecordPanelDecisionPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with its disclosures (公示结果).
    SetDisclosurePayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with its notices (通知结果).
    NotifyInterestedPartiesPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The published lot (公告结果).
    PublishAnnouncementPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot for which a person was barred (禁止竞买登记结果).
    BarPersonPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The stopped lot (暂缓、中止结果).
    SuspendLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot that goes on (恢复结果).
    ResumeLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot that was taken back (撤回结果).
    WithdrawLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot that was ended (终结结果).
    TerminateLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot whose ruling is served (裁定送达结果).
    ServeRulingPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The delivered lot (移交结果).
    RecordDeliveryPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The registration with the clerk's decision (资格审查结果).
    DecideQualificationPayload of RegistrationId {
        /// The registration that was decided on (报名).
        registration: Application = Application::load,
    }
    /// The papers of an agent or of joint bidders, opened (查阅委托、共同竞买手续结果).
    OpenBidderPapersPayload of RegistrationId {
        /// What was handed in (委托、共同竞买手续).
        papers: BidderPapers = BidderPapers::opened,
    }
    /// The registration whose agent bids no more (登记撤销委托结果).
    RecordPowerRevocationPayload of RegistrationId {
        /// The registration of the agent (报名).
        registration: Application = Application::load,
    }
    /// The registration with its rank (优先购买权确认结果).
    ConfirmPriorityPurchaserPayload of RegistrationId {
        /// The registration that was ranked (报名).
        registration: Application = Application::load,
    }
    /// The caller's new registration (报名结果).
    RegisterForLotPayload of RegistrationId {
        /// The registration (报名).
        registration: Registration = Registration::load,
    }
}

/// What became of an attempt.
pub struct PlaceBidPayload {
    answer: BidAnswer,
    lot: LotId,
}

/// The attempt with its receipt, accepted or refused (出价结果). The answer is durable.
#[Object]
impl PlaceBidPayload {
    /// The attempt as it was recorded (出价).
    async fn bid(&self) -> Option<Bid> {
        self.answer.attempt.clone().map(|row| Bid { row, own: true })
    }
    /// The signed statement about it (出价回执).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<BidReceipt>, Problem> {
        match self.answer.attempt.clone() {
            Some(attempt) => BidReceipt::load(ctx, attempt, self.answer.batch.clone()).await.map(Some),
            None => Ok(None),
        }
    }
    /// The lot as it stands now (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        match &self.answer.lot {
            // what a bid is decided on is published
            Some(row) => Ok(Some(Lot(lot::Model::clone(row)))),
            None => Lot::load(ctx, &self.lot).await,
        }
    }
    /// Why the rules refused; empty when the bid was accepted (拒绝理由).
    async fn user_errors(&self) -> Vec<UserError> {
        self.answer.refusal.clone().map(UserError::from).into_iter().collect()
    }
    /// True when the idempotency key was answered before: this is that answer again (重放).
    async fn replayed(&self) -> bool {
        self.answer.replayed
    }
}

#[derive(Default)]
pub struct AuctionMutation;
#[Object]
impl AuctionMutation {
    /// Begins a lot of a case (起草标的物). Role: OFFICER.
    async fn draft_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The property (标的物).")] input: DraftLotInput,
    ) -> Result<DraftLotPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the panel's decision on prices (记录合议庭评议). Roles: OFFICER, PANEL_MEMBER.
    async fn record_panel_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision (评议内容).")] input: RecordPanelDecisionInput,
    ) -> Result<RecordPanelDecisionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Fills what must be public (填写公示事项). Role: OFFICER.
    async fn set_disclosure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The items (公示事项).")] input: SetDisclosureInput,
    ) -> Result<SetDisclosurePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records who was told of the sale (通知当事人和优先购买权人). Role: OFFICER.
    async fn notify_interested_parties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notices (通知记录).")] input: NotifyInterestedPartiesInput,
    ) -> Result<NotifyInterestedPartiesPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Publishes a lot when everything stands (发布拍卖公告). Role: OFFICER.
    async fn publish_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Times and terms (公告内容).")] input: PublishAnnouncementInput,
    ) -> Result<PublishAnnouncementPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Enters a person who may not bid on a lot (登记禁止竞买人). Role: OFFICER.
    async fn bar_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person (禁止竞买人).")] input: BarPersonInput,
    ) -> Result<BarPersonPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Decides on a registration under review (竞买资格审查). Role: QUALIFICATION_CLERK.
    async fn decide_qualification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision (审查决定).")] input: DecideQualificationInput,
    ) -> Result<DecideQualificationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Confirms a priority purchaser with his rank (确认优先购买权人). Role: OFFICER.
    async fn confirm_priority_purchaser(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registration and rank (报名及顺位).")] input: ConfirmPriorityPurchaserInput,
    ) -> Result<ConfirmPriorityPurchaserPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Stops a lot at once (暂缓、中止拍卖). Roles: OFFICER, PROVIDER_OPERATOR.
    async fn suspend_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and reason (标的物及理由).")] input: SuspendLotInput,
    ) -> Result<SuspendLotPayload, Problem> {
        let _turn = turn(ctx, Act::SuspendLot).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Goes on with a stopped lot (恢复拍卖). Role: OFFICER.
    async fn resume_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot, decision and time (恢复决定).")] input: ResumeLotInput,
    ) -> Result<ResumeLotPayload, Problem> {
        let _turn = turn(ctx, Act::ResumeLot).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes a lot back before bidding (撤回拍卖). Role: OFFICER.
    async fn withdraw_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and ground (标的物及理由).")] input: WithdrawLotInput,
    ) -> Result<WithdrawLotPayload, Problem> {
        let _turn = turn(ctx, Act::WithdrawLot).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Ends a stopped lot for good after its bidding has begun: nobody buys, all deposits go back (终结拍卖).
    /// Role: OFFICER.
    async fn terminate_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot, ground and ruling (标的物、理由及裁定).")] input: TerminateLotInput,
    ) -> Result<TerminateLotPayload, Problem> {
        let _turn = turn(ctx, Act::TerminateLot).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the service of the ruling; the price goes to the case (送达成交裁定). Role: OFFICER.
    async fn serve_ruling(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ruling (成交裁定).")] input: ServeRulingInput,
    ) -> Result<ServeRulingPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the delivery (财产移交). Role: OFFICER.
    async fn record_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery (移交).")] input: RecordDeliveryInput,
    ) -> Result<RecordDeliveryPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Opens the papers by which a registration bids for others or for several, names and numbers with them; each
    /// opening is on record. To confirm them is `decideQualification` (查阅委托、共同竞买手续). Role: QUALIFICATION_CLERK.
    async fn open_bidder_papers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The registration (报名).")] input: OpenBidderPapersInput,
    ) -> Result<OpenBidderPapersPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that a principal took the power of the agent who bids for him back: bids that arrive from now on are
    /// refused with AGENT_NOT_AUTHORISED, earlier ones stand. Before bidding starts `decideQualification` puts a new
    /// power in its place (登记撤销委托). Role: QUALIFICATION_CLERK.
    async fn record_power_revocation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registration and letter (报名与撤销委托书).")] input: RecordPowerRevocationInput,
    ) -> Result<RecordPowerRevocationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Registers the caller for a lot, for himself or by papers for others and several (报名). Role: BIDDER.
    async fn register_for_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and undertakings (报名内容).")] input: RegisterForLotInput,
    ) -> Result<RegisterForLotPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Offers a price; the answer is durable and carries a signed receipt (出价). Role: BIDDER.
    async fn place_bid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and price (出价).")] input: PlaceBidInput,
    ) -> Result<PlaceBidPayload, Problem> {
        let answer = place_bid(services(ctx)?, actor(ctx)?, bidding(ctx)?, arrival(ctx)?, &input).await?;
        Ok(PlaceBidPayload { answer, lot: input.lot })
    }
}
