//! Papers before a sale: the announcement, the rules of bidding in plain words, what was found out about the property.

use super::{Draft, blank, case_of, court, names, not_found};
use crate::kernel::boxed;
use crate::{
    access::Op,
    auction::{DayCounting, IncrementMode},
    auction::{
        DisclosureItem, OperatingMode,
        aftermath::{SecondAuctionTerm, TopUpPolicy},
        rules::Parameters,
        store::{
            disclosure, lot, notification, panel_decision,
            property::{lot_cost, lot_survey, reference_price},
        },
    },
    cases::PartyRole,
    document::{
        DocumentKind,
        rules::{day, day_or_blank, grouped, minute, yuan},
        words,
    },
    kernel::{clock::Timestamp, error::Failure, ids::LotId, money::Money, query::Fetch},
    paper::{Align, Field, Paper},
};
use sea_orm::{ActiveEnum, entity::prelude::*};

/// A lot of the actor's courts with its court and an empty paper, marked when it is an exercise or not published.
pub(super) struct Sheet {
    pub lot: lot::Model,
    pub court: crate::cases::store::court::Model,
    pub case: crate::cases::store::case::Model,
    pub paper: Paper,
}
impl Sheet {
    #[boxed]
    pub async fn begin(op: &Op<'_>, id: Uuid, kind: DocumentKind) -> Result<Sheet, Failure> {
        let own = lot::Entity::find_by_id(LotId::from_uuid(id)).filter(op.scope().on_court(lot::Column::CourtId));
        let lot = own.first(op.tx).await?.ok_or_else(not_found)?;
        let (case, court) = (case_of(op, lot.case_id).await?, court(op, lot.court_id).await?);
        let mut paper = blank(op, &court, kind);
        let marks = [
            (lot.operating_mode == OperatingMode::Practice, "演练：本标的物不发生真实处分"),
            (!lot.is_public(), "草稿：以发布的公告为准"),
        ];
        let marks: Vec<_> = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect();
        paper.notice = Some(marks.join("  ")).filter(|text| !text.is_empty());
        Ok(Sheet { lot, court, case, paper })
    }
    pub fn done(self) -> Draft {
        Draft { court: self.court, case: Some(self.case.id), paper: self.paper }
    }
    /// What is sold under which number.
    pub fn identify(&mut self) {
        let lot = &self.lot;
        let rows = [
            vec![("标的物编号", lot.lot_number.clone()), ("案号", self.case.case_number.clone())],
            vec![("标的物", lot.title.clone())],
            vec![
                ("类别", words::category(&lot.category.to_value()).to_owned()),
                ("处置方式", words::round(&lot.round.to_value()).to_owned()),
            ],
        ];
        self.paper.form(rows);
    }
}
fn amount(amount: Option<Money>) -> String {
    amount.map(yuan).unwrap_or_else(|| "待评议".to_owned())
}
fn instant(at: Option<Timestamp>) -> String {
    at.map(minute).unwrap_or_else(|| "待公告".to_owned())
}

