//! What a bank's answer to a payment means, in our own terms.
//!
//! Banks answer with ISO 20022 codes (`BE01`) or with the four-digit return codes of the Chinese inter-bank systems
//! (`3031`). Both are mapped once, here, to one [`FailureKind`] with one [`FailureClass`]; the class decides what may
//! happen next. The original code and text are always kept beside it. An unlisted code never guesses: it is
//! [`FailureKind::Other`], for a person.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// What one transaction status of the bank (交易状态) says about the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BankStatus {
    /// Received or being processed: neither paid nor refused yet (处理中).
    InProgress,
    /// Debited and settled (已付).
    Settled,
    /// Definitely not executed (已拒绝).
    Rejected,
    /// The bank does not say, or says something this version does not know: the money may have gone (结果未明).
    Unknown,
}

impl BankStatus {
    /// From `ExternalPaymentTransactionStatus1Code`. `ACWC` (accepted with change) is not a success yet; `CANC`
    /// answers a request of the customer before execution, so nothing was paid.
    pub fn from_iso(code: &str) -> BankStatus {
        match code {
            "ACSC" | "ACCC" => BankStatus::Settled,
            "RJCT" | "CANC" => BankStatus::Rejected,
            "RCVD" | "ACTC" | "ACCP" | "ACFC" | "ACFW" | "ACPD" | "ACSP" | "ACWC" | "ACWP" | "PATC" | "PDNG" => {
                BankStatus::InProgress
            }
            _ => BankStatus::Unknown,
        }
    }
}

/// What may be done after a failed payment (失败类别).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, async_graphql::Enum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureClass {
    /// The payee's account cannot take the money: a new confirmed account is needed (须更换收款账户).
    Permanent,
    /// The order can be corrected and sent again as a new attempt (可更正).
    Fixable,
    /// Nothing is wrong with the order: send a new attempt on the next working day (可重试).
    Transient,
    /// The money may have gone: only the status may be asked, nothing is sent again (结果未明，不得重发).
    Unknown,
    /// Stopped by a rule of the authorities: a person decides (监管暂停).
    Hold,
    /// A person reads the bank's own text and decides (人工处理).
    Manual,
}

/// Why a payment failed (失败原因).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, async_graphql::Enum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureKind {
    /// Account number and account name do not belong together (账号户名不符).
    NameMismatch,
    /// There is no such account (账号错误或无此账户).
    AccountInvalid,
    /// The account is closed (账户已销户).
    AccountClosed,
    /// The account is frozen, blocked or dormant (账户冻结、止付或长期不动户).
    AccountBlocked,
    /// The bank code is wrong or not reachable (行号错误).
    BankCodeInvalid,
    /// The amount is above a limit of the channel or the account (超限额).
    LimitExceeded,
    /// The amount is not one the bank can pay (金额错误).
    AmountInvalid,
    /// Our own account does not hold enough: stop the batch and find out why (付款账户余额不足).
    InsufficientFunds,
    /// The bank has seen the payment before: ask for the original's result (重复业务).
    Duplicate,
    /// Sent after the bank's cut-off time (超过业务截止时间).
    Cutoff,
    /// Timeout or no answer (超时或无应答).
    NoAnswer,
    /// Stopped for a regulatory reason (监管原因).
    Regulatory,
    /// Any other reason: see the bank's text (其他).
    Other,
}

impl FailureKind {
    /// From an ISO 20022 status or return reason, or a return code of the Chinese inter-bank systems. Codes about the
    /// *paying* account (AC02, AC05, RC03) say nothing about the payee and stay [`FailureKind::Other`].
    pub fn from_code(code: &str) -> FailureKind {
        match code.trim() {
            "BE01" | "3031" | "3065" => FailureKind::NameMismatch,
            "AC01" | "AC03" | "3004" | "3009" | "3010" | "3030" => FailureKind::AccountInvalid,
            "AC04" | "AC07" | "3018" | "3039" => FailureKind::AccountClosed,
            "AC06" | "AG01" | "3017" | "3020" | "3057" | "3069" => FailureKind::AccountBlocked,
            "RC01" | "RC04" | "RC07" | "RC08" => FailureKind::BankCodeInvalid,
            "AM02" | "AM13" | "AM14" => FailureKind::LimitExceeded,
            "AM01" | "AM03" | "AM06" | "AM07" | "AM09" | "AM12" | "3040" => FailureKind::AmountInvalid,
            "AM04" => FailureKind::InsufficientFunds,
            "AM05" | "DUPL" | "DU01" | "DU02" | "DU03" | "DU04" | "DU05" | "3051" => FailureKind::Duplicate,
            "TM01" => FailureKind::Cutoff,
            "AB01" | "AB03" | "AB05" | "AB06" | "AB07" | "AB08" | "3028" | "3059" => FailureKind::NoAnswer,
            "RR01" | "RR02" | "RR03" | "RR04" => FailureKind::Regulatory,
            _ => FailureKind::Other,
        }
    }

