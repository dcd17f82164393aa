//! The typeface: one file by setting, or what the machine has, in the order in which courts would choose.

use super::metrics::Metrics;
use fontdb::{Database, Family, Query};
use krilla::text::Font;
use std::path::Path;

/// Families that cover simplified Chinese, a book face first.
const FAMILIES: [&str; 14] = [
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
    "AR PL SungtiL GB",
    "AR PL UKai CN",
    "SimSun",
    "FangSong",
    "KaiTi",
    "PingFang SC",
    "Microsoft YaHei",
];
/// A face without one of these is no face for a court's papers.
const NEEDED: &str =
    "案款发放审批表执行裁定书拍卖公告收据凭证印章处第页共年月日法院〔〕（）《》、，。；：￥0123456789.,-ABCabc";

/// Why a paper cannot be typeset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    #[error(
        "no typeface with Chinese characters: install one (e.g. fonts-noto-cjk, fonts-wqy-microhei) or set paper.font"
    )]
    Missing,
    #[error("the typeface set by paper.font cannot be read or lacks Chinese characters")]
    Unusable,
    #[error("the typeface lacks the character {0}")]
    Character(char),
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

/// A face for Chinese, with others behind it for characters that it lacks.
pub struct Typeface {
    faces: Vec<Face>,
}
pub(super) struct Face {
    pub font: Font,
    pub metrics: Metrics,
}

impl Typeface {
    /// The face of `setting`, or the first on the machine that has what a court writes; further faces of the list
    /// follow for rare characters.
    ///
    /// # Errors
    /// `Missing`, or `Unusable` for the setting.
    pub fn find(setting: Option<&Path>) -> Result<Typeface, FontError> {
        let mut faces = Vec::new();
        if let Some(path) = setting {
            let data = std::fs::read(path).map_err(|_| FontError::Unusable)?;
            faces.push(Face::read(data, 0).filter(Face::is_complete).ok_or(FontError::Unusable)?);
        }
        let mut machine = Database::new();
        machine.load_system_fonts();
        for family in FAMILIES {
            let query = Query { families: &[Family::Name(family)], ..Query::default() };
            let found = machine.query(&query).and_then(|id| machine.with_face_data(id, |data, at| (data.to_vec(), at)));
            let face = found.and_then(|(data, at)| Face::read(data, at));
            faces.extend(face.filter(Face::is_complete));
        }
        if faces.is_empty() { Err(FontError::Missing) } else { Ok(Typeface { faces }) }
    }

    /// Place of the face that has the character.
    pub(super) fn face_of(&self, c: char) -> Option<usize> {
        self.faces.iter().position(|face| face.metrics.glyph(c).is_some())
    }
    pub(super) fn face(&self, at: usize) -> Option<&Face> {
        self.faces.get(at)
    }
    /// How far a character moves on at a size, both in thousandths of a point; nothing for one that no face has.
    pub fn advance(&self, c: char, size: i32) -> i32 {
        let face = self.face_of(c).and_then(|at| self.face(at));
        face.and_then(|face| face.advance(c, size)).unwrap_or_default()
    }
    /// # Errors
    /// `Character` for the first that no face has; line feeds are no characters.
    pub fn check<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<(), FontError> {
        let mut characters = texts.flat_map(str::chars).filter(|c| *c != '\n');
        characters.find(|c| self.face_of(*c).is_none()).map_or(Ok(()), |c| Err(FontError::Character(c)))
    }
}
impl Face {
    fn read(data: Vec<u8>, index: u32) -> Option<Face> {
        let metrics = Metrics::read(&data, index)?;
        Some(Face { font: Font::new(data.into(), index)?, metrics })
    }
    fn is_complete(&self) -> bool {
        NEEDED.chars().all(|c| self.metrics.glyph(c).is_some())
    }
    fn advance(&self, c: char, size: i32) -> Option<i32> {
        let units = i64::from(self.metrics.advance(self.metrics.glyph(c)?));
        i32::try_from(units * i64::from(size) / i64::from(self.metrics.units_per_em())).ok()
    }
}
