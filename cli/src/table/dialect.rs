//! [`Dialect`]: how a CSV file is written. It is detected once, and stored with the job, so that a resumed job reads the file in the same way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use csv_core::{ReadRecordResult, ReaderBuilder};
use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use serde::{Deserialize, Serialize};

use super::{TableError, encoding};

/// The delimiters that are detected, in the order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Bytes of the file from which the delimiter is detected.
const SAMPLE: u64 = 64 * 1024;

/// Rows from which the delimiter is detected.
const SAMPLE_ROWS: usize = 100;

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dialect {
    /// Name of the encoding by the WHATWG's standard.
    pub(crate) encoding: String,
    /// The character between two fields.
    pub(crate) delimiter: char,
    /// Whether the file begins with a line such as `sep=;`, which Excel reads and does not show.
    pub(crate) has_sep_line: bool,
}

/// What a user has specified instead of letting it be detected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) encoding: Option<String>,
    pub(crate) delimiter: Option<char>,
}

/// A file as UTF-8.
///
/// All reads go through the buffer. The decoder loses the rest of the last character if it is read into fewer than four bytes, and `BufReader` passes
/// `read_to_end` and `read_to_string` on to it.
pub(crate) struct Decoded(BufReader<DecodeReaderBytes<File, Vec<u8>>>);

impl Read for Decoded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(bytes)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Decoded {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl Dialect {
    /// Detects how a file is written, and rewinds it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is empty, or is not a text.
    pub(crate) fn detect(file: &mut File, overrides: &Overrides) -> Result<Dialect, TableError> {
        let encoding = match &overrides.encoding {
            Some(name) => encoding::by_name(name)?,
            None => encoding::detect(file)?,
        };
        let mut sample = Vec::new();
        decode(file.try_clone()?, encoding).take(SAMPLE).read_to_end(&mut sample)?;
        file.seek(SeekFrom::Start(0))?;
        let sample = String::from_utf8_lossy(&sample);
        let (sep, rest) = match sep_line(&sample) {
            Some((delimiter, rest)) => (Some(delimiter), rest),
            None => (None, &*sample),
        };
        let detected = sep.unwrap_or_else(|| char::from(delimiter_of(rest)));
        let delimiter = overrides.delimiter.unwrap_or(detected);
        Ok(Dialect { encoding: encoding.name().to_owned(), delimiter, has_sep_line: sep.is_some() })
    }

