//! Bytes from a file or a slice, decompressed where they are gzip, with a count for error messages.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::stored::{Endian, Stored};
use crate::{DataError, Place};

/// A source of bytes; whether it is gzip is told by its first two bytes, not by its name.
pub(crate) struct Input<'a> {
    pub origin: String,
    reader: Box<dyn Read + 'a>,
    gzip: bool,
    position: u64,
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
        Ok(Self { origin, reader, gzip, position: 0 })
    }

    /// The place of the next byte.
    pub fn here(&self) -> Place {
        Place::Byte(self.position)
    }

    /// An error about the content at `place`.
    pub fn invalid(&self, expected: impl Into<String>, found: impl Into<String>, place: Place) -> DataError {
        DataError::invalid(self.origin.as_str(), expected, found, place)
    }

    /// An error from reading: the system's, or a broken gzip stream.
    pub fn failed(&self, cause: io::Error, place: Place) -> DataError {
        if self.gzip {
            self.invalid("an intact gzip stream", format!("a broken one: {cause}"), place)
        } else {
            DataError::io(Path::new(&self.origin), "a file that can be read", cause)
        }
    }

    /// Fills `buffer` as far as the content goes; returns the bytes read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, DataError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(n) => {
                    filled += n;
                    self.position += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.failed(e, self.here())),
            }
        }
        Ok(filled)
    }

    /// The next `N` bytes; `what` names them in an error.
    pub fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], DataError> {
        let mut bytes = [0; N];
        let got = self.fill(&mut bytes)?;
        if got < N {
            return Err(self.cut(what, N, got));
        }
        Ok(bytes)
    }

    /// The next `count` values. Memory grows with what is really there, never by what `count` claims.
    pub fn values<T: Stored>(&mut self, count: usize, endian: Endian) -> Result<Vec<T>, DataError> {
        let mut buffer = [0; 1 << 14];
        let mut values = Vec::new();
        while values.len() < count {
            let left = (count - values.len()).saturating_mul(T::SIZE);
            let want = left.min(buffer.len());
            let got = self.fill(&mut buffer[..want])?;
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
        self.reader.read(buffer)
    }
}
