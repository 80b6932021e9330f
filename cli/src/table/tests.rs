//! Files as spreadsheets write them, read from beginning to end.

use std::io::Write;

use super::*;

/// The delimiter and the rows of a file, with the header as the first.
fn read(bytes: &[u8]) -> Result<(char, Vec<Vec<String>>), &'static str> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("a file that can be written");
    let (mut table, dialect) = Table::detect(file.path(), &Overrides::default()).map_err(|error| error.code())?;
    let mut rows = vec![(0..table.header.len()).map(|column| table.header.name(column).to_owned()).collect()];
    let mut row = Row::default();
    while table.read(&mut row).map_err(|error| error.code())? {
        table.check(&row).map_err(|problem| problem.problem.code())?;
        rows.push((0..table.header.len()).map(|column| row.get(column).to_owned()).collect());
    }
    Ok((dialect.delimiter, rows))
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn files_of_spreadsheets_have_the_same_rows() {
    let windows_1252 = encoding_rs::WINDOWS_1252
        .encode("Nome;Telemóvel;Dívida\r\nJoão;923000001;1,50 €\r\n\"Silva; Ana\";923000002;\r\n")
        .0;
    let with_mark = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let files: [(&str, Vec<u8>, char); 9] = [
        ("Excel, CSV (Portuguese)", windows_1252.into_owned(), ';'),
        (
            "Excel, CSV UTF-8",
            with_mark("Nome;Telemóvel;Dívida\r\nJoão;923000001;1,50 €\r\n\"Silva; Ana\";923000002;\r\n"),
            ';',
        ),
        (
            "Excel, Unicode text",
            utf16("Nome\tTelemóvel\tDívida\r\nJoão\t923000001\t1,50 €\r\nSilva; Ana\t923000002\t\r\n"),
            '\t',
        ),
        (
            "Excel, with a sep line",
            with_mark("sep=;\r\nNome;Telemóvel;Dívida\r\nJoão;923000001;1,50 €\r\n\"Silva; Ana\";923000002\r\n"),
            ';',
        ),
        ("LibreOffice", "Nome,Telemóvel,Dívida\nJoão,923000001,\"1,50 €\"\nSilva; Ana,923000002,\n".into(), ','),
        (
            "LibreOffice, all quoted",
            "\"Nome\";\"Telemóvel\";\"Dívida\"\n\"João\";\"923000001\";\"1,50 €\"\n\"Silva; Ana\";\"923000002\";\n"
                .into(),
            ';',
        ),
        ("Google Sheets", "Nome,Telemóvel,Dívida\r\nJoão,923000001,\"1,50 €\"\r\nSilva; Ana,923000002,".into(), ','),
        ("Numbers", with_mark("Nome;Telemóvel;Dívida\nJoão;923000001;1,50 €\n\"Silva; Ana\";923000002;\n"), ';'),
        (
            "with empty rows",
            "\n\nNome;Telemóvel;Dívida\n;;\nJoão;923000001;1,50 €\n\n\"Silva; Ana\";923000002;\n;;\n\n".into(),
            ';',
        ),
    ];
    let expected = [["Nome", "Telemóvel", "Dívida"], ["João", "923000001", "1,50 €"], ["Silva; Ana", "923000002", ""]];
    for (program, bytes, delimiter) in files {
        let (found, rows) = read(&bytes).unwrap_or_else(|code| panic!("{program}: {code}"));
        assert_eq!(
            (found, rows),
            (delimiter, expected.iter().map(|row| row.map(str::to_owned).to_vec()).collect()),
            "{program}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let long = format!("a,b\n1,{}\n", "x".repeat(MAX_ROW + 1));
    let wide = format!("a,b\n{}\n", ",".repeat(MAX_FIELDS + 1));
    let cases: [(&[u8], &str); 12] = [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "no_header"),
        (b"\n\n;;\n", "no_header"),
        (b"PK\x03\x04\x14\x00", "not_csv"),
        (b"a,b\n1,2,3\n", "extra_fields"),
        (b"a,b\n1,\0\n", "nul"),
        ("ção,b\nJoão,1\n\u{fffd},2\n".as_bytes(), "undecodable"),
        (b"Jo\xc3\xa3o,b\nConcei\xc3\xa7\xc3\xa3o,2\nM\xe1rio,3\n", "undecodable"),
        (b"a,b\n1,\"2\n3,4\n", "unclosed_quote"),
        (long.as_bytes(), "row_too_large"),
        (wide.as_bytes(), "too_many_fields"),
        (b"a,b\n1,2,\n3,4,,\n", ""),
    ];
    for (bytes, code) in cases {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert_eq!(read(bytes).err().unwrap_or_default(), code, "{shown:?}");
    }
}
