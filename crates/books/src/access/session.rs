//! Sessions: signing in, rotating refresh tokens, signing out.
//!
//! A refresh token serves once. Comes a used one again, it or its successor was stolen, and nobody can tell who is who:
//! the whole session ends. Only hashes of refresh tokens are kept.

use super::{
    account::{self, AccountStatus},
    actor::{Actor, Grant, Identity},
    grant,
    operation::{Op, UseCase, run},
    password,
    policy::{Act, Role},
    services::Services,
    token,
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::{
    clock::Timestamp,
    db::{Tx, sql},
    error::{Failure, Outcome, Problem},
    ids::{AccountId, SessionId},
    refusal::{Refusal, RefusalCode},
    secret::{Secret, random_bytes},
};
use async_graphql::InputObject;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A session ends at the latest then, however often it is refreshed.
pub const SESSION_TTL: TimeDelta = TimeDelta::days(7);
/// A session that is not refreshed for so long ends.
pub const REFRESH_TTL: TimeDelta = TimeDelta::hours(12);

/// Why a session ended before its time (会话终止原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Revocation {
    Logout,
    Revocation,
    TokenReuse,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub account_id: AccountId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub revoked_by: Option<Revocation>,
}
impl ActiveModelBehavior for ActiveModel {}
impl Model {
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

pub mod refresh_token {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub session_id: SessionId,
        pub issued_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn load(conn: &impl ConnectionTrait, id: SessionId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).first(conn).await?)
}

/// What a client holds after signing in.
pub struct Credentials {
    pub account: AccountId,
    pub session: SessionId,
    pub access: Secret<String>,
    pub access_expires_at: Timestamp,
    pub refresh: Secret<String>,
    pub refresh_expires_at: Timestamp,
}

/// Signs in by name and password (登录).
#[derive(InputObject)]
pub struct LoginInput {
    /// The login name; capitals count as small letters (登录名).
    pub login_name: String,
    /// The password (口令).
    pub password: Secret<String>,
}

/// Signs in. An unknown name, a wrong password and a closed account take the same time and get the same answer.
pub async fn login(
    services: &Services,
    peer: Option<IpAddr>,
    input: &LoginInput,
) -> Result<Outcome<Credentials>, Problem> {
    let login_name = account::fold_login(&input.login_name);
    services.auth.limits().check_login(&login_name, peer)?;
    let account = account::load_by_login(&services.db.reader(), &login_name).await?;
    let account = account.filter(|account| account.status != AccountStatus::Closed);
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let holds = password::verify(&input.password, hash).await?;
    let Some(account) = account.filter(|_| holds) else {
        metrics::counter!("duixian_login_failed_total").increment(1);
        return Ok(Outcome::Refused(Refusal::new(RefusalCode::LoginFailed)));
    };
    let actor = Actor {
        identity: Identity::Account { id: account.id, verified: account.status == AccountStatus::Active },
        ..Actor::anonymous()
    };
    start(services, &actor, account.id, account.password_hash, SESSION_TTL).await
}

/// Opens a session for an account whose holder has proved himself.
pub(super) async fn start(
    services: &Services,
    actor: &Actor,
    account: AccountId,
    password_hash: Option<String>,
    ttl: TimeDelta,
) -> Result<Outcome<Credentials>, Problem> {
    let refresh = NewRefresh::try_new()?;
    let use_case = Start { account, password_hash, ttl, refresh_hash: refresh.hash };
    match run(services, actor, &use_case).await? {
        Outcome::Done { value, .. } => {
            Ok(Outcome::Done { value: hand_out(services, value, refresh)?, replayed: false })
        }
        Outcome::Refused(refusal) => Ok(Outcome::Refused(refusal)),
    }
}

/// A refresh token that is not stored yet.
struct NewRefresh {
    plain: Secret<String>,
    hash: [u8; 32],
}
impl NewRefresh {
    fn try_new() -> Result<NewRefresh, Problem> {
        let plain = Secret::new(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?));
        Ok(NewRefresh { hash: hash(&plain), plain })
    }
}
fn hash(token: &Secret<String>) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}

