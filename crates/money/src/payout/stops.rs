//! What stops a payment from case money besides a bankruptcy: an open objection, a freeze that came after its money had
//! left the case's account, an agent whose power has ended, and an advance that was revoked. Asked when the money is
//! given to the bank and when the bank's file is written.

use super::{PayablePurpose, tables::payable};
use crate::{
    cases,
    kernel::bulk::value_rows,
    kernel::{
        clock::LegalDate,
        db::sql,
        error::{Failure, Problem},
        ids::CaseId,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code},
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashSet};

/// # Errors
/// `OBJECTION_OPEN` while an objection stops the case's money, `INSUFFICIENT_BALANCE` when what is frozen on the case is
/// more than what still stands on its account: then this money would be needed for it; `AGENT_NOT_AUTHORISED` when it
/// goes to the account of an agent whose power was revoked, `ADVANCE_REVOKED`.
pub async fn decide(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let stopped = [PayablePurpose::Creditor, PayablePurpose::Surplus, PayablePurpose::NotaryDeposit];
    let (Some(case), Book::CaseFunds, true) = (payable.case_id, payable.book, stopped.contains(&payable.purpose))
    else {
        return Ok(());
    };
    decide_revoked(conn, payable).await?;
    decide_advance(conn, payable).await?;
    if objection_stops(conn, case).await? {
        return Err(Refusal::new(RefusalCode::ObjectionOpen).law(&reference::FUNDS_10).into());
    }
    let frozen = cases::store::frozen_case_money(conn, case).await?;
    if frozen.is_zero() {
        return Ok(());
    }
    let fund = AccountKey::owned(payable.court_id, Book::CaseFunds, Code::CaseFund, case.uuid());
    if frozen > ledger::balance(conn, fund).await? {
        return Err(Refusal::new(RefusalCode::InsufficientBalance)
            .arg("frozen", frozen)
            .law(&reference::FUNDS_10)
            .into());
    }
    Ok(())
}

/// To an agent's account nothing goes once his party has told the court that his power has ended.
async fn decide_revoked(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let Some(payee) = payable.payee_id else { return Ok(()) };
    let text = "SELECT 1 AS one FROM payee p JOIN agent_paper a ON a.id = p.agent_paper_id
                WHERE p.id = $1 AND a.status = 'REVOKED'";
    if conn.query_one_raw(sql(conn, text, [payee.into()])).await?.is_some() {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_PROCEDURE_63);
        return Err(refusal.field("agentPaper").arg("status", "REVOKED").into());
    }
    Ok(())
}

/// On a claim whose advance execution was revoked nothing is paid any more, delay interest of a plan neither.
async fn decide_advance(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let text = "SELECT 1 AS one FROM case_order o
                WHERE o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED' AND o.claim_id IN (
                    SELECT claim_id FROM payable WHERE id = $1 AND claim_id IS NOT NULL
                    UNION ALL
                    SELECT claim_id FROM distribution_line WHERE payable_id = $1 AND claim_id IS NOT NULL)";
    if conn.query_one_raw(sql(conn, text, [payable.id.into()])).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AdvanceRevoked).law(&reference::CIVIL_PROCEDURE_110).into());
    }
    Ok(())
}

/// The day on which money is given to the bank must lie within the power of the agent whose account it goes to.
///
/// # Errors
/// `AGENT_NOT_AUTHORISED`.
pub async fn decide_agent(
    conn: &impl ConnectionTrait,
    payable: &payable::Model,
    today: LegalDate,
) -> Result<(), Failure> {
    let Some(payee) = payable.payee_id else { return Ok(()) };
    let payee = cases::store::payee(conn, payee).await?;
    let payee = payee.ok_or_else(|| Failure::internal("a payee without its row"))?;
    cases::store::decide_agent_account(conn, &payee, today).await
}

/// Those of `cases` in which anything at all may stop a payment: an objection that holds the money up, a freeze of the
/// case's money, an agent whose power has ended, a revoked advance, a bankrupt debtor. Nothing stops a payment from the
/// others.
pub async fn stopped_cases(conn: &impl ConnectionTrait, cases: &BTreeSet<CaseId>) -> Result<HashSet<CaseId>, Problem> {
    if cases.is_empty() {
        return Ok(HashSet::new());
    }
    let (list, values) = value_rows(conn, &["UUID"], cases.iter().map(|id| vec![(*id).into()]));
    let text = format!(
        "WITH v (id) AS ({list})
         SELECT v.id AS id FROM v JOIN lot l ON l.case_id = v.id JOIN lot_objection o ON o.lot_id = l.id
         WHERE o.outcome IS NULL AND o.stays
         UNION
         SELECT v.id FROM v JOIN distribution_plan p ON p.case_id = v.id
         JOIN distribution_objection o ON o.plan_id = p.id
         WHERE o.status = 'OPEN' AND p.status IN ('DRAFT', 'SERVED')
         UNION
         SELECT v.id FROM v JOIN preservation_measure m ON m.case_id = v.id
         WHERE m.target = 'CASE_MONEY' AND m.status = 'ACTIVE'
         UNION
         SELECT v.id FROM v JOIN case_order o ON o.case_id = v.id
         WHERE o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED'
         UNION
         SELECT v.id FROM v JOIN agent_paper a ON a.case_id = v.id WHERE a.status = 'REVOKED'
         UNION
         SELECT v.id FROM v JOIN case_party p ON p.case_id = v.id AND p.role = 'RESPONDENT'
         WHERE EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE'
                       AND (b.party_id = p.id OR b.identity_index = p.identity_index))"
    );
    let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Is an objection open to a sale of the case that holds up its money, or to a plan that is not carried out yet?
async fn objection_stops(conn: &impl ConnectionTrait, case: CaseId) -> Result<bool, Problem> {
    let text = "SELECT 1 AS one FROM lot_objection o JOIN lot l ON l.id = o.lot_id
                WHERE o.outcome IS NULL AND o.stays AND l.case_id = $1
                UNION ALL
                SELECT 1 FROM distribution_objection o JOIN distribution_plan p ON p.id = o.plan_id
                WHERE o.status = 'OPEN' AND p.status IN ('DRAFT', 'SERVED') AND p.case_id = $1";
    Ok(conn.query_one_raw(sql(conn, text, [case.into()])).await?.is_some())
}
