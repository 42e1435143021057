//! Forms: limits and what fills slots, against splitting the whole body.

use std::borrow::Cow;

use ferroapi_core::params::form::urlencoded::{Excess, Form, Limits, is_urlencoded};
use ferroapi_core::params::form::{File, Item, Member, Model, Received, Taken};
use ferroapi_core::params::{Mode, Wanted, query};
use proptest::prelude::*;

use crate::bytes;

const PIECES: &[&[u8]] = &[
    b"a", b"b", b"c", b"=", b"=", b"&", b"&", b"%41", b"+", b"\xff",
];

/// Names and values, as they were sent.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

fn read(chunks: &[&[u8]], limits: Limits) -> Result<Fields, Excess> {
    let mut form = Form::new(limits);
    for chunk in chunks {
        form.write(chunk)?;
    }
    form.finish()?;
    let pairs = form.pairs();
    Ok(pairs
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect())
}

/// Every field by itself: its size first, then how many there are.
fn naive(body: &[u8], limits: Limits) -> Result<Fields, Excess> {
    let mut fields = Vec::new();
    for field in body.split(|byte| *byte == b'&') {
        if field.is_empty() {
            continue;
        }
        let mut parts = field.splitn(2, |byte| *byte == b'=');
        let name = parts.next().unwrap_or_default().to_vec();
        let value = parts.next().unwrap_or_default().to_vec();
        if name.len() + value.len() > limits.field_size {
            return Err(Excess::FieldSize);
        }
        fields.push((name, value));
        if fields.len() > limits.fields {
            return Err(Excess::Fields);
        }
    }
    Ok(fields)
}

#[test]
fn a_content_type_is_that_of_a_form_or_not() {
    let cases: [(&[u8], bool); 8] = [
        (b"application/x-www-form-urlencoded", true),
        (b"APPLICATION/X-WWW-Form-Urlencoded", true),
        (b"application/x-www-form-urlencoded; charset=utf-8", true),
        (b" \tapplication/x-www-form-urlencoded\t ;", true),
        (b"application/x-www-form-urlencoded2", false),
        (b"multipart/form-data; boundary=x", false),
        (b"; application/x-www-form-urlencoded", false),
        (b"", false),
    ];
    for (value, expected) in cases {
        assert_eq!(is_urlencoded(value), expected, "{}", value.escape_ascii());
    }
}

#[test]
fn the_items_of_a_form_are_decoded() {
    let mut form = Form::new(Limits {
        fields: 3,
        field_size: 100,
    });
    assert_eq!(form.write(b"a=b+c&%41=%C3%A9&a"), Ok(()));
    assert_eq!(form.finish(), Ok(()));
    let items: Vec<_> = form.items().collect();
    let expected = [("a", "b c"), ("A", "\u{e9}"), ("a", "")];
    assert_eq!(
        items,
        expected.map(|(name, value)| (name.into(), Item::Text(value.into())))
    );
}

fn received(text: &[u8]) -> Received<'_> {
    let pairs = query::pairs(text);
    Received::new(pairs.map(|(name, value)| (query::decode(name), text_of(value))))
}

fn text_of(value: &[u8]) -> Item<'_> {
    Item::Text(query::decode(value))
}

fn texts(taken: &Taken<'_>) -> Vec<String> {
    let text = |item: &Item<'_>| match item {
        Item::Text(text) => text.to_string(),
        Item::File(file) => format!("{file:?}"),
    };
    match taken {
        Taken::One(item) => vec![text(item)],
        Taken::All(items) => items.iter().map(|item| text(item)).collect(),
    }
}

#[test]
fn an_empty_text_is_nothing_but_an_item() {
    let received = received(b"a=1&a=&b=2");
    let last = Wanted::new(["a", "b"], Mode::Last);
    assert_eq!(received.find(&last), Some((1, Taken::One(&text_of(b"2")))));
    let all = Wanted::new(["a", "b"], Mode::All);
    let items = [text_of(b"1"), text_of(b"")];
    assert_eq!(
        received.find(&all),
        Some((0, Taken::All(items.iter().collect())))
    );
    let first = Wanted::new(["a", "b"], Mode::First);
    assert_eq!(received.find(&first), Some((0, Taken::One(&text_of(b"1")))));
    assert_eq!(received.find(&Wanted::new(["c"], Mode::All)), None);
}

#[test]
fn a_file_that_nobody_selected_is_nothing() {
    let file = |number, is_selected| {
        Item::File(File {
            number,
            is_selected,
        })
    };
    let name = |name| Cow::Borrowed(name);
    let items = [
        (name("a"), file(0, true)),
        (name("a"), file(1, false)),
        (name("b"), file(2, false)),
        (name("c"), file(3, true)),
    ];
    let received = Received::new(items.into_iter());
    let found = |names: &[&str], mode| received.find(&Wanted::new(names.iter().copied(), mode));
    let (selected, other) = (file(0, true), file(3, true));
    let names = ["a", "b", "c"];
    assert_eq!(
        found(&names, Mode::All),
        Some((0, Taken::All(vec![&selected])))
    );
    assert_eq!(found(&names, Mode::Last), Some((2, Taken::One(&other))));
    assert_eq!(found(&["b"], Mode::All), None);
}

#[test]
fn a_model_has_its_fields_and_then_all_others() {
    let fields = [
        Wanted::new(["a", "b"], Mode::Last),
        Wanted::new(["c"], Mode::All),
    ];
    let model = Model::new(fields.clone(), true, false);
    let all = received(b"x=1&b=2&a=3&x=4&c=");
    let members = model.read(&all).unwrap_or_default();
    let read: Vec<_> = members
        .into_iter()
        .map(|member| match member {
            Member::Field(field, name, taken) => (format!("{field} {name}"), texts(&taken)),
            Member::Other(name, taken) => (name.to_owned(), texts(&taken)),
        })
        .collect();
    let expected = [
        ("0 0", vec!["3"]),
        ("1 0", vec![""]),
        ("x", vec!["1", "4"]),
        ("b", vec!["2"]),
    ]
    .map(|(name, texts)| {
        (
            name.to_owned(),
            texts.into_iter().map(str::to_owned).collect(),
        )
    });
    assert_eq!(read, expected);
    let other = received(b"x=1");
    assert_eq!(model.read(&other), None);
    assert!(
        Model::new(fields.clone(), true, true)
            .read(&other)
            .is_some()
    );
    assert!(Model::new(fields, false, false).read(&other).is_some());
}

proptest! {
    #[test]
    fn a_form_is_the_naive_one_wherever_it_is_cut(
        body in bytes(PIECES),
        place: prop::sample::Index,
        fields in 0..6_usize,
        field_size in 0..8_usize,
    ) {
        let limits = Limits { fields, field_size };
        let expected = naive(&body, limits);
        prop_assert_eq!(&read(&[&body], limits), &expected);
        let (first, second) = body.split_at(place.index(body.len() + 1));
        prop_assert_eq!(&read(&[first, second], limits), &expected);
    }
}
