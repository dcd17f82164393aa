//! What may be shown of personal data. A mask has a fixed length, so that it does not tell the length of what it hides.

use crate::kernel::identity::{BankAccount, CitizenId, Mobile};

/// Surnames of two characters that are frequent enough to matter.
const COMPOUND_SURNAMES: [&str; 24] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "宇文", "长孙", "夏侯",
    "轩辕", "端木", "百里", "呼延", "南宫", "独孤", "闻人", "拓跋", "澹台", "申屠",
];

/// `110***********002X`: first three and last four characters.
pub fn citizen_id(id: &CitizenId) -> String {
    format!("{}***********{}", &id.expose()[..3], &id.expose()[14..])
}
/// `****0018`: the last four digits.
pub fn bank_account(account: &BankAccount) -> String {
    let digits = account.expose();
    format!("****{}", &digits[digits.len().saturating_sub(4)..])
}
/// `138****1234`.
pub fn mobile(mobile: &Mobile) -> String {
    format!("{}****{}", &mobile.expose()[..3], &mobile.expose()[7..])
}
/// `易某`, `欧阳某`, `阿不都·某`, `A***`: the surname or first part, as judgments on the open web write it.
/// Organisations are public and go unmasked.
pub fn person_name(name: &str) -> String {
    let name = name.trim();
    if let Some((first, _)) = name.split_once(['·', '•', '・', '‧']) {
        return format!("{first}·某");
    }
    let compound = COMPOUND_SURNAMES.iter().find(|surname| name.starts_with(**surname));
    match (compound, name.chars().next()) {
        (Some(surname), _) if name.chars().count() > 2 => format!("{surname}某"),
        (_, Some(first)) if first.is_ascii_alphabetic() => format!("{}***", first.to_ascii_uppercase()),
        (_, Some(first)) => format!("{first}某"),
        (_, None) => String::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::kernel::identity::BankAccountKind;

    #[test]
    fn numbers_keep_their_ends() {
        let today = "2026-03-02".parse().unwrap();
        assert_eq!(citizen_id(&CitizenId::parse("440524188001010014", today).unwrap()), "440***********0014");
        assert_eq!(citizen_id(&CitizenId::parse("11010519491231002X", today).unwrap()), "110***********002X");
        let account = |text| BankAccount::parse(text, BankAccountKind::Unstated).unwrap();
        assert_eq!(bank_account(&account("6228480402564890018")), "****0018");
        assert_eq!(bank_account(&account("123456")), "****3456");
        assert_eq!(mobile(&Mobile::parse("13812341234").unwrap()), "138****1234");
    }

    #[test]
    fn names_keep_the_surname() {
        for (name, masked) in [
            ("易小明", "易某"),
            ("吴某", "吴某"),
            ("欧阳修", "欧阳某"),
            ("欧阳", "欧某"),
            ("阿不都·热合曼", "阿不都·某"),
            ("anne o'hara", "A***"),
            ("", ""),
        ] {
            assert_eq!(person_name(name), masked);
        }
    }
}
