//! Role grants: who holds which post in which court. Given and taken by two people (maker and checker), refused where
//! two posts may not be in one hand (不相容岗位分离).

use super::{
    account::{self, AccountKind, AccountStatus},
    actor,
    approval::{self, Approvable},
    operation::{Op, UseCase},
    policy::{Act, Role},
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    kernel::{
        clock::Timestamp,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{AccountId, CourtId, GrantId, NodeRef},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// The posts that money passes one after the other (法发〔2017〕6号 第12–14条): no two of them in one hand.
const MONEY_CHAIN: &[Role] = &[
    Role::Officer,
    Role::FundAdministrator,
    Role::BureauChief,
    Role::VicePresident,
    Role::FinanceReviewer,
    Role::Cashier,
];
/// Who works on the cases of a court, besides the chain.
const COURT_WORK: &[Role] =
    &[Role::PanelMember, Role::TerminationAdministrator, Role::QualificationClerk, Role::DepositClerk];
/// Who watches, from inside or outside.
const OVERSIGHT: &[Role] = &[Role::FundSupervisor, Role::Inspector, Role::Procurator, Role::Deputy];
/// Who is another person than the court by law (网拍规定 第4、5、8条).
const OUTSIDE: &[Role] = &[Role::ProviderOperator, Role::AuxiliaryAgency];

/// Posts that may not be held together in one court: each of the left with each *other* of the right.
const CONFLICTS: &[(&[Role], &[Role])] = &[
    (MONEY_CHAIN, MONEY_CHAIN),
    (OVERSIGHT, MONEY_CHAIN),
    (OVERSIGHT, COURT_WORK),
    (OUTSIDE, MONEY_CHAIN),
    (OUTSIDE, COURT_WORK),
    (OUTSIDE, OVERSIGHT),
    (OUTSIDE, OUTSIDE),
    // sees names, or payers: must not decide on the lot, nor see the other side (网拍规定 第18条)
    (&[Role::QualificationClerk, Role::DepositClerk], &[Role::Officer, Role::PanelMember]),
    (&[Role::QualificationClerk], &[Role::DepositClerk]),
    // gives the roles, so he holds none that moves or watches money
    (&[Role::Administrator], MONEY_CHAIN),
    (&[Role::Administrator], OVERSIGHT),
    (&[Role::Administrator], OUTSIDE),
];

/// Whether one person may not hold both roles in the same court.
pub fn conflict(one: Role, other: Role) -> bool {
    let across = |(left, right): &(&[Role], &[Role])| {
        (left.contains(&one) && right.contains(&other)) || (left.contains(&other) && right.contains(&one))
    };
    one != other && CONFLICTS.iter().any(across)
}

/// Where a grant stands (授权状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "RoleGrantStatus")]
pub enum GrantStatus {
    /// Waits for a second person (待复核).
    Proposed,
    /// In force (有效).
    Active,
    /// The second person said no (未通过).
    Rejected,
    /// In force; its end waits for a second person (撤销待复核).
    RevocationProposed,
    /// Taken back (已撤销).
    Revoked,
}
impl GrantStatus {
    const IN_FORCE: [GrantStatus; 2] = [GrantStatus::Active, GrantStatus::RevocationProposed];
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// None: every court. Given on the server only.
    pub court_id: Option<CourtId>,
    pub account_id: AccountId,
    pub role: Role,
    pub status: GrantStatus,
    pub reason: String,
    pub requested_by: String,
    pub requested_at: Timestamp,
    pub active_from: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub version: i64,
}
impl ActiveModelBehavior for ActiveModel {}

/// The grants of an account that are in force.
pub async fn load_active(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<actor::Grant>, Problem> {
    let rows = Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::Status.is_in(GrantStatus::IN_FORCE))
        .list(conn)
        .await?;
    Ok(rows.into_iter().map(|row| actor::Grant { role: row.role, court: row.court_id }).collect())
}

#[boxed]
async fn lock(tx: &Tx, id: GrantId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).lock_exclusive().first(tx).await?)
}

/// Refuses a role beside another of the same court that may not go with it. Grants that wait count too, or two requests
/// would pass each other.
#[boxed]
async fn refuse_conflict(op: &Op<'_>, account: AccountId, role: Role, court: Option<CourtId>) -> Result<(), Failure> {
    let rows = Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::Status.is_in([GrantStatus::Proposed, GrantStatus::Active, GrantStatus::RevocationProposed]))
        .list(op.tx)
        .await?;
    let meets = |row: &Model| row.court_id.is_none() || court.is_none() || row.court_id == court;
    if let Some(other) = rows.iter().find(|row| meets(row) && conflict(role, row.role)) {
        let refusal = Refusal::new(RefusalCode::RoleConflict).field("role").law(&reference::TWO_PEOPLE);
        return Err(refusal.arg("role", role.to_value()).arg("held", other.role.to_value()).into());
    }
    if rows.iter().any(|row| row.role == role && row.court_id == court) {
        return Err(Refusal::new(RefusalCode::AlreadyExists).field("role").into());
    }
    Ok(())
}