    /// Opens the contents of a file, without the `sep=` line.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if the encoding is unknown.
    pub(crate) fn read(&self, file: File) -> Result<Decoded, TableError> {
        let mut decoded = decode(file, encoding::by_name(&self.encoding)?);
        if self.has_sep_line {
            // The line is a few bytes long. If the file was replaced, its digest says so later.
            decoded.skip_until(b'\n')?;
        }
        Ok(decoded)
    }
}

/// The text of a file in any encoding that is detected.
pub(super) fn decoded_text(mut file: File) -> Result<String, TableError> {
    let encoding = encoding::detect(&mut file)?;
    let mut text = String::new();
    decode(file, encoding).read_to_string(&mut text)?;
    Ok(text)
}

fn decode(file: File, encoding: &'static Encoding) -> Decoded {
    Decoded(BufReader::with_capacity(64 * 1024, DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(file)))
}

/// The delimiter in a first line such as `sep=;`, and the text after that line.
fn sep_line(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let line = line.trim_end_matches('\r').trim_matches('"');
    let (name, delimiter) = line.split_at_checked(4)?;
    let delimiter = delimiter.chars().next().filter(|_| name.eq_ignore_ascii_case("sep="))?;
    (delimiter.is_ascii() && line.len() == 5).then_some((delimiter, rest))
}

/// The delimiter that splits the most rows into as many fields as the header, or the one that splits them into more fields.
fn delimiter_of(sample: &str) -> u8 {
    let score = |delimiter: &u8| {
        let counts = field_counts(sample, *delimiter);
        let header = counts.first().copied().unwrap_or_default();
        let alike = counts.iter().filter(|count| **count == header).count();
        (header > 1).then(|| (alike * 1000 / counts.len(), header))
    };
    let scored = DELIMITERS.iter().filter_map(|delimiter| score(delimiter).map(|score| (score, *delimiter)));
    // Of equal ones, the first.
    scored
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map_or(DELIMITERS[0], |(_, delimiter)| delimiter)
}

/// The number of fields of the first rows, apart from a last one that may be cut off.
fn field_counts(sample: &str, delimiter: u8) -> Vec<usize> {
    let mut parser = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut text, mut ends) = (vec![0; sample.len() + 1], vec![0; sample.len() + 1]);
    let mut counts: Vec<usize> = Vec::new();
    let mut input = sample.as_bytes();
    while counts.len() < SAMPLE_ROWS {
        let (result, read, _, fields) = parser.read_record(input, &mut text, &mut ends);
        input = &input[read..];
        match result {
            ReadRecordResult::Record => counts.push(fields),
            ReadRecordResult::InputEmpty if counts.is_empty() => counts.push(fields + 1),
            _ => break,
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn detected(bytes: &[u8]) -> Dialect {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("a file that can be written");
        file.rewind().expect("a file that can be rewound");
        Dialect::detect(&mut file, &Overrides::default()).expect("a CSV file")
    }

    #[test]
    fn delimiters() {
        let cases = [
            ("nome,telefone\nAna,923\n", ','),
            ("nome;telefone\r\nAna;923\r\n", ';'),
            ("nome\ttelefone\r\nAna\t923\r\n", '\t'),
            ("nome|telefone\nAna|923\n", '|'),
            ("nome;telefone\nSilva, Ana;923\nSantos, Rui;924\n", ';'),
            ("\"nome, completo\";telefone;\nAna;923;\n", ';'),
            ("nome, apelido;telefone\nAna;923\nRui;924\n", ';'),
            ("nome;telefone;valor\nAna;923;1,50\nRui;924;2,00\n", ';'),
            ("\"a;b\",c\nd,e\n", ','),
            ("telefone\n923\n924\n", ','),
            ("telefone", ','),
            ("a;b", ';'),
            ("sep=|\r\na,b|c\r\n", '|'),
            ("\"sep=;\"\na,b;c\n", ';'),
            ("SEP=\t\na,b\tc\n", '\t'),
        ];
        for (text, delimiter) in cases {
            assert_eq!(detected(text.as_bytes()).delimiter, delimiter, "{text:?}");
        }
    }

    #[test]
    fn a_sep_line_is_skipped() {
        let dialect = detected(b"\xef\xbb\xbfsep=;\r\na;b\r\n");
        assert_eq!(dialect, Dialect { encoding: "UTF-8".to_owned(), delimiter: ';', has_sep_line: true });
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"\xef\xbb\xbfsep=;\r\na;b\r\n").expect("a file that can be written");
        file.rewind().expect("a file that can be rewound");
        let mut text = String::new();
        dialect.read(file).expect("a reader").read_to_string(&mut text).expect("a text");
        assert_eq!(text, "a;b\r\n");
        assert!(!detected(b"sep=;\xff").has_sep_line);
        assert!(!detected(b"separator;x\n").has_sep_line);
    }

    #[test]
    fn what_the_user_specifies_is_not_detected() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"nome,Jo\x8bo\n").expect("a file that can be written");
        file.rewind().expect("a file that can be rewound");
        let overrides = Overrides { encoding: Some("macintosh".to_owned()), delimiter: Some(';') };
        let dialect = Dialect::detect(&mut file, &overrides).expect("a CSV file");
        assert_eq!((&*dialect.encoding, dialect.delimiter), ("macintosh", ';'));
        let mut text = String::new();
        dialect.read(file).expect("a reader").read_to_string(&mut text).expect("a text");
        assert_eq!(text, "nome,João\n");
    }

    #[test]
    fn the_last_character_is_complete_whatever_the_size_of_the_reads() {
        // Half of a code unit at the end, which becomes U+FFFD, and a character of three bytes before it.
        for length in 1..100 {
            let mut file = tempfile::tempfile().expect("a file");
            let bytes = [b"\xff\xfe".to_vec(), b"\x14\x20".repeat(length), vec![0x61]].concat();
            file.write_all(&bytes).expect("a file that can be written");
            file.rewind().expect("a file that can be rewound");
            let text = decoded_text(file).expect("a text");
            assert_eq!(text, "—".repeat(length) + "\u{fffd}");
        }
    }
}
