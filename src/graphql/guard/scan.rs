//! The look at a document's text before the recursive parser runs.

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) nesting: usize,
    pub(super) tokens: u64,
}

/// Counts tokens and the deepest bracket level. Strings, block strings and comments are skipped exactly as the lexer
/// skips them, so that they can neither hide nor fake a bracket.
pub(super) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut nesting, mut tokens) = (0usize, 0usize, 0usize, 0u64);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'#' => rest.iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count(),
            b'"' => {
                tokens += 1;
                string_length(rest)
            }
            b'{' | b'[' | b'(' => {
                tokens += 1;
                depth += 1;
                nesting = nesting.max(depth);
                1
            }
            b'}' | b']' | b')' => {
                tokens += 1;
                depth = depth.saturating_sub(1);
                1
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => 1,
            _ if is_word(*byte) => {
                tokens += 1;
                rest.iter().take_while(|b| is_word(**b)).count()
            }
            b'.' if rest.starts_with(b"...") => {
                tokens += 1;
                3
            }
            _ => {
                tokens += 1;
                1
            }
        };
    }
    Scan { nesting, tokens }
}
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
/// Bytes of the string or block string that begins here, quotes included.
fn string_length(rest: &[u8]) -> usize {
    let block = rest.starts_with(b"\"\"\"");
    let mut at = if block { 3 } else { 1 };
    while let Some(byte) = rest.get(at) {
        let tail = rest.get(at..).unwrap_or_default();
        match (block, byte) {
            (true, b'"') if tail.starts_with(b"\"\"\"") => return at + 3,
            (true, b'\\') if tail.starts_with(b"\\\"\"\"") => at += 4,
            (false, b'"') => return at + 1,
            (false, b'\n' | b'\r') => return at, // unterminated: the parser will say so
            (false, b'\\') => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        for (text, nesting) in [
            (r#"{a(b:"\""){c}}"#, 2),
            ("{a # }}}\n{b # }}}\r{c}}}", 3),
            (r#"{a(x:""" } \""" } """){b{c}}}"#, 3),
            (r#"{a(x:""){b}}"#, 2),
            (r#"{a(x:"{[(")}"#, 2),
            (r#"{a(x:"\\"){b{c}}}"#, 3),
            ("{a(x:\"{{{\n){b}}", 2),
            (r#"{a(x:"""{"#, 2),
        ] {
            assert_eq!(scan(text).nesting, nesting, "{text}");
        }
    }

    #[test]
    fn tokens_are_those_of_the_lexer() {
        assert_eq!(scan("{ a, b: c(x: \"y z\") ...F @skip(if: $t) } # end").tokens, 21);
        assert_eq!(scan("").tokens, 0);
    }
}
