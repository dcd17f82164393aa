//! Who may do what: accounts and sessions, the policy table, the shape of every use case, approval by several people.

pub mod actor;
pub mod approval;
pub mod approval_api;
pub mod operation;
pub mod policy;
pub mod services;

pub use actor::{Actor, Identity};
pub use operation::{Op, UseCase, run, run_as_system};
pub use policy::{Act, Role, Scope};
pub use services::Services;
