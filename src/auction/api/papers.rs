//! Papers of agents and joint bidders: opened for their own bidder and, on record, for the qualification clerk.

use crate::access::Act;
use crate::auction::BidderAgentAct;
use crate::auction::store::bidder_person::Person;
use crate::auction::store::{bidder_papers, bidder_person, joint_purchaser, registration};
use crate::graphql::caller::{scope, services};
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::query::Fetch;
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::EntityTrait;

/// What an agent or joint bidders handed in, opened.
pub struct BidderPapers {
    row: bidder_papers::Model,
    revoked_at: Option<Timestamp>,
    persons: Vec<(bidder_person::Model, Person)>,
    agent_name: Option<String>,
}
impl BidderPapers {
    /// The papers of a registration. Whoever asks has shown that he may see them.
    pub(super) async fn of(ctx: &Context<'_>, id: RegistrationId) -> Result<Option<BidderPapers>, Problem> {
        let services = services(ctx)?;
        let reader = services.db.reader();
        let Some(row) = bidder_papers::of_registration(&reader, id).await? else { return Ok(None) };
        let registered = registration::Entity::find_by_id(id).first(&reader).await?;
        let revoked_at = registered.and_then(|registered| registered.power_revoked_at);
        let mut persons = Vec::new();
        for person in bidder_person::of_registration(&reader, id).await? {
            let opened = person.opened(&services.vault)?;
            persons.push((person, opened));
        }
        let agent_name = match &row.agent_name_sealed {
            Some(sealed) => Some(services.vault.open(bidder_papers::agent_place(id), sealed)?.expose().clone()),
            None => None,
        };
        Ok(Some(BidderPapers { row, revoked_at, persons, agent_name }))
    }
    /// For the clerk of the court, whose opening has just been recorded.
    pub(super) async fn opened(ctx: &Context<'_>, id: &RegistrationId) -> Result<Option<BidderPapers>, Problem> {
        let courts = scope(ctx, Act::OpenBidderPapers)?;
        let papers = BidderPapers::of(ctx, *id).await?;
        Ok(papers.filter(|papers| courts.allows_court(papers.row.court_id)))
    }
}

/// What was handed in to bid for others or with others (委托、共同竞买手续).
#[Object]
impl BidderPapers {
    /// All for whom the registration bids; each answers for the whole price (竞买人).
    async fn bidders(&self) -> Vec<BidderPerson> {
        let shown = |(row, person): &(bidder_person::Model, Person)| BidderPerson {
            name: person.name.clone(),
            masked_identity_number: person.mask.clone(),
            share_parts: row.share_parts,
            pays_deposit: row.pays_deposit,
        };
        self.persons.iter().map(shown).collect()
    }
    /// The agreement of joint bidders (共同竞买协议).
    async fn agreement(&self) -> Option<&str> {
        self.row.agreement.as_deref()
    }
    /// Who bids for them and is none of them (委托代理人).
    async fn agent(&self) -> Option<BidderAgent> {
        let row = &self.row;
        Some(BidderAgent {
            name: self.agent_name.clone()?,
            acts: row.acts(),
            valid_from: Date(row.valid_from?),
            until: Date(row.until?),
            document: row.power_document.clone()?,
            revoked_at: self.revoked_at,
            revocation: row.revocation.clone(),
        })
    }
    /// When the qualification clerk confirmed them; null: nobody bids by them yet (确认时间).
    async fn confirmed_at(&self) -> Option<Timestamp> {
        self.row.confirmed_at
    }
    /// When they were handed in (提交时间).
    async fn filed_at(&self) -> Timestamp {
        self.row.recorded_at
    }
}

/// One of those for whom a registration bids (竞买人).
#[derive(SimpleObject)]
pub struct BidderPerson {
    /// Name as in the identity document or business licence (姓名或者名称).
    name: String,
    /// Citizen id with its middle hidden, or unified social credit code (证件号码).
    masked_identity_number: String,
    /// His parts of the parts of all; null where they own jointly without shares (份额).
    share_parts: Option<i32>,
    /// The deposit comes from an account in his name (保证金交纳人).
    pays_deposit: bool,
}

/// The agent with his power of attorney (委托代理人).
#[derive(SimpleObject)]
pub struct BidderAgent {
    /// The agent's verified name (姓名或者名称).
    name: String,
    /// The acts that the power names (委托权限).
    acts: Vec<BidderAgentAct>,
    /// First day of the power (授权起始日期).
    valid_from: Date,
    /// Last day of the power (授权届满日期).
    until: Date,
    /// The power of attorney (授权委托书).
    document: String,
    /// From when on his bids are refused, since a principal took the power back; earlier ones stand (撤销委托时间).
    revoked_at: Option<Timestamp>,
    /// The principal's letter that took it back (撤销委托书).
    revocation: Option<String>,
}

/// One of those who bought a lot together (共同买受人). Public.
#[derive(SimpleObject)]
pub struct JointPurchaser {
    /// His real name (姓名或者名称).
    name: String,
    /// His parts of the parts of all; null where they own jointly without shares (份额).
    share_parts: Option<i32>,
}

/// Those who bought a lot together; nobody where one bought it.
pub(super) async fn purchasers(ctx: &Context<'_>, lot: LotId) -> Result<Vec<JointPurchaser>, Problem> {
    let rows = joint_purchaser::of_lot(&services(ctx)?.db.reader(), lot).await?;
    Ok(rows.into_iter().map(|row| JointPurchaser { name: row.name, share_parts: row.share_parts }).collect())
}
