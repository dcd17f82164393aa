//! The standard tables of case money (案款管理标准表): one description of each, as CSV and as XLSX, for a court and a period.
//!
//! A table is a statement with its columns; rows are read by keyset, some hundreds at a time, so that a year of a large
//! court is a stream. Numbers of identity and full account numbers are in none of them.

pub mod cell;
pub mod csv;
pub mod export;
mod list;
pub mod read;
pub mod xlsx;

pub use list::describe;

use crate::kernel::stored_enum;

stored_enum! {
    /// Which standard table (案款标准表).
    FundTable {
        /// Money that arrived on cases (执行款缴纳明细表).
        Deposits = "DEPOSITS",
        /// Money whose case is not known (不明款到账明细表).
        Unidentified = "UNIDENTIFIED",
        /// Claims of such money to cases (不明款认领明细表).
        UnidentifiedClaims = "UNIDENTIFIED_CLAIMS",
        /// Deferrals of paying out (延缓发放明细表).
        Deferrals = "DEFERRALS",
        /// Freezes of case money by other cases and organs (案款冻结明细表).
        Freezes = "FREEZES",
        /// Orders to pay out (案款发放明细表).
        Orders = "ORDERS",
        /// Single payments by the bank with their results (案款发放付款明细表).
        Payments = "PAYMENTS",
        /// Money that notaries hold or held, by the day of the certificate (提存到账明细表).
        NotaryDeposits = "NOTARY_DEPOSITS",
        /// Money that notaries returned (提存返还明细表).
        NotaryReturns = "NOTARY_RETURNS",
        /// Distribution plans (案款分配表).
        Distributions = "DISTRIBUTIONS",
        /// Lines of distribution plans (案款分配明细表).
        DistributionLines = "DISTRIBUTION_LINES",
        /// What stands on each case's account on a day, with the age of its oldest money (账户存量表).
        Balances = "BALANCES",
        /// Lines of unified payouts (集中兑现明细表).
        RunLines = "RUN_LINES",
        /// Postings of the books, for the accounting system (记账凭证).
        Vouchers = "VOUCHERS",
    }
}

stored_enum! {
    /// In which form a table is fetched (表格格式).
    TableFormat {
        /// Comma-separated text in UTF-8, as a stream (逗号分隔文本).
        Csv = "CSV",
        /// A workbook; past a million rows it goes on in further sheets, each with its head (电子表格).
        Xlsx = "XLSX",
    }
}
impl TableFormat {
    pub const fn extension(self) -> &'static str {
        match self {
            TableFormat::Csv => "csv",
            TableFormat::Xlsx => "xlsx",
        }
    }
    pub const fn media_type(self) -> &'static str {
        match self {
            TableFormat::Csv => "text/csv; charset=utf-8",
            TableFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What the period of a table is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A column of civil days.
    Days,
    /// A column of instants.
    Instants,
    /// The last day alone: how things stood at its end.
    Day,
}

/// A table as both formats write it.
pub struct Description {
    pub title: &'static str,
    pub columns: &'static [Column],
    pub period: Period,
    /// `$1` the court, then the period's two bounds (one for [`Period::Day`]), then the last row's key, then the
    /// number of rows. Answers the columns in order and, behind them, the row's key.
    pub statement: &'static str,
}

pub struct Column {
    pub title: &'static str,
    pub kind: Kind,
}

/// What stands in a column.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    /// A stored value, by its Chinese word.
    Word(fn(&str) -> &str),
    Money,
    Date,
    /// An instant, by its civil day.
    InstantDay,
    Number,
    /// Days from this civil day to the last day of the period.
    Age,
}
