//! The tables with their columns and statements.

use super::{Column, Description, FundTable, Kind, Period};
use crate::document::words;

const fn text(title: &'static str) -> Column {
    Column { title, kind: Kind::Text }
}
const fn word(title: &'static str, word: fn(&str) -> &str) -> Column {
    Column { title, kind: Kind::Word(word) }
}
const fn money(title: &'static str) -> Column {
    Column { title, kind: Kind::Money }
}
const fn date(title: &'static str) -> Column {
    Column { title, kind: Kind::Date }
}
const fn instant(title: &'static str) -> Column {
    Column { title, kind: Kind::InstantDay }
}
const fn number(title: &'static str) -> Column {
    Column { title, kind: Kind::Number }
}
const fn age(title: &'static str) -> Column {
    Column { title, kind: Kind::Age }
}

/// The description of a table.
pub const fn describe(table: FundTable) -> &'static Description {
    match table {
        FundTable::Deposits => &DEPOSITS,
        FundTable::Unidentified => &UNIDENTIFIED,
        FundTable::UnidentifiedClaims => &UNIDENTIFIED_CLAIMS,
        FundTable::Deferrals => &DEFERRALS,
        FundTable::Freezes => &FREEZES,
        FundTable::Orders => &ORDERS,
        FundTable::Payments => &PAYMENTS,
        FundTable::NotaryDeposits => &NOTARY_DEPOSITS,
        FundTable::NotaryReturns => &NOTARY_RETURNS,
        FundTable::Distributions => &DISTRIBUTIONS,
        FundTable::DistributionLines => &DISTRIBUTION_LINES,
        FundTable::Balances => &BALANCES,
        FundTable::RunLines => &RUN_LINES,
        FundTable::Vouchers => &VOUCHERS,
    }
}

