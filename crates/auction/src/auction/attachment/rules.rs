//! Which files a lot may bear, and whether what arrived is what was declared. Pure.

use super::MediaType;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// Most attachments of one lot, those that still wait for their bytes included.
pub const MOST: u64 = 100;
/// Longest file name, in characters.
pub const LONGEST_NAME: usize = 120;
/// So many first bytes tell the type.
pub const HEAD: usize = 8;
/// Bytes of a megabyte of the court's parameter.
const MEGABYTE: i64 = 1_048_576;

/// SHA-256 in 64 hexadecimal digits, as `sha256sum` prints it; capitals are fine.
///
/// # Errors
/// TEXT_INVALID on `sha256`.
pub fn parse_sha256(text: &str) -> Result<[u8; 32], Refusal> {
    let refusal = || Refusal::new(RefusalCode::TextInvalid).law(&reference::TEXT_FORM).field("sha256");
    let bytes = hex::decode(text).map_err(|_| refusal())?;
    <[u8; 32]>::try_from(bytes).map_err(|_| refusal())
}

/// May a file be so large? `megabytes` is the court's parameter.
///
/// # Errors
/// FILE_DIFFERS for an empty one, FILE_TOO_LARGE above the limit.
pub fn check_size(size: i64, megabytes: i64) -> Result<(), Refusal> {
    let most = megabytes.saturating_mul(MEGABYTE);
    if size < 1 {
        return Err(differs("size").field("size"));
    }
    if size > most {
        let refusal = Refusal::new(RefusalCode::FileTooLarge).law(&reference::NETAUCTION_13);
        return Err(refusal.field("size").arg("maximum", most));
    }
    Ok(())
}

/// A name is one name: no folder, nothing that a file system reads as one.
///
/// # Errors
/// TEXT_INVALID on `fileName`.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    if name.contains(['/', '\\', ':']) || name.starts_with('.') {
        let refusal = Refusal::new(RefusalCode::TextInvalid).law(&reference::TEXT_FORM);
        return Err(refusal.field("fileName").arg("maximum", LONGEST_NAME));
    }
    Ok(())
}

/// Do the first bytes begin a file of this type?
pub fn begins(media_type: MediaType, head: &[u8]) -> bool {
    let mark: &[u8] = match media_type {
        MediaType::Jpeg => &[0xFF, 0xD8, 0xFF],
        MediaType::Png => &[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'],
        MediaType::Pdf => b"%PDF-",
    };
    head.starts_with(mark)
}

/// A file, as it was declared or as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    pub size: i64,
    pub sha256: [u8; 32],
}

/// Is what arrived what was declared?
///
/// # Errors
/// FILE_DIFFERS with what differs: `size`, `mediaType` or `sha256`.
pub fn check_arrived(media_type: MediaType, declared: &Bytes, arrived: &Bytes, head: &[u8]) -> Result<(), Refusal> {
    if arrived.size != declared.size {
        return Err(differs("size"));
    }
    if !begins(media_type, head) {
        return Err(differs("mediaType"));
    }
    if arrived.sha256 != declared.sha256 {
        return Err(differs("sha256"));
    }
    Ok(())
}

/// FILE_DIFFERS with the article that asks for photos and papers.
pub fn differs(what: &'static str) -> Refusal {
    Refusal::new(RefusalCode::FileDiffers).law(&reference::NETAUCTION_13).arg("what", what)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn netauction_13_a_file_keeps_to_the_limit_of_its_court() {
        let code = |size, megabytes| check_size(size, megabytes).err().map(|refusal| refusal.code);
        assert_eq!(code(0, 1), Some(RefusalCode::FileDiffers));
        assert_eq!(code(1, 1), None);
        assert_eq!(code(1_048_576, 1), None);
        assert_eq!(code(1_048_577, 1), Some(RefusalCode::FileTooLarge));
        assert_eq!(code(i64::MAX, i64::MAX), None, "no overflow");
    }

    #[test]
    fn the_first_bytes_tell_the_type() {
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0];
        let png = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];
        for (head, fits) in [(&jpeg[..], MediaType::Jpeg), (&png[..], MediaType::Png), (b"%PDF-1.7", MediaType::Pdf)] {
            for &media_type in MediaType::ALL {
                assert_eq!(begins(media_type, head), media_type == fits, "{media_type:?}");
            }
            assert!(!begins(fits, &head[..2]), "too short to tell");
        }
        assert!(!begins(MediaType::Jpeg, b"<script>"));
    }

    #[test]
    fn a_hash_is_64_hexadecimal_digits() {
        assert_eq!(parse_sha256(&"aB".repeat(32)).unwrap(), [0xAB; 32]);
        for bad in ["", "ab", &"a".repeat(63), &"a".repeat(66), &"g".repeat(64)] {
            assert_eq!(parse_sha256(bad).unwrap_err().field, Some("sha256"), "{bad}");
        }
    }

    #[test]
    fn a_name_is_no_path() {
        assert!(check_name("现场照片 1.jpg").is_ok());
        for bad in ["../a.jpg", "a/b.jpg", "a\\b.jpg", "C:a.jpg", ".a"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn netauction_13_what_arrived_is_what_was_declared() {
        let declared = Bytes { size: 8, sha256: [1; 32] };
        let check = |arrived: Bytes, head: &[u8]| {
            check_arrived(MediaType::Pdf, &declared, &arrived, head).err().map(|refusal| refusal.args)
        };
        let what = |text: &str| Some(vec![("what", text.to_owned())]);
        assert_eq!(check(declared.clone(), b"%PDF-1.7"), None);
        assert_eq!(check(Bytes { size: 7, ..declared.clone() }, b"%PDF-1.7"), what("size"));
        assert_eq!(check(Bytes { sha256: [2; 32], ..declared.clone() }, b"%PDF-1.7"), what("sha256"));
        assert_eq!(check(declared.clone(), b"PK\x03\x04...."), what("mediaType"));
    }
}
