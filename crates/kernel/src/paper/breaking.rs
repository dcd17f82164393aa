//! Where a line of Chinese may end (避头尾): between any two characters, but no closing mark begins a line and no opening
//! one ends it, and neither words of Latin letters nor numbers are torn apart.

/// Marks that may not begin a line (GB/T 15834 marks that close or pause).
const NEVER_FIRST: &str = "，。、；：？！）〕】》〉」』”’…—～％‰℃,.;:?!)]}%·";
/// Marks that may not end a line.
const NEVER_LAST: &str = "（〔【《〈「『“‘([{￥¥$";

/// Breaks `text` into lines of at most `width`; the first is narrower by `indent`. Line feeds end a line.
pub fn lines(text: &str, width: i32, indent: i32, advance: impl Fn(char) -> i32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let room = if lines.is_empty() { width.saturating_sub(indent) } else { width };
        fill(paragraph, room, width, &advance, &mut lines);
    }
    lines
}

fn fill(text: &str, first: i32, width: i32, advance: &impl Fn(char) -> i32, lines: &mut Vec<String>) {
    let measure = |text: &str| text.chars().map(advance).fold(0, i32::saturating_add);
    let (mut line, mut used, mut room) = (String::new(), 0_i32, first);
    for atom in atoms(text) {
        let wide = measure(&atom);
        if used.saturating_add(wide) > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            (used, room) = (0, width);
        }
        if wide <= room {
            if !(line.is_empty() && atom == " ") {
                line.push_str(&atom);
                used = used.saturating_add(wide);
            }
            continue;
        }
        // longer than a whole line: torn where it must be
        for c in atom.chars() {
            if used.saturating_add(advance(c)) > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                (used, room) = (0, width);
            }
            line.push(c);
            used = used.saturating_add(advance(c));
        }
    }
    lines.push(line.trim_end().to_owned());
}

/// What stays together: a character with the marks that belong to it, a word, a number.
fn atoms(text: &str) -> Vec<String> {
    let mut atoms: Vec<String> = Vec::new();
    let mut glue = false;
    for c in text.chars() {
        let joined = glue
            || NEVER_FIRST.contains(c)
            || atoms.last().and_then(|atom| atom.chars().last()).is_some_and(|before| is_word(before) && is_word(c));
        match atoms.last_mut() {
            Some(atom) if joined && c != ' ' && atom != " " => atom.push(c),
            _ => atoms.push(c.to_string()),
        }
        glue = NEVER_LAST.contains(c);
    }
    atoms
}
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '-' | '/' | ':' | '_' | '@' | '+' | '*' | '&' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Full-width characters count two, the others one.
    fn broken(text: &str, width: i32) -> Vec<String> {
        lines(text, width, 0, |c| if c.is_ascii() { 1 } else { 2 })
    }

    #[test]
    fn lines_break_between_characters_and_keep_marks_with_their_words() {
        for (text, width, expected) in [
            ("被执行人应当履行", 8, vec!["被执行人", "应当履行"]),
            ("被执行人，应当履行", 8, vec!["被执行", "人，应当", "履行"]),
            ("案号（二〇二六）", 8, vec!["案号（二", "〇二六）"]),
            ("共计1,234,567.89元", 12, vec!["共计", "1,234,567.89", "元"]),
            ("见《执行规定》。", 6, vec!["见《执", "行规", "定》。"]),
            ("一\n二", 8, vec!["一", "二"]),
            ("", 8, vec![""]),
            ("ABCDEFGHIJ", 4, vec!["ABCD", "EFGH", "IJ"]),
        ] {
            assert_eq!(broken(text, width), expected, "{text}");
        }
    }

    #[test]
    fn no_line_is_too_long_or_begins_with_a_closing_mark() {
        let text = "竞买人参与竞买，视为对拍卖标的现状、权利瑕疵（包括但不限于租赁、抵押）的确认；保证金100,000.00元。";
        for width in 6..40 {
            for line in broken(text, width) {
                let wide: i32 = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(wide <= width, "{line} at {width}");
            }
            // narrow columns tear what cannot be kept together
            if width >= 14 {
                assert!(
                    broken(text, width).iter().all(|l| !l.starts_with(|c: char| NEVER_FIRST.contains(c))),
                    "{width}"
                );
            }
        }
    }

    #[test]
    fn the_first_line_is_indented() {
        let found = lines("一二三四五六", 8, 4, |_| 2);
        assert_eq!(found, ["一二", "三四五六"]);
    }
}
