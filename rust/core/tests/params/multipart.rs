//! Multipart forms: tables of cases, and splitting the whole body as oracle.

use ferroapi_core::params::form::Item;
use ferroapi_core::params::form::multipart::{Fault, Form, Limits, boundary};
use proptest::prelude::*;

use crate::bytes;
use crate::naive_multipart::{naive, read};

const LIMITS: Limits = Limits {
    fields: 10,
    files: 10,
    field_size: 1000,
    kept: 10,
};

const PIECES: &[&[u8]] = &[
    b"--B\r\n",
    b"--B\r\n",
    b"\r\n--B\r\n",
    b"\r\n--B--",
    b"\r\n--B--\r\n",
    b"Content-Disposition: form-data; name=\"a\"\r\n",
    b"Content-Disposition: form-data; name=a; filename=\"f\"\r\n",
    b"content-disposition:x;Name=\"a\\\"; b\"; filename*=utf-8''c\r\n",
    b"Content-Disposition: form-data; name=\"\xc3\xa9\"; filename=\"C:\\d\\\xe9\"\r\n\r\n",
    b"Content-Disposition: form-data; name=\"a\"\r\n\r\n",
    b"Content-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n",
    b"X: y\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\r\n--B",
    b"\r\n--B \t\r\n",
    b"\r",
    b"\n",
    b"-",
    b"--B",
    b"content",
    b"a longer content",
];

fn form(parts: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(b"--B\r\n");
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    body
}

#[test]
fn faults_are_told_apart() {
    let named: &[u8] = b"Content-Disposition: form-data; name=a\r\n\r\nx";
    let file: &[u8] = b"Content-Disposition: form-data; name=a; filename=f\r\n\r\nx";
    let long = [named, &[b'x'; 1000]].concat();
    let header = [&b"X: "[..], &[b'y'; 4222], b"\r\n", named].concat();
    let headers = [&b"X: y\r\n".repeat(8), named].concat();
    let cases: [(&str, Vec<u8>, Option<Fault>); 14] = [
        ("nothing", b"".to_vec(), None),
        ("no parts", form(&[]), None),
        ("ten fields", form(&[named; 10]), None),
        ("eleven fields", form(&[named; 11]), Some(Fault::Fields)),
        ("ten files", form(&[file; 10]), None),
        ("eleven files", form(&[file; 11]), Some(Fault::Files)),
        ("a long field", form(&[&long]), Some(Fault::FieldSize)),
        ("a long header", form(&[&header]), Some(Fault::Malformed)),
        ("nine headers", form(&[&headers]), Some(Fault::Malformed)),
        ("no name", form(&[b"X: y\r\n\r\nx"]), Some(Fault::Unnamed)),
        (
            "another boundary",
            b"--C--".to_vec(),
            Some(Fault::Malformed),
        ),
        (
            "a bare line feed",
            b"--B\nX: y".to_vec(),
            Some(Fault::Malformed),
        ),
        ("cut off", b"--B\r\nX: y".to_vec(), Some(Fault::Incomplete)),
        ("a line break", b"\r\n".to_vec(), Some(Fault::Incomplete)),
    ];
    for (name, body, fault) in cases {
        assert_eq!(read(&[&body], b"B", LIMITS).err(), fault, "{name}");
        assert_eq!(naive(&body, b"B", LIMITS).err(), fault, "{name}");
    }
}

#[test]
fn the_size_of_texts_is_counted_without_files_and_what_is_not_kept_is_told() {
    let field: &[u8] = b"Content-Disposition: form-data; name=a\r\n\r\nfour";
    let small: &[u8] = b"Content-Disposition: form-data; name=a; filename=f\r\n\r\nsmall";
    let large: &[u8] = b"Content-Disposition: form-data; name=a; filename=f\r\n\r\nmore than ten";
    let cases: [(&str, Vec<u8>, usize, bool); 4] = [
        ("nothing", form(&[]), 0, false),
        ("two fields", form(&[field, field]), 8, false),
        ("a field and a small file", form(&[field, small]), 4, false),
        ("a field and a large file", form(&[field, large]), 4, true),
    ];
    for (name, body, text_size, has_spilled) in cases {
        let mut form = Form::new(b"B", LIMITS);
        assert_eq!(form.write(&body), Ok(()), "{name}");
        assert_eq!(form.text_size(), text_size, "{name}");
        assert_eq!(form.has_spilled(), has_spilled, "{name}");
    }
}

