//! Whether a lot fits a filter, decided in memory: the same answer as the catalogue's query gives. Pure.

use super::rules::{self, Word};
use super::{AuctionRound, CatalogueFilter, LotCategory, LotStatus, PriceBand};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use crate::kernel::money::Money;
use crate::kernel::stored_enum;
use chrono::TimeDelta;

stored_enum! {
    /// What became of a lot for somebody who watches a filter of the catalogue (目录变更类型).
    CatalogueTurn {
        /// It fits from now on (进入).
        Entered = "ENTERED",
        /// It fits as before; its price, end, state or words changed (变更).
        Changed = "CHANGED",
        /// It no longer fits (离开).
        Left = "LEFT",
    }
}

/// What does not change of a published lot, but for its words, which a correction changes.
#[derive(Clone, Copy, Debug)]
pub struct Fixed<'a> {
    pub court: CourtId,
    pub region: &'a str,
    pub category: LotCategory,
    pub round: AuctionRound,
    pub starting_price: Option<Money>,
    /// Its words as they are spelled for the search.
    pub body: &'a str,
}

/// What changes of a lot, at one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub version: i64,
    pub status: LotStatus,
    pub current_price: Option<Money>,
    pub effective_end_at: Option<Timestamp>,
}

/// A checked filter.
#[derive(Clone, Debug)]
pub struct Matcher {
    filter: CatalogueFilter,
    words: Vec<Word>,
}

impl Matcher {
    /// # Errors
    /// `BadInput` as [`CatalogueFilter::check`].
    pub fn try_new(filter: CatalogueFilter) -> Result<Matcher, Problem> {
        filter.check()?;
        let words = filter.words()?;
        Ok(Matcher { filter, words })
    }

    pub fn fits(&self, fixed: &Fixed<'_>, moment: &Moment, now: Timestamp) -> bool {
        fn among<T: PartialEq>(wanted: Option<&Vec<T>>, value: &T) -> bool {
            wanted.is_none_or(|wanted| wanted.contains(value))
        }
        let wanted = &self.filter;
        let price = moment.current_price.or(fixed.starting_price);
        among(wanted.category.as_ref(), &fixed.category)
            && among(wanted.court.as_ref(), &fixed.court)
            && wanted.region.as_ref().is_none_or(|regions| regions.iter().any(|region| region == fixed.region))
            && among(wanted.round.as_ref(), &fixed.round)
            && among(wanted.status.as_ref(), &moment.status)
            && wanted
                .price_band
                .as_ref()
                .is_none_or(|bands| bands.iter().any(|band| holds(*band, fixed.starting_price)))
            && wanted.price_from.is_none_or(|least| price.is_some_and(|price| price >= least))
            && wanted.price_to.is_none_or(|most| price.is_some_and(|price| price <= most))
            && wanted.ends_within_hours.is_none_or(|hours| ends_within(moment, hours, now))
            && self.words.iter().all(|word| fixed.body.contains(&word.text))
    }

    /// What a change means for who watches this filter; nothing when the lot did not fit and does not. `before` is the
    /// moment with the words of then, none for a lot that was not published.
    pub fn turn(
        &self,
        fixed: &Fixed<'_>,
        before: Option<(&Moment, &str)>,
        after: &Moment,
        now: Timestamp,
    ) -> Option<CatalogueTurn> {
        let before = before.is_some_and(|(moment, body)| self.fits(&Fixed { body, ..*fixed }, moment, now));
        match (before, self.fits(fixed, after, now)) {
            (false, true) => Some(CatalogueTurn::Entered),
            (true, true) => Some(CatalogueTurn::Changed),
            (true, false) => Some(CatalogueTurn::Left),
            (false, false) => None,
        }
    }
}

fn holds(band: PriceBand, starting_price: Option<Money>) -> bool {
    let (least, above) = band.bounds();
    starting_price.is_some_and(|price| price >= least && above.is_none_or(|above| price < above))
}