static DEPOSITS: Description = Description {
    title: "执行款缴纳明细表",
    period: Period::Days,
    columns: &[
        text("到账编号"),
        text("案号"),
        date("到账日期"),
        text("交款人"),
        word("交款人类型", words::payer_kind),
        word("交款方式", words::receipt_source),
        text("银行流水号"),
        money("金额（元）"),
        money("未使用（元）"),
    ],
    statement:
        "SELECT t.voucher_number, c.case_number, t.booked_on, t.payer_name, t.payer_kind, t.source, t.bank_reference,
            t.amount, t.remaining, t.id
        FROM receipt t JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.booked_on >= $2 AND t.booked_on <= $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static UNIDENTIFIED: Description = Description {
    title: "不明款到账明细表",
    period: Period::Days,
    columns: &[
        text("到账编号"),
        date("到账日期"),
        text("交款人"),
        text("交款账号"),
        text("银行流水号"),
        money("金额（元）"),
        money("未认领（元）"),
        age("挂账天数"),
    ],
    statement: "SELECT t.voucher_number, t.booked_on, t.payer_name, t.payer_account_mask, t.bank_reference, t.amount,
            t.remaining, t.booked_on AS aged, t.id
        FROM receipt t
        WHERE t.court_id = $1 AND t.book = 'CASE_FUNDS' AND t.case_id IS NULL AND t.booked_on >= $2
            AND t.booked_on <= $3 AND t.id > $4
        ORDER BY t.id LIMIT $5",
};
static UNIDENTIFIED_CLAIMS: Description = Description {
    title: "不明款认领明细表",
    period: Period::Days,
    columns: &[
        text("原到账编号"),
        text("到账编号"),
        text("认领案号"),
        date("到账日期"),
        instant("认领日期"),
        text("交款人"),
        word("交款人类型", words::payer_kind),
        money("认领金额（元）"),
    ],
    statement:
        "SELECT p.voucher_number, t.voucher_number AS part, c.case_number, t.booked_on, t.recorded_at, t.payer_name,
            t.payer_kind, t.amount, t.id
        FROM receipt t JOIN receipt p ON p.id = t.parent_id JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.booked_on >= $2 AND t.booked_on <= $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static DEFERRALS: Description = Description {
    title: "延缓发放明细表",
    period: Period::Instants,
    columns: &[
        text("案号"),
        word("延缓事由", words::deferral_reason),
        text("说明"),
        text("证明材料"),
        word("状态", words::deferral_status),
        instant("提出日期"),
        date("批准日期"),
        date("恢复日期"),
        date("恢复后期限"),
    ],
    statement:
        "SELECT c.case_number, t.reason, t.explanation, t.document, t.status, t.recorded_at, t.in_force_on, t.ended_on,
            t.due_on, t.id
        FROM deferral t JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.recorded_at >= $2 AND t.recorded_at < $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static FREEZES: Description = Description {
    title: "案款冻结明细表",
    period: Period::Days,
    columns: &[
        text("案号"),
        text("冻结机关"),
        text("冻结文书"),
        money("冻结金额（元）"),
        money("已扣划（元）"),
        number("轮候顺位"),
        word("状态", words::measure_status),
        date("冻结日期"),
        date("冻结期限"),
        text("解除文书"),
    ],
    statement: "SELECT c.case_number, t.institution, t.document, t.amount, t.deducted, CAST(t.seizure_rank AS BIGINT),
            t.status, t.frozen_on, t.until, t.end_document, t.id
        FROM preservation_measure t JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.target = 'CASE_MONEY' AND t.frozen_on >= $2 AND t.frozen_on <= $3 AND t.id > $4
        ORDER BY t.id LIMIT $5",
};
static ORDERS: Description = Description {
    title: "案款发放明细表",
    period: Period::Instants,
    columns: &[
        text("审批编号"),
        text("案号"),
        text("收款人"),
        text("收款账号"),
        text("开户行"),
        money("金额（元）"),
        word("用途", words::payable_purpose),
        word("状态", words::order_status),
        instant("申请日期"),
        instant("付出日期"),
    ],
    statement:
        "SELECT t.order_number, c.case_number, p.name, p.account_mask, p.bank_name, t.amount, t.purpose, t.status,
            t.recorded_at, t.released_at, t.id
        FROM disbursement_order t JOIN enforcement_case c ON c.id = t.case_id JOIN payee p ON p.id = t.payee_id
        WHERE t.court_id = $1 AND t.recorded_at >= $2 AND t.recorded_at < $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static PAYMENTS: Description = Description {
    title: "案款发放付款明细表",
    period: Period::Instants,
    columns: &[
        text("支付指令号"),
        text("案号"),
        text("收款人"),
        text("开户行"),
        text("联行号"),
        money("金额（元）"),
        word("用途", words::payable_purpose),
        word("付款状态", words::attempt_state),
        text("银行原因代码"),
        instant("指令日期"),
        date("银行记账日"),
    ],
    statement:
        "SELECT t.end_to_end_id, c.case_number, t.payee_name, t.bank_name, t.bank_code, t.amount, p.purpose, t.state,
            t.reason_code, t.queued_at, t.settled_on, t.id
        FROM payout_attempt t JOIN payable p ON p.id = t.payable_id LEFT JOIN enforcement_case c ON c.id = p.case_id
        WHERE t.court_id = $1 AND t.book = 'CASE_FUNDS' AND t.queued_at >= $2 AND t.queued_at < $3 AND t.id > $4
        ORDER BY t.id LIMIT $5",
};
static NOTARY_DEPOSITS: Description = Description {
    title: "提存到账明细表",
    period: Period::Days,
    columns: &[
        text("案号"),
        text("债权人"),
        word("提存事由", words::notary_ground),
        text("提存机构"),
        money("金额（元）"),
        text("公证书编号"),
        date("提存日期"),
        date("提示日期"),
        date("五年届满日"),
        word("状态", words::notary_state),
        date("终结日期"),
        text("终结文书"),
    ],
    statement: "SELECT c.case_number, w.name, t.ground, s.payee_name, t.amount, t.certificate, t.deposited_on,
            t.remind_on, t.last_day, t.state, t.ended_on, t.end_document, t.id
        FROM notary_deposit t JOIN enforcement_case c ON c.id = t.case_id JOIN special_payment s ON s.id = t.payment_id
        JOIN claim d ON d.id = t.claim_id JOIN case_party w ON w.id = d.creditor_id
        WHERE t.court_id = $1 AND t.deposited_on >= $2 AND t.deposited_on <= $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static NOTARY_RETURNS: Description = Description {
    title: "提存返还明细表",
    period: Period::Days,
    columns: &[
        text("到账编号"),
        text("案号"),
        date("返还日期"),
        text("返还机构"),
        money("金额（元）"),
        money("未使用（元）"),
    ],
    statement: "SELECT t.voucher_number, c.case_number, t.booked_on, t.payer_name, t.amount, t.remaining, t.id
        FROM receipt t JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.source = 'NOTARY_RETURN' AND t.booked_on >= $2 AND t.booked_on <= $3 AND t.id > $4
        ORDER BY t.id LIMIT $5",
};
static DISTRIBUTIONS: Description = Description {
    title: "案款分配表",
    period: Period::Instants,
    columns: &[
        text("案号"),
        number("方案版本"),
        word("状态", words::plan_status),
        money("可供分配款（元）"),
        money("本次执行到位（元）"),
        text("合议庭评议"),
        instant("制作日期"),
        instant("生效日期"),
    ],
    statement: "SELECT c.case_number, CAST(t.number AS BIGINT), t.status, t.pool, t.executed_now, t.panel_document,
            t.recorded_at, t.finalised_at, t.id
        FROM distribution_plan t JOIN enforcement_case c ON c.id = t.case_id
        WHERE t.court_id = $1 AND t.recorded_at >= $2 AND t.recorded_at < $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static DISTRIBUTION_LINES: Description = Description {
    title: "案款分配明细表",
    period: Period::Instants,
    columns: &[
        text("案号"),
        number("方案版本"),
        number("序号"),
        word("分配依据", words::basis),
        text("受偿人"),
        money("债权额（元）"),
        money("分配额（元）"),
        word("状态", words::line_state),
    ],
    statement:
        "SELECT c.case_number, CAST(p.number AS BIGINT), CAST(t.line AS BIGINT), t.basis, COALESCE(w.name, t.label),
            t.claimed, t.amount, t.state, t.id
        FROM distribution_line t JOIN distribution_plan p ON p.id = t.plan_id
        JOIN enforcement_case c ON c.id = p.case_id LEFT JOIN case_party w ON w.id = t.party_id
        WHERE t.court_id = $1 AND p.recorded_at >= $2 AND p.recorded_at < $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static BALANCES: Description = Description {
    title: "账户存量表",
    period: Period::Day,
    columns: &[
        text("案号"),
        text("案款账号"),
        word("案件状态", words::case_status),
        money("存量（元）"),
        date("最早到账日期"),
        age("存放天数"),
    ],
    statement: "SELECT c.case_number, c.account_number, c.status, CAST(-SUM(p.amount) AS BIGINT),
            (SELECT MIN(r.booked_on) FROM receipt r WHERE r.case_id = c.id AND r.booked_on <= $2),
            (SELECT MIN(r.booked_on) FROM receipt r WHERE r.case_id = c.id AND r.booked_on <= $2) AS aged, c.id
        FROM enforcement_case c
        JOIN ledger_account a ON a.owner = c.id AND a.court_id = c.court_id AND a.code = 'CASE_FUND'
        JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
        WHERE c.court_id = $1 AND e.booked_on <= $2 AND c.id > $3
        GROUP BY c.id, c.case_number, c.account_number, c.status HAVING SUM(p.amount) <> 0 ORDER BY c.id LIMIT $4",
};
static RUN_LINES: Description = Description {
    title: "集中兑现明细表",
    period: Period::Instants,
    columns: &[
        text("批次号"),
        number("序号"),
        text("案号"),
        text("收款人"),
        text("收款账号"),
        text("开户行"),
        money("金额（元）"),
        word("状态", words::run_line_state),
        text("跳过原因"),
    ],
    statement:
        "SELECT r.run_number, CAST(t.line AS BIGINT), c.case_number, p.name, p.account_mask, p.bank_name, t.amount,
            t.state, t.skip_code, t.id
        FROM payout_run_line t JOIN payout_run r ON r.id = t.run_id
        JOIN enforcement_case c ON c.id = t.case_id JOIN payee p ON p.id = t.payee_id
        WHERE t.court_id = $1 AND r.recorded_at >= $2 AND r.recorded_at < $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
static VOUCHERS: Description = Description {
    title: "记账凭证",
    period: Period::Days,
    columns: &[
        number("凭证号"),
        date("记账日期"),
        word("账套", words::book),
        word("摘要", words::entry_kind),
        text("案号"),
        text("政府会计科目"),
        word("明细科目", words::account_code),
        money("借方（元）"),
        money("贷方（元）"),
    ],
    statement: "SELECT n.number, e.booked_on, e.book, e.kind, c.case_number,
            CASE WHEN a.code IN ('BANK', 'CASH', 'CHEQUE') THEN '1002 银行存款—受托代理' WHEN a.code = 'SUSPENSE_BANK_CHARGE'
                THEN '1218 其他应收款' ELSE '2901 受托代理负债' END AS official,
            a.code, CASE WHEN t.amount > 0 THEN t.amount END AS debit,
            CASE WHEN t.amount < 0 THEN -t.amount END AS credit,
            t.id
        FROM ledger_posting t JOIN ledger_entry e ON e.id = t.entry_id JOIN ledger_account a ON a.id = t.account_id
        LEFT JOIN ledger_number n ON n.entry_id = e.id LEFT JOIN enforcement_case c ON c.id = e.case_id
        WHERE t.court_id = $1 AND e.booked_on >= $2 AND e.booked_on <= $3 AND t.id > $4 ORDER BY t.id LIMIT $5",
};
