//! Agents' papers: their table, finders, and whether they cover an act.

use crate::kernel::query::Fetch;
use crate::{
    cases::{AgentAct, AgentPaperStatus, rules::agent as rules},
    kernel::{
        clock::LegalDate,
        error::{Failure, Problem},
        ids::{AgentPaperId, PartyId},
    },
};
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};

pub mod agent_paper {
    use crate::{
        cases::{AgentAct, AgentAuthority, AgentKind, AgentPaperStatus},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AgentPaperId, CaseId, CourtId, PartyId},
            secret::{Place, Sealed},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agent_paper")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AgentPaperId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub party_id: PartyId,
        pub status: AgentPaperStatus,
        pub kind: AgentKind,
        pub name: String,
        pub identity_sealed: Option<Sealed>,
        pub identity_mask: Option<String>,
        pub authority: AgentAuthority,
        pub may_receive: bool,
        pub may_waive: bool,
        pub may_settle: bool,
        pub valid_from: LegalDate,
        pub until: LegalDate,
        pub document: String,
        pub licence: Option<String>,
        pub letter: Option<String>,
        pub relation: Option<String>,
        pub revoked_on: Option<LegalDate>,
        pub revoked_at: Option<Timestamp>,
        pub end_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        /// The acts that it names.
        pub fn acts(&self) -> Vec<AgentAct> {
            AgentAct::ALL.iter().copied().filter(|act| self.names(*act)).collect()
        }
        pub const fn names(&self, act: AgentAct) -> bool {
            match act {
                AgentAct::ReceiveMoney => self.may_receive,
                AgentAct::Waive => self.may_waive,
                AgentAct::Settle => self.may_settle,
            }
        }
    }

    pub const fn identity_place(id: AgentPaperId) -> Place {
        Place::new("agent_paper", id.uuid(), "identity_sealed")
    }
}

pub async fn agent_paper(conn: &impl ConnectionTrait, id: AgentPaperId) -> Result<Option<agent_paper::Model>, Problem> {
    Ok(agent_paper::Entity::find_by_id(id).first(conn).await?)
}
/// Papers of a party's agents, the first ones first.
pub async fn agent_papers_of(conn: &impl ConnectionTrait, party: PartyId) -> Result<Vec<agent_paper::Model>, Problem> {
    let of_party = agent_paper::Entity::find().filter(agent_paper::Column::PartyId.eq(party));
    Ok(of_party.order_by_asc(agent_paper::Column::Id).list(conn).await?)
}
/// Agents that a party has on `day` or will have.
pub async fn count_agents(conn: &impl ConnectionTrait, party: PartyId, day: LegalDate) -> Result<usize, Problem> {
    let papers = agent_papers_of(conn, party).await?;
    let standing = |paper: &&agent_paper::Model| paper.status == AgentPaperStatus::InForce && paper.until >= day;
    Ok(papers.iter().filter(standing).count())
}

/// The papers by which an agent does `act` for `party` on `day`.
///
/// # Errors
/// `NOT_FOUND` for papers of somebody else's agent, `AGENT_NOT_AUTHORISED`.
pub async fn authorised_agent(
    conn: &impl ConnectionTrait,
    (id, party): (AgentPaperId, PartyId),
    act: AgentAct,
    day: LegalDate,
) -> Result<agent_paper::Model, Failure> {
    let row = agent_paper(conn, id).await?.filter(|row| row.party_id == party);
    let row = row.ok_or_else(|| Failure::not_found("agentPaper"))?;
    let paper =
        rules::Paper { status: row.status, valid_from: row.valid_from, until: row.until, names: row.names(act) };
    rules::decide_act(paper, act, day)?;
    Ok(row)
}

/// Money goes to this account today: an agent's needs papers in force that name the receiving of money. Asked when an
/// order is drafted, submitted, approved and paid, when its money is given to the bank and when the bank's file is
/// written.
///
/// # Errors
/// `AGENT_NOT_AUTHORISED`.
pub async fn decide_agent_account(
    conn: &impl ConnectionTrait,
    payee: &super::payee::Model,
    day: LegalDate,
) -> Result<(), Failure> {
    match payee.agent_paper_id {
        Some(id) => authorised_agent(conn, (id, payee.party_id), AgentAct::ReceiveMoney, day).await.map(|_| ()),
        None => Ok(()),
    }
}
