//! Root fields for what follows bidding.

use super::Lot;
use crate::auction::ops::{DeclareDefaultInput, DistributeForfeitureInput, OpenNextRoundInput, OrderTopUpInput};
use crate::graphql::caller::run;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::payload;
use async_graphql::{Context, Object};

payload! {
    /// The lot whose purchaser defaulted (悔拍结果).
    DeclareDefaultPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot of the next round (下一轮结果).
    OpenNextRoundPayload of LotId {
        /// The new lot, to be prepared like the first (新一轮标的物).
        lot: Lot = Lot::load,
    }
    /// The lot whose forfeited deposit was used (保证金分配结果).
    DistributeForfeiturePayload of LotId {
        /// The lot in default (标的物).
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
    /// Begins the next round of a chain: second auction, sell-off or re-auction (启动下一轮拍卖). Role: OFFICER.
    async fn open_next_round(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot before and the decision (上一轮及决定).")] input: OpenNextRoundInput,
    ) -> Result<OpenNextRoundPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Uses a forfeited deposit after the re-sale, in the order of the law (悔拍保证金分配). Role: BUREAU_CHIEF.
    async fn distribute_forfeiture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and figures (标的物及金额).")] input: DistributeForfeitureInput,
    ) -> Result<DistributeForfeiturePayload, Problem> {
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
}
