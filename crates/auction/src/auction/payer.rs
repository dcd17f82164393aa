//! Who paid, as the bank names him: kept sealed, since money goes back to nobody else.

use super::store::{deposit_credit, registration};
use crate::kernel::error::Problem;
use crate::kernel::ids::RegistrationId;
use crate::kernel::secret::{Place, Sealed, Secret, Vault};
use crate::payout::ops::PayeeAccount;
use serde::{Deserialize, Serialize};

/// The paying account as the bank names it: the only place that the money may go back to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payer {
    pub name: String,
    pub account_number: String,
    /// CNAPS code; empty when the bank did not say.
    pub bank_code: String,
    pub bank_name: String,
}
impl From<Payer> for PayeeAccount {
    fn from(payer: Payer) -> PayeeAccount {
        PayeeAccount {
            name: payer.name,
            account_number: Secret::new(payer.account_number),
            bank_code: payer.bank_code,
            bank_name: payer.bank_name,
        }
    }
}

fn payer_place(id: RegistrationId) -> Place {
    Place::new("registration", id.uuid(), "payer_sealed")
}

pub(super) fn seal_payer(vault: &Vault, id: RegistrationId, payer: &Payer) -> Result<Sealed, Problem> {
    Ok(vault.seal(payer_place(id), &serde_json::to_string(payer)?)?)
}

/// The paying account of a deposit that has arrived.
pub(super) fn payer_of(vault: &Vault, row: &registration::Model) -> Result<Payer, Problem> {
    let sealed = row.payer_sealed.as_ref().ok_or_else(|| Problem::internal("a deposit without its payer"))?;
    let text = vault.open(payer_place(row.id), sealed)?;
    Ok(serde_json::from_str(text.expose())?)
}

/// The paying account of one credit: a lender or a third person may have paid a part of the price.
pub(super) fn payer_of_credit(vault: &Vault, row: &deposit_credit::Model) -> Result<Payer, Problem> {
    let text = vault.open(deposit_credit::payer_place(row.id), &row.payer_sealed)?;
    Ok(serde_json::from_str(text.expose())?)
}