/// Gives a role at once: on the server, by the operator.
#[boxed]
pub(super) async fn give(
    op: &mut Op<'_>,
    account: AccountId,
    role: Role,
    court: Option<CourtId>,
    reason: &str,
) -> Result<GrantId, Failure> {
    refuse_personal(role)?;
    refuse_conflict(op, account, role, court).await?;
    insert(op, account, role, court, reason, GrantStatus::Active).await
}

#[boxed]
async fn insert(
    op: &Op<'_>,
    account: AccountId,
    role: Role,
    court: Option<CourtId>,
    reason: &str,
    status: GrantStatus,
) -> Result<GrantId, Failure> {
    let id = GrantId::new(op.now);
    let row = ActiveModel {
        id: Set(id),
        court_id: Set(court),
        account_id: Set(account),
        role: Set(role),
        status: Set(status),
        reason: Set(reason.to_owned()),
        requested_by: Set(op.actor.name()),
        requested_at: Set(op.now),
        active_from: Set((status == GrantStatus::Active).then_some(op.now)),
        revoked_at: Set(None),
        version: Set(1),
    };
    Entity::insert(row).execute(op.tx).await?;
    Ok(id)
}

/// Bidder and party are kinds of account, not posts of a court.
fn refuse_personal(role: Role) -> Result<(), Refusal> {
    match role {
        Role::Bidder | Role::Party => Err(Refusal::new(RefusalCode::WrongState).field("role")),
        _ => Ok(()),
    }
}
fn parse_reason(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    match reason.chars().count() {
        1..=500 => Ok(reason),
        _ => Err(Refusal::new(RefusalCode::TextInvalid).field("reason").law(&reference::TEXT_FORM)),
    }
}

/// Asks for a role to be given; another administrator of the court decides (岗位授权).
#[derive(InputObject, Serialize)]
pub struct GrantRoleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The member of staff (账户).
    pub account: AccountId,
    /// The post; not `BIDDER` or `PARTY` (岗位).
    pub role: Role,
    /// The court (法院).
    pub court: CourtId,
    /// Why, and by which document, 1 to 500 characters (依据).
    pub reason: String,
}
impl UseCase for GrantRoleInput {
    type Done = GrantId;
    const ACT: Act = Act::GrantRole;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<GrantId, Failure> {
        let reason = parse_reason(&self.reason)?;
        refuse_personal(self.role)?;
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let account = account::lock(op.tx, self.account).await?.ok_or_else(|| Failure::not_found("account"))?;
        if account.kind != AccountKind::Staff || account.status != AccountStatus::Active {
            return Err(Refusal::new(RefusalCode::WrongState).field("account").into());
        }
        refuse_conflict(op, self.account, self.role, Some(self.court)).await?;
        let id = insert(op, self.account, self.role, Some(self.court), reason, GrantStatus::Proposed).await?;
        approval::request(op, self.court, id.node(), &[Role::Administrator]).await?;
        let facts = serde_json::json!({ "account": self.account.to_global(), "role": self.role, "reason": reason });
        op.audit(id, Some(self.court), None, facts).await?;
        Ok(id)
    }
}

/// Asks for a role to be taken back; another administrator of the court decides (撤销授权).
#[derive(InputObject, Serialize)]
pub struct RevokeRoleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The grant in force (授权).
    pub grant: GrantId,
    /// Why, and by which document, 1 to 500 characters (依据).
    pub reason: String,
}
impl UseCase for RevokeRoleInput {
    type Done = GrantId;
    const ACT: Act = Act::RevokeRole;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<GrantId, Failure> {
        let reason = parse_reason(&self.reason)?;
        let grant = lock(op.tx, self.grant).await?.ok_or_else(|| Failure::not_found("grant"))?;
        let court = grant.court_id.filter(|court| op.scope().allows_court(*court));
        let court = court.ok_or_else(|| Failure::not_found("grant"))?;
        if grant.status != GrantStatus::Active {
            return Err(Refusal::new(RefusalCode::WrongState).field("grant").into());
        }
        decide_handed_over(op, &grant).await?;
        set_status(op, &grant, GrantStatus::RevocationProposed).await?;
        approval::request(op, court, grant.id.node(), &[Role::Administrator]).await?;
        op.audit(grant.id, Some(court), None, serde_json::json!({ "reason": reason })).await?;
        Ok(grant.id)
    }
}

