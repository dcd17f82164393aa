//! Root fields for what follows bidding.

use super::{Lot, SaleDecision, turn};
use crate::access::Act;
use crate::auction::ops::{
    AcceptInKindInput, AssessSurplusInput, DecideLotObjectionInput, DeclareDefaultInput, DistributeForfeitureInput,
    FileLotObjectionInput, OpenNextRoundInput, OrderTopUpInput, RecordTransferApprovalInput, RefundDefaulterInput,
    ReleaseLotInput, ReturnRestitutionInput, RuleInKindInput, SetAsideSaleInput,
};
use crate::graphql::caller::run;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, SaleDecisionId};
use crate::payload;
use async_graphql::{Context, Object};

payload! {
    /// The lot whose purchaser defaulted (悔拍结果).
    DeclareDefaultPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with what came of its approval (登记审批结果).
    RecordTransferApprovalPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot of the next round (下一轮结果).
    OpenNextRoundPayload of LotId {
        /// The new lot, to be prepared like the first (新一轮标的物).
        lot: Lot = Lot::load,
    }
    /// What `distributeForfeiture` did (操作结果).
    DistributeForfeiturePayload of SaleDecisionId {
        /// The proposal with its approval (拍卖款项处理).
        decision: SaleDecision = SaleDecision::load,
    }
    /// What `refundDefaulter` did (操作结果).
    RefundDefaulterPayload of SaleDecisionId {
        /// The proposal with its approval (拍卖款项处理).
        decision: SaleDecision = SaleDecision::load,
    }
    /// The lot that a creditor is ready to take (抵债申请结果).
    AcceptInKindPayload of LotId {
        /// The unsold lot (流拍标的物).
        lot: Lot = Lot::load,
    }
    /// The lot that a creditor took (抵债裁定结果).
    RuleInKindPayload of LotId {
        /// The lot, taken in kind (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot whose seizure was lifted (解除查封结果).
    ReleaseLotPayload of LotId {
        /// The lot, released (标的物).
        lot: Lot = Lot::load,
    }
    /// What `setAsideSale` did (操作结果).
    SetAsideSalePayload of SaleDecisionId {
        /// The proposal with its approval (拍卖款项处理).
        decision: SaleDecision = SaleDecision::load,
    }
    /// What `returnRestitution` did (操作结果).
    ReturnRestitutionPayload of SaleDecisionId {
        /// The proposal with its approval (拍卖款项处理).
        decision: SaleDecision = SaleDecision::load,
    }
    /// The lot with its assessment (无益拍卖审查结果).
    AssessSurplusPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with the new objection (异议登记结果).
    FileLotObjectionPayload of LotId {
        /// The lot, stopped when the objection stays it (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with the decided objection (异议裁定结果).
    DecideLotObjectionPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot whose purchaser must make up the difference (责令补交结果).
    OrderTopUpPayload of LotId {
        /// The lot in default (标的物).
        lot: Lot = Lot::load,
    }
}

#[derive(Default)]
pub struct AftermathMutation;
#[Object]
impl AftermathMutation {
    /// Declares by a ruling that the purchaser did not pay (悔拍). Role: OFFICER.
    async fn declare_default(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ruling (裁定).")] input: DeclareDefaultInput,
    ) -> Result<DeclareDefaultPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records after the sale whether the purchaser obtained the approval that the transfer of the equity needs. Not
    /// obtained, it is sold again without him: `declareDefault` if he knew that he lacked what was demanded, else
    /// `setAsideSale` with TRANSFER_NOT_APPROVED (登记股权变更审批结果). Role: OFFICER.
    async fn record_transfer_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and outcome (标的物及审批结果).")] input: RecordTransferApprovalInput,
    ) -> Result<RecordTransferApprovalPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Begins the next round of a chain: second auction, sell-off or re-auction (启动下一轮拍卖). Role: OFFICER.
    async fn open_next_round(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot before and the decision (上一轮及决定).")] input: OpenNextRoundInput,
    ) -> Result<OpenNextRoundPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes the use of a forfeited deposit after the re-sale, in the order of the law; BUREAU_CHIEF and
    /// FINANCE_REVIEWER approve (悔拍保证金分配). Role: OFFICER.
    async fn distribute_forfeiture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and figures (标的物及金额).")] input: DistributeForfeitureInput,
    ) -> Result<DistributeForfeiturePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes again to give back what was paid beyond a forfeited deposit; BUREAU_CHIEF and FINANCE_REVIEWER approve
    /// (退还悔拍人余款). Role: OFFICER.
    async fn refund_defaulter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and document (标的物及文书).")] input: RefundDefaulterInput,
    ) -> Result<RefundDefaulterPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Orders a defaulter to make up what his deposit does not cover (责令补交差价). Role: OFFICER.
    async fn order_top_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and notice (标的物及通知书).")] input: OrderTopUpInput,
    ) -> Result<OrderTopUpPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that a creditor is ready to take an unsold property at its reserve price (申请以物抵债). Role: OFFICER.
    async fn accept_in_kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and creditor (标的物及债权人).")] input: AcceptInKindInput,
    ) -> Result<AcceptInKindPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Gives an unsold property to the creditor who comes first (以物抵债裁定). Role: OFFICER.
    async fn rule_in_kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Offer and ruling (抵债申请及裁定).")] input: RuleInKindInput,
    ) -> Result<RuleInKindPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Lifts the seizure of property that nobody bought and nobody took (解除查封退还). Role: OFFICER.
    async fn release_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and ruling (标的物及裁定).")] input: ReleaseLotInput,
    ) -> Result<ReleaseLotPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to set a sale aside; BUREAU_CHIEF and FINANCE_REVIEWER approve, then the money goes back to the accounts
    /// that paid it (撤销拍卖). Role: OFFICER.
    async fn set_aside_sale(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ground and ruling (事由及裁定).")] input: SetAsideSaleInput,
    ) -> Result<SetAsideSalePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes that money which a payee brought back after a sale was set aside goes on to who paid its price;
    /// BUREAU_CHIEF and FINANCE_REVIEWER approve; 民诉法 第244条 (执行回转款退还). Role: OFFICER.
    async fn return_restitution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Line, receipt and amount (执行回转登记、到账及金额).")] input: ReturnRestitutionInput,
    ) -> Result<ReturnRestitutionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records whether a sale leaves anything for the applicant (无益拍卖审查). Role: OFFICER.
    async fn assess_surplus(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Costs and answer (费用及答复).")] input: AssessSurplusInput,
    ) -> Result<AssessSurplusPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Enters an objection; a third party's stops the sale (登记执行异议). Role: OFFICER.
    async fn file_lot_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objection (异议).")] input: FileLotObjectionInput,
    ) -> Result<FileLotObjectionPayload, Problem> {
        let _turn = turn(ctx, Act::FileLotObjection).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Ends an objection by a panel of its own (异议审查裁定). Role: PANEL_MEMBER.
    async fn decide_lot_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ruling (裁定).")] input: DecideLotObjectionInput,
    ) -> Result<DecideLotObjectionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