/// 拍卖公告 (网拍规定 art 12, 13, 14): price, deposit, time, every public item and warning.
#[boxed]
pub async fn announcement(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let mut sheet = Sheet::begin(op, id, DocumentKind::AuctionAnnouncement).await?;
    sheet.identify();
    let lot = sheet.lot.clone();
    let mode = words::deposit_mode(&lot.deposit_mode.to_value()).to_owned();
    sheet.paper.form([
        vec![("评估价", yuan(lot.appraisal_price)), ("起拍价（保留价）", amount(lot.starting_price))],
        vec![("保证金", amount(lot.deposit)), ("增价幅度", amount(lot.bid_increment))],
        vec![("竞价开始", instant(lot.starts_at)), ("竞价结束", instant(lot.planned_end_at))],
        vec![("保证金缴纳", mode), ("余款期限", balance_days(&lot))],
        vec![("限购政策", restricted(&lot)), ("联系电话", sheet.court.hotline.clone())],
    ]);
    if lot.revision > 0 {
        sheet.paper.form([vec![("更正公告", format!("本公告已作第{}次更正", lot.revision))]]);
    }
    if let Some(decision) = panel_decision::latest(op.tx, lot.id).await? {
        sheet.paper.paragraph(format!(
            "起拍价、保证金和增价幅度由合议庭评议确定（{}，{}）。",
            decision.document_number,
            day(decision.decided_on)
        ));
    }
    let found = disclosure::of_lot(op.tx, lot.id).await?;
    for (title, warning) in [("公示事项", false), ("特别提示", true)] {
        sheet.paper.heading(title);
        let fields: Vec<_> = items(&found, |item| item.is_warning() == warning);
        let rows = fields.into_iter().map(|field| vec![field]).collect();
        sheet.paper.blocks.push(crate::paper::Block::Form(rows));
    }
    sheet.paper.paragraph(
        "竞价程序结束前五分钟内无人出价的，最后出价即为成交价；有出价的，竞价时间自该出价时点顺延五分钟。\
         与本标的物有关的人员可以向本院提出异议，监督电话见上。",
    );
    sheet.paper.seal();
    Ok(sheet.done())
}
fn balance_days(lot: &lot::Model) -> String {
    lot.balance_days.map(|days| format!("竞价结束后{days}日内")).unwrap_or_else(|| "待公告".to_owned())
}
fn restricted(lot: &lot::Model) -> String {
    (if lot.purchase_restricted { "竞买人应当具备购买资格并作出承诺" } else { "不限购" }).to_owned()
}
/// The disclosed items that `wanted` picks, in the order of the law.
fn items(found: &[disclosure::Model], wanted: impl Fn(DisclosureItem) -> bool) -> Vec<Field> {
    let said = |item: DisclosureItem| match found.iter().find(|row| row.item == item) {
        Some(row) if row.not_applicable => format!("不适用：{}", row.content),
        Some(row) => row.content.clone(),
        None => "未填写".to_owned(),
    };
    let field =
        |item: &DisclosureItem| Field { label: words::disclosure(item.as_str()).to_owned(), value: said(*item) };
    DisclosureItem::ALL.iter().filter(|item| wanted(**item)).map(field).collect()
}

/// 竞买须知: the rules of this sale in plain words, with every parameter that the lot keeps.
#[boxed]
pub async fn instructions(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let mut sheet = Sheet::begin(op, id, DocumentKind::BiddingInstructions).await?;
    sheet.identify();
    let lot = sheet.lot.clone();
    sheet.paper.heading("一、竞买资格与保证金");
    for text in [
        format!(
            "竞买人应当在竞价结束前实名报名并交纳保证金{}，{}；保证金到账或者平台确认冻结即取得竞买资格。",
            amount(lot.deposit),
            words::deposit_mode(&lot.deposit_mode.to_value())
        ),
        format!("本标的物{}。", restricted(&lot)),
        "申请执行人参加竞买的，可以不交保证金，但其债权额小于保证金数额的，应当补交差额。".to_owned(),
        "竞价结束后，未成交竞买人的保证金在二十四小时内退还至付款账户或者解除冻结，节假日不顺延。".to_owned(),
        "竞买代码与竞买人身份在竞价结束前互不关联，任何人不得查询。".to_owned(),
    ] {
        sheet.paper.paragraph(text);
    }
    sheet.paper.heading("二、竞价规则");
    let prices = format!(
        "起拍价{}，增价幅度{}，竞价自{}至{}。",
        amount(lot.starting_price),
        amount(lot.bid_increment),
        instant(lot.starts_at),
        instant(lot.planned_end_at)
    );
    sheet.paper.paragraph(prices);
    for text in plain_words(&lot.rule_parameters()?) {
        sheet.paper.paragraph(text);
    }
    sheet.paper.heading("三、到达时间与平台故障");
    for text in [
        "出价以平台收到完整请求的时刻（毫秒）为到达时间，是否在竞价期内和是否延时均以到达时间判断；先后顺序以平台对本标的物的处理序号为准。",
        "每次出价，无论是否被接受，竞买人都即时获得带电子签名的回执。回执仅证明平台收到及处理结果，不是司法文书；异议依网拍规定第三十六条提出。",
        "在最后五分钟内平台不能正常接收出价的，竞价自动中止并报告法院，由法院决定恢复；恢复后的竞价时间不少于一个延时周期。",
    ] {
        sheet.paper.paragraph(text);
    }
    sheet.paper.heading("四、成交之后");
    for text in [
        format!("买受人应当在{}付清余款，保证金抵作价款。", balance_days(&lot)),
        "价款付清后十日内作出裁定，裁定送达时所有权转移；裁定送达后十五日内移交标的物。".to_owned(),
        "成交后公示买受人的真实姓名（名称），不公示证件号码、地址、电话和账号。".to_owned(),
    ] {
        sheet.paper.paragraph(text);
    }
    sheet.paper.seal();
    Ok(sheet.done())
}

