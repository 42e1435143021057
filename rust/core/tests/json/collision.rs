use std::collections::{HashMap, HashSet};

use ferroapi_core::json::{Fault, FaultKind, check, collision};
use proptest::prelude::*;

const MODULUS: u128 = (1 << 61) - 1;

/// More than enough to be looked at.
const PADDING: usize = 1 << 14;

fn padded(values: &[String]) -> String {
    format!("[{}]{}", values.join(","), " ".repeat(PADDING))
}

fn found(values: &[String]) -> bool {
    collision(padded(values).as_bytes()).is_some()
}

/// Nine values of each kind that Python gives one hash.
macro_rules! collide {
    ($($name:ident: $value:expr => $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            let value: fn(u128) -> String = $value;
            let values = (1..=9).map(value).collect::<Vec<_>>();
            assert_eq!(found(&values), $expected, "{values:?}");
            let eight = (2..=9).map(value).collect::<Vec<_>>();
            assert!(!found(&eight), "eight of them");
            assert!(!found(&vec![value(1); 100]), "the same again and again");
        }
    )*};
}

/// A number with the digits of a script whose zero is that.
fn of_script(number: u128, zero: u32) -> String {
    let digits = number.to_string().into_bytes().into_iter();
    digits
        .filter_map(|digit| char::from_u32(zero + u32::from(digit - b'0')))
        .collect()
}

/// A text with an escape for each of its code units.
fn in_escapes(text: &str) -> String {
    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    units.collect()
}

fn multiple(n: u128) -> u128 {
    n * MODULUS + 5
}

collide! {
    integers: |n| format!("{}", multiple(n)) => true;
    integers_in_text: |n| format!("\"{}\"", multiple(n)) => true;
    with_zeros: |n| format!("\"{:040}\"", multiple(n)) => true;
    with_signs: |n| format!("\"+{}\"", multiple(n)) => true;
    negative: |n| format!("-{}", multiple(n)) => true;
    with_underscores: |n| {
        let (thousands, rest) = (multiple(n) / 1000, multiple(n) % 1000);
        format!("\"{thousands}_{rest:03}\"")
    } => true;
    escaped: |n| format!("\"{}\"", in_escapes(&multiple(n).to_string())) => true;
    before_an_escape: |n| format!("\"{}\\n\"", multiple(n)) => true;
    behind_an_escape: |n| format!("\"\\f{}\"", multiple(n)) => true;
    behind_an_escaped_space: |n| format!("\"\\u2003\\u0020{}\\u00a0\"", multiple(n)) => true;
    behind_a_space: |n| format!("\"\u{2003}{}\u{a0}\"", multiple(n)) => true;
    of_another_script: |n| format!("\"{}\"", of_script(multiple(n), 0xFF10)) => true;
    of_a_script_in_part: |n| format!("\"{}{}\"", of_script(n, 0x660), multiple(n)) => false;
    of_a_script_in_escapes: |n| format!("\"{}\"", in_escapes(&of_script(multiple(n), 0x966))) => true;
    of_a_script_in_pairs: |n| format!("\"{}\"", in_escapes(&of_script(multiple(n), 0x1_D7CE))) => true;
    fractions: |n| format!("\"{}/{n}\"", 7 * n + MODULUS) => true;
    escaped_fractions: |n| format!("\"{}\\/{n}\"", 7 * n + MODULUS) => true;
    infinite_fractions: |n| format!("\"{}/{}\"", n, n * MODULUS) => true;
    other_fractions: |n| format!("\"{}/{}\"", multiple(n), n + 1) => false;
    halves_of_pairs: |n| format!("\"{}\\ud835\"", multiple(n)) => true;
    keys: |n| format!("{{\"{}\":1}}", multiple(n)) => true;
    decimals: |n| format!("{}.0", multiple(n)) => true;
    powers_of_ten: |n| format!("\"{}E-1\"", multiple(n) * 10) => true;
    equal: |n| {
        let n = usize::try_from(n).unwrap_or_default();
        format!("5.{:0>n$}E{:0>rest$}", 0, 0, rest = 14 - n)
    } => false;
    equal_with_exponents: |n| {
        let zeros = usize::try_from(n).unwrap_or_default();
        format!("12345678901234567{:0>zeros$}E{}", 0, 20 - n)
    } => false;
    equal_with_underscores: |n| {
        let zeros = usize::try_from(n).unwrap_or_default();
        format!("\"{:_>zeros$}12345678901234567\"", "")
    } => false;
    equal_uuids: |n| {
        let digits = format!("{:032x}", multiple(1)).chars().collect::<Vec<_>>();
        let (start, end) = digits.split_at(usize::try_from(n).unwrap_or_default());
        let (start, end) = (String::from_iter(start), String::from_iter(end));
        format!("\"{start}-{end}\"")
    } => false;
    zeros: |n| format!("0.{:0>zeros$}", 0, zeros = 20 + usize::try_from(n).unwrap_or_default()) => false;
    lines: |n| format!("\"{:_>length$}\"", "", length = 20 + usize::try_from(n).unwrap_or_default()) => false;
    dashes: |n| format!("\"{:->length$}\"", "", length = 20 + usize::try_from(n).unwrap_or_default()) => false;
    // Powers of ten repeat after one less than the modulus.
    exponents: |n| format!("\"1E{}\"", n * (MODULUS - 1) + 7) => true;
    other_exponents: |n| format!("\"1E{}7\"", 1_000_000_000_000_000_000 + n) => false;
    long_exponents: |n| format!("\"1E19{n:030}\"") => false;
    written_in_several_ways: |n| match n % 3 {
        0 => format!("\"{}\"", multiple(n)),
        1 => format!("\"{}E-1\"", multiple(n) * 10),
        _ => format!("\"{}.00\"", multiple(n)),
    } => true;
    uuids: |n| {
        let number = multiple(n);
        let last = number & 0xffff_ffff_ffff;
        format!("\"00000000-0000-{:04x}-{:04x}-{last:012x}\"", number >> 64, number >> 48 & 0xffff)
    } => true;
    short_uuids: |n| format!("\"{:032X}\"", multiple(n)) => true;
    neighbours: |n| format!("{}", multiple(1) + n) => false;
    words: |n| format!("\"facade-facade-facade-{:b}\"", n + 100) => false;
    two_points: |n| format!("\"1.1.{}\"", multiple(n)) => false;
    exponents_of_words: |n| format!("\"{}eee\"", multiple(n)) => false;
}

