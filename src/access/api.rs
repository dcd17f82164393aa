//! Accounts, sessions and roles in the graph.

use super::{
    account::{self, AccountKind, AccountStatus, IdentityKind, SignUpInput, VerifyAccountInput},
    actor,
    grant::{self, GrantRoleInput, GrantStatus, RevokeRoleInput},
    policy::{Act, Role, Rule, scope_for},
    saved_filter_api::SavedFilter,
    session::{self, Credentials, LoginInput, Logout, RefreshSessionInput, RevokeSessionsInput},
};
use crate::{
    connection,
    graphql::{
        caller::{actor, run, scope, services},
        connection::{Listed, cost, page},
        context::RequestMeta,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{AccountId, CourtId, GrantId, NodeKind, NodeRef, SessionId},
        keys::{KeyPurpose, PublicKey},
    },
    oversight::queue_api::WorkQueue,
    payload,
};
use async_graphql::{Context, InputObject, Object};
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use std::net::IpAddr;

/// An account as clerks, administrators and its holder see it.
pub struct Account(account::Model);
impl Account {
    /// Unscoped: for the holder himself, and for what a use case has just touched in its own scope.
    async fn made(ctx: &Context<'_>, id: &AccountId) -> Result<Option<Account>, Problem> {
        Ok(account::load(&services(ctx)?.db.reader(), *id).await?.map(Account))
    }
}
impl Listed for Account {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A person or organisation that signs in (账户).
#[Object]
impl Account {
    /// Opaque id (标识).
    pub async fn id(&self) -> AccountId {
        self.0.id
    }
    /// What it is for (类型).
    async fn kind(&self) -> AccountKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn status(&self) -> AccountStatus {
        self.0.status
    }
    /// Name to sign in with (登录名).
    async fn login_name(&self) -> &str {
        &self.0.login_name
    }
    /// Name of the person or organisation (姓名或名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Which number identifies the holder; none for staff (身份类型).
    async fn identity_kind(&self) -> Option<IdentityKind> {
        self.0.identity_kind
    }
    /// The number of identity: masked for a person, whole for an organisation (证件号码).
    async fn identity_number(&self) -> Option<&str> {
        self.0.identity_mask.as_deref()
    }
    /// The masked mobile number, e.g. `138****1234` (手机号).
    async fn mobile(&self) -> Option<&str> {
        self.0.mobile_mask.as_deref()
    }
    /// When it was opened (注册时间).
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// When its identity was verified; none while pending (核验时间).
    async fn verified_at(&self) -> Option<Timestamp> {
        self.0.verified_at
    }
}

/// A role given to an account.
pub struct RoleGrant(grant::Model);
impl RoleGrant {
    async fn made(ctx: &Context<'_>, id: &GrantId) -> Result<Option<RoleGrant>, Problem> {
        Ok(grant::Entity::find_by_id(*id).one(&services(ctx)?.db.reader()).await?.map(RoleGrant))
    }
}
impl Listed for RoleGrant {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A post of an account in a court, given and taken back by two people (岗位授权).
#[Object]
impl RoleGrant {
    /// Opaque id (标识).
    pub async fn id(&self) -> GrantId {
        self.0.id
    }
    /// Who holds the post (账户).
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>, Problem> {
        Account::made(ctx, &self.0.account_id).await
    }
    /// The court; none: every court (法院).
    async fn court_id(&self) -> Option<CourtId> {
        self.0.court_id
    }
    /// The post (岗位).
    async fn role(&self) -> Role {
        self.0.role
    }
    /// Where it stands (状态).
    async fn status(&self) -> GrantStatus {
        self.0.status
    }
    /// Why, and by which document it was given (依据).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// When it was asked for (申请时间).
    async fn requested_at(&self) -> Timestamp {
        self.0.requested_at
    }
    /// From when it is in force (生效时间).
    async fn active_from(&self) -> Option<Timestamp> {
        self.0.active_from
    }
    /// When it was taken back (撤销时间).
    async fn revoked_at(&self) -> Option<Timestamp> {
        self.0.revoked_at
    }
}

/// The caller.
pub struct Viewer {
    account: account::Model,
    actor: actor::Actor,
}
/// Who you are and what you may do (当前用户).
#[Object]
impl Viewer {
    /// Your account (账户).
    async fn account(&self) -> Account {
        Account(self.account.clone())
    }
    /// Your roles (岗位).
    async fn roles(&self) -> Vec<ViewerRole> {
        self.actor.grants.iter().copied().map(ViewerRole).collect()
    }
    /// The courts in which you hold a role; empty as well when a role of yours reaches all courts (法院).
    async fn court_ids(&self) -> Vec<CourtId> {
        let mut courts: Vec<_> = self.actor.grants.iter().filter_map(|grant| grant.court).collect();
        courts.sort_unstable();
        courts.dedup();
        courts
    }
    /// Root fields that you may use, e.g. `Mutation.openCase`; on which things is decided by each (可用操作).
    async fn acts(&self) -> Vec<&'static str> {
        let usable = |act: &&Act| !matches!(act.rule(), Rule::System) && scope_for(&self.actor, **act).is_ok();
        Act::ALL.iter().filter(usable).map(|act| act.field()).collect()
    }
    /// Filters of lists that you keep, by name (常用筛选).
    async fn saved_filters(&self, ctx: &Context<'_>) -> Result<Vec<SavedFilter>, Problem> {
        SavedFilter::of_viewer(ctx).await
    }
    /// What waits for you in a court today, by your posts there; each queue is counted to 100 at most (今日工作队列).
    #[graphql(complexity = "100 + child_complexity")]
    async fn queues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
    ) -> Result<Vec<WorkQueue>, Problem> {
        WorkQueue::of_viewer(ctx, court).await
    }
    /// The session of your token; none for a token of an outside issuer (会话).
    async fn session_id(&self) -> Option<SessionId> {
        self.actor.session
    }
}

