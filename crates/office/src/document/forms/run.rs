//! The sheet of a unified payout: every line with its payee, for the signatures below it.

use super::{Draft, approval_table, blank, court, not_found};
use crate::kernel::boxed;
use crate::{
    access::Op,
    cases::store::{case, payee},
    disbursement,
    document::{
        DocumentKind,
        rules::{grouped, minute, yuan},
        words,
    },
    kernel::{
        error::Failure,
        ids::{CaseId, PayeeId, PayoutRunId},
        query::Fetch,
    },
    paper::Align,
};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Rows looked up at once.
const TOGETHER: usize = 200;

/// 集中兑现发放清单.
#[boxed]
pub async fn batch(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let run = disbursement::store::find_run(op.tx, op.scope(), PayoutRunId::from_uuid(id)).await?;
    let run = run.ok_or_else(not_found)?;
    let lines = disbursement::store::all_lines(op.tx, run.id).await?;
    let cases = case_numbers(op, lines.iter().map(|line| line.case_id).collect()).await?;
    let payees = payees(op, lines.iter().map(|line| line.payee_id).collect()).await?;
    let court = court(op, run.court_id).await?;
    let mut paper = blank(op, &court, DocumentKind::PayoutBatch);
    paper.form([
        vec![("批次号", run.run_number.clone()), ("起草时间", minute(run.recorded_at))],
        vec![("笔数", run.line_count.to_string()), ("合计金额", yuan(run.total))],
    ]);
    let mut rows = Vec::with_capacity(lines.len());
    for line in &lines {
        let case_number = cases.get(&line.case_id).cloned().unwrap_or_default();
        let (name, account, bank) = payees.get(&line.payee_id).cloned().unwrap_or_default();
        rows.push(vec![
            line.line.to_string(),
            case_number,
            name,
            account,
            bank,
            grouped(line.amount),
            words::run_line_state(line.state.as_str()).to_owned(),
        ]);
    }
    let total = ["合计", "", "", "", "", &grouped(run.total), ""].map(str::to_owned);
    let columns = [
        ("序号", 2, Align::Centre),
        ("案号", 6, Align::Left),
        ("收款人", 3, Align::Left),
        ("账号", 4, Align::Left),
        ("开户行", 4, Align::Left),
        ("金额（元）", 4, Align::Right),
        ("状态", 3, Align::Centre),
    ];
    paper.table(&columns, rows, Some(total.into()));
    approval_table(op, &mut paper, run.id.node()).await?;
    paper.signatures(&["案款管理员", "执行局局长（主管院领导）", "财务审核", "出纳"]);
    Ok(Draft { court, case: None, paper })
}

#[boxed]
async fn case_numbers(op: &Op<'_>, ids: BTreeSet<CaseId>) -> Result<BTreeMap<CaseId, String>, Failure> {
    let ids: Vec<_> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(TOGETHER) {
        let rows = case::Entity::find().filter(case::Column::Id.is_in(some.iter().copied())).list(op.tx).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row.case_number)));
    }
    Ok(found)
}
/// Name, masked account and bank.
#[boxed]
async fn payees(op: &Op<'_>, ids: BTreeSet<PayeeId>) -> Result<BTreeMap<PayeeId, (String, String, String)>, Failure> {
    let ids: Vec<_> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(TOGETHER) {
        let rows = payee::Entity::find().filter(payee::Column::Id.is_in(some.iter().copied())).list(op.tx).await?;
        found.extend(rows.into_iter().map(|row| (row.id, (row.name, row.account_mask, row.bank_name))));
    }
    Ok(found)
}
