//! What a platform says of a sale, once it is read.

use super::MirrorOutcome;
use crate::auction::DepositHolding;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub provider: String,
    pub lot_number: String,
    pub platform_lot: String,
    /// Page of the lot on the platform, https.
    pub url: String,
    pub issued_at: Timestamp,
    pub notice: Notice,
    pub registrations: Vec<Registration>,
    /// In the order of the platform. None before the end.
    pub bids: Vec<Bid>,
    /// Absent while the sale runs.
    pub result: Option<SaleResult>,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub published_at: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub starting_price: Money,
    pub deposit: Money,
    pub bid_increment: Money,
    /// 1 to 365.
    pub balance_days: i32,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The platform's own number of it: the same in every bundle of the lot.
    pub reference: String,
    pub name: String,
    pub priority_claim: Option<String>,
    /// What is due; zero for an applicant who owes nothing.
    pub deposit: Money,
    /// Where it lies: on the court's account, or frozen by the provider (网拍规定 17).
    pub holding: DepositHolding,
    /// The provider has frozen all of it.
    pub freeze: Option<Freeze>,
    /// The provider has unfrozen it after the end.
    pub release: Option<Release>,
    /// Known with the result only: nobody joins code and person before the end (网拍规定 18).
    pub bidder_code: Option<String>,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The provider's own number of it, once in a court.
    pub reference: String,
    pub at: Timestamp,
    /// The name of the account from which a won deposit is transferred.
    pub account_name: String,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub reference: String,
    pub at: Timestamp,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    pub bidder_code: String,
    pub amount: Money,
    pub at: Timestamp,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleResult {
    pub outcome: MirrorOutcome,
    pub ended_at: Timestamp,
    /// Present when sold.
    pub sale: Option<SaleFacts>,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleFacts {
    pub price: Money,
    /// Reference of the purchaser's registration.
    pub buyer: String,
    /// Citizen id or unified social credit code, checked.
    pub identity_number: String,
    /// The purchaser says after the sale that no local purchase limit bars him.
    pub undertaking: bool,
    pub confirmation_number: String,
    /// Of the 成交确认书, hexadecimal.
    pub confirmation_sha256: String,
}

impl Bundle {
    pub fn sale(&self) -> Option<&SaleFacts> {
        self.result.as_ref().and_then(|result| result.sale.as_ref())
    }
}
