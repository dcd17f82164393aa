//! What stops a payment from case money besides a bankruptcy: an open objection, and a freeze that came after its money
//! had left the case's account. Asked when the money is given to the bank and when the bank's file is written.

use super::{PayablePurpose, tables::payable};
use crate::{
    cases,
    kernel::{
        db::sql,
        error::{Failure, Problem},
        ids::CaseId,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code},
};
use sea_orm::ConnectionTrait;

/// # Errors
/// `OBJECTION_OPEN` while an objection stops the case's money, `INSUFFICIENT_BALANCE` when what is frozen on the case is
/// more than what still stands on its account: then this money would be needed for it.
pub async fn decide(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let stopped = [PayablePurpose::Creditor, PayablePurpose::Surplus, PayablePurpose::NotaryDeposit];
    let (Some(case), Book::CaseFunds, true) = (payable.case_id, payable.book, stopped.contains(&payable.purpose))
    else {
        return Ok(());
    };
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

/// Is an objection open to a sale of the case that holds up its money, or to a plan that is not carried out yet?
async fn objection_stops(conn: &impl ConnectionTrait, case: CaseId) -> Result<bool, Problem> {
    let text = "SELECT 1 AS one FROM lot_objection o JOIN lot l ON l.id = o.lot_id
                WHERE o.outcome IS NULL AND o.stays AND l.case_id = $1
                UNION ALL
                SELECT 1 FROM distribution_objection o JOIN distribution_plan p ON p.id = o.plan_id
                WHERE o.status = 'OPEN' AND p.status IN ('DRAFT', 'SERVED') AND p.case_id = $1";
    Ok(conn.query_one_raw(sql(conn, text, [case.into()])).await?.is_some())
}
