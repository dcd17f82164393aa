//! Where receipts are kept: finders that take the viewer's scope, and loads that lock.

mod due;
mod tables;

pub use due::{DueFilter, due_terms};
pub use tables::{cash_receipt, cheque, receipt, receipt_claim, receipt_claim_line, receipt_description, term};

use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{
        CaseStatus, PartyRole, ProposalStatus,
        store::{self as cases, case, cases_of_account, measure, party},
    },
    funds::{CashState, rules::candidate::CaseFacts},
    kernel::{
        bulk::{among, id_set, is_among},
        clock::LegalDate,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{CaseId, CourtId, ReceiptClaimId, ReceiptId},
        money::Money,
    },
};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Receipts of the viewer's courts, and those of the cases in which the viewer himself is a party.
pub fn visible(scope: &Scope) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => Condition::any()
            .add(receipt::Column::CourtId.is_in(courts.iter().copied()))
            .add_option(own.map(|account| receipt::Column::CaseId.in_subquery(cases_of_account(account)))),
    }
}

pub async fn find_receipt(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: ReceiptId,
) -> Result<Option<receipt::Model>, Problem> {
    Ok(receipt::Entity::find_by_id(id).filter(visible(scope)).first(conn).await?)
}
/// The receipt of a line of the bank: the same account and reference are the same money.
pub async fn receipt_of_line(
    conn: &impl ConnectionTrait,
    court: CourtId,
    bank_account: &str,
    bank_reference: &str,
) -> Result<Option<receipt::Model>, Problem> {
    Ok(receipt::Entity::find()
        .filter(receipt::Column::CourtId.eq(court))
        .filter(receipt::Column::BankAccount.eq(bank_account))
        .filter(receipt::Column::BankReference.eq(bank_reference))
        .filter(receipt::Column::ParentId.is_null())
        .first(conn)
        .await?)
}
#[boxed]
pub async fn lock_receipt(tx: &Tx, scope: &Scope, id: ReceiptId) -> Result<receipt::Model, Failure> {
    let row = receipt::Entity::find_by_id(id).filter(visible(scope)).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::not_found("receipt"))
}
/// Receipts of a case that still hold something, oldest arrival first, locked. The caller holds the case's lock.
#[boxed]
pub async fn lock_receipts(tx: &Tx, case: CaseId) -> Result<Vec<receipt::Model>, Problem> {
    Ok(receipt::Entity::find()
        .filter(receipt::Column::CaseId.eq(case))
        .filter(receipt::Column::Remaining.gt(Money::ZERO))
        .order_by_asc(receipt::Column::BookedOn)
        .order_by_asc(receipt::Column::Id)
        .lock_exclusive()
        .list(tx)
        .await?)
}
/// Locks receipts in id order; the caller holds the locks of their cases.
#[boxed]
pub async fn lock_these(tx: &Tx, ids: &BTreeSet<ReceiptId>) -> Result<Vec<receipt::Model>, Problem> {
    lock_visible(tx, &Scope::Everything, ids).await
}
/// Locks those of the receipts that are in scope, as [`lock_these`] does.
#[boxed]
pub async fn lock_visible(tx: &Tx, scope: &Scope, ids: &BTreeSet<ReceiptId>) -> Result<Vec<receipt::Model>, Problem> {
    let these = receipt::Entity::find().filter(is_among(tx, receipt::Column::Id, ids.iter().map(|id| id.uuid())));
    let these = these.filter(visible(scope)).order_by_asc(receipt::Column::Id);
    Ok(these.lock_exclusive().list(tx).await?)
}
/// Parts of a receipt that were claimed to cases, in the order of the claims.
pub async fn parts_of(conn: &impl ConnectionTrait, parent: ReceiptId) -> Result<Vec<receipt::Model>, Problem> {
    let of_parent = receipt::Column::ParentId.eq(parent);
    Ok(receipt::Entity::find().filter(of_parent).order_by_asc(receipt::Column::Id).list(conn).await?)
}
pub async fn terms_of(conn: &impl ConnectionTrait, receipt: ReceiptId) -> Result<Vec<term::Model>, Problem> {
    Ok(term::Entity::find()
        .filter(term::Column::ReceiptId.eq(receipt))
        .order_by_asc(term::Column::Id)
        .list(conn)
        .await?)
}

