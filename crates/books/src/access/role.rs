//! The roles that the policy speaks of.

use sea_orm::{Iterable as _, prelude::*};
use serde::{Deserialize, Serialize};

/// The posts of a court and the parts people play (岗位与身份). Conflicting posts in one court are refused.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Enforcement officer in charge of the case: drafts (承办人).
    Officer,
    /// Checks orders and claims of money (案款管理员).
    FundAdministrator,
    /// Chief of the enforcement bureau: approves (执行局局长).
    BureauChief,
    /// Court leader in charge: approves above the threshold (主管院领导).
    VicePresident,
    /// Reviews for the finance department (财务审核).
    FinanceReviewer,
    /// Releases payments (出纳).
    Cashier,
    /// Member of the panel that decides on a lot (合议庭成员).
    PanelMember,
    /// Watches terms and overdue money (案款监管员).
    FundSupervisor,
    /// Keeps the cases that are terminated for now (终本管理员).
    TerminationAdministrator,
    /// Sees the names of bidders, never their codes (资格审核员).
    QualificationClerk,
    /// Sees the payers of deposits, never the codes (保证金管理员).
    DepositClerk,
    /// Appraisal or auxiliary agency (评估或辅助机构).
    AuxiliaryAgency,
    /// Inspector of this or a higher court (督察).
    Inspector,
    /// Procurator (检察官).
    Procurator,
    /// Invited deputy, read only (人大代表、政协委员).
    Deputy,
    /// Operates the platform for its provider (平台运营者).
    ProviderOperator,
    /// Sets up courts, accounts and parameters (系统管理员).
    Administrator,
    /// Bids for himself or as an agent (竞买人).
    Bidder,
    /// Party of a case (当事人).
    Party,
}
impl Role {
    pub fn all() -> impl Iterator<Item = Role> {
        Role::iter()
    }
}