/// An officer leaves when nothing is his any more: open cases, and the money on them, go to another officer first.
#[boxed]
async fn decide_handed_over(op: &Op<'_>, grant: &Model) -> Result<(), Failure> {
    let (Role::Officer, Some(court)) = (grant.role, grant.court_id) else { return Ok(()) };
    let open = "SELECT case_number FROM enforcement_case
                WHERE officer_id = $1 AND court_id = $2 AND status NOT IN ('CONCLUDED', 'TRANSFERRED') LIMIT 1";
    let found = op.tx.query_one_raw(sql(op.tx, open, [grant.account_id.into(), court.into()])).await?;
    let Some(row) = found else { return Ok(()) };
    let case: String = row.try_get("", "case_number")?;
    let refusal = Refusal::new(RefusalCode::CasesNotHandedOver).field("grant").law(&reference::FUNDS_2);
    Err(refusal.arg("case", case).into())
}

#[boxed]
async fn set_status(op: &Op<'_>, grant: &Model, status: GrantStatus) -> Result<(), Failure> {
    let active_from = grant.active_from.or((status == GrantStatus::Active).then_some(op.now));
    let revoked_at = (status == GrantStatus::Revoked).then_some(op.now);
    let change = sql(
        op.tx,
        "UPDATE role_grant SET status = $2, active_from = $3, revoked_at = $4, version = version + 1 WHERE id = $1",
        [grant.id.into(), status.to_value().into(), active_from.into(), revoked_at.into()],
    );
    op.tx.execute_raw(change).await?;
    op.services.auth.forget_actors();
    Ok(())
}

/// Role grants as work that takes effect by approval; registered in `app` under `NodeKind::Grant`.
pub struct GrantApproval;
#[async_trait::async_trait]
impl Approvable for GrantApproval {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let grant = subject_of(op, subject).await?;
        let account = account::load(op.tx, grant.account_id).await?.ok_or_else(|| Failure::not_found("account"))?;
        Ok(serde_json::json!({
            "grant": grant.id.to_global(),
            "account": grant.account_id.to_global(),
            "loginName": account.login_name,
            "name": account.name,
            "court": grant.court_id.map(CourtId::to_global),
            "role": grant.role,
            "change": if grant.status == GrantStatus::Proposed { "GRANT" } else { "REVOKE" },
            "reason": grant.reason,
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let grant = subject_of(op, subject).await?;
        // whoever gains by it is no second person
        if op.actor.account() == Some(grant.account_id) {
            let refusal = Refusal::new(RefusalCode::MakerMayNotApprove).field("approval").law(&reference::TWO_PEOPLE);
            return Err(refusal.into());
        }
        match grant.status {
            GrantStatus::Proposed => set_status(op, &grant, GrantStatus::Active).await,
            GrantStatus::RevocationProposed => set_status(op, &grant, GrantStatus::Revoked).await,
            _ => Err(Refusal::new(RefusalCode::WrongState).field("approval").into()),
        }
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let grant = subject_of(op, subject).await?;
        match grant.status {
            GrantStatus::Proposed => set_status(op, &grant, GrantStatus::Rejected).await,
            GrantStatus::RevocationProposed => set_status(op, &grant, GrantStatus::Active).await,
            _ => Err(Refusal::new(RefusalCode::WrongState).field("approval").into()),
        }
    }
}
#[boxed]
async fn subject_of(op: &Op<'_>, subject: NodeRef) -> Result<Model, Failure> {
    lock(op.tx, GrantId::from_uuid(subject.id)).await?.ok_or_else(|| Failure::not_found("grant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_posts_of_the_money_chain_are_pairwise_apart() {
        for one in MONEY_CHAIN {
            for other in MONEY_CHAIN {
                assert_eq!(conflict(*one, *other), one != other, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn two_people_conflicts_hold_in_both_directions_and_no_role_excludes_itself() {
        for one in Role::all() {
            assert!(!conflict(one, one), "{one:?}");
            for other in Role::all() {
                assert_eq!(conflict(one, other), conflict(other, one));
            }
        }
    }

    #[test]
    fn two_people_pairs_by_name() {
        for (one, other, expected) in [
            (Role::Officer, Role::Cashier, true),
            (Role::FinanceReviewer, Role::Cashier, true),
            (Role::BureauChief, Role::VicePresident, true),
            (Role::QualificationClerk, Role::PanelMember, true),
            (Role::QualificationClerk, Role::DepositClerk, true),
            (Role::FundSupervisor, Role::FundAdministrator, true),
            (Role::ProviderOperator, Role::PanelMember, true),
            (Role::Administrator, Role::Cashier, true),
            (Role::Officer, Role::PanelMember, false),
            (Role::Officer, Role::TerminationAdministrator, false),
            (Role::BureauChief, Role::PanelMember, false),
            (Role::FundSupervisor, Role::Inspector, false),
        ] {
            assert_eq!(conflict(one, other), expected, "{one:?} {other:?}");
        }
    }
}
