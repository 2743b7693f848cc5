//! The header of an NPY file: the part of Python's dictionary syntax that it uses.

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`
#[derive(Debug, PartialEq)]
pub(crate) struct Header {
    pub descr: String,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

/// What was expected, and the text that stood there.
type Mismatch = (&'static str, String);

/// Reads a header; its keys may come in any order, each once, and no others.
pub(crate) fn parse_header(bytes: &[u8]) -> Result<Header, Mismatch> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| ("an NPY header in UTF-8", "other bytes".to_owned()))?;
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    let mut rest = Text(text);
    rest.expect('{', "an NPY header that begins with {")?;
    while !rest.eat('}') {
        let key = rest.string("a key of the NPY header in quotes")?;
        rest.expect(':', "a colon after a key of the NPY header")?;
        let new = match key {
            "descr" => descr.replace(rest.string("a simple NPY type in quotes")?.to_owned()).is_none(),
            "fortran_order" => fortran_order.replace(rest.boolean()?).is_none(),
            "shape" => shape.replace(rest.tuple()?).is_none(),
            _ => return Err(("one of the NPY header keys descr, fortran_order, shape", key.to_owned())),
        };
        if !new {
            return Err(("each key of the NPY header once", key.to_owned()));
        }
        if !rest.eat(',') {
            rest.expect('}', "a comma or } in the NPY header")?;
            break;
        }
    }
    if !rest.0.trim().is_empty() {
        return Err(rest.mismatch("nothing after the } of the NPY header"));
    }
    match (descr, fortran_order, shape) {
        (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape }),
        _ => Err(("the keys descr, fortran_order and shape in the NPY header", excerpt(text))),
    }
}

/// What is left to read.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn mismatch(&self, expected: &'static str) -> Mismatch {
        (expected, excerpt(self.0))
    }

    fn eat(&mut self, c: char) -> bool {
        self.0 = self.0.trim_start();
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char, expected: &'static str) -> Result<(), Mismatch> {
        if self.eat(c) { Ok(()) } else { Err(self.mismatch(expected)) }
    }

    fn string(&mut self, expected: &'static str) -> Result<&'a str, Mismatch> {
        let quote = if self.eat('\'') {
            '\''
        } else if self.eat('"') {
            '"'
        } else {
            return Err(self.mismatch(expected));
        };
        let (string, rest) = self.0.split_once(quote).ok_or_else(|| self.mismatch(expected))?;
        self.0 = rest;
        Ok(string)
    }

    fn boolean(&mut self) -> Result<bool, Mismatch> {
        self.0 = self.0.trim_start();
        for (word, value) in [("False", false), ("True", true)] {
            if let Some(rest) = self.0.strip_prefix(word) {
                self.0 = rest;
                return Ok(value);
            }
        }
        Err(self.mismatch("True or False as fortran_order"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>, Mismatch> {
        const EXPECTED: &str = "a tuple of sizes below 2^64 as shape";
        self.expect('(', EXPECTED)?;
        let mut sizes = Vec::new();
        while !self.eat(')') {
            self.0 = self.0.trim_start();
            let digits = self.0.len() - self.0.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            sizes.push(self.0[..digits].parse().map_err(|_| self.mismatch(EXPECTED))?);
            // Python 2 wrote long integers as 3L.
            self.0 = &self.0[digits..];
            self.0 = self.0.strip_prefix('L').unwrap_or(self.0);
            if !self.eat(',') {
                self.expect(')', EXPECTED)?;
                break;
            }
        }
        Ok(sizes)
    }
}

/// The first characters of a text, for a message.
fn excerpt(text: &str) -> String {
    text.trim().chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_any_order_and_either_quote() {
        let header = parse_header(b"{\"shape\": (3, 4), 'descr':'<f4','fortran_order': True}  \n");
        let expected = Header { descr: "<f4".into(), fortran_order: true, shape: vec![3, 4] };
        assert_eq!(header, Ok(expected));
    }

    #[test]
    fn shapes_of_no_and_one_dimension() {
        for (shape, expected) in
            [("()", vec![]), ("(7,)", vec![7]), ("(7)", vec![7]), ("(7L, 2L, )", vec![7, 2])]
        {
            let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}");
            assert_eq!(parse_header(text.as_bytes()).unwrap().shape, expected);
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("", "begins with {"),
            ("{'descr': [('x', '<f4')]}", "simple NPY type"),
            ("{'descr': '<f4', 'descr': '<f4'}", "once"),
            ("{'descr': '<f4', 'fortran_order': False}", "descr, fortran_order and shape"),
            ("{'fortran_order': Maybe}", "True or False"),
            ("{'shape': (-1,)}", "tuple of sizes"),
            ("{'shape': (99999999999999999999,)}", "tuple of sizes"),
            ("{'shape': (1 2)}", "tuple of sizes"),
            ("{'colour': 'red'}", "one of the NPY header keys"),
            ("{'descr", "in quotes"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", "nothing after"),
        ] {
            let (message, _) = parse_header(text.as_bytes()).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
