//! The stored replay files: each is what was hashed, signed by a receipt key of the installation, and leads by the
//! rules to the result that stands in the books.

use super::{
    check::MAX_ROWS,
    report::{Report, Violation},
};
use crate::{
    auction::{
        replay::{self, TrustedKey},
        store::{lot_result, replay as files},
    },
    kernel::{
        db::Reader,
        error::Problem,
        ids::LotId,
        keys::{KeyPurpose, KeyRing},
        query::Fetch,
    },
};
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const REPLAYS: &str = "lot.replay";
const PROMISE: &str = "The replay files of a lot lead by the rules to the winner, price and end that were published.";
/// Files that are read at a time: of one lot there are two.
const CHUNK: u64 = 20;

/// Recomputes every file.
pub(super) async fn replays(reader: &Reader, ring: &KeyRing, report: &mut Report) -> Result<(), Problem> {
    let mut found = Vec::new();
    let mut last = LotId::from_uuid(Uuid::nil());
    loop {
        let rows = files::after(reader, last, CHUNK).await?;
        for row in &rows {
            check(reader, ring, row, &mut found).await?;
        }
        match rows.last() {
            Some(row) if found.len() < MAX_ROWS => last = row.lot_id,
            _ => break,
        }
    }
    for row in files::failed(reader, CHUNK).await? {
        found.push(Violation {
            check: REPLAYS,
            subject: format!("replay of lot {}", row.lot_id.uuid()),
            expected: "files of the ended lot".to_owned(),
            found: format!("{} failures to write them", row.failures),
        });
    }
    report.add(REPLAYS, PROMISE, found);
    Ok(())
}

async fn check(reader: &Reader, ring: &KeyRing, row: &files::Model, found: &mut Vec<Violation>) -> Result<(), Problem> {
    let subject = format!("{} replay of lot {}", row.form.as_str(), row.lot_id.uuid());
    let mut violate = |expected: String, seen: String| {
        found.push(Violation { check: REPLAYS, subject: subject.clone(), expected, found: seen });
    };
    let hash = hex::encode(Sha256::digest(row.content.as_bytes()));
    if hash != row.sha256 {
        violate(row.sha256.clone(), hash);
    }
    let Some(key) = ring.public_key(KeyPurpose::Receipt, &row.key_id) else {
        violate("a receipt key of this installation".to_owned(), row.key_id.clone());
        return Ok(());
    };
    let checked = replay::check(&row.content, Some(TrustedKey(key.bytes)));
    for difference in &checked.differences {
        violate("a file that holds".to_owned(), difference.clone());
    }
    let result = lot_result::Entity::find_by_id(row.lot_id).first(reader).await?;
    let booked = result.map(|result| (result.bidder_code, result.hammer_price, result.ended_at));
    let recomputed = match (checked.winner, checked.price, checked.ended_at) {
        (Some(winner), Some(price), Some(end)) => Some((winner, price, end)),
        _ => None,
    };
    if booked.is_some() && booked != recomputed {
        violate(format!("{recomputed:?}"), format!("{booked:?}"));
    }
    Ok(())
}
