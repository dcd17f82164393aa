//! Who runs a sale, and sales that run on a listed platform: the list of providers, the choice for a lot, taking a
//! signed bundle in, and standing on it.

mod adopt;
mod intake;
mod people;
mod provider;
mod upload;

pub use adopt::{AdoptMirrorBundleInput, FindingAcceptanceInput};
pub use intake::ImportMirrorBundleInput;
pub use provider::{ChooseProviderInput, ProposeProviderInput, ProposeProviderKeyInput, ProviderKeys, Providers};
pub use upload::{refuse_importer, upload_bundle};

pub(super) use provider::{check_payment_name, check_provider, copy_provider};

use crate::auction::OperatingMode;
use crate::auction::store::lot;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// What is done on the platform is not done here: announcing, registering, bidding (网拍规定 5).
pub(super) fn check_not_mirrored(row: &lot::Model) -> Result<(), Refusal> {
    match row.operating_mode {
        OperatingMode::Mirror => Err(mirrored()),
        OperatingMode::Practice | OperatingMode::ListedProvider => Ok(()),
    }
}
pub(super) fn mirrored() -> Refusal {
    Refusal::new(RefusalCode::MirroredSale).law(&reference::NETAUCTION_5).field("lot")
}
