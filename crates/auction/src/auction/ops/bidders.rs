//! For whom a registration bids: the account's holder himself, or by papers others and several (委托竞买、共同竞买;
//! 网拍规定 14). All of them are screened; papers wait for the qualification clerk whatever the screening says.

use super::default::refuse_defaulter;
use crate::access::{Op, account};
use crate::auction::rules::papers::{
    NewAgent, NewBidder, NewPapers, Terms, decide_count, decide_in_time, decide_papers,
};
use crate::auction::store::bidder_person::Person;
use crate::auction::store::{barred_person, bidder_papers, bidder_person, lot, lot_bidder, registration};
use crate::auction::{BidderAgentAct, LotCategory};
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::identity::name::comparison_key;
use crate::kernel::identity::{CitizenId, Name, Uscc};
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::{self, BlindIndex, IDENTITY_INDEX, Place, Secret, Vault, mask};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// What is handed in to bid for others, or with others (委托竞买、共同竞买手续). It counts once the qualification clerk has
/// confirmed it before bidding starts; the money goes back to the paying account alone.
#[derive(InputObject, Serialize)]
pub struct BidderPapersInput {
    /// All for whom you bid, 1 to 20, yourself among them unless you are their agent; each answers for the whole price
    /// (竞买人).
    pub bidders: Vec<BidderPersonInput>,
    /// Of two or more: their signed agreement on who bids for all, the shares, and that each answers for the whole price;
    /// number or title (共同竞买协议).
    pub agreement: Option<String>,
    /// When you are none of them: their power of attorney (委托代理手续).
    pub agent: Option<BidderAgentInput>,
}

/// One of those for whom a registration bids (竞买人). Sealed before the end as all bidders are.
#[derive(InputObject, Serialize)]
pub struct BidderPersonInput {
    /// Name as in the identity document or business licence; named on the confirmation of sale (姓名或者名称).
    pub name: String,
    /// Citizen id or unified social credit code; kept encrypted (证件号码).
    #[serde(serialize_with = "secret::as_digest")]
    pub identity_number: Secret<String>,
    /// His parts of the parts of all, 1 to 1000000: 3 and 2 are three and two fifths. Of each of several or of none; then
    /// they own by what each paid, in doubt equally (份额; 民法典 309).
    pub share_parts: Option<i32>,
    /// The deposit comes from an account in his name; of exactly one (保证金交纳人).
    #[graphql(default)]
    pub pays_deposit: bool,
    /// He is not barred by local purchase limits, and knows that the sale is void if he is (购房资格承诺).
    #[graphql(default)]
    pub undertaking: bool,
}

/// The power of attorney of the account that registers (授权委托书).
#[derive(InputObject, Serialize)]
pub struct BidderAgentInput {
    /// The acts that it names, each once, BID among them (委托权限).
    pub acts: Vec<BidderAgentAct>,
    /// First day of the power, not after the day of the start (授权起始日期).
    pub valid_from: Date,
    /// Last day of the power, after the day of the announced end, since late bids move the end (授权届满日期).
    pub until: Date,
    /// The power of attorney, signed by all bidders: number or title (授权委托书).
    pub document: String,
}

/// For whom a registration is made, and what that brings with it.
pub(super) struct Entry {
    /// As the confirmation of sale would name the purchaser.
    pub name: String,
    /// Why a clerk must look at it.
    pub review: Option<String>,
    /// Whose claim as the applicant reduces the deposit: the holder's own. That of one for whom he bids does once the
    /// papers are confirmed (`papers::confirm`): before, the amount would tell anybody who the applicant is.
    pub claimant: Option<BlindIndex>,
    pub undertaking: bool,
    /// None: the account's holder bids for himself.
    pub papers: Option<Papers>,
}

/// Papers that were read and are in order.
pub(super) struct Papers {
    persons: Vec<NewPerson>,
    agreement: Option<String>,
    agent: Option<Agent>,
    /// What [`screen`] found.
    screening: Option<String>,
}
struct NewPerson {
    person: Person,
    identity: BlindIndex,
    terms: NewBidder,
}
struct Agent {
    name: String,
    document: String,
    may_undertake: bool,
    valid_from: LegalDate,
    until: LegalDate,
}

