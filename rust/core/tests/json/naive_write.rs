//! JSON as Python writes it, in the plainest way.

/// `float.__repr__`, from digits and exponent as the standard library gives them.
pub fn naive_float(value: f64) -> String {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{value}");
    if plain.contains('.') {
        plain
    } else {
        plain + ".0"
    }
}

/// Written character by character, in UTF-8 and in ASCII.
pub fn naive_strings(text: &str) -> [String; 2] {
    let escape = |character: char, ascii: bool| match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        ' '..='~' => character.to_string(),
        '\0'..' ' => format!("\\u{:04x}", u32::from(character)),
        _ if !ascii => character.to_string(),
        _ => {
            let mut units = [0; 2];
            let units = character.encode_utf16(&mut units).iter();
            units
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<Vec<_>>()
                .concat()
        }
    };
    [false, true].map(|ascii| {
        let escaped: String = text
            .chars()
            .map(|character| escape(character, ascii))
            .collect();
        format!("\"{escaped}\"")
    })
}