    /// The class that decides the next step.
    pub fn class(self) -> FailureClass {
        match self {
            FailureKind::NameMismatch
            | FailureKind::AccountInvalid
            | FailureKind::AccountClosed
            | FailureKind::AccountBlocked => FailureClass::Permanent,
            FailureKind::BankCodeInvalid | FailureKind::LimitExceeded => FailureClass::Fixable,
            FailureKind::Cutoff => FailureClass::Transient,
            FailureKind::Duplicate | FailureKind::NoAnswer => FailureClass::Unknown,
            FailureKind::Regulatory => FailureClass::Hold,
            FailureKind::AmountInvalid | FailureKind::InsufficientFunds | FailureKind::Other => FailureClass::Manual,
        }
    }
}

/// The bank's answer, decided: what payout acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing final yet: wait.
    Pending,
    /// Paid.
    Paid,
    /// Definitely not paid.
    Failed(FailureKind),
    /// The money may have gone: never send it again, ask the bank.
    Undetermined(FailureKind),
}

/// Reads a status with its reason. A rejection whose reason says "duplicate" or "timeout" is no definite failure: the
/// money may have gone with the first copy or after the timeout.
pub fn verdict(status: BankStatus, reason: Option<&str>) -> Verdict {
    let kind = reason.map_or(FailureKind::Other, FailureKind::from_code);
    match status {
        BankStatus::InProgress => Verdict::Pending,
        BankStatus::Settled => Verdict::Paid,
        BankStatus::Rejected if kind.class() == FailureClass::Unknown => Verdict::Undetermined(kind),
        BankStatus::Rejected => Verdict::Failed(kind),
        BankStatus::Unknown => Verdict::Undetermined(FailureKind::NoAnswer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_and_chinese_codes_mean_the_same() {
        for (iso, chinese, kind, class) in [
            ("BE01", "3031", FailureKind::NameMismatch, FailureClass::Permanent),
            ("AC01", "3009", FailureKind::AccountInvalid, FailureClass::Permanent),
            ("AC04", "3018", FailureKind::AccountClosed, FailureClass::Permanent),
            ("AC06", "3017", FailureKind::AccountBlocked, FailureClass::Permanent),
            ("AM05", "3051", FailureKind::Duplicate, FailureClass::Unknown),
            ("AB05", "3059", FailureKind::NoAnswer, FailureClass::Unknown),
            ("MS03", "3999", FailureKind::Other, FailureClass::Manual),
        ] {
            assert_eq!(FailureKind::from_code(iso), kind, "{iso}");
            assert_eq!(FailureKind::from_code(chinese), kind, "{chinese}");
            assert_eq!(kind.class(), class, "{iso}");
        }
        for (code, class) in [
            ("RC01", FailureClass::Fixable),
            ("AM02", FailureClass::Fixable),
            ("TM01", FailureClass::Transient),
            ("RR04", FailureClass::Hold),
            ("AM04", FailureClass::Manual),
            ("NARR", FailureClass::Manual),
            ("", FailureClass::Manual),
        ] {
            assert_eq!(FailureKind::from_code(code).class(), class, "{code}");
        }
    }

    #[test]
    fn only_a_definite_refusal_is_a_failure() {
        assert_eq!(verdict(BankStatus::from_iso("ACSC"), None), Verdict::Paid);
        assert_eq!(verdict(BankStatus::from_iso("ACCC"), None), Verdict::Paid);
        assert_eq!(verdict(BankStatus::from_iso("ACSP"), None), Verdict::Pending);
        assert_eq!(verdict(BankStatus::from_iso("RJCT"), Some("BE01")), Verdict::Failed(FailureKind::NameMismatch));
        assert_eq!(verdict(BankStatus::from_iso("RJCT"), None), Verdict::Failed(FailureKind::Other));
        assert_eq!(verdict(BankStatus::from_iso("RJCT"), Some("AM05")), Verdict::Undetermined(FailureKind::Duplicate));
        assert_eq!(verdict(BankStatus::from_iso("RJCT"), Some("AB05")), Verdict::Undetermined(FailureKind::NoAnswer));
        assert_eq!(verdict(BankStatus::from_iso("BLCK"), None), Verdict::Undetermined(FailureKind::NoAnswer));
    }
}