/// The holder bids for himself alone.
#[boxed]
pub(super) async fn himself(
    op: &Op<'_>,
    sale: &lot::Model,
    name: &str,
    identity: BlindIndex,
    undertaking: bool,
) -> Result<Entry, Failure> {
    if sale.purchase_restricted && !undertaking {
        let missing = Refusal::new(RefusalCode::UndertakingMissing).law(&reference::HOUSE_BIDDER_2);
        return Err(missing.field("undertaking").into());
    }
    refuse_defaulter(op, sale.id, &identity).await?;
    let review = screened(op, sale, &identity).await?;
    Ok(Entry { name: name.to_owned(), review, claimant: Some(identity), undertaking, papers: None })
}

/// Why the clerk must look at one who is to buy: he is tied to this property's disposal, or may not buy real estate
/// while his consumption is restricted (限高规定 3).
#[boxed]
async fn screened(op: &Op<'_>, sale: &lot::Model, identity: &BlindIndex) -> Result<Option<String>, Failure> {
    let barred = barred_person::reason(op.tx, sale.court_id, sale.id, identity).await?;
    let restricted = sale.category == LotCategory::Immovable && cases::is_restricted(op.tx, identity).await?;
    let restricted = restricted.then(|| "被限制消费，不得购买不动产".to_owned());
    let reasons: Vec<String> = barred.into_iter().chain(restricted).collect();
    Ok((!reasons.is_empty()).then(|| reasons.join("；")))
}

/// The holder of the account, called `name`, bids by papers.
///
/// # Errors
/// Those of [`decide_papers`] and of the numbers; BIDDER_NAME_MISMATCH for the holder's own name; BIDDER_BARRED when he
/// himself may not take part again, for others neither.
#[boxed]
pub(super) async fn by_papers(
    op: &Op<'_>,
    sale: &lot::Model,
    given: &BidderPapersInput,
    name: &str,
    holder: BlindIndex,
) -> Result<Entry, Failure> {
    let (starts_at, ends_at) = sale.starts_at.zip(sale.effective_end_at).ok_or_else(|| Failure::not_found("lot"))?;
    decide_in_time(op.now, starts_at, "papers")?;
    let terms = Terms {
        starts_on: starts_at.legal_date(),
        ends_on: ends_at.legal_date(),
        purchase_restricted: sale.purchase_restricted,
    };
    let mut papers = given.read(&op.services.vault, name, &holder, &terms, op.now.legal_date())?;
    refuse_defaulter(op, sale.id, &holder).await?;
    papers.screening = screen(op, sale, &papers, &holder).await?;
    let kind = if papers.persons.len() > 1 { "共同竞买手续待确认" } else { "委托竞买手续待确认" };
    let names: Vec<_> = papers.persons.iter().map(|new| new.person.name.as_str()).collect();
    Ok(Entry {
        name: names.join("、"),
        review: Some(kind.to_owned()),
        claimant: None,
        undertaking: papers.persons.iter().all(|new| new.terms.undertaking),
        papers: Some(papers),
    })
}

/// What the clerk must look into besides the papers: who is barred, who has defaulted before, whose verified account
/// bears another name. The caller is not told: he may have typed a stranger's number to learn it.
#[boxed]
async fn screen(
    op: &Op<'_>,
    sale: &lot::Model,
    papers: &Papers,
    holder: &BlindIndex,
) -> Result<Option<String>, Failure> {
    let mut found = Vec::new();
    for new in &papers.persons {
        let who = format!("第{}竞买人", new.person.ordinal);
        if let Some(reason) = screened(op, sale, &new.identity).await? {
            found.push(format!("{who}：{reason}"));
        }
        match refuse_defaulter(op, sale.id, &new.identity).await {
            Ok(()) => {}
            Err(Failure::Refused(_)) => found.push(format!("{who}：曾悔拍或者未获批准，不得再次竞买")),
            Err(problem) => return Err(problem),
        }
        let own = comparison_key(&new.person.name);
        let verified = account::verified_names(op.tx, &new.identity).await?;
        if verified.iter().any(|name| comparison_key(name) != own) {
            found.push(format!("{who}：姓名或者名称与其实名账户不一致"));
        }
    }
    if papers.agent.is_some()
        && let Some(reason) = barred_person::reason(op.tx, sale.court_id, sale.id, holder).await?
    {
        found.push(format!("代理人：{reason}"));
    }
    Ok((!found.is_empty()).then(|| found.join("；")))
}

