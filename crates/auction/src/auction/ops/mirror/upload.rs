//! A bundle as the body of a request, up to 16 MiB (`POST /mirror-bundles`): read before the transaction, as its
//! parsing would hold up everybody who writes.

use super::intake::take_in;
use crate::access::{Act, Actor, Op, Services, UseCase, run};
use crate::auction::mirror::form::Envelope;
use crate::auction::mirror::json::Issue;
use crate::kernel::error::{Failure, Outcome, Problem};
use crate::kernel::ids::{LotId, MirrorBundleId};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Takes in a bundle for `actor`, as `importMirrorBundle` does. The same bytes sent again for the same lot are the same
/// bundle. `place` is held until the bundle is read, also when nobody waits for the answer any more.
///
/// # Errors
/// As refusals those of `importMirrorBundle`.
pub async fn upload_bundle<P: Send + 'static>(
    services: &Services,
    actor: &Actor,
    lot: LotId,
    bytes: Vec<u8>,
    place: P,
) -> Result<Outcome<MirrorBundleId>, Problem> {
    let read = move || {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let opened = match std::str::from_utf8(&bytes) {
            Ok(text) => Envelope::open(text),
            Err(_) => Err(vec![Issue::new("$", "no UTF-8")]),
        };
        (sha256, opened, place)
    };
    let (sha256, opened, _place) = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)?;
    let key = format!("bundle-{}", sha256.chars().take(48).collect::<String>());
    run(services, actor, &UploadMirrorBundle { key, lot, sha256, opened }).await
}

/// Lets the policy refuse, and the audit log remember, somebody who may not import: his body is not worth the reading.
///
/// # Errors
/// FORBIDDEN.
pub async fn refuse_importer(
    services: &Services,
    actor: &Actor,
    lot: LotId,
) -> Result<Outcome<MirrorBundleId>, Problem> {
    let nothing = Err(vec![Issue::new("$", "not read")]);
    let nobody = UploadMirrorBundle { key: String::new(), lot, sha256: String::new(), opened: nothing };
    run(services, actor, &nobody).await
}

#[derive(Serialize)]
struct UploadMirrorBundle {
    #[serde(skip)]
    key: String,
    lot: LotId,
    sha256: String,
    #[serde(skip)]
    opened: Result<Envelope, Vec<Issue>>,
}
impl UseCase for UploadMirrorBundle {
    type Done = MirrorBundleId;
    const ACT: Act = Act::ImportMirrorBundle;
    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MirrorBundleId, Failure> {
        take_in(op, self.lot, &self.opened).await
    }
}
