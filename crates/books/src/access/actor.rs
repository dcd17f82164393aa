//! The actor of a request: who it is and which roles it holds where.

use super::role::Role;
use crate::kernel::ids::{AccountId, CourtId, SessionId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    Anonymous,
    Account {
        id: AccountId,
        /// Real-name identity confirmed by a clerk (实名核验).
        verified: bool,
    },
    /// A job of the system, by its name.
    System(&'static str),
    /// Somebody with a shell on the server, using a command.
    Operator,
}

/// A role in one court; `court` is `None` for roles that belong to the person (bidder, party) and for staff of all
/// courts (inspectors, administrators of the installation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub court: Option<CourtId>,
}

#[derive(Clone, Debug)]
pub struct Actor {
    pub identity: Identity,
    pub grants: Vec<Grant>,
    pub session: Option<SessionId>,
}

impl Actor {
    pub fn anonymous() -> Actor {
        Actor { identity: Identity::Anonymous, grants: Vec::new(), session: None }
    }
    pub fn system(job: &'static str) -> Actor {
        Actor { identity: Identity::System(job), grants: Vec::new(), session: None }
    }
    pub fn operator() -> Actor {
        Actor { identity: Identity::Operator, grants: Vec::new(), session: None }
    }
    pub fn account(&self) -> Option<AccountId> {
        match self.identity {
            Identity::Account { id, .. } => Some(id),
            _ => None,
        }
    }
    /// Jobs and operators act for the installation itself.
    pub fn is_trusted(&self) -> bool {
        matches!(self.identity, Identity::System(_) | Identity::Operator)
    }
    /// As audit events and idempotency keys name the actor.
    pub fn name(&self) -> String {
        match self.identity {
            Identity::Anonymous => "anonymous".to_owned(),
            Identity::Account { id, .. } => format!("account:{}", id.uuid()),
            Identity::System(job) => format!("system:{job}"),
            Identity::Operator => "operator".to_owned(),
        }
    }
    /// Holds `role` in `court` (or in all courts).
    pub fn holds(&self, role: Role, court: CourtId) -> bool {
        self.grants.iter().any(|g| g.role == role && g.court.is_none_or(|c| c == court))
    }
}
