//! From blocks to pages of positioned text and lines. Lengths are thousandths of a point, counted from the upper left
//! corner of an A4 page; nothing here is a floating-point number, so that a layout is the same on every machine.

use super::{Align, Block, Column, Field, Paper, Table, breaking, font::Typeface};

pub const PAGE_WIDTH: i32 = 595_276;
pub const PAGE_HEIGHT: i32 = 841_890;
const LEFT: i32 = 72_000;
const TOP: i32 = 68_000;
/// The last line of text ends above; below it stands the foot.
const BOTTOM: i32 = 770_000;
const FOOT: i32 = 800_000;
const WIDTH: i32 = PAGE_WIDTH - 2 * LEFT;

/// Sizes of text.
const TITLE: i32 = 20_000;
const COURT: i32 = 15_000;
const HEADING: i32 = 12_500;
const BODY: i32 = 12_000;
const CELL: i32 = 10_000;
const SMALL: i32 = 9_000;
/// Space between a cell's line and its text.
const PADDING: i32 = 4_000;
const SEAL_SIDE: i32 = 110_000;

/// From one line of text to the next.
const fn leading(size: i32) -> i32 {
    size * 8 / 5
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Text whose baseline begins at (x, y).
    Text {
        x: i32,
        y: i32,
        size: i32,
        bold: bool,
        text: String,
    },
    Line {
        from: (i32, i32),
        to: (i32, i32),
    },
    /// A dashed box, for the seal.
    Box {
        at: (i32, i32),
        side: i32,
    },
}
pub type Page = Vec<Item>;

/// Lays the paper out.
pub fn pages(paper: &Paper, face: &Typeface) -> Vec<Page> {
    let mut sheet = Sheet { face, pages: vec![Page::new()], y: TOP };
    sheet.head(paper);
    for block in &paper.blocks {
        sheet.block(block, paper);
    }
    sheet.feet(&paper.number);
    sheet.pages
}

/// A row of cells, each broken into lines.
struct Row {
    cells: Vec<Cell>,
    bold: bool,
}
struct Cell {
    lines: Vec<String>,
    width: i32,
    align: Align,
    label: bool,
}

