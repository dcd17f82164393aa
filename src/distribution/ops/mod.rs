//! Use cases of the room: draft, serve, object, resolve, carry out.

mod draft;
mod finalise;
mod objection;
mod service;

pub use draft::{DraftDistributionPlanInput, PlanClaimInput, PlanCostInput, PlanRentInput, PlanTaxInput};
pub use finalise::{FinalisePlanInput, mark_payable, purpose};
pub use objection::{ObjectToPlanInput, ResolveObjectionInput};
pub use service::{PlanServiceInput, ServePlanInput};
