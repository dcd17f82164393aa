//! The public catalogue (标的物目录): finding published lots without signing in.
//!
//! Pages go on behind a row (keyset), facets are read from counts that the writes keep, words are found by pairs of
//! characters, so that the cost of a page does not grow with the number of lots.

pub mod feed;
pub mod matching;
pub mod rules;
pub mod store;

use crate::kernel::ids::CourtId;
use crate::kernel::money::Money;
use crate::kernel::stored_enum;

use super::{AuctionRound, DisclosureItem, LotCategory, LotStatus};
use async_graphql::InputObject;
use serde::{Deserialize, Serialize};

stored_enum! {
    /// Range of a starting price, lower bound included, upper bound not (起拍价区间).
    PriceBand {
        /// Below 100,000 yuan (十万元以下).
        Under100K = "UNDER_100K",
        /// 100,000 to 500,000 yuan (十万至五十万元).
        From100K = "FROM_100K",
        /// 500,000 to 1,000,000 yuan (五十万至一百万元).
        From500K = "FROM_500K",
        /// One to five million yuan (一百万至五百万元).
        From1M = "FROM_1M",
        /// Five to twenty million yuan (五百万至二千万元).
        From5M = "FROM_5M",
        /// Twenty million yuan and more (二千万元以上).
        From20M = "FROM_20M",
    }
}
impl PriceBand {
    /// Lower bound, included, and upper bound, not included; none above the last.
    pub const fn bounds(self) -> (Money, Option<Money>) {
        match self {
            PriceBand::Under100K => (Money::ZERO, Some(Money::from_yuan(100_000))),
            PriceBand::From100K => (Money::from_yuan(100_000), Some(Money::from_yuan(500_000))),
            PriceBand::From500K => (Money::from_yuan(500_000), Some(Money::from_yuan(1_000_000))),
            PriceBand::From1M => (Money::from_yuan(1_000_000), Some(Money::from_yuan(5_000_000))),
            PriceBand::From5M => (Money::from_yuan(5_000_000), Some(Money::from_yuan(20_000_000))),
            PriceBand::From20M => (Money::from_yuan(20_000_000), None),
        }
    }
}

/// Order of the catalogue (排序方式).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, async_graphql::Enum)]
pub enum CatalogueSort {
    /// What ends first comes first; lots that are over are left out (即将结束).
    #[default]
    EndsSoonest,
    /// What was published last comes first (最新发布).
    Newest,
    /// Lowest price first (价格由低到高).
    PriceLow,
    /// Highest price first (价格由高到低).
    PriceHigh,
    /// Most bids first (出价次数).
    MostBids,
}
impl CatalogueSort {
    pub const fn descending(self) -> bool {
        matches!(self, CatalogueSort::Newest | CatalogueSort::PriceHigh | CatalogueSort::MostBids)
    }
}

/// Which published lots are wanted; several values of one field are alternatives (目录筛选).
#[derive(InputObject, Clone, Debug, Default, Serialize, Deserialize)]
pub struct CatalogueFilter {
    /// Words that the title or the first 2,000 characters of the disclosure must hold, with blanks between them; one
    /// character is enough (关键词).
    pub text: Option<String>,
    /// Kinds of property (标的物类别).
    pub category: Option<Vec<LotCategory>>,
    /// Courts (法院).
    pub court: Option<Vec<CourtId>>,
    /// Regions of the courts (地区).
    pub region: Option<Vec<String>>,
    /// Attempts at selling (拍卖轮次).
    pub round: Option<Vec<AuctionRound>>,
    /// States (状态).
    pub status: Option<Vec<LotStatus>>,
    /// Ranges of the starting price (起拍价区间).
    pub price_band: Option<Vec<PriceBand>>,
    /// Least present price, the starting price before the first bid (当前价下限).
    pub price_from: Option<Money>,
    /// Greatest present price (当前价上限).
    pub price_to: Option<Money>,
    /// Ends within so many hours from now, 1 to 8760; lots that are over are left out (几小时内结束).
    pub ends_within_hours: Option<i32>,
}