/// Those of the receipts whose cash is not on the bank account yet.
pub async fn unbanked(conn: &impl ConnectionTrait, receipts: &[ReceiptId]) -> Result<HashSet<ReceiptId>, Problem> {
    if receipts.is_empty() {
        return Ok(HashSet::new());
    }
    let of_receipts = is_among(conn, cash_receipt::Column::ReceiptId, receipts.iter().map(|id| id.uuid()));
    let rows = cash_receipt::Entity::find().filter(of_receipts).list(conn).await?;
    Ok(rows.into_iter().filter(|cash| cash.state != CashState::Banked).filter_map(|cash| cash.receipt_id).collect())
}

// ---- claims of unidentified money ----

pub async fn pending_claim(
    conn: &impl ConnectionTrait,
    receipt: ReceiptId,
) -> Result<Option<receipt_claim::Model>, Problem> {
    Ok(receipt_claim::Entity::find()
        .filter(receipt_claim::Column::ReceiptId.eq(receipt))
        .filter(receipt_claim::Column::Status.eq(ProposalStatus::Pending))
        .first(conn)
        .await?)
}
/// Those of the receipts on which a claim waits for the second person.
#[boxed]
pub async fn pending_claims(tx: &Tx, receipts: &BTreeSet<ReceiptId>) -> Result<HashSet<ReceiptId>, Problem> {
    if receipts.is_empty() {
        return Ok(HashSet::new());
    }
    let of_these = is_among(tx, receipt_claim::Column::ReceiptId, receipts.iter().map(|id| id.uuid()));
    let rows = receipt_claim::Entity::find()
        .filter(of_these)
        .filter(receipt_claim::Column::Status.eq(ProposalStatus::Pending))
        .list(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.receipt_id).collect())
}
/// The change of a receipt's debtor that waits for the second person.
pub async fn pending_description(
    conn: &impl ConnectionTrait,
    receipt: ReceiptId,
) -> Result<Option<receipt_description::Model>, Problem> {
    Ok(receipt_description::Entity::find()
        .filter(receipt_description::Column::ReceiptId.eq(receipt))
        .filter(receipt_description::Column::Status.eq(ProposalStatus::Pending))
        .first(conn)
        .await?)
}
pub async fn claim_lines(
    conn: &impl ConnectionTrait,
    claim: ReceiptClaimId,
) -> Result<Vec<receipt_claim_line::Model>, Problem> {
    Ok(receipt_claim_line::Entity::find()
        .filter(receipt_claim_line::Column::ReceiptClaimId.eq(claim))
        .order_by_asc(receipt_claim_line::Column::Line)
        .list(conn)
        .await?)
}

/// A claim with its lines in their order.
pub type ClaimWithLines = (receipt_claim::Model, Vec<receipt_claim_line::Model>);

/// Claims with their lines, by one statement.
#[boxed]
pub async fn claims_with_lines(
    tx: &Tx,
    claims: &BTreeSet<ReceiptClaimId>,
) -> Result<HashMap<ReceiptClaimId, ClaimWithLines>, Problem> {
    let text = format!(
        "SELECT c.id AS id, c.court_id AS court_id, c.receipt_id AS receipt_id, c.status AS status,
                c.payer_kind AS payer_kind, c.grounds AS grounds, c.recorded_at AS recorded_at, l.line AS line,
                l.case_id AS case_id, l.amount AS amount
         FROM receipt_claim c JOIN receipt_claim_line l ON l.receipt_claim_id = c.id
         WHERE c.id {} ORDER BY c.id, l.line",
        among(tx.engine(), 1)
    );
    let ids = id_set(tx.engine(), claims.iter().map(|id| id.uuid()));
    let mut found: HashMap<ReceiptClaimId, ClaimWithLines> = HashMap::new();
    for row in tx.query_all_raw(sql(tx, &text, [ids])).await? {
        let id = row.try_get("", "id")?;
        let line = receipt_claim_line::Model {
            receipt_claim_id: id,
            line: row.try_get("", "line")?,
            case_id: row.try_get("", "case_id")?,
            amount: row.try_get("", "amount")?,
        };
        if let Some((_, lines)) = found.get_mut(&id) {
            lines.push(line);
            continue;
        }
        let claim = receipt_claim::Model {
            id,
            court_id: row.try_get("", "court_id")?,
            receipt_id: row.try_get("", "receipt_id")?,
            status: row.try_get("", "status")?,
            payer_kind: row.try_get("", "payer_kind")?,
            grounds: row.try_get("", "grounds")?,
            recorded_at: row.try_get("", "recorded_at")?,
        };
        found.insert(id, (claim, vec![line]));
    }
    Ok(found)
}

