//! Paper: what a court prints, described as blocks, laid out on A4 pages and written as PDF.
//!
//! A leaf that knows no business: whoever fills a form hands over a [`Paper`], which is also what is recorded of it, so
//! that the same paper gives the same bytes at any time. One typeface in one weight; Chinese line breaking, tables over
//! pages, a place for the seal. No pictures, no justified lines.

pub mod breaking;
pub mod font;
pub mod layout;
pub mod metrics;
pub mod pdf;

pub use font::{FontError, Typeface};

use crate::kernel::clock::LegalDate;
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// A document before it is typeset: every word that stands on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The court, above the title.
    pub court: String,
    pub title: String,
    /// Its number, e.g. （2026）湘0102收据第12号.
    pub number: String,
    /// The day that it bears; also the only date in the file.
    pub date: LegalDate,
    /// Said below the title: that it is a draft, or an exercise.
    pub notice: Option<String>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// Begins a part.
    Heading(String),
    /// Running text, its first line indented by two characters.
    Paragraph(String),
    /// Labels with values, in boxes; each row holds one pair or several.
    Form(Vec<Vec<Field>>),
    Table(Table),
    /// Who signs, each with a line and room for the day.
    Signatures(Vec<String>),
    /// The court, the day and the place of the seal.
    Seal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub label: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// The sums, below the last row.
    pub total: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub title: String,
    /// Share of the width, against those of the other columns.
    pub weight: u16,
    pub align: Align,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    Left,
    Centre,
    /// Amounts.
    Right,
}

impl Paper {
    /// Every text that stands on it, for the check that the typeface can write them.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let head = [&self.court, &self.title, &self.number].into_iter().map(String::as_str);
        head.chain(self.notice.as_deref()).chain(self.blocks.iter().flat_map(Block::texts))
    }
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }
    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }
    pub fn signatures(&mut self, who: &[&str]) {
        self.blocks.push(Block::Signatures(who.iter().map(|name| (*name).to_owned()).collect()));
    }
    pub fn seal(&mut self) {
        self.blocks.push(Block::Seal);
    }
    /// A form of `rows`, each of pairs of label and value.
    pub fn form<const N: usize>(&mut self, rows: [Vec<(&str, String)>; N]) {
        let field = |(label, value): (&str, String)| Field { label: label.to_owned(), value };
        self.blocks.push(Block::Form(rows.map(|row| row.into_iter().map(field).collect()).into()));
    }
    pub fn table(&mut self, columns: &[(&str, u16, Align)], rows: Vec<Vec<String>>, total: Option<Vec<String>>) {
        let column = |(title, weight, align): &(&str, u16, Align)| Column {
            title: (*title).to_owned(),
            weight: *weight,
            align: *align,
        };
        self.blocks.push(Block::Table(Table { columns: columns.iter().map(column).collect(), rows, total }));
    }
}
impl Block {
    fn texts(&self) -> Vec<&str> {
        match self {
            Block::Heading(text) | Block::Paragraph(text) => vec![text],
            Block::Form(rows) => rows.iter().flatten().flat_map(|f| [f.label.as_str(), f.value.as_str()]).collect(),
            Block::Table(table) => {
                let cells = table.rows.iter().chain(&table.total).flatten().map(String::as_str);
                table.columns.iter().map(|c| c.title.as_str()).chain(cells).collect()
            }
            Block::Signatures(who) => who.iter().map(String::as_str).collect(),
            Block::Seal => Vec::new(),
        }
    }
}

/// The typeface of this installation: the one set, or the first on the machine that has the characters of a court's
/// papers. Looked for once, at the first paper. Cheap to clone.
#[derive(Clone, Default)]
pub struct Typesetter(Arc<Found>);
#[derive(Default)]
struct Found {
    setting: Option<PathBuf>,
    face: OnceLock<Result<Typeface, FontError>>,
}
impl Typesetter {
    /// `font`: the file to take, or none to look on the machine.
    pub fn new(font: Option<PathBuf>) -> Typesetter {
        Typesetter(Arc::new(Found { setting: font, face: OnceLock::new() }))
    }
    /// # Errors
    /// When there is no typeface that can write Chinese.
    pub fn typeface(&self) -> Result<&Typeface, FontError> {
        self.0.face.get_or_init(|| Typeface::find(self.0.setting.as_deref())).as_ref().map_err(Clone::clone)
    }
    /// Whether every character of the paper can be written.
    ///
    /// # Errors
    /// When there is no typeface, or it lacks a character.
    pub fn check(&self, paper: &Paper) -> Result<(), FontError> {
        self.typeface()?.check(paper.texts())
    }
    /// The paper as PDF: the same bytes for the same paper and typeface. Takes some tens of milliseconds: not for a
    /// thread that serves requests.
    ///
    /// # Errors
    /// As [`Typesetter::check`], or when the file cannot be written.
    pub fn typeset(&self, paper: &Paper) -> Result<Vec<u8>, FontError> {
        let face = self.typeface()?;
        face.check(paper.texts())?;
        pdf::write(paper, &layout::pages(paper, face), face)
    }
}
