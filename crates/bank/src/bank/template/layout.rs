//! What a template says. The same types are input and answer of the graph and, as JSON, the stored text and the file that
//! `duixian bank-sim --template` reads.

use crate::kernel::stored_enum;
use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

stored_enum! {
    /// Character set of a file (字符编码).
    BankEncoding {
        /// UTF-8 without a byte order mark (统一码).
        Utf8 = "UTF_8",
        /// GB 18030, the superset of GBK (国标字符集).
        Gb18030 = "GB18030",
    }
}

stored_enum! {
    /// What stands between two columns (分隔符).
    BankSeparator {
        /// A comma, as in CSV (逗号).
        Comma = "COMMA",
        /// A vertical bar (竖线).
        Pipe = "PIPE",
        /// A semicolon (分号).
        Semicolon = "SEMICOLON",
        /// A tabulator (制表符).
        Tab = "TAB",
    }
}

impl BankSeparator {
    pub const fn character(self) -> char {
        match self {
            BankSeparator::Comma => ',',
            BankSeparator::Pipe => '|',
            BankSeparator::Semicolon => ';',
            BankSeparator::Tab => '\t',
        }
    }
}

stored_enum! {
    /// How amounts are written (金额单位).
    BankAmountUnit {
        /// Yuan with exactly two decimals, `12.30` (元，两位小数).
        Yuan = "YUAN",
        /// Fen, without a point, `1230` (分).
        Fen = "FEN",
    }
}

stored_enum! {
    /// How a value that is shorter than its column is filled; in files of fixed width only (填充方式).
    BankPadding {
        /// The value stands left, spaces follow (左对齐，右补空格).
        SpacesRight = "SPACES_RIGHT",
        /// Spaces come first, the value stands right (右对齐，左补空格).
        SpacesLeft = "SPACES_LEFT",
        /// Zeros come first; for numbers only (右对齐，左补零).
        ZerosLeft = "ZEROS_LEFT",
    }
}

stored_enum! {
    /// What stands in a column (字段).
    BankField {
        /// Our id of the payment file, 27 letters and digits; the answer repeats it (批次号).
        Batch = "BATCH",
        /// The maker's day, `YYYYMMDD` (制表日期).
        CreatedOn = "CREATED_ON",
        /// How many details the file holds (总笔数).
        Count = "COUNT",
        /// Sum of the amounts of the details (总金额).
        Total = "TOTAL",
        /// Name of the paying account (付款户名).
        PayerName = "PAYER_NAME",
        /// Number of the paying account (付款账号).
        PayerAccount = "PAYER_ACCOUNT",
        /// CNAPS code of the paying bank (付款行号).
        PayerBankCode = "PAYER_BANK_CODE",
        /// Place of the detail in the file, from 1 (序号).
        Sequence = "SEQUENCE",
        /// Our id of the payment, unique for ever, at most 30 characters; the answer repeats it (付款流水号).
        EndToEndId = "END_TO_END_ID",
        /// Name of the payee's account (收款户名).
        PayeeName = "PAYEE_NAME",
        /// Number of the payee's account (收款账号).
        PayeeAccount = "PAYEE_ACCOUNT",
        /// CNAPS code of the payee's bank; empty where the number is enough (收款行号).
        PayeeBankCode = "PAYEE_BANK_CODE",
        /// The amount of the payment (金额).
        Amount = "AMOUNT",
        /// Remark for the payee (附言).
        Remittance = "REMITTANCE",
        /// The bank's status of the payment, one of the codes of the template (处理状态).
        Status = "STATUS",
        /// The bank's reason for a refusal (失败代码).
        ReasonCode = "REASON_CODE",
        /// The bank's words on it (失败原因).
        ReasonText = "REASON_TEXT",
        /// The bank's day of the payment, `YYYYMMDD` (记账日期).
        BookedOn = "BOOKED_ON",
        /// A fixed text, written as it is and compared when read (固定值).
        Constant = "CONSTANT",
        /// Left empty when written, not looked at when read (保留项).
        Ignored = "IGNORED",
    }
}

stored_enum! {
    /// What a status code of the bank says about the money (处理结果).
    BankOutcome {
        /// Debited and settled (已付).
        Paid = "PAID",
        /// Definitely not executed (未付).
        Refused = "REFUSED",
        /// Neither paid nor refused yet (处理中).
        InProgress = "IN_PROGRESS",
    }
}

/// One column of a record (列).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject, SimpleObject)]
#[graphql(input_name = "BankColumnInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankColumn {
    /// What stands in it (字段).
    pub field: BankField,
    /// Bytes in the file's character set, 1 to 512: exactly so many in a file of fixed width, at most so many in a delimited
    /// one. A value that is longer is never cut: its payment waits, with the reason (宽度，字节).
    pub width: i32,
    /// How it is filled; without it SPACES_RIGHT (填充方式).
    pub padding: Option<BankPadding>,
    /// The text; with CONSTANT, and with it only (固定值).
    pub constant: Option<String>,
}

/// The form of one file: records in lines (文件格式).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject, SimpleObject)]
#[graphql(input_name = "BankLayoutInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankLayout {
    /// Character set (字符编码).
    pub encoding: BankEncoding,
    /// What stands between columns; none for a file of fixed width (分隔符).
    pub separator: Option<BankSeparator>,
    /// Whether a value with the separator in it stands in double quotes, as in CSV; else it cannot be written (引号).
    pub quoted: bool,
    /// Whether written lines end in CR LF instead of LF; read is either (回车换行).
    pub crlf: bool,
    /// How amounts are written (金额单位).
    pub amounts: BankAmountUnit,
    /// Columns of the first record; empty when there is none (首记录).
    pub header: Vec<BankColumn>,
    /// Columns of the record of one payment (明细记录).
    pub detail: Vec<BankColumn>,
    /// Columns of the last record; empty when there is none (尾记录).
    pub trailer: Vec<BankColumn>,
}

/// What one status code of the bank means (状态代码对照).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject, SimpleObject)]
#[graphql(input_name = "BankStatusCodeInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankStatusCode {
    /// The bank's code, 1 to 10 letters or digits (银行代码).
    pub code: String,
    /// What it means (含义).
    pub outcome: BankOutcome,
}

/// The ISO 20022 reason behind a code of the bank (失败代码对照).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject, SimpleObject)]
#[graphql(input_name = "BankReasonCodeInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankReasonCode {
    /// The bank's code, 1 to 35 letters or digits (银行代码).
    pub code: String,
    /// The reason of ISO 20022, e.g. `AC01` (ISO 20022代码).
    pub iso: String,
}

/// How payment files are written and their answers read (模板内容).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject, SimpleObject)]
#[graphql(input_name = "BankLayoutsInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankLayouts {
    /// The payment file (付款文件).
    pub payments: BankLayout,
    /// The bank's answer to it (结果文件).
    pub results: BankLayout,
    /// Status codes of the bank, 1 to 50. One that is not listed means that the result is not known: the payment is never
    /// sent again by itself (状态代码).
    pub statuses: Vec<BankStatusCode>,
    /// Reason codes of the bank, up to 200; one that is not listed is kept as it is, for a person (失败代码).
    pub reasons: Vec<BankReasonCode>,
}
