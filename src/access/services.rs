//! What every use case may reach: the database, the clock, the secrets, the calendar, the bus. Built once by `app`.

use super::approval::Approvable;
use crate::{
    kernel::{clock::Clock, db::Db, events::Bus, ids::NodeKind, keys::KeyRing, secret::Vault},
    law::calendar::Calendar,
};
use std::{collections::HashMap, sync::Arc};

#[derive(Clone)]
pub struct Services {
    pub db: Db,
    pub clock: Clock,
    /// Seals personal data and payloads, makes blind indexes.
    pub vault: Vault,
    /// Signing keys: tokens, receipts, checkpoints.
    pub keys: KeyRing,
    pub calendar: Arc<Calendar>,
    pub bus: Bus,
    /// What may be approved, by kind; the rooms above register theirs in `app`.
    pub approvables: Arc<HashMap<NodeKind, Arc<dyn Approvable>>>,
}
