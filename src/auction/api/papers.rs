//! Papers of agents and joint bidders: opened for their own bidder and, on record, for the qualification clerk.

use crate::access::Act;
use crate::auction::BidderAgentAct;
use crate::auction::store::bidder_person::Person;
use crate::auction::store::former_power::Power;
use crate::auction::store::{bidder_papers, bidder_person, former_power, joint_purchaser, registration};
use crate::graphql::caller::{scope, services};
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::secret::{Place, Sealed};
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::EntityTrait;

/// What an agent or joint bidders handed in, opened.
pub struct BidderPapers {
    row: bidder_papers::Model,
    revoked_at: Option<Timestamp>,
    persons: Vec<(bidder_person::Model, Person)>,
    agreement: Option<String>,
    agent_name: Option<String>,
    power_document: Option<String>,
    revocation: Option<String>,
    former: Vec<Power>,
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
        let mut former = Vec::new();
        for power in former_power::of_registration(&reader, id).await? {
            former.push(power.opened(&services.vault)?);
        }
        let open = |place: Place, sealed: &Option<Sealed>| match sealed {
            Some(sealed) => services.vault.open(place, sealed).map(|text| Some(text.expose().clone())),
            None => Ok(None),
        };
        let agreement = open(bidder_papers::agreement_place(id), &row.agreement_sealed)?;
        let agent_name = open(bidder_papers::agent_place(id), &row.agent_name_sealed)?;
        let power_document = open(bidder_papers::power_place(id), &row.power_document_sealed)?;
        let revocation = row.revocation(&services.vault)?;
        Ok(Some(BidderPapers { row, revoked_at, persons, agreement, agent_name, power_document, revocation, former }))
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
        self.agreement.as_deref()
    }
    /// Who bids for them and is none of them (委托代理人).
    async fn agent(&self) -> Option<BidderAgent> {
        let row = &self.row;
        Some(BidderAgent {
            name: self.agent_name.clone()?,
            acts: row.acts(),
            valid_from: Date(row.valid_from?),
            until: Date(row.until?),
            document: self.power_document.clone()?,
            revoked_at: self.revoked_at,
            revocation: self.revocation.clone(),
        })
    }
    /// The powers that another one took the place of, oldest first (原授权).
    async fn former_powers(&self) -> Vec<FormerPower> {
        let shown = |power: &Power| FormerPower {
            until: Date(power.until),
            document: power.document.clone(),
            revocation: power.revocation.clone(),
        };
        self.former.iter().map(shown).collect()
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
    /// His parts of the parts of all; null where none was agreed; then by what each paid, in doubt equally (份额).
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

/// A power of attorney that another one took the place of (原授权).
#[derive(SimpleObject)]
pub struct FormerPower {
    /// Its last day (授权届满日期).
    until: Date,
    /// The power of attorney (授权委托书).
    document: String,
    /// The principal's letter that took it back; null: it was prolonged (撤销委托书).
    revocation: Option<String>,
}

/// One of those who bought a lot together (共同买受人). Public.
#[derive(SimpleObject)]
pub struct JointPurchaser {
    /// His real name (姓名或者名称).
    name: String,
    /// His parts of the parts of all; null where none was agreed; then by what each paid, in doubt equally (份额).
    share_parts: Option<i32>,
}

/// Those who bought a lot together; nobody where one bought it.
pub(super) async fn purchasers(ctx: &Context<'_>, lot: LotId) -> Result<Vec<JointPurchaser>, Problem> {
    let rows = joint_purchaser::of_lot(&services(ctx)?.db.reader(), lot).await?;
    Ok(rows.into_iter().map(|row| JointPurchaser { name: row.name, share_parts: row.share_parts }).collect())
}