/// Each parameter of a sale as a sentence; one sentence for each field of [`Parameters`], in their order.
pub fn plain_words(rules: &Parameters) -> Vec<String> {
    let either = |holds: bool, yes: &str, no: &str| (if holds { yes } else { no }).to_owned();
    vec![
        match rules.increment_mode {
            IncrementMode::Multiple => "每次出价应当等于起拍价加上增价幅度的整数倍。".to_owned(),
            IncrementMode::Min => "每次出价应当比当前价至少高一个增价幅度。".to_owned(),
        },
        either(rules.self_overbid, "当前领先的竞买人可以再次加价。", "当前领先的竞买人不得对自己的出价再次加价。"),
        either(
            rules.priority_equal_extends,
            "优先购买权人可以与当前价相同的价格出价；该出价在最后五分钟内的，竞价同样顺延五分钟。",
            "优先购买权人可以与当前价相同的价格出价；该出价不使竞价顺延。",
        ),
        format!(
            "出价超过当前最低应出价{}倍的，须在同一请求中填写大写金额，以防误操作；未填写的不予接受。",
            rules.fat_finger_factor
        ),
        match rules.lead_counting {
            DayCounting::Strict => "公告期按满日计算：公告之日和竞价开始之日均不计入。".to_owned(),
            DayCounting::Lenient => "公告期依本院文件计算，公告之日计入。".to_owned(),
        },
        either(
            rules.sell_off,
            "本次为变卖：变卖期六十日，首次有效出价后竞价持续二十四小时。",
            "本次为拍卖：竞价时间不少于二十四小时，最后五分钟内有出价的顺延五分钟，次数不限。",
        ),
        match rules.top_up {
            TopUpPolicy::OrderTopup => {
                "买受人悔拍的，保证金不予退还；不足以弥补损失和差价的，本院可以责令补交。".to_owned()
            }
            TopUpPolicy::CapAtDeposit => "买受人悔拍的，保证金不予退还，以保证金为限弥补损失和差价。".to_owned(),
        },
        match rules.second_auction_term {
            SecondAuctionTerm::Start => "流拍的，三十日内开始第二次拍卖的竞价。".to_owned(),
            SecondAuctionTerm::Announcement => "流拍的，三十日内发布第二次拍卖的公告。".to_owned(),
        },
        either(
            rules.proxy_bidding,
            "竞买人可以设置最高限价，由平台在限价内以最低应出价代为应价；限价加密保存，任何人不得查看，优先购买权人不适用。",
            "本次不提供代理出价。",
        ),
    ]
}