impl BidderPapersInput {
    fn read(
        &self,
        vault: &Vault,
        name: &str,
        holder: &BlindIndex,
        terms: &Terms,
        today: LegalDate,
    ) -> Result<Papers, Refusal> {
        decide_count(self.bidders.len())?;
        let given = (1..).zip(&self.bidders);
        let persons: Vec<_> = given.map(|(at, person)| person.read(vault, at, today)).collect::<Result<_, _>>()?;
        let agreement = text::checked_option("papers.agreement", self.agreement.as_deref(), SHORT)?;
        let agent = self.agent.as_ref().map(|agent| agent.read(name)).transpose()?;
        let bidders: Vec<_> = persons.iter().map(|new| new.terms).collect();
        let new = NewPapers {
            bidders: &bidders,
            distinct: !twice(&persons),
            caller_bids: persons.iter().any(|new| new.identity == *holder),
            has_agreement: agreement.is_some(),
            agent: self.agent.as_ref().map(|agent| NewAgent {
                acts: &agent.acts,
                valid_from: agent.valid_from.0,
                until: agent.until.0,
            }),
        };
        decide_papers(&new, terms)?;
        // in whose name he was verified he bids, and in no other (网拍规定 17)
        let own = persons.iter().find(|new| new.identity == *holder);
        if own.is_some_and(|own| comparison_key(&own.person.name) != comparison_key(name)) {
            let other = Refusal::new(RefusalCode::BidderNameMismatch).law(&reference::NETAUCTION_17);
            return Err(other.field("papers.bidders.name"));
        }
        Ok(Papers { persons, agreement, agent, screening: None })
    }
}

impl BidderPersonInput {
    fn read(&self, vault: &Vault, ordinal: i32, today: LegalDate) -> Result<NewPerson, Refusal> {
        let name = Name::parse(&self.name).map_err(|error| Refusal::from(error).field("papers.bidders.name"))?;
        let known = KnownNumber::parse(self.identity_number.expose(), today);
        let known = known.map_err(|refusal| refusal.field("papers.bidders.identityNumber"))?;
        let identity = vault.blind_index(IDENTITY_INDEX, &known.number);
        let person = Person { ordinal, name: name.as_str().to_owned(), number: known.number, mask: known.mask };
        let terms =
            NewBidder { share_parts: self.share_parts, pays_deposit: self.pays_deposit, undertaking: self.undertaking };
        Ok(NewPerson { person, identity, terms })
    }
}

impl BidderAgentInput {
    fn read(&self, name: &str) -> Result<Agent, Refusal> {
        Ok(Agent {
            name: name.to_owned(),
            document: text::checked("papers.agent.document", &self.document, SHORT)?,
            may_undertake: self.acts.contains(&BidderAgentAct::Undertake),
            valid_from: self.valid_from.0,
            until: self.until.0,
        })
    }
}

/// Is somebody named more than once?
fn twice(persons: &[NewPerson]) -> bool {
    let again = |(at, new): (usize, &NewPerson)| persons.iter().take(at).any(|other| other.identity == new.identity);
    persons.iter().enumerate().any(again)
}

