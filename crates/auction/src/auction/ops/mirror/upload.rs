//! A bundle as the body of a request, up to 16 MiB (`POST /mirror-bundles`): read before the transaction, as its
//! parsing would hold up everybody who writes.

use super::intake::take_in;
use crate::access::policy::scope_for;
use crate::access::{Act, Actor, Op, Services, UseCase, run};
use crate::auction::mirror::form::Envelope;
use crate::auction::mirror::json::Issue;
use crate::kernel::error::{Failure, Outcome, Problem};
use crate::kernel::ids::{LotId, MirrorBundleId};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Takes in a bundle for `actor`, as `importMirrorBundle` does. The same bytes sent again for the same lot are the same
/// bundle.
///
/// # Errors
/// As refusals those of `importMirrorBundle`.
pub async fn upload_bundle(
    services: &Services,
    actor: &Actor,
    lot: LotId,
    bytes: Vec<u8>,
) -> Result<Outcome<MirrorBundleId>, Problem> {
    let sha256 = hex::encode(Sha256::digest(&bytes));
    // whoever may not import is not worth the reading; `run` refuses and audits him
    let bytes = match scope_for(actor, Act::ImportMirrorBundle) {
        Ok(_) => bytes,
        Err(_) => Vec::new(),
    };
    let open = move || match std::str::from_utf8(&bytes) {
        Ok(text) => Envelope::open(text),
        Err(_) => Err(vec![Issue::new("$", "no UTF-8")]),
    };
    let opened = tokio::task::spawn_blocking(open).await.map_err(Problem::internal)?;
    let key = format!("bundle-{}", sha256.chars().take(48).collect::<String>());
    run(services, actor, &UploadMirrorBundle { key, lot, sha256, opened }).await
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
