//! Amounts in Chinese capitals (大写金额): the second reading that a bid far above the price must carry.
//!
//! Written as 支付结算办法 (正确填写票据和结算凭证的基本规定) asks for cheques: 壹佰贰拾叁元肆角伍分, 零 for a gap,
//! 整 when nothing follows the yuan or the jiao.

use crate::kernel::money::Money;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
/// Value of a place within a group of four, from its right.
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
/// Names of the groups of four, from the right; 10^15 fen end within 万亿.
const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];

/// `59748.04` → `伍万玖仟柒佰肆拾捌元零肆分`. A negative amount begins with 负.
pub fn money_in_capitals(amount: Money) -> String {
    let fen = amount.fen().unsigned_abs();
    let (yuan, jiao, cent) = (fen / 100, digit(fen / 10), digit(fen));
    let mut text = String::from(if amount.is_negative() { "负" } else { "" });
    if yuan > 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, cent) {
        (0, 0) if yuan == 0 => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (0, cent) => {
            if yuan > 0 {
                text.push('零');
            }
            push_place(&mut text, cent, "分");
        }
        (jiao, 0) => {
            push_place(&mut text, jiao, "角");
            text.push('整');
        }
        (jiao, cent) => {
            push_place(&mut text, jiao, "角");
            push_place(&mut text, cent, "分");
        }
    }
    text
}

/// Does `text` say `amount`? 人民币 in front, 圆 for 元, 正 for 整 and blanks are accepted.
pub fn says(text: &str, amount: Money) -> bool {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '圆' => '元',
            '正' => '整',
            other => other,
        })
        .collect();
    plain.strip_prefix("人民币").unwrap_or(&plain).trim_end_matches('整')
        == money_in_capitals(amount).trim_end_matches('整')
}

/// Last decimal digit.
fn digit(number: u64) -> usize {
    usize::try_from(number % 10).unwrap_or(0)
}

fn push_place(text: &mut String, value: usize, place: &str) {
    text.push(DIGITS.get(value).copied().unwrap_or('零'));
    text.push_str(place);
}

/// A whole number above zero, group by group from the left; one 零 stands for any run of empty places.
fn whole(number: u64) -> String {
    let groups = [number % 10_000, number / 10_000 % 10_000, number / 100_000_000 % 10_000, number / 1_000_000_000_000];
    let mut text = String::new();
    let mut gap = false;
    for (index, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = !text.is_empty();
            continue;
        }
        for place in (0..4).rev() {
            let value = digit(group / 10_u64.pow(place));
            if value == 0 {
                gap = !text.is_empty();
                continue;
            }
            if std::mem::take(&mut gap) {
                text.push('零');
            }
            push_place(&mut text, value, PLACES.get(usize::try_from(place).unwrap_or(0)).copied().unwrap_or(""));
        }
        // the zeros that end a group are no gap of their own: 壹拾万贰仟 reads on after 万
        let follows_full = groups.get(..index).and_then(|rest| rest.last()).is_some_and(|next| *next >= 1000);
        gap = gap && !follows_full;
        // 万亿 is written 万 when the 亿 group follows, which then carries the 亿 itself
        let name = match index {
            3 if groups.get(2).is_some_and(|hundred_millions| *hundred_millions > 0) => "万",
            _ => GROUPS.get(index).copied().unwrap_or(""),
        };
        text.push_str(name);
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_capitals() {
        for (amount, text) in [
            ("0.00", "零元整"),
            ("0.04", "肆分"),
            ("0.30", "叁角整"),
            ("0.34", "叁角肆分"),
            ("1.00", "壹元整"),
            ("10.00", "壹拾元整"),
            ("16.05", "壹拾陆元零伍分"),
            ("16.50", "壹拾陆元伍角整"),
            ("105.00", "壹佰零伍元整"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("10000.00", "壹万元整"),
            ("59748.04", "伍万玖仟柒佰肆拾捌元零肆分"),
            ("100000.00", "壹拾万元整"),
            ("102000.00", "壹拾万贰仟元整"),
            ("100200.00", "壹拾万零贰佰元整"),
            ("203500.00", "贰拾万叁仟伍佰元整"),
            ("1000001.00", "壹佰万零壹元整"),
            ("410000000.00", "肆亿壹仟万元整"),
            ("500000000.00", "伍亿元整"),
            ("500000001.00", "伍亿零壹元整"),
            ("500010000.00", "伍亿零壹万元整"),
            ("1000000000000.00", "壹万亿元整"),
            ("1234500000000.00", "壹万贰仟叁佰肆拾伍亿元整"),
            ("-3.20", "负叁元贰角整"),
        ] {
            let amount: Money = amount.parse().unwrap();
            assert_eq!(money_in_capitals(amount), text, "{amount}");
            assert!(says(text, amount));
        }
    }

    #[test]
    fn usual_spellings_are_read_and_others_are_not() {
        let amount: Money = "4100000000.00".parse().unwrap();
        for good in ["肆拾壹亿元整", "人民币肆拾壹亿元整", "肆拾壹亿圆正", "人民币 肆拾壹亿 元"]
        {
            assert!(says(good, amount), "{good}");
        }
        for bad in ["", "整", "肆亿壹仟万元整", "四十一亿元整", "4100000000.00"] {
            assert!(!says(bad, amount), "{bad}");
        }
    }

    #[test]
    fn different_amounts_are_written_differently() {
        let mut seen = std::collections::HashMap::new();
        for step in 0..200_000_i64 {
            let amount = Money::from_fen(step * 7_919 % 100_000_007 + step / 3);
            if let Some(other) = seen.insert(money_in_capitals(amount), amount) {
                assert_eq!(other, amount);
            }
        }
    }
}
