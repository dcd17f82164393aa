//! Typesetting: a court's paper becomes a PDF that says what was asked for, the same at every time.

use duixian::paper::{Align, FontError, Paper, Typesetter, layout};
use std::path::PathBuf;

/// A paper with everything that a paper can have, over several pages.
fn long() -> Paper {
    let mut paper = Paper {
        court: "长沙市芙蓉区人民法院".into(),
        title: "执行财产分配方案".into(),
        number: "（2026）湘0102分配第1号".into(),
        date: "2026-03-02".parse().unwrap(),
        notice: Some("演练：本标的物不发生真实处分".into()),
        blocks: Vec::new(),
    };
    paper.form([
        vec![("案号", "（2026）湘0102执12号".into()), ("金额（小写）", "1,234,567.89元".into())],
        vec![("说明", "长".repeat(80))],
    ]);
    paper.heading("一、分配明细");
    let rows = (1..=90).map(|n| vec![n.to_string(), format!("债权人{n}，住长沙市芙蓉区某某路"), format!("{n},000.00")]);
    let columns = [("序号", 1, Align::Centre), ("受偿人", 4, Align::Left), ("分配额（元）", 2, Align::Right)];
    paper.table(&columns, rows.collect(), Some(vec!["合计".into(), String::new(), "4,095,000.00".into()]));
    paper.paragraph("债权人或者被执行人对分配方案有异议的，应当自收到分配方案之日起十五日内提出书面异议。".repeat(12));
    paper.signatures(&["承办人", "执行局局长"]);
    paper.seal();
    paper
}

#[test]
fn the_same_paper_is_the_same_file() {
    let paper = long();
    let one = Typesetter::new(None).typeset(&paper).expect("a typeface with Chinese characters, see ./test");
    let two = Typesetter::new(None).typeset(&paper).unwrap();
    assert_eq!(one, two, "another process, another day: the same bytes");
    assert!(one.starts_with(b"%PDF-") && one.len() < 400_000, "a subset is embedded: {} bytes", one.len());
    let other = Paper { number: "（2026）湘0102分配第2号".into(), ..paper };
    assert_ne!(Typesetter::new(None).typeset(&other).unwrap(), one);
}

#[test]
fn a_table_goes_on_under_its_head_and_every_page_is_counted() {
    let typesetter = Typesetter::new(None);
    let pages = layout::pages(&long(), typesetter.typeface().unwrap());
    assert!(pages.len() >= 3, "{} pages", pages.len());
    let said = |page: &layout::Page, wanted: &str| {
        page.iter().any(|item| matches!(item, layout::Item::Text { text, .. } if text.contains(wanted)))
    };
    for (at, page) in pages.iter().enumerate() {
        assert!(said(page, &format!("第{}页", at + 1)) && said(page, &format!("共{}页", pages.len())));
        assert!(said(page, "（2026）湘0102分配第1号"), "each page bears the number");
        let rows = said(page, "债权人1") || said(page, "某某路");
        assert!(!rows || said(page, "受偿人"), "page {} has rows without a head", at + 1);
        for item in page {
            if let layout::Item::Text { x, y, .. } = item {
                assert!(*x > 0 && *x < layout::PAGE_WIDTH && *y > 0 && *y < layout::PAGE_HEIGHT);
            }
        }
    }
    let amounts = pages
        .iter()
        .flatten()
        .filter(|item| matches!(item, layout::Item::Text { text, .. } if text.ends_with(",000.00")));
    assert_eq!(amounts.count(), 91, "no row is lost between pages");
}

#[test]
fn without_a_typeface_or_a_character_it_says_so() {
    let nowhere = Typesetter::new(Some(PathBuf::from("/nowhere/font.ttf")));
    assert_eq!(nowhere.typeset(&long()).err(), Some(FontError::Unusable));
    let mut paper = long();
    paper.paragraph("private use: \u{10fffd}");
    assert_eq!(Typesetter::new(None).check(&paper).err(), Some(FontError::Character('\u{10fffd}')));
}