/// 标的物调查情况表: what was found out, what is not applicable, who was told.
#[boxed]
pub async fn survey(op: &Op<'_>, id: Uuid) -> Result<Draft, Failure> {
    let mut sheet = Sheet::begin(op, id, DocumentKind::SurveyTable).await?;
    sheet.identify();
    let (lot, case) = (sheet.lot.clone(), sheet.case.id);
    sheet.paper.form([vec![
        ("被执行人", names(op, case, PartyRole::Respondent).await?),
        ("评估价", yuan(lot.appraisal_price)),
    ]]);
    property(op, &mut sheet.paper, lot.id).await?;
    sheet.paper.heading("三、公示情况");
    let found = disclosure::of_lot(op.tx, lot.id).await?;
    let mut rows = Vec::new();
    for field in items(&found, |item| !item.is_warning() || item == DisclosureItem::KnownDefects) {
        let on = found.iter().find(|row| words::disclosure(row.item.as_str()) == field.label);
        rows.push(vec![field.label, field.value, on.map(|row| day(row.recorded_at.legal_date())).unwrap_or_default()]);
    }
    sheet.paper.table(
        &[("事项", 4, Align::Left), ("情况", 9, Align::Left), ("登记日期", 3, Align::Centre)],
        rows,
        None,
    );
    sheet.paper.heading("四、通知情况");
    let mut rows = Vec::new();
    for told in notification::of_lot(op.tx, lot.id).await? {
        rows.push(vec![
            words::interest(&told.interest.to_value()).to_owned(),
            words::notice_method(&told.method.to_value()).to_owned(),
            day(told.notified_on),
            told.reason.unwrap_or_default(),
        ]);
    }
    let columns =
        [("身份", 4, Align::Left), ("方式", 3, Align::Centre), ("日期", 3, Align::Centre), ("说明", 5, Align::Left)];
    sheet.paper.table(&columns, rows, None);
    sheet.paper.signatures(&["调查人", "承办人"]);
    Ok(sheet.done())
}

/// The reference price, the answers of the survey in the order of its questions, the costs besides the price.
#[boxed]
async fn property(op: &Op<'_>, paper: &mut Paper, lot: LotId) -> Result<(), Failure> {
    if let Some(price) = reference_price::of_lot(op.tx, lot).await? {
        paper.form([
            vec![("参考价", yuan(price.amount)), ("确定方式", words::price_method(price.method.as_str()).to_owned())],
            vec![("参考价依据", price.document_number), ("来源", price.source)],
            vec![("确定日期", day(price.fixed_on)), ("有效期至", day(price.valid_until))],
        ]);
    }
    paper.heading("一、调查事项");
    let mut answers = lot_survey::of_lot(op.tx, lot).await?;
    answers.sort_by_key(|answer| answer.item);
    let mut rows = Vec::new();
    for answer in answers {
        rows.push(vec![
            words::survey_item(answer.item.as_str()).to_owned(),
            words::finding(answer.finding.as_str()).to_owned(),
            answer.content,
            answer.source.unwrap_or_default(),
            day_or_blank(answer.surveyed_on),
        ]);
    }
    let columns = [
        ("事项", 3, Align::Left),
        ("结论", 2, Align::Centre),
        ("情况", 5, Align::Left),
        ("来源", 3, Align::Left),
        ("调查日期", 3, Align::Centre),
    ];
    paper.table(&columns, rows, None);
    paper.heading("二、费用及承担");
    let mut rows = Vec::new();
    for cost in lot_cost::of_lot(op.tx, lot).await? {
        rows.push(vec![
            words::cost_kind(cost.kind.as_str()).to_owned(),
            words::cost_bearer(cost.bearer.as_str()).to_owned(),
            cost.amount.map(grouped).unwrap_or_default(),
            cost.note.unwrap_or_default(),
        ]);
    }
    let columns = [
        ("费用", 4, Align::Left),
        ("承担主体", 3, Align::Centre),
        ("金额（元）", 3, Align::Right),
        ("说明", 5, Align::Left),
    ];
    paper.table(&columns, rows, None);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A parameter that is added to a lot must be told to the bidders.
    #[test]
    fn netauction_14_every_parameter_is_told_in_plain_words() {
        let rules = Parameters::default();
        let fields = serde_json::to_value(&rules).unwrap().as_object().unwrap().len();
        assert_eq!(plain_words(&rules).len(), fields);
        let other = Parameters {
            increment_mode: IncrementMode::Min,
            self_overbid: !rules.self_overbid,
            priority_equal_extends: !rules.priority_equal_extends,
            fat_finger_factor: rules.fat_finger_factor + 1,
            lead_counting: DayCounting::Lenient,
            sell_off: true,
            top_up: TopUpPolicy::OrderTopup,
            second_auction_term: SecondAuctionTerm::Announcement,
            proxy_bidding: true,
        };
        for (one, two) in plain_words(&rules).iter().zip(plain_words(&other)) {
            assert_ne!(*one, two, "another value reads otherwise");
        }
    }
}