pub struct ViewerRole(actor::Grant);
/// A role of yours (岗位).
#[Object]
impl ViewerRole {
    /// The role (岗位).
    async fn role(&self) -> Role {
        self.0.role
    }
    /// The court; none: every court, or a role of your person (法院).
    async fn court_id(&self) -> Option<CourtId> {
        self.0.court
    }
}

pub struct SigningKey(PublicKey);
/// The public half of a key that signs tokens, bid receipts or checkpoints; retired keys stay listed (签名公钥).
#[Object]
impl SigningKey {
    /// Name of the key in signatures: 16 hexadecimal digits (密钥标识).
    async fn key_id(&self) -> &str {
        &self.0.kid
    }
    /// What it signs (用途).
    async fn purpose(&self) -> KeyPurpose {
        self.0.purpose
    }
    /// Always `Ed25519` (算法).
    async fn algorithm(&self) -> &'static str {
        "Ed25519"
    }
    /// The 32 bytes of the public key in base64 (公钥).
    async fn public_key(&self) -> String {
        STANDARD.encode(self.0.bytes)
    }
    /// Whether new signatures are made with it (是否在用).
    async fn active(&self) -> bool {
        self.0.active
    }
}

/// Tokens as the client keeps them.
pub struct SessionTokens {
    access: String,
    access_expires_at: Timestamp,
    refresh: String,
    refresh_expires_at: Timestamp,
    account: AccountId,
}
impl SessionTokens {
    async fn show(_: &Context<'_>, credentials: &Credentials) -> Result<Option<SessionTokens>, Problem> {
        Ok(Some(SessionTokens {
            access: credentials.access.expose().clone(),
            access_expires_at: credentials.access_expires_at,
            refresh: credentials.refresh.expose().clone(),
            refresh_expires_at: credentials.refresh_expires_at,
            account: credentials.account,
        }))
    }
}
/// What a client holds after signing in (会话令牌). Neither token is ever shown again.
#[Object]
impl SessionTokens {
    /// Bearer token for the header `Authorization` (访问令牌).
    async fn access_token(&self) -> &str {
        &self.access
    }
    /// End of its life, 15 minutes after it was issued (访问令牌到期时间).
    async fn access_token_expires_at(&self) -> Timestamp {
        self.access_expires_at
    }
    /// Serves once, for `refreshSession` (刷新令牌).
    async fn refresh_token(&self) -> &str {
        &self.refresh
    }
    /// End of its life (刷新令牌到期时间).
    async fn refresh_token_expires_at(&self) -> Timestamp {
        self.refresh_expires_at
    }
    /// Who has signed in (账户).
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>, Problem> {
        Account::made(ctx, &self.account).await
    }
}

