//! Where cases are kept: the tables, finders that take the viewer's scope, and loads that lock.
//!
//! A finder with a [`Scope`] answers what the viewer may see; what lies outside is not there. The few without one are
//! for callers who hold a row of the case already, or for the bank's dispatcher, who acts for no person.

mod agent;
mod bankrupt;
mod orders;
mod priority;
mod restriction;
mod settlement;
mod tables;
mod transfer;

pub use agent::{agent_paper, agent_papers_of, authorised_agent, count_agents, decide_agent_account};
pub use bankrupt::{bankrupt_among, bankrupt_parties, bankrupt_parties_of, bankruptcies_of, cases_of_bankrupt};
pub use orders::{
    advance_revoked, capital_left, case_order, decide_advance_stands, fee_relief, fee_reliefs_of, orders_of,
    revoked_advances,
};
pub use priority::{courts_under, superior_of, vulnerability, vulnerable};
pub use restriction::{consumption_restriction, is_restricted, restrictions_of};
pub use settlement::{
    SettlementFilter, find_settlement, instalments_of, is_settled, last_settlement_end, owed_beside_settlements,
    paid_on, paid_text, pays_out, performed_claims, settled_among, settled_rest, settlement_claim,
    settlement_claims_of, settlement_in_force, settlement_instalment, settlement_parties_of, settlement_party,
    settlement_table, settlements, settlements_of,
};
pub use tables::{
    bankruptcy, case, claim, court, court_bank_account, court_superior, fee_arrears, measure, party,
    party_vulnerability, payee, payee_correction, satisfaction,
};
pub use transfer::{case_transfer, taken_over_by, transfer_of};

use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{CaseStatus, FeeArrearsStatus, FreezeTarget, MeasureStatus, PayeeStatus, rules::closing::OpenMoney},
    kernel::{
        bulk::is_among,
        clock::LegalDate,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{AccountId, CaseId, ClaimId, CourtId, NodeRef, PartyId, PayeeId, SatisfactionId},
        money::Money,
    },
    ledger::{self, AccountKey, Book, Code},
};
use sea_orm::{
    Condition, ConnectionTrait, ExprTrait, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Alias, Query, SelectStatement},
};
use std::collections::{BTreeSet, HashMap};

// ---- courts ----

pub async fn court(conn: &impl ConnectionTrait, id: CourtId) -> Result<Option<court::Model>, Problem> {
    Ok(court::Entity::find_by_id(id).first(conn).await?)
}
pub async fn court_by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<court::Model>, Problem> {
    Ok(court::Entity::find().filter(court::Column::Code.eq(code)).first(conn).await?)
}
/// The court's own account of a book; every court has one for each.
pub async fn bank_account(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
) -> Result<court_bank_account::Model, Problem> {
    let row = court_bank_account::Entity::find_by_id((court, book)).first(conn).await?;
    row.ok_or_else(|| Problem::internal(format!("{court:?} has no account for {book:?}")))
}
/// Which court and book an account number of a bank statement belongs to.
pub async fn bank_account_by_number(
    conn: &impl ConnectionTrait,
    account_number: &str,
) -> Result<Option<court_bank_account::Model>, Problem> {
    let by_number = court_bank_account::Column::AccountNumber.eq(account_number);
    Ok(court_bank_account::Entity::find().filter(by_number).first(conn).await?)
}

// ---- cases ----

/// Cases of the viewer's courts, and those in which the viewer himself is a party.
pub fn visible(scope: &Scope) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => Condition::any()
            .add(case::Column::CourtId.is_in(courts.iter().copied()))
            .add_option(own.map(|account| case::Column::Id.in_subquery(cases_of_account(account)))),
    }
}

