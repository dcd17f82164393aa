//! Papers after a sale: confirmation, draft ruling, draft notice to the registry, record of handing over, top-up
//! notice.

use super::{Draft, lot::Sheet, names, too_early};
use crate::kernel::boxed;
use crate::{
    access::Op,
    auction::{
        LotStatus,
        rules::{capitals::money_in_capitals, papers::describe_purchasers},
        store::{buyer_default, joint_purchaser, lot_result, top_up_order},
    },
    cases::PartyRole,
    document::{
        DocumentKind,
        rules::{day, day_or_blank, minute, yuan},
        words,
    },
    kernel::error::Failure,
};
use sea_orm::{ActiveEnum, prelude::Uuid};

/// The lot with its result, in one of these states.
#[boxed]
async fn sold(
    op: &Op<'_>,
    id: Uuid,
    kind: DocumentKind,
    states: &[LotStatus],
) -> Result<(Sheet, lot_result::Model), Failure> {
    let mut sheet = Sheet::begin(op, id, kind).await?;
    let result = lot_result::of_lot(op.tx, sheet.lot.id).await?;
    match result {
        Some(result) if states.contains(&sheet.lot.status) => {
            sheet.identify();
            Ok((sheet, result))
        }
        _ => Err(too_early(&sheet.lot.status.to_value())),
    }
}
use LotStatus::{Defaulted, Delivered, Paid, RulingServed, Sold};

/// Joint purchasers answer for the whole (民法典 art 518).
const ANSWERABLE: &str = "共同买受人对应付款项承担连带责任。";

/// Those who bought together with their shares; none when one bought.
#[boxed]
async fn shares(op: &Op<'_>, result: &lot_result::Model) -> Result<Option<String>, Failure> {
    let rows = joint_purchaser::of_lot(op.tx, result.lot_id).await?;
    let named: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.share_parts)).collect();
    Ok((!named.is_empty()).then(|| describe_purchasers(&named)))
}

/// 网络竞价成功确认书 (网拍规定 art 22): name, code, lot, price, time, court; no number of identity, address, phone, account.
#[boxed]
pub async fn confirmation(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let states = [Sold, Paid, RulingServed, Delivered];
    let (mut sheet, result) = sold(op, id, DocumentKind::SaleConfirmation, &states).await?;
    sheet.paper.form([
        vec![("确认书编号", result.confirmation_number.clone()), ("竞买代码", result.bidder_code.clone())],
        vec![("买受人", result.purchaser_name.clone())],
        vec![("成交价", yuan(result.hammer_price)), ("成交时间", minute(result.ended_at))],
        vec![("成交价（大写）", money_in_capitals(result.hammer_price))],
        vec![
            ("保证金抵作价款", yuan(result.deposit_applied.plus(result.deposit_due)?)),
            ("余款截止日", day(result.balance_due_on)),
        ],
    ]);
    if let Some(shares) = shares(op, &result).await? {
        sheet.paper.form([vec![("共同买受人及份额", shares)]]);
        sheet.paper.paragraph(ANSWERABLE.to_owned());
    }
    sheet.paper.paragraph(format!(
        "经网络公开竞价，{}以最高应价竞得本标的物，成交价为{}。标的物所有权自拍卖成交裁定送达买受人时转移。",
        result.purchaser_name,
        yuan(result.hammer_price)
    ));
    sheet.paper.seal();
    Ok(sheet.done())
}

/// 拍卖成交裁定书, a draft for the judge (民诉法 art 251; 拍变规定 art 20, 26).
#[boxed]
pub async fn ruling(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let (mut sheet, result) = sold(op, id, DocumentKind::SaleRuling, &[Paid, RulingServed, Delivered]).await?;
    sheet.paper.notice = Some(draft_mark(sheet.paper.notice.take()));
    let (applicants, respondents) =
        (names(op, sheet.case.id, PartyRole::Applicant).await?, names(op, sheet.case.id, PartyRole::Respondent).await?);
    let (case, title) = (sheet.case.case_number.clone(), sheet.lot.title.clone());
    let owner = match shares(op, &result).await? {
        Some(shares) => format!("{}共同所有（{shares}）", result.purchaser_name),
        None => format!("{}所有", result.purchaser_name),
    };
    for text in [
        format!("申请执行人：{applicants}。"),
        format!("被执行人：{respondents}。"),
        format!("买受人：{}。", result.purchaser_name),
        format!(
            "本院在执行{applicants}与{respondents}一案（{case}）中，依法对被执行人的下列财产进行网络司法拍卖：{title}。\
             {}，买受人{}以{}（大写{}）的最高价竞得，价款已于{}付清。",
            minute(result.ended_at),
            result.purchaser_name,
            yuan(result.hammer_price),
            money_in_capitals(result.hammer_price),
            day_or_blank(result.paid_on)
        ),
        "依照《中华人民共和国民事诉讼法》有关规定和《最高人民法院关于人民法院网络司法拍卖若干问题的规定》第二十二条，裁定如下：".to_owned(),
        format!("一、{title}的所有权及相应的其他权利归买受人{owner}，自本裁定送达买受人时起转移。"),
        format!("二、买受人{}可持本裁定书到登记机构办理相关产权过户登记手续。", result.purchaser_name),
        "三、标的物上原有的查封、抵押依法解除或者消灭，但依法由买受人承受的权利除外。".to_owned(),
        "本裁定送达后即发生法律效力。".to_owned(),
    ] {
        sheet.paper.paragraph(text);
    }
    sheet.paper.signatures(&["审判长", "审判员", "审判员", "书记员"]);
    sheet.paper.seal();
    Ok(sheet.done())
}
fn draft_mark(before: Option<String>) -> String {
    let draft = "草稿：经承办法官审核签发后生效";
    before.map_or_else(|| draft.to_owned(), |mark| format!("{mark}  {draft}"))
}

