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

/// 法〔2015〕137号: how cases of the people's courts are numbered since 2016.
pub static CASE_NUMBERING: Article = Article {
    law: "人民法院案件案号规定",
    article: "第2、3条",
    version: "法〔2015〕137号",
    effective_from: (2016, 1, 1),
    text: "A case number is （year received）, court code, type code, serial number and 号.",
};
/// GB 11643—1999: the citizen identification number.
pub static CITIZEN_ID_STANDARD: Article = Article {
    law: "GB 11643",
    article: "4.1",
    version: "GB 11643—1999",
    effective_from: (1999, 7, 1),
    text: "A citizen id is region, date of birth, sequence and a check character by ISO 7064 MOD 11-2.",
};
/// GB 32100—2015: the code of legal persons and other organisations.
pub static USCC_STANDARD: Article = Article {
    law: "GB 32100",
    article: "4",
    version: "GB 32100—2015",
    effective_from: (2015, 10, 1),
    text: "A unified social credit code has 18 characters, the last a check character modulo 31.",
};
/// ISO/IEC 7812-1: the check digit of payment cards.
pub static CARD_STANDARD: Article = Article {
    law: "ISO/IEC 7812-1",
    article: "Annex B",
    version: "2017",
    effective_from: (2017, 1, 1),
    text: "The last digit of a payment card number is the Luhn check digit of the others.",
};
/// ISO 7064: the check system of the twelve-digit bank code of the national payment system.
pub static CNAPS_STANDARD: Article = Article {
    law: "ISO 7064",
    article: "MOD 11,10",
    version: "2003",
    effective_from: (2003, 2, 15),
    text: "The last of the twelve digits of a bank code is the check digit of the first eleven.",
};

/// A refusal that names its reason, so that a form can say more than "wrong".
fn refusal(code: RefusalCode, reason: &dyn std::fmt::Display, article: Option<&'static Article>) -> Refusal {
    let plain = Refusal::new(code).arg("reason", reason);
    match article {
        Some(article) => plain.law(article),
        None => plain,
    }
}
