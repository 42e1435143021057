//! Chunked bodies: tables of spellings and limits, and a reading of the whole body at once as
//! oracle, cut everywhere.

use ferroapi_core::http::chunked::{ChunkError, Chunked, Piece};
use proptest::prelude::*;

use super::naive_chunked::{decode, naive};
use super::{mutated, shown};

type Case = (&'static [u8], Result<&'static [u8], ChunkError>);

const SPELLINGS: &[Case] = &[
    (b"0\r\n\r\n", Ok(b"")),
    (b"000\r\n\r\n", Ok(b"")),
    (b"3\r\nabc\r\n0\r\n\r\n", Ok(b"abc")),
    (b"3\r\n\r\n0\r\n0\r\n\r\n", Ok(b"\r\n0")),
    (b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", Ok(b"abc")),
    (b"A\r\n0123456789\r\n0\r\n\r\n", Ok(b"0123456789")),
    (b"a\r\n0123456789\r\n0\r\n\r\n", Ok(b"0123456789")),
    (b"0000000000000001\r\na\r\n0\r\n\r\n", Ok(b"a")),
    (b"1;x\r\na\r\n0;y\r\n\r\n", Ok(b"a")),
    (b"1;x=1;y=\"a b\"\r\na\r\n0\r\n\r\n", Ok(b"a")),
    (b"1;x=\"\\\";=\xe9\t\";y=z;z\r\na\r\n0\r\n\r\n", Ok(b"a")),
    (b"0\r\nx: y\r\nz:\r\n\r\n", Ok(b"")),
    (b"0\r\nContent-Length: 5\r\n\r\n", Ok(b"")),
    (b"\r\n", Err(ChunkError::Size)),
    (b"\n", Err(ChunkError::Size)),
    (b"g\r\n", Err(ChunkError::Size)),
    (b"-1\r\n", Err(ChunkError::Size)),
    (b"+1\r\n", Err(ChunkError::Size)),
    (b" 1\r\n", Err(ChunkError::Size)),
    (b"0x1\r\n", Err(ChunkError::Size)),
    (b"1_0\r\n", Err(ChunkError::Size)),
    (b"1,1\r\n", Err(ChunkError::Size)),
    (b";x\r\n", Err(ChunkError::Size)),
    (b"1\0\r\n", Err(ChunkError::Size)),
    (b"\xb2\r\n", Err(ChunkError::Size)),
    (b"00000000000000001\r\n", Err(ChunkError::Size)),
    (b"8000000000000000\r\n", Err(ChunkError::Size)),
    (b"ffffffffffffffff\r\n", Err(ChunkError::Size)),
    (b"10000000000000001\r\n", Err(ChunkError::Size)),
    (b"1\na\r\n", Err(ChunkError::Size)),
    (b"1 \r\na\r\n", Err(ChunkError::Size)),
    (b"1 1\r\n", Err(ChunkError::Size)),
    (b"1 x\r\n", Err(ChunkError::Size)),
    (b"1 ;x\r\n", Err(ChunkError::Size)),
    (b"1\t;x\r\n", Err(ChunkError::Size)),
    (b"1;\r\n", Err(ChunkError::Extension)),
    (b"1; x\r\n", Err(ChunkError::Extension)),
    (b"1;x \r\n", Err(ChunkError::Extension)),
    (b"1;;x\r\n", Err(ChunkError::Extension)),
    (b"1;=x\r\n", Err(ChunkError::Extension)),
    (b"1;x=\r\n", Err(ChunkError::Extension)),
    (b"1;x=y=z\r\n", Err(ChunkError::Extension)),
    (b"1;x=y\"\r\n", Err(ChunkError::Extension)),
    (b"1;x=\"y\r\n", Err(ChunkError::Extension)),
    (b"1;x=\"y\"z\r\n", Err(ChunkError::Extension)),
    (b"1;x=\"\\\r\n", Err(ChunkError::Extension)),
    (b"1;\xe9\r\n", Err(ChunkError::Extension)),
    (b"1;x\n", Err(ChunkError::Extension)),
    (b"1;\0\r\n", Err(ChunkError::Extension)),
    (b"1;x\x0b\r\n", Err(ChunkError::Extension)),
    (b"1\ra", Err(ChunkError::LineEnd)),
    (b"1\r\r\na", Err(ChunkError::LineEnd)),
    (b"1;x\rx\r\n", Err(ChunkError::LineEnd)),
    (b"1\r\nab", Err(ChunkError::LineEnd)),
    (b"1\r\na\n", Err(ChunkError::LineEnd)),
    (b"1\r\na0\r\n\r\n", Err(ChunkError::LineEnd)),
    (b"1\r\na\r0", Err(ChunkError::LineEnd)),
    (b"1\r\na\r\n\r\n", Err(ChunkError::Size)),
    (b"0\r\n\n", Err(ChunkError::Trailer)),
    (b"0\r\n\r\r\n", Err(ChunkError::LineEnd)),
    (b"0\r\nx\r\n", Err(ChunkError::Trailer)),
    (b"0\r\nx : y\r\n", Err(ChunkError::Trailer)),
    (b"0\r\n: y\r\n", Err(ChunkError::Trailer)),
    (b"0\r\n x: y\r\n", Err(ChunkError::Trailer)),
    (b"0\r\nx: y\r\n z\r\n", Err(ChunkError::Trailer)),
    (b"0\r\nx: y\n", Err(ChunkError::Trailer)),
    (b"0\r\nx: \0\r\n", Err(ChunkError::Trailer)),
    (b"0\r\nx: y\rz", Err(ChunkError::LineEnd)),
    (b"0\r\nGET / HTTP/1.1\r\n", Err(ChunkError::Trailer)),
];

#[test]
fn a_body_is_decoded_or_refused() {
    for &(body, expected) in SPELLINGS {
        let expected = expected.map(|data| Some((data.to_vec(), body.len())));
        assert_eq!(decode([body]), expected, "{}", shown(body));
    }
}

#[test]
fn the_place_of_a_cut_does_not_matter() {
    for &(body, _) in SPELLINGS {
        let expected = decode([body]);
        assert_eq!(decode(body.chunks(1)), expected, "{}", shown(body));
        for cut in 0..body.len() {
            let (before, after) = body.split_at(cut);
            assert_eq!(decode([before, after]), expected, "{} {cut}", shown(body));
        }
    }
}

#[test]
fn what_follows_a_body_is_left() {
    let input = b"1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
    assert_eq!(decode([&input[..]]), Ok(Some((b"a".to_vec(), 11))));
}

#[test]
fn nothing_is_consumed_after_the_end() -> Result<(), ChunkError> {
    let mut chunked = Chunked::default();
    assert_eq!(chunked.decode(b"0\r\n\r\n0")?, (5, Piece::End));
    assert_eq!(chunked.decode(b"0\r\n\r\n")?, (0, Piece::End));
    Ok(())
}

#[test]
fn the_largest_size_is_below_two_to_the_63() -> Result<(), ChunkError> {
    let mut chunked = Chunked::new();
    assert_eq!(chunked.decode(b"7FFFFFFFFFFFFFFF\r\n")?, (18, Piece::More));
    assert_eq!(chunked.decode(b"data")?, (4, Piece::Data(b"data")));
    Ok(())
}

/// So many chunks of one byte, each with an extension of this many bytes, and the end.
fn extended(chunks: usize, extension: usize) -> Vec<u8> {
    let line = format!("1;{}\r\nx\r\n", "e".repeat(extension - 1));
    [line.repeat(chunks).as_bytes(), b"0\r\n\r\n"].concat()
}

#[test]
fn extensions_of_a_body_are_4_kib_at_most() {
    for (chunks, extension, is_accepted) in [
        (1, 4_096, true),
        (1, 4_097, false),
        (2_048, 2, true),
        (2_049, 2, false),
        (64, 64, true),
        (65, 64, false),
    ] {
        let body = extended(chunks, extension);
        let expected = if is_accepted {
            Ok(Some((vec![b'x'; chunks], body.len())))
        } else {
            Err(ChunkError::TooManyExtensions)
        };
        assert_eq!(decode([&body[..]]), expected, "{chunks} of {extension}");
    }
}

#[test]
fn trailers_are_8_kib_and_64_lines_at_most() {
    for (lines, length, is_accepted) in [
        (1, 8_192, true),
        (1, 8_193, false),
        (64, 128, true),
        (64, 129, false),
        (64, 2, true),
        (65, 2, false),
    ] {
        let trailers = format!("x:{}\r\n", "y".repeat(length - 2)).repeat(lines);
        let body = [b"0\r\n", trailers.as_bytes(), b"\r\n"].concat();
        let expected = if is_accepted {
            Ok(Some((Vec::new(), body.len())))
        } else {
            Err(ChunkError::TooManyTrailers)
        };
        assert_eq!(decode([&body[..]]), expected, "{lines} of {length}");
    }
}

#[test]
fn a_refusal_is_a_bad_request_or_too_many_trailers() {
    for (error, status) in [
        (ChunkError::Size, 400),
        (ChunkError::Extension, 400),
        (ChunkError::TooManyExtensions, 400),
        (ChunkError::LineEnd, 400),
        (ChunkError::Trailer, 400),
        (ChunkError::TooManyTrailers, 431),
    ] {
        assert_eq!(error.status(), status, "{error}");
    }
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let chunk = (
        prop::collection::vec(any::<u8>(), 1..20),
        "0{0,2}",
        "(;[a-z]{1,3}(=[a-z]{1,3}|=\"([ ;=\t]|\\\\\"){0,3}\")?){0,2}",
    );
    let chunks = prop::collection::vec(chunk, 0..5);
    (chunks, "(X[a-z]{0,3}:[ -~]{0,4}\r\n){0,3}").prop_map(|(chunks, trailers)| {
        let mut body = Vec::new();
        for (data, zeros, extension) in chunks {
            body.extend_from_slice(format!("{zeros}{:x}{extension}\r\n", data.len()).as_bytes());
            body.extend_from_slice(&data);
            body.extend_from_slice(b"\r\n");
        }
        [&body, &b"0\r\n"[..], trailers.as_bytes(), b"\r\nrest"].concat()
    })
}

proptest! {
    #[test]
    fn a_well_formed_body_is_decoded(body in body()) {
        prop_assert!(matches!(decode([&body[..]]), Ok(Some(_))));
        prop_assert_eq!(decode([&body[..]]).map_err(drop), naive(&body));
    }

    #[test]
    fn bodies_are_decoded_as_the_naive_way_does_wherever_they_are_cut(
        body in mutated(body()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let expected = decode([&body[..]]);
        prop_assert_eq!(expected.clone().map_err(drop), naive(&body));
        prop_assert_eq!(&decode(body.chunks(1)), &expected);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let ends = cuts.iter().skip(1);
        let parts = cuts.iter().zip(ends).filter_map(|(start, end)| body.get(*start..*end));
        prop_assert_eq!(&decode(parts), &expected);
    }
}
