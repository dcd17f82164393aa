//! Use cases of the room: draft, serve, object, resolve, carry out.

mod deposit;
mod draft;
mod drop;
mod elements;
mod finalise;
mod objection;
mod service;

pub use deposit::DepositPlanLineInput;
pub use draft::DraftDistributionPlanInput;
pub use drop::drop_held_lines;
pub use elements::{DistributionElementsInput, PlanClaimInput, PlanCostInput, PlanRentInput, PlanTaxInput};
pub use finalise::{FinalisePlanInput, mark_payable, purpose};
pub use objection::{ObjectToPlanInput, ResolveObjectionInput};
pub use service::{OBJECTION_TERMS, PlanServiceInput, ServePlanInput};
