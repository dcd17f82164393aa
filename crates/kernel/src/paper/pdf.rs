//! Pages as PDF: text with an embedded subset of the typeface, lines and boxes. The only file with floating-point
//! numbers: the library takes its lengths so.

use super::{
    Paper,
    font::{FontError, Typeface},
    layout::{Item, PAGE_HEIGHT, PAGE_WIDTH, Page},
};
use chrono::Datelike;
use krilla::{
    Document,
    geom::{Path, PathBuilder, Point},
    metadata::{DateTime, Metadata},
    page::PageSettings,
    paint::{Fill, Stroke, StrokeDash},
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};

/// A length of the layout in points, or units of the em in ems.
#[allow(clippy::float_arithmetic)]
fn ratio(number: i32, of: u16) -> f32 {
    number as f32 / f32::from(of)
}
fn points(thousandths: i32) -> f32 {
    ratio(thousandths, 1000)
}
fn point((x, y): (i32, i32)) -> Point {
    Point::from_xy(points(x), points(y))
}

/// Writes the file.
///
/// # Errors
/// When the library refuses the typeface.
pub fn write(paper: &Paper, pages: &[Page], face: &Typeface) -> Result<Vec<u8>, FontError> {
    let refused = |what: &str| FontError::Pdf(what.to_owned());
    let mut document = Document::new();
    for page in pages {
        let settings = PageSettings::from_wh(points(PAGE_WIDTH), points(PAGE_HEIGHT));
        let mut sheet = document.start_page_with(settings.ok_or_else(|| refused("page size"))?);
        let mut surface = sheet.surface();
        for item in page {
            draw(&mut surface, item, face).ok_or_else(|| refused("a line or a character"))?;
        }
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(metadata(paper));
    document.finish().map_err(|error| FontError::Pdf(format!("{error:?}")))
}

/// The document's own day and nothing of this machine.
fn metadata(paper: &Paper) -> Metadata {
    let day = paper.date;
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    let date =
        DateTime::new(u16::try_from(day.year()).unwrap_or_default()).month(small(day.month())).day(small(day.day()));
    Metadata::new()
        .title(format!("{} {}", paper.title, paper.number))
        .authors(vec![paper.court.clone()])
        .language("zh-CN".to_owned())
        .creator("Duixian".to_owned())
        .creation_date(date)
}

fn draw(surface: &mut Surface<'_>, item: &Item, face: &Typeface) -> Option<()> {
    match item {
        Item::Text { x, y, size, bold, text } => {
            surface.set_fill(Some(Fill::default()));
            surface.set_stroke(bold.then(|| stroke(*size / 40)));
            runs(surface, (*x, *y), *size, text, face)
        }
        Item::Line { from, to } => {
            let mut path = PathBuilder::new();
            path.move_to(points(from.0), points(from.1));
            path.line_to(points(to.0), points(to.1));
            trace(surface, &path.finish()?, stroke(600));
            Some(())
        }
        Item::Box { at: (x, y), side } => {
            let mut path = PathBuilder::new();
            path.move_to(points(*x), points(*y));
            for (x, y) in [(x + side, *y), (x + side, y + side), (*x, y + side)] {
                path.line_to(points(x), points(y));
            }
            path.close();
            let dash = Some(StrokeDash { array: vec![points(3000), points(3000)], offset: points(0) });
            trace(surface, &path.finish()?, Stroke { dash, ..stroke(500) });
            Some(())
        }
    }
}
fn stroke(width: i32) -> Stroke {
    Stroke { width: points(width), ..Stroke::default() }
}
fn trace(surface: &mut Surface<'_>, path: &Path, stroke: Stroke) {
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    surface.draw_path(path);
}

/// Draws a text in as many runs as it needs faces.
fn runs(surface: &mut Surface<'_>, (mut x, y): (i32, i32), size: i32, text: &str, face: &Typeface) -> Option<()> {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = face.face_of(first)?;
        let end = rest.find(|c| face.face_of(c) != Some(at)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        let chosen = face.face(at)?;
        let mut glyphs = Vec::with_capacity(run.len());
        let mut wide = 0;
        for (from, c) in run.char_indices() {
            let glyph = chosen.metrics.glyph(c)?;
            let ems = ratio(i32::from(chosen.metrics.advance(glyph)), chosen.metrics.units_per_em());
            let still = points(0);
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(glyph),
                ems,
                still,
                still,
                still,
                from..from + c.len_utf8(),
                None,
            ));
            wide += face.advance(c, size);
        }
        surface.draw_glyphs(point((x, y)), &glyphs, chosen.font.clone(), run, points(size), false);
        x += wide;
        rest = behind;
    }
    Some(())
}
