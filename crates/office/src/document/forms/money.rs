//! Papers of case money: the voucher of a receipt, the forms of paying out and deferring, the proof of a payment.

use super::{Draft, approval_table, blank, case_of, court, names, not_found, person, too_early};
use crate::kernel::boxed;
use crate::{
    access::Op,
    auction::rules::capitals::money_in_capitals,
    cases::{self, PartyRole},
    disbursement::{self, tables::deferral},
    document::{
        DocumentKind,
        rules::{day, day_or_blank, grouped, minute, yuan},
        words,
    },
    funds,
    kernel::{
        error::Failure,
        ids::{DeferralId, OrderId, PartyId, PayableId, ReceiptId},
        money::Money,
        query::Fetch,
    },
    ledger::{self, AccountKey, Book, Code},
    paper::{Align, Paper},
    payout::{
        self, AttemptState, PayablePurpose, PayableState,
        tables::{attempt, payable},
    },
};
use sea_orm::{ActiveEnum, entity::prelude::*};

/// 收款凭据 (法发〔2017〕6号 art 7, 8): the money as it arrived, whatever has become of it since.
#[boxed]
pub async fn voucher(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let receipt = funds::store::find_receipt(op.tx, op.scope(), ReceiptId::from_uuid(id)).await?;
    let receipt = receipt.ok_or_else(not_found)?;
    let case = case_of(op, receipt.case_id.ok_or_else(|| too_early(receipt.status.as_str()))?).await?;
    let court = court(op, receipt.court_id).await?;
    let mut paper = blank(op, &court, DocumentKind::ReceiptVoucher);
    let behalf = match receipt.on_behalf_of {
        Some(party) => cases::store::party(op.tx, party).await?.map(|party| party.name).unwrap_or_default(),
        None => String::new(),
    };
    paper.form([
        vec![("案号", case.case_number.clone()), ("到账编号", receipt.voucher_number.clone())],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![
            ("交款人", receipt.payer_name.clone()),
            ("交款人类型", words::payer_kind(receipt.payer_kind.as_str()).to_owned()),
        ],
        vec![("代何人交款", behalf), ("交款方式", words::receipt_source(receipt.source.as_str()).to_owned())],
        vec![("到账日期", day(receipt.booked_on)), ("收款账户", words::book(&receipt.book.to_value()).to_owned())],
        vec![
            ("银行流水号", receipt.bank_reference.clone()),
            ("依据文书", receipt.document.clone().unwrap_or_default()),
        ],
        vec![("金额（小写）", yuan(receipt.amount)), ("币种", "人民币".to_owned())],
        vec![("金额（大写）", money_in_capitals(receipt.amount))],
    ]);
    paper.paragraph("上列款项已收讫，存入本院执行案款专户，一案一账号管理。");
    paper.form([vec![("开票人", person(op, &op.actor.name()).await?), ("复核人", String::new())]]);
    paper.seal();
    Ok(Draft { court, case: Some(case.id), paper })
}

/// 执行款发放审批表 (法发〔2017〕6号 art 12): case, parties, payer, amounts and manner, payee with account.
#[boxed]
pub async fn approval(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let order = disbursement::store::find_order(op.tx, op.scope(), OrderId::from_uuid(id)).await?;
    let order = order.ok_or_else(not_found)?;
    let case = case_of(op, order.case_id).await?;
    let court = court(op, order.court_id).await?;
    let payee = cases::store::payee(op.tx, order.payee_id).await?.ok_or_else(not_found)?;
    let account = op.services.vault.open(cases::store::payee::account_place(payee.id), &payee.account_sealed)?;
    let mut paper = blank(op, &court, DocumentKind::PayoutApproval);
    paper.form([
        vec![("案号", case.case_number.clone()), ("审批编号", order.order_number.clone())],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![("执行依据", case.basis_number.clone()), ("执行标的额", yuan(case.target_amount))],
    ]);
    paper.heading("一、交款情况");
    let sources = disbursement::store::sources_of(op.tx, order.id).await?;
    sources_table(op, &mut paper, &sources, order.amount).await?;
    paper.heading("二、发款情况");
    paper.form([
        vec![("收款人", payee.name.clone()), ("收款人账号", account.expose().clone())],
        vec![("开户行", payee.bank_name.clone()), ("联行号", payee.bank_code.clone())],
        vec![("账户确认书", payee.document.clone()), ("确认时间", minute(payee.confirmed_at))],
        vec![
            ("发款方式", "银行转账".to_owned()),
            ("款项用途", words::payable_purpose(order.purpose.as_str()).to_owned()),
        ],
        vec![("发款金额", yuan(order.amount)), ("审批状态", words::order_status(order.status.as_str()).to_owned())],
        vec![("金额（大写）", money_in_capitals(order.amount))],
        vec![("合议庭决定", order.panel_document.clone().unwrap_or_else(|| "收款人为申请执行人，不需评议".to_owned()))],
    ]);
    approval_table(op, &mut paper, order.id.node()).await?;
    paper.heading("三、签字");
    paper.signatures(&["承办人", "案款管理员", "执行局局长（主管院领导）", "财务审核", "出纳"]);
    Ok(Draft { court, case: Some(case.id), paper })
}