#[test]
fn a_file_is_selected_by_its_name_or_by_its_content() {
    let cases: [(&str, &[u8], &[u8], bool); 6] = [
        ("neither", b"\"\"\r\n\r\n", b"", false),
        ("a name", b"f\r\n\r\n", b"f", true),
        ("content", b"\"\"\r\n\r\nx", b"", true),
        ("much content", b"\"\"\r\n\r\nmore than ten", b"", true),
        ("a path", b"\"C:\\d\\f\"\r\n\r\n", b"f", true),
        ("a share", b"\"\\\\\\\\s\\\\f\"\r\n\r\n", b"f", true),
    ];
    for (name, rest, filename, selected) in cases {
        let part = [b"Content-Disposition: form-data; name=a; filename=", rest].concat();
        let mut read = Form::new(b"B", LIMITS);
        assert_eq!(read.write(&form(&[&part])), Ok(()), "{name}");
        let sent = read.parts().first().and_then(|part| part.filename());
        assert_eq!(sent, Some(filename), "{name}");
        let items = read.items().map(|(_, item)| match item {
            Item::File(file) => file.is_selected,
            Item::Text(_) => panic!("{name}"),
        });
        assert_eq!(items.collect::<Vec<_>>(), [selected], "{name}");
    }
}

#[test]
fn content_that_begins_like_a_boundary_is_content() {
    let cases: [&[u8]; 7] = [
        b"\r",
        b"\r\n--",
        b"\r\n--A",
        b"\r\n--Bx",
        b"\r\n--B-x",
        b"\r\n--B\rx",
        b"\r\n--B-\r\n--B\r\r",
    ];
    for content in cases {
        let head: &[u8] = b"Content-Disposition: form-data; name=a\r\n\r\n";
        let body = form(&[&[head, content].concat()]);
        let expected = Ok(vec![("a".to_owned(), None, content.to_vec())]);
        for cut in 0..body.len() {
            let (before, after) = body.split_at(cut);
            let found = read(&[before, after], b"B", LIMITS);
            assert_eq!(found, expected, "{} cut at {cut}", content.escape_ascii());
        }
        assert_eq!(naive(&body, b"B", LIMITS), expected);
    }
}

#[test]
fn only_boundaries_that_can_be_looked_for_are_read() {
    let long = [&b"multipart/form-data; boundary="[..], &[b'x'; 257]].concat();
    let cases: [(&[u8], Option<&[u8]>); 12] = [
        (b"multipart/form-data; boundary=x", Some(b"x")),
        (
            b" Multipart/Form-Data ;boundary= \"x;\\\"y\" ; a",
            Some(b"x;\"y"),
        ),
        (
            b"multipart/form-data; boundary=x; charset=\"UTF-8\"",
            Some(b"x"),
        ),
        (b"multipart/form-data; Boundary=x; boundary=y", Some(b"y")),
        (b"multipart/form-data; boundary=x; charset=latin-1", None),
        (b"multipart/form-data; boundary=", None),
        (b"multipart/form-data; boundary", None),
        (b"multipart/form-data", None),
        (b"multipart/form-data; boundary*=x", None),
        (b"multipart/form-data; boundary=a\rb", None),
        (b"multipart/mixed; boundary=x", None),
        (&long, None),
    ];
    for (content_type, expected) in cases {
        let found = boundary(content_type);
        assert_eq!(
            found.as_deref(),
            expected,
            "{}",
            content_type.escape_ascii()
        );
    }
}

proptest! {
    #[test]
    fn a_form_is_the_naive_one_wherever_it_is_cut(
        middle in bytes(PIECES),
        is_opened: bool,
        places: [prop::sample::Index; 2],
        fields in 0..4_usize,
        files in 0..4_usize,
        field_size in 0..30_usize,
        kept in 0..12_usize,
    ) {
        let opening: &[u8] = if is_opened { b"--B\r\nContent-Disposition: x; name=a" } else { b"" };
        let body = [opening, &middle].concat();
        let limits = Limits { fields, files, field_size, kept };
        let expected = naive(&body, b"B", limits);
        prop_assert_eq!(&read(&[&body], b"B", limits), &expected);
        let mut places = places.map(|place| place.index(body.len() + 1));
        places.sort_unstable();
        let (first, rest) = body.split_at(places[0]);
        let (second, third) = rest.split_at(places[1] - places[0]);
        prop_assert_eq!(&read(&[first, second, third], b"B", limits), &expected);
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        prop_assert_eq!(&read(&bytes, b"B", limits), &expected);
    }
}