/// What the database knows of handed-out credentials.
#[derive(Serialize, Deserialize)]
struct Issued {
    account: AccountId,
    session: SessionId,
    now: Timestamp,
    session_expires_at: Timestamp,
    refresh_expires_at: Timestamp,
}

fn hand_out(services: &Services, issued: Issued, refresh: NewRefresh) -> Result<Credentials, Problem> {
    let expires_at = issued.now.plus(token::ACCESS_TTL).min(issued.session_expires_at);
    let access = services.auth.mint(&services.keys, issued.account, issued.session, issued.now, expires_at)?;
    Ok(Credentials {
        account: issued.account,
        session: issued.session,
        access,
        access_expires_at: expires_at,
        refresh: refresh.plain,
        refresh_expires_at: issued.refresh_expires_at,
    })
}

/// Keyless: a sign-in that is repeated opens another session, which harms nobody.
#[derive(Serialize)]
struct Start {
    account: AccountId,
    /// As it was when the password was compared.
    #[serde(skip)]
    password_hash: Option<String>,
    #[serde(skip)]
    ttl: TimeDelta,
    #[serde(skip)]
    refresh_hash: [u8; 32],
}
impl UseCase for Start {
    type Done = Issued;
    const ACT: Act = Act::Login;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<Issued, Failure> {
        let account = account::lock(op.tx, self.account).await?;
        let unchanged = |account: &account::Model| {
            account.status != AccountStatus::Closed && account.password_hash == self.password_hash
        };
        if !account.as_ref().is_some_and(unchanged) {
            return Err(RefusalCode::LoginFailed.into());
        }
        let (session, expires_at) = (SessionId::new(op.now), op.now.plus(self.ttl));
        let row = ActiveModel {
            id: Set(session),
            account_id: Set(self.account),
            created_at: Set(op.now),
            expires_at: Set(expires_at),
            revoked_at: Set(None),
            revoked_by: Set(None),
        };
        Entity::insert(row).execute(op.tx).await?;
        let issued = issue(op, self.account, session, expires_at, &self.refresh_hash).await?;
        op.audit(session, None, None, serde_json::json!({ "account": self.account.to_global() })).await?;
        Ok(issued)
    }
}

#[boxed]
async fn issue(
    op: &Op<'_>,
    account: AccountId,
    session: SessionId,
    session_expires_at: Timestamp,
    refresh_hash: &[u8; 32],
) -> Result<Issued, Failure> {
    let refresh_expires_at = op.now.plus(REFRESH_TTL).min(session_expires_at);
    let row = refresh_token::ActiveModel {
        hash: Set(refresh_hash.to_vec()),
        session_id: Set(session),
        issued_at: Set(op.now),
        expires_at: Set(refresh_expires_at),
        used_at: Set(None),
    };
    refresh_token::Entity::insert(row).execute(op.tx).await?;
    Ok(Issued { account, session, now: op.now, session_expires_at, refresh_expires_at })
}

/// Takes the next pair of tokens (刷新会话).
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came last; it serves once (刷新令牌).
    pub refresh_token: Secret<String>,
}

/// Rotates the refresh token.
pub async fn refresh(
    services: &Services,
    peer: Option<IpAddr>,
    input: &RefreshSessionInput,
) -> Result<Outcome<Credentials>, Problem> {
    services.auth.limits().check_address(peer)?;
    let next = NewRefresh::try_new()?;
    let use_case = Rotate { presented: hash(&input.refresh_token), next: next.hash };
    let invalid = || Outcome::Refused(Refusal::new(RefusalCode::RefreshTokenInvalid).field("refreshToken"));
    match run(services, &Actor::anonymous(), &use_case).await? {
        Outcome::Done { value: Some(issued), .. } => {
            Ok(Outcome::Done { value: hand_out(services, issued, next)?, replayed: false })
        }
        Outcome::Done { value: None, .. } => {
            services.auth.forget_actors();
            Ok(invalid())
        }
        Outcome::Refused(_) => Ok(invalid()),
    }
}

