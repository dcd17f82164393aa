//! The form by which case money goes to a notary.

use super::{Draft, approval_table, blank, case_of, court, money::sources_table, names, not_found};
use crate::kernel::boxed;
use crate::{
    access::Op,
    auction::rules::capitals::money_in_capitals,
    cases::{self, PartyRole},
    document::{
        DocumentKind,
        rules::{day, day_or_blank, yuan},
        words,
    },
    kernel::{error::Failure, ids::NotaryDepositId, query::Fetch},
    paper::Paper,
    payout::tables::{notary_deposit, special_payment, special_payment_source},
};
use sea_orm::{QueryOrder, entity::prelude::*};

/// 执行款提存审批表 (法发〔2017〕6号 art 16): whose money, why he does not have it, to which notary, who agreed.
#[boxed]
pub async fn approval(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let row = notary_deposit::Entity::find_by_id(NotaryDepositId::from_uuid(id)).first(op.tx).await?;
    let row = row.ok_or_else(not_found)?;
    let case = case_of(op, row.case_id).await?;
    let court = court(op, row.court_id).await?;
    let payment = special_payment::Entity::find_by_id(row.payment_id).first(op.tx).await?.ok_or_else(not_found)?;
    let account = op.services.vault.open(special_payment::account_place(payment.id), &payment.account_sealed)?;
    let claim = cases::store::claim(op.tx, row.claim_id).await?.ok_or_else(not_found)?;
    let creditor = cases::store::party(op.tx, claim.creditor_id).await?.ok_or_else(not_found)?;
    let mut paper = blank(op, &court, DocumentKind::NotaryApproval);
    paper.form([
        vec![("案号", case.case_number.clone()), ("执行依据", case.basis_number.clone())],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![("债权人（受领人）", creditor.name.clone()), ("债权未受偿额", yuan(claim.amounts().outstanding()?))],
        vec![("提存事由", words::notary_ground(row.ground.as_str()).to_owned())],
        vec![("事由证明", row.evidence.clone())],
        vec![("申请文书", payment.document.clone()), ("申请日期", day(row.recorded_at.legal_date()))],
    ]);
    paper.heading("一、款项来源");
    sources(op, &mut paper, &row).await?;
    paper.heading("二、提存情况");
    paper.form([
        vec![("提存机构", payment.payee_name.clone()), ("提存账号", account.expose().clone())],
        vec![("开户行", payment.bank_name.clone()), ("联行号", payment.bank_code.clone())],
        vec![("提存金额", yuan(row.amount)), ("状态", words::notary_state(row.state.as_str()).to_owned())],
        vec![("金额（大写）", money_in_capitals(row.amount))],
        vec![("公证书编号", row.certificate.clone().unwrap_or_default()), ("提存日期", day_or_blank(row.deposited_on))],
        vec![("五年届满日", day_or_blank(row.last_day)), ("提示日期", day_or_blank(row.remind_on))],
    ]);
    paper.paragraph("债权人自提存之日起五年内不行使领取提存物的权利的，该权利消灭（民法典第五百七十四条）。");
    approval_table(op, &mut paper, payment.id.node()).await?;
    paper.heading("三、签字");
    paper.signatures(&["承办人", "执行局局长（主管院领导）", "财务审核"]);
    Ok(Draft { court, case: Some(case.id), paper })
}

/// From which receipts the money is taken.
#[boxed]
async fn sources(op: &Op<'_>, paper: &mut Paper, row: &notary_deposit::Model) -> Result<(), Failure> {
    let rows = special_payment_source::Entity::find()
        .filter(special_payment_source::Column::PaymentId.eq(row.payment_id))
        .order_by_asc(special_payment_source::Column::ReceiptId)
        .list(op.tx)
        .await?;
    let sources: Vec<_> = rows.into_iter().map(|source| (source.receipt_id, source.amount)).collect();
    sources_table(op, paper, &sources, row.amount).await
}
