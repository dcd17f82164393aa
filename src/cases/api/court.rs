//! Courts in the graph: public, with the hotline on which people ask after their money.

use crate::kernel::query::Fetch;
use crate::{
    cases::store::{self, court, court_bank_account},
    connection,
    graphql::{caller::services, connection::Listed, loader},
    kernel::{
        error::Problem,
        ids::{CourtId, NodeRef},
    },
    ledger::Book,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

/// A court.
pub struct Court(pub court::Model);
impl Court {
    pub async fn load(ctx: &Context<'_>, id: &CourtId) -> Result<Option<Court>, Problem> {
        Ok(loader::row(ctx, *id).await?.map(Court))
    }
}
impl Listed for Court {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A court (法院).
#[Object]
impl Court {
    /// Opaque id (标识).
    pub async fn id(&self) -> CourtId {
        self.0.id
    }
    /// The court's part of its case numbers, e.g. 湘0102 (法院代字).
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Full name (法院名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Region that it belongs to (地区).
    async fn region(&self) -> &str {
        &self.0.region
    }
    /// Telephone on which people ask after their money (热线).
    async fn hotline(&self) -> &str {
        &self.0.hotline
    }
    /// The court directly above, once it is recorded (上级法院).
    async fn superior(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        match store::superior_of(&services(ctx)?.db.reader(), self.0.id).await? {
            Some(above) => Court::load(ctx, &above.superior_id).await,
            None => Ok(None),
        }
    }
    /// The court's own bank account for each book; where debtors and bidders pay to (法院银行账户).
    async fn bank_accounts(&self, ctx: &Context<'_>) -> Result<Vec<CourtBankAccount>, Problem> {
        let rows = court_bank_account::Entity::find()
            .filter(court_bank_account::Column::CourtId.eq(self.0.id))
            .list(&services(ctx)?.db.reader())
            .await?;
        Ok(rows.into_iter().map(CourtBankAccount).collect())
    }
}

/// A bank account of a court.
pub struct CourtBankAccount(court_bank_account::Model);
/// The court's own bank account of one book (法院银行账户).
#[Object]
impl CourtBankAccount {
    /// The book that it holds (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// Name of the account (户名).
    async fn account_name(&self) -> &str {
        &self.0.account_name
    }
    /// Main account number, to which the numbers of cases and deposits append a serial (账号).
    async fn account_number(&self) -> &str {
        &self.0.account_number
    }
    /// CNAPS code of the bank's branch (联行号).
    async fn bank_code(&self) -> &str {
        &self.0.bank_code
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
}

/// Which courts to list (法院筛选).
#[derive(InputObject, Default)]
pub struct CourtFilter {
    /// Only those of this region (地区).
    pub region: Option<String>,
    /// Only the court with this code, e.g. 湘0102 (法院代字).
    pub code: Option<String>,
}
impl CourtFilter {
    pub fn select(&self) -> Select<court::Entity> {
        let mut select = court::Entity::find();
        if let Some(region) = &self.region {
            select = select.filter(court::Column::Region.eq(region));
        }
        if let Some(code) = &self.code {
            select = select.filter(court::Column::Code.eq(code));
        }
        select
    }
}

connection! {
    /// Courts, newest first (法院列表).
    CourtConnection, CourtEdge of Court
}
