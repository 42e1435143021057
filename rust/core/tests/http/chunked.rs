//! Chunked bodies: tables of spellings and limits, and a reading of the whole body at once as
//! oracle, cut everywhere.

use ferroapi_core::http::chunked::{ChunkError, Chunked, Piece};

use super::shown;

/// The data of a body, and how many bytes of the input were its; `None` for a body without an end.
type Decoded = Result<Option<(Vec<u8>, usize)>, ChunkError>;

/// Decodes input that comes in these parts.
fn decode<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut chunked = Chunked::new();
    let mut data = Vec::new();
    let mut size = 0;
    for mut part in parts {
        loop {
            let (consumed, piece) = chunked.decode(part)?;
            size += consumed;
            part = part.get(consumed..).unwrap_or_default();
            match piece {
                Piece::Data(piece) => data.extend_from_slice(piece),
                Piece::More => {
                    assert!(part.is_empty());
                    break;
                }
                Piece::End => return Ok(Some((data, size))),
            }
        }
    }
    Ok(None)
}

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
    (b"1 \t;\tx\r\na\r\n0\r\n\r\n", Ok(b"a")),
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
    (b"1 \r\na\r\n", Err(ChunkError::Extension)),
    (b"1 1\r\n", Err(ChunkError::Extension)),
    (b"1 x\r\n", Err(ChunkError::Extension)),
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
