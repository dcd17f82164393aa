//! What the parts of a bundle say of each other.

use super::bundle::{Bundle, Registration};
use super::reader::Reader;
use crate::auction::DepositHolding;
use std::collections::HashSet;

impl Reader {
    /// What parts say of each other.
    pub(super) fn agree(&mut self, bundle: &Bundle) {
        let (mut references, mut codes, mut freezes) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (index, row) in bundle.registrations.iter().enumerate() {
            let path = format!("$.bundle.registrations[{index}]");
            self.agree_deposit(&format!("{path}.deposit"), bundle, row);
            if row.freeze.as_ref().is_some_and(|freeze| !freezes.insert(freeze.reference.as_str())) {
                self.issue::<()>(format!("{path}.deposit.freeze.reference"), "stands twice");
            }
            if !references.insert(row.reference.as_str()) {
                self.issue::<()>(format!("{path}.reference"), "stands twice");
            }
            let Some(code) = row.bidder_code.as_deref() else { continue };
            if bundle.result.is_none() {
                self.issue::<()>(
                    format!("{path}.bidderCode"),
                    "no code beside a name before the end (网拍规定 第18条)",
                );
            }
            if !codes.insert(code) {
                self.issue::<()>(format!("{path}.bidderCode"), "stands twice");
            }
        }
        if bundle.result.is_none() && !bundle.bids.is_empty() {
            self.issue::<()>("$.bundle.bids", "come with the result");
        }
        for (index, bid) in bundle.bids.iter().enumerate() {
            if !codes.contains(bid.bidder_code.as_str()) {
                self.issue::<()>(format!("$.bundle.bids[{index}].bidderCode"), "of no registration");
            }
        }
        let Some(sale) = bundle.sale() else { return };
        let buyer = bundle.registrations.iter().find(|row| row.reference == sale.buyer);
        match buyer {
            None => self.issue("$.bundle.result.buyer.reference", "of no registration"),
            Some(row) if row.bidder_code.is_none() => {
                self.issue("$.bundle.result.buyer.reference", "its registration has no bidder code")
            }
            Some(row) if !bundle.bids.iter().any(|bid| Some(&bid.bidder_code) == row.bidder_code.as_ref()) => {
                self.issue("$.bundle.result.buyer.reference", "made no bid")
            }
            Some(_) => None::<()>,
        };
    }

    /// What the provider says that it did with a deposit fits the deposit and the sale.
    fn agree_deposit(&mut self, path: &str, bundle: &Bundle, row: &Registration) {
        let platform = row.holding == DepositHolding::Platform;
        if platform && row.deposit > bundle.notice.starting_price {
            self.issue::<()>(format!("{path}.amount"), "above the starting price");
        }
        if let Some(freeze) = &row.freeze {
            if !platform || row.deposit.is_zero() {
                self.issue::<()>(format!("{path}.freeze"), "stands with a deposit that is due on the PLATFORM alone");
            }
            if freeze.at > bundle.issued_at {
                self.issue::<()>(format!("{path}.freeze.at"), "not after issuedAt");
            }
        }
        let Some(release) = &row.release else { return };
        let (Some(freeze), Some(result)) = (&row.freeze, &bundle.result) else {
            self.issue::<()>(format!("{path}.release"), "stands with a freeze and with the result alone");
            return;
        };
        if release.at > bundle.issued_at || release.at < result.ended_at || release.at < freeze.at {
            self.issue::<()>(format!("{path}.release.at"), "after the freeze and the end, not after issuedAt");
        }
        if result.sale.as_ref().is_some_and(|sale| sale.buyer == row.reference) {
            self.issue::<()>(format!("{path}.release"), "the purchaser's deposit is transferred to the court");
        }
    }
}
