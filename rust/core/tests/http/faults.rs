//! What the log says of a request that is not read: a sentence of its own for each fault.

use std::collections::HashSet;

use ferroapi_core::http::chunked::ChunkError;
use ferroapi_core::http::head::HeadError;
use ferroapi_core::http::length::LengthError;
use ferroapi_core::http::response::{FieldError, is_field_value};
use ferroapi_core::http::target::TargetError;

#[test]
fn every_fault_has_a_line_of_its_own() {
    let lines = [
        HeadError::EmptyLines.to_string(),
        HeadError::LineEnd.to_string(),
        HeadError::RequestLine.to_string(),
        HeadError::MethodTooLong.to_string(),
        HeadError::TargetTooLong.to_string(),
        HeadError::Version.to_string(),
        HeadError::FieldName.to_string(),
        HeadError::FieldValue.to_string(),
        HeadError::TooManyFields.to_string(),
        HeadError::TooLarge.to_string(),
        HeadError::MissingHost.to_string(),
        HeadError::InvalidHost.to_string(),
        HeadError::OtherHost.to_string(),
        HeadError::Repeated.to_string(),
        LengthError::Both.to_string(),
        LengthError::ContentLength.to_string(),
        LengthError::OldVersion.to_string(),
        LengthError::TransferEncoding.to_string(),
        LengthError::UnknownCoding.to_string(),
        TargetError::Byte.to_string(),
        TargetError::Fragment.to_string(),
        TargetError::Form.to_string(),
        TargetError::Authority.to_string(),
        TargetError::Connect.to_string(),
        ChunkError::Size.to_string(),
        ChunkError::Extension.to_string(),
        ChunkError::TooManyExtensions.to_string(),
        ChunkError::LineEnd.to_string(),
        ChunkError::Trailer.to_string(),
        ChunkError::TooManyTrailers.to_string(),
        FieldError::Name.to_string(),
        FieldError::Value.to_string(),
    ];
    for line in &lines {
        assert!(
            !line.is_empty() && is_field_value(line.as_bytes()),
            "{line}"
        );
    }
    let distinct: HashSet<&String> = lines.iter().collect();
    assert_eq!(distinct.len(), lines.len());
}

#[test]
fn a_head_with_a_wrong_length_says_what_is_wrong_with_the_length() {
    let error = LengthError::OldVersion;
    assert_eq!(HeadError::Length(error).to_string(), error.to_string());
}