async fn ended_session(_: &Context<'_>, id: &SessionId) -> Result<Option<SessionId>, Problem> {
    Ok(Some(*id))
}
async fn ended_count(_: &Context<'_>, done: &(AccountId, u32)) -> Result<Option<u32>, Problem> {
    Ok(Some(done.1))
}

payload! {
    /// What `signUp` made (注册的结果).
    SignUpPayload of AccountId {
        /// The account; pending until a clerk has verified it (账户).
        account: Account = Account::made,
    }
    /// What `login` gave (登录的结果). `replayed` is always false.
    LoginPayload of Credentials {
        /// The tokens of the new session (令牌).
        tokens: SessionTokens = SessionTokens::show,
    }
    /// What `refreshSession` gave (刷新的结果). `replayed` is always false.
    RefreshSessionPayload of Credentials {
        /// The next tokens of the session (令牌).
        tokens: SessionTokens = SessionTokens::show,
    }
    /// What `logout` did (登出的结果).
    LogoutPayload of SessionId {
        /// The session that has ended (会话).
        session_id: SessionId = ended_session,
    }
    /// What `revokeSessions` did (终止会话的结果).
    RevokeSessionsPayload of (AccountId, u32) {
        /// How many sessions have ended (终止数).
        ended: u32 = ended_count,
    }
    /// What `verifyAccount` did (核验的结果).
    VerifyAccountPayload of AccountId {
        /// The account (账户).
        account: Account = Account::made,
    }
    /// What `grantRole` asked for (授权申请的结果).
    GrantRolePayload of GrantId {
        /// The grant; it waits for a second person (授权).
        grant: RoleGrant = RoleGrant::made,
    }
    /// What `revokeRole` asked for (撤销申请的结果).
    RevokeRolePayload of GrantId {
        /// The grant; its end waits for a second person (授权).
        grant: RoleGrant = RoleGrant::made,
    }
}
connection! {
    /// Accounts, newest first (账户列表).
    AccountConnection, AccountEdge of Account;
    /// Role grants, newest first (授权列表).
    RoleGrantConnection, RoleGrantEdge of RoleGrant
}

/// Which accounts to list (账户筛选).
#[derive(InputObject, Default)]
pub struct AccountFilter {
    /// Only those in this state, e.g. `PENDING` (状态).
    pub status: Option<AccountStatus>,
    /// Only those of this kind (类型).
    pub kind: Option<AccountKind>,
}
impl AccountFilter {
    /// Clerks of qualification see bidders and parties, administrators see staff.
    fn condition(&self, actor: &actor::Actor) -> Condition {
        let holds = |role| actor.is_trusted() || actor.grants.iter().any(|grant| grant.role == role);
        let mut kinds = Vec::new();
        if holds(Role::QualificationClerk) {
            kinds.extend([AccountKind::Bidder, AccountKind::Party]);
        }
        if holds(Role::Administrator) {
            kinds.push(AccountKind::Staff);
        }
        Condition::all()
            .add(account::Column::Kind.is_in(kinds))
            .add_option(self.kind.map(|kind| account::Column::Kind.eq(kind)))
            .add_option(self.status.map(|status| account::Column::Status.eq(status)))
    }
}

