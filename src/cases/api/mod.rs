//! Cases in the graph.

mod account;
mod agent;
mod bankruptcy;
mod case;
mod claim;
mod court;
mod loader;
mod measure;
mod mutation;
mod order;
mod party;
mod priority;
mod query;
mod restriction;

pub use account::CaseAccount;
pub use agent::{AgentMutation, AgentPaper};
pub use bankruptcy::Bankruptcy;
pub use case::{Case, CaseConnection, CaseFilter};
pub use claim::{Claim, Satisfaction};
pub use court::{Court, CourtBankAccount, CourtConnection, CourtFilter};
pub use measure::{FeeArrears, MeasureConnection, MeasureFilter, PreservationMeasure, measures};
pub use mutation::CasesMutation;
pub use order::{CaseOrder, CaseOrderMutation, FeeRelief};
pub use party::{CaseParty, Payee, PayeeCorrection};
pub use priority::PriorityMutation;
pub use query::CasesQuery;
pub use restriction::{ConsumptionRestriction, RestrictionMutation};

use super::store;
use crate::{
    access::Act,
    graphql::{caller::scope, loader::row},
    kernel::{
        error::Problem,
        ids::{CaseId, CourtId},
    },
};
use async_graphql::Context;

/// The case behind one of its parts, when the caller may see it: a part of a foreign case is not there.
async fn visible_case(ctx: &Context<'_>, id: CaseId) -> Result<Option<store::case::Model>, Problem> {
    // the anonymous hear so before anything is read
    scope(ctx, Act::ReadCase)?;
    row(ctx, id).await
}

async fn load_court(ctx: &Context<'_>, id: CourtId) -> Result<Court, Problem> {
    row(ctx, id).await?.map(Court).ok_or_else(|| Problem::internal("a row of no court"))
}
