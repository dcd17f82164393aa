//! Who may do what: accounts and sessions, the policy table, the shape of every use case, approval by several people.

pub mod account;
pub mod actor;
pub mod approval;
pub mod authentication;
mod ballot;
pub mod grant;
pub mod issuer;
mod keys;
pub mod link;
pub mod operation;
pub mod parameters;
pub mod password;
pub mod policy;
pub mod queue;
pub mod ratelimit;
mod role;
pub mod saved_filter;
mod scope;
pub mod services;
pub mod session;
pub mod token;

pub use actor::{Actor, Identity};
pub use operation::{Fact, Op, UseCase, run, run_as_system};
pub use policy::{Act, Role, Scope};
pub use queue::{Member, Queue, Together};
pub use services::Services;
