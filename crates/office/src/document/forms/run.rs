//! The sheet of a unified payout: every line with its payee, for the signatures below it. Words of a paper are recorded
//! with it as a whole, so that a long run, which may have a million lines, is named by the digest of its lines instead:
//! the one that its approvers have agreed to. Its lines are fetched as the table of lines of unified payouts.

use super::{Draft, approval_table, blank, court, not_found};
use crate::kernel::boxed;
use crate::{
    access::Op,
    cases::store::{case, payee},
    disbursement::{self, tables::run},
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
    paper::{Align, Paper},
};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Lines that are printed at most: some sixty pages. A longer run has none of them on paper.
const MOST_LINES: i32 = 2_000;
/// Lines read and looked up at once.
const TOGETHER: u64 = 200;

/// 集中兑现发放清单.
#[boxed]
pub async fn batch(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let run = disbursement::store::find_run(op.tx, op.scope(), PayoutRunId::from_uuid(id)).await?;
    let run = run.ok_or_else(not_found)?;
    let court = court(op, run.court_id).await?;
    let mut paper = blank(op, &court, DocumentKind::PayoutBatch);
    paper.form([
        vec![("批次号", run.run_number.clone()), ("起草时间", minute(run.recorded_at))],
        vec![("笔数", run.line_count.to_string()), ("合计金额", yuan(run.total))],
    ]);
    if run.line_count > MOST_LINES {
        paper.form([vec![("明细摘要（SHA-256）", hex::encode(&run.lines_digest))]]);
        paper.paragraph(format!(
            "本批次明细共{}笔，不逐笔打印。上列摘要由每笔明细的案件、债权、收款人、账户、金额及来款依次计算得出，与提请审批\
             时的摘要一致；逐笔明细见“集中兑现明细表”，批次号同上。",
            run.line_count
        ));
    } else {
        lines(op, &mut paper, &run).await?;
    }
    approval_table(op, &mut paper, run.id.node()).await?;
    paper.signatures(&["案款管理员", "执行局局长（主管院领导）", "财务审核", "出纳"]);
    Ok(Draft { court, case: None, paper })
}

/// Every line of the run, some at a time.
#[boxed]
async fn lines(op: &Op<'_>, paper: &mut Paper, run: &run::Model) -> Result<(), Failure> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let lines = disbursement::store::lines_behind(op.tx, run.id, after, TOGETHER).await?;
        let Some(last) = lines.last() else { break };
        after = last.line;
        let cases = case_numbers(op, lines.iter().map(|line| line.case_id).collect()).await?;
        let payees = payees(op, lines.iter().map(|line| line.payee_id).collect()).await?;
        for line in &lines {
            let (name, account, bank) = payees.get(&line.payee_id).cloned().unwrap_or_default();
            rows.push(vec![
                line.line.to_string(),
                cases.get(&line.case_id).cloned().unwrap_or_default(),
                name,
                account,
                bank,
                grouped(line.amount),
                words::run_line_state(line.state.as_str()).to_owned(),
            ]);
        }
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
    Ok(())
}

#[boxed]
async fn case_numbers(op: &Op<'_>, ids: BTreeSet<CaseId>) -> Result<BTreeMap<CaseId, String>, Failure> {
    let rows = case::Entity::find().filter(case::Column::Id.is_in(ids)).list(op.tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.case_number)).collect())
}
/// Name, masked account and bank.
#[boxed]
async fn payees(op: &Op<'_>, ids: BTreeSet<PayeeId>) -> Result<BTreeMap<PayeeId, (String, String, String)>, Failure> {
    let rows = payee::Entity::find().filter(payee::Column::Id.is_in(ids)).list(op.tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.name, row.account_mask, row.bank_name))).collect())
}
