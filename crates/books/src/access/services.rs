//! What every use case may reach: the database, the clock, the secrets, the calendar, the bus. Built once by `app`.

use super::{approval::Approvable, authentication::Auth};
use crate::{
    kernel::{
        clock::Clock,
        db::Db,
        erased::Erased,
        events::Bus,
        ids::{CalendarNoticeId, NodeKind},
        keys::KeyRing,
        secret::Vault,
    },
    law::calendar::Calendar,
    paper::Typesetter,
};
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, PoisonError, RwLock},
};

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
    /// Read it by [`ServiceSet::calendar`].
    pub calendar: CalendarInForce,
    pub bus: Bus,
    /// The typeface for documents.
    pub paper: Typesetter,
    /// Tokens, actors and rates as this process remembers them.
    pub auth: Auth,
    /// What may be approved, by kind; the rooms above register theirs in `app`.
    pub approvables: Arc<HashMap<NodeKind, Arc<dyn Approvable>>>,
}
impl ServiceSet {
    /// The working-day calendar in force. Whoever counts keeps the one he got until he is done.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.calendar.current().0
    }
}

/// The calendar as this process knows it, with the approved notices that it was built from beside those that ship with
/// the program. The room `admin` exchanges it.
pub struct CalendarInForce(RwLock<(Arc<Calendar>, Vec<CalendarNoticeId>)>);
impl CalendarInForce {
    pub fn new(calendar: Calendar) -> CalendarInForce {
        CalendarInForce(RwLock::new((Arc::new(calendar), Vec::new())))
    }
    pub fn current(&self) -> (Arc<Calendar>, Vec<CalendarNoticeId>) {
        // a pair that is only ever exchanged whole is whole after a panic too
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn exchange(&self, calendar: Calendar, notices: Vec<CalendarNoticeId>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (Arc::new(calendar), notices);
    }
}