/// Bidding has not ended and will within so many hours.
fn ends_within(moment: &Moment, hours: i32, now: Timestamp) -> bool {
    let last = now.plus(TimeDelta::hours(hours.into()));
    rules::RUNNING.contains(&moment.status) && moment.effective_end_at.is_some_and(|end| end > now && end <= last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn now() -> Timestamp {
        Timestamp::from_micros(1_772_413_200_000_000)
    }
    fn moment(status: LotStatus, price: Option<&str>, hours: i64) -> Moment {
        let end = Some(now().plus(TimeDelta::hours(hours)));
        Moment { version: 1, status, current_price: price.map(yuan), effective_end_at: end }
    }

    #[test]
    fn a_lot_fits_when_every_field_of_the_filter_does() {
        let court = CourtId::new(now());
        let fixed = Fixed {
            court,
            region: "长沙",
            category: LotCategory::Immovable,
            round: AuctionRound::First,
            starting_price: Some(yuan("500000.00")),
            body: "岳麓区某小区住宅楼 空置",
        };
        let open = moment(LotStatus::Open, Some("600000.00"), 24);
        let none = CatalogueFilter::default;
        let text = |text: &str| CatalogueFilter { text: Some(text.to_owned()), ..none() };
        let from = |least: &str| CatalogueFilter { price_from: Some(yuan(least)), ..none() };
        let to = |most: &str| CatalogueFilter { price_to: Some(yuan(most)), ..none() };
        let band = |band| CatalogueFilter { price_band: Some(vec![band]), ..none() };
        let within = |hours| CatalogueFilter { ends_within_hours: Some(hours), ..none() };
        let status = |wanted: &[LotStatus]| CatalogueFilter { status: Some(wanted.to_vec()), ..none() };
        for (filter, fits) in [
            (none(), true),
            (CatalogueFilter { category: Some(vec![LotCategory::Immovable]), ..none() }, true),
            (CatalogueFilter { category: Some(vec![LotCategory::Movable]), ..none() }, false),
            (CatalogueFilter { category: Some(Vec::new()), ..none() }, false),
            (CatalogueFilter { court: Some(vec![court]), ..none() }, true),
            (CatalogueFilter { court: Some(vec![CourtId::new(now())]), ..none() }, false),
            (CatalogueFilter { region: Some(vec!["北京".into(), "长沙".into()]), ..none() }, true),
            (CatalogueFilter { region: Some(vec!["北京".into()]), ..none() }, false),
            (CatalogueFilter { round: Some(vec![AuctionRound::Second]), ..none() }, false),
            (status(&[LotStatus::Open]), true),
            (status(&[LotStatus::Sold, LotStatus::Unsold]), false),
            (from("600000.00"), true),
            (from("600000.01"), false),
            (to("600000.00"), true),
            (to("599999.99"), false),
            // the band is of the starting price
            (band(PriceBand::From500K), true),
            (band(PriceBand::From100K), false),
            (within(24), true),
            (within(23), false),
            (text("楼"), true),
            (text("住宅"), true),
            (text("住宅楼 空置"), true),
            (text("住宅 轿车"), false),
            (text("楼空"), false),
        ] {
            let shown = format!("{filter:?}");
            assert_eq!(Matcher::try_new(filter).unwrap().fits(&fixed, &open, now()), fits, "{shown}");
        }
        assert!(Matcher::try_new(text("！")).is_err());
        let soon = Matcher::try_new(within(24)).unwrap();
        assert!(!soon.fits(&fixed, &moment(LotStatus::Sold, None, 1), now()), "it is over");
        assert!(!soon.fits(&fixed, &moment(LotStatus::Open, None, 0), now()), "its end is now");
    }

    #[test]
    fn a_lot_enters_changes_and_leaves() {
        let fixed = Fixed {
            court: CourtId::new(now()),
            region: "长沙",
            category: LotCategory::Movable,
            round: AuctionRound::First,
            starting_price: Some(yuan("100.00")),
            body: "轿车",
        };
        let filter = CatalogueFilter { price_to: Some(yuan("200.00")), ..CatalogueFilter::default() };
        let matcher = Matcher::try_new(filter).unwrap();
        let at = |price| moment(LotStatus::Open, price, 1);
        for (before, after, turn) in [
            (None, at(None), Some(CatalogueTurn::Entered)),
            (Some(at(None)), at(Some("200.00")), Some(CatalogueTurn::Changed)),
            (Some(at(Some("200.00"))), at(Some("200.01")), Some(CatalogueTurn::Left)),
            (Some(at(Some("200.01"))), at(Some("300.00")), None),
            (None, at(Some("300.00")), None),
        ] {
            let known = before.as_ref().map(|moment| (moment, fixed.body));
            assert_eq!(matcher.turn(&fixed, known, &after, now()), turn, "{before:?} {after:?}");
        }
        // a correction of the words, told to who looks for the old ones and for the new
        let of = |text: &str| CatalogueFilter { text: Some(text.to_owned()), ..CatalogueFilter::default() };
        let open = at(None);
        for (text, turn) in [
            ("客车", Some(CatalogueTurn::Left)),
            ("轿车", Some(CatalogueTurn::Entered)),
            ("车", Some(CatalogueTurn::Changed)),
            ("货车", None),
        ] {
            let matcher = Matcher::try_new(of(text)).unwrap();
            assert_eq!(matcher.turn(&fixed, Some((&open, "客车")), &open, now()), turn, "{text}");
        }
    }
}