/// A citizen id or unified social credit code in its one spelling, with what may be shown of it.
pub(super) struct KnownNumber {
    pub number: String,
    pub mask: String,
}
impl KnownNumber {
    /// # Errors
    /// CITIZEN_ID_INVALID when it is neither.
    pub fn parse(text: &str, today: LegalDate) -> Result<KnownNumber, Refusal> {
        match CitizenId::parse(text, today) {
            Ok(id) => Ok(KnownNumber { number: id.expose().to_owned(), mask: mask::citizen_id(&id) }),
            Err(error) => match Uscc::parse(text) {
                Ok(code) => Ok(KnownNumber { number: code.as_str().to_owned(), mask: code.as_str().to_owned() }),
                Err(_) => Err(error.into()),
            },
        }
    }
}

/// What finds a person among those who bid on one lot, and nowhere else.
pub(super) fn person_index(vault: &Vault, lot: LotId, identity: &BlindIndex) -> BlindIndex {
    let value = format!("{}|{}", lot.uuid(), hex::encode(identity.as_bytes()));
    vault.blind_index("lot_bidder.person_index", &value)
}

/// A person bids on a lot by one registration (网拍规定 18).
///
/// # Errors
/// ALREADY_EXISTS.
#[boxed]
pub(super) async fn claim(
    op: &Op<'_>,
    row: &registration::Model,
    identity: &BlindIndex,
    field: &'static str,
) -> Result<(), Failure> {
    let index = person_index(&op.services.vault, row.lot_id, identity);
    if lot_bidder::claim(op.tx, row, index).await? {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::AlreadyExists).law(&reference::NETAUCTION_18).field(field).into())
}

impl Entry {
    /// Keeps for whom the new registration bids. Who bids for himself is known from now on; those whom papers name from
    /// the confirmation, so that nobody shuts another out by naming him.
    #[boxed]
    pub(super) async fn keep(self, op: &Op<'_>, row: &registration::Model) -> Result<(), Failure> {
        match (self.papers, self.claimant) {
            (Some(papers), _) => papers.keep(op, row).await,
            (None, Some(identity)) => claim(op, row, &identity, "lot").await,
            (None, None) => Ok(()),
        }
    }
    /// How many bid, and whether by an agent: what the audit log keeps.
    pub(super) fn facts(&self) -> (usize, bool) {
        let papers = self.papers.as_ref();
        (papers.map_or(1, |papers| papers.persons.len()), papers.is_some_and(|papers| papers.agent.is_some()))
    }
}

impl Papers {
    #[boxed]
    async fn keep(self, op: &Op<'_>, row: &registration::Model) -> Result<(), Failure> {
        let vault = &op.services.vault;
        let agent = self.agent.as_ref();
        let seal = |place: Place, text: Option<&str>| text.map(|text| vault.seal(place, text)).transpose();
        let papers = bidder_papers::Model {
            registration_id: row.id,
            court_id: row.court_id,
            lot_id: row.lot_id,
            agreement_sealed: seal(bidder_papers::agreement_place(row.id), self.agreement.as_deref())?,
            agent_name_sealed: seal(bidder_papers::agent_place(row.id), agent.map(|agent| agent.name.as_str()))?,
            power_document_sealed: seal(
                bidder_papers::power_place(row.id),
                agent.map(|agent| agent.document.as_str()),
            )?,
            screening: self.screening,
            may_undertake: agent.is_some_and(|agent| agent.may_undertake),
            valid_from: agent.map(|agent| agent.valid_from),
            until: agent.map(|agent| agent.until),
            revocation_sealed: None,
            confirmed_at: None,
            recorded_at: op.now,
        };
        bidder_papers::insert(op.tx, papers).await?;
        for new in &self.persons {
            let plain = serde_json::to_vec(&new.person)?;
            let person = bidder_person::Model {
                registration_id: row.id,
                ordinal: new.person.ordinal,
                court_id: row.court_id,
                person_sealed: vault.seal_bytes(bidder_person::place(row.id), &plain)?,
                share_parts: new.terms.share_parts,
                pays_deposit: new.terms.pays_deposit,
            };
            bidder_person::insert(op.tx, person).await?;
        }
        Ok(())
    }
}
