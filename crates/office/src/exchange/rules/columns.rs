//! The columns of the four sheets, and the words that stand for the values of closed lists.

use crate::{
    cases::{ClaimRank, LivelihoodKind, PartyKind, PartyRole},
    exchange::CaseSheet,
};

/// A column of a sheet.
pub struct Column {
    pub title: &'static str,
    /// The field of the single mutation's input that the cell becomes; a refusal names it.
    pub field: &'static str,
    pub needed: bool,
    /// For whoever fills it in.
    pub note: &'static str,
}
const fn needed(title: &'static str, field: &'static str, note: &'static str) -> Column {
    Column { title, field, needed: true, note }
}
const fn optional(title: &'static str, field: &'static str, note: &'static str) -> Column {
    Column { title, field, needed: false, note }
}

const CASE_NUMBER: Column = needed("案号", "caseNumber", "例如（2026）湘0102执12号；其他各表凭案号对应本案");
const LIVELIHOOD: &str = "涉民生案件填类别，其他留空";

const CASES: &[Column] = &[
    CASE_NUMBER,
    needed("执行依据文号", "basisNumber", "例如（2025）湘0102民初345号"),
    needed("立案日期", "filedOn", "例如2026-02-27，不得晚于当日"),
    optional("旧式案号", "legacyNumber", "2016年以前的案号，例如（2013）宁执字第386号"),
    optional("涉民生类别", "livelihoodKind", LIVELIHOOD),
];
const PARTIES: &[Column] = &[
    CASE_NUMBER,
    needed("当事人序号", "serial", "本案内从1起编号，债权、收款账户凭序号对应当事人"),
    needed("当事人地位", "role", "每案至少一名申请执行人、一名被执行人"),
    needed("当事人类型", "kind", "自然人、企业法人、其他组织"),
    needed("姓名或名称", "name", "与证件一致"),
    optional("证件号码", "identityNumber", "自然人填公民身份号码，其他填统一社会信用代码；单元格须为文本"),
    optional("手机号", "mobile", "十一位"),
];
const CLAIMS: &[Column] = &[
    CASE_NUMBER,
    needed("债权人序号", "creditor", "当事人表中的序号"),
    optional("受偿顺位", "rank", "留空为普通债权"),
    optional("同顺位次序", "rankOrder", "1至999，留空为1"),
    needed("案由", "cause", "例如人身损害"),
    optional("担保情况", "security", "受偿顺位为担保物权时必填"),
    optional("涉民生类别", "livelihoodKind", LIVELIHOOD),
    needed("本金（元）", "principal", "例如203500.00；没有本金时填0.00"),
    optional("一般债务利息（元）", "ordinaryInterest", "执行依据确定的、计至立案的利息"),
    optional("诉讼费用等（元）", "costs", "执行依据确定由被执行人负担的费用"),
    optional("履行期限届满日", "performanceDue", "次日起计迟延履行利息"),
];
const PAYEES: &[Column] = &[
    CASE_NUMBER,
    needed("当事人序号", "party", "当事人表中的序号，每人一个账户"),
    needed("户名", "account.accountHolder", "须与当事人姓名或名称一致"),
    needed("账号", "account.accountNumber", "单元格须为文本，否则末几位会丢失"),
    needed("联行号", "account.bankCode", "十二位"),
    needed("开户行", "account.bankName", "网点全称"),
    needed("收款账户确认书", "document", "当事人书面确认的文号或标题"),
];

impl CaseSheet {
    /// Name of the sheet in the workbook.
    pub const fn title(self) -> &'static str {
        match self {
            CaseSheet::Cases => "案件",
            CaseSheet::Parties => "当事人",
            CaseSheet::Claims => "债权",
            CaseSheet::Payees => "收款账户",
        }
    }
    pub const fn columns(self) -> &'static [Column] {
        match self {
            CaseSheet::Cases => CASES,
            CaseSheet::Parties => PARTIES,
            CaseSheet::Claims => CLAIMS,
            CaseSheet::Payees => PAYEES,
        }
    }
    /// Place and description of the column that becomes `field`.
    pub fn column(self, field: &str) -> Option<(usize, &'static Column)> {
        self.columns().iter().enumerate().find(|(_, column)| column.field == field)
    }
}

/// The words of a closed list, in the order of the law.
pub type Words<T> = &'static [(&'static str, T)];

pub const ROLES: Words<PartyRole> = &[
    ("申请执行人", PartyRole::Applicant),
    ("被执行人", PartyRole::Respondent),
    ("参与分配债权人", PartyRole::JoiningCreditor),
    ("共有人", PartyRole::CoOwner),
    ("利害关系人", PartyRole::Interested),
    ("案外人", PartyRole::Outsider),
];
pub const KINDS: Words<PartyKind> =
    &[("自然人", PartyKind::Person), ("企业法人", PartyKind::Enterprise), ("其他组织", PartyKind::Organisation)];
pub const RANKS: Words<ClaimRank> = &[
    ("垫付的执行费用", ClaimRank::SaleCosts),
    ("人身损害医疗费", ClaimRank::MedicalCosts),
    ("担保物权", ClaimRank::Secured),
    ("其他优先受偿权", ClaimRank::Priority),
    ("退赔被害人", ClaimRank::Restitution),
    ("普通债权", ClaimRank::Ordinary),
    ("罚金", ClaimRank::Fine),
    ("没收财产", ClaimRank::Confiscation),
];
pub const LIVELIHOODS: Words<LivelihoodKind> = &[
    ("劳动报酬", LivelihoodKind::Wages),
    ("赡养费", LivelihoodKind::SupportElder),
    ("扶养费", LivelihoodKind::SupportSpouse),
    ("抚养费", LivelihoodKind::SupportChild),
    ("抚恤金", LivelihoodKind::Pension),
    ("医疗费用、医疗损害", LivelihoodKind::Medical),
    ("交通事故人身损害", LivelihoodKind::TrafficInjury),
    ("工伤", LivelihoodKind::WorkInjury),
    ("人身损害", LivelihoodKind::PersonalInjury),
    ("刑事附带民事", LivelihoodKind::CriminalCivil),
];

/// The word of a value; every value has one.
pub fn word_of<T: PartialEq>(words: Words<T>, value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_word_of_its_own() {
        fn walk<T: PartialEq + std::fmt::Debug>(words: Words<T>, all: &[T]) {
            for value in all {
                let word = word_of(words, value);
                assert!(!word.is_empty(), "{value:?}");
                assert_eq!(words.iter().filter(|(known, _)| *known == word).count(), 1, "{word}");
            }
        }
        walk(ROLES, PartyRole::ALL);
        walk(KINDS, PartyKind::ALL);
        walk(RANKS, ClaimRank::ALL);
        walk(LIVELIHOODS, LivelihoodKind::ALL);
    }

    #[test]
    fn titles_and_fields_of_a_sheet_are_unique() {
        for sheet in CaseSheet::ALL {
            for (at, column) in sheet.columns().iter().enumerate() {
                let rest = &sheet.columns()[at + 1..];
                assert!(rest.iter().all(|other| other.title != column.title && other.field != column.field));
            }
        }
    }
}