/// Who paid the money that is paid out: payer, day, manner, amount received and amount used.
#[boxed]
pub(super) async fn sources_table(
    op: &Op<'_>,
    paper: &mut Paper,
    sources: &[(ReceiptId, Money)],
    amount: Money,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (id, used) in sources {
        let receipt = funds::store::find_receipt(op.tx, op.scope(), *id).await?.ok_or_else(not_found)?;
        rows.push(vec![
            receipt.payer_name,
            day(receipt.booked_on),
            words::receipt_source(receipt.source.as_str()).to_owned(),
            grouped(receipt.amount),
            grouped(*used),
        ]);
    }
    if rows.is_empty() {
        paper.paragraph("本次发放依分配方案从应付款中支付，交款情况见分配方案。");
        return Ok(());
    }
    let total = ["合计", "", "", ""].map(str::to_owned).into_iter().chain([grouped(amount)]).collect();
    let columns = [
        ("交款人", 4, Align::Left),
        ("交款时间", 3, Align::Centre),
        ("交款方式", 3, Align::Centre),
        ("交款金额（元）", 3, Align::Right),
        ("本次使用（元）", 3, Align::Right),
    ];
    paper.table(&columns, rows, Some(total));
    Ok(())
}

/// 执行款延缓发放审批表 (法发〔2017〕6号 art 10).
#[boxed]
pub async fn deferral(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let row = deferral::Entity::find_by_id(DeferralId::from_uuid(id)).first(op.tx).await?.ok_or_else(not_found)?;
    let case = case_of(op, row.case_id).await?;
    let court = court(op, row.court_id).await?;
    let money = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
    let mut paper = blank(op, &court, DocumentKind::DeferralApproval);
    paper.form([
        vec![("案号", case.case_number.clone()), ("案款余额", yuan(ledger::balance(op.tx, money).await?))],
        vec![
            ("申请执行人", names(op, case.id, PartyRole::Applicant).await?),
            ("被执行人", names(op, case.id, PartyRole::Respondent).await?),
        ],
        vec![
            ("延缓事由", words::deferral_reason(row.reason.as_str()).to_owned()),
            ("延缓金额", row.amount.map_or_else(|| "全部案款".to_owned(), yuan)),
        ],
        vec![("具体说明", row.explanation.clone())],
        vec![("证明材料", row.document.clone())],
        vec![("提出日期", day(row.recorded_at.legal_date())), ("经办人", person(op, &row.maker).await?)],
        vec![
            ("状态", words::deferral_status(row.status.as_str()).to_owned()),
            ("批准日期", day_or_blank(row.in_force_on)),
        ],
        vec![("恢复日期", day_or_blank(row.ended_on)), ("恢复后发放期限", day_or_blank(row.due_on))],
    ]);
    paper.paragraph("延缓发放事由消失后，应当在十日内完成执行款的结算和发放（法发〔2017〕6号第十条）。");
    approval_table(op, &mut paper, row.id.node()).await?;
    paper.signatures(&["承办人", "执行局局长（主管院领导）"]);
    Ok(Draft { court, case: Some(case.id), paper })
}

/// `****0018`: enough for the payee to know his account by.
fn masked(account: &str) -> String {
    let hidden = account.chars().count().saturating_sub(4);
    format!("****{}", account.chars().skip(hidden).collect::<String>())
}

/// A payment that has arrived, with the attempt that paid it.
#[boxed]
async fn paid(op: &Op<'_>, id: Uuid) -> Result<(payable::Model, attempt::Model), Failure> {
    let payable = payout::own::find(op.tx, op.scope(), PayableId::from_uuid(id)).await?;
    let payable = payable.ok_or_else(not_found)?;
    // it would name a losing bidder with his account
    if payable.purpose == PayablePurpose::DepositRefund {
        return Err(not_found());
    }
    let attempts = payout::store::attempts_of(op.tx, payable.id).await?;
    let settled = attempts.into_iter().rev().find(|attempt| attempt.state == AttemptState::Settled);
    let paid = settled.filter(|_| payable.state == PayableState::Paid);
    let paid = paid.ok_or_else(|| too_early(payable.state.as_str()))?;
    Ok((payable, paid))
}

/// The party whose confirmed account a payment went to.
#[boxed]
pub async fn paid_party(op: &Op<'_>, id: Uuid) -> Result<Option<PartyId>, Failure> {
    let (_, paid) = paid(op, id).await?;
    match paid.payee_id {
        Some(payee) => Ok(cases::store::payee(op.tx, payee).await?.map(|payee| payee.party_id)),
        None => Ok(None),
    }
}

/// 案款发放凭证: the bank's confirmation of a payment, for the payee and the file (法发〔2017〕6号 art 15).
#[boxed]
pub async fn payout_receipt(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let (payable, paid) = paid(op, id).await?;
    let court = court(op, payable.court_id).await?;
    let case_number = match payable.case_id {
        Some(case) => case_of(op, case).await?.case_number,
        None => String::new(),
    };
    let place = payout::tables::attempt::account_place(paid.id);
    let account = op.services.vault.open(place, &paid.account_sealed)?;
    let mut paper = blank(op, &court, DocumentKind::PayoutReceipt);
    paper.form([
        vec![("案号", case_number), ("款项用途", words::payable_purpose(payable.purpose.as_str()).to_owned())],
        vec![("收款人", paid.payee_name.clone()), ("收款人账号", masked(account.expose()))],
        vec![("开户行", paid.bank_name.clone()), ("联行号", paid.bank_code.clone())],
        vec![("付款账户", words::book(&paid.book.to_value()).to_owned()), ("付款方式", "银行转账".to_owned())],
        vec![("支付指令号", paid.end_to_end_id.clone()), ("银行记账日", day_or_blank(paid.settled_on))],
        vec![("金额（小写）", yuan(paid.amount)), ("付款次数", format!("第{}次", paid.number))],
        vec![("金额（大写）", money_in_capitals(paid.amount))],
    ]);
    paper.paragraph("上列款项已由开户银行确认付讫。本凭证归入执行案卷。");
    paper.seal();
    Ok(Draft { court, case: payable.case_id, paper })
}
