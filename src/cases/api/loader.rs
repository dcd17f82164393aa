//! Rows of cases that other fields ask for.

use crate::{
    access::Act,
    cases::store::{self, agent_paper, case, claim, court, fee_arrears, measure, party, payee, satisfaction},
    graphql::loader::Rows,
    kernel::{
        error::Problem,
        ids::{CaseId, ClaimId, CourtId, PartyId, PayeeId},
        query::Fetch as _,
    },
    load_rows,
};
use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;

/// Cases that the caller may see: the others are not there.
#[async_trait::async_trait]
impl Loader<CaseId> for Rows {
    type Value = case::Model;
    type Error = Problem;
    async fn load(&self, keys: &[CaseId]) -> Result<HashMap<CaseId, case::Model>, Problem> {
        let scope = self.scope(Act::ReadCase)?;
        let among = case::Column::Id.is_in(keys.iter().copied());
        let found = case::Entity::find().filter(among).filter(store::visible(&scope)).list(&self.reader()).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }
}

load_rows! {
    CourtId => court;
    PartyId => party;
    ClaimId => claim;
    PayeeId => payee;
    PartiesOf(CaseId) => party by CaseId, case_id;
    ClaimsOf(CaseId) => claim by CaseId, case_id;
    MeasuresOf(CaseId) => measure by CaseId, case_id;
    FeeArrearsOf(CaseId) => fee_arrears by CaseId, case_id;
    PayeesOf(PartyId) => payee by PartyId, party_id;
    AgentPapersOf(PartyId) => agent_paper by PartyId, party_id;
    SatisfactionsOf(ClaimId) => satisfaction by ClaimId, claim_id;
}
