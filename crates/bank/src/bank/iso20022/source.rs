//! The bytes of a file as the parser sees them: bounded, counted by lines, and UTF-8 or nothing.

use super::Reason;
use std::io::{self, BufRead, Read};

/// Largest file that is read: 64 MiB, some 70,000 movements of a camt.054 or camt.053.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest run of bytes without a `<`: what the parser has to hold at once.
pub const MAX_RUN: usize = 1024 * 1024;
/// Bytes taken from the source at a time.
const BUFFER: usize = 64 * 1024;

pub struct Source<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    bytes: usize,
    line: u32,
    run: usize,
    /// The beginning of a character whose end has not been read yet.
    torn: Vec<u8>,
}

impl<R: Read> Source<R> {
    pub fn new(inner: R) -> Source<R> {
        Source { inner, buffer: Vec::new(), start: 0, bytes: 0, line: 1, run: 0, torn: Vec::new() }
    }
    /// Line of the next byte, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    fn refill(&mut self) -> io::Result<()> {
        self.buffer.resize(BUFFER, 0);
        self.start = 0;
        let read = loop {
            match self.inner.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(*read.as_ref().unwrap_or(&0));
        self.bytes = self.bytes.saturating_add(read?);
        if self.bytes > MAX_BYTES {
            return Err(stop(Reason::TooLarge));
        }
        self.check_text()?;
        for byte in &self.buffer {
            self.run = if *byte == b'<' { 0 } else { self.run.saturating_add(1) };
            if self.run > MAX_RUN {
                return Err(stop(Reason::TooLong(MAX_RUN)));
            }
        }
        Ok(())
    }

    /// Looks at all that was read before the parser sees any of it, so that a file in another encoding is called that.
    fn check_text(&mut self) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.torn);
        if self.buffer.is_empty() && !text.is_empty() {
            return Err(stop(Reason::NotUtf8));
        }
        text.extend_from_slice(&self.buffer);
        match std::str::from_utf8(&text) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() => {
                self.torn = text.split_off(error.valid_up_to());
                Ok(())
            }
            Err(_) => Err(stop(Reason::NotUtf8)),
        }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}
impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.buffer.len() {
            self.refill()?;
        }
        Ok(self.buffer.get(self.start..).unwrap_or_default())
    }
    fn consume(&mut self, amount: usize) {
        let end = self.start.saturating_add(amount).min(self.buffer.len());
        let passed = self.buffer.get(self.start..end).unwrap_or_default();
        let newlines = passed.iter().filter(|&&byte| byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        self.start = end;
    }
}

fn stop(reason: Reason) -> io::Error {
    io::Error::other(reason)
}

/// Why the source ended early: a limit of this file's, or a fault of what the bytes came from.
pub fn stopped(error: &io::Error) -> Reason {
    let known = error.get_ref().and_then(|inner| inner.downcast_ref::<Reason>());
    known.cloned().unwrap_or_else(|| Reason::Malformed("the bytes broke off".to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A source that gives few bytes at a time.
    struct Slowly<'a>(&'a [u8], usize);
    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(into.len());
            let (now, later) = self.0.split_at(length);
            into[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }
    fn reason(bytes: &[u8], at_a_time: usize) -> Option<Reason> {
        let mut all = Vec::new();
        Source::new(Slowly(bytes, at_a_time)).read_to_end(&mut all).err().map(|error| stopped(&error))
    }

    #[test]
    fn a_character_torn_between_two_reads_is_whole() {
        for at_a_time in 1..=4 {
            assert_eq!(reason("<a>王五\u{10348}</a>".as_bytes(), at_a_time), None, "{at_a_time}");
            assert_eq!(reason(b"<a>\xcd\xf5</a>", at_a_time), Some(Reason::NotUtf8), "{at_a_time}");
            assert_eq!(reason("<a>王".as_bytes().split_last().unwrap().1, at_a_time), Some(Reason::NotUtf8));
        }
    }

    #[test]
    fn lines_are_counted_as_they_are_consumed() {
        let mut source = Source::new(Slowly(b"one\ntwo\nthree", 5));
        let mut line = String::new();
        for number in [2, 3, 3] {
            source.read_line(&mut line).unwrap();
            assert_eq!(source.line(), number);
        }
    }

    #[test]
    fn one_value_may_not_be_as_long_as_a_file() {
        let run = |length: usize| [b"<".as_slice(), &vec![b'a'; length]].concat();
        assert_eq!(reason(&run(MAX_RUN), 60_000), None);
        assert_eq!(reason(&run(MAX_RUN + 1), 60_000), Some(Reason::TooLong(MAX_RUN)));
    }
}
