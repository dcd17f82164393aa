//! What every use case may reach: the database, the clock, the secrets, the calendar, the bus. Built once by `app`.

use super::{approval::Approvable, authentication::Auth};
use crate::{
    kernel::{clock::Clock, db::Db, erased::Erased, events::Bus, ids::NodeKind, keys::KeyRing, secret::Vault},
    law::calendar::Calendar,
};
use std::{collections::HashMap, ops::Deref, sync::Arc};

/// Shared by everything that runs; cheap to clone.
#[derive(Clone)]
pub struct Services(Erased<ServiceSet>);
impl Services {
    pub fn new(set: ServiceSet) -> Services {
        Services(Erased::new(set))
    }
}
impl Deref for Services {
    type Target = ServiceSet;
    fn deref(&self) -> &ServiceSet {
        &self.0
    }
}

/// The services one by one.
pub struct ServiceSet {
    pub db: Db,
    pub clock: Clock,
    /// Seals personal data and payloads, makes blind indexes.
    pub vault: Vault,
    /// Signing keys: tokens, receipts, checkpoints.
    pub keys: KeyRing,
    pub calendar: Arc<Calendar>,
    pub bus: Bus,
    /// Tokens, actors and rates as this process remembers them.
    pub auth: Auth,
    /// What may be approved, by kind; the rooms above register theirs in `app`.
    pub approvables: Arc<HashMap<NodeKind, Arc<dyn Approvable>>>,
}
