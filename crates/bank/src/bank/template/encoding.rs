//! The two character sets of bank files: how many bytes a text has in them, and where characters begin.

use super::layout::BankEncoding;
use encoding_rs::GB18030;

/// The bytes of a text; `None` when the set lacks a character of it.
pub fn encode(encoding: BankEncoding, text: &str) -> Option<Vec<u8>> {
    match encoding {
        BankEncoding::Utf8 => Some(text.as_bytes().to_vec()),
        BankEncoding::Gb18030 => {
            let (bytes, _, lacks) = GB18030.encode(text);
            (!lacks).then(|| bytes.into_owned())
        }
    }
}

/// The text of these bytes; `None` when they are not of the set.
pub fn decode(encoding: BankEncoding, bytes: &[u8]) -> Option<String> {
    match encoding {
        BankEncoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        BankEncoding::Gb18030 => {
            let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned();
            // a few byte sequences are read leniently; a text must have the bytes that we would write
            (encode(encoding, &text)? == bytes).then_some(text)
        }
    }
}

/// Bytes of the first character; `None` at the end or when none begins so.
pub fn first_character(encoding: BankEncoding, bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    let length = match encoding {
        _ if first < 0x80 => 1,
        BankEncoding::Utf8 => match first {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        },
        BankEncoding::Gb18030 => match (first, *bytes.get(1)?) {
            (0x81..=0xFE, 0x30..=0x39) => 4,
            (0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE) => 2,
            _ => return None,
        },
    };
    (length <= bytes.len()).then_some(length)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_one_two_or_four_bytes_in_gb18030() {
        // 㐀 is of two bytes in no older set; 𠮷 lies outside of the basic plane
        for (text, bytes) in [("a", 1), ("王", 2), ("·", 2), ("㐀", 4), ("𠮷", 4), ("（", 2)] {
            let encoded = encode(BankEncoding::Gb18030, text).unwrap();
            assert_eq!(encoded.len(), bytes, "{text}");
            assert_eq!(first_character(BankEncoding::Gb18030, &encoded), Some(bytes), "{text}");
            assert_eq!(decode(BankEncoding::Gb18030, &encoded).as_deref(), Some(text));
            let utf8 = encode(BankEncoding::Utf8, text).unwrap();
            assert_eq!(first_character(BankEncoding::Utf8, &utf8), Some(text.len()), "{text}");
        }
    }

    #[test]
    fn half_a_character_is_none() {
        for (encoding, bytes) in [
            (BankEncoding::Gb18030, b"\xcd".as_slice()),
            (BankEncoding::Gb18030, b"\xcd\x20"),
            (BankEncoding::Gb18030, b"\x81\x30\x81"),
            (BankEncoding::Gb18030, b"\x80"),
            (BankEncoding::Gb18030, b"\xff\xff"),
            (BankEncoding::Utf8, b"\xe7\x8e"),
            (BankEncoding::Utf8, b"\xc0\x80"),
        ] {
            assert_eq!(decode(encoding, bytes), None, "{bytes:?}");
        }
    }
}
