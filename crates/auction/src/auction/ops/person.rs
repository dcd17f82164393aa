//! By what the holder of a registration is known again.

use crate::access::{Op, account};
use crate::auction::mirror::store::mirror_registration;
use crate::auction::store::registration;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::AccountId;
use crate::kernel::secret::{BlindIndex, Place};
use uuid::Uuid;

/// The keyed hash by which the holder of a registration's account is known again; the name itself is not needed.
#[boxed]
pub(super) async fn person_of(op: &Op<'_>, buyer: &registration::Model) -> Result<Option<BlindIndex>, Failure> {
    if let Some(mirrored) = mirror_registration::find(op.tx, buyer.id).await? {
        return Ok(mirrored.person_index);
    }
    let place = Place::new("registration", buyer.id.uuid(), "account_sealed");
    let text = op.services.vault.open(place, &buyer.account_sealed)?;
    let id = Uuid::parse_str(text.expose()).map_err(Failure::internal)?;
    let holder = account::load(op.tx, AccountId::from_uuid(id)).await?;
    Ok(holder.and_then(|holder| holder.identity_index))
}
