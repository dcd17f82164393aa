//! Accounts: who can sign in. Bidders and parties sign up themselves and wait for a clerk who verifies their identity;
//! staff are added on the server. What an account may do in a court is a role grant (`grant`).

use super::{
    actor::Actor,
    grant,
    operation::{Op, UseCase, run},
    password,
    policy::{Act, Role},
    services::Services,
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    kernel::{
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Outcome, Problem},
        identity::{CitizenId, Mobile, Name, Uscc},
        ids::{AccountId, CourtId},
        refusal::{Refusal, RefusalCode},
        secret::{self, BlindIndex, IDENTITY_INDEX, Place, Sealed, Secret, mask},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// What an account is for (账户类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "AccountKind")]
pub enum AccountKind {
    /// Court staff, agencies and oversight: works by role grants (工作人员).
    Staff,
    /// Bids on lots (竞买人).
    Bidder,
    /// Party of a case (当事人).
    Party,
}

/// Where an account stands (账户状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "AccountStatus")]
pub enum AccountStatus {
    /// Waits for the verification of its identity (待核验).
    Pending,
    /// Verified (有效).
    Active,
    /// Closed or not accepted: cannot sign in (已关闭).
    Closed,
}

/// Which number identifies the holder (身份类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "AccountIdentityKind")]
pub enum IdentityKind {
    /// A natural person by citizen id (公民身份号码).
    Citizen,
    /// An organisation by unified social credit code (统一社会信用代码).
    Organisation,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub kind: AccountKind,
    pub status: AccountStatus,
    pub login_name: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub identity_kind: Option<IdentityKind>,
    pub identity_sealed: Option<Sealed>,
    pub identity_index: Option<BlindIndex>,
    pub identity_mask: Option<String>,
    pub mobile_sealed: Option<Sealed>,
    pub mobile_mask: Option<String>,
    pub created_at: Timestamp,
    pub verified_at: Option<Timestamp>,
    pub verified_by: Option<String>,
    pub version: i64,
}
impl ActiveModelBehavior for ActiveModel {}

/// Who an account is at an outside issuer of tokens.
pub mod subject {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_subject")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub issuer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub account_id: AccountId,
        pub created_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// An account by id. Unscoped: accounts belong to no court; who may see which is the caller's matter.
pub async fn load(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).first(conn).await?)
}
/// An account by its folded login name.
pub async fn load_by_login(conn: &impl ConnectionTrait, login_name: &str) -> Result<Option<Model>, Problem> {
    Ok(Entity::find().filter(Column::LoginName.eq(login_name)).first(conn).await?)
}
/// The account that a subject of an outside issuer is.
pub async fn load_by_subject(
    conn: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<AccountId>, Problem> {
    let found = subject::Entity::find_by_id((issuer.to_owned(), subject.to_owned())).first(conn).await?;
    Ok(found.map(|row| row.account_id))
}
#[boxed]
pub async fn lock(tx: &Tx, id: AccountId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).lock_exclusive().first(tx).await?)
}

/// Small letters without outer blanks: one person, one spelling.
pub fn fold_login(name: &str) -> String {
    name.trim().to_lowercase()
}
/// 3 to 64 letters, digits and `.`, `_`, `-`, `@`, beginning with a letter or digit.
fn parse_login(name: &str) -> Result<String, Refusal> {
    let name = fold_login(name);
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@');
    let good = (3..=64).contains(&name.len())
        && name.bytes().all(plain)
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if good {
        Ok(name)
    } else {
        Err(Refusal::new(RefusalCode::TextInvalid).field("loginName").law(&reference::TEXT_FORM))
    }
}

/// A bidder or party opens an account (注册).
#[derive(InputObject, Serialize)]
pub struct SignUpInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// `BIDDER` or `PARTY`; staff are added by the court (账户类型).
    pub kind: AccountKind,
    /// 3 to 64 letters, digits, `.`, `_`, `-` or `@`; capitals count as small letters (登录名).
    pub login_name: String,
    /// 10 to 128 characters, not a common one (口令).
    #[serde(serialize_with = "secret::as_digest")]
    pub password: Secret<String>,
    /// Name as in the identity document or business licence (姓名或名称).
    pub name: String,
    /// Which number identifies the holder (身份类型).
    pub identity_kind: IdentityKind,
    /// Citizen id or unified social credit code; kept encrypted (证件号码).
    #[serde(serialize_with = "secret::as_digest")]
    pub identity_number: Secret<String>,
    /// Mobile number of mainland China; kept encrypted (手机号).
    #[serde(serialize_with = "secret::as_digest")]
    pub mobile: Secret<String>,
}

/// Signs up. The password is hashed before the transaction begins.
pub async fn sign_up(services: &Services, actor: &Actor, input: &SignUpInput) -> Result<Outcome<AccountId>, Problem> {
    if let Err(weak) = password::check_strength(&input.password, &input.login_name) {
        return Ok(Outcome::Refused(weak));
    }
    let password_hash = password::hash(&input.password).await?;
    run(services, actor, &SignUp { input, password_hash }).await
}

