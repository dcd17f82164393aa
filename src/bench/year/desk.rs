//! The court of the year: an installation, its people with their tokens, and how they agree to a thing.

use super::{
    super::site::{Answer, Site},
    market,
};
use crate::{
    access::Role, cases::store::bank_account, config::Config, demo::BEGINNING, demo::client::StoryError,
    kernel::ids::CourtId, ledger::Book,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

const COURT: &str = "湘0102";

pub struct Desk {
    pub site: Site,
    pub court: CourtId,
    pub officer: String,
    pub administrator: String,
    chief: String,
    president: String,
    pub finance: String,
    pub cashier: String,
    /// Who prepares a sale and qualifies its bidders.
    pub market: market::Desk,
    /// Tokens of the bidders.
    pub bidders: Vec<String>,
    case_account: String,
    deposit_account: String,
}

impl Desk {
    /// A fresh installation whose clock stands at the year's first morning; `url` names an empty PostgreSQL database.
    pub async fn open(config: &Config, url: Option<String>, bidders: usize) -> Answer<Desk> {
        let site = Site::open(config, url, BEGINNING).await?;
        let court = site.court(COURT).await?;
        let person = async |login: &str, role| site.staff(login, role, Some(court)).await;
        let officer = person("officer", Role::Officer).await?;
        let administrator = person("funds", Role::FundAdministrator).await?;
        let chief = person("chief", Role::BureauChief).await?;
        let president = person("president", Role::VicePresident).await?;
        let finance = person("finance", Role::FinanceReviewer).await?;
        let cashier = person("cashier", Role::Cashier).await?;
        let clerk = person("clerk", Role::QualificationClerk).await?;
        let market = market::Desk { officer: officer.clone(), clerk, finance: finance.clone() };
        let people = stream::iter(0..bidders).map(|number| market::sign_up(&site, &market, number));
        let bidders: Vec<String> = people.buffered(super::AT_ONCE).try_collect().await?;
        let reader = site.running.services.db.reader();
        let number = async |book| bank_account(&reader, court, book).await.map_err(StoryError::from_problem);
        let case_account = number(Book::CaseFunds).await?.account_number;
        let deposit_account = number(Book::AuctionDeposits).await?.account_number;
        Ok(Desk {
            site,
            court,
            officer,
            administrator,
            chief,
            president,
            finance,
            cashier,
            market,
            bidders,
            case_account,
            deposit_account,
        })
    }

    /// Number of the court's own bank account for a book in which money comes and goes.
    pub fn account(&self, book: Book) -> &str {
        if book == Book::AuctionDeposits { &self.deposit_account } else { &self.case_account }
    }
    /// A mutation that must be done.
    pub async fn act(&self, token: &str, name: &str, input: Value, select: &str) -> Answer<Value> {
        self.site.act(Some(token), name, input, select).await
    }
    pub async fn ask(&self, token: &str, document: &str, variables: Value) -> Answer<Value> {
        Ok(self.site.client.send(Some(token), document, variables).await?)
    }
    /// Everybody whose turn it is agrees. `approval` shows `id`, `digest` and `nextRole`.
    pub async fn agree(&self, approval: &Value) -> Answer<()> {
        let mut seen = approval.clone();
        while let Some(role) = seen["nextRole"].as_str() {
            let voter = match role {
                "FUND_ADMINISTRATOR" => &self.administrator,
                "BUREAU_CHIEF" => &self.chief,
                "VICE_PRESIDENT" => &self.president,
                "FINANCE_REVIEWER" => &self.finance,
                other => return Err(format!("nobody of the year is {other}").into()),
            };
            let input = json!({ "approval": seen["id"], "digest": seen["digest"] });
            let payload = self.act(voter, "approve", input, "approval { id digest nextRole }").await?;
            seen = payload["approval"].clone();
        }
        Ok(())
    }
}
