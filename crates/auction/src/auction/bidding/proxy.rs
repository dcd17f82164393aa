//! What sealed maxima answer to the bids of a batch (代理出价): decided and written like any bid, right behind the one
//! that provoked it, with its arrival. Nothing is read for lots that are sold without proxy bidding.

use super::BidCommand;
use super::batch::{Open, decide};
use super::intake::Admission;
use super::write::Decision;
use crate::access::Services;
use crate::auction::rules::proxy::{ProxyOffer, next_bid};
use crate::auction::rules::revision::check_acknowledged;
use crate::auction::store::proxy_bid;
use crate::auction::store::registration::{self, Entrant};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{AttemptId, LotId, RegistrationId};
use crate::kernel::money::Money;
use std::collections::{BTreeMap, HashMap};

/// A maximum in force with the bidder whose it is.
struct Proxy {
    owner: Entrant,
    maximum: Money,
}
impl Proxy {
    /// What may be bid for him now: he is still qualified, has read the corrections and is no priority purchaser.
    fn offer(&self, revision: i32) -> Option<ProxyOffer> {
        let bidder = self.owner.bidder();
        let may = bidder.qualified && !bidder.barred && bidder.priority_rank.is_none();
        let read = check_acknowledged(revision, self.owner.acknowledged_revision).is_ok();
        (may && read).then_some(ProxyOffer { registration: bidder.registration, amount: self.maximum })
    }
}

/// The maxima in force on the lots of a batch, by lot in the order in which they were set.
pub(super) struct Proxies(HashMap<LotId, Vec<Proxy>>);

impl Proxies {
    /// Under the locks of the lots: a maximum is set and withdrawn under the same ones.
    #[boxed]
    pub async fn of(tx: &Tx, services: &Services, lots: &BTreeMap<LotId, Open>) -> Result<Proxies, Problem> {
        let lots: Vec<LotId> =
            lots.iter().filter(|(_, open)| open.parameters.proxy_bidding).map(|(id, _)| *id).collect();
        let mut proxies: HashMap<LotId, Vec<Proxy>> = HashMap::new();
        if lots.is_empty() {
            return Ok(Proxies(proxies));
        }
        let rows = proxy_bid::in_force(tx, lots).await?;
        let ids: Vec<RegistrationId> = rows.iter().map(|row| row.registration_id).collect();
        let mut owners = registration::entrants(tx, ids).await?;
        for row in rows {
            let owner = owners.remove(&row.registration_id);
            let owner = owner.ok_or_else(|| Problem::internal("a maximum without its registration"))?;
            let maximum = row.opened(&services.vault)?.maximum;
            proxies.entry(row.lot_id).or_default().push(Proxy { owner, maximum });
        }
        Ok(Proxies(proxies))
    }

    /// Adds what the maxima answer to `bid`, the last of `decisions`.
    pub fn answer(
        &self,
        bid: &BidCommand,
        open: &mut Open,
        decisions: &mut Vec<Decision>,
        at: (Timestamp, Admission),
    ) -> Result<(), Failure> {
        let Some(proxies) = self.0.get(&bid.lot) else { return Ok(()) };
        let Some(provoking) = decisions.last().filter(|last| last.refusal.is_none()).map(|last| last.sequence) else {
            return Ok(());
        };
        let revision = open.row.revision;
        let offers: Vec<ProxyOffer> = proxies.iter().filter_map(|proxy| proxy.offer(revision)).collect();
        while let Some(next) = next_bid(&open.state, &offers) {
            let id = RegistrationId::from_uuid(next.registration);
            let owner = proxies.iter().map(|proxy| &proxy.owner).find(|owner| owner.id == id);
            let mut decision = decide(&bid.answer(id, next.amount), AttemptId::new(at.0), open, owner, at)?;
            (decision.provoked_by, decision.asked) = (Some(provoking), None);
            let refused = decision.refusal.is_some();
            decisions.push(decision);
            if refused {
                // on record with its reason; the sale goes on without it
                break;
            }
        }
        Ok(())
    }
}