#[derive(Serialize)]
struct SignUp<'a> {
    #[serde(flatten)]
    input: &'a SignUpInput,
    #[serde(skip)]
    password_hash: String,
}
impl UseCase for SignUp<'_> {
    type Done = AccountId;
    const ACT: Act = Act::SignUp;
    fn key(&self) -> Option<&str> {
        Some(&self.input.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AccountId, Failure> {
        let input = self.input;
        if input.kind == AccountKind::Staff {
            return Err(Refusal::new(RefusalCode::WrongState).field("kind").into());
        }
        let login_name = parse_login(&input.login_name)?;
        let name = Name::parse(&input.name).map_err(|e| Refusal::from(e).field("name"))?;
        let identity = Identity::parse(input.identity_kind, input.identity_number.expose(), op.now.legal_date())?;
        let mobile = Mobile::parse(input.mobile.expose()).map_err(|e| Refusal::from(e).field("mobile"))?;
        refuse_taken(op, &login_name).await?;

        let (id, vault) = (AccountId::new(op.now), &op.services.vault);
        let place = |column| Place::new("account", id.uuid(), column);
        let row = ActiveModel {
            id: Set(id),
            kind: Set(input.kind),
            status: Set(AccountStatus::Pending),
            login_name: Set(login_name),
            name: Set(name.as_str().to_owned()),
            password_hash: Set(Some(self.password_hash.clone())),
            identity_kind: Set(Some(input.identity_kind)),
            identity_sealed: Set(Some(vault.seal(place("identity_sealed"), identity.expose())?)),
            identity_index: Set(Some(vault.blind_index(IDENTITY_INDEX, identity.expose()))),
            identity_mask: Set(Some(identity.mask())),
            mobile_sealed: Set(Some(vault.seal(place("mobile_sealed"), mobile.expose())?)),
            mobile_mask: Set(Some(mask::mobile(&mobile))),
            created_at: Set(op.now),
            verified_at: Set(None),
            verified_by: Set(None),
            version: Set(1),
        };
        insert(op, row).await?;
        op.audit(id, None, None, serde_json::json!({ "kind": input.kind, "identityKind": input.identity_kind }))
            .await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}

/// A parsed number of identity.
enum Identity {
    Citizen(CitizenId),
    Organisation(Uscc),
}
impl Identity {
    fn parse(kind: IdentityKind, number: &str, today: LegalDate) -> Result<Identity, Refusal> {
        match kind {
            IdentityKind::Citizen => CitizenId::parse(number, today).map(Identity::Citizen).map_err(Refusal::from),
            IdentityKind::Organisation => Uscc::parse(number).map(Identity::Organisation).map_err(Refusal::from),
        }
        .map_err(|refusal| refusal.field("identityNumber"))
    }
    fn expose(&self) -> &str {
        match self {
            Identity::Citizen(id) => id.expose(),
            Identity::Organisation(code) => code.as_str(),
        }
    }
    fn mask(&self) -> String {
        match self {
            Identity::Citizen(id) => mask::citizen_id(id),
            Identity::Organisation(code) => code.to_string(),
        }
    }
}

#[boxed]
async fn refuse_taken(op: &Op<'_>, login_name: &str) -> Result<(), Failure> {
    match load_by_login(op.tx, login_name).await? {
        Some(_) => Err(Refusal::new(RefusalCode::AlreadyExists).field("loginName").into()),
        None => Ok(()),
    }
}
/// Two people may take one name in the same moment: the unique key decides.
#[boxed]
async fn insert(op: &Op<'_>, row: ActiveModel) -> Result<(), Failure> {
    match Entity::insert(row).execute(op.tx).await.map_err(Problem::from) {
        Err(problem) if problem.is_unique_violation() => {
            Err(Refusal::new(RefusalCode::AlreadyExists).field("loginName").into())
        }
        Err(problem) => Err(problem.into()),
        Ok(_) => Ok(()),
    }
}

/// A clerk has compared the account with its holder's documents (实名核验).
#[derive(InputObject, Serialize)]
pub struct VerifyAccountInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The pending account (账户).
    pub account: AccountId,
    /// True: it is he, the account becomes active. False: the account is closed (是否通过).
    pub accepted: bool,
    /// How it was checked, or why not accepted, 1 to 500 characters (核验方式或理由).
    pub note: String,
}
impl UseCase for VerifyAccountInput {
    type Done = AccountId;
    const ACT: Act = Act::VerifyAccount;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AccountId, Failure> {
        let note = self.note.trim();
        if !(1..=500).contains(&note.chars().count()) {
            return Err(Refusal::new(RefusalCode::TextInvalid).field("note").law(&reference::TEXT_FORM).into());
        }
        let account = lock(op.tx, self.account).await?.ok_or_else(|| Failure::not_found("account"))?;
        if account.status != AccountStatus::Pending {
            return Err(Refusal::new(RefusalCode::WrongState).field("account").into());
        }
        if self.accepted && is_verified_elsewhere(op, &account).await? {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("account").into());
        }
        let status = if self.accepted { AccountStatus::Active } else { AccountStatus::Closed };
        let verified = self.accepted.then_some(op.now);
        let change = sql(
            op.tx,
            "UPDATE account SET status = $2, verified_at = $3, verified_by = $4, version = version + 1 WHERE id = $1",
            [
                account.id.into(),
                status.to_value().into(),
                verified.into(),
                self.accepted.then(|| op.actor.name()).into(),
            ],
        );
        op.tx.execute_raw(change).await?;
        op.audit(account.id, None, None, serde_json::json!({ "accepted": self.accepted, "note": note })).await?;
        op.publish("work-queue", account.id, account.version + 1);
        op.services.auth.forget_actors();
        Ok(account.id)
    }
}
/// One verified account per person and kind.
#[boxed]
async fn is_verified_elsewhere(op: &Op<'_>, account: &Model) -> Result<bool, Problem> {
    let Some(index) = account.identity_index.clone() else { return Ok(false) };
    let others = Entity::find()
        .filter(Column::IdentityIndex.eq(index))
        .filter(Column::Kind.eq(account.kind))
        .filter(Column::Status.eq(AccountStatus::Active));
    Ok(others.first(op.tx).await?.is_some())
}

