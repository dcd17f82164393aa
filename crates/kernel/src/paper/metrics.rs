//! Which glyph a character has in an OpenType file and how wide it is: the tables `cmap`, `hhea` and `hmtx`.
//!
//! The library that writes the PDF measures only what it has drawn; lines are broken before. Every read is checked: a
//! damaged file gives no metrics and not a panic.

/// What a face says of its characters.
#[derive(Clone, Debug)]
pub struct Metrics {
    units_per_em: u16,
    map: CharacterMap,
    advances: Vec<u16>,
}
#[derive(Clone, Debug)]
enum CharacterMap {
    /// Format 4: segments of the basic plane, with the table from which they count.
    Segments(Vec<u8>),
    /// Format 12: groups (first, last, glyph of the first).
    Groups(Vec<(u32, u32, u32)>),
}

impl Metrics {
    /// Reads face `index` of a font file or collection.
    pub fn read(data: &[u8], index: u32) -> Option<Metrics> {
        let face = if data.get(..4)? == b"ttcf" {
            let at = usize::try_from(index).ok()?.checked_mul(4)?.checked_add(12)?;
            usize::try_from(u32_at(data, at)?).ok()?
        } else {
            0
        };
        let units_per_em = u16_at(table(data, face, b"head")?, 18)?;
        let count = usize::from(u16_at(table(data, face, b"hhea")?, 34)?);
        let widths = table(data, face, b"hmtx")?;
        let advances: Option<Vec<_>> = (0..count).map(|n| u16_at(widths, n.checked_mul(4)?)).collect();
        let advances = advances.filter(|list| !list.is_empty())?;
        let map = character_map(table(data, face, b"cmap")?)?;
        (units_per_em > 0).then_some(Metrics { units_per_em, map, advances })
    }
    pub fn units_per_em(&self) -> u16 {
        self.units_per_em
    }
    /// The glyph of a character; none when the face lacks it.
    pub fn glyph(&self, c: char) -> Option<u32> {
        let code = u32::from(c);
        let glyph = match &self.map {
            CharacterMap::Groups(groups) => {
                let at = groups.partition_point(|(_, last, _)| *last < code);
                let (first, _, glyph) = *groups.get(at)?;
                (first <= code).then(|| glyph.saturating_add(code - first))?
            }
            CharacterMap::Segments(text) => segment_glyph(text, u16::try_from(code).ok()?)?,
        };
        (glyph != 0).then_some(glyph)
    }
    /// How far a glyph moves on, in units of the em. Glyphs behind the last one listed are as wide as it.
    pub fn advance(&self, glyph: u32) -> u16 {
        let at = usize::try_from(glyph).unwrap_or(usize::MAX);
        self.advances.get(at).or(self.advances.last()).copied().unwrap_or_default()
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}
fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}
fn size_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(data, at)?).ok()
}

/// A table of a face by its tag.
fn table<'a>(data: &'a [u8], face: usize, tag: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(u16_at(data, face.checked_add(4)?)?);
    let records = (0..count).map(|n| face + 12 + n * 16);
    let at = records.into_iter().find(|at| data.get(*at..*at + 4) == Some(tag.as_slice()))?;
    let (from, length) = (size_at(data, at + 8)?, size_at(data, at + 12)?);
    data.get(from..from.checked_add(length)?)
}

/// The fullest Unicode map: format 12 before format 4.
fn character_map(cmap: &[u8]) -> Option<CharacterMap> {
    let count = usize::from(u16_at(cmap, 2)?);
    let mut best: Option<CharacterMap> = None;
    for record in (0..count).map(|n| 4 + n * 8) {
        let (platform, encoding) = (u16_at(cmap, record)?, u16_at(cmap, record + 2)?);
        let unicode = platform == 0 || (platform == 3 && matches!(encoding, 1 | 10));
        let Some(sub) = cmap.get(size_at(cmap, record + 4)?..) else { continue };
        match u16_at(sub, 0)? {
            12 if unicode => return groups(sub),
            4 if unicode && best.is_none() => best = Some(CharacterMap::Segments(sub.to_vec())),
            _ => {}
        }
    }
    best
}
fn groups(sub: &[u8]) -> Option<CharacterMap> {
    let count = size_at(sub, 12)?;
    if count > sub.len() / 12 {
        return None;
    }
    let group = |n: usize| Some((u32_at(sub, 16 + n * 12)?, u32_at(sub, 20 + n * 12)?, u32_at(sub, 24 + n * 12)?));
    (0..count).map(group).collect::<Option<Vec<_>>>().map(CharacterMap::Groups)
}
fn segment_glyph(sub: &[u8], code: u16) -> Option<u32> {
    let double = usize::from(u16_at(sub, 6)?);
    let segment = (0..double / 2).find(|n| u16_at(sub, 14 + n * 2).is_some_and(|end| end >= code))?;
    let start = u16_at(sub, 16 + double + segment * 2)?;
    if start > code {
        return None;
    }
    let delta = u16_at(sub, 16 + double * 2 + segment * 2)?;
    let at = 16 + double * 3 + segment * 2;
    let glyph = match u16_at(sub, at)? {
        0 => code.wrapping_add(delta),
        offset => match u16_at(sub, at + usize::from(offset) + usize::from(code - start) * 2)? {
            0 => 0,
            glyph => glyph.wrapping_add(delta),
        },
    };
    Some(u32::from(glyph))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_has_no_metrics() {
        for bytes in [&b""[..], b"ttcf", b"OTTO\0\xff", &[0; 40], b"ttcf\0\0\0\0\0\0\0\x01\xff\xff\xff\xff"] {
            assert!(Metrics::read(bytes, 0).is_none());
        }
    }

    /// Two segments: A–B by difference, 一–丁 by a list of glyphs; then the closing one.
    #[test]
    fn segments_count_by_difference_or_by_list() {
        let words: [u16; 24] = [
            4,
            0,
            0,
            6,
            0,
            0,
            0, // format, length, language, segCountX2, search fields
            66,
            0x4e01,
            0xffff,
            0, // last codes, padding
            65,
            0x4e00,
            0xffff, // first codes
            (5u16).wrapping_sub(65),
            0,
            1, // differences
            0,
            4,
            0, // offsets: the list begins two words behind the second offset
            90,
            91,
            0,
            0,
        ];
        let map = CharacterMap::Segments(words.iter().flat_map(|w| w.to_be_bytes()).collect());
        let metrics = Metrics { units_per_em: 1000, map, advances: vec![500, 600] };
        for (c, glyph) in
            [('A', Some(5)), ('B', Some(6)), ('C', None), ('一', Some(90)), ('丁', Some(91)), ('七', None)]
        {
            assert_eq!(metrics.glyph(c), glyph, "{c}");
        }
        assert_eq!((metrics.advance(0), metrics.advance(1), metrics.advance(99)), (500, 600, 600));
    }
}