#[derive(Serialize)]
struct Rotate {
    #[serde(skip)]
    presented: [u8; 32],
    #[serde(skip)]
    next: [u8; 32],
}
impl UseCase for Rotate {
    /// `None`: a used token came again, and its session is revoked. That change must stay, so it is no refusal.
    type Done = Option<Issued>;
    const ACT: Act = Act::RefreshSession;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<Option<Issued>, Failure> {
        let refused = || Failure::from(RefusalCode::RefreshTokenInvalid);
        let presented = self.presented.to_vec();
        let found = refresh_token::Entity::find_by_id(presented.clone()).first(op.tx).await?.ok_or_else(refused)?;
        let session = lock(op.tx, found.session_id).await?.ok_or_else(refused)?;
        // read again behind the lock: a rival may have used it meanwhile
        let found = refresh_token::Entity::find_by_id(presented.clone()).first(op.tx).await?.ok_or_else(refused)?;
        if !session.is_open(op.now) {
            return Err(refused());
        }
        if found.used_at.is_some() {
            revoke(op, session.id, Revocation::TokenReuse).await?;
            let facts =
                serde_json::json!({ "account": session.account_id.to_global(), "revoked": Revocation::TokenReuse });
            op.audit(session.id, None, None, facts).await?;
            return Ok(None);
        }
        let account = account::load(op.tx, session.account_id).await?.ok_or_else(refused)?;
        if op.now >= found.expires_at || account.status == AccountStatus::Closed {
            return Err(refused());
        }
        let used =
            sql(op.tx, "UPDATE refresh_token SET used_at = $2 WHERE hash = $1", [presented.into(), op.now.into()]);
        op.tx.execute_raw(used).await?;
        let issued = issue(op, session.account_id, session.id, session.expires_at, &self.next).await?;
        op.audit(session.id, None, None, serde_json::json!({ "account": session.account_id.to_global() })).await?;
        Ok(Some(issued))
    }
}

#[boxed]
async fn lock(tx: &Tx, id: SessionId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).lock_exclusive().first(tx).await?)
}
#[boxed]
async fn revoke(op: &Op<'_>, id: SessionId, by: Revocation) -> Result<u64, Failure> {
    let text = "UPDATE session SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL";
    let done = op.tx.execute_raw(sql(op.tx, text, [id.into(), op.now.into(), by.to_value().into()])).await?;
    op.services.auth.forget_actors();
    Ok(done.rows_affected())
}

/// Ends the session of the token that the request bears (登出).
#[derive(Serialize)]
pub struct Logout;
impl UseCase for Logout {
    type Done = SessionId;
    const ACT: Act = Act::Logout;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SessionId, Failure> {
        // a token of an outside issuer has no session here: its issuer ends it
        let session = op.actor.session.ok_or_else(|| Refusal::new(RefusalCode::WrongState))?;
        revoke(op, session, Revocation::Logout).await?;
        op.audit(session, None, None, serde_json::json!({ "revoked": Revocation::Logout })).await?;
        Ok(session)
    }
}

/// Ends every session of an account (终止全部会话).
#[derive(InputObject, Serialize)]
pub struct RevokeSessionsInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Whose sessions; your own when left out. Those of others: administrators of one of their courts (账户).
    pub account: Option<AccountId>,
}
impl UseCase for RevokeSessionsInput {
    /// The account, and how many sessions were open.
    type Done = (AccountId, u32);
    const ACT: Act = Act::RevokeSessions;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<(AccountId, u32), Failure> {
        let own = op.account()?;
        let account = self.account.unwrap_or(own);
        if account != own && !administers(op.actor, &grant::load_active(op.tx, account).await?) {
            return Err(Failure::not_found("account"));
        }
        let open = Entity::find()
            .filter(Column::AccountId.eq(account))
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(op.now))
            .list(op.tx)
            .await?;
        let mut ended = 0;
        for session in &open {
            revoke(op, session.id, Revocation::Revocation).await?;
            ended += 1;
        }
        op.audit(account, None, None, serde_json::json!({ "revoked": ended })).await?;
        Ok((account, ended))
    }
}
/// Is the actor an administrator of all courts, or of one in which the other holds a role?
fn administers(actor: &Actor, others: &[Grant]) -> bool {
    let administered = actor.grants.iter().filter(|grant| grant.role == Role::Administrator);
    administered.into_iter().any(|own| own.court.is_none() || others.iter().any(|other| other.court == own.court))
}