/// A member of staff as the command `duixian user add` names him.
pub struct NewUser {
    pub login_name: String,
    pub name: String,
    /// None: signs in by the outside issuer alone.
    pub password: Option<Secret<String>>,
    /// Issuer and subject of outside tokens.
    pub subject: Option<(String, String)>,
    /// Roles in a court, or in all (`None`).
    pub grants: Vec<(Role, Option<CourtId>)>,
}

/// `duixian user add`: adds staff with their first roles. Only somebody with a shell on the server gets here; it is
/// audited as the operator's act. Every later role takes a maker and a checker.
pub async fn add_user(services: &Services, user: NewUser) -> Result<Outcome<AccountId>, Problem> {
    let password_hash = match &user.password {
        None => None,
        Some(password) => match password::check_strength(password, &user.login_name) {
            Err(weak) => return Ok(Outcome::Refused(weak)),
            Ok(()) => Some(password::hash(password).await?),
        },
    };
    run(services, &Actor::operator(), &AddUser { user, password_hash }).await
}

struct AddUser {
    user: NewUser,
    password_hash: Option<String>,
}
impl Serialize for AddUser {
    /// Never the input of a key.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
impl UseCase for AddUser {
    type Done = AccountId;
    const ACT: Act = Act::AddUser;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AccountId, Failure> {
        let login_name = parse_login(&self.user.login_name)?;
        let name = Name::parse(&self.user.name).map_err(|e| Refusal::from(e).field("name"))?;
        refuse_taken(op, &login_name).await?;
        let id = AccountId::new(op.now);
        let row = ActiveModel {
            id: Set(id),
            kind: Set(AccountKind::Staff),
            status: Set(AccountStatus::Active),
            login_name: Set(login_name.clone()),
            name: Set(name.as_str().to_owned()),
            password_hash: Set(self.password_hash.clone()),
            identity_kind: Set(None),
            identity_sealed: Set(None),
            identity_index: Set(None),
            identity_mask: Set(None),
            mobile_sealed: Set(None),
            mobile_mask: Set(None),
            created_at: Set(op.now),
            verified_at: Set(Some(op.now)),
            verified_by: Set(Some(op.actor.name())),
            version: Set(1),
        };
        insert(op, row).await?;
        if let Some((issuer, subject)) = &self.user.subject {
            let row = subject::ActiveModel {
                issuer: Set(issuer.clone()),
                subject: Set(subject.clone()),
                account_id: Set(id),
                created_at: Set(op.now),
            };
            subject::Entity::insert(row).execute(op.tx).await?;
        }
        for (role, court) in &self.user.grants {
            grant::give(op, id, *role, *court, "user add").await?;
        }
        let grants: Vec<_> =
            self.user.grants.iter().map(|(role, court)| (role, court.map(CourtId::to_global))).collect();
        op.audit(id, None, None, serde_json::json!({ "loginName": login_name, "grants": grants })).await?;
        Ok(id)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn login_names_have_one_spelling_and_two_edges() {
        assert_eq!(parse_login("  Zhang.San@Court ").unwrap(), "zhang.san@court");
        assert_eq!(parse_login("13812341234").unwrap(), "13812341234");
        assert!(parse_login(&"a".repeat(64)).is_ok());
        for name in ["", "ab", &"a".repeat(65), ".abc", "张三丰", "a b c", "abc\u{0}", "a'--"] {
            assert_eq!(parse_login(name).unwrap_err().code, RefusalCode::TextInvalid, "{name:?}");
        }
    }
}