pub async fn find_case(conn: &impl ConnectionTrait, scope: &Scope, id: CaseId) -> Result<Option<case::Model>, Problem> {
    Ok(case::Entity::find_by_id(id).filter(visible(scope)).first(conn).await?)
}
pub async fn find_case_by_number(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    case_number: &str,
) -> Result<Option<case::Model>, Problem> {
    let by_number = case::Column::CaseNumber.eq(case_number);
    Ok(case::Entity::find().filter(by_number).filter(visible(scope)).first(conn).await?)
}
/// The case of a case account number, for the bank's dispatcher.
pub async fn case_by_account_number(
    conn: &impl ConnectionTrait,
    account_number: &str,
) -> Result<Option<case::Model>, Problem> {
    Ok(case::Entity::find().filter(case::Column::AccountNumber.eq(account_number)).first(conn).await?)
}
/// Locks the case for the rest of the transaction. It is the first lock that an operation on a case takes.
#[boxed]
pub async fn lock_case(tx: &Tx, scope: &Scope, id: CaseId) -> Result<case::Model, Failure> {
    let row = case::Entity::find_by_id(id).filter(visible(scope)).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::not_found("case"))
}
/// Locks cases in id order, as the first locks of the operation. What was given twice is locked once.
#[boxed]
pub async fn lock_cases(
    tx: &Tx,
    scope: &Scope,
    ids: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, case::Model>, Failure> {
    let locked = lock_visible(tx, scope, ids).await?;
    if locked.len() != ids.len() {
        return Err(Failure::not_found("case"));
    }
    Ok(locked)
}
/// Locks those of the cases that are in scope, as [`lock_cases`] does.
#[boxed]
pub async fn lock_visible(
    tx: &Tx,
    scope: &Scope,
    ids: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, case::Model>, Problem> {
    let these = case::Entity::find().filter(is_among(tx, case::Column::Id, ids.iter().map(|id| id.uuid())));
    let rows = these.filter(visible(scope)).order_by_asc(case::Column::Id).lock_exclusive().list(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
/// Numbers of cases, for who holds something of them.
pub async fn numbers(conn: &impl ConnectionTrait, ids: &BTreeSet<CaseId>) -> Result<HashMap<CaseId, String>, Problem> {
    let named = case::Entity::find().select_only().column(case::Column::Id).column(case::Column::CaseNumber);
    let named = named.filter(case::Column::Id.is_in(ids.iter().copied())).into_tuple::<(CaseId, String)>();
    Ok(named.list(conn).await?.into_iter().collect())
}
/// Since when the terms of payment of a case pause.
pub async fn terms_paused_on(conn: &impl ConnectionTrait, id: CaseId) -> Result<Option<LegalDate>, Problem> {
    Ok(case::Entity::find_by_id(id).first(conn).await?.and_then(|case| case.terms_paused_on))
}
/// Resumptions of a case, oldest first (执恢).
pub async fn successors(conn: &impl ConnectionTrait, id: CaseId) -> Result<Vec<case::Model>, Problem> {
    let of_case = case::Column::PredecessorId.eq(id);
    Ok(case::Entity::find().filter(of_case).order_by_asc(case::Column::Id).list(conn).await?)
}
/// Cases of a court on which money may still arrive: all but those that are closed for good.
pub async fn living_cases(conn: &impl ConnectionTrait, court: CourtId) -> Result<Vec<case::Model>, Problem> {
    Ok(case::Entity::find()
        .filter(case::Column::CourtId.eq(court))
        .filter(case::Column::Status.is_not_in([CaseStatus::Concluded, CaseStatus::Transferred]))
        .list(conn)
        .await?)
}

/// `SELECT case_id` of the cases in which the holder of `account` is a party: the same verified number of identity.
pub fn cases_of_account(account: AccountId) -> SelectStatement {
    let of_person = party::Column::IdentityIndex.in_subquery(identity_of(account));
    Query::select().column(party::Column::CaseId).from(party::Entity).and_where(of_person).to_owned()
}
/// `SELECT id` of the parties whom the holder of a verified account is.
pub fn parties_of_account(account: AccountId) -> SelectStatement {
    let of_person = party::Column::IdentityIndex.in_subquery(identity_of(account));
    Query::select().column(party::Column::Id).from(party::Entity).and_where(of_person).to_owned()
}
fn identity_of(account: AccountId) -> SelectStatement {
    let column = Alias::new;
    Query::select()
        .column(column("identity_index"))
        .from(column("account"))
        .and_where(Expr::col(column("id")).eq(account))
        .and_where(Expr::col(column("status")).eq("ACTIVE"))
        .to_owned()
}
/// Is the viewer this party himself?
pub async fn is_viewer(conn: &impl ConnectionTrait, scope: &Scope, party: PartyId) -> Result<bool, Problem> {
    let Some(account) = scope.own() else { return Ok(false) };
    let his = party::Entity::find_by_id(party).filter(party::Column::Id.in_subquery(parties_of_account(account)));
    Ok(his.first(conn).await?.is_some())
}

// ---- parties and claims ----

pub async fn party(conn: &impl ConnectionTrait, id: PartyId) -> Result<Option<party::Model>, Problem> {
    Ok(party::Entity::find_by_id(id).first(conn).await?)
}
pub async fn parties_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<party::Model>, Problem> {
    Ok(party::Entity::find().filter(party::Column::CaseId.eq(case)).order_by_asc(party::Column::Id).list(conn).await?)
}
pub async fn claim(conn: &impl ConnectionTrait, id: ClaimId) -> Result<Option<claim::Model>, Problem> {
    Ok(claim::Entity::find_by_id(id).first(conn).await?)
}
/// In the order of filing.
pub async fn claims_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<claim::Model>, Problem> {
    Ok(claim::Entity::find().filter(claim::Column::CaseId.eq(case)).order_by_asc(claim::Column::Id).list(conn).await?)
}
/// What was performed by `cause`, e.g. a deposit with a notary.
pub async fn performed_by(conn: &impl ConnectionTrait, cause: NodeRef) -> Result<Money, Problem> {
    let text = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM satisfaction
                WHERE cause_kind = $1 AND cause_id = $2";
    let row = conn.query_one_raw(sql(conn, text, [cause.kind.as_str().into(), cause.id.into()])).await?;
    Ok(row.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default())
}
/// Has the payment behind a satisfaction come back and been cancelled?
pub async fn is_taken_back(conn: &impl ConnectionTrait, id: SatisfactionId) -> Result<bool, Problem> {
    let text = "SELECT 1 AS one FROM satisfaction_reversal WHERE satisfaction_id = $1";
    Ok(conn.query_one_raw(sql(conn, text, [id.into()])).await?.is_some())
}
/// Still owed in the case, delay interest apart.
pub async fn outstanding_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Money, Problem> {
    outstanding(&claims_of(conn, case).await?)
}
/// Still owed on these claims, delay interest apart.
pub fn outstanding(claims: &[claim::Model]) -> Result<Money, Problem> {
    let parts = claims.iter().map(|claim| claim.amounts().outstanding()).collect::<Result<Vec<_>, _>>();
    parts.and_then(Money::sum).map_err(Problem::internal)
}

// ---- payees ----

pub async fn payee(conn: &impl ConnectionTrait, id: PayeeId) -> Result<Option<payee::Model>, Problem> {
    Ok(payee::Entity::find_by_id(id).first(conn).await?)
}
/// The account that money of this party goes to now.
pub async fn current_payee(conn: &impl ConnectionTrait, party: PartyId) -> Result<Option<payee::Model>, Problem> {
    Ok(payee::Entity::find()
        .filter(payee::Column::PartyId.eq(party))
        .filter(payee::Column::Status.eq(PayeeStatus::Current))
        .first(conn)
        .await?)
}
pub async fn payees_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<payee::Model>, Problem> {
    Ok(payee::Entity::find().filter(payee::Column::CaseId.eq(case)).order_by_asc(payee::Column::Id).list(conn).await?)
}

// ---- measures, fee notes, open money ----

pub async fn measures_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<measure::Model>, Problem> {
    Ok(measure::Entity::find()
        .filter(measure::Column::CaseId.eq(case))
        .order_by_asc(measure::Column::Id)
        .list(conn)
        .await?)
}
/// Money of the case itself that others have frozen: it is on the account but may not be paid out.
pub async fn frozen_case_money(conn: &impl ConnectionTrait, case: CaseId) -> Result<Money, Problem> {
    Ok(frozen_among(conn, &BTreeSet::from([case])).await?.remove(&case).unwrap_or_default())
}
/// What of a case's money may leave: neither held nor frozen by others.
pub async fn free_case_money(conn: &impl ConnectionTrait, case: &case::Model) -> Result<Money, Problem> {
    let fund = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
    let available = ledger::balance::available(conn, fund).await?;
    Ok(available.saturating_minus(frozen_case_money(conn, case.id).await?))
}
/// [`frozen_case_money`] of several cases; those of which nothing is frozen are missing.
pub async fn frozen_among(
    conn: &impl ConnectionTrait,
    cases: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, Money>, Problem> {
    let active = measure::Entity::find()
        .filter(is_among(conn, measure::Column::CaseId, cases.iter().map(|case| case.uuid())))
        .filter(measure::Column::Target.eq(FreezeTarget::CaseMoney))
        .filter(measure::Column::Status.eq(MeasureStatus::Active));
    let mut sums: HashMap<CaseId, Money> = HashMap::new();
    for row in active.list(conn).await? {
        let sum = sums.entry(row.case_id).or_default();
        *sum = sum.plus(row.amount).map_err(Problem::internal)?;
    }
    Ok(sums)
}
pub async fn fee_arrears_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<fee_arrears::Model>, Problem> {
    fee_arrears_among(conn, &[case]).await
}
/// [`fee_arrears_of`] several cases.
pub async fn fee_arrears_among(
    conn: &impl ConnectionTrait,
    cases: &[CaseId],
) -> Result<Vec<fee_arrears::Model>, Problem> {
    let of_cases = is_among(conn, fee_arrears::Column::CaseId, cases.iter().map(|case| case.uuid()));
    Ok(fee_arrears::Entity::find().filter(of_cases).order_by_asc(fee_arrears::Column::Id).list(conn).await?)
}

/// What stands on the case now, deposits and prices of its lots among it.
pub async fn open_money(conn: &impl ConnectionTrait, case: &case::Model) -> Result<OpenMoney, Problem> {
    let on_account = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
    let mut open = OpenMoney { balance: ledger::balance(conn, on_account).await?, ..OpenMoney::default() };
    for (code, amount) in folded_by_code(conn, case.id).await? {
        let place = match code {
            Code::Payable | Code::InTransit | Code::TaxReserve | Code::RentReserve | Code::ChequePending => {
                &mut open.balance
            }
            _ => continue,
        };
        *place = place.plus(amount).map_err(Problem::internal)?;
    }
    open.deposits = money_of_lots(conn, case).await?;
    let active = measures_of(conn, case.id).await?.into_iter().filter(|m| m.status == MeasureStatus::Active);
    open.frozen = Money::sum(active.map(|m| m.amount)).map_err(Problem::internal)?;
    let owed = fee_arrears_of(conn, case.id).await?.into_iter().filter(|f| f.status == FeeArrearsStatus::Open);
    open.fee_arrears = Money::sum(owed.map(|f| f.amount)).map_err(Problem::internal)?;
    Ok(open)
}

/// What stands on the accounts of the case's lots and of the registrations for them: deposits, those that the platform has
/// too, prices, forfeited deposits.
async fn money_of_lots(conn: &impl ConnectionTrait, case: &case::Model) -> Result<Money, Problem> {
    let text = "SELECT a.code AS code, CAST(SUM(p.amount) AS BIGINT) AS total
                FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                WHERE a.owner IN (SELECT id FROM lot WHERE case_id = $1 UNION ALL
                                  SELECT r.id FROM registration r JOIN lot l ON l.id = r.lot_id WHERE l.case_id = $1)
                  AND a.court_id = $2 AND a.book = 'AUCTION_DEPOSITS'
                  AND a.code IN ('BIDDER_DEPOSIT', 'PRICE', 'FORFEITED', 'FROZEN_CONTRA') GROUP BY a.code";
    let mut sum = Money::ZERO;
    for row in conn.query_all_raw(sql(conn, text, [case.id.into(), case.court_id.into()])).await? {
        let code: Code = row.try_get("", "code")?;
        sum = sum.plus(code.natural(row.try_get("", "total")?)).map_err(Problem::internal)?;
    }
    Ok(sum)
}

/// What the entries of a case have left on each account of the chart, in its natural sign.
async fn folded_by_code(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<(Code, Money)>, Problem> {
    let text = "SELECT a.code AS code, CAST(SUM(p.amount) AS BIGINT) AS total FROM ledger_entry e
                JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
                WHERE e.case_id = $1 GROUP BY a.code";
    let rows = conn.query_all_raw(sql(conn, text, [case.into()])).await?;
    let line = |row: sea_orm::QueryResult| {
        let code: Code = row.try_get("", "code")?;
        Ok((code, code.natural(row.try_get("", "total")?)))
    };
    rows.into_iter().map(line).collect()
}
