//! Sales that ran on a listed platform: what stands in the books is what the provider signed and the court accepted.

use super::{
    check::{MAX_ROWS, SqlCheck, Subject},
    report::{Report, Violation},
};
use crate::{
    auction::mirror::{
        signed_bytes,
        store::{mirror_bundle, mirror_bundle_content, provider_key},
    },
    kernel::{db::Reader, error::Problem, ids::MirrorBundleId, keys::verify_with, secret::Vault},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "mirror.bids",
        promise: "A mirrored lot counts the bids of its bundle, and none was made here.",
        subject: Subject::Id("lot"),
        sql: "SELECT x.id AS subject, CAST(x.bids AS TEXT) || ' bids' AS expected,
                     CAST(x.counted AS TEXT) || ' counted, ' || CAST(x.made AS TEXT) || ' made here' AS found
              FROM (SELECT l.id AS id, l.bid_count AS counted,
                           (SELECT COUNT(*) FROM mirror_bid b WHERE b.lot_id = l.id) AS bids,
                           (SELECT COUNT(*) FROM bid_attempt a WHERE a.lot_id = l.id) AS made
                    FROM lot l WHERE l.operating_mode = 'MIRROR') x
              WHERE x.bids <> x.counted OR x.made > 0",
    },
    SqlCheck {
        name: "mirror.result",
        promise: "The price and end of a mirrored sale are those of the bundle that the court stands on.",
        subject: Subject::Id("lot"),
        sql:
            "SELECT l.id AS subject, COALESCE(CAST(b.price AS TEXT) || ' at ' || CAST(b.ended_at AS TEXT), 'no bundle')
                         AS expected,
                     CAST(s.hammer_price AS TEXT) || ' at ' || CAST(s.ended_at AS TEXT) AS found
              FROM lot l JOIN lot_result s ON s.lot_id = l.id
              LEFT JOIN mirror_bundle b ON b.lot_id = l.id AND b.state = 'ADOPTED'
              WHERE l.operating_mode = 'MIRROR'
                AND (b.id IS NULL OR COALESCE(b.price, 0) <> s.hammer_price OR COALESCE(b.ended_at, 0) <> s.ended_at)",
    },
    SqlCheck {
        name: "mirror.findings",
        promise: "Each departure from the rules in a bundle that the court stood on was accepted with a reason.",
        subject: Subject::Id("bundle"),
        sql: "SELECT b.id AS subject, 'a reason for each finding' AS expected,
                     'none for ' || CAST(COUNT(f.number) AS TEXT) AS found
              FROM mirror_bundle b JOIN mirror_finding f ON f.bundle_id = b.id AND f.reason IS NULL
              WHERE b.adopted_at IS NOT NULL GROUP BY b.id",
    },
];

const BUNDLES: &str = "mirror.signed";
const PROMISE: &str = "Each bundle of a mirrored sale is byte by byte what a registered key of its provider signed.";
/// Bundles that are read at a time.
const CHUNK: u64 = 20;

/// Opens every bundle and checks its hash and signature again.
pub(super) async fn bundles(reader: &Reader, vault: &Vault, report: &mut Report) -> Result<(), Problem> {
    let mut found = Vec::new();
    let mut last = MirrorBundleId::from_uuid(Uuid::nil());
    loop {
        let rows = mirror_bundle::after(reader, last, CHUNK).await?;
        for row in &rows {
            let content = mirror_bundle_content::open(reader, vault, row.id).await?;
            let key = provider_key::in_force(reader, &row.key_id).await?;
            let key = key.filter(|key| key.provider_code == row.provider_code);
            let hash = hex::encode(Sha256::digest(content.as_bytes()));
            if hash != row.sha256 {
                found.push(violation(row, row.sha256.clone(), hash));
            }
            let public = key.and_then(|key| <[u8; 32]>::try_from(key.public_key).ok());
            let signature = <[u8; 64]>::try_from(row.signature.as_slice()).ok();
            let holds = public
                .zip(signature)
                .is_some_and(|(public, signature)| verify_with(&public, &signed_bytes(content.as_bytes()), &signature));
            if !holds {
                found.push(violation(row, format!("a signature by key {}", row.key_id), "another".to_owned()));
            }
        }
        match rows.last() {
            Some(row) if found.len() < MAX_ROWS => last = row.id,
            _ => break,
        }
    }
    report.add(BUNDLES, PROMISE, found);
    Ok(())
}
fn violation(row: &mirror_bundle::Model, expected: String, found: String) -> Violation {
    Violation { check: BUNDLES, subject: format!("bundle {}", row.id.uuid()), expected, found }
}
