//! Identifiers with a rule of their own, parsed once at the edge and trusted afterwards: case number, citizen id,
//! unified social credit code, bank account, CNAPS bank code, mobile number, names.
//!
//! Each type has its own error; `Refusal::from(error)` carries the right code and the standard it breaks. What a
//! standard only recommends (Luhn of an old passbook, an unknown region) is a question to the value, not an error.
//! No type of a person's data shows itself in `Debug`.

pub mod bank_account;
pub mod case_number;
mod case_types;
pub mod citizen_id;
pub mod cnaps;
pub mod mobile;
pub mod name;
pub mod uscc;

pub use bank_account::{BankAccount, BankAccountError, BankAccountKind};
pub use case_number::{CaseNumber, CaseNumberError, LegacyCaseNumber};
pub use citizen_id::{CitizenId, CitizenIdError, Sex};
pub use cnaps::{Cnaps, CnapsError};
pub use mobile::{Mobile, MobileError};
pub use name::{Name, NameError};
pub use uscc::{Uscc, UsccError};

use crate::kernel::refusal::{Article, Refusal, RefusalCode};

// The kernel knows no room above it, so the articles that it cites stand here as well as in `law::reference`; a test
// keeps both equal.
pub static CASE_NUMBERING: Article = Article {
    law: "案号规定",
    article: "第3条",
    version: "法〔2015〕137号",
    effective_from: (2016, 1, 1),
    text: "It is written （year）court type serial 号 (案号编排规格).",
};
pub static CITIZEN_ID_STANDARD: Article = Article {
    law: "公民身份号码",
    article: "校验码",
    version: "GB 11643-1999",
    effective_from: (1999, 7, 1),
    text: "17 digits with date of birth and an ISO 7064 MOD 11-2 check character (公民身份号码).",
};
pub static USCC_STANDARD: Article = Article {
    law: "统一社会信用代码",
    article: "校验码",
    version: "GB 32100-2015",
    effective_from: (2015, 10, 1),
    text: "17 characters and a check character of weights 3^n mod 31 (统一社会信用代码).",
};
pub static CARD_STANDARD: Article = Article {
    law: "银行卡号",
    article: "附录B",
    version: "ISO/IEC 7812-1:2017",
    effective_from: (2017, 1, 1),
    text: "A card number ends with a Luhn check digit (银行卡校验位).",
};
pub static CNAPS_STANDARD: Article = Article {
    law: "校验字符系统",
    article: "MOD 11,10",
    version: "ISO/IEC 7064:2003",
    effective_from: (2003, 2, 15),
    text: "A bank code has 12 digits, the last an ISO 7064 MOD 11,10 check digit (联行号).",
};
pub static MOBILE_FORM: Article = Article {
    law: "本系统格式规则",
    article: "手机号",
    version: "第1版",
    effective_from: (2026, 1, 1),
    text: "Eleven digits beginning with 13 to 19 (手机号格式).",
};
pub static TEXT_FORM: Article = Article {
    law: "本系统格式规则",
    article: "文本",
    version: "第1版",
    effective_from: (2026, 1, 1),
    text: "Trimmed text of bounded length without control characters (文本格式).",
};

/// A refusal that names its reason and the form that it breaks.
fn refusal(code: RefusalCode, reason: &dyn std::fmt::Display, article: &'static Article) -> Refusal {
    Refusal::new(code).arg("reason", reason).law(article)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::reference;

    #[test]
    fn the_articles_are_those_of_the_reference() {
        for (own, reference) in [
            (&CASE_NUMBERING, &reference::CASE_NUMBER_3),
            (&CITIZEN_ID_STANDARD, &reference::CITIZEN_ID_FORM),
            (&USCC_STANDARD, &reference::USCC_FORM),
            (&CARD_STANDARD, &reference::CARD_FORM),
            (&CNAPS_STANDARD, &reference::CNAPS_FORM),
            (&MOBILE_FORM, &reference::MOBILE_FORM),
            (&TEXT_FORM, &reference::TEXT_FORM),
        ] {
            assert_eq!(own, reference);
        }
    }
}