/// 协助执行通知书, a draft for the registry (民诉法 art 262).
#[boxed]
pub async fn assistance(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let (mut sheet, result) = sold(op, id, DocumentKind::AssistanceNotice, &[RulingServed, Delivered]).await?;
    sheet.paper.notice = Some(draft_mark(sheet.paper.notice.take()));
    let respondents = names(op, sheet.case.id, PartyRole::Respondent).await?;
    let ruling = result.ruling_number.clone().unwrap_or_default();
    let registered = shares(op, &result).await?.map(|shares| format!("（{shares}）")).unwrap_or_default();
    for text in [
        "（协助执行单位）：".to_owned(),
        format!(
            "本院作出的拍卖成交裁定（{ruling}）已于{}送达买受人，请协助执行以下事项：",
            day_or_blank(result.ruling_served_on)
        ),
        format!("一、解除本院对{respondents}名下本标的物的查封，并注销依法消灭的他项权利登记。"),
        format!("二、将本标的物变更登记至买受人{}名下{registered}。", result.purchaser_name),
        format!("附：拍卖成交裁定（{ruling}）一份、网络竞价成功确认书（{}）一份。", result.confirmation_number),
        format!("联系电话：{}。", sheet.court.hotline),
    ] {
        sheet.paper.paragraph(text);
    }
    sheet.paper.seal();
    Ok(sheet.done())
}

/// 财产移交笔录 (拍变规定 art 27).
#[boxed]
pub async fn delivery(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let (mut sheet, result) = sold(op, id, DocumentKind::DeliveryRecord, &[Delivered]).await?;
    let respondents = names(op, sheet.case.id, PartyRole::Respondent).await?;
    sheet.paper.form([
        vec![("移交日期", day_or_blank(result.delivered_on)), ("应移交日", day_or_blank(result.delivery_due_on))],
        vec![("移交人", sheet.court.name.clone()), ("接收人", result.purchaser_name.clone())],
        vec![("被执行人", respondents), ("成交裁定", result.ruling_number.clone().unwrap_or_default())],
        vec![("移交地点", String::new()), ("在场人", String::new())],
    ]);
    if let Some(shares) = shares(op, &result).await? {
        sheet.paper.form([vec![("共同买受人及份额", shares)]]);
    }
    sheet.paper.heading("移交清单");
    let columns = [
        ("序号", 1, crate::paper::Align::Centre),
        ("财产名称", 5, crate::paper::Align::Left),
        ("类别", 2, crate::paper::Align::Centre),
        ("现状及附属物", 4, crate::paper::Align::Left),
    ];
    let category = words::category(&sheet.lot.category.to_value()).to_owned();
    let rows = vec![vec!["1".to_owned(), sheet.lot.title.clone(), category, "以移交时现状为准".to_owned()]];
    sheet.paper.table(&columns, rows, None);
    sheet.paper.paragraph("接收人确认已按现状接收上列财产，钥匙、凭证已一并交付。以上笔录经核对无误。");
    sheet.paper.signatures(&["买受人", "被执行人或见证人", "执行员", "书记员"]);
    Ok(sheet.done())
}

/// 责令补交差价通知书 (网拍规定 art 24).
#[boxed]
pub async fn top_up(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let (mut sheet, result) = sold(op, id, DocumentKind::TopUpNotice, &[Defaulted]).await?;
    let status = sheet.lot.status.to_value();
    let ordered = top_up_order::of_lot(op.tx, sheet.lot.id).await?.ok_or_else(|| too_early(&status))?;
    let default = buyer_default::of_lot(op.tx, sheet.lot.id).await?.ok_or_else(|| too_early(&status))?;
    sheet.paper.form([
        vec![("悔拍裁定", default.ruling_number.clone()), ("裁定日期", day(default.declared_on))],
        vec![("原成交价", yuan(default.original_price)), ("不予退还的保证金", yuan(default.forfeited))],
        vec![("补交金额", yuan(ordered.amount)), ("补交期限", day(ordered.due_on))],
        vec![("补交金额（大写）", money_in_capitals(ordered.amount))],
    ]);
    for text in [
        format!("{}：", result.purchaser_name),
        format!(
            "你竞得本标的物后未在规定期限内支付余款，经裁定重新拍卖。重新拍卖的价款低于原成交价，你交纳的保证金不足以弥补\
             拍卖费用损失和差价。依照《最高人民法院关于人民法院网络司法拍卖若干问题的规定》第二十四条和《{}》，责令你于{}前\
             补交{}。逾期不交的，本院将依法强制执行。",
            ordered.document_number,
            day(ordered.due_on),
            yuan(ordered.amount)
        ),
    ] {
        sheet.paper.paragraph(text);
    }
    if shares(op, &result).await?.is_some() {
        sheet.paper.paragraph(ANSWERABLE.to_owned());
    }
    sheet.paper.seal();
    Ok(sheet.done())
}