#[test]
fn negative_and_positive_numbers_of_one_hash() {
    let values = (1..=9).map(|n| {
        if n % 2 == 0 {
            format!("{}", multiple(n))
        } else {
            format!("-{}", n * MODULUS - 5)
        }
    });
    assert!(found(&values.collect::<Vec<_>>()));
}

#[test]
fn short_bodies_are_harmless() {
    let values = (1..=9).map(|n| format!("{}", multiple(n)));
    let body = format!("[{}]", values.collect::<Vec<_>>().join(","));
    assert_eq!(collision(body.as_bytes()), None);
    assert_eq!(check(body.as_bytes()), None);
}

#[test]
fn other_faults_are_told_first() {
    let values = (1..=9)
        .map(|n| format!("{}", multiple(n)))
        .collect::<Vec<_>>();
    let body = padded(&values);
    let fault = check(body.as_bytes()).map(|fault| fault.kind);
    assert_eq!(fault, Some(FaultKind::Collision));
    let body = body + "NaN";
    let offset = body.len() - 3;
    let kind = FaultKind::NonFinite;
    assert_eq!(check(body.as_bytes()), Some(Fault { kind, offset }));
}

/// Every number of at least 17 digits between other characters, and its remainder.
fn naive(body: &str) -> Option<usize> {
    let mut known: HashMap<u128, HashSet<&str>> = HashMap::new();
    let mut offset = 0;
    for run in body.split(|character: char| !character.is_ascii_digit()) {
        if run.len() >= 17 {
            let rest = run.bytes().fold(0, |number, digit| {
                (number * 10 + u128::from(digit - b'0')) % MODULUS
            });
            let texts = known.entry(rest).or_default();
            texts.insert(run.trim_start_matches('0'));
            if texts.len() > 8 {
                return Some(offset);
            }
        }
        offset += run.len() + 1;
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn collisions_are_found_as_by_the_naive_search(
        values in prop::collection::vec((0_u128..3, 0_u128..40, "[ ,:\"x]{1,20}"), 0..80),
    ) {
        let values = values
            .iter()
            .map(|(rest, times, between)| format!("{between}{}", times * MODULUS + rest));
        let body = values.collect::<String>() + &" ".repeat(PADDING);
        prop_assert_eq!(collision(body.as_bytes()), naive(&body));
    }

    #[test]
    fn any_bytes_are_read(body in prop::collection::vec(
        prop_oneof![prop::sample::select(b"0123456789abcdefE-+._\\u \"".to_vec()), any::<u8>()],
        0..400,
    )) {
        let body = [body.as_slice(), &[b' '; PADDING]].concat();
        let found = collision(&body);
        prop_assert!(found.is_none_or(|offset| offset < body.len()));
    }
}
