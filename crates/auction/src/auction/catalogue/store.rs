//! Reading the catalogue: one page of lots, counts by kind; and the words that a published lot is found by.

use super::rules::{self, Place, Word};
use super::{CatalogueFilter, CatalogueSort, PriceBand};
use crate::auction::store::{disclosure, lot};
use crate::cases::store::court;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::money::Money;
use crate::kernel::paging::{Page, Paged};
use crate::kernel::query::{Execute, Fetch};
use chrono::TimeDelta;
use sea_orm::sea_query::{Func, Order, Query, SimpleExpr};
use sea_orm::{ActiveValue::Set, Condition, ExprTrait, QueryOrder, QuerySelect, Select, entity::prelude::*};

/// The searchable text of a published lot.
pub mod lot_text {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_text")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub body: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Its characters and pairs of characters.
pub mod lot_term {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_term")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub term: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// How many published lots there are of one kind; written by triggers alone.
pub mod lot_tally {
    use super::*;
    use crate::auction::{AuctionRound, LotCategory, LotStatus};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_tally")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub category: LotCategory,
        #[sea_orm(primary_key, auto_increment = false)]
        pub round: AuctionRound,
        #[sea_orm(primary_key, auto_increment = false)]
        pub status: LotStatus,
        #[sea_orm(primary_key, auto_increment = false)]
        pub price_band: PriceBand,
        pub lots: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one statement: far below what either engine takes.
const CHUNK: usize = 500;
/// A term that more lots have is looked up lot by lot in the order of the page: it is met soon. A rarer one names its
/// lots first.
const RARE: u64 = 2_000;
/// Values that one facet shows.
const MOST_VALUES: u64 = 100;

// ---- words ----

/// Makes a published lot findable by its title and disclosure, in place of what it was found by before.
#[boxed]
pub async fn index(tx: &Tx, row: &lot::Model) -> Result<(), Problem> {
    let disclosed = disclosure::of_lot(tx, row.id).await?;
    let disclosed = disclosed.iter().filter(|line| !line.not_applicable);
    let disclosed: Vec<_> = disclosed.map(|line| (line.item, line.content.as_str())).collect();
    let spelled = rules::body(&row.title, &disclosed);
    // a title of signs alone is found under its number
    let body = if spelled.is_empty() { rules::spelling(&row.lot_number) } else { spelled };
    lot_text::Entity::delete_many().filter(lot_text::Column::LotId.eq(row.id)).execute(tx).await?;
    lot_term::Entity::delete_many().filter(lot_term::Column::LotId.eq(row.id)).execute(tx).await?;
    let terms = rules::terms(&body).into_iter().map(|term| lot_term::ActiveModel {
        term: Set(term),
        lot_id: Set(row.id),
        court_id: Set(row.court_id),
    });
    let terms: Vec<_> = terms.collect();
    let text = lot_text::ActiveModel { lot_id: Set(row.id), court_id: Set(row.court_id), body: Set(body) };
    lot_text::Entity::insert(text).execute(tx).await?;
    for chunk in terms.chunks(CHUNK) {
        lot_term::Entity::insert_many(chunk.to_vec()).execute(tx).await?;
    }
    Ok(())
}

/// The words by which a published lot is found, as they are spelled for the search.
pub async fn words_of(conn: &impl ConnectionTrait, lot: LotId) -> Result<String, Problem> {
    let text = lot_text::Entity::find_by_id(lot).first(conn).await?;
    Ok(text.map(|text| text.body).unwrap_or_default())
}

/// How many lots have the term, counted no further than what makes it common.
async fn frequency(conn: &impl ConnectionTrait, term: &str) -> Result<u64, Problem> {
    let text = "SELECT COUNT(*) AS lots FROM (SELECT 1 FROM lot_term WHERE term = $1 LIMIT $2) found";
    let values = [term.into(), i64::try_from(RARE).unwrap_or(i64::MAX).saturating_add(1).into()];
    let row = conn.query_one_raw(sql(conn, text, values)).await?;
    let lots: i64 = row.map(|row| row.try_get("", "lots")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(lots).unwrap_or(0))
}

/// The lot has the term: looked up for each lot that is met.
fn has_term(term: &str) -> SimpleExpr {
    let mut found = Query::select();
    found
        .expr(Expr::value(1))
        .from(lot_term::Entity)
        .and_where(Expr::col((lot_term::Entity, lot_term::Column::LotId)).equals((lot::Entity, lot::Column::Id)))
        .and_where(Expr::col((lot_term::Entity, lot_term::Column::Term)).eq(term));
    Expr::exists(found)
}
/// The lots of the term are known first.
fn among_lots_of(term: &str) -> SimpleExpr {
    let mut lots = Query::select();
    lots.column(lot_term::Column::LotId).from(lot_term::Entity).and_where(lot_term::Column::Term.eq(term));
    lot::Column::Id.in_subquery(lots)
}
/// The word stands in the text as it was written; a spelled word holds no sign of a pattern.
fn holds(word: &Word) -> SimpleExpr {
    let mut found = Query::select();
    found
        .expr(Expr::value(1))
        .from(lot_text::Entity)
        .and_where(Expr::col((lot_text::Entity, lot_text::Column::LotId)).equals((lot::Entity, lot::Column::Id)))
        .and_where(Expr::col((lot_text::Entity, lot_text::Column::Body)).like(format!("%{}%", word.text)));
    Expr::exists(found)
}

async fn condition_of(conn: &impl ConnectionTrait, words: &[Word]) -> Result<Condition, Problem> {
    let mut rarest: Option<(u64, &str)> = None;
    for term in words.iter().flat_map(|word| &word.terms) {
        let lots = frequency(conn, term).await?;
        if rarest.is_none_or(|(fewest, _)| lots < fewest) {
            rarest = Some((lots, term));
        }
    }
    let rarest = rarest.filter(|(lots, _)| *lots <= RARE).map(|(_, term)| term);
    let mut all = Condition::all().add_option(rarest.map(among_lots_of));
    for word in words {
        for term in word.terms.iter().filter(|term| Some(term.as_str()) != rarest) {
            all = all.add(has_term(term));
        }
        all = all.add_option(word.needs_reading().then(|| holds(word)));
    }
    Ok(all)
}

// ---- lots ----

/// A field of a kind that facets are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Category,
    Court,
    Region,
    Round,
    Status,
    PriceBand,
}

impl CatalogueFilter {
    /// # Errors
    /// `BadInput` for lists too long, a text without words and an impossible number of hours.
    pub fn check(&self) -> Result<(), Problem> {
        fn short<T>(list: Option<&Vec<T>>) -> bool {
            list.is_none_or(|list| list.len() <= rules::MOST_ALTERNATIVES)
        }
        let lists = short(self.category.as_ref())
            && short(self.court.as_ref())
            && short(self.region.as_ref())
            && short(self.round.as_ref())
            && short(self.status.as_ref())
            && short(self.price_band.as_ref());
        if !lists {
            return Err(Problem::BadInput(format!(
                "a filter takes up to {} values of a field",
                rules::MOST_ALTERNATIVES
            )));
        }
        if self.ends_within_hours.is_some_and(|hours| !(1..=rules::MOST_HOURS).contains(&hours)) {
            return Err(Problem::BadInput(format!("`endsWithinHours` is 1 to {}", rules::MOST_HOURS)));
        }
        self.words().map(|_| ())
    }
    pub(super) fn words(&self) -> Result<Vec<Word>, Problem> {
        match self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            None => Ok(Vec::new()),
            Some(text) => rules::words(text).ok_or_else(|| {
                Problem::BadInput(format!("`text` holds letters or digits, up to {} characters", rules::LONGEST_QUERY))
            }),
        }
    }
    /// The published lots that fit at `now`.
    ///
    /// # Errors
    /// As [`CatalogueFilter::check`].
    pub async fn select(&self, conn: &impl ConnectionTrait, now: Timestamp) -> Result<Select<lot::Entity>, Problem> {
        use lot::Column as Lot;
        self.check()?;
        let words = self.words()?;
        let bands =
            self.price_band.iter().map(|bands| bands.iter().fold(Condition::any(), |any, band| any.add(within(*band))));
        let mut all = Condition::all()
            .add_option(self.category.as_ref().map(|wanted| Lot::Category.is_in(wanted.iter().copied())))
            .add_option(self.court.as_ref().map(|wanted| Lot::CourtId.is_in(wanted.iter().copied())))
            .add_option(self.region.as_ref().map(|wanted| Lot::CourtId.in_subquery(courts_in(wanted))))
            .add_option(self.round.as_ref().map(|wanted| Lot::Round.is_in(wanted.iter().copied())))
            .add_option(self.status.as_ref().map(|wanted| Lot::Status.is_in(wanted.iter().copied())))
            .add_option(self.price_from.map(|least| price().gte(least)))
            .add_option(self.price_to.map(|most| price().lte(most)));
        for band in bands {
            all = all.add(band);
        }
        if let Some(hours) = self.ends_within_hours {
            all = all.add(running_at(now)).add(Lot::EffectiveEndAt.lte(now.plus(TimeDelta::hours(hours.into()))));
        }
        if !words.is_empty() {
            all = all.add(condition_of(conn, &words).await?);
        }
        Ok(lot::public().filter(all))
    }
}

fn courts_in(regions: &[String]) -> sea_orm::sea_query::SelectStatement {
    let mut courts = Query::select();
    courts
        .column(court::Column::Id)
        .from(court::Entity)
        .and_where(court::Column::Region.is_in(regions.iter().map(String::as_str)));
    courts
}
fn within(band: PriceBand) -> Condition {
    let (least, above) = band.bounds();
    Condition::all()
        .add(lot::Column::StartingPrice.gte(least))
        .add_option(above.map(|above| lot::Column::StartingPrice.lt(above)))
}
fn running_at(now: Timestamp) -> Condition {
    Condition::all().add(lot::Column::EffectiveEndAt.gt(now)).add(lot::Column::Status.is_in(rules::RUNNING))
}
/// The present price, before the first bid the starting price: the index `lot_by_price` is on this very expression.
fn price() -> SimpleExpr {
    Func::coalesce([lot::Column::CurrentPrice.into_expr(), lot::Column::StartingPrice.into_expr()]).into()
}

impl CatalogueSort {
    fn expression(self) -> SimpleExpr {
        match self {
            CatalogueSort::EndsSoonest => lot::Column::EffectiveEndAt.into_expr(),
            CatalogueSort::Newest => lot::Column::PublishedAt.into_expr(),
            CatalogueSort::PriceLow | CatalogueSort::PriceHigh => price(),
            CatalogueSort::MostBids => lot::Column::BidCount.into_expr(),
        }
    }
    /// Where a published lot stands in this order.
    pub fn place_of(self, row: &lot::Model) -> Place {
        let key = match self {
            CatalogueSort::EndsSoonest => row.effective_end_at.map_or(0, Timestamp::micros),
            CatalogueSort::Newest => row.published_at.map_or(0, Timestamp::micros),
            CatalogueSort::PriceLow | CatalogueSort::PriceHigh => {
                row.current_price.or(row.starting_price).map_or(0, Money::fen)
            }
            CatalogueSort::MostBids => row.bid_count,
        };
        Place { key, lot: row.id.uuid() }
    }
    fn behind(self, place: Place, backward: bool) -> SimpleExpr {
        let own = Expr::tuple([self.expression(), lot::Column::Id.into_expr()]);
        let other = Expr::tuple([Expr::value(place.key), Expr::value(place.lot)]);
        if self.descending() == backward { own.gt(other) } else { own.lt(other) }
    }
}

/// The page of `select` in the order of `sort`, between the two places.
pub async fn page(
    conn: &impl ConnectionTrait,
    select: Select<lot::Entity>,
    sort: CatalogueSort,
    page: Page,
    (after, before): (Option<Place>, Option<Place>),
    now: Timestamp,
) -> Result<Paged<lot::Model>, Problem> {
    let mut select = select;
    if sort == CatalogueSort::EndsSoonest {
        select = select.filter(running_at(now));
    }
    if let Some(after) = after {
        select = select.filter(sort.behind(after, false));
    }
    if let Some(before) = before {
        select = select.filter(sort.behind(before, true));
    }
    let order = if sort.descending() == page.backward { Order::Asc } else { Order::Desc };
    let select = select.order_by(sort.expression(), order.clone()).order_by(lot::Column::Id, order);
    Ok(page.cut(select.limit(page.size.saturating_add(1)).list(conn).await?))
}

// ---- counts ----

/// A value of a facet with its number of lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count<T> {
    pub value: T,
    pub lots: i64,
}

