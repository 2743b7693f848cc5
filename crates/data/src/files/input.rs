//! Bytes from a file or a slice, decompressed where they are gzip, with a count for error messages.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{DataError, Place};
use crate::memory::reserve;
use crate::tables::stored::{Endian, Stored};
use crate::text::encoding::{MARK, without_mark};

/// The most bytes that a gzip file may become: 4 GiB. A small file can claim to be any number.
const GZIP_LIMIT: u64 = 1 << 32;

/// The most bytes of a line, or of a record of CSV: 128 MiB.
const LINE_LIMIT: u64 = 1 << 27;

/// A source of bytes; whether it is gzip is told by its first two bytes, not by its name.
pub(crate) struct Input<'a> {
    pub origin: String,
    reader: Box<dyn Read + 'a>,
    gzip: bool,
    position: u64,
    /// Bytes of the present line that were read, where [`next_line`](Self::next_line) is called.
    line: u64,
    /// What the last read was refused for.
    refused: Option<String>,
}

impl<'a> Input<'a> {
    pub fn open(path: &Path) -> Result<Input<'static>, DataError> {
        let file = File::open(path).map_err(|e| DataError::io(path, "a file that can be read", e))?;
        Input::new(path.display().to_string(), BufReader::with_capacity(1 << 16, file))
    }

    pub fn slice(origin: &str, bytes: &'a [u8]) -> Result<Self, DataError> {
        Self::new(origin.to_owned(), bytes)
    }

    fn new(origin: String, mut raw: impl BufRead + 'a) -> Result<Self, DataError> {
        let start = match raw.fill_buf() {
            Ok(start) => start,
            Err(e) => return Err(DataError::io(Path::new(&origin), "a file that can be read", e)),
        };
        let gzip = start.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn Read + 'a> =
            if gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
        Ok(Self { origin, reader, gzip, position: 0, line: 0, refused: None })
    }

    /// Returns the same as text: without a byte-order mark, lines of limited length.
    ///
    /// # Errors
    /// Returns an error if it is in UTF-16.
    pub fn text(mut self) -> Result<Self, DataError> {
        let mut start = [0; 4];
        let got = self.fill(&mut start)?;
        let start = without_mark(&self.origin, &start[..got])?.to_vec();
        debug_assert!(start.len() + MARK.len() == got || start.len() == got);
        (self.position, self.line) = (0, 0);
        self.reader = Box::new(io::Cursor::new(start).chain(self.reader));
        Ok(self)
    }

    /// Begins the count of another line.
    pub fn next_line(&mut self) {
        self.line = 0;
    }

    /// A read that counts, and stops at the limits.
    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.position += n as u64;
        self.line += n as u64;
        if self.gzip && self.position > GZIP_LIMIT {
            self.refused = Some(format!("at most {GZIP_LIMIT} bytes when decompressed"));
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(n)
    }

    /// Returns the place of the next byte.
    pub fn here(&self) -> Place {
        Place::Byte(self.position)
    }

    /// Returns an error about the content at `place`.
    pub fn invalid(&self, expected: impl Into<String>, found: impl Into<String>, place: Place) -> DataError {
        DataError::invalid(self.origin.as_str(), expected, found, place)
    }

    /// Returns an error from reading: the system's, or a broken gzip stream.
    pub fn failed(&self, cause: io::Error, place: Place) -> DataError {
        if let Some(expected) = &self.refused {
            self.invalid(expected.as_str(), "more", place)
        } else if self.gzip {
            self.invalid("an intact gzip stream", format!("a broken one: {cause}"), place)
        } else {
            DataError::io(Path::new(&self.origin), "a file that can be read", cause)
        }
    }

    /// Fills `buffer` as far as the content goes; returns the bytes read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, DataError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_some(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.failed(e, self.here())),
            }
        }
        Ok(filled)
    }

    /// Returns the next `N` bytes; `what` names them in an error.
    pub fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], DataError> {
        let mut bytes = [0; N];
        let got = self.fill(&mut bytes)?;
        if got < N {
            return Err(self.cut(what, N, got));
        }
        Ok(bytes)
    }

    /// Returns the next `count` values. Memory grows with what is really there, never by what `count` claims.
    pub fn values<T: Stored>(&mut self, count: usize, endian: Endian) -> Result<Vec<T>, DataError> {
        let mut buffer = [0; 1 << 14];
        let mut values = Vec::new();
        while values.len() < count {
            let left = (count - values.len()).saturating_mul(T::SIZE);
            let want = left.min(buffer.len());
            let got = self.fill(&mut buffer[..want])?;
            reserve(&mut values, got / T::SIZE, &self.origin)?;
            values.extend(buffer[..got].chunks_exact(T::SIZE).map(|b| T::decode(b, endian)));
            if got < want {
                return Err(self.cut("values", count * T::SIZE, values.len() * T::SIZE + got % T::SIZE));
            }
        }
        Ok(values)
    }

    /// Checks that nothing follows, which for gzip also checks the sum at its end.
    pub fn end(mut self) -> Result<(), DataError> {
        let place = self.here();
        if self.fill(&mut [0])? == 0 {
            return Ok(());
        }
        Err(self.invalid("the end of the file", "more bytes than the header announces", place))
    }

    fn cut(&self, what: &str, expected: usize, got: usize) -> DataError {
        let found = format!("the end of the file after {got}");
        self.invalid(format!("{expected} bytes of {what}"), found, self.here())
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.read_some(buffer)?;
        if self.line > LINE_LIMIT {
            self.refused = Some(format!("lines of at most {LINE_LIMIT} bytes"));
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(n)
    }
}
