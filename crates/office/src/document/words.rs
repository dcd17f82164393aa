//! The Chinese words for stored values, as they stand on paper. The graph says the same words in its descriptions; a
//! test walks every value, so that a new one without a word is found.

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($text:literal = $word:literal),+ $(,)? })+) => {$(
        $(#[$meta])*
        pub fn $name(text: &str) -> &str {
            match text { $($text => $word,)+ other => other }
        }
    )+};
}

words! {
    /// How money came.
    receipt_source {
        "TRANSFER" = "银行转账", "DEDUCTION" = "网络扣划", "CASH" = "现金", "CHEQUE" = "支票",
        "SALE_PROCEEDS" = "拍卖、变卖价款", "OTHER_COURT" = "他院转入", "NOTARY_RETURN" = "提存返还",
    }
    payer_kind {
        "RESPONDENT" = "被执行人", "ON_BEHALF" = "案外人代付", "GARNISHEE" = "协助执行人", "PURCHASER" = "买受人",
        "COURT" = "法院", "UNKNOWN" = "不明",
    }
    book {
        "CASE_FUNDS" = "执行案款专户", "AUCTION_DEPOSITS" = "网络司法拍卖专户", "LITIGATION_FEES" = "诉讼费专户",
    }
    role {
        "OFFICER" = "承办人", "FUND_ADMINISTRATOR" = "案款管理员", "BUREAU_CHIEF" = "执行局局长",
        "VICE_PRESIDENT" = "主管院领导", "FINANCE_REVIEWER" = "财务审核", "CASHIER" = "出纳",
        "PANEL_MEMBER" = "合议庭成员", "FUND_SUPERVISOR" = "案款监管员", "TERMINATION_ADMINISTRATOR" = "终本管理员",
    }
    payable_purpose {
        "CREDITOR" = "案款发放", "SURPLUS" = "余款退还被执行人", "REFUND_PAYER" = "退还缴款人",
        "DEPOSIT_REFUND" = "退还保证金", "OWN_TRANSFER" = "转入案款专户", "SALE_COST" = "处置费用",
        "TREASURY" = "缴库、税款", "COURT_TRANSFER" = "移送法院", "ADMINISTRATOR" = "移交破产管理人",
        "FEE_REFUND" = "胜诉退费", "NOTARY_DEPOSIT" = "提存", "DEDUCTION" = "另案扣划",
    }
    deferral_reason {
        "DISTRIBUTION" = "需要进行案款分配", "FROZEN_ELSEWHERE" = "执行款被保全或冻结",
        "NOT_COLLECTED" = "经通知未领取", "SUSPENDED" = "依法中止或暂缓执行", "OTHER" = "其他正当理由",
    }
    deferral_status { "PROPOSED" = "审批中", "IN_FORCE" = "延缓中", "REJECTED" = "未批准", "ENDED" = "已恢复发放" }
    notary_ground {
        "REFUSED" = "无正当理由拒绝领取", "WHEREABOUTS_UNKNOWN" = "下落不明",
        "DEAD_OR_INCAPABLE" = "死亡未确定继承人或者丧失行为能力未确定监护人",
        "UNREACHABLE" = "按确认的联系方式无法通知", "OTHER" = "法律规定的其他情形",
    }
    notary_state {
        "OPEN" = "办理中", "DEPOSITED" = "已提存", "COLLECTED" = "已领取", "RETURNED" = "已退回", "LAPSED" = "已归国家所有",
    }
    order_status {
        "DRAFT" = "起草", "SUBMITTED" = "审批中", "APPROVED" = "待付款", "REJECTED" = "已退回", "RECALLED" = "已撤回",
        "RELEASED" = "已付出", "FAILED" = "银行退回", "PAID" = "已到账",
        "CANCELLED" = "付款已撤销",
    }
    run_line_state { "SELECTED" = "待付款", "RELEASED" = "已付出", "SKIPPED" = "付出时跳过" }
    attempt_state {
        "QUEUED" = "待发送", "SENT" = "已发送", "ACCEPTED" = "银行已受理", "SETTLED" = "已付", "REJECTED" = "拒付",
        "RETURNED" = "退汇", "UNKNOWN" = "结果未明", "WITHDRAWN" = "发送前撤回",
    }
    measure_status { "ACTIVE" = "冻结中", "LIFTED" = "已解除", "DEDUCTED" = "已扣划" }
    plan_status { "DRAFT" = "草案", "SERVED" = "已送达", "FINALISED" = "已生效", "WITHDRAWN" = "已撤回" }
    account_code {
        "BANK" = "1001 银行存款", "CASH" = "1002 库存现金", "CHEQUE" = "1003 待入账支票", "CASE_FUND" = "2001 执行案款",
        "UNIDENTIFIED" = "2002 不明款", "BIDDER_DEPOSIT" = "2003 竞买保证金", "PRICE" = "2004 拍卖价款",
        "FORFEITED" = "2005 悔拍保证金", "EXECUTION_FEE" = "2006 执行申请费", "PAYABLE" = "2007 应付案款",
        "IN_TRANSIT" = "2008 在途款项", "NOTARY_DEPOSIT" = "2009 提存款", "INTEREST_UNDISTRIBUTED" = "2010 待分配利息",
        "TAX_RESERVE" = "2012 税费预留", "RENT_RESERVE" = "2013 租金预留", "CHEQUE_PENDING" = "2015 待入账支票款",
        "SUSPENSE_BANK_CHARGE" = "1019 待报销手续费", "FROZEN_DEPOSIT" = "9001 平台冻结保证金",
        "FROZEN_CONTRA" = "9002 平台冻结保证金备查", "DUE_FROM_PROVIDER" = "9003 应收平台划转保证金",
    }
    entry_kind {
        "CASE_RECEIPT" = "案款到账", "CASH_PAID_IN" = "现金缴存银行", "CHEQUE_RECEIVED" = "收取支票", "CHEQUE_ENDED" = "支票结清",
        "UNIDENTIFIED_RECEIPT" = "不明款到账", "RECEIPT_CLAIM" = "不明款认领", "DEPOSIT_RECEIPT" = "保证金到账",
        "DEPOSIT_TO_PRICE" = "保证金充抵价款", "PRICE_RECEIPT" = "余款到账", "DEPOSIT_FORFEITED" = "保证金没收",
        "EXECUTION_FEE" = "扣收执行申请费", "TAX_RESERVE" = "税费预留", "RENT_RESERVE" = "租金预留", "PAYABLE" = "确认应付",
        "PAYOUT_SENT" = "付款在途", "PAYOUT_SETTLED" = "付款成功", "PAYOUT_REJECTED" = "付款被拒",
        "PAYOUT_RETURNED" = "付款退回", "BANK_CHARGE" = "银行手续费", "BANK_INTEREST" = "银行利息", "REVERSAL" = "红字冲销",
        "DEPOSIT_FROZEN" = "平台冻结保证金", "DEPOSIT_UNFROZEN" = "平台解冻保证金", "PROVIDER_DUE" = "应收平台划转",
        "PROVIDER_DUE_ENDED" = "平台划转到账",
    }
    case_status {
        "OPEN" = "执行中", "SUSPENDED" = "中止执行", "TERMINATED_FOR_NOW" = "终结本次执行程序", "CONCLUDED" = "已结案",
        "TRANSFERRED" = "已移送",
    }
    basis {
        "APPRAISAL_COST" = "垫付的评估费", "SALE_COST" = "处置费用", "EXECUTION_FEE" = "执行申请费",
        "TAX_RESERVE" = "税费预留", "RENT_RESERVE" = "租金预留", "MEDICAL_COSTS" = "人身损害医疗费",
        "SECURED" = "担保物权优先受偿", "PRIORITY" = "其他优先受偿", "RESTITUTION" = "退赔被害人",
        "ORDINARY" = "普通债权", "DELAY_INTEREST" = "加倍部分债务利息", "FINE" = "罚金", "CONFISCATION" = "没收财产",
        "SURPLUS" = "余款退还被执行人",
    }
    line_state {
        "PLANNED" = "待生效", "HELD" = "争议提存", "BOOKED" = "已入账", "PAYABLE" = "已转应付", "NOTHING" = "未获分配",
        "AWAITING_PAYEE" = "待收款账户", "CANCELLED" = "付款已撤销",
    }
    ordinary_rule {
        "PRO_RATA" = "普通债权按照其占全部申请参与分配债权数额的比例受偿（民诉解释第508条）",
        "SEIZURE_ORDER" = "普通债权按照财产保全和执行中查封、扣押、冻结财产的先后顺序受偿（民诉解释第514条）",
        "RATIO_ONE_TITLE" = "同一执行依据的债权人按照债权比例受偿（执行规定第55条第3款）",
    }
    category { "MOVABLE" = "动产", "IMMOVABLE" = "不动产", "OTHER_RIGHT" = "其他财产权" }
    round { "FIRST" = "第一次拍卖", "SECOND" = "第二次拍卖", "SELL_OFF" = "变卖", "RE_AUCTION" = "重新拍卖" }
    deposit_mode {
        "PAID_TO_COURT" = "缴入法院指定账户", "FROZEN_ON_PLATFORM" = "由平台冻结",
        "BIDDERS_CHOICE" = "缴入法院指定账户或者由平台冻结，由竞买人选择",
    }
    disclosure {
        "ANNOUNCEMENT" = "拍卖公告", "TITLE" = "执行依据", "APPRAISAL" = "评估报告副本或定价依据",
        "BIDDING_RULES" = "拍卖时间、起拍价及竞价规则", "CONDITION" = "权属、占有使用、附随义务等现状",
        "PRIORITY_PURCHASERS" = "优先购买权主体及权利性质", "NOTICE_RECORD" = "通知或无法通知情况",
        "PAYMENT_METHOD" = "保证金、价款支付方式和账户", "TAXES" = "税费种类及承担主体",
        "COURT_CONTACT" = "执行法院名称、联系和监督方式", "OTHER" = "其他应当公示的内容",
        "BIDDER_QUALIFICATION" = "竞买人资格条件", "PROXY_CONFIRMATION" = "委托竞买须事先确认",
        "KNOWN_DEFECTS" = "已知瑕疵和权利负担", "AS_IS" = "以现状为准及看样",
        "FULL_ACCEPTANCE" = "参与竞买视为接受一切瑕疵", "IDENTITY_PUBLISHED" = "成交后公示真实身份",
        "DEPOSIT_FORFEITURE" = "悔拍保证金不予退还",
    }
    price_method {
        "NEGOTIATED" = "当事人议价", "DIRECTED_INQUIRY" = "定向询价", "NETWORK_INQUIRY" = "网络询价", "APPRAISAL" = "委托评估",
    }
    survey_item {
        "OWNERSHIP" = "权属登记", "USE" = "用途", "EXTENT" = "面积或数量", "POSSESSION" = "占有使用", "LEASE" = "租赁",
        "SECURITY" = "担保物权", "SEIZURE" = "查封", "ARREARS" = "欠费", "TAX_ARREARS" = "欠税", "KEYS" = "钥匙及证照",
        "ALTERATION" = "改扩建或违章", "DEFECT" = "已知瑕疵", "VIEWING" = "看样",
    }
    finding { "FOUND" = "已查明", "NOT_INVESTIGATED" = "未调查", "NOT_APPLICABLE" = "不适用" }
    cost_kind {
        "DEED_TAX" = "契税", "VALUE_ADDED_TAX" = "增值税", "INCOME_TAX" = "所得税", "LAND_VALUE_TAX" = "土地增值税",
        "STAMP_TAX" = "印花税", "REGISTRATION_FEE" = "登记费", "MANAGEMENT_ARREARS" = "物业欠费",
        "UTILITY_ARREARS" = "水电气暖欠费", "VEHICLE_FINES" = "车辆违章罚款", "STORAGE" = "保管、运输及拆除费",
        "OTHER" = "其他费用",
    }
    cost_bearer { "BUYER" = "买受人", "DEBTOR" = "被执行人", "EACH" = "各自承担" }
    notice_method {
        "IN_PERSON" = "直接送达", "POST" = "邮寄送达", "ELECTRONIC" = "电子送达", "TELEPHONE" = "电话通知",
        "WAIVED" = "书面放弃", "UNREACHABLE" = "无法通知",
    }
    interest {
        "APPLICANT" = "申请执行人", "DEBTOR" = "被执行人", "PRIORITY_PURCHASER" = "优先购买权人",
        "SECURED_CREDITOR" = "担保物权人", "OTHER_PRIORITY_HOLDER" = "其他优先权人",
        "SEIZURE_COURT" = "首封或轮候查封法院", "COMPANY_OR_SHAREHOLDER" = "公司及股东",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        auction,
        cases::{self, CaseStatus},
        disbursement, distribution, funds,
        ledger::{self, Book},
        payout,
    };
    use sea_orm::{ActiveEnum, Iterable};

    /// A value whose word is itself has none.
    fn named(name: &str, word: fn(&str) -> &str, values: impl IntoIterator<Item = String>) {
        for value in values {
            assert_ne!(word(&value), value, "{name}");
        }
    }
    fn all<E: ActiveEnum<Value = String> + Iterable>() -> impl Iterator<Item = String> {
        E::iter().map(|value| value.to_value())
    }

    #[test]
    fn every_stored_value_has_a_word() {
        named("receipt_source", receipt_source, all::<funds::ReceiptSource>());
        named("payer_kind", payer_kind, all::<funds::PayerKind>());
        named("book", book, all::<Book>());
        named("payable_purpose", payable_purpose, all::<payout::PayablePurpose>());
        named("deferral_reason", deferral_reason, all::<disbursement::DeferralReason>());
        named("deferral_status", deferral_status, all::<disbursement::DeferralStatus>());
        named("notary_ground", notary_ground, all::<payout::NotaryGround>());
        named("notary_state", notary_state, all::<payout::NotaryState>());
        named("order_status", order_status, all::<disbursement::DisbursementStatus>());
        named("run_line_state", run_line_state, all::<disbursement::PayoutLineState>());
        named("attempt_state", attempt_state, all::<payout::AttemptState>());
        named("measure_status", measure_status, all::<cases::MeasureStatus>());
        named("plan_status", plan_status, all::<distribution::PlanStatus>());
        named("account_code", account_code, all::<ledger::Code>());
        named("entry_kind", entry_kind, all::<ledger::EntryKind>());
        named("case_status", case_status, all::<CaseStatus>());
        named("basis", basis, all::<distribution::DistributionBasis>());
        named("line_state", line_state, all::<distribution::LineState>());
        named("ordinary_rule", ordinary_rule, all::<distribution::OrdinaryRule>());
        named("category", category, all::<auction::LotCategory>());
        named("round", round, all::<auction::AuctionRound>());
        named("deposit_mode", deposit_mode, all::<auction::DepositMode>());
        named("disclosure", disclosure, all::<auction::DisclosureItem>());
        named("price_method", price_method, all::<auction::property::PriceMethod>());
        named("survey_item", survey_item, all::<auction::property::SurveyItem>());
        named("finding", finding, all::<auction::property::Finding>());
        named("cost_kind", cost_kind, all::<auction::property::CostKind>());
        named("cost_bearer", cost_bearer, all::<auction::property::CostBearer>());
        named("notice_method", notice_method, all::<auction::NoticeMethod>());
        named("interest", interest, all::<auction::InterestKind>());
        let approvers = [
            Role::Officer,
            Role::FundAdministrator,
            Role::BureauChief,
            Role::VicePresident,
            Role::FinanceReviewer,
            Role::Cashier,
        ];
        named("role", role, approvers.map(|post| post.to_value()));
    }
}
