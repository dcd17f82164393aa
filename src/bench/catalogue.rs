//! The public list of lots over few and over many: it may not grow with what it does not show.

use super::{
    load::{self, Job, Seat, Shot},
    market::Market,
    report::{Bar, Section, Thousandths},
    site::{Answer, Site},
};
use crate::{
    auction::store::lot,
    demo::client::StoryError,
    kernel::{
        clock::Timestamp,
        ids::LotId,
        query::{Execute, Fetch},
    },
};
use sea_orm::EntityTrait;
use serde_json::json;
use std::time::Duration;

/// Rows of one statement, within what both engines take as parameters.
const ROWS: usize = 200;
/// Serial numbers from here on belong to copies.
const SERIALS: i64 = 1_000_000;
const PAGE: &str =
    "{lots(first:50){nodes{id lotNumber title status startingPrice currentPrice effectiveEndAt bidCount}}}";

/// Measures a page of the catalogue at both sizes and adds the quotient of their medians.
///
/// # Errors
/// When rows cannot be written or the server does not answer.
pub async fn measure(
    site: &Site,
    market: &Market,
    sizes: [usize; 2],
    measured: Duration,
    section: &mut Section,
) -> Answer<()> {
    let mut medians = Vec::with_capacity(sizes.len());
    let mut copies = 0;
    for size in sizes {
        let wanted = size.saturating_sub(market.lots.len());
        copy(site, market, copies, wanted).await?;
        copies = copies.max(wanted);
        let body = json!({ "query": PAGE }).to_string();
        let shot = Shot { path: "/graphql".to_owned(), token: None, body, series: 0 };
        let job = Job {
            name: format!("catalogue-{size}"),
            address: site.running.address,
            seats: vec![Seat { shots: vec![shot] }],
            series: Vec::new(),
            warm_up: measured / 4,
            measured,
            per_second: None,
            once: false,
            watch: None,
        };
        let load = load::measure(job).await?;
        medians.push(load.p50);
        section.figure(&format!("catalogue page of 50 over {size} lots"), 1, load);
    }
    if let [few, many] = medians[..] {
        let at_most = Bar::AtMost(Thousandths(1_300));
        section.ratio("catalogue, many lots / few (median)", Thousandths::of(many, few), "", at_most, None);
    }
    Ok(())
}

/// Copies of a published lot, from number `from` to `to`.
async fn copy(site: &Site, market: &Market, from: usize, to: usize) -> Answer<()> {
    let db = &site.running.services.db;
    let id = market.lots.last().and_then(|id| LotId::from_global(id)).ok_or("no lot to copy")?;
    let template = lot::Entity::find_by_id(id).first(&db.reader()).await?.ok_or("no lot to copy")?;
    let now = site.clock.now();
    let mut next = from;
    while next < to {
        let rows: Vec<lot::Model> =
            (next..to.min(next.saturating_add(ROWS))).map(|number| one_more(&template, number, now)).collect();
        next = next.saturating_add(rows.len());
        let written = db.write_with(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                let rows = rows.into_iter().map(lot::ActiveModel::from);
                lot::Entity::insert_many(rows).execute(tx).await?;
                Ok(())
            })
        });
        written.await.map_err(|failure| StoryError(format!("{failure:?}")))?;
    }
    Ok(())
}

fn one_more(template: &lot::Model, number: usize, now: Timestamp) -> lot::Model {
    let serial = SERIALS.saturating_add(i64::try_from(number).unwrap_or(i64::MAX - SERIALS));
    lot::Model {
        id: LotId::new(now),
        lot_number: format!("{}-{serial}", template.lot_number),
        serial,
        ..template.clone()
    }
}