#[derive(Default)]
pub struct AccessQuery;
#[Object]
impl AccessQuery {
    /// Who you are, your roles and what you may do; none without a token (当前用户).
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Problem> {
        let actor = actor(ctx)?;
        let Some(id) = actor.account() else { return Ok(None) };
        let account = account::load(&services(ctx)?.db.reader(), id).await?;
        Ok(account.map(|account| Viewer { account, actor: actor.clone() }))
    }
    /// Public keys of tokens, bid receipts and checkpoints, retired ones included (签名公钥). No token needed.
    async fn signing_keys(&self, ctx: &Context<'_>) -> Result<Vec<SigningKey>, Problem> {
        Ok(services(ctx)?.keys.public_keys().iter().cloned().map(SigningKey).collect())
    }
    /// Accounts, newest first: bidders and parties for qualification clerks, staff for administrators (账户列表).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<AccountFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<AccountConnection, Problem> {
        scope(ctx, Act::ReadAccounts)?;
        let page = page(NodeKind::Account, first, after, last, before)?;
        let select = account::Entity::find().filter(filter.unwrap_or_default().condition(actor(ctx)?));
        let rows = page.fetch(&services(ctx)?.db.reader(), select, account::Column::Id).await?;
        Ok(rows.map(Account).into())
    }
    /// Role grants of your courts, newest first (授权列表). Role: administrator or inspector.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn role_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<RoleGrantConnection, Problem> {
        let page = page(NodeKind::Grant, first, after, last, before)?;
        let mine = scope(ctx, Act::ReadRoleGrants)?.on_court(grant::Column::CourtId);
        let select = grant::Entity::find().filter(mine);
        let rows = page.fetch(&services(ctx)?.db.reader(), select, grant::Column::Id).await?;
        Ok(rows.map(RoleGrant).into())
    }
}

fn peer(ctx: &Context<'_>) -> Option<IpAddr> {
    ctx.data_opt::<RequestMeta>().and_then(|meta| meta.peer)
}

#[derive(Default)]
pub struct AccessMutation;
#[Object]
impl AccessMutation {
    /// Opens an account for a bidder or party; a clerk verifies its identity before it may act (注册). No token needed.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account (账户).")] input: SignUpInput,
    ) -> Result<SignUpPayload, Problem> {
        services(ctx)?.auth.limits().check_sign_up(peer(ctx))?;
        Ok(account::sign_up(services(ctx)?, actor(ctx)?, &input).await?.into())
    }
    /// Signs in by name and password, at most five times a minute (登录). Takes no idempotency key.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name and password (登录名与口令).")] input: LoginInput,
    ) -> Result<LoginPayload, Problem> {
        Ok(session::login(services(ctx)?, peer(ctx), &input).await?.into())
    }
    /// Takes the next tokens of a session; a refresh token that comes twice ends it (刷新会话). Takes no idempotency key.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token (刷新令牌).")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, Problem> {
        Ok(session::refresh(services(ctx)?, peer(ctx), &input).await?.into())
    }
    /// Ends the session of your token (登出).
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload, Problem> {
        let outcome = run(ctx, &Logout).await?;
        services(ctx)?.auth.forget_actors();
        Ok(outcome.into())
    }
    /// Ends every session of yours, or of an account of your court as its administrator (终止全部会话).
    async fn revoke_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose sessions (账户).")] input: RevokeSessionsInput,
    ) -> Result<RevokeSessionsPayload, Problem> {
        let outcome = run(ctx, &input).await?;
        services(ctx)?.auth.forget_actors();
        Ok(outcome.into())
    }
    /// Accepts or declines the identity of a pending account (实名核验). Role: qualification clerk.
    async fn verify_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision (核验意见).")] input: VerifyAccountInput,
    ) -> Result<VerifyAccountPayload, Problem> {
        let outcome = run(ctx, &input).await?;
        services(ctx)?.auth.forget_actors();
        Ok(outcome.into())
    }
    /// Asks for a role to be given in a court; another administrator agrees by `approve` (授权). Role: administrator.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who gets which role where (授权内容).")] input: GrantRoleInput,
    ) -> Result<GrantRolePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Asks for a role to be taken back; another administrator agrees by `approve` (撤销授权). Role: administrator.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant and why (撤销内容).")] input: RevokeRoleInput,
    ) -> Result<RevokeRolePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