/// What is known of a court's cases on which money may still arrive, for the ranking of unidentified money. Five
/// statements, whatever the number of cases.
pub async fn case_facts(conn: &impl ConnectionTrait, court: CourtId) -> Result<Vec<CaseFacts<CaseId>>, Problem> {
    let living = cases::living_cases(conn, court).await?;
    let mut facts: HashMap<CaseId, CaseFacts<CaseId>> =
        living.into_iter().map(|row| (row.id, empty_facts(row))).collect();
    for row in party::Entity::find().filter(party::Column::CourtId.eq(court)).list(conn).await? {
        let Some(of_case) = facts.get_mut(&row.case_id) else { continue };
        match row.role {
            PartyRole::Respondent => of_case.respondents.push(row.name),
            PartyRole::Applicant => of_case.applicants.push(row.name),
            _ => {}
        }
    }
    for row in cases::claim::Entity::find().filter(cases::claim::Column::CourtId.eq(court)).list(conn).await? {
        if let Some(of_case) = facts.get_mut(&row.case_id) {
            let owed = row.amounts().outstanding().map_err(Problem::internal)?;
            of_case.outstanding = of_case.outstanding.plus(owed).map_err(Problem::internal)?;
        }
    }
    for row in measure::Entity::find().filter(measure::Column::CourtId.eq(court)).list(conn).await? {
        if let Some(of_case) = facts.get_mut(&row.case_id) {
            of_case.frozen.push(row.amount);
        }
    }
    Ok(facts.into_values().collect())
}
fn empty_facts(row: case::Model) -> CaseFacts<CaseId> {
    CaseFacts {
        case: row.id,
        case_number: row.case_number,
        respondents: Vec::new(),
        applicants: Vec::new(),
        outstanding: Money::ZERO,
        frozen: Vec::new(),
    }
}

/// Money may be claimed to a case unless it is closed for good.
pub const fn takes_money(status: CaseStatus) -> bool {
    !matches!(status, CaseStatus::Concluded | CaseStatus::Transferred)
}

/// How the money of a case has moved so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub received: Money,
    /// Given a use: owed to a payee, taken as fee, reserved.
    pub distributed: Money,
    /// Confirmed by the bank as paid, less what came back.
    pub paid: Money,
    /// Received and not yet given a use.
    pub remaining: Money,
}

pub async fn flow_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Flow, Problem> {
    let receipts = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS received,
                    CAST(COALESCE(SUM(remaining), 0) AS BIGINT) AS remaining FROM receipt WHERE case_id = $1";
    let paid = "SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS paid FROM ledger_entry e
                JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
                WHERE e.case_id = $1 AND e.book = 'CASE_FUNDS' AND a.code = 'BANK'
                AND e.kind IN ('PAYOUT_SETTLED', 'PAYOUT_RETURNED')";
    let mut flow = Flow::default();
    if let Some(row) = conn.query_one_raw(sql(conn, receipts, [case.into()])).await? {
        flow.received = row.try_get("", "received")?;
        flow.remaining = row.try_get("", "remaining")?;
    }
    if let Some(row) = conn.query_one_raw(sql(conn, paid, [case.into()])).await? {
        let bank: Money = row.try_get("", "paid")?;
        flow.paid = bank.negated();
    }
    flow.distributed = flow.received.minus(flow.remaining).map_err(Problem::internal)?;
    Ok(flow)
}

/// Unidentified case money that arrived on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnidentifiedDay {
    pub booked_on: LegalDate,
    pub count: i64,
    pub amount: Money,
}
pub async fn unidentified_by_day(conn: &impl ConnectionTrait, court: CourtId) -> Result<Vec<UnidentifiedDay>, Problem> {
    let text = "SELECT booked_on, COUNT(*) AS receipts, CAST(SUM(remaining) AS BIGINT) AS amount FROM receipt
                WHERE court_id = $1 AND status = 'UNIDENTIFIED' AND book = 'CASE_FUNDS' GROUP BY booked_on";
    let rows = conn.query_all_raw(sql(conn, text, [court.into()])).await?;
    let day = |row: sea_orm::QueryResult| {
        let (booked_on, count) = (row.try_get("", "booked_on")?, row.try_get("", "receipts")?);
        Ok(UnidentifiedDay { booked_on, count, amount: row.try_get("", "amount")? })
    };
    rows.into_iter().map(day).collect()
}