impl CatalogueFilter {
    /// The kinds that fit, whatever their value in the field `but`.
    fn kinds(&self, but: Option<Facet>) -> Condition {
        use lot_tally::Column as Tally;
        fn asked<T>(list: Option<&Vec<T>>, counted: bool) -> Option<&Vec<T>> {
            list.filter(|_| !counted)
        }
        let is = |facet| but == Some(facet);
        Condition::all()
            .add(Tally::Lots.gt(0))
            .add_option(
                asked(self.category.as_ref(), is(Facet::Category)).map(|w| Tally::Category.is_in(w.iter().copied())),
            )
            .add_option(asked(self.court.as_ref(), is(Facet::Court)).map(|w| Tally::CourtId.is_in(w.iter().copied())))
            .add_option(
                asked(self.region.as_ref(), is(Facet::Region)).map(|w| Tally::CourtId.in_subquery(courts_in(w))),
            )
            .add_option(asked(self.round.as_ref(), is(Facet::Round)).map(|w| Tally::Round.is_in(w.iter().copied())))
            .add_option(asked(self.status.as_ref(), is(Facet::Status)).map(|w| Tally::Status.is_in(w.iter().copied())))
            .add_option(
                asked(self.price_band.as_ref(), is(Facet::PriceBand))
                    .map(|w| Tally::PriceBand.is_in(w.iter().copied())),
            )
    }
    /// How many lots of the kinds that fit there are, by the values of one field, most first.
    pub async fn counts<T: sea_orm::TryGetable>(
        &self,
        conn: &impl ConnectionTrait,
        facet: Facet,
    ) -> Result<Vec<Count<T>>, Problem> {
        use lot_tally::Column as Tally;
        let value = match facet {
            Facet::Category => Tally::Category.into_expr(),
            Facet::Court => Tally::CourtId.into_expr(),
            Facet::Region => court::Column::Region.into_expr(),
            Facet::Round => Tally::Round.into_expr(),
            Facet::Status => Tally::Status.into_expr(),
            Facet::PriceBand => Tally::PriceBand.into_expr(),
        };
        let mut counted = Query::select();
        counted
            .expr_as(value.clone(), "value")
            .expr_as(lots(), "counted")
            .from(lot_tally::Entity)
            .cond_where(self.kinds(Some(facet)))
            .add_group_by([value.clone()])
            .order_by_expr(lots(), Order::Desc)
            .order_by_expr(value, Order::Asc)
            .limit(MOST_VALUES);
        if facet == Facet::Region {
            counted.inner_join(
                court::Entity,
                Expr::col((court::Entity, court::Column::Id)).equals((lot_tally::Entity, Tally::CourtId)),
            );
        }
        let statement = conn.get_database_backend().build(&counted);
        let rows = conn.query_all_raw(statement).await?;
        let read = rows.iter().map(|row| -> Result<Count<T>, DbErr> {
            Ok(Count { value: row.try_get("", "value")?, lots: row.try_get("", "counted")? })
        });
        Ok(read.collect::<Result<_, _>>()?)
    }
    /// All lots of the kinds that fit.
    pub async fn total(&self, conn: &impl ConnectionTrait) -> Result<i64, Problem> {
        let mut counted = Query::select();
        counted.expr_as(lots(), "counted").from(lot_tally::Entity).cond_where(self.kinds(None));
        let row = conn.query_one_raw(conn.get_database_backend().build(&counted)).await?;
        Ok(row.map(|row| row.try_get("", "counted")).transpose()?.unwrap_or(0))
    }
}

/// Sums of BIGINT are NUMERIC on PostgreSQL.
fn lots() -> SimpleExpr {
    Expr::cust("CAST(COALESCE(SUM(lots), 0) AS BIGINT)")
}
