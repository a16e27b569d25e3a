//! What a sheet is given: JSON becomes Typst's values. Strings become text as it may be printed, never markup.

use crate::error::Error;
use crate::paper;
use crate::web::qr;
use serde_json::Value as Json;
use typst::foundations::{Array, Bytes, Dict, IntoValue, Str, Value};

/// The value of a JSON value. `{"$qr": text}` is a code to scan, `{"$svg": text}` a drawing of our own.
///
/// # Errors
/// When a text is longer than a code holds.
pub(super) fn value(json: &Json) -> Result<Value, Error> {
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(b) => b.into_value(),
        Json::Number(n) => match n.as_i64() {
            Some(n) => n.into_value(),
            None => n.as_f64().unwrap_or_default().into_value(),
        },
        Json::String(text) => Value::Str(Str::from(paper::clean_for_sheets(text))),
        Json::Array(all) => Value::Array(all.iter().map(value).collect::<Result<Array, Error>>()?),
        Json::Object(object) => {
            if let Some(drawn) = drawing(object)? {
                return Ok(Value::Bytes(Bytes::new(drawn.into_bytes())));
            }
            let pairs = object.iter().map(|(key, inner)| Ok((Str::from(key.as_str()), value(inner)?)));
            Value::Dict(pairs.collect::<Result<Dict, Error>>()?)
        }
    })
}

fn drawing(object: &serde_json::Map<String, Json>) -> Result<Option<String>, Error> {
    let text = |key: &str| object.get(key).filter(|_| object.len() == 1).and_then(Json::as_str);
    if let Some(drawn) = text("$svg") {
        return Ok(Some(drawn.to_owned()));
    }
    let Some(coded) = text("$qr") else { return Ok(None) };
    let qr::Code { side, path } = qr::Code::of(coded)?;
    Ok(Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    )))
}