struct Sheet<'f> {
    face: &'f Typeface,
    pages: Vec<Page>,
    y: i32,
}
impl Sheet<'_> {
    fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }
    fn turn(&mut self) {
        self.pages.push(Page::new());
        self.y = TOP;
    }
    /// A new page, unless `height` fits on this one.
    fn need(&mut self, height: i32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.turn();
        }
    }
    fn width(&self, text: &str, size: i32) -> i32 {
        text.chars().map(|c| self.face.advance(c, size)).sum()
    }
    fn broken(&self, text: &str, size: i32, width: i32, indent: i32) -> Vec<String> {
        breaking::lines(text, width, indent, |c| self.face.advance(c, size))
    }
    /// One line of text at the present height, which it moves on.
    fn line(&mut self, text: &str, size: i32, align: Align, indent: i32, bold: bool) {
        self.need(leading(size));
        let free = WIDTH - self.width(text, size);
        let x = match align {
            Align::Left => LEFT + indent,
            Align::Centre => LEFT + free / 2,
            Align::Right => LEFT + free,
        };
        // the baseline stands a little above the middle of what is left below the letters
        let y = self.y + size * 11 / 10;
        self.put(Item::Text { x, y, size, bold, text: text.to_owned() });
        self.y += leading(size);
    }

    fn head(&mut self, paper: &Paper) {
        for line in self.broken(&paper.court, COURT, WIDTH, 0) {
            self.line(&line, COURT, Align::Centre, 0, false);
        }
        for line in self.broken(&paper.title, TITLE, WIDTH, 0) {
            self.line(&line, TITLE, Align::Centre, 0, true);
        }
        if let Some(notice) = &paper.notice {
            for line in self.broken(notice, SMALL, WIDTH, 0) {
                self.line(&line, SMALL, Align::Centre, 0, false);
            }
        }
        self.line(&paper.number, BODY, Align::Right, 0, false);
        self.y += 6_000;
    }

    fn block(&mut self, block: &Block, paper: &Paper) {
        match block {
            Block::Heading(text) => {
                // not alone at the foot of a page
                self.need(leading(HEADING) + 2 * leading(BODY));
                self.y += 4_000;
                for line in self.broken(text, HEADING, WIDTH, 0) {
                    self.line(&line, HEADING, Align::Left, 0, true);
                }
            }
            Block::Paragraph(text) => {
                for (at, line) in self.broken(text, BODY, WIDTH, 2 * BODY).into_iter().enumerate() {
                    self.line(&line, BODY, Align::Left, if at == 0 { 2 * BODY } else { 0 }, false);
                }
            }
            Block::Form(rows) => self.form(rows),
            Block::Table(table) => self.table(table),
            Block::Signatures(who) => self.signatures(who),
            Block::Seal => self.seal(paper),
        }
    }

    fn form(&mut self, rows: &[Vec<Field>]) {
        for fields in rows {
            let share = WIDTH / i32::try_from(fields.len()).unwrap_or(1).max(1);
            // wide enough for six characters, or for the label of a single pair
            let label = (6 * CELL + 2 * PADDING).max(if fields.len() == 1 { 8 * CELL } else { 0 }).min(share / 2);
            let cells = fields.iter().flat_map(|field| {
                let cell = |text: &str, width: i32, label: bool| Cell {
                    lines: self.broken(text, CELL, width - 2 * PADDING, 0),
                    width,
                    align: if label { Align::Centre } else { Align::Left },
                    label,
                };
                [cell(&field.label, label, true), cell(&field.value, share - label, false)]
            });
            let row = Row { cells: cells.collect(), bold: false };
            self.row(&row, None);
        }
        self.y += 8_000;
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(&table.columns);
        let head = self.cells(table.columns.iter().map(|c| c.title.as_str()), table, &widths, true);
        self.need(height(&head, usize::MAX) + 2 * leading(CELL));
        self.row(&head, None);
        for texts in &table.rows {
            let row = self.cells(texts.iter().map(String::as_str), table, &widths, false);
            self.row(&row, Some(&head));
        }
        if let Some(total) = &table.total {
            let row = self.cells(total.iter().map(String::as_str), table, &widths, true);
            self.row(&row, Some(&head));
        }
        self.y += 8_000;
    }
    fn cells<'t>(&self, texts: impl Iterator<Item = &'t str>, table: &Table, widths: &[i32], bold: bool) -> Row {
        let cells = texts.zip(&table.columns).zip(widths).map(|((text, column), width)| Cell {
            lines: self.broken(text, CELL, width - 2 * PADDING, 0),
            width: *width,
            align: column.align,
            label: false,
        });
        Row { cells: cells.collect(), bold }
    }

    /// Draws a row with its borders; one that is higher than what is left goes to the next page, one that is higher
    /// than a page goes on there. `head` is repeated on each new page.
    fn row(&mut self, row: &Row, head: Option<&Row>) {
        let mut from = 0;
        let longest = row.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default();
        while from < longest {
            let left = longest - from;
            let mut room = self.room();
            if room < left && (left <= whole_page() || room < 2) && self.y > TOP {
                self.turn();
                if let Some(head) = head {
                    self.row(head, None);
                }
                room = self.room();
            }
            let take = left.min(room.max(1));
            self.part(row, from, take);
            from += take;
        }
    }
    /// Lines of a cell that still fit on the page.
    fn room(&self) -> usize {
        usize::try_from((BOTTOM - self.y - 2 * PADDING) / leading(CELL)).unwrap_or_default()
    }
    fn part(&mut self, row: &Row, from: usize, take: usize) {
        let (top, high) = (self.y, height(row, take));
        let mut x = LEFT;
        let mut items =
            vec![line((LEFT, top), (LEFT + WIDTH, top)), line((LEFT, top + high), (LEFT + WIDTH, top + high))];
        for cell in &row.cells {
            items.push(line((x, top), (x, top + high)));
            let mut y = top + PADDING;
            for text in cell.lines.iter().skip(from).take(take) {
                let free = cell.width - 2 * PADDING - self.width(text, CELL);
                let shift = match cell.align {
                    Align::Left => 0,
                    Align::Centre => free / 2,
                    Align::Right => free,
                };
                let baseline = y + CELL * 11 / 10;
                items.push(Item::Text {
                    x: x + PADDING + shift,
                    y: baseline,
                    size: CELL,
                    bold: row.bold || cell.label,
                    text: text.clone(),
                });
                y += leading(CELL);
            }
            x += cell.width;
        }
        items.push(line((LEFT + WIDTH, top), (LEFT + WIDTH, top + high)));
        items.into_iter().for_each(|item| self.put(item));
        self.y += high;
    }

    fn signatures(&mut self, who: &[String]) {
        self.y += 6_000;
        for name in who {
            let text = format!("{name}：");
            self.need(2 * leading(BODY));
            let (x, y) = (LEFT + self.width(&text, BODY), self.y + BODY * 5 / 4);
            self.line(&text, BODY, Align::Left, 0, false);
            self.put(line((x, y), (LEFT + 260_000, y)));
            self.y -= leading(BODY);
            self.line("年    月    日", BODY, Align::Right, 0, false);
            self.y += 8_000;
        }
    }

    fn seal(&mut self, paper: &Paper) {
        self.need(SEAL_SIDE + leading(BODY));
        let top = self.y + 8_000;
        let x = LEFT + WIDTH - SEAL_SIDE - 20_000;
        self.put(Item::Box { at: (x, top), side: SEAL_SIDE });
        let note = "（印章处）";
        let shift = (SEAL_SIDE - self.width(note, SMALL)) / 2;
        let text = Item::Text { x: x + shift, y: top + 18_000, size: SMALL, bold: false, text: note.to_owned() };
        self.put(text);
        // the seal goes over the court's name and the day (骑年盖月)
        self.y = top + SEAL_SIDE / 2 - leading(BODY);
        self.line(&paper.court, BODY, Align::Right, 0, false);
        self.line(&chinese_day(paper.date), BODY, Align::Right, 0, false);
        self.y = top + SEAL_SIDE + 6_000;
    }

    fn feet(&mut self, number: &str) {
        let total = self.pages.len();
        for at in 0..total {
            let text = format!("第{}页  共{total}页", at + 1);
            let x = LEFT + WIDTH - self.width(&text, SMALL);
            let foot = [(LEFT, number.to_owned()), (x, text)];
            if let Some(page) = self.pages.get_mut(at) {
                page.extend(foot.map(|(x, text)| Item::Text { x, y: FOOT, size: SMALL, bold: false, text }));
            }
        }
    }
}

const fn line(from: (i32, i32), to: (i32, i32)) -> Item {
    Item::Line { from, to }
}
/// Lines of a cell on an empty page, a repeated head set aside.
fn whole_page() -> usize {
    usize::try_from((BOTTOM - TOP - 6 * PADDING - 3 * leading(CELL)) / leading(CELL)).unwrap_or_default()
}
fn height(row: &Row, take: usize) -> i32 {
    let lines = row.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default().min(take);
    i32::try_from(lines).unwrap_or_default() * leading(CELL) + 2 * PADDING
}
/// The width shared out by weight; the last column takes what rounding leaves.
fn widths(columns: &[Column]) -> Vec<i32> {
    let all: i32 = columns.iter().map(|c| i32::from(c.weight)).sum::<i32>().max(1);
    let mut widths: Vec<i32> = columns.iter().map(|c| WIDTH / all * i32::from(c.weight)).collect();
    let used: i32 = widths.iter().sum();
    if let Some(last) = widths.last_mut() {
        *last += WIDTH - used;
    }
    widths
}

/// 2026年3月2日.
pub fn chinese_day(day: crate::kernel::clock::LegalDate) -> String {
    use chrono::Datelike;
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
