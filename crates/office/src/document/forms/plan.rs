//! The distribution plan as it is served, and the settlement sheet of a case.

use super::{Draft, blank, case_of, court, names, not_found};
use crate::kernel::boxed;
use crate::{
    access::Op,
    cases::{self, PartyRole},
    distribution::{self, PlanStatus},
    document::{
        DocumentKind,
        rules::{day, day_or_blank, grouped, yuan},
        words,
    },
    funds,
    kernel::{
        error::{Failure, Problem},
        ids::{CaseId, PlanId},
        money::Money,
    },
    paper::Align,
};
use sea_orm::prelude::Uuid;
use std::collections::BTreeMap;

/// 执行财产分配方案 (民诉解释 508–512): who gets what by which rank, and how to object.
#[boxed]
pub async fn plan(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let plan = distribution::store::find_plan(op.tx, op.scope(), PlanId::from_uuid(id)).await?;
    let plan = plan.ok_or_else(not_found)?;
    let case = case_of(op, plan.case_id).await?;
    let court = court(op, plan.court_id).await?;
    let lines = distribution::store::lines_of(op.tx, plan.id).await?;
    let parties: BTreeMap<_, _> =
        cases::store::parties_of(op.tx, case.id).await?.into_iter().map(|party| (party.id, party.name)).collect();
    let mut paper = blank(op, &court, DocumentKind::DistributionPlan);
    if plan.status == PlanStatus::Withdrawn {
        paper.notice = Some("本方案已撤回，不再执行".to_owned());
    }
    paper.form([
        vec![("案号", case.case_number.clone()), ("方案版本", format!("第{}版", plan.number))],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![("可供分配款", yuan(plan.pool)), ("执行申请费基数", yuan(plan.executed_now))],
        vec![("合议庭评议", plan.panel_document.clone().unwrap_or_default())],
    ]);
    paper.heading("一、分配原则");
    paper.paragraph(format!(
        "执行款在扣除处置费用、执行申请费后，依次清偿优先受偿的债权；{}。加倍部分债务利息在生效法律文书确定的金钱债务之后清偿。",
        words::ordinary_rule(plan.ordinary_rule.as_str())
    ));
    paper.heading("二、分配明细");
    let mut rows = Vec::with_capacity(lines.len());
    for line in &lines {
        let who = line.party_id.and_then(|id| parties.get(&id)).unwrap_or(&line.label);
        rows.push(vec![
            line.line.to_string(),
            words::basis(line.basis.as_str()).to_owned(),
            who.clone(),
            grouped(line.claimed),
            grouped(line.amount),
            words::line_state(line.state.as_str()).to_owned(),
        ]);
    }
    let claimed = Money::sum(lines.iter().map(|line| line.claimed))?;
    let given = Money::sum(lines.iter().map(|line| line.amount))?;
    let total = ["合计", "", "", &grouped(claimed), &grouped(given), ""].map(str::to_owned);
    let columns = [
        ("顺位", 2, Align::Centre),
        ("依据", 4, Align::Left),
        ("受偿人", 4, Align::Left),
        ("债权额（元）", 4, Align::Right),
        ("分配额（元）", 4, Align::Right),
        ("备注", 3, Align::Centre),
    ];
    paper.table(&columns, rows, Some(total.into()));
    paper.heading("三、异议权利");
    paper.paragraph(
        "债权人或者被执行人对分配方案有异议的，应当自收到分配方案之日起十五日内向本院提出书面异议。\
         未提出异议的债权人、被执行人自收到通知之日起十五日内未提出反对意见的，本院依异议人的意见审查修正后分配；\
         提出反对意见的，异议人可以自收到通知之日起十五日内提起诉讼，逾期未起诉的，按照原分配方案分配。\
         （民诉解释第五百零九条、第五百一十条）",
    );
    paper.signatures(&["审判长", "审判员", "书记员"]);
    paper.seal();
    Ok(Draft { court, case: Some(case.id), paper })
}

/// 执行款物结算单: the claims, what came in, what went out, what is left.
#[boxed]
pub async fn settlement(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let case = case_of(op, CaseId::from_uuid(id)).await?;
    let court = court(op, case.court_id).await?;
    let claims = cases::store::claims_of(op.tx, case.id).await?;
    let parties: BTreeMap<_, _> =
        cases::store::parties_of(op.tx, case.id).await?.into_iter().map(|party| (party.id, party.name)).collect();
    let flow = funds::store::flow_of(op.tx, case.id).await?;
    let title = distribution::store::title_history(op.tx, &case).await?;
    let mut paper = blank(op, &court, DocumentKind::SettlementSheet);
    paper.form([
        vec![("案号", case.case_number.clone()), ("执行依据", case.basis_number.clone())],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![("立案日期", day(case.filed_on)), ("结案日期", day_or_blank(case.closed_on))],
        vec![
            ("案件状态", words::case_status(case.status.as_str()).to_owned()),
            ("执行标的额", yuan(case.target_amount)),
        ],
    ]);
    paper.heading("一、债权履行情况");
    let mut rows = Vec::with_capacity(claims.len());
    for claim in &claims {
        rows.push(vec![
            parties.get(&claim.creditor_id).cloned().unwrap_or_default(),
            claim.cause.clone(),
            grouped(claim.principal),
            grouped(claim.ordinary_interest),
            grouped(claim.costs),
            grouped(claim.satisfied),
            grouped(claim.amounts().outstanding()?),
        ]);
    }
    let columns = [
        ("债权人", 3, Align::Left),
        ("案由", 4, Align::Left),
        ("本金（元）", 4, Align::Right),
        ("利息（元）", 3, Align::Right),
        ("费用（元）", 3, Align::Right),
        ("已履行（元）", 4, Align::Right),
        ("未履行（元）", 4, Align::Right),
    ];
    paper.table(&columns, rows, None);
    paper.heading("二、案款收支情况");
    let open = cases::store::open_money(op.tx, &case).await.map_err(|problem: Problem| problem)?;
    paper.form([
        vec![("收到案款", yuan(flow.received)), ("已作分配", yuan(flow.distributed))],
        vec![("银行已付", yuan(flow.paid)), ("尚未使用", yuan(flow.remaining))],
        vec![("执行申请费", yuan(title.charged)), ("账户结存", yuan(open.balance))],
        vec![("被冻结款项", yuan(open.frozen)), ("欠缴执行费", yuan(open.fee_arrears))],
    ]);
    paper.signatures(&["承办人", "案款管理员", "申请执行人", "被执行人"]);
    paper.seal();
    Ok(Draft { court, case: Some(case.id), paper })
}
